/* Do two back-ends that the core has never heard of run end to end, and does the account add up? Everything through the public header. */
#include "toy_fixture.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct pim_units ALL = {0, 0};

static void ps_eq(const struct pim_ledger *ledger)
{
    ck_assert_uint_eq(ledger->elapsed_ps, ledger->kernel_ps + ledger->transfer_ps + ledger->launch_ps + ledger->idle_ps);
    pim_u128 sum = 0;
    for (size_t i = 0; i < ledger->energy_count; i++)
        sum += ledger->energies[i];
    ck_assert(sum == ledger->total_energy);
}

/* -------------------------------------------------------------------------- the built-in toy --- */

/* 300 MHz, 6 cells on 2 boards. "++*=." takes 1 + 1 + 4 + 1 + 1 = 8 cycles = 26666 ps; 12 bytes at 0.5 GB/s take 24 ns a board. */
START_TEST(the_built_in_toy_computes_and_accounts)
{
    struct toy toy;
    uint8_t data[6][4], result[8];
    struct pim_transfer pieces[6];
    toy_open(&toy, "toy-counter", NULL, NULL);
    ck_assert_uint_eq(pim_device_units(toy.device), 6);
    for (uint32_t unit = 0; unit < 6; unit++) {
        memcpy(data[unit], (uint8_t[]){(uint8_t)unit, 10, 0, 0}, 4);
        pieces[unit] = (struct pim_transfer){unit, TOY_DATA, 0, 4, data[unit]};
    }
    toy_load(&toy, ALL, "++*=.", 5);
    ck_assert_status(pim_device_transfer(toy.device, PIM_TO_UNIT, pieces, 6, &toy.error), PIM_OK, &toy.error);
    ck_assert_status(pim_device_run(toy.device, ALL, &toy.error), PIM_OK, &toy.error);
    for (uint32_t unit = 0; unit < 6; unit++) {
        toy_move(&toy, PIM_FROM_UNIT, unit, TOY_DATA, TOY_RESULT_OFFSET, result, 8);
        ck_assert_uint_eq(result[0] + 256u * result[1], (unit + 10) * (unit + 10));
    }
    const struct pim_ledger *ledger = pim_device_ledger(toy.device);
    ps_eq(ledger);
    ck_assert_uint_eq(ledger->transfer_ps, 24000 + 6 * 16000);
    ck_assert_uint_eq(ledger->to_unit_ps, 2 * 24000);
    ck_assert_uint_eq(ledger->launch_ps, 5000);
    ck_assert_uint_eq(ledger->kernel_ps, 26666);
    ck_assert_uint_eq(ledger->idle_ps, 0);
    ck_assert_uint_eq(ledger->kernel_cycles, 8);
    ck_assert_uint_eq((uint64_t)ledger->busy_unit_ps, 6 * 26666);
    ck_assert_uint_eq(ledger->counters[0], 12);
    ck_assert_uint_eq(ledger->counters[2], 48);
    ck_assert_uint_eq((uint64_t)ledger->energies[0], 12 * 1000);
    ck_assert_uint_eq((uint64_t)ledger->energies[1], 10 * (6 * ledger->elapsed_ps - 6 * 26666));
    ck_assert_uint_eq((uint64_t)ledger->energies[2], 100 * 6 * 26666);
    toy_close(&toy);
}
END_TEST

/* ----------------------------------------------------------------------------- the plug-in --- */

START_TEST(the_plug_in_computes_and_brings_a_target)
{
    static const uint32_t phases = 32;
    struct toy toy;
    uint8_t cells[32], sorted[32];
    toy_open(&toy, "toy-wide", NULL, NULL);
    ck_assert_uint_eq(pim_device_units(toy.device), 8);
    toy_load(&toy, ALL, &phases, sizeof phases);
    for (int i = 0; i < 32; i++)
        cells[i] = (uint8_t)(31 - i);
    toy_move(&toy, PIM_TO_UNIT, 7, 1, 0, cells, 32);
    ck_assert_status(pim_device_run(toy.device, ALL, &toy.error), PIM_OK, &toy.error);
    toy_move(&toy, PIM_FROM_UNIT, 7, 1, 0, sorted, 32);
    for (int i = 0; i < 32; i++)
        ck_assert_uint_eq(sorted[i], (unsigned)i);
    const struct pim_ledger *ledger = pim_device_ledger(toy.device);
    ps_eq(ledger);
    ck_assert_uint_eq(ledger->counters[1], 32 * 31 / 2); /* the inversions of a reversed row */
    ck_assert_uint_eq(ledger->kernel_ps, 32000);
    ck_assert_uint_eq((uint64_t)ledger->energies[1], 3 * 8 * ledger->elapsed_ps);
    toy_close(&toy);
}
END_TEST

