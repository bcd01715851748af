/* Trace files that are wrong: cut, damaged, or made to deceive. Each gives a message that names the file, or the very events that were
 * written; never a crash, a hang or a large allocation. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace_fixture.h"
#include "trace_second_reader.h"

enum { SMALL_EVENTS = 12 };

static struct trace_bytes small; /* the file of `small_events` */
static struct pim_event *small_events;

static void make_small(void)
{
    small_events = trace_test_events(5, SMALL_EVENTS, true);
    small = trace_test_file(small_events, SMALL_EVENTS);
}

static void free_small(void)
{
    free(small_events);
    free(small.bytes);
}

/* Does the file open and give exactly the small events? A failure must be told properly. */
static bool reads_as_small(const uint8_t *bytes, size_t size, struct pim_error *error)
{
    struct trace_reader *reader;
    const struct pim_event *event = NULL;
    size_t count = 0;
    *error = (struct pim_error){0};
    enum pim_status status = trace_open_memory("some.trace", bytes, size, &reader, error);
    ck_assert((status == PIM_OK) == (reader != NULL));
    while (status == PIM_OK && (status = trace_next(reader, &event, error)) == PIM_OK && event) {
        ck_assert_uint_lt(count, SMALL_EVENTS);
        ck_assert_mem_eq(event, &small_events[count++], sizeof *event);
    }
    trace_close(reader);
    if (status == PIM_OK) {
        ck_assert_uint_eq(count, SMALL_EVENTS);
        return true;
    }
    ck_assert_int_eq(status, PIM_BAD_INPUT);
    ck_assert_int_eq(error->status, status);
    ck_assert_msg(strncmp(error->text, "some.trace: offset ", 19) == 0 || strncmp(error->text, "some.trace: schema: ", 20) == 0,
                  "%s", error->text);
    return false;
}

static bool second_reads(const uint8_t *bytes, size_t size)
{
    struct second_trace trace;
    bool good = second_read(bytes, size, &trace);
    second_free(&trace);
    return good;
}

/* A copy with exactly this size, so that a sanitizer sees every read behind it. */
static uint8_t *copy_of(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, size);
    return copy;
}

/* -------------------------------------------------------------------------------------- damage --- */

START_TEST(a_file_cut_anywhere_is_refused)
{
    struct pim_error error;
    ck_assert(reads_as_small(small.bytes, small.size, &error));
    for (size_t size = 0; size < small.size; size++) {
        uint8_t *copy = copy_of(small.bytes, size);
        ck_assert_msg(!reads_as_small(copy, size, &error), "cut to %zu bytes", size);
        ck_assert_msg(!second_reads(copy, size), "cut to %zu bytes", size);
        free(copy);
    }
}
END_TEST

START_TEST(any_byte_changed_is_noticed)
{
    struct pim_error error;
    uint8_t *copy = copy_of(small.bytes, small.size);
    for (size_t at = 0; at < small.size; at++) {
        static const uint8_t changes[] = {0x01, 0x10, 0x80, 0xff};
        for (size_t i = 0; i < sizeof changes; i++) {
            copy[at] ^= changes[i];
            ck_assert_msg(!reads_as_small(copy, small.size, &error), "byte %zu, change 0x%02x", at, changes[i]);
            ck_assert_msg(!second_reads(copy, small.size), "byte %zu, change 0x%02x", at, changes[i]);
            copy[at] ^= changes[i];
        }
    }
    free(copy);
}
END_TEST

START_TEST(bytes_added_anywhere_are_noticed)
{
    struct pim_error error;
    uint8_t *copy = malloc(small.size + 1);
    for (size_t at = 0; at <= small.size; at++) {
        memcpy(copy, small.bytes, at);
        copy[at] = 0;
        memcpy(copy + at + 1, small.bytes + at, small.size - at);
        ck_assert_msg(!reads_as_small(copy, small.size + 1, &error), "byte added at %zu", at);
        trace_test_mend(copy, small.size + 1);
        ck_assert_msg(!reads_as_small(copy, small.size + 1, &error), "byte added at %zu, checksums mended", at);
        ck_assert_msg(!second_reads(copy, small.size + 1), "byte added at %zu, checksums mended", at);
    }
    free(copy);
}
END_TEST

