/* Are callbacks called as often, with what, and when the flags say? */
#include "upmem_fixture.h"

#include <pthread.h>
#include <semaphore.h>

enum { JOB_CALLBACK = 12 };

/* What one test's callbacks note; the lock is theirs. */
struct notes {
    pthread_mutex_t lock;
    uint32_t calls, dpus[RANKS], indices, whole;
    pthread_t thread;
    sem_t go, gone;
    dpu_error_t result[RANKS];
};

static struct notes notes = {.lock = PTHREAD_MUTEX_INITIALIZER};

static dpu_error_t note(struct dpu_set_t set, uint32_t rank, void *arguments)
{
    uint32_t dpus = 0, ranks = 0;
    ck_assert_ptr_eq(arguments, &notes);
    ck_assert_int_eq(dpu_get_nr_dpus(set, &dpus), DPU_OK);
    ck_assert_int_eq(dpu_get_nr_ranks(set, &ranks), DPU_OK);
    pthread_mutex_lock(&notes.lock);
    notes.calls++;
    notes.thread = pthread_self();
    notes.whole += ranks > 1;
    if (rank < RANKS) {
        notes.indices |= 1u << rank;
        notes.dpus[rank] = dpus;
    }
    pthread_mutex_unlock(&notes.lock);
    return rank < RANKS ? notes.result[rank] : DPU_OK;
}

static dpu_error_t wait_for_go(struct dpu_set_t set, uint32_t rank, void *arguments)
{
    sem_wait(&notes.go);
    dpu_error_t error = note(set, rank, arguments);
    sem_post(&notes.gone);
    return error;
}

static void setup(void)
{
    sem_init(&notes.go, 0, 0);
    sem_init(&notes.gone, 0, 0);
}

START_TEST(one_call_per_rank)
{
    static const int flags[] = {DPU_CALLBACK_DEFAULT, DPU_CALLBACK_ASYNC};
    struct dpu_set_t set = allocated(200);
    OK(dpu_callback(set, note, &notes, (dpu_callback_flags_t)flags[_i]));
    OK(dpu_sync(set));
    ck_assert_uint_eq(notes.calls, 4);
    ck_assert_uint_eq(notes.indices, 0xf);
    ck_assert_uint_eq(notes.dpus[0] + notes.dpus[1] + notes.dpus[2] + notes.dpus[3], 200);
    ck_assert_uint_eq(notes.whole, 0);
}
END_TEST

START_TEST(one_call_for_the_set)
{
    static const int flags[] = {DPU_CALLBACK_ASYNC | DPU_CALLBACK_NONBLOCKING | DPU_CALLBACK_SINGLE_CALL,
                                DPU_CALLBACK_ASYNC | DPU_CALLBACK_SINGLE_CALL};
    struct dpu_set_t set = allocated(200);
    OK(dpu_callback(set, wait_for_go, &notes, (dpu_callback_flags_t)flags[_i]));
    sem_post(&notes.go);
    sem_wait(&notes.gone);
    OK(dpu_sync(set));
    ck_assert_uint_eq(notes.calls, 1);
    ck_assert_uint_eq(notes.whole, 1);
}
END_TEST

START_TEST(synchronous_and_non_blocking_is_refused)
{
    struct dpu_set_t set = allocated(1), freed;
    REFUSED(DPU_ERR_NONBLOCKING_SYNC_CALLBACK, dpu_callback(set, note, &notes, DPU_CALLBACK_NONBLOCKING));
    REFUSED(DPU_ERR_NONBLOCKING_SYNC_CALLBACK,
            dpu_callback(set, note, &notes, (dpu_callback_flags_t)(DPU_CALLBACK_NONBLOCKING | DPU_CALLBACK_SINGLE_CALL)));
    freed = set;
    OK(dpu_free(set));
    REFUSED(DPU_ERR_NONBLOCKING_SYNC_CALLBACK, dpu_callback(freed, note, &notes, DPU_CALLBACK_NONBLOCKING));
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_callback(freed, note, &notes, DPU_CALLBACK_DEFAULT));
    ck_assert_uint_eq(notes.calls, 0);
}
END_TEST