/* ----------------------------------------------------------------- one thread or many, alike --- */

struct outcome {
    char *json;
    struct toy_record record;
};

/* Units do different amounts of work, so that threads finish in different orders. */
static void run_scenario(const char *name, unsigned threads, bool traced, struct outcome *outcome)
{
    static const uint32_t phases[4] = {100, 7, 3000, 50};
    struct pim_device_options options = {.threads = threads, .mode = PIM_TIMING};
    const char *const settings[] = {"machine.boards", "4", "machine.cells", "16", NULL};
    bool counter = !strcmp(name, "toy-counter");
    struct toy toy;
    toy_open(&toy, name, counter ? settings : NULL, &options);
    if (traced)
        toy_attach(&toy, &outcome->record);
    uint32_t units = pim_device_units(toy.device);
    for (uint32_t unit = 0; unit < units; unit++) {
        static const char programs[4][8] = {"+*+*+*=.", "*.", "++++=.", "+*=."};
        uint8_t data[32];
        for (size_t i = 0; i < sizeof data; i++)
            data[i] = (uint8_t)(unit * 37 + i * 101);
        toy_move(&toy, PIM_TO_UNIT, unit, 1, 0, data, sizeof data);
        if (counter)
            toy_load(&toy, (struct pim_units){unit, 1}, programs[unit % 4], 8);
        else
            toy_load(&toy, (struct pim_units){unit, 1}, &phases[unit % 4], 4);
    }
    for (int launch = 0; launch < 3; launch++)
        ck_assert_status(pim_device_run(toy.device, ALL, &toy.error), PIM_OK, &toy.error);
    outcome->json = toy_report(&toy, PIM_REPORT_JSON);
    ps_eq(pim_device_ledger(toy.device));
    toy_close(&toy);
}

static const char *const toys[] = {"toy-counter", "toy-sorter"};

START_TEST(any_number_of_threads_gives_the_same_bytes)
{
    struct outcome one = {0}, many = {0}, untraced = {0};
    run_scenario(toys[_i], 1, true, &one);
    run_scenario(toys[_i], 4, true, &many);
    run_scenario(toys[_i], 3, false, &untraced);
    ck_assert_str_eq(one.json, many.json);
    ck_assert_str_eq(one.json, untraced.json);
    ck_assert_uint_gt(one.record.list.count, 0);
    ck_assert_uint_eq(one.record.list.count, many.record.list.count);
    ck_assert_mem_eq(one.record.list.events, many.record.list.events, one.record.list.count * sizeof(struct pim_event));
    ck_assert_uint_eq(many.record.begun, 1);
    ck_assert_uint_eq(many.record.ended, 1);
    ck_assert_uint_eq(many.record.destroyed, 1);
    free(one.json);
    free(many.json);
    free(untraced.json);
    free(one.record.list.events);
    free(many.record.list.events);
}
END_TEST

START_TEST(events_arrive_in_order_of_time_unit_and_sequence)
{
    struct outcome outcome = {0};
    run_scenario(toys[_i], 2, true, &outcome);
    const struct pim_event *events = outcome.record.list.events;
    for (size_t i = 1; i < outcome.record.list.count; i++) {
        const struct pim_event *a = &events[i - 1], *b = &events[i];
        ck_assert_uint_le(a->time_ps, b->time_ps);
        if (a->time_ps == b->time_ps && a->lane == b->lane) {
            ck_assert_uint_le(a->unit, b->unit);
            ck_assert(a->unit < b->unit || a->sequence < b->sequence);
        }
    }
    free(outcome.json);
    free(outcome.record.list.events);
}
END_TEST

/* A long launch takes many slices; the limit still ends it at the cycle. */
START_TEST(a_limit_stops_at_the_cycle)
{
    struct pim_device_options options = {.max_cycles = 123457, .threads = 2};
    struct toy toy;
    struct toy_record record = {0};
    toy_open(&toy, "toy-counter", NULL, &options);
    if (_i)
        toy_attach(&toy, &record);
    toy_load(&toy, ALL, "+*<", 3);
    ck_assert_int_eq(pim_device_run(toy.device, ALL, &toy.error), PIM_LIMIT);
    ck_assert_ptr_nonnull(strstr(toy.error.text, "unit 0: not done after 123457 cycles"));
    ck_assert_uint_eq(pim_device_ledger(toy.device)->kernel_cycles, 123457);
    ck_assert_uint_eq(pim_device_ledger(toy.device)->counters[2], 6 * 123457);
    struct pim_fault fault;
    ck_assert(!pim_device_fault(toy.device, 0, &fault));
    toy_close(&toy);
    free(record.list.events);
}
END_TEST

