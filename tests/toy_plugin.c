/* A back-end outside the tree: built as a loadable module, found on a search path, uses the public header only. One unit is a row of byte
 * cells that sorts itself by odd-even transposition, one phase a cycle: all pairs at once, as hardware would. The program is the
 * number of phases.
 */
#include "pimento.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_BYTES = 32 };

struct parameters {
    uint64_t rows;
    double clock_mhz, swap_aj, power_uw;
};

struct counters {
    uint64_t phases, swaps;
};

#define FIELD(name) offsetof(struct parameters, name)

static const struct pim_level levels[] = {{"row", "machine.rows"}, {NULL, NULL}};
static const struct pim_space spaces[] = {
    {.name = "PHASES", .bytes = 4, .granule_bytes = 4},
    {.name = "CELLS", .bytes = ROW_BYTES, .granule_bytes = 1},
    {.name = NULL},
};
static const struct pim_parameter parameters[] = {
    {"machine.rows", PIM_INTEGER, "", "1", "4096", "4", NULL, FIELD(rows), "rows of cells", "toy"},
    {"machine.clock_mhz", PIM_REAL, "MHz", "1", "10000", "1000", NULL, FIELD(clock_mhz), "clock of all rows", "toy"},
    {"energy.swap_aj", PIM_REAL, "aJ", "0", "1e12", "7", NULL, FIELD(swap_aj), "one exchange of neighbours", "toy"},
    {"energy.power_uw", PIM_REAL, "uW", "0", "1e12", "3", NULL, FIELD(power_uw), "of a row, always", "toy"},
    {.key = NULL},
};
static const struct pim_counter counter_rows[] = {
    {"phases", "cycles", offsetof(struct counters, phases), "compared all pairs once"},
    {"swaps", "operations", offsetof(struct counters, swaps), "exchanged neighbours"},
    {.name = NULL},
};
static const struct pim_energy energies[] = {
    {"exchanges", "swaps", NULL, "energy.swap_aj"},
    {"leakage", NULL, "elapsed", "energy.power_uw"},
    {.component = NULL},
};
static const struct pim_event_kind events[] = {
    {"phase", 0xcc9911, {"swaps"}, "one comparison of all pairs"},
    {.name = NULL},
};

struct row {
    uint32_t phases;
    uint8_t cells[ROW_BYTES];
    uint64_t cycle, start_ps, sequence;
    struct counters counters;
    bool running;
};

struct machine {
    uint64_t period_ps;
    uint32_t units;
    struct row rows[];
};

static enum pim_status open_machine(const void *given, uint32_t units, void **opaque, struct pim_error *error)
{
    const struct parameters *checked = given;
    struct machine *machine = calloc(1, sizeof *machine + units * sizeof *machine->rows);
    if (!machine)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %" PRIu32 " rows", units);
    machine->period_ps = (uint64_t)llround(1e6 / checked->clock_mhz);
    machine->units = units;
    *opaque = machine;
    return PIM_OK;
}

static void reset(void *opaque)
{
    struct machine *machine = opaque;
    memset(machine->rows, 0, machine->units * sizeof *machine->rows);
}

static enum pim_status load(void *opaque, const uint32_t *units, size_t count, const struct pim_image *image,
                            struct pim_error *error)
{
    struct machine *machine = opaque;
    if (image->segment_count != 1 || image->segments[0].data_bytes != sizeof machine->rows->phases)
        return pim_fail(error, PIM_BAD_INPUT, "%s: a program is one number of phases", image->path);
    for (size_t i = 0; i < count; i++)
        memcpy(&machine->rows[units[i]].phases, image->segments[0].data, sizeof machine->rows->phases);
    return PIM_OK;
}

static enum pim_status transfer(void *opaque, enum pim_direction direction, const struct pim_transfer *transfers,
                                size_t count, uint32_t queues, uint64_t start_ps, uint64_t *duration_ps, struct pim_error *error)
{
    struct machine *machine = opaque;
    (void)error, (void)queues, (void)start_ps;
    *duration_ps = 0;
    for (size_t i = 0; i < count; i++) {
        struct row *row = &machine->rows[transfers[i].unit];
        uint8_t *memory = (transfers[i].space ? row->cells : (uint8_t *)&row->phases) + transfers[i].offset;
        if (direction == PIM_TO_UNIT)
            memcpy(memory, transfers[i].data, transfers[i].bytes);
        else
            memcpy(transfers[i].data, memory, transfers[i].bytes);
        *duration_ps += transfers[i].bytes * machine->period_ps;
    }
    return PIM_OK;
}

