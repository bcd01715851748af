/* A device: a machine of a back-end with its queues, its account and its sinks. What a call does to the machine happens at once; what it
 * costs advances the queues it touches.
 */
#include "config.h" /* GNU extensions of the C library */

#include "device.h"

#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parameter.h"

enum { THREADS_MAX = 256 };

static enum pim_status no_memory(struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "no memory for a device");
}

/* ----------------------------------------------------------------------------- open, close --- */

/* That this process may use: a container or `taskset` may leave it some of them only. */
static long usable_cores(void)
{
    cpu_set_t cores;
    return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : sysconf(_SC_NPROCESSORS_ONLN);
}

static unsigned threads_for(uint32_t asked, uint32_t units)
{
    long cores = asked ? (long)asked : usable_cores();
    if (cores < 1)
        cores = 1;
    if (cores > THREADS_MAX)
        cores = THREADS_MAX;
    return cores > (long)units ? (unsigned)units : (unsigned)cores;
}

static enum pim_status choose_units(struct pim_device *device, struct pim_error *error)
{
    uint64_t all = pim_target_units(device->target);
    if (!all || all > UINT32_MAX)
        return pim_fail(error, PIM_BAD_INPUT, "target '%s': its levels multiply to %" PRIu64 " units, expected 1 to %" PRIu32,
                        pim_target_name(device->target), all, UINT32_MAX);
    if (device->options.units > all)
        return pim_fail(error, PIM_BAD_INPUT, "%" PRIu32 " units: target '%s' has %" PRIu64, device->options.units,
                        pim_target_name(device->target), all);
    device->units = device->options.units ? device->options.units : (uint32_t)all;
    return PIM_OK;
}

static enum pim_status open_parts(struct pim_device *device, struct pim_error *error)
{
    const struct pim_backend *backend = device->backend;
    if (device->options.mode == PIM_REPRESENTATIVE && !backend->representative)
        return pim_fail(error, PIM_BAD_INPUT, "representative mode: the timing of back-end '%s' depends on data", backend->name);
    while (backend->events[device->first_core_kind].name)
        device->first_core_kind++;
    enum pim_status status = choose_units(device, error);
    if (status == PIM_OK)
        status = pim_queues_open(&device->queues, device->target, device->units, error);
    device->clock = pim_clock_from_mhz(pim_parameter_real(pim_parameter_find(backend, backend->clock_key),
                                                          pim_target_parameters(device->target)));
    if (backend->dispatch_key)
        device->dispatch_ps = (uint64_t)llround(1e6 * pim_parameter_real(pim_parameter_find(backend, backend->dispatch_key),
                                                                         pim_target_parameters(device->target)));
    if (status == PIM_OK)
        status = pim_workers_open(&device->workers, threads_for(device->options.threads, device->units), error);
    if (status == PIM_OK && !(device->endings = calloc(device->units, sizeof *device->endings)))
        status = no_memory(error);
    if (status == PIM_OK)
        status = backend->open(pim_target_parameters(device->target), device->units, &device->machine, error);
    if (status == PIM_OK)
        status = pim_account_open(device, error);
    return status;
}

enum pim_status pim_device_open(const struct pim_target *target, const struct pim_device_options *options,
                                struct pim_device **device, struct pim_error *error)
{
    *device = calloc(1, sizeof **device);
    if (!*device)
        return no_memory(error);
    (*device)->target = target;
    (*device)->backend = pim_target_backend(target);
    if (options)
        (*device)->options = *options;
    enum pim_status status = open_parts(*device, error);
    if (status == PIM_OK)
        return PIM_OK;
    pim_device_close(*device);
    *device = NULL;
    return status;
}

void pim_device_close(struct pim_device *device)
{
    if (!device)
        return;
    pim_launches_drop(device);
    pim_device_finish(device, NULL);
    pim_workers_close(device->workers);
    if (device->machine)
        device->backend->close(device->machine);
    pim_sinks_destroy(device);
    pim_account_close(&device->account);
    pim_timeline_free(&device->timeline);
    pim_queues_close(&device->queues);
    free(device->endings);
    free(device);
}

enum pim_status pim_device_reset(struct pim_device *device, struct pim_error *error)
{
    pim_launches_drop(device);
    device->backend->reset(device->machine);
    device->ending_count = 0;
    return pim_ledger_reset(device, error);
}

/* ------------------------------------------------------------------------------- accessors --- */

uint32_t pim_device_units(const struct pim_device *device)
{
    return device->units;
}

const struct pim_backend *pim_device_backend(const struct pim_device *device)
{
    return device->backend;
}

const struct pim_target *pim_device_target(const struct pim_device *device)
{
    return device->target;
}

void *pim_device_machine(struct pim_device *device)
{
    return device->machine;
}

uint64_t pim_device_now_ps(const struct pim_device *device)
{
    return pim_queues_now(&device->queues);
}

