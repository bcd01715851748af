/* Is the fast engine the reference engine?
 *
 * Random programs of all instruction forms, with several tasklets, private and shared WRAM, atomic bits, DMA, boot and stop, limits and
 * faults, run on both; after every slice all state is compared: registers, flags, PCs, memories, bits, cycles, counters, events,
 * the fault. PIMENTO_TEST_SEED sets the first seed, PIMENTO_TEST_SCALE the number of programs in percent.
 */
#include "dpu_fixture.h"
#include "dpu_machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRAMS = 3000, CODE_LONGEST = 400, SPARSE_DISTANCE = 150 };

/* ---- random numbers: splitmix64, a keyed bijection of a counter ---- */

struct stream { uint64_t state; };

static uint64_t draw(struct stream *s)
{
    uint64_t z = s->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint32_t below(struct stream *s, uint32_t bound)
{
    return (uint32_t)(draw(s) % bound);
}

static bool chance(struct stream *s, uint32_t percent)
{
    return below(s, 100) < percent;
}

/* ---- programs ---- */

/* How the tasklets of a program share memory: the run-ahead engine lives on the first, must survive the last. */
enum sharing { PRIVATE, READ_SHARED, SPARSELY_SHARED, SOMETIMES_SHARED, ALWAYS_SHARED, SHARINGS };

struct program {
    uint64_t words[DPU_IRAM_INSTRUCTIONS];
    uint32_t length, tasklets;
    enum sharing sharing;
    bool faults;
};

/* Forms by what they need: registers and jumps only, memory, everything else one by one. */
static bool is_compute(const struct dpu_form_row *row)
{
    return !(row->flags & (DPU_GLOBAL | DPU_LOAD | DPU_STORE | DPU_DMA | DPU_ALIAS)) &&
           row->operation != DPU_OP_CALL && row->operation != DPU_OP_FAULT &&
           row->operation != DPU_OP_ADDS && row->operation != DPU_OP_SUBS;
}

static bool is_access(const struct dpu_form_row *row)
{
    return row->flags & (DPU_LOAD | DPU_STORE);
}

/* Registers 16..23 hold addresses and are never a destination: 16 own arena, 17 shared arena, 18 DMA buffer in WRAM, 19 MRAM offset, 20 and
 * 21 the same for transfers into shared memory, 22 code address, 23 checked pointer (limit in the upper half). */
enum { OWN = 16, COMMON = 17, BUFFER = 18, MRAM = 19, COMMON_BUFFER = 20, COMMON_MRAM = 21, CODE = 22, CHECKED = 23 };

static int32_t random_field(struct stream *s, const struct dpu_operand *operand)
{
    uint32_t bits = operand->bits ? operand->bits : 32;
    uint32_t value = (uint32_t)draw(s);
    if (chance(s, 50))
        value &= 0xff;
    if (bits < 32)
        value &= (1u << bits) - 1;
    bool is_signed = operand->kind == DPU_KIND_SIGNED || operand->kind == DPU_KIND_SIGNED64;
    if (is_signed && bits < 32 && value >> (bits - 1))
        value |= ~0u << bits;
    return (int32_t)value;
}

static uint8_t random_register(struct stream *s, enum dpu_operand_kind kind)
{
    switch (kind) {
    case DPU_KIND_PAIR: return (uint8_t)(2 * below(s, 8));
    case DPU_KIND_CONSTANT: return (uint8_t)(DPU_ZERO + below(s, 8));
    case DPU_KIND_R32: return (uint8_t)(chance(s, 80) ? below(s, DPU_REGISTERS) : DPU_ZERO + below(s, 8));
    case DPU_KIND_R32NZ: return (uint8_t)(chance(s, 90) ? below(s, DPU_REGISTERS) : DPU_ONE);
    default: return (uint8_t)below(s, DPU_REGISTERS);
    }
}

/* A random instruction of a form, by its table row; its condition stays what `seed_word` decodes to when it has one. */
static bool random_instruction(struct stream *s, uint32_t form, uint32_t length, struct dpu_instruction *out)
{
    const struct dpu_form_row *row = dpu_form(form);
    for (int attempt = 0; attempt < 200; attempt++) {
        /* A word with random free bits decodes to the form when its condition number is one of the class. */
        uint64_t word = row->match | (draw(s) & ~row->mask & 0xffffffffffff);
        if (!dpu_decode(word, false, out) || out->form != form)
            continue;
        for (uint32_t i = 0; i < row->operand_count; i++) {
            const struct dpu_operand *operand = &row->operands[i];
            switch (operand->field) {
            case DPU_FIELD_RC:
                out->rc = (uint8_t)(operand->kind == DPU_KIND_PAIR ? 2 * below(s, 8) : below(s, 16));
                if (out->destination == DPU_TO_SIGNED || out->destination == DPU_TO_UNSIGNED)
                    out->rc &= 0xfe;
                break;
            case DPU_FIELD_RA: out->ra = random_register(s, operand->kind); break;
            case DPU_FIELD_RB: out->rb = random_register(s, operand->kind); break;
            case DPU_FIELD_IMM: out->imm = random_field(s, operand); break;
            case DPU_FIELD_OFF: out->off = random_field(s, operand); break;
            case DPU_FIELD_SHIFT: out->shift = (uint8_t)below(s, 32); break;
            case DPU_FIELD_PC: out->pc = (uint16_t)below(s, length); break;
            default: break;
            }
        }
        uint64_t encoded;
        struct dpu_instruction again;
        if (dpu_encode(out, &encoded) && dpu_decode(encoded, false, &again) && again.form == form)
            return true;
    }
    return false;
}

static uint32_t access_bytes(uint8_t operation)
{
    switch (operation) {
    case DPU_OP_LBS: case DPU_OP_LBU: case DPU_OP_SB: case DPU_OP_SB_ID: return 1;
    case DPU_OP_LHS: case DPU_OP_LHU: case DPU_OP_SH: case DPU_OP_SH_ID: return 2;
    case DPU_OP_LD: case DPU_OP_SD: case DPU_OP_SD_ID: return 8;
    default: return 4;
    }
}

/* Point an access at legal memory, nearly always. */
static void aim(struct stream *s, const struct program *program, uint32_t at, struct dpu_instruction *i)
{
    bool store = i->flags & DPU_STORE, shared = false;
    switch (program->sharing) {
    case PRIVATE: break;
    case READ_SHARED: shared = !store && chance(s, 50); break;
    case SPARSELY_SHARED: /* one or two instructions of the program meet on the bytes of one line */
        if (at % SPARSE_DISTANCE != SPARSE_DISTANCE / 2)
            break;
        i->ra = COMMON;
        i->off = (int32_t)(below(s, 64 / access_bytes(i->operation)) * access_bytes(i->operation) % (chance(s, 50) ? 8 : 64));
        return;
    case SOMETIMES_SHARED: shared = chance(s, 2); break;
    default: shared = chance(s, 60); break;
    }
    if (program->faults && chance(s, 1))
        return;
    i->ra = i->flags & DPU_SAFE ? CHECKED : shared ? COMMON : OWN;
    i->off = (int32_t)((below(s, 256) / 8 + below(s, 8)) * access_bytes(i->operation) % 1024);
}

static const enum dpu_operation rare_operations[] = {
    DPU_OP_ACQUIRE, DPU_OP_RELEASE, DPU_OP_ACQUIRE, DPU_OP_RELEASE, DPU_OP_LDMA, DPU_OP_SDMA, DPU_OP_LDMA, DPU_OP_SDMA,
    DPU_OP_BOOT, DPU_OP_RESUME, DPU_OP_RESUME, DPU_OP_READ_RUN, DPU_OP_CLR_RUN, DPU_OP_STOP, DPU_OP_TIME, DPU_OP_TIME_CFG,
    DPU_OP_CALL, DPU_OP_CALL, DPU_OP_ADDS, DPU_OP_SUBS, DPU_OP_FAULT, DPU_OP_LDMAI};

static void tame(struct stream *s, const struct program *program, uint32_t at, struct dpu_instruction *i)
{
    bool waits = i->operation == DPU_OP_ACQUIRE || i->operation == DPU_OP_RESUME || i->operation == DPU_OP_READ_RUN;
    if (waits && i->ending == DPU_END_JUMP && chance(s, 30)) { /* as compiled code does: spin until it is free */
        i->condition = DPU_IF_NZ;
        i->pc = (uint16_t)at;
    }
    switch (i->operation) {
    case DPU_OP_ACQUIRE: case DPU_OP_RELEASE:
        i->ra = DPU_ZERO;
        i->imm = (int32_t)(200 + below(s, 6));
        break;
    case DPU_OP_BOOT: case DPU_OP_RESUME: case DPU_OP_READ_RUN: case DPU_OP_CLR_RUN:
        i->ra = DPU_ZERO;
        i->imm = (int32_t)below(s, program->tasklets + 2);
        break;
    case DPU_OP_LDMA: case DPU_OP_SDMA:
        i->ra = program->sharing >= SOMETIMES_SHARED && chance(s, 20) ? COMMON_BUFFER : BUFFER;
        i->rb = i->ra == BUFFER ? MRAM : COMMON_MRAM;
        i->imm = (int32_t)below(s, 32);
        break;
    case DPU_OP_LDMAI: /* code from MRAM offset 0, where the program has a copy of itself */
        i->ra = CODE;
        i->rb = CODE;
        i->imm = 3;
        break;
    case DPU_OP_ADDS: case DPU_OP_SUBS:
        i->ra = CHECKED;
        if (i->second == DPU_B_REGISTER)
            i->rb = DPU_ID4;
        else
            i->imm = (int32_t)below(s, 64);
        break;
    case DPU_OP_CALL:
        if (i->second == DPU_B_REGISTER) {
            i->ra = DPU_ZERO;
            i->rb = CODE;
        } else {
            i->ra = chance(s, 50) ? DPU_ZERO : CODE;
            i->off = (int32_t)below(s, program->length / 2);
        }
        break;
    default:
        break;
    }
}

static uint32_t random_form(struct stream *s, bool (*wanted)(const struct dpu_form_row *))
{
    for (;;) {
        uint32_t form = below(s, DPU_BASE_FORMS);
        if (wanted(dpu_form(form)))
            return form;
    }
}

static uint32_t form_of(struct stream *s, enum dpu_operation operation)
{
    for (;;) {
        uint32_t form = below(s, DPU_BASE_FORMS);
        if (dpu_form(form)->operation == operation)
            return form;
    }
}

static uint64_t random_word(struct stream *s, const struct program *program, uint32_t at)
{
    for (;;) {
        struct dpu_instruction instruction;
        uint64_t word;
        uint32_t kind = below(s, 100);
        if (program->faults && chance(s, 1) && chance(s, 20))
            return draw(s) & 0xffffffffffff;
        enum dpu_operation rare = rare_operations[below(s, sizeof rare_operations / sizeof *rare_operations)];
        if ((rare == DPU_OP_FAULT && !program->faults) || (rare == DPU_OP_LDMAI && !chance(s, 20)))
            continue;
        if (program->sharing == SPARSELY_SHARED && at % SPARSE_DISTANCE == SPARSE_DISTANCE / 2)
            kind = 70; /* the access */
        uint32_t form = kind < 62   ? random_form(s, is_compute)
                        : kind < 92 ? random_form(s, is_access)
                                    : form_of(s, rare);
        if (!random_instruction(s, form, program->length, &instruction))
            continue;
        if (is_access(dpu_form(form)))
            aim(s, program, at, &instruction);
        tame(s, program, at, &instruction);
        if (dpu_encode(&instruction, &word))
            return word;
    }
}

static uint64_t encode_as(const char *form, struct dpu_instruction instruction)
{
    for (uint32_t i = 0; i < DPU_BASE_FORMS; i++) {
        if (strcmp(dpu_form(i)->name, form))
            continue;
        instruction.form = (uint16_t)i;
        uint64_t word;
        ck_assert_msg(dpu_encode(&instruction, &word), "%s does not encode", form);
        return word;
    }
    ck_abort_msg("no form %s", form);
    return 0;
}

static void make_program(struct stream *s, struct program *program)
{
    program->tasklets = 1 + below(s, chance(s, 20) ? 24 : 17);
    program->sharing = below(s, SHARINGS);
    program->faults = chance(s, 15);
    program->length = 8 + below(s, CODE_LONGEST);
    /* Thread i starts thread i + 1, then all run the random part, which ends in a jump to its start. */
    program->words[0] = encode_as("SUBzrici", (struct dpu_instruction){
        .ra = DPU_ID, .imm = (int32_t)program->tasklets - 1, .condition = DPU_IF_Z, .pc = 2});
    program->words[1] = encode_as("BOOTrici", (struct dpu_instruction){.ra = DPU_ID, .imm = 1});
    for (uint32_t i = 2; i < program->length; i++)
        program->words[i] = random_word(s, program, i);
    if (chance(s, 70)) /* each tasklet enters elsewhere, so that they do not run in step */
        program->words[2] = encode_as("CALLzri", (struct dpu_instruction){.ra = CODE});
    program->words[program->length++] =
        chance(s, 50) ? encode_as("CALLzri", (struct dpu_instruction){.ra = DPU_ZERO, .off = 2})
                      : encode_as("STOPci", (struct dpu_instruction){.condition = DPU_IF_TRUE, .pc = 2});
}

/* ---- machines ---- */

static void load_program(struct dpu_machine *machine, const struct program *program)
{
    uint8_t bytes[DPU_IRAM_INSTRUCTIONS * DPU_INSTRUCTION_BYTES] = {0};
    for (uint32_t i = 0; i < program->length; i++)
        for (uint32_t b = 0; b < 6; b++)
            bytes[8 * i + b] = (uint8_t)(program->words[i] >> 8 * b);
    uint64_t size = 8ull * program->length;
    static const char name[] = "<random>";
    struct pim_segment segments[2] = {
        {.space = DPU_SPACE_IRAM, .data = bytes, .data_bytes = size, .memory_bytes = size},
        {.space = DPU_SPACE_MRAM, .data = bytes, .data_bytes = size, .memory_bytes = size}};
    struct pim_image image = {.path = name, .instruction_set = "dpu", .segment_count = 2, .segments = segments};
    struct pim_error error = {0};
    uint32_t unit = 0;
    ck_assert_msg(pim_dpu_backend.load(machine, &unit, 1, &image, &error) == PIM_OK, "%s", error.text);
}

static void launch(struct dpu_machine *machine, struct stream s, const struct program *program)
{
    uint64_t overhead;
    uint32_t unit = 0;
    struct pim_error error = {0};
    ck_assert_msg(pim_dpu_backend.launch(machine, &unit, 1, 0, PIM_TIMING, &overhead, &error) == PIM_OK, "%s",
                  error.text);
    struct dpu *dpu = &machine->dpus[0];
    for (uint32_t t = 0; t < DPU_TASKLETS; t++) {
        uint32_t *r = dpu->tasklets[t].registers;
        for (uint32_t i = 0; i < OWN; i++)
            r[i] = chance(&s, 50) ? below(&s, 64) : (uint32_t)draw(&s);
        r[OWN] = 8192 + t * 2048;
        r[COMMON] = 1024;
        r[BUFFER] = r[OWN] + 1024;
        r[MRAM] = 0x100000 + t * 4096;
        r[COMMON_BUFFER] = 1024 + 8 * below(&s, 32) + (program->faults ? below(&s, 4) : 0);
        r[COMMON_MRAM] = 0x200000 + 8 * below(&s, 32);
        r[CODE] = 3 + below(&s, program->length - 4);
        r[CHECKED] = (8192 + 2048) << 16 | (8192 + t * 16);
        dpu->tasklets[t].zf = chance(&s, 50);
        dpu->tasklets[t].cf = chance(&s, 50);
    }
    for (uint32_t i = 0; i < DPU_WRAM_BYTES; i += 8) {
        uint64_t word = draw(&s) & 0x00ff00ff0000ffff;
        memcpy(dpu->wram + i, &word, 8);
    }
}

/* ---- comparison ---- */

/* Named in every message: PIMENTO_TEST_SEED of the program that failed. */
static uint64_t seed_at_work;

#define SAME(what, a, b)                                                                           \
    ck_assert_msg((a) == (b), "PIMENTO_TEST_SEED=%" PRIu64 ": %s: 0x%" PRIx64 ", reference 0x%" PRIx64, seed_at_work, \
                  what, (uint64_t)(b), (uint64_t)(a))

static const char *const register_names[DPU_REGISTER_CODES] = {
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "r16", "r17",
    "r18", "r19", "r20", "r21", "r22", "r23", "zero", "one", "lneg", "mneg", "id", "id2", "id4", "id8"};

static void same_tasklets(const struct dpu *a, const struct dpu *b)
{
    for (uint32_t t = 0; t < DPU_TASKLETS; t++) {
        const struct dpu_tasklet *x = &a->tasklets[t], *y = &b->tasklets[t];
        for (uint32_t i = 0; i < DPU_REGISTER_CODES; i++)
            SAME(register_names[i], x->registers[i], y->registers[i]);
        SAME("pc", x->pc, y->pc);
        SAME("zf", x->zf, y->zf);
        SAME("cf", x->cf, y->cf);
        SAME("waiting_dma", x->waiting_dma, y->waiting_dma);
        SAME("ready_cycle", x->ready_cycle, y->ready_cycle);
    }
}

static void same_counters(const struct dpu *a, const struct dpu *b)
{
    for (const struct pim_counter *row = dpu_counter_rows; row->name; row++) {
        uint64_t x = *(const uint64_t *)((const char *)&a->counters + row->offset);
        uint64_t y = *(const uint64_t *)((const char *)&b->counters + row->offset);
        SAME(row->name, x, y);
    }
    const struct dpu_counters *c = &b->counters;
    SAME("cycles by cause", c->cycles,
         c->issue_cycles + c->idle_register_file + c->idle_dma + c->idle_sync + c->idle_revolver);
}

static void same_mram(const struct dpu *a, const struct dpu *b)
{
    static uint8_t x[DPU_MRAM_PAGE_BYTES], y[DPU_MRAM_PAGE_BYTES];
    for (uint32_t offset = 0; offset < 0x300000; offset += sizeof x) {
        dpu_mram_read(a, offset, x, sizeof x);
        dpu_mram_read(b, offset, y, sizeof y);
        SAME("MRAM", 0, memcmp(x, y, sizeof x));
    }
}

static void same_events(const struct pim_event_list *a, const struct pim_event_list *b)
{
    SAME("count", a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct pim_event *x = &a->events[i], *y = &b->events[i];
        SAME("time_ps", x->time_ps, y->time_ps);
        SAME("duration_ps", x->duration_ps, y->duration_ps);
        SAME("kind", x->kind, y->kind);
        SAME("lane", x->lane, y->lane);
        SAME("sequence", x->sequence, y->sequence);
        SAME("event arguments", 0, memcmp(x->arguments, y->arguments, sizeof x->arguments));
    }
}

static void same_state(const struct dpu *a, const struct dpu *b)
{
    SAME("cycle", a->cycle, b->cycle);
    SAME("fault.kind", a->fault.kind, b->fault.kind);
    if (a->fault.kind) {
        SAME("fault.tasklet", a->fault.tasklet, b->fault.tasklet);
        SAME("fault.pc", a->fault.pc, b->fault.pc);
        SAME("fault.code", a->fault.code, b->fault.code);
        SAME("fault.address", a->fault.address, b->fault.address);
    }
    same_tasklets(a, b);
    SAME("WRAM", 0, memcmp(a->wram, b->wram, DPU_WRAM_BYTES));
    same_mram(a, b);
    SAME("run_bits", a->run_bits, b->run_bits);
    SAME("atomic bits", 0, memcmp(a->atomic_bits, b->atomic_bits, sizeof a->atomic_bits));
    SAME("started", a->started, b->started);
    SAME("dma_free", a->dma_free, b->dma_free);
    SAME("launch_instructions", a->launch_instructions, b->launch_instructions);
    SAME("time counter", dpu_time_value(a, a->cycle, a->launch_instructions),
         dpu_time_value(b, b->cycle, b->launch_instructions));
    same_counters(a, b);
}

/* ---- tests ---- */

static uint64_t environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : otherwise;
}