START_TEST(one_dpu_has_one_call)
{
    struct dpu_set_t set = allocated(200);
    OK(dpu_callback(nth_dpu(set, 150), note, &notes, DPU_CALLBACK_DEFAULT));
    ck_assert_uint_eq(notes.calls, 1);
}
END_TEST

START_TEST(errors_of_callbacks_are_the_callers)
{
    struct dpu_set_t set = allocated(200);
    notes.result[2] = DPU_ERR_VPD_NO_REPAIR;
    REFUSED(DPU_ERR_VPD_NO_REPAIR, dpu_callback(set, note, &notes, DPU_CALLBACK_DEFAULT));
    OK(dpu_sync(set));
    OK(dpu_callback(set, note, &notes, DPU_CALLBACK_ASYNC));
    REFUSED(DPU_ERR_ASYNC_JOBS | JOB_CALLBACK << DPU_ERROR_ASYNC_JOB_TYPE_SHIFT | DPU_ERR_VPD_NO_REPAIR, dpu_sync(set));
    OK(dpu_sync(set));
    ck_assert_uint_eq(notes.calls, 8);
}
END_TEST

START_TEST(jobs_queue_up_behind_a_callback)
{
    struct dpu_set_t set = loaded(128, "state");
    uint32_t operand = 41, result[128] = {0};
    OK(dpu_callback(nth_rank(set, 1), wait_for_go, &notes, DPU_CALLBACK_ASYNC));
    OK(dpu_broadcast_to(set, "operand", 0, &operand, 4, DPU_XFER_ASYNC));
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    for (uint32_t each = 0; each < 128; each++)
        OK(dpu_prepare_xfer(nth_dpu(set, each), &result[each]));
    OK(dpu_push_xfer(set, DPU_XFER_FROM_DPU, "result", 0, 4, DPU_XFER_ASYNC));
    OK(dpu_sync(nth_rank(set, 0))); /* the other rank does not wait */
    ck_assert_uint_eq(result[0], 42);
    ck_assert_uint_eq(notes.calls, 0);
    sem_post(&notes.go);
    OK(dpu_sync(set));
    ck_assert_uint_eq(notes.calls, 1);
    ck_assert_uint_eq(result[127], 42);
}
END_TEST

START_TEST(non_blocking_callbacks_let_the_queue_go_on)
{
    struct dpu_set_t set = loaded(2, "state");
    OK(dpu_callback(set, wait_for_go, &notes, (dpu_callback_flags_t)(DPU_CALLBACK_ASYNC | DPU_CALLBACK_NONBLOCKING)));
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    OK(dpu_sync(set));
    ck_assert_uint_eq(get_word(nth_dpu(set, 1), "runs"), 1);
    ck_assert_uint_eq(notes.calls, 0);
    sem_post(&notes.go);
    sem_wait(&notes.gone);
    ck_assert_uint_eq(notes.calls, 1);
}
END_TEST

START_TEST(callbacks_behind_a_failure_are_dropped)
{
    struct dpu_set_t set = loaded(128, "trouble");
    set_word(nth_dpu(set, 64), "trouble", 3);
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    OK(dpu_callback(set, note, &notes, DPU_CALLBACK_ASYNC));
    ck_assert_int_ne(dpu_sync(set), DPU_OK);
    ck_assert_uint_eq(notes.indices, 1);
    OK(dpu_callback(set, note, &notes, DPU_CALLBACK_ASYNC));
    OK(dpu_sync(set));
    ck_assert_uint_eq(notes.indices, 3);
}
END_TEST

/* ------------------------------------------------------------ the interface inside callbacks --- */

static uint32_t inner_results[RANKS * RANK_DPUS];

static dpu_error_t read_results(struct dpu_set_t rank, uint32_t number, void *arguments)
{
    struct dpu_set_t dpu;
    uint32_t each;
    (void)arguments;
    DPU_FOREACH (rank, dpu, each)
        DPU_CHECK(dpu_prepare_xfer(dpu, &inner_results[number * RANK_DPUS + each]), return DPU_ERR_INTERNAL);
    dpu_error_t error = dpu_push_xfer(rank, DPU_XFER_FROM_DPU, "result", 0, 4, DPU_XFER_DEFAULT);
    if (error == DPU_OK)
        error = dpu_launch(rank, DPU_SYNCHRONOUS);
    return error;
}

