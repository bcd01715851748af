/* Traces for DRAM simulators: does the text open the rows that the commands have opened, bank by bank and in their order, as often as the ledger
 * says, at the addresses of the page; and is refused what cannot be exported?
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program_writer.h"
#include "toy_fixture.h"
#include "trace_export.h"
#include "trace_fixture.h"

static char folder[] = "test-trace-dram-XXXXXX";
static char path_a[64], path_b[64], path_text[64];

static void make_folder(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path_a, sizeof path_a, "%s/a.trace", folder);
    snprintf(path_b, sizeof path_b, "%s/b.trace", folder);
    snprintf(path_text, sizeof path_text, "%s/text.trace", folder);
}

/* Also the proof that no temporary file stays behind. */
static void remove_folder(void)
{
    unlink(path_a);
    unlink(path_b);
    unlink(path_text);
    ck_assert_int_eq(rmdir(folder), 0);
}

/* ---- a run ---- */

enum { RUN_UNITS = 11, RUN_COUNTERS = 32 };

/* An addition, a row in another subarray, a majority of three. */
static struct pim_image *program(void)
{
    static const bitserial_row places[] = {0, 16, 32, 0};
    struct program_writer writer = {0};
    struct pim_image *image;
    struct pim_error error = {0};
    write_bulk(&writer, BITSERIAL_ADD, false, 8, places);
    write_word(&writer, BITSERIAL_OP_MOVE | UINT64_C(2) << 16 | UINT64_C(7) << 28 | UINT64_C(9) << 40); /* subarray 2, row 7, from row 9 */
    write_word(&writer, BITSERIAL_OP_SUBARRAY | UINT64_C(2) << 16);
    write_ap(&writer, BITSERIAL_B + 12);
    write_aap(&writer, BITSERIAL_C1, 100);
    ck_assert_status(bitserial_image(&writer, &image, &error), PIM_OK, &error);
    return image;
}

/* Two channels of two ranks of four banks, of which 11 work; counters into `counters`, in the order of the back-end's rows. */
static void run_traced(const char *path, const char *engine, uint32_t threads, const char *recorded, uint64_t *counters)
{
    const char *const settings[] = {
        "machine.channels", "2", "machine.ranks", "2", "machine.banks", "4", "memory.subarrays", "3", "memory.row_bytes", "512", "timing.refresh", "on",
        "timing.trefi_ns", "1000", "execution.engine", engine, "execution.trace_commands", recorded,
    };
    struct pim_device_options options = {.units = RUN_UNITS, .threads = threads, .mode = PIM_TIMING};
    struct pim_registry *registry;
    struct pim_target *target;
    struct pim_device *device;
    struct pim_sink *sink;
    struct pim_error error = {0};
    struct pim_image *image = program();
    ck_assert_status(pim_registry_open(&registry, &error), PIM_OK, &error);
    ck_assert_status(pim_target_open(registry, "simdram-ddr4-16bank", &target, &error), PIM_OK, &error);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i += 2)
        ck_assert_status(pim_target_set(target, settings[i], settings[i + 1], &error), PIM_OK, &error);
    ck_assert_status(pim_device_open(target, &options, &device, &error), PIM_OK, &error);
    ck_assert_status(pim_trace_file(path, &sink, &error), PIM_OK, &error);
    ck_assert_status(pim_device_attach(device, sink, &error), PIM_OK, &error);
    ck_assert_status(pim_device_load(device, (struct pim_units){0, 0}, image, &error), PIM_OK, &error);
    ck_assert_status(pim_device_run(device, (struct pim_units){0, 0}, &error), PIM_OK, &error);
    ck_assert_status(pim_device_finish(device, &error), PIM_OK, &error);
    const struct pim_ledger *ledger = pim_device_ledger(device);
    ck_assert_uint_le(ledger->counter_count, RUN_COUNTERS);
    memcpy(counters, ledger->counters, ledger->counter_count * sizeof *counters);
    pim_device_close(device);
    pim_target_close(target);
    pim_registry_close(registry);
    pim_image_free(image);
}

static uint64_t counter(const uint64_t *counters, const char *name)
{
    static const char *const names[] = {"cycles", "commands", "aap", "ap", "activations_1", "activations_2", "activations_3", "precharges",
                                        "micro_ops", "bulk_operations", "moves", "refreshes"}; /* as `pimento run` prints them */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return counters[i];
    ck_abort_msg("no counter %s", name);
}

