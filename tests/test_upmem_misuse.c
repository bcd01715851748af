/* Is bad use told, and never the end of the process? */
#include "upmem_fixture.h"

#include <sys/mman.h>

static uint32_t words[64];

static dpu_error_t quiet_callback(struct dpu_set_t set, uint32_t rank, void *arguments)
{
    (void)set, (void)rank, (void)arguments;
    return DPU_OK;
}

static bool one_block(struct sg_block_info *out, uint32_t dpu, uint32_t number, void *arguments)
{
    (void)dpu, (void)arguments;
    *out = (struct sg_block_info){(uint8_t *)words, 8};
    return !number;
}

enum { FUNCTIONS = 20 };

/* Every function that takes a set. */
static dpu_error_t call(uint32_t function, struct dpu_set_t set)
{
    struct dpu_symbol_t symbol = {0x08000018, 65536};
    get_block_t blocks = {one_block, NULL, 0};
    uint32_t count;
    bool done, fault;
    switch (function) {
    case 0: return dpu_get_nr_dpus(set, &count);
    case 1: return dpu_get_nr_ranks(set, &count);
    case 2: return dpu_load(set, kernel("state"), NULL);
    case 3: return dpu_launch(set, DPU_SYNCHRONOUS);
    case 4: return dpu_launch(set, DPU_ASYNCHRONOUS);
    case 5: return dpu_status(set, &done, &fault);
    case 6: return dpu_sync(set);
    case 7: return dpu_copy_to(set, "runs", 0, words, 4);
    case 8: return dpu_copy_from(set, "runs", 0, words, 4);
    case 9: return dpu_copy_to_symbol(set, symbol, 0, words, 4);
    case 10: return dpu_copy_from_symbol(set, symbol, 0, words, 4);
    case 11: return dpu_prepare_xfer(set, words);
    case 12: return dpu_push_xfer(set, DPU_XFER_TO_DPU, "runs", 0, 4, DPU_XFER_DEFAULT);
    case 13: return dpu_push_xfer_symbol(set, DPU_XFER_FROM_DPU, symbol, 0, 4, DPU_XFER_ASYNC);
    case 14: return dpu_broadcast_to(set, "runs", 0, words, 4, DPU_XFER_ASYNC);
    case 15: return dpu_broadcast_to_symbol(set, symbol, 0, words, 4, DPU_XFER_DEFAULT);
    case 16: return dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, 8, &blocks, DPU_SG_XFER_DEFAULT);
    case 17: return dpu_push_sg_xfer_symbol(set, DPU_XFER_FROM_DPU, symbol, 0, 8, &blocks, DPU_SG_XFER_ASYNC);
    case 18: return dpu_log_read(set, stderr);
    case 19: return dpu_callback(set, quiet_callback, NULL, DPU_CALLBACK_DEFAULT);
    default: return dpu_free(set);
    }
}

START_TEST(freed_sets_are_told_by_every_function)
{
    struct dpu_set_t set = loaded(70, "state"), dpu = nth_dpu(set, 3), rank = nth_rank(set, 1);
    OK(dpu_free(set));
    for (uint32_t function = 0; function <= FUNCTIONS; function++) {
        ck_assert_msg(call(function, set) == DPU_ERR_INVALID_DPU_SET, "function %u", function);
        ck_assert_msg(call(function, dpu) == DPU_ERR_INVALID_DPU_SET, "function %u", function);
        ck_assert_msg(call(function, rank) == DPU_ERR_INVALID_DPU_SET, "function %u", function);
    }
    ck_assert_uint_eq(dpu_get_id(dpu.dpu), 0);
    ck_assert_ptr_null(dpu_get_rank(dpu.dpu));
}
END_TEST

