/* Reports, their walkers and their writers. A walker (report.c for a device, emu/cli/host_report.c for a host program) says what is in a
 * report and in which order; a writer knows nothing but its notation. Sections that several reports have are in report_sections.c.
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
    const char *schema;           /* name and version of what the walker writes */
    unsigned schema_version;
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

extern const struct report_writer report_text_writer, report_json_writer, report_csv_writer;

/* The value as plain text: digits, the shortest decimal, or the text itself (then `buffer` is not used). */
const char *report_plain_value(const struct report_row *row, char *buffer);

/* ---- for walkers (report_output.c) ---- */

struct report {
    const struct report_writer *writer;
    struct report_stream stream;
};

/* A report in memory: after report_close *text is NUL-ended text to be freed. Close it whenever opening worked. */
enum pim_status report_open(struct report *report, enum pim_report_format format, const char *schema, unsigned schema_version,
                            char **text, size_t *bytes, struct pim_error *error);
enum pim_status report_close(struct report *report, char **text, struct pim_error *error);

void report_section(struct report *report, const struct report_section *section);
void report_section_end(struct report *report);
void report_item(struct report *report);
void report_item_end(struct report *report);
void report_put(struct report *report, const struct report_row *row);
void report_put_text(struct report *report, const char *key, const char *text);
/* `help` may be NULL. */
void report_put_integer(struct report *report, const char *key, pim_u128 value, const char *unit, const char *help);

/* ---- sections (report_sections.c) ---- */

void report_parameters(struct report *report, const struct pim_target *target);
void report_time(struct report *report, const struct pim_ledger *ledger);
void report_transfers(struct report *report, const struct pim_ledger *ledger);
void report_counters(struct report *report, const struct pim_backend *backend, const struct pim_ledger *ledger);
void report_derived(struct report *report, const struct pim_backend *backend, const struct pim_ledger *ledger);
void report_energy(struct report *report, const struct pim_backend *backend, const struct pim_ledger *ledger);
void report_assumptions(struct report *report, const struct pim_target *target);
void report_profile(struct report *report, const struct pim_profile_row *rows, size_t count);

#endif
