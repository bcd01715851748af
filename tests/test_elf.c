/* The ELF reader: what it takes from a good file, and what it says about each kind of bad one. */
#include "assembler.h"
#include "pim_image.h"

#include <check.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char source[] = "        .equ NR_TASKLETS, 3\n"
                             "        .global NR_TASKLETS, main, helper, counter, wide\n"
                             "        .text\n"
                             "main:   call r23, helper\n"
                             "inside: stop true, inside\n"
                             "helper: move r0, wide\n"
                             "        jump r23\n"
                             "        .data\n"
                             "plain:  .word 7\n"
                             "        .section .data.__sys_host\n"
                             "counter: .word 1, 2\n"
                             "        .bss\n"
                             "room:   .space 100\n"
                             "        .mram\n"
                             "wide:   .quad 5\n"
                             "        .mram.noinit\n"
                             "buffer: .space 1001\n"
                             "        .atomic\n"
                             "lock:   .space 1\n";

static struct asm_output assemble(const char *text, const char *comment)
{
    struct instruction_set set = dpu_instruction_set;
    set.comment = comment;
    struct asm_options options = {.set = &set, .debug_lines = true};
    struct asm_output output;
    struct pim_error error = {0};
    enum pim_status status = asm_text("dir/program.s", text, &options, &output, &error);
    ck_assert_msg(status == PIM_OK, "%s", error.text);
    return output;
}

static struct pim_image *image_of(const char *text, const char *comment)
{
    struct asm_output output = assemble(text, comment);
    struct pim_error error = {0};
    struct pim_image *image;
    enum pim_status status = pim_image_read_memory("program.elf", output.elf, output.elf_bytes, &image, &error);
    ck_assert_msg(status == PIM_OK, "%s", error.text);
    asm_output_free(&output);
    return image;
}

static const struct pim_symbol *symbol(const struct pim_image *image, const char *name)
{
    const struct pim_symbol *found = pim_image_symbol(image, name);
    ck_assert_msg(found != NULL, "no symbol %s", name);
    return found;
}

/* ---- a good file ---- */

enum { WRAM, MRAM, IRAM, ATOMIC };

START_TEST(segments_go_to_their_spaces)
{
    struct pim_image *image = image_of(source, "c");
    ck_assert_str_eq(image->instruction_set, "dpu");
    ck_assert_uint_eq(image->entry, 0x80000000);
    ck_assert_uint_eq(image->segment_count, 3);
    const struct pim_segment *wram = &image->segments[0], *mram = &image->segments[1], *iram = &image->segments[2];
    ck_assert_uint_eq(wram->space, WRAM);
    ck_assert_uint_eq(wram->address, 0);
    ck_assert_uint_eq(wram->data_bytes, 24); /* null object, plain, padding, counter */
    ck_assert_uint_eq(wram->memory_bytes, 24 + 100);
    ck_assert_uint_eq(mram->space, MRAM);
    ck_assert_uint_eq(mram->address, 0);
    ck_assert_uint_eq(mram->link_address, 0x08000000);
    ck_assert_uint_eq(mram->memory_bytes, 8);
    ck_assert_uint_eq(iram->space, IRAM);
    ck_assert_uint_eq(iram->link_address, 0x80000000);
    ck_assert_uint_eq(iram->memory_bytes, 32);
    pim_image_free(image);
}
END_TEST

static const struct {
    const char *name, *section;
    uint32_t space;
    uint64_t value, size;
    bool function, host_visible;
} expected_symbols[] = {
    {"NR_TASKLETS", "", PIM_NO_SPACE, 3, 0, false, true},
    {"main", ".text", IRAM, 0, 16, true, true},
    {"inside", ".text", IRAM, 8, 0, false, true},
    {"helper", ".text", IRAM, 16, 16, true, true},
    {"plain", ".data", WRAM, 8, 4, false, false},
    {"counter", ".data.__sys_host", WRAM, 16, 8, false, true},
    {"room", ".bss", WRAM, 24, 100, false, false},
    {"wide", ".mram", MRAM, 0, 8, false, true},
    {"buffer", ".mram.noinit", MRAM, 8, 1001, false, true},
    {"lock", ".atomic", ATOMIC, 200, 1, false, true},
    /* the end of linked MRAM data, rounded up; its size is what is left for the heap */
    {"__sys_used_mram_end", ".mram", MRAM, 1016, (64 << 20) - 1016, false, true},
};

