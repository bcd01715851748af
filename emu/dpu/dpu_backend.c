/* The UPMEM-like DPU array as a back-end: machine and DPU life, launches, and the descriptor.
 *
 * What is modelled, what is not, the sources and the known error: doc/dpu.md. A DPU owns nothing until it is used; see
 * dpu_memory.c and dpu_load.c. The engines (dpu_reference.c, dpu_fast.c) run one DPU each and share nothing but decoded code
 * and run-ahead buffers, so that units may run on different host threads.
 */
#include "dpu_backend.h"
#include "dpu_parameters.h"
#include "dpu_race.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define THREAD_RUN_BITS (((uint64_t)1 << DPU_TASKLETS) - 1)

/* ------------------------------------------------------------------------------ DPU life --- */

static void forget(struct dpu *dpu)
{
    dpu_code_release(dpu->code);
    dpu_mram_free(dpu);
    dpu_wram_free(dpu);
    dpu_race_free(dpu);
    free(dpu->tasklets);
    free(dpu->profile);
    free(dpu->contested_lines);
}

static void make(struct dpu *dpu, struct dpu_machine *machine, uint32_t unit)
{
    *dpu = (struct dpu){
        .machine = machine,
        .unit = unit,
        .time = {.mode = DPU_COUNT_CYCLES},
    };
}

static struct dpu_tasklet *new_tasklets(void)
{
    struct dpu_tasklet *tasklets = calloc(DPU_TASKLETS, sizeof *tasklets);
    for (uint32_t id = 0; tasklets && id < DPU_TASKLETS; id++) {
        uint32_t *registers = tasklets[id].registers;
        registers[DPU_ONE] = 1;
        registers[DPU_LNEG] = UINT32_MAX;
        registers[DPU_MNEG] = UINT32_C(0x80000000);
        registers[DPU_ID] = id;
        registers[DPU_ID2] = 2 * id;
        registers[DPU_ID4] = 4 * id;
        registers[DPU_ID8] = 8 * id;
    }
    return tasklets;
}

bool dpu_ready(struct dpu *dpu)
{
    if (!dpu->tasklets && !(dpu->tasklets = new_tasklets()))
        return false;
    if (dpu->machine->profile && !dpu->profile &&
        !(dpu->profile = calloc(DPU_IRAM_INSTRUCTIONS, sizeof *dpu->profile)))
        return false;
    return dpu_wram_ready(dpu);
}

/* -------------------------------------------------------------------------- machine life --- */

static void machine_close(void *opaque)
{
    struct dpu_machine *machine = opaque;
    if (!machine)
        return;
    for (uint32_t i = 0; i < machine->units; i++)
        forget(&machine->dpus[i]);
    dpu_code_release(machine->shared_code);
    dpu_fast_free_scratch(machine);
    pthread_mutex_destroy(&machine->scratch_lock);
    free(machine->dpus);
    free(machine);
}

static enum pim_status check_parameters(const struct dpu_parameters *p, uint32_t units,
                                        struct pim_error *error)
{
    if (p->wram_bytes % 8 || p->wram_bytes > DPU_WRAM_BYTES)
        return pim_fail(error, PIM_BAD_INPUT,
                        "memory.wram_bytes: %" PRIu64 ", expected a multiple of 8 up to %d",
                        p->wram_bytes, DPU_WRAM_BYTES);
    if (p->mram_bytes % 8 || p->mram_bytes > DPU_MRAM_BYTES)
        return pim_fail(error, PIM_BAD_INPUT,
                        "memory.mram_bytes: %" PRIu64 ", expected a multiple of 8 up to %d",
                        p->mram_bytes, DPU_MRAM_BYTES);
    if (p->chips * p->dpus_per_chip > DPU_RANK_DPUS)
        return pim_fail(error, PIM_BAD_INPUT,
                        "machine.chips x machine.dpus_per_chip: %" PRIu64 ", expected at most %d",
                        p->chips * p->dpus_per_chip, DPU_RANK_DPUS);
    if (p->dma_refresh_interval_ns > 0 && 2 * p->dma_refresh_ns > p->dma_refresh_interval_ns)
        return pim_fail(error, PIM_BAD_INPUT, "dma.refresh_ns: %g, expected at most half of dma.refresh_interval_ns (%g)",
                        p->dma_refresh_ns, p->dma_refresh_interval_ns);
    uint64_t all = p->ranks * p->chips * p->dpus_per_chip;
    if (!units || units > all)
        return pim_fail(error, PIM_USAGE, "%" PRIu32 " DPUs: the target has %" PRIu64, units, all);
    return PIM_OK;
}

