/* Do the kernels give the reference's results on every shape, and the same account for any number of host threads? */
#include "kernel_fixture.h"

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

START_TEST(every_tasklet_count_gives_the_reference)
{
    const char *const names[] = {"vector_add", "reduction", "histogram", "gemv_int8", "gemv_int32", "gemv_float"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct test_run run = {names[i], 1, 1, NULL, {{"tasklets", (uint64_t)_i}}};
        run.settings[1] = i < 3 ? (struct test_setting){"elements", 5003} : (struct test_setting){"rows", 51};
        if (i >= 3)
            run.settings[2] = (struct test_setting){"columns", 37};
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
    static const char *const names[] = {"vector_add", "reduction", "histogram", "gemv_int8", "gemv_int32", "gemv_float"};
    uint64_t seed = test_seed();
    int count = test_scaled(60);
    for (int i = 0; i < count; i++) {
        uint64_t at = (uint64_t)i * 8, choice = draw(seed, at, 0, 5);
        struct test_run run = {names[choice], (uint32_t)draw(seed, at + 1, 1, 5), 1, NULL, {{0}}};
        run.settings[0] = (struct test_setting){"tasklets", draw(seed, at + 2, 1, 24)};
        run.settings[1] = (struct test_setting){choice < 3 ? "elements" : "rows", draw(seed, at + 3, 1, choice < 3 ? 9000 : 60)};
        if (choice >= 3)
            run.settings[2] = (struct test_setting){"columns", draw(seed, at + 4, 1, 600)};
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
    const char *const names[] = {"gemv_int32", "histogram", "mram_stream"};
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
    struct test_outcome fast = test_kernel_passes(&run);
    run.engine = "reference";
    struct test_outcome reference = test_kernel_passes(&run);
    same_account(&fast, &reference, kernel->name);
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

/* doc/kernels.md: 10 instructions for an element, 27 for a block of 256. */
START_TEST(vector_add_has_the_published_instruction_count)
{
    struct test_run run = {"vector_add", 1, 1, NULL, {{"tasklets", 1}, {"elements", 256}}};
    uint64_t one = test_kernel_passes(&run).instructions;
    run.settings[1].value = 11 * 256;
    uint64_t eleven = test_kernel_passes(&run).instructions;
    ck_assert_uint_eq(eleven - one, 10 * (256 * 10 + 27));
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
    tcase = looped(suite, "micro-benchmarks");
    tcase_add_loop_test(tcase, micro_benchmarks_give_the_reference, 0, 16);
    tcase_add_loop_test(tcase, streams_give_the_reference, 0, 6);
    tcase = looped(suite, "account");
    tcase_add_loop_test(tcase, host_threads_do_not_change_the_account, 0, 3);
    tcase_add_loop_test(tcase, engines_agree, 0, (int)kernel_count());
    tcase_add_test(tcase, vector_add_has_the_published_instruction_count);
    tcase = looped(suite, "errors");
    tcase_add_test(tcase, a_wrong_result_is_named);
    tcase_add_test(tcase, wrong_parameters_are_refused);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed > 0 || run == 0;
}
