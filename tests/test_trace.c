/* Trace files: does what goes in come out, in both readers, at any time asked for, in the same bytes each time, and in other tools? */
#include <check.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toy_fixture.h"
#include "trace_export.h"
#include "trace_fixture.h"
#include "trace_second_reader.h"

static char folder[] = "test-trace-XXXXXX";
static char path_a[64], path_b[64], path_json[64], path_csv[64];

static void make_folder(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path_a, sizeof path_a, "%s/a.trace", folder);
    snprintf(path_b, sizeof path_b, "%s/b.trace", folder);
    snprintf(path_json, sizeof path_json, "%s/a.json", folder);
    snprintf(path_csv, sizeof path_csv, "%s/a.csv", folder);
}

/* Also the proof that no temporary file stays behind. */
static void remove_folder(void)
{
    unlink(path_a);
    unlink(path_b);
    unlink(path_json);
    unlink(path_csv);
    ck_assert_int_eq(rmdir(folder), 0);
}

static uint64_t environment(const char *name, uint64_t standard)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : standard;
}

static struct trace_reader *open_reader(const char *path)
{
    struct trace_reader *reader;
    struct pim_error error = {0};
    ck_assert_status(trace_open(path, &reader, &error), PIM_OK, &error);
    return reader;
}

static void write_events(const char *path, const struct pim_event *events, size_t count, size_t chunk)
{
    struct pim_error error = {0};
    ck_assert_status(trace_test_write(path, trace_test_schema, events, count, chunk, &error), PIM_OK, &error);
}

static void same_event(const struct pim_event *got, const struct pim_event *wanted, size_t number)
{
    ck_assert_ptr_nonnull(got);
    ck_assert_msg(memcmp(got, wanted, sizeof *got) == 0, "event %zu differs", number);
}

/* --------------------------------------------------------------------------------- round trips --- */

static void first_reader_agrees(const char *path, const struct pim_event *events, size_t count)
{
    struct trace_reader *reader = open_reader(path);
    struct pim_error error = {0};
    const struct pim_event *event;
    ck_assert_uint_eq(trace_event_count(reader), count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_status(trace_next(reader, &event, &error), PIM_OK, &error);
        same_event(event, &events[i], i);
    }
    ck_assert_status(trace_next(reader, &event, &error), PIM_OK, &error);
    ck_assert_ptr_null(event);
    trace_close(reader);
}

static void second_reader_agrees(const char *path, const struct pim_event *events, size_t count)
{
    struct second_trace trace;
    struct trace_bytes file = trace_test_load(path);
    ck_assert(second_read(file.bytes, file.size, &trace));
    ck_assert_str_eq(trace.schema, trace_test_schema);
    ck_assert_uint_eq(trace.event_count, count);
    for (size_t i = 0; i < count; i++) {
        const uint64_t *column = trace.events[i].columns;
        const struct pim_event event = {
            column[0], column[1], (uint32_t)column[2], (uint16_t)column[3], (uint16_t)column[4], column[5],
            {column[6], column[7], column[8], column[9]}};
        same_event(&event, &events[i], i);
    }
    second_free(&trace);
    free(file.bytes);
}

static const struct {
    size_t count;
    bool wild;
} round_trips[] = {
    {0, false}, {1, false}, {1, true}, {100, false}, {3000, true}, {TRACE_BLOCK_EVENTS, false},
    {TRACE_BLOCK_EVENTS + 1, true}, {3 * TRACE_BLOCK_EVENTS + 5, false},
};

START_TEST(both_readers_give_back_what_was_written)
{
    size_t count = round_trips[_i].count;
    uint64_t seed = environment("PIMENTO_TEST_SEED", 1);
    printf("PIMENTO_TEST_SEED=%" PRIu64 "\n", seed);
    struct pim_event *events = trace_test_events(seed, count, round_trips[_i].wild);
    write_events(path_a, events, count, 777);
    first_reader_agrees(path_a, events, count);
    second_reader_agrees(path_a, events, count);
    free(events);
}
END_TEST