/* --------------------------------------------------------------------------------- endings --- */

START_TEST(a_fault_is_a_value_and_the_others_run_on)
{
    struct toy toy;
    toy_open(&toy, "toy-counter", NULL, NULL);
    toy_load(&toy, ALL, "+.", 2);
    toy_load(&toy, (struct pim_units){2, 1}, "+!", 2);
    toy_load(&toy, (struct pim_units){4, 1}, "+?", 2);
    ck_assert_int_eq(pim_device_run(toy.device, ALL, &toy.error), PIM_GUEST_FAULT);
    ck_assert_str_eq(toy.error.text, "unit 2, pc 1: no instruction: byte 0x21 is no instruction");
    struct pim_fault fault;
    ck_assert(pim_device_fault(toy.device, 0, &fault));
    ck_assert_uint_eq(fault.unit, 2);
    ck_assert(pim_device_fault(toy.device, 1, &fault));
    ck_assert_uint_eq(fault.unit, 4);
    ck_assert_str_eq(fault.kind, "deadlock");
    ck_assert(!pim_device_fault(toy.device, 2, &fault));
    ck_assert_uint_eq(pim_device_ledger(toy.device)->counters[0], 6);
    toy_close(&toy);
}
END_TEST

START_TEST(a_sink_that_fails_ends_the_run_with_its_error)
{
    struct toy toy;
    struct toy_record record = {.fail_at = 1};
    toy_open(&toy, "toy-counter", NULL, NULL);
    toy_attach(&toy, &record);
    toy_load(&toy, ALL, "*.", 2);
    ck_assert_int_eq(pim_device_run(toy.device, ALL, &toy.error), PIM_IO);
    ck_assert_str_eq(toy.error.text, "the sink is full");
    toy_close(&toy);
    ck_assert_uint_eq(record.destroyed, 1);
}
END_TEST

/* ---------------------------------------------------------------------- what is not possible --- */

struct refusal {
    struct pim_transfer piece;
    enum pim_status status;
    const char *text;
};

static uint8_t some_bytes[128];
static const struct refusal refusals[] = {
    {{6, TOY_DATA, 0, 4, some_bytes}, PIM_USAGE, "transfer: unit 6, the device has 6"},
    {{0, 2, 0, 4, some_bytes}, PIM_USAGE, "transfer: back-end 'toy-counter' has no space 2"},
    {{0, TOY_DATA, 2, 4, some_bytes}, PIM_BAD_INPUT,
     "transfer: unit 0, DATA: offset 2 and length 4, expected multiples of 4 bytes"},
    {{0, TOY_DATA, 60, 8, some_bytes}, PIM_BAD_INPUT, "transfer: unit 0, DATA: 8 bytes at offset 60, the space has 64"},
    {{0, TOY_DATA, UINT64_MAX - 3, 8, some_bytes}, PIM_BAD_INPUT,
     "transfer: unit 0, DATA: 8 bytes at offset 18446744073709551612, the space has 64"},
    {{0, TOY_DATA, 0, 4, NULL}, PIM_USAGE, "transfer: unit 0, DATA: no host memory given"},
};

/* Nothing moves when one piece is wrong. */
START_TEST(a_wrong_piece_is_refused_before_any_byte_moves)
{
    struct toy toy;
    uint8_t seven[4] = {7, 7, 7, 7}, read[4];
    toy_open(&toy, "toy-counter", NULL, NULL);
    struct pim_transfer pieces[2] = {{0, TOY_DATA, 0, 4, seven}, refusals[_i].piece};
    ck_assert_int_eq(pim_device_transfer(toy.device, PIM_TO_UNIT, pieces, 2, &toy.error), refusals[_i].status);
    ck_assert_str_eq(toy.error.text, refusals[_i].text);
    ck_assert_uint_eq(pim_device_now_ps(toy.device), 0);
    toy_move(&toy, PIM_FROM_UNIT, 0, TOY_DATA, 0, read, 4);
    ck_assert_uint_eq(read[0], 0);
    toy_close(&toy);
}
END_TEST

