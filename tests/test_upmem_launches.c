/* What does a launch leave behind, and how are faults seen? */
#include "upmem_fixture.h"

#include <dirent.h>
#include <sched.h>

START_TEST(memories_keep_what_launches_leave)
{
    struct dpu_set_t set = loaded(3, "state"), dpu;
    uint64_t count;
    for (uint32_t launch = 1; launch <= 5; launch++) {
        set_word(set, "operand", 100 * launch);
        OK(dpu_launch(set, DPU_SYNCHRONOUS));
        DPU_FOREACH (set, dpu) {
            ck_assert_uint_eq(get_word(dpu, "result"), 100 * launch + 1);
            ck_assert_uint_eq(get_word(dpu, "runs"), launch);
            ck_assert_uint_eq(get_word(dpu, "hidden_seen"), launch);
            OK(dpu_copy_from(dpu, "mram_runs", 0, &count, sizeof count));
            ck_assert_uint_eq(count, launch);
        }
    }
}
END_TEST

START_TEST(parts_of_a_set_are_launched_alone)
{
    struct dpu_set_t set = loaded(128, "state");
    OK(dpu_launch(nth_dpu(set, 3), DPU_SYNCHRONOUS));
    OK(dpu_launch(nth_rank(set, 1), DPU_SYNCHRONOUS));
    OK(dpu_launch(nth_dpu(set, 127), DPU_SYNCHRONOUS));
    ck_assert_uint_eq(get_word(nth_dpu(set, 2), "runs"), 0);
    ck_assert_uint_eq(get_word(nth_dpu(set, 3), "runs"), 1);
    ck_assert_uint_eq(get_word(nth_dpu(set, 64), "runs"), 1);
    ck_assert_uint_eq(get_word(nth_dpu(set, 127), "runs"), 2);
}
END_TEST

START_TEST(disabled_dpus_rest)
{
    struct dpu_set_t set = allocated(64), spare = nth_dpu(set, 63);
    uint32_t word = 1;
    bool done, fault;
    OK(dpu_free(set));
    set = loaded(10, "state"); /* the same rank; the last DPU is not wanted now */
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    REFUSED(DPU_ERR_DPU_DISABLED, dpu_prepare_xfer(spare, &word));
    REFUSED(DPU_ERR_DPU_DISABLED, dpu_load(spare, kernel("state"), NULL));
    REFUSED(DPU_ERR_DPU_DISABLED, dpu_launch(spare, DPU_SYNCHRONOUS));
    REFUSED(DPU_ERR_DPU_DISABLED, dpu_copy_to(spare, "runs", 0, &word, 4));
    REFUSED(DPU_ERR_DPU_DISABLED, dpu_copy_from(spare, "runs", 0, &word, 4));
    REFUSED(DPU_ERR_DPU_DISABLED, dpu_push_xfer(spare, DPU_XFER_TO_DPU, "runs", 0, 4, DPU_XFER_DEFAULT));
    REFUSED(DPU_ERR_DPU_DISABLED, dpu_log_read(spare, stdout));
    REFUSED(DPU_ERR_DPU_DISABLED, dpu_status(spare, &done, &fault));
}
END_TEST

START_TEST(the_program_knows_its_clock)
{
    struct dpu_set_t set;
    static const struct { const char *profile; uint32_t hertz; } rows[] = {
        {NULL, 350000000}, {"fckFrequency=400", 400000000}, {"fckFrequency=800,clockDivision=2", 400000000}};
    OK(dpu_alloc(1, rows[_i].profile, &set));
    OK(dpu_load(set, kernel("state"), NULL));
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    ck_assert_uint_eq(get_word(nth_dpu(set, 0), "clock_seen"), rows[_i].hertz);
}
END_TEST

