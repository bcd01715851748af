/* A back-end as small as one can be: an accumulator machine that adds bytes. It shows, from the outside, what the core asks of a
 * back-end; doc/backend-guide.md walks through it.
 *
 * What is modelled: one unit = 64 bytes of code, 64 bytes of data, an accumulator and a pointer. One-letter instructions:
 *   +  accumulator += data[pointer++]                 1 cycle
 *   *  accumulator = accumulator squared              `pipeline.square_cycles`, an event
 *   =  data[56..63] = accumulator, little end first   1 cycle
 *   <  pointer = 0, go on at the first instruction    1 cycle
 *   ?  wait until the host has made data[52] other than 0    0 cycles
 *   .  end                                            1 cycle
 * Anything else is a fault. Where numbers come from: nowhere, it is a toy.
 */
#include "toy_counter.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------------- tables --- */

struct parameters {
    uint64_t boards, cells, square_cycles, greeting;
    double clock_mhz, link_gbs, add_aj, idle_uw, busy_uw;
    bool chatty;
};

struct counters {
    uint64_t additions, squares, cycles;
};

#define FIELD(name) offsetof(struct parameters, name)

static const struct pim_level levels[] = {
    {"board", "machine.boards"},
    {"cell", "machine.cells"},
    {NULL, NULL},
};

static const struct pim_space spaces[] = {
    [TOY_CODE] = {.name = "CODE", .bytes = TOY_CODE_BYTES, .granule_bytes = 1},
    [TOY_DATA] = {.name = "DATA", .bytes = TOY_DATA_BYTES, .granule_bytes = 4, .host_while_running = true},
    {.name = NULL},
};

static const struct pim_parameter parameters[] = {
    {"machine.boards", PIM_INTEGER, "", "1", "8", "2", NULL, FIELD(boards), "boards", "toy"},
    {"machine.cells", PIM_INTEGER, "", "1", "64", "3", NULL, FIELD(cells), "cells of a board", "toy"},
    {"pipeline.clock_mhz", PIM_REAL, "MHz", "1", "1000", "300", NULL, FIELD(clock_mhz), "clock of a cell", "toy"},
    {"pipeline.square_cycles", PIM_INTEGER, "cycles", "1", "100", "4", NULL, FIELD(square_cycles), "cost of a square", "toy"},
    {"link.gbs", PIM_REAL, "GB/s", "0.001", "1000", "0.5", NULL, FIELD(link_gbs), "bandwidth of a board's link", "toy"},
    {"energy.add_aj", PIM_REAL, "aJ", "0", "1e12", "1000", NULL, FIELD(add_aj), "one addition", "toy"},
    {"energy.idle_uw", PIM_REAL, "uW", "0", "1e9", "10", NULL, FIELD(idle_uw), "power of an idle cell", "assumption: a toy idles"},
    {"energy.busy_uw", PIM_REAL, "uW", "0", "1e9", "100", NULL, FIELD(busy_uw), "power of a busy cell", "toy"},
    {"text.greeting", PIM_CHOICE, "", NULL, NULL, "hello", "hello|good day", FIELD(greeting), "what it says", "toy"},
    {"text.chatty", PIM_BOOL, "", NULL, NULL, "no", NULL, FIELD(chatty), "say it after every launch", "toy"},
    {.key = NULL},
};

static const struct pim_counter counter_rows[] = {
    {"additions", "operations", offsetof(struct counters, additions), "instructions +"},
    {"squares", "operations", offsetof(struct counters, squares), "instructions *"},
    {"cycles", "cycles", offsetof(struct counters, cycles), "elapsed in launches"},
    {.name = NULL},
};

static const struct pim_energy energies[] = {
    {"adder", "additions", NULL, "energy.add_aj"},
    {"leakage, idle", NULL, "idle", "energy.idle_uw"},
    {"leakage, busy", NULL, "busy", "energy.busy_uw"},
    {.component = NULL},
};

enum { EVENT_SQUARE };
static const struct pim_event_kind events[] = {
    [EVENT_SQUARE] = {"square", 0x117733, {"accumulator"}, "one instruction *"},
    {.name = NULL},
};

static const struct pim_derived derived[] = {
    {"addition_rate", "1/s", "additions", "kernel_s", 1, "all cells together"},
    {.name = NULL},
};

/* --------------------------------------------------------------------------------- machine --- */

struct cell {
    uint8_t code[TOY_CODE_BYTES], data[TOY_DATA_BYTES];
    uint64_t accumulator, pc, pointer, cycle, ready_cycle, start_ps, sequence;
    struct counters counters;
    bool loaded, running, faulted;
};

struct machine {
    struct parameters parameters;
    uint32_t units;
    struct cell cells[];
};

