/* Which DPUs does an allocation give, and what may be freed? */
#include "upmem_fixture.h"

/* DPUs of each rank of the set, which has `ranks` of them. */
static void ranks_hold(struct dpu_set_t set, uint32_t ranks, const uint32_t *dpus)
{
    struct dpu_set_t rank;
    uint32_t each;
    ck_assert_uint_eq(count_ranks(set), ranks);
    DPU_RANK_FOREACH (set, rank, each)
        ck_assert_msg(count_dpus(rank) == dpus[each], "rank %u: %u DPUs, expected %u", each, count_dpus(rank), dpus[each]);
}

static const struct { uint32_t dpus, ranks; } sizes[] = {{1, 1}, {63, 1}, {64, 1}, {65, 2}, {128, 2}, {129, 3}, {256, 4}};

START_TEST(the_count_is_exact_and_ranks_are_whole)
{
    struct dpu_set_t set = allocated(sizes[_i].dpus);
    ck_assert_int_eq(set.kind, DPU_SET_RANKS);
    ck_assert_uint_eq(count_dpus(set), sizes[_i].dpus);
    ck_assert_uint_eq(count_ranks(set), sizes[_i].ranks);
    struct dpu_set_t others;
    if (sizes[_i].ranks < RANKS) {
        OK(dpu_alloc(DPU_ALLOCATE_ALL, NULL, &others));
        ck_assert_uint_eq(count_dpus(others), (RANKS - sizes[_i].ranks) * RANK_DPUS);
    } else {
        REFUSED(DPU_ERR_ALLOCATION, dpu_alloc(1, NULL, &others));
    }
}
END_TEST

START_TEST(too_many_are_refused_and_nothing_is_taken)
{
    struct dpu_set_t set;
    REFUSED(DPU_ERR_ALLOCATION, dpu_alloc(MACHINE_DPUS + 1, NULL, &set));
    REFUSED(DPU_ERR_ALLOCATION, dpu_alloc_ranks(RANKS + 1, NULL, &set));
    REFUSED(DPU_ERR_ALLOCATION, dpu_alloc(UINT32_MAX - 1, NULL, &set));
    OK(dpu_alloc(MACHINE_DPUS, NULL, &set));
}
END_TEST

START_TEST(no_dpus_are_refused)
{
    struct dpu_set_t set;
    REFUSED(DPU_ERR_ALLOCATION, dpu_alloc(0, NULL, &set));
    REFUSED(DPU_ERR_ALLOCATION, dpu_alloc_ranks(0, NULL, &set));
    REFUSED(DPU_ERR_ALLOCATION, dpu_alloc(0, "fckFrequency=fast", &set)); /* before the profile is read */
    REFUSED(DPU_ERR_INVALID_PROFILE, dpu_alloc(1, "fckFrequency=fast", &set));
}
END_TEST

START_TEST(no_dpus_were_a_set_in_2020)
{
    struct dpu_set_t set, dpu;
    uint32_t rounds = 0;
    imitate("2020.3");
    OK(dpu_alloc(0, NULL, &set));
    ck_assert_uint_eq(count_dpus(set), 0);
    ck_assert_uint_eq(count_ranks(set), 0);
    DPU_FOREACH (set, dpu)
        rounds += dpu.kind == DPU_SET_DPU;
    ck_assert_uint_eq(rounds, 0);
    OK(dpu_load(set, kernel("state"), NULL));
    ck_assert_int_ne(dpu_copy_to(set, "operand", 0, &rounds, 4), DPU_OK);
    OK(dpu_prepare_xfer(set, &rounds));
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    OK(dpu_sync(set));
    OK(dpu_free(set));
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_free(set));
}
END_TEST

START_TEST(all_takes_what_is_left)
{
    struct dpu_set_t some = allocated(70), rest, nothing;
    OK(dpu_alloc(DPU_ALLOCATE_ALL, NULL, &rest));
    ck_assert_uint_eq(count_dpus(rest), MACHINE_DPUS - 128);
    REFUSED(DPU_ERR_ALLOCATION, dpu_alloc(DPU_ALLOCATE_ALL, NULL, &nothing));
    REFUSED(DPU_ERR_ALLOCATION, dpu_alloc_ranks(DPU_ALLOCATE_ALL, NULL, &nothing));
    OK(dpu_free(some));
    OK(dpu_alloc_ranks(DPU_ALLOCATE_ALL, NULL, &some));
    ck_assert_uint_eq(count_dpus(some), 128);
}
END_TEST

START_TEST(ranks_are_taken_whole)
{
    struct dpu_set_t set;
    OK(dpu_alloc_ranks(3, NULL, &set));
    ranks_hold(set, 3, (const uint32_t[]){64, 64, 64});
}
END_TEST

/* ------------------------------------------------------------------------ working DPUs only --- */

