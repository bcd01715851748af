#include "config.h" /* GNU extensions of the C library */

#include "host_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output_file.h"
#include "report.h"

enum { LAUNCHES_SHOWN = 10 };

/* ---- sections ---- */

static const char *ending_text(const struct host_ending *ending, char *text, size_t size)
{
    if (ending->signalled)
        snprintf(text, size, "signal %d (%s)", ending->number, strsignal(ending->number));
    else
        snprintf(text, size, "exit status %d", ending->number);
    return text;
}

/* The releases that the processes were served as, each once. */
static const char *releases(const struct host_totals *totals, char *text, size_t size)
{
    size_t length = 0;
    snprintf(text, size, "none");
    for (size_t i = 0; i < totals->process_count && length < size; i++) {
        const char *release = totals->processes[i].account.sdk;
        bool seen = false;
        for (size_t before = 0; before < i; before++)
            seen |= !strcmp(totals->processes[before].account.sdk, release);
        if (!seen)
            length += (size_t)snprintf(text + length, size - length, "%s%s", i ? ", " : "", release);
    }
    return text;
}

static void walk_run(struct report *out, const struct host_report *report)
{
    static const struct report_section section = {"run", "run", false};
    static const char *const profiles[] = {"UPMEM_PROFILE_BASE", "UPMEM_PROFILE"};
    const struct host_totals *totals = report->totals;
    char text[256];
    report_section(out, &section);
    report_put_text(out, "pimento", pim_version());
    report_put_text(out, "program", report->program);
    report_put_text(out, "ending", ending_text(report->ending, text, sizeof text));
    report_put_text(out, "target", pim_target_name(report->target));
    report_put_text(out, "SDK", releases(totals, text, sizeof text));
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (getenv(profiles[i]))
            report_put_text(out, profiles[i], getenv(profiles[i]));
    report_put_integer(out, "processes", totals->process_count, "", "that called the library");
    report_put_integer(out, "machines", totals->machines, "", "that they opened");
    report_put_integer(out, "dpus", totals->dpus, "", "most that a process had at one time");
    report_put_integer(out, "calls", totals->calls, "", "of the host interface");
    report_put_integer(out, "launches", totals->launch_total, "", NULL);
    report_put_integer(out, "faults", totals->faults, "", "DPUs in fault after a launch, added up");
    report_section_end(out);
}

static void walk_symbols(struct report *out, const struct host_report *report)
{
    static const struct report_section section = {"symbols", "transfers by symbol", true};
    report_section(out, &section);
    for (size_t i = 0; i < report->totals->symbol_count; i++) {
        const struct host_symbol_row *row = &report->totals->symbols[i];
        report_item(out);
        report_put_text(out, "symbol", row->name);
        report_put_integer(out, "to_unit", row->bytes[PIM_TO_UNIT], "bytes", NULL);
        report_put_integer(out, "to_unit_calls", row->calls[PIM_TO_UNIT], "", NULL);
        report_put_integer(out, "from_unit", row->bytes[PIM_FROM_UNIT], "bytes", NULL);
        report_put_integer(out, "from_unit_calls", row->calls[PIM_FROM_UNIT], "", NULL);
        report_item_end(out);
    }
    report_section_end(out);
}

static void walk_launches(struct report *out, const struct host_report *report)
{
    static const struct report_section section = {"launches", "the longest launches, by their longest DPU", true};
    report_section(out, &section);
    for (size_t i = 0; i < report->totals->launch_count && i < LAUNCHES_SHOWN; i++) {
        const struct host_launch *launch = &report->totals->launches[i];
        report_item(out);
        if (report->totals->process_count > 1)
            report_put_integer(out, "process", launch->process, "", NULL);
        report_put_integer(out, "launch", launch->row.number, "", NULL);
        report_put_integer(out, "dpus", launch->row.dpus, "", NULL);
        report_put_integer(out, "start", launch->row.start_ps, "ps", NULL);
        report_put_integer(out, "kernel", launch->row.kernel_ps, "ps", NULL);
        report_put_integer(out, "kernel_cycles", launch->row.kernel_cycles, "cycles", NULL);
        report_put_integer(out, "faults", launch->row.faults, "", NULL);
        report_item_end(out);
    }
    report_section_end(out);
}

