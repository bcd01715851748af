/* Do the kernels give the reference's results on every shape, and the same account for any number of host threads? */
#include "kernel_fixture.h"
#include "operations.h"

#include <stdio.h>

#include "random.h"

static const struct test_run shapes[] = {
    {"vector_add", 1, 1, NULL, {{"tasklets", 1}, {"elements", 1}}},
    {"vector_add", 1, 1, NULL, {{"tasklets", 16}, {"elements", 65536}}},
    {"vector_add", 3, 1, NULL, {{"tasklets", 11}, {"elements", 10007}}},
    {"vector_add", 7, 2, NULL, {{"tasklets", 24}, {"elements", 6}}}, /* units and tasklets without work */
    {"reduction", 1, 1, NULL, {{"tasklets", 1}, {"elements", 1}}},
    {"reduction", 1, 1, NULL, {{"tasklets", 16}, {"elements", 40961}}},
    {"reduction", 5, 1, NULL, {{"tasklets", 24}, {"elements", 4}}},
    {"histogram", 1, 1, NULL, {{"tasklets", 1}, {"elements", 1}}},
    {"histogram", 1, 1, NULL, {{"tasklets", 24}, {"elements", 100003}}},
    {"histogram", 6, 2, NULL, {{"tasklets", 7}, {"elements", 12347}}},
    {"histogram_image", 1, 1, NULL, {{"tasklets", 1}, {"elements", 1}}},
    {"histogram_image", 1, 1, NULL, {{"tasklets", 24}, {"elements", 20011}, {"bins", 1}}},
    {"histogram_image", 5, 2, NULL, {{"tasklets", 7}, {"elements", 12347}, {"bins", 100}}},
    {"histogram_image", 1, 1, NULL, {{"tasklets", 1}, {"elements", 777}, {"shared", 1}}},
    {"histogram_image", 4, 1, NULL, {{"tasklets", 24}, {"elements", 12345}, {"bins", 3}, {"shared", 1}}},
    {"histogram_image", 5, 1, NULL, {{"tasklets", 16}, {"elements", 4}, {"shared", 1}}},
    {"scan_ssa", 1, 1, NULL, {{"tasklets", 1}, {"elements", 1}}},
    {"scan_ssa", 1, 1, NULL, {{"tasklets", 16}, {"elements", 128 * 16 * 3}}}, /* whole rounds */
    {"scan_ssa", 3, 2, NULL, {{"tasklets", 24}, {"elements", 20011}}},
    {"scan_ssa", 7, 1, NULL, {{"tasklets", 5}, {"elements", 6}}},
    {"scan_rss", 1, 1, NULL, {{"tasklets", 1}, {"elements", 129}}},
    {"scan_rss", 1, 1, NULL, {{"tasklets", 24}, {"elements", 128 * 25}}}, /* one block in the last round */
    {"scan_rss", 4, 2, NULL, {{"tasklets", 11}, {"elements", 12345}}},
    {"select", 1, 1, NULL, {{"tasklets", 1}, {"elements", 1}}},
    {"select", 1, 1, NULL, {{"tasklets", 16}, {"elements", 128 * 16 * 3}, {"regular", 1}}},
    {"select", 3, 2, NULL, {{"tasklets", 24}, {"elements", 20011}}},
    {"select", 7, 1, NULL, {{"tasklets", 2}, {"elements", 6}}},
    {"unique", 1, 1, NULL, {{"tasklets", 1}, {"elements", 1}}},
    {"unique", 1, 1, NULL, {{"tasklets", 16}, {"elements", 128 * 16 * 3}, {"regular", 1}}}, /* equal ones in different blocks */
    {"unique", 3, 2, NULL, {{"tasklets", 24}, {"elements", 20011}}},
    {"unique", 60, 1, NULL, {{"tasklets", 3}, {"elements", 599}, {"regular", 1}}}, /* and on different units */
    {"binary_search", 1, 1, NULL, {{"tasklets", 1}, {"elements", 1}, {"queries", 50}}},
    {"binary_search", 1, 1, NULL, {{"tasklets", 16}, {"elements", 33}, {"queries", 2000}}}, /* one element behind the first block */
    {"binary_search", 1, 1, NULL, {{"tasklets", 24}, {"elements", 65}, {"queries", 999}}},
    {"binary_search", 3, 2, NULL, {{"tasklets", 7}, {"elements", 5000}, {"queries", 100}, {"first", 4950}, {"regular", 1}}},
    {"binary_search", 5, 1, NULL, {{"tasklets", 24}, {"elements", 64}, {"queries", 3}}},
    {"time_series", 1, 1, NULL, {{"tasklets", 1}, {"elements", 1}, {"query", 1}}},
    {"time_series", 1, 1, NULL, {{"tasklets", 16}, {"elements", 1024 + 63}, {"query", 64}}}, /* whole blocks */
    {"time_series", 3, 2, NULL, {{"tasklets", 24}, {"elements", 2000}, {"query", 129}}},
    {"time_series", 2, 1, NULL, {{"tasklets", 5}, {"elements", 300}, {"query", 300}}}, /* one place */
    {"transpose", 1, 1, NULL, {{"tasklets", 1}, {"rows", 1}, {"columns", 1}}},
    {"transpose", 1, 1, NULL, {{"tasklets", 16}, {"rows", 256}, {"columns", 8}}},
    {"transpose", 2, 2, NULL, {{"tasklets", 24}, {"rows", 333}, {"columns", 41}}}, /* three turns, the last one of one unit */
    {"transpose", 3, 1, NULL, {{"tasklets", 11}, {"rows", 50}, {"columns", 20}, {"tile_rows", 3}, {"tile_columns", 5}}},
    {"transpose", 1, 1, NULL, {{"tasklets", 7}, {"rows", 100}, {"columns", 3}, {"tile_rows", 1}, {"tile_columns", 1}}},
    {"needleman_wunsch", 1, 1, NULL, {{"tasklets", 1}, {"length", 1}, {"block", 8}}},
    {"needleman_wunsch", 1, 1, NULL, {{"tasklets", 16}, {"length", 128}, {"block", 128}, {"regular", 1}}},
    {"needleman_wunsch", 3, 2, NULL, {{"tasklets", 24}, {"length", 130}, {"block", 20}, {"penalty", 3}}}, /* more blocks than units */
    {"needleman_wunsch", 8, 1, NULL, {{"tasklets", 3}, {"length", 23}, {"block", 8}, {"penalty", 0}}},
    {"mlp", 1, 1, NULL, {{"tasklets", 1}, {"layers", 1}, {"rows", 1}, {"columns", 1}}},
    {"mlp", 3, 2, NULL, {{"tasklets", 24}, {"layers", 4}, {"rows", 301}, {"columns", 300}}},
    {"mlp", 1, 1, NULL, {{"tasklets", 16}, {"layers", 3}, {"rows", 64}, {"columns", 64}, {"regular", 1}}},
    {"spmv", 1, 1, NULL, {{"tasklets", 1}, {"rows", 1}, {"columns", 1}, {"nonzeros", 0}}},
    {"spmv", 1, 1, NULL, {{"tasklets", 16}, {"rows", 64 * 2 * 16}, {"columns", 1000}, {"nonzeros", 3}}}, /* whole groups of rows */
    {"spmv", 3, 2, NULL, {{"tasklets", 24}, {"rows", 777}, {"columns", 65}, {"nonzeros", 40}}},
    {"bfs", 1, 1, NULL, {{"tasklets", 1}, {"vertices", 1}, {"neighbours", 0}}},
    {"bfs", 1, 1, NULL, {{"tasklets", 24}, {"vertices", 5000}, {"neighbours", 1}}}, /* some are not reached */
    {"bfs", 5, 2, NULL, {{"tasklets", 11}, {"vertices", 2500}, {"neighbours", 5}}},
    {"bfs", 4, 1, NULL, {{"tasklets", 3}, {"vertices", 65}, {"neighbours", 2}}},
    {"gemv_int8", 1, 1, NULL, {{"tasklets", 1}, {"rows", 1}, {"columns", 1}}},
    {"gemv_int8", 1, 1, NULL, {{"tasklets", 16}, {"rows", 64}, {"columns", 1024}}},
    {"gemv_int8", 3, 1, NULL, {{"tasklets", 24}, {"rows", 101}, {"columns", 2051}}},
    {"gemv_int32", 1, 1, NULL, {{"tasklets", 1}, {"rows", 1}, {"columns", 1}}},
    {"gemv_int32", 1, 1, NULL, {{"tasklets", 16}, {"rows", 64}, {"columns", 256}}},
    {"gemv_int32", 3, 1, NULL, {{"tasklets", 13}, {"rows", 77}, {"columns", 259}, {"range", 50}}},
    {"gemv_float", 1, 1, NULL, {{"tasklets", 1}, {"rows", 1}, {"columns", 1}}},
    {"gemv_float", 1, 1, NULL, {{"tasklets", 16}, {"rows", 64}, {"columns", 256}}},
    {"gemv_float", 2, 1, NULL, {{"tasklets", 5}, {"rows", 31}, {"columns", 513}}},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

START_TEST(every_shape_gives_the_reference)
{
    test_kernel_passes(&shapes[_i]);
}
END_TEST

/* What a kernel's size consists of, and how far the tests go; the second one may be missing. */
static const struct sized { const char *kernel, *first, *second; uint64_t most_first, most_second; } sizes[] = {
    {"vector_add", "elements", NULL, 9000, 0},
    {"reduction", "elements", NULL, 9000, 0},
    {"scan_ssa", "elements", NULL, 9000, 0},
    {"scan_rss", "elements", NULL, 9000, 0},
    {"select", "elements", NULL, 9000, 0},
    {"unique", "elements", NULL, 9000, 0},
    {"histogram", "elements", NULL, 9000, 0},
    {"histogram_image", "elements", "bins", 9000, 256},
    {"binary_search", "elements", "queries", 3000, 300},
    {"time_series", "elements", "query", 700, 90},
    {"transpose", "rows", "columns", 300, 40},
    {"needleman_wunsch", "length", "penalty", 110, 20},
    {"mlp", "columns", "rows", 50, 200},
    {"spmv", "rows", "nonzeros", 400, 20},
    {"bfs", "vertices", "neighbours", 1500, 6},
    {"gemv_int8", "rows", "columns", 60, 600},
    {"gemv_int32", "rows", "columns", 60, 600},
    {"gemv_float", "rows", "columns", 60, 600},
};
enum { SIZED = sizeof sizes / sizeof sizes[0] };

static struct test_run sized_run(const struct sized *sized, uint32_t units, uint64_t tasklets, uint64_t first, uint64_t second)
{
    struct test_run run = {sized->kernel, units, 1, NULL, {{"tasklets", tasklets}, {sized->first, first}}};
    if (sized->second != NULL)
        run.settings[2] = (struct test_setting){sized->second, second};
    return run;
}

START_TEST(every_tasklet_count_gives_the_reference)
{
    for (size_t i = 0; i < SIZED; i++) {
        struct test_run run = sized_run(&sizes[i], 1, (uint64_t)_i, sizes[i].most_first * 5 / 9 + 3, sizes[i].most_second / 4 + 1);
        test_kernel_passes(&run);
    }
}
END_TEST

static uint64_t draw(uint64_t seed, uint64_t stream, uint64_t least, uint64_t most)
{
    return least + pim_random_below(seed, stream, 0, (uint32_t)(most - least + 1));
}

START_TEST(random_shapes_give_the_reference)
{
    uint64_t seed = test_seed();
    int count = test_scaled(120);
    for (int i = 0; i < count; i++) {
        uint64_t at = (uint64_t)i * 8;
        const struct sized *sized = &sizes[draw(seed, at, 0, SIZED - 1)];
        uint64_t first = draw(seed, at + 3, 1, sized->most_first), second = draw(seed, at + 4, 1, sized->most_second > 0 ? sized->most_second : 1);
        if (strcmp(sized->kernel, "time_series") == 0)
            first += second; /* the series is not shorter than the query */
        if (strcmp(sized->kernel, "mlp") == 0)
            second += first; /* nor are there fewer rows than columns */
        struct test_run run = sized_run(sized, (uint32_t)draw(seed, at + 2, 1, 5), draw(seed, at + 1, 1, 24), first, second);
        run.engine = draw(seed, at + 5, 0, 3) == 0 ? "reference" : "fast";
        struct test_outcome outcome = test_kernel(&run);
        ck_assert_msg(outcome.status == PIM_OK, "PIMENTO_TEST_SEED=%llu, shape %d: %s", (unsigned long long)seed, i,
                      outcome.error.text);
    }
}
END_TEST

START_TEST(gemv_spreads_over_hundreds_of_units)
{
    const struct test_run run = {"gemv_int8", 300, 2, NULL, {{"tasklets", 16}, {"rows", 5003}, {"columns", 203}}};
    struct test_outcome outcome = test_kernel_passes(&run);
    ck_assert_uint_eq(outcome.operations, 5003 * 203);
}
END_TEST

static void same_account(const struct test_outcome *a, const struct test_outcome *b, const char *what)
{
    ck_assert_msg(a->result_hash == b->result_hash, "%s: results differ", what);
    ck_assert_msg(a->kernel_cycles == b->kernel_cycles, "%s: cycles differ: %llu, %llu", what,
                  (unsigned long long)a->kernel_cycles, (unsigned long long)b->kernel_cycles);
    ck_assert_msg(a->elapsed_ps == b->elapsed_ps, "%s: times differ", what);
    ck_assert_msg(a->instructions == b->instructions, "%s: instructions differ", what);
}

START_TEST(host_threads_do_not_change_the_account)
{
    const char *const names[] = {"gemv_int32", "histogram", "mram_stream", "scan_ssa", "transpose", "bfs"};
    struct test_run run = {names[_i], 33, 1, NULL, {{0}}};
    struct test_outcome one = test_kernel_passes(&run);
    run.threads = 4;
    struct test_outcome four = test_kernel_passes(&run);
    same_account(&one, &four, names[_i]);
}
END_TEST

START_TEST(engines_agree)
{
    const struct pim_kernel *kernel = pim_kernels[_i];
    struct test_run run = {kernel->name, 1, 1, "fast", {{"tasklets", 13}}};
    if (strcmp(kernel->backend, "dpu") != 0)
        run.settings[0] = (struct test_setting){NULL, 0};
    struct test_outcome fast = test_kernel_passes(&run);
    run.engine = "reference";
    struct test_outcome reference = test_kernel_passes(&run);
    same_account(&fast, &reference, kernel->name);
}
END_TEST

/* One and several rounds over the lanes, one and several chunks of the rows, all banks and one. */
static const struct test_run simdram_runs[] = {
    {"simdram_operation", 1, 1, NULL, {{"operation", 0}, {"width", 64}}},
    {"simdram_operation", 16, 2, NULL, {{"operation", 2}, {"width", 33}, {"signed", 1}}},
    {"simdram_operation", 2, 1, NULL, {{"operation", 3}, {"width", 7}, {"signed", 1}, {"elements", 700}}},
    {"simdram_operation", 1, 1, NULL, {{"operation", 14}, {"width", 12}, {"elements", 1}}},
    {"simdram_operation", 2, 2, NULL, {{"memory.subarrays", 3}, {"operation", 1}, {"width", 9}}}, /* every lane of six subarrays */
    {"simdram_operation", 1, 1, NULL, {{"memory.subarrays", 64}, {"operation", 20}, {"width", 3}, {"elements", 32000}, {"rounds", 2}}},
    {"simdram_gemv", 2, 1, NULL, {{"memory.subarrays", 2}, {"rows", 4096 + 513}, {"columns", 3}, {"bits", 4}}}, /* three rounds */
    {"simdram_hdc", 1, 1, NULL, {{"memory.subarrays", 4}, {"dimensions", 1000}, {"vectors", 9}, {"step", 1}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 1}, {"columns", 1}, {"bits", 1}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 512}, {"columns", 7}, {"bits", 3}}},
    {"simdram_gemv", 2, 1, NULL, {{"rows", 1025}, {"columns", 5}, {"bits", 8}}},
    {"simdram_gemv", 3, 2, NULL, {{"rows", 1600}, {"columns", 150}, {"bits", 8}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 100}, {"columns", 40}, {"bits", 32}}},
    {"simdram_gemv", 16, 2, NULL, {{"rows", 8191}, {"columns", 3}, {"bits", 5}, {"form", 1}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 100}, {"columns", 60}, {"bits", 16}, {"form", 1}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 33}, {"columns", 9}, {"bits", 1}, {"form", 1}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 33}, {"columns", 5}, {"bits", 32}, {"form", 1}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 65}, {"columns", 1}, {"bits", 1}, {"form", 2}}},
    {"simdram_gemv", 3, 2, NULL, {{"rows", 1600}, {"columns", 700}, {"bits", 2}, {"form", 2}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 100}, {"columns", 40}, {"bits", 32}, {"form", 2}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 100}, {"columns", 40}, {"bits", 8}, {"signed", 1}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 100}, {"columns", 9}, {"bits", 32}, {"signed", 1}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 99}, {"columns", 60}, {"bits", 1}, {"signed", 1}}},
    {"simdram_gemv", 1, 1, NULL, {{"rows", 90}, {"columns", 21}, {"bits", 7}, {"form", 1}, {"signed", 1}}},
    {"simdram_gemv", 2, 1, NULL, {{"rows", 900}, {"columns", 301}, {"bits", 4}, {"form", 2}, {"signed", 1}}},
    {"simdram_bnn", 1, 1, NULL, {{"inputs", 1}, {"outputs", 1}, {"positions", 1}}},
    {"simdram_bnn", 2, 1, NULL, {{"inputs", 25}, {"outputs", 6}, {"positions", 784}}},
    {"simdram_bnn", 3, 2, NULL, {{"inputs", 150}, {"outputs", 16}, {"positions", 100}}},
    {"simdram_bnn", 1, 1, NULL, {{"inputs", 400}, {"outputs", 120}, {"positions", 1}}},
    {"simdram_bnn", 1, 1, NULL, {{"inputs", 1153}, {"outputs", 7}, {"positions", 3}}},
    {"simdram_bnn", 1, 1, NULL, {{"inputs", 1}, {"outputs", 1}, {"positions", 1}, {"mapping", 1}}},
    {"simdram_bnn", 3, 2, NULL, {{"inputs", 150}, {"outputs", 17}, {"positions", 1700}, {"mapping", 1}}},
    {"simdram_bnn", 1, 1, NULL, {{"inputs", 1153}, {"outputs", 13}, {"positions", 3}, {"mapping", 1}}},
    {"simdram_hdc", 1, 1, NULL, {{"dimensions", 1}, {"vectors", 1}, {"step", 0}}},
    {"simdram_hdc", 3, 2, NULL, {{"dimensions", 1000}, {"vectors", 5}, {"step", 0}}},
    {"simdram_hdc", 1, 1, NULL, {{"dimensions", 1}, {"vectors", 1}, {"step", 1}}},
    {"simdram_hdc", 2, 2, NULL, {{"dimensions", 1500}, {"vectors", 20}, {"step", 1}}},
    {"simdram_hdc", 1, 1, NULL, {{"dimensions", 3}, {"vectors", 801}, {"step", 1}}},
    {"simdram_hdc", 1, 1, NULL, {{"dimensions", 1}, {"vectors", 1}, {"step", 2}}},
    {"simdram_hdc", 2, 1, NULL, {{"dimensions", 1024}, {"vectors", 1025}, {"step", 2}}},
};
enum { SIMDRAM_RUNS = sizeof simdram_runs / sizeof *simdram_runs };

