#include "trace_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

struct trace_reader {
    char *name;
    FILE *file;
    uint64_t file_bytes;
    struct trace_schema schema;
    uint64_t blocks_offset, index_offset; /* blocks fill the room between the two */
    uint64_t event_count, first_ps, last_ps;
    size_t block_count;
    struct trace_block *blocks;
    struct pim_event *events; /* TRACE_MOST_BLOCK_EVENTS at most; of block `loaded` */
    size_t event_room;
    size_t loaded;            /* SIZE_MAX: none */
    /* the position of trace_next */
    uint64_t from_ps;
    size_t block, at;
};

static enum pim_status bad(const struct trace_reader *reader, uint64_t offset, struct pim_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static enum pim_status bad(const struct trace_reader *reader, uint64_t offset, struct pim_error *error, const char *format, ...)
{
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return pim_fail(error, PIM_BAD_INPUT, "%s: offset %" PRIu64 ": %s", reader->name, offset, what);
}

static enum pim_status no_memory(const struct trace_reader *reader, struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "%s: no memory for reading the trace", reader->name);
}

static enum pim_status get(struct trace_reader *reader, uint64_t offset, void *bytes, size_t size, struct pim_error *error)
{
    if (fseeko(reader->file, (off_t)offset, SEEK_SET) != 0)
        return pim_fail(error, PIM_IO, "%s: %s", reader->name, strerror(errno));
    if (fread(bytes, 1, size, reader->file) == size)
        return PIM_OK;
    if (ferror(reader->file))
        return pim_fail(error, PIM_IO, "%s: %s", reader->name, strerror(errno));
    return bad(reader, offset, error, "the file ends, expected %zu bytes more", size);
}

/* --------------------------------------------------------------------------------- sections --- */

static const char *a_section(uint32_t tag)
{
    return tag == TRACE_SCHEMA ? "a schema" : tag == TRACE_EVENTS ? "a block of events" : "an index";
}

/* The header of the section at `offset`, which must have the tag, end at or before `limit`, and be no larger than `most_bytes`. */
static enum pim_status get_header(struct trace_reader *reader, uint64_t offset, uint32_t tag, uint64_t limit,
                                  uint64_t most_bytes, struct trace_section *section, struct pim_error *error)
{
    uint8_t bytes[TRACE_SECTION_BYTES];
    if (offset > limit || limit - offset < sizeof bytes)
        return bad(reader, offset, error, "no room, expected the header of %s", a_section(tag));
    enum pim_status status = get(reader, offset, bytes, sizeof bytes, error);
    if (status != PIM_OK)
        return status;
    if (!trace_get_section(bytes, section))
        return bad(reader, offset, error, "the header's checksum is wrong, expected %s", a_section(tag));
    if (section->tag != tag)
        return bad(reader, offset, error, "section tag 0x%08" PRIx32 ", expected %s", section->tag, a_section(tag));
    if (section->stored_bytes > limit - offset - sizeof bytes)
        return bad(reader, offset, error, "%s of %" PRIu32 " stored bytes, expected at most %" PRIu64, a_section(tag),
                   section->stored_bytes, limit - offset - sizeof bytes);
    if (section->plain_bytes > most_bytes)
        return bad(reader, offset, error, "%s of %" PRIu32 " bytes, expected at most %" PRIu64, a_section(tag),
                   section->plain_bytes, most_bytes);
    if (section->stored_bytes > ZSTD_compressBound(section->plain_bytes))
        return bad(reader, offset, error, "%" PRIu32 " bytes are stored in %" PRIu32 ", expected fewer", section->plain_bytes,
                   section->stored_bytes);
    return PIM_OK;
}

/* The uncompressed bytes of a section, newly allocated with a NUL behind them. */
static enum pim_status get_content(struct trace_reader *reader, uint64_t offset, const struct trace_section *section,
                                   uint8_t **plain, struct pim_error *error)
{
    uint8_t *stored = malloc((size_t)section->stored_bytes + 1);
    *plain = malloc((size_t)section->plain_bytes + 1);
    uint64_t content_offset = offset + TRACE_SECTION_BYTES;
    enum pim_status status;
    if (!stored || !*plain)
        status = no_memory(reader, error);
    else
        status = get(reader, content_offset, stored, section->stored_bytes, error);
    if (status == PIM_OK && trace_crc(stored, section->stored_bytes) != section->stored_crc)
        status = bad(reader, content_offset, error, "the checksum of the stored bytes is wrong, expected that of %s",
                     a_section(section->tag));
    if (status == PIM_OK) {
        size_t size = ZSTD_decompress(*plain, section->plain_bytes, stored, section->stored_bytes);
        if (ZSTD_isError(size))
            status = bad(reader, content_offset, error, "%s, expected a zstd frame", ZSTD_getErrorName(size));
        else if (size != section->plain_bytes)
            status = bad(reader, content_offset, error, "%zu bytes uncompressed, expected %" PRIu32, size,
                         section->plain_bytes);
        (*plain)[section->plain_bytes] = '\0';
    }
    free(stored);
    if (status != PIM_OK) {
        free(*plain);
        *plain = NULL;
    }
    return status;
}

