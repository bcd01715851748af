/* Are back-ends found, and are broken ones refused with a message that says what is broken? */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "pimento.h"
#include "toy_counter.h"

static struct pim_registry *registry;
static struct pim_error error;

static void open_registry(void)
{
    error = (struct pim_error){0};
    ck_assert_int_eq(pim_registry_open(&registry, &error), PIM_OK);
}

static void close_registry(void)
{
    pim_registry_close(registry);
}

START_TEST(the_built_in_back_ends_are_there)
{
    ck_assert_ptr_nonnull(pim_registry_backend(registry, "dpu"));
    ck_assert_ptr_null(pim_registry_backend(registry, "nothing"));
    ck_assert_ptr_eq(pim_registry_at(registry, 0), pim_registry_backend(registry, "dpu"));
}
END_TEST

START_TEST(a_program_adds_its_own_once)
{
    ck_assert_int_eq(pim_registry_add(registry, &toy_counter_backend, &error), PIM_OK);
    ck_assert_ptr_eq(pim_registry_backend(registry, "toy-counter"), &toy_counter_backend);
    ck_assert_int_eq(pim_registry_add(registry, &toy_counter_backend, &error), PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "back-end 'toy-counter': there is one of that name already");
}
END_TEST

START_TEST(a_plug_in_is_found_on_the_search_path)
{
    ck_assert_int_eq(pim_registry_load(registry, ":tests/plugins:", &error), PIM_OK);
    ck_assert_ptr_nonnull(pim_registry_backend(registry, "toy-sorter"));
}
END_TEST

START_TEST(a_plug_in_is_found_through_the_environment)
{
    struct pim_registry *other;
    setenv("PIMENTO_BACKENDS", "tests/plugins/toy_plugin.la", 1);
    ck_assert_int_eq(pim_registry_open(&other, &error), PIM_OK);
    ck_assert_ptr_nonnull(pim_registry_backend(other, "toy-sorter"));
    pim_registry_close(other);
}
END_TEST

static const struct {
    const char *search_path, *text;
} plugin_rows[] = {
    {"tests/stale_plugins", "tests/stale_plugins/toy_stale.la: made for ABI version 2, this library has 1: rebuild it"},
    {"no/such/folder", "no/such/folder: cannot be searched for plug-ins: No such file or directory"},
    {"./libpimento.la", "./libpimento.la: not a plug-in of pimento: it exports no 'pim_plugin'"},
    {"Makefile", "Makefile: cannot be loaded: "},
};

START_TEST(what_is_no_plug_in_is_refused)
{
    ck_assert_int_eq(pim_registry_load(registry, plugin_rows[_i].search_path, &error), PIM_BAD_INPUT);
    ck_assert_msg(!strncmp(error.text, plugin_rows[_i].text, strlen(plugin_rows[_i].text)), "%s", error.text);
}
END_TEST

/* -------------------------------------------------------------------------- broken back-ends --- */

/* A copy of the toy with the first rows of its tables in memory that can be written. */
struct broken {
    struct pim_backend backend;
    struct pim_parameter parameters[16];
    struct pim_level levels[4];
    struct pim_space spaces[4];
    struct pim_counter counters[4];
    struct pim_energy energies[4];
    struct pim_event_kind events[4];
    struct pim_derived derived[4];
};

static void copy_rows(void *to, size_t room, const void *from, size_t row_bytes)
{
    /* Tables end with a row whose first pointer is NULL. */
    for (size_t i = 0;; i++) {
        const char *row = (const char *)from + i * row_bytes;
        ck_assert_uint_le((i + 1) * row_bytes, room);
        memcpy((char *)to + i * row_bytes, row, row_bytes);
        if (!*(const char *const *)row)
            return;
    }
}

static void make_copy(struct broken *copy)
{
    copy->backend = toy_counter_backend;
#define COPY(table)                                                                                                    \
    copy_rows(copy->table, sizeof copy->table, copy->backend.table, sizeof *copy->table);                              \
    copy->backend.table = copy->table
    COPY(parameters);
    COPY(levels);
    COPY(spaces);
    COPY(counters);
    COPY(energies);
    COPY(events);
    COPY(derived);
#undef COPY
}

