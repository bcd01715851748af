/* Columns that fail: are results right where they are left out and wrong where they are not, are as many lost as the share says, is it the same for
 * both engines and any number of threads, do the named sources say what they are named for?
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "kernel_fixture.h"
#include "operations.h"

static uint64_t seed;
static char seed_text[24];

static const struct test_setting few[][TEST_SETTINGS] = {
    {{"operation", 0}, {"width", 9}},
    {{"operation", 3}, {"width", 6}, {"signed", 1}},
    {{"rows", 700}, {"columns", 5}, {"bits", 4}},
    {{"rows", 700}, {"columns", 5}, {"bits", 4}, {"form", 1}},
    {{"inputs", 25}, {"outputs", 6}, {"positions", 200}},
    {{"dimensions", 900}, {"vectors", 20}, {"step", 1}},
    {{"dimensions", 512}, {"vectors", 700}, {"step", 2}},
};
static const char *const names[] = {"simdram_operation", "simdram_operation", "simdram_gemv", "simdram_gemv", "simdram_bnn", "simdram_hdc", "simdram_hdc"};
enum { RUNS = sizeof names / sizeof *names };

/* A run with a failure rate. */
struct trial {
    struct test_run run;
    struct test_parameter parameters[5];
};

static struct trial trial_of(int index, const char *mode, const char *source)
{
    struct trial trial = {.run = {.kernel = names[index], .units = 2, .threads = 1},
                          .parameters = {{"reliability.mode", mode}, {"reliability.source", source}, {"reliability.seed", seed_text}}};
    memcpy(trial.run.settings, few[index], sizeof trial.run.settings);
    return trial;
}

static struct test_outcome passes(const struct trial *trial)
{
    struct test_outcome outcome = test_kernel_with(&trial->run, trial->parameters);
    ck_assert_msg(outcome.status == PIM_OK, "%s: %s (seed %s)", trial->run.kernel, outcome.error.text, seed_text);
    return outcome;
}

START_TEST(masked_results_are_right_where_others_are_wrong)
{
    const struct trial wrong = trial_of(_i, "columns", "fcdram-and16"), right = trial_of(_i, "masked", "fcdram-and16");
    struct test_outcome outcome = test_kernel_with(&wrong.run, wrong.parameters);
    ck_assert_msg(outcome.status == PIM_MISMATCH, "%s: status %d without masking", wrong.run.kernel, outcome.status);
    passes(&right);
}
END_TEST

START_TEST(engines_and_threads_agree)
{
    struct trial trial = trial_of(_i, "masked", "simra-maj3-4rows");
    struct test_outcome first = passes(&trial);
    trial.run.engine = "reference";
    struct test_outcome reference = passes(&trial);
    trial.run.engine = "fast";
    trial.run.threads = 4;
    struct test_outcome threads = passes(&trial);
    ck_assert_uint_eq(first.result_hash, reference.result_hash);
    ck_assert_uint_eq(first.result_hash, threads.result_hash);
    ck_assert_uint_eq(first.elapsed_ps, reference.elapsed_ps);
    ck_assert_uint_eq(first.elapsed_ps, threads.elapsed_ps);
}
END_TEST

