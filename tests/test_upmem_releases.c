/* Does each release get its own numbers of errors, and the text that belongs to them? */
#include "upmem_fixture.h"

/* Where the numbers differ, as executables of the releases have them: 0 when the release has no such code. */
enum release { R2020, R2021, R2023, R2024, R2025, RELEASES };
static const char *const releases[RELEASES] = {"2020.3", "2021.3", "2023.2", "2024.1", "2025.1"};

static const struct { dpu_error_t error; int numbers[RELEASES]; } codes[] = {
    {DPU_ERR_INTERNAL, {1, 1, 1, 1, 1}},
    {DPU_ERR_SYSTEM, {2, 2, 2, 2, 2}},
    {DPU_ERR_DRIVER, {3, 3, 3, 3, 3}},
    {DPU_ERR_ALLOCATION, {4, 4, 4, 4, 4}},
    {DPU_ERR_INVALID_DPU_SET, {5, 5, 5, 5, 5}},
    {DPU_ERR_INVALID_THREAD_ID, {6, 6, 6, 6, 6}},
    {DPU_ERR_INVALID_NOTIFY_ID, {7, 7, 7, 7, 7}},
    {DPU_ERR_INVALID_WRAM_ACCESS, {8, 8, 8, 8, 8}},
    {DPU_ERR_INVALID_IRAM_ACCESS, {9, 9, 9, 9, 9}},
    {DPU_ERR_INVALID_MRAM_ACCESS, {10, 10, 10, 10, 10}},
    {DPU_ERR_INVALID_SYMBOL_ACCESS, {11, 11, 11, 11, 11}},
    {DPU_ERR_MRAM_BUSY, {12, 12, 12, 12, 12}},
    {DPU_ERR_TRANSFER_ALREADY_SET, {13, 13, 13, 13, 13}},
    {DPU_ERR_INVALID_PARALLEL_MEMORY_TRANSFER, {0, 0, 0, 0, 14}},
    {DPU_ERR_WRAM_FIFO_FULL, {0, 0, 0, 0, 15}},
    {DPU_ERR_NO_PROGRAM_LOADED, {0, 14, 14, 14, 16}},
    {DPU_ERR_DIFFERENT_DPU_PROGRAMS, {14, 15, 15, 15, 17}},
    {DPU_ERR_CORRUPTED_MEMORY, {15, 16, 16, 16, 18}},
    {DPU_ERR_DPU_DISABLED, {16, 17, 17, 17, 19}},
    {DPU_ERR_DPU_ALREADY_RUNNING, {17, 18, 18, 18, 20}},
    {DPU_ERR_INVALID_MEMORY_TRANSFER, {18, 19, 19, 19, 21}},
    {DPU_ERR_INVALID_LAUNCH_POLICY, {19, 20, 20, 20, 22}},
    {DPU_ERR_DPU_FAULT, {20, 21, 21, 21, 23}},
    {DPU_ERR_ELF_INVALID_FILE, {21, 22, 22, 22, 24}},
    {DPU_ERR_ELF_NO_SUCH_FILE, {22, 23, 23, 23, 25}},
    {DPU_ERR_ELF_NO_SUCH_SECTION, {23, 24, 24, 24, 26}},
    {DPU_ERR_TIMEOUT, {24, 25, 25, 25, 27}},
    {DPU_ERR_INVALID_PROFILE, {25, 26, 26, 26, 28}},
    {DPU_ERR_UNKNOWN_SYMBOL, {26, 27, 27, 27, 29}},
    {DPU_ERR_LOG_FORMAT, {27, 28, 28, 28, 30}},
    {DPU_ERR_LOG_CONTEXT_MISSING, {28, 29, 29, 29, 31}},
    {DPU_ERR_LOG_BUFFER_TOO_SMALL, {29, 30, 30, 30, 32}},
    {DPU_ERR_VPD_INVALID_FILE, {30, 31, 31, 31, 33}},
    {DPU_ERR_VPD_NO_REPAIR, {31, 32, 32, 32, 34}},
    {DPU_ERR_NO_THREAD_PER_RANK, {32, 33, 33, 33, 35}},
    {DPU_ERR_INVALID_BUFFER_SIZE, {33, 34, 34, 34, 36}},
    {DPU_ERR_NONBLOCKING_SYNC_CALLBACK, {34, 35, 35, 35, 37}},
    {DPU_ERR_TOO_MANY_TASKLETS, {0, 0, 36, 36, 38}},
    {DPU_ERR_SG_TOO_MANY_BLOCKS, {0, 0, 37, 37, 39}},
    {DPU_ERR_SG_LENGTH_MISMATCH, {0, 0, 38, 38, 40}},
    {DPU_ERR_SG_NOT_ACTIVATED, {0, 0, 39, 39, 41}},
    {DPU_ERR_SG_NOT_MRAM_SYMBOL, {0, 0, 40, 40, 42}},
};
enum { CODES = sizeof codes / sizeof *codes };

static dpu_error_t give_back(struct dpu_set_t set, uint32_t rank, void *arguments)
{
    (void)set, (void)rank;
    return (dpu_error_t) * (const int *)arguments;
}

