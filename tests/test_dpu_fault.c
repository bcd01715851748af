/* Do the texts about faults and sleeping tasklets say what happened and where? */
#include "dpu_fixture.h"

#include <stdio.h>

/* Words of the disassembly vectors (doc/isa-dpu.md). */
#define WORD_STOP_AT_END 2 /* index of `stop true, __sys_end` */

static const uint8_t code[] = {
    0x00, 0x00, 0x00, 0x20, 0xf3, 0x7e, 0, 0, /* 0 main: stop */
    0x01, 0x00, 0x00, 0x21, 0xf3, 0x7e, 0, 0, /* 1: stop true, 1 */
    0x02, 0x00, 0x00, 0x21, 0xf3, 0x7e, 0, 0, /* 2 __sys_end: stop true, __sys_end */
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, /* 3: no instruction */
};
static struct pim_segment segments[] = {
    {.space = DPU_SPACE_IRAM, .data_bytes = sizeof code, .memory_bytes = sizeof code,
     .data = (uint8_t *)(uintptr_t)code}};
static struct pim_symbol symbols[] = {
    {.name = "main", .space = DPU_SPACE_IRAM, .value = 0, .size = 16, .section = ".text", .function = true},
    {.name = "__sys_end", .space = DPU_SPACE_IRAM, .value = 16, .size = 0, .section = ".text"},
};

static struct pim_image image;

static struct dpu_machine *loaded_machine(uint64_t strict)
{
    struct dpu_parameters parameters = test_parameters();
    parameters.strict = strict;
    struct dpu_machine *machine = test_machine_with(&parameters, 2);
    image = test_image(segments, 1, symbols, 2, 1);
    test_load(machine, 0, 2, &image);
    ck_assert(dpu_ready(&machine->dpus[1]));
    return machine;
}

struct fault_row {
    struct dpu_fault_state fault;
    const char *kind, *reason, *function;
};

static const struct fault_row fault_rows[] = {
    {{.kind = DPU_FAULT_BREAKPOINT, .tasklet = 3, .pc = 1, .code = 0}, "software fault", "fault 0: breakpoint", "main+0x8"},
    {{.kind = DPU_FAULT_BREAKPOINT, .code = 1}, "software fault", "fault 1: heap full", "main"},
    {{.kind = DPU_FAULT_BREAKPOINT, .code = 2}, "software fault", "fault 2: division by zero", "main"},
    {{.kind = DPU_FAULT_BREAKPOINT, .code = 9}, "software fault", "fault 9: performance counter mode not available", "main"},
    {{.kind = DPU_FAULT_BREAKPOINT, .code = 0xffffff}, "software fault", "fault 16777215: a number of the program's own", "main"},
    {{.kind = DPU_FAULT_MEMORY, .address = 0x10004, .bytes = 4}, "memory fault",
     "load of 4 bytes at WRAM 0x10004: past the end (65536 bytes)", "main"},
    {{.kind = DPU_FAULT_MEMORY, .address = 65532, .bytes = 8, .store = true}, "memory fault",
     "store of 8 bytes at WRAM 0xfffc: past the end (65536 bytes)", "main"},
    {{.kind = DPU_FAULT_MEMORY, .address = 0x102, .bytes = 4}, "memory fault",
     "load of 4 bytes at WRAM 0x102: not a multiple of 4", "main"},
    {{.kind = DPU_FAULT_MEMORY, .address = 0x100, .bytes = 4}, "memory fault",
     "load of 4 bytes at WRAM 0x100: past the limit of its checked pointer", "main"},
    {{.kind = DPU_FAULT_MEMORY, .address = 0x10100, .bytes = 0}, "memory fault",
     "checked pointer 0x10100 left its 16 bits", "main"},
    {{.kind = DPU_FAULT_DMA, .address = 0x3fffff8, .bytes = 16}, "DMA fault",
     "DMA of 16 bytes at MRAM 0x3fffff8: past the end (67108864 bytes)", "main"},
    {{.kind = DPU_FAULT_UNDEFINED, .pc = 3}, "undefined instruction", "the word 0xffffffffffff is no instruction", "__sys_end+0x8"},
    {{.kind = DPU_FAULT_NOT_LOADED, .pc = 4}, "instruction not loaded", "nothing was loaded at instruction 4", NULL},
    {{.kind = DPU_FAULT_DEADLOCK}, "deadlock", "the state of the DPU repeats and nothing can change it", "main"},
    {{.kind = DPU_FAULT_STRICT}, "stopped away from the program's end",
     "the launch ended while the tasklet slept, as in a barrier that nobody completes", "main"},
    {{.kind = DPU_FAULT_HOST_MEMORY}, "out of host memory", "the host has no memory left for what the program wrote", "main"},
};