/* ------------------------------------------------------------------------------- head, index --- */

static enum pim_status read_head(struct trace_reader *reader, struct pim_error *error)
{
    uint8_t head[TRACE_HEAD_BYTES];
    enum pim_status status = get(reader, 0, head, sizeof head, error);
    if (status != PIM_OK)
        return status;
    if (memcmp(head, TRACE_MAGIC, TRACE_MAGIC_BYTES) != 0)
        return bad(reader, 0, error, "not a trace, expected its signature");
    uint32_t version = trace_get32(head + TRACE_MAGIC_BYTES);
    if (version != TRACE_VERSION)
        return bad(reader, TRACE_MAGIC_BYTES, error, "trace format %" PRIu32 ", expected %u", version, TRACE_VERSION);
    return PIM_OK;
}

static enum pim_status read_end(struct trace_reader *reader, struct pim_error *error)
{
    uint8_t end[TRACE_END_BYTES];
    if (reader->file_bytes < TRACE_HEAD_BYTES + 2 * TRACE_SECTION_BYTES + sizeof end)
        return bad(reader, reader->file_bytes, error, "the file ends, expected a whole trace");
    uint64_t offset = reader->file_bytes - sizeof end;
    enum pim_status status = get(reader, offset, end, sizeof end, error);
    if (status != PIM_OK)
        return status;
    if (memcmp(end + 24, TRACE_END_MAGIC, TRACE_MAGIC_BYTES) != 0)
        return bad(reader, offset + 24, error, "no end record: the trace is cut short or still being written");
    if (trace_get32(end + 20) != trace_crc(end, 20))
        return bad(reader, offset, error, "the checksum of the end record is wrong");
    reader->index_offset = trace_get64(end);
    reader->event_count = trace_get64(end + 8);
    reader->block_count = trace_get32(end + 16);
    if (reader->index_offset > offset)
        return bad(reader, offset, error, "the index is at %" PRIu64 ", expected a place in the file", reader->index_offset);
    return PIM_OK;
}

static enum pim_status read_schema(struct trace_reader *reader, struct pim_error *error)
{
    struct trace_section section;
    uint8_t *text;
    enum pim_status status = get_header(reader, TRACE_HEAD_BYTES, TRACE_SCHEMA, reader->index_offset,
                                        TRACE_MOST_SCHEMA_BYTES, &section, error);
    if (status != PIM_OK)
        return status;
    if (section.count || section.first_ps || section.last_ps)
        return bad(reader, TRACE_HEAD_BYTES, error, "a schema with events, expected 0");
    status = get_content(reader, TRACE_HEAD_BYTES, &section, &text, error);
    if (status != PIM_OK)
        return status;
    reader->blocks_offset = TRACE_HEAD_BYTES + TRACE_SECTION_BYTES + section.stored_bytes;
    status = trace_schema_parse(reader->name, (const char *)text, section.plain_bytes, &reader->schema, error);
    free(text);
    return status;
}

/* Every block is at least a header, and they lie one behind the other. */
static enum pim_status check_row(const struct trace_reader *reader, size_t number, const uint8_t *row, struct pim_error *error)
{
    const struct trace_block *block = &reader->blocks[number];
    uint64_t behind = number ? reader->blocks[number - 1].offset + TRACE_SECTION_BYTES : reader->blocks_offset;
    if (number ? block->offset <= behind : block->offset != behind)
        return bad(reader, reader->index_offset, error, "index: block %zu is at %" PRIu64 ", expected %s%" PRIu64, number,
                   block->offset, number ? "more than " : "", behind);
    if (block->offset >= reader->index_offset)
        return bad(reader, reader->index_offset, error, "index: block %zu is at %" PRIu64 ", expected less than %" PRIu64,
                   number, block->offset, reader->index_offset);
    if (block->count < 1 || block->count > TRACE_MOST_BLOCK_EVENTS)
        return bad(reader, reader->index_offset, error, "index: block %zu has %" PRIu32 " events, expected 1 to %d", number,
                   block->count, TRACE_MOST_BLOCK_EVENTS);
    if (block->first_ps > block->last_ps)
        return bad(reader, reader->index_offset, error, "index: block %zu ends before it starts", number);
    if (trace_get32(row + 28) != 0)
        return bad(reader, reader->index_offset, error, "index: block %zu: the last four bytes of its row, expected 0", number);
    return PIM_OK;
}

