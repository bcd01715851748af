/* The synthesiser: does the program compute the function for every assignment, does it leave its inputs alone, how long is it beside the hand
 * schedules, are bad functions refused with their column?
 */
#include "bitserial_fixture.h"
#include "random.h"
#include "synthesis.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t seed;
static struct synthesiser *synthesiser;

enum { STANDARD_SEED = 20211 };
enum { FIRST_INPUT = 10, DESTINATION = 30, FIRST_SCRATCH = 40 };

/* Lane i has assignment i: all 256 of eight inputs. Commands of the program. */
static size_t check_function(const struct bitserial_function *function, const char *what)
{
    static struct fixture f, before;
    struct synthesis synthesis;
    bitserial_row inputs[8], scratch[MIG_NODES];
    uint64_t assignments[FIXTURE_LANES];
    struct microprogram program = {0};
    const bitserial_row destination = DESTINATION;
    for (unsigned i = 0; i < MIG_NODES; i++)
        scratch[i] = (bitserial_row)(FIRST_SCRATCH + i);
    for (unsigned i = 0; i < 8; i++)
        inputs[i] = (bitserial_row)(FIRST_INPUT + i);
    for (unsigned i = 0; i < FIXTURE_LANES; i++)
        assignments[i] = i;
    pim_random_fill(&f, sizeof f, seed, 1);
    fixture_put(&f, inputs, 8, assignments);
    before = f;
    ck_assert_msg(bitserial_synthesise(synthesiser, function, &synthesis), "%s: too large", what);
    synthesis_place(&synthesis, inputs, destination, scratch, &program);
    fixture_run(&f, &program);
    for (unsigned i = 0; i < FIXTURE_LANES; i++)
        if (fixture_get(&f, &destination, 1, (int)i) != bitserial_function_value(function, i))
            ck_abort_msg("%s: assignment %u (seed %" PRIu64 ")", what, i, seed);
    f.d[DESTINATION] = before.d[DESTINATION];
    for (unsigned i = 0; i < synthesis.scratch_rows; i++)
        f.d[FIRST_SCRATCH + i] = before.d[FIRST_SCRATCH + i];
    ck_assert_msg(!memcmp(f.d, before.d, sizeof f.d), "%s: other rows changed", what);
    size_t count = program.count;
    microprogram_free(&program);
    synthesis_free(&synthesis);
    return count;
}

/* What it was before there was a search: one graph, scheduled in one pass. */
static size_t one_pass(const struct bitserial_function *function)
{
    static struct mig mig;
    struct microprogram program = {0};
    ck_assert(mig_build(synthesiser, function, (struct mig_style){0}, &mig));
    mig_schedule(&mig, &program);
    size_t count = program.count;
    microprogram_free(&program);
    return count;
}

static size_t check_text(const char *text)
{
    struct bitserial_function function;
    struct pim_error error = {0};
    ck_assert_msg(bitserial_function_parse(text, &function, &error) == PIM_OK, "%s", error.text);
    return check_function(&function, text);
}

/* Of up to three inputs: the smallest graphs. */
START_TEST(all_functions_of_three_inputs)
{
    static struct mig mig;
    unsigned sizes[8] = {0};
    for (unsigned table = 0; table < 256; table++) {
        char text[16];
        struct bitserial_function function;
        snprintf(text, sizeof text, "0x%02x/3", table);
        if ((table + seed) % 4 == 0) /* one in four: the search takes a tenth of a second each */
            check_text(text);
        ck_assert_int_eq(bitserial_function_parse(text, &function, NULL), PIM_OK);
        for (unsigned i = 0; i < 256; i++)
            ck_assert_uint_eq(bitserial_function_value(&function, i), table >> i % 8 & 1);
        ck_assert(mig_build(synthesiser, &function, (struct mig_style){0}, &mig));
        sizes[mig_size(&mig)]++;
    }
    ck_assert_uint_eq(sizes[0], 8); /* constants, inputs, complements */
    ck_assert_uint_eq(sizes[1], 32); /* 24 ANDs and ORs, 8 majorities */
    ck_assert_uint_eq(sizes[5] + sizes[6] + sizes[7], 0);
}
END_TEST

/* Right, and never longer than the one pass; together as long as the row says, or shorter. `before`: what the synthesiser without search and without
 * pairs made of these very functions, at the standard seed. */
START_TEST(random_functions)
{
    static const struct { unsigned inputs, trials, before; } rows[] = {{1, 4, 4}, {2, 12, 33}, {3, 12, 114}, {4, 8, 172}, {5, 4, 139}, {6, 3, 280}, {7, 3, 521}, {8, 10, 3381}};
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        unsigned inputs = rows[row].inputs, bits = 1u << inputs;
        size_t total = 0, longer = 0;
        for (unsigned trial = 0; trial < rows[row].trials; trial++) {
            struct bitserial_function function = {.inputs = inputs};
            for (unsigned i = 0; i < 256; i++) {
                uint64_t number = pim_random(seed, 8 * trial + inputs, i % bits);
                bool value = trial % 3 == 0 ? number % 8 == 0 : number & 1; /* sparse ones too */
                function.table[i / 64] |= (uint64_t)value << i % 64;
            }
            size_t count = check_function(&function, "a random function");
            longer += count > one_pass(&function);
            total += count;
        }
        ck_assert_uint_eq(longer, 0);
        printf("  %u random functions of %u inputs: %zu commands, before %u\n", rows[row].trials, inputs, total, rows[row].before);
        if (seed == STANDARD_SEED)
            ck_assert_uint_le(total, rows[row].before);
    }
}
END_TEST

