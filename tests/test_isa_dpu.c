/* The DPU instruction set: is the table the published one, do no two forms share a word, does
 * every row survive the round trip through decoder, encoder, disassembler and assembler, and is
 * the fast decoder right on arbitrary words?
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dpu_table.h"
#include "dpu_text.h"
#include "dpu_vectors.h"
#include "hash.h"
#include "instruction_set.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))
#define WORD_MASK ((UINT64_C(1) << 48) - 1)

static uint64_t random_state = 20240601;

static uint64_t next_random(void) /* splitmix64 */
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void seed_random(void)
{
    const char *seed = getenv("PIMENTO_TEST_SEED");
    if (seed)
        random_state = strtoull(seed, NULL, 0);
    printf("seed %" PRIu64 "\n", random_state);
}

static int scaled(int count)
{
    const char *scale = getenv("PIMENTO_TEST_SCALE");
    return scale ? (int)((int64_t)count * atoi(scale) / 100) : count;
}

/* ---- The table ---- */

START_TEST(counts)
{
    int zf_only = 0, both = 0, none = 0;
    for (int form = 0; form < DPU_BASE_FORMS; form++) {
        unsigned flags = dpu_form((enum dpu_form)form)->flags & (DPU_SETS_ZF | DPU_SETS_CF);
        zf_only += flags == DPU_SETS_ZF;
        both += flags == (DPU_SETS_ZF | DPU_SETS_CF);
        none += flags == 0;
    }
    ck_assert_int_eq(DPU_FORMS, 1078);
    ck_assert_int_eq(DPU_BASE_FORMS, 973);
    ck_assert_int_eq(zf_only, 747);
    ck_assert_int_eq(both, 158);
    ck_assert_int_eq(none, 68);
}
END_TEST

static uint64_t hash_text(const char *text)
{
    return hash_bytes(HASH_START, text, strlen(text));
}

static uint64_t hash_row(const struct dpu_form_row *row)
{
    char text[4096];
    int length = sprintf(text, "%s %s %012" PRIx64 " %012" PRIx64 " %012" PRIx64 " ", row->name,
                         row->mnemonic, row->mask, row->match, row->loose_mask);
    if (row->flags & DPU_ALIAS)
        length += sprintf(text + length, "alias");
    else
        length += sprintf(text + length, "%d%d%d%d%d", !!(row->flags & DPU_SETS_ZF),
                          !!(row->flags & DPU_SETS_CF), !!(row->flags & DPU_BRANCH),
                          row->destination != DPU_TO_NOTHING, !!(row->flags & DPU_READS_TWO));
    for (unsigned i = 0; i < row->operand_count; i++) {
        length += sprintf(text + length, " ");
        for (int bit = 0; bit < 32; bit++) {
            uint64_t places = dpu_operand_place(&row->operands[i], INT64_C(1) << bit);
            if (places)
                length += sprintf(text + length, "%d:%" PRIx64 ",", bit, places);
        }
    }
    return hash_text(text);
}

/* The sum was computed from the published rows by another program: names, fixed bits, places of
 * all operand bits in assembly order, flags. */
START_TEST(the_table_is_the_published_one)
{
    uint64_t sum = 0;
    for (int form = 0; form < DPU_FORMS; form++)
        sum += hash_row(dpu_form((enum dpu_form)form));
    ck_assert_msg(sum == UINT64_C(0x98ade3063866eb79), "sum of the rows is 0x%" PRIx64, sum);
}
END_TEST

/* ---- No two base forms share a word ---- */

/* The codes that a register or condition field takes; 0 for other fields. Written again here,
 * not taken from the decoder. */
static uint64_t allowed_codes(const struct dpu_form_row *row, const struct dpu_operand *operand)
{
    switch (operand->kind) {
    case DPU_KIND_R24:
    case DPU_KIND_S24: return 0xffffff;
    case DPU_KIND_R32:
    case DPU_KIND_S32: return 0xffffffff;
    case DPU_KIND_R32NZ: return 0xfeffffff;
    case DPU_KIND_CONSTANT: return 0xff000000;
    case DPU_KIND_PAIR: return 0x555555;
    case DPU_KIND_CONDITION: return dpu_condition_class(row)->accepted;
    default: return 0;
    }
}

