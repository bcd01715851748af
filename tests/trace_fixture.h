/* Traces made for tests: a schema by hand, events by seed, files in memory. Used by suites and by the fuzz target, so without Check:
 * what cannot fail aborts. */
#ifndef TRACE_FIXTURE_H
#define TRACE_FIXTURE_H

#include "trace_reader.h"
#include "trace_writer.h"

/* Two levels (2 x 4 units), three kinds: one with counters, one with four arguments, one without any. */
extern const char trace_test_schema[];
/* The same, with events of the first two kinds as row commands. */
extern const char trace_test_memory_schema[];
enum { TEST_UNITS = 8, TEST_KINDS = 3, KIND_RUN = 0, KIND_DMA, KIND_MARK };

struct trace_bytes {
    uint8_t *bytes;
    size_t size;
};

uint64_t trace_test_random(uint64_t *state);

/* `wild` events use every value a trace can hold, others look like those of a machine. free() them. */
struct pim_event *trace_test_events(uint64_t seed, size_t count, bool wild);

/* Write a trace, passing the events on in calls of `chunk` (0: all in one). */
enum pim_status trace_test_write(const char *path, const char *schema, const struct pim_event *events, size_t count,
                                 size_t chunk, struct pim_error *error);

/* The whole of a file. */
struct trace_bytes trace_test_load(const char *path);

/* Write and load, by way of a temporary file. */
struct trace_bytes trace_test_file(const struct pim_event *events, size_t count);

/* A file around one block with these plain bytes, all checksums right, whatever the bytes are; with trace_test_memory_schema. `more_plain` is added to the number of
 * plain bytes that the block's header declares. */
struct trace_bytes trace_test_block_file(const uint8_t *plain, size_t size, uint32_t count, uint64_t first_ps, uint64_t last_ps,
                                         int64_t more_plain);

/* Make every checksum right that can be found. */
void trace_test_mend(uint8_t *bytes, size_t size);

#endif
