/* Export: the accesses that make a DRAM simulator open the rows that row commands have opened, for Ramulator 2 (load and store trace) and DRAMsim3.
 *
 * Neither reads commands: both read accesses and make commands of their own. Every activation becomes one read of the row, at a column that
 * earlier reads of the row did not have, so that none is merged with another; commands that begin at the same time on several banks take turns, first
 * their first rows, then their second ones. What is lost, and what has to be set in the simulators, is in doc/command-traces.md.
 *
 *     address = ((((row of the bank x banks + bank) x ranks + rank) x accesses of a row + column) x channels + channel) x bytes of an access
 */
#include "trace_export.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "output_file.h"

enum { LEVEL_CHANNEL, LEVEL_RANK, LEVEL_BANK, LEVELS };

enum { COLUMN_ROWS = 64 }; /* rows with columns of their own: a simulator merges reads of one address that wait together, some dozens */

struct dram {
    FILE *file;
    struct trace_reader *reader;
    const struct trace_schema *schema;
    enum trace_dram_format format;
    bool first_only;
    struct pim_clock clock;
    uint64_t sizes[LEVELS];       /* of the simulator's memory: powers of two */
    uint64_t columns;             /* accesses of a row */
    uint64_t start_ps;            /* of the first command */
    bool started;
    uint8_t (*next_columns)[COLUMN_ROWS]; /* by unit, and row modulo COLUMN_ROWS; 256 columns are enough */
    struct pim_event_list group;  /* commands that begin at the same time */
};

/* ---- the machine, and the memory that the simulator has ---- */

static unsigned level_of(const char *name)
{
    return strcmp(name, "channel") == 0 ? LEVEL_CHANNEL : strcmp(name, "rank") == 0 ? LEVEL_RANK : LEVEL_BANK;
}

/* Where a unit is, and how many there are of each level, at most UINT64_MAX. The last level counts fastest. */
static void walk_levels(const struct trace_schema *schema, uint64_t unit, uint64_t places[LEVELS], uint64_t counts[LEVELS])
{
    for (unsigned i = 0; i < LEVELS; i++) {
        places[i] = 0;
        counts[i] = 1;
    }
    for (size_t i = schema->level_count; i-- > 0;) {
        unsigned level = level_of(schema->levels[i].name);
        uint64_t count = schema->levels[i].count;
        places[level] += unit % count * counts[level];
        if (__builtin_mul_overflow(counts[level], count, &counts[level]))
            counts[level] = UINT64_MAX;
        unit /= count;
    }
}

static bool is_power_of_two(uint64_t number)
{
    return number && !(number & (number - 1));
}

static enum pim_status wrong(const struct dram *out, struct pim_error *error, const char *what)
{
    return pim_fail(error, PIM_BAD_INPUT, "%s: %s", trace_name_of(out->reader), what);
}

static enum pim_status set_sizes(struct dram *out, const struct trace_dram_options *options, struct pim_error *error)
{
    static const char *const names[LEVELS] = {"channels", "ranks", "banks"};
    const uint64_t wished[LEVELS] = {options->channels, options->ranks, options->banks};
    uint64_t places[LEVELS], counts[LEVELS];
    walk_levels(out->schema, 0, places, counts);
    for (unsigned i = 0; i < LEVELS; i++) {
        out->sizes[i] = wished[i] ? wished[i] : counts[i];
        if (!is_power_of_two(out->sizes[i]) || out->sizes[i] < counts[i])
            return pim_fail(error, PIM_USAGE, "--%s: %" PRIu64 " for a trace with %" PRIu64 ", expected a power of two, at least as many", names[i],
                            out->sizes[i], counts[i]);
    }
    return PIM_OK;
}

/* Addresses are signed 64-bit numbers in both simulators. */
static bool addresses_fit(const struct dram *out)
{
    const struct trace_dram *dram = &out->schema->dram;
    uint64_t most = dram->subarrays;
    const uint64_t factors[] = {dram->rows, out->sizes[LEVEL_BANK], out->sizes[LEVEL_RANK], out->sizes[LEVEL_CHANNEL], dram->row_bytes};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        if (__builtin_mul_overflow(most, factors[i], &most))
            return false;
    return most <= INT64_MAX;
}

