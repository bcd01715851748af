/* Do host programs and the DPUs that they run meet at simulated time? Programs of 2020 look at running DPUs and poll; those of 2025 have
 * "parallel" transfers and callbacks. mailbox.s waits for requests and answers with the triple.
 */
#include "upmem_fixture.h"

enum { END = -1, ANSWERS = 3 };
enum { MRAM_BUSY_2020 = 12, ALREADY_RUNNING_2020 = 17 }; /* the numbers of that release */

/* A loop round of one tasklet takes 11 cycles: 31,818 rounds are 1 ms at 350 MHz. */
enum { ROUNDS_PER_MS = 31818 };

static struct dpu_set_t serving(const char *release, uint32_t dpus)
{
    imitate(release);
    struct dpu_set_t set = loaded(dpus, "mailbox");
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    return set;
}

static void look(struct dpu_set_t set, bool wanted)
{
    bool done, fault;
    OK(dpu_status(set, &done, &fault));
    ck_assert_int_eq(done, wanted);
    ck_assert(!fault);
}

static unsigned polls_until_done(struct dpu_set_t set)
{
    bool done = false, fault;
    unsigned polls = 0;
    for (; !done; polls++)
        OK(dpu_status(set, &done, &fault));
    return polls;
}

START_TEST(programs_of_2020_talk_to_running_dpus)
{
    struct dpu_set_t set = serving("2020.3", 70), last = nth_dpu(set, 69);
    look(set, false);
    for (uint32_t request = 1; request <= ANSWERS; request++) {
        set_word(set, "request", request);
        look(set, false); /* time for the DPU to answer */
        ck_assert_uint_eq(get_word(last, "answer"), 3 * request);
    }
    ck_assert_uint_gt(get_word(last, "polls"), 0);
    set_word(set, "request", (uint32_t)END);
    OK(dpu_sync(set));
    look(set, true);
}
END_TEST

START_TEST(running_dpus_of_2020_are_left_alone)
{
    uint64_t eight = 0;
    struct dpu_set_t set = serving("2020.3", 2), dpu = nth_dpu(set, 1);
    REFUSED(MRAM_BUSY_2020, dpu_copy_from(dpu, HEAP, 0, &eight, sizeof eight));
    REFUSED(MRAM_BUSY_2020, dpu_copy_to(set, HEAP, 0, &eight, sizeof eight));
    REFUSED(ALREADY_RUNNING_2020, dpu_launch(set, DPU_SYNCHRONOUS));
    REFUSED(ALREADY_RUNNING_2020, dpu_launch(dpu, DPU_ASYNCHRONOUS));
    REFUSED(ALREADY_RUNNING_2020, dpu_load(set, kernel("mailbox"), NULL));
    set_word(nth_dpu(set, 0), "request", (uint32_t)END);
    look(nth_dpu(set, 0), true);
    look(dpu, false);
    OK(dpu_copy_from(nth_dpu(set, 0), HEAP, 0, &eight, sizeof eight)); /* this one has ended */
    set_word(dpu, "request", (uint32_t)END);
    OK(dpu_sync(set));
    OK(dpu_copy_to(set, HEAP, 0, &eight, sizeof eight));
    OK(dpu_launch(dpu, DPU_ASYNCHRONOUS));
    set_word(dpu, "request", (uint32_t)END);
    OK(dpu_free(set));
}
END_TEST

/* 2 ms of work, polls of 100 us and of 10 ms. */
START_TEST(a_poll_passes_its_time)
{
    static const struct { const char *settings; unsigned least, most; } rows[] = {
        {"link.status_poll_ns=100000", 21, 23}, {"link.status_poll_ns=10000000", 1, 1}};
    choose_machine(rows[_i].settings);
    imitate("2020.3");
    struct dpu_set_t set = loaded(1, "mailbox");
    set_word(set, "rounds", 2 * ROUNDS_PER_MS);
    set_word(set, "request", (uint32_t)END);
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    unsigned polls = polls_until_done(set);
    ck_assert_uint_ge(polls, rows[_i].least);
    ck_assert_uint_le(polls, rows[_i].most);
}
END_TEST

