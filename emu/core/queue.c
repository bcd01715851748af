#include "queue.h"

#include <stdlib.h>
#include <string.h>

#include "parameter.h"

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Product of the counts of the levels from `level` to the innermost. */
static uint64_t units_from(const struct pim_target *target, const struct pim_level *level)
{
    uint64_t units = 1;
    for (; level->name; level++) {
        const struct pim_parameter *row = pim_parameter_find(pim_target_backend(target), level->count_key);
        uint64_t count = pim_parameter_integer(row, pim_target_parameters(target));
        if (__builtin_mul_overflow(units, count, &units))
            return UINT64_MAX;
    }
    return units;
}

uint64_t pim_target_units(const struct pim_target *target)
{
    return units_from(target, pim_target_backend(target)->levels);
}

uint64_t pim_target_units_per_queue(const struct pim_target *target)
{
    const struct pim_backend *backend = pim_target_backend(target);
    const struct pim_level *level = backend->levels;
    while (backend->queue_level && strcmp(level->name, backend->queue_level))
        level++;
    return units_from(target, level + 1);
}

enum pim_status pim_queues_open(struct pim_queues *queues, const struct pim_target *target, uint32_t units,
                                struct pim_error *error)
{
    uint64_t per_queue = pim_target_units_per_queue(target);
    *queues = (struct pim_queues){.units_per_queue = per_queue < units ? (uint32_t)per_queue : units};
    queues->count = (units + queues->units_per_queue - 1) / queues->units_per_queue;
    queues->now_ps = calloc(queues->count, sizeof *queues->now_ps);
    return queues->now_ps ? PIM_OK : pim_fail(error, PIM_NO_MEMORY, "no memory for %u queues", queues->count);
}

void pim_queues_close(struct pim_queues *queues)
{
    free(queues->now_ps);
}

uint32_t pim_queue_of(const struct pim_queues *queues, uint32_t unit)
{
    return unit / queues->units_per_queue;
}

uint64_t pim_queue_start(const struct pim_queues *queues, uint32_t queue)
{
    return larger(queues->host_ps, queues->now_ps[queue]);
}

void pim_queues_wait(struct pim_queues *queues, uint64_t until_ps)
{
    queues->host_ps = larger(queues->host_ps, until_ps);
}

uint64_t pim_queues_now(const struct pim_queues *queues)
{
    uint64_t now = queues->host_ps;
    for (uint32_t i = 0; i < queues->count; i++)
        now = larger(now, queues->now_ps[i]);
    return now;
}
