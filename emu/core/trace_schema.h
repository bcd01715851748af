/* The schema of a trace: JSON text that says what the events of the file mean. doc/trace-format.md lists its members. */
#ifndef TRACE_SCHEMA_H
#define TRACE_SCHEMA_H

#include "pimento.h"

struct trace_kind {
    const char *name, *help;
    uint32_t colour; /* 0xrrggbb */
    uint32_t rows;   /* a row command: how many rows it opens; arguments: subarray and row of each. Else 0 */
    bool counters;   /* the arguments are what counters of the back-end grew by during the event */
    const char *arguments[PIM_EVENT_ARGUMENTS]; /* NULL when unused */
};

struct trace_level {
    const char *name;
    uint64_t count; /* in one of the level above, at least 1 */
};

struct trace_parameter {
    const char *key, *value, *unit, *source;
};

/* What the file says of the memory whose banks the units are. */
struct trace_dram {
    const char *record_key; /* parameter that makes row commands events; NULL: the units are no DRAM banks */
    bool recorded;
    double clock_mhz;
    uint64_t subarrays, rows; /* of a bank; of a subarray, all addresses */
    uint64_t row_bytes, burst_bytes;
};

/* Texts live as long as the schema. */
struct trace_schema {
    struct json_t *json;
    const char *producer; /* "pimento 0.1.0" */
    const char *backend, *summary, *target;
    uint32_t units;
    uint32_t link_lane;
    size_t kind_count;
    struct trace_kind *kinds;
    size_t level_count; /* outermost first; the last one is the unit */
    struct trace_level *levels;
    size_t parameter_count;
    struct trace_parameter *parameters;
    struct trace_dram dram;
};

/* The schema text of a device with `units` units, newly allocated. It depends on the resolved target alone, not on where its file
 * lies, so that equal runs give equal traces everywhere. */
enum pim_status trace_schema_write(const struct pim_target *target, uint32_t units, char **text, struct pim_error *error);

/* Messages begin with `place`. Nothing is allocated when this fails. */
enum pim_status trace_schema_parse(const char *place, const char *text, size_t bytes, struct trace_schema *schema,
                                   struct pim_error *error);
void trace_schema_free(struct trace_schema *schema);

#endif
