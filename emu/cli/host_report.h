/* The report on a host program: one walker for text, JSON and CSV (emu/core/report.h). */
#ifndef HOST_REPORT_H
#define HOST_REPORT_H

#include "host_account.h"
#include "host_program.h"

#define HOST_REPORT_SCHEMA "pimento.host"
#define HOST_REPORT_SCHEMA_VERSION 1u

struct host_report {
    const char *program;              /* as the user called it */
    const struct pim_target *target;
    const struct host_ending *ending;
    const struct host_totals *totals;
    const char *json, *csv;           /* files, or NULL */
    bool quiet;                       /* no text */
    bool host_time;                   /* wall time in the files too */
};

/* Text on standard error, files as wanted. */
enum pim_status host_report_write(const struct host_report *report, struct pim_error *error);

#endif
