/* Launches from their start to their account.
 *
 * A launch that was started stands in the device's list until its units have ended; how far they have run is nobody's business but that
 * of who waits for them, or touches their memory meanwhile. What it cost is accounted for when it has ended. Two rules keep time
 * consistent until then: its queues are busy until its units begin, and the timeline is not settled past its start.
 */
#include "device.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLICE_CYCLES = 1 << 12 };

/* ------------------------------------------------------------------------------- accounting --- */

/* The interval that every unit of the launch fits in, the time of each queue, and what the ledger sums. */
static enum pim_status account(struct pim_device *device, const struct pim_launch *launch, uint64_t *end_ps,
                               struct pim_error *error)
{
    uint64_t longest = 0;
    *end_ps = launch->begin_ps;
    for (uint32_t i = 0; i < launch->count; i++) {
        struct pim_unit_status status;
        pim_account_touch(device, launch->units[i]);
        device->backend->status(device->machine, launch->units[i], &status);
        if (status.now_ps == UINT64_MAX)
            return pim_fail(error, PIM_LIMIT, "unit %" PRIu32 ": its time would pass 2^64 ps", launch->units[i]);
        uint64_t unit_end_ps = status.now_ps > launch->begin_ps ? status.now_ps : launch->begin_ps;
        uint64_t *queue_ps = &device->queues.now_ps[pim_queue_of(&device->queues, launch->units[i])];
        *queue_ps = unit_end_ps > *queue_ps ? unit_end_ps : *queue_ps;
        *end_ps = unit_end_ps > *end_ps ? unit_end_ps : *end_ps;
        longest = status.elapsed_cycles > longest ? status.elapsed_cycles : longest;
        device->account.busy_unit_ps += unit_end_ps - launch->begin_ps;
    }
    device->account.launches++;
    device->account.kernel_cycles += longest;
    if (!pim_timeline_add(&device->timeline, PIM_TIME_LAUNCH, launch->start_ps, launch->begin_ps) ||
        !pim_timeline_add(&device->timeline, PIM_TIME_KERNEL, launch->begin_ps, *end_ps))
        return pim_fail(error, PIM_NO_MEMORY, "no memory for the account of a launch");
    return PIM_OK;
}

/* ---------------------------------------------------------------------------------- endings --- */

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
        if (!device->backend->fault(device->machine, ending->unit, fault))
            describe_waiting(device, ending->unit, fault);
        return true;
    }
    return false;
}