/* What the programs came to, so that a generator that only makes trivial ones is noticed. */
struct coverage { uint64_t instructions, done, faulted, limited, dma, conflicts, spins; };

/* As if tasklets had met on the common lines before: from the first window on they are watched byte by byte. */
static void contest_common_lines(struct dpu *dpu)
{
    dpu->contested_lines = calloc(DPU_WRAM_BYTES / 64 / 64, sizeof *dpu->contested_lines);
    ck_assert_ptr_nonnull(dpu->contested_lines);
    dpu->contested_lines[0] = 0xffff0000; /* bytes 1024 to 2047 */
}

static void compare_program(uint64_t seed, struct coverage *coverage)
{
    struct stream s = {seed};
    static struct program program;
    make_program(&s, &program);
    struct dpu_machine *reference = test_machine(1), *fast = test_machine(1);
    load_program(reference, &program);
    load_program(fast, &program);
    struct pim_event_list events[2] = {{0}};
    bool traced = chance(&s, 25), known = chance(&s, 50);
    if (known)
        contest_common_lines(&fast->dpus[0]);
    for (uint32_t round = 1 + below(&s, 2); round > 0; round--) {
        struct stream memory = {draw(&s)};
        launch(reference, memory, &program);
        launch(fast, memory, &program);
        uint64_t limit = 0;
        enum pim_run a = PIM_LIMITED;
        for (uint32_t slice = 1 + below(&s, 4); slice > 0 && a == PIM_LIMITED; slice--) {
            limit += below(&s, chance(&s, 50) ? 300 : chance(&s, 80) ? 20000 : 100000);
            a = dpu_run_reference(&reference->dpus[0], limit, traced ? &events[0] : NULL);
            enum pim_run b = dpu_run_fast(&fast->dpus[0], limit, traced ? &events[1] : NULL);
            SAME("result of the run", a, b);
            same_state(&reference->dpus[0], &fast->dpus[0]);
            if (a == PIM_LIMITED)
                ck_assert_uint_eq(fast->dpus[0].cycle, limit);
        }
        coverage->done += a == PIM_DONE;
        coverage->faulted += a == PIM_FAULTED;
        coverage->limited += a == PIM_LIMITED;
        reference->dpus[0].running = fast->dpus[0].running = false;
        if (a != PIM_DONE)
            break;
    }
    same_events(&events[0], &events[1]);
    coverage->instructions += fast->dpus[0].counters.instructions;
    coverage->spins += fast->dpus[0].counters.sync_spins;
    coverage->dma += fast->dpus[0].counters.dma_reads + fast->dpus[0].counters.dma_writes;
    for (uint32_t i = 0; !known && fast->dpus[0].contested_lines && i < DPU_WRAM_BYTES / 64 / 64; i++)
        coverage->conflicts += (uint64_t)__builtin_popcountll(fast->dpus[0].contested_lines[i]);
    free(events[0].events);
    free(events[1].events);
    pim_dpu_backend.close(reference);
    pim_dpu_backend.close(fast);
}