/* With mended checksums a change can get deep; what is accepted must be all right, and both readers must accept the same. */
START_TEST(a_lie_under_right_checksums_is_a_message_or_a_sound_trace)
{
    uint64_t state = 11;
    uint8_t *copy = copy_of(small.bytes, small.size);
    for (size_t at = 0; at < small.size; at++) {
        for (int i = 0; i < 4; i++) {
            struct trace_reader *reader;
            struct trace_summary summary;
            struct pim_error error = {0};
            memcpy(copy, small.bytes, small.size);
            copy[at] ^= (uint8_t)(1 + trace_test_random(&state) % 255);
            trace_test_mend(copy, small.size);
            enum pim_status status = trace_open_memory("some.trace", copy, small.size, &reader, &error);
            if (status == PIM_OK) {
                status = trace_summarise(reader, &summary, &error);
                if (status == PIM_OK)
                    trace_summary_free(&summary);
            }
            trace_close(reader);
            ck_assert(status == PIM_OK || (status == PIM_BAD_INPUT && error.status == status));
            ck_assert_msg(status != PIM_OK || second_reads(copy, small.size), "byte %zu: only the second reader objects", at);
        }
    }
    free(copy);
}
END_TEST

/* -------------------------------------------------------------------------------- wrong numbers --- */

enum place { SCHEMA, BLOCK, INDEX, END };

/* A number of four or eight bytes put into a place, the checksums mended. */
static const struct lie {
    enum place place;
    size_t offset, bytes;
    uint64_t value;
    const char *text;
} lies[] = {
    {SCHEMA, 0, 4, TRACE_EVENTS, "section tag 0x544e5645, expected a schema"},
    {SCHEMA, 8, 4, UINT32_MAX, "a schema of 4294967295 bytes, expected at most 4194304"},
    {SCHEMA, 8, 4, 1 << 22, "bytes uncompressed, expected 4194304"},
    {SCHEMA, 12, 4, 1, "a schema with events"},
    {SCHEMA, 16, 8, 1, "a schema with events"},
    {SCHEMA, 24, 8, 1, "a schema with events"},
    {BLOCK, 8, 4, UINT32_MAX, "a block of events of 4294967295 bytes, expected at most 1244"},
    {BLOCK, 8, 4, 0, "expected fewer"},
    {BLOCK, 8, 4, 1000, "1000"},
    {BLOCK, 12, 4, UINT32_MAX, "block 0 is another than the index says"},
    {BLOCK, 16, 8, 0, "block 0 is another than the index says"},
    {BLOCK, 24, 8, 0, "block 0 is another than the index says"},
    {INDEX, 8, 4, UINT32_MAX, "an index of 4294967295 bytes, expected at most 32"},
    {INDEX, 8, 4, 0, "an index of 1 blocks in 0 bytes, expected 1"},
    {INDEX, 12, 4, 2, "an index of 2 blocks in 32 bytes, expected 1"},
    {INDEX, 16, 8, 0, "its header has other times"},
    {END, 0, 8, UINT64_MAX, "expected a place in the file"},
    {END, 0, 8, 0, "no room, expected the header of a schema"},
    {END, 0, 8, 12, "no room, expected the header of a schema"},
    {END, 8, 8, UINT64_MAX, "index: 12 events, expected 18446744073709551615"},
    {END, 16, 4, UINT32_MAX, "4294967295 blocks, expected at most"},
    {END, 16, 4, 0, "bytes of no block"},
    {END, 16, 4, 2, "expected 2"},
};

static void put_number(uint8_t *at, size_t bytes, uint64_t value)
{
    if (bytes == 4)
        trace_put32(at, (uint32_t)value);
    else
        trace_put64(at, value);
}

START_TEST(a_wrong_number_is_named)
{
    const struct lie *lie = &lies[_i];
    struct pim_error error;
    size_t schema_end = TRACE_HEAD_BYTES + TRACE_SECTION_BYTES + trace_get32(small.bytes + TRACE_HEAD_BYTES + 4);
    size_t places[] = {
        [SCHEMA] = TRACE_HEAD_BYTES,
        [BLOCK] = schema_end,
        [INDEX] = schema_end + TRACE_SECTION_BYTES + trace_get32(small.bytes + schema_end + 4),
        [END] = small.size - TRACE_END_BYTES,
    };
    uint8_t *copy = copy_of(small.bytes, small.size);
    put_number(copy + places[lie->place] + lie->offset, lie->bytes, lie->value);
    trace_test_mend(copy, small.size);
    ck_assert(!reads_as_small(copy, small.size, &error));
    ck_assert_msg(strstr(error.text, lie->text) != NULL, "%s", error.text);
    ck_assert(!second_reads(copy, small.size));
    free(copy);
}
END_TEST