static enum pim_status launch(void *opaque, const uint32_t *units, size_t count, uint64_t start_ps, enum pim_mode mode,
                              uint64_t *overhead_ps, struct pim_error *error)
{
    struct machine *machine = opaque;
    (void)mode, (void)error;
    *overhead_ps = 0;
    for (size_t i = 0; i < count; i++) {
        machine->rows[units[i]].cycle = 0;
        machine->rows[units[i]].start_ps = start_ps;
        machine->rows[units[i]].running = true;
    }
    return PIM_OK;
}

static uint64_t compare_pairs(struct row *row)
{
    uint64_t swaps = 0;
    for (size_t i = row->cycle % 2; i + 1 < ROW_BYTES; i += 2)
        if (row->cells[i] > row->cells[i + 1]) {
            uint8_t larger = row->cells[i];
            row->cells[i] = row->cells[i + 1];
            row->cells[i + 1] = larger;
            swaps++;
        }
    return swaps;
}

static enum pim_run run_until(void *opaque, uint32_t unit, uint64_t limit_cycles, struct pim_event_list *list)
{
    struct machine *machine = opaque;
    struct row *row = &machine->rows[unit];
    for (; row->cycle < row->phases && row->cycle < limit_cycles; row->cycle++) {
        uint64_t swaps = compare_pairs(row);
        row->counters.swaps += swaps;
        row->counters.phases++;
        if (list)
            pim_event_add(list, &(struct pim_event){.time_ps = row->start_ps + row->cycle * machine->period_ps,
                                                    .duration_ps = machine->period_ps,
                                                    .unit = unit,
                                                    .sequence = row->sequence++,
                                                    .arguments = {swaps}});
    }
    row->running = row->cycle < row->phases;
    return row->running ? PIM_LIMITED : PIM_DONE;
}

static void status(const void *opaque, uint32_t unit, struct pim_unit_status *result)
{
    const struct machine *machine = opaque;
    const struct row *row = &machine->rows[unit];
    *result = (struct pim_unit_status){row->running, false, row->start_ps, row->start_ps + row->cycle * machine->period_ps,
                                       row->cycle};
}

static bool fault(const void *opaque, uint32_t unit, struct pim_fault *result)
{
    (void)opaque, (void)unit, (void)result;
    return false;
}

static const void *counters_of(const void *opaque, uint32_t unit)
{
    return &((const struct machine *)opaque)->rows[unit].counters;
}

static char *output(const void *opaque, uint32_t unit, struct pim_error *error)
{
    (void)opaque, (void)unit, (void)error;
    return NULL;
}

static char *diagnostics(const void *opaque, uint32_t unit)
{
    (void)opaque, (void)unit;
    return NULL;
}

static enum pim_status snapshot(const void *opaque, uint32_t unit, void **state, size_t *bytes, struct pim_error *error)
{
    const struct machine *machine = opaque;
    *bytes = sizeof *machine->rows;
    *state = malloc(*bytes);
    if (!*state)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a snapshot");
    memcpy(*state, &machine->rows[unit], *bytes);
    return PIM_OK;
}

static enum pim_status restore(void *opaque, uint32_t unit, const void *state, size_t bytes, struct pim_error *error)
{
    struct machine *machine = opaque;
    if (bytes != sizeof *machine->rows)
        return pim_fail(error, PIM_BAD_INPUT, "a snapshot of %zu bytes, expected %zu", bytes, sizeof *machine->rows);
    memcpy(&machine->rows[unit], state, bytes);
    return PIM_OK;
}

static const struct pim_backend backend = {
    .abi_version = PIM_ABI_VERSION,
    .struct_size = sizeof(struct pim_backend),
    .name = "toy-sorter",
    .summary = "rows of cells that sort themselves",
    .instruction_set = "toy-sorter",
    .default_target = "toy-sorter",
    .levels = levels,
    .spaces = spaces,
    .parameters = parameters,
    .parameters_size = sizeof(struct parameters),
    .clock_key = "machine.clock_mhz",
    .counters = counter_rows,
    .energies = energies,
    .events = events,
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

/* Built a second time with TOY_STALE defined, as a plug-in of another ABI. */
#ifdef TOY_STALE
#define TOY_ABI_VERSION (PIM_ABI_VERSION + 1)
#else
#define TOY_ABI_VERSION PIM_ABI_VERSION
#endif

static const char *const targets[] = {"toy_targets", NULL};

extern const struct pim_plugin pim_plugin;
const struct pim_plugin pim_plugin = {
    .abi_version = TOY_ABI_VERSION,
    .struct_size = sizeof(struct pim_plugin),
    .backend = &backend,
    .targets = targets,
};