/* The 16 operations gate by gate, and what else there is refused. */
START_TEST(gates_give_the_reference)
{
    static const uint64_t widths[] = {1, 2, 3, 8, 13};
    static const enum bitserial_operation none[] = {BITSERIAL_MOD, BITSERIAL_LT, BITSERIAL_LE, BITSERIAL_NE};
    bool refused = _i >= BITSERIAL_COPY;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        refused |= (int)none[i] == _i;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        const struct test_run run = {"simdram_operation", 1, 1, NULL, {{"operation", (uint64_t)_i}, {"width", widths[i]}, {"form", 1}}};
        struct test_outcome outcome = test_kernel(&run);
        ck_assert_msg(outcome.status == (refused ? PIM_USAGE : PIM_OK), "%s, %d bits: %s", bitserial_operations[_i].name, (int)widths[i], outcome.error.text);
    }
}
END_TEST

START_TEST(simdram_shapes_give_the_reference)
{
    test_kernel_passes(&simdram_runs[_i]);
}
END_TEST

START_TEST(micro_benchmarks_give_the_reference)
{
    static const uint64_t tasklets[] = {1, 11, 24};
    for (size_t i = 0; i < sizeof tasklets / sizeof tasklets[0]; i++)
        test_kernel_passes(&(struct test_run){"arithmetic_loops", 2, 1, NULL,
                                              {{"tasklets", tasklets[i]}, {"operation", (uint64_t)_i}, {"repeats", 2}}});
}
END_TEST

