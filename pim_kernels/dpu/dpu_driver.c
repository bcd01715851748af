#include "dpu_driver.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static enum pim_status symbol_of(const struct pim_kernel_job *job, const char *name, const struct pim_symbol **symbol,
                                 struct pim_error *error)
{
    *symbol = pim_image_symbol(job->image, name);
    if (*symbol != NULL)
        return PIM_OK;
    return pim_fail(error, PIM_BAD_INPUT, "%s: no symbol '%s', expected one of kernel %s", job->image->path, name,
                    job->kernel->name);
}

enum pim_status dpu_layout_begin(const struct pim_kernel_job *job, struct dpu_layout *layout, struct pim_error *error)
{
    const struct pim_symbol *symbol;
    enum pim_status status = symbol_of(job, "__sys_used_mram_end", &symbol, error);
    if (status == PIM_OK)
        layout->end = (symbol->value + 7) & ~(uint64_t)7;
    return status;
}

enum pim_status dpu_layout_add(struct dpu_layout *layout, const char *what, uint64_t bytes, uint32_t *offset,
                               struct pim_error *error)
{
    if (bytes > DPU_MRAM_BYTES - layout->end)
        return pim_fail(error, PIM_USAGE,
                        "%s takes %" PRIu64 " bytes of each DPU's MRAM, %" PRIu64 " are left: use more units or less data", what,
                        bytes, DPU_MRAM_BYTES - layout->end);
    *offset = (uint32_t)layout->end;
    layout->end += (bytes + 7) & ~(uint64_t)7;
    return PIM_OK;
}

enum pim_status dpu_array(void *array, uint64_t count, uint64_t bytes, struct pim_error *error)
{
    void *memory = calloc(count > 0 ? count : 1, bytes);
    if (memory == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %" PRIu64 " x %" PRIu64 " bytes", count, bytes);
    *(void **)array = memory;
    return PIM_OK;
}

uint64_t dpu_per_unit(const struct pim_kernel_job *job, uint64_t count, uint64_t granule)
{
    uint64_t units = pim_device_units(job->device);
    uint64_t per_unit = count / units + (count % units > 0);
    return (per_unit + granule - 1) / granule * granule;
}

uint64_t dpu_share(uint64_t count, uint64_t per_unit, uint32_t unit)
{
    uint64_t before = per_unit * unit;
    if (before >= count)
        return 0;
    return count - before < per_unit ? count - before : per_unit;
}

enum pim_status dpu_spread(const struct pim_kernel_job *job, enum pim_direction direction, enum dpu_space space, uint64_t offset,
                           const void *data, uint64_t stride, uint64_t bytes, struct pim_error *error)
{
    uint32_t units = pim_device_units(job->device);
    struct pim_transfer *transfers = NULL;
    enum pim_status status = dpu_array(&transfers, units, sizeof *transfers, error);
    if (status != PIM_OK)
        return status;
    for (uint32_t unit = 0; unit < units; unit++)
        transfers[unit] = (struct pim_transfer){
            .unit = unit, .space = space, .offset = offset, .bytes = bytes, .data = (uint8_t *)data + unit * stride};
    status = pim_device_transfer(job->device, direction, transfers, units, error);
    free(transfers);
    return status;
}

enum pim_status dpu_spread_symbol(const struct pim_kernel_job *job, enum pim_direction direction, const char *name,
                                  const void *data, uint64_t stride, uint64_t bytes, struct pim_error *error)
{
    const struct pim_symbol *symbol;
    enum pim_status status = symbol_of(job, name, &symbol, error);
    if (status != PIM_OK)
        return status;
    return dpu_spread(job, direction, (enum dpu_space)symbol->space, symbol->value, data, stride, bytes, error);
}

enum pim_status dpu_set_arguments(const struct pim_kernel_job *job, const uint32_t *words, size_t word_count, uint64_t count,
                                  uint64_t per_unit, uint32_t granule, struct pim_error *error)
{
    uint32_t units = pim_device_units(job->device);
    size_t bytes = word_count * sizeof *words;
    uint32_t *each = NULL;
    enum pim_status status = dpu_array(&each, units, bytes, error);
    if (status != PIM_OK)
        return status;
    for (uint32_t unit = 0; unit < units; unit++) {
        uint32_t share = (uint32_t)dpu_share(count, per_unit, unit);
        memcpy(each + unit * word_count, words, bytes);
        each[unit * word_count] = (share + granule - 1) / granule * granule;
    }
    status = dpu_spread_symbol(job, PIM_TO_UNIT, "arguments", each, bytes, bytes, error);
    free(each);
    return status;
}

enum pim_status dpu_wram_heap(const struct pim_kernel_job *job, uint64_t *offset, struct pim_error *error)
{
    const struct pim_symbol *symbol;
    enum pim_status status = symbol_of(job, "__sys_heap_pointer_reset", &symbol, error);
    if (status == PIM_OK)
        *offset = symbol->value;
    return status;
}

static uint64_t wall_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

enum pim_status dpu_run_step(struct pim_kernel_job *job, size_t step, struct pim_error *error)
{
    uint32_t tasklets = (uint32_t)job->values[DPU_VALUE_TASKLETS];
    const struct pim_ledger *ledger = pim_device_ledger(job->device);
    uint64_t before_ps = ledger->kernel_ps + ledger->launch_ps, start_ns;
    enum pim_status status = dpu_spread_symbol(job, PIM_TO_UNIT, "tasklets", &tasklets, 0, sizeof tasklets, error);
    if (status != PIM_OK)
        return status;
    start_ns = wall_clock_ns();
    status = pim_device_run(job->device, (struct pim_units){0, 0}, error);
    job->host_launch_ns += wall_clock_ns() - start_ns;
    ledger = pim_device_ledger(job->device);
    job->step_ps[step] += ledger->kernel_ps + ledger->launch_ps - before_ps;
    return status;
}

enum pim_status dpu_run(struct pim_kernel_job *job, struct pim_error *error)
{
    return dpu_run_step(job, 0, error);
}
