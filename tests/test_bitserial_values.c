/* What the fast engine of the bit-serial machine makes of majorities: are the values that it computes instead the same functions, are sums and
 * selections seen, do all variants of its operations on stripes do what their tables say?
 */
#include "bitserial_stripes.h"
#include "bitserial_values.h"
#include "random.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

static uint32_t draw(uint64_t stream, uint64_t at, uint32_t bound)
{
    return pim_random_below(seed, stream, at, bound);
}

/* ---- operations on stripes ---- */

/* A function of three bits by its table of ternary logic, a bit at a time. */
static uint64_t by_table(unsigned table, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t result = 0;
    for (unsigned bit = 0; bit < 64; bit++)
        result |= (uint64_t)(table >> ((a >> bit & 1) * 4 + (b >> bit & 1) * 2 + (c >> bit & 1)) & 1) << bit;
    return result;
}

struct stripe_row { enum stripe_kernel kernel; const char *name; unsigned table, parity; };
static const struct stripe_row stripe_rows[] = {
#define STRIPE_ROW(name, expression, table) {STRIPE_##name, #name, table, 0},
    STRIPE_KERNELS(STRIPE_ROW)
#undef STRIPE_ROW
#define STRIPE_ROW(name, expression, sum, table, sum_table) {STRIPE_##name, #name, table, sum_table},
    STRIPE_ADDERS(STRIPE_ROW)
#undef STRIPE_ROW
};

/* Is every variant of every operation what its table says, in the words asked for only, also where the parity takes an operand's place? */
START_TEST(stripes_are_what_their_tables_say)
{
    enum { WORDS = 24, FROM = 8, ROOM = 40 };
    stripe_runner *runners[STRIPE_VARIANTS];
    unsigned count = stripe_runners_here(runners);
    const struct stripe_row *row = &stripe_rows[_i];
    for (unsigned variant = 0; variant < count; variant++) {
        uint64_t rows[5][ROOM], before[5][ROOM]; /* a, b, c, result, parity */
        pim_random_fill(rows, sizeof rows, seed, variant);
        memcpy(before, rows, sizeof rows);
        bool in_place = variant % 2;
        struct stripe_operation operation = {row->kernel, {rows[3], SIZE_MAX}, {rows[in_place ? 1 : 4], SIZE_MAX}, {rows[0], SIZE_MAX},
                                             {rows[1], SIZE_MAX}, {rows[2], SIZE_MAX}};
        runners[variant](&operation, 1, FROM, WORDS);
        for (unsigned i = FROM; i < FROM + WORDS; i++) {
            before[3][i] = by_table(row->table, before[0][i], before[1][i], before[2][i]);
            if (row->parity)
                before[in_place ? 1 : 4][i] = by_table(row->parity, before[0][i], before[1][i], before[2][i]);
        }
        if (memcmp(rows, before, sizeof rows))
            ck_abort_msg("%s, variant %u, seed %" PRIu64, row->name, variant, seed);
    }
}
END_TEST

/* ---- values ---- */

enum { INPUTS = 4, TABLE = 0xffff }; /* a value's table: its bit for each of the 16 inputs */

static uint32_t input_table(unsigned input)
{
    static const uint32_t tables[INPUTS] = {0xaaaa, 0xcccc, 0xf0f0, 0xff00};
    return tables[input];
}

static uint32_t table_of(const uint32_t *tables, literal x)
{
    return tables[x / 2] ^ (x & 1 ? TABLE : 0);
}

static uint32_t table_of_function(const uint32_t *tables, const struct function *function)
{
    uint32_t table = 0;
    for (unsigned minterm = 0; minterm < 8; minterm++) {
        uint32_t here = function->table >> minterm & 1 ? TABLE : 0;
        for (unsigned k = 0; k < 3; k++)
            here &= k < function->count ? tables[function->leaves[k]] ^ (minterm >> k & 1 ? 0 : TABLE) : minterm >> k & 1 ? 0 : TABLE;
        table |= here;
    }
    return table;
}

/* What the host computes for a value, from its operands. */
static uint32_t table_of_value(const uint32_t *tables, const struct value *value)
{
    uint32_t a = table_of(tables, value->operands[0]), b = table_of(tables, value->operands[1]), c = table_of(tables, value->operands[2]);
    switch (value->kind) {
    case VALUE_AND: return a & b;
    case VALUE_XOR: return a ^ b;
    case VALUE_PARITY: return a ^ b ^ c;
    case VALUE_SELECT: return (a & b) | (~a & c & TABLE);
    default: return (a & b) | (a & c) | (b & c);
    }
}