static enum pim_status machine_open(const void *parameters, uint32_t units, void **opaque,
                                    struct pim_error *error)
{
    const struct dpu_parameters *p = parameters;
    enum pim_status status = check_parameters(p, units, error);
    if (status != PIM_OK)
        return status;
    struct dpu_machine *machine = calloc(1, sizeof *machine);
    struct dpu *dpus = calloc(units, sizeof *dpus);
    if (!machine || !dpus || pthread_mutex_init(&machine->scratch_lock, NULL)) {
        free(machine);
        free(dpus);
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %" PRIu32 " DPUs", units);
    }
    machine->parameters = *p;
    machine->units = units;
    machine->dpus = dpus;
    machine->profile = p->profile == DPU_ON;
    machine->race_report = p->race_report == DPU_ON;
    machine->clock = pim_clock_from_mhz(p->frequency_mhz);
    dpu_dma_open(machine);
    dpu_link_open(machine);
    for (uint32_t i = 0; i < units; i++)
        make(&dpus[i], machine, i);
    *opaque = machine;
    return PIM_OK;
}

static void machine_reset(void *opaque)
{
    struct dpu_machine *machine = opaque;
    dpu_link_reset(machine);
    for (uint32_t i = 0; i < machine->units; i++) {
        forget(&machine->dpus[i]);
        make(&machine->dpus[i], machine, i);
    }
    dpu_code_release(machine->shared_code);
    machine->shared_code = NULL;
}

/* ------------------------------------------------------------------------------ launches --- */

uint64_t dpu_picoseconds(const struct dpu_machine *machine, uint64_t cycles)
{
    return pim_clock_ps(machine->clock, cycles);
}

/* Boots thread 0 at instruction 0. Memory, atomic bits, notify bits, registers and the PCs of the other threads stay; threads that
 * a fault had left running are stopped (assumption: the vendor's library refuses such a launch). */
static void start(struct dpu *dpu, uint64_t launch_ps, uint64_t start_ps)
{
    dpu->run_bits = (dpu->run_bits & ~THREAD_RUN_BITS) | 1;
    dpu->started = 1;
    for (uint32_t i = 0; i < DPU_TASKLETS; i++) {
        dpu->tasklets[i].ready_cycle = 0;
        dpu->tasklets[i].waiting_dma = 0;
    }
    dpu->tasklets[0].pc = 0;
    dpu->cycle = dpu->next_issue = dpu->dma_free = 0;
    dpu->launch_instructions = 0;
    dpu->interval = (struct dpu_interval){0, dpu->counters.instructions, dpu->counters.idle_revolver,
                                          dpu->counters.idle_dma, dpu->counters.idle_sync};
    dpu->fault = (struct dpu_fault_state){0};
    dpu->launch_ps = launch_ps;
    dpu->start_ps = start_ps;
    dpu->counters.launches++;
    dpu->running = true;
}

static enum pim_status prepare(struct dpu_machine *machine, uint32_t unit, struct pim_error *error)
{
    if (unit >= machine->units)
        return pim_fail(error, PIM_USAGE, "DPU %" PRIu32 ": the machine has %" PRIu32, unit,
                        machine->units);
    struct dpu *dpu = &machine->dpus[unit];
    if (dpu->running)
        return pim_fail(error, PIM_USAGE, "DPU %" PRIu32 ": already running", unit);
    if (!dpu->code)
        return pim_fail(error, PIM_USAGE, "DPU %" PRIu32 ": no program loaded", unit);
    if (!dpu_ready(dpu) || (machine->race_report && !dpu_race_launch(dpu)))
        return pim_fail(error, PIM_NO_MEMORY, "DPU %" PRIu32 ": no memory for a launch", unit);
    return PIM_OK;
}