START_TEST(extreme_values_survive)
{
    struct pim_event events[] = {
        {UINT64_MAX, 0, TEST_UNITS - 1, TEST_KINDS - 1, UINT16_MAX, UINT64_MAX, {UINT64_MAX, 0, UINT64_MAX, 1}},
        {0, UINT64_MAX, 0, 0, 0, 0, {0, UINT64_MAX, UINT64_C(1) << 63, 0}},
        {UINT64_C(1) << 63, (UINT64_C(1) << 63) - 1, 1, 1, 1, UINT64_C(1) << 63, {0}},
    };
    write_events(path_a, events, 3, 0);
    first_reader_agrees(path_a, events, 3);
    second_reader_agrees(path_a, events, 3);
}
END_TEST

START_TEST(an_empty_trace_has_a_schema_and_nothing_else)
{
    struct trace_summary summary;
    struct pim_error error = {0};
    write_events(path_a, NULL, 0, 0);
    struct trace_reader *reader = open_reader(path_a);
    ck_assert_uint_eq(trace_block_count(reader), 0);
    ck_assert_uint_eq(trace_schema_of(reader)->units, TEST_UNITS);
    ck_assert_status(trace_summarise(reader, &summary, &error), PIM_OK, &error);
    ck_assert_uint_eq(summary.events + summary.first_ps + summary.last_ps + summary.unit_count, 0);
    trace_summary_free(&summary);
    trace_close(reader);
}
END_TEST

static void same_bytes(const char *left, const char *right)
{
    struct trace_bytes a = trace_test_load(left), b = trace_test_load(right);
    ck_assert_uint_eq(a.size, b.size);
    ck_assert_mem_eq(a.bytes, b.bytes, a.size);
    free(a.bytes);
    free(b.bytes);
}

START_TEST(equal_events_give_equal_bytes)
{
    size_t count = 2 * TRACE_BLOCK_EVENTS + 100;
    struct pim_event *events = trace_test_events(3, count, false);
    write_events(path_a, events, count, 1);
    write_events(path_b, events, count, TRACE_BLOCK_EVENTS + 1);
    same_bytes(path_a, path_b);
    free(events);
}
END_TEST

/* -------------------------------------------------------------------------------- what it says --- */

START_TEST(the_schema_says_what_events_mean)
{
    write_events(path_a, NULL, 0, 0);
    struct trace_reader *reader = open_reader(path_a);
    const struct trace_schema *schema = trace_schema_of(reader);
    ck_assert_str_eq(schema->producer, "by hand");
    ck_assert_str_eq(schema->backend, "toy");
    ck_assert_str_eq(schema->target, "toy \"one\"");
    ck_assert_uint_eq(schema->link_lane, 65535);
    ck_assert_uint_eq(schema->kind_count, TEST_KINDS);
    ck_assert_str_eq(schema->kinds[KIND_RUN].name, "run");
    ck_assert_uint_eq(schema->kinds[KIND_RUN].colour, 0x3a7d44);
    ck_assert(schema->kinds[KIND_RUN].counters && !schema->kinds[KIND_DMA].counters);
    ck_assert_str_eq(schema->kinds[KIND_DMA].arguments[3], "way");
    ck_assert_ptr_null(schema->kinds[KIND_RUN].arguments[2]);
    ck_assert_uint_eq(schema->level_count, 2);
    ck_assert_uint_eq(schema->levels[1].count, 4);
    ck_assert_uint_eq(schema->parameter_count, 1);
    ck_assert_str_eq(schema->parameters[0].source, "assumption: round");
    trace_close(reader);
}
END_TEST