START_TEST(a_fault_says_what_and_where)
{
    const struct fault_row *row = &fault_rows[_i];
    struct dpu_machine *machine = loaded_machine(DPU_OFF);
    struct pim_fault fault;
    ck_assert(!pim_dpu_backend.fault(machine, 1, &fault));
    machine->dpus[1].fault = row->fault;
    ck_assert(pim_dpu_backend.fault(machine, 1, &fault));
    ck_assert_uint_eq(fault.unit, 1);
    ck_assert_int_eq(fault.lane, (int32_t)row->fault.tasklet);
    ck_assert_uint_eq(fault.pc, row->fault.pc);
    ck_assert_str_eq(fault.kind, row->kind);
    ck_assert_str_eq(fault.reason, row->reason);
    if (row->function)
        ck_assert_str_eq(fault.function, row->function);
    ck_assert_str_eq(fault.source, "");
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(a_fault_shows_the_instruction)
{
    struct dpu_machine *machine = loaded_machine(DPU_OFF);
    struct pim_fault fault;
    machine->dpus[1].fault = (struct dpu_fault_state){.kind = DPU_FAULT_BREAKPOINT, .pc = 2};
    ck_assert(pim_dpu_backend.fault(machine, 1, &fault));
    ck_assert_str_eq(fault.function, "__sys_end");
    ck_assert_str_eq(fault.instruction, "stop true, 0x80000010 <__sys_end>");
    pim_dpu_backend.close(machine);
}
END_TEST

/* ------------------------------------------------------------------------- sleeping tasklets --- */

static void end_launch_with(struct dpu *dpu, uint32_t started, uint32_t sleeper)
{
    dpu->started = started;
    for (uint32_t i = 0; i < DPU_TASKLETS; i++)
        dpu->tasklets[i].pc = i == sleeper ? 1 : WORD_STOP_AT_END;
}

START_TEST(a_sleeper_is_named)
{
    struct dpu_machine *machine = loaded_machine(DPU_OFF);
    struct dpu *dpu = &machine->dpus[1];
    end_launch_with(dpu, 0xffffff, DPU_TASKLETS);
    ck_assert_ptr_null(pim_dpu_backend.diagnostics(machine, 1));
    end_launch_with(dpu, 0xff, 7);
    char *text = pim_dpu_backend.diagnostics(machine, 1);
    ck_assert_str_eq(text, "warning: DPU 1: the launch ended while tasklet 7 slept at instruction 0 in main\n");
    free(text);
    end_launch_with(dpu, 0x7f, 7); /* never started: no sleeper */
    ck_assert_ptr_null(pim_dpu_backend.diagnostics(machine, 1));
    dpu->counters.misaligned_dma = 3;
    text = pim_dpu_backend.diagnostics(machine, 1);
    ck_assert_ptr_nonnull(strstr(text, "3 DMA transfers with misaligned addresses"));
    free(text);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(a_program_that_does_not_mark_its_end_has_no_sleepers)
{
    struct dpu_machine *machine = loaded_machine(DPU_OFF);
    end_launch_with(&machine->dpus[1], 0xff, 7);
    image.symbol_count = 1;
    ck_assert_uint_eq(dpu_sleepers(&machine->dpus[1]), 0);
    image.symbol_count = 2;
    ck_assert_uint_eq(dpu_sleepers(&machine->dpus[1]), 0x80);
    pim_dpu_backend.close(machine);
}
END_TEST

/* The program of this suite is one `stop` in main: its tasklet sleeps there. */
START_TEST(strict_makes_a_sleeper_a_fault)
{
    struct dpu_machine *machine = loaded_machine(_i ? DPU_ON : DPU_OFF);
    uint64_t overhead;
    uint32_t unit = 1;
    struct pim_unit_status status;
    struct pim_fault fault;
    ck_assert(pim_dpu_backend.launch(machine, &unit, 1, 0, PIM_TIMING, &overhead, NULL) == PIM_OK);
    struct pim_event_list events = {0};
    ck_assert_int_eq(pim_dpu_backend.run_until(machine, unit, 1000, &events), _i ? PIM_FAULTED : PIM_DONE);
    ck_assert_uint_eq(events.events[0].kind, DPU_EVENT_LAUNCH);
    ck_assert_uint_eq(events.events[0].duration_ps, overhead);
    ck_assert_int_eq(events.events[events.count - 1].kind == DPU_EVENT_FAULT, _i);
    for (size_t i = 0; i < events.count; i++)
        ck_assert_uint_eq(events.events[i].sequence, i);
    free(events.events);
    pim_dpu_backend.status(machine, unit, &status);
    ck_assert(!status.running && status.faulted == (_i == 1));
    ck_assert_int_eq(pim_dpu_backend.fault(machine, unit, &fault), _i);
    if (_i)
        ck_assert_str_eq(fault.function, "main");
    ck_assert_int_eq(pim_dpu_backend.run_until(machine, unit, 1000, NULL), _i ? PIM_FAULTED : PIM_DONE);
    pim_dpu_backend.close(machine);
}
END_TEST

/* ------------------------------------------------------------------------- misaligned transfers --- */

static const uint8_t transfers[] = {
    0x00, 0x00, 0x50, 0x00, 0xe3, 0x60, 0, 0, /* move r1, 5 */
    0x00, 0x00, 0x04, 0x00, 0x63, 0x60, 0, 0, /* move r0, 64 */
    0x00, 0x00, 0x02, 0x00, 0x00, 0x70, 0, 0, /* ldma r0, r1, 0: through the slot of tasklet 0 */
    0x00, 0x00, 0x84, 0x00, 0x63, 0x60, 0, 0, /* move r0, 72 */
    0x00, 0x00, 0x02, 0x00, 0x00, 0x70, 0, 0, /* ldma r0, r1, 0: the slot of tasklet 1 */
    0x00, 0x00, 0x04, 0x00, 0x63, 0x60, 0, 0, /* move r0, 64 */
    0x00, 0x00, 0x02, 0x01, 0x00, 0x70, 0, 0, /* ldma r0, r1, 1: 16 bytes */
    0x00, 0x00, 0x00, 0x20, 0xf3, 0x7e, 0, 0, /* stop */
};

/* Odd: what the compiler does not do for a variable in MRAM. Row: symbol, engine. */
START_TEST(the_compilers_misaligned_transfers_are_no_oddity)
{
    struct pim_segment segment = test_segment(DPU_SPACE_IRAM, 0, transfers, sizeof transfers, sizeof transfers);
    struct pim_symbol slots = {.name = "__sw_cache_buffer", .space = DPU_SPACE_WRAM, .value = 64, .section = ".data.sw_cache"};
    bool compiled = _i & 1;
    struct pim_image program = test_image(&segment, 1, &slots, compiled, 1);
    struct dpu_parameters parameters = test_parameters();
    parameters.engine = (uint64_t)test_choice(test_row("execution.engine")->choices, _i & 2 ? "reference" : "fast");
    struct dpu_machine *machine = test_machine_with(&parameters, 1);
    uint64_t overhead;
    uint32_t unit = 0;
    test_load(machine, 0, 1, &program);
    ck_assert(pim_dpu_backend.launch(machine, &unit, 1, 0, PIM_TIMING, &overhead, NULL) == PIM_OK);
    ck_assert_int_eq(pim_dpu_backend.run_until(machine, unit, 10000, NULL), PIM_DONE);
    ck_assert_uint_eq(machine->dpus[0].counters.dma_reads, 3);
    ck_assert_uint_eq(machine->dpus[0].counters.misaligned_dma, compiled ? 2 : 3);
    pim_dpu_backend.close(machine);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("dpu faults");
    TCase *faults = tcase_create("does a fault say what and where");
    tcase_add_loop_test(faults, a_fault_says_what_and_where, 0, sizeof fault_rows / sizeof *fault_rows);
    tcase_add_test(faults, a_fault_shows_the_instruction);
    suite_add_tcase(suite, faults);
    TCase *sleepers = tcase_create("are sleeping tasklets noticed");
    tcase_add_test(sleepers, a_sleeper_is_named);
    tcase_add_test(sleepers, a_program_that_does_not_mark_its_end_has_no_sleepers);
    tcase_add_loop_test(sleepers, strict_makes_a_sleeper_a_fault, 0, 2);
    suite_add_tcase(suite, sleepers);
    TCase *dma = tcase_create("are misaligned transfers counted");
    tcase_add_loop_test(dma, the_compilers_misaligned_transfers_are_no_oddity, 0, 4);
    suite_add_tcase(suite, dma);
    return suite;
}

TEST_MAIN(make_suite)
