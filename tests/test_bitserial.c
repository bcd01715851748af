/* The bit-serial machine: are the two engines the same at every limit, do both do what the plain subarray of the fixture does, are illegal
 * commands faults with bank, subarray, row and command, is time what the formulas say?
 */
#include "bitserial_fixture.h"
#include "bitserial_machine.h"
#include "random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t seed;

/* ---- machines and programs without files ---- */

static struct bitserial_parameters standard_parameters(void)
{
    static const struct pim_parameter *const rows = bitserial_parameter_rows;
    struct bitserial_parameters p;
    for (const struct pim_parameter *row = rows; row->key; row++) {
        uint64_t choice = 0;
        double real = strtod(row->standard, NULL);
        uint64_t integer = row->type == PIM_CHOICE ? choice : strtoull(row->standard, NULL, 10);
        memcpy((char *)&p + row->offset, row->type == PIM_REAL ? (const void *)&real : (const void *)&integer, 8);
    }
    p.row_bytes = 64 * 9; /* a whole stripe and a part of one */
    p.d_rows = 128;
    p.scratch_rows = 48;
    p.subarrays = 3;
    p.banks = 4;
    return p;
}

static struct bitserial_machine *open_machine(const struct bitserial_parameters *p, uint32_t units)
{
    void *machine;
    struct pim_error error = {0};
    ck_assert_msg(pim_bitserial_backend.open(p, units, &machine, &error) == PIM_OK, "%s", error.text);
    return machine;
}

struct source {
    uint64_t words[4096];
    size_t count;
    struct pim_segment segment;
    struct pim_image image;
};

static void emit(struct source *source, uint64_t word)
{
    source->words[source->count++] = word;
}

static uint64_t rows_word(unsigned opcode, bitserial_row a, bitserial_row b)
{
    return opcode | (uint64_t)a << 16 | (uint64_t)b << 28;
}

static uint64_t control_word(unsigned opcode, unsigned d, unsigned s, uint32_t number)
{
    return opcode | d << 8 | s << 12 | (uint64_t)number << 32;
}

static const struct pim_image *image_of(struct source *source)
{
    source->segment = (struct pim_segment){.space = BITSERIAL_SPACE_PROGRAM, .data_bytes = 8 * source->count, .memory_bytes = 8 * source->count,
                                           .data = (uint8_t *)source->words};
    source->image = (struct pim_image){.path = "<memory>", .instruction_set = "bitserial", .segment_count = 1, .segments = &source->segment,
                                       .hash = 1};
    return &source->image;
}

static void load(struct bitserial_machine *machine, struct source *source, uint32_t first, uint32_t units)
{
    uint32_t list[16];
    struct pim_error error = {0};
    for (uint32_t i = 0; i < units; i++)
        list[i] = first + i;
    ck_assert_int_eq(pim_bitserial_backend.load(machine, list, units, image_of(source), &error), PIM_OK);
}

static void launch(struct bitserial_machine *machine, uint32_t units)
{
    uint32_t list[16];
    uint64_t overhead;
    struct pim_error error = {0};
    for (uint32_t i = 0; i < units; i++)
        list[i] = i;
    ck_assert_msg(pim_bitserial_backend.launch(machine, list, units, 0, PIM_TIMING, &overhead, &error) == PIM_OK, "%s", error.text);
}

static void load_and_launch(struct bitserial_machine *machine, struct source *source, uint32_t units)
{
    load(machine, source, 0, units);
    launch(machine, units);
}

/* ---- random programs ---- */

static uint32_t draw(uint64_t program, uint64_t *at, uint32_t bound)
{
    return pim_random_below(seed, program, (*at)++, bound);
}

/* Mostly legal; a two-wordline source is legal only when something has made both equal. */
static bitserial_row random_row(uint64_t program, uint64_t *at, bool written)
{
    uint32_t kind = draw(program, at, 10);
    if (kind < 5) {
        static const uint8_t usual[] = {0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15}, multiple[] = {8, 9, 10, 11};
        bool two = written && kind == 0;
        return (bitserial_row)(BITSERIAL_B + (two ? multiple[draw(program, at, 4)] : usual[draw(program, at, 12)]));
    }
    if (kind == 5 && !written)
        return (bitserial_row)(BITSERIAL_C0 + draw(program, at, 2));
    if (kind == 6)
        return (bitserial_row)(BITSERIAL_REGISTER + 1 + draw(program, at, 3));
    return (bitserial_row)draw(program, at, 24); /* few rows, so that they meet */
}

