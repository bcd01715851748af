#include "study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const struct pim_study study_upmem_micro, study_upmem_prim, study_simdram, study_simdram_networks, study_simdram_nonmac;

const struct pim_study *const pim_studies[] = {&study_upmem_micro, &study_upmem_prim, &study_simdram, &study_simdram_networks, &study_simdram_nonmac, NULL};

const struct pim_study *pim_study_named(const char *name)
{
    for (size_t i = 0; pim_studies[i] != NULL; i++)
        if (strcmp(pim_studies[i]->name, name) == 0)
            return pim_studies[i];
    return NULL;
}

struct study_run {
    struct pim_study_report *report;
    const struct pim_registry *registry;
    const struct pim_study_options *options;
    size_t *indices;           /* of the report's rows in the study */
    const char *open;          /* name of `target` */
    struct pim_target *target; /* of the row before; rows of a machine stand together */
    size_t run;                /* of the row before */
    struct study_outcome outcome;
};

/* Fill `indices` and the report's rows with what is chosen. */
static enum pim_status choose_rows(struct study_run *run, struct pim_error *error)
{
    struct pim_study_report *report = run->report;
    const char *text = run->options->rows;
    for (size_t i = 0; i < report->study->row_count; i++) {
        struct pim_study_row *row = &report->rows[report->count];
        report->study->describe(i, row);
        if (run->options->target != NULL)
            row->target = NULL;
        if (text == NULL || strstr(row->group, text) != NULL || strstr(row->conditions, text) != NULL)
            run->indices[report->count++] = i;
    }
    if (report->count == 0)
        return pim_fail(error, PIM_USAGE, "study %s has no row with '%s' in it", report->study->name, text != NULL ? text : "");
    return PIM_OK;
}

static enum pim_status open_machine(struct study_run *run, const char *name, struct pim_error *error)
{
    const struct pim_study_options *options = run->options;
    if (run->open != NULL && strcmp(run->open, name) == 0)
        return PIM_OK;
    pim_target_close(run->target);
    run->target = NULL;
    run->open = name;
    return options->open != NULL ? options->open(options->context, name, &run->target, error)
                                 : pim_target_open(run->registry, name, &run->target, error);
}

/* The run of the row before, if it is the same one. */
static enum pim_status measure_row(struct study_run *run, size_t index, double *figure, struct pim_error *error)
{
    const struct pim_study *study = run->report->study;
    size_t wanted = study->run_of != NULL ? study->run_of(index) : STUDY_NO_RUN;
    if (wanted == STUDY_NO_RUN)
        return study->measure(run->target, index, figure, error);
    enum pim_status status = wanted == run->run ? PIM_OK : study->execute(run->target, wanted, &run->outcome, error);
    if (status != PIM_OK)
        return status;
    run->run = wanted;
    *figure = study->figure(index, &run->outcome);
    return PIM_OK;
}

static enum pim_status measure_rows(struct study_run *run, struct pim_error *error)
{
    struct pim_study_report *report = run->report;
    for (size_t i = 0; i < report->count; i++) {
        struct pim_study_row *row = &report->rows[i];
        enum pim_status status = open_machine(run, row->target != NULL ? row->target : report->target, error);
        if (status == PIM_OK)
            status = measure_row(run, run->indices[i], &row->measured, error);
        if (status != PIM_OK)
            return status;
        if (run->options->progress != NULL)
            run->options->progress(run->options->context, i + 1, report->count);
    }
    return PIM_OK;
}

static enum pim_status run_study(struct study_run *run, struct pim_error *error)
{
    struct pim_study_report *report = run->report;
    size_t rows = report->study->row_count;
    report->target = strdup(run->options->target != NULL ? run->options->target : report->study->target);
    report->rows = calloc(rows, sizeof *report->rows);
    run->indices = calloc(rows, sizeof *run->indices);
    if (report->target == NULL || report->rows == NULL || run->indices == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %zu rows", rows);
    enum pim_status status = choose_rows(run, error);
    return status == PIM_OK ? measure_rows(run, error) : status;
}

enum pim_status pim_study_run(const struct pim_study *study, const struct pim_registry *registry,
                              const struct pim_study_options *options, struct pim_study_report **report,
                              struct pim_error *error)
{
    static const struct pim_study_options none;
    *report = calloc(1, sizeof **report);
    if (*report == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a report");
    (*report)->study = study;
    struct study_run run = {.report = *report, .registry = registry, .run = STUDY_NO_RUN, .options = options != NULL ? options : &none};
    enum pim_status status = run_study(&run, error);
    pim_target_close(run.target);
    free(run.indices);
    if (status != PIM_OK) {
        pim_study_report_free(*report);
        *report = NULL;
    }
    return status;
}

void pim_study_report_free(struct pim_study_report *report)
{
    if (report == NULL)
        return;
    free(report->target);
    free(report->rows);
    free(report);
}

double pim_study_error(const struct pim_study_row *row)
{
    return 100 * (row->measured - row->published) / row->published;
}

double pim_study_mean_error(const struct pim_study_report *report, const char *group, size_t *tests)
{
    double sum = 0;
    *tests = 0;
    for (size_t i = 0; i < report->count; i++) {
        if (report->rows[i].basis != PIM_STUDY_TEST || isnan(report->rows[i].published) ||
            (group != NULL && strcmp(report->rows[i].group, group) != 0))
            continue;
        sum += fabs(pim_study_error(&report->rows[i]));
        ++*tests;
    }
    return *tests > 0 ? sum / (double)*tests : 0;
}