static uint64_t ranks_of(const struct dpu_machine *machine, const uint32_t *units, size_t count,
                         uint8_t *seen)
{
    uint64_t ranks = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t *mark = &seen[dpu_rank_of(machine, units[i])];
        ranks += !*mark;
        *mark = 1;
    }
    return ranks;
}

static enum pim_status launch(void *opaque, const uint32_t *units, size_t count, uint64_t start_ps,
                              enum pim_mode mode, uint64_t *overhead_ps, struct pim_error *error)
{
    struct dpu_machine *machine = opaque;
    if (mode == PIM_REPRESENTATIVE)
        return pim_fail(error, PIM_USAGE,
                        "representative mode: the time of a DPU program depends on its data");
    for (size_t i = 0; i < count; i++) {
        enum pim_status status = prepare(machine, units[i], error);
        if (status != PIM_OK)
            return status;
    }
    uint8_t *seen = calloc(dpu_rank_of(machine, machine->units - 1) + 1, 1);
    if (!seen)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a launch");
    *overhead_ps = machine->launch_base_ps +
                   machine->launch_per_rank_ps * ranks_of(machine, units, count, seen);
    free(seen);
    for (size_t i = 0; i < count; i++)
        if (!machine->dpus[units[i]].running) /* a unit listed twice starts once */
            start(&machine->dpus[units[i]], start_ps, start_ps + *overhead_ps);
    dpu_link_launched(machine, units, count);
    return PIM_OK;
}

static void add_launch_event(struct dpu *dpu, struct pim_event_list *events)
{
    struct pim_event event = {
        .time_ps = dpu->launch_ps,
        .duration_ps = dpu->start_ps - dpu->launch_ps,
        .unit = dpu->unit,
        .kind = DPU_EVENT_LAUNCH,
        .sequence = dpu->event_sequence++,
        .arguments = {dpu->counters.launches},
    };
    pim_event_add(events, &event);
}

static void add_fault_event(struct dpu *dpu, struct pim_event_list *events)
{
    struct pim_event event = {
        .time_ps = dpu->start_ps + dpu_picoseconds(dpu->machine, dpu->cycle),
        .unit = dpu->unit,
        .kind = DPU_EVENT_FAULT,
        .lane = (uint16_t)dpu->fault.tasklet,
        .sequence = dpu->event_sequence++,
        .arguments = {dpu->fault.pc, dpu->fault.kind},
    };
    pim_event_add(events, &event);
}

/* The hardware cannot tell a tasklet that sleeps in a barrier from one that has ended; with `strict` we do. */
static enum pim_run strict_end(struct dpu *dpu, struct pim_event_list *events)
{
    uint32_t sleepers = dpu_sleepers(dpu);
    if (dpu->machine->parameters.strict != DPU_ON || !sleepers)
        return PIM_DONE;
    uint32_t tasklet = (uint32_t)__builtin_ctz(sleepers);
    dpu->fault = (struct dpu_fault_state){
        .kind = DPU_FAULT_STRICT, .tasklet = tasklet, .pc = dpu_stop_pc(dpu, tasklet)};
    if (events)
        add_fault_event(dpu, events);
    return PIM_FAULTED;
}

static enum pim_run run_until(void *opaque, uint32_t unit, uint64_t limit_cycles,
                              struct pim_event_list *events)
{
    struct dpu_machine *machine = opaque;
    struct dpu *dpu = &machine->dpus[unit];
    if (!dpu->running && dpu->fault.kind == DPU_FAULT_DEADLOCK)
        dpu_wait_on(dpu);
    if (!dpu->running)
        return dpu->fault.kind ? PIM_FAULTED : PIM_DONE;
    if (events && !dpu->cycle && limit_cycles)
        add_launch_event(dpu, events);
    bool exact = machine->race_report || machine->parameters.engine == DPU_ENGINE_REFERENCE;
    enum pim_run result = exact ? dpu_run_reference(dpu, limit_cycles, events)
                                : dpu_run_fast(dpu, limit_cycles, events);
    dpu->running = result == PIM_LIMITED;
    return result == PIM_DONE ? strict_end(dpu, events) : result;
}