static void random_commands(struct source *source, uint64_t program, uint64_t *at, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        bitserial_row first = random_row(program, at, false), second = random_row(program, at, true);
        if (draw(program, at, 4) == 0 && bitserial_is_b(first))
            emit(source, rows_word(BITSERIAL_OP_AP, first, 0));
        else
            emit(source, rows_word(BITSERIAL_OP_AAP, first, second));
        if (draw(program, at, 40) == 0) { /* equal rows under two wordlines, read together */
            emit(source, rows_word(BITSERIAL_OP_AAP, (bitserial_row)draw(program, at, 24), BITSERIAL_B + 10));
            emit(source, rows_word(BITSERIAL_OP_AAP, BITSERIAL_B + 10, (bitserial_row)draw(program, at, 24)));
        }
    }
}

static void random_bulk(struct source *source, uint64_t program, uint64_t *at)
{
    enum bitserial_operation operation = (enum bitserial_operation)draw(program, at, BITSERIAL_OPERATION_COUNT);
    unsigned width = 1 + draw(program, at, 7);
    bool is_signed = bitserial_operations[operation].has_signed && draw(program, at, 2);
    uint64_t word = (is_signed ? BITSERIAL_OP_BULK_SIGNED : BITSERIAL_OP_BULK) + (unsigned)operation + (uint64_t)width * 256;
    static const bitserial_row bases[4] = {56, 0, 8, 16};
    for (unsigned i = 0; i < bitserial_operations[operation].form + 2u; i++)
        word |= (uint64_t)bases[i] << (16 + 12 * i);
    emit(source, word);
}

/* Rounds of commands under a loop counter in r0; r1 to r3 hold rows and walk. */
static void random_program(struct source *source, uint64_t program)
{
    uint64_t at = 0;
    source->count = 0;
    for (unsigned i = 0; i < 4; i++)
        emit(source, control_word(BITSERIAL_OP_LI, i, 0, i ? draw(program, &at, 20) : 2 + draw(program, &at, 3)));
    uint32_t top = (uint32_t)source->count;
    random_commands(source, program, &at, 20 + draw(program, &at, 60));
    if (draw(program, &at, 2))
        random_bulk(source, program, &at);
    if (draw(program, &at, 3) == 0)
        emit(source, rows_word(BITSERIAL_OP_SUBARRAY, (bitserial_row)draw(program, &at, draw(program, &at, 8) ? 3 : 5), 0));
    if (draw(program, &at, 3) == 0)
        emit(source, rows_word(BITSERIAL_OP_MOVE, (bitserial_row)draw(program, &at, 3), 5) | (uint64_t)draw(program, &at, 24) << 40);
    random_commands(source, program, &at, draw(program, &at, 30));
    emit(source, control_word(BITSERIAL_OP_ADDI, 1, 1, 1));
    emit(source, control_word(BITSERIAL_OP_SUBI, 0, 0, 1));
    emit(source, control_word(BITSERIAL_OP_BNEZ, 0, 0, top));
    emit(source, BITSERIAL_OP_DONE);
}

/* ---- the engines agree ---- */

static void fill_rows(struct bitserial_machine *machine, uint64_t program)
{
    for (uint32_t unit = 0; unit < machine->units; unit++)
        for (uint32_t i = 0; i < machine->parameters.subarrays; i++)
            pim_random_fill(bitserial_subarray(&machine->banks[unit], i)->rows, machine->parameters.d_rows * machine->parameters.row_bytes, seed,
                            program * 64 + unit * 8 + i);
}

static void compare(const struct bitserial_bank *x, const struct bitserial_bank *y, uint64_t program)
{
    const struct bitserial_machine *machine = x->machine;
    if (x->cycle != y->cycle || x->ready_cycle != y->ready_cycle || x->pc != y->pc || x->command != y->command)
        ck_abort_msg("program %" PRIu64 ", seed %" PRIu64 ": cycle %" PRIu64 " and %" PRIu64 ", pc %u and %u", program, seed, x->cycle, y->cycle,
                     x->pc, y->pc);
    if (memcmp(&x->counters, &y->counters, sizeof x->counters) || memcmp(x->registers, y->registers, sizeof x->registers) ||
        x->fault.kind != y->fault.kind || x->fault.row != y->fault.row || x->fault.pc != y->fault.pc || x->fault.command != y->fault.command ||
        x->fault.column != y->fault.column)
        ck_abort_msg("program %" PRIu64 ", seed %" PRIu64 ": counters, registers or fault differ", program, seed);
    for (uint32_t i = 0; i < machine->parameters.subarrays; i++)
        for (uint64_t row = 0; row < machine->row_count; row++)
            if (memcmp(x->subarrays[i].rows + row * machine->row_words, y->subarrays[i].rows + row * machine->row_words, machine->parameters.row_bytes))
                ck_abort_msg("program %" PRIu64 ", seed %" PRIu64 ": subarray %u, row %" PRIu64 " differs at cycle %" PRIu64, program, seed, i, row,
                             x->cycle);
}

