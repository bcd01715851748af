/* The bit-serial back-end: machine life, programs, launches, the descriptor.
 *
 * Modelled: banks whose subarrays compute by activating rows (Ambit), under micro-programs of a control unit in the memory controller (SIMDRAM);
 * constant and dual-contact rows, illegal commands as faults, time flat or from DRAM parameters, activation window and refresh as options,
 * energy by wordlines opened, failing majorities. Banks that are launched together run in lockstep. Not modelled: command bus, row
 * disturbance, mats (MIMDRAM), the host's caches. Sources: bitserial_parameters.c. Known error: doc/bitserial.md.
 */
#include "bitserial_machine.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- machine life ---- */

static void release(struct bitserial_program *program)
{
    if (program && --program->references == 0)
        free(program);
}

static void empty(struct bitserial_bank *bank)
{
    bitserial_lockstep_leave(bank);
    bitserial_forget(bank);
    release(bank->program);
    bank->program = NULL;
}

static void machine_close(void *opaque)
{
    struct bitserial_machine *machine = opaque;
    if (!machine)
        return;
    for (uint32_t i = 0; machine->banks && i < machine->units; i++)
        empty(&machine->banks[i]);
    free(machine->banks);
    free(machine->channels);
    free(machine);
}

static bool make(struct bitserial_machine *machine, uint32_t unit)
{
    struct bitserial_bank *bank = &machine->banks[unit];
    *bank = (struct bitserial_bank){.machine = machine, .unit = unit,
                                    .subarrays = calloc(machine->parameters.subarrays, sizeof *bank->subarrays)};
    return bank->subarrays;
}

static enum pim_status check_parameters(const struct bitserial_parameters *p, uint32_t units, struct pim_error *error)
{
    uint64_t all = p->channels * p->ranks * p->banks;
    if (p->row_bytes % 64)
        return pim_fail(error, PIM_BAD_INPUT, "memory.row_bytes: %" PRIu64 ", expected a multiple of 64", p->row_bytes);
    if (p->scratch_rows >= p->d_rows)
        return pim_fail(error, PIM_BAD_INPUT, "memory.scratch_rows: %" PRIu64 ", expected fewer than memory.d_rows (%" PRIu64 ")", p->scratch_rows,
                        p->d_rows);
    if (p->refresh == BITSERIAL_ON && bitserial_cycles(p, p->trfc_ns) >= bitserial_cycles(p, p->trefi_ns))
        return pim_fail(error, PIM_BAD_INPUT, "timing.trfc_ns: %g, expected less than timing.trefi_ns (%g) by a cycle of timing.clock_mhz", p->trfc_ns,
                        p->trefi_ns);
    /* A command that takes no time would let a loop run for ever: no limit is in cycles that do not come. */
    double shortest = p->timing_mode == BITSERIAL_TIMED ? p->tras_ns + p->trp_ns : p->flat_ns;
    if (bitserial_cycles(p, shortest) == 0 || bitserial_cycles(p, p->move_ns) == 0)
        return pim_fail(error, PIM_BAD_INPUT, "timing.clock_mhz: %g, expected a cycle of which a command (%g ns) and a move (%g ns) take at least one",
                        p->clock_mhz, shortest, p->move_ns);
    if (!units || units > all)
        return pim_fail(error, PIM_USAGE, "%" PRIu32 " banks: the target has %" PRIu64, units, all);
    return PIM_OK;
}

static enum pim_status machine_open(const void *parameters, uint32_t units, void **opaque, struct pim_error *error)
{
    const struct bitserial_parameters *p = parameters;
    enum pim_status status = check_parameters(p, units, error);
    if (status != PIM_OK)
        return status;
    struct bitserial_machine *machine = calloc(1, sizeof *machine);
    if (machine)
        *machine = (struct bitserial_machine){.parameters = *p,
                                              .units = units,
                                              .banks = calloc(units, sizeof *machine->banks),
                                              .clock = pim_clock_from_mhz(p->clock_mhz),
                                              .row_words = p->row_bytes / sizeof(uint64_t),
                                              .row_count = p->d_rows + BITSERIAL_CELLS,
                                              .channel_banks = (uint32_t)(p->ranks * p->banks),
                                              .channels = calloc(p->channels, sizeof *machine->channels)};
    if (machine)
        bitserial_apply_source(&machine->parameters);
    bool good = machine && machine->banks && machine->channels;
    for (uint32_t i = 0; good && i < units; i++)
        good = make(machine, i);
    if (!good) {
        machine_close(machine);
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %" PRIu32 " banks", units);
    }
    *opaque = machine;
    return PIM_OK;
}

static void machine_reset(void *opaque)
{
    struct bitserial_machine *machine = opaque;
    memset(machine->channels, 0, machine->parameters.channels * sizeof *machine->channels);
    for (uint32_t i = 0; i < machine->units; i++) {
        struct bitserial_bank *bank = &machine->banks[i];
        struct bitserial_subarray *subarrays = bank->subarrays;
        for (uint64_t j = 0; j < machine->parameters.subarrays; j++) {
            free(subarrays[j].memory);
            subarrays[j] = (struct bitserial_subarray){0};
        }
        bank->subarrays = NULL;
        empty(bank);
        *bank = (struct bitserial_bank){.machine = machine, .unit = i, .subarrays = subarrays};
    }
}

