/* Export: one line per event, for spreadsheets and data frames. */
#include "trace_export.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output_file.h"

/* The argument columns: every name once, in the order of the schema. */
struct csv {
    FILE *file;
    const struct trace_schema *schema;
    size_t name_count;
    const char **names;
    size_t (*columns)[PIM_EVENT_ARGUMENTS]; /* by kind: the column of each argument */
};

static void put_text(FILE *file, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, file);
        return;
    }
    putc('"', file);
    for (; *text; text++)
        fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, file);
    putc('"', file);
}

/* A kind may use a name twice; then the second one gets a column of its own. */
static size_t find_column(struct csv *csv, const char *name, const size_t *taken, size_t taken_count)
{
    for (size_t i = 0; i < csv->name_count; i++) {
        bool free_here = strcmp(csv->names[i], name) == 0;
        for (size_t j = 0; j < taken_count; j++)
            free_here = free_here && taken[j] != i;
        if (free_here)
            return i;
    }
    csv->names[csv->name_count] = name;
    return csv->name_count++;
}

static bool make_columns(struct csv *csv)
{
    const struct trace_schema *schema = csv->schema;
    csv->names = calloc(schema->kind_count * PIM_EVENT_ARGUMENTS + 1, sizeof *csv->names);
    csv->columns = calloc(schema->kind_count + 1, sizeof *csv->columns);
    if (!csv->names || !csv->columns)
        return false;
    for (size_t kind = 0; kind < schema->kind_count; kind++)
        for (size_t i = 0; i < PIM_EVENT_ARGUMENTS && schema->kinds[kind].arguments[i]; i++)
            csv->columns[kind][i] = find_column(csv, schema->kinds[kind].arguments[i], csv->columns[kind], i);
    return true;
}

static void put_header(const struct csv *csv)
{
    fputs("time_ps,duration_ps,unit,lane,sequence,event", csv->file);
    for (size_t i = 0; i < csv->name_count; i++) {
        putc(',', csv->file);
        put_text(csv->file, csv->names[i]);
    }
    putc('\n', csv->file);
}

static void put_row(const struct csv *csv, const struct pim_event *event)
{
    const struct trace_kind *kind = &csv->schema->kinds[event->kind];
    fprintf(csv->file, "%" PRIu64 ",%" PRIu64 ",%" PRIu32 ",%u,%" PRIu64 ",", event->time_ps, event->duration_ps, event->unit,
            event->lane, event->sequence);
    put_text(csv->file, kind->name);
    for (size_t column = 0; column < csv->name_count; column++) {
        putc(',', csv->file);
        for (size_t i = 0; i < PIM_EVENT_ARGUMENTS && kind->arguments[i]; i++)
            if (csv->columns[event->kind][i] == column)
                fprintf(csv->file, "%" PRIu64, event->arguments[i]);
    }
    putc('\n', csv->file);
}

static enum pim_status put_rows(const struct csv *csv, struct trace_reader *reader, struct pim_error *error)
{
    const struct pim_event *event;
    enum pim_status status;
    while ((status = trace_next(reader, &event, error)) == PIM_OK && event && !ferror(csv->file))
        put_row(csv, event);
    return status;
}

enum pim_status trace_export_csv(struct trace_reader *reader, const char *path, uint64_t from_ps, struct pim_error *error)
{
    struct output_file output;
    enum pim_status status = output_open(path, &output, error);
    if (status != PIM_OK)
        return status;
    struct csv csv = {.file = output.file, .schema = trace_schema_of(reader)};
    trace_seek(reader, from_ps);
    if (make_columns(&csv)) {
        put_header(&csv);
        status = put_rows(&csv, reader, error);
    } else {
        status = pim_fail(error, PIM_NO_MEMORY, "no memory for the columns of a trace");
    }
    free(csv.names);
    free(csv.columns);
    return output_end(&output, status, error);
}