static struct bitserial_parameters random_parameters(uint64_t program)
{
    struct bitserial_parameters p = standard_parameters();
    uint64_t at = 1000000;
    p.timing_mode = draw(program, &at, 2);
    p.activation_limit = draw(program, &at, 3);
    p.refresh = draw(program, &at, 2);
    p.reliability = draw(program, &at, 8) ? BITSERIAL_IDEAL : BITSERIAL_RANDOM + draw(program, &at, 2);
    p.tra_failure = 0.1;
    p.trace_commands = BITSERIAL_ON;
    p.row_bytes = 64 * (1 + draw(program, &at, 20));
    return p;
}

/* Both engines report the same, and none of it outside of the run's time; then the lists are empty again. `begin` and `limit` are in ps. */
static void compare_events(struct pim_event_list lists[2], uint64_t begin, uint64_t limit, uint64_t program)
{
    if (lists[0].count != lists[1].count || (lists[0].count && memcmp(lists[0].events, lists[1].events, lists[0].count * sizeof *lists[0].events)))
        ck_abort_msg("program %" PRIu64 ", seed %" PRIu64 ": events differ", program, seed);
    for (size_t i = 0; i < lists[0].count; i++) {
        const struct pim_event *event = &lists[0].events[i];
        if (event->time_ps < begin || event->time_ps >= limit)
            ck_abort_msg("program %" PRIu64 ", seed %" PRIu64 ": event %zu, kind %u, at %" PRIu64 ", from %" PRIu64 " to %" PRIu64, program, seed, i,
                         event->kind, event->time_ps, begin, limit);
    }
    lists[0].count = lists[1].count = 0;
}

/* Every command that was counted is an event, in the order of time. */
static void count_events(const struct pim_event_list *list, uint64_t counts[4], uint64_t *last_ps)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct pim_event *event = &list->events[i];
        if (event->kind < BITSERIAL_EVENT_AP)
            continue;
        if (event->time_ps < *last_ps)
            ck_abort_msg("event %zu begins before the one before it has ended", i);
        *last_ps = event->time_ps + event->duration_ps;
        counts[event->kind - BITSERIAL_EVENT_AP] += event->kind == BITSERIAL_EVENT_REFRESH ? event->arguments[0] : 1;
    }
}

START_TEST(engines_are_the_same)
{
    static struct source source;
    struct pim_event_list lists[2] = {{0}};
    size_t faults[16] = {0}, done = 0;
    enum { PROGRAMS = 300 };
    for (uint64_t program = (uint64_t)_i * PROGRAMS; program < (uint64_t)(_i + 1) * PROGRAMS; program++) {
        uint64_t at = 2000000, limit = 0, counts[4] = {0}, last_ps = 0;
        struct bitserial_parameters p = random_parameters(program);
        struct bitserial_machine *machines[2];
        enum pim_run results[2] = {PIM_LIMITED, PIM_LIMITED};
        random_program(&source, program);
        for (uint64_t engine = 0; engine < 2; engine++) {
            p.engine = engine;
            machines[engine] = open_machine(&p, 1);
            fill_rows(machines[engine], program);
            load_and_launch(machines[engine], &source, 1);
        }
        while (results[0] == PIM_LIMITED) {
            limit = draw(program, &at, 4) ? limit + draw(program, &at, 3000000) : UINT64_MAX;
            uint64_t begin = machines[0]->banks[0].cycle;
            for (int engine = 0; engine < 2; engine++)
                results[engine] = pim_bitserial_backend.run_until(machines[engine], 0, limit, &lists[engine]);
            ck_assert_int_eq(results[0], results[1]);
            compare(&machines[0]->banks[0], &machines[1]->banks[0], program);
            count_events(&lists[0], counts, &last_ps);
            compare_events(lists, begin, limit, program);
        }
        const struct bitserial_counters *counters = &machines[0]->banks[0].counters;
        const uint64_t wanted[4] = {counters->ap, counters->aap, counters->moves, counters->refreshes};
        if (memcmp(counts, wanted, sizeof counts))
            ck_abort_msg("program %" PRIu64 ", seed %" PRIu64 ": events do not add up to the counters", program, seed);
        done += results[0] == PIM_DONE;
        faults[machines[0]->banks[0].fault.kind]++;
        for (int engine = 0; engine < 2; engine++)
            pim_bitserial_backend.close(machines[engine]);
    }
    ck_assert_uint_gt(done, PROGRAMS / 10);
    ck_assert_uint_gt(faults[BITSERIAL_FAULT_PORTS] + faults[BITSERIAL_FAULT_TIE], 0);
    for (int engine = 0; engine < 2; engine++)
        free(lists[engine].events);
}
END_TEST

/* ---- and do what the plain subarray does ---- */