START_TEST(no_file_that_is_none)
{
    static const char *const texts[] = {"", "x", "\x89PIMT\r\n\x1a", "{\"traceEvents\":[]}", "\x7f" "ELF\1\1\1"};
    struct pim_error error;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert(!reads_as_small((const uint8_t *)texts[i], strlen(texts[i]), &error));
    uint8_t *copy = copy_of(small.bytes, small.size);
    copy[8] = 2;
    ck_assert(!reads_as_small(copy, small.size, &error));
    ck_assert_str_eq(error.text, "some.trace: offset 8: trace format 2, expected 1");
    free(copy);
}
END_TEST

/* --------------------------------------------------------------------------------- wrong blocks --- */

/* Columns of one event, one byte per number. */
struct block {
    uint8_t plain[256];
    size_t size;
};

static struct block one_event(void)
{
    struct block block = {.size = TRACE_COLUMN_TABLE_BYTES + TRACE_COLUMNS};
    for (size_t i = 0; i <= TRACE_COLUMNS; i++)
        trace_put32(block.plain + 4 * i, (uint32_t)(TRACE_COLUMN_TABLE_BYTES + i));
    return block;
}

/* Replace a column by these coded bytes. */
static void set_column(struct block *block, size_t column, const char *bytes, size_t size)
{
    uint32_t start = trace_get32(block->plain + 4 * column), end = trace_get32(block->plain + 4 * column + 4);
    memmove(block->plain + start + size, block->plain + end, block->size - end);
    memcpy(block->plain + start, bytes, size);
    for (size_t i = column + 1; i <= TRACE_COLUMNS; i++)
        trace_put32(block->plain + 4 * i, (uint32_t)(trace_get32(block->plain + 4 * i) + size - (end - start)));
    block->size += size - (end - start);
}

/* Read a file with this block; true when it is sound, else `text` must be in the message. */
static void check_block(const struct block *block, uint32_t count, int64_t more_plain, const char *text)
{
    struct trace_bytes file = trace_test_block_file(block->plain, block->size, count, 0, 0, more_plain);
    struct trace_reader *reader = NULL;
    const struct pim_event *event;
    struct pim_error error = {0};
    enum pim_status status = trace_open_memory("some.trace", file.bytes, file.size, &reader, &error);
    if (status == PIM_OK)
        status = trace_next(reader, &event, &error);
    trace_close(reader);
    ck_assert_int_eq(status, text ? PIM_BAD_INPUT : PIM_OK);
    ck_assert_msg(strstr(error.text, text ? text : "") != NULL, "%s", error.text);
    ck_assert_int_eq(second_reads(file.bytes, file.size), text == NULL);
    free(file.bytes);
}

