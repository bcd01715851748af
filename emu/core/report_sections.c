/* Sections that the reports of a device and of a host program share. */
#include "config.h" /* GNU extensions of the C library */

#include "report.h"

#include <string.h>

#include "derived.h"
#include "number_text.h"

/* Numbers stay numbers; choices and booleans are their words. */
void report_parameters(struct report *report, const struct pim_target *target)
{
    static const struct report_section section = {"parameters", "parameters set by the target or the command line (the others have their defaults)", false};
    report_section(report, &section);
    for (const struct pim_parameter *parameter = pim_target_backend(target)->parameters; parameter->key; parameter++) {
        char value[256];
        pim_target_value(target, parameter, value, sizeof value);
        struct report_row row = {
            .key = parameter->key,
            .type = REPORT_TEXT,
            .text = value,
            .unit = parameter->unit,
            .origin = pim_target_origin(target, parameter),
            .source = pim_target_source(target, parameter),
        };
        row.detail = !strcmp(row.origin, "default");
        uint64_t integer;
        if (parameter->type == PIM_INTEGER && !pim_parse_integer(value, &integer)) {
            row.type = REPORT_INTEGER;
            row.integer = integer;
        } else if (parameter->type == PIM_REAL && !pim_parse_real(value, &row.real)) {
            row.type = REPORT_REAL;
        }
        report_put(report, &row);
    }
    report_section_end(report);
}

void report_time(struct report *report, const struct pim_ledger *ledger)
{
    static const struct report_section section = {"time", "time (kernel, transfer, launch and idle add up to elapsed)", false};
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
    report_section(report, &section);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        report_put(report, &(struct report_row){.key = rows[i].key,
                                                .integer = rows[i].ps,
                                                .unit = "ps",
                                                .help = rows[i].help,
                                                .whole = rows[i].part ? &elapsed : NULL});
    report_put_integer(report, "busy_units", ledger->busy_unit_ps, "ps", "running times summed over units");
    report_put_integer(report, "kernel_cycles", ledger->kernel_cycles, "cycles", "longest unit of each launch, summed");
    report_section_end(report);
}

void report_transfers(struct report *report, const struct pim_ledger *ledger)
{
    static const struct report_section section = {"transfers", "host transfers", false};
    report_section(report, &section);
    report_put_integer(report, "to_unit", ledger->to_unit_bytes, "bytes", "host to units");
    report_put_integer(report, "from_unit", ledger->from_unit_bytes, "bytes", "units to host");
    report_section_end(report);
}

void report_counters(struct report *report, const struct pim_backend *backend, const struct pim_ledger *ledger)
{
    static const struct report_section section = {"counters", "counters, summed over units", false};
    report_section(report, &section);
    for (size_t i = 0; i < ledger->counter_count; i++) {
        const struct pim_counter *counter = &backend->counters[i];
        report_put(report, &(struct report_row){.key = counter->name,
                                                .integer = ledger->counters[i],
                                                .unit = counter->unit,
                                                .help = counter->help,
                                                .detail = !ledger->counters[i]});
    }
    report_section_end(report);
}

static void derived_rows(struct report *report, const struct pim_backend *backend, const struct pim_ledger *ledger,
                         const struct pim_derived *derived)
{
    for (; derived && derived->name; derived++) {
        struct report_row row = {.key = derived->name, .type = REPORT_REAL, .unit = derived->unit, .help = derived->help};
        char formula[256], scale[PIM_NUMBER_TEXT_SIZE];
        if (!pim_derive(backend, ledger, derived, &row.real))
            continue;
        pim_print_real(derived->scale, scale);
        snprintf(formula, sizeof formula, "%s%s%s / %s", derived->scale == 1 ? "" : scale, derived->scale == 1 ? "" : " x ",
                 derived->numerator, derived->denominator);
        row.source = formula;
        report_put(report, &row);
    }
}

void report_derived(struct report *report, const struct pim_backend *backend, const struct pim_ledger *ledger)
{
    static const struct report_section section = {"derived", "derived", false};
    report_section(report, &section);
    derived_rows(report, backend, ledger, backend->derived);
    derived_rows(report, backend, ledger, pim_core_derived);
    report_section_end(report);
}

void report_energy(struct report *report, const struct pim_backend *backend, const struct pim_ledger *ledger)
{
    static const struct report_section section = {"energy", "energy (components add up to the total)", false};
    report_section(report, &section);
    for (size_t i = 0; i < ledger->energy_count; i++) {
        const struct pim_energy *energy = &backend->energies[i];
        char formula[256];
        snprintf(formula, sizeof formula, "%s x %s%s", energy->coefficient_key, energy->counter ? energy->counter : energy->state,
                 energy->counter ? "" : " time of units");
        report_put(report, &(struct report_row){.key = energy->component,
                                                .integer = ledger->energies[i],
                                                .unit = "aJ",
                                                .source = formula,
                                                .whole = &ledger->total_energy,
                                                .detail = !ledger->energies[i]});
    }
    report_put_integer(report, "total", ledger->total_energy, "aJ", NULL);
    report_section_end(report);
}

static bool is_assumption(const struct pim_target *target, const struct pim_parameter *parameter)
{
    return !strncmp(pim_target_source(target, parameter), "assumption", 10);
}

void report_assumptions(struct report *report, const struct pim_target *target)
{
    static const struct report_section section = {"assumptions", "assumptions: values without a public source, results rest on them",
                                                  false};
    report_section(report, &section);
    for (const struct pim_parameter *parameter = pim_target_backend(target)->parameters; parameter->key; parameter++)
        if (is_assumption(target, parameter))
            report_put_text(report, parameter->key, pim_target_source(target, parameter));
    report_section_end(report);
}

void report_profile(struct report *report, const struct pim_profile_row *rows, size_t count)
{
    static const struct report_section section = {"profile", "instructions by function, all units", true};
    pim_u128 all = 0;
    for (size_t i = 0; i < count; i++)
        all += rows[i].instructions;
    report_section(report, &section);
    for (size_t i = 0; i < count; i++) {
        report_item(report);
        report_put_text(report, "function", rows[i].function);
        report_put(report, &(struct report_row){
                               .key = "instructions", .integer = rows[i].instructions, .unit = "", .whole = &all});
        report_item_end(report);
    }
    report_section_end(report);
}