/* At its end the program opens two wordlines of rows that it has not touched. */
static void end_with_a_tie(struct source *source)
{
    source->count--; /* done */
    emit(source, rows_word(BITSERIAL_OP_AAP, 40, BITSERIAL_B + 2));
    emit(source, rows_word(BITSERIAL_OP_AAP, 41, BITSERIAL_B + 3));
    emit(source, rows_word(BITSERIAL_OP_AP, BITSERIAL_B + 10, 0));
    emit(source, BITSERIAL_OP_DONE);
}

/* So that there is none. */
static void make_rows_equal(struct bitserial_bank *bank)
{
    const struct bitserial_machine *machine = bank->machine;
    for (uint32_t i = 0; i < machine->parameters.subarrays; i++)
        for (uint64_t row = 1; row < machine->row_count; row++)
            memcpy(bitserial_row_words(machine, &bank->subarrays[i], row), bitserial_row_words(machine, &bank->subarrays[i], 0),
                   machine->parameters.row_bytes);
}

/* Do banks that are launched together, and share what the fast engine has taken, still do what the reference does: with data of their own, where
 * one of them has another program, is asked to run to other limits, or faults alone? */
START_TEST(banks_in_lockstep_are_the_reference)
{
    static struct source source, other;
    enum { PROGRAMS = 60, UNITS = 3 };
    struct pim_event_list lists[2] = {{0}};
    size_t alone = 0;
    for (uint64_t program = (uint64_t)_i * PROGRAMS; program < (uint64_t)(_i + 1) * PROGRAMS; program++) {
        uint64_t at = 3000000, limits[UNITS] = {0};
        struct bitserial_parameters p = random_parameters(program);
        struct bitserial_machine *machines[2];
        enum pim_run results[UNITS];
        bool two_programs = draw(program, &at, 4) == 0, same_limits = draw(program, &at, 2), recorded = draw(program, &at, 2);
        random_program(&source, program);
        end_with_a_tie(&source);
        random_program(&other, program + 1);
        for (uint64_t engine = 0; engine < 2; engine++) {
            p.engine = engine;
            machines[engine] = open_machine(&p, UNITS);
            fill_rows(machines[engine], program);
            make_rows_equal(&machines[engine]->banks[0]);
            load(machines[engine], &source, 0, UNITS);
            if (two_programs)
                load(machines[engine], &other, 1, 1);
            launch(machines[engine], UNITS);
        }
        for (bool running = true; running;) {
            running = false;
            uint64_t limit = limits[0] + draw(program, &at, 4000000);
            for (uint32_t unit = 0; unit < UNITS; unit++) {
                limits[unit] = same_limits ? limit : limits[unit] + draw(program, &at, 4000000);
                uint64_t begin = machines[0]->banks[unit].cycle;
                results[unit] = pim_bitserial_backend.run_until(machines[0], unit, limits[unit], recorded ? &lists[0] : NULL);
                ck_assert_int_eq(results[unit], pim_bitserial_backend.run_until(machines[1], unit, limits[unit], recorded ? &lists[1] : NULL));
                compare(&machines[0]->banks[unit], &machines[1]->banks[unit], program);
                compare_events(lists, begin, limits[unit], program);
                running = running || results[unit] == PIM_LIMITED;
            }
        }
        alone += results[0] != results[2];
        for (int engine = 0; engine < 2; engine++)
            pim_bitserial_backend.close(machines[engine]);
    }
    ck_assert_uint_gt(alone, 0);
    for (int engine = 0; engine < 2; engine++)
        free(lists[engine].events);
}
END_TEST

/* A row address as the subarray's decoder counts it, written down apart from the back-end: D rows, C0, C1, B0 to B15. */
static uint64_t decoder_address(bitserial_row row, uint64_t d_rows)
{
    return row < 0xfc0 ? row : row >= 0xfd0 ? d_rows + (row - 0xfd0u) : d_rows + 2 + (row - 0xfc0u);
}

static void same_commands(const struct pim_event_list *list, const struct microprogram *program, uint64_t d_rows)
{
    size_t command = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct pim_event *event = &list->events[i];
        if (event->kind != BITSERIAL_EVENT_AP && event->kind != BITSERIAL_EVENT_AAP)
            continue;
        ck_assert_uint_lt(command, program->count);
        const struct bitserial_command *wanted = &program->commands[command];
        bool copies = event->kind == BITSERIAL_EVENT_AAP;
        if (copies != (wanted->second != BITSERIAL_NO_ROW) || event->arguments[1] != decoder_address(wanted->first, d_rows) ||
            (copies && event->arguments[3] != decoder_address(wanted->second, d_rows)) || event->arguments[0] || event->arguments[2] ||
            event->time_ps != 49000 * command || event->duration_ps != 49000)
            ck_abort_msg("command %zu is another one in the trace", command);
        command++;
    }
    ck_assert_uint_eq(command, program->count);
}

