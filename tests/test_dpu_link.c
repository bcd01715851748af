/* Does the host link cost what its formula says, and do the tables hold together? */
#include "dpu_fixture.h"
#include "registry.h"
#include "target_file.h"

#include <math.h>
#include <stdio.h>

enum { PIECE_BYTES = 1 << 20 };

/* What a call costs beside its bytes, in ps: the defaults of the table. */
static const uint64_t to_call = 35900000, from_call = 45000000, control_call = 15000000, word = 1590000, handed = 296000, multiplexer = 15000000;
static const uint64_t after_launch = 176000000;

/* A time at which no module is busy. */
static uint64_t idle_ps(const struct dpu_machine *machine)
{
    uint64_t ps = 0;
    for (size_t i = 0; i < sizeof machine->turns / sizeof *machine->turns; i++)
        ps = machine->turns[i].end_ps > ps ? machine->turns[i].end_ps : ps;
    return ps;
}

/* Duration of one call that moves `bytes` for each of `count` DPUs from unit `first`; the same host memory for all when `same`. */
static uint64_t duration_in(struct dpu_machine *machine, enum pim_direction direction, uint32_t first, uint32_t count,
                            uint64_t bytes, bool same, uint32_t queues)
{
    struct pim_transfer *pieces = calloc(count, sizeof *pieces);
    uint8_t *data = calloc(same ? 1 : count, bytes);
    uint64_t duration = 0;
    for (uint32_t i = 0; i < count; i++)
        pieces[i] = (struct pim_transfer){first + i, DPU_SPACE_MRAM, 0, bytes,
                                          data + (same ? 0 : i * bytes)};
    ck_assert(pim_dpu_backend.transfer(machine, direction, pieces, count, queues, idle_ps(machine), &duration, NULL) == PIM_OK);
    free(data);
    free(pieces);
    return duration;
}

/* The same as the first call of the machine. */
static uint64_t first_duration_of(struct dpu_machine *machine, enum pim_direction direction, uint32_t count, uint64_t bytes, bool same)
{
    dpu_link_reset(machine);
    return duration_in(machine, direction, 0, count, bytes, same, 1);
}

static uint64_t duration_of(struct dpu_machine *machine, enum pim_direction direction, uint32_t first,
                            uint32_t count, uint64_t bytes, bool same)
{
    return duration_in(machine, direction, first, count, bytes, same, 1);
}

/* The same on DPUs 0 to count - 1 when the call serves `queues` ranks. */
static uint64_t duration_of_some(struct dpu_machine *machine, enum pim_direction direction, uint32_t count,
                                 uint64_t bytes, uint32_t queues)
{
    return duration_in(machine, direction, 0, count, bytes, false, queues);
}

static double limit(double one, double full, double n)
{
    return fmin(n * one, full) * 1e9;
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
        uint64_t ps = first_duration_of(machine, row->direction, n, PIECE_BYTES, row->same);
        double measured = (double)n * PIECE_BYTES / ((double)(ps - machine->call_ps[row->direction]) * 1e-12);
        double deviation = 100 * (measured / limit(row->one, row->full, n) - 1);
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
    /* 33 MB to one DPU: exactly a tenth of a second, and the call. */
    ck_assert_uint_eq(first_duration_of(machine, PIM_TO_UNIT, 1, 33000000, false), 100000000000 + to_call);
    /* 12 MB back: the same. */
    ck_assert_uint_eq(first_duration_of(machine, PIM_FROM_UNIT, 1, 12000000, false), 100000000000 + from_call);
    /* 64 DPUs: a hundredth of a second for 1/64 of 66.8, 47.4 and 168.8 MB. */
    ck_assert_uint_eq(first_duration_of(machine, PIM_TO_UNIT, 64, 1043750, false), 10000000000 + to_call);
    ck_assert_uint_eq(first_duration_of(machine, PIM_FROM_UNIT, 64, 740625, false), 10000000000 + from_call);
    ck_assert_uint_eq(first_duration_of(machine, PIM_TO_UNIT, 64, 2637500, true), 10000000000 + to_call);
    pim_dpu_backend.close(machine);
}
END_TEST

/* What m modules of one call move together grows with m^0.41; two ranks are one module. The DPUs of each rank go on at the same pace as long
 * as they do not fill it. */