START_TEST(symbol_is_placed)
{
    struct pim_image *image = image_of(source, "c");
    const struct pim_symbol *found = symbol(image, expected_symbols[_i].name);
    ck_assert_str_eq(found->section, expected_symbols[_i].section);
    ck_assert_uint_eq(found->space, expected_symbols[_i].space);
    ck_assert_uint_eq(found->value, expected_symbols[_i].value);
    ck_assert_uint_eq(found->size, expected_symbols[_i].size);
    ck_assert_int_eq(found->function, expected_symbols[_i].function);
    ck_assert_int_eq(found->host_visible, expected_symbols[_i].host_visible);
    pim_image_free(image);
}
END_TEST

START_TEST(symbols_are_sorted)
{
    struct pim_image *image = image_of(source, "c");
    for (size_t i = 1; i < image->symbol_count; i++) {
        const struct pim_symbol *before = &image->symbols[i - 1], *after = &image->symbols[i];
        ck_assert(before->space < after->space || (before->space == after->space && before->value <= after->value));
    }
    ck_assert_ptr_null(pim_image_symbol(image, "nowhere"));
    pim_image_free(image);
}
END_TEST

START_TEST(addresses_have_functions_and_lines)
{
    struct pim_image *image = image_of(source, "c");
    const char *file;
    unsigned line;
    ck_assert_str_eq(pim_image_function(image, IRAM, 8)->name, "main");
    ck_assert_str_eq(pim_image_function(image, IRAM, 24)->name, "helper");
    ck_assert_str_eq(pim_image_function(image, WRAM, 18)->name, "counter");
    ck_assert_ptr_null(pim_image_function(image, WRAM, 3));
    ck_assert(pim_image_line(image, 8, &file, &line));
    ck_assert_str_eq(file, "dir/program.s");
    ck_assert_uint_eq(line, 5);
    ck_assert(pim_image_line(image, 28, &file, &line));
    ck_assert_uint_eq(line, 7);
    ck_assert(!pim_image_line(image, 32, &file, &line));
    ck_assert(!pim_image_line(image, UINT64_MAX, &file, &line));
    pim_image_free(image);
}
END_TEST

START_TEST(comment_names_the_release)
{
    struct pim_image *image = image_of(source, "Linker: LLD 12.0.0 (url d36425841d9a4d1420b7aa155675f6ae8bcf9f08)");
    ck_assert_str_eq(image->tool_version, "Linker: LLD 12.0.0 (url d36425841d9a4d1420b7aa155675f6ae8bcf9f08)");
    ck_assert_str_eq(image->tool_release, "2021.3");
    pim_image_free(image);
    image = image_of(source, "something else");
    ck_assert_str_eq(image->tool_release, "");
    pim_image_free(image);
}
END_TEST

START_TEST(hash_is_that_of_the_loaded_bytes)
{
    struct pim_image *one = image_of(".data\n.word 1\nx: .word 2\n", "a"), *same = image_of(".data\n.word 1\n.word 2\n", "b");
    struct pim_image *other = image_of(".data\n.word 1\n.word 3\n", "a"), *longer = image_of(".data\n.word 1, 2, 0\n", "a");
    ck_assert_uint_eq(one->hash, same->hash);
    ck_assert_uint_ne(one->hash, other->hash);
    ck_assert_uint_ne(one->hash, longer->hash);
    pim_image_free(one);
    pim_image_free(same);
    pim_image_free(other);
    pim_image_free(longer);
}
END_TEST