enum pim_status pim_device_check_units(const struct pim_device *device, struct pim_units *units,
                                       struct pim_error *error)
{
    if (units->first >= device->units || units->count > device->units - units->first)
        return pim_fail(error, PIM_USAGE, "units %" PRIu32 " to %" PRIu64 ": the device has %" PRIu32, units->first,
                        (uint64_t)units->first + (units->count ? units->count - 1 : 0), device->units);
    if (!units->count)
        units->count = device->units - units->first;
    return PIM_OK;
}

uint32_t *pim_device_list_units(struct pim_units units)
{
    uint32_t *list = calloc((size_t)units.count + 1, sizeof *list);
    for (uint32_t i = 0; list && i < units.count; i++)
        list[i] = units.first + i;
    return list;
}

/* ---------------------------------------------------------------------------- synchronising --- */

/* What is before the host's clock is over, but for launches that are not accounted for yet. */
static enum pim_status settle_timeline(struct pim_device *device, struct pim_error *error)
{
    uint64_t until_ps = device->queues.host_ps;
    for (const struct pim_launch *launch = device->launches; launch; launch = launch->next)
        until_ps = launch->start_ps < until_ps ? launch->start_ps : until_ps;
    return pim_timeline_settle(&device->timeline, until_ps) ? PIM_OK : no_memory(error);
}

enum pim_status pim_device_end_call(struct pim_device *device, uint64_t end_ps, struct pim_error *error)
{
    if (device->options.asynchronous)
        return PIM_OK;
    pim_queues_wait(&device->queues, end_ps);
    return settle_timeline(device, error);
}

uint64_t pim_device_host_ps(const struct pim_device *device)
{
    return device->queues.host_ps;
}

uint64_t pim_device_idle_ps(const struct pim_device *device, struct pim_units units)
{
    uint64_t idle_ps = 0;
    if (pim_device_check_units(device, &units, NULL) != PIM_OK)
        return idle_ps;
    uint32_t last = pim_queue_of(&device->queues, units.first + units.count - 1);
    for (uint32_t queue = pim_queue_of(&device->queues, units.first); queue <= last; queue++)
        if (device->queues.now_ps[queue] > idle_ps)
            idle_ps = device->queues.now_ps[queue];
    return idle_ps;
}

enum pim_status pim_device_pass_time(struct pim_device *device, uint64_t until_ps, struct pim_error *error)
{
    pim_queues_wait(&device->queues, until_ps);
    return settle_timeline(device, error);
}

enum pim_status pim_device_wait(struct pim_device *device, struct pim_units units, struct pim_error *error)
{
    enum pim_status status = pim_device_check_units(device, &units, error);
    if (status != PIM_OK)
        return status;
    status = pim_device_advance(device, units, UINT64_MAX, error);
    enum pim_status passed = pim_device_pass_time(device, pim_device_idle_ps(device, units), error);
    return status == PIM_OK ? passed : status;
}

enum pim_status pim_device_synchronise(struct pim_device *device, struct pim_error *error)
{
    return pim_device_wait(device, (struct pim_units){0, 0}, error);
}

/* ----------------------------------------------------------------------------------- loads --- */

/* Is there as much of everything as the program says it needs? */
static enum pim_status check_requirements(const struct pim_device *device, const struct pim_image *image, struct pim_error *error)
{
    for (size_t i = 0; i < image->requirement_count; i++) {
        const struct pim_requirement *required = &image->requirements[i];
        const struct pim_parameter *row = pim_parameter_find(device->backend, required->key);
        if (!row || row->type != PIM_INTEGER)
            return pim_fail(error, PIM_BAD_INPUT, "%s: requires %s, which back-end '%s' does not have", image->path, required->key,
                            device->backend->name);
        uint64_t has = pim_parameter_integer(row, pim_target_parameters(device->target));
        if (has < required->least)
            return pim_fail(error, PIM_BAD_INPUT, "%s: requires %s of at least %" PRIu64 ", target '%s' has %" PRIu64, image->path, required->key,
                            required->least, pim_target_name(device->target), has);
    }
    return PIM_OK;
}

enum pim_status pim_device_load(struct pim_device *device, struct pim_units units,
                                const struct pim_image *image, struct pim_error *error)
{
    enum pim_status status = pim_device_check_units(device, &units, error);
    if (status != PIM_OK)
        return status;
    if (strcmp(image->instruction_set, device->backend->instruction_set))
        return pim_fail(error, PIM_BAD_INPUT, "%s: a program for '%s', expected one for '%s'", image->path,
                        image->instruction_set, device->backend->instruction_set);
    status = check_requirements(device, image, error);
    if (status != PIM_OK)
        return status;
    for (uint32_t i = 0; device->launches && i < units.count; i++)
        if (pim_device_running(device, units.first + i))
            return pim_fail(error, PIM_USAGE, "load: unit %" PRIu32 " runs", units.first + i);
    uint32_t *list = pim_device_list_units(units);
    if (!list)
        return no_memory(error);
    status = device->backend->load(device->machine, list, units.count, image, error);
    free(list);
    return status;
}
