/* The trace file: events are gathered into blocks, each block is turned into columns, compressed and written; the index follows when the
 * last one is out. Memory is one block and one row of the index per block, whatever the length of the run. Equal events in equal order
 * give equal bytes (with the same version of libzstd). The format is doc/trace-format.md.
 */
#include "trace_writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "output_file.h"
#include "trace_format.h"
#include "trace_schema.h"

enum {
    COMPRESSION_LEVEL = 3, /* fixed: it is part of what makes files byte-identical */
    MOST_BLOCK_BYTES = TRACE_COLUMN_TABLE_BYTES + TRACE_BLOCK_EVENTS * TRACE_COLUMNS * TRACE_NUMBER_BYTES,
};

struct trace_writer {
    struct pim_sink sink; /* first: a sink is converted back */
    char *path;
    struct output_file output;
    bool begun;
    struct trace_schema schema;
    uint64_t offset; /* bytes written */
    uint64_t event_count;
    size_t pending_count;
    struct pim_event *pending;
    uint8_t *plain; /* MOST_BLOCK_BYTES */
    size_t block_count, block_room;
    struct trace_block *blocks;
    ZSTD_CCtx *compressor;
};

static enum pim_status no_memory(const struct trace_writer *writer, struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "%s: no memory for the trace", writer->path);
}

static enum pim_status put(struct trace_writer *writer, const void *bytes, size_t size, struct pim_error *error)
{
    if (fwrite(bytes, 1, size, writer->output.file) != size)
        return pim_fail(error, PIM_IO, "%s: writing failed: %s", writer->path, strerror(errno));
    writer->offset += size;
    return PIM_OK;
}

/* Compress and write; `section` has everything but the sizes and the checksum. */
static enum pim_status put_section(struct trace_writer *writer, struct trace_section section, const void *plain, size_t size,
                                   struct pim_error *error)
{
    uint8_t header[TRACE_SECTION_BYTES];
    size_t bound = ZSTD_compressBound(size);
    uint8_t *stored = malloc(bound);
    if (!stored)
        return no_memory(writer, error);
    size_t stored_bytes = ZSTD_compressCCtx(writer->compressor, stored, bound, plain, size, COMPRESSION_LEVEL);
    enum pim_status status;
    if (ZSTD_isError(stored_bytes)) {
        status = pim_fail(error, PIM_NO_MEMORY, "%s: compression: %s", writer->path, ZSTD_getErrorName(stored_bytes));
    } else {
        section.plain_bytes = (uint32_t)size;
        section.stored_bytes = (uint32_t)stored_bytes;
        section.stored_crc = trace_crc(stored, stored_bytes);
        trace_put_section(header, &section);
        status = put(writer, header, sizeof header, error);
    }
    if (status == PIM_OK)
        status = put(writer, stored, stored_bytes, error);
    free(stored);
    return status;
}

/* ----------------------------------------------------------------------------------- blocks --- */

static size_t make_columns(uint8_t *plain, const struct pim_event *events, size_t count)
{
    uint8_t *at = plain + TRACE_COLUMN_TABLE_BYTES;
    for (size_t i = 0; i < TRACE_COLUMNS; i++) {
        trace_put32(plain + 4 * i, (uint32_t)(at - plain));
        uint64_t before = 0;
        for (size_t row = 0; row < count; row++) {
            uint64_t value = trace_field(&events[row], &trace_columns[i]);
            at = trace_put_difference(at, before, value);
            before = value;
        }
    }
    trace_put32(plain + (size_t)4 * TRACE_COLUMNS, (uint32_t)(at - plain));
    return (size_t)(at - plain);
}

static struct trace_block *add_block(struct trace_writer *writer)
{
    if (writer->block_count == TRACE_MOST_BLOCKS)
        return NULL;
    if (writer->block_count == writer->block_room) {
        size_t room = writer->block_room ? 2 * writer->block_room : 64;
        struct trace_block *blocks = realloc(writer->blocks, room * sizeof *blocks);
        if (!blocks)
            return NULL;
        writer->blocks = blocks;
        writer->block_room = room;
    }
    return &writer->blocks[writer->block_count++];
}

