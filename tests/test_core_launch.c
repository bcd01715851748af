/* Launches that nobody waits for at once: do units run to the time at which the host looks at them, is everything accounted for when they
 * have ended, and does the way there change nothing?
 *
 * Times of the toy machine: launch 5000 ps, a cycle is 10000/3 ps, the link moves 1 byte in 2000 ps.
 */
#include <stdlib.h>
#include <string.h>

#include "toy_fixture.h"

static const struct pim_units ALL = {0, 0};
static const uint32_t six[] = {0, 1, 2, 3, 4, 5};
static uint8_t ones[4] = {1, 1, 1, 1};

static void open_toy(struct toy *toy, const char *program)
{
    struct pim_device_options options = {.asynchronous = true};
    toy_open(toy, "toy-counter", NULL, &options);
    toy_load(toy, ALL, program, strlen(program));
}

static void start(struct toy *toy, const uint32_t *units, size_t count)
{
    ck_assert_status(pim_device_start(toy->device, units, count, &toy->error), PIM_OK, &toy->error);
}

static void advance(struct toy *toy, uint64_t until_ps)
{
    ck_assert_status(pim_device_advance(toy->device, ALL, until_ps, &toy->error), PIM_OK, &toy->error);
}

static uint8_t result_of(struct toy *toy, uint32_t unit)
{
    uint8_t bytes[8];
    toy_move(toy, PIM_FROM_UNIT, unit, TOY_DATA, TOY_RESULT_OFFSET, bytes, 8);
    return bytes[0];
}

/* +.: two cycles, so the units end at 5000 + 6666 ps. */
START_TEST(units_end_exactly_at_their_time)
{
    struct toy toy;
    open_toy(&toy, "+.");
    start(&toy, six, 6);
    ck_assert(pim_device_running(toy.device, 0));
    ck_assert_uint_eq(pim_device_ledger(toy.device)->launches, 0);
    advance(&toy, 5000 + 3333);
    ck_assert(pim_device_running(toy.device, 0)); /* one cycle */
    ck_assert_uint_eq(pim_device_ledger(toy.device)->counters[0], 6);
    advance(&toy, 5000 + 6666);
    ck_assert(!pim_device_running(toy.device, 0));
    ck_assert_uint_eq(pim_device_ledger(toy.device)->launches, 1);
    ck_assert_uint_eq(pim_device_host_ps(toy.device), 0); /* nobody has waited */
    ck_assert_status(pim_device_synchronise(toy.device, &toy.error), PIM_OK, &toy.error);
    ck_assert_uint_eq(pim_device_host_ps(toy.device), 5000 + 6666);
    toy_close(&toy);
}
END_TEST

/* A unit that waits for the host sees what the host writes at the host's time. */
START_TEST(a_waiting_unit_goes_on_when_the_host_writes)
{
    struct toy toy;
    open_toy(&toy, "?+=.");
    start(&toy, six, 6);
    ck_assert_status(pim_device_pass_time(toy.device, 1000000, &toy.error), PIM_OK, &toy.error);
    toy_move(&toy, PIM_TO_UNIT, 2, TOY_DATA, 0, ones, 4);
    toy_move(&toy, PIM_TO_UNIT, 2, TOY_DATA, TOY_MAIL_OFFSET, ones, 4);
    advance(&toy, 1000000 + 16000 + 100000);
    ck_assert(!pim_device_running(toy.device, 2));
    ck_assert(pim_device_running(toy.device, 1)); /* in the same launch, still waiting */
    ck_assert_uint_eq(result_of(&toy, 2), 1);
    for (uint32_t unit = 0; unit < 6; unit++)
        toy_move(&toy, PIM_TO_UNIT, unit, TOY_DATA, TOY_MAIL_OFFSET, ones, 4);
    ck_assert_status(pim_device_synchronise(toy.device, &toy.error), PIM_OK, &toy.error);
    ck_assert_uint_eq(pim_device_ledger(toy.device)->launches, 1);
    toy_close(&toy);
}
END_TEST

