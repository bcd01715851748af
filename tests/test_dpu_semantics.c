/* Does each instruction compute what the facts say, on both engines; is each timing gate tight; how do launches end?
 */
#include "dpu_fixture.h"
#include "dpu_machine.h"
#include "dpu_vectors.h"

enum { ENGINES = 2, LONG = 100000 };
static enum pim_run (*const engines[ENGINES])(struct dpu *, uint64_t, struct pim_event_list *) = {
    dpu_run_reference, dpu_run_fast};

/* A machine with these words at instruction 0 and up, launched; the rest of the code memory stops. */
static struct dpu_machine *launched(const uint64_t *words, uint32_t count, uint32_t at)
{
    struct dpu_machine *machine = test_machine(1);
    static uint64_t code[DPU_IRAM_INSTRUCTIONS];
    for (uint32_t i = 0; i < DPU_IRAM_INSTRUCTIONS; i++)
        code[i] = i >= at && i < at + count ? words[i - at] : TEST_STOP;
    struct pim_segment segment = test_segment(DPU_SPACE_IRAM, 0, code, sizeof code, sizeof code);
    struct pim_image image = test_image(&segment, 1, NULL, 0, 0);
    test_load(machine, 0, 1, &image);
    uint32_t unit = 0;
    uint64_t overhead;
    struct pim_error error = {0};
    ck_assert_msg(pim_dpu_backend.launch(machine, &unit, 1, 0, PIM_TIMING, &overhead, &error) == PIM_OK,
                  "%s", error.text);
    return machine;
}

/* ---- vectors ---- */

enum { VECTORS = sizeof dpu_execution_vectors / sizeof *dpu_execution_vectors };

START_TEST(vector_holds)
{
    const struct dpu_execution_vector *vector = &dpu_execution_vectors[_i / ENGINES];
    struct dpu_machine *machine = launched(&vector->word, 1, DPU_VECTOR_PC);
    struct dpu *dpu = &machine->dpus[0];
    struct dpu_tasklet *tasklet = &dpu->tasklets[DPU_VECTOR_THREAD];
    dpu->run_bits = 1u << DPU_VECTOR_THREAD;
    tasklet->pc = DPU_VECTOR_PC;
    tasklet->zf = vector->zf;
    tasklet->cf = vector->cf;
    for (unsigned i = 0; i < vector->input_count; i++)
        tasklet->registers[vector->inputs[i].number] = vector->inputs[i].value;
    /* The instruction and the `stop` it goes on to; a long limit lets the fast engine speculate. */
    ck_assert_int_eq(engines[_i % ENGINES](dpu, LONG, NULL), PIM_DONE);
    for (unsigned i = 0; i < vector->output_count; i++)
        ck_assert_msg(tasklet->registers[vector->outputs[i].number] == vector->outputs[i].value,
                      "%s: r%u = 0x%x, expected 0x%x", vector->text, vector->outputs[i].number,
                      tasklet->registers[vector->outputs[i].number], vector->outputs[i].value);
    ck_assert_msg(tasklet->zf == vector->zf_after, "%s: ZF", vector->text);
    ck_assert_msg(tasklet->cf == vector->cf_after, "%s: CF", vector->text);
    uint32_t next = vector->jump == DPU_VECTOR_TAKEN ? DPU_VECTOR_TARGET : DPU_VECTOR_PC + 1;
    ck_assert_msg(tasklet->pc == next + 1, "%s: went on at %u, expected %u", vector->text, tasklet->pc - 1, next);
    ck_assert_uint_eq(dpu->counters.instructions, 2);
    pim_dpu_backend.close(machine);
}
END_TEST

/* ---- timing gates: not at t - 1, yes at t ---- */

/* Instructions that have issued when exactly `cycles` have elapsed. */
static uint64_t issued_within(const uint64_t *words, uint32_t count, uint64_t cycles, int engine)
{
    struct dpu_machine *machine = launched(words, count, 0);
    engines[engine](&machine->dpus[0], cycles, NULL);
    uint64_t issued = machine->dpus[0].counters.instructions;
    pim_dpu_backend.close(machine);
    return issued;
}

