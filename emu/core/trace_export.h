/* Traces for other tools. All write the events that trace_seek's rule leaves from `from_ps` on (0: all), event by event in constant
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

/* Row commands as accesses that make a DRAM simulator open the same rows: one line each, "LD ADDRESS" for the load and store traces of Ramulator 2,
 * "ADDRESS READ CYCLE" for DRAMsim3. doc/command-traces.md says how addresses are made. */
enum trace_dram_format { TRACE_RAMULATOR2, TRACE_DRAMSIM3 };

struct trace_dram_options {
    uint64_t channels, ranks, banks; /* of the simulator's memory, powers of two; banks of a rank; 0: as many as the trace's machine has */
    bool first_only;                 /* one access a command, to the row that it opens first */
};

enum pim_status trace_export_dram(struct trace_reader *reader, enum trace_dram_format format, const struct trace_dram_options *options,
                                  const char *path, uint64_t from_ps, struct pim_error *error);

#endif
