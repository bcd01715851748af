/* Is the library what executables compiled long ago expect? The headers are not used here: layouts and calls are written out as the
 * platform's convention (x86-64 System V) has them.
 */
#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined __x86_64__

/* What the caller's compiler makes of the types. */
struct old_set { uint32_t kind, padding; uint64_t count_or_dpu; void **ranks; };
struct old_rank_iterator { struct old_set *set; uint32_t count, next_index; bool has_next; struct old_set next; };
struct old_dpu_iterator { struct old_rank_iterator ranks; uint32_t count, next_index; bool has_next; struct old_set next; };

_Static_assert(sizeof(struct old_set) == 24 && offsetof(struct old_set, ranks) == 16, "");
_Static_assert(sizeof(struct old_rank_iterator) == 48, "");
_Static_assert(offsetof(struct old_rank_iterator, has_next) == 16 && offsetof(struct old_rank_iterator, next) == 24, "");
_Static_assert(sizeof(struct old_dpu_iterator) == 88 && offsetof(struct old_dpu_iterator, count) == 48, "");
_Static_assert(offsetof(struct old_dpu_iterator, has_next) == 56 && offsetof(struct old_dpu_iterator, next) == 64, "");

int dpu_alloc(uint32_t count, const char *profile, struct old_set *set);
/* A set by value lies on the stack; the other arguments are in registers as if it were not there. So these take the register arguments
 * first, fill the six registers, and then name the three words of the set. */
int dpu_get_nr_dpus(uint32_t *count, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f, struct old_set set);
int dpu_get_nr_ranks(uint32_t *count, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f, uint64_t kind,
                     uint64_t count_or_dpu, void **ranks);
/* A structure of more than 16 bytes comes back through a hidden first argument, whose address is the result. */
void *dpu_set_dpu_iterator_from(struct old_dpu_iterator *result, struct old_set *set);
void *dpu_set_rank_iterator_from(struct old_rank_iterator *result, struct old_set *set);
void dpu_set_dpu_iterator_next(struct old_dpu_iterator *iterator);
void dpu_set_rank_iterator_next(struct old_rank_iterator *iterator);

enum { ONE_DPU = 1, DPUS = 3 };

START_TEST(sets_are_passed_in_memory)
{
    struct old_set set;
    uint32_t count = 0;
    memset(&set, 0xa5, sizeof set);
    ck_assert_int_eq(dpu_alloc(DPUS, NULL, &set), 0);
    ck_assert_uint_eq(set.kind, 0);
    ck_assert_uint_eq((uint32_t)set.count_or_dpu, 1);
    ck_assert_int_eq(dpu_get_nr_dpus(&count, 0, 0, 0, 0, 0, set), 0);
    ck_assert_uint_eq(count, DPUS);
    ck_assert_int_eq(dpu_get_nr_ranks(&count, 0, 0, 0, 0, 0, set.kind, set.count_or_dpu, set.ranks), 0);
    ck_assert_uint_eq(count, 1);
}
END_TEST

/* As the macro is compiled: `next` is copied before `has_next` is tested. */
START_TEST(the_iterator_is_read_before_its_end_is_tested)
{
    struct old_set set;
    struct old_dpu_iterator iterator;
    uint64_t seen[DPUS] = {0}, rounds = 0;
    ck_assert_int_eq(dpu_alloc(DPUS, NULL, &set), 0);
    memset(&iterator, 0xa5, sizeof iterator);
    ck_assert_ptr_eq(dpu_set_dpu_iterator_from(&iterator, &set), &iterator);
    ck_assert_ptr_eq(iterator.ranks.set, &set);
    for (;; dpu_set_dpu_iterator_next(&iterator), rounds++) {
        struct old_set next = iterator.next;
        ck_assert_uint_eq(iterator.count, rounds);
        ck_assert_uint_eq(next.kind, ONE_DPU);
        ck_assert_uint_ne(next.count_or_dpu, 0);
        if (!iterator.has_next)
            break;
        seen[rounds] = next.count_or_dpu;
    }
    ck_assert_uint_eq(rounds, DPUS);
    ck_assert_uint_eq(iterator.next.count_or_dpu, seen[DPUS - 1]);
    dpu_set_dpu_iterator_next(&iterator);
    ck_assert_uint_eq(iterator.count, DPUS + 1);
    ck_assert(!iterator.has_next);
}
END_TEST

START_TEST(ranks_are_iterated_alike)
{
    struct old_set set;
    struct old_rank_iterator iterator;
    ck_assert_int_eq(dpu_alloc(130, NULL, &set), 0);
    ck_assert_ptr_eq(dpu_set_rank_iterator_from(&iterator, &set), &iterator);
    for (uint32_t i = 0; i < 3; i++, dpu_set_rank_iterator_next(&iterator)) {
        ck_assert(iterator.has_next);
        ck_assert_uint_eq(iterator.count, i);
        ck_assert_uint_eq(iterator.next.kind, 0);
        ck_assert_uint_eq((uint32_t)iterator.next.count_or_dpu, 1);
        ck_assert_ptr_eq(*iterator.next.ranks, set.ranks[i]);
    }
    ck_assert(!iterator.has_next);
    ck_assert_uint_eq(iterator.count, 3);
}
END_TEST

#endif

TCase *upmem_case(const char *name);
TCase *upmem_abi_tests(void);

TCase *upmem_abi_tests(void)
{
    TCase *tests = upmem_case("ABI");
#if defined __x86_64__
    tcase_add_test(tests, sets_are_passed_in_memory);
    tcase_add_test(tests, the_iterator_is_read_before_its_end_is_tested);
    tcase_add_test(tests, ranks_are_iterated_alike);
#endif
    return tests;
}