START_TEST(streams_give_the_reference)
{
    static const uint64_t tasklets[] = {1, 16, 24};
    for (size_t i = 0; i < sizeof tasklets / sizeof tasklets[0]; i++) {
        if (_i < 4) /* ORDER STREAM MODE has four rows, ORDER MRAM MODE six */
            test_kernel_passes(&(struct test_run){"wram_stream", 2, 1, NULL, {{"tasklets", tasklets[i]}, {"mode", (uint64_t)_i}}});
        for (uint64_t size = 3; size <= 11; size += 4)
            test_kernel_passes(&(struct test_run){
                "mram_stream", 2, 1, NULL, {{"tasklets", tasklets[i]}, {"mode", (uint64_t)_i}, {"size", size}}});
    }
}
END_TEST

/* doc/kernels.md: instructions for an element, with one tasklet, when whole blocks come to one. */
static const struct profile {
    struct test_run run;
    const char *size; /* the setting that grows */
    uint64_t from, to, instructions;
} profiles[] = {
    /* ten for an element, 27 for a block of 256 */
    {{"vector_add", 1, 1, NULL, {{"tasklets", 1}}}, "elements", 256, 11 * 256, 10 * (256 * 10 + 27)},
    /* eight for an element, 24 for a block of 128 */
    {{"reduction", 1, 1, NULL, {{"tasklets", 1}}}, "elements", 128, 11 * 128, 10 * (128 * 8 + 24)},
    /* scan: twice four for an element, two fewer for the first of a block; four in the addition, three in the reduction */
    {{"scan_ssa", 1, 1, NULL, {{"tasklets", 1}}}, "elements", 128, 11 * 128, 10 * (128 * 12 - 2 + 90)},
    {{"scan_rss", 1, 1, NULL, {{"tasklets", 1}}}, "elements", 128, 11 * 128, 10 * (128 * 11 - 2 + 77)},
    /* eight and five in turn; six and three, for pairs, when all elements are there twice */
    {{"select", 1, 1, NULL, {{"tasklets", 1}, {"regular", 1}}}, "elements", 128, 11 * 128, 10 * (64 * 8 + 64 * 5 + 51)},
    {{"unique", 1, 1, NULL, {{"tasklets", 1}, {"regular", 1}}}, "elements", 128, 11 * 128, 10 * (64 * 9 + 67)},
};
enum { PROFILES = sizeof profiles / sizeof profiles[0] };