START_TEST(waiting_for_a_unit_that_waits_is_a_deadlock)
{
    struct toy toy;
    struct pim_fault fault;
    open_toy(&toy, "?.");
    start(&toy, six, 6);
    advance(&toy, 1000000);
    ck_assert(pim_device_running(toy.device, 0));
    ck_assert_int_eq(pim_device_synchronise(toy.device, &toy.error), PIM_GUEST_FAULT);
    ck_assert(pim_device_fault(toy.device, 5, &fault));
    ck_assert_str_eq(fault.kind, "deadlock");
    ck_assert(!pim_device_fault(toy.device, 6, &fault));
    ck_assert(!pim_device_running(toy.device, 0));
    for (uint32_t unit = 0; unit < 6; unit++)
        toy_move(&toy, PIM_TO_UNIT, unit, TOY_DATA, TOY_MAIL_OFFSET, ones, 4);
    start(&toy, six, 6); /* and the units can be launched again */
    ck_assert_status(pim_device_synchronise(toy.device, &toy.error), PIM_OK, &toy.error);
    toy_close(&toy);
}
END_TEST

START_TEST(a_running_unit_is_left_alone)
{
    struct toy toy;
    uint8_t code[4] = "....";
    const struct pim_transfer piece = {1, TOY_CODE, 0, 4, code};
    open_toy(&toy, "?.");
    start(&toy, six, 3);
    ck_assert_int_eq(pim_device_start(toy.device, six + 2, 2, &toy.error), PIM_USAGE);
    ck_assert_str_eq(toy.error.text, "launch: unit 2 runs already");
    toy.error = (struct pim_error){0};
    ck_assert_int_eq(pim_device_transfer(toy.device, PIM_TO_UNIT, &piece, 1, &toy.error), PIM_USAGE);
    ck_assert_str_eq(toy.error.text, "transfer: unit 1 runs, the host cannot reach its CODE");
    toy.error = (struct pim_error){0};
    struct pim_image image = {.path = "toy", .instruction_set = "toy-counter"};
    ck_assert_int_eq(pim_device_load(toy.device, ALL, &image, &toy.error), PIM_USAGE);
    ck_assert_str_eq(toy.error.text, "load: unit 0 runs");
    toy_close(&toy);
}
END_TEST

/* Two boards overlap, and a transfer to one of them finds its own time. */
START_TEST(launches_of_two_queues_overlap)
{
    struct toy toy;
    open_toy(&toy, "*****."); /* 21 cycles: 70000 ps */
    start(&toy, six, 3);
    start(&toy, six + 3, 3);
    ck_assert_status(pim_device_synchronise(toy.device, &toy.error), PIM_OK, &toy.error);
    const struct pim_ledger *ledger = pim_device_ledger(toy.device);
    ck_assert_uint_eq(ledger->elapsed_ps, 5000 + 70000);
    ck_assert_uint_eq(ledger->kernel_ps, 70000);
    ck_assert_uint_eq(ledger->launch_ps, 5000);
    ck_assert_uint_eq(ledger->launches, 2);
    ck_assert_uint_eq(ledger->kernel_cycles, 42);
    toy_close(&toy);
}
END_TEST

/* The host's clock is past the start of a launch whose account comes later: nothing of it is lost. */
START_TEST(a_late_account_is_whole)
{
    struct toy toy;
    open_toy(&toy, "*****.");
    start(&toy, six, 3);
    ck_assert_status(pim_device_pass_time(toy.device, 40000, &toy.error), PIM_OK, &toy.error);
    toy_move(&toy, PIM_TO_UNIT, 5, TOY_DATA, 0, ones, 4); /* the other board: 40000 to 48000 */
    ck_assert_status(pim_device_pass_time(toy.device, 200000, &toy.error), PIM_OK, &toy.error);
    ck_assert_status(pim_device_synchronise(toy.device, &toy.error), PIM_OK, &toy.error);
    const struct pim_ledger *ledger = pim_device_ledger(toy.device);
    ck_assert_uint_eq(ledger->kernel_ps, 70000);
    ck_assert_uint_eq(ledger->launch_ps, 5000);
    ck_assert_uint_eq(ledger->transfer_ps, 0); /* it was beside the kernel */
    ck_assert_uint_eq(ledger->idle_ps, 200000 - 75000);
    toy_close(&toy);
}
END_TEST

