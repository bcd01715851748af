/* The report's walker and its writers. The walker (report.c) says what is in a report and in which order; a writer knows nothing but
 * its notation.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "pimento.h"

enum report_value { REPORT_INTEGER, REPORT_REAL, REPORT_TEXT };

struct report_row {
    const char *key;
    enum report_value type;
    pim_u128 integer;
    double real;
    const char *text;
    const char *unit;           /* "" when there is none */
    const char *help;           /* for people, may be NULL */
    const char *origin;         /* where a parameter's value comes from, or NULL */
    const char *source;         /* what the value rests on: paper, formula; or NULL */
    const pim_u128 *whole;      /* print the value's share of this, or NULL */
    bool detail;                /* of no interest to people */
};

/* A section holds rows (a table of named values), or items of rows (a list). */
struct report_section {
    const char *key;
    const char *title;
    bool list;
};

/* Functions of a writer; the state they share is the walker's. */
struct report_stream {
    FILE *file;
    const struct report_section *section;
    size_t sections, items, rows; /* so far; items in this section, rows in this section or item */
    size_t shown;                 /* rows of this section that the writer chose to show */
};

struct report_writer {
    void (*begin)(struct report_stream *stream);
    void (*begin_section)(struct report_stream *stream);
    void (*begin_item)(struct report_stream *stream);
    void (*row)(struct report_stream *stream, const struct report_row *row);
    void (*end_item)(struct report_stream *stream);
    void (*end_section)(struct report_stream *stream);
    void (*end)(struct report_stream *stream);
};

/* By enum pim_report_format. */
extern const struct report_writer report_text_writer, report_json_writer, report_csv_writer;

/* The value as plain text: digits, the shortest decimal, or the text itself (then `buffer` is not used). */
const char *report_plain_value(const struct report_row *row, char *buffer);

#endif