START_TEST(bulk_operations_are_their_micro_programs)
{
    static struct fixture f;
    static struct source source;
    struct bitserial_parameters p = standard_parameters();
    p.row_bytes = sizeof f.d[0] * 2; /* the fixture's columns twice */
    p.engine = _i % 2 ? BITSERIAL_ENGINE_REFERENCE : BITSERIAL_ENGINE_FAST;
    p.trace_commands = BITSERIAL_ON;
    enum bitserial_operation operation = (enum bitserial_operation)(_i / 2);
    for (unsigned width = 1; width <= 7; width++) {
        struct bitserial_machine *machine = open_machine(&p, 1);
        uint64_t *rows = bitserial_subarray(&machine->banks[0], 0)->rows;
        bitserial_row lists[4][16], scratch[48];
        for (unsigned i = 0; i < 64; i++) {
            lists[i / 16][i % 16] = (bitserial_row)((i / 16 + 3) % 4 * 16 + i % 16); /* a, b, select, destination: 0, 16, 32, 48 */
            scratch[i % 48] = (bitserial_row)(p.d_rows - bitserial_scratch_rows(operation, width, false) + i % 48);
        }
        pim_random_fill(&f, sizeof f, seed, width);
        for (unsigned row = 0; row < p.d_rows; row++) {
            memcpy(rows + row * machine->row_words, &f.d[row], sizeof f.d[row]);
            memcpy(rows + row * machine->row_words + FIXTURE_WORDS, &f.d[row], sizeof f.d[row]);
        }
        struct microprogram program = {0};
        const struct bitserial_operands operands = {width, false, lists[0], lists[1], lists[2], lists[3], scratch};
        bitserial_generate(operation, &operands, &program);
        fixture_run(&f, &program);
        source.count = 0;
        uint64_t word = BITSERIAL_OP_BULK + (unsigned)operation + (uint64_t)width * 256 + (UINT64_C(48) << 16);
        for (unsigned i = 1; i < bitserial_operations[operation].form + 2u; i++)
            word |= (uint64_t)(16 * (i - 1)) << (16 + 12 * i);
        emit(&source, word);
        emit(&source, BITSERIAL_OP_DONE);
        load_and_launch(machine, &source, 1);
        struct pim_event_list events = {0};
        ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, UINT64_MAX, &events), PIM_DONE);
        same_commands(&events, &program, p.d_rows);
        free(events.events);
        ck_assert_uint_eq(machine->banks[0].counters.commands, program.count);
        ck_assert_uint_eq(machine->banks[0].cycle, 49000 * program.count);
        for (unsigned row = 0; row < p.d_rows; row++)
            for (unsigned half = 0; half < 2; half++)
                if (memcmp(rows + row * machine->row_words + half * FIXTURE_WORDS, &f.d[row], sizeof f.d[row]))
                    ck_abort_msg("%s, %u bits: row %u", bitserial_operations[operation].name, width, row);
        microprogram_free(&program);
        pim_bitserial_backend.close(machine);
    }
}
END_TEST

/* ---- time ---- */

/* One AAP, one AP of `banks` banks in lockstep. */
static void time_of(struct bitserial_parameters p, uint32_t banks, uint64_t aap, uint64_t ap)
{
    static struct source source;
    p.banks = 16;
    source.count = 0;
    emit(&source, rows_word(BITSERIAL_OP_AAP, 0, BITSERIAL_B + 12));
    emit(&source, rows_word(BITSERIAL_OP_AP, BITSERIAL_B + 12, 0));
    emit(&source, BITSERIAL_OP_DONE);
    for (p.engine = 0; p.engine < 2; p.engine++) {
        struct bitserial_machine *machine = open_machine(&p, banks);
        load_and_launch(machine, &source, banks);
        ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, 1, NULL), PIM_LIMITED);
        ck_assert_uint_eq(machine->banks[0].ready_cycle, aap);
        ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, aap, NULL), PIM_LIMITED); /* the second begins at aap, not before */
        ck_assert_uint_eq(machine->banks[0].counters.commands, 1);
        ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, aap + 1, NULL), PIM_LIMITED);
        ck_assert_uint_eq(machine->banks[0].counters.commands, 2);
        ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, UINT64_MAX, NULL), PIM_DONE);
        ck_assert_uint_eq(machine->banks[0].cycle, aap + ap);
        pim_bitserial_backend.close(machine);
    }
}

START_TEST(commands_take_their_time)
{
    struct bitserial_parameters p = standard_parameters();
    time_of(p, 16, 49000, 49000);
    p.timing_mode = BITSERIAL_TIMED;
    time_of(p, 16, 49360, 46160); /* 1.1 x 32 + 14.16, 32 + 14.16 */
    p.timing_mode = BITSERIAL_FLAT;
    p.activation_limit = BITSERIAL_AAP_AS_TWO;
    time_of(p, 16, 172800, 86400); /* 32 and 16 activations, four in 21.6 ns */
    time_of(p, 4, 49000, 49000);
    p.activation_limit = BITSERIAL_AAP_AS_ONE;
    time_of(p, 16, 86400, 86400);
}
END_TEST

