/* Memory of the DPU machine: what idle DPUs cost, what a load changes, who shares code, host access rules, snapshots. */
#include "dpu_fixture.h"

#include <stdio.h>
#include <unistd.h>

static uint64_t resident_bytes(void)
{
    unsigned long long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return 0;
    if (fscanf(file, "%llu %llu", &size, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

START_TEST(idle_dpus_are_cheap)
{
    enum { UNITS = 2560 };
    static const uint8_t code[8] = {0x00, 0x00, 0x00, 0x20, 0xf3, 0x7e};
    struct pim_segment segments[] = {test_segment(DPU_SPACE_IRAM, 0, code, 8, 8)};
    struct pim_image image = test_image(segments, 1, NULL, 0, 1);
    uint64_t before = resident_bytes();
    struct dpu_machine *machine = test_machine(UNITS);
    uint64_t opened = resident_bytes();
    test_load(machine, 0, UNITS, &image);
    uint64_t loaded = resident_bytes();
    static uint32_t units[UNITS];
    uint64_t overhead;
    for (uint32_t i = 0; i < UNITS; i++)
        units[i] = i;
    ck_assert(pim_dpu_backend.launch(machine, units, UNITS, 0, PIM_TIMING, &overhead, NULL) == PIM_OK);
    for (uint32_t i = 0; i < UNITS; i++)
        ck_assert_int_eq(pim_dpu_backend.run_until(machine, i, 1000, NULL), PIM_DONE);
    uint64_t launched = resident_bytes();
    printf("2560 DPUs: %.1f MiB resident idle, %.1f MiB with a program loaded, %.1f MiB after a launch\n",
           (double)(opened - before) / (1 << 20), (double)(loaded - before) / (1 << 20),
           (double)(launched - before) / (1 << 20));
    if (before) {
        ck_assert_uint_lt(opened - before, (uint64_t)64 << 20);
        ck_assert_uint_lt(loaded - before, (uint64_t)64 << 20);
        ck_assert_uint_lt(launched - before, (uint64_t)1 << 30);
    }
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(absent_mram_reads_as_zeros_and_clearing_it_allocates_nothing)
{
    struct dpu_machine *machine = test_machine(1);
    uint8_t bytes[64];
    memset(bytes, 0xff, sizeof bytes);
    ck_assert(test_move(machine, PIM_FROM_UNIT, 0, DPU_SPACE_MRAM, DPU_MRAM_PAGE_BYTES - 32, bytes, 64) == PIM_OK);
    for (int i = 0; i < 64; i++)
        ck_assert_uint_eq(bytes[i], 0);
    dpu_mram_clear(&machine->dpus[0], 0, DPU_MRAM_BYTES);
    ck_assert_ptr_null(machine->dpus[0].mram_pages);
    ck_assert_ptr_null(machine->dpus[0].wram);
    pim_dpu_backend.close(machine);
}
END_TEST

/* ----------------------------------------------------------------------------------------- load --- */

START_TEST(a_load_keeps_what_it_does_not_cover)
{
    static const uint8_t data[] = {1, 2, 3, 4};
    struct pim_segment segments[] = {
        test_segment(DPU_SPACE_WRAM, 16, data, 4, 8),
        test_segment(DPU_SPACE_MRAM, DPU_MRAM_PAGE_BYTES - 2, data, 4, 6),
    };
    struct pim_image image = test_image(segments, 2, NULL, 0, 1);
    struct dpu_machine *machine = test_machine(1);
    struct dpu *dpu = &machine->dpus[0];
    uint8_t before[32], after[32], expected_wram[32];
    memset(before, 0xaa, sizeof before);
    memcpy(expected_wram, before, 32);
    memcpy(expected_wram + 16, data, 4);
    memset(expected_wram + 20, 0, 4);
    uint8_t expected_mram[32];
    memcpy(expected_mram, before, 32);
    memcpy(expected_mram + 8, data, 4);
    memset(expected_mram + 12, 0, 2);
    uint32_t mram = DPU_MRAM_PAGE_BYTES - 10;
    ck_assert(test_move(machine, PIM_TO_UNIT, 0, DPU_SPACE_WRAM, 0, before, 32) == PIM_OK);
    ck_assert(test_move(machine, PIM_TO_UNIT, 0, DPU_SPACE_MRAM, mram, before, 32) == PIM_OK);
    dpu->atomic_bits[3] = 0x55;
    test_load(machine, 0, 1, &image);
    ck_assert(test_move(machine, PIM_FROM_UNIT, 0, DPU_SPACE_WRAM, 0, after, 32) == PIM_OK);
    ck_assert_mem_eq(after, expected_wram, 32);
    ck_assert(test_move(machine, PIM_FROM_UNIT, 0, DPU_SPACE_MRAM, mram, after, 32) == PIM_OK);
    ck_assert_mem_eq(after, expected_mram, 32);
    ck_assert_uint_eq(dpu->atomic_bits[3], 0x55);
    pim_dpu_backend.close(machine);
}
END_TEST

struct refused_segment { struct pim_segment segment; const char *expected; };

static const struct refused_segment refused_segments[] = {
    {{.space = DPU_SPACE_WRAM, .address = 65532, .memory_bytes = 8}, "do not fit"},
    {{.space = DPU_SPACE_WRAM, .address = UINT64_MAX, .memory_bytes = 2}, "do not fit"},
    {{.space = DPU_SPACE_MRAM, .address = 8, .memory_bytes = UINT64_MAX - 4}, "do not fit"},
    {{.space = DPU_SPACE_MRAM, .address = DPU_MRAM_BYTES, .memory_bytes = 1}, "do not fit"},
    {{.space = DPU_SPACE_IRAM, .address = 8, .memory_bytes = 32768}, "do not fit"},
    {{.space = DPU_SPACE_IRAM, .address = 4, .memory_bytes = 8}, "multiples of 8"},
    {{.space = DPU_SPACE_IRAM, .address = 0, .memory_bytes = 12}, "multiples of 8"},
    {{.space = DPU_SPACE_ATOMIC, .address = 0, .memory_bytes = 1}, "no loadable space"},
    {{.space = PIM_NO_SPACE, .address = 0, .memory_bytes = 1}, "no loadable space"},
    {{.space = DPU_SPACE_WRAM, .address = 0, .data_bytes = 2, .memory_bytes = 1}, "of memory"},
};

START_TEST(segments_that_do_not_fit_are_refused)
{
    struct pim_segment segment = refused_segments[_i].segment;
    struct pim_image image = test_image(&segment, 1, NULL, 0, 1);
    struct dpu_machine *machine = test_machine(1);
    struct pim_error error = {0};
    ck_assert(pim_dpu_backend.load(machine, (uint32_t[]){0}, 1, &image, &error) == PIM_BAD_INPUT);
    ck_assert_msg(strstr(error.text, refused_segments[_i].expected) != NULL, "%s", error.text);
    ck_assert_ptr_null(machine->dpus[0].code);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(too_many_tasklets_are_refused)
{
    struct pim_symbol symbols[] = {
        {.name = "NR_TASKLETS", .space = PIM_NO_SPACE, .value = 25, .section = ""}};
    struct pim_image image = test_image(NULL, 0, symbols, 1, 1);
    struct dpu_machine *machine = test_machine(1);
    struct pim_error error = {0};
    ck_assert(pim_dpu_backend.load(machine, (uint32_t[]){0}, 1, &image, &error) == PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "test.elf: built for 25 tasklets, the target has 24");
    symbols[0].value = 24;
    test_load(machine, 0, 1, &image);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(the_clock_is_written_to_its_host_variable)
{
    struct pim_symbol symbols[] = {{.name = "CLOCKS_PER_SEC", .space = DPU_SPACE_WRAM, .value = 24,
                                    .size = 4, .section = ".data.__sys_host", .host_visible = true}};
    struct pim_image image = test_image(NULL, 0, symbols, 1, 1);
    struct dpu_machine *machine = test_machine(1);
    uint8_t bytes[4];
    test_load(machine, 0, 1, &image);
    ck_assert(test_move(machine, PIM_FROM_UNIT, 0, DPU_SPACE_WRAM, 24, bytes, 4) == PIM_OK);
    ck_assert_uint_eq(bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24, 350000000);
    pim_dpu_backend.close(machine);
}
END_TEST

/* -------------------------------------------------------------------------------- shared code --- */

static const uint8_t two_words[16] = {0x00, 0x00, 0x00, 0x20, 0xf3, 0x7e, 0, 0,
                                      0x01, 0x00, 0x00, 0x21, 0xf3, 0x7e, 0, 0};

START_TEST(equal_programs_share_code_until_one_changes_it)
{
    struct pim_segment segments[] = {test_segment(DPU_SPACE_IRAM, 0, two_words, 16, 16)};
    struct pim_image image = test_image(segments, 1, NULL, 0, 7);
    struct dpu_machine *machine = test_machine(3);
    struct dpu *dpus = machine->dpus;
    test_load(machine, 0, 2, &image);
    test_load(machine, 2, 1, &image);
    ck_assert_ptr_eq(dpus[0].code, dpus[1].code);
    ck_assert_ptr_eq(dpus[0].code, dpus[2].code);
    uint8_t word[8] = {0x05, 0x00, 0x00, 0x21, 0xf3, 0x7e, 0xff, 0xff};
    ck_assert(test_move(machine, PIM_TO_UNIT, 1, DPU_SPACE_IRAM, 8, word, 8) == PIM_OK);
    ck_assert_ptr_ne(dpus[0].code, dpus[1].code);
    ck_assert_ptr_eq(dpus[0].code, dpus[2].code);
    ck_assert_uint_eq(dpus[0].code->words[1], TEST_STOP_AT(1));
    ck_assert_uint_eq(dpus[1].code->words[1], TEST_STOP_AT(5)); /* 48 bits are kept */
    ck_assert_uint_eq(dpus[1].code->instructions[1].pc, 5);
    ck_assert_uint_eq(dpus[1].code->words[0], TEST_STOP);
    const struct dpu_code *own = dpus[1].code;
    ck_assert(test_move(machine, PIM_TO_UNIT, 1, DPU_SPACE_IRAM, 16, word, 8) == PIM_OK);
    ck_assert_ptr_eq(dpus[1].code, own);
    uint8_t back[8];
    ck_assert(test_move(machine, PIM_FROM_UNIT, 1, DPU_SPACE_IRAM, 16, back, 8) == PIM_OK);
    ck_assert_mem_eq(back, ((uint8_t[]){0x05, 0x00, 0x00, 0x21, 0xf3, 0x7e, 0, 0}), 8);
    pim_dpu_backend.close(machine);
}
END_TEST

static uint64_t call_word(uint8_t link, uint8_t base, int32_t target)
{
    const struct dpu_instruction call = {.form = DPU_CALLrri, .rc = link, .ra = base, .off = target};
    uint64_t word;
    ck_assert(dpu_encode(&call, &word));
    return word;
}

/* Which of the symbols of a program built with -pg there are, and what becomes of a call. */
static const struct { bool mcount, ret_mcount, table; uint8_t link, base; int32_t target; bool dropped; } profiled[] = {
    {true, true, true, 23, DPU_ZERO, 7, true},
    {true, true, true, 23, DPU_ZERO, 8, false},
    {true, true, true, 22, DPU_ZERO, 7, false},
    {true, true, true, 23, DPU_ONE, 7, false},
    {true, false, true, 23, DPU_ZERO, 7, false},
    {true, true, false, 23, DPU_ZERO, 7, false},
    {false, true, true, 23, DPU_ZERO, 7, false},
};

START_TEST(a_call_of_mcount_is_loaded_as_nop)
{
    uint64_t call = call_word(profiled[_i].link, profiled[_i].base, profiled[_i].target);
    uint8_t bytes[8];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(call >> 8 * i);
    struct pim_segment segments[] = {test_segment(DPU_SPACE_IRAM, 0, bytes, 8, 8)};
    struct pim_symbol symbols[] = {
        {.name = profiled[_i].mcount ? "mcount" : "main", .space = DPU_SPACE_IRAM, .value = 56, .section = ".text"},
        {.name = profiled[_i].ret_mcount ? "ret_mcount" : "main", .space = DPU_SPACE_IRAM, .value = 64, .section = ".text"},
        {.name = profiled[_i].table ? "thread_profiling" : "t", .space = DPU_SPACE_WRAM, .value = 16, .section = ".data"}};
    struct pim_image plain = test_image(segments, 1, NULL, 0, 7), image = test_image(segments, 1, symbols, 3, 7);
    struct dpu_machine *machine = test_machine(2);
    test_load(machine, 0, 1, &plain); /* of the same bytes, and shares its code with others */
    test_load(machine, 1, 1, &image);
    const struct dpu *dpus = machine->dpus;
    ck_assert_uint_eq(dpus[0].code->words[0], call);
    ck_assert_uint_eq(dpus[1].code->words[0], profiled[_i].dropped ? UINT64_C(0x7c6300000000) : call);
    ck_assert_uint_eq(dpus[1].code->instructions[0].form, profiled[_i].dropped ? DPU_NOP : DPU_CALLrri);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(a_second_program_lies_over_the_first)
{
    struct pim_segment first[] = {test_segment(DPU_SPACE_IRAM, 0, two_words, 16, 16)};
    struct pim_segment second[] = {test_segment(DPU_SPACE_IRAM, 0, two_words + 8, 8, 8)};
    struct pim_image images[] = {test_image(first, 1, NULL, 0, 7), test_image(second, 1, NULL, 0, 8)};
    struct dpu_machine *machine = test_machine(2);
    test_load(machine, 0, 2, &images[0]);
    test_load(machine, 0, 2, &images[1]);
    const struct dpu_code *code = machine->dpus[0].code;
    ck_assert_ptr_eq(code, machine->dpus[1].code);
    ck_assert_uint_eq(code->words[0], TEST_STOP_AT(1));
    ck_assert_uint_eq(code->words[1], TEST_STOP_AT(1));
    ck_assert_uint_eq(code->loaded[0], 3);
    ck_assert_int_eq(code->instructions[2].form, DPU_UNDEFINED);
    pim_dpu_backend.reset(machine);
    ck_assert_ptr_null(machine->dpus[0].code);
    pim_dpu_backend.close(machine);
}
END_TEST

/* -------------------------------------------------------------------------------- host access --- */

struct access_row { uint32_t unit, space; uint64_t offset, bytes; bool running; enum pim_status expected; };

static const struct access_row access_rows[] = {
    {0, DPU_SPACE_WRAM, 65532, 4, false, PIM_OK},
    {0, DPU_SPACE_WRAM, 65532, 4, true, PIM_OK},
    {0, DPU_SPACE_WRAM, 65532, 8, false, PIM_USAGE},
    {0, DPU_SPACE_WRAM, 2, 4, false, PIM_USAGE},
    {0, DPU_SPACE_WRAM, 4, 2, false, PIM_USAGE},
    {0, DPU_SPACE_MRAM, 3, 5, false, PIM_OK},
    {0, DPU_SPACE_MRAM, DPU_MRAM_BYTES - 1, 1, false, PIM_OK},
    {0, DPU_SPACE_MRAM, DPU_MRAM_BYTES - 1, 2, false, PIM_USAGE},
    {0, DPU_SPACE_MRAM, UINT64_MAX, 2, false, PIM_USAGE},
    {0, DPU_SPACE_MRAM, 0, 8, true, PIM_USAGE},
    {0, DPU_SPACE_IRAM, 32760, 8, false, PIM_OK},
    {0, DPU_SPACE_IRAM, 32764, 8, false, PIM_USAGE},
    {0, DPU_SPACE_IRAM, 0, 4, false, PIM_USAGE},
    {0, DPU_SPACE_IRAM, 0, 8, true, PIM_USAGE},
    {0, DPU_SPACE_ATOMIC, 0, 8, false, PIM_USAGE},
    {1, DPU_SPACE_WRAM, 0, 4, false, PIM_USAGE},
};

START_TEST(host_accesses_are_checked)
{
    const struct access_row *row = &access_rows[_i];
    struct dpu_machine *machine = test_machine(1);
    uint8_t bytes[8] = {0};
    machine->dpus[0].running = row->running;
    for (enum pim_direction way = PIM_TO_UNIT; way <= PIM_FROM_UNIT; way++)
        ck_assert_int_eq(test_move(machine, way, row->unit, row->space, row->offset, bytes, row->bytes),
                         row->expected);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(one_bad_piece_moves_nothing)
{
    struct dpu_machine *machine = test_machine(1);
    uint8_t bytes[4] = {1, 2, 3, 4}, back[4];
    struct pim_transfer pieces[] = {{0, DPU_SPACE_WRAM, 0, 4, bytes}, {0, DPU_SPACE_WRAM, 1, 4, bytes}};
    uint64_t duration;
    ck_assert(pim_dpu_backend.transfer(machine, PIM_TO_UNIT, pieces, 2, 1, 0, &duration, NULL) == PIM_USAGE);
    ck_assert(test_move(machine, PIM_FROM_UNIT, 0, DPU_SPACE_WRAM, 0, back, 4) == PIM_OK);
    ck_assert_mem_eq(back, ((uint8_t[4]){0}), 4);
    ck_assert_uint_eq(machine->dpus[0].counters.host_write_bytes, 0);
    pim_dpu_backend.close(machine);
}
END_TEST

/* ---------------------------------------------------------------------------------- snapshots --- */

static struct dpu_machine *machine_with_state(struct pim_image *image)
{
    struct dpu_machine *machine = test_machine(2);
    struct dpu *dpu = &machine->dpus[0];
    test_load(machine, 0, 2, image);
    ck_assert(dpu_ready(dpu));
    dpu->tasklets[5].registers[3] = 77;
    dpu->tasklets[5].pc = 9;
    dpu->atomic_bits[1] = 3;
    dpu->cycle = 1234;
    dpu->started = 0x21;
    dpu->counters.instructions = 99;
    dpu->wram[100] = 42;
    ck_assert(dpu_mram_write(dpu, 3 * DPU_MRAM_PAGE_BYTES - 1, "xy", 2));
    return machine;
}

START_TEST(a_snapshot_brings_everything_back)
{
    struct pim_segment segments[] = {test_segment(DPU_SPACE_IRAM, 0, two_words, 16, 16)};
    struct pim_image image = test_image(segments, 1, NULL, 0, 7);
    struct dpu_machine *machine = machine_with_state(&image);
    struct dpu *dpu = &machine->dpus[0];
    void *state, *again;
    size_t bytes, bytes_again;
    ck_assert(pim_dpu_backend.snapshot(machine, 0, &state, &bytes, NULL) == PIM_OK);
    uint8_t word[8] = {0x05, 0x00, 0x00, 0x21, 0xf3, 0x7e};
    ck_assert(test_move(machine, PIM_TO_UNIT, 0, DPU_SPACE_IRAM, 8, word, 8) == PIM_OK);
    memset(dpu->tasklets[5].registers, 0, 8);
    dpu->wram[100] = 1;
    dpu->cycle = 1;
    dpu->counters = (struct dpu_counters){0};
    ck_assert(dpu_mram_write(dpu, 7 * DPU_MRAM_PAGE_BYTES, "z", 1));
    ck_assert(dpu_mram_write(dpu, 3 * DPU_MRAM_PAGE_BYTES, "z", 1));
    ck_assert(pim_dpu_backend.restore(machine, 0, state, bytes, NULL) == PIM_OK);
    ck_assert_uint_eq(dpu->code->words[1], TEST_STOP_AT(1));
    ck_assert_uint_eq(dpu->code->loaded[0], 3);
    ck_assert_int_eq(dpu->code->instructions[2].form, DPU_UNDEFINED);
    ck_assert_ptr_null(dpu->mram_pages[7]);
    ck_assert(pim_dpu_backend.snapshot(machine, 0, &again, &bytes_again, NULL) == PIM_OK);
    ck_assert_uint_eq(bytes, bytes_again);
    ck_assert_mem_eq(state, again, bytes);
    free(again);
    /* Another DPU of the machine takes it too: units are alike. */
    ck_assert(pim_dpu_backend.restore(machine, 1, state, bytes, NULL) == PIM_OK);
    ck_assert_uint_eq(machine->dpus[1].tasklets[5].registers[3], 77);
    free(state);
    pim_dpu_backend.close(machine);
}
END_TEST

/* A state that the header's hash cannot tell from a good one, since the machine itself made it. */
START_TEST(an_impossible_state_is_refused)
{
    struct pim_segment segments[] = {test_segment(DPU_SPACE_IRAM, 0, two_words, 16, 16)};
    struct pim_image image = test_image(segments, 1, NULL, 0, 7);
    struct dpu_machine *machine = machine_with_state(&image);
    struct dpu *dpu = &machine->dpus[0];
    struct dpu good = *dpu;
    struct pim_error error = {0};
    void *state;
    size_t bytes;
    switch (_i) {
    case 0: dpu->tasklets[3].pc = DPU_IRAM_INSTRUCTIONS; break;
    case 1: dpu->tasklets[23].zf = 2; break;
    case 2: dpu->time.mode = 4; break;
    case 3: dpu->fault = (struct dpu_fault_state){.kind = DPU_FAULT_DMA, .tasklet = 24}; break;
    case 4: dpu->fault = (struct dpu_fault_state){.kind = DPU_FAULT_DMA, .pc = DPU_IRAM_INSTRUCTIONS}; break;
    case 5: dpu->started = UINT32_C(1) << 24; break;
    }
    ck_assert(pim_dpu_backend.snapshot(machine, 0, &state, &bytes, NULL) == PIM_OK);
    *dpu = good;
    dpu->tasklets[3].pc = 0;
    ck_assert(pim_dpu_backend.restore(machine, 0, state, bytes, &error) == PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "DPU 0: snapshot: no state of a DPU");
    free(state);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(a_foreign_or_damaged_snapshot_is_refused)
{
    struct pim_segment segments[] = {test_segment(DPU_SPACE_IRAM, 0, two_words, 16, 16)};
    struct pim_image image = test_image(segments, 1, NULL, 0, 7), other = image;
    other.hash = 8;
    struct dpu_machine *machine = machine_with_state(&image);
    void *state;
    size_t bytes;
    ck_assert(pim_dpu_backend.snapshot(machine, 0, &state, &bytes, NULL) == PIM_OK);
    for (size_t cut = 0; cut < 4; cut++)
        ck_assert(pim_dpu_backend.restore(machine, 0, state, cut * bytes / 4, NULL) == PIM_BAD_INPUT);
    for (size_t at = 0; at < bytes; at += bytes / 13) {
        ((uint8_t *)state)[at] ^= 1;
        ck_assert(pim_dpu_backend.restore(machine, 0, state, bytes, NULL) == PIM_BAD_INPUT);
        ((uint8_t *)state)[at] ^= 1;
    }
    test_load(machine, 0, 1, &other);
    ck_assert(pim_dpu_backend.restore(machine, 0, state, bytes, NULL) == PIM_BAD_INPUT);
    struct dpu_parameters parameters = test_parameters();
    parameters.wram_bytes -= 8;
    struct dpu_machine *smaller = test_machine_with(&parameters, 1);
    test_load(smaller, 0, 1, &image);
    ck_assert(pim_dpu_backend.restore(smaller, 0, state, bytes, NULL) == PIM_BAD_INPUT);
    pim_dpu_backend.close(smaller);
    pim_dpu_backend.close(machine);
    free(state);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("dpu memory");
    TCase *lazy = tcase_create("memory is allocated when it is needed");
    tcase_add_test(lazy, idle_dpus_are_cheap);
    tcase_add_test(lazy, absent_mram_reads_as_zeros_and_clearing_it_allocates_nothing);
    suite_add_tcase(suite, lazy);
    TCase *load = tcase_create("what a load changes");
    tcase_add_test(load, a_load_keeps_what_it_does_not_cover);
    tcase_add_loop_test(load, segments_that_do_not_fit_are_refused, 0,
                        sizeof refused_segments / sizeof *refused_segments);
    tcase_add_test(load, too_many_tasklets_are_refused);
    tcase_add_test(load, the_clock_is_written_to_its_host_variable);
    suite_add_tcase(suite, load);
    TCase *code = tcase_create("who shares code");
    tcase_add_test(code, equal_programs_share_code_until_one_changes_it);
    tcase_add_loop_test(code, a_call_of_mcount_is_loaded_as_nop, 0, sizeof profiled / sizeof *profiled);
    tcase_add_test(code, a_second_program_lies_over_the_first);
    suite_add_tcase(suite, code);
    TCase *access = tcase_create("what the host may touch");
    tcase_add_loop_test(access, host_accesses_are_checked, 0, sizeof access_rows / sizeof *access_rows);
    tcase_add_test(access, one_bad_piece_moves_nothing);
    suite_add_tcase(suite, access);
    TCase *snapshots = tcase_create("does a snapshot bring everything back");
    tcase_add_test(snapshots, a_snapshot_brings_everything_back);
    tcase_add_loop_test(snapshots, an_impossible_state_is_refused, 0, 6);
    tcase_add_test(snapshots, a_foreign_or_damaged_snapshot_is_refused);
    suite_add_tcase(suite, snapshots);
    return suite;
}

TEST_MAIN(make_suite)