static void gate(const uint64_t *words, uint32_t count, uint64_t instruction, uint64_t cycle, int engine)
{
    ck_assert_uint_eq(issued_within(words, count, cycle, engine), instruction);
    ck_assert_uint_eq(issued_within(words, count, cycle + 1, engine), instruction + 1);
}

#define NOP UINT64_C(0x7c6300000000)
#define BOOT_NEXT UINT64_C(0x7df320100000)   /* boot id, 1 */
#define MOVE_R0_0 UINT64_C(0x606300000000)   /* move r0, 0 */
#define LDMA_R0_R0(length) (UINT64_C(0x700000000000) | (uint64_t)(length) << 24)
#define SDMA_R0_R0(length) (LDMA_R0_R0(length) | 2)

START_TEST(one_tasklet_issues_every_eleven_cycles)
{
    const uint64_t words[] = {NOP, NOP, NOP};
    gate(words, 3, 0, 0, _i);
    gate(words, 3, 1, 11, _i);
    gate(words, 3, 2, 22, _i);
}
END_TEST

START_TEST(booted_tasklet_issues_eleven_cycles_later)
{
    /* Tasklet 0 boots tasklet 1 at cycle 0; at cycle 11 both are ready: the lower number first. */
    const uint64_t words[] = {BOOT_NEXT};
    gate(words, 1, 1, 11, _i);
    gate(words, 1, 2, 12, _i);
}
END_TEST

START_TEST(transfer_takes_alpha_and_beta)
{
    static const struct { uint64_t word; uint64_t latency; } transfers[] = {
        {LDMA_R0_R0(0), 77 + 4}, {LDMA_R0_R0(127), 77 + 512}, {LDMA_R0_R0(255), 77 + 1024},
        {SDMA_R0_R0(0), 61 + 4}, {SDMA_R0_R0(127), 61 + 512}, {SDMA_R0_R0(255), 61 + 1024}};
    for (size_t i = 0; i < sizeof transfers / sizeof *transfers; i++) {
        const uint64_t words[] = {MOVE_R0_0, transfers[i].word, NOP};
        gate(words, 3, 2, 11 + transfers[i].latency, _i);
    }
}
END_TEST

START_TEST(second_transfer_waits_for_the_engine_only)
{
    /* Both tasklets transfer 1,024 bytes: the second starts when the engine is free (35 + 512 cycles), not when the first is complete. */
    const uint64_t two[] = {UINT64_C(0x3c7383000002) /* jnz id, 2 */, BOOT_NEXT, MOVE_R0_0, LDMA_R0_R0(127), NOP};
    /* jnz 0, boot 11, move 22, ldma 33 -> 622; tasklet 1: jnz 23 (ready 22, after tasklet 0), move 34, ldma 45: starts 580 -> 1169. */
    gate(two, 5, 7, 33 + 589, _i);
    ck_assert_uint_eq(issued_within(two, 5, 45 + 535 + 589, _i), 9); /* nop and stop of tasklet 0 */
    gate(two, 5, 9, 45 + 535 + 589, _i);
}
END_TEST

static struct dpu_machine *machine_with_refresh(uint64_t seed, uint64_t postponed)
{
    struct dpu_machine *machine = test_machine(2);
    machine->parameters.dma_refresh_seed = seed;
    machine->parameters.dma_refresh_postponed = postponed;
    return machine;
}

/* Refresh every 7.8 us for 345 ns: cycles 2610 to 2729 of every 2730. 1,024 bytes take the bank for 547 cycles, the tasklet waits 42 more. */
START_TEST(a_refresh_makes_a_transfer_longer)
{
    static const struct { uint64_t start, bank_free; } rows[] = {
        {0, 547},     {2063, 2610}, /* done as the refresh begins */
        {2064, 2731}, {2609, 2730 + 546}, {2610, 2730 + 547}, {2729, 2730 + 547}, {2730, 2730 + 547},
        {2730 + 2064, 2730 + 2731}};
    struct dpu_machine *machine = machine_with_refresh(0, (uint64_t)_i);
    struct dpu *dpu = &machine->dpus[0];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dpu->dma_free = 0;
        ck_assert_uint_eq(dpu_dma_schedule(dpu, rows[i].start, false, 1024), rows[i].bank_free + 42);
        ck_assert_uint_eq(dpu->dma_free, rows[i].bank_free);
    }
    pim_dpu_backend.close(machine);
}
END_TEST