START_TEST(modules_of_a_call_share_the_host)
{
    static const struct { uint32_t ranks, modules; } rows[] = {{1, 1}, {2, 1}, {3, 2}, {4, 2}, {8, 4}, {32, 16}};
    struct dpu_machine *machine = test_machine(64);
    const uint64_t bytes = 1043750, alone = duration_of(machine, PIM_TO_UNIT, 0, 64, bytes, false) - to_call;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t each = duration_of_some(machine, PIM_TO_UNIT, 64, bytes, rows[i].ranks) - to_call;
        double together = rows[i].modules * (double)alone / (double)each;
        printf("%2u ranks, %2u modules together: %.3f times one\n", rows[i].ranks, rows[i].modules, together);
        ck_assert_double_eq_tol(together, pow(rows[i].modules, 0.41), 1e-4 * together);
    }
    const uint64_t one = first_duration_of(machine, PIM_TO_UNIT, 1, bytes, false);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_uint_eq(duration_of_some(machine, PIM_TO_UNIT, 1, bytes, rows[i].ranks), one);
    pim_dpu_backend.close(machine);
}
END_TEST

/* 8 bytes of `space` to one DPU of a rank in a call that begins at start_ps: when it ends. */
static uint64_t end_of(struct dpu_machine *machine, uint32_t rank, uint32_t space, uint64_t start_ps)
{
    uint8_t data[8] = {0};
    const struct pim_transfer piece = {rank * DPU_RANK_DPUS, space, 0, sizeof data, data};
    uint64_t duration_ps;
    ck_assert(pim_dpu_backend.transfer(machine, PIM_TO_UNIT, &piece, 1, 1, start_ps, &duration_ps, NULL) == PIM_OK);
    return start_ps + duration_ps;
}

START_TEST(ranks_of_a_module_take_turns)
{
    struct dpu_machine *machine = test_machine(4 * DPU_RANK_DPUS);
    const uint64_t turn = to_call + 8 * UINT64_C(1000000000000) / 330000000, start = 5000000000, later = start + turn / 2;
    ck_assert_uint_eq(end_of(machine, 0, DPU_SPACE_MRAM, start), start + turn);
    ck_assert_uint_eq(end_of(machine, 2, DPU_SPACE_MRAM, start), start + turn); /* another module */
    ck_assert_uint_eq(end_of(machine, 1, DPU_SPACE_WRAM, later), later + control_call + 2 * word); /* another way */
    ck_assert_uint_eq(end_of(machine, 1, DPU_SPACE_MRAM, later), start + 2 * turn);
    ck_assert_uint_eq(end_of(machine, 0, DPU_SPACE_MRAM, start + turn), start + 3 * turn);
    ck_assert_uint_eq(end_of(machine, 1, DPU_SPACE_MRAM, start + 3 * turn), start + 4 * turn); /* just free */
    ck_assert_uint_eq(end_of(machine, 0, DPU_SPACE_MRAM, 7), 7 + turn); /* before all of them */
    pim_dpu_backend.reset(machine);
    ck_assert_uint_eq(end_of(machine, 3, DPU_SPACE_MRAM, start), start + turn);
    pim_dpu_backend.close(machine);
    struct dpu_parameters parameters = test_parameters();
    parameters.ranks = 2;
    parameters.module_ranks = 1;
    machine = test_machine_with(&parameters, 2 * DPU_RANK_DPUS);
    ck_assert_uint_eq(end_of(machine, 0, DPU_SPACE_MRAM, start), start + turn);
    ck_assert_uint_eq(end_of(machine, 1, DPU_SPACE_MRAM, start), start + turn);
    pim_dpu_backend.close(machine);
}
END_TEST