/* 4.5 % of the time, and each refresh between commands. */
START_TEST(refresh_waits_between_commands)
{
    static struct source source;
    struct bitserial_parameters p = standard_parameters();
    p.refresh = BITSERIAL_ON;
    source.count = 0;
    for (int i = 0; i < 4000; i++)
        emit(&source, rows_word(BITSERIAL_OP_AAP, 0, 1));
    emit(&source, BITSERIAL_OP_DONE);
    struct bitserial_machine *machine = open_machine(&p, 1);
    load_and_launch(machine, &source, 1);
    ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, UINT64_MAX, NULL), PIM_DONE);
    uint64_t time = 0, refreshes = 0;
    for (int i = 0; i < 4000; i++) {
        for (; time >= 7800000 * (refreshes + 1); refreshes++)
            time += 350000;
        time += 49000;
    }
    ck_assert_uint_eq(machine->banks[0].cycle, time);
    ck_assert_uint_eq(machine->banks[0].counters.refreshes, refreshes);
    ck_assert_uint_eq(refreshes, 26);
    pim_bitserial_backend.close(machine);
}
END_TEST

/* A command that waits for a refresh begins behind it; when a limit lies in between, its event comes with the run in which it begins, also
 * after a snapshot, and never in the next launch. */
START_TEST(a_command_behind_a_limit_is_an_event_of_the_next_run)
{
    enum { COMMANDS = 170, BEFORE = 160 }; /* 160 of 49 ns end behind the interval of 7,800 ns */
    static struct source source;
    struct bitserial_parameters p = standard_parameters();
    struct pim_event_list events = {0};
    void *state;
    size_t bytes;
    p.refresh = p.trace_commands = BITSERIAL_ON;
    source.count = 0;
    for (int i = 0; i < COMMANDS; i++)
        emit(&source, rows_word(BITSERIAL_OP_AAP, 0, 1));
    emit(&source, BITSERIAL_OP_DONE);
    for (p.engine = 0; p.engine < 2; p.engine++) {
        struct bitserial_machine *machine = open_machine(&p, 1);
        load_and_launch(machine, &source, 1);
        events.count = 0;
        ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, 8000000, &events), PIM_LIMITED);
        ck_assert_uint_eq(machine->banks[0].counters.commands, BEFORE + 1);
        ck_assert_uint_eq(events.count, 1 + BEFORE + 1 + 1); /* launch, commands, refresh, run */
        ck_assert_uint_eq(events.events[1 + BEFORE].kind, BITSERIAL_EVENT_REFRESH);
        ck_assert_uint_eq(events.events[1 + BEFORE].time_ps, 7840000);
        ck_assert_uint_eq(events.events[1 + BEFORE].duration_ps, 350000);
        ck_assert_int_eq(pim_bitserial_backend.snapshot(machine, 0, &state, &bytes, NULL), PIM_OK);
        for (int round = 0; round < 2; round++) {
            events.count = 0;
            ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, 8190000, &events), PIM_LIMITED); /* begins at that time, not before */
            ck_assert_uint_eq(events.count, 1);
            ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, 8190001, &events), PIM_LIMITED);
            ck_assert_uint_eq(events.count, 3);
            ck_assert_uint_eq(events.events[1].kind, BITSERIAL_EVENT_AAP);
            ck_assert_uint_eq(events.events[1].time_ps, 8190000);
            ck_assert_int_eq(pim_bitserial_backend.restore(machine, 0, state, bytes, NULL), PIM_OK);
        }
        ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, UINT64_MAX, NULL), PIM_DONE); /* nobody asks any more */
        load_and_launch(machine, &source, 1);
        events.count = 0;
        ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, UINT64_MAX, &events), PIM_DONE);
        ck_assert_uint_eq(events.count, 1 + COMMANDS + 1 + 1);
        free(state);
        pim_bitserial_backend.close(machine);
    }
    free(events.events);
}
END_TEST

/* ---- faults ---- */

/* Drivers make programs in memory and load another one before anybody asks. */
static void fault_outlives_its_program(struct bitserial_machine *machine, const struct pim_fault *before)
{
    static struct source next;
    struct pim_fault after;
    struct pim_error error = {0};
    const uint32_t unit = 0;
    ck_assert_uint_gt(strlen(before->instruction), 0);
    next.count = 0;
    emit(&next, BITSERIAL_OP_DONE);
    ck_assert_int_eq(pim_bitserial_backend.load(machine, &unit, 1, image_of(&next), &error), PIM_OK);
    ck_assert(pim_bitserial_backend.fault(machine, 0, &after));
    ck_assert_str_eq(after.instruction, before->instruction);
    ck_assert_str_eq(after.reason, before->reason);
}

