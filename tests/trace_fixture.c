#include "trace_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define COLUMN(name, bits) "{\"name\": \"" name "\", \"bits\": " #bits ", \"help\": \"\"}"

#define SCHEMA                                                                                                                          \
    "{\"producer\": \"by hand\", \"backend\": \"toy\", \"summary\": \"a toy\", \"target\": \"toy \\\"one\\\"\",\n"                      \
    "\"time_unit\": \"ps\", \"units\": 8, \"link_lane\": 65535,\n"                                                                      \
    "\"levels\": [{\"name\": \"rank\", \"count\": 2}, {\"name\": \"cell\", \"count\": 4}],\n"                                           \
    "\"columns\": [" COLUMN("time_ps", 64) ", " COLUMN("duration_ps", 64) ", " COLUMN("unit", 32) ", " COLUMN("kind", 16)               \
    ", " COLUMN("lane", 16) ", " COLUMN("sequence", 64) ", " COLUMN("argument_0", 64) ", " COLUMN("argument_1", 64)                     \
    ", " COLUMN("argument_2", 64) ", " COLUMN("argument_3", 64) "],\n"                                                                  \
    "\"kinds\": [\n"                                                                                                                    \
    "{\"name\": \"run\", \"colour\": \"#3a7d44\", \"counters\": true, \"arguments\": [\"issued\", \"idle cycles\"], \"help\": \"\"},\n" \
    "{\"name\": \"dma, \\\"fast\\\"\", \"colour\": \"#d9822b\", \"counters\": false,"                                                   \
    " \"arguments\": [\"bytes\", \"from\", \"to\", \"way\"], \"help\": \"\"},\n"                                                        \
    "{\"name\": \"mark\", \"colour\": \"#000000\", \"counters\": false, \"arguments\": [], \"help\": \"an instant\"}],\n"               \
    "\"parameters\": [{\"key\": \"clock.mhz\", \"value\": \"350\", \"unit\": \"MHz\", \"source\": \"assumption: round\"}]"

const char trace_test_schema[] = SCHEMA "}\n";
const char trace_test_memory_schema[] =
    SCHEMA ",\n\"dram\": {\"record\": \"clock.mhz\", \"recorded\": true, \"clock_mhz\": 800, \"subarrays\": 2048, \"rows\": 65536,"
           " \"row_bytes\": 1024, \"burst_bytes\": 64,\n"
           " \"commands\": [{\"kind\": 0, \"rows\": 1}, {\"kind\": 1, \"rows\": 2}]}}\n";

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

/* ----------------------------------------------------------------------------------- events --- */

uint64_t trace_test_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Any width equally likely, so that every length of a coded number occurs. */
static uint64_t random_wide(uint64_t *state)
{
    return trace_test_random(state) >> trace_test_random(state) % 64;
}

static struct pim_event wild_event(uint64_t *state)
{
    struct pim_event event = {
        .time_ps = random_wide(state),
        .duration_ps = random_wide(state),
        .unit = (uint32_t)(trace_test_random(state) % TEST_UNITS),
        .kind = (uint16_t)(trace_test_random(state) % TEST_KINDS),
        .lane = (uint16_t)random_wide(state),
        .sequence = random_wide(state),
    };
    if (event.duration_ps > UINT64_MAX - event.time_ps)
        event.duration_ps = UINT64_MAX - event.time_ps;
    for (size_t i = 0; i < PIM_EVENT_ARGUMENTS; i++)
        event.arguments[i] = random_wide(state);
    return event;
}

static struct pim_event tame_event(uint64_t *state, uint64_t number)
{
    return (struct pim_event){
        .time_ps = 1000 * number,
        .duration_ps = trace_test_random(state) % 5000,
        .unit = (uint32_t)(number % TEST_UNITS),
        .kind = (uint16_t)(trace_test_random(state) % TEST_KINDS),
        .lane = (uint16_t)(trace_test_random(state) % 4),
        .sequence = number / TEST_UNITS,
        .arguments = {trace_test_random(state) % 2048, number},
    };
}

struct pim_event *trace_test_events(uint64_t seed, size_t count, bool wild)
{
    uint64_t state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    struct pim_event *events = must(calloc(count + 1, sizeof *events));
    for (size_t i = 0; i < count; i++)
        events[i] = wild ? wild_event(&state) : tame_event(&state, i);
    return events;
}

/* ------------------------------------------------------------------------------------ files --- */

