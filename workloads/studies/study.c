#include "study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const struct pim_study study_upmem_micro, study_upmem_prim;

const struct pim_study *const pim_studies[] = {&study_upmem_micro, &study_upmem_prim, NULL};

const struct pim_study *pim_study_named(const char *name)
{
    for (size_t i = 0; pim_studies[i] != NULL; i++)
        if (strcmp(pim_studies[i]->name, name) == 0)
            return pim_studies[i];
    return NULL;
}

/* Fill `indices` and the report's rows with what is chosen. */
static enum pim_status choose_rows(struct pim_study_report *report, size_t *indices, const char *text, struct pim_error *error)
{
    for (size_t i = 0; i < report->study->row_count; i++) {
        struct pim_study_row *row = &report->rows[report->count];
        report->study->describe(i, row);
        if (text == NULL || strstr(row->group, text) != NULL || strstr(row->conditions, text) != NULL)
            indices[report->count++] = i;
    }
    if (report->count == 0)
        return pim_fail(error, PIM_USAGE, "study %s has no row with '%s' in it", report->study->name, text != NULL ? text : "");
    return PIM_OK;
}

static enum pim_status measure_rows(const struct pim_target *target, struct pim_study_report *report, const size_t *indices,
                                    const struct pim_study_options *options, struct pim_error *error)
{
    for (size_t i = 0; i < report->count; i++) {
        enum pim_status status = report->study->measure(target, indices[i], &report->rows[i].measured, error);
        if (status != PIM_OK)
            return status;
        if (options->progress != NULL)
            options->progress(options->context, i + 1, report->count);
    }
    return PIM_OK;
}

static enum pim_status run_on(const struct pim_target *target, struct pim_study_report *report,
                              const struct pim_study_options *options, struct pim_error *error)
{
    size_t rows = report->study->row_count, *indices = calloc(rows, sizeof *indices);
    report->target = strdup(pim_target_name(target));
    report->rows = calloc(rows, sizeof *report->rows);
    enum pim_status status = PIM_OK;
    if (report->target == NULL || report->rows == NULL || indices == NULL)
        status = pim_fail(error, PIM_NO_MEMORY, "no memory for %zu rows", rows);
    if (status == PIM_OK)
        status = choose_rows(report, indices, options->rows, error);
    if (status == PIM_OK)
        status = measure_rows(target, report, indices, options, error);
    free(indices);
    return status;
}

enum pim_status pim_study_run(const struct pim_study *study, const struct pim_registry *registry, const struct pim_target *target,
                              const struct pim_study_options *options, struct pim_study_report **report,
                              struct pim_error *error)
{
    static const struct pim_study_options none;
    struct pim_target *own = NULL;
    enum pim_status status = PIM_OK;
    *report = calloc(1, sizeof **report);
    if (*report == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a report");
    (*report)->study = study;
    if (target == NULL)
        status = pim_target_open(registry, study->target, &own, error);
    if (status == PIM_OK)
        status = run_on(target != NULL ? target : own, *report, options != NULL ? options : &none, error);
    pim_target_close(own);
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