static enum pim_status put_block(struct trace_writer *writer, struct pim_error *error)
{
    if (!writer->pending_count)
        return PIM_OK;
    struct trace_block *block = add_block(writer);
    if (!block)
        return no_memory(writer, error);
    *block = (struct trace_block){.offset = writer->offset, .first_ps = UINT64_MAX, .count = (uint32_t)writer->pending_count};
    for (size_t i = 0; i < writer->pending_count; i++) {
        const struct pim_event *event = &writer->pending[i];
        uint64_t end_ps = event->time_ps + event->duration_ps;
        block->first_ps = event->time_ps < block->first_ps ? event->time_ps : block->first_ps;
        block->last_ps = end_ps > block->last_ps ? end_ps : block->last_ps;
    }
    const struct trace_section section = {
        .tag = TRACE_EVENTS, .count = block->count, .first_ps = block->first_ps, .last_ps = block->last_ps};
    size_t size = make_columns(writer->plain, writer->pending, writer->pending_count);
    writer->event_count += writer->pending_count;
    writer->pending_count = 0;
    return put_section(writer, section, writer->plain, size, error);
}

/* ------------------------------------------------------------------------------ head, index --- */

static enum pim_status put_head(struct trace_writer *writer, const char *schema_text, struct pim_error *error)
{
    uint8_t head[TRACE_HEAD_BYTES];
    memcpy(head, TRACE_MAGIC, TRACE_MAGIC_BYTES);
    trace_put32(head + TRACE_MAGIC_BYTES, TRACE_VERSION);
    enum pim_status status = put(writer, head, sizeof head, error);
    if (status != PIM_OK)
        return status;
    return put_section(writer, (struct trace_section){.tag = TRACE_SCHEMA}, schema_text, strlen(schema_text), error);
}

static enum pim_status put_index(struct trace_writer *writer, struct pim_error *error)
{
    size_t size = writer->block_count * TRACE_INDEX_ROW_BYTES;
    uint8_t *rows = calloc(writer->block_count + 1, TRACE_INDEX_ROW_BYTES);
    if (!rows)
        return no_memory(writer, error);
    struct trace_section section = {
        .tag = TRACE_INDEX, .count = (uint32_t)writer->block_count, .first_ps = writer->block_count ? UINT64_MAX : 0};
    for (size_t i = 0; i < writer->block_count; i++) {
        const struct trace_block *block = &writer->blocks[i];
        uint8_t *row = rows + i * TRACE_INDEX_ROW_BYTES;
        trace_put64(row, block->offset);
        trace_put64(row + 8, block->first_ps);
        trace_put64(row + 16, block->last_ps);
        trace_put32(row + 24, block->count);
        section.first_ps = block->first_ps < section.first_ps ? block->first_ps : section.first_ps;
        section.last_ps = block->last_ps > section.last_ps ? block->last_ps : section.last_ps;
    }
    enum pim_status status = put_section(writer, section, rows, size, error);
    free(rows);
    return status;
}

static enum pim_status put_end(struct trace_writer *writer, uint64_t index_offset, struct pim_error *error)
{
    uint8_t end[TRACE_END_BYTES] = {0};
    trace_put64(end, index_offset);
    trace_put64(end + 8, writer->event_count);
    trace_put32(end + 16, (uint32_t)writer->block_count);
    trace_put32(end + 20, trace_crc(end, 20));
    memcpy(end + 24, TRACE_END_MAGIC, TRACE_MAGIC_BYTES);
    return put(writer, end, sizeof end, error);
}

/* ------------------------------------------------------------------------------------- sink --- */

enum pim_status trace_writer_begin(struct pim_sink *sink, const char *schema_text, struct pim_error *error)
{
    struct trace_writer *writer = (struct trace_writer *)sink;
    if (writer->begun)
        return pim_fail(error, PIM_INTERNAL, "%s: the trace was begun twice", writer->path);
    if (strlen(schema_text) > TRACE_MOST_SCHEMA_BYTES)
        return pim_fail(error, PIM_BAD_INPUT, "%s: a schema of %zu bytes, expected at most %d", writer->path,
                        strlen(schema_text), TRACE_MOST_SCHEMA_BYTES);
    enum pim_status status = trace_schema_parse(writer->path, schema_text, strlen(schema_text), &writer->schema, error);
    if (status != PIM_OK)
        return status;
    writer->begun = true;
    return put_head(writer, schema_text, error);
}