static const struct pim_event summary_events[] = {
    {100, 50, 1, KIND_RUN, 0, 0, {7, 8}}, {120, 10, 1, KIND_DMA, 2, 1, {0}},  {140, 30, 1, KIND_DMA, 3, 2, {0}},
    {200, 10, 1, KIND_RUN, 0, 3, {0}},    {300, 500, 4, KIND_RUN, 0, 0, {0}}, {310, 0, 2, KIND_MARK, 0, 0, {0}},
    {320, 9999, 2, KIND_DMA, 65535, 0, {0}},
};
enum { SUMMARY_EVENTS = sizeof summary_events / sizeof *summary_events };

START_TEST(a_summary_adds_up)
{
    static const struct trace_unit_summary units[] = {{4, 1, 500}, {1, 4, 80}, {2, 1, 0}};
    struct trace_summary summary;
    struct pim_error error = {0};
    write_events(path_a, summary_events, SUMMARY_EVENTS, 0);
    struct trace_reader *reader = open_reader(path_a);
    ck_assert_status(trace_summarise(reader, &summary, &error), PIM_OK, &error);
    ck_assert_uint_eq(summary.events, SUMMARY_EVENTS);
    ck_assert_uint_eq(summary.first_ps, 100);
    ck_assert_uint_eq(summary.last_ps, 320 + 9999);
    ck_assert_uint_eq(summary.kinds[KIND_RUN].events, 3);
    ck_assert_uint_eq((uint64_t)summary.kinds[KIND_RUN].duration_ps, 560);
    ck_assert_uint_eq((uint64_t)summary.kinds[KIND_DMA].duration_ps, 10039);
    ck_assert_uint_eq(summary.kinds[KIND_MARK].events, 1);
    ck_assert_uint_eq(summary.unit_count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(summary.units[i].unit, units[i].unit);
        ck_assert_uint_eq(summary.units[i].events, units[i].events);
        ck_assert_uint_eq(summary.units[i].busy_ps, units[i].busy_ps);
    }
    trace_summary_free(&summary);
    trace_close(reader);
}
END_TEST

START_TEST(a_seek_gives_what_a_scan_gives)
{
    enum { COUNT = 3 * TRACE_BLOCK_EVENTS, SEEKS = 60 };
    uint64_t seed = environment("PIMENTO_TEST_SEED", 1), state = seed + 77;
    struct pim_event *events = trace_test_events(seed, COUNT, false);
    struct pim_error error = {0};
    const struct pim_event *event;
    events[5].duration_ps = 40000000; /* reaches into the third block */
    write_events(path_a, events, COUNT, 0);
    struct trace_reader *reader = open_reader(path_a);
    for (int seek = 0; seek < SEEKS; seek++) {
        uint64_t from_ps = seek < 3 ? (uint64_t)seek * 1000 * TRACE_BLOCK_EVENTS : trace_test_random(&state) % 50000000;
        size_t seen = 0;
        trace_seek(reader, from_ps);
        for (size_t i = 0; i < COUNT && seen < 100; i++) {
            if (events[i].time_ps < from_ps && events[i].time_ps + events[i].duration_ps <= from_ps)
                continue;
            ck_assert_status(trace_next(reader, &event, &error), PIM_OK, &error);
            same_event(event, &events[i], i);
            seen++;
        }
        if (seen == 100)
            continue;
        ck_assert_status(trace_next(reader, &event, &error), PIM_OK, &error);
        ck_assert_msg(!event, "PIMENTO_TEST_SEED=%" PRIu64 ": too many events from %" PRIu64, seed, from_ps);
    }
    trace_close(reader);
    free(events);
}
END_TEST

START_TEST(blocks_can_be_read_in_any_order)
{
    enum { COUNT = 2 * TRACE_BLOCK_EVENTS + 3 };
    struct pim_event *events = trace_test_events(9, COUNT, true);
    struct pim_error error = {0};
    write_events(path_a, events, COUNT, 0);
    struct trace_reader *reader = open_reader(path_a);
    ck_assert_uint_eq(trace_block_count(reader), 3);
    static const size_t order[] = {2, 0, 0, 1, 2};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const struct pim_event *block;
        size_t count;
        ck_assert_status(trace_read_block(reader, order[i], &block, &count, &error), PIM_OK, &error);
        ck_assert_uint_eq(count, trace_block_at(reader, order[i])->count);
        ck_assert_mem_eq(block, events + order[i] * TRACE_BLOCK_EVENTS, count * sizeof *block);
    }
    trace_close(reader);
    free(events);
}
END_TEST

