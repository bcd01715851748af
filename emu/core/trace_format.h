/* What the writer and the reader of traces share: sizes, limits, the column table and the coding of numbers. The format itself, byte
 * by byte, is doc/trace-format.md; a change here is a change there, of TRACE_VERSION, and of tests/trace_second_reader.c.
 *
 *   head | section SCHM | section EVNT ... | section INDX | end record
 */
#ifndef TRACE_FORMAT_H
#define TRACE_FORMAT_H

#include "pimento.h"

#define TRACE_MAGIC "\x89PIMT\r\n\x1a"
#define TRACE_END_MAGIC "PIMT END"
#define TRACE_VERSION 1u

enum {
    TRACE_MAGIC_BYTES = 8,
    TRACE_HEAD_BYTES = 12,
    TRACE_SECTION_BYTES = 40, /* header of a section; the stored bytes follow */
    TRACE_INDEX_ROW_BYTES = 32,
    TRACE_END_BYTES = 32,
    TRACE_COLUMNS = 10,
    TRACE_COLUMN_TABLE_BYTES = (TRACE_COLUMNS + 1) * 4,
    TRACE_NUMBER_BYTES = 10,  /* longest coded number */
};

/* Limits of the format: they bound what a reader has to allocate for a file that lies. */
enum {
    TRACE_BLOCK_EVENTS = 1 << 14, /* what this writer puts into a full block */
    TRACE_MOST_BLOCK_EVENTS = 1 << 16,
    TRACE_MOST_SCHEMA_BYTES = 1 << 22,
    TRACE_MOST_UNITS = 1 << 24,
    TRACE_MOST_BLOCKS = 1 << 26,
    TRACE_MOST_CLOCK_MHZ = 1000000,
};

/* Section tags as they stand in the file, read as little-endian numbers. */
#define TRACE_TAG(a, b, c, d) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define TRACE_SCHEMA TRACE_TAG('S', 'C', 'H', 'M')
#define TRACE_EVENTS TRACE_TAG('E', 'V', 'N', 'T')
#define TRACE_INDEX TRACE_TAG('I', 'N', 'D', 'X')

struct trace_section {
    uint32_t tag;
    uint32_t stored_bytes, plain_bytes; /* compressed and uncompressed */
    uint32_t count;                     /* events of a block, rows of the index, 0 for the schema */
    uint64_t first_ps, last_ps;         /* earliest start and latest end of the events; 0 without events */
    uint32_t stored_crc;
};

/* The header checksum is written and checked here; false when it is wrong. */
void trace_put_section(uint8_t bytes[TRACE_SECTION_BYTES], const struct trace_section *section);
bool trace_get_section(const uint8_t bytes[TRACE_SECTION_BYTES], struct trace_section *section);

/* A row of the index. */
struct trace_block {
    uint64_t offset; /* of the section's header in the file */
    uint64_t first_ps, last_ps;
    uint32_t count;
};

/* The columns of a block, in file order; each is a field of struct pim_event. */
struct trace_column {
    const char *name;
    size_t offset, bytes;
    const char *help;
};
extern const struct trace_column trace_columns[TRACE_COLUMNS];

uint64_t trace_field(const struct pim_event *event, const struct trace_column *column);
/* False when the value does not fit. */
bool trace_set_field(struct pim_event *event, const struct trace_column *column, uint64_t value);

/* Numbers are differences to the number before (the first one to 0), folded so that small negative ones stay small, in groups of seven
 * bits. The decoder returns the place behind, NULL when the number does not end before `end` or has more than 64 bits. */
uint8_t *trace_put_difference(uint8_t *at, uint64_t before, uint64_t value);
const uint8_t *trace_get_difference(const uint8_t *at, const uint8_t *end, uint64_t before, uint64_t *value);

void trace_put32(uint8_t *at, uint32_t value);
void trace_put64(uint8_t *at, uint64_t value);
uint32_t trace_get32(const uint8_t *at);
uint64_t trace_get64(const uint8_t *at);

/* CRC-32 of IEEE 802.3, as zlib and PNG have it. */
uint32_t trace_crc(const uint8_t *bytes, size_t size);

#endif