START_TEST(callbacks_use_their_rank)
{
    struct dpu_set_t set = loaded(256, "state");
    static uint32_t operands[256], runs;
    for (uint32_t each = 0; each < 256; each++) {
        operands[each] = 3 * each;
        OK(dpu_prepare_xfer(nth_dpu(set, each), &operands[each]));
    }
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "operand", 0, 4, DPU_XFER_ASYNC));
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    OK(dpu_callback(set, read_results, NULL, DPU_CALLBACK_ASYNC));
    OK(dpu_prepare_xfer(nth_dpu(set, 9), &runs)); /* apart from what the callback prepares */
    OK(dpu_push_xfer(set, DPU_XFER_FROM_DPU, "runs", 0, 4, DPU_XFER_ASYNC));
    OK(dpu_sync(set));
    for (uint32_t each = 0; each < 256; each++)
        ck_assert_uint_eq(inner_results[each], 3 * each + 1);
    ck_assert_uint_eq(runs, 2);
}
END_TEST

static dpu_error_t read_results_when_told(struct dpu_set_t rank, uint32_t number, void *arguments)
{
    sem_wait(&notes.go);
    return read_results(rank, number, arguments);
}

START_TEST(callbacks_prepare_apart_from_the_program)
{
    struct dpu_set_t set = loaded(3, "state");
    uint32_t operand = 7;
    OK(dpu_callback(set, read_results_when_told, NULL, DPU_CALLBACK_ASYNC));
    OK(dpu_prepare_xfer(set, &operand));
    sem_post(&notes.go);
    OK(dpu_sync(set)); /* the callback has prepared, pushed and so forgotten its buffers */
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "operand", 0, 4, DPU_XFER_DEFAULT));
    ck_assert_uint_eq(get_word(nth_dpu(set, 2), "operand"), 7);
}
END_TEST

static dpu_error_t fail_as_2021(struct dpu_set_t set, uint32_t rank, void *arguments)
{
    uint32_t word = 0;
    (void)rank, (void)arguments;
    return dpu_copy_to(set, "no_such_symbol", 0, &word, 4);
}

START_TEST(errors_pass_through_in_the_numbers_of_the_release)
{
    static const int unknown_symbol = 27;
    imitate("2021.3");
    struct dpu_set_t set = loaded(2, "state");
    ck_assert_int_eq(dpu_callback(set, fail_as_2021, NULL, DPU_CALLBACK_DEFAULT), unknown_symbol);
    OK(dpu_callback(set, fail_as_2021, NULL, DPU_CALLBACK_ASYNC));
    REFUSED(DPU_ERR_ASYNC_JOBS | JOB_CALLBACK << DPU_ERROR_ASYNC_JOB_TYPE_SHIFT | unknown_symbol, dpu_sync(set));
}
END_TEST

TCase *upmem_callback_tests(void)
{
    TCase *tests = upmem_case("callbacks");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_loop_test(tests, one_call_per_rank, 0, 2);
    tcase_add_loop_test(tests, one_call_for_the_set, 0, 2);
    tcase_add_test(tests, synchronous_and_non_blocking_is_refused);
    tcase_add_test(tests, one_dpu_has_one_call);
    tcase_add_test(tests, errors_of_callbacks_are_the_callers);
    tcase_add_test(tests, jobs_queue_up_behind_a_callback);
    tcase_add_test(tests, non_blocking_callbacks_let_the_queue_go_on);
    tcase_add_test(tests, callbacks_behind_a_failure_are_dropped);
    tcase_add_test(tests, callbacks_use_their_rank);
    tcase_add_test(tests, callbacks_prepare_apart_from_the_program);
    tcase_add_test(tests, errors_pass_through_in_the_numbers_of_the_release);
    return tests;
}
