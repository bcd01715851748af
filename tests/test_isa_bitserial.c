/* The bit-serial instruction set: does every operation compute what integers do, for every width, in the published number of commands, and
 * leave its operands alone? Does every word survive the round trip through text?
 */
#include "bitserial_fixture.h"
#include "bitserial_isa.h"
#include "instruction_set.h"
#include "random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t seed;

static uint64_t low(uint64_t value, unsigned width)
{
    return width >= 64 ? value : value & ((UINT64_C(1) << width) - 1);
}

static int64_t extended(uint64_t value, unsigned width)
{
    return (int64_t)(value << (64 - width)) >> (64 - width);
}

/* ---- a run ---- */

enum { A, OPERAND_B, SELECT, DESTINATION, SCRATCH, LISTS, LIST_ROWS = 400 };

struct run {
    enum bitserial_operation operation;
    unsigned width;
    bool is_signed;
    bitserial_row rows[LISTS][LIST_ROWS];
    uint64_t a[FIXTURE_LANES], b[FIXTURE_LANES], select[FIXTURE_LANES];
};

/* Each list's rows are scattered, so that a generator that counts on neighbours is seen. */
static void scatter_rows(struct run *run)
{
    for (unsigned list = 0; list < LISTS; list++)
        for (unsigned i = 0; i < LIST_ROWS; i++)
            run->rows[list][i] = (bitserial_row)((i * LISTS + list) * 7 % 4001); /* 7 and 4001 have no common factor */
}

/* Every pair of some corner values, then random ones. */
static void choose_elements(struct run *run)
{
    unsigned n = run->width;
    const uint64_t corners[] = {0, 1, UINT64_MAX, UINT64_C(1) << (n - 1), (UINT64_C(1) << (n - 1)) - 1, UINT64_C(0x5555555555555555), 2,
                                UINT64_MAX - 1};
    enum { CORNERS = sizeof corners / sizeof *corners };
    for (unsigned lane = 0; lane < FIXTURE_LANES; lane++) {
        uint64_t stream = (uint64_t)run->operation * 128 + n;
        uint64_t a = pim_random(seed, stream, 3 * lane), b = pim_random(seed, stream, 3 * lane + 1);
        if (lane % 3 == 1) /* small ones, so that quotients are not all 0 */
            b >>= pim_random_below(seed, stream, 3 * lane + 2, 63);
        run->a[lane] = low(lane < CORNERS * CORNERS ? corners[lane % CORNERS] : a, n);
        run->b[lane] = low(lane < CORNERS * CORNERS ? corners[lane / CORNERS] : b, n);
        run->select[lane] = pim_random(seed, stream, 3 * lane + 2) & 1;
    }
}

static void fill(struct fixture *f, const struct run *run)
{
    pim_random_fill(f, sizeof *f, seed, 99);
    fixture_put(f, run->rows[A], run->width, run->a);
    fixture_put(f, run->rows[OPERAND_B], run->width, run->b);
    fixture_put(f, run->rows[SELECT], 1, run->select);
}

static struct microprogram generate(const struct run *run, const bitserial_row *destination)
{
    struct microprogram program = {0};
    const struct bitserial_operands operands = {run->width, run->is_signed, destination, run->rows[A], run->rows[OPERAND_B],
                                                run->rows[SELECT], run->rows[SCRATCH]};
    bitserial_generate(run->operation, &operands, &program);
    return program;
}

static void check_results(const struct fixture *f, const struct run *run, const bitserial_row *destination)
{
    unsigned width = bitserial_result_width(run->operation, run->width);
    for (int lane = 0; lane < FIXTURE_LANES; lane++) {
        struct bitserial_element want = bitserial_meaning(run->operation, run->a[lane], run->b[lane], run->select[lane], run->width, run->is_signed);
        uint64_t got = fixture_get(f, destination, width < 64 ? width : 64, lane);
        uint64_t high = width > 64 ? fixture_get(f, destination + 64, width - 64, lane) : 0;
        if (got != want.low || high != want.high)
            ck_abort_msg("%s%s, %u bits, a %#" PRIx64 ", b %#" PRIx64 ": %#" PRIx64 " %#" PRIx64
                      ", expected %#" PRIx64 " %#" PRIx64 " (seed %" PRIu64 ")", bitserial_operations[run->operation].name,
                      run->is_signed ? " signed" : "", run->width, run->a[lane], run->b[lane], high, got, want.high, want.low, seed);
    }
}

