/* The note of our own instruction sets: does the assembler find out what a program requires, do files and images in memory say the same, is a note
 * that is missing, cut off or wrong refused with a reason, does every back-end of a set have what may be required of it?
 */
#include "assembler.h"
#include "bitserial_backend.h"
#include "own_sets.h"
#include "parameter.h"
#include "program_writer.h"

#include <check.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

static const char source[] = "        .section .rows\n"
                             "a:      .vertical 12\n"
                             "b:      .vertical 12\n"
                             "gap:    .space 6\n"
                             "c:\n"
                             "again:  .vertical 24\n"
                             "        .require memory.subarrays, 3\n"
                             "        .text\n"
                             "main:   bbop_add c, a, b, 12\n"
                             "        bbop_max_s c, a, b, 12\n"
                             "        subarray 1\n"
                             "        done\n";

static struct asm_output assemble(const char *text)
{
    struct asm_options options = {.set = &bitserial_instruction_set};
    struct asm_output output;
    struct pim_error error = {0};
    ck_assert_msg(asm_text("p.s", text, &options, &output, &error) == PIM_OK, "%s", error.text);
    return output;
}

static struct pim_image *read_elf(const struct asm_output *output, struct pim_error *error)
{
    struct pim_image *image;
    pim_image_read_memory("p.elf", output->elf, output->elf_bytes, &image, error);
    return image;
}

static uint64_t required(const struct pim_image *image, const char *key)
{
    for (size_t i = 0; i < image->requirement_count; i++)
        if (strcmp(image->requirements[i].key, key) == 0)
            return image->requirements[i].least;
    return 0;
}

/* Rows of the symbols 54; of the maximum, 30 + 12 and one of scratch. */
START_TEST(requirements_are_found)
{
    struct pim_error error = {0};
    struct asm_output output = assemble(source);
    struct pim_image *image = read_elf(&output, &error);
    ck_assert_msg(image != NULL, "%s", error.text);
    ck_assert_str_eq(image->instruction_set, "bitserial");
    ck_assert_uint_eq(image->set_version, 1);
    ck_assert_uint_eq(required(image, "memory.d_rows"), 54);
    ck_assert_uint_eq(required(image, "memory.scratch_rows"), 1);
    ck_assert_uint_eq(required(image, "memory.subarrays"), 3);
    static const struct { const char *name; uint64_t size; bool vertical; } symbols[] = {
        {"a", 12, true}, {"b", 12, true}, {"gap", 6, false}, {"c", 24, true}, {"again", 24, true}, {"main", 0, false}};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        const struct pim_symbol *symbol = pim_image_symbol(image, symbols[i].name);
        ck_assert_msg(symbol && symbol->size == symbols[i].size && symbol->vertical == symbols[i].vertical, "%s", symbols[i].name);
    }
    pim_image_free(image);
    asm_output_free(&output);
}
END_TEST

/* The scratch rows of a division stand behind its operands. */
START_TEST(images_in_memory_say_the_same)
{
    struct pim_error error = {0};
    struct program_writer writer = {0};
    struct pim_image *made;
    const bitserial_row rows[] = {0, 100, 132, 0};
    struct asm_output output = assemble("main: bbop_div 0, 100, 132, 32\n aap 70, B3\n done\n");
    struct pim_image *image = read_elf(&output, &error);
    write_bulk(&writer, BITSERIAL_DIV, false, 32, rows);
    write_aap(&writer, 70, BITSERIAL_B + 3);
    ck_assert_int_eq(bitserial_image(&writer, &made, &error), PIM_OK);
    ck_assert_uint_eq(required(made, "memory.d_rows"), 164 + 96);
    ck_assert_uint_eq(required(made, "memory.scratch_rows"), 96);
    ck_assert_uint_eq(made->set_version, image->set_version);
    ck_assert_uint_eq(made->requirement_count, image->requirement_count);
    for (size_t i = 0; i < made->requirement_count; i++)
        ck_assert_uint_eq(made->requirements[i].least, image->requirements[i].least);
    pim_image_free(made);
    pim_image_free(image);
    asm_output_free(&output);
}
END_TEST

static const struct { const char *text, *why; } wrong_texts[] = {
    {"", "ends in the middle of a line"},
    {"set=bitserial", "ends in the middle of a line"},
    {"set\nversion=1\n", "no '='"},
    {"version=1\nset=bitserial\n", "begins with 'version', expected set=NAME"},
    {"set=dpu\nversion=1\n", "instruction set 'dpu', expected one of: bitserial"},
    {"set=bitserial\nmemory.d_rows=1\n", "second line is 'memory.d_rows', expected version=NUMBER"},
    {"set=bitserial\nversion=2\n", "version 2 of bitserial, expected version 1"},
    {"set=bitserial\nversion=01\n", "version is no number"},
    {"set=bitserial\nversion=1\nmemory.d_rows=\n", "memory.d_rows is no number"},
    {"set=bitserial\nversion=1\nmemory.d_rows=0\n", "memory.d_rows is no number"},
    {"set=bitserial\nversion=1\nmemory.d_rows=18446744073709551616\n", "memory.d_rows is no number"},
    {"set=bitserial\nversion=1\nmemory.d_rows=1x\n", "memory.d_rows is no number"},
    {"set=bitserial\nversion=1\nmemory.rows=1\n", "requires 'memory.rows', which bitserial does not know"},
    {"set=bitserial\nversion=1\nmemory.d_rows=1\nmemory.d_rows=1\n", "memory.d_rows twice"},
    {"set=bitserial\nversion=1\nmemory.d_rows=1", "ends in the middle of a line"},
};