static struct trace_reader *open_reader(const char *path)
{
    struct trace_reader *reader;
    struct pim_error error = {0};
    ck_assert_status(trace_open(path, &reader, &error), PIM_OK, &error);
    return reader;
}

START_TEST(the_trace_is_the_same_for_any_engine_and_number_of_threads)
{
    uint64_t counters[RUN_COUNTERS];
    run_traced(path_a, "fast", 1, "on", counters);
    run_traced(path_b, "fast", 3, "on", counters);
    struct trace_bytes one = trace_test_load(path_a), three = trace_test_load(path_b);
    ck_assert_uint_eq(one.size, three.size);
    ck_assert_mem_eq(one.bytes, three.bytes, one.size);
    run_traced(path_b, "reference", 1, "on", counters);
    struct trace_reader *fast = open_reader(path_a), *slow = open_reader(path_b);
    const struct pim_event *x, *y;
    do {
        ck_assert_int_eq(trace_next(fast, &x, NULL), PIM_OK);
        ck_assert_int_eq(trace_next(slow, &y, NULL), PIM_OK);
        if (!x != !y || (x && memcmp(x, y, sizeof *x)))
            ck_abort_msg("the engines' events differ");
    } while (x);
    trace_close(fast);
    trace_close(slow);
    free(one.bytes);
    free(three.bytes);
}
END_TEST

/* ---- reading the text, from the page alone ---- */

struct access { uint64_t channel, rank, bank, column, row, cycle; };
struct memory { uint64_t channels, ranks, banks; };

static bool read_line(FILE *file, enum trace_dram_format format, const struct memory *memory, struct access *access)
{
    uint64_t address;
    char end = 0;
    int got = format == TRACE_RAMULATOR2 ? fscanf(file, "LD 0x%" SCNx64 "%c", &address, &end)
                                         : fscanf(file, "0x%" SCNx64 " READ %" SCNu64 "%c", &address, &access->cycle, &end);
    if (got == EOF)
        return false;
    ck_assert_int_eq(end, '\n');
    ck_assert_uint_eq(address % 64, 0);
    address /= 64;
    access->channel = address % memory->channels;
    address /= memory->channels;
    access->column = address % (512 / 64);
    address /= 512 / 64;
    access->rank = address % memory->ranks;
    address /= memory->ranks;
    access->bank = address % memory->banks;
    access->row = address / memory->banks;
    return true;
}

struct activation { uint64_t row, time_ps; };
enum { MOST_ACTIVATIONS = 1000 };

/* What the commands of a unit open, in its order, from the CSV notation of the trace, which has other code. */
static size_t wanted_activations(const char *trace, uint32_t unit, bool first_only, struct activation *activations)
{
    char line[512];
    size_t count = 0;
    struct trace_reader *reader = open_reader(trace);
    ck_assert_int_eq(trace_export_csv(reader, path_text, 0, NULL), PIM_OK);
    trace_close(reader);
    FILE *file = fopen(path_text, "r");
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    ck_assert_str_eq(line, "time_ps,duration_ps,unit,lane,sequence,event,launch,commands,bulk operations,pc,kind,row,command,subarray,second subarray,"
                           "second row,refreshes,bytes,pieces,queue\n");
    while (fgets(line, sizeof line, file)) {
        char *fields[20], *rest = line;
        for (size_t i = 0; i < 20; i++)
            fields[i] = strsep(&rest, ",");
        bool two = strcmp(fields[5], "AAP") == 0 || strcmp(fields[5], "move") == 0;
        if (strtoul(fields[2], NULL, 10) != unit || (!two && strcmp(fields[5], "AP") != 0))
            continue;
        ck_assert_uint_lt(count + 1, MOST_ACTIVATIONS);
        uint64_t time_ps = strtoull(fields[0], NULL, 10);
        activations[count++] = (struct activation){strtoull(fields[13], NULL, 10) * 1024 + strtoull(fields[11], NULL, 10), time_ps};
        if (two && !first_only)
            activations[count++] = (struct activation){strtoull(fields[14], NULL, 10) * 1024 + strtoull(fields[15], NULL, 10), time_ps};
    }
    fclose(file);
    return count;
}

static void export_text(const char *trace, enum trace_dram_format format, const struct trace_dram_options *options)
{
    struct pim_error error = {0};
    struct trace_reader *reader = open_reader(trace);
    ck_assert_status(trace_export_dram(reader, format, options, path_text, 0, &error), PIM_OK, &error);
    trace_close(reader);
}