static enum pim_status begin(struct pim_sink *sink, const struct pim_target *target, uint32_t units, struct pim_error *error)
{
    char *text;
    enum pim_status status = trace_schema_write(target, units, &text, error);
    if (status == PIM_OK)
        status = trace_writer_begin(sink, text, error);
    free(text);
    return status;
}

static bool is_open(const struct trace_writer *writer)
{
    return writer->begun && writer->output.file;
}

/* An event that no reader would accept is a mistake of the back-end. */
static enum pim_status check_event(const struct trace_writer *writer, const struct pim_event *event, struct pim_error *error)
{
    if (event->kind >= writer->schema.kind_count)
        return pim_fail(error, PIM_INTERNAL, "%s: an event of kind %u, but there are %zu", writer->path, event->kind,
                        writer->schema.kind_count);
    if (event->unit >= writer->schema.units)
        return pim_fail(error, PIM_INTERNAL, "%s: an event of unit %" PRIu32 ", but there are %" PRIu32, writer->path,
                        event->unit, writer->schema.units);
    if (event->duration_ps > UINT64_MAX - event->time_ps)
        return pim_fail(error, PIM_INTERNAL, "%s: an event of unit %" PRIu32 " ends after the last picosecond", writer->path,
                        event->unit);
    return PIM_OK;
}

static enum pim_status add_events(struct pim_sink *sink, const struct pim_event *events, size_t count, struct pim_error *error)
{
    struct trace_writer *writer = (struct trace_writer *)sink;
    if (!is_open(writer))
        return pim_fail(error, PIM_INTERNAL, "%s: events before the begin or after the end of the trace", writer->path);
    for (size_t i = 0; i < count; i++) {
        enum pim_status status = check_event(writer, &events[i], error);
        if (status != PIM_OK)
            return status;
        writer->pending[writer->pending_count++] = events[i];
        if (writer->pending_count == TRACE_BLOCK_EVENTS)
            status = put_block(writer, error);
        if (status != PIM_OK)
            return status;
    }
    return PIM_OK;
}

static enum pim_status end(struct pim_sink *sink, struct pim_error *error)
{
    struct trace_writer *writer = (struct trace_writer *)sink;
    if (!is_open(writer))
        return pim_fail(error, PIM_INTERNAL, "%s: the trace was ended without a begin", writer->path);
    enum pim_status status = put_block(writer, error);
    uint64_t index_offset = writer->offset;
    if (status == PIM_OK)
        status = put_index(writer, error);
    if (status == PIM_OK)
        status = put_end(writer, index_offset, error);
    return output_end(&writer->output, status, error);
}

static void destroy(struct pim_sink *sink)
{
    struct trace_writer *writer = (struct trace_writer *)sink;
    output_abandon(&writer->output);
    trace_schema_free(&writer->schema);
    ZSTD_freeCCtx(writer->compressor);
    free(writer->path);
    free(writer->pending);
    free(writer->plain);
    free(writer->blocks);
    free(writer);
}

enum pim_status pim_trace_file(const char *path, struct pim_sink **sink, struct pim_error *error)
{
    *sink = NULL;
    struct trace_writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        return pim_fail(error, PIM_NO_MEMORY, "%s: no memory for the trace", path);
    writer->sink = (struct pim_sink){begin, add_events, end, destroy};
    writer->path = strdup(path);
    writer->pending = malloc(TRACE_BLOCK_EVENTS * sizeof *writer->pending);
    writer->plain = malloc(MOST_BLOCK_BYTES);
    writer->compressor = ZSTD_createCCtx();
    enum pim_status status;
    if (!writer->path || !writer->pending || !writer->plain || !writer->compressor)
        status = pim_fail(error, PIM_NO_MEMORY, "%s: no memory for the trace", path);
    else
        status = output_open(path, &writer->output, error);
    if (status == PIM_OK)
        *sink = &writer->sink;
    else
        destroy(&writer->sink);
    return status;
}
