/* `pimento trace`: what is in a trace file, in short, and the same events for other tools. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "command.h"
#include "trace_export.h"

enum {
    TRACE_PERFETTO, TRACE_CSV, TRACE_FOR_RAMULATOR2, TRACE_FOR_DRAMSIM3, TRACE_ACTIVATIONS, TRACE_CHANNELS, TRACE_RANKS, TRACE_BANKS, TRACE_FROM,
    TRACE_UNITS, TRACE_JSON,
};
enum { ACTIVATIONS_ALL, ACTIVATIONS_FIRST }; /* choices of --activations */

/* Sums of durations exceed 64 bits on large machines; a summary needs no more than microseconds of them. */
static double microseconds(pim_u128 picoseconds)
{
    return (double)picoseconds * 1e-6;
}

static void print_head(const char *path, const struct trace_schema *schema, const struct trace_summary *summary)
{
    printf("file             %s\n", path);
    printf("written by       %s\n", schema->producer);
    printf("machine          target %s, back-end %s, %" PRIu32 " units\n", schema->target, schema->backend, schema->units);
    printf("events           %" PRIu64 "\n", summary->events);
    printf("from, to         %" PRIu64 " ps, %" PRIu64 " ps\n", summary->first_ps, summary->last_ps);
}

static void print_kinds(const struct trace_schema *schema, const struct trace_summary *summary)
{
    printf("\n  %-20s %12s %18s  %s\n", "event", "count", "total time", "meaning");
    for (size_t i = 0; i < summary->kind_count; i++)
        printf("  %-20s %12" PRIu64 " %15.3f us  %s\n", schema->kinds[i].name, summary->kinds[i].events,
               microseconds(summary->kinds[i].duration_ps), schema->kinds[i].help);
}

static void print_units(const struct trace_summary *summary, size_t most)
{
    if (!summary->unit_count || !most)
        return;
    printf("\n  %-20s %12s %18s  %s\n", "unit, busiest first", "events", "busy", "share of the trace");
    uint64_t elapsed = summary->last_ps - summary->first_ps;
    for (size_t i = 0; i < summary->unit_count && i < most; i++) {
        const struct trace_unit_summary *unit = &summary->units[i];
        printf("  %-20" PRIu32 " %12" PRIu64 " %15.3f us  %.1f %%\n", unit->unit, unit->events, microseconds(unit->busy_ps),
               elapsed ? 100.0 * (double)unit->busy_ps / (double)elapsed : 0.0);
    }
    if (summary->unit_count > most)
        printf("  and %zu more\n", summary->unit_count - most);
}

/* 128-bit sums go out in picoseconds as text when JSON's integers cannot hold them. */
static json_t *json_sum(pim_u128 sum)
{
    if (sum <= INT64_MAX)
        return json_integer((json_int_t)sum);
    char digits[40], *first = digits + sizeof digits - 1;
    *first = '\0';
    for (; sum; sum /= 10)
        *--first = (char)('0' + (int)(sum % 10));
    return json_string(first);
}

