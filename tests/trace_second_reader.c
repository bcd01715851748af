#include "trace_second_reader.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define RULE(condition) do { if (!(condition)) return false; } while (0)

struct frame {
    uint64_t stored, plain, count, first, last;
    uint64_t end; /* offset behind the section */
    uint8_t *content;
};

static uint64_t number(const uint8_t *at, int bytes)
{
    return bytes ? number(at + 1, bytes - 1) << 8 | *at : 0;
}

uint32_t second_crc(const uint8_t *bytes, size_t size)
{
    uint32_t crc = 0xffffffff;
    while (size--) {
        crc ^= *bytes++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return crc ^ 0xffffffff;
}

/* The section at `offset`, which must end at or before `limit`. The content is allocated also when a later rule is broken. */
static bool read_frame(const uint8_t *file, uint64_t offset, uint64_t limit, const char *tag, uint64_t most_plain,
                       struct frame *frame)
{
    RULE(offset <= limit && limit - offset >= 40);
    const uint8_t *header = file + offset;
    RULE(memcmp(header, tag, 4) == 0);
    RULE(number(header + 36, 4) == second_crc(header, 36));
    frame->stored = number(header + 4, 4);
    frame->plain = number(header + 8, 4);
    frame->count = number(header + 12, 4);
    frame->first = number(header + 16, 8);
    frame->last = number(header + 24, 8);
    RULE(frame->stored <= limit - offset - 40 && frame->plain <= most_plain);
    RULE(number(header + 32, 4) == second_crc(header + 40, frame->stored));
    frame->end = offset + 40 + frame->stored;
    frame->content = calloc(1, frame->plain + 1);
    return ZSTD_decompress(frame->content, frame->plain, header + 40, frame->stored) == frame->plain;
}

/* ---- blocks ---- */

static bool read_number(const uint8_t *plain, uint64_t *at, uint64_t end, uint64_t *value)
{
    uint64_t folded = 0;
    for (int group = 0; group < 10; group++) {
        RULE(*at < end);
        uint8_t byte = plain[(*at)++];
        RULE(group < 9 || byte <= 1);
        folded |= (uint64_t)(byte & 127) << 7 * group;
        if (!(byte & 128)) {
            *value += folded & 1 ? ~(folded / 2) : folded / 2;
            return true;
        }
    }
    return false;
}

static bool read_column(const struct frame *frame, int column, struct second_event *events)
{
    static const int bits[SECOND_COLUMNS] = {64, 64, 32, 16, 16, 64, 64, 64, 64, 64};
    uint64_t at = number(frame->content + 4 * column, 4), end = number(frame->content + 4 * column + 4, 4), value = 0;
    RULE(at <= end && end <= frame->plain);
    RULE(column != 0 || at == 44);
    RULE(column != SECOND_COLUMNS - 1 || end == frame->plain);
    for (uint64_t i = 0; i < frame->count; i++) {
        RULE(read_number(frame->content, &at, end, &value));
        RULE(bits[column] == 64 || value >> bits[column] == 0);
        events[i].columns[column] = value;
    }
    return at == end;
}

static bool check_times(const struct frame *frame, const struct second_event *events)
{
    uint64_t first = events[0].columns[0], last = 0;
    for (uint64_t i = 0; i < frame->count; i++) {
        uint64_t start = events[i].columns[0], stop = start + events[i].columns[1];
        RULE(stop >= start);
        first = start < first ? start : first;
        last = stop > last ? stop : last;
    }
    return first == frame->first && last == frame->last;
}

/* The block that row `row` of the index means, which must begin at *offset; moves *offset behind it. */
static bool read_block(const uint8_t *file, uint64_t limit, const uint8_t *row, uint64_t *offset, struct frame *frame,
                       struct second_trace *trace)
{
    uint64_t count = number(row + 24, 4);
    RULE(number(row, 8) == *offset && number(row + 28, 4) == 0);
    RULE(count >= 1 && count <= 65536);
    RULE(read_frame(file, *offset, limit, "EVNT", 44 + 100 * count, frame));
    RULE(frame->plain >= 44);
    RULE(frame->count == count && frame->first == number(row + 8, 8) && frame->last == number(row + 16, 8));
    trace->events = realloc(trace->events, (trace->event_count + count) * sizeof *trace->events);
    struct second_event *events = trace->events + trace->event_count;
    for (int column = 0; column < SECOND_COLUMNS; column++)
        RULE(read_column(frame, column, events));
    trace->event_count += count;
    *offset = frame->end;
    return check_times(frame, events);
}

/* ---- the file ---- */

/* What the schema says about numbers of units and kinds. */
static bool check_events(const struct second_trace *trace)
{
    json_t *schema = json_loadb(trace->schema, trace->schema_bytes, 0, NULL);
    uint64_t units = (uint64_t)json_integer_value(json_object_get(schema, "units"));
    size_t kinds = json_array_size(json_object_get(schema, "kinds"));
    bool good = schema && units >= 1 && units <= 16777216;
    for (size_t i = 0; good && i < trace->event_count; i++)
        good = trace->events[i].columns[2] < units && trace->events[i].columns[3] < kinds;
    json_decref(schema);
    return good;
}

static bool read_blocks(const uint8_t *file, uint64_t index_offset, const struct frame *index, uint64_t offset,
                        struct second_trace *trace)
{
    uint64_t first = UINT64_MAX, last = 0;
    for (uint64_t i = 0; i < index->count; i++) {
        struct frame block = {0};
        bool good = read_block(file, index_offset, index->content + 32 * i, &offset, &block, trace);
        free(block.content);
        RULE(good);
        first = block.first < first ? block.first : first;
        last = block.last > last ? block.last : last;
    }
    trace->block_count = index->count;
    trace->first_ps = index->count ? first : 0;
    trace->last_ps = last;
    return offset == index_offset && index->first == trace->first_ps && index->last == trace->last_ps;
}

static bool read_schema(const uint8_t *file, uint64_t limit, uint64_t *end, struct second_trace *trace)
{
    struct frame frame = {0};
    bool good = read_frame(file, 12, limit, "SCHM", 4194304, &frame) && !frame.count && !frame.first && !frame.last;
    trace->schema = (char *)frame.content;
    trace->schema_bytes = frame.plain;
    *end = frame.end;
    return good;
}

bool second_read(const uint8_t *bytes, size_t size, struct second_trace *trace)
{
    *trace = (struct second_trace){0};
    RULE(size >= 12 + 40 + 40 + 32);
    const uint8_t *end_record = bytes + size - 32;
    RULE(memcmp(bytes, "\x89PIMT\r\n\x1a\1\0\0\0", 12) == 0);
    RULE(memcmp(end_record + 24, "PIMT END", 8) == 0);
    RULE(number(end_record + 20, 4) == second_crc(end_record, 20));
    uint64_t index_offset = number(end_record, 8), blocks = number(end_record + 16, 4), schema_end;
    RULE(index_offset <= size - 32);
    RULE(read_schema(bytes, index_offset, &schema_end, trace));
    RULE(blocks <= (index_offset - schema_end) / 40 && blocks <= 67108864);
    struct frame index = {0};
    bool good = read_frame(bytes, index_offset, size - 32, "INDX", 32 * blocks, &index) && index.plain == 32 * blocks &&
                index.count == blocks && index.end == size - 32 &&
                read_blocks(bytes, index_offset, &index, schema_end, trace);
    free(index.content);
    return good && trace->event_count == number(end_record + 8, 8) && check_events(trace);
}

void second_free(struct second_trace *trace)
{
    free(trace->schema);
    free(trace->events);
    *trace = (struct second_trace){0};
}