/* Operands, and rows that are nobody's, are as before. */
static void check_the_rest(const struct fixture *f, const struct fixture *before, const struct run *run, unsigned scratch)
{
    static bool changed[BITSERIAL_D_ROWS];
    memset(changed, 0, sizeof changed);
    for (unsigned i = 0; i < bitserial_result_width(run->operation, run->width); i++)
        changed[run->rows[DESTINATION][i]] = true;
    for (unsigned i = 0; i < scratch; i++)
        changed[run->rows[SCRATCH][i]] = true;
    for (unsigned row = 0; row < BITSERIAL_D_ROWS; row++)
        if (!changed[row] && memcmp(&f->d[row], &before->d[row], sizeof f->d[row]))
            ck_abort_msg("%s, %u bits: row %u changed",
                      bitserial_operations[run->operation].name, run->width, row);
}

/* How many commands the papers have for it; false when they have none, or only bounds. */
static bool published_count(enum bitserial_operation operation, unsigned width, size_t *count)
{
    size_t n = width;
    switch (operation) {
    case BITSERIAL_ADD:
    case BITSERIAL_SUB: *count = 8 * n + 1; return true;
    case BITSERIAL_MUL: *count = 11 * n * n - 5 * n - 1; return true;
    case BITSERIAL_DIV: *count = 8 * n * n + 12 * n; return true;
    case BITSERIAL_ABS: *count = 10 * n - 2; return true;
    case BITSERIAL_GT:
    case BITSERIAL_GE:
    case BITSERIAL_LT:
    case BITSERIAL_LE: *count = 3 * n + 2; return true;
    case BITSERIAL_EQ: *count = 4 * n + 3; return true;
    case BITSERIAL_MAX:
    case BITSERIAL_MIN: *count = 10 * n + 2; return true;
    case BITSERIAL_IF_ELSE:
    case BITSERIAL_XOR:
    case BITSERIAL_XNOR: *count = 7 * n; return true;
    case BITSERIAL_RELU: *count = 3 * n + (n - 1) % 2; return true;
    case BITSERIAL_AND_RED:
    case BITSERIAL_OR_RED: *count = 5 * (n / 2) + 2; return true;
    case BITSERIAL_XOR_RED: *count = 6 * (n / 2) + 2; return true;
    case BITSERIAL_COPY: *count = n; return true;
    case BITSERIAL_NOT: *count = 2 * n; return true;
    case BITSERIAL_AND:
    case BITSERIAL_OR: *count = 4 * n; return true;
    case BITSERIAL_NAND:
    case BITSERIAL_NOR: *count = 5 * n; return true;
    default: return false;
    }
}

static void check_count(const struct run *run, const struct microprogram *program)
{
    size_t published;
    if (run->is_signed && (run->operation == BITSERIAL_MUL || run->operation == BITSERIAL_DIV))
        return;
    if (published_count(run->operation, run->width, &published)) {
        bool better = run->operation == BITSERIAL_DIV;
        ck_assert_msg(better ? program->count <= published : program->count == published, "%s, %u bits: %zu commands, published %zu",
                      bitserial_operations[run->operation].name, run->width, program->count, published);
    }
}

static void check_operation(struct run *run)
{
    static struct fixture f, before;
    scatter_rows(run);
    choose_elements(run);
    fill(&f, run);
    before = f;
    struct microprogram program = generate(run, run->rows[DESTINATION]);
    fixture_run(&f, &program);
    check_results(&f, run, run->rows[DESTINATION]);
    check_the_rest(&f, &before, run, bitserial_scratch_rows(run->operation, run->width, run->is_signed));
    check_count(run, &program);
    microprogram_free(&program);
    for (int operand = A; bitserial_operations[run->operation].in_place && operand <= OPERAND_B; operand++) {
        fill(&f, run);
        program = generate(run, run->rows[operand]);
        fixture_run(&f, &program);
        check_results(&f, run, run->rows[operand]);
        microprogram_free(&program);
    }
}

START_TEST(operations_equal_integer_arithmetic)
{
    static struct run run;
    run.operation = (enum bitserial_operation)_i;
    for (run.width = 1; run.width <= BITSERIAL_WIDEST; run.width++)
        for (int is_signed = 0; is_signed <= bitserial_operations[_i].has_signed; is_signed++) {
            run.is_signed = is_signed;
            check_operation(&run);
        }
}
END_TEST

