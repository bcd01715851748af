/* A study's report in four forms, from the same rows. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "study.h"

enum { SCHEMA_VERSION = 1 };

struct basis { const char *name, *mark, *note; };
static const struct basis bases[] = {
#define BASIS_ROW(name, text, mark, note) {text, mark, note},
    PIM_STUDY_BASIS_MAP(BASIS_ROW)
#undef BASIS_ROW
};
enum { BASES = sizeof bases / sizeof bases[0] };

/* A number as text; "-" for what is not known. */
enum { FIGURE_BYTES = 40, HEADING_BYTES = 256 };
static const char *figure(char *text, const char *format, double value)
{
    if (isnan(value))
        snprintf(text, FIGURE_BYTES, "-");
    else
        snprintf(text, FIGURE_BYTES, format, value);
    return text;
}

/* Three decimals, more where these would show next to nothing. */
static const char *quantity(char *text, double value)
{
    return figure(text, fabs(value) < 0.01 ? "%.6f" : "%.3f", value);
}

static const char *machine_of(const struct pim_study_report *report, const struct pim_study_row *row)
{
    return row->target != NULL ? row->target : report->target;
}

/* "Group", or "Group (machine)" when the machine is not the study's. */
static const char *heading(char *text, size_t size, const struct pim_study_row *row)
{
    snprintf(text, size, row->target != NULL ? "%s (%s)" : "%s", row->group, row->target);
    return text;
}

static bool begins_group(const struct pim_study_report *report, size_t i)
{
    return i == 0 || strcmp(report->rows[i].group, report->rows[i - 1].group) != 0;
}

static bool ends_group(const struct pim_study_report *report, size_t i)
{
    return i + 1 == report->count || begins_group(report, i + 1);
}

static bool occurs(const struct pim_study_report *report, enum pim_study_basis basis)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->rows[i].basis == basis)
            return true;
    return false;
}

/* The means of the groups that have tests, then of all. */
static void print_means(const struct pim_study_report *report, const char *prefix, FILE *stream)
{
    size_t tests;
    double mean;
    for (size_t i = 0; i < report->count; i++) {
        if (!ends_group(report, i))
            continue;
        mean = pim_study_mean_error(report, report->rows[i].group, &tests);
        if (tests > 0)
            fprintf(stream, "%s%s: mean absolute error of %zu rows: %.2f %%\n", prefix, report->rows[i].group, tests, mean);
    }
    mean = pim_study_mean_error(report, NULL, &tests);
    if (tests > 0)
        fprintf(stream, "%sMean absolute error over the %zu rows that are a test: %.2f %%\n", *prefix ? "\n" : "", tests, mean);
    else
        fprintf(stream, "%sNo row is a test.\n", *prefix ? "\n" : "");
}

static void print_text(const struct pim_study_report *report, FILE *stream)
{
    char published[FIGURE_BYTES], measured[FIGURE_BYTES], error[FIGURE_BYTES], group[HEADING_BYTES];
    fprintf(stream, "%s (%s) on %s\n%s\n", report->study->title, report->study->name, report->target, report->study->notes);
    for (size_t i = 0; i < report->count; i++) {
        const struct pim_study_row *row = &report->rows[i];
        if (begins_group(report, i))
            fprintf(stream, "\n%-46s %12s %12s  %-14s %9s\n", heading(group, sizeof group, row), "paper", "pimento", "unit", "error");
        fprintf(stream, "  %-44s %12s %12s  %-14s %9s %s\n", row->conditions, quantity(published, row->published),
                quantity(measured, row->measured), row->unit, figure(error, "%+.2f%%", pim_study_error(row)), bases[row->basis].mark);
    }
    fprintf(stream, "\n");
    for (size_t i = PIM_STUDY_TEST + 1; i < BASES; i++)
        if (occurs(report, (enum pim_study_basis)i))
            fprintf(stream, "%-2s %s\n", bases[i].mark, bases[i].note);
    fprintf(stream, "\n");
    print_means(report, "", stream);
}

