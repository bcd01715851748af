/* Reading trace files (doc/trace-format.md). The reader trusts nothing: every size is checked before it is used, memory is bounded by
 * one block and the index, and what is wrong is said as `file: offset N: what is wrong, what was expected`. A trace stays open as long
 * as its file; one open trace serves one thread, and a file may be opened any number of times.
 */
#ifndef TRACE_READER_H
#define TRACE_READER_H

#include "trace_format.h"
#include "trace_schema.h"

struct trace_reader;

/* Read head, schema and index. Blocks are read and checked when they are asked for. */
enum pim_status trace_open(const char *path, struct trace_reader **reader, struct pim_error *error);
/* The same with a file in memory, which must live as long as the reader; `name` is for messages. */
enum pim_status trace_open_memory(const char *name, const void *bytes, size_t size, struct trace_reader **reader,
                                  struct pim_error *error);
void trace_close(struct trace_reader *reader);

/* The path, for messages. */
const char *trace_name_of(const struct trace_reader *reader);
const struct trace_schema *trace_schema_of(const struct trace_reader *reader);
uint64_t trace_event_count(const struct trace_reader *reader);
/* Earliest start and latest end over all events; 0 and 0 when there are none. */
uint64_t trace_first_ps(const struct trace_reader *reader);
uint64_t trace_last_ps(const struct trace_reader *reader);

/* Blocks, for viewers that skip: the index row (valid as long as the reader), and the events (valid until the next call that reads). */
size_t trace_block_count(const struct trace_reader *reader);
const struct trace_block *trace_block_at(const struct trace_reader *reader, size_t number);
enum pim_status trace_read_block(struct trace_reader *reader, size_t number, const struct pim_event **events, size_t *count,
                                 struct pim_error *error);

/* One after the other, in file order. After trace_seek come only events that start at or after `from_ps` or end after it; whole blocks
 * are skipped by the index. A new reader stands at the first event. *event is NULL behind the last one and on failure. */
void trace_seek(struct trace_reader *reader, uint64_t from_ps);
enum pim_status trace_next(struct trace_reader *reader, const struct pim_event **event, struct pim_error *error);

/* ----------------------------------------------------------------------------------------- summary --- */

struct trace_kind_summary {
    uint64_t events;
    pim_u128 duration_ps; /* sum; events may overlap */
};

struct trace_unit_summary {
    uint32_t unit;
    uint64_t events;  /* those of the unit itself: a host link's are not the unit's */
    uint64_t busy_ps; /* time covered by at least one of them; exact when they come in order of start, as back-ends write them */
};

struct trace_summary {
    uint64_t events, first_ps, last_ps;
    size_t kind_count;
    struct trace_kind_summary *kinds; /* by row of the schema's kinds */
    size_t unit_count;                /* units with at least one event */
    struct trace_unit_summary *units; /* the busiest first, then by number */
};

/* Reads the whole file, and so also checks it. Moves the reader. */
enum pim_status trace_summarise(struct trace_reader *reader, struct trace_summary *summary, struct pim_error *error);
void trace_summary_free(struct trace_summary *summary);

#endif