static enum pim_status take_index(struct trace_reader *reader, const struct trace_section *section, const uint8_t *rows,
                                  struct pim_error *error)
{
    uint64_t events = 0, first_ps = reader->block_count ? UINT64_MAX : 0, last_ps = 0;
    for (size_t i = 0; i < reader->block_count; i++) {
        const uint8_t *row = rows + i * TRACE_INDEX_ROW_BYTES;
        struct trace_block *block = &reader->blocks[i];
        *block = (struct trace_block){trace_get64(row), trace_get64(row + 8), trace_get64(row + 16), trace_get32(row + 24)};
        enum pim_status status = check_row(reader, i, row, error);
        if (status != PIM_OK)
            return status;
        events += block->count;
        first_ps = block->first_ps < first_ps ? block->first_ps : first_ps;
        last_ps = block->last_ps > last_ps ? block->last_ps : last_ps;
    }
    if (events != reader->event_count)
        return bad(reader, reader->index_offset, error, "index: %" PRIu64 " events, expected %" PRIu64, events,
                   reader->event_count);
    if (first_ps != section->first_ps || last_ps != section->last_ps)
        return bad(reader, reader->index_offset, error, "index: its header has other times than its rows");
    reader->first_ps = first_ps;
    reader->last_ps = last_ps;
    return PIM_OK;
}

static enum pim_status read_index(struct trace_reader *reader, struct pim_error *error)
{
    struct trace_section section;
    uint64_t end_offset = reader->file_bytes - TRACE_END_BYTES;
    uint64_t most_blocks = (reader->index_offset - reader->blocks_offset) / TRACE_SECTION_BYTES;
    enum pim_status status;
    if (reader->block_count > TRACE_MOST_BLOCKS || reader->block_count > most_blocks)
        return bad(reader, end_offset, error, "%zu blocks, expected at most %" PRIu64, reader->block_count, most_blocks);
    if (!reader->block_count && reader->index_offset != reader->blocks_offset)
        return bad(reader, reader->blocks_offset, error, "bytes of no block, expected the index");
    uint64_t size = (uint64_t)reader->block_count * TRACE_INDEX_ROW_BYTES;
    status = get_header(reader, reader->index_offset, TRACE_INDEX, end_offset, size, &section, error);
    if (status != PIM_OK)
        return status;
    if (section.plain_bytes != size || section.count != reader->block_count)
        return bad(reader, reader->index_offset, error, "an index of %" PRIu32 " blocks in %" PRIu32 " bytes, expected %zu",
                   section.count, section.plain_bytes, reader->block_count);
    if (reader->index_offset + TRACE_SECTION_BYTES + section.stored_bytes != end_offset)
        return bad(reader, reader->index_offset, error, "bytes between index and end record, expected none");
    uint8_t *rows;
    status = get_content(reader, reader->index_offset, &section, &rows, error);
    if (status != PIM_OK)
        return status;
    reader->blocks = calloc(reader->block_count + 1, sizeof *reader->blocks);
    status = reader->blocks ? take_index(reader, &section, rows, error) : no_memory(reader, error);
    free(rows);
    return status;
}

/* --------------------------------------------------------------------------------------- open --- */

static enum pim_status read_start(struct trace_reader *reader, struct pim_error *error)
{
    off_t bytes = -1;
    if (fseeko(reader->file, 0, SEEK_END) == 0)
        bytes = ftello(reader->file);
    if (bytes < 0)
        return pim_fail(error, PIM_IO, "%s: %s", reader->name, strerror(errno));
    reader->file_bytes = (uint64_t)bytes;
    enum pim_status status = read_head(reader, error);
    if (status == PIM_OK)
        status = read_end(reader, error);
    if (status == PIM_OK)
        status = read_schema(reader, error);
    if (status == PIM_OK)
        status = read_index(reader, error);
    return status;
}