#define BREAK(name, statement)                                                                                         \
    static void name(struct broken *copy)                                                                              \
    {                                                                                                                  \
        statement;                                                                                                     \
    }
BREAK(break_nothing, (void)copy)
BREAK(break_abi, copy->backend.abi_version = 7)
BREAK(break_size, copy->backend.struct_size = 8)
BREAK(break_function, copy->backend.run_until = NULL)
BREAK(break_key, copy->parameters[0].key = "boards")
BREAK(break_long_key, copy->parameters[0].key = "machine.a_name_that_is_longer_than_libinih_can_take_it")
BREAK(break_duplicate_key, copy->parameters[1].key = "machine.boards")
BREAK(break_reserved_key, copy->parameters[0].key = "target.boards")
BREAK(break_default, copy->parameters[0].standard = "99")
BREAK(break_choice_default, copy->parameters[8].standard = "goodbye")
BREAK(break_minimum, copy->parameters[0].minimum = "few")
BREAK(break_missing_source, copy->parameters[0].source = NULL)
BREAK(break_offset, copy->parameters[0].offset = 4096)
BREAK(break_clock, copy->backend.clock_key = "machine.boards")
BREAK(break_clock_zero, copy->parameters[2].minimum = "0")
BREAK(break_level, copy->levels[1].count_key = "machine.rows")
BREAK(break_queue_level, copy->backend.queue_level = "rank")
BREAK(break_space, copy->spaces[0].size_key = "energy.add_aj")
BREAK(break_granule, copy->spaces[1].granule_bytes = 0)
BREAK(break_counter, copy->counters[1].name = "additions")
BREAK(break_energy_counter, copy->energies[0].counter = "subtractions")
BREAK(break_energy_state, copy->energies[1].state = "asleep")
BREAK(break_energy_key, copy->energies[0].coefficient_key = "machine.boards")
BREAK(break_event, copy->events[0].colour = 0x1000000)
BREAK(break_derived, copy->derived[0].denominator = "kernel_hours")

/* A memory of the toy's parameters: good but for what the rows below change. Its event has one argument, a row command needs two. */
static const struct pim_row_command no_commands[] = {{0, 0}}, one_argument[] = {{0, 1}}, no_kind[] = {{1, 1}}, three_rows[] = {{0, 3}};
static void give_dram(struct broken *copy, const char *record_key, const char *rows_key, uint32_t burst_bytes, const struct pim_row_command *commands)
{
    static struct pim_dram dram;
    dram = (struct pim_dram){.record_key = record_key, .clock_key = "pipeline.clock_mhz", .subarrays_key = "machine.boards", .rows_key = rows_key,
                             .row_bytes_key = "machine.boards", .burst_bytes = burst_bytes, .commands = commands};
    copy->backend.dram = &dram;
}
BREAK(give_good_dram, give_dram(copy, "text.greeting", "machine.boards", 64, no_commands))
BREAK(break_dram_record, give_dram(copy, "machine.boards", "machine.boards", 64, no_commands))
BREAK(break_dram_rows, give_dram(copy, "text.greeting", "pipeline.clock_mhz", 64, no_commands))
BREAK(break_dram_burst, give_dram(copy, "text.greeting", "machine.boards", 0, no_commands))
BREAK(break_dram_argument, give_dram(copy, "text.greeting", "machine.boards", 64, one_argument))
BREAK(break_dram_kind, give_dram(copy, "text.greeting", "machine.boards", 64, no_kind))
BREAK(break_dram_three, give_dram(copy, "text.greeting", "machine.boards", 64, three_rows))
#define DRAM_COMMANDS "back-end 'toy-counter': dram: burst_bytes is 0, or a row command names no event kind with two arguments"

