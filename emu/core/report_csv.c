/* The report as CSV in long form, one value a line. Items of a list have their number before the key: "0.function". */
#include <string.h>

#include "number_text.h"
#include "report.h"

static void put_field(FILE *file, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, file);
        return;
    }
    putc('"', file);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', file);
        putc(*text, file);
    }
    putc('"', file);
}

static void begin(struct report_stream *stream)
{
    fprintf(stream->file, "section,key,value,unit,origin,source\nschema,%s,%u,,,\n", stream->schema, stream->schema_version);
}

static void nothing(struct report_stream *stream)
{
    (void)stream;
}

static void row(struct report_stream *stream, const struct report_row *row)
{
    char number[PIM_NUMBER_TEXT_SIZE], key[256];
    if (stream->section->list)
        snprintf(key, sizeof key, "%zu.%s", stream->items, row->key);
    const char *const fields[] = {
        stream->section->key,
        stream->section->list ? key : row->key,
        report_plain_value(row, number),
        row->unit,
        row->origin ? row->origin : "",
        row->source ? row->source : "",
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (i)
            putc(',', stream->file);
        put_field(stream->file, fields[i]);
    }
    putc('\n', stream->file);
}

const struct report_writer report_csv_writer = {begin, nothing, nothing, row, nothing, nothing, nothing};