START_TEST(illegal_commands_are_faults)
{
    static const struct {
        uint64_t word;
        enum bitserial_fault_kind kind;
        const char *reason;
    } rows[] = {
        {UINT64_C(0xffffffffffffffff), BITSERIAL_FAULT_INSTRUCTION, "the word is no instruction (bank 0, subarray 1, command 1)"},
        {BITSERIAL_OP_AAP | 200 << 16, BITSERIAL_FAULT_ROW, "row 200 and what follows it, expected within 128 D rows (bank 0, subarray 1, command 1)"},
        {BITSERIAL_OP_AAP | 3 << 16 | (uint64_t)BITSERIAL_C1 << 28, BITSERIAL_FAULT_CONSTANT, "C1 is written (bank 0, subarray 1, command 1)"},
        {BITSERIAL_OP_AAP | 0xfc4 << 16 | UINT64_C(0xfc8) << 28, BITSERIAL_FAULT_PORTS,
         "B8 opens the other port of a cell that is open (bank 0, subarray 1, command 1)"},
        {BITSERIAL_OP_AP | 0xfca << 16, BITSERIAL_FAULT_TIE, "the rows of B10 differ in column"},
        {BITSERIAL_OP_SUBARRAY | 3 << 16, BITSERIAL_FAULT_SUBARRAY, "subarray 3, the bank has 3 (bank 0, subarray 1, command 1)"},
        {(BITSERIAL_OP_BULK + BITSERIAL_ADD) | 8 << 8 | 4 << 16 | UINT64_C(8) << 28 | UINT64_C(16) << 40, BITSERIAL_FAULT_OVERLAP,
         "the operand at row 8 overlaps with the destination or with the scratch rows (bank 0, subarray 1, command 1)"},
        {(BITSERIAL_OP_BULK + BITSERIAL_DIV) | 20 << 8 | UINT64_C(20) << 28 | UINT64_C(40) << 40, BITSERIAL_FAULT_SCRATCH,
         "the operation needs 60 scratch rows, memory.scratch_rows is 48 (bank 0, subarray 1, command 1)"},
        {BITSERIAL_OP_BNEZ | 1 << 12 | UINT64_C(3) << 32, BITSERIAL_FAULT_RUNAWAY, "more than a million control operations without a row command"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (uint64_t engine = 0; engine < 2; engine++) {
            static struct source source;
            struct bitserial_parameters p = standard_parameters();
            struct pim_fault fault;
            p.engine = engine;
            struct bitserial_machine *machine = open_machine(&p, 1);
            source.count = 0;
            emit(&source, control_word(BITSERIAL_OP_LI, 1, 0, 1));
            emit(&source, rows_word(BITSERIAL_OP_SUBARRAY, 1, 0));
            emit(&source, rows_word(BITSERIAL_OP_AAP, BITSERIAL_C0, 7));
            emit(&source, rows[i].word);
            emit(&source, BITSERIAL_OP_DONE);
            load_and_launch(machine, &source, 1);
            ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, UINT64_MAX, NULL), PIM_FAULTED);
            ck_assert(pim_bitserial_backend.fault(machine, 0, &fault));
            ck_assert_int_eq(machine->banks[0].fault.kind, rows[i].kind);
            ck_assert_msg(strncmp(fault.reason, rows[i].reason, strlen(rows[i].reason)) == 0, "%s", fault.reason);
            ck_assert_uint_eq(fault.pc, 3);
            ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, UINT64_MAX, NULL), PIM_FAULTED);
            fault_outlives_its_program(machine, &fault);
            pim_bitserial_backend.close(machine);
        }
}
END_TEST

/* Commands, moves and refreshes that would round to nothing, or a refresh that never ends, are refused: time has to go on. */
START_TEST(times_that_are_no_cycles_are_refused)
{
    for (int variant = 0; variant < 4; variant++) {
        struct bitserial_parameters p = standard_parameters();
        struct pim_error error = {0};
        void *machine;
        p.clock_mhz = variant < 3 ? 1 : 1e6; /* a cycle of 1 us */
        p.timing_mode = variant == 1;
        p.flat_ns = variant == 0 ? 49 : 2000;
        p.move_ns = variant == 2 ? 400 : 2000;
        p.refresh = variant == 3;
        p.trfc_ns = p.trefi_ns;
        ck_assert_int_eq(pim_bitserial_backend.open(&p, 1, &machine, &error), PIM_BAD_INPUT);
        ck_assert_ptr_nonnull(strstr(error.text, variant < 3 ? "timing.clock_mhz" : "timing.trfc_ns"));
    }
}
END_TEST

/* ---- snapshots ---- */