/* Takes the file, which is NULL when it could not be opened. */
static enum pim_status open_file(const char *name, FILE *file, struct trace_reader **reader, struct pim_error *error)
{
    *reader = NULL;
    if (!file)
        return pim_fail(error, PIM_IO, "%s: %s", name, strerror(errno));
    struct trace_reader *made = calloc(1, sizeof *made);
    if (!made) {
        fclose(file);
        return pim_fail(error, PIM_NO_MEMORY, "%s: no memory for reading the trace", name);
    }
    made->file = file;
    made->loaded = SIZE_MAX;
    made->name = strdup(name);
    enum pim_status status;
    if (made->name)
        status = read_start(made, error);
    else
        status = pim_fail(error, PIM_NO_MEMORY, "%s: no memory for reading the trace", name);
    if (status == PIM_OK)
        *reader = made;
    else
        trace_close(made);
    return status;
}

enum pim_status trace_open(const char *path, struct trace_reader **reader, struct pim_error *error)
{
    return open_file(path, fopen(path, "rb"), reader, error);
}

enum pim_status trace_open_memory(const char *name, const void *bytes, size_t size, struct trace_reader **reader,
                                  struct pim_error *error)
{
    return open_file(name, fmemopen((void *)(uintptr_t)bytes, size, "rb"), reader, error);
}

void trace_close(struct trace_reader *reader)
{
    if (!reader)
        return;
    fclose(reader->file);
    trace_schema_free(&reader->schema);
    free(reader->name);
    free(reader->blocks);
    free(reader->events);
    free(reader);
}

const char *trace_name_of(const struct trace_reader *reader)
{
    return reader->name;
}

const struct trace_schema *trace_schema_of(const struct trace_reader *reader)
{
    return &reader->schema;
}

uint64_t trace_event_count(const struct trace_reader *reader)
{
    return reader->event_count;
}

uint64_t trace_first_ps(const struct trace_reader *reader)
{
    return reader->first_ps;
}

uint64_t trace_last_ps(const struct trace_reader *reader)
{
    return reader->last_ps;
}

size_t trace_block_count(const struct trace_reader *reader)
{
    return reader->block_count;
}

const struct trace_block *trace_block_at(const struct trace_reader *reader, size_t number)
{
    return &reader->blocks[number];
}

/* ------------------------------------------------------------------------------------- blocks --- */

static uint64_t block_end(const struct trace_reader *reader, size_t number)
{
    return number + 1 < reader->block_count ? reader->blocks[number + 1].offset : reader->index_offset;
}

static enum pim_status check_header(const struct trace_reader *reader, size_t number, const struct trace_section *section,
                                    struct pim_error *error)
{
    const struct trace_block *block = &reader->blocks[number];
    if (section->count != block->count || section->first_ps != block->first_ps || section->last_ps != block->last_ps)
        return bad(reader, block->offset, error, "block %zu is another than the index says", number);
    if (block->offset + TRACE_SECTION_BYTES + section->stored_bytes != block_end(reader, number))
        return bad(reader, block->offset, error, "block %zu ends elsewhere, expected to end at %" PRIu64, number,
                   block_end(reader, number));
    if (section->plain_bytes < TRACE_COLUMN_TABLE_BYTES)
        return bad(reader, block->offset, error, "block %zu has %" PRIu32 " bytes, expected at least %d", number,
                   section->plain_bytes, TRACE_COLUMN_TABLE_BYTES);
    return PIM_OK;
}

static enum pim_status get_column(const struct trace_reader *reader, size_t number, size_t index, const uint8_t *plain,
                                  size_t size, struct pim_error *error)
{
    const struct trace_block *block = &reader->blocks[number];
    const struct trace_column *column = &trace_columns[index];
    uint32_t start = trace_get32(plain + 4 * index), stop = trace_get32(plain + 4 * index + 4);
    if (start > stop || stop > size || (index == 0 && start != TRACE_COLUMN_TABLE_BYTES) ||
        (index == TRACE_COLUMNS - 1 && stop != size))
        return bad(reader, block->offset, error, "block %zu: column %s from %" PRIu32 " to %" PRIu32 " of %zu bytes", number,
                   column->name, start, stop, size);
    const uint8_t *at = plain + start, *end = plain + stop;
    uint64_t value = 0;
    for (uint32_t row = 0; row < block->count; row++) {
        at = trace_get_difference(at, end, value, &value);
        if (!at || !trace_set_field(&reader->events[row], column, value))
            return bad(reader, block->offset, error, "block %zu: column %s: row %" PRIu32 ", expected a number of %zu bits",
                       number, column->name, row, 8 * column->bytes);
    }
    if (at != end)
        return bad(reader, block->offset, error, "block %zu: column %s: more than %" PRIu32 " numbers", number, column->name,
                   block->count);
    return PIM_OK;
}