/* Some code of the operand agrees with the `mask` bits of `bits`. */
static bool some_code_fits(const struct dpu_form_row *row, const struct dpu_operand *operand,
                           uint64_t mask, uint64_t bits)
{
    uint64_t allowed = allowed_codes(row, operand), field = dpu_operand_place(operand, -1);
    for (int code = 0; code < 64; code++)
        if (allowed >> code & 1 && ((dpu_operand_place(operand, code) ^ bits) & mask & field) == 0)
            return true;
    return !allowed;
}

/* Some code of one operand leaves a code of the other. */
static bool some_codes_fit(const struct dpu_form_row *a, const struct dpu_operand *left,
                           const struct dpu_form_row *b, const struct dpu_operand *right,
                           uint64_t mask, uint64_t bits)
{
    uint64_t allowed = allowed_codes(a, left), field = dpu_operand_place(left, -1);
    for (int code = 0; code < 64; code++) {
        uint64_t placed = dpu_operand_place(left, code);
        if (allowed >> code & 1 && ((placed ^ bits) & mask & field) == 0 &&
            some_code_fits(b, right, mask | field, (bits & ~field) | placed))
            return true;
    }
    return !allowed;
}

static bool every_field_has_a_code(const struct dpu_form_row *row, uint64_t mask, uint64_t bits)
{
    for (unsigned i = 0; i < row->operand_count; i++)
        if (!some_code_fits(row, &row->operands[i], mask, bits))
            return false;
    return true;
}

/* A field of one row that contradicts the fixed bits or a field of the other proves that no word
 * is both. */
static bool fields_contradict(const struct dpu_form_row *a, const struct dpu_form_row *b,
                              uint64_t mask, uint64_t bits)
{
    if (!every_field_has_a_code(a, mask, bits) || !every_field_has_a_code(b, mask, bits))
        return true;
    for (unsigned i = 0; i < a->operand_count; i++)
        for (unsigned j = 0; j < b->operand_count; j++)
            if (!some_codes_fit(a, &a->operands[i], b, &b->operands[j], mask, bits))
                return true;
    return false;
}

static int check_pairs(bool loose)
{
    int alike = 0;
    for (int i = 0; i < DPU_BASE_FORMS; i++)
        for (int j = 0; j < i; j++) {
            const struct dpu_form_row *a = dpu_form((enum dpu_form)i),
                                      *b = dpu_form((enum dpu_form)j);
            uint64_t a_mask = loose ? a->loose_mask : a->mask,
                     b_mask = loose ? b->loose_mask : b->mask;
            if ((a->match ^ b->match) & a_mask & b_mask)
                continue;
            alike++;
            uint64_t bits = (a->match & a_mask) | (b->match & b_mask);
            ck_assert_msg(fields_contradict(a, b, a_mask | b_mask, bits), "%s and %s share words",
                          a->name, b->name);
        }
    return alike;
}

START_TEST(no_two_forms_share_a_word)
{
    ck_assert_int_eq(check_pairs(false), 7068);
    check_pairs(true);
}
END_TEST

/* ---- Vectors ---- */

static void check_text(uint64_t word, const char *text)
{
    char printed[128], why[512] = "";
    uint64_t assembled;
    ck_assert_uint_eq(dpu_disassemble(word, false, NULL, NULL, printed, sizeof printed),
                      strlen(text));
    ck_assert_str_eq(printed, text);
    ck_assert_msg(assemble_dpu_text(text, &assembled, why, sizeof why), "%s: %s", text, why);
    ck_assert_msg(assembled == word, "%s: 0x%012" PRIx64 ", expected 0x%012" PRIx64, text,
                  assembled, word);
}

START_TEST(words_of_a_program)
{
    check_text(dpu_program_vectors[_i].word, dpu_program_vectors[_i].text);
}
END_TEST

START_TEST(words_of_forms)
{
    const struct dpu_text_vector *vector = &dpu_form_vectors[_i];
    struct dpu_instruction instruction;
    check_text(vector->word, vector->text);
    ck_assert(dpu_decode(vector->word, false, &instruction));
    ck_assert_str_eq(dpu_form((enum dpu_form)instruction.form)->name, vector->form);
}
END_TEST

START_TEST(words_with_results)
{
    check_text(dpu_execution_vectors[_i].word, dpu_execution_vectors[_i].text);
}
END_TEST

/* ---- Round trips ---- */

static int64_t random_value(const struct dpu_form_row *row, const struct dpu_operand *operand)
{
    for (;;) {
        int64_t value = (int64_t)(next_random() & 0xffffffff);
        bool register_or_code = allowed_codes(row, operand) != 0;
        struct dpu_range range = dpu_operand_range(operand);
        value = register_or_code ? value % 64 : range.low + value % (range.high - range.low + 1);
        if (next_random() % 8 == 0 && !register_or_code)
            value = value & 1 ? range.low : range.high;
        if (dpu_operand_fits(row, operand, value))
            return value;
    }
}