/* The meaning is plain arithmetic; a few values by hand, so that it is not only held against itself. */
START_TEST(meanings_are_what_they_are)
{
    static const struct { enum bitserial_operation operation; uint64_t a, b; unsigned width; bool is_signed; uint64_t low, high; } rows[] = {
        {BITSERIAL_ADD, 200, 100, 8, false, 44, 0},          {BITSERIAL_SUB, 1, 2, 5, false, 31, 0},
        {BITSERIAL_MUL, 0xff, 0xff, 8, false, 0xfe01, 0},    {BITSERIAL_MUL, 0xff, 0xff, 8, true, 1, 0},
        {BITSERIAL_MUL, UINT64_MAX, 2, 64, true, UINT64_MAX - 1, UINT64_MAX}, {BITSERIAL_MUL, UINT64_MAX, 2, 64, false, UINT64_MAX - 1, 1},
        {BITSERIAL_DIV, 0xf9, 2, 8, true, 0xfd, 0},          {BITSERIAL_MOD, 0xf9, 2, 8, true, 0xff, 0},
        {BITSERIAL_DIV, 7, 0, 8, false, 0xff, 0},            {BITSERIAL_MOD, 7, 0, 8, false, 7, 0},
        {BITSERIAL_ABS, 0x80, 0, 8, false, 0x80, 0},         {BITSERIAL_GT, 0x80, 1, 8, true, 0, 0},
        {BITSERIAL_MAX, 0x80, 1, 8, false, 0x80, 0},         {BITSERIAL_MIN, 0x80, 1, 8, true, 0x80, 0},
        {BITSERIAL_RELU, 0x81, 0, 8, false, 0, 0},           {BITSERIAL_BITCOUNT, 0x16, 0, 5, false, 3, 0},
        {BITSERIAL_XNOR, 5, 3, 3, false, 1, 0},              {BITSERIAL_AND_RED, 7, 0, 3, false, 1, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bitserial_element value = bitserial_meaning(rows[i].operation, rows[i].a, rows[i].b, false, rows[i].width, rows[i].is_signed);
        ck_assert_msg(value.low == rows[i].low && value.high == rows[i].high, "row %zu: %#" PRIx64 " %#" PRIx64, i, value.high, value.low);
    }
}
END_TEST

/* The numbers of the papers, as numbers and not as the formula in the code. */
START_TEST(counts_are_the_published_ones)
{
    static const struct { enum bitserial_operation operation; size_t commands[4]; } rows[] = { /* 8, 16, 32, 64 bits */
        {BITSERIAL_ADD, {65, 129, 257, 513}},       {BITSERIAL_SUB, {65, 129, 257, 513}},       {BITSERIAL_GT, {26, 50, 98, 194}},
        {BITSERIAL_EQ, {35, 67, 131, 259}},         {BITSERIAL_IF_ELSE, {56, 112, 224, 448}},   {BITSERIAL_MAX, {82, 162, 322, 642}},
        {BITSERIAL_ABS, {78, 158, 318, 638}},       {BITSERIAL_RELU, {25, 49, 97, 193}},        {BITSERIAL_AND_RED, {22, 42, 82, 162}},
        {BITSERIAL_XOR_RED, {26, 50, 98, 194}},     {BITSERIAL_BITCOUNT, {56, 120, 248, 504}},  {BITSERIAL_MUL, {663, 2735, 11103, 44735}},
        {BITSERIAL_DIV, {573, 2049, 7689, 29721}}}; /* published: 608, 2240, 8576, 33536 */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned column = 0; column < 4; column++) {
            struct run run = {.operation = rows[i].operation, .width = 8u << column};
            scatter_rows(&run);
            struct microprogram program = generate(&run, run.rows[DESTINATION]);
            ck_assert_msg(program.count == rows[i].commands[column], "%s, %u bits: %zu commands, expected %zu",
                          bitserial_operations[run.operation].name, run.width, program.count, rows[i].commands[column]);
            microprogram_free(&program);
        }
}
END_TEST