START_TEST(files_are_read_and_missing_ones_named)
{
    char path[] = "test_elf_XXXXXX";
    int descriptor = mkstemp(path);
    struct asm_output output = assemble(source, "c");
    ck_assert_int_eq(write(descriptor, output.elf, output.elf_bytes), (ssize_t)output.elf_bytes);
    close(descriptor);
    asm_output_free(&output);
    struct pim_image *image;
    struct pim_error error = {0};
    ck_assert_int_eq(pim_image_read(path, &image, &error), PIM_OK);
    ck_assert_str_eq(image->path, path);
    pim_image_free(image);
    unlink(path);
    ck_assert_int_eq(pim_image_read(path, &image, &error), PIM_IO);
    ck_assert_ptr_null(image);
    ck_assert_ptr_nonnull(strstr(error.text, "No such file"));
}
END_TEST

/* ---- bad files ---- */

struct file {
    unsigned char *bytes;
    size_t size;
};

static Elf32_Ehdr *header(const struct file *file)
{
    return (Elf32_Ehdr *)file->bytes;
}

/* Segments of the assembler's files: code, WRAM, MRAM, stack. */
static Elf32_Phdr *segment(const struct file *file, unsigned index)
{
    return (Elf32_Phdr *)(file->bytes + header(file)->e_phoff) + index;
}

static Elf32_Shdr *section(const struct file *file, const char *name)
{
    Elf32_Shdr *sections = (Elf32_Shdr *)(file->bytes + header(file)->e_shoff);
    const char *names = (const char *)file->bytes + sections[header(file)->e_shstrndx].sh_offset;
    for (unsigned i = 1; i < header(file)->e_shnum; i++)
        if (strcmp(names + sections[i].sh_name, name) == 0)
            return &sections[i];
    ck_abort_msg("no section %s", name);
}

static Elf32_Sym *symbol_entry(const struct file *file, unsigned index)
{
    return (Elf32_Sym *)(file->bytes + section(file, ".symtab")->sh_offset) + index;
}

#define BREAK(name, action)                     \
    static void break_##name(struct file *file) \
    {                                           \
        action;                                 \
    }
BREAK(empty, file->size = 0)
BREAK(magic, file->bytes[1] = 'F')
BREAK(class, file->bytes[EI_CLASS] = 3)
BREAK(endian, file->bytes[EI_DATA] = ELFDATA2MSB)
BREAK(short_header, file->size = 40)
BREAK(machine, header(file)->e_machine = EM_SPARC)
BREAK(host_machine, header(file)->e_machine = EM_386)
BREAK(class_of_machine, file->bytes[EI_CLASS] = ELFCLASS64)
BREAK(type, header(file)->e_type = ET_REL)
BREAK(flags, header(file)->e_flags = 0)
BREAK(segment_table, header(file)->e_phoff = 0x7ffffff0)
BREAK(no_segments, header(file)->e_phnum = 0)
BREAK(file_over_memory, segment(file, 1)->p_filesz = segment(file, 1)->p_memsz + 4)
BREAK(beyond_file, segment(file, 0)->p_offset = 0x10000000)
BREAK(huge_offset, segment(file, 0)->p_offset = 0xfffffff0)
BREAK(beyond_iram, segment(file, 0)->p_vaddr = 0x80007ff8)
BREAK(far_beyond_iram, segment(file, 0)->p_vaddr = 0xa0000000)
BREAK(beyond_wram, segment(file, 1)->p_memsz = 65540)
BREAK(huge_memory, segment(file, 1)->p_memsz = 0xfffffffc)
BREAK(beyond_mram, segment(file, 2)->p_vaddr = 0x0bfffffc)
BREAK(wram_alignment, segment(file, 1)->p_vaddr = 2)
BREAK(iram_alignment, segment(file, 0)->p_vaddr = 0x80000004)
BREAK(iram_length, segment(file, 0)->p_filesz = segment(file, 0)->p_memsz = 20)
BREAK(overlap, segment(file, 2)->p_vaddr = 100)
BREAK(section_table, header(file)->e_shoff = 0x7ffffff0)
BREAK(section_names, header(file)->e_shstrndx = 1000)
BREAK(section_name, section(file, ".bss")->sh_name = 0x10000)
BREAK(symbol_names, section(file, ".strtab")->sh_offset = 0x7ffffff0)
BREAK(symbols, section(file, ".symtab")->sh_size = 0x7ffffff0)
BREAK(symbol_link, section(file, ".symtab")->sh_link = 999)
BREAK(symbol_name, symbol_entry(file, 3)->st_name = 0x7fffffff)
BREAK(symbol_section, symbol_entry(file, 2)->st_shndx = 500)
BREAK(symbol_value, symbol_entry(file, 2)->st_value = 0x80010000)

