/* A second reader of trace files, written from doc/trace-format.md alone: it shares no code with the library, so that a mistake in
 * one of writer, reader and page shows. It is short, reads the whole file into memory, and says no more than yes or no. */
#ifndef TRACE_SECOND_READER_H
#define TRACE_SECOND_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SECOND_COLUMNS = 10 };

struct second_event {
    uint64_t columns[SECOND_COLUMNS]; /* in the order of the page */
};

struct second_trace {
    char *schema; /* JSON text with a NUL behind it */
    size_t schema_bytes;
    uint64_t first_ps, last_ps;
    size_t block_count;
    size_t event_count;
    struct second_event *events;
};

/* False when the bytes break a rule of the page. `trace` must be freed in both cases. */
bool second_read(const uint8_t *bytes, size_t size, struct second_trace *trace);
void second_free(struct second_trace *trace);

/* For tests that patch files and repair the checksums. */
uint32_t second_crc(const uint8_t *bytes, size_t size);

#endif
