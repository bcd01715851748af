/* Can a file make the trace reader or an export crash, hang or accept nonsense?
 *
 * The first byte of the input says what the rest is, because checksums would keep changed bytes out of the deep code:
 *   r  a file as it is
 *   m  a file whose checksums are mended first
 *   s  the text of a schema
 *   b  one block: u32 events, u64 first, u64 last, then the plain bytes of its columns; a file is built around it
 */
#include "../trace_fixture.h"
#include "fuzz.h"
#include "trace_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_HEAD_BYTES = 20, MOST_EXPORTED = 2000 };

/* What an event must be whatever the file says. */
static void check(const struct trace_reader *reader, const struct pim_event *event)
{
    const struct trace_schema *schema = trace_schema_of(reader);
    if (event->unit >= schema->units || event->kind >= schema->kind_count)
        abort();
    if (event->time_ps < trace_first_ps(reader) || event->time_ps + event->duration_ps > trace_last_ps(reader))
        abort();
}

/* Not every trace has row commands, and a memory may be one that has no addresses. */
static enum pim_status export_dram(struct trace_reader *reader, struct pim_error *error)
{
    const struct trace_dram_options as_it_is = {0}, large = {.channels = 1 << 24, .ranks = 1 << 24, .banks = 1 << 24, .first_only = true};
    enum pim_status status = trace_export_dram(reader, TRACE_DRAMSIM3, &as_it_is, "/dev/null", 0, error);
    if (status != PIM_OK && status != PIM_BAD_INPUT && status != PIM_USAGE)
        abort();
    *error = (struct pim_error){0};
    trace_export_dram(reader, TRACE_RAMULATOR2, &large, "/dev/null", 0, error);
    *error = (struct pim_error){0};
    return PIM_OK;
}

static enum pim_status use(struct trace_reader *reader, struct pim_error *error)
{
    struct trace_summary summary;
    const struct pim_event *event;
    uint64_t count = 0;
    enum pim_status status;
    while ((status = trace_next(reader, &event, error)) == PIM_OK && event) {
        check(reader, event);
        count++;
    }
    if (status != PIM_OK)
        return status;
    if (count != trace_event_count(reader) || trace_summarise(reader, &summary, error) != PIM_OK)
        abort();
    trace_summary_free(&summary);
    trace_seek(reader, trace_last_ps(reader) / 2);
    trace_next(reader, &event, error);
    if (count > MOST_EXPORTED)
        return PIM_OK;
    if (trace_export_perfetto(reader, "/dev/null", 0, error) != PIM_OK || trace_export_csv(reader, "/dev/null", 0, error) != PIM_OK)
        abort();
    return export_dram(reader, error);
}

static void run(const uint8_t *bytes, size_t size)
{
    struct trace_reader *reader;
    struct pim_error error = {0};
    enum pim_status status = trace_open_memory("input", bytes, size, &reader, &error);
    if (status == PIM_OK)
        status = use(reader, &error);
    else if (reader)
        abort();
    trace_close(reader);
    if (status != PIM_OK && (status != PIM_BAD_INPUT || error.status != status || strncmp(error.text, "input: ", 7) != 0))
        abort();
}

static void run_block(const uint8_t *data, size_t size)
{
    if (size < BLOCK_HEAD_BYTES)
        return;
    struct trace_bytes file = trace_test_block_file(data + BLOCK_HEAD_BYTES, size - BLOCK_HEAD_BYTES, trace_get32(data),
                                                    trace_get64(data + 4), trace_get64(data + 12), 0);
    run(file.bytes, file.size);
    free(file.bytes);
}

static void run_schema(const uint8_t *data, size_t size)
{
    struct trace_schema schema;
    struct pim_error error = {0};
    enum pim_status status = trace_schema_parse("input", (const char *)data, size, &schema, &error);
    if (status == PIM_OK ? schema.units < 1 || !schema.producer : status != PIM_BAD_INPUT || strncmp(error.text, "input: ", 7) != 0)
        abort();
    trace_schema_free(&schema);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    uint8_t *copy = malloc(size); /* exactly the file, so that a sanitizer sees reads behind it */
    memcpy(copy, data + 1, size - 1);
    if (data[0] == 'm')
        trace_test_mend(copy, size - 1);
    if (data[0] == 'b')
        run_block(copy, size - 1);
    else if (data[0] == 's')
        run_schema(copy, size - 1);
    else
        run(copy, size - 1);
    free(copy);
    return 0;
}

/* ---- seeds ---- */

/* The first block of a trace as input of kind b. */
static void block_of(const struct pim_event *events, size_t count, uint8_t *input, size_t *size)
{
    uint64_t first_ps = UINT64_MAX, last_ps = 0;
    uint8_t *plain = input + 1 + BLOCK_HEAD_BYTES, *at = plain + TRACE_COLUMN_TABLE_BYTES;
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
    for (size_t row = 0; row < count; row++) {
        uint64_t end_ps = events[row].time_ps + events[row].duration_ps;
        first_ps = events[row].time_ps < first_ps ? events[row].time_ps : first_ps;
        last_ps = end_ps > last_ps ? end_ps : last_ps;
    }
    trace_put32(input + 1, (uint32_t)count);
    trace_put64(input + 5, first_ps);
    trace_put64(input + 13, last_ps);
    *size = (size_t)(at - input);
}

/* A seed file is a line: kind of input, number of events, seed of the events, 1 when they are wild. */
static bool seed(const uint8_t *bytes, size_t size, uint8_t **input, size_t *input_size)
{
    char line[64], kind;
    unsigned count, number, wild;
    snprintf(line, sizeof line, "%.*s", (int)size, (const char *)bytes);
    if (sscanf(line, "%c %u %u %u", &kind, &count, &number, &wild) != 4 || count < 1)
        return false;
    struct pim_event *events = trace_test_events(number, count, wild);
    struct trace_bytes file = trace_test_file(events, count);
    size_t room = file.size + TRACE_COLUMN_TABLE_BYTES + BLOCK_HEAD_BYTES + (size_t)count * TRACE_COLUMNS * TRACE_NUMBER_BYTES;
    *input = calloc(1, room + 1 + strlen(trace_test_memory_schema));
    **input = (uint8_t)kind;
    memcpy(*input + 1, file.bytes, file.size);
    *input_size = file.size + 1;
    if (kind == 'b')
        block_of(events, count, *input, input_size);
    if (kind == 's')
        *input_size = 1 + (size_t)sprintf((char *)*input + 1, "%s", trace_test_memory_schema);
    free(file.bytes);
    free(events);
    return true;
}

const struct fuzz_target fuzz_target = {.corpus = "trace", .dictionary = "trace.dict", .seed = seed};
