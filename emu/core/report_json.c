/* The report as JSON. Written as it comes: the same values give the same bytes. */
#include "json_text.h"
#include "number_text.h"
#include "report.h"

#define LARGEST_EXACT ((pim_u128)1 << 53) /* readers that keep numbers as doubles are exact up to here */

static void begin(struct report_stream *stream)
{
    fprintf(stream->file, "{\n  \"schema\": \"%s\",\n  \"schema_version\": %u", stream->schema, stream->schema_version);
}

static void begin_section(struct report_stream *stream)
{
    fputs(",\n  ", stream->file);
    json_put_string(stream->file, stream->section->key);
    fputs(stream->section->list ? ": [" : ": {", stream->file);
}

static void begin_item(struct report_stream *stream)
{
    fputs(stream->items ? ",\n    {" : "\n    {", stream->file);
}

static void put_value(FILE *file, const struct report_row *row)
{
    char buffer[PIM_NUMBER_TEXT_SIZE];
    bool quoted = row->type == REPORT_TEXT || (row->type == REPORT_INTEGER && row->integer > LARGEST_EXACT);
    const char *value = report_plain_value(row, buffer);
    if (quoted)
        json_put_string(file, value);
    else
        fputs(value, file);
}

static void put_member(FILE *file, const char *name, const char *text)
{
    if (!text)
        return;
    fprintf(file, ", \"%s\": ", name);
    json_put_string(file, text);
}

static void row(struct report_stream *stream, const struct report_row *row)
{
    FILE *file = stream->file;
    if (stream->rows)
        fputs(stream->section->list ? ", " : ",", file);
    if (!stream->section->list)
        fputs("\n    ", file);
    json_put_string(file, row->key);
    fputs(": ", file);
    if (stream->section->list) {
        put_value(file, row);
        return;
    }
    fputs("{\"value\": ", file);
    put_value(file, row);
    put_member(file, "unit", row->unit);
    put_member(file, "origin", row->origin);
    put_member(file, "source", row->source);
    putc('}', file);
}

static void end_item(struct report_stream *stream)
{
    putc('}', stream->file);
}

static void end_section(struct report_stream *stream)
{
    bool empty = stream->section->list ? !stream->items : !stream->rows;
    fputs(empty ? "" : "\n  ", stream->file);
    putc(stream->section->list ? ']' : '}', stream->file);
}

static void end(struct report_stream *stream)
{
    fputs("\n}\n", stream->file);
}

const struct report_writer report_json_writer = {begin, begin_section, begin_item, row, end_item, end_section, end};