START_TEST(ranks_with_broken_dpus_give_fewer)
{
    struct dpu_set_t set, dpu;
    choose_machine("machine.ranks=4;machine.broken_dpus=6");
    OK(dpu_alloc(DPU_ALLOCATE_ALL, NULL, &set));
    ck_assert_uint_eq(count_dpus(set), MACHINE_DPUS - 6);
    ranks_hold(set, 4, (const uint32_t[]){63, 63, 62, 62});
    DPU_FOREACH (set, dpu)
        ck_assert_uint_ne(dpu_get_id(dpu.dpu) & 0xffff, 0x0707);
    OK(dpu_free(set));
    OK(dpu_alloc(64, NULL, &set)); /* one rank has not enough */
    ck_assert_uint_eq(count_ranks(set), 2);
    ck_assert_uint_eq(count_dpus(set), 64);
    OK(dpu_free(set));
    REFUSED(DPU_ERR_ALLOCATION, dpu_alloc(MACHINE_DPUS - 5, NULL, &set));
    OK(dpu_alloc_ranks(4, NULL, &set));
    ck_assert_uint_eq(count_dpus(set), MACHINE_DPUS - 6);
}
END_TEST

START_TEST(the_standard_machine_has_2556)
{
    struct dpu_set_t set;
    choose_machine("");
    OK(dpu_alloc(DPU_ALLOCATE_ALL, NULL, &set));
    ck_assert_uint_eq(count_dpus(set), 2556);
    ck_assert_uint_eq(count_ranks(set), 40);
}
END_TEST

/* The DPUs with one number in all control interfaces are disabled together. */
START_TEST(the_surplus_goes_line_by_line)
{
    struct dpu_set_t set = allocated(10), dpu;
    const dpu_id_t expected[] = {0x000, 0x001, 0x100, 0x101, 0x200, 0x300, 0x400, 0x500, 0x600, 0x700};
    uint32_t each;
    DPU_FOREACH (set, dpu, each)
        ck_assert_uint_eq(dpu_get_id(dpu.dpu), expected[each]);
}
END_TEST

START_TEST(the_surplus_is_spread_over_ranks)
{
    ranks_hold(allocated(65), 2, (const uint32_t[]){33, 32});
}
END_TEST

START_TEST(the_surplus_was_in_the_last_rank_in_2020)
{
    imitate("2020.3");
    ranks_hold(allocated(65), 2, (const uint32_t[]){64, 1});
}
END_TEST

/* ---------------------------------------------------------------------------------- freeing --- */

START_TEST(only_allocations_are_freed)
{
    struct dpu_set_t set = allocated(100), changed = set;
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_free(nth_dpu(set, 1)));
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_free(nth_rank(set, 0)));
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_free(nth_rank(set, 1)));
    changed.list.nr_ranks = 1;
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_free(changed));
    changed = set;
    OK(dpu_free(changed)); /* a copy is as good */
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_free(set));
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_free(changed));
}
END_TEST

START_TEST(freed_dpus_come_back_without_program_and_buffers)
{
    static uint32_t words[2] = {7, 7};
    struct dpu_set_t set = loaded(64, "state");
    OK(dpu_prepare_xfer(set, words));
    OK(dpu_free(set));
    set = allocated(64);
    REFUSED(DPU_ERR_NO_PROGRAM_LOADED, dpu_launch(set, DPU_SYNCHRONOUS));
    OK(dpu_load(set, kernel("state"), NULL));
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "operand", 0, 4, DPU_XFER_DEFAULT));
    ck_assert_uint_eq(get_word(nth_dpu(set, 5), "operand"), 0);
}
END_TEST

START_TEST(allocations_in_a_loop)
{
    for (uint32_t round = 0; round < 100; round++) {
        struct dpu_set_t set = loaded(1 + round, "state");
        set_word(set, "operand", round);
        OK(dpu_launch(set, DPU_SYNCHRONOUS));
        ck_assert_uint_eq(get_word(nth_dpu(set, round), "result"), round + 1);
        OK(dpu_free(set));
    }
}
END_TEST

TCase *upmem_allocation_tests(void)
{
    TCase *tests = upmem_case("allocation");
    tcase_add_loop_test(tests, the_count_is_exact_and_ranks_are_whole, 0, sizeof sizes / sizeof *sizes);
    tcase_add_test(tests, too_many_are_refused_and_nothing_is_taken);
    tcase_add_test(tests, no_dpus_are_refused);
    tcase_add_test(tests, no_dpus_were_a_set_in_2020);
    tcase_add_test(tests, all_takes_what_is_left);
    tcase_add_test(tests, ranks_are_taken_whole);
    tcase_add_test(tests, ranks_with_broken_dpus_give_fewer);
    tcase_add_test(tests, the_standard_machine_has_2556);
    tcase_add_test(tests, the_surplus_goes_line_by_line);
    tcase_add_test(tests, the_surplus_is_spread_over_ranks);
    tcase_add_test(tests, the_surplus_was_in_the_last_rank_in_2020);
    tcase_add_test(tests, only_allocations_are_freed);
    tcase_add_test(tests, freed_dpus_come_back_without_program_and_buffers);
    tcase_add_test(tests, allocations_in_a_loop);
    return tests;
}
