/* Do clocks, and the partition of time, equal their formulas? */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "timeline.h"

/* ---------------------------------------------------------------------------------- clocks --- */

struct clock_row {
    double mhz;
    uint64_t numerator, denominator; /* Hz */
    uint64_t cycles, ps;
};

static const struct clock_row clock_rows[] = {
    {350, 350000000, 1, 0, 0},
    {350, 350000000, 1, 1, 2857},                    /* 2857.14 */
    {350, 350000000, 1, 7, 20000},
    {350, 350000000, 1, 350000000, 1000000000000},   /* one second, to the picosecond */
    {266.666666667, 266666666667, 1000, 1, 3749},    /* 3749.99999 */
    {1000, 1000000000, 1, 12345, 12345000},
    {0.5, 500000, 1, 3, 6000000},
    {350, 350000000, 1, UINT64_MAX, UINT64_MAX},     /* does not fit */
};

START_TEST(picoseconds_follow_from_the_absolute_count)
{
    const struct clock_row *row = &clock_rows[_i];
    struct pim_clock clock = pim_clock_from_mhz(row->mhz);
    ck_assert_uint_eq(clock.numerator, row->numerator);
    ck_assert_uint_eq(clock.denominator, row->denominator);
    ck_assert_uint_eq(pim_clock_ps(clock, row->cycles), row->ps);
}
END_TEST

/* The edge at t is the first whose time is not before t: one less is before. */
START_TEST(the_next_edge_is_tight)
{
    struct pim_clock clock = pim_clock_from_mhz(clock_rows[_i].mhz);
    for (uint64_t time = 0; time < 100000; time += 37) {
        uint64_t edge = pim_clock_next_edge(clock, time);
        ck_assert_uint_ge(pim_clock_ps(clock, edge), time);
        if (edge)
            ck_assert_uint_lt(pim_clock_ps(clock, edge - 1), time);
    }
}
END_TEST

START_TEST(every_edge_is_its_own_next_edge)
{
    struct pim_clock clock = pim_clock_from_mhz(clock_rows[_i].mhz);
    for (uint64_t n = 0; n < 1000000; n += 997)
        ck_assert_uint_eq(pim_clock_next_edge(clock, pim_clock_ps(clock, n)), n);
}
END_TEST

/* ------------------------------------------------------------------------------- partition --- */

START_TEST(precedence_is_kernel_transfer_launch)
{
    struct pim_timeline timeline = {0};
    struct pim_time_partition partition;
    ck_assert(pim_timeline_add(&timeline, PIM_TIME_LAUNCH, 10, 60));
    ck_assert(pim_timeline_add(&timeline, PIM_TIME_TRANSFER, 20, 50));
    ck_assert(pim_timeline_add(&timeline, PIM_TIME_KERNEL, 30, 40));
    ck_assert(pim_timeline_measure(&timeline, 100, &partition));
    ck_assert_uint_eq(partition.ps[PIM_TIME_KERNEL], 10);
    ck_assert_uint_eq(partition.ps[PIM_TIME_TRANSFER], 20);
    ck_assert_uint_eq(partition.ps[PIM_TIME_LAUNCH], 20);
    pim_timeline_free(&timeline);
}
END_TEST

enum { RANDOM_TIME = 400, RANDOM_INTERVALS = 40 };
static unsigned first_seed; /* each round is its own process and seeds itself */

/* The sweep against a table with one entry per picosecond, settling at random points on the way. */
START_TEST(random_intervals_agree_with_a_table_of_picoseconds)
{
    struct pim_timeline timeline = {0};
    int owner[RANDOM_TIME];
    srand(first_seed + (unsigned)_i);
    uint64_t expected[PIM_TIME_CLASSES + 1] = {0}, settled = 0;
    for (int i = 0; i < RANDOM_TIME; i++)
        owner[i] = PIM_TIME_CLASSES;
    for (int i = 0; i < RANDOM_INTERVALS; i++) {
        uint64_t start = settled + (uint64_t)rand() % (RANDOM_TIME - settled);
        uint64_t end = start + (uint64_t)rand() % (RANDOM_TIME - start);
        int time_class = rand() % PIM_TIME_CLASSES;
        ck_assert(pim_timeline_add(&timeline, (enum pim_time_class)time_class, start, end));
        for (uint64_t t = start; t < end; t++)
            owner[t] = time_class < owner[t] ? time_class : owner[t];
        if (rand() % 4 == 0) {
            settled += (uint64_t)rand() % 20;
            ck_assert(pim_timeline_settle(&timeline, settled));
        }
        if (settled > RANDOM_TIME - 30)
            break;
    }
    for (int i = 0; i < RANDOM_TIME; i++)
        expected[owner[i]]++;
    struct pim_time_partition partition;
    ck_assert(pim_timeline_measure(&timeline, RANDOM_TIME, &partition));
    for (int i = 0; i < PIM_TIME_CLASSES; i++)
        ck_assert_uint_eq(partition.ps[i], expected[i]);
    pim_timeline_free(&timeline);
}
END_TEST

START_TEST(settled_time_takes_no_memory)
{
    struct pim_timeline timeline = {0};
    for (uint64_t i = 0; i < 10000; i++) {
        ck_assert(pim_timeline_add(&timeline, PIM_TIME_TRANSFER, 10 * i, 10 * i + 4));
        ck_assert(pim_timeline_settle(&timeline, 10 * i + 4));
    }
    ck_assert_uint_le(timeline.capacity, 16);
    struct pim_time_partition partition;
    ck_assert(pim_timeline_measure(&timeline, 100000, &partition));
    ck_assert_uint_eq(partition.ps[PIM_TIME_TRANSFER], 40000);
    pim_timeline_free(&timeline);
}
END_TEST

int main(void)
{
    const char *given = getenv("PIMENTO_TEST_SEED"), *scale = getenv("PIMENTO_TEST_SCALE");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : 20231;
    int rounds = scale ? 200 * atoi(scale) / 100 : 200;
    printf("seed %u\n", seed);
    first_seed = seed;
    enum { CLOCKS = sizeof clock_rows / sizeof *clock_rows };
    Suite *suite = suite_create("core time");
    TCase *clocks = tcase_create("does a clock equal its formula");
    tcase_add_loop_test(clocks, picoseconds_follow_from_the_absolute_count, 0, CLOCKS);
    tcase_add_loop_test(clocks, the_next_edge_is_tight, 0, CLOCKS);
    tcase_add_loop_test(clocks, every_edge_is_its_own_next_edge, 0, CLOCKS);
    suite_add_tcase(suite, clocks);
    TCase *partition = tcase_create("is the partition exclusive and exact");
    tcase_add_test(partition, precedence_is_kernel_transfer_launch);
    tcase_add_loop_test(partition, random_intervals_agree_with_a_table_of_picoseconds, 0, rounds ? rounds : 1);
    tcase_add_test(partition, settled_time_takes_no_memory);
    suite_add_tcase(suite, partition);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
