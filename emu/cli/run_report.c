#include "run_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output_file.h"

bool run_report_on_standard_output(const char *json, const char *csv)
{
    return (json && output_is_standard(json)) || (csv && output_is_standard(csv));
}

enum pim_status run_report_check(const char *json, const char *csv, struct pim_error *error)
{
    if (json && csv && output_is_standard(json) && output_is_standard(csv))
        return pim_fail(error, PIM_USAGE, "only one of --json and --csv can go to standard output");
    return PIM_OK;
}

/* ---- what the program printed ---- */

/* The log of one unit, ended by a newline, with a heading that names the unit when there are several. A log that cannot be read (it
 * overflowed) is a complaint, not a failure of the run. */
static void print_log(struct pim_device *device, uint32_t unit, FILE *file)
{
    struct pim_error complaint = {0};
    char *text = pim_device_backend(device)->output(pim_device_machine(device), unit, &complaint);
    if (text && *text) {
        if (pim_device_units(device) > 1)
            fprintf(file, "=== unit %" PRIu32 " ===\n", unit);
        fprintf(file, "%s%s", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
    }
    if (complaint.text[0])
        fprintf(stderr, "%s\n", complaint.text);
    free(text);
}

enum { MOST_WARNED = 16, MOST_FAULTS = 16 };

/* Warnings name their unit themselves; when many units run the same program, some stand for all. */
static void print_diagnostics(struct pim_device *device)
{
    const struct pim_backend *backend = pim_device_backend(device);
    uint32_t warned = 0;
    for (uint32_t unit = 0; backend->diagnostics && unit < pim_device_units(device); unit++) {
        char *text = backend->diagnostics(pim_device_machine(device), unit);
        if (text && *text && warned++ < MOST_WARNED)
            fputs(text, stderr);
        free(text);
    }
    if (warned > MOST_WARNED)
        fprintf(stderr, "and warnings of %" PRIu32 " units more\n", warned - MOST_WARNED);
}

void run_report_print_output(struct pim_device *device, FILE *file)
{
    for (uint32_t unit = 0; pim_device_backend(device)->output && unit < pim_device_units(device); unit++)
        print_log(device, unit, file);
    print_diagnostics(device);
}

/* ---- guest faults ---- */

static void print_fault(const struct pim_fault *fault)
{
    fprintf(stderr, "unit %" PRIu32, fault->unit);
    if (fault->lane >= 0)
        fprintf(stderr, ", tasklet %" PRId32, fault->lane);
    fprintf(stderr, ": %s at pc %" PRIu64, fault->kind, fault->pc);
    if (fault->function[0])
        fprintf(stderr, " in %s", fault->function);
    if (fault->source[0])
        fprintf(stderr, " (%s)", fault->source);
    fprintf(stderr, "\n    %s\n", fault->reason);
    if (fault->instruction[0])
        fprintf(stderr, "    %s\n", fault->instruction);
}

void run_report_print_faults(struct pim_device *device, struct pim_error *error)
{
    struct pim_fault fault;
    size_t count = 0;
    for (; pim_device_fault(device, count, &fault); count++)
        if (count < MOST_FAULTS)
            print_fault(&fault);
    if (count > MOST_FAULTS)
        fprintf(stderr, "and %zu faults more\n", count - MOST_FAULTS);
    if (count > 0 && error->status == PIM_GUEST_FAULT)
        error->text[0] = '\0';
}

/* ---- the report ---- */

static enum pim_status write_one(const struct run_report *report, const char *path, struct pim_report_options options,
                                 enum pim_report_format format, struct pim_error *error)
{
    char *text = NULL;
    size_t bytes;
    options.format = format;
    enum pim_status status = pim_report(report->device, &options, &text, &bytes, error);
    if (status == PIM_OK)
        status = output_write(path, text, bytes, error);
    free(text);
    return status;
}

static enum pim_status write_all(const struct run_report *report, const struct pim_report_options *options,
                                 struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    if (report->json)
        status = write_one(report, report->json, *options, PIM_REPORT_JSON, error);
    if (status == PIM_OK && report->csv)
        status = write_one(report, report->csv, *options, PIM_REPORT_CSV, error);
    if (status == PIM_OK && !report->quiet && !run_report_on_standard_output(report->json, report->csv))
        status = write_one(report, "-", *options, PIM_REPORT_TEXT, error);
    return status;
}

static enum pim_status collect_profile(const struct run_report *report, struct pim_profile_row **rows, size_t *count,
                                       struct pim_error *error)
{
    uint32_t all = pim_device_units(report->device);
    uint32_t *units = calloc(all, sizeof *units);
    if (!units)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    for (uint32_t unit = 0; unit < all; unit++)
        units[unit] = unit;
    enum pim_status status = pim_device_profile(report->device, units, all, report->image, rows, count, error);
    free(units);
    return status;
}

enum pim_status run_report_write(const struct run_report *report, struct pim_error *error)
{
    struct pim_report_options options = {.program = report->image->path, .host_ns = report->host_ns};
    struct pim_profile_row *rows = NULL;
    enum pim_status status = PIM_OK;
    if (report->profile)
        status = collect_profile(report, &rows, &options.profile_count, error);
    options.profile = rows;
    if (status == PIM_OK)
        status = write_all(report, &options, error);
    free(rows);
    return status;
}