/* One unit's accesses in the text against its commands: rows in their order; the cycle, of 1,200 MHz, is the first that does not begin before
 * the command (edges are whole picoseconds); no address comes back within
 * a row of eight columns. */
static size_t check_unit(const char *trace, uint32_t unit, enum trace_dram_format format, const struct trace_dram_options *options,
                         const struct memory *memory)
{
    static struct activation wanted[MOST_ACTIVATIONS];
    static uint64_t columns[MOST_ACTIVATIONS];
    struct access access = {0};
    size_t count = wanted_activations(trace, unit, options->first_only, wanted), found = 0;
    uint64_t first_ps = wanted[0].time_ps; /* that of every unit: they run in lockstep */
    export_text(trace, format, options);
    FILE *file = fopen(path_text, "r");
    while (read_line(file, format, memory, &access)) {
        if (access.channel != unit / 8 || access.rank != unit / 4 % 2 || access.bank != unit % 4)
            continue;
        if (found == count || access.row != wanted[found].row)
            ck_abort_msg("unit %" PRIu32 ", activation %zu: row %" PRIu64, unit, found, access.row);
        uint64_t ps = wanted[found].time_ps - first_ps;
        if (format == TRACE_DRAMSIM3 && (access.cycle * 10000 + 12 <= ps * 12 || access.cycle * 10000 >= ps * 12 + 10000))
            ck_abort_msg("unit %" PRIu32 ", activation %zu: cycle %" PRIu64, unit, found, access.cycle);
        for (size_t before = found < 7 ? 0 : found - 7; before < found; before++)
            if (wanted[before].row == access.row && columns[before] == access.column)
                ck_abort_msg("unit %" PRIu32 ", activation %zu: the address of activation %zu", unit, found, before);
        columns[found++] = access.column;
    }
    fclose(file);
    ck_assert_uint_eq(found, count);
    return found;
}

START_TEST(every_activation_is_an_access_to_its_row)
{
    const struct trace_dram_options options = {.banks = _i & 1 ? 16 : 0, .ranks = _i & 1 ? 4 : 0, .first_only = _i & 2};
    const struct memory memory = {2, _i & 1 ? 4 : 2, _i & 1 ? 16 : 4};
    enum trace_dram_format format = _i & 4 ? TRACE_DRAMSIM3 : TRACE_RAMULATOR2;
    uint64_t counters[RUN_COUNTERS], activations = 0;
    run_traced(path_a, "fast", 1, "on", counters);
    for (uint32_t unit = 0; unit < RUN_UNITS; unit++)
        activations += check_unit(path_a, unit, format, &options, &memory);
    ck_assert_uint_eq(counter(counters, "aap") + counter(counters, "ap"), counter(counters, "commands"));
    ck_assert_uint_eq(counter(counters, "moves"), RUN_UNITS);
    if (options.first_only)
        ck_assert_uint_eq(activations, counter(counters, "commands") + counter(counters, "moves"));
    else
        ck_assert_uint_eq(activations, counter(counters, "activations_1") + counter(counters, "activations_2") + counter(counters, "activations_3"));
    ck_assert_uint_eq(counter(counters, "activations_1") + counter(counters, "activations_2") + counter(counters, "activations_3"),
                      2 * counter(counters, "aap") + counter(counters, "ap") + 2 * counter(counters, "moves"));
    ck_assert_uint_gt(counter(counters, "refreshes"), 0);
}
END_TEST

/* Banks in lockstep take turns: the first rows of all, then the second ones. */
START_TEST(banks_take_turns)
{
    const struct memory memory = {2, 2, 4};
    const struct trace_dram_options options = {0};
    struct access access = {0};
    uint64_t counters[RUN_COUNTERS];
    run_traced(path_a, "fast", 1, "on", counters);
    export_text(path_a, TRACE_DRAMSIM3, &options);
    FILE *file = fopen(path_text, "r");
    for (uint32_t line = 0; line < 6 * RUN_UNITS; line++) {
        ck_assert(read_line(file, TRACE_DRAMSIM3, &memory, &access));
        ck_assert_uint_eq(access.channel * 8 + access.rank * 4 + access.bank, line % RUN_UNITS);
    }
    fclose(file);
}
END_TEST

/* ---- what is refused ---- */

