/* Launches, their status, and synchronisation. */
#include "upmem_context.h"

#include <inttypes.h>
#include <string.h>

#include "upmem_account.h"
#include "upmem_queue.h"

enum { FAULTS_SHOWN = 16 };

/* ----------------------------------------------------------------------------------- faults --- */

static struct dpu_t *dpu_of_unit(const struct upmem_machine *machine, uint32_t unit)
{
    return &machine->ranks[unit / machine->dpus_per_rank].dpus[unit % machine->dpus_per_rank];
}

static void show_fault(const struct dpu_t *dpu, const struct pim_fault *fault)
{
    char lane[32] = "", address[48] = "";
    if (fault->lane >= 0)
        snprintf(lane, sizeof lane, " tasklet %" PRId32, fault->lane);
    if (fault->address_valid)
        snprintf(address, sizeof address, ", address 0x%" PRIx64, fault->address);
    upmem_say("DPU %" PRIu32 ".%" PRIu32 ".%" PRIu32 "%s: %s at pc 0x%" PRIx64 "%s%s%s%s%s%s%s: %s", dpu->rank->index,
              upmem_slice(dpu), upmem_member(dpu), lane, fault->kind, fault->pc,
              *fault->function ? " in " : "", fault->function, *fault->source ? ", " : "", fault->source,
              *fault->instruction ? ": " : "", fault->instruction, address, fault->reason);
}

/* Mark and show the DPUs that the device's last run left in fault. */
static size_t collect_faults(const struct upmem_machine *machine)
{
    struct pim_fault fault;
    size_t count = 0;
    for (; pim_device_fault(machine->device, count, &fault); count++) {
        struct dpu_t *dpu = dpu_of_unit(machine, fault.unit);
        dpu->faulted = true;
        if (count < FAULTS_SHOWN)
            show_fault(dpu, &fault);
    }
    if (count > FAULTS_SHOWN)
        upmem_say("%zu more DPUs are in fault", count - FAULTS_SHOWN);
    return count;
}

/* ---------------------------------------------------------------------------------- launches --- */

dpu_error_t upmem_run_launch(const struct upmem_job *job)
{
    struct pim_error error = {0};
    for (size_t i = 0; i < job->count; i++)
        dpu_of_unit(job->machine, job->units[i])->faulted = false;
    enum pim_status status = pim_device_run_units(job->machine->device, job->units, job->count, &error);
    size_t faults = collect_faults(job->machine);
    upmem_account_launch(job->machine, job->units, job->count, faults);
    if (status == PIM_GUEST_FAULT)
        return DPU_ERR_DPU_FAULT;
    return upmem_from_status(status, &error);
}

/* Those launched slots of the rank that run no more; all of them are accounted for together. */
static void account_ended(struct dpu_rank_t *rank, size_t faults)
{
    uint32_t units[UPMEM_RANK_DPUS];
    size_t count = 0;
    for (uint32_t slot = 0; slot < rank->dpu_count; slot++)
        if (rank->launched >> slot & 1) {
            if (pim_device_running(rank->machine->device, rank->dpus[slot].unit))
                return;
            units[count++] = rank->dpus[slot].unit;
        }
    rank->launched = 0;
    upmem_account_launch(rank->machine, units, count, faults);
}

dpu_error_t upmem_start_launch(const struct upmem_job *job)
{
    struct pim_error error = {0};
    for (size_t i = 0; i < job->count; i++)
        dpu_of_unit(job->machine, job->units[i])->faulted = false;
    enum pim_status status = pim_device_start(job->machine->device, job->units, job->count, &error);
    for (size_t i = 0; status == PIM_OK && i < job->count; i++)
        job->rank->launched |= UINT64_C(1) << dpu_of_unit(job->machine, job->units[i])->slot;
    return upmem_from_status(status, &error);
}

dpu_error_t upmem_advance_launches(struct dpu_rank_t *rank, uint64_t until_ps)
{
    struct pim_error error = {0};
    enum pim_status status =
        pim_device_advance(rank->machine->device, upmem_rank_units(rank), until_ps, &error);
    size_t faults = collect_faults(rank->machine);
    account_ended(rank, faults);
    return status == PIM_GUEST_FAULT ? DPU_ERR_DPU_FAULT : upmem_from_status(status, &error);
}