/* Is whatever stands for a majority that majority, and does every value know its own function, in random networks of them? */
START_TEST(values_are_what_their_majorities_are)
{
    enum { NETWORKS = 3000, NODES = 24 };
    struct values v;
    unsigned kinds[VALUE_SELECT + 1] = {0};
    ck_assert(values_open(&v, 16));
    for (uint64_t network = 0; network < NETWORKS; network++) {
        uint32_t tables[1 + INPUTS + NODES] = {0};
        literal nodes[1 + INPUTS + NODES] = {0};
        uint64_t at = 0;
        values_clear(&v);
        for (unsigned i = 0; i < INPUTS; i++) {
            nodes[1 + i] = values_row(&v, i);
            tables[nodes[1 + i] / 2] = input_table(i);
        }
        for (unsigned n = 1 + INPUTS; n < 1 + INPUTS + NODES; n++) {
            literal x[3];
            uint32_t t[3];
            for (unsigned k = 0; k < 3; k++) {
                x[k] = nodes[draw(network, at, n)] ^ draw(network, at + 1, 2);
                t[k] = table_of(tables, x[k]);
                at += 2;
            }
            size_t before = v.count;
            nodes[n] = values_majority(&v, x[0], x[1], x[2]);
            if (v.count > before) {
                tables[before] = table_of_value(tables, &v.values[before]);
                kinds[v.values[before].kind]++;
                if (table_of_function(tables, &v.values[before].function) != tables[before])
                    ck_abort_msg("network %" PRIu64 ", seed %" PRIu64 ": a value's function is not its own", network, seed);
            }
            if (v.count > before + 1 || table_of(tables, nodes[n]) != ((t[0] & t[1]) | (t[0] & t[2]) | (t[1] & t[2])))
                ck_abort_msg("network %" PRIu64 ", seed %" PRIu64 ": node %u is not its majority", network, seed, n);
        }
    }
    for (unsigned kind = VALUE_AND; kind <= VALUE_SELECT; kind++)
        ck_assert_uint_gt(kinds[kind], 0);
    values_close(&v);
}
END_TEST

/* Does the host compute a sum as a majority and a parity a bit, an exclusive or and a selection as one? All else of them is dead. */
START_TEST(adders_and_selections_are_seen)
{
    static const struct { enum bitserial_operation operation; enum value_kind kind; unsigned most; } rows[] = {
        {BITSERIAL_ADD, VALUE_PARITY, 2}, {BITSERIAL_SUB, VALUE_PARITY, 2}, {BITSERIAL_XOR, VALUE_XOR, 1}, {BITSERIAL_XNOR, VALUE_XOR, 1},
        {BITSERIAL_IF_ELSE, VALUE_SELECT, 1}, {BITSERIAL_XOR_RED, VALUE_PARITY, 1}};
    enum { WIDTH = 8 };
    bitserial_row lists[5][2 * WIDTH];
    for (unsigned i = 0; i < 5 * 2 * WIDTH; i++)
        lists[i / (2 * WIDTH)][i % (2 * WIDTH)] = (bitserial_row)i;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct values v;
        struct microprogram program = {0};
        const struct bitserial_operands operands = {WIDTH, false, lists[0], lists[1], lists[2], lists[3], lists[4]};
        unsigned live = 0, wanted = 0;
        bitserial_generate(rows[i].operation, &operands, &program);
        for (unsigned address = 0; address < 4; address++) /* what is left in the compute rows is not of interest */
            microprogram_aap(&program, BITSERIAL_C0, (bitserial_row)(BITSERIAL_B + address));
        microprogram_aap(&program, BITSERIAL_C0, BITSERIAL_B + 4);
        microprogram_aap(&program, BITSERIAL_C0, BITSERIAL_B + 6);
        ck_assert(values_open(&v, 5 * 2 * WIDTH));
        for (size_t k = 0; k < program.count; k++)
            ck_assert(values_take(&v, &(struct bitserial_step){program.commands[k].first, program.commands[k].second}));
        values_place(&v);
        for (size_t k = 1; k < v.count; k++) {
            live += value_operands(&v.values[k]) > 0 && v.values[k].last_use;
            wanted += v.values[k].kind == rows[i].kind && v.values[k].last_use;
        }
        ck_assert_msg(live <= rows[i].most * WIDTH && wanted >= WIDTH / 2 - 1, "%s: %u values, %u of them as expected",
                      bitserial_operations[rows[i].operation].name, live, wanted);
        values_close(&v);
        microprogram_free(&program);
    }
}
END_TEST

int main(void)
{
    const char *given = getenv("PIMENTO_TEST_SEED");
    seed = given ? strtoull(given, NULL, 0) : 20211;
    printf("seed %" PRIu64 " (PIMENTO_TEST_SEED)\n", seed);
    Suite *suite = suite_create("values of the bit-serial machine");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 600);
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, stripes_are_what_their_tables_say, 0, sizeof stripe_rows / sizeof *stripe_rows);
    tcase_add_test(tcase, values_are_what_their_majorities_are);
    tcase_add_test(tcase, adders_and_selections_are_seen);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