START_TEST(launches_are_checked_in_order)
{
    const dpu_launch_policy_t aside = (dpu_launch_policy_t)2;
    struct dpu_set_t set = allocated(2), freed = set;
    REFUSED(DPU_ERR_NO_PROGRAM_LOADED, dpu_launch(set, DPU_SYNCHRONOUS));
    REFUSED(DPU_ERR_NO_PROGRAM_LOADED, dpu_launch(set, DPU_ASYNCHRONOUS));
    REFUSED(DPU_ERR_INVALID_LAUNCH_POLICY, dpu_launch(set, aside));
    OK(dpu_load(nth_dpu(set, 0), kernel("state"), NULL));
    REFUSED(DPU_ERR_NO_PROGRAM_LOADED, dpu_launch(set, DPU_SYNCHRONOUS));
    ck_assert_uint_eq(get_word(nth_dpu(set, 0), "runs"), 0); /* none ran */
    OK(dpu_free(set));
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_launch(freed, aside));
}
END_TEST

/* ------------------------------------------------------------------------------------ faults --- */

static const struct { uint32_t trouble; const char *kind, *reason; } troubles[] = {
    {1, "software fault", "heap full"},        {2, "software fault", "division by zero"},
    {3, "software fault", "fault 3"},          {4, "memory fault", "0x10004"},
    {5, "memory fault", "not a multiple of 4"}, {6, "DMA fault", "past the end"},
    {7, "instruction not loaded", "4000"},
};

START_TEST(faults_are_told_with_their_place)
{
    struct dpu_set_t set = loaded(70, "trouble"), dpu;
    uint32_t each;
    set_word(nth_dpu(set, 66), "trouble", troubles[_i].trouble);
    catch_stderr();
    dpu_error_t error = dpu_launch(set, DPU_SYNCHRONOUS);
    char *text = caught_stderr();
    ck_assert_int_eq(error, DPU_ERR_DPU_FAULT);
    ck_assert_msg(strstr(text, troubles[_i].kind) && strstr(text, troubles[_i].reason), "%s", text);
    ck_assert_msg(strstr(text, "tasklet 0") && strstr(text, " in __"), "%s", text);
    free(text);
    DPU_FOREACH (set, dpu, each) {
        bool done = false, fault = false;
        OK(dpu_status(dpu, &done, &fault));
        ck_assert(done);
        ck_assert_int_eq(fault, each == 66);
        ck_assert_uint_eq(get_word(dpu, "survived"), each != 66);
    }
}
END_TEST

START_TEST(a_fault_ends_with_the_next_launch)
{
    struct dpu_set_t set = loaded(2, "trouble"), dpu = nth_dpu(set, 1);
    bool done, fault;
    set_word(dpu, "trouble", 3);
    REFUSED(DPU_ERR_DPU_FAULT, dpu_launch(set, DPU_SYNCHRONOUS));
    REFUSED(DPU_ERR_DPU_FAULT, dpu_launch(dpu, DPU_SYNCHRONOUS));
    OK(dpu_status(set, &done, &fault));
    ck_assert(done && fault);
    OK(dpu_sync(set)); /* nothing is queued */
    set_word(dpu, "trouble", 0);
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    OK(dpu_status(set, &done, &fault));
    ck_assert(done && !fault);
    ck_assert_uint_eq(get_word(nth_dpu(set, 0), "survived"), 2);
    ck_assert_uint_eq(get_word(dpu, "survived"), 1);
}
END_TEST

START_TEST(a_program_without_end_meets_its_limit)
{
    setenv("PIMENTO_HOST_MAX_CYCLES", "100000", 1);
    struct dpu_set_t set = loaded(2, "trouble"), dpu = nth_dpu(set, 1);
    set_word(dpu, "trouble", 8);
    REFUSED(DPU_ERR_TIMEOUT, dpu_launch(set, DPU_SYNCHRONOUS));
    ck_assert_uint_eq(get_word(nth_dpu(set, 0), "survived"), 1);
}
END_TEST

START_TEST(many_faults_are_not_all_shown)
{
    struct dpu_set_t set = loaded(256, "trouble");
    set_word(set, "trouble", 2);
    catch_stderr();
    dpu_error_t error = dpu_launch(set, DPU_SYNCHRONOUS);
    char *text = caught_stderr();
    ck_assert_int_eq(error, DPU_ERR_DPU_FAULT);
    ck_assert_ptr_nonnull(strstr(text, "240 more DPUs are in fault"));
    free(text);
}
END_TEST