/* Three DPUs of one rank, launched one by one, 2 ms each: side by side before there were queues. */
START_TEST(dpus_of_2020_launched_one_by_one_overlap)
{
    struct dpu_set_t dpu;
    choose_machine("link.status_poll_ns=100000");
    imitate("2020.3");
    struct dpu_set_t set = loaded(3, "mailbox");
    set_word(set, "rounds", 2 * ROUNDS_PER_MS);
    set_word(set, "request", (uint32_t)END);
    DPU_FOREACH (set, dpu)
        OK(dpu_launch(dpu, DPU_ASYNCHRONOUS));
    unsigned polls = polls_until_done(set);
    ck_assert_uint_ge(polls, 21);
    ck_assert_uint_le(polls, 26); /* the launches themselves are handed over one after the other */
}
END_TEST

/* Without "parallel" a call waits for what was launched before it. */
START_TEST(later_programs_wait)
{
    static const char *const releases[] = {"2021.3", "2023.2", "2025.1"};
    imitate(releases[_i]);
    struct dpu_set_t set = loaded(70, "mailbox");
    set_word(set, "rounds", ROUNDS_PER_MS);
    set_word(set, "request", (uint32_t)END);
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    ck_assert_uint_eq(get_word(nth_dpu(set, 69), "request"), 0); /* taken, after a millisecond */
    look(set, true);
}
END_TEST

START_TEST(parallel_transfers_meet_running_dpus)
{
    uint32_t answers[70], request, index;
    uint64_t eight = 0;
    struct dpu_set_t set = serving("2025.1", 70), dpu;
    for (request = 1; request <= ANSWERS; request++) {
        OK(dpu_broadcast_to(set, "request", 0, &request, sizeof request, DPU_XFER_PARALLEL));
        DPU_FOREACH (set, dpu, index)
            OK(dpu_prepare_xfer(dpu, &answers[index]));
        OK(dpu_push_xfer(set, DPU_XFER_FROM_DPU, "answer", 0, sizeof request, DPU_XFER_PARALLEL));
        for (index = 0; index < 70; index++)
            ck_assert_uint_eq(answers[index], 3 * request);
    }
    REFUSED(DPU_ERR_INVALID_PARALLEL_MEMORY_TRANSFER,
            dpu_broadcast_to(set, HEAP, 0, &eight, sizeof eight, DPU_XFER_PARALLEL));
    request = (uint32_t)END;
    OK(dpu_broadcast_to(set, "request", 0, &request, sizeof request, DPU_XFER_PARALLEL | DPU_XFER_ASYNC));
    OK(dpu_sync(set));
    OK(dpu_copy_to(set, HEAP, 0, &eight, sizeof eight));
}
END_TEST

static dpu_error_t end_rank(struct dpu_set_t rank, uint32_t index, void *arguments)
{
    static const uint32_t end = (uint32_t)END;
    (void)index;
    __atomic_fetch_add((unsigned *)arguments, 1, __ATOMIC_SEQ_CST);
    return dpu_broadcast_to(rank, "request", 0, &end, sizeof end, DPU_XFER_PARALLEL);
}

START_TEST(parallel_callbacks_meet_running_dpus)
{
    unsigned calls = 0;
    struct dpu_set_t set = serving("2025.1", 200);
    OK(dpu_callback(set, end_rank, &calls, DPU_CALLBACK_ASYNC | DPU_CALLBACK_PARALLEL));
    OK(dpu_sync(set));
    ck_assert_uint_eq(calls, 4);
    look(set, true);
}
END_TEST

TCase *upmem_running_tests(void)
{
    TCase *tests = upmem_case("running DPUs");
    tcase_add_test(tests, programs_of_2020_talk_to_running_dpus);
    tcase_add_test(tests, running_dpus_of_2020_are_left_alone);
    tcase_add_loop_test(tests, a_poll_passes_its_time, 0, 2);
    tcase_add_test(tests, dpus_of_2020_launched_one_by_one_overlap);
    tcase_add_loop_test(tests, later_programs_wait, 0, 3);
    tcase_add_test(tests, parallel_transfers_meet_running_dpus);
    tcase_add_test(tests, parallel_callbacks_meet_running_dpus);
    return tests;
}
