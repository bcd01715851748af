/* Traces for other tools. Both write the events that trace_seek's rule leaves from `from_ps` on (0: all), event by event in constant
 * memory per unit and lane, and leave an existing file as it was when anything fails. A path of "-" means standard output. */
#ifndef TRACE_EXPORT_H
#define TRACE_EXPORT_H

#include "trace_reader.h"

/* The JSON that ui.perfetto.dev and chrome://tracing open. A unit is a process, a lane a thread, an event a complete event ("X"); kinds
 * whose arguments are counters' growth over an interval are counters as well ("C"). Times are microseconds with six decimals, which is
 * picoseconds exactly. Arguments above 2^53 are strings of digits, because readers keep numbers as doubles. */
enum pim_status trace_export_perfetto(struct trace_reader *reader, const char *path, uint64_t from_ps, struct pim_error *error);

/* One line per event: time_ps, duration_ps, unit, lane, sequence, event (the name of its kind), then one column per argument name of the
 * schema, empty where the kind has no such argument. Quoted as RFC 4180 says. */
enum pim_status trace_export_csv(struct trace_reader *reader, const char *path, uint64_t from_ps, struct pim_error *error);

#endif
