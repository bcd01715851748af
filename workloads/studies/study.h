/* Studies: published experiments reproduced. A study is a table of rows {what was measured, published value,
 * source, how we measure it}; every measurement runs a program on a device. The report prints paper, pimento
 * and error, as text, JSON, CSV or a markdown page.
 *
 * What a row is worth is part of the row: only rows that put the model to the test count towards the mean error.
 */
#ifndef STUDY_H
#define STUDY_H

#include <stdio.h>

#include "measure.h"

/* ORDER BASIS, name, mark in the text table, what the mark means. */
#define PIM_STUDY_BASIS_MAP(X)                                                                                             \
    X(TEST, "test", "", "")                                                                                                \
    X(MODEL, "model", "*", "a parameter of the model was taken from this measurement: not a test, not in the mean")        \
    X(ROUTINE, "routine", "**", "rests on arithmetic routines of our own, not the vendor's: not in the mean")              \
    X(LAUNCH, "launch", "+", "too short for a test of the kernel, the launch cost rules: not in the mean")                 \
    X(FORMULA, "formula", "=", "the figure beside ours is computed from published command counts, or there is none: not in the mean")                  \
    X(PLAUSIBILITY, "plausibility", "~", "what stands beside ours is a mean over other programs, or a bound: not in the mean")              \
    X(TRIAL, "trial", "^", "the figure beside ours is not published but from a trial of the project's own: not in the mean")            \
    X(ALGORITHM, "algorithm", "#",                                                                                         \
      "same algorithm, sizes and transfers, but instruction counts of our own program: not in the mean")

enum pim_study_basis {
#define PIM_STUDY_BASIS_ENUM(name, text, mark, note) PIM_STUDY_##name,
    PIM_STUDY_BASIS_MAP(PIM_STUDY_BASIS_ENUM)
#undef PIM_STUDY_BASIS_ENUM
};

struct pim_study_row {
    const char *group;      /* rows of a group follow each other: "WRAM bandwidth" */
    const char *conditions;
    const char *unit;
    const char *source;     /* of the published value */
    const char *target;     /* the machine; NULL: the study's own */
    enum pim_study_basis basis;
    double published, measured; /* published: NAN when there is none */
};

struct pim_study_report {
    const struct pim_study *study;
    char *target;           /* the machine of rows that name none */
    size_t count;
    struct pim_study_row *rows;
};

struct pim_study {
    const char *name;       /* "upmem-micro" */
    const char *title;
    const char *target;     /* "upmem-2556" */
    const char *notes;      /* what is compared and how; plain text, one paragraph */
    size_t row_count;
    /* Everything of row `index` but `measured`; and that one figure. */
    void (*describe)(size_t index, struct pim_study_row *row);
    enum pim_status (*measure)(const struct pim_target *target, size_t index, double *figure, struct pim_error *error);
    /* Rows that follow each other may come from one run: a number for each run, STUDY_NO_RUN for rows that `measure` runs alone. The run, and a
     * row's figure of it. NULL: all rows are run alone. */
    size_t (*run_of)(size_t index);
    enum pim_status (*execute)(const struct pim_target *target, size_t run, struct study_outcome *outcome, struct pim_error *error);
    double (*figure)(size_t index, const struct study_outcome *outcome);
};
#define STUDY_NO_RUN SIZE_MAX

extern const struct pim_study *const pim_studies[]; /* NULL-ended */
const struct pim_study *pim_study_named(const char *name);

/* What may be chosen, and who is told of each row as it is done. All may be NULL. */
struct pim_study_options {
    const char *rows;   /* only those with this text in their group or conditions; none is PIM_USAGE */
    const char *target; /* one machine for all rows, in the place of their own */
    /* Opens a machine by name; NULL: as its file says. */
    enum pim_status (*open)(void *context, const char *name, struct pim_target **target, struct pim_error *error);
    void (*progress)(void *context, size_t done, size_t rows);
    void *context;
};

/* The report is freed with pim_study_report_free. */
enum pim_status pim_study_run(const struct pim_study *study, const struct pim_registry *registry,
                              const struct pim_study_options *options, struct pim_study_report **report,
                              struct pim_error *error);
void pim_study_report_free(struct pim_study_report *report);

/* (measured - published) / published, in percent; NAN without a published value. */
double pim_study_error(const struct pim_study_row *row);

/* Mean of the absolute errors of the test rows, in percent, and how many there are; of one group or (NULL) of all. */
double pim_study_mean_error(const struct pim_study_report *report, const char *group, size_t *tests);

enum pim_study_format { PIM_STUDY_TEXT, PIM_STUDY_JSON, PIM_STUDY_CSV, PIM_STUDY_MARKDOWN };
void pim_study_print(const struct pim_study_report *report, enum pim_study_format format, FILE *stream);

#endif