/* A copy to a DPU, to another one, to the same, back from it, then a launch that turns them all; WRAM has no multiplexer. */
START_TEST(calls_to_other_dpus_turn_multiplexers)
{
    struct dpu_machine *machine = test_machine(2 * DPU_RANK_DPUS);
    static const struct { uint32_t first, count; uint64_t turned; } calls[] = {
        {5, 1, 0}, {6, 1, 15000000}, {6, 1, 0}, {64, 1, 0}, {6, 1, 0}, {6, 2, 15000000}, {6, 2, 0}, {7, 1, 15000000}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, calls[i].first, calls[i].count, 12000000, false),
                          100000000000 + from_call + calls[i].turned);
    ck_assert_uint_eq(end_of(machine, 0, DPU_SPACE_WRAM, 0), control_call + 2 * word);
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 7, 1, 12000000, false), 100000000000 + from_call);
    const uint32_t unit = 9;
    dpu_link_launched(machine, &unit, 1);
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 8, 1, 12000000, false), 100000000000 + from_call + after_launch);
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 9, 1, 12000000, false), 100000000000 + from_call + multiplexer);
    pim_dpu_backend.reset(machine);
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 8, 1, 12000000, false), 100000000000 + from_call);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(a_host_that_is_not_ready_needs_longer_to_begin)
{
    struct dpu_parameters parameters = test_parameters();
    parameters.ranks = 2;
    parameters.to_start_us = 100;
    struct dpu_machine *machine = test_machine_with(&parameters, 2 * DPU_RANK_DPUS);
    const uint64_t turn = to_call + 8 * UINT64_C(1000000000000) / 330000000, begin = 100000000;
    ck_assert_uint_eq(end_of(machine, 0, DPU_SPACE_MRAM, 0), begin + turn);
    ck_assert_uint_eq(end_of(machine, 1, DPU_SPACE_MRAM, 0), begin + 2 * turn); /* both begin, then they take turns */
    ck_assert_uint_eq(end_of(machine, 0, DPU_SPACE_WRAM, 0), control_call + 2 * word);
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 0, 1, 12000000, false), 100000000000 + from_call);
    pim_dpu_backend.close(machine);
}
END_TEST