#define ROW(name, message) {#name, break_##name, message}
static const struct {
    const char *name;
    void (*break_it)(struct file *file);
    const char *message;
} bad_files[] = {
    ROW(empty, "no ELF file, expected an ELF executable"),
    ROW(magic, "no ELF file, expected an ELF executable"),
    ROW(class, "ELF class 3, expected 1 (32-bit) or 2 (64-bit)"),
    ROW(endian, "ELF data encoding 2, expected 1 (little-endian)"),
    ROW(short_header, "the file ends after 40 bytes, expected an ELF header of 52 bytes"),
    ROW(machine, "ELF machine 2 with class 1 is no kernel known here, expected for instance machine 245 with class 1 (dpu)"),
    ROW(host_machine,
        "this is a program for the host (i386, ELF machine 3), expected a kernel, for instance machine 245 with class 1 (dpu)"),
    ROW(class_of_machine, "with class 2 is no kernel"),
    ROW(type, "ELF type 1 (an object file), expected 2 (a linked executable)"),
    ROW(flags, "ELF flags 0x0, expected 0x2800000 for dpu"),
    ROW(segment_table, "program header"),
    ROW(no_segments, "no loadable segment"),
    ROW(file_over_memory, "segment 1 has 128 bytes in the file for 124 in memory"),
    ROW(beyond_file, "segment 0 needs bytes 268435456 to 268435488, expected them in a file of"),
    ROW(huge_offset, "segment 0 needs bytes 4294967280 to 4294967312"),
    ROW(beyond_iram, "segment 0 (32 bytes at 0x80007ff8) leaves IRAM, expected it within 32768 bytes from 0x80000000"),
    ROW(far_beyond_iram, "segment 0 (32 bytes at 0xa0000000) leaves IRAM"),
    ROW(beyond_wram, "segment 1 (65540 bytes at 0x0) leaves WRAM"),
    ROW(huge_memory, "segment 1 (4294967292 bytes at 0x0) leaves WRAM"),
    ROW(beyond_mram, "segment 2 (8 bytes at 0xbfffffc) leaves MRAM"),
    ROW(wram_alignment, "segment 1 (124 bytes at 0x2) is misaligned, expected multiples of 4 in WRAM"),
    ROW(iram_alignment, "segment 0 (32 bytes at 0x80000004) is misaligned, expected multiples of 8 in IRAM"),
    ROW(iram_length, "segment 0 (20 bytes at 0x80000000) is misaligned"),
    ROW(overlap, "the segments at 0x0 and 0x64 overlap"),
    ROW(section_table, "section headers at offset 2147483632, expected them in a file of"),
    ROW(section_names, "the section name table"),
    ROW(section_name, "has name offset 65536, expected one below"),
    ROW(symbol_names, "the symbol name table cannot be read"),
    ROW(symbols, "the symbol table cannot be read"),
    ROW(symbol_link, "the symbol name table cannot be read"),
    ROW(symbol_name, "a symbol has name offset 2147483647, expected one below"),
    ROW(symbol_section, "is in section 500, expected one of"),
    ROW(symbol_value, "at 0x80010000 lies beyond IRAM (32768 bytes from 0x80000000)"),
};

