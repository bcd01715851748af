/* May several threads of a program call at once, on different ranks, on one, and to allocate? */
#include "upmem_fixture.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 12 };

struct worker { struct dpu_set_t set; uint32_t number; dpu_error_t error; bool wrong; };

static struct worker workers[THREADS];

/* All threads run `work`; assertions stay with the thread that waits. */
static void run_all(void *(*work)(void *))
{
    pthread_t threads[THREADS];
    for (uint32_t i = 0; i < THREADS; i++) {
        workers[i].number = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (uint32_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (uint32_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(workers[i].error, DPU_OK);
        ck_assert(!workers[i].wrong);
    }
}

#define TRY(worker, call) DPU_CHECK(call, (worker)->error = DPU_ERR_INTERNAL; return NULL)

static void *use_rank(void *context)
{
    struct worker *worker = context;
    struct dpu_set_t dpu;
    uint32_t each, operands[RANK_DPUS], results[RANK_DPUS];
    for (uint32_t round = 0; round < ROUNDS; round++) {
        DPU_FOREACH (worker->set, dpu, each) {
            operands[each] = 1000 * worker->number + 10 * round + each;
            TRY(worker, dpu_prepare_xfer(dpu, &operands[each]));
        }
        TRY(worker, dpu_push_xfer(worker->set, DPU_XFER_TO_DPU, "operand", 0, 4, round % 2 ? DPU_XFER_ASYNC : DPU_XFER_DEFAULT));
        TRY(worker, dpu_launch(worker->set, round % 3 ? DPU_ASYNCHRONOUS : DPU_SYNCHRONOUS));
        DPU_FOREACH (worker->set, dpu, each)
            TRY(worker, dpu_prepare_xfer(dpu, &results[each]));
        TRY(worker, dpu_push_xfer(worker->set, DPU_XFER_FROM_DPU, "result", 0, 4, DPU_XFER_DEFAULT));
        for (each = 0; each < RANK_DPUS; each++)
            worker->wrong |= results[each] != operands[each] + 1;
    }
    return NULL;
}

START_TEST(each_thread_uses_a_rank)
{
    struct dpu_set_t set = loaded(THREADS * RANK_DPUS, "state");
    for (uint32_t i = 0; i < THREADS; i++)
        workers[i].set = nth_rank(set, i);
    run_all(use_rank);
    ck_assert_uint_eq(get_word(nth_dpu(set, 255), "runs"), ROUNDS);
}
END_TEST

static void *use_dpu(void *context)
{
    struct worker *worker = context;
    for (uint32_t round = 0; round < 4 * ROUNDS; round++) {
        uint32_t operand = 100 * round + worker->number, result = 0;
        TRY(worker, dpu_copy_to(worker->set, "operand", 0, &operand, 4));
        TRY(worker, dpu_launch(worker->set, DPU_SYNCHRONOUS));
        TRY(worker, dpu_copy_from(worker->set, "result", 0, &result, 4));
        worker->wrong |= result != operand + 1;
    }
    return NULL;
}

START_TEST(threads_share_a_rank)
{
    struct dpu_set_t set = loaded(THREADS, "state");
    for (uint32_t i = 0; i < THREADS; i++)
        workers[i].set = nth_dpu(set, i);
    run_all(use_dpu);
    for (uint32_t i = 0; i < THREADS; i++)
        ck_assert_uint_eq(get_word(nth_dpu(set, i), "runs"), 4 * ROUNDS);
}
END_TEST

static const char *kernel_path;

static void *allocate_and_free(void *context)
{
    struct worker *worker = context;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct dpu_set_t set;
        uint32_t count = 0;
        TRY(worker, dpu_alloc(1 + round, "nrThreadPerPool=8", &set));
        TRY(worker, dpu_load(set, kernel_path, NULL));
        TRY(worker, dpu_get_nr_dpus(set, &count));
        worker->wrong |= count != 1 + round;
        TRY(worker, dpu_launch(set, DPU_SYNCHRONOUS));
        TRY(worker, dpu_free(set));
    }
    return NULL;
}

START_TEST(threads_allocate)
{
    kernel_path = kernel("state");
    run_all(allocate_and_free);
}
END_TEST

/* Several threads use, and one frees, what they share: errors are fine, anything else is not. */
static struct dpu_set_t shared;

static void *use_until_freed(void *context)
{
    struct worker *worker = context;
    for (uint32_t round = 0; round < 200; round++) {
        uint32_t word = round;
        struct dpu_set_t dpu;
        dpu_copy_to(shared, "operand", 0, &word, 4);
        DPU_FOREACH (shared, dpu)
            dpu_copy_from(dpu, "operand", 0, &word, 4);
        dpu_launch(shared, round % 2 ? DPU_ASYNCHRONOUS : DPU_SYNCHRONOUS);
        if (worker->number == 0 && round == 20)
            dpu_free(shared);
    }
    return NULL;
}

START_TEST(one_thread_frees_what_others_use)
{
    shared = loaded(70, "state");
    run_all(use_until_freed);
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_free(shared));
}
END_TEST

static dpu_error_t count_call(struct dpu_set_t set, uint32_t rank, void *arguments)
{
    (void)set, (void)rank;
    __atomic_fetch_add((uint32_t *)arguments, 1, __ATOMIC_RELAXED);
    return DPU_OK;
}

static void *queue_callbacks(void *context)
{
    struct worker *worker = context;
    static uint32_t calls[THREADS];
    for (uint32_t round = 0; round < ROUNDS; round++) {
        TRY(worker, dpu_callback(worker->set, count_call, &calls[worker->number], DPU_CALLBACK_ASYNC));
        TRY(worker, dpu_launch(worker->set, DPU_ASYNCHRONOUS));
        TRY(worker, dpu_callback(worker->set, count_call, &calls[worker->number], DPU_CALLBACK_DEFAULT));
    }
    TRY(worker, dpu_sync(worker->set));
    worker->wrong = __atomic_load_n(&calls[worker->number], __ATOMIC_RELAXED) != 2 * ROUNDS;
    return NULL;
}

START_TEST(threads_queue_callbacks)
{
    struct dpu_set_t set = loaded(THREADS * RANK_DPUS, "state");
    for (uint32_t i = 0; i < THREADS; i++)
        workers[i].set = nth_rank(set, i);
    run_all(queue_callbacks);
    ck_assert_uint_eq(get_word(nth_dpu(set, 70), "runs"), ROUNDS);
}
END_TEST

TCase *upmem_thread_tests(void)
{
    TCase *tests = upmem_case("threads");
    tcase_add_test(tests, each_thread_uses_a_rank);
    tcase_add_test(tests, threads_share_a_rank);
    tcase_add_test(tests, threads_allocate);
    tcase_add_test(tests, one_thread_frees_what_others_use);
    tcase_add_test(tests, threads_queue_callbacks);
    return tests;
}