/* ------------------------------------------------------------------------------------- devices --- */

static void trace_device(const char *path, uint32_t threads)
{
    struct toy toy;
    struct pim_sink *sink;
    uint64_t word = 5;
    toy_open(&toy, "toy-counter", NULL, &(struct pim_device_options){.threads = threads, .mode = PIM_TIMING});
    ck_assert_status(pim_trace_file(path, &sink, &toy.error), PIM_OK, &toy.error);
    ck_assert_status(pim_device_attach(toy.device, sink, &toy.error), PIM_OK, &toy.error);
    toy_load(&toy, (struct pim_units){0, 0}, "*+**.", 5);
    toy_move(&toy, PIM_TO_UNIT, 1, TOY_DATA, 0, &word, sizeof word);
    ck_assert_status(pim_device_run(toy.device, (struct pim_units){0, 0}, &toy.error), PIM_OK, &toy.error);
    ck_assert_status(pim_device_finish(toy.device, &toy.error), PIM_OK, &toy.error);
    toy_close(&toy);
}

START_TEST(a_device_writes_the_same_trace_with_any_number_of_threads)
{
    trace_device(path_a, 1);
    trace_device(path_b, 3);
    same_bytes(path_a, path_b);
}
END_TEST

START_TEST(a_device_describes_itself)
{
    struct trace_summary summary;
    struct pim_error error = {0};
    trace_device(path_a, 1);
    struct trace_reader *reader = open_reader(path_a);
    const struct trace_schema *schema = trace_schema_of(reader);
    ck_assert_str_eq(schema->backend, toy_counter_backend.name);
    ck_assert_str_eq(schema->summary, toy_counter_backend.summary);
    ck_assert_str_eq(schema->target, "toy-counter");
    ck_assert_uint_eq(schema->kind_count, 3);
    ck_assert_str_eq(schema->kinds[0].name, "square");
    ck_assert_str_eq(schema->kinds[1].name, "host to units");
    size_t parameters = 0;
    for (; toy_counter_backend.parameters[parameters].key; parameters++)
        ck_assert_str_eq(schema->parameters[parameters].key, toy_counter_backend.parameters[parameters].key);
    ck_assert_uint_eq(schema->parameter_count, parameters);
    ck_assert_status(trace_summarise(reader, &summary, &error), PIM_OK, &error);
    ck_assert_uint_eq(summary.kinds[0].events, 3 * schema->units);
    ck_assert_uint_eq(summary.kinds[1].events, 1);
    trace_summary_free(&summary);
    trace_close(reader);
}
END_TEST

/* ------------------------------------------------------------------------------------- exports --- */

static const struct pim_event export_events[] = {
    {1234567, 2000001, 5, KIND_RUN, 0, 0, {300, 40}},
    {1234568, 0, 5, KIND_MARK, 3, 1, {0}},
    {UINT64_C(18446744073709551614), 1, 2, KIND_DMA, 65535, 0, {8, UINT64_MAX, UINT64_C(1) << 53, 0}},
};
enum { EXPORT_EVENTS = sizeof export_events / sizeof *export_events };

static json_t *export_json(const char *trace, uint64_t from_ps)
{
    struct pim_error error = {0};
    json_error_t why;
    struct trace_reader *reader = open_reader(trace);
    ck_assert_status(trace_export_perfetto(reader, path_json, from_ps, &error), PIM_OK, &error);
    trace_close(reader);
    json_t *root = json_load_file(path_json, 0, &why);
    ck_assert_msg(root != NULL, "line %d: %s", why.line, why.text);
    return root;
}