START_TEST(a_snapshot_goes_on_as_if_nothing_had_happened)
{
    static struct source source;
    struct bitserial_parameters p = standard_parameters();
    size_t restored = 0;
    for (uint64_t program = 9000; program < 9060; program++) {
        struct bitserial_machine *machine = open_machine(&p, 1), *other = open_machine(&p, 1);
        void *state;
        size_t bytes;
        struct pim_error error = {0};
        random_program(&source, program);
        fill_rows(machine, program);
        load_and_launch(machine, &source, 1);
        load_and_launch(other, &source, 1);
        if (pim_bitserial_backend.run_until(machine, 0, 700000, NULL) == PIM_LIMITED) {
            ck_assert_int_eq(pim_bitserial_backend.snapshot(machine, 0, &state, &bytes, &error), PIM_OK);
            ((uint8_t *)state)[bytes - 1] ^= 1;
            ck_assert_int_eq(pim_bitserial_backend.restore(other, 0, state, bytes, &error), PIM_BAD_INPUT);
            ((uint8_t *)state)[bytes - 1] ^= 1;
            error = (struct pim_error){0};
            ck_assert_int_eq(pim_bitserial_backend.restore(other, 0, state, bytes - 1, &error), PIM_BAD_INPUT);
            ck_assert_int_eq(pim_bitserial_backend.restore(other, 0, state, bytes, &error), PIM_OK);
            ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, UINT64_MAX, NULL),
                             pim_bitserial_backend.run_until(other, 0, UINT64_MAX, NULL));
            compare(&machine->banks[0], &other->banks[0], program);
            free(state);
            restored++;
        }
        pim_bitserial_backend.close(machine);
        pim_bitserial_backend.close(other);
    }
    ck_assert_uint_gt(restored, 20);
}
END_TEST

/* ---- failing majorities ---- */

START_TEST(majorities_fail_as_often_as_they_should)
{
    static struct source source;
    struct bitserial_parameters p = standard_parameters();
    enum { MAJORITIES = 60 };
    p.row_bytes = 8192;
    for (p.reliability = BITSERIAL_RANDOM; p.reliability <= BITSERIAL_COLUMNS; p.reliability++) {
        struct bitserial_machine *machine = open_machine(&p, 1);
        uint64_t wrong = 0, columns[1024] = {0};
        source.count = 0;
        for (int i = 0; i < MAJORITIES; i++) {
            emit(&source, rows_word(BITSERIAL_OP_AAP, BITSERIAL_C0, BITSERIAL_B + 12));
            emit(&source, rows_word(BITSERIAL_OP_AAP, BITSERIAL_B + 12, (bitserial_row)i));
        }
        emit(&source, BITSERIAL_OP_DONE);
        load_and_launch(machine, &source, 1);
        ck_assert_int_eq(pim_bitserial_backend.run_until(machine, 0, UINT64_MAX, NULL), PIM_DONE);
        for (uint64_t word = 0; word < MAJORITIES * machine->row_words; word++) {
            uint64_t bits = machine->banks[0].subarrays[0].rows[word];
            wrong += (uint64_t)__builtin_popcountll(bits);
            columns[word % machine->row_words] |= bits;
        }
        double rate = (double)wrong / (MAJORITIES * 65536.0), bad = 0;
        for (int i = 0; i < 1024; i++)
            bad += __builtin_popcountll(columns[i]);
        if (p.reliability == BITSERIAL_RANDOM) {
            ck_assert_double_eq_tol(rate, 0.0042, 0.0002);
        } else {
            ck_assert_double_eq_tol(bad / 65536, 0.01, 0.002);
            ck_assert_double_eq_tol(rate, 0.005, 0.001); /* noise is right half of the time */
        }
        pim_bitserial_backend.close(machine);
    }
}
END_TEST

int main(void)
{
    const char *given = getenv("PIMENTO_TEST_SEED");
    seed = given ? strtoull(given, NULL, 0) : 20211;
    printf("seed %" PRIu64 " (PIMENTO_TEST_SEED)\n", seed);
    Suite *suite = suite_create("bit-serial machine");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 600);
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, engines_are_the_same, 0, 4);
    tcase_add_loop_test(tcase, banks_in_lockstep_are_the_reference, 0, 4);
    tcase_add_loop_test(tcase, bulk_operations_are_their_micro_programs, 0, 2 * BITSERIAL_OPERATION_COUNT);
    tcase_add_test(tcase, commands_take_their_time);
    tcase_add_test(tcase, refresh_waits_between_commands);
    tcase_add_test(tcase, a_command_behind_a_limit_is_an_event_of_the_next_run);
    tcase_add_test(tcase, illegal_commands_are_faults);
    tcase_add_test(tcase, times_that_are_no_cycles_are_refused);
    tcase_add_test(tcase, a_snapshot_goes_on_as_if_nothing_had_happened);
    tcase_add_test(tcase, majorities_fail_as_often_as_they_should);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