static void status(const void *opaque, uint32_t unit, struct pim_unit_status *status_)
{
    const struct dpu_machine *machine = opaque;
    const struct dpu *dpu = &machine->dpus[unit];
    *status_ = (struct pim_unit_status){
        .running = dpu->running,
        .faulted = dpu->fault.kind != DPU_NO_FAULT,
        .start_ps = dpu->start_ps,
        .now_ps = dpu->start_ps + dpu_picoseconds(machine, dpu->cycle),
        .elapsed_cycles = dpu->cycle,
    };
}

/* ---------------------------------------------------------------------------- descriptor --- */

static enum pim_status load(void *opaque, const uint32_t *units, size_t count,
                            const struct pim_image *image, struct pim_error *error)
{
    return dpu_load(opaque, units, count, image, error);
}

static enum pim_status transfer(void *opaque, enum pim_direction direction,
                                const struct pim_transfer *transfers, size_t count, uint32_t queues,
                                uint64_t start_ps, uint64_t *duration_ps, struct pim_error *error)
{
    return dpu_transfer(opaque, direction, transfers, count, queues, start_ps, duration_ps, error);
}

static const struct dpu *dpu_at(const void *opaque, uint32_t unit)
{
    return &((const struct dpu_machine *)opaque)->dpus[unit];
}

static bool fault(const void *opaque, uint32_t unit, struct pim_fault *description)
{
    const struct dpu *dpu = dpu_at(opaque, unit);
    if (dpu->fault.kind == DPU_NO_FAULT)
        return false;
    dpu_describe_fault(dpu, description);
    return true;
}

static const void *counters_of(const void *opaque, uint32_t unit)
{
    return &dpu_at(opaque, unit)->counters;
}

static char *output(const void *opaque, uint32_t unit, struct pim_error *error)
{
    return dpu_read_log(dpu_at(opaque, unit), error);
}

static char *diagnostics(const void *opaque, uint32_t unit)
{
    return dpu_diagnostics(dpu_at(opaque, unit));
}

static enum pim_status snapshot(const void *opaque, uint32_t unit, void **state, size_t *bytes,
                                struct pim_error *error)
{
    return dpu_snapshot(dpu_at(opaque, unit), state, bytes, error);
}

static enum pim_status restore(void *opaque, uint32_t unit, const void *state, size_t bytes,
                               struct pim_error *error)
{
    return dpu_restore(&((struct dpu_machine *)opaque)->dpus[unit], state, bytes, error);
}

static bool take_profile(void *opaque, uint32_t unit, uint64_t *counts)
{
    uint64_t *profile = ((struct dpu_machine *)opaque)->dpus[unit].profile;
    for (size_t i = 0; profile && i < DPU_IRAM_INSTRUCTIONS; i++) {
        counts[i] += profile[i];
        profile[i] = 0;
    }
    return profile;
}

const struct pim_backend pim_dpu_backend = {
    .abi_version = PIM_ABI_VERSION,
    .struct_size = sizeof(struct pim_backend),
    .name = "dpu",
    .summary = "UPMEM-like array of DPUs: one multithreaded processor beside each DRAM bank",
    .instruction_set = "dpu",
    .default_target = "upmem-1rank",
    .levels = dpu_levels,
    .spaces = dpu_spaces,
    .parameters = dpu_parameter_rows,
    .parameters_size = sizeof(struct dpu_parameters),
    .clock_key = "pipeline.frequency_mhz",
    .counters = dpu_counter_rows,
    .energies = dpu_energy_rows,
    .events = dpu_event_rows,
    .derived = dpu_derived_rows,
    .queue_level = "rank",
    .dispatch_key = "link.piece_us",
    .open = machine_open,
    .close = machine_close,
    .reset = machine_reset,
    .load = load,
    .transfer = transfer,
    .launch = launch,
    .run_until = run_until,
    .status = status,
    .fault = fault,
    .counters_of = counters_of,
    .output = output,
    .diagnostics = diagnostics,
    .snapshot = snapshot,
    .restore = restore,
    .code = {DPU_SPACE_IRAM, DPU_INSTRUCTION_BYTES, DPU_IRAM_INSTRUCTIONS},
    .take_profile = take_profile,
};