START_TEST(bad_file_is_explained)
{
    struct asm_output output = assemble(source, "c");
    struct file file = {output.elf, output.elf_bytes};
    bad_files[_i].break_it(&file);
    struct pim_image *image;
    struct pim_error error = {0};
    enum pim_status status = pim_image_read_memory("x.elf", file.bytes, file.size, &image, &error);
    ck_assert_msg(status == PIM_BAD_INPUT, "%s was accepted", bad_files[_i].name);
    ck_assert_ptr_null(image);
    ck_assert_msg(strncmp(error.text, "x.elf: ", 7) == 0 && strstr(error.text, bad_files[_i].message), "%s: got '%s'",
                  bad_files[_i].name, error.text);
    asm_output_free(&output);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    struct asm_output output = assemble(source, "c");
    for (size_t size = 0; size < output.elf_bytes; size += size < 200 ? 1 : 37) {
        struct pim_image *image;
        struct pim_error error = {0};
        ck_assert_msg(pim_image_read_memory("x", output.elf, size, &image, &error) == PIM_BAD_INPUT, "%zu bytes", size);
    }
    asm_output_free(&output);
}
END_TEST

START_TEST(broken_debug_information_is_left_out)
{
    static const char *const names[] = {".debug_line", ".debug_info", ".debug_abbrev"};
    for (unsigned value = 0; value < 256; value += 5) {
        struct asm_output output = assemble(source, "c");
        struct file file = {output.elf, output.elf_bytes};
        Elf32_Shdr *broken = section(&file, names[_i]);
        memset(file.bytes + broken->sh_offset + value % broken->sh_size, (int)value, broken->sh_size - value % broken->sh_size);
        struct pim_image *image;
        struct pim_error error = {0};
        const char *text;
        unsigned line;
        ck_assert_int_eq(pim_image_read_memory("x", file.bytes, file.size, &image, &error), PIM_OK);
        pim_image_line(image, 0, &text, &line);
        pim_image_free(image);
        asm_output_free(&output);
    }
}
END_TEST

START_TEST(empty_segments_load)
{
    struct asm_output output = assemble(source, "c");
    struct file file = {output.elf, output.elf_bytes};
    segment(&file, 2)->p_filesz = segment(&file, 2)->p_memsz = 0;
    segment(&file, 1)->p_filesz = 0;
    struct pim_image *image;
    struct pim_error error = {0};
    ck_assert_msg(pim_image_read_memory("x", file.bytes, file.size, &image, &error) == PIM_OK, "%s", error.text);
    ck_assert_uint_eq(image->segment_count, 2);
    ck_assert_uint_eq(image->segments[0].data_bytes, 0);
    ck_assert_ptr_null(image->segments[0].data);
    pim_image_free(image);
    asm_output_free(&output);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("elf");
    TCase *good = tcase_create("what does a good file say?");
    tcase_add_test(good, segments_go_to_their_spaces);
    tcase_add_loop_test(good, symbol_is_placed, 0, sizeof expected_symbols / sizeof *expected_symbols);
    tcase_add_test(good, symbols_are_sorted);
    tcase_add_test(good, addresses_have_functions_and_lines);
    tcase_add_test(good, comment_names_the_release);
    tcase_add_test(good, hash_is_that_of_the_loaded_bytes);
    tcase_add_test(good, files_are_read_and_missing_ones_named);
    tcase_add_test(good, empty_segments_load);
    suite_add_tcase(suite, good);
    TCase *bad = tcase_create("what is said about a bad file?");
    tcase_add_loop_test(bad, bad_file_is_explained, 0, sizeof bad_files / sizeof *bad_files);
    tcase_add_test(bad, every_truncation_is_refused);
    tcase_add_loop_test(bad, broken_debug_information_is_left_out, 0, 3);
    suite_add_tcase(suite, bad);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
