/* The PrIM programs of a user's own checkout, run with the drop-in UPMEM host library, against the logs that stand beside them. */
#ifndef PRIM_CHECKOUT_H
#define PRIM_CHECKOUT_H

#include "study.h"

/* The machine of the logs of 852866031/prim-benchmarks-insight. */
#define PRIM_LOG_TARGET "upmem-prim-logs"

/* One time that a log prints. A program may launch several kernels in turn: those numbered phase, phase + period, ... are meant. A timer
 * that some of the repetitions set back to zero has counted less than there was: so many of so many equal parts. */
struct prim_column {
    const char *label; /* before " Time" */
    enum prim_time { PRIM_KERNEL = 1, PRIM_TO_DPUS, PRIM_FROM_DPUS, PRIM_BOTH_WAYS } time;
    unsigned phase, period; /* of kernels: launches from 1 */
    unsigned counted, made; /* 0, 0: all */
};

enum { PRIM_WORDS = 12, PRIM_INPUTS = 2, PRIM_COLUMNS = 6 };

struct prim_application {
    const char *name;                 /* of its folder */
    const char *words[PRIM_WORDS];    /* command line of the repository's script, NULL-ended */
    const char *inputs[PRIM_INPUTS];  /* files that it reads, NULL-ended */
    const char *equal;                /* what it prints when its results are right; NULL: nothing, but `differs` when they are not */
    const char *differs;
    unsigned repetitions;             /* with the untimed one; the log has their mean */
    struct prim_column columns[PRIM_COLUMNS]; /* ended by label NULL */
};

extern const struct prim_application prim_applications[]; /* ended by name NULL */

struct prim_checkout {
    const char *folder;               /* holds a folder for each application */
    const char *pimento;              /* the command that `host` is given to */
    const char *target;
    const char *const *settings;      /* of the target, "key=value", NULL-ended; may be NULL */
    const char *rows;                 /* only applications with this text in their name; may be NULL */
    void (*progress)(void *context, size_t done, size_t rows);
    void *context;
    /* An application that cannot be run (a file is missing), or that reports a difference. */
    void (*notice)(const char *text);
};

/* Runs one application after the other. PIM_MISMATCH, with a report, when one ended badly or found a difference; PIM_BAD_INPUT, without, when
 * none could be run. The report is freed with pim_study_report_free. */
enum pim_status prim_checkout_run(const struct prim_checkout *checkout, struct pim_study_report **report, struct pim_error *error);

/* The number behind "LABEL Time (ms):" in a log; negative: there is none. */
double prim_log_time(const char *log, const char *label);

#endif