static void print_markdown(const struct pim_study_report *report, FILE *stream)
{
    char published[FIGURE_BYTES], measured[FIGURE_BYTES], error[FIGURE_BYTES], group[HEADING_BYTES];
    fprintf(stream, "# %s\n\n`pimento study %s`, target `%s`. %s\n", report->study->title, report->study->name, report->target,
            report->study->notes);
    for (size_t i = 0; i < report->count; i++) {
        const struct pim_study_row *row = &report->rows[i];
        if (begins_group(report, i))
            fprintf(stream, "\n## %s\n\n| conditions | paper | pimento | unit | error | basis | source of the published value |\n"
                            "|---|---:|---:|---|---:|---|---|\n", heading(group, sizeof group, row));
        fprintf(stream, "| %s | %s | %s | %s | %s | %s | %s |\n", row->conditions, quantity(published, row->published),
                quantity(measured, row->measured), row->unit, figure(error, "%+.2f %%", pim_study_error(row)), bases[row->basis].name, row->source);
    }
    fprintf(stream, "\n");
    for (size_t i = PIM_STUDY_TEST + 1; i < BASES; i++)
        if (occurs(report, (enum pim_study_basis)i))
            fprintf(stream, "- %s: %s\n", bases[i].name, bases[i].note);
    fprintf(stream, "\n");
    print_means(report, "- ", stream);
}

static void print_csv_text(const char *text, FILE *stream)
{
    fputc('"', stream);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}

static void print_csv(const struct pim_study_report *report, FILE *stream)
{
    char published[FIGURE_BYTES], error[FIGURE_BYTES];
    fprintf(stream, "study,target,group,conditions,paper,pimento,unit,error_percent,basis,source\n");
    for (size_t i = 0; i < report->count; i++) {
        const struct pim_study_row *row = &report->rows[i];
        fprintf(stream, "%s,%s,", report->study->name, machine_of(report, row));
        print_csv_text(row->group, stream);
        fputc(',', stream);
        print_csv_text(row->conditions, stream);
        fprintf(stream, ",%s,%.6g,%s,%s,%s,", isnan(row->published) ? "" : figure(published, "%.6g", row->published),
                row->measured, row->unit, isnan(row->published) ? "" : figure(error, "%.4f", pim_study_error(row)),
                bases[row->basis].name);
        print_csv_text(row->source, stream);
        fputc('\n', stream);
    }
}

static json_t *known(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static void print_json(const struct pim_study_report *report, FILE *stream)
{
    size_t tests;
    double mean = pim_study_mean_error(report, NULL, &tests);
    json_t *rows = json_array();
    for (size_t i = 0; i < report->count; i++) {
        const struct pim_study_row *row = &report->rows[i];
        json_array_append_new(rows, json_pack("{ss ss ss so sf ss so ss ss}", "target", machine_of(report, row), "group",
                                              row->group, "conditions", row->conditions,
                                              "paper", known(row->published), "pimento", row->measured, "unit", row->unit,
                                              "error_percent", known(pim_study_error(row)), "basis", bases[row->basis].name, "source",
                                              row->source));
    }
    json_t *root = json_pack("{si ss ss ss ss sf sI so}", "schema_version", SCHEMA_VERSION, "study", report->study->name, "title",
                             report->study->title, "target", report->target, "notes", report->study->notes,
                             "mean_absolute_error_percent", mean, "test_rows", (json_int_t)tests, "rows", rows);
    json_dumpf(root, stream, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    fputc('\n', stream);
    json_decref(root);
}

void pim_study_print(const struct pim_study_report *report, enum pim_study_format format, FILE *stream)
{
    static void (*const printers[])(const struct pim_study_report *, FILE *) = {
        [PIM_STUDY_TEXT] = print_text,
        [PIM_STUDY_JSON] = print_json,
        [PIM_STUDY_CSV] = print_csv,
        [PIM_STUDY_MARKDOWN] = print_markdown,
    };
    printers[format](report, stream);
}
