/* Launches: start the units, run them on the host threads, account for them.
 *
 * Without sinks each unit runs to its end on one thread. With sinks all units run in slices of equal length, so that the events of a
 * slice can be merged by (time, unit, sequence) and handed on in bounded memory. The length of slices follows from the number of events
 * alone: the same for any number of threads.
 */
#include "device.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PROGRESS_SLICE_CYCLES = 1 << 24, /* between two looks at the clock */
    PROGRESS_MILLISECONDS = 100,
    FIRST_SLICE_CYCLES = 1 << 12,
    SHORTEST_SLICE_CYCLES = 1 << 6,
    LONGEST_SLICE_CYCLES = 1 << 24,
    SLICE_EVENTS = 1 << 18, /* wished for */
};

struct launch {
    struct pim_device *device;
    uint32_t count;
    uint32_t *units;             /* active ones first while slices are run */
    enum pim_run *runs;          /* by position in `units` of the whole launch */
    struct pim_event_list *events; /* per active unit; NULL without sinks */
    uint64_t slice_limit;        /* cycles since the launch at which the slice ends */
    atomic_uint_fast64_t cycles; /* emulated so far, summed */
    atomic_uint_fast32_t done;
    struct timespec last_progress;
};

/* -------------------------------------------------------------------------------- progress --- */

static void show_progress(void *context)
{
    struct launch *launch = context;
    const struct pim_device_options *options = &launch->device->options;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t milliseconds = (now.tv_sec - launch->last_progress.tv_sec) * INT64_C(1000) +
                           (now.tv_nsec - launch->last_progress.tv_nsec) / 1000000;
    if (milliseconds < PROGRESS_MILLISECONDS)
        return;
    launch->last_progress = now;
    options->progress(options->progress_context, (uint32_t)atomic_load(&launch->done), launch->count,
                      atomic_load(&launch->cycles));
}

static uint64_t elapsed_cycles(const struct launch *launch, uint32_t unit)
{
    struct pim_unit_status status;
    launch->device->backend->status(launch->device->machine, unit, &status);
    return status.elapsed_cycles;
}

/* ------------------------------------------------------------------------------ whole runs --- */

static uint64_t cycle_limit(const struct launch *launch)
{
    uint64_t limit = launch->device->options.max_cycles;
    return limit ? limit : UINT64_MAX;
}

static uint64_t next_limit(uint64_t now, uint64_t slice, uint64_t last)
{
    return last - now <= slice ? last : now + slice;
}

/* The looks at the clock between slices change nothing: a limit stops at an exact cycle. */
static void run_whole_unit(void *context, size_t piece, unsigned worker)
{
    struct launch *launch = context;
    const struct pim_device *device = launch->device;
    uint32_t unit = launch->units[piece];
    uint64_t before = 0, last = cycle_limit(launch), limit = 0;
    enum pim_run run;
    do {
        limit = device->options.progress ? next_limit(limit, PROGRESS_SLICE_CYCLES, last) : last;
        run = device->backend->run_until(device->machine, unit, limit, NULL);
        uint64_t now = elapsed_cycles(launch, unit);
        atomic_fetch_add(&launch->cycles, now - before);
        before = now;
        if (device->options.progress && !worker)
            show_progress(launch);
    } while (run == PIM_LIMITED && limit < last);
    launch->runs[piece] = run;
    atomic_fetch_add(&launch->done, 1);
}

static void run_whole(struct launch *launch)
{
    const struct pim_job job = {
        .pieces = launch->count,
        .run = run_whole_unit,
        .wait = launch->device->options.progress ? show_progress : NULL,
        .context = launch,
    };
    pim_workers_run(launch->device->workers, &job);
}

/* ---------------------------------------------------------------------------------- slices --- */

