#include "trace_format.h"

#include <string.h>

#define COLUMN(field, text) {#field, offsetof(struct pim_event, field), sizeof((struct pim_event){0}.field), text}
#define ARGUMENT(index, text)                                                                                            \
    {"argument_" #index, offsetof(struct pim_event, arguments) + (index) * sizeof(uint64_t), sizeof(uint64_t), text}

const struct trace_column trace_columns[TRACE_COLUMNS] = {
    COLUMN(time_ps, "start in picoseconds of the machine's time"),
    COLUMN(duration_ps, "length in picoseconds; 0 for an instant"),
    COLUMN(unit, "number of the unit, below `units`"),
    COLUMN(kind, "row of `kinds`"),
    COLUMN(lane, "sub-row of the unit, such as a tasklet; `link_lane` is the host link"),
    COLUMN(sequence, "order of events inside the unit, or of the host link's"),
    ARGUMENT(0, "first argument of the kind, 0 when it has none"),
    ARGUMENT(1, "second argument"),
    ARGUMENT(2, "third argument"),
    ARGUMENT(3, "fourth argument"),
};

/* ------------------------------------------------------------------------------------ bytes --- */

static void put_bytes(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get_bytes(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

void trace_put32(uint8_t *at, uint32_t value)
{
    put_bytes(at, value, 4);
}

void trace_put64(uint8_t *at, uint64_t value)
{
    put_bytes(at, value, 8);
}

uint32_t trace_get32(const uint8_t *at)
{
    return (uint32_t)get_bytes(at, 4);
}

uint64_t trace_get64(const uint8_t *at)
{
    return get_bytes(at, 8);
}

/* Half a byte at a time: the polynomial's table fits in a line of cache, and only compressed bytes are summed. */
uint32_t trace_crc(const uint8_t *bytes, size_t size)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc = table[(crc ^ bytes[i]) & 15] ^ crc >> 4;
        crc = table[(crc ^ bytes[i] >> 4) & 15] ^ crc >> 4;
    }
    return ~crc;
}

/* --------------------------------------------------------------------------------- sections --- */

enum { HEADER_CRC_OFFSET = TRACE_SECTION_BYTES - 4 };

void trace_put_section(uint8_t bytes[TRACE_SECTION_BYTES], const struct trace_section *section)
{
    trace_put32(bytes, section->tag);
    trace_put32(bytes + 4, section->stored_bytes);
    trace_put32(bytes + 8, section->plain_bytes);
    trace_put32(bytes + 12, section->count);
    trace_put64(bytes + 16, section->first_ps);
    trace_put64(bytes + 24, section->last_ps);
    trace_put32(bytes + 32, section->stored_crc);
    trace_put32(bytes + HEADER_CRC_OFFSET, trace_crc(bytes, HEADER_CRC_OFFSET));
}

bool trace_get_section(const uint8_t bytes[TRACE_SECTION_BYTES], struct trace_section *section)
{
    *section = (struct trace_section){
        .tag = trace_get32(bytes),
        .stored_bytes = trace_get32(bytes + 4),
        .plain_bytes = trace_get32(bytes + 8),
        .count = trace_get32(bytes + 12),
        .first_ps = trace_get64(bytes + 16),
        .last_ps = trace_get64(bytes + 24),
        .stored_crc = trace_get32(bytes + 32),
    };
    return trace_get32(bytes + HEADER_CRC_OFFSET) == trace_crc(bytes, HEADER_CRC_OFFSET);
}

/* ---------------------------------------------------------------------------------- numbers --- */

uint64_t trace_field(const struct pim_event *event, const struct trace_column *column)
{
    const void *field = (const char *)event + column->offset;
    switch (column->bytes) {
    case sizeof(uint16_t): return *(const uint16_t *)field;
    case sizeof(uint32_t): return *(const uint32_t *)field;
    default: return *(const uint64_t *)field;
    }
}

bool trace_set_field(struct pim_event *event, const struct trace_column *column, uint64_t value)
{
    void *field = (char *)event + column->offset;
    switch (column->bytes) {
    case sizeof(uint16_t): *(uint16_t *)field = (uint16_t)value; break;
    case sizeof(uint32_t): *(uint32_t *)field = (uint32_t)value; break;
    default: *(uint64_t *)field = value; break;
    }
    return trace_field(event, column) == value;
}

uint8_t *trace_put_difference(uint8_t *at, uint64_t before, uint64_t value)
{
    uint64_t difference = value - before;
    uint64_t folded = difference << 1 ^ (0 - (difference >> 63));
    for (; folded >= 0x80; folded >>= 7)
        *at++ = (uint8_t)(folded | 0x80);
    *at++ = (uint8_t)folded;
    return at;
}

const uint8_t *trace_get_difference(const uint8_t *at, const uint8_t *end, uint64_t before, uint64_t *value)
{
    uint64_t folded = 0;
    for (unsigned shift = 0; at < end && shift < 64; shift += 7) {
        uint64_t group = *at & 0x7f;
        if (group << shift >> shift != group)
            return NULL;
        folded |= group << shift;
        if (*at++ < 0x80) {
            *value = before + (folded >> 1 ^ (0 - (folded & 1)));
            return at;
        }
    }
    return NULL;
}