static int by_unit(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* The units of the selection in ascending order; ranks of the program's own array may come in any. */
static uint32_t *list_units(const struct upmem_selection *selection, size_t *count)
{
    uint32_t *units = calloc((size_t)selection->rank_count * UPMEM_RANK_DPUS, sizeof *units);
    struct dpu_t *dpu;
    *count = 0;
    for (struct upmem_cursor cursor = {0}; units && (dpu = upmem_next_dpu(selection, &cursor)) != NULL;)
        units[(*count)++] = dpu->unit;
    if (units)
        qsort(units, *count, sizeof *units, by_unit);
    return units;
}

static dpu_error_t check_loaded(const struct upmem_selection *selection)
{
    struct dpu_t *dpu;
    if (selection->dpu && !selection->dpu->enabled)
        return DPU_ERR_DPU_DISABLED;
    for (struct upmem_cursor cursor = {0}; (dpu = upmem_next_dpu(selection, &cursor)) != NULL;)
        if (!dpu->program)
            return DPU_ERR_NO_PROGRAM_LOADED;
    return DPU_OK;
}

static dpu_error_t launch_now(const struct upmem_selection *selection)
{
    struct upmem_job job = {.type = UPMEM_JOB_LAUNCH_RANK, .machine = selection->machine};
    dpu_error_t error = upmem_drain(selection);
    uint32_t *units = error == DPU_OK ? list_units(selection, &job.count) : NULL;
    if (error == DPU_OK && !units)
        error = DPU_ERR_SYSTEM;
    job.units = units;
    if (error == DPU_OK)
        error = upmem_run(&job);
    free(units);
    upmem_wait(selection);
    return error;
}

static dpu_error_t launch_later(const struct upmem_selection *selection)
{
    dpu_error_t error = DPU_OK;
    for (uint32_t i = 0; error == DPU_OK && i < selection->rank_count; i++) {
        const struct upmem_selection part = {
            .machine = selection->machine, .rank_count = 1, .ranks = &selection->ranks[i], .dpu = selection->dpu};
        struct upmem_job job = {.type = selection->dpu ? UPMEM_JOB_LAUNCH_DPU : UPMEM_JOB_LAUNCH_RANK,
                                .machine = selection->machine,
                                .rank = selection->ranks[i],
                                .parallel = upmem.sdk == UPMEM_SDK_2020};
        uint32_t *units = list_units(&part, &job.count);
        job.units = units;
        error = units ? upmem_submit(&job) : DPU_ERR_SYSTEM;
        free(units);
    }
    return error;
}

static dpu_error_t launch(const struct dpu_set_t *set, dpu_launch_policy_t policy)
{
    struct upmem_selection selection;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK)
        return error;
    if (policy != DPU_SYNCHRONOUS && policy != DPU_ASYNCHRONOUS)
        error = DPU_ERR_INVALID_LAUNCH_POLICY;
    if (error == DPU_OK)
        error = check_loaded(&selection);
    if (error == DPU_OK && upmem_still_running(&selection))
        error = DPU_ERR_DPU_ALREADY_RUNNING;
    if (error == DPU_OK)
        error = policy == DPU_SYNCHRONOUS ? launch_now(&selection) : launch_later(&selection);
    upmem_release(&selection);
    return error;
}

dpu_error_t dpu_launch(struct dpu_set_t dpu_set, dpu_launch_policy_t policy)
{
    upmem_enter();
    return upmem_leave(launch(&dpu_set, policy));
}

/* ------------------------------------------------------------------------- status and waiting --- */

static dpu_error_t synchronise(const struct dpu_set_t *set)
{
    struct upmem_selection selection;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK)
        return error;
    error = upmem_end(&selection);
    dpu_error_t waited = upmem_wait(&selection);
    upmem_release(&selection);
    return error == DPU_OK ? waited : error;
}

dpu_error_t dpu_sync(struct dpu_set_t dpu_set)
{
    upmem_enter();
    return upmem_leave(synchronise(&dpu_set));
}

/* Since 2021 it waits; before, the host looks and time passes. */
static bool look(const struct upmem_selection *selection)
{
    struct pim_device *device = selection->machine->device;
    struct pim_error error = {0};
    upmem_settle(selection);
    if (upmem.sdk > UPMEM_SDK_2020) {
        upmem_wait(selection);
        return true;
    }
    uint64_t poll_ps = 1000 * upmem_parameter(selection->machine, "link.status_poll_ns");
    pim_device_pass_time(device, pim_device_host_ps(device) + poll_ps, &error);
    return !upmem_still_running(selection);
}

static dpu_error_t get_status(const struct dpu_set_t *set, bool *done, bool *fault)
{
    struct upmem_selection selection;
    struct dpu_t *dpu;
    if (!done || !fault)
        return DPU_ERR_INTERNAL;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK)
        return error;
    if (selection.dpu && !selection.dpu->enabled)
        return DPU_ERR_DPU_DISABLED;
    *done = look(&selection);
    *fault = false;
    for (struct upmem_cursor cursor = {0}; (dpu = upmem_next_dpu(&selection, &cursor)) != NULL;)
        *fault = *fault || dpu->faulted;
    upmem_release(&selection);
    return DPU_OK;
}

dpu_error_t dpu_status(struct dpu_set_t dpu_set, bool *done, bool *fault)
{
    upmem_enter();
    return upmem_leave(get_status(&dpu_set, done, fault));
}
