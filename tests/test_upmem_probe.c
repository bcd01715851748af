/* Do probes measure simulated time and energy, and are the missing queues refused? */
#include "upmem_fixture.h"

#include <dpu_probe.h>

static double probed(struct dpu_probe_t *probe, enum dpu_probe_quantity quantity, enum dpu_probe_summary summary)
{
    double value = -1;
    OK(dpu_probe_get(probe, quantity, summary, &value));
    return value;
}

START_TEST(a_probe_measures_its_intervals)
{
    enum { LAUNCHES = 3, ROUNDS = 100000, ISSUE_DISTANCE = 11 };
    struct dpu_probe_t probe;
    OK(dpu_probe_init("energy_probe", &probe));
    struct dpu_set_t set = loaded(2, "state");
    ck_assert(probed(&probe, DPU_ENERGY, DPU_AVERAGE) == 0);
    set_word(set, "rounds", ROUNDS);
    OK(dpu_launch(set, DPU_SYNCHRONOUS)); /* not measured */
    for (uint32_t i = 0; i < LAUNCHES; i++) {
        OK(dpu_probe_start(&probe));
        OK(dpu_launch(set, DPU_SYNCHRONOUS));
        OK(dpu_probe_stop(&probe));
    }
    double shortest = (double)ROUNDS * ISSUE_DISTANCE / 350e6;
    double seconds = probed(&probe, DPU_TIME, DPU_AVERAGE), joules = probed(&probe, DPU_ENERGY, DPU_AVERAGE);
    ck_assert_double_gt(seconds, shortest);
    ck_assert_double_lt(seconds, 2 * shortest);
    ck_assert_double_gt(joules, 0);
    ck_assert_double_eq_tol(probed(&probe, DPU_TIME, DPU_ACCUMULATE), LAUNCHES * seconds, 1e-12);
    ck_assert_double_eq_tol(probed(&probe, DPU_ENERGY, DPU_ACCUMULATE), LAUNCHES * joules, 1e-12);
    OK(dpu_probe_stop(&probe)); /* nothing runs */
    ck_assert_double_eq_tol(probed(&probe, DPU_TIME, DPU_AVERAGE), seconds, 1e-12);
    OK(dpu_probe_deinit(&probe));
}
END_TEST

START_TEST(bad_use_of_probes_is_told)
{
    struct dpu_probe_t probe;
    double value;
    REFUSED(DPU_ERR_INTERNAL, dpu_probe_init("probe", NULL));
    OK(dpu_probe_init(NULL, &probe));
    REFUSED(DPU_ERR_INTERNAL, dpu_probe_start(NULL));
    REFUSED(DPU_ERR_INTERNAL, dpu_probe_stop(NULL));
    REFUSED(DPU_ERR_INTERNAL, dpu_probe_get(&probe, DPU_TIME, DPU_AVERAGE, NULL));
    REFUSED(DPU_ERR_INTERNAL, dpu_probe_get(NULL, DPU_TIME, DPU_AVERAGE, &value));
    REFUSED(DPU_ERR_INTERNAL, dpu_probe_get(&probe, (enum dpu_probe_quantity)5, DPU_AVERAGE, &value));
    REFUSED(DPU_ERR_INTERNAL, dpu_probe_get(&probe, DPU_TIME, (enum dpu_probe_summary)5, &value));
    REFUSED(DPU_ERR_INTERNAL, dpu_probe_deinit(NULL));
}
END_TEST

START_TEST(queues_in_wram_are_refused)
{
    struct dpu_set_t set = loaded(1, "state");
    struct dpu_fifo_link_t link = {0};
    char name[] = "runs";
    REFUSED(DPU_ERR_INTERNAL, dpu_link_input_fifo(set, &link, name));
    REFUSED(DPU_ERR_INTERNAL, dpu_link_output_fifo(set, &link, name));
    REFUSED(DPU_ERR_INTERNAL, dpu_fifo_prepare_xfer(set, &link, name));
    REFUSED(DPU_ERR_INTERNAL, dpu_fifo_push_xfer(set, &link, DPU_XFER_DEFAULT));
    OK(dpu_fifo_link_free(&link));
    OK(dpu_fifo_link_free(NULL));
}
END_TEST

TCase *upmem_probe_tests(void)
{
    TCase *tests = upmem_case("probes and queues in WRAM");
    tcase_add_test(tests, a_probe_measures_its_intervals);
    tcase_add_test(tests, bad_use_of_probes_is_told);
    tcase_add_test(tests, queues_in_wram_are_refused);
    return tests;
}