static void collect_endings(struct pim_device *device, const struct pim_launch *launch)
{
    for (uint32_t i = 0; i < launch->count; i++)
        if (launch->runs[i] != PIM_DONE && device->ending_count < device->units)
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

/* ------------------------------------------------------------------------------------- life --- */

static void free_launch(struct pim_launch *launch)
{
    free(launch->runs);
    free(launch->units);
    free(launch);
}

void pim_launches_drop(struct pim_device *device)
{
    while (device->launches) {
        struct pim_launch *launch = device->launches;
        device->launches = launch->next;
        free_launch(launch);
    }
}

static struct pim_launch *make_launch(const uint32_t *units, size_t count)
{
    struct pim_launch *launch = calloc(1, sizeof *launch);
    if (!launch)
        return NULL;
    *launch = (struct pim_launch){.count = (uint32_t)count, .slice_cycles = FIRST_SLICE_CYCLES};
    launch->units = calloc(count, sizeof *launch->units);
    launch->runs = calloc(count, sizeof *launch->runs);
    if (!launch->units || !launch->runs) {
        free_launch(launch);
        return NULL;
    }
    memcpy(launch->units, units, count * sizeof *units);
    for (size_t i = 0; i < count; i++)
        launch->runs[i] = PIM_LIMITED;
    return launch;
}

/* The units of one launch start together: when the last of the queues they touch is free. */
static uint64_t start_time(const struct pim_queues *queues, const struct pim_launch *launch)
{
    uint64_t start_ps = 0;
    for (uint32_t i = 0; i < launch->count; i++) {
        uint64_t queue_ps = pim_queue_start(queues, pim_queue_of(queues, launch->units[i]));
        start_ps = queue_ps > start_ps ? queue_ps : start_ps;
    }
    return start_ps;
}

static enum pim_status begin(struct pim_device *device, struct pim_launch *launch, struct pim_error *error)
{
    uint64_t overhead_ps = 0;
    launch->start_ps = start_time(&device->queues, launch);
    enum pim_status status = device->backend->launch(device->machine, launch->units, launch->count, launch->start_ps,
                                                     device->options.mode, &overhead_ps, error);
    if (status != PIM_OK)
        return status;
    if (__builtin_add_overflow(launch->start_ps, overhead_ps, &launch->begin_ps) || launch->begin_ps == UINT64_MAX)
        return pim_fail(error, PIM_LIMIT, "launch: the machine's time would pass 2^64 ps");
    for (uint32_t i = 0; i < launch->count; i++)
        device->queues.now_ps[pim_queue_of(&device->queues, launch->units[i])] = launch->begin_ps;
    return PIM_OK;
}

/* The launch has ended: take it out of the list and account for it. */
static enum pim_status end(struct pim_device *device, struct pim_launch *launch, struct pim_error *error)
{
    uint64_t end_ps = 0;
    struct pim_launch **place = &device->launches;
    while (*place != launch)
        place = &(*place)->next;
    *place = launch->next;
    collect_endings(device, launch);
    enum pim_status status = account(device, launch, &end_ps, error);
    free_launch(launch);
    return status == PIM_OK ? pim_device_end_call(device, end_ps, error) : status;
}

/* --------------------------------------------------------------------------------- advancing --- */

static bool touches(const struct pim_launch *launch, struct pim_units units)
{
    for (uint32_t i = 0; i < launch->count; i++)
        if (launch->units[i] - units.first < units.count)
            return true;
    return false;
}

/* Cycles of a launch's clock that have passed at that time. */
static uint64_t cycles_at(const struct pim_device *device, const struct pim_launch *launch, uint64_t time_ps)
{
    if (time_ps == UINT64_MAX)
        return UINT64_MAX;
    return time_ps > launch->begin_ps ? pim_clock_next_edge(device->clock, time_ps - launch->begin_ps) : 0;
}

/* No unit goes on: each has ended, or has reached the bound of every launch. */
static bool has_ended(const struct pim_device *device, const struct pim_launch *launch)
{
    struct pim_unit_status status;
    for (uint32_t i = 0; i < launch->count; i++) {
        if (launch->runs[i] != PIM_LIMITED && launch->runs[i] != PIM_WAITING)
            continue;
        device->backend->status(device->machine, launch->units[i], &status);
        if (!device->options.max_cycles || status.elapsed_cycles < device->options.max_cycles)
            return false;
    }
    return true;
}

static enum pim_status advance(struct pim_device *device, struct pim_launch *launch, uint64_t until_ps,
                               struct pim_error *error)
{
    bool attended = until_ps != UINT64_MAX;
    enum pim_status status =
        pim_launch_execute(device, launch, cycles_at(device, launch, until_ps), attended, error);
    if (status == PIM_OK && attended && !has_ended(device, launch))
        return PIM_OK;
    enum pim_status ended = end(device, launch, error);
    return status == PIM_OK ? ended : status;
}

enum pim_status pim_device_advance(struct pim_device *device, struct pim_units units, uint64_t until_ps,
                                   struct pim_error *error)
{
    enum pim_status status = pim_device_check_units(device, &units, error);
    if (status != PIM_OK)
        return status;
    device->ending_count = 0;
    for (struct pim_launch *launch = device->launches, *next; launch; launch = next) {
        next = launch->next;
        if (!touches(launch, units))
            continue;
        enum pim_status advanced = advance(device, launch, until_ps, error);
        status = status == PIM_OK ? advanced : status;
    }
    return status == PIM_OK ? ending_status(device, error) : status;
}

/* --------------------------------------------------------------------------------- interface --- */

bool pim_device_running(const struct pim_device *device, uint32_t unit)
{
    for (const struct pim_launch *launch = device->launches; launch; launch = launch->next)
        for (uint32_t i = 0; i < launch->count; i++)
            if (launch->units[i] == unit)
                return launch->runs[i] == PIM_LIMITED || launch->runs[i] == PIM_WAITING;
    return false;
}

static enum pim_status check_list(const struct pim_device *device, const uint32_t *units, size_t count,
                                  struct pim_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (units[i] >= device->units || (i && units[i] <= units[i - 1]))
            return pim_fail(error, PIM_USAGE, "launch: unit %" PRIu32 " at place %zu of the list, expected ascending units below %" PRIu32,
                            units[i], i, device->units);
        for (const struct pim_launch *launch = device->launches; launch; launch = launch->next)
            if (touches(launch, (struct pim_units){units[i], 1}))
                return pim_fail(error, PIM_USAGE, "launch: unit %" PRIu32 " runs already", units[i]);
    }
    return PIM_OK;
}

enum pim_status pim_device_start(struct pim_device *device, const uint32_t *units, size_t count,
                                 struct pim_error *error)
{
    enum pim_status status = check_list(device, units, count, error);
    if (status != PIM_OK || !count)
        return status;
    struct pim_launch *launch = make_launch(units, count);
    if (!launch)
        return pim_fail(error, PIM_NO_MEMORY, "no memory to launch %zu units", count);
    status = begin(device, launch, error);
    if (status != PIM_OK) {
        free_launch(launch);
        return status;
    }
    struct pim_launch **place = &device->launches;
    while (*place)
        place = &(*place)->next;
    *place = launch;
    return PIM_OK;
}

enum pim_status pim_device_run_units(struct pim_device *device, const uint32_t *units, size_t count,
                                     struct pim_error *error)
{
    struct pim_launch *launch;
    enum pim_status status = pim_device_start(device, units, count, error);
    if (status != PIM_OK || !count)
        return status;
    for (launch = device->launches; launch->next;)
        launch = launch->next;
    device->ending_count = 0;
    status = advance(device, launch, UINT64_MAX, error);
    return status == PIM_OK ? ending_status(device, error) : status;
}

enum pim_status pim_device_run(struct pim_device *device, struct pim_units units, struct pim_error *error)
{
    enum pim_status status = pim_device_check_units(device, &units, error);
    if (status != PIM_OK)
        return status;
    uint32_t *list = pim_device_list_units(units);
    status = list ? pim_device_run_units(device, list, units.count, error)
                  : pim_fail(error, PIM_NO_MEMORY, "no memory to launch %" PRIu32 " units", units.count);
    free(list);
    return status;
}