static const struct {
    size_t column;
    const char *bytes;
    size_t size;
    const char *text; /* NULL: sound */
} wrong_columns[] = {
    {0, "\0", 1, NULL},
    {5, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, NULL},
    {5, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 10, NULL},
    {5, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, "column sequence: row 0, expected a number of 64 bits"},
    {5, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00", 11, "column sequence: row 0"},
    {5, "\x80", 1, "column sequence: row 0"},
    {5, "", 0, "column sequence: row 0"},
    {5, "\0\0", 2, "column sequence: more than 1 numbers"},
    {2, "\x80\x80\x80\x80\x20", 5, "column unit: row 0, expected a number of 32 bits"},
    {3, "\x80\x80\x08", 3, "column kind: row 0, expected a number of 16 bits"},
    {4, "\x01", 1, "column lane: row 0, expected a number of 16 bits"},
    {2, "\x10", 1, "row 0: kind 0 of unit 8, expected below 3 and 8"},
    {3, "\x06", 1, "row 0: kind 3 of unit 0, expected below 3 and 8"},
    {0, "\x02", 1, "other times than its header"},
    {1, "\x02", 1, "other times than its header"},
};

START_TEST(a_wrong_column_is_named)
{
    struct block block = one_event();
    set_column(&block, wrong_columns[_i].column, wrong_columns[_i].bytes, wrong_columns[_i].size);
    check_block(&block, 1, 0, wrong_columns[_i].text);
}
END_TEST

START_TEST(an_end_beyond_64_bits_is_refused)
{
    struct block block = one_event();
    set_column(&block, 0, "\x01", 1); /* -1: the last picosecond */
    set_column(&block, 1, "\x02", 1);
    check_block(&block, 1, 0, "ends after 2^64 ps");
}
END_TEST

static const struct {
    size_t entry;
    uint32_t value;
    const char *text;
} wrong_tables[] = {
    {0, 45, "column time_ps from 45 to 45"},
    {0, 0, "column time_ps from 0 to 45"},
    {1, 43, "column time_ps from 44 to 43"},
    {5, UINT32_MAX, "column lane from 48 to 4294967295"},
    {10, 53, "column argument_3 from 53 to 53"},
    {10, 55, "column argument_3 from 53 to 55"},
};

START_TEST(a_wrong_column_table_is_named)
{
    struct block block = one_event();
    trace_put32(block.plain + 4 * wrong_tables[_i].entry, wrong_tables[_i].value);
    check_block(&block, 1, 0, wrong_tables[_i].text);
}
END_TEST

START_TEST(a_block_must_be_as_large_as_it_says)
{
    struct block block = one_event();
    check_block(&block, 1, 1, "54 bytes uncompressed, expected 55");
    check_block(&block, 1, -1, "expected a zstd frame");
    check_block(&block, 0, 0, "index: block 0 has 0 events, expected 1 to 65536");
    check_block(&block, 65537, 0, "index: block 0 has 65537 events, expected 1 to 65536");
    block.size = 20;
    check_block(&block, 1, 0, "block 0 has 20 bytes, expected at least 44");
}
END_TEST

/* 64 MiB in a few kilobytes: refused by what it declares, or because what it declares cannot need that many stored bytes. */
START_TEST(a_decompression_bomb_is_refused_unexploded)
{
    enum { BOMB_BYTES = 64 << 20 };
    uint8_t *zeros = calloc(1, BOMB_BYTES);
    static const int64_t declared[] = {BOMB_BYTES, 1000};
    static const char *const texts[] = {"a block of events of 67108864 bytes, expected at most 1044",
                                        "bytes are stored in"};
    for (size_t i = 0; i < 2; i++) {
        struct trace_bytes file = trace_test_block_file(zeros, BOMB_BYTES, 10, 0, 0, declared[i] - BOMB_BYTES);
        struct trace_reader *reader;
        const struct pim_event *event;
        struct pim_error error = {0};
        ck_assert_int_eq(trace_open_memory("bomb", file.bytes, file.size, &reader, &error), PIM_OK);
        ck_assert_int_eq(trace_next(reader, &event, &error), PIM_BAD_INPUT);
        ck_assert_msg(strstr(error.text, texts[i]) != NULL, "%s", error.text);
        trace_close(reader);
        free(file.bytes);
    }
    free(zeros);
}
END_TEST

/* -------------------------------------------------------------------------------- wrong schemas --- */

/* The schema of the fixture with one piece of text replaced. */
static const struct {
    const char *find, *put, *text;
} wrong_schemas[] = {
    {"{\"producer\"", "[\"producer\"", "schema: line 1: "},
    {"\"producer\": \"by hand\", ", "", "schema: Object item not found: producer"},
    {"\"units\": 8", "\"units\": 0", "schema: 0 units, expected 1 to 16777216"},
    {"\"units\": 8", "\"units\": 16777217", "schema: 16777217 units, expected 1 to 16777216"},
    {"\"units\": 8", "\"units\": \"8\"", "Expected integer, got string"},
    {"\"units\": 8", "\"units\": 99999999999999999999", "too big integer"},
    {"\"ps\"", "\"ns\"", "schema: times in 'ns', expected ps"},
    {"65535", "65536", "schema: link_lane 65536, expected 0 to 65535"},
    {"\"count\": 4", "\"count\": 0", "schema: level cell: a count below 1"},
    {"\"count\": 4", "\"other\": 4", "schema: level 1: "},
    {"\"bits\": 32", "\"bits\": 64", "schema: column 2 is unit of 64 bits, expected unit of 32"},
    {"\"sequence\"", "\"order\"", "schema: column 5 is order of 64 bits, expected sequence of 64"},
    {"\"columns\": [", "\"columns\": [1, ", "schema: 11 columns, expected 10"},
    {"\"kinds\": [", "\"kinds\": 1, \"rest\": [", "schema: \"kinds\" is no list"},
    {"\"#000000\"", "\"black\"", "schema: kind mark: colour 'black', expected #rrggbb"},
    {"\"#000000\"", "\"#00000G\"", "schema: kind mark: colour '#00000G', expected #rrggbb"},
    {"\"way\"", "\"way\", \"five\"", "expected a list of at most 4 arguments"},
    {"\"way\"", "7", "argument 3 has no name"},
    {"\"counters\": true", "\"counters\": 1", "schema: kind 0: Expected true or false, got integer"},
    {"\"source\"", "\"origin\"", "schema: parameter 0: Object item not found: source"},
    {"\"target\"", "\"backend\"", "duplicate object key"},
};

START_TEST(a_wrong_schema_is_named_by_writer_and_reader_alike)
{
    char text[8192];
    struct trace_schema schema;
    struct pim_error error = {0};
    const char *found = strstr(trace_test_schema, wrong_schemas[_i].find);
    ck_assert_ptr_nonnull(found);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(found - trace_test_schema), trace_test_schema, wrong_schemas[_i].put,
             found + strlen(wrong_schemas[_i].find));
    ck_assert_int_eq(trace_schema_parse("some.trace", text, strlen(text), &schema, &error), PIM_BAD_INPUT);
    ck_assert_msg(strstr(error.text, wrong_schemas[_i].text) != NULL, "%s", error.text);
    ck_assert_ptr_null(schema.json);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_said)
{
    struct trace_reader *reader;
    struct pim_error error = {0};
    ck_assert_int_eq(trace_open("no-such-folder/a.trace", &reader, &error), PIM_IO);
    ck_assert_str_eq(error.text, "no-such-folder/a.trace: No such file or directory");
    error = (struct pim_error){0};
    ck_assert_int_ne(trace_open(".", &reader, &error), PIM_OK);
    ck_assert_msg(strncmp(error.text, ".: ", 3) == 0, "%s", error.text);
}
END_TEST

