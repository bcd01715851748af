/* Do asynchronous jobs run in the order of their rank, and what happens behind one that fails? */
#include "upmem_fixture.h"

/* Bits of an error that dpu_sync tells: the kind of job above bit 16. */
enum { JOB_LAUNCH_RANK, JOB_LAUNCH_DPU };

static dpu_error_t of_job(unsigned job, dpu_error_t error)
{
    return (dpu_error_t)(DPU_ERR_ASYNC_JOBS | job << DPU_ERROR_ASYNC_JOB_TYPE_SHIFT | (unsigned)error);
}

START_TEST(jobs_run_in_order)
{
    enum { JOBS = 20 };
    static uint32_t operands[JOBS], results[JOBS][130], runs[JOBS][130];
    struct dpu_set_t set = loaded(130, "state"), dpu;
    uint32_t each;
    for (uint32_t job = 0; job < JOBS; job++) {
        operands[job] = 10 * job;
        OK(dpu_broadcast_to(set, "operand", 0, &operands[job], 4, DPU_XFER_ASYNC));
        OK(dpu_launch(set, DPU_ASYNCHRONOUS));
        DPU_FOREACH (set, dpu, each)
            OK(dpu_prepare_xfer(dpu, &results[job][each]));
        OK(dpu_push_xfer(set, DPU_XFER_FROM_DPU, "result", 0, 4, DPU_XFER_ASYNC));
        DPU_FOREACH (set, dpu, each)
            OK(dpu_prepare_xfer(dpu, &runs[job][each]));
        OK(dpu_push_xfer(set, DPU_XFER_FROM_DPU, "runs", 0, 4, DPU_XFER_ASYNC));
    }
    OK(dpu_sync(set));
    for (uint32_t job = 0; job < JOBS; job++)
        for (each = 0; each < 130; each++) {
            ck_assert_uint_eq(results[job][each], 10 * job + 1);
            ck_assert_uint_eq(runs[job][each], job + 1);
        }
}
END_TEST

START_TEST(a_synchronous_call_waits_for_its_ranks)
{
    struct dpu_set_t set = loaded(128, "state");
    set_word(set, "rounds", 20000);
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    ck_assert_uint_eq(get_word(nth_dpu(set, 0), "runs"), 1);
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    ck_assert_uint_eq(get_word(nth_dpu(set, 100), "runs"), 3);
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    bool done = false, fault = true;
    OK(dpu_status(set, &done, &fault));
    ck_assert(done && !fault);
    ck_assert_uint_eq(get_word(nth_dpu(set, 127), "runs"), 4);
}
END_TEST

START_TEST(errors_wait_for_dpu_sync)
{
    struct dpu_set_t set = loaded(2, "trouble");
    bool done, fault;
    set_word(nth_dpu(set, 1), "trouble", 3);
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    REFUSED(of_job(JOB_LAUNCH_RANK, DPU_ERR_DPU_FAULT), dpu_sync(set));
    OK(dpu_sync(set)); /* told once */
    OK(dpu_status(set, &done, &fault));
    ck_assert(done && fault);
    OK(dpu_launch(nth_dpu(set, 0), DPU_ASYNCHRONOUS));
    OK(dpu_sync(set));
    OK(dpu_launch(nth_dpu(set, 1), DPU_ASYNCHRONOUS));
    dpu_error_t error = dpu_sync(set);
    ck_assert(error & DPU_ERR_ASYNC_JOBS);
    ck_assert_uint_eq(error & 0xffff, DPU_ERR_DPU_FAULT);
}
END_TEST

START_TEST(the_rest_of_a_failed_queue_is_dropped)
{
    struct dpu_set_t set = loaded(128, "trouble");
    uint32_t none = 0, seven = 7, found[128];
    set_word(nth_dpu(set, 5), "trouble", 3);
    memset(found, 0xff, sizeof found);
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    OK(dpu_broadcast_to(set, "trouble", 0, &none, 4, DPU_XFER_ASYNC));
    OK(dpu_broadcast_to(set, "survived", 0, &seven, 4, DPU_XFER_ASYNC));
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    for (uint32_t each = 0; each < 128; each++)
        OK(dpu_prepare_xfer(nth_dpu(set, each), &found[each]));
    OK(dpu_push_xfer(set, DPU_XFER_FROM_DPU, "survived", 0, 4, DPU_XFER_ASYNC));
    REFUSED(of_job(JOB_LAUNCH_RANK, DPU_ERR_DPU_FAULT), dpu_sync(set));
    ck_assert_uint_eq(found[0], UINT32_MAX);
    ck_assert_uint_eq(found[64], 8); /* the other rank went on */
    ck_assert_uint_eq(get_word(nth_dpu(set, 0), "survived"), 1);
    ck_assert_uint_eq(get_word(nth_dpu(set, 5), "trouble"), 3);
    set_word(set, "trouble", 0); /* the queue works again */
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    OK(dpu_sync(set));
}
END_TEST

START_TEST(ranks_are_synchronised_alone)
{
    struct dpu_set_t set = loaded(128, "trouble");
    set_word(nth_rank(set, 1), "trouble", 2);
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    OK(dpu_sync(nth_rank(set, 0)));
    REFUSED(of_job(JOB_LAUNCH_RANK, DPU_ERR_DPU_FAULT), dpu_sync(nth_rank(set, 1)));
    OK(dpu_sync(set));
}
END_TEST

START_TEST(freeing_waits_and_forgets_errors)
{
    struct dpu_set_t set = loaded(2, "trouble");
    set_word(set, "trouble", 3);
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    OK(dpu_free(set));
    set = loaded(2, "trouble");
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    OK(dpu_sync(set));
}
END_TEST

/* A failed check is the caller's: nothing is queued. */
START_TEST(checks_are_made_at_the_call)
{
    struct dpu_set_t set = loaded(2, "state");
    uint32_t word = 0;
    REFUSED(DPU_ERR_UNKNOWN_SYMBOL, dpu_broadcast_to(set, "no_such_symbol", 0, &word, 4, DPU_XFER_ASYNC));
    REFUSED(DPU_ERR_INVALID_WRAM_ACCESS, dpu_broadcast_to(set, "runs", 0, &word, 2, DPU_XFER_ASYNC));
    OK(dpu_sync(set));
}
END_TEST

START_TEST(loading_waits_for_what_is_queued)
{
    struct dpu_set_t set = loaded(2, "state");
    uint64_t count;
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    OK(dpu_load(set, kernel("trouble"), NULL));
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    ck_assert_uint_eq(get_word(nth_dpu(set, 1), "survived"), 1);
    OK(dpu_copy_from_symbol(nth_dpu(set, 1), (struct dpu_symbol_t){0x08000000, 8}, 0, &count, 8));
    ck_assert_uint_eq(count, 1); /* mram_runs of the first program */
}
END_TEST

TCase *upmem_queue_tests(void)
{
    TCase *tests = upmem_case("queues");
    tcase_add_test(tests, jobs_run_in_order);
    tcase_add_test(tests, a_synchronous_call_waits_for_its_ranks);
    tcase_add_test(tests, errors_wait_for_dpu_sync);
    tcase_add_test(tests, the_rest_of_a_failed_queue_is_dropped);
    tcase_add_test(tests, ranks_are_synchronised_alone);
    tcase_add_test(tests, freeing_waits_and_forgets_errors);
    tcase_add_test(tests, checks_are_made_at_the_call);
    tcase_add_test(tests, loading_waits_for_what_is_queued);
    return tests;
}