/* The element of that phase and name, the `skip`-th; fails the test when there is none. */
static json_t *element(json_t *root, const char *phase, const char *name, size_t skip)
{
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(root, "traceEvents"), index, item) {
        if (strcmp(json_string_value(json_object_get(item, "ph")), phase) == 0 &&
            strcmp(json_string_value(json_object_get(item, "name")), name) == 0 && !skip--)
            return item;
    }
    ck_abort_msg("no element %s %s", phase, name);
    return NULL;
}

static void check_number(json_t *item, const char *member, double value)
{
    ck_assert_double_eq_tol(json_number_value(json_object_get(item, member)), value, 1e-9);
}

START_TEST(perfetto_gets_every_event)
{
    write_events(path_a, export_events, EXPORT_EVENTS, 0);
    json_t *root = export_json(path_a, 0);
    json_t *run = element(root, "X", "run", 0), *dma = element(root, "X", "dma, \"fast\"", 0);
    check_number(run, "ts", 1.234567);
    check_number(run, "dur", 2.000001);
    check_number(run, "pid", 5);
    check_number(run, "tid", 0);
    check_number(json_object_get(run, "args"), "idle cycles", 40);
    check_number(element(root, "X", "mark", 0), "tid", 3);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(dma, "args"), "from")), "18446744073709551615");
    check_number(json_object_get(dma, "args"), "to", 9007199254740992.0);
    check_number(json_object_get(element(root, "C", "run", 0), "args"), "issued", 300);
    check_number(element(root, "C", "run", 1), "ts", 3.234568);
    check_number(json_object_get(element(root, "C", "run", 1), "args"), "issued", 0);
    ck_assert_str_eq(
        json_string_value(json_object_get(json_object_get(element(root, "M", "process_name", 0), "args"), "name")),
        "cell 5 (rank 1, cell 1)");
    ck_assert_str_eq(
        json_string_value(json_object_get(json_object_get(element(root, "M", "thread_name", 2), "args"), "name")),
        "host link");
    json_decref(root);
}
END_TEST

START_TEST(times_in_perfetto_are_exact_decimals)
{
    write_events(path_a, export_events, EXPORT_EVENTS, 0);
    json_decref(export_json(path_a, 0));
    struct trace_bytes text = trace_test_load(path_json);
    text.bytes[text.size] = '\0';
    ck_assert_ptr_nonnull(strstr((char *)text.bytes, "\"ts\":18446744073709.551614,\"dur\":0.000001,"));
    free(text.bytes);
}
END_TEST

START_TEST(perfetto_counts_agree_for_many_lanes)
{
    enum { COUNT = TRACE_BLOCK_EVENTS + 2000 };
    struct pim_event *events = trace_test_events(4, COUNT, true);
    write_events(path_a, events, COUNT, 0);
    json_t *root = export_json(path_a, 0), *item;
    size_t index, complete = 0, threads = 0, processes = 0, lanes = 0;
    bool *seen = calloc((size_t)TEST_UNITS << 16, sizeof *seen);
    for (size_t i = 0; i < COUNT; i++) {
        bool *place = &seen[(size_t)events[i].unit << 16 | events[i].lane];
        lanes += !*place;
        *place = true;
    }
    json_array_foreach(json_object_get(root, "traceEvents"), index, item) {
        const char *name = json_string_value(json_object_get(item, "name"));
        complete += json_string_value(json_object_get(item, "ph"))[0] == 'X';
        threads += strcmp(name, "thread_name") == 0;
        processes += strcmp(name, "process_name") == 0;
    }
    ck_assert_uint_eq(complete, COUNT);
    ck_assert_uint_eq(threads, lanes);
    ck_assert_uint_eq(processes, TEST_UNITS);
    json_decref(root);
    free(seen);
    free(events);
}
END_TEST

