#include "config.h" /* GNU extensions of the C library */

#include "report.h"

#include "device.h"

struct walk {
    struct pim_device *device;
    const struct pim_backend *backend;
    const struct pim_ledger *ledger;
    const struct pim_report_options *options;
    struct report report;
};

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
    report_section(&walk->report, &section);
    report_put_text(&walk->report, "pimento", pim_version());
    if (walk->options->program)
        report_put_text(&walk->report, "program", walk->options->program);
    report_put_text(&walk->report, "target", pim_target_name(walk->device->target));
    report_put_text(&walk->report, "back-end", walk->backend->name);
    report_put_text(&walk->report, "mode", mode_name(walk->device->options.mode));
    report_put_integer(&walk->report, "units", walk->device->units, "", NULL);
    report_put_integer(&walk->report, "launches", walk->ledger->launches, "", NULL);
    report_put_text(&walk->report, "ending", ending_name(walk->device));
    report_section_end(&walk->report);
}

static void walk_fault(struct walk *walk, const struct pim_fault *fault)
{
    report_item(&walk->report);
    report_put_integer(&walk->report, "unit", fault->unit, "", NULL);
    if (fault->lane >= 0)
        report_put_integer(&walk->report, "lane", (uint64_t)fault->lane, "", NULL);
    report_put_integer(&walk->report, "pc", fault->pc, "", NULL);
    if (fault->address_valid)
        report_put_integer(&walk->report, "address", fault->address, "", NULL);
    report_put_text(&walk->report, "kind", fault->kind);
    report_put_text(&walk->report, "reason", fault->reason);
    report_put_text(&walk->report, "function", fault->function);
    report_put_text(&walk->report, "source", fault->source);
    report_put_text(&walk->report, "instruction", fault->instruction);
    report_item_end(&walk->report);
}

static void walk_faults(struct walk *walk)
{
    static const struct report_section section = {"faults", "faults of the last launch", true};
    struct pim_fault fault;
    report_section(&walk->report, &section);
    for (size_t i = 0; pim_device_fault(walk->device, i, &fault); i++)
        walk_fault(walk, &fault);
    report_section_end(&walk->report);
}

static void walk_host(struct walk *walk)
{
    static const struct report_section section = {"host", "the emulation itself", false};
    if (!walk->options->host_ns)
        return;
    report_section(&walk->report, &section);
    report_put_integer(&walk->report, "wall_time", walk->options->host_ns, "ns", "not part of byte identity");
    report_section_end(&walk->report);
}

static void walk_all(struct walk *walk)
{
    struct report *report = &walk->report;
    walk_run(walk);
    report_parameters(report, walk->device->target);
    report_time(report, walk->ledger);
    report_transfers(report, walk->ledger);
    report_counters(report, walk->backend, walk->ledger);
    report_derived(report, walk->backend, walk->ledger);
    report_energy(report, walk->backend, walk->ledger);
    report_assumptions(report, walk->device->target);
    if (walk->options->profile)
        report_profile(report, walk->options->profile, walk->options->profile_count);
    walk_faults(walk);
    walk_host(walk);
}

enum pim_status pim_report(struct pim_device *device, const struct pim_report_options *options, char **text,
                           size_t *bytes, struct pim_error *error)
{
    struct walk walk = {
        .device = device,
        .backend = device->backend,
        .ledger = pim_device_ledger(device),
        .options = options,
    };
    *text = NULL;
    if (!walk.ledger)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a report");
    enum pim_status status =
        report_open(&walk.report, options->format, "pimento.report", PIM_REPORT_SCHEMA_VERSION, text, bytes, error);
    if (status != PIM_OK)
        return status;
    walk_all(&walk);
    return report_close(&walk.report, text, error);
}