/* ---- programs ---- */

static struct bitserial_program *read_program(const struct pim_image *image)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct pim_segment *segment = &image->segments[i];
        if (segment->space == BITSERIAL_SPACE_PROGRAM && segment->address + segment->memory_bytes > bytes)
            bytes = segment->address + segment->memory_bytes;
    }
    uint32_t count = (uint32_t)((bytes + BITSERIAL_WORD_BYTES - 1) / BITSERIAL_WORD_BYTES);
    struct bitserial_program *program = calloc(1, sizeof *program + count * sizeof program->words[0]);
    if (!program)
        return NULL;
    program->count = count;
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct pim_segment *segment = &image->segments[i];
        for (uint64_t byte = 0; segment->space == BITSERIAL_SPACE_PROGRAM && byte < segment->data_bytes; byte++) {
            uint64_t at = segment->address + byte;
            program->words[at / BITSERIAL_WORD_BYTES] |= (uint64_t)segment->data[byte] << 8 * (at % BITSERIAL_WORD_BYTES);
        }
    }
    return program;
}

static enum pim_status load(void *opaque, const uint32_t *units, size_t count, const struct pim_image *image, struct pim_error *error)
{
    struct bitserial_machine *machine = opaque;
    struct bitserial_program *program = read_program(image);
    if (!program)
        return pim_fail(error, PIM_NO_MEMORY, "%s: no memory for the program", image->path);
    program->references = 1; /* ours, while we hand it out */
    for (size_t i = 0; i < count; i++) {
        struct bitserial_bank *bank = &machine->banks[units[i]];
        program->references++;
        release(bank->program);
        bank->program = program;
        bank->image = image;
    }
    release(program);
    return PIM_OK;
}

/* ---- launches ---- */

static uint32_t banks_of_rank(const struct bitserial_machine *machine, const uint32_t *units, size_t count, uint32_t unit)
{
    uint32_t banks = 0;
    for (size_t i = 0; i < count; i++)
        banks += units[i] / machine->parameters.banks == unit / machine->parameters.banks;
    return banks;
}

/* Lanes that there are, and that the kernels leave out. */
static void count_columns(struct bitserial_bank *bank)
{
    const struct bitserial_machine *machine = bank->machine;
    uint64_t subarrays = machine->parameters.subarrays;
    bank->counters.columns += 64 * machine->row_words * subarrays;
    if (machine->parameters.reliability != BITSERIAL_MASKED)
        return;
    for (uint32_t subarray = 0; subarray < subarrays; subarray++)
        for (size_t word = 0; word < machine->row_words; word++)
            bank->counters.columns_masked += (uint64_t)__builtin_popcountll(~bitserial_error_free(bank, subarray, word));
}

static void start(struct bitserial_bank *bank, uint64_t launch_ps, uint64_t start_ps, uint32_t banks)
{
    memset(bank->registers, 0, sizeof bank->registers);
    bank->pc = bank->at = bank->subarray = 0;
    bank->expansion.count = bank->expansion_next = 0;
    bank->cycle = bank->ready_cycle = bank->command = 0;
    bank->launch_ps = launch_ps;
    bank->start_ps = start_ps;
    bank->fault = (struct bitserial_fault_state){0};
    bank->running = true;
    bank->holds = false;
    bank->counters.launches++;
    count_columns(bank);
    bitserial_time_launch(bank, banks);
}

static enum pim_status launch(void *opaque, const uint32_t *units, size_t count, uint64_t start_ps, enum pim_mode mode, uint64_t *overhead_ps,
                              struct pim_error *error)
{
    struct bitserial_machine *machine = opaque;
    if (mode == PIM_REPRESENTATIVE)
        return pim_fail(error, PIM_USAGE, "representative mode: the banks' results differ");
    for (size_t i = 0; i < count; i++) {
        const struct bitserial_bank *bank = &machine->banks[units[i]];
        if (!bank->program)
            return pim_fail(error, PIM_USAGE, "bank %" PRIu32 ": no program loaded", units[i]);
        if (bank->running)
            return pim_fail(error, PIM_USAGE, "bank %" PRIu32 ": already running", units[i]);
    }
    *overhead_ps = (uint64_t)llround(machine->parameters.launch_us * 1e6);
    for (size_t i = 0; i < count; i++)
        *bitserial_channel_of(machine, units[i]) = (struct bitserial_channel){.launch_ps = start_ps};
    for (size_t i = 0; i < count; i++)
        start(&machine->banks[units[i]], start_ps, start_ps + *overhead_ps, banks_of_rank(machine, units, count, units[i]));
    bitserial_lockstep_begin(machine, units, count);
    return PIM_OK;
}