START_TEST(kernels_have_the_published_instruction_counts)
{
    const struct profile *profile = &profiles[_i];
    struct test_run run = profile->run;
    size_t at = 0;
    while (run.settings[at].name != NULL)
        at++;
    run.settings[at] = (struct test_setting){profile->size, profile->from};
    uint64_t few = test_kernel_passes(&run).instructions;
    run.settings[at].value = profile->to;
    uint64_t many = test_kernel_passes(&run).instructions;
    ck_assert_msg(many - few == profile->instructions, "%s: %llu instructions, expected %llu", run.kernel,
                  (unsigned long long)(many - few), (unsigned long long)profile->instructions);
}
END_TEST

START_TEST(a_wrong_result_is_named)
{
    const uint32_t result[] = {1, 2, 3, 4}, reference[] = {1, 2, 5, 6};
    struct pim_kernel_job job = {.kernel = pim_kernel_named("vector_add")};
    struct pim_error error = {0};
    ck_assert_int_eq(pim_kernel_check(&job, "element", result, reference, 4, sizeof *result, &error), PIM_MISMATCH);
    ck_assert_str_eq(error.text, "vector_add: element 2 of 4 is 0x00000003, expected 0x00000005");
}
END_TEST

START_TEST(wrong_parameters_are_refused)
{
    struct test_outcome outcome = test_kernel(&(struct test_run){"vector_add", 1, 1, NULL, {{"tasklets", 25}}});
    ck_assert_int_eq(outcome.status, PIM_USAGE);
    ck_assert_str_eq(outcome.error.text, "vector_add: tasklets is 25, expected 1 to 24");
    outcome = test_kernel(&(struct test_run){"vector_add", 1, 1, NULL, {{"rows", 25}}});
    ck_assert_int_eq(outcome.status, PIM_USAGE);
    outcome = test_kernel(&(struct test_run){"vector_add", 1, 1, NULL, {{"elements", 1 << 23}}});
    ck_assert_int_eq(outcome.status, PIM_USAGE); /* three vectors of 32 MiB in 64 MiB of MRAM */
    ck_assert_ptr_nonnull(strstr(outcome.error.text, "MRAM"));
}
END_TEST

