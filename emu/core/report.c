#include "config.h" /* GNU extensions of the C library */

#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "derived.h"
#include "device.h"
#include "number_text.h"

struct walk {
    struct pim_device *device;
    const struct pim_backend *backend;
    const struct pim_ledger *ledger;
    const struct pim_report_options *options;
    const struct report_writer *writer;
    struct report_stream stream;
};

const char *report_plain_value(const struct report_row *row, char *buffer)
{
    if (row->type == REPORT_TEXT)
        return row->text;
    if (row->type == REPORT_REAL)
        pim_print_real(row->real, buffer);
    else
        pim_print_u128(row->integer, buffer);
    return buffer;
}

/* --------------------------------------------------------------------------------- writing --- */

static void begin_section(struct walk *walk, const struct report_section *section)
{
    walk->stream.section = section;
    walk->stream.items = walk->stream.rows = walk->stream.shown = 0;
    walk->writer->begin_section(&walk->stream);
    walk->stream.sections++;
}

static void end_section(struct walk *walk)
{
    walk->writer->end_section(&walk->stream);
}

static void begin_item(struct walk *walk)
{
    walk->stream.rows = 0;
    walk->writer->begin_item(&walk->stream);
}

static void end_item(struct walk *walk)
{
    walk->writer->end_item(&walk->stream);
    walk->stream.items++;
}

static void put(struct walk *walk, const struct report_row *row)
{
    walk->writer->row(&walk->stream, row);
    walk->stream.rows++;
}

static void put_text(struct walk *walk, const char *key, const char *text)
{
    put(walk, &(struct report_row){.key = key, .type = REPORT_TEXT, .text = text, .unit = ""});
}

static void put_integer(struct walk *walk, const char *key, pim_u128 value, const char *unit, const char *help)
{
    put(walk, &(struct report_row){.key = key, .integer = value, .unit = unit, .help = help});
}

/* -------------------------------------------------------------------------------- sections --- */

static const char *mode_name(enum pim_mode mode)
{
    static const char *const names[] = {
        [PIM_FUNCTIONAL] = "functional", [PIM_TIMING] = "timing", [PIM_REPRESENTATIVE] = "representative"};
    return names[mode];
}

/* How the last launch ended; a fault counts more than a limit. */
static const char *ending_name(const struct pim_device *device)
{
    struct pim_fault fault;
    if (!device->ending_count)
        return "done";
    return pim_device_fault(device, 0, &fault) ? "fault" : "limit";
}

static void walk_run(struct walk *walk)
{
    static const struct report_section section = {"run", "run", false};
    begin_section(walk, &section);
    put_text(walk, "pimento", pim_version());
    if (walk->options->program)
        put_text(walk, "program", walk->options->program);
    put_text(walk, "target", pim_target_name(walk->device->target));
    put_text(walk, "back-end", walk->backend->name);
    put_text(walk, "mode", mode_name(walk->device->options.mode));
    put_integer(walk, "units", walk->device->units, "", NULL);
    put_integer(walk, "launches", walk->ledger->launches, "", NULL);
    put_text(walk, "ending", ending_name(walk->device));
    end_section(walk);
}

/* Numbers stay numbers; choices and booleans are their words. */
static void walk_parameters(struct walk *walk)
{
    static const struct report_section section = {"parameters", "parameters set by the target or the command line (the others have their defaults)", false};
    begin_section(walk, &section);
    for (const struct pim_parameter *parameter = walk->backend->parameters; parameter->key; parameter++) {
        char value[256];
        pim_target_value(walk->device->target, parameter, value, sizeof value);
        struct report_row row = {
            .key = parameter->key,
            .type = REPORT_TEXT,
            .text = value,
            .unit = parameter->unit,
            .origin = pim_target_origin(walk->device->target, parameter),
            .source = pim_target_source(walk->device->target, parameter),
        };
        row.detail = !strcmp(row.origin, "default");
        uint64_t integer;
        if (parameter->type == PIM_INTEGER && !pim_parse_integer(value, &integer)) {
            row.type = REPORT_INTEGER;
            row.integer = integer;
        } else if (parameter->type == PIM_REAL && !pim_parse_real(value, &row.real)) {
            row.type = REPORT_REAL;
        }
        put(walk, &row);
    }
    end_section(walk);
}