/* Codes without a name, and second codes of one condition, are not what the encoder makes of the
 * condition; their text has the code itself. */
static bool has_canonical_condition(uint64_t word)
{
    const struct dpu_form_row *row = dpu_form(dpu_form_of(word, false));
    for (unsigned i = 0; i < row->operand_count; i++)
        if (row->operands[i].kind == DPU_KIND_CONDITION)
            return dpu_is_canonical_code(dpu_condition_class(row),
                                         (unsigned)dpu_operand_read(&row->operands[i], word));
    return true;
}

static void check_round_trip(uint64_t word, enum dpu_form base)
{
    struct dpu_instruction instruction;
    uint64_t encoded, assembled;
    char text[128], why[512] = "";
    ck_assert(dpu_decode(word, false, &instruction));
    ck_assert_int_eq(instruction.form, base);
    if (has_canonical_condition(word)) {
        ck_assert(dpu_encode(&instruction, &encoded));
        ck_assert_msg(encoded == word, "%s: 0x%012" PRIx64 " from 0x%012" PRIx64,
                      dpu_form(base)->name, encoded, word);
    }
    dpu_disassemble(word, false, NULL, NULL, text, sizeof text);
    ck_assert_msg(assemble_dpu_text(text, &assembled, why, sizeof why), "%s (%s): %s", text,
                  dpu_form(base)->name, why);
    ck_assert_msg(assembled == word, "%s (%s): 0x%012" PRIx64 " from 0x%012" PRIx64, text,
                  dpu_form(base)->name, assembled, word);
}

START_TEST(every_row_survives_the_round_trip)
{
    const struct dpu_form_row *row = dpu_form((enum dpu_form)_i);
    seed_random();
    random_state += (uint64_t)_i;
    for (int n = scaled(200); n > 0; n--) {
        uint64_t word = row->match;
        for (unsigned i = 0; i < row->operand_count; i++)
            word |= dpu_operand_place(&row->operands[i], random_value(row, &row->operands[i]));
        check_round_trip(word, (enum dpu_form)row->alias_of);
    }
}
END_TEST

START_TEST(encoder_refuses_what_does_not_fit)
{
    struct dpu_instruction instruction;
    uint64_t word;
    ck_assert(dpu_decode(0x3c7383000006, false, &instruction)); /* jnz id, ... */
    ck_assert(dpu_encode(&instruction, &word));
    struct dpu_instruction wrong = instruction;
    wrong.imm = 1024; /* 11 bits signed */
    ck_assert(!dpu_encode(&wrong, &word));
    wrong = instruction;
    wrong.condition = DPU_IF_C; /* no condition of subtractions */
    ck_assert(!dpu_encode(&wrong, &word));
    wrong = instruction;
    wrong.ra = 32;
    ck_assert(!dpu_encode(&wrong, &word));
    wrong.form = DPU_JNZri; /* an alias */
    ck_assert(!dpu_encode(&wrong, &word));
    ck_assert(dpu_decode(0x7b5b468fffff, false, &instruction)); /* ld d22, r22, -8 */
    instruction.rc = 21;
    ck_assert(!dpu_encode(&instruction, &word));
}
END_TEST

/* ---- The decoder against a linear search ---- */

static bool row_has(const struct dpu_form_row *row, uint64_t word, bool loose)
{
    if ((word ^ row->match) & (loose ? row->loose_mask : row->mask))
        return false;
    for (unsigned i = 0; i < row->operand_count; i++) {
        const struct dpu_operand *operand = &row->operands[i];
        uint64_t allowed = allowed_codes(row, operand), field = dpu_operand_place(operand, -1);
        int64_t value = dpu_operand_read(operand, word);
        if (allowed && !(allowed >> value & 1))
            return false;
        if (!loose && dpu_operand_place(operand, value) != (word & field))
            return false;
    }
    return true;
}

static enum dpu_form linear_search(uint64_t word, bool loose)
{
    enum dpu_form found = DPU_UNDEFINED;
    for (int form = 0; form < DPU_BASE_FORMS && !(word & ~WORD_MASK); form++)
        if (row_has(dpu_form((enum dpu_form)form), word, loose)) {
            ck_assert_msg(found == DPU_UNDEFINED, "0x%012" PRIx64 " has two forms", word);
            found = (enum dpu_form)form;
        }
    return found;
}