START_TEST(devices_that_cannot_be_are_refused)
{
    struct toy toy;
    struct pim_device *device;
    toy_open(&toy, "toy-counter", NULL, NULL);
    struct pim_device_options many = {.units = 7}, representative = {.mode = PIM_REPRESENTATIVE};
    struct pim_error error = {0};
    ck_assert_int_eq(pim_device_open(toy.target, &many, &device, &error), PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "7 units: target 'toy-counter' has 6");
    ck_assert_ptr_null(device);
    error = (struct pim_error){0};
    ck_assert_int_eq(pim_device_open(toy.target, &representative, &device, &error), PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "representative mode: the timing of back-end 'toy-counter' depends on data");
    error = (struct pim_error){0};
    ck_assert_int_eq(pim_device_run(toy.device, (struct pim_units){3, 4}, &error), PIM_USAGE);
    ck_assert_str_eq(error.text, "units 3 to 6: the device has 6");
    error = (struct pim_error){0};
    ck_assert_int_eq(pim_device_run(toy.device, ALL, &error), PIM_USAGE);
    ck_assert_str_eq(error.text, "unit 0: no program loaded");
    struct pim_image image = {.path = "other.elf", .instruction_set = "dpu"};
    error = (struct pim_error){0};
    ck_assert_int_eq(pim_device_load(toy.device, ALL, &image, &error), PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "other.elf: a program for 'dpu', expected one for 'toy-counter'");
    toy_close(&toy);
}
END_TEST

/* ---------------------------------------------------------------------------------- queues --- */

/* Board 0 (units 0-2) computes while board 1 (units 3-5) receives: only an asynchronous device overlaps them. */
static const struct pim_ledger *overlap(struct toy *toy, bool asynchronous)
{
    struct pim_device_options options = {.asynchronous = asynchronous};
    toy_open(toy, "toy-counter", NULL, &options);
    toy_load(toy, ALL, "*****.", 6);                                              /* 21 cycles: 70000 ps */
    ck_assert_status(pim_device_run(toy->device, (struct pim_units){0, 3}, &toy->error), PIM_OK, &toy->error);
    toy_move(toy, PIM_TO_UNIT, 3, TOY_DATA, 0, some_bytes, 20);                  /* 40000 ps */
    toy_move(toy, PIM_TO_UNIT, 0, TOY_DATA, 0, some_bytes, 4);                   /* 8000 ps, after the kernel */
    ck_assert_status(pim_device_synchronise(toy->device, &toy->error), PIM_OK, &toy->error);
    ps_eq(pim_device_ledger(toy->device));
    return pim_device_ledger(toy->device);
}

START_TEST(a_blocking_host_waits_for_each_call)
{
    struct toy toy;
    const struct pim_ledger *ledger = overlap(&toy, false);
    ck_assert_uint_eq(ledger->elapsed_ps, 5000 + 70000 + 40000 + 8000);
    ck_assert_uint_eq(ledger->transfer_ps, 48000);
    toy_close(&toy);
}
END_TEST

START_TEST(asynchronous_queues_overlap_and_the_partition_is_exclusive)
{
    struct toy toy;
    const struct pim_ledger *ledger = overlap(&toy, true);
    ck_assert_uint_eq(ledger->elapsed_ps, 5000 + 70000 + 8000);
    ck_assert_uint_eq(ledger->kernel_ps, 70000);
    ck_assert_uint_eq(ledger->transfer_ps, 5000 + 8000); /* the launch's 5 ns belong to the transfer beside it */
    ck_assert_uint_eq(ledger->launch_ps, 0);
    ck_assert_uint_eq(ledger->to_unit_ps, 48000);
    toy_close(&toy);
}
END_TEST

START_TEST(a_reset_account_starts_at_zero_and_time_goes_on)
{
    struct toy toy;
    toy_open(&toy, "toy-counter", NULL, NULL);
    toy_load(&toy, ALL, "+.", 2);
    ck_assert_status(pim_device_run(toy.device, ALL, &toy.error), PIM_OK, &toy.error);
    uint64_t now = pim_device_now_ps(toy.device);
    ck_assert_status(pim_ledger_reset(toy.device, &toy.error), PIM_OK, &toy.error);
    const struct pim_ledger *ledger = pim_device_ledger(toy.device);
    ck_assert_uint_eq(ledger->elapsed_ps + ledger->counters[0] + ledger->launches + ledger->kernel_ps, 0);
    ck_assert(ledger->total_energy == 0);
    ck_assert_uint_eq(pim_device_now_ps(toy.device), now);
    ck_assert_status(pim_device_run(toy.device, ALL, &toy.error), PIM_OK, &toy.error);
    ledger = pim_device_ledger(toy.device);
    ck_assert_uint_eq(ledger->elapsed_ps, now);
    ck_assert_uint_eq(ledger->counters[0], 6);
    ps_eq(ledger);
    ck_assert_status(pim_device_reset(toy.device, &toy.error), PIM_OK, &toy.error);
    ck_assert_uint_eq(pim_device_ledger(toy.device)->counters[0], 0);
    ck_assert_int_eq(pim_device_run(toy.device, ALL, NULL), PIM_USAGE); /* the programs are gone */
    toy_close(&toy);
}
END_TEST