static enum pim_status prepare(struct dram *out, const struct trace_dram_options *options, struct pim_error *error)
{
    const struct trace_schema *schema = out->schema;
    const struct trace_dram *dram = &schema->dram;
    if (!dram->record_key)
        return pim_fail(error, PIM_BAD_INPUT, "%s: the units of back-end '%s' are no DRAM banks that open rows, expected a trace with row commands",
                        trace_name_of(out->reader), schema->backend);
    if (!dram->recorded)
        return pim_fail(error, PIM_BAD_INPUT, "%s: no row commands in the trace, expected that of a run with --set %s=on", trace_name_of(out->reader),
                        dram->record_key);
    if (!is_power_of_two(dram->row_bytes) || !is_power_of_two(dram->burst_bytes) || dram->row_bytes < dram->burst_bytes)
        return pim_fail(error, PIM_BAD_INPUT, "%s: rows of %" PRIu64 " bytes, read in accesses of %" PRIu64 ": addresses need powers of two",
                        trace_name_of(out->reader), dram->row_bytes, dram->burst_bytes);
    enum pim_status status = set_sizes(out, options, error);
    if (status == PIM_OK && !addresses_fit(out))
        status = wrong(out, error, "addresses of this memory do not fit in 63 bits");
    out->columns = dram->row_bytes / dram->burst_bytes;
    out->clock = pim_clock_from_mhz(dram->clock_mhz);
    out->next_columns = calloc(schema->units, sizeof *out->next_columns);
    if (status == PIM_OK && !out->next_columns)
        status = pim_fail(error, PIM_NO_MEMORY, "no memory for the units of a trace");
    return status;
}

/* ---- accesses ---- */

static uint64_t address_of(struct dram *out, const struct pim_event *event, size_t activation)
{
    uint64_t places[LEVELS], counts[LEVELS];
    walk_levels(out->schema, event->unit, places, counts);
    uint64_t row = event->arguments[2 * activation] * out->schema->dram.rows + event->arguments[2 * activation + 1];
    uint64_t column = out->next_columns[event->unit][row % COLUMN_ROWS]++ % out->columns;
    uint64_t address = row * out->sizes[LEVEL_BANK] + places[LEVEL_BANK];
    address = address * out->sizes[LEVEL_RANK] + places[LEVEL_RANK];
    address = address * out->columns + column;
    address = address * out->sizes[LEVEL_CHANNEL] + places[LEVEL_CHANNEL];
    return address * out->schema->dram.burst_bytes;
}

/* Cycles count from the first command; one that is not on an edge of the clock begins at the next. */
static uint64_t cycle_of(struct dram *out, const struct pim_event *event)
{
    if (!out->started)
        out->start_ps = event->time_ps;
    out->started = true;
    return event->time_ps < out->start_ps ? 0 : pim_clock_next_edge(out->clock, event->time_ps - out->start_ps);
}

static void put_access(struct dram *out, const struct pim_event *event, size_t activation)
{
    uint64_t address = address_of(out, event, activation), cycle = cycle_of(out, event);
    if (out->format == TRACE_RAMULATOR2)
        fprintf(out->file, "LD 0x%" PRIx64 "\n", address);
    else
        fprintf(out->file, "0x%" PRIx64 " READ %" PRIu64 "\n", address, cycle);
}

static void put_group(struct dram *out)
{
    size_t rounds = out->first_only ? 1 : PIM_EVENT_ARGUMENTS / 2;
    for (size_t activation = 0; activation < rounds; activation++)
        for (size_t i = 0; i < out->group.count; i++)
            if (activation < out->schema->kinds[out->group.events[i].kind].rows)
                put_access(out, &out->group.events[i], activation);
    out->group.count = 0;
}

static bool is_in_memory(const struct dram *out, const struct pim_event *event)
{
    const struct trace_dram *dram = &out->schema->dram;
    for (size_t i = 0; i < out->schema->kinds[event->kind].rows; i++)
        if (event->arguments[2 * i] >= dram->subarrays || event->arguments[2 * i + 1] >= dram->rows)
            return false;
    return true;
}

static enum pim_status put_events(struct dram *out, struct pim_error *error)
{
    const struct pim_event *event;
    enum pim_status status;
    while ((status = trace_next(out->reader, &event, error)) == PIM_OK && event && !ferror(out->file)) {
        if (!out->schema->kinds[event->kind].rows)
            continue;
        if (!is_in_memory(out, event))
            return wrong(out, error, "a row command opens a row that its bank does not have");
        bool full = out->group.count == out->schema->units; /* a unit begins one command at a time; a file may say otherwise */
        if (full || (out->group.count && out->group.events[0].time_ps != event->time_ps))
            put_group(out);
        if (!pim_event_add(&out->group, event))
            return pim_fail(error, PIM_NO_MEMORY, "no memory for the row commands of a trace");
    }
    put_group(out);
    return status;
}

enum pim_status trace_export_dram(struct trace_reader *reader, enum trace_dram_format format, const struct trace_dram_options *options,
                                  const char *path, uint64_t from_ps, struct pim_error *error)
{
    struct dram out = {.reader = reader, .schema = trace_schema_of(reader), .format = format, .first_only = options->first_only};
    struct output_file output = {0};
    enum pim_status status = prepare(&out, options, error);
    if (status == PIM_OK)
        status = output_open(path, &output, error);
    if (status == PIM_OK) {
        out.file = output.file;
        trace_seek(reader, from_ps);
        status = output_end(&output, put_events(&out, error), error);
    }
    free(out.next_columns);
    free(out.group.events);
    return status;
}