/* Hand schedules of one bit: published counts, or those of this project's generators; and what the synthesiser made before there was a search. */
START_TEST(programs_beside_hand_schedules)
{
    static const struct { const char *name, *function; size_t hand, before, most; } rows[] = {
        {"copy", "a", 1, 1, 1},
        {"not", "!a", 2, 2, 2},
        {"and", "a & b", 4, 4, 4},
        {"or", "a | b", 4, 4, 4},
        {"nand", "!(a & b)", 5, 5, 5},
        {"xor", "a ^ b", 7, 11, 7},
        {"xnor", "!(a ^ b)", 7, 12, 7},
        {"majority, the carry of an addition", "maj(a, b, c)", 4, 4, 4},
        {"sum of an addition", "a ^ b ^ c", 8, 11, 7},
        {"if-then-else", "a ? b : c", 7, 11, 7},
        {"a step of greater", "maj(a, !b, c)", 4, 4, 4},
        {"AND of eight", "a & b & c & d & e & f & g & h", 22, 22, 19},
        {"parity of eight", "a ^ b ^ c ^ d ^ e ^ f ^ g ^ h", 26, 61, 26},
        {"at least two of four", "a & b | a & c | a & d | b & c | b & d | c & d", 0, 22, 10},
    };
    printf("commands: by hand, before, now\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bitserial_function function;
        const char *name;
        size_t count = check_text(rows[i].function);
        printf("  %-40s %3zu %3zu %3zu\n", rows[i].name, rows[i].hand, rows[i].before, count);
        ck_assert_uint_le(count, rows[i].most);
        ck_assert_int_eq(bitserial_function_parse(rows[i].function, &function, NULL), PIM_OK);
        size_t known = bitserial_hand_schedule(&function, &name);
        ck_assert_msg(known == 0 || known == rows[i].hand, "%s: %zu by hand", rows[i].name, known);
    }
}
END_TEST

START_TEST(expressions_mean_what_they_say)
{
    static const struct { const char *text; unsigned table, inputs; } rows[] = {
        {"a", 0xaa, 1},           {" ! b", 0x33, 2},          {"a&b|c", 0xf8, 3},          {"a|b&c", 0xea, 3},
        {"a^b|c", 0xf6, 3},       {"a?b:c", 0xd8, 3},         {"maj(a,b,c)", 0xe8, 3},     {"~(a|b)&1", 0x11, 2},
        {"0", 0x00, 0},           {"a ? b ? c : 0 : 1", 0xd5, 3}, {"0x8/2", 0x88, 2},      {"0x2/1", 0xaa, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bitserial_function function;
        struct pim_error error = {0};
        ck_assert_msg(bitserial_function_parse(rows[i].text, &function, &error) == PIM_OK, "%s", error.text);
        ck_assert_uint_eq(function.inputs, rows[i].inputs);
        for (unsigned j = 0; j < 256; j++)
            ck_assert_msg(bitserial_function_value(&function, j) == (rows[i].table >> j % 8 & 1), "%s, assignment %u", rows[i].text, j);
    }
}
END_TEST

START_TEST(bad_functions_name_their_column)
{
    static const struct { const char *text, *message; } rows[] = {
        {"", "function:1:1: expected an input"},
        {"a &", "function:1:4: expected an input"},
        {"a b", "function:1:3: expected an operator"},
        {"a | i", "function:1:5: expected an input"},
        {"(a", "function:1:3: expected ')'"},
        {"a ? b", "function:1:6: expected ':' after '?'"},
        {"maj(a, b)", "function:1:9: expected ',': maj has three operands"},
        {"0xe8", "function:1:5: expected hexadecimal digits, '/'"},
        {"0xe8/9", "function:1:6: expected 1 to 8 inputs"},
        {"0xe8/2", "function:1:7: the table has not as many digits"},
        {"0x4/1", "function:1:6: the table has not as many digits"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bitserial_function function;
        struct pim_error error = {0};
        ck_assert_int_eq(bitserial_function_parse(rows[i].text, &function, &error), PIM_BAD_INPUT);
        ck_assert_msg(strncmp(error.text, rows[i].message, strlen(rows[i].message)) == 0, "'%s': %s", rows[i].text, error.text);
    }
    char deep[2001];
    memset(deep, '(', 2000);
    deep[2000] = 0;
    struct bitserial_function function;
    ck_assert_int_eq(bitserial_function_parse(deep, &function, NULL), PIM_BAD_INPUT);
}
END_TEST

int main(void)
{
    const char *given = getenv("PIMENTO_TEST_SEED");
    seed = given ? strtoull(given, NULL, 0) : STANDARD_SEED;
    printf("seed %" PRIu64 " (PIMENTO_TEST_SEED)\n", seed);
    synthesiser = synthesiser_open();
    Suite *suite = suite_create("synthesiser");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 300);
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, all_functions_of_three_inputs);
    tcase_add_test(tcase, random_functions);
    tcase_add_test(tcase, programs_beside_hand_schedules);
    tcase_add_test(tcase, expressions_mean_what_they_say);
    tcase_add_test(tcase, bad_functions_name_their_column);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    synthesiser_close(synthesiser);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
