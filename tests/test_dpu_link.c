/* Does the host link cost what its formula says, and do the tables hold together? */
#include "dpu_fixture.h"
#include "registry.h"
#include "target_file.h"

#include <math.h>
#include <stdio.h>

enum { PIECE_BYTES = 1 << 20 };

/* Duration of one call that moves `bytes` for each of `count` DPUs from unit `first`; the same host memory for all when `same`. */
static uint64_t duration_of(struct dpu_machine *machine, enum pim_direction direction, uint32_t first,
                            uint32_t count, uint64_t bytes, bool same)
{
    struct pim_transfer *pieces = calloc(count, sizeof *pieces);
    uint8_t *data = calloc(same ? 1 : count, bytes);
    uint64_t duration = 0;
    for (uint32_t i = 0; i < count; i++)
        pieces[i] = (struct pim_transfer){first + i, DPU_SPACE_MRAM, 0, bytes,
                                          data + (same ? 0 : i * bytes)};
    ck_assert(pim_dpu_backend.transfer(machine, direction, pieces, count, &duration, NULL) == PIM_OK);
    free(data);
    free(pieces);
    return duration;
}

static double curve(double one, double full, double n)
{
    return one * pow(n, log(full / one) / log(64)) * 1e9;
}

struct link_row { const char *name; enum pim_direction direction; bool same; double one, full; };

static const struct link_row link_rows[] = {
    {"to DPUs", PIM_TO_UNIT, false, 0.33, 6.68},
    {"from DPUs", PIM_FROM_UNIT, false, 0.12, 4.74},
    {"broadcast", PIM_TO_UNIT, true, 0.33, 16.88},
};