/* A name for every number of the range and no more, whichever kernel has names; either says the same. */
START_TEST(numbers_have_names)
{
    size_t named = 0;
    for (size_t i = 0; pim_kernels[i] != NULL; i++)
        for (const struct pim_kernel_parameter *row = pim_kernels[i]->parameters; row->name != NULL; row++) {
            struct pim_kernel_job job;
            struct pim_error error = {0};
            uint64_t count = 0;
            const char *const *names = pim_kernel_names(pim_kernels[i], row->name);
            pim_kernel_job_init(&job, pim_kernels[i], NULL, NULL);
            for (; names != NULL && names[count] != NULL; count++) {
                ck_assert_int_eq(pim_kernel_set_text(&job, row->name, names[count], &error), PIM_OK);
                ck_assert_uint_eq(job.values[row - pim_kernels[i]->parameters], row->minimum + count);
            }
            ck_assert_msg(names == NULL || count == row->maximum - row->minimum + 1, "%s: %s", pim_kernels[i]->name, row->name);
            ck_assert_int_eq(pim_kernel_set_text(&job, row->name, "no such name", &error), PIM_USAGE);
            named += names != NULL;
        }
    ck_assert_uint_ge(named, 3);
}
END_TEST

static size_t kernel_count(void)
{
    size_t count = 0;
    while (pim_kernels[count] != NULL)
        count++;
    return count;
}