START_TEST(csv_has_a_column_per_argument)
{
    struct pim_error error = {0};
    write_events(path_a, export_events, EXPORT_EVENTS, 0);
    struct trace_reader *reader = open_reader(path_a);
    ck_assert_status(trace_export_csv(reader, path_csv, 0, &error), PIM_OK, &error);
    trace_close(reader);
    struct trace_bytes text = trace_test_load(path_csv);
    text.bytes[text.size] = '\0';
    ck_assert_str_eq((char *)text.bytes,
                     "time_ps,duration_ps,unit,lane,sequence,event,issued,idle cycles,bytes,from,to,way\n"
                     "1234567,2000001,5,0,0,run,300,40,,,,\n"
                     "1234568,0,5,3,1,mark,,,,,,\n"
                     "18446744073709551614,1,2,65535,0,\"dma, \"\"fast\"\"\",,,8,18446744073709551615,9007199254740992,0\n");
    free(text.bytes);
}
END_TEST

START_TEST(an_export_can_start_later)
{
    write_events(path_a, export_events, EXPORT_EVENTS, 0);
    json_t *root = export_json(path_a, 4000000);
    element(root, "X", "dma, \"fast\"", 0);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "traceEvents")), 4);
    json_decref(root);
}
END_TEST

/* ------------------------------------------------------------------------------------ failures --- */

static void put_old(const char *path)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("old", file);
    fclose(file);
}

static void is_old(const char *path)
{
    struct trace_bytes file = trace_test_load(path);
    ck_assert_uint_eq(file.size, 3);
    ck_assert_mem_eq(file.bytes, "old", 3);
    free(file.bytes);
}

static const struct {
    struct pim_event event;
    const char *text;
} impossible[] = {
    {{.kind = TEST_KINDS}, "an event of kind 3, but there are 3"},
    {{.unit = TEST_UNITS}, "an event of unit 8, but there are 8"},
    {{.time_ps = 2, .duration_ps = UINT64_MAX - 1}, "ends after the last picosecond"},
};

START_TEST(an_impossible_event_is_refused_and_the_old_file_stays)
{
    struct pim_error error = {0};
    put_old(path_a);
    ck_assert_int_eq(trace_test_write(path_a, trace_test_schema, &impossible[_i].event, 1, 0, &error), PIM_INTERNAL);
    ck_assert_msg(strstr(error.text, impossible[_i].text) != NULL, "%s", error.text);
    is_old(path_a);
}
END_TEST

START_TEST(a_sink_that_never_ends_leaves_the_old_file)
{
    struct pim_sink *sink;
    struct pim_error error = {0};
    put_old(path_a);
    ck_assert_status(pim_trace_file(path_a, &sink, &error), PIM_OK, &error);
    ck_assert_status(trace_writer_begin(sink, trace_test_schema, &error), PIM_OK, &error);
    sink->destroy(sink);
    is_old(path_a);
}
END_TEST

START_TEST(calls_out_of_order_are_refused)
{
    struct pim_sink *sink;
    struct pim_error error = {0};
    ck_assert_status(pim_trace_file(path_a, &sink, &error), PIM_OK, &error);
    ck_assert_int_eq(sink->events(sink, export_events, 1, NULL), PIM_INTERNAL);
    ck_assert_int_eq(sink->end(sink, NULL), PIM_INTERNAL);
    ck_assert_status(trace_writer_begin(sink, trace_test_schema, &error), PIM_OK, &error);
    ck_assert_int_eq(trace_writer_begin(sink, trace_test_schema, NULL), PIM_INTERNAL);
    ck_assert_status(sink->end(sink, &error), PIM_OK, &error);
    ck_assert_int_eq(sink->end(sink, NULL), PIM_INTERNAL);
    ck_assert_int_eq(sink->events(sink, export_events, 1, NULL), PIM_INTERNAL);
    sink->destroy(sink);
}
END_TEST

START_TEST(a_path_that_cannot_be_written_is_said_at_once)
{
    struct pim_sink *sink;
    struct pim_error error = {0};
    ck_assert_int_eq(pim_trace_file("no-such-folder/a.trace", &sink, &error), PIM_IO);
    ck_assert_ptr_null(sink);
    ck_assert_str_eq(error.text, "no-such-folder/a.trace: No such file or directory");
}
END_TEST