static void refused(const char *trace, const struct trace_dram_options *options, enum pim_status wanted, const char *text)
{
    struct pim_error error = {0};
    struct trace_reader *reader = open_reader(trace);
    FILE *old = fopen(path_text, "w");
    fputs("old\n", old);
    fclose(old);
    ck_assert_int_eq(trace_export_dram(reader, TRACE_DRAMSIM3, options, path_text, 0, &error), wanted);
    ck_assert_msg(strstr(error.text, text) != NULL, "%s", error.text);
    struct trace_bytes left = trace_test_load(path_text);
    ck_assert_uint_eq(left.size, 4);
    ck_assert_mem_eq(left.bytes, "old\n", 4);
    free(left.bytes);
    trace_close(reader);
}

START_TEST(a_trace_without_row_commands_is_refused)
{
    const struct trace_dram_options options = {0};
    uint64_t counters[RUN_COUNTERS];
    run_traced(path_a, "fast", 1, "off", counters);
    refused(path_a, &options, PIM_BAD_INPUT, "a.trace: no row commands in the trace, expected that of a run with --set execution.trace_commands=on");
    struct pim_error error = {0};
    ck_assert_status(trace_test_write(path_a, trace_test_schema, NULL, 0, 0, &error), PIM_OK, &error);
    refused(path_a, &options, PIM_BAD_INPUT, "a.trace: the units of back-end 'toy' are no DRAM banks that open rows");
}
END_TEST

static const struct {
    struct trace_dram_options options;
    const char *text;
} memories[] = {
    {{.banks = 2}, "--banks: 2 for a trace with 4, expected a power of two, at least as many"},
    {{.banks = 12}, "--banks: 12 for a trace with 4, expected a power of two, at least as many"},
    {{.ranks = 1}, "--ranks: 1 for a trace with 2, expected a power of two, at least as many"},
    {{.channels = 3}, "--channels: 3 for a trace with 2, expected a power of two, at least as many"},
};

START_TEST(a_memory_that_is_too_small_is_refused)
{
    uint64_t counters[RUN_COUNTERS];
    run_traced(path_a, "fast", 1, "on", counters);
    refused(path_a, &memories[_i].options, PIM_USAGE, memories[_i].text);
    const struct trace_dram_options large = {.channels = UINT64_C(1) << 31, .ranks = UINT64_C(1) << 31};
    refused(path_a, &large, PIM_BAD_INPUT, "addresses of this memory do not fit in 63 bits");
}
END_TEST

/* ---- files by hand ---- */

/* The toy's schema as that of a memory. */
static char *schema_with(const char *dram)
{
    size_t end = strlen(trace_test_schema) - 2, size = end + strlen(dram) + 16;
    char *text = malloc(size);
    ck_assert_str_eq(trace_test_schema + end, "}\n");
    snprintf(text, size, "%.*s, \"dram\": %s}\n", (int)end, trace_test_schema, dram);
    return text;
}

#define DRAM(clock, rows, row_bytes, commands)                                                                                       \
    "{\"record\": \"x\", \"recorded\": true, \"clock_mhz\": " clock ", \"subarrays\": 2, \"rows\": " rows ", \"row_bytes\": " row_bytes \
    ", \"burst_bytes\": 64, \"commands\": " commands "}"
#define COMMANDS "[{\"kind\": 1, \"rows\": 2}]"

static const struct {
    const char *dram, *text; /* text NULL: a good file */
} schemas[] = {
    {DRAM("800", "10", "128", COMMANDS), NULL},
    {DRAM("800.5", "10", "128", "[]"), NULL},
    {"7", "schema: dram: "},
    {"{}", "schema: dram: Object item not found: record"},
    {DRAM("0", "10", "128", COMMANDS), "schema: dram: a size or clock that no memory has"},
    {DRAM("1e300", "10", "128", COMMANDS), "schema: dram: a size or clock that no memory has"},
    {DRAM("800", "0", "128", COMMANDS), "schema: dram: a size or clock that no memory has"},
    {DRAM("800", "10", "4294967296", COMMANDS), "schema: dram: a size or clock that no memory has"},
    {DRAM("800", "10", "128", "{}"), "schema: \"commands\" is no list"},
    {DRAM("800", "10", "128", "[5]"), "schema: row command 0: "},
    {DRAM("800", "10", "128", "[{\"kind\": 3, \"rows\": 1}]"), "schema: row command 0: expected a kind with two arguments"},
    {DRAM("800", "10", "128", "[{\"kind\": -1, \"rows\": 1}]"), "schema: row command 0: expected a kind with two arguments"},
    {DRAM("800", "10", "128", "[{\"kind\": 1, \"rows\": 3}]"), "schema: row command 0: expected a kind with two arguments"},
    {DRAM("800", "10", "128", "[{\"kind\": 1, \"rows\": 4611686018427387905}]"), "schema: row command 0: expected a kind with two arguments"},
    {DRAM("800", "10", "128", "[{\"kind\": 0, \"rows\": 2}]"), "schema: row command 0: expected a kind with two arguments"},
};