static TCase *looped(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 120);
    suite_add_tcase(suite, tcase);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("kernels");
    TCase *tcase = looped(suite, "results");
    tcase_add_loop_test(tcase, every_shape_gives_the_reference, 0, SHAPES);
    tcase_add_loop_test(tcase, every_tasklet_count_gives_the_reference, 1, 25);
    tcase_add_test(tcase, random_shapes_give_the_reference);
    tcase_add_test(tcase, gemv_spreads_over_hundreds_of_units);
    tcase_add_loop_test(tcase, simdram_shapes_give_the_reference, 0, SIMDRAM_RUNS);
    tcase_add_loop_test(tcase, gates_give_the_reference, 0, BITSERIAL_OPERATION_COUNT);
    tcase = looped(suite, "micro-benchmarks");
    tcase_add_loop_test(tcase, micro_benchmarks_give_the_reference, 0, 16);
    tcase_add_loop_test(tcase, streams_give_the_reference, 0, 6);
    tcase = looped(suite, "account");
    tcase_add_loop_test(tcase, host_threads_do_not_change_the_account, 0, 6);
    tcase_add_loop_test(tcase, engines_agree, 0, (int)kernel_count());
    tcase_add_loop_test(tcase, kernels_have_the_published_instruction_counts, 0, PROFILES);
    tcase = looped(suite, "errors");
    tcase_add_test(tcase, a_wrong_result_is_named);
    tcase_add_test(tcase, wrong_parameters_are_refused);
    tcase_add_test(tcase, numbers_have_names);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed > 0 || run == 0;
}