static Suite *suite(void)
{
    Suite *all = suite_create("damaged traces");
    TCase *damage = tcase_create("damage"), *lying = tcase_create("lies");
    tcase_add_test(damage, a_file_cut_anywhere_is_refused);
    tcase_add_test(damage, any_byte_changed_is_noticed);
    tcase_add_test(damage, bytes_added_anywhere_are_noticed);
    tcase_add_test(damage, a_lie_under_right_checksums_is_a_message_or_a_sound_trace);
    tcase_add_test(damage, no_file_that_is_none);
    tcase_add_test(damage, a_file_that_cannot_be_read_is_said);
    tcase_add_loop_test(lying, a_wrong_number_is_named, 0, sizeof lies / sizeof *lies);
    tcase_add_loop_test(lying, a_wrong_column_is_named, 0, sizeof wrong_columns / sizeof *wrong_columns);
    tcase_add_loop_test(lying, a_wrong_column_table_is_named, 0, sizeof wrong_tables / sizeof *wrong_tables);
    tcase_add_test(lying, an_end_beyond_64_bits_is_refused);
    tcase_add_test(lying, a_block_must_be_as_large_as_it_says);
    tcase_add_test(lying, a_decompression_bomb_is_refused_unexploded);
    tcase_add_loop_test(lying, a_wrong_schema_is_named_by_writer_and_reader_alike, 0,
                        sizeof wrong_schemas / sizeof *wrong_schemas);
    TCase *const cases[] = {damage, lying};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tcase_add_checked_fixture(cases[i], make_small, free_small);
        tcase_set_timeout(cases[i], 120);
        suite_add_tcase(all, cases[i]);
    }
    return all;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed || !run;
}