static void count_calls(void *context, uint32_t done, uint32_t units, uint64_t cycles)
{
    (void)cycles;
    ck_assert_uint_le(done, units);
    ++*(unsigned *)context;
}

/* Progress looks at the wall clock, results do not. */
START_TEST(progress_is_shown_and_changes_nothing)
{
    unsigned calls = 0;
    struct pim_device_options options = {.threads = 2, .max_cycles = 50000000, .progress = count_calls, .progress_context = &calls};
    struct toy toy;
    toy_open(&toy, "toy-counter", NULL, &options);
    toy_load(&toy, ALL, "+++<", 4);
    ck_assert_int_eq(pim_device_run(toy.device, ALL, NULL), PIM_LIMIT);
    ck_assert_uint_gt(calls, 0);
    ck_assert_uint_eq(pim_device_ledger(toy.device)->counters[2], UINT64_C(300000000));
    toy_close(&toy);
}
END_TEST

/* Threads of this process, but for the caller, that leave SIGTERM to others. */
static unsigned threads_without_signals(void)
{
    unsigned count = 0;
    DIR *tasks = opendir("/proc/self/task");
    ck_assert_ptr_nonnull(tasks);
    for (const struct dirent *task; (task = readdir(tasks)) != NULL;) {
        char path[300], line[200];
        unsigned long long blocked = 0;
        if (atoi(task->d_name) == getpid() || atoi(task->d_name) == 0)
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", task->d_name);
        FILE *file = fopen(path, "r");
        while (file && fgets(line, sizeof line, file))
            sscanf(line, "SigBlk: %llx", &blocked);
        if (file)
            fclose(file);
        count += blocked >> (SIGTERM - 1) & 1 && !(blocked >> (SIGSEGV - 1) & 1);
    }
    closedir(tasks);
    return count;
}

/* Do signals to the process stay with its own threads? A handler that runs on a thread of ours and calls exit() waits for that thread for ever. */
START_TEST(threads_take_no_signals)
{
    struct pim_device_options options = {.threads = 4, .mode = PIM_TIMING};
    struct toy toy;
    sigset_t now;
    ck_assert_uint_eq(threads_without_signals(), 0);
    toy_open(&toy, "toy-counter", NULL, &options);
    for (int tries = 0; tries < 10000 && threads_without_signals() < 3; tries++)
        usleep(1000); /* while a thread begins, the C library has all signals blocked */
    ck_assert_uint_eq(threads_without_signals(), 3);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &now), 0);
    ck_assert_int_eq(sigismember(&now, SIGTERM), 0);
    toy_close(&toy);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core device");
    TCase *toys_case = tcase_create("do unknown back-ends run end to end");
    tcase_add_test(toys_case, the_built_in_toy_computes_and_accounts);
    tcase_add_test(toys_case, the_plug_in_computes_and_brings_a_target);
    suite_add_tcase(suite, toys_case);
    TCase *threads = tcase_create("is it deterministic");
    tcase_add_loop_test(threads, any_number_of_threads_gives_the_same_bytes, 0, 2);
    tcase_add_loop_test(threads, events_arrive_in_order_of_time_unit_and_sequence, 0, 2);
    tcase_add_loop_test(threads, a_limit_stops_at_the_cycle, 0, 2);
    tcase_add_test(threads, progress_is_shown_and_changes_nothing);
    tcase_add_test(threads, threads_take_no_signals);
    tcase_set_timeout(threads, 60);
    suite_add_tcase(suite, threads);
    TCase *endings = tcase_create("are guest faults values");
    tcase_add_test(endings, a_fault_is_a_value_and_the_others_run_on);
    tcase_add_test(endings, a_sink_that_fails_ends_the_run_with_its_error);
    suite_add_tcase(suite, endings);
    TCase *refused = tcase_create("is what cannot be refused");
    tcase_add_loop_test(refused, a_wrong_piece_is_refused_before_any_byte_moves, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(refused, devices_that_cannot_be_are_refused);
    suite_add_tcase(suite, refused);
    TCase *queues = tcase_create("does time add up");
    tcase_add_test(queues, a_blocking_host_waits_for_each_call);
    tcase_add_test(queues, asynchronous_queues_overlap_and_the_partition_is_exclusive);
    tcase_add_test(queues, a_reset_account_starts_at_zero_and_time_goes_on);
    suite_add_tcase(suite, queues);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