/* For the energy rule. Activations of one, two, three wordlines at 32 bits. */
START_TEST(activations_are_the_published_ones)
{
    static const struct { enum bitserial_operation operation; size_t activations[3]; } rows[] = {
        {BITSERIAL_ADD, {258, 64, 128}},    {BITSERIAL_SUB, {290, 64, 128}},    {BITSERIAL_GT, {132, 0, 32}},
        {BITSERIAL_EQ, {68, 65, 65}},       {BITSERIAL_IF_ELSE, {256, 64, 96}}, {BITSERIAL_MAX, {388, 64, 128}},
        {BITSERIAL_ABS, {445, 64, 127}},    {BITSERIAL_RELU, {133, 15, 46}},    {BITSERIAL_AND_RED, {116, 0, 48}},
        {BITSERIAL_XOR_RED, {131, 17, 48}}, {BITSERIAL_MUL, {13246, 1984, 4000}}, {BITSERIAL_BITCOUNT, {264, 62, 124}}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct run run = {.operation = rows[i].operation, .width = 32};
        scatter_rows(&run);
        struct microprogram program = generate(&run, run.rows[DESTINATION]);
        struct microprogram_counts counts = microprogram_count(&program);
        for (int wordlines = 1; wordlines <= 3; wordlines++)
            ck_assert_msg(counts.activations[wordlines] == rows[i].activations[wordlines - 1],
                          "%s: %zu activations of %d wordlines, expected %zu", bitserial_operations[run.operation].name,
                          counts.activations[wordlines], wordlines, rows[i].activations[wordlines - 1]);
        microprogram_free(&program);
    }
}
END_TEST

/* Not only powers of two and not only 64: a bit count over any number of rows, and shifts. */
START_TEST(counts_of_many_rows)
{
    static struct fixture f;
    static bitserial_row rows[600], scratch[1400], destination[16];
    const unsigned counts[] = {1, 2, 3, 4, 5, 6, 7, 8, 11, 65, 127, 128, 200, 511, 576};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct microprogram program = {0};
        unsigned width = bitserial_count_width(counts[i]);
        ck_assert_uint_le(bitserial_count_scratch(counts[i]), 1400);
        for (unsigned row = 0; row < 1400; row++) {
            scratch[row] = (bitserial_row)(1000 + row);
            rows[row % 600] = (bitserial_row)(row % 600);
            destination[row % 16] = (bitserial_row)(700 + row % 16);
        }
        pim_random_fill(&f, sizeof f, seed, i);
        bitserial_generate_count(destination, rows, counts[i], scratch, &program);
        fixture_run(&f, &program);
        for (int lane = 0; lane < FIXTURE_LANES; lane++) {
            uint64_t ones = 0;
            for (unsigned row = 0; row < counts[i]; row++)
                ones += fixture_get(&f, &rows[row], 1, lane);
            ck_assert_uint_eq(fixture_get(&f, destination, width, lane), ones);
        }
        microprogram_free(&program);
    }
}
END_TEST

START_TEST(shifts_fill_with_zero_or_the_sign)
{
    static struct fixture f;
    static struct run run;
    scatter_rows(&run);
    for (run.width = 1; run.width <= 64; run.width += 7)
        for (unsigned amount = 0; amount <= run.width; amount++)
            for (int variant = 0; variant < 6; variant++) { /* left, right, right signed; in place or not */
                bool left = variant % 3 == 0, is_signed = variant % 3 == 2;
                const bitserial_row *destination = run.rows[variant < 3 ? DESTINATION : A];
                struct microprogram program = {0};
                choose_elements(&run);
                fill(&f, &run);
                bitserial_generate_shift(destination, run.rows[A], run.width, amount, left, is_signed, &program);
                fixture_run(&f, &program);
                for (int lane = 0; lane < FIXTURE_LANES; lane++) {
                    uint64_t a = run.a[lane], gone = amount >= 64;
                    uint64_t want = left ? gone ? 0 : a << amount
                                  : is_signed ? (uint64_t)(extended(a, run.width) >> (gone ? 63 : amount)) : gone ? 0 : a >> amount;
                    if (fixture_get(&f, destination, run.width, lane) != low(want, run.width))
                        ck_abort_msg("variant %d, %u bits by %u, %#" PRIx64 " (seed %" PRIu64 ")", variant, run.width, amount, a, seed);
                }
                microprogram_free(&program);
            }
}
END_TEST

/* ---- words and text ---- */