static void add_event(struct bitserial_bank *bank, struct pim_event_list *events, uint16_t kind, uint64_t from_ps, uint64_t to_ps, uint64_t first,
                      uint64_t second)
{
    struct pim_event event = {.time_ps = from_ps, .duration_ps = to_ps - from_ps, .unit = bank->unit, .kind = kind,
                              .sequence = bank->event_sequence++, .arguments = {first, second, bank->fault.row, bank->fault.command}};
    if (events)
        pim_event_add(events, &event);
}

static enum pim_run run_until(void *opaque, uint32_t unit, uint64_t limit_cycles, struct pim_event_list *events)
{
    struct bitserial_machine *machine = opaque;
    struct bitserial_bank *bank = &machine->banks[unit];
    uint64_t from = bank->cycle, commands = bank->counters.commands, bulk = bank->counters.bulk_operations;
    if (!bank->running)
        return bank->fault.kind ? PIM_FAULTED : PIM_DONE;
    if (from == 0 && limit_cycles)
        add_event(bank, events, BITSERIAL_EVENT_LAUNCH, bank->launch_ps, bank->start_ps, bank->counters.launches, 0);
    bitserial_record_begin(bank, events, limit_cycles);
    bool reference = machine->parameters.engine == BITSERIAL_ENGINE_REFERENCE;
    enum pim_run result = reference ? bitserial_run_reference(bank, limit_cycles) : bitserial_run_fast(bank, limit_cycles);
    bitserial_record_end(bank);
    bank->cycle = result == PIM_LIMITED ? limit_cycles : bank->ready_cycle;
    bank->counters.cycles += bank->cycle - from;
    bank->running = result == PIM_LIMITED;
    if (!bank->running)
        bitserial_lockstep_leave(bank);
    uint64_t from_ps = bitserial_time_ps(bank, from), now_ps = bitserial_time_ps(bank, bank->cycle);
    if (bank->cycle > from)
        add_event(bank, events, BITSERIAL_EVENT_RUN, from_ps, now_ps, bank->counters.commands - commands, bank->counters.bulk_operations - bulk);
    if (result == PIM_FAULTED) {
        bitserial_describe_fault(bank, &bank->description);
        add_event(bank, events, BITSERIAL_EVENT_FAULT, now_ps, now_ps, bank->fault.pc, bank->fault.kind);
    }
    return result;
}

/* ---- what a bank says of itself ---- */

static const struct bitserial_bank *bank_at(const void *opaque, uint32_t unit)
{
    return &((const struct bitserial_machine *)opaque)->banks[unit];
}

static void status(const void *opaque, uint32_t unit, struct pim_unit_status *unit_status)
{
    const struct bitserial_bank *bank = bank_at(opaque, unit);
    *unit_status = (struct pim_unit_status){.running = bank->running, .faulted = bank->fault.kind != BITSERIAL_NO_FAULT, .start_ps = bank->start_ps,
                                            .now_ps = bitserial_time_ps(bank, bank->cycle), .elapsed_cycles = bank->cycle};
}

static bool fault(const void *opaque, uint32_t unit, struct pim_fault *description)
{
    const struct bitserial_bank *bank = bank_at(opaque, unit);
    if (bank->fault.kind == BITSERIAL_NO_FAULT)
        return false;
    *description = bank->description;
    return true;
}

static const void *counters_of(const void *opaque, uint32_t unit)
{
    return &bank_at(opaque, unit)->counters;
}

static char *no_output(const void *opaque, uint32_t unit, struct pim_error *error)
{
    (void)opaque, (void)unit, (void)error;
    return NULL;
}

static char *no_diagnostics(const void *opaque, uint32_t unit)
{
    (void)opaque, (void)unit;
    return NULL;
}

const struct pim_backend pim_bitserial_backend = {
    .abi_version = PIM_ABI_VERSION,
    .struct_size = sizeof(struct pim_backend),
    .name = "bitserial",
    .summary = "DRAM banks that compute by activating rows, bit-serially: Ambit and SIMDRAM",
    .instruction_set = "bitserial",
    .default_target = "simdram-ddr4-16bank",
    .levels = bitserial_levels,
    .spaces = bitserial_spaces,
    .parameters = bitserial_parameter_rows,
    .parameters_size = sizeof(struct bitserial_parameters),
    .clock_key = "timing.clock_mhz",
    .counters = bitserial_counter_rows,
    .energies = bitserial_energy_rows,
    .events = bitserial_event_rows,
    .derived = bitserial_derived_rows,
    .dram = &bitserial_dram,
    .queue_level = "channel",
    .open = machine_open,
    .close = machine_close,
    .reset = machine_reset,
    .load = load,
    .transfer = bitserial_transfer,
    .launch = launch,
    .run_until = run_until,
    .status = status,
    .fault = fault,
    .counters_of = counters_of,
    .output = no_output,
    .diagnostics = no_diagnostics,
    .snapshot = bitserial_snapshot,
    .restore = bitserial_restore,
    .code = {BITSERIAL_SPACE_PROGRAM, BITSERIAL_WORD_BYTES, BITSERIAL_MOST_WORDS},
};