/* A word near a form: its fixed bits, anything elsewhere, and now and then a wrong bit. */
static uint64_t word_near_a_form(void)
{
    const struct dpu_form_row *row = dpu_form((enum dpu_form)(next_random() % DPU_BASE_FORMS));
    uint64_t word = (next_random() & WORD_MASK & ~row->mask) | row->match;
    return next_random() % 4 ? word : word ^ UINT64_C(1) << next_random() % 49;
}

START_TEST(decoder_agrees_with_linear_search)
{
    bool loose = _i;
    seed_random();
    for (int n = scaled(400000); n > 0; n--) {
        uint64_t word = n % 4 ? word_near_a_form() : next_random() & WORD_MASK;
        enum dpu_form expected = linear_search(word, loose), form = dpu_form_of(word, loose);
        ck_assert_msg(form == expected, "0x%012" PRIx64 ": form %d, expected %d", word, form,
                      expected);
    }
}
END_TEST

/* Whatever a strict word is, its text says all of it. */
START_TEST(strict_words_survive_the_round_trip)
{
    seed_random();
    for (int n = scaled(3000000); n > 0; n--) {
        uint64_t word = n % 2 ? word_near_a_form() : next_random() & WORD_MASK;
        struct dpu_instruction instruction;
        char text[16];
        dpu_disassemble(word, true, NULL, NULL, text, sizeof text);
        dpu_decode(word, true, &instruction);
        if (dpu_decode(word, false, &instruction) && n % 8 == 1)
            check_round_trip(word, (enum dpu_form)instruction.form);
    }
}
END_TEST

START_TEST(undefined_words)
{
    struct dpu_instruction instruction;
    char text[64];
    ck_assert(!dpu_decode(UINT64_C(1) << 48 | 0x7c6300000000, true,
                          &instruction)); /* nop with a bit above 47 */
    ck_assert_int_eq(instruction.form, DPU_UNDEFINED);
    ck_assert(!dpu_decode(0xffffffffffff, false, &instruction));
    ck_assert_uint_eq(dpu_disassemble(0xffffffffffff, false, NULL, NULL, text, sizeof text), 22);
    ck_assert_str_eq(text, ".word48 0xffffffffffff");
    ck_assert_uint_eq(dpu_disassemble(0xffffffffffff, false, NULL, NULL, text, 8), 22);
    ck_assert_str_eq(text, ".word48");
    ck_assert(!dpu_decode(0x7c63000f0000, false,
                          &instruction)); /* nop with a bit that the vendor's decoder ignores */
    ck_assert(!dpu_decode(0x7c6300000001, false, &instruction));
}
END_TEST

static const char *main_label(void *context, uint32_t index)
{
    return index == 187 ? context : NULL;
}

START_TEST(labels_follow_targets)
{
    char text[64], name[] = "main";
    dpu_disassemble(0x8be300bb0000, false, main_label, name, text, sizeof text);
    ck_assert_str_eq(text, "call r23, 0x800005d8 <main>");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("isa_dpu");
    TCase *table = tcase_create("table"), *vectors = tcase_create("vectors"),
          *trips = tcase_create("round trips"), *decoder = tcase_create("decoder");
    tcase_add_test(table, counts);
    tcase_add_test(table, the_table_is_the_published_one);
    tcase_add_test(table, no_two_forms_share_a_word);
    tcase_add_loop_test(vectors, words_of_a_program, 0, COUNT(dpu_program_vectors));
    tcase_add_loop_test(vectors, words_of_forms, 0, COUNT(dpu_form_vectors));
    tcase_add_loop_test(vectors, words_with_results, 0, COUNT(dpu_execution_vectors));
    tcase_add_loop_test(trips, every_row_survives_the_round_trip, 0, DPU_FORMS);
    tcase_add_test(trips, encoder_refuses_what_does_not_fit);
    tcase_add_test(trips, strict_words_survive_the_round_trip);
    tcase_add_loop_test(decoder, decoder_agrees_with_linear_search, 0, 2);
    tcase_add_test(decoder, undefined_words);
    tcase_add_test(decoder, labels_follow_targets);
    tcase_set_timeout(table, 60);
    tcase_set_timeout(trips, 120);
    tcase_set_timeout(decoder, 120);
    suite_add_tcase(suite, table);
    suite_add_tcase(suite, vectors);
    suite_add_tcase(suite, trips);
    suite_add_tcase(suite, decoder);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed || !run;
}
