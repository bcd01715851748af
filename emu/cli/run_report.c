#include "run_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output_file.h"
#include "profile.h"

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

/* `text` with a heading that names the unit when there are several; ended by a newline. */
static void print_unit_text(FILE *file, const struct pim_device *device, uint32_t unit, const char *text)
{
    if (pim_device_units(device) > 1)
        fprintf(file, "=== unit %" PRIu32 " ===\n", unit);
    size_t length = strlen(text);
    fwrite(text, 1, length, file);
    if (length > 0 && text[length - 1] != '\n')
        fputc('\n', file);
}

/* A log that cannot be read (it overflowed) is a complaint, not a failure of the run. */
static void print_log(struct pim_device *device, uint32_t unit, FILE *file)
{
    struct pim_error complaint = {0};
    char *text = pim_device_backend(device)->output(pim_device_machine(device), unit, &complaint);
    if (text && *text)
        print_unit_text(file, device, unit, text);
    if (complaint.text[0])
        fprintf(stderr, "%s\n", complaint.text);
    free(text);
}

void run_report_print_output(struct pim_device *device, FILE *file)
{
    const struct pim_backend *backend = pim_device_backend(device);
    for (uint32_t unit = 0; unit < pim_device_units(device); unit++) {
        if (backend->output)
            print_log(device, unit, file);
        char *diagnostics = backend->diagnostics ? backend->diagnostics(pim_device_machine(device), unit) : NULL;
        if (diagnostics && *diagnostics)
            print_unit_text(stderr, device, unit, diagnostics);
        free(diagnostics);
    }
}

/* ---- guest faults ---- */

enum { MOST_FAULTS = 16 };

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

static enum pim_status print_profile(const struct run_report *report, struct pim_error *error)
{
    struct profile profile;
    enum pim_status status = profile_collect(report->device, report->image, &profile, error);
    if (status == PIM_OK)
        profile_print(&profile, stdout);
    profile_free(&profile);
    return status;
}

enum pim_status run_report_write(const struct run_report *report, struct pim_error *error)
{
    return report->profile ? print_profile(report, error) : PIM_OK;
}