static void walk_time(struct walk *walk)
{
    static const struct report_section section = {"time", "time (kernel, transfer, launch and idle add up to elapsed)", false};
    const struct pim_ledger *ledger = walk->ledger;
    const pim_u128 elapsed = ledger->elapsed_ps;
    const struct {
        const char *key, *help;
        uint64_t ps;
        bool part;
    } rows[] = {
        {"elapsed", "maximum over the queues", ledger->elapsed_ps, false},
        {"kernel", "a unit ran", ledger->kernel_ps, true},
        {"transfer", "a link was busy and no unit ran", ledger->transfer_ps, true},
        {"launch", "only launches were prepared", ledger->launch_ps, true},
        {"idle", "nothing of these", ledger->idle_ps, true},
        {"to_unit_busy", "links towards units, summed over queues", ledger->to_unit_ps, false},
        {"from_unit_busy", "links towards the host, summed over queues", ledger->from_unit_ps, false},
    };
    begin_section(walk, &section);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        put(walk, &(struct report_row){.key = rows[i].key,
                                       .integer = rows[i].ps,
                                       .unit = "ps",
                                       .help = rows[i].help,
                                       .whole = rows[i].part ? &elapsed : NULL});
    put_integer(walk, "busy_units", ledger->busy_unit_ps, "ps", "running times summed over units");
    put_integer(walk, "kernel_cycles", ledger->kernel_cycles, "cycles", "longest unit of each launch, summed");
    end_section(walk);
}

static void walk_transfers(struct walk *walk)
{
    static const struct report_section section = {"transfers", "host transfers", false};
    begin_section(walk, &section);
    put_integer(walk, "to_unit", walk->ledger->to_unit_bytes, "bytes", "host to units");
    put_integer(walk, "from_unit", walk->ledger->from_unit_bytes, "bytes", "units to host");
    end_section(walk);
}

static void walk_counters(struct walk *walk)
{
    static const struct report_section section = {"counters", "counters, summed over units", false};
    begin_section(walk, &section);
    for (size_t i = 0; i < walk->ledger->counter_count; i++) {
        const struct pim_counter *counter = &walk->backend->counters[i];
        put(walk, &(struct report_row){.key = counter->name,
                                       .integer = walk->ledger->counters[i],
                                       .unit = counter->unit,
                                       .help = counter->help,
                                       .detail = !walk->ledger->counters[i]});
    }
    end_section(walk);
}

static void walk_derived_rows(struct walk *walk, const struct pim_derived *derived)
{
    for (; derived && derived->name; derived++) {
        struct report_row row = {.key = derived->name, .type = REPORT_REAL, .unit = derived->unit, .help = derived->help};
        char formula[256], scale[PIM_NUMBER_TEXT_SIZE];
        if (!pim_derive(walk->backend, walk->ledger, derived, &row.real))
            continue;
        pim_print_real(derived->scale, scale);
        snprintf(formula, sizeof formula, "%s%s%s / %s", derived->scale == 1 ? "" : scale, derived->scale == 1 ? "" : " x ",
                 derived->numerator, derived->denominator);
        row.source = formula;
        put(walk, &row);
    }
}

static void walk_derived(struct walk *walk)
{
    static const struct report_section section = {"derived", "derived", false};
    begin_section(walk, &section);
    walk_derived_rows(walk, walk->backend->derived);
    walk_derived_rows(walk, pim_core_derived);
    end_section(walk);
}

static void walk_energy(struct walk *walk)
{
    static const struct report_section section = {"energy", "energy (components add up to the total)", false};
    begin_section(walk, &section);
    for (size_t i = 0; i < walk->ledger->energy_count; i++) {
        const struct pim_energy *energy = &walk->backend->energies[i];
        char formula[256];
        snprintf(formula, sizeof formula, "%s x %s%s", energy->coefficient_key, energy->counter ? energy->counter : energy->state,
                 energy->counter ? "" : " time of units");
        put(walk, &(struct report_row){.key = energy->component,
                                       .integer = walk->ledger->energies[i],
                                       .unit = "aJ",
                                       .source = formula,
                                       .whole = &walk->ledger->total_energy,
                                       .detail = !walk->ledger->energies[i]});
    }
    put_integer(walk, "total", walk->ledger->total_energy, "aJ", NULL);
    end_section(walk);
}