static enum pim_status open_machine(const void *given, uint32_t units, void **opaque, struct pim_error *error)
{
    struct machine *machine = calloc(1, sizeof *machine + units * sizeof *machine->cells);
    if (!machine)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %" PRIu32 " cells", units);
    memcpy(&machine->parameters, given, sizeof machine->parameters);
    machine->units = units;
    *opaque = machine;
    return PIM_OK;
}

static void reset(void *opaque)
{
    struct machine *machine = opaque;
    memset(machine->cells, 0, machine->units * sizeof *machine->cells);
}

static enum pim_status load(void *opaque, const uint32_t *units, size_t count, const struct pim_image *image,
                            struct pim_error *error)
{
    struct machine *machine = opaque;
    for (size_t i = 0; i < image->segment_count; i++)
        if (image->segments[i].space != TOY_CODE || image->segments[i].address ||
            image->segments[i].data_bytes > TOY_CODE_BYTES)
            return pim_fail(error, PIM_BAD_INPUT, "%s: segment %zu does not fit into CODE", image->path, i);
    for (size_t i = 0; i < count; i++) {
        struct cell *cell = &machine->cells[units[i]];
        for (size_t j = 0; j < image->segment_count; j++)
            memcpy(cell->code, image->segments[j].data, image->segments[j].data_bytes);
        cell->loaded = true;
    }
    return PIM_OK;
}

static enum pim_status transfer(void *opaque, enum pim_direction direction, const struct pim_transfer *transfers,
                                size_t count, uint32_t queues, uint64_t start_ps, uint64_t *duration_ps, struct pim_error *error)
{
    struct machine *machine = opaque;
    uint64_t bytes = 0;
    (void)error, (void)queues, (void)start_ps; /* the core has checked all that can be wrong here; queues share nothing */
    for (size_t i = 0; i < count; i++) {
        struct cell *cell = &machine->cells[transfers[i].unit];
        uint8_t *memory = (transfers[i].space == TOY_CODE ? cell->code : cell->data) + transfers[i].offset;
        if (direction == PIM_TO_UNIT)
            memcpy(memory, transfers[i].data, transfers[i].bytes);
        else
            memcpy(transfers[i].data, memory, transfers[i].bytes);
        bytes += transfers[i].bytes;
    }
    *duration_ps = (uint64_t)llround((double)bytes * 1000 / machine->parameters.link_gbs);
    return PIM_OK;
}

static enum pim_status launch(void *opaque, const uint32_t *units, size_t count, uint64_t start_ps, enum pim_mode mode,
                              uint64_t *overhead_ps, struct pim_error *error)
{
    struct machine *machine = opaque;
    (void)mode;
    for (size_t i = 0; i < count; i++)
        if (!machine->cells[units[i]].loaded)
            return pim_fail(error, PIM_USAGE, "unit %" PRIu32 ": no program loaded", units[i]);
    *overhead_ps = 5000;
    for (size_t i = 0; i < count; i++) {
        struct cell *cell = &machine->cells[units[i]];
        cell->accumulator = cell->pc = cell->pointer = cell->cycle = cell->ready_cycle = 0;
        cell->start_ps = start_ps + *overhead_ps;
        cell->running = true;
        cell->faulted = false;
    }
    return PIM_OK;
}

static uint64_t time_ps(const struct machine *machine, const struct cell *cell, uint64_t cycle)
{
    return cell->start_ps + (uint64_t)((pim_u128)cycle * 1000000 / (uint64_t)llround(machine->parameters.clock_mhz));
}

static void square(struct machine *machine, struct cell *cell, uint32_t unit, struct pim_event_list *list)
{
    uint64_t cycles = machine->parameters.square_cycles;
    cell->accumulator *= cell->accumulator;
    cell->counters.squares++;
    if (list)
        pim_event_add(list, &(struct pim_event){
                                .time_ps = time_ps(machine, cell, cell->cycle),
                                .duration_ps = time_ps(machine, cell, cell->cycle + cycles) - time_ps(machine, cell, cell->cycle),
                                .unit = unit,
                                .kind = EVENT_SQUARE,
                                .sequence = cell->sequence++,
                                .arguments = {cell->accumulator},
                            });
}

static uint64_t cost(const struct machine *machine, char instruction)
{
    return instruction == '*' ? machine->parameters.square_cycles : instruction == '?' ? 0 : 1;
}