/* In one go or in steps of `_i` ps, with a sink or without: the same account, and the same events. */
START_TEST(steps_change_nothing)
{
    struct toy whole, steps;
    struct toy_record all = {0}, pieces = {0};
    const char *program = "++*+*=**.";
    open_toy(&whole, program);
    open_toy(&steps, program);
    toy_attach(&whole, &all);
    toy_attach(&steps, &pieces);
    start(&whole, six, 6);
    start(&steps, six, 6);
    for (uint64_t now = 0; pim_device_running(steps.device, 0); now += (uint64_t)_i)
        advance(&steps, now);
    ck_assert_status(pim_device_synchronise(whole.device, &whole.error), PIM_OK, &whole.error);
    ck_assert_status(pim_device_synchronise(steps.device, &steps.error), PIM_OK, &steps.error);
    char *a = toy_report(&whole, PIM_REPORT_JSON), *b = toy_report(&steps, PIM_REPORT_JSON);
    ck_assert_str_eq(a, b);
    ck_assert_uint_eq(all.list.count, 4 * 6);
    ck_assert_uint_eq(pieces.list.count, all.list.count);
    ck_assert_mem_eq(pieces.list.events, all.list.events, all.list.count * sizeof *all.list.events);
    free(a);
    free(b);
    toy_close(&whole);
    toy_close(&steps);
    free(all.list.events);
    free(pieces.list.events);
}
END_TEST

START_TEST(a_limit_ends_a_started_launch)
{
    struct toy toy;
    struct pim_device_options options = {.asynchronous = true, .max_cycles = 10};
    toy_open(&toy, "toy-counter", NULL, &options);
    toy_load(&toy, ALL, "*****.", 6);
    start(&toy, six, 6);
    ck_assert_status(pim_device_advance(toy.device, ALL, 5000 + 30000, &toy.error), PIM_OK, &toy.error); /* 9 cycles */
    ck_assert(pim_device_running(toy.device, 0));
    ck_assert_int_eq(pim_device_advance(toy.device, ALL, 1000000, &toy.error), PIM_LIMIT);
    ck_assert(!pim_device_running(toy.device, 0));
    toy_close(&toy);
}
END_TEST

START_TEST(a_device_closes_while_units_run)
{
    struct toy toy;
    open_toy(&toy, "?.");
    start(&toy, six, 6);
    ck_assert_status(pim_device_reset(toy.device, &toy.error), PIM_OK, &toy.error);
    ck_assert(!pim_device_running(toy.device, 0));
    toy_load(&toy, ALL, "?.", 2);
    start(&toy, six, 6);
    toy_close(&toy);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("launches");
    TCase *tcase = tcase_create("started and waited for later");
    tcase_add_test(tcase, units_end_exactly_at_their_time);
    tcase_add_test(tcase, a_waiting_unit_goes_on_when_the_host_writes);
    tcase_add_test(tcase, waiting_for_a_unit_that_waits_is_a_deadlock);
    tcase_add_test(tcase, a_running_unit_is_left_alone);
    tcase_add_test(tcase, launches_of_two_queues_overlap);
    tcase_add_test(tcase, a_late_account_is_whole);
    tcase_add_loop_test(tcase, steps_change_nothing, 700, 705);
    tcase_add_test(tcase, a_limit_ends_a_started_launch);
    tcase_add_test(tcase, a_device_closes_while_units_run);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