static const struct {
    void (*apply)(struct broken *copy);
    const char *text; /* NULL: accepted */
} broken_rows[] = {
    {break_nothing, NULL},
    {break_abi, "back-end: made for ABI version 7, this library has 1: rebuild it"},
    {break_size, "back-end 'toy-counter': its descriptor has 8 bytes, this library's has "},
    {break_function, "back-end 'toy-counter': run_until: missing in the descriptor"},
    {break_key, "back-end 'toy-counter': boards: a key is section.name, shorter than 49 letters"},
    {break_long_key, "back-end 'toy-counter': machine.a_name_that_is_longer_than_libinih_can_take_it: a key is"},
    {break_duplicate_key, "back-end 'toy-counter': machine.boards: the key occurs twice"},
    {break_reserved_key, "back-end 'toy-counter': target.boards: the section 'target' is the core's"},
    {break_default, "back-end 'toy-counter': machine.boards: the default is '99', expected an integer from 1 to 8"},
    {break_choice_default, "back-end 'toy-counter': text.greeting: the default is 'goodbye', expected one of hello|good day"},
    {break_minimum, "back-end 'toy-counter': machine.boards: minimum or maximum is no number"},
    {break_missing_source, "back-end 'toy-counter': machine.boards: unit, help, source or default is missing"},
    {break_offset, "back-end 'toy-counter': machine.boards: the field lies outside the parameter structure"},
    {break_clock, "back-end 'toy-counter': machine.boards: the clock key names no real parameter in MHz"},
    {break_clock_zero, "back-end 'toy-counter': pipeline.clock_mhz: the minimum of the clock must be above 0"},
    {break_level, "back-end 'toy-counter': cell: the level's count key names no integer parameter"},
    {break_queue_level, "back-end 'toy-counter': rank: queue_level names no level"},
    {break_space, "back-end 'toy-counter': CODE: the space's size key names no integer parameter"},
    {break_granule, "back-end 'toy-counter': DATA: the space's granule is 0"},
    {break_counter, "back-end 'toy-counter': additions: the counter occurs twice"},
    {break_energy_counter, "back-end 'toy-counter': adder: the energy names no counter of the back-end"},
    {break_energy_state, "back-end 'toy-counter': leakage, idle: the energy needs a counter, or a state busy, idle or elapsed"},
    {break_energy_key, "back-end 'toy-counter': adder: the energy's coefficient key names no real parameter"},
    {break_event, "back-end 'toy-counter': square: the event kind lacks help, or its colour is not 0xrrggbb"},
    {break_derived, "back-end 'toy-counter': addition_rate: the derived figure lacks unit or help, or names no counter or quantity"},
    {give_good_dram, NULL},
    {break_dram_record, "back-end 'toy-counter': dram: record_key names no choice"},
    {break_dram_rows, "back-end 'toy-counter': dram: subarrays_key, rows_key and row_bytes_key must name integer parameters"},
    {break_dram_burst, DRAM_COMMANDS},
    {break_dram_argument, DRAM_COMMANDS},
    {break_dram_kind, DRAM_COMMANDS},
    {break_dram_three, DRAM_COMMANDS},
};

START_TEST(broken_tables_are_named)
{
    static struct broken copy;
    make_copy(&copy);
    broken_rows[_i].apply(&copy);
    enum pim_status status = pim_registry_add(registry, &copy.backend, &error);
    if (!broken_rows[_i].text) {
        ck_assert_int_eq(status, PIM_OK);
        return;
    }
    ck_assert_int_eq(status, PIM_BAD_INPUT);
    ck_assert_msg(!strncmp(error.text, broken_rows[_i].text, strlen(broken_rows[_i].text)), "%s", error.text);
    ck_assert_ptr_null(pim_registry_backend(registry, "toy-counter"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core registry");
    TCase *found = tcase_create("are back-ends found");
    tcase_add_checked_fixture(found, open_registry, close_registry);
    tcase_add_test(found, the_built_in_back_ends_are_there);
    tcase_add_test(found, a_program_adds_its_own_once);
    tcase_add_test(found, a_plug_in_is_found_on_the_search_path);
    tcase_add_test(found, a_plug_in_is_found_through_the_environment);
    suite_add_tcase(suite, found);
    TCase *refused = tcase_create("are broken ones refused");
    tcase_add_checked_fixture(refused, open_registry, close_registry);
    tcase_add_loop_test(refused, what_is_no_plug_in_is_refused, 0, sizeof plugin_rows / sizeof *plugin_rows);
    tcase_add_loop_test(refused, broken_tables_are_named, 0, sizeof broken_rows / sizeof *broken_rows);
    suite_add_tcase(suite, refused);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
