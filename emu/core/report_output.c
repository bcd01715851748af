#include "config.h" /* GNU extensions of the C library */

#include "report.h"

#include <stdlib.h>

#include "number_text.h"

const char *report_plain_value(const struct report_row *row, char *buffer)
{
    if (row->type == REPORT_TEXT)
        return row->text;
    if (row->type == REPORT_REAL)
        pim_print_real(row->real, buffer);
    else
        pim_print_u128(row->integer, buffer);
    return buffer;
}

static enum pim_status no_memory(struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "no memory for a report");
}

enum pim_status report_open(struct report *report, enum pim_report_format format, const char *schema, unsigned schema_version,
                            char **text, size_t *bytes, struct pim_error *error)
{
    static const struct report_writer *const writers[] = {
        [PIM_REPORT_TEXT] = &report_text_writer, [PIM_REPORT_JSON] = &report_json_writer, [PIM_REPORT_CSV] = &report_csv_writer};
    *text = NULL;
    *report = (struct report){.writer = writers[format]};
    report->stream = (struct report_stream){
        .file = open_memstream(text, bytes), .schema = schema, .schema_version = schema_version};
    if (!report->stream.file)
        return no_memory(error);
    report->writer->begin(&report->stream);
    return PIM_OK;
}

enum pim_status report_close(struct report *report, char **text, struct pim_error *error)
{
    report->writer->end(&report->stream);
    bool written = !ferror(report->stream.file);
    if (!fclose(report->stream.file) && written && *text) /* glibc loses the text when its last realloc fails, without an error */
        return PIM_OK;
    free(*text);
    *text = NULL;
    return no_memory(error);
}

void report_section(struct report *report, const struct report_section *section)
{
    report->stream.section = section;
    report->stream.items = report->stream.rows = report->stream.shown = 0;
    report->writer->begin_section(&report->stream);
    report->stream.sections++;
}

void report_section_end(struct report *report)
{
    report->writer->end_section(&report->stream);
}

void report_item(struct report *report)
{
    report->stream.rows = 0;
    report->writer->begin_item(&report->stream);
}

void report_item_end(struct report *report)
{
    report->writer->end_item(&report->stream);
    report->stream.items++;
}

void report_put(struct report *report, const struct report_row *row)
{
    report->writer->row(&report->stream, row);
    report->stream.rows++;
}

void report_put_text(struct report *report, const char *key, const char *text)
{
    report_put(report, &(struct report_row){.key = key, .type = REPORT_TEXT, .text = text, .unit = ""});
}

void report_put_integer(struct report *report, const char *key, pim_u128 value, const char *unit, const char *help)
{
    report_put(report, &(struct report_row){.key = key, .integer = value, .unit = unit, .help = help});
}