/* When a transfer that keeps the engine for `cycles` and begins at `start` gives it back; `cycles` > 35 */
static uint64_t engine_free(struct dpu *dpu, uint64_t start, uint32_t cycles)
{
    dpu->dma_free = 0;
    dpu_dma_schedule(dpu, start, false, 2 * (cycles - 35));
    return dpu->dma_free;
}

/* Refreshed or not, cycle by cycle: the shortest transfer takes one usable cycle more than 35, so the last cycles of transfers
 * with successive starts walk over the usable ones. */
static void mark_usable(struct dpu *dpu, bool *usable, uint64_t cycles)
{
    for (uint64_t start = 0; start < cycles; start++)
        usable[engine_free(dpu, start, 36) - 1] = true;
}

enum { WINDOWS = 4, LONGEST_WINDOW = 9 * 130, MARKED = (WINDOWS + 8) * LONGEST_WINDOW + 2048 };

static void set_refresh(struct dpu_machine *machine, uint64_t interval, uint64_t refresh)
{
    machine->refresh_interval_cycles = interval;
    machine->refresh_cycles = refresh;
}

/* The closed form against counting cycles, with refresh so often that a transfer meets several. */
START_TEST(refresh_equals_counting_cycles)
{
    static bool usable[MARKED];
    for (uint64_t postponed = 0; postponed <= DPU_REFRESHES_POSTPONED; postponed += 2)
        for (uint64_t seed = 0; seed < 4; seed++) {
            struct dpu_machine *machine = machine_with_refresh(seed, postponed);
            set_refresh(machine, 100 + (uint64_t)_i, 3 + 7 * (uint64_t)_i);
            memset(usable, 0, sizeof usable);
            mark_usable(&machine->dpus[1], usable, MARKED - 2048);
            for (uint64_t start = 1000; start < 1300; start++)
                for (uint32_t cycles = 39; cycles <= 1059; cycles += 60) {
                    uint64_t left = cycles, cycle = start;
                    for (; left; cycle++)
                        left -= usable[cycle];
                    ck_assert_uint_eq(engine_free(&machine->dpus[1], start, cycles), cycle);
                }
            pim_dpu_backend.close(machine);
        }
}
END_TEST

/* Every window has its refreshes, whole, no more and no fewer; two DPUs and two seeds have them elsewhere. */
START_TEST(a_window_has_its_refreshes)
{
    static bool usable[3][MARKED];
    const uint64_t postponed = (uint64_t)_i, interval = 130, refresh = 17, window = (postponed + 1) * interval;
    memset(usable, 0, sizeof usable);
    for (int variant = 0; variant < 3; variant++) {
        struct dpu_machine *machine = machine_with_refresh(variant == 2 ? 8 : 7, postponed);
        set_refresh(machine, interval, refresh);
        mark_usable(&machine->dpus[variant == 1], usable[variant], MARKED - 2048);
        pim_dpu_backend.close(machine);
        for (uint64_t begin = window; begin < WINDOWS * window; begin += window) {
            uint64_t refreshed = 0;
            for (uint64_t cycle = begin; cycle < begin + window; cycle++) {
                refreshed += !usable[variant][cycle];
                ck_assert(!usable[variant][cycle] || cycle == begin || usable[variant][cycle - 1] || cycle < begin + refresh ||
                          !usable[variant][cycle - refresh]);
            }
            ck_assert_uint_eq(refreshed, (postponed + 1) * refresh);
        }
    }
    ck_assert_int_ne(memcmp(usable[0], usable[1], sizeof usable[0]), 0);
    ck_assert_int_ne(memcmp(usable[0], usable[2], sizeof usable[0]), 0);
}
END_TEST