static int by_time_unit_sequence(const void *left, const void *right)
{
    const struct pim_event *a = left, *b = right;
    if (a->time_ps != b->time_ps)
        return a->time_ps < b->time_ps ? -1 : 1;
    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

/* Hand the slice's events to the sinks in order and empty the lists. */
static enum pim_status flush_events(struct launch *launch, size_t *flushed, struct pim_error *error)
{
    size_t total = 0;
    for (uint32_t i = 0; i < launch->count; i++) {
        if (launch->events[i].failed)
            return pim_fail(error, PIM_NO_MEMORY, "no memory for the events of unit %" PRIu32, launch->units[i]);
        total += launch->events[i].count;
    }
    *flushed = total;
    if (!total)
        return PIM_OK;
    struct pim_event *merged = malloc(total * sizeof *merged);
    if (!merged)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %zu events", total);
    total = 0;
    for (uint32_t i = 0; i < launch->count; i++) {
        struct pim_event_list *list = &launch->events[i];
        if (list->count)
            memcpy(merged + total, list->events, list->count * sizeof *merged);
        total += list->count;
        list->count = 0;
    }
    qsort(merged, total, sizeof *merged, by_time_unit_sequence);
    enum pim_status status = pim_device_emit(launch->device, merged, total, error);
    free(merged);
    return status;
}

static void run_unit_slice(void *context, size_t piece, unsigned worker)
{
    struct launch *launch = context;
    const struct pim_device *device = launch->device;
    if (launch->runs[piece] != PIM_LIMITED)
        return;
    uint32_t unit = launch->units[piece];
    uint64_t before = elapsed_cycles(launch, unit);
    launch->runs[piece] =
        device->backend->run_until(device->machine, unit, launch->slice_limit, &launch->events[piece]);
    atomic_fetch_add(&launch->cycles, elapsed_cycles(launch, unit) - before);
    if (launch->runs[piece] != PIM_LIMITED)
        atomic_fetch_add(&launch->done, 1);
    if (device->options.progress && !worker)
        show_progress(launch);
}

static uint64_t adapt(uint64_t slice, size_t events)
{
    if (events > 2 * SLICE_EVENTS && slice > SHORTEST_SLICE_CYCLES)
        return slice / 2;
    if (events < SLICE_EVENTS / 2 && slice < LONGEST_SLICE_CYCLES)
        return slice * 2;
    return slice;
}

static enum pim_status run_slices(struct launch *launch, struct pim_error *error)
{
    const struct pim_job job = {
        .pieces = launch->count,
        .run = run_unit_slice,
        .wait = launch->device->options.progress ? show_progress : NULL,
        .context = launch,
    };
    uint64_t slice = FIRST_SLICE_CYCLES, last = cycle_limit(launch);
    for (uint32_t i = 0; i < launch->count; i++)
        launch->runs[i] = PIM_LIMITED;
    launch->slice_limit = 0;
    while (atomic_load(&launch->done) < launch->count && launch->slice_limit < last) {
        size_t events = 0;
        launch->slice_limit = next_limit(launch->slice_limit, slice, last);
        pim_workers_run(launch->device->workers, &job);
        enum pim_status status = flush_events(launch, &events, error);
        if (status != PIM_OK)
            return status;
        slice = adapt(slice, events);
    }
    return PIM_OK;
}

/* ------------------------------------------------------------------------------ accounting --- */

static enum pim_status account(struct launch *launch, uint64_t start_ps, uint64_t overhead_ps,
                               struct pim_error *error)
{
    struct pim_device *device = launch->device;
    uint64_t begin_ps, end_ps, longest = 0;
    if (__builtin_add_overflow(start_ps, overhead_ps, &begin_ps) || begin_ps == UINT64_MAX)
        return pim_fail(error, PIM_LIMIT, "launch: the machine's time would pass 2^64 ps");
    end_ps = begin_ps;
    for (uint32_t i = 0; i < launch->count; i++) {
        struct pim_unit_status status;
        device->backend->status(device->machine, launch->units[i], &status);
        if (status.now_ps == UINT64_MAX)
            return pim_fail(error, PIM_LIMIT, "unit %" PRIu32 ": its time would pass 2^64 ps", launch->units[i]);
        uint64_t unit_end_ps = status.now_ps > begin_ps ? status.now_ps : begin_ps;
        uint64_t *queue_ps = &device->queues.now_ps[pim_queue_of(&device->queues, launch->units[i])];
        *queue_ps = unit_end_ps > *queue_ps ? unit_end_ps : *queue_ps;
        end_ps = unit_end_ps > end_ps ? unit_end_ps : end_ps;
        longest = status.elapsed_cycles > longest ? status.elapsed_cycles : longest;
        device->account.busy_unit_ps += unit_end_ps - begin_ps;
    }
    device->account.launches++;
    device->account.kernel_cycles += longest;
    if (!pim_timeline_add(&device->timeline, PIM_TIME_LAUNCH, start_ps, begin_ps) ||
        !pim_timeline_add(&device->timeline, PIM_TIME_KERNEL, begin_ps, end_ps))
        return pim_fail(error, PIM_NO_MEMORY, "no memory for the account of a launch");
    return pim_device_end_call(device, end_ps, error);
}

/* -------------------------------------------------------------------------------- endings --- */

static void describe_waiting(const struct pim_device *device, uint32_t unit, struct pim_fault *fault)
{
    *fault = (struct pim_fault){.unit = unit, .lane = -1};
    snprintf(fault->kind, sizeof fault->kind, "deadlock");
    snprintf(fault->reason, sizeof fault->reason, "the unit of back-end '%s' waits for the host, which waits for the unit",
             device->backend->name);
}

bool pim_device_fault(const struct pim_device *device, size_t index, struct pim_fault *fault)
{
    for (size_t i = 0; i < device->ending_count; i++) {
        const struct pim_ending *ending = &device->endings[i];
        if (ending->run == PIM_LIMITED || index--)
            continue;
        if (ending->run == PIM_WAITING || !device->backend->fault(device->machine, ending->unit, fault))
            describe_waiting(device, ending->unit, fault);
        return true;
    }
    return false;
}

static void collect_endings(struct launch *launch)
{
    struct pim_device *device = launch->device;
    device->ending_count = 0;
    for (uint32_t i = 0; i < launch->count; i++)
        if (launch->runs[i] != PIM_DONE)
            device->endings[device->ending_count++] = (struct pim_ending){launch->units[i], launch->runs[i]};
}

/* A fault counts more than a limit; the text is about the first unit. */
static enum pim_status ending_status(const struct pim_device *device, struct pim_error *error)
{
    struct pim_fault fault;
    if (!device->ending_count)
        return PIM_OK;
    if (!pim_device_fault(device, 0, &fault))
        return pim_fail(error, PIM_LIMIT, "unit %" PRIu32 ": not done after %" PRIu64 " cycles (%zu of the units are not)",
                        device->endings[0].unit, device->options.max_cycles, device->ending_count);
    char lane[32] = "", function[160] = "";
    if (fault.lane >= 0)
        snprintf(lane, sizeof lane, ", tasklet %" PRId32, fault.lane);
    if (*fault.function)
        snprintf(function, sizeof function, " (%s)", fault.function);
    return pim_fail(error, PIM_GUEST_FAULT, "unit %" PRIu32 "%s, pc %" PRIu64 "%s: %s: %s", fault.unit, lane, fault.pc, function,
                    fault.kind, fault.reason);
}

/* --------------------------------------------------------------------------------- launch --- */

static void free_launch(struct launch *launch)
{
    for (uint32_t i = 0; launch->events && i < launch->count; i++)
        free(launch->events[i].events);
    free(launch->events);
    free(launch->runs);
    free(launch->units);
}

static enum pim_status make_launch(struct launch *launch, struct pim_device *device, size_t count,
                                   struct pim_error *error)
{
    *launch = (struct launch){.device = device, .count = (uint32_t)count};
    launch->units = calloc(count, sizeof *launch->units);
    launch->runs = calloc(count, sizeof *launch->runs);
    if (device->sink_count)
        launch->events = calloc(count, sizeof *launch->events);
    if (!launch->units || !launch->runs || (device->sink_count && !launch->events))
        return pim_fail(error, PIM_NO_MEMORY, "no memory to launch %zu units", count);
    clock_gettime(CLOCK_MONOTONIC, &launch->last_progress);
    return PIM_OK;
}

/* The units of one launch start together: when the last of the queues they touch is free. */
static uint64_t start_time(const struct launch *launch)
{
    const struct pim_queues *queues = &launch->device->queues;
    uint64_t start_ps = 0;
    for (uint32_t i = 0; i < launch->count; i++) {
        uint64_t queue_ps = pim_queue_start(queues, pim_queue_of(queues, launch->units[i]));
        start_ps = queue_ps > start_ps ? queue_ps : start_ps;
    }
    return start_ps;
}

static enum pim_status run_launch(struct launch *launch, struct pim_error *error)
{
    struct pim_device *device = launch->device;
    uint64_t start_ps = start_time(launch), overhead_ps = 0;
    enum pim_status status = device->backend->launch(device->machine, launch->units, launch->count, start_ps,
                                                     device->options.mode, &overhead_ps, error);
    if (status != PIM_OK)
        return status;
    if (launch->events)
        status = run_slices(launch, error);
    else
        run_whole(launch);
    if (status != PIM_OK)
        return status;
    collect_endings(launch);
    status = account(launch, start_ps, overhead_ps, error);
    return status == PIM_OK ? ending_status(device, error) : status;
}

enum pim_status pim_device_run(struct pim_device *device, struct pim_units units, struct pim_error *error)
{
    struct launch launch;
    enum pim_status status = pim_device_check_units(device, &units, error);
    if (status != PIM_OK)
        return status;
    device->ending_count = 0;
    status = make_launch(&launch, device, units.count, error);
    for (uint32_t i = 0; status == PIM_OK && i < units.count; i++)
        launch.units[i] = units.first + i;
    if (status == PIM_OK)
        status = run_launch(&launch, error);
    free_launch(&launch);
    return status;
}

static enum pim_status check_list(const struct pim_device *device, const uint32_t *units, size_t count,
                                  struct pim_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (units[i] >= device->units || (i && units[i] <= units[i - 1]))
            return pim_fail(error, PIM_USAGE, "launch: unit %" PRIu32 " at place %zu of the list, expected ascending units below %" PRIu32,
                            units[i], i, device->units);
    return PIM_OK;
}

enum pim_status pim_device_run_units(struct pim_device *device, const uint32_t *units, size_t count,
                                     struct pim_error *error)
{
    struct launch launch;
    enum pim_status status = check_list(device, units, count, error);
    if (status != PIM_OK || !count)
        return status;
    device->ending_count = 0;
    status = make_launch(&launch, device, count, error);
    if (status == PIM_OK) {
        memcpy(launch.units, units, count * sizeof *units);
        status = run_launch(&launch, error);
    }
    free_launch(&launch);
    return status;
}
