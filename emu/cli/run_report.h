/* What a run prints: the program's own output, faults and diagnostics, then the report in each wanted form. Output files are named as
 * options give them: "" or "-" is standard output, NULL not wanted.
 */
#ifndef RUN_REPORT_H
#define RUN_REPORT_H

#include <stdio.h>

#include "pimento.h"

struct run_report {
    struct pim_device *device;
    const struct pim_image *image;
    const char *json, *csv;
    bool profile;
    bool quiet;       /* no text */
    uint64_t host_ns; /* as in pim_report_options */
};

/* Refuses two machine-readable reports on standard output. */
enum pim_status run_report_check(const char *json, const char *csv, struct pim_error *error);

/* Does a machine-readable report take standard output? */
bool run_report_on_standard_output(const char *json, const char *csv);

/* What the units printed in the last launch, on `file`; diagnostics on standard error. */
void run_report_print_output(struct pim_device *device, FILE *file);

/* The guest faults of the last launch, on standard error. The text of `error`, which names the first of them, is dropped then. */
void run_report_print_faults(struct pim_device *device, struct pim_error *error);

/* The report: text on standard output unless quiet or taken, JSON and CSV as wanted. */
enum pim_status run_report_write(const struct run_report *report, struct pim_error *error);

#endif