START_TEST(numbers_and_texts_of_a_release)
{
    imitate("2025.1");
    const char *texts[CODES];
    for (size_t i = 0; i < CODES; i++) {
        ck_assert_int_eq(codes[i].error, codes[i].numbers[R2025]);
        texts[i] = dpu_error_to_string(codes[i].error);
    }
    for (size_t i = 0; i < CODES; i++) {
        ck_assert_str_ne(texts[i], "unknown error");
        for (size_t other = 0; other < i; other++)
            ck_assert_str_ne(texts[i], texts[other]);
    }
    for (size_t i = 0; i < CODES; i++)
        free((void *)(uintptr_t)texts[i]); /* heap memory: programs of 2025.1 free it */
}
END_TEST

/* Through a callback each number is translated in and out. */
START_TEST(numbers_pass_in_and_out)
{
    imitate(releases[_i]);
    struct dpu_set_t set = allocated(1);
    for (size_t i = 0; i < CODES; i++) {
        int number = codes[i].numbers[_i];
        if (number)
            ck_assert_int_eq(dpu_callback(set, give_back, &number, DPU_CALLBACK_DEFAULT), number);
    }
}
END_TEST

/* The number of one of the codes in a release. */
static int number_of(dpu_error_t error, int release)
{
    for (size_t i = 0; i < CODES; i++)
        if (codes[i].error == error)
            return codes[i].numbers[release] ? codes[i].numbers[release] : codes[0].numbers[release];
    return 0;
}

#define NUMBERED(error, call) ck_assert_int_eq(call, number_of(error, _i))

/* Produce some of them, so that the table in the library is used from inside. What a release has no code for is an internal error. */
START_TEST(errors_have_the_numbers_of_their_release)
{
    imitate(releases[_i]);
    struct dpu_set_t set = allocated(2);
    uint32_t word = 3;
    NUMBERED(DPU_ERR_NO_PROGRAM_LOADED, dpu_launch(set, DPU_SYNCHRONOUS));
    OK(dpu_load(set, kernel("trouble"), NULL));
    NUMBERED(DPU_ERR_UNKNOWN_SYMBOL, dpu_copy_to(set, "no_such_symbol", 0, &word, 4));
    NUMBERED(DPU_ERR_INVALID_SYMBOL_ACCESS, dpu_copy_to(set, "trouble", 4, &word, 4));
    NUMBERED(DPU_ERR_INVALID_LAUNCH_POLICY, dpu_launch(set, (dpu_launch_policy_t)9));
    OK(dpu_copy_to(nth_dpu(set, 1), "trouble", 0, &word, 4));
    NUMBERED(DPU_ERR_DPU_FAULT, dpu_launch(set, DPU_SYNCHRONOUS));
    OK(dpu_load(nth_dpu(set, 1), kernel("state"), NULL));
    NUMBERED(DPU_ERR_DIFFERENT_DPU_PROGRAMS, dpu_copy_to(set, "trouble", 0, &word, 4));
    NUMBERED(DPU_ERR_LOG_CONTEXT_MISSING, dpu_log_read(nth_dpu(set, 1), stderr));
    NUMBERED(DPU_ERR_ELF_INVALID_FILE, dpu_load(set, "/", NULL));
    NUMBERED(DPU_ERR_INVALID_PROFILE, dpu_alloc(1, "mramSize=big", &set));
    NUMBERED(DPU_ERR_ALLOCATION, dpu_alloc(100000, NULL, &set));
    NUMBERED(DPU_ERR_NONBLOCKING_SYNC_CALLBACK, dpu_callback(set, give_back, NULL, DPU_CALLBACK_NONBLOCKING));
}
END_TEST

static void text_has(dpu_error_t error, const char *part)
{
    const char *text = dpu_error_to_string(error);
    ck_assert_ptr_nonnull(text);
    ck_assert_msg(strstr(text, part) != NULL, "'%s' lacks '%s'", text, part);
    free((void *)(uintptr_t)text);
}

START_TEST(texts_are_those_of_the_release)
{
    const unsigned fault = (unsigned)number_of(DPU_ERR_DPU_FAULT, _i);
    imitate(releases[_i]);
    text_has(DPU_OK, "success");
    text_has((dpu_error_t)fault, "fault");
    text_has((dpu_error_t)99, "unknown error");
    text_has((dpu_error_t)(0x80000000u | fault), "launch");
    text_has((dpu_error_t)(0x80000000u | 12u << 16 | fault), "callback");
    text_has((dpu_error_t)(0x80000000u | 12u << 16 | fault), "fault");
    text_has((dpu_error_t)0xffffffffu, "unknown");
}
END_TEST

/* A fault of a queued launch: with the kind of job since 2021, plain before. */
START_TEST(queued_errors_say_which_job_since_2021)
{
    imitate(releases[_i]);
    struct dpu_set_t set = loaded(1, "trouble");
    set_word(set, "trouble", 3);
    OK(dpu_launch(set, DPU_ASYNCHRONOUS));
    static const unsigned expected[RELEASES] = {20, 0x80000015, 0x80000015, 0x80000015, 0x80000017};
    ck_assert_uint_eq(dpu_sync(set), expected[_i]);
}
END_TEST

TCase *upmem_release_tests(void)
{
    TCase *tests = upmem_case("releases");
    tcase_add_test(tests, numbers_and_texts_of_a_release);
    tcase_add_loop_test(tests, numbers_pass_in_and_out, 0, RELEASES);
    tcase_add_loop_test(tests, errors_have_the_numbers_of_their_release, 0, RELEASES);
    tcase_add_loop_test(tests, texts_are_those_of_the_release, 0, RELEASES);
    tcase_add_loop_test(tests, queued_errors_say_which_job_since_2021, 0, RELEASES);
    return tests;
}
