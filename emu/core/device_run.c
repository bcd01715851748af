/* How the units of a launch run on the host threads.
 *
 * Without sinks each unit runs to the limit on one thread. With sinks all units run in slices of equal length, so that the events of a
 * slice can be merged by (time, unit, sequence) and handed on in bounded memory. The length of slices follows from the number of events
 * alone: the same for any number of threads.
 */
#include "device.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PROGRESS_SLICE_CYCLES = 1 << 24, /* between two looks at the clock */
    PROGRESS_MILLISECONDS = 100,
    SHORTEST_SLICE_CYCLES = 1 << 6,
    LONGEST_SLICE_CYCLES = 1 << 24,
    SLICE_EVENTS = 1 << 18, /* wished for */
};

/* One call of pim_launch_execute. */
struct execution {
    struct pim_device *device;
    struct pim_launch *launch;
    struct pim_event_list *events; /* per unit; NULL without sinks */
    uint64_t limit;                /* cycles since the launch: of the slice, or without sinks of the whole call */
    bool attended;                 /* the host may still change what a waiting unit waits for */
    atomic_uint_fast64_t cycles;   /* emulated so far, summed */
    atomic_uint_fast32_t done;
    struct timespec last_progress;
};

/* -------------------------------------------------------------------------------- progress --- */

static void show_progress(void *context)
{
    struct execution *execution = context;
    const struct pim_device_options *options = &execution->device->options;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t milliseconds = (now.tv_sec - execution->last_progress.tv_sec) * INT64_C(1000) +
                           (now.tv_nsec - execution->last_progress.tv_nsec) / 1000000;
    if (milliseconds < PROGRESS_MILLISECONDS)
        return;
    execution->last_progress = now;
    options->progress(options->progress_context, (uint32_t)atomic_load(&execution->done), execution->launch->count,
                      atomic_load(&execution->cycles));
}

/* ---------------------------------------------------------------------------------- a unit --- */

static uint64_t elapsed_cycles(const struct pim_device *device, uint32_t unit)
{
    struct pim_unit_status status;
    device->backend->status(device->machine, unit, &status);
    return status.elapsed_cycles;
}

static uint64_t next_limit(uint64_t now, uint64_t slice, uint64_t last)
{
    return last - now <= slice ? last : now + slice;
}

/* A unit that waits for the host has ended when nobody attends to it. */
static bool goes_on(const struct execution *execution, enum pim_run run)
{
    return run == PIM_LIMITED || (run == PIM_WAITING && execution->attended);
}

/* Run to the limit. The looks at the clock on the way change nothing: a limit stops at an exact cycle. A unit whose clock stands still
 * while it waits is left alone. */
static void run_unit(void *context, size_t piece, unsigned worker)
{
    struct execution *execution = context;
    const struct pim_device *device = execution->device;
    enum pim_run *run = &execution->launch->runs[piece];
    uint32_t unit = execution->launch->units[piece];
    uint64_t before, now = elapsed_cycles(device, unit);
    if (!goes_on(execution, *run))
        return;
    do {
        uint64_t limit = execution->limit;
        before = now;
        if (device->options.progress && !execution->events)
            limit = next_limit(now, PROGRESS_SLICE_CYCLES, execution->limit);
        *run = device->backend->run_until(device->machine, unit, limit,
                                          execution->events ? &execution->events[piece] : NULL);
        now = elapsed_cycles(device, unit);
        atomic_fetch_add(&execution->cycles, now - before);
        if (device->options.progress && !worker)
            show_progress(execution);
    } while (goes_on(execution, *run) && now > before && now < execution->limit);
    if (!goes_on(execution, *run))
        atomic_fetch_add(&execution->done, 1);
}

static void run_all(struct execution *execution)
{
    const struct pim_job job = {
        .pieces = execution->launch->count,
        .run = run_unit,
        .wait = execution->device->options.progress ? show_progress : NULL,
        .context = execution,
    };
    pim_workers_run(execution->device->workers, &job);
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
static enum pim_status flush_events(struct execution *execution, size_t *flushed, struct pim_error *error)
{
    const struct pim_launch *launch = execution->launch;
    size_t total = 0;
    for (uint32_t i = 0; i < launch->count; i++) {
        if (execution->events[i].failed)
            return pim_fail(error, PIM_NO_MEMORY, "no memory for the events of unit %" PRIu32, launch->units[i]);
        total += execution->events[i].count;
    }
    *flushed = total;
    if (!total)
        return PIM_OK;
    struct pim_event *merged = malloc(total * sizeof *merged);
    if (!merged)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %zu events", total);
    total = 0;
    for (uint32_t i = 0; i < launch->count; i++) {
        struct pim_event_list *list = &execution->events[i];
        if (list->count)
            memcpy(merged + total, list->events, list->count * sizeof *merged);
        total += list->count;
        list->count = 0;
    }
    qsort(merged, total, sizeof *merged, by_time_unit_sequence);
    enum pim_status status = pim_device_emit(execution->device, merged, total, error);
    free(merged);
    return status;
}

static uint64_t adapt(uint64_t slice, size_t events)
{
    if (events > 2 * SLICE_EVENTS && slice > SHORTEST_SLICE_CYCLES)
        return slice / 2;
    if (events < SLICE_EVENTS / 2 && slice < LONGEST_SLICE_CYCLES)
        return slice * 2;
    return slice;
}

static enum pim_status run_slices(struct execution *execution, uint64_t last, struct pim_error *error)
{
    struct pim_launch *launch = execution->launch;
    enum pim_status status = PIM_OK;
    while (status == PIM_OK && atomic_load(&execution->done) < launch->count && launch->slice_end_cycles < last) {
        size_t events = 0;
        execution->limit = launch->slice_end_cycles =
            next_limit(launch->slice_end_cycles, launch->slice_cycles, last);
        run_all(execution);
        status = flush_events(execution, &events, error);
        launch->slice_cycles = adapt(launch->slice_cycles, events);
    }
    return status;
}

/* ------------------------------------------------------------------------------- interface --- */

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

enum pim_status pim_launch_execute(struct pim_device *device, struct pim_launch *launch, uint64_t limit_cycles,
                                   bool attended, struct pim_error *error)
{
    uint64_t most = device->options.max_cycles ? device->options.max_cycles : UINT64_MAX;
    struct execution execution = {.device = device, .launch = launch, .attended = attended};
    enum pim_status status = PIM_OK;
    clock_gettime(CLOCK_MONOTONIC, &execution.last_progress);
    for (uint32_t i = 0; i < launch->count; i++) {
        if (launch->runs[i] == PIM_WAITING) /* the host may have done what it waits for */
            launch->runs[i] = PIM_LIMITED;
        execution.done += launch->runs[i] != PIM_LIMITED;
    }
    execution.limit = smaller(limit_cycles, most);
    if (!device->sink_count) {
        run_all(&execution);
        return PIM_OK;
    }
    execution.events = calloc(launch->count, sizeof *execution.events);
    if (!execution.events)
        return pim_fail(error, PIM_NO_MEMORY, "no memory to launch %" PRIu32 " units", launch->count);
    status = run_slices(&execution, execution.limit, error);
    for (uint32_t i = 0; i < launch->count; i++)
        free(execution.events[i].events);
    free(execution.events);
    return status;
}