START_TEST(eleven_tasklets_fill_the_pipeline)
{
    static const uint64_t spin = UINT64_C(0x8c6300000000); /* jump 0 */
    for (uint32_t tasklets = 1; tasklets <= DPU_TASKLETS; tasklets++) {
        struct dpu_machine *machine = launched(&spin, 1, 0);
        machine->dpus[0].run_bits = (1u << tasklets) - 1;
        ck_assert_int_eq(engines[_i](&machine->dpus[0], 11 * 24 * 1000, NULL), PIM_LIMITED);
        uint64_t expected = tasklets < 11 ? tasklets * 24 * 1000 : 11 * 24 * 1000;
        ck_assert_uint_eq(machine->dpus[0].counters.instructions, expected);
        pim_dpu_backend.close(machine);
    }
}
END_TEST

/* ---- ends ---- */

START_TEST(spin_without_hope_is_a_deadlock)
{
    const uint64_t words[] = {UINT64_C(0x7c63839c0000), UINT64_C(0x7c63839c0001)}; /* acquire zero, 201, nz, . twice */
    struct dpu_machine *machine = launched(words, 2, 0);
    ck_assert_int_eq(engines[_i](&machine->dpus[0], UINT64_MAX, NULL), PIM_WAITING);
    ck_assert_int_eq(machine->dpus[0].fault.kind, DPU_FAULT_DEADLOCK);
    ck_assert_uint_eq(machine->dpus[0].fault.pc, 1);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(spin_that_counts_is_not)
{
    struct dpu_instruction count_down;
    uint64_t code[1];
    ck_assert(dpu_decode(UINT64_C(0x2fdf01ff0003), false, &count_down)); /* add r23, r23, -1, true, 3 */
    count_down.pc = 0;
    ck_assert(dpu_encode(&count_down, &code[0]));
    struct dpu_machine *machine = launched(code, 1, 0);
    ck_assert_int_eq(engines[_i](&machine->dpus[0], 10000000, NULL), PIM_LIMITED);
    ck_assert_uint_eq(machine->dpus[0].cycle, 10000000);
    pim_dpu_backend.close(machine);
}
END_TEST

START_TEST(program_counter_wraps)
{
    /* At the last instruction a nop; execution goes on at 0, which stops. */
    const uint64_t words[] = {NOP};
    struct dpu_machine *machine = launched(words, 1, DPU_IRAM_INSTRUCTIONS - 1);
    machine->dpus[0].tasklets[0].pc = DPU_IRAM_INSTRUCTIONS - 1;
    ck_assert_int_eq(engines[_i](&machine->dpus[0], LONG, NULL), PIM_DONE);
    ck_assert_uint_eq(machine->dpus[0].tasklets[0].pc, 1);
    ck_assert_uint_eq(machine->dpus[0].counters.instructions, 2);
    pim_dpu_backend.close(machine);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("dpu semantics");
    TCase *vectors = tcase_create("vectors");
    tcase_add_loop_test(vectors, vector_holds, 0, VECTORS * ENGINES);
    suite_add_tcase(suite, vectors);
    TCase *gates = tcase_create("gates");
    tcase_set_timeout(gates, 120);
    tcase_add_loop_test(gates, one_tasklet_issues_every_eleven_cycles, 0, ENGINES);
    tcase_add_loop_test(gates, booted_tasklet_issues_eleven_cycles_later, 0, ENGINES);
    tcase_add_loop_test(gates, transfer_takes_alpha_and_beta, 0, ENGINES);
    tcase_add_loop_test(gates, second_transfer_waits_for_the_engine_only, 0, ENGINES);
    tcase_add_loop_test(gates, a_refresh_makes_a_transfer_longer, 0, 9);
    tcase_add_loop_test(gates, refresh_equals_counting_cycles, 0, 7);
    tcase_add_loop_test(gates, a_window_has_its_refreshes, 0, 9);
    tcase_add_loop_test(gates, eleven_tasklets_fill_the_pipeline, 0, ENGINES);
    suite_add_tcase(suite, gates);
    TCase *ends = tcase_create("ends");
    tcase_set_timeout(ends, 120);
    tcase_add_loop_test(ends, spin_without_hope_is_a_deadlock, 0, ENGINES);
    tcase_add_loop_test(ends, spin_that_counts_is_not, 0, ENGINES);
    tcase_add_loop_test(ends, program_counter_wraps, 0, ENGINES);
    suite_add_tcase(suite, ends);
    return suite;
}

TEST_MAIN(make_suite)