START_TEST(wrong_texts_are_refused)
{
    const struct instruction_set *set;
    uint64_t least[ISA_MOST_REQUIREMENTS];
    char why[256] = "";
    ck_assert(!own_note_parse(wrong_texts[_i].text, strlen(wrong_texts[_i].text), &set, least, why, sizeof why));
    ck_assert_msg(strstr(why, wrong_texts[_i].why) != NULL, "%s", why);
}
END_TEST

/* Damage at a place in the file: where and what the reader says. */
static void refused(void (*damage)(Elf64_Phdr *note, char *bytes), const char *why)
{
    struct pim_error error = {0};
    struct asm_output output = assemble(source);
    char *bytes = output.elf;
    Elf64_Ehdr header;
    memcpy(&header, bytes, sizeof header);
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        memcpy(&segment, bytes + header.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_type != PT_NOTE)
            continue;
        damage(&segment, bytes + segment.p_offset);
        memcpy(bytes + header.e_phoff + i * sizeof segment, &segment, sizeof segment);
    }
    struct pim_image *image = read_elf(&output, &error);
    ck_assert_msg(image == NULL && strstr(error.text, why) != NULL && strncmp(error.text, "p.elf: ", 7) == 0, "%s", error.text);
    asm_output_free(&output);
}

static void no_segment(Elf64_Phdr *note, char *bytes) { (void)bytes, note->p_type = PT_NULL; }
static void other_name(Elf64_Phdr *note, char *bytes) { (void)note, bytes[12] = 'P'; }
static void other_type(Elf64_Phdr *note, char *bytes) { (void)note, bytes[8] = 2; }
static void cut_off(Elf64_Phdr *note, char *bytes) { (void)bytes, note->p_filesz -= 4; }
static void long_description(Elf64_Phdr *note, char *bytes) { (void)note, bytes[6] = 1; }
static void outside(Elf64_Phdr *note, char *bytes) { (void)bytes, note->p_offset = UINT64_C(1) << 40; }
static void negative(Elf64_Phdr *note, char *bytes) { (void)bytes, note->p_offset = UINT64_MAX - 7; }

START_TEST(damaged_notes_are_refused)
{
    refused(no_segment, "no note 'pimento' of type 1");
    refused(other_name, "no note 'pimento' of type 1");
    refused(other_type, "no note 'pimento' of type 1");
    refused(cut_off, "is cut off or no list of notes");
    refused(long_description, "is cut off or no list of notes");
    refused(outside, "is cut off or no list of notes");
    refused(negative, "is cut off or no list of notes");
}
END_TEST

static const struct { const char *text, *why; } wrong_sources[] = {
    {" .require memory.d_row, 3\n", "p.s:1:11: unknown requirement 'memory.d_row' of bitserial, expected one of memory.d_rows"},
    {" .require memory.d_rows, 0\n", "p.s:1:26: 0 of memory.d_rows, expected at least 1"},
    {" .require memory.d_rows\n", "p.s:1:24: expected ','"},
    {" .vertical 8\n", "p.s:1:2: an address of section '.text' is no row"},
    {" .section .rows\n .vertical 65\n", "p.s:2:12: elements of 65 bits, expected 1 to 64"},
    {" .section .rows\n .space 3\n", "p.s: there is nothing to load, expected at least one instruction"},
    {" .section .rows\n .vertical 0\n", "p.s:2:12: elements of 0 bits, expected 1 to 64"},
};

START_TEST(wrong_directives_are_refused)
{
    struct asm_options options = {.set = &bitserial_instruction_set};
    struct asm_output output;
    struct pim_error error = {0};
    ck_assert_int_eq(asm_text("p.s", wrong_sources[_i].text, &options, &output, &error), PIM_BAD_INPUT);
    ck_assert_msg(strstr(error.text, wrong_sources[_i].why) != NULL, "%s", error.text);
}
END_TEST

/* Whatever may be required can be looked up in the machine's parameters. */
START_TEST(requirements_are_parameters)
{
    struct pim_registry *registry;
    struct pim_error error = {0};
    size_t pairs = 0;
    ck_assert_int_eq(pim_registry_open(&registry, &error), PIM_OK);
    for (const struct instruction_set *const *set = instruction_sets; *set; set++)
        for (size_t i = 0; (*set)->requirements && (*set)->requirements[i].key; i++) {
            const struct pim_backend *backend;
            ck_assert_uint_lt(i, ISA_MOST_REQUIREMENTS);
            for (size_t j = 0; (backend = pim_registry_at(registry, j)) != NULL; j++) {
                if (strcmp(backend->instruction_set, (*set)->name) != 0)
                    continue;
                const struct pim_parameter *row = pim_parameter_find(backend, (*set)->requirements[i].key);
                ck_assert_msg(row && row->type == PIM_INTEGER, "%s has no integer %s", backend->name, (*set)->requirements[i].key);
                pairs++;
            }
        }
    ck_assert_uint_ge(pairs, 3);
    pim_registry_close(registry);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("note of own instruction sets");
    TCase *tcase = tcase_create("all");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, requirements_are_found);
    tcase_add_test(tcase, images_in_memory_say_the_same);
    tcase_add_loop_test(tcase, wrong_texts_are_refused, 0, sizeof wrong_texts / sizeof *wrong_texts);
    tcase_add_test(tcase, damaged_notes_are_refused);
    tcase_add_loop_test(tcase, wrong_directives_are_refused, 0, sizeof wrong_sources / sizeof *wrong_sources);
    tcase_add_test(tcase, requirements_are_parameters);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
