/* Do the loops visit the right DPUs in the right order, and are positions told? */
#include "upmem_fixture.h"

_Static_assert(sizeof(struct dpu_set_t) == 24 && offsetof(struct dpu_set_t, list) == 8, "");
_Static_assert(offsetof(struct dpu_set_t, dpu) == 8 && offsetof(struct dpu_set_t, list.ranks) == 16, "");
_Static_assert(sizeof(struct dpu_set_rank_iterator_t) == 48 && sizeof(struct dpu_set_dpu_iterator_t) == 88, "");
_Static_assert(offsetof(struct dpu_set_rank_iterator_t, next) == 24, "");
_Static_assert(offsetof(struct dpu_set_dpu_iterator_t, next) == 64, "");
_Static_assert(sizeof(struct dpu_symbol_t) == 8 && offsetof(struct dpu_symbol_t, size) == 4, "");
_Static_assert(sizeof(struct dpu_incbin_t) == 24 && offsetof(struct dpu_incbin_t, path) == 16, "");
_Static_assert(sizeof(dpu_error_t) == 4 && sizeof(dpu_xfer_flags_t) == 4 && sizeof(dpu_set_kind_t) == 4, "");

START_TEST(dpus_come_rank_by_rank_in_order_of_their_numbers)
{
    struct dpu_set_t set = allocated(192), dpu;
    uint32_t each, visits = 0;
    DPU_FOREACH (set, dpu, each) {
        uint32_t in_rank = visits % RANK_DPUS;
        ck_assert_uint_eq(each, visits++);
        ck_assert_int_eq(dpu.kind, DPU_SET_DPU);
        ck_assert_uint_eq(dpu_get_id(dpu.dpu), (each / RANK_DPUS) << 16 | (in_rank / 8) << 8 | in_rank % 8);
        ck_assert_uint_eq(dpu_get_slice_id(dpu.dpu), in_rank / 8);
        ck_assert_uint_eq(dpu_get_member_id(dpu.dpu), in_rank % 8);
        ck_assert_ptr_eq(dpu_from_set(dpu), dpu.dpu);
        ck_assert_ptr_eq(dpu_get_rank(dpu.dpu), nth_rank(set, each / RANK_DPUS).list.ranks[0]);
    }
    ck_assert_uint_eq(visits, 192);
    ck_assert_uint_eq(each, 192); /* written in the round that ends the loop, too */
    ck_assert_ptr_eq(dpu.dpu, nth_dpu(set, 191).dpu);
    ck_assert_ptr_null(dpu_from_set(set));
}
END_TEST

_Static_assert(sizeof(struct dpu_iterator_t) == 32 && offsetof(struct dpu_iterator_t, next) == 24, "");

START_TEST(ranks_know_their_dpus)
{
    struct dpu_set_t set = allocated(100), rank, dpu;
    struct dpu_t *one;
    uint32_t each_rank, each, enabled = 0;
    DPU_RANK_FOREACH (set, rank, each_rank) {
        struct dpu_rank_t *inner = dpu_rank_from_set(rank);
        ck_assert_ptr_eq(inner, set.list.ranks[each_rank]);
        ck_assert_uint_eq(dpu_get_rank_id(inner), each_rank);
        ck_assert_int_eq(dpu_get_rank_numa_node(inner), 0);
        ck_assert_uint_eq(count_dpus(dpu_set_from_rank(&inner)), count_dpus(rank));
        STRUCT_DPU_FOREACH (inner, one, each) {
            ck_assert(dpu_is_enabled(one));
            ck_assert_ptr_eq(one, nth_dpu(rank, each).dpu);
            ck_assert_ptr_eq(one, dpu_get(inner, dpu_get_slice_id(one), dpu_get_member_id(one)));
            ck_assert_uint_eq(count_dpus(dpu_set_from_dpu(one)), 1);
        }
        ck_assert_uint_eq(each, count_dpus(rank));
        for (uint8_t i = 0; i < RANK_DPUS; i++)
            enabled += dpu_is_enabled(dpu_get(inner, i / 8, i % 8));
        ck_assert_ptr_null(dpu_get(inner, 8, 0));
        ck_assert_ptr_null(dpu_get(inner, 0, 8));
    }
    ck_assert_uint_eq(enabled, 100);
    ck_assert_ptr_null(dpu_rank_from_set(set));
    dpu = nth_dpu(set, 0);
    ck_assert_ptr_null(dpu_rank_from_set(dpu));
    ck_assert_ptr_null(dpu_get_program(dpu.dpu));
    struct dpu_program_t *program = NULL;
    OK(dpu_load(dpu, kernel("state"), &program));
    ck_assert_ptr_eq(dpu_get_program(dpu.dpu), program);
    STRUCT_DPU_FOREACH (dpu_get_rank(dpu.dpu), one)
        each++;
    rank = nth_rank(set, 0);
    OK(dpu_free(set));
    struct dpu_rank_t *gone = dpu_get_rank(dpu.dpu);
    ck_assert_ptr_null(gone);
    ck_assert_ptr_null(dpu_rank_from_set(rank));
    ck_assert(!dpu_is_enabled(dpu.dpu) && !dpu_is_enabled(NULL) && !dpu_get(NULL, 0, 0));
    ck_assert(!dpu_iterator_from(NULL).has_next && !dpu_get_rank_id(NULL));
}
END_TEST