static void walk_processes(struct report *out, const struct host_report *report)
{
    static const struct report_section section = {"processes", "processes that called the library", true};
    report_section(out, &section);
    for (size_t i = 0; i < report->totals->process_count; i++) {
        const struct host_account *account = &report->totals->processes[i].account;
        report_item(out);
        report_put_text(out, "program", account->program);
        report_put_text(out, "target", account->target);
        report_put_text(out, "SDK", account->sdk);
        report_put_integer(out, "calls", account->calls, "", NULL);
        report_put_integer(out, "dpus", account->dpus_allocated, "", NULL);
        report_put_integer(out, "launches", account->launches, "", NULL);
        report_put_integer(out, "elapsed", account->sums[account->current].elapsed_ps, "ps", NULL);
        report_put_text(out, "ended", account->ended ? "through exit" : "otherwise");
        report_item_end(out);
    }
    report_section_end(out);
}

static void walk_host(struct report *out, const struct host_report *report)
{
    static const struct report_section section = {"host", "wall time on this machine (not simulated)", false};
    report_section(out, &section);
    report_put_integer(out, "run", report->ending->wall_ns, "ns", "from the program's start to its end");
    report_put_integer(out, "library", report->totals->library_ns, "ns", "inside the host interface: the emulation, summed over processes");
    report_put_integer(out, "program", report->totals->program_ns, "ns", "outside, from the first call on, summed over processes");
    report_section_end(out);
}

static void walk(struct report *out, const struct host_report *report, bool host_time)
{
    const struct pim_backend *backend = pim_target_backend(report->target);
    const struct pim_ledger *ledger = &report->totals->ledger;
    walk_run(out, report);
    report_parameters(out, report->target);
    report_time(out, ledger);
    report_transfers(out, ledger);
    walk_symbols(out, report);
    walk_launches(out, report);
    report_counters(out, backend, ledger);
    report_derived(out, backend, ledger);
    report_energy(out, backend, ledger);
    report_assumptions(out, report->target);
    if (report->totals->function_count)
        report_profile(out, report->totals->functions, report->totals->function_count);
    walk_processes(out, report);
    if (host_time)
        walk_host(out, report);
}

/* ---- writing ---- */

static enum pim_status make(const struct host_report *report, enum pim_report_format format, char **text, size_t *bytes,
                            struct pim_error *error)
{
    struct report out;
    enum pim_status status = report_open(&out, format, HOST_REPORT_SCHEMA, HOST_REPORT_SCHEMA_VERSION, text, bytes, error);
    if (status != PIM_OK)
        return status;
    walk(&out, report, report->host_time || format == PIM_REPORT_TEXT);
    return report_close(&out, text, error);
}

static enum pim_status write_file(const struct host_report *report, const char *path, enum pim_report_format format,
                                  struct pim_error *error)
{
    char *text;
    size_t bytes;
    enum pim_status status = path ? make(report, format, &text, &bytes, error) : PIM_OK;
    if (!path || status != PIM_OK)
        return status;
    status = output_write(path, text, bytes, error);
    free(text);
    return status;
}

static enum pim_status write_text(const struct host_report *report, struct pim_error *error)
{
    char *text;
    size_t bytes;
    enum pim_status status = make(report, PIM_REPORT_TEXT, &text, &bytes, error);
    if (status != PIM_OK)
        return status;
    bool written = fprintf(stderr, "\n%s", text) >= 0;
    free(text);
    return written ? PIM_OK : pim_fail(error, PIM_IO, "writing the report to standard error failed");
}

enum pim_status host_report_write(const struct host_report *report, struct pim_error *error)
{
    enum pim_status status = report->quiet ? PIM_OK : write_text(report, error);
    if (status == PIM_OK)
        status = write_file(report, report->json, PIM_REPORT_JSON, error);
    return status == PIM_OK ? write_file(report, report->csv, PIM_REPORT_CSV, error) : status;
}