static void print_json(const struct trace_schema *schema, const struct trace_summary *summary)
{
    json_t *kinds = json_array(), *units = json_array();
    for (size_t i = 0; i < summary->kind_count; i++)
        json_array_append_new(kinds, json_pack("{s:s, s:I, s:o}", "name", schema->kinds[i].name, "events",
                                               (json_int_t)summary->kinds[i].events, "duration_ps",
                                               json_sum(summary->kinds[i].duration_ps)));
    for (size_t i = 0; i < summary->unit_count; i++)
        json_array_append_new(units, json_pack("{s:I, s:I, s:o}", "unit", (json_int_t)summary->units[i].unit, "events",
                                               (json_int_t)summary->units[i].events, "busy_ps",
                                               json_sum(summary->units[i].busy_ps)));
    json_t *root = json_pack("{s:O, s:I, s:o, s:o, s:o, s:o}", "schema", schema->json, "events",
                             (json_int_t)summary->events, "first_ps", json_sum(summary->first_ps), "last_ps",
                             json_sum(summary->last_ps), "kinds", kinds, "units", units);
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

static enum pim_status summarise(const struct command_line *line, struct trace_reader *reader, struct pim_error *error)
{
    struct trace_summary summary;
    enum pim_status status = trace_summarise(reader, &summary, error);
    if (status != PIM_OK)
        return status;
    const struct trace_schema *schema = trace_schema_of(reader);
    if (line->values[TRACE_JSON].count > 0) {
        print_json(schema, &summary);
    } else {
        print_head(line->operands[0], schema, &summary);
        print_kinds(schema, &summary);
        print_units(&summary, option_number(line, TRACE_UNITS, 8));
    }
    trace_summary_free(&summary);
    return PIM_OK;
}

/* An output option without a file means standard output, which the exporters call "-". */
static const char *output_path(const struct command_line *line, size_t option)
{
    const char *path = option_text(line, option, NULL);
    return path && !*path ? "-" : path;
}

static enum pim_status export_for_simulators(const struct command_line *line, struct trace_reader *reader, uint64_t from, struct pim_error *error)
{
    static const struct { size_t option; enum trace_dram_format format; } rows[] = {
        {TRACE_FOR_RAMULATOR2, TRACE_RAMULATOR2}, {TRACE_FOR_DRAMSIM3, TRACE_DRAMSIM3},
    };
    const struct trace_dram_options options = {
        .channels = option_number(line, TRACE_CHANNELS, 0),
        .ranks = option_number(line, TRACE_RANKS, 0),
        .banks = option_number(line, TRACE_BANKS, 0),
        .first_only = line->values[TRACE_ACTIVATIONS].count > 0 && line->values[TRACE_ACTIVATIONS].number == ACTIVATIONS_FIRST,
    };
    enum pim_status status = PIM_OK;
    for (size_t i = 0; status == PIM_OK && i < sizeof rows / sizeof *rows; i++) {
        const char *path = output_path(line, rows[i].option);
        if (path)
            status = trace_export_dram(reader, rows[i].format, &options, path, from, error);
    }
    return status;
}

static enum pim_status export(const struct command_line *line, struct trace_reader *reader, struct pim_error *error)
{
    uint64_t from = option_number(line, TRACE_FROM, 0);
    const char *perfetto = output_path(line, TRACE_PERFETTO), *csv = output_path(line, TRACE_CSV);
    enum pim_status status = perfetto ? trace_export_perfetto(reader, perfetto, from, error) : PIM_OK;
    if (status == PIM_OK && csv)
        status = trace_export_csv(reader, csv, from, error);
    return status == PIM_OK ? export_for_simulators(line, reader, from, error) : status;
}

static enum pim_status run(const struct command_line *line, struct pim_error *error)
{
    struct trace_reader *reader;
    enum pim_status status = trace_open(line->operands[0], &reader, error);
    if (status != PIM_OK)
        return status;
    static const size_t outputs[] = {TRACE_PERFETTO, TRACE_CSV, TRACE_FOR_RAMULATOR2, TRACE_FOR_DRAMSIM3};
    bool exports = false;
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        exports = exports || line->values[outputs[i]].count > 0;
    status = exports ? export(line, reader, error) : summarise(line, reader, error);
    trace_close(reader);
    return status;
}

const struct command command_trace = {
    .name = "trace",
    .operands = "FILE",
    .operand_kind = OPERAND_FILE,
    .least_operands = 1,
    .most_operands = 1,
    .summary = "summarise a trace file, or export it for other tools",
    .description = "Without an export option, reads the whole trace, checks it, and prints what it holds. The file comes from "
                   "`pimento run --trace`; doc/trace-format.md describes it.",
    .options = (const struct option_row[]){
        [TRACE_PERFETTO] = {.name = "perfetto", .kind = OPTION_OUTPUT, .argument = "FILE", .choices = ".json",
                            .help = "write the JSON that ui.perfetto.dev and chrome://tracing open"},
        [TRACE_CSV] = {.name = "csv", .kind = OPTION_OUTPUT, .argument = "FILE", .choices = ".csv",
                       .help = "write one line per event"},
        [TRACE_FOR_RAMULATOR2] = {.name = "ramulator2", .kind = OPTION_OUTPUT, .argument = "FILE", .choices = ".txt",
                                  .help = "write row commands as a load and store trace of Ramulator 2"},
        [TRACE_FOR_DRAMSIM3] = {.name = "dramsim3", .kind = OPTION_OUTPUT, .argument = "FILE", .choices = ".txt",
                                .help = "write row commands as a trace of DRAMsim3"},
        [TRACE_ACTIVATIONS] = {.name = "activations", .kind = OPTION_CHOICE, .argument = "WHICH", .choices = "all|first",
                               .help = "which rows of a command these two open: all, or the first; default all"},
        [TRACE_CHANNELS] = {.name = "channels", .kind = OPTION_NUMBER, .argument = "N", .minimum = 1, .maximum = UINT32_MAX,
                            .help = "channels of their memory; default: those of the trace"},
        [TRACE_RANKS] = {.name = "ranks", .kind = OPTION_NUMBER, .argument = "N", .minimum = 1, .maximum = UINT32_MAX,
                         .help = "ranks of a channel of their memory; default: those of the trace"},
        [TRACE_BANKS] = {.name = "banks", .kind = OPTION_NUMBER, .argument = "N", .minimum = 1, .maximum = UINT32_MAX,
                         .help = "banks of a rank of their memory; default: those of the trace"},
        [TRACE_FROM] = {.name = "from", .kind = OPTION_NUMBER, .argument = "PS", .maximum = UINT64_MAX,
                        .help = "export from this time on, in picoseconds"},
        [TRACE_UNITS] = {.name = "units", .letter = 'n', .kind = OPTION_NUMBER, .argument = "N", .maximum = UINT32_MAX,
                         .help = "how many units the summary names; default 8"},
        [TRACE_JSON] = {.name = "json", .kind = OPTION_SWITCH, .help = "print the summary as JSON"},
        {0}
    },
    .run = run,
};