/* Back through the assembler's half of the set: the operands of a text as the lexer would see them. */
static uint64_t assembled(char *text)
{
    const struct instruction_set *set = instruction_set_named("bitserial");
    struct isa_operand operands[8] = {0};
    size_t count = 0;
    char *save, why[256] = "", *mnemonic = strtok_r(text, " ", &save);
    for (char *word; (word = strtok_r(NULL, ", ", &save)) != NULL; count++) {
        bool name = set->reserved(word, strlen(word));
        operands[count] = (struct isa_operand){.kind = name ? ISA_REGISTER_LIKE_NAME : ISA_EXPRESSION, .name = word, .name_length = strlen(word),
                                               .value = name ? 0 : strtoll(word, NULL, 0), .value_known = true};
    }
    uint64_t word = 0;
    int at;
    if (!set->assemble(mnemonic, strlen(mnemonic), operands, count, &word, why, sizeof why, &at))
        ck_abort_msg("%s: %s", mnemonic, why);
    return word;
}

/* ---- constants that the controller knows: products, and what is left above a threshold ---- */

/* The product shifted and cut as one: what its digits lose one by one is less than a unit each. */
static void check_scaled(struct fixture *f, const struct run *run, unsigned sum_width, int64_t constant, int shift)
{
    static struct fixture before;
    struct microprogram program = {0};
    fill(f, run);
    fixture_put(f, run->rows[DESTINATION], sum_width, run->b);
    before = *f;
    bitserial_generate_scale_add(run->rows[DESTINATION], sum_width, run->rows[A], run->width, constant, shift, &program);
    fixture_run(f, &program);
    unsigned digits = 0;
    for (int64_t left = constant; left != 0; left = (left - (left & 3 ? 2 - (left & 3) : 0)) / 2)
        digits += left & 1;
    ck_assert_uint_le(program.count, digits * (8 * sum_width + 1));
    for (int lane = 0; lane < FIXTURE_LANES; lane++) {
        uint64_t product = (uint64_t)constant * run->a[lane];
        uint64_t want = run->b[lane] + (shift >= 0 ? product << shift : (uint64_t)((int64_t)product >> -shift));
        int64_t off = extended(fixture_get(f, run->rows[DESTINATION], sum_width, lane) - want, sum_width);
        if (off < -(int64_t)digits || off > (int64_t)digits || (shift >= 0 && off))
            ck_abort_msg("%" PRId64 " x %" PRIu64 " x 2^%d, %u bits: off by %" PRId64 " (seed %" PRIu64 ")", constant, run->a[lane], shift,
                         sum_width, off, seed);
    }
    for (unsigned i = 0; i < sum_width; i++)
        before.d[run->rows[DESTINATION][i]] = f->d[run->rows[DESTINATION][i]];
    ck_assert_msg(!memcmp(f->d, before.d, sizeof f->d), "%u bits: other rows changed", run->width);
    microprogram_free(&program);
}

START_TEST(products_with_a_constant)
{
    static struct fixture f;
    static struct run run;
    scatter_rows(&run);
    for (run.width = 1; run.width <= 32; run.width++) {
        choose_elements(&run);
        int64_t random = (int64_t)(pim_random(seed, 40, run.width) >> 44), constants[] = {0, 1, -1, 3, -7, 85, random, -random};
        for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
            check_scaled(&f, &run, run.width, constants[i], 0);
            check_scaled(&f, &run, 64, constants[i], (int)(i % 4));
            check_scaled(&f, &run, run.width + 11, constants[i], -(int)(2 * i));
        }
    }
}
END_TEST

START_TEST(excess_over_a_constant)
{
    static struct fixture f, before;
    static struct run run;
    scatter_rows(&run);
    for (run.width = 1; run.width <= BITSERIAL_WIDEST; run.width++) {
        choose_elements(&run);
        uint64_t most = low(UINT64_MAX, run.width), random = low(pim_random(seed, 41, run.width), run.width);
        const uint64_t constants[] = {1, most, most / 2 + 1, random, random & ~low(UINT64_MAX, run.width / 2 + 1)};
        for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
            if (constants[i] == 0)
                continue;
            struct microprogram program = {0};
            fill(&f, &run);
            before = f;
            unsigned width = bitserial_generate_excess(run.rows[DESTINATION], run.rows[A], most, constants[i], run.rows[SCRATCH][0], &program);
            fixture_run(&f, &program);
            for (int lane = 0; lane < FIXTURE_LANES; lane++) {
                bool reached = run.a[lane] >= constants[i];
                uint64_t got = fixture_get(&f, run.rows[DESTINATION], width, lane);
                if (got != (reached ? run.a[lane] - constants[i] : 0) || fixture_get(&f, run.rows[SCRATCH], 1, lane) != reached)
                    ck_abort_msg("%#" PRIx64 " - %#" PRIx64 ", %u bits: %#" PRIx64 " (seed %" PRIu64 ")", run.a[lane], constants[i], run.width, got, seed);
            }
            for (unsigned row = 0; row < run.width; row++)
                before.d[run.rows[DESTINATION][row]] = f.d[run.rows[DESTINATION][row]];
            before.d[run.rows[SCRATCH][0]] = f.d[run.rows[SCRATCH][0]];
            ck_assert_msg(!memcmp(f.d, before.d, sizeof f.d), "%u bits: other rows changed", run.width);
            microprogram_free(&program);
        }
    }
}
END_TEST