/* One instruction; what it leaves is what run_until returns when it is not PIM_LIMITED. */
static enum pim_run step(struct machine *machine, struct cell *cell, uint32_t unit, struct pim_event_list *list)
{
    switch (cell->code[cell->pc % TOY_CODE_BYTES]) {
    case '+':
        cell->accumulator += cell->data[cell->pointer++ % TOY_DATA_BYTES];
        cell->counters.additions++;
        break;
    case '*':
        square(machine, cell, unit, list);
        break;
    case '=':
        for (int i = 0; i < 8; i++)
            cell->data[TOY_RESULT_OFFSET + i] = (uint8_t)(cell->accumulator >> 8 * i);
        break;
    case '<':
        cell->pointer = 0;
        cell->pc = UINT64_MAX;
        break;
    case '?':
        if (!cell->data[TOY_MAIL_OFFSET])
            return PIM_WAITING;
        break;
    case '.':
        return PIM_DONE;
    default:
        cell->faulted = true;
        return PIM_FAULTED;
    }
    cell->pc++;
    return PIM_LIMITED;
}

static void advance(struct cell *cell, uint64_t cycle)
{
    cell->counters.cycles += cycle - cell->cycle;
    cell->cycle = cycle;
}

/* An instruction happens in its first cycle; the rest of its cost is waiting, which a limit may cut anywhere. */
static enum pim_run run_until(void *opaque, uint32_t unit, uint64_t limit_cycles, struct pim_event_list *list)
{
    struct machine *machine = opaque;
    struct cell *cell = &machine->cells[unit];
    if (!cell->running)
        return cell->faulted ? PIM_FAULTED : PIM_DONE;
    while (cell->ready_cycle < limit_cycles) {
        advance(cell, cell->ready_cycle);
        cell->ready_cycle += cost(machine, (char)cell->code[cell->pc % TOY_CODE_BYTES]);
        enum pim_run run = step(machine, cell, unit, list);
        cell->running = run == PIM_LIMITED || run == PIM_WAITING;
        if (run == PIM_WAITING && limit_cycles != UINT64_MAX)
            cell->ready_cycle = limit_cycles;
        if (run != PIM_LIMITED) {
            advance(cell, cell->ready_cycle);
            return run;
        }
    }
    advance(cell, limit_cycles);
    return PIM_LIMITED;
}

static void status(const void *opaque, uint32_t unit, struct pim_unit_status *result)
{
    const struct machine *machine = opaque;
    const struct cell *cell = &machine->cells[unit];
    *result = (struct pim_unit_status){cell->running, cell->faulted, cell->start_ps, time_ps(machine, cell, cell->cycle),
                                       cell->cycle};
}

static bool fault(const void *opaque, uint32_t unit, struct pim_fault *result)
{
    const struct cell *cell = &((const struct machine *)opaque)->cells[unit];
    *result = (struct pim_fault){.unit = unit, .lane = -1, .pc = cell->pc, .kind = "no instruction"};
    snprintf(result->reason, sizeof result->reason, "byte 0x%02x is no instruction", cell->code[cell->pc % TOY_CODE_BYTES]);
    return cell->faulted;
}

static const void *counters_of(const void *opaque, uint32_t unit)
{
    return &((const struct machine *)opaque)->cells[unit].counters;
}

static char *output(const void *opaque, uint32_t unit, struct pim_error *error)
{
    const struct machine *machine = opaque;
    (void)unit, (void)error;
    return machine->parameters.chatty ? strdup(machine->parameters.greeting ? "good day\n" : "hello\n") : NULL;
}

static char *diagnostics(const void *opaque, uint32_t unit)
{
    (void)opaque, (void)unit;
    return NULL;
}

static enum pim_status snapshot(const void *opaque, uint32_t unit, void **state, size_t *bytes, struct pim_error *error)
{
    const struct machine *machine = opaque;
    *bytes = sizeof *machine->cells;
    *state = malloc(*bytes);
    if (!*state)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a snapshot");
    memcpy(*state, &machine->cells[unit], *bytes);
    return PIM_OK;
}

static enum pim_status restore(void *opaque, uint32_t unit, const void *state, size_t bytes, struct pim_error *error)
{
    struct machine *machine = opaque;
    if (bytes != sizeof *machine->cells)
        return pim_fail(error, PIM_BAD_INPUT, "a snapshot of %zu bytes, expected %zu", bytes, sizeof *machine->cells);
    memcpy(&machine->cells[unit], state, bytes);
    return PIM_OK;
}

const struct pim_backend toy_counter_backend = {
    .abi_version = PIM_ABI_VERSION,
    .struct_size = sizeof(struct pim_backend),
    .name = "toy-counter",
    .summary = "cells that add bytes",
    .instruction_set = "toy-counter",
    .default_target = "toy-counter",
    .levels = levels,
    .spaces = spaces,
    .parameters = parameters,
    .parameters_size = sizeof(struct parameters),
    .clock_key = "pipeline.clock_mhz",
    .counters = counter_rows,
    .energies = energies,
    .events = events,
    .derived = derived,
    .open = open_machine,
    .close = free,
    .reset = reset,
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
};