/* Where a rank is has no influence. */
START_TEST(ranks_cost_the_same)
{
    struct dpu_machine *machine = test_machine(192);
    uint64_t one = duration_of(machine, PIM_TO_UNIT, 0, 64, 4096, false);
    ck_assert_uint_eq(duration_of(machine, PIM_TO_UNIT, 64, 64, 4096, false), one);
    ck_assert_uint_eq(duration_of(machine, PIM_TO_UNIT, 128, 64, 4096, false), one);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(dpus_with_less_to_move_drop_out)
{
    static uint8_t data[3 << 20];
    struct dpu_machine *machine = test_machine(64);
    struct pim_transfer pieces[64];
    for (uint32_t i = 0; i < 64; i++) /* 1 MiB for all, 2 more for the last */
        pieces[i] = (struct pim_transfer){i, DPU_SPACE_MRAM, 0, i < 63 ? 1 << 20 : 3 << 20, data};
    uint64_t uneven;
    ck_assert(pim_dpu_backend.transfer(machine, PIM_FROM_UNIT, pieces, 64, 1, 0, &uneven, NULL) == PIM_OK);
    uint64_t all = duration_of(machine, PIM_FROM_UNIT, 0, 64, 1 << 20, false);
    uint64_t alone = first_duration_of(machine, PIM_FROM_UNIT, 1, 2 << 20, false);
    ck_assert_uint_eq(uneven, all + alone - from_call); /* one call */
    pim_dpu_backend.close(machine);
}
END_TEST

/* Bytes of WRAM or IRAM for each of `count` DPUs: 15 us, and 1.59 us for each word and each of the places in the 8 chips. */
struct word_row { uint32_t space, count; uint64_t bytes, words, places; };

static const struct word_row word_rows[] = {
    {DPU_SPACE_WRAM, 1, 4, 1, 1},    {DPU_SPACE_WRAM, 8, 4, 1, 1},   {DPU_SPACE_WRAM, 9, 4, 1, 2},
    {DPU_SPACE_WRAM, 60, 64, 16, 8}, {DPU_SPACE_WRAM, 64, 64, 16, 8}, {DPU_SPACE_WRAM, 64, 65536, 16384, 8},
    {DPU_SPACE_IRAM, 3, 16, 4, 1},
};

START_TEST(words_go_through_the_control_interface)
{
    static uint8_t data[65536];
    const struct word_row *row = &word_rows[_i];
    struct dpu_machine *machine = test_machine(64);
    struct pim_transfer pieces[64];
    for (uint32_t i = 0; i < row->count; i++)
        pieces[i] = (struct pim_transfer){i, row->space, 0, row->bytes, data};
    for (enum pim_direction direction = PIM_TO_UNIT; direction <= PIM_FROM_UNIT; direction++) {
        uint64_t ps;
        ck_assert(pim_dpu_backend.transfer(machine, direction, pieces, row->count, 7, 0, &ps, NULL) == PIM_OK);
        ck_assert_uint_eq(ps, control_call + word * row->words * row->places);
    }
    pim_dpu_backend.close(machine);
}
END_TEST

/* Both ways in one call: one after the other. Of two DPUs the one with less WRAM drops out. */
START_TEST(each_way_has_its_own_cost)
{
    static uint8_t data[33000];
    struct dpu_machine *machine = test_machine(9);
    const struct pim_transfer pieces[] = {{0, DPU_SPACE_MRAM, 0, 33000, data}, {0, DPU_SPACE_WRAM, 0, 8, data},
                                          {8, DPU_SPACE_WRAM, 0, 24, data}, {3, DPU_SPACE_MRAM, 0, 0, data}};
    uint64_t ps;
    ck_assert(pim_dpu_backend.transfer(machine, PIM_TO_UNIT, pieces, 4, 1, 0, &ps, NULL) == PIM_OK);
    ck_assert_uint_eq(ps, to_call + 100000000 + control_call + 6 * word);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(only_the_same_host_memory_is_a_broadcast)
{
    static uint8_t data[64 * 4096];
    struct dpu_machine *machine = test_machine(64);
    struct pim_transfer pieces[64];
    uint64_t broadcast = duration_of(machine, PIM_TO_UNIT, 0, 64, 4096, true), parallel;
    for (uint32_t i = 0; i < 64; i++)
        pieces[i] = (struct pim_transfer){i, DPU_SPACE_MRAM, 0, 4096, data};
    pieces[63].data = data + 8; /* one of them has data of its own */
    ck_assert(pim_dpu_backend.transfer(machine, PIM_TO_UNIT, pieces, 64, 1, idle_ps(machine), &parallel, NULL) == PIM_OK);
    ck_assert_uint_lt(broadcast, parallel);
    ck_assert_uint_eq(parallel, duration_of(machine, PIM_TO_UNIT, 0, 64, 4096, false));
    /* Reading into the same host memory is no broadcast. */
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 0, 64, 4096, true), duration_of(machine, PIM_FROM_UNIT, 0, 64, 4096, false));
    ck_assert_uint_eq(machine->dpus[0].counters.host_write_bytes, 3 * 4096);
    ck_assert_uint_eq(machine->dpus[0].counters.host_read_bytes, 2 * 4096);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(a_call_without_bytes_costs_nothing)
{
    struct dpu_machine *machine = test_machine(1);
    uint64_t duration = 1;
    ck_assert(pim_dpu_backend.transfer(machine, PIM_TO_UNIT, NULL, 0, 1, 0, &duration, NULL) == PIM_OK);
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
    ck_assert_uint_eq(duration_of(machine, PIM_FROM_UNIT, 64, 3, 800, false), usual + after_launch);
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
    {"upmem-prim-logs", 40, 350}, {"upmem-gemv-logs", 32, 350}};

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

static struct pim_device *open_device(const char *ranks, bool asynchronous, struct pim_registry **registry, struct pim_target **target)
{
    struct pim_device_options options = {.asynchronous = asynchronous};
    struct pim_error error = {0};
    struct pim_device *device;
    ck_assert(pim_registry_open(registry, &error) == PIM_OK);
    ck_assert_msg(pim_target_open(*registry, "dpu", target, &error) == PIM_OK, "%s", error.text);
    ck_assert(pim_target_set(*target, "machine.ranks", ranks, &error) == PIM_OK);
    ck_assert(pim_device_open(*target, &options, &device, &error) == PIM_OK);
    return device;
}

static void close_device(struct pim_device *device, struct pim_registry *registry, struct pim_target *target)
{
    pim_device_close(device);
    pim_target_close(target);
    pim_registry_close(registry);
}

/* The host hands a call to ranks 0, 1 and 3 over piece by piece; a piece without bytes takes no time, and a rank that is busy for longer does
 * not wait twice. */
START_TEST(ranks_get_a_call_piece_by_piece)
{
    uint8_t data[4][8] = {{0}};
    const struct pim_transfer pieces[] = {{0, DPU_SPACE_WRAM, 0, 8, data[0]}, {8, DPU_SPACE_WRAM, 0, 8, data[3]},
                                          {64, DPU_SPACE_WRAM, 0, 8, data[1]}, {65, DPU_SPACE_WRAM, 0, 0, NULL},
                                          {192, DPU_SPACE_WRAM, 0, 8, data[2]}};
    struct pim_error error = {0};
    struct pim_registry *registry;
    struct pim_target *target;
    struct pim_device *device = open_device("4", true, &registry, &target);
    const uint64_t one = control_call + 2 * word;
    ck_assert(pim_device_transfer(device, PIM_TO_UNIT, pieces, 5, &error) == PIM_OK);
    ck_assert_uint_eq(pim_device_idle_ps(device, (struct pim_units){0, 64}), 2 * handed + one);
    ck_assert_uint_eq(pim_device_idle_ps(device, (struct pim_units){64, 64}), 3 * handed + one);
    ck_assert_uint_eq(pim_device_idle_ps(device, (struct pim_units){128, 64}), 0);
    ck_assert_uint_eq(pim_device_idle_ps(device, (struct pim_units){192, 64}), 4 * handed + one);
    ck_assert(pim_device_transfer(device, PIM_TO_UNIT, pieces, 5, &error) == PIM_OK);
    ck_assert_uint_eq(pim_device_idle_ps(device, (struct pim_units){192, 64}), 4 * handed + 2 * one);
    close_device(device, registry, target);
}
END_TEST

/* What the core adds and says to the back-end: the pieces, the time, on how many ranks. 64 DPUs of one rank, of two that take turns, of three
 * in two modules. */
START_TEST(a_device_shares_the_host_among_ranks)
{
    enum { BYTES = 65536 };
    static uint8_t data[64 * BYTES];
    struct pim_transfer pieces[192];
    struct pim_error error = {0};
    struct pim_registry *registry;
    struct pim_target *target;
    struct pim_device *device = open_device("3", false, &registry, &target);
    for (uint32_t i = 0; i < 192; i++)
        pieces[i] = (struct pim_transfer){i, DPU_SPACE_MRAM, 0, BYTES, data + i % 64 * BYTES};
    const uint64_t bytes_ps = 64 * UINT64_C(65536) * 1000000000000 / 6680000000;
    ck_assert(pim_device_transfer(device, PIM_TO_UNIT, pieces, 64, &error) == PIM_OK);
    const uint64_t one = pim_device_ledger(device)->transfer_ps;
    ck_assert_uint_eq(one, 64 * handed + to_call + bytes_ps);
    ck_assert_uint_eq(pim_device_ledger(device)->to_unit_ps, one);
    ck_assert(pim_device_transfer(device, PIM_TO_UNIT, pieces, 128, &error) == PIM_OK);
    const uint64_t two = pim_device_ledger(device)->transfer_ps - one;
    ck_assert_uint_eq(two, 64 * handed + 2 * (to_call + bytes_ps));
    ck_assert(pim_device_transfer(device, PIM_TO_UNIT, pieces, 192, &error) == PIM_OK);
    const uint64_t three = pim_device_ledger(device)->transfer_ps - one - two;
    ck_assert_double_eq_tol((double)(three - 64 * handed - 2 * to_call) / (double)(2 * bytes_ps), pow(2, 1 - 0.41), 1e-4);
    /* Rank 1 has all its pieces before rank 0 has had its turn. */
    for (uint32_t i = 63; i < 128; i++)
        pieces[i] = (struct pim_transfer){i == 63 ? 0 : i, DPU_SPACE_MRAM, 0, 8, data + 8 * i};
    ck_assert(pim_device_transfer(device, PIM_TO_UNIT, pieces + 63, 65, &error) == PIM_OK);
    ck_assert_uint_eq(pim_device_ledger(device)->transfer_ps - one - two - three,
                      handed + multiplexer + 2 * to_call + 8 * UINT64_C(1000000000000) / 330000000 + 512 * UINT64_C(1000000000000) / 6680000000);
    close_device(device, registry, target);
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
    tcase_add_test(formula, modules_of_a_call_share_the_host);
    tcase_add_test(formula, ranks_of_a_module_take_turns);
    tcase_add_test(formula, calls_to_other_dpus_turn_multiplexers);
    tcase_add_test(formula, a_host_that_is_not_ready_needs_longer_to_begin);
    tcase_add_test(formula, ranks_cost_the_same);
    tcase_add_loop_test(formula, words_go_through_the_control_interface, 0, sizeof word_rows / sizeof *word_rows);
    tcase_add_test(formula, each_way_has_its_own_cost);
    tcase_add_test(formula, dpus_with_less_to_move_drop_out);
    tcase_add_test(formula, only_the_same_host_memory_is_a_broadcast);
    tcase_add_test(formula, a_call_without_bytes_costs_nothing);
    tcase_add_test(formula, ranks_get_a_call_piece_by_piece);
    tcase_add_test(formula, a_device_shares_the_host_among_ranks);
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
