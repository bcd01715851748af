/* The report for people: what is not zero and not a default, times and energies scaled, shares in percent. */
#include <string.h>

#include "number_text.h"
#include "report.h"

enum { KEY_WIDTH = 30, VALUE_WIDTH = 16 };

/* Units that are shown scaled: the stem, and the power of ten of the smallest. */
static const struct {
    const char *unit, *stem;
    int first; /* index into prefixes */
} scaled[] = {{"ps", "s", 2}, {"ns", "s", 3}, {"aJ", "J", 0}};
static const char *const prefixes[] = {"a", "f", "p", "n", "u", "m", "", "k", "M", "G", "T"};
enum { PREFIXES = sizeof prefixes / sizeof *prefixes };

static void nothing(struct report_stream *stream)
{
    (void)stream;
}

/* Printed with the first row that people want to see. */
static void print_title(struct report_stream *stream)
{
    fprintf(stream->file, "%s%s\n", stream->sections > 1 ? "\n" : "", stream->section->title);
}

/* Four digits, as a double: this is for reading, the exact number is in the other notations. */
static bool format_scaled(const struct report_row *row, char *text, size_t size)
{
    for (size_t i = 0; i < sizeof scaled / sizeof *scaled; i++) {
        if (row->type != REPORT_INTEGER || strcmp(row->unit, scaled[i].unit))
            continue;
        double value = (double)row->integer;
        int prefix = scaled[i].first;
        while (value >= 1000 && prefix + 1 < PREFIXES) {
            value /= 1000;
            prefix++;
        }
        if (!row->integer)
            prefix = 6; /* "0 s" */
        snprintf(text, size, "%.*f %s%s", !row->integer ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3, value, prefixes[prefix], scaled[i].stem);
        return true;
    }
    return false;
}

static void format_value(const struct report_row *row, char *text, size_t size)
{
    char number[PIM_NUMBER_TEXT_SIZE];
    if (format_scaled(row, text, size))
        return;
    if (row->type == REPORT_REAL)
        snprintf(text, size, "%.6g %s", row->real, row->unit);
    else
        snprintf(text, size, "%s %s", report_plain_value(row, number), row->unit);
    size_t length = strlen(text);
    if (length && text[length - 1] == ' ')
        text[length - 1] = '\0';
}

static void put_share(FILE *file, const struct report_row *row)
{
    if (row->whole && *row->whole)
        fprintf(file, "  %5.1f %%", 100.0 * (double)row->integer / (double)*row->whole);
}

static void put_item_row(struct report_stream *stream, const struct report_row *row)
{
    char value[512];
    if (row->type == REPORT_TEXT && !*row->text)
        return;
    format_value(row, value, sizeof value);
    fprintf(stream->file, "%s%s %s", stream->rows ? ", " : "  ", row->key, value);
    put_share(stream->file, row);
}

static void put_table_row(struct report_stream *stream, const struct report_row *row)
{
    char value[512];
    format_value(row, value, sizeof value);
    fprintf(stream->file, "  %-*s %*s", KEY_WIDTH, row->key, row->type == REPORT_TEXT ? 0 : VALUE_WIDTH, value);
    put_share(stream->file, row);
    if (row->help)
        fprintf(stream->file, "  %s", row->help);
    if (row->origin)
        fprintf(stream->file, "  (%s; %s)", row->origin, row->source);
    putc('\n', stream->file);
}

static void begin_item(struct report_stream *stream)
{
    if (!stream->items)
        print_title(stream);
}

static void row(struct report_stream *stream, const struct report_row *row)
{
    if (stream->section->list) {
        put_item_row(stream, row);
        return;
    }
    if (row->detail)
        return;
    if (!stream->shown++)
        print_title(stream);
    put_table_row(stream, row);
}

static void end_item(struct report_stream *stream)
{
    putc('\n', stream->file);
}

const struct report_writer report_text_writer = {nothing, nothing, begin_item, row, end_item, nothing, nothing};