START_TEST(a_full_disk_is_said)
{
    struct pim_error error = {0};
    struct pim_event *events = trace_test_events(1, TRACE_BLOCK_EVENTS, true);
    if (access("/dev/full", W_OK) == 0) {
        ck_assert_int_eq(trace_test_write("/dev/full", trace_test_schema, events, TRACE_BLOCK_EVENTS, 0, &error), PIM_IO);
        ck_assert_msg(strstr(error.text, "/dev/full: writing failed: No space left on device") != NULL, "%s", error.text);
    }
    free(events);
}
END_TEST

START_TEST(a_failed_export_leaves_the_old_file)
{
    enum { COUNT = 2 * TRACE_BLOCK_EVENTS };
    struct pim_event *events = trace_test_events(2, COUNT, false);
    struct trace_bytes file = trace_test_file(events, COUNT);
    struct trace_reader *reader;
    struct pim_error error = {0};
    ck_assert_status(trace_open_memory("a.trace", file.bytes, file.size, &reader, &error), PIM_OK, &error);
    file.bytes[trace_block_at(reader, 1)->offset + TRACE_SECTION_BYTES + 9] ^= 1;
    put_old(path_json);
    put_old(path_csv);
    ck_assert_int_eq(trace_export_perfetto(reader, path_json, 0, &error), PIM_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "the checksum of the stored bytes is wrong, expected that of a block of events"));
    ck_assert_int_eq(trace_export_csv(reader, path_csv, 0, NULL), PIM_BAD_INPUT);
    is_old(path_json);
    is_old(path_csv);
    trace_close(reader);
    free(file.bytes);
    free(events);
}
END_TEST

static Suite *suite(void)
{
    Suite *all = suite_create("trace");
    TCase *trips = tcase_create("round trips");
    tcase_add_loop_test(trips, both_readers_give_back_what_was_written, 0, sizeof round_trips / sizeof *round_trips);
    tcase_add_test(trips, extreme_values_survive);
    tcase_add_test(trips, an_empty_trace_has_a_schema_and_nothing_else);
    tcase_add_test(trips, equal_events_give_equal_bytes);
    TCase *content = tcase_create("content");
    tcase_add_test(content, the_schema_says_what_events_mean);
    tcase_add_test(content, a_summary_adds_up);
    tcase_add_test(content, a_seek_gives_what_a_scan_gives);
    tcase_add_test(content, blocks_can_be_read_in_any_order);
    tcase_add_test(content, a_device_writes_the_same_trace_with_any_number_of_threads);
    tcase_add_test(content, a_device_describes_itself);
    TCase *exports = tcase_create("exports");
    tcase_add_test(exports, perfetto_gets_every_event);
    tcase_add_test(exports, times_in_perfetto_are_exact_decimals);
    tcase_add_test(exports, perfetto_counts_agree_for_many_lanes);
    tcase_add_test(exports, csv_has_a_column_per_argument);
    tcase_add_test(exports, an_export_can_start_later);
    TCase *failures = tcase_create("failures");
    tcase_add_loop_test(failures, an_impossible_event_is_refused_and_the_old_file_stays, 0,
                        sizeof impossible / sizeof *impossible);
    tcase_add_test(failures, a_sink_that_never_ends_leaves_the_old_file);
    tcase_add_test(failures, calls_out_of_order_are_refused);
    tcase_add_test(failures, a_path_that_cannot_be_written_is_said_at_once);
    tcase_add_test(failures, a_full_disk_is_said);
    tcase_add_test(failures, a_failed_export_leaves_the_old_file);
    TCase *const cases[] = {trips, content, exports, failures};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tcase_add_checked_fixture(cases[i], make_folder, remove_folder);
        tcase_set_timeout(cases[i], 60);
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