START_TEST(fast_is_reference)
{
    uint64_t first = environment("PIMENTO_TEST_SEED", 1);
    uint64_t count = PROGRAMS * environment("PIMENTO_TEST_SCALE", 100) / 100;
    struct coverage coverage = {0};
    for (uint64_t seed = first; seed < first + count; seed++) {
        seed_at_work = seed;
        compare_program(seed, &coverage);
    }
    printf("engines agree: seeds %" PRIu64 " to %" PRIu64 ", %" PRIu64 " instructions, %" PRIu64 " transfers, launches done %" PRIu64
           ", faulted %" PRIu64 ", limited %" PRIu64 ", spins %" PRIu64 ", contested lines %" PRIu64 "\n",
           first, first + count - 1, coverage.instructions, coverage.dma, coverage.done, coverage.faulted, coverage.limited,
           coverage.spins, coverage.conflicts);
    if (count >= 100) {
        ck_assert_uint_gt(coverage.done, 0);
        ck_assert_uint_gt(coverage.faulted, 0);
        ck_assert_uint_gt(coverage.limited, 0);
        ck_assert_uint_gt(coverage.dma, 0);
        ck_assert_uint_gt(coverage.conflicts, 0);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("dpu engines");
    TCase *tcase = tcase_create("fast is reference");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, fast_is_reference);
    suite_add_tcase(suite, tcase);
    return suite;
}

TEST_MAIN(make_suite)
