/* Does a host program in the vendor's interface get the right results, and the vendor's errors for bad use? The first path: one kernel
 * of ours on a few DPUs.
 */
#include <check.h>
#include <dpu.h>
#include <stdlib.h>
#include <string.h>

enum { DPUS = 3, ELEMENTS = 1000, BYTES = 4 * ELEMENTS };

/* The build folder, which make names, holds the assembled kernels. */
static const char *kernel(void)
{
    static char path[4096];
    const char *build = getenv("BUILD");
    snprintf(path, sizeof path, "%s/pim_kernels/dpu/vector_add.elf", build ? build : ".");
    return path;
}

static struct dpu_set_t allocated(uint32_t count)
{
    struct dpu_set_t set;
    ck_assert_int_eq(dpu_alloc(count, NULL, &set), DPU_OK);
    return set;
}

static struct dpu_set_t loaded(uint32_t count)
{
    struct dpu_set_t set = allocated(count);
    ck_assert_int_eq(dpu_load(set, kernel(), NULL), DPU_OK);
    return set;
}

START_TEST(vectors_are_added)
{
    static int32_t a[DPUS][ELEMENTS], b[DPUS][ELEMENTS], sum[DPUS][ELEMENTS];
    const uint32_t arguments[4] = {ELEMENTS, 0, BYTES, 2 * BYTES};
    struct dpu_set_t set = loaded(DPUS), dpu;
    uint32_t each, count;
    ck_assert_int_eq(dpu_get_nr_dpus(set, &count), DPU_OK);
    ck_assert_uint_eq(count, DPUS);
    for (uint32_t d = 0; d < DPUS; d++)
        for (int32_t i = 0; i < ELEMENTS; i++) {
            a[d][i] = i * 7919 + (int32_t)d;
            b[d][i] = -3 * i;
        }
    ck_assert_int_eq(dpu_broadcast_to(set, "arguments", 0, arguments, sizeof arguments, DPU_XFER_DEFAULT), DPU_OK);
    DPU_FOREACH (set, dpu, each)
        ck_assert_int_eq(dpu_prepare_xfer(dpu, a[each]), DPU_OK);
    ck_assert_int_eq(dpu_push_xfer(set, DPU_XFER_TO_DPU, DPU_MRAM_HEAP_POINTER_NAME, 0, BYTES, DPU_XFER_DEFAULT), DPU_OK);
    DPU_FOREACH (set, dpu, each)
        ck_assert_int_eq(dpu_copy_to(dpu, DPU_MRAM_HEAP_POINTER_NAME, BYTES, b[each], BYTES), DPU_OK);
    ck_assert_int_eq(dpu_launch(set, DPU_SYNCHRONOUS), DPU_OK);
    DPU_FOREACH (set, dpu, each)
        ck_assert_int_eq(dpu_prepare_xfer(dpu, sum[each]), DPU_OK);
    ck_assert_int_eq(dpu_push_xfer(set, DPU_XFER_FROM_DPU, DPU_MRAM_HEAP_POINTER_NAME, 2 * BYTES, BYTES, DPU_XFER_DEFAULT), DPU_OK);
    for (uint32_t d = 0; d < DPUS; d++)
        for (int32_t i = 0; i < ELEMENTS; i++)
            ck_assert_int_eq(sum[d][i], a[d][i] + b[d][i]);
    ck_assert_int_eq(dpu_free(set), DPU_OK);
}
END_TEST

START_TEST(bad_use_is_told)
{
    uint32_t word = 0;
    struct dpu_set_t set = allocated(2), dpu;
    ck_assert_int_eq(dpu_launch(set, DPU_SYNCHRONOUS), DPU_ERR_NO_PROGRAM_LOADED);
    ck_assert_int_eq(dpu_load(set, kernel(), NULL), DPU_OK);
    ck_assert_int_eq(dpu_copy_to(set, "no_such_symbol", 0, &word, 4), DPU_ERR_UNKNOWN_SYMBOL);
    ck_assert_int_eq(dpu_copy_to(set, "arguments", 16, &word, 4), DPU_ERR_INVALID_SYMBOL_ACCESS);
    ck_assert_int_eq(dpu_copy_to(set, "arguments", 2, &word, 4), DPU_ERR_INVALID_WRAM_ACCESS);
    ck_assert_int_eq(dpu_copy_from(set, "arguments", 0, &word, 4), DPU_ERR_INVALID_DPU_SET);
    DPU_FOREACH (set, dpu)
        ck_assert_int_eq(dpu_free(dpu), DPU_ERR_INVALID_DPU_SET);
    ck_assert_int_eq(dpu_alloc(0, NULL, &dpu), DPU_ERR_ALLOCATION);
    ck_assert_int_eq(dpu_free(set), DPU_OK);
    const char *text = dpu_error_to_string(DPU_ERR_DPU_FAULT);
    ck_assert_ptr_nonnull(text);
    free((char *)(uintptr_t)text); /* heap memory: programs for 2025.1 free it */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("upmem host library");
    TCase *tcase = tcase_create("first path");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, vectors_are_added);
    tcase_add_test(tcase, bad_use_is_told);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