static enum pim_status check_events(const struct trace_reader *reader, size_t number, struct pim_error *error)
{
    const struct trace_block *block = &reader->blocks[number];
    uint64_t first_ps = UINT64_MAX, last_ps = 0;
    for (uint32_t row = 0; row < block->count; row++) {
        const struct pim_event *event = &reader->events[row];
        if (event->kind >= reader->schema.kind_count || event->unit >= reader->schema.units)
            return bad(reader, block->offset, error,
                       "block %zu: row %" PRIu32 ": kind %u of unit %" PRIu32 ", expected below %zu and %" PRIu32, number, row,
                       event->kind, event->unit, reader->schema.kind_count, reader->schema.units);
        if (event->duration_ps > UINT64_MAX - event->time_ps)
            return bad(reader, block->offset, error, "block %zu: row %" PRIu32 " ends after 2^64 ps", number, row);
        uint64_t end_ps = event->time_ps + event->duration_ps;
        first_ps = event->time_ps < first_ps ? event->time_ps : first_ps;
        last_ps = end_ps > last_ps ? end_ps : last_ps;
    }
    if (first_ps != block->first_ps || last_ps != block->last_ps)
        return bad(reader, block->offset, error, "block %zu: its events have other times than its header", number);
    return PIM_OK;
}

static bool make_room(struct trace_reader *reader, size_t count)
{
    if (count <= reader->event_room)
        return true;
    free(reader->events);
    reader->events = calloc(count, sizeof *reader->events);
    reader->event_room = reader->events ? count : 0;
    return reader->events;
}

static enum pim_status load_block(struct trace_reader *reader, size_t number, struct pim_error *error)
{
    const struct trace_block *block = &reader->blocks[number];
    uint64_t most_bytes = TRACE_COLUMN_TABLE_BYTES + (uint64_t)block->count * TRACE_COLUMNS * TRACE_NUMBER_BYTES;
    struct trace_section section;
    uint8_t *plain;
    reader->loaded = SIZE_MAX;
    if (!make_room(reader, block->count))
        return no_memory(reader, error);
    enum pim_status status = get_header(reader, block->offset, TRACE_EVENTS, block_end(reader, number), most_bytes, &section,
                                        error);
    if (status == PIM_OK)
        status = check_header(reader, number, &section, error);
    if (status == PIM_OK)
        status = get_content(reader, block->offset, &section, &plain, error);
    if (status != PIM_OK)
        return status;
    for (size_t i = 0; i < TRACE_COLUMNS && status == PIM_OK; i++)
        status = get_column(reader, number, i, plain, section.plain_bytes, error);
    free(plain);
    if (status == PIM_OK)
        status = check_events(reader, number, error);
    if (status == PIM_OK)
        reader->loaded = number;
    return status;
}

enum pim_status trace_read_block(struct trace_reader *reader, size_t number, const struct pim_event **events, size_t *count,
                                 struct pim_error *error)
{
    enum pim_status status = reader->loaded == number ? PIM_OK : load_block(reader, number, error);
    *events = status == PIM_OK ? reader->events : NULL;
    *count = status == PIM_OK ? reader->blocks[number].count : 0;
    return status;
}

/* ------------------------------------------------------------------------------------- events --- */

void trace_seek(struct trace_reader *reader, uint64_t from_ps)
{
    reader->from_ps = from_ps;
    reader->block = 0;
    reader->at = 0;
}

static bool wanted(const struct trace_reader *reader, const struct pim_event *event)
{
    return event->time_ps >= reader->from_ps || event->time_ps + event->duration_ps > reader->from_ps;
}

enum pim_status trace_next(struct trace_reader *reader, const struct pim_event **event, struct pim_error *error)
{
    *event = NULL;
    for (; reader->block < reader->block_count; reader->block++, reader->at = 0) {
        const struct pim_event *events;
        size_t count;
        if (reader->blocks[reader->block].last_ps < reader->from_ps)
            continue;
        enum pim_status status = trace_read_block(reader, reader->block, &events, &count, error);
        if (status != PIM_OK)
            return status;
        while (reader->at < count) {
            const struct pim_event *candidate = &events[reader->at++];
            if (!wanted(reader, candidate))
                continue;
            *event = candidate;
            return PIM_OK;
        }
    }
    return PIM_OK;
}