static bool is_assumption(const struct pim_target *target, const struct pim_parameter *parameter)
{
    return !strncmp(pim_target_source(target, parameter), "assumption", 10);
}

static void walk_assumptions(struct walk *walk)
{
    static const struct report_section section = {"assumptions", "assumptions: values without a public source, results rest on them",
                                                  false};
    begin_section(walk, &section);
    for (const struct pim_parameter *parameter = walk->backend->parameters; parameter->key; parameter++)
        if (is_assumption(walk->device->target, parameter))
            put_text(walk, parameter->key, pim_target_source(walk->device->target, parameter));
    end_section(walk);
}

static void walk_profile(struct walk *walk)
{
    static const struct report_section section = {"profile", "instructions by function, all units", true};
    pim_u128 all = 0;
    if (!walk->options->profile)
        return;
    for (size_t i = 0; i < walk->options->profile_count; i++)
        all += walk->options->profile[i].instructions;
    begin_section(walk, &section);
    for (size_t i = 0; i < walk->options->profile_count; i++) {
        begin_item(walk);
        put_text(walk, "function", walk->options->profile[i].function);
        put(walk, &(struct report_row){
                      .key = "instructions", .integer = walk->options->profile[i].instructions, .unit = "", .whole = &all});
        end_item(walk);
    }
    end_section(walk);
}

static void walk_fault(struct walk *walk, const struct pim_fault *fault)
{
    begin_item(walk);
    put_integer(walk, "unit", fault->unit, "", NULL);
    if (fault->lane >= 0)
        put_integer(walk, "lane", (uint64_t)fault->lane, "", NULL);
    put_integer(walk, "pc", fault->pc, "", NULL);
    if (fault->address_valid)
        put_integer(walk, "address", fault->address, "", NULL);
    put_text(walk, "kind", fault->kind);
    put_text(walk, "reason", fault->reason);
    put_text(walk, "function", fault->function);
    put_text(walk, "source", fault->source);
    put_text(walk, "instruction", fault->instruction);
    end_item(walk);
}

static void walk_faults(struct walk *walk)
{
    static const struct report_section section = {"faults", "faults of the last launch", true};
    struct pim_fault fault;
    begin_section(walk, &section);
    for (size_t i = 0; pim_device_fault(walk->device, i, &fault); i++)
        walk_fault(walk, &fault);
    end_section(walk);
}

static void walk_host(struct walk *walk)
{
    static const struct report_section section = {"host", "the emulation itself", false};
    if (!walk->options->host_ns)
        return;
    begin_section(walk, &section);
    put_integer(walk, "wall_time", walk->options->host_ns, "ns", "not part of byte identity");
    end_section(walk);
}

static void walk_all(struct walk *walk)
{
    static void (*const sections[])(struct walk *) = {
        walk_run,     walk_parameters, walk_time,    walk_transfers, walk_counters, walk_derived,
        walk_energy,  walk_assumptions, walk_profile, walk_faults,    walk_host,
    };
    walk->writer->begin(&walk->stream);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        sections[i](walk);
    walk->writer->end(&walk->stream);
}

enum pim_status pim_report(struct pim_device *device, const struct pim_report_options *options, char **text,
                           size_t *bytes, struct pim_error *error)
{
    static const struct report_writer *const writers[] = {
        [PIM_REPORT_TEXT] = &report_text_writer, [PIM_REPORT_JSON] = &report_json_writer, [PIM_REPORT_CSV] = &report_csv_writer};
    struct walk walk = {
        .device = device,
        .backend = device->backend,
        .ledger = pim_device_ledger(device),
        .options = options,
        .writer = writers[options->format],
    };
    *text = NULL;
    walk.stream.file = walk.ledger ? open_memstream(text, bytes) : NULL;
    if (!walk.stream.file)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a report");
    walk_all(&walk);
    bool written = !ferror(walk.stream.file);
    if (!fclose(walk.stream.file) && written && *text) /* glibc loses the text when its last realloc fails, without an error */
        return PIM_OK;
    free(*text);
    *text = NULL;
    return pim_fail(error, PIM_NO_MEMORY, "no memory for a report");
}