/* Lanes of a bank of 65,536 columns; a share p of n columns is lost within five standard deviations. Sources that never fail lose none. */
START_TEST(lanes_are_lost_as_the_source_says)
{
    static const struct { const char *source; double share; } rows[] = {
        {"ambit-55nm-5pct", 0},         {"ambit-55nm-10pct", 0.0029},  {"ambit-55nm-15pct", 0.0601}, {"simdram-22nm-5pct", 0},
        {"simdram-22nm-10pct", 0.0042}, {"simdram-22nm-20pct", 0.045}, {"simra-maj3-32rows", 0.01},  {"simra-maj3-4rows", 0.32},
        {"simra-maj5-32rows", 0.2036},  {"simra-maj7-32rows", 0.6613}, {"fcdram-not", 0.0163},       {"fcdram-and16", 0.0506},
        {"fcdram-or16", 0.0415},        {"none", 0.01}};
    const double columns = 65536;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct trial trial = {.run = {.kernel = "simdram_operation", .units = 1, .threads = 1, .settings = {{"operation", BITSERIAL_AND}, {"width", 1}}},
                                    .parameters = {{"reliability.mode", "masked"}, {"reliability.source", rows[i].source},
                                                   {"reliability.seed", seed_text}, {"memory.row_bytes", "8192"}}};
        double lost = columns - (double)passes(&trial).operations, expected = columns * rows[i].share;
        double deviation = sqrt(expected * (1 - rows[i].share));
        ck_assert_msg(fabs(lost - expected) <= 5 * deviation, "%s: %.0f lanes lost, expected %.0f (seed %s)", rows[i].source, lost, expected, seed_text);
    }
}
END_TEST

START_TEST(no_lane_left_is_an_error)
{
    struct trial trial = trial_of(0, "masked", "none");
    trial.parameters[3] = (struct test_parameter){"reliability.unreliable_columns", "1"};
    struct test_outcome outcome = test_kernel_with(&trial.run, trial.parameters);
    ck_assert_int_eq(outcome.status, PIM_USAGE);
    ck_assert_str_eq(outcome.error.text, "simdram_operation: no column of the banks is free of errors");
}
END_TEST

/* The map can be read of any device of this back-end, from any granule on, and not written. */
START_TEST(good_columns_are_read_only)
{
    enum { GOOD_COLUMNS = 2, BYTES = 64 };
    const struct trial trial = trial_of(0, "columns", "simra-maj3-4rows");
    struct pim_registry *registry;
    struct pim_target *target;
    struct pim_error error = {0};
    struct pim_device *device = test_device_with(&trial.run, trial.parameters, &registry, &target);
    uint8_t whole[BYTES], part[8];
    struct pim_transfer piece = {.unit = 1, .space = GOOD_COLUMNS, .bytes = BYTES, .data = whole};
    ck_assert_str_eq(pim_device_backend(device)->spaces[GOOD_COLUMNS].name, "good_columns");
    ck_assert_int_eq(pim_device_transfer(device, PIM_FROM_UNIT, &piece, 1, &error), PIM_OK);
    ck_assert_uint_eq(pim_device_now_ps(device), 0); /* known beforehand */
    struct pim_transfer middle = {.unit = 1, .space = GOOD_COLUMNS, .offset = 24, .bytes = sizeof part, .data = part};
    ck_assert_int_eq(pim_device_transfer(device, PIM_FROM_UNIT, &middle, 1, &error), PIM_OK);
    ck_assert_mem_eq(part, whole + 24, sizeof part);
    ck_assert_int_eq(pim_device_transfer(device, PIM_TO_UNIT, &piece, 1, &error), PIM_USAGE);
    middle.offset = BYTES;
    ck_assert_int_eq(pim_device_transfer(device, PIM_FROM_UNIT, &middle, 1, &error), PIM_USAGE);
    pim_device_close(device);
    pim_target_close(target);
    pim_registry_close(registry);
}
END_TEST

int main(void)
{
    seed = test_seed() & UINT32_MAX;
    snprintf(seed_text, sizeof seed_text, "%" PRIu64, seed);
    printf("seed %s (PIMENTO_TEST_SEED)\n", seed_text);
    Suite *suite = suite_create("columns that fail");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 300);
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, masked_results_are_right_where_others_are_wrong, 0, RUNS);
    tcase_add_loop_test(tcase, engines_and_threads_agree, 0, RUNS);
    tcase_add_test(tcase, lanes_are_lost_as_the_source_says);
    tcase_add_test(tcase, no_lane_left_is_an_error);
    tcase_add_test(tcase, good_columns_are_read_only);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
