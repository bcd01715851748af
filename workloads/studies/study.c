#include "study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const struct pim_study study_upmem_micro;

const struct pim_study *const pim_studies[] = {&study_upmem_micro, NULL};

const struct pim_study *pim_study_named(const char *name)
{
    for (size_t i = 0; pim_studies[i] != NULL; i++)
        if (strcmp(pim_studies[i]->name, name) == 0)
            return pim_studies[i];
    return NULL;
}

static enum pim_status run_on(const struct pim_target *target, struct pim_study_report *report,
                              void (*progress)(void *context, size_t done, size_t rows), void *context,
                              struct pim_error *error)
{
    const struct pim_study *study = report->study;
    report->target = strdup(pim_target_name(target));
    report->rows = calloc(study->row_count, sizeof *report->rows);
    if (report->target == NULL || report->rows == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %zu rows", study->row_count);
    report->count = study->row_count;
    return study->run(target, report->rows, progress, context, error);
}

enum pim_status pim_study_run(const struct pim_study *study, const struct pim_registry *registry, const struct pim_target *target,
                              void (*progress)(void *context, size_t done, size_t rows), void *context,
                              struct pim_study_report **report, struct pim_error *error)
{
    struct pim_target *own = NULL;
    enum pim_status status = PIM_OK;
    *report = calloc(1, sizeof **report);
    if (*report == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a report");
    (*report)->study = study;
    if (target == NULL)
        status = pim_target_open(registry, study->target, &own, error);
    if (status == PIM_OK)
        status = run_on(target != NULL ? target : own, *report, progress, context, error);
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

double pim_study_mean_error(const struct pim_study_report *report, size_t *tests)
{
    double sum = 0;
    *tests = 0;
    for (size_t i = 0; i < report->count; i++) {
        if (report->rows[i].basis != PIM_STUDY_TEST)
            continue;
        sum += fabs(pim_study_error(&report->rows[i]));
        ++*tests;
    }
    return *tests > 0 ? sum / (double)*tests : 0;
}