START_TEST(loops_nest)
{
    struct dpu_set_t set = allocated(100), rank, dpu, again;
    uint32_t each_rank, each = 0, pairs = 0, visits = 0, in_ranks = 0;
    DPU_RANK_FOREACH (set, rank, each_rank) {
        ck_assert_int_eq(rank.kind, DPU_SET_RANKS);
        ck_assert_uint_eq(rank.list.nr_ranks, 1);
        DPU_FOREACH (rank, dpu, each)
            in_ranks++;
        ck_assert_uint_eq(each, count_dpus(rank));
    }
    ck_assert_uint_eq(each_rank, 2);
    ck_assert_uint_eq(in_ranks, 100);
    DPU_RANK_FOREACH (set, rank)
        DPU_FOREACH (rank, dpu)
            visits++;
    ck_assert_uint_eq(visits, 100);
    DPU_FOREACH (set, dpu) DPU_FOREACH (set, again) pairs += dpu.dpu == again.dpu; /* on one line */
    ck_assert_uint_eq(pairs, 100);
}
END_TEST

START_TEST(one_dpu_is_a_set)
{
    struct dpu_set_t set = allocated(5), one = nth_dpu(set, 3), inner;
    uint32_t each, rounds = 0;
    ck_assert_uint_eq(count_dpus(one), 1);
    ck_assert_uint_eq(count_ranks(one), 1);
    DPU_FOREACH (one, inner, each) {
        ck_assert_ptr_eq(inner.dpu, one.dpu);
        rounds++;
    }
    ck_assert_uint_eq(rounds, 1);
    DPU_RANK_FOREACH (one, inner, each)
        rounds++;
    ck_assert_uint_eq(rounds, 2);
    ck_assert_uint_eq(each, 1);
}
END_TEST

START_TEST(freed_sets_have_no_rounds)
{
    struct dpu_set_t set = allocated(5), dpu;
    uint32_t rounds = 0;
    OK(dpu_free(set));
    DPU_FOREACH (set, dpu)
        rounds += 1 + dpu.kind;
    DPU_RANK_FOREACH (set, dpu)
        rounds += 1 + dpu.kind;
    ck_assert_uint_eq(rounds, 0);
}
END_TEST

START_TEST(a_program_may_choose_ranks_of_its_own)
{
    struct dpu_set_t set = allocated(256), dpu;
    struct dpu_rank_t *picked[] = {set.list.ranks[2], set.list.ranks[0]};
    struct dpu_set_t own = {.kind = DPU_SET_RANKS, .list = {2, picked}};
    uint32_t each;
    ck_assert_uint_eq(count_dpus(own), 128);
    DPU_FOREACH (own, dpu, each)
        ck_assert_uint_eq(dpu_get_id(dpu.dpu) >> 16, each < 64 ? 2 : 0);
    OK(dpu_load(own, kernel("state"), NULL));
    OK(dpu_launch(own, DPU_SYNCHRONOUS));
    ck_assert_uint_eq(get_word(nth_dpu(own, 127), "runs"), 1);
    REFUSED(DPU_ERR_NO_PROGRAM_LOADED, dpu_launch(nth_rank(set, 1), DPU_SYNCHRONOUS));
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_free(own));
}
END_TEST

TCase *upmem_iterator_tests(void)
{
    TCase *tests = upmem_case("iterators");
    tcase_add_test(tests, dpus_come_rank_by_rank_in_order_of_their_numbers);
    tcase_add_test(tests, ranks_know_their_dpus);
    tcase_add_test(tests, loops_nest);
    tcase_add_test(tests, one_dpu_is_a_set);
    tcase_add_test(tests, freed_sets_have_no_rounds);
    tcase_add_test(tests, a_program_may_choose_ranks_of_its_own);
    return tests;
}