/* Every operation takes C0 and C1 as operand rows, and computes what it does with rows of the same content. */
START_TEST(constant_rows_are_operands)
{
    static struct fixture f;
    static struct run run;
    scatter_rows(&run);
    for (run.operation = 0; run.operation < BITSERIAL_OPERATION_COUNT; run.operation++)
        for (run.width = 1; run.width <= 33; run.width += 8) {
            uint64_t constant = low(pim_random(seed, 42, run.width), run.width);
            choose_elements(&run);
            for (int lane = 0; lane < FIXTURE_LANES; lane++)
                run.b[lane] = constant;
            fill(&f, &run);
            bitserial_row rows[BITSERIAL_WIDEST];
            bitserial_constant(rows, run.width, constant);
            struct microprogram program = {0};
            const struct bitserial_operands operands = {run.width, false, run.rows[DESTINATION], run.rows[A], rows, run.rows[SELECT], run.rows[SCRATCH]};
            bitserial_generate(run.operation, &operands, &program);
            fixture_run(&f, &program);
            check_results(&f, &run, run.rows[DESTINATION]);
            microprogram_free(&program);
        }
}
END_TEST

START_TEST(words_survive_text)
{
    size_t seen[256] = {0}, opcodes = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        uint64_t word = pim_random(seed, 5, 2 * i);
        unsigned opcode = word & 0xff, field = 0;
        const struct bitserial_form_row form = bitserial_form(opcode);
        uint64_t mask = 0xff;
        for (const char *kind = form.name ? form.operands : ""; *kind; kind++)
            mask |= *kind == 'D' ? 0xf00u : *kind == 'S' ? 0xf000u : *kind == 'n' ? 0x7f00u
                  : *kind == 't' ? (uint64_t)(BITSERIAL_MOST_WORDS - 1) << 32 : strchr("iu", *kind) ? UINT64_C(0xffffffff) << 32 : UINT64_C(0xfff) << (16 + 12 * field++);
        if (i % 8)
            word &= mask;
        if (!bitserial_decodes(word))
            continue;
        char text[160];
        if (form.name == NULL || (word & ~mask) || bitserial_disassemble(word, false, NULL, NULL, text, sizeof text) >= sizeof text ||
            assembled(text) != word)
            ck_abort_msg("%#018" PRIx64 " (seed %" PRIu64 ")", word, seed);
        seen[opcode]++;
    }
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        bool exists = bitserial_form(opcode).name != NULL;
        opcodes += exists;
        ck_assert_msg(!exists || seen[opcode] > 0, "opcode %#x never seen", opcode);
    }
    ck_assert_uint_eq(opcodes, 11 + BITSERIAL_OPERATION_COUNT + 9); /* nine have a signed variant */
}
END_TEST

int main(void)
{
    const char *given = getenv("PIMENTO_TEST_SEED");
    seed = given ? strtoull(given, NULL, 0) : 20211;
    printf("seed %" PRIu64 " (PIMENTO_TEST_SEED)\n", seed);
    Suite *suite = suite_create("bit-serial instruction set");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 600);
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, operations_equal_integer_arithmetic, 0, BITSERIAL_OPERATION_COUNT);
    tcase_add_test(tcase, meanings_are_what_they_are);
    tcase_add_test(tcase, counts_are_the_published_ones);
    tcase_add_test(tcase, activations_are_the_published_ones);
    tcase_add_test(tcase, counts_of_many_rows);
    tcase_add_test(tcase, shifts_fill_with_zero_or_the_sign);
    tcase_add_test(tcase, products_with_a_constant);
    tcase_add_test(tcase, excess_over_a_constant);
    tcase_add_test(tcase, constant_rows_are_operands);
    tcase_add_test(tcase, words_survive_text);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