START_TEST(a_schema_that_lies_is_refused)
{
    struct pim_error error = {0};
    char *schema = schema_with(schemas[_i].dram);
    enum pim_status status = trace_test_write(path_a, schema, NULL, 0, 0, &error);
    ck_assert_int_eq(status, schemas[_i].text ? PIM_BAD_INPUT : PIM_OK);
    if (schemas[_i].text)
        ck_assert_msg(strstr(error.text, schemas[_i].text) != NULL, "%s", error.text);
    free(schema);
}
END_TEST

START_TEST(a_row_outside_the_memory_is_refused)
{
    static const uint64_t places[][4] = {{2, 0, 0, 0}, {0, 10, 0, 0}, {0, 0, 2, 0}, {0, 0, 0, 10}, {UINT64_MAX, UINT64_MAX, 0, 0}};
    const struct trace_dram_options options = {0};
    char *schema = schema_with(DRAM("800", "10", "128", COMMANDS));
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct pim_event event = {.unit = 5, .kind = KIND_DMA};
        struct pim_error error = {0};
        memcpy(event.arguments, places[i], sizeof event.arguments);
        ck_assert_status(trace_test_write(path_a, schema, &event, 1, 0, &error), PIM_OK, &error);
        refused(path_a, &options, PIM_BAD_INPUT, "a row command opens a row that its bank does not have");
    }
    free(schema);
    schema = schema_with(DRAM("800", "10", "192", COMMANDS));
    struct pim_error error = {0};
    ck_assert_status(trace_test_write(path_a, schema, NULL, 0, 0, &error), PIM_OK, &error);
    refused(path_a, &options, PIM_BAD_INPUT, "rows of 192 bytes, read in accesses of 64: addresses need powers of two");
    free(schema);
}
END_TEST

/* Two accesses of unit 5 (all levels but channel and rank are banks: rank 1, cell 1), worked out by hand; times count from the first. */
START_TEST(addresses_are_those_of_the_page)
{
    static const struct pim_event events[] = {{.time_ps = 5000, .unit = 5, .kind = KIND_DMA, .arguments = {1, 3, 0, 9}},
                                              {.time_ps = 6251, .unit = 5, .kind = KIND_DMA, .arguments = {0, 0, 0, 0}}};
    struct pim_error error = {0};
    char *schema = schema_with(DRAM("800", "10", "128", COMMANDS));
    ck_assert_status(trace_test_write(path_a, schema, events, 2, 0, &error), PIM_OK, &error);
    export_text(path_a, TRACE_DRAMSIM3, &(struct trace_dram_options){.channels = 2});
    struct trace_bytes text = trace_test_load(path_text);
    /* ((((13 x 4 + 1) x 2 + 1) x 2 + 0) x 2 + 0) x 64, ((((9 x 4 + 1) x 2 + 1) x 2 + 0) x 2 + 0) x 64, and row 0 twice, at columns 0, 1 */
    static const char wanted[] = "0x6b00 READ 0\n0x4b00 READ 0\n0x300 READ 2\n0x380 READ 2\n";
    ck_assert_uint_eq(text.size, sizeof wanted - 1);
    ck_assert_mem_eq(text.bytes, wanted, sizeof wanted - 1);
    free(text.bytes);
    free(schema);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("traces for DRAM simulators");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, make_folder, remove_folder);
    tcase_set_timeout(tcase, 120);
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, the_trace_is_the_same_for_any_engine_and_number_of_threads);
    tcase_add_loop_test(tcase, every_activation_is_an_access_to_its_row, 0, 8);
    tcase_add_test(tcase, banks_take_turns);
    tcase_add_test(tcase, a_trace_without_row_commands_is_refused);
    tcase_add_loop_test(tcase, a_memory_that_is_too_small_is_refused, 0, sizeof memories / sizeof *memories);
    tcase_add_loop_test(tcase, a_schema_that_lies_is_refused, 0, sizeof schemas / sizeof *schemas);
    tcase_add_test(tcase, a_row_outside_the_memory_is_refused);
    tcase_add_test(tcase, addresses_are_those_of_the_page);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed || !run;
}