/* Sixteen tasklets with barriers, on one of the kernels that come with the project. */
START_TEST(vectors_are_added)
{
    enum { DPUS = 3, ELEMENTS = 1000, BYTES = 4 * ELEMENTS };
    static int32_t a[DPUS][ELEMENTS], b[DPUS][ELEMENTS], sum[DPUS][ELEMENTS];
    const uint32_t arguments[4] = {ELEMENTS, 0, BYTES, 2 * BYTES};
    struct dpu_set_t set = loaded(DPUS, "../../pim_kernels/dpu/vector_add"), dpu;
    uint32_t each;
    for (uint32_t d = 0; d < DPUS; d++)
        for (int32_t i = 0; i < ELEMENTS; i++) {
            a[d][i] = i * 7919 + (int32_t)d;
            b[d][i] = -3 * i;
        }
    OK(dpu_broadcast_to(set, "arguments", 0, arguments, sizeof arguments, DPU_XFER_DEFAULT));
    DPU_FOREACH (set, dpu, each)
        OK(dpu_prepare_xfer(dpu, a[each]));
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, HEAP, 0, BYTES, DPU_XFER_DEFAULT));
    DPU_FOREACH (set, dpu, each)
        OK(dpu_copy_to(dpu, HEAP, BYTES, b[each], BYTES));
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    DPU_FOREACH (set, dpu, each)
        OK(dpu_prepare_xfer(dpu, sum[each]));
    OK(dpu_push_xfer(set, DPU_XFER_FROM_DPU, HEAP, 2 * BYTES, BYTES, DPU_XFER_DEFAULT));
    for (uint32_t d = 0; d < DPUS; d++)
        for (int32_t i = 0; i < ELEMENTS; i++)
            ck_assert_int_eq(sum[d][i], a[d][i] + b[d][i]);
}
END_TEST

static int count_threads(void)
{
    int threads = 0;
    DIR *folder = opendir("/proc/self/task");
    ck_assert_ptr_nonnull(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        threads += *entry->d_name != '.';
    closedir(folder);
    return threads;
}

/* The calling thread works too. NULL: what the process may use. */
static const char *const asked_threads[] = {NULL, "", "1", "3"};

START_TEST(launches_use_all_cores)
{
    const char *asked = asked_threads[_i];
    cpu_set_t cores;
    int before = count_threads();
    ck_assert_int_eq(sched_getaffinity(0, sizeof cores, &cores), 0);
    int expected = asked && *asked ? atoi(asked) : CPU_COUNT(&cores);
    if (asked)
        setenv("PIMENTO_HOST_THREADS", asked, 1);
    else
        unsetenv("PIMENTO_HOST_THREADS");
    struct dpu_set_t set = loaded(128, "state");
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    int used = count_threads() - before + 1;
#ifdef __SANITIZE_THREAD__
    used--; /* the sanitizer's own, which begins with the first of ours */
#endif
    if (expected == 1)
        ck_assert_int_le(used, 1);
    else
        ck_assert_int_eq(used, expected < MACHINE_DPUS ? expected : MACHINE_DPUS);
}
END_TEST

TCase *upmem_launch_tests(void)
{
    TCase *tests = upmem_case("launches");
    tcase_add_test(tests, memories_keep_what_launches_leave);
    tcase_add_test(tests, parts_of_a_set_are_launched_alone);
    tcase_add_test(tests, disabled_dpus_rest);
    tcase_add_loop_test(tests, the_program_knows_its_clock, 0, 3);
    tcase_add_test(tests, launches_are_checked_in_order);
    tcase_add_loop_test(tests, faults_are_told_with_their_place, 0, sizeof troubles / sizeof *troubles);
    tcase_add_test(tests, a_fault_ends_with_the_next_launch);
    tcase_add_test(tests, a_program_without_end_meets_its_limit);
    tcase_add_test(tests, many_faults_are_not_all_shown);
    tcase_add_test(tests, vectors_are_added);
    tcase_add_loop_test(tests, launches_use_all_cores, 0, sizeof asked_threads / sizeof *asked_threads);
    return tests;
}
