/* dpu_probe.h: the energy account and the clock of all machines of the process, between two moments. */
#include "dpu_probe.h"

#include "upmem_context.h"

#define JOULES_PER_ATTOJOULE 1e-18
#define SECONDS_PER_PICOSECOND 1e-12

struct sample { double joules, seconds; };

static dpu_error_t take_sample(struct sample *sample)
{
    *sample = (struct sample){0};
    for (const struct upmem_machine *machine = upmem.machines; machine; machine = machine->next) {
        const struct pim_ledger *ledger = pim_device_ledger(machine->device);
        if (!ledger)
            return DPU_ERR_SYSTEM;
        sample->joules += (double)ledger->total_energy * JOULES_PER_ATTOJOULE;
        sample->seconds += (double)ledger->elapsed_ps * SECONDS_PER_PICOSECOND;
    }
    return DPU_OK;
}

static dpu_error_t init(struct dpu_probe_t *probe)
{
    if (!probe)
        return DPU_ERR_INTERNAL;
    *probe = (struct dpu_probe_t){0};
    return DPU_OK;
}

static dpu_error_t start(struct dpu_probe_t *probe)
{
    struct sample now;
    if (!probe)
        return DPU_ERR_INTERNAL;
    dpu_error_t error = take_sample(&now);
    if (error != DPU_OK || probe->running)
        return error;
    probe->running = 1;
    probe->started_joules = now.joules;
    probe->started_seconds = now.seconds;
    return DPU_OK;
}

static dpu_error_t stop(struct dpu_probe_t *probe)
{
    struct sample now;
    if (!probe)
        return DPU_ERR_INTERNAL;
    dpu_error_t error = take_sample(&now);
    if (error != DPU_OK || !probe->running)
        return error;
    probe->running = 0;
    probe->intervals++;
    probe->joules += now.joules - probe->started_joules;
    probe->seconds += now.seconds - probe->started_seconds;
    return DPU_OK;
}

static dpu_error_t get(const struct dpu_probe_t *probe, enum dpu_probe_quantity quantity,
                       enum dpu_probe_summary summary, double *value)
{
    if (!probe || !value || (quantity != DPU_ENERGY && quantity != DPU_TIME) ||
        (summary != DPU_AVERAGE && summary != DPU_ACCUMULATE))
        return DPU_ERR_INTERNAL;
    double sum = quantity == DPU_ENERGY ? probe->joules : probe->seconds;
    *value = summary == DPU_AVERAGE && probe->intervals ? sum / probe->intervals : sum;
    return DPU_OK;
}

/* -------------------------------------------------------------------------------- interface --- */

dpu_error_t dpu_probe_init(const char *name, struct dpu_probe_t *probe)
{
    (void)name;
    upmem_enter();
    return upmem_leave(init(probe));
}

dpu_error_t dpu_probe_start(struct dpu_probe_t *probe)
{
    upmem_enter();
    return upmem_leave(start(probe));
}

dpu_error_t dpu_probe_stop(struct dpu_probe_t *probe)
{
    upmem_enter();
    return upmem_leave(stop(probe));
}

dpu_error_t dpu_probe_get(struct dpu_probe_t *probe, enum dpu_probe_quantity quantity,
                          enum dpu_probe_summary summary, double *value)
{
    upmem_enter();
    return upmem_leave(get(probe, quantity, summary, value));
}

dpu_error_t dpu_probe_deinit(struct dpu_probe_t *probe)
{
    upmem_enter();
    return upmem_leave(init(probe));
}