enum pim_status trace_test_write(const char *path, const char *schema, const struct pim_event *events, size_t count,
                                 size_t chunk, struct pim_error *error)
{
    struct pim_sink *sink;
    enum pim_status status = pim_trace_file(path, &sink, error);
    if (status != PIM_OK)
        return status;
    status = trace_writer_begin(sink, schema, error);
    for (size_t at = 0; status == PIM_OK && at < count;) {
        size_t now = chunk && chunk < count - at ? chunk : count - at;
        status = sink->events(sink, events + at, now, error);
        at += now;
    }
    if (status == PIM_OK)
        status = sink->end(sink, error);
    sink->destroy(sink);
    return status;
}

struct trace_bytes trace_test_load(const char *path)
{
    FILE *file = must(fopen(path, "rb"));
    fseek(file, 0, SEEK_END);
    struct trace_bytes result = {.size = (size_t)ftell(file)};
    rewind(file);
    result.bytes = must(malloc(result.size + 1));
    if (fread(result.bytes, 1, result.size, file) != result.size)
        abort();
    fclose(file);
    return result;
}

struct trace_bytes trace_test_file(const struct pim_event *events, size_t count)
{
    char path[] = "trace-XXXXXX";
    struct pim_error error = {0};
    int descriptor = mkstemp(path);
    if (descriptor < 0 || trace_test_write(path, trace_test_schema, events, count, 0, &error) != PIM_OK)
        abort();
    struct trace_bytes file = trace_test_load(path);
    close(descriptor);
    unlink(path);
    return file;
}

/* --------------------------------------------------------------------------------- by parts --- */

static void append(struct trace_bytes *file, const void *bytes, size_t size)
{
    file->bytes = must(realloc(file->bytes, file->size + size + 1));
    memcpy(file->bytes + file->size, bytes, size);
    file->size += size;
}

static void append_section(struct trace_bytes *file, struct trace_section section, const void *plain, size_t size,
                           int64_t more_plain)
{
    uint8_t header[TRACE_SECTION_BYTES];
    size_t bound = ZSTD_compressBound(size);
    uint8_t *stored = must(malloc(bound));
    section.stored_bytes = (uint32_t)ZSTD_compress(stored, bound, plain, size, 3);
    section.plain_bytes = (uint32_t)((int64_t)size + more_plain);
    section.stored_crc = trace_crc(stored, section.stored_bytes);
    trace_put_section(header, &section);
    append(file, header, sizeof header);
    append(file, stored, section.stored_bytes);
    free(stored);
}

struct trace_bytes trace_test_block_file(const uint8_t *plain, size_t size, uint32_t count, uint64_t first_ps, uint64_t last_ps,
                                         int64_t more_plain)
{
    struct trace_bytes file = {.bytes = NULL};
    uint8_t row[TRACE_INDEX_ROW_BYTES] = {0}, end[TRACE_END_BYTES];
    append(&file, TRACE_MAGIC "\1\0\0", TRACE_HEAD_BYTES);
    append_section(&file, (struct trace_section){.tag = TRACE_SCHEMA}, trace_test_memory_schema, strlen(trace_test_memory_schema), 0);
    trace_put64(row, file.size);
    trace_put64(row + 8, first_ps);
    trace_put64(row + 16, last_ps);
    trace_put32(row + 24, count);
    struct trace_section section = {.tag = TRACE_EVENTS, .count = count, .first_ps = first_ps, .last_ps = last_ps};
    append_section(&file, section, plain, size, more_plain);
    section.tag = TRACE_INDEX;
    section.count = 1;
    trace_put64(end, file.size);
    trace_put64(end + 8, count);
    trace_put32(end + 16, 1);
    trace_put32(end + 20, trace_crc(end, 20));
    memcpy(end + 24, TRACE_END_MAGIC, TRACE_MAGIC_BYTES);
    append_section(&file, section, row, sizeof row, 0);
    append(&file, end, sizeof end);
    return file;
}

void trace_test_mend(uint8_t *bytes, size_t size)
{
    if (size < TRACE_HEAD_BYTES + TRACE_END_BYTES)
        return;
    uint8_t *end = bytes + size - TRACE_END_BYTES;
    for (uint8_t *at = bytes + TRACE_HEAD_BYTES; end - at >= TRACE_SECTION_BYTES;) {
        uint32_t stored_bytes = trace_get32(at + 4);
        size_t room = (size_t)(end - at) - TRACE_SECTION_BYTES;
        stored_bytes = stored_bytes < room ? stored_bytes : (uint32_t)room;
        trace_put32(at + 32, trace_crc(at + TRACE_SECTION_BYTES, stored_bytes));
        trace_put32(at + 36, trace_crc(at, 36));
        at += TRACE_SECTION_BYTES + stored_bytes;
    }
    trace_put32(end + 20, trace_crc(end, 20));
}