START_TEST(sets_that_never_were_are_told)
{
    void *gone = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct dpu_set_t set = loaded(2, "state"), dpu = nth_dpu(set, 1);
    void *pointers[] = {NULL, (void *)8, gone, words, &set, set.list.ranks, dpu.dpu, (char *)dpu.dpu + 1, (void *)UINTPTR_MAX,
                        (void *)kernel, *(void **)(void *)set.list.ranks};
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
        for (uint32_t function = 0; function <= FUNCTIONS; function++) {
            struct dpu_set_t one = {.kind = DPU_SET_DPU, .dpu = pointers[i]};
            struct dpu_set_t some = {.kind = DPU_SET_RANKS, .list = {3, pointers[i]}};
            struct dpu_set_t many = {.kind = DPU_SET_RANKS, .list = {UINT32_MAX, pointers[i]}};
            struct dpu_set_t none = {.kind = DPU_SET_RANKS, .list = {0, NULL}};
            if (pointers[i] != dpu.dpu && function < FUNCTIONS)
                ck_assert_msg(call(function, one) != DPU_OK, "DPU at pointer %zu, function %u", i, function);
            ck_assert_msg(call(function, some) == DPU_ERR_INVALID_DPU_SET, "ranks at pointer %zu, function %u", i, function);
            ck_assert_msg(call(function, many) == DPU_ERR_INVALID_DPU_SET, "ranks at pointer %zu, function %u", i, function);
            ck_assert_msg(call(function, none) == DPU_ERR_INVALID_DPU_SET, "no ranks, function %u", function);
        }
    for (uint32_t function = 0; function < FUNCTIONS; function++) {
        struct dpu_set_t odd = {.kind = (dpu_set_kind_t)7, .list = set.list};
        ck_assert_msg(call(function, odd) == DPU_ERR_INTERNAL, "odd kind, function %u", function);
    }
    OK(dpu_free(set));
}
END_TEST

START_TEST(null_pointers_are_told_or_tolerated)
{
    struct dpu_set_t set = loaded(2, "state"), dpu = nth_dpu(set, 0), rank;
    struct dpu_program_t *program = NULL;
    struct dpu_symbol_t symbol;
    uint32_t rounds = 0;
    bool flag;
    OK(dpu_load(set, kernel("state"), NULL));
    OK(dpu_load(set, kernel("state"), &program));
    OK(dpu_prepare_xfer(set, NULL));
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "runs", 0, 4, DPU_XFER_DEFAULT));
    OK(dpu_copy_to(set, "runs", 0, NULL, 0));
    OK(dpu_copy_from(dpu, "runs", 0, NULL, 0));
    ck_assert_int_ne(dpu_alloc(1, NULL, NULL), DPU_OK);
    ck_assert_int_ne(dpu_alloc_ranks(1, NULL, NULL), DPU_OK);
    ck_assert_int_ne(dpu_get_nr_dpus(set, NULL), DPU_OK);
    ck_assert_int_ne(dpu_get_nr_ranks(set, NULL), DPU_OK);
    ck_assert_int_ne(dpu_get_symbol(NULL, "runs", &symbol), DPU_OK);
    ck_assert_int_ne(dpu_get_symbol((struct dpu_program_t *)(void *)words, "runs", &symbol), DPU_OK);
    ck_assert_int_ne(dpu_get_symbol(program, "runs", NULL), DPU_OK);
    ck_assert_int_ne(dpu_status(set, NULL, &flag), DPU_OK);
    ck_assert_int_ne(dpu_status(set, &flag, NULL), DPU_OK);
    ck_assert_int_ne(dpu_copy_to(set, "runs", 0, NULL, 4), DPU_OK);
    ck_assert_int_ne(dpu_copy_from(dpu, "runs", 0, NULL, 4), DPU_OK);
    ck_assert_int_ne(dpu_copy_to(set, NULL, 0, words, 4), DPU_OK);
    ck_assert_int_ne(dpu_push_xfer(set, DPU_XFER_TO_DPU, NULL, 0, 4, DPU_XFER_DEFAULT), DPU_OK);
    ck_assert_int_ne(dpu_callback(set, NULL, NULL, DPU_CALLBACK_DEFAULT), DPU_OK);
    ck_assert_int_ne(dpu_log_read(dpu, NULL), DPU_OK);
    struct dpu_set_rank_iterator_t iterator = dpu_set_rank_iterator_from(NULL);
    ck_assert(!iterator.has_next);
    dpu_set_rank_iterator_next(&iterator);
    ck_assert(!dpu_set_dpu_iterator_from(NULL).has_next);
    ck_assert_uint_eq(dpu_get_id(NULL) + dpu_get_slice_id(NULL) + dpu_get_member_id(NULL), 0);
    DPU_RANK_FOREACH (set, rank)
        rounds += rank.list.nr_ranks;
    ck_assert_uint_eq(rounds, 1);
}
END_TEST

TCase *upmem_misuse_tests(void)
{
    TCase *tests = upmem_case("misuse");
    tcase_add_test(tests, freed_sets_are_told_by_every_function);
    tcase_add_test(tests, sets_that_never_were_are_told);
    tcase_add_test(tests, null_pointers_are_told_or_tolerated);
    return tests;
}