START_TEST(measured_bandwidth_equals_the_formula)
{
    const struct link_row *row = &link_rows[_i];
    struct dpu_machine *machine = test_machine(64);
    for (uint32_t n = 1; n <= 64; n *= 2) {
        uint64_t ps = duration_of(machine, row->direction, 0, n, PIECE_BYTES, row->same);
        double measured = (double)n * PIECE_BYTES / ((double)(ps - machine->call_ps[row->direction]) * 1e-12);
        double deviation = 100 * (measured / curve(row->one, row->full, n) - 1);
        printf("%s, %2u DPUs: %7.3f GB/s, %+.6f %% from the formula\n", row->name, n, measured / 1e9,
               deviation);
        ck_assert_double_lt(fabs(deviation), 1e-4);
    }
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(published_end_points_are_exact)
{
    struct dpu_machine *machine = test_machine(64);
    ck_assert_uint_eq(machine->to_bytes_per_second[1], 330000000);
    ck_assert_uint_eq(machine->to_bytes_per_second[64], 6680000000);
    ck_assert_uint_eq(machine->from_bytes_per_second[1], 120000000);
    ck_assert_uint_eq(machine->from_bytes_per_second[64], 4740000000);
    ck_assert_uint_eq(machine->broadcast_bytes_per_second[64], 16880000000);
    /* 33 MB to one DPU: exactly a tenth of a second, and the call. */
    ck_assert_uint_eq(duration_of(machine, PIM_TO_UNIT, 0, 1, 33000000, false), 100000000000 + 46000000);
    /* 12 MB back: the same. */
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 0, 1, 12000000, false), 100000000000 + 58000000);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(ranks_move_in_parallel)
{
    struct dpu_machine *machine = test_machine(192);
    uint64_t one = duration_of(machine, PIM_TO_UNIT, 0, 64, 4096, false);
    ck_assert_uint_eq(duration_of(machine, PIM_TO_UNIT, 0, 192, 4096, false), one);
    ck_assert_uint_eq(duration_of(machine, PIM_TO_UNIT, 128, 64, 4096, false), one);
    /* Half a rank each: the slower curve, the same bytes for each DPU. */
    ck_assert_uint_eq(duration_of(machine, PIM_TO_UNIT, 32, 64, 4096, false),
                      duration_of(machine, PIM_TO_UNIT, 0, 32, 4096, false));
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(dpus_with_less_to_move_drop_out)
{
    struct dpu_machine *machine = test_machine(2);
    uint8_t data[24] = {0};
    struct pim_transfer pieces[] = {{0, DPU_SPACE_WRAM, 0, 8, data}, {1, DPU_SPACE_WRAM, 0, 24, data}};
    uint64_t uneven;
    ck_assert(pim_dpu_backend.transfer(machine, PIM_FROM_UNIT, pieces, 2, &uneven, NULL) == PIM_OK);
    uint64_t both = duration_of(machine, PIM_FROM_UNIT, 0, 2, 8, false);
    uint64_t alone = duration_of(machine, PIM_FROM_UNIT, 1, 1, 16, false);
    ck_assert_uint_eq(uneven, both + alone - machine->call_ps[PIM_FROM_UNIT]); /* one call */
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(only_the_same_host_memory_is_a_broadcast)
{
    struct dpu_machine *machine = test_machine(2);
    uint8_t data[16] = {0};
    struct pim_transfer pieces[] = {{0, DPU_SPACE_WRAM, 0, 8, data}, {1, DPU_SPACE_WRAM, 0, 8, data}};
    uint64_t broadcast, parallel;
    ck_assert(pim_dpu_backend.transfer(machine, PIM_TO_UNIT, pieces, 2, &broadcast, NULL) == PIM_OK);
    pieces[1].data = data + 8;
    ck_assert(pim_dpu_backend.transfer(machine, PIM_TO_UNIT, pieces, 2, &parallel, NULL) == PIM_OK);
    ck_assert_uint_lt(broadcast, parallel);
    /* Reading into the same host memory is no broadcast. */
    pieces[1].data = data;
    ck_assert(pim_dpu_backend.transfer(machine, PIM_FROM_UNIT, pieces, 2, &broadcast, NULL) == PIM_OK);
    pieces[1].data = data + 8;
    ck_assert(pim_dpu_backend.transfer(machine, PIM_FROM_UNIT, pieces, 2, &parallel, NULL) == PIM_OK);
    ck_assert_uint_eq(broadcast, parallel);
    ck_assert_uint_eq(machine->dpus[0].counters.host_write_bytes, 16);
    ck_assert_uint_eq(machine->dpus[0].counters.host_read_bytes, 16);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(a_call_without_bytes_costs_nothing)
{
    struct dpu_machine *machine = test_machine(1);
    uint64_t duration = 1;
    ck_assert(pim_dpu_backend.transfer(machine, PIM_TO_UNIT, NULL, 0, &duration, NULL) == PIM_OK);
    ck_assert_uint_eq(duration, 0);
    ck_assert_uint_eq(duration_of(machine, PIM_TO_UNIT, 0, 1, 0, false), 0);
    pim_dpu_backend.close(machine);
}
END_TEST

/* ------------------------------------------------------------------------------------- launches --- */

START_TEST(a_launch_costs_a_base_and_a_part_per_rank)
{
    static const uint8_t code[8] = {0x00, 0x00, 0x00, 0x20, 0xf3, 0x7e};
    struct pim_segment segments[] = {test_segment(DPU_SPACE_IRAM, 0, code, 8, 8)};
    struct pim_image image = test_image(segments, 1, NULL, 0, 1);
    struct dpu_machine *machine = test_machine(192);
    test_load(machine, 0, 192, &image);
    uint64_t overhead;
    uint32_t two_ranks[] = {5, 6, 130};
    ck_assert(pim_dpu_backend.launch(machine, two_ranks, 3, 1000, PIM_TIMING, &overhead, NULL) == PIM_OK);
    ck_assert_uint_eq(overhead, 119800000 + 2 * 15180000);
    ck_assert_uint_eq(machine->dpus[5].start_ps, 1000 + overhead);
    struct pim_error error = {0};
    ck_assert(pim_dpu_backend.launch(machine, two_ranks + 2, 1, 0, PIM_TIMING, &overhead, &error) == PIM_USAGE);
    ck_assert_str_eq(error.text, "DPU 130: already running");
    uint32_t next[] = {7};
    ck_assert(pim_dpu_backend.launch(machine, next, 1, 0, PIM_REPRESENTATIVE, &overhead, NULL) == PIM_USAGE);
    ck_assert(!machine->dpus[7].running);
    pim_dpu_backend.close(machine);
}
END_TEST

/* Once for each rank that was launched, by whatever call comes first and moves bytes. */
START_TEST(the_first_call_after_a_launch_costs_more)
{
    static const uint8_t code[8] = {0x00, 0x00, 0x00, 0x20, 0xf3, 0x7e};
    static const uint32_t unit = 70;
    struct pim_segment segments[] = {test_segment(DPU_SPACE_IRAM, 0, code, 8, 8)};
    struct pim_image image = test_image(segments, 1, NULL, 0, 1);
    struct dpu_machine *machine = test_machine(128);
    test_load(machine, 0, 128, &image);
    uint64_t usual = duration_of(machine, PIM_FROM_UNIT, 64, 3, 800, false), overhead;
    ck_assert(pim_dpu_backend.launch(machine, &unit, 1, 0, PIM_TIMING, &overhead, NULL) == PIM_OK);
    ck_assert_int_eq(pim_dpu_backend.run_until(machine, unit, UINT64_MAX, NULL), PIM_DONE);
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 0, 3, 800, false), usual); /* the other rank */
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 64, 3, 0, false), 0);
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 64, 3, 800, false), usual + 205000000);
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 64, 3, 800, false), usual);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(a_launch_keeps_state_and_restarts_the_clock)
{
    static const uint8_t code[8] = {0x00, 0x00, 0x00, 0x20, 0xf3, 0x7e};
    struct pim_segment segments[] = {test_segment(DPU_SPACE_IRAM, 0, code, 8, 8)};
    struct pim_image image = test_image(segments, 1, NULL, 0, 1);
    struct dpu_machine *machine = test_machine(1);
    struct dpu *dpu = &machine->dpus[0];
    uint64_t overhead;
    uint32_t unit = 0;
    struct pim_error error = {0};
    ck_assert(pim_dpu_backend.launch(machine, &unit, 1, 0, PIM_TIMING, &overhead, &error) == PIM_USAGE);
    ck_assert_str_eq(error.text, "DPU 0: no program loaded");
    test_load(machine, 0, 1, &image);
    ck_assert(dpu_ready(dpu));
    dpu->tasklets[0].pc = 9;
    dpu->tasklets[0].registers[4] = 44;
    dpu->tasklets[3].pc = 8;
    dpu->wram[12] = 12;
    dpu->atomic_bits[2] = 2;
    dpu->run_bits = (uint64_t)1 << 40 | 6; /* a notify bit, and threads that a fault left running */
    dpu->cycle = 500;
    ck_assert(pim_dpu_backend.launch(machine, &unit, 1, 0, PIM_TIMING, &overhead, NULL) == PIM_OK);
    ck_assert_uint_eq(dpu->run_bits, (uint64_t)1 << 40 | 1);
    ck_assert_uint_eq(dpu->tasklets[0].pc, 0);
    ck_assert_uint_eq(dpu->tasklets[0].registers[4], 44);
    ck_assert_uint_eq(dpu->tasklets[3].pc, 8);
    ck_assert_uint_eq(dpu->wram[12], 12);
    ck_assert_uint_eq(dpu->atomic_bits[2], 2);
    ck_assert_uint_eq(dpu->cycle, 0);
    ck_assert_uint_eq(dpu->tasklets[7].registers[DPU_ID8], 56);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(picoseconds_round_down_from_the_absolute_count)
{
    struct dpu_machine *machine = test_machine(1);
    ck_assert_uint_eq(dpu_picoseconds(machine, 0), 0);
    ck_assert_uint_eq(dpu_picoseconds(machine, 1), 2857);
    ck_assert_uint_eq(dpu_picoseconds(machine, 7), 20000);
    ck_assert_uint_eq(dpu_picoseconds(machine, 350000000), UINT64_C(1000000000000));
    ck_assert_uint_eq(dpu_picoseconds(machine, UINT64_MAX), UINT64_MAX);
    pim_dpu_backend.close(machine);
}
END_TEST

/* --------------------------------------------------------------------------------------- tables --- */

START_TEST(every_parameter_row_is_complete)
{
    for (const struct pim_parameter *row = dpu_parameter_rows; row->key; row++) {
        ck_assert_ptr_eq(test_row(row->key), row); /* no key twice */
        ck_assert_msg(strchr(row->key, '.') && row->help && *row->help, "%s", row->key);
        ck_assert_msg(row->source && *row->source, "%s has no source", row->key);
        ck_assert_msg(row->offset + 8 <= sizeof(struct dpu_parameters), "%s", row->key);
        if (row->type == PIM_CHOICE) {
            ck_assert_int_ge(test_choice(row->choices, row->standard), 0);
            continue;
        }
        double low = strtod(row->minimum, NULL), high = strtod(row->maximum, NULL);
        double value = strtod(row->standard, NULL);
        ck_assert_msg(low <= value && value <= high, "%s", row->key);
        if (!strncmp(row->key, "energy.", 7))
            ck_assert_msg(!strncmp(row->source, "assumption: ", 12), "%s", row->key);
    }
}
END_TEST

START_TEST(the_core_accepts_the_descriptor)
{
    struct pim_error error = {0};
    ck_assert_msg(pim_backend_check(&pim_dpu_backend, &error) == PIM_OK, "%s", error.text);
}
END_TEST

struct target_row { const char *name; uint64_t ranks; double frequency_mhz; };

static const struct target_row target_rows[] = {
    {"upmem-1rank", 1, 350}, {"upmem-640", 10, 267}, {"upmem-2556", 40, 350},
    {"upmem-prim-logs", 40, 350}};

START_TEST(targets_load_and_name_their_sources)
{
    const struct target_row *row = &target_rows[_i];
    char path[1024];
    struct pim_error error = {0};
    struct pim_registry *registry;
    struct pim_target *target;
    struct target_file *file;
    snprintf(path, sizeof path, "%s/emu/targets", getenv("srcdir") ? getenv("srcdir") : ".");
    setenv("PIMENTO_TARGETS", path, 1);
    ck_assert_msg(pim_registry_open(&registry, &error) == PIM_OK, "%s", error.text);
    ck_assert_msg(pim_target_open(registry, row->name, &target, &error) == PIM_OK, "%s", error.text);
    const struct dpu_parameters *parameters = pim_target_parameters(target);
    ck_assert_uint_eq(parameters->ranks, row->ranks);
    ck_assert_double_eq(parameters->frequency_mhz, row->frequency_mhz);
    pim_target_close(target);
    pim_registry_close(registry);
    snprintf(path + strlen(path), sizeof path - strlen(path), "/%s.ini", row->name);
    ck_assert_msg(target_file_read(path, &file, &error) == PIM_OK, "%s", error.text);
    for (size_t i = 0; i < file->count; i++)
        if (file->entries[i].key && strcmp(file->entries[i].section, "target"))
            ck_assert_msg(file->entries[i].source != NULL, "%s:%u: no source", path, file->entries[i].line);
    target_file_free(file);
}
END_TEST

/* A call to ranks 0, 1 and 3 reaches the last one 40 us after the first; a rank that is busy longer than that does not wait twice. */
START_TEST(ranks_get_a_call_one_after_the_other)
{
    uint8_t data[3][8] = {{0}};
    const struct pim_transfer pieces[] = {{0, DPU_SPACE_WRAM, 0, 8, data[0]}, {64, DPU_SPACE_WRAM, 0, 8, data[1]},
                                          {192, DPU_SPACE_WRAM, 0, 8, data[2]}};
    struct pim_device_options options = {.asynchronous = true};
    struct pim_error error = {0};
    struct pim_registry *registry;
    struct pim_target *target;
    struct pim_device *device;
    ck_assert(pim_registry_open(&registry, &error) == PIM_OK);
    ck_assert_msg(pim_target_open(registry, "dpu", &target, &error) == PIM_OK, "%s", error.text);
    ck_assert(pim_target_set(target, "machine.ranks", "4", &error) == PIM_OK);
    ck_assert(pim_device_open(target, &options, &device, &error) == PIM_OK);
    uint64_t bytes_ps = 8 * UINT64_C(1000000000000) / 330000000, one = 46000000 + bytes_ps;
    ck_assert(pim_device_transfer(device, PIM_TO_UNIT, pieces, 3, &error) == PIM_OK);
    ck_assert_uint_eq(pim_device_idle_ps(device, (struct pim_units){0, 64}), one);
    ck_assert_uint_eq(pim_device_idle_ps(device, (struct pim_units){64, 64}), 20000000 + one);
    ck_assert_uint_eq(pim_device_idle_ps(device, (struct pim_units){128, 64}), 0);
    ck_assert_uint_eq(pim_device_idle_ps(device, (struct pim_units){192, 64}), 40000000 + one);
    ck_assert(pim_device_transfer(device, PIM_TO_UNIT, pieces, 3, &error) == PIM_OK);
    ck_assert_uint_eq(pim_device_idle_ps(device, (struct pim_units){192, 64}), 40000000 + 2 * one);
    pim_device_close(device);
    pim_target_close(target);
    pim_registry_close(registry);
}
END_TEST

START_TEST(every_counter_has_a_row)
{
    uint64_t seen[sizeof(struct dpu_counters) / 8] = {0};
    for (const struct pim_counter *row = dpu_counter_rows; row->name; row++) {
        ck_assert_uint_eq(seen[row->offset / 8], 0);
        seen[row->offset / 8] = 1;
    }
    for (size_t i = 0; i < sizeof seen / 8; i++)
        ck_assert_msg(seen[i], "field %zu of struct dpu_counters has no row", i);
}
END_TEST

START_TEST(machines_that_cannot_be_are_refused)
{
    struct pim_error error = {0};
    void *machine = NULL;
    struct dpu_parameters parameters = test_parameters();
    ck_assert(pim_dpu_backend.open(&parameters, 65, &machine, &error) == PIM_USAGE);
    ck_assert_str_eq(error.text, "65 DPUs: the target has 64");
    parameters.wram_bytes = 1001;
    ck_assert(pim_dpu_backend.open(&parameters, 1, &machine, NULL) == PIM_BAD_INPUT);
    parameters = test_parameters();
    parameters.mram_bytes = 1;
    ck_assert(pim_dpu_backend.open(&parameters, 1, &machine, NULL) == PIM_BAD_INPUT);
    parameters = test_parameters();
    parameters.chips = 16;
    ck_assert(pim_dpu_backend.open(&parameters, 1, &machine, NULL) == PIM_BAD_INPUT);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("dpu host link");
    TCase *formula = tcase_create("does measured equal the formula");
    tcase_add_loop_test(formula, measured_bandwidth_equals_the_formula, 0,
                        sizeof link_rows / sizeof *link_rows);
    tcase_add_test(formula, published_end_points_are_exact);
    tcase_add_test(formula, ranks_move_in_parallel);
    tcase_add_test(formula, dpus_with_less_to_move_drop_out);
    tcase_add_test(formula, only_the_same_host_memory_is_a_broadcast);
    tcase_add_test(formula, a_call_without_bytes_costs_nothing);
    tcase_add_test(formula, ranks_get_a_call_one_after_the_other);
    suite_add_tcase(suite, formula);
    TCase *launches = tcase_create("what a launch costs and keeps");
    tcase_add_test(launches, a_launch_costs_a_base_and_a_part_per_rank);
    tcase_add_test(launches, the_first_call_after_a_launch_costs_more);
    tcase_add_test(launches, a_launch_keeps_state_and_restarts_the_clock);
    tcase_add_test(launches, picoseconds_round_down_from_the_absolute_count);
    suite_add_tcase(suite, launches);
    TCase *tables = tcase_create("do the tables hold together");
    tcase_add_test(tables, every_parameter_row_is_complete);
    tcase_add_test(tables, the_core_accepts_the_descriptor);
    tcase_add_loop_test(tables, targets_load_and_name_their_sources, 0, sizeof target_rows / sizeof *target_rows);
    tcase_add_test(tables, every_counter_has_a_row);
    tcase_add_test(tables, machines_that_cannot_be_are_refused);
    suite_add_tcase(suite, tables);
    return suite;
}

TEST_MAIN(make_suite)
