/* The run-ahead interpreter: direct-threaded code over unpacked instructions.
 *
 * One tasklet runs until its budget is used up, it stands before a global instruction (DMA, bits, threads, clock), before something
 * that cannot be executed (a fault, an undefined word), or touches a byte out of order (dpu_speculation.c). Instructions are counted per
 * straight line, when it is entered; leaving in the middle takes the rest back. Nothing here knows about cycles.
 */
#include "dpu_fast.h"
#include "dpu_semantics.h"

#include <stdlib.h>
#include <string.h>

/* What a handler row matches besides operation: names used in dpu_handlers.inc. */
enum { SECOND_NONE = DPU_B_NONE, SECOND_REGISTER = DPU_B_REGISTER, SECOND_IMMEDIATE = DPU_B_IMMEDIATE,
       SECOND_FIRST_IMMEDIATE = DPU_B_FIRST_IMMEDIATE, SECOND_REGISTER_SHIFT = DPU_B_REGISTER_SHIFT,
       SECOND_PAIR = DPU_B_PAIR, SECOND_FIXED };
enum { TO_NARROW, TO_SIGNED, TO_UNSIGNED, TO_PAIR };
enum { DPU_OP_NONE = DPU_OPERATIONS };

enum handler {
#define HANDLER(name, ...) H_##name,
#include "dpu_handlers.inc"
    HANDLERS
};

struct handler_row { uint8_t operation, second, destination, ending, condition; };

static const struct handler_row handler_rows[HANDLERS] = {
#define HANDLER(name, operation, second, destination, ending, condition, ...)                      \
    {DPU_OP_##operation, SECOND_##second, TO_##destination, DPU_END_##ending, DPU_IF_##condition},
#include "dpu_handlers.inc"
};

/* ------------------------------------------------------------------------------------------ run ahead --- */

/* One instruction through the general body: what the list of handlers leaves out. Memory is claimed first. */
static enum ahead general_step(struct dpu_scratch *s, uint32_t tasklet);

typedef const void *const label_table[HANDLERS];

/* The dispatch has some hundred thousand edges. Clang's sanitizers and coverage split every one: compiling would take many minutes. */
#if defined(__clang__) && defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define QUICK_TO_COMPILE __attribute__((no_sanitize("coverage"), optnone, noinline))
#endif
#endif
#ifndef QUICK_TO_COMPILE
#define QUICK_TO_COMPILE
#endif

/* Runs, or with `labels` not NULL only tells where the handlers are. */
QUICK_TO_COMPILE static enum ahead threaded(struct dpu_scratch *s, uint32_t number, uint32_t budget, uint32_t *executed,
                           const label_table **labels)
{
    static const label_table table = {
#define HANDLER(name, ...) &&handler_##name,
#include "dpu_handlers.inc"
    };
    if (labels) {
        *labels = &table;
        return AHEAD_BUDGET;
    }

    struct dpu *const dpu = s->dpu;
    struct dpu_tasklet *const tasklet = &dpu->tasklets[number];
    const struct fast_op *const ops = s->code->ops, *op;
    uint32_t *const r = tasklet->registers;
    uint8_t *const wram = dpu->wram, *const permissions = s->permissions[number];
    const uint32_t wram_bytes = (uint32_t)dpu->machine->parameters.wram_bytes;
    const uint32_t iram = (uint32_t)dpu->machine->parameters.iram_instructions;
    int32_t *const entries = s->entries;
    int32_t left = (int32_t)budget;
    uint32_t zero = !tasklet->zf, cf = tasklet->cf;
    uint64_t accesses = 0; /* loads, and stores times 2^32 */
    enum ahead reason = AHEAD_BUDGET;

#define ENTER(next)                                                                                \
    do {                                                                                           \
        op = (next);                                                                               \
        entries[op->index]++;                                                                      \
        left -= op->run;                                                                           \
        if (__builtin_expect(left < 0, 0))                                                         \
            goto short_of_budget;                                                                  \
        goto *op->handler;                                                                         \
    } while (0)
#define NEXT                                                                                       \
    do {                                                                                           \
        op++;                                                                                      \
        goto *op->handler;                                                                         \
    } while (0)
#define BRANCH(taken) ENTER((taken) ? op->target : op + 1)
#define GO(pc) ENTER(ops + ((pc) < iram ? (pc) : (pc) % iram))
#define LINK (op->index + 1u == iram ? 0 : op->index + 1u)
#define LEAVE(why)                                                                                 \
    do {                                                                                           \
        reason = (why);                                                                            \
        goto leave;                                                                                \
    } while (0)
#define ADDRESS(TYPE, PERMISSION, WRITES)                                                          \
    uint32_t address = r[op->ra] + op->immediate;                                                  \
    if (__builtin_expect((address & (sizeof(TYPE) - 1)) || address > wram_bytes - sizeof(TYPE), 0)) \
        LEAVE(AHEAD_TRAP);                                                                         \
    if (__builtin_expect(!(permissions[address >> LINE_SHIFT] & (PERMISSION)), 0) &&               \
        !dpu_own_bytes(s, number, address, sizeof(TYPE), WRITES) &&                                \
        !dpu_claim(s, number, address, sizeof(TYPE), WRITES))                                      \
        LEAVE(AHEAD_CONFLICT)
#define READ(TYPE)                                                                                 \
    ADDRESS(TYPE, MAY_READ, false);                                                                \
    TYPE value;                                                                                    \
    memcpy(&value, wram + address, sizeof value);                                                  \
    accesses++
#define WRITE(TYPE, expression)                                                                    \
    ADDRESS(TYPE, MAY_WRITE, true);                                                                \
    TYPE value = (expression);                                                                     \
    memcpy(wram + address, &value, sizeof value);                                                  \
    accesses += 1ull << 32
#define STEP                                                                                       \
    do {                                                                                           \
        tasklet->pc = op->index;                                                                   \
        tasklet->zf = zero == 0;                                                                   \
        tasklet->cf = (uint8_t)cf;                                                                 \
        enum ahead result = general_step(s, number);                                               \
        if (result != AHEAD_BUDGET)                                                                \
            LEAVE(result);                                                                         \
        zero = !tasklet->zf;                                                                       \
        cf = tasklet->cf;                                                                          \
    } while (0)

    ENTER(ops + tasklet->pc);

#define HANDLER(name, operation, second, destination, ending, condition, ...)                      \
    handler_##name : { __VA_ARGS__; }
#include "dpu_handlers.inc"

leave:
    /* `op` was not executed: take back what its line has counted from here on. */
    left += op->run;
    entries[op->index] -= op->run != 0;
    goto done;

short_of_budget:
    /* The line is longer than what is left: go on one by one. */
    left += op->run;
    entries[op->index]--;
    tasklet->pc = op->index;
    tasklet->zf = zero == 0;
    tasklet->cf = (uint8_t)cf;
    while (left > 0) {
        op = &ops[tasklet->pc];
        if (!op->run) {
            reason = op->handler == table[H_GLOBAL] ? AHEAD_EVENT : AHEAD_TRAP;
            break;
        }
        reason = general_step(s, number);
        if (reason != AHEAD_BUDGET)
            break;
        s->singles[op->index]++;
        left--;
    }
    dpu->counters.wram_loads += (uint32_t)accesses;
    dpu->counters.wram_stores += accesses >> 32;
    *executed = budget - (uint32_t)left;
    return reason;

done:
    tasklet->pc = op->index;
    tasklet->zf = zero == 0;
    tasklet->cf = (uint8_t)cf;
    dpu->counters.wram_loads += (uint32_t)accesses;
    dpu->counters.wram_stores += accesses >> 32;
    *executed = budget - (uint32_t)left;
    return reason;
}

enum ahead dpu_run_ahead(struct dpu_scratch *s, uint32_t tasklet, uint32_t budget, uint32_t *executed)
{
    return threaded(s, tasklet, budget, executed, NULL);
}

/* The bytes a load or store will touch. The checked-pointer forms may fault in ways only the body knows: the claim is then for nothing. */
static uint32_t touched(const struct dpu_tasklet *tasklet, const struct dpu_instruction *instruction,
                        uint32_t *bytes)
{
    switch (instruction->operation) {
    case DPU_OP_LBS: case DPU_OP_LBU: case DPU_OP_SB: case DPU_OP_SB_ID: *bytes = 1; break;
    case DPU_OP_LHS: case DPU_OP_LHU: case DPU_OP_SH: case DPU_OP_SH_ID: *bytes = 2; break;
    case DPU_OP_LD: case DPU_OP_SD: case DPU_OP_SD_ID: *bytes = 8; break;
    default: *bytes = 4; break;
    }
    uint32_t base = tasklet->registers[instruction->ra];
    return (instruction->flags & DPU_SAFE ? base & 0xffff : base) + (uint32_t)instruction->off;
}

static enum ahead general_step(struct dpu_scratch *s, uint32_t number)
{
    struct dpu *dpu = s->dpu;
    struct dpu_tasklet *tasklet = &dpu->tasklets[number];
    const struct dpu_instruction *instruction = &dpu->code->instructions[tasklet->pc];
    if (instruction->flags & (DPU_LOAD | DPU_STORE)) {
        bool store = instruction->flags & DPU_STORE;
        uint32_t bytes, address = touched(tasklet, instruction, &bytes);
        if (address & (bytes - 1) || address > dpu->machine->parameters.wram_bytes - bytes)
            return AHEAD_TRAP;
        uint8_t needed = store ? MAY_WRITE : MAY_READ;
        if (!(s->permissions[number][address >> LINE_SHIFT] & needed) &&
            !dpu_claim(s, number, address, bytes, store))
            return AHEAD_CONFLICT;
    }
    struct dpu_fault_state before = dpu->fault;
    uint32_t pc = tasklet->pc;
    if (dpu_execute_body(dpu, number, 0, NULL))
        return AHEAD_BUDGET;
    /* It faults: leave that to the exact order. */
    dpu->fault = before;
    tasklet->pc = pc;
    return AHEAD_TRAP;
}

/* --------------------------------------------------------------------------------------- threaded code --- */

static bool ends_line(const struct dpu_instruction *instruction)
{
    return instruction->operation == DPU_OP_CALL ||
           (instruction->ending == DPU_END_JUMP && instruction->condition != DPU_IF_FALSE);
}

static bool fits(const struct handler_row *row, const struct dpu_instruction *instruction)
{
    static const uint8_t classes[] = {[DPU_TO_NOTHING] = TO_NARROW, [DPU_TO_REGISTER] = TO_NARROW,
                                      [DPU_TO_SIGNED] = TO_SIGNED, [DPU_TO_UNSIGNED] = TO_UNSIGNED,
                                      [DPU_TO_PAIR] = TO_PAIR};
    if (row->operation != instruction->operation || row->destination != classes[instruction->destination])
        return false;
    bool fixed_call = instruction->operation == DPU_OP_CALL && instruction->ra == DPU_ZERO &&
                      instruction->second != DPU_B_REGISTER;
    if (row->second == SECOND_FIXED ? !fixed_call : row->second != instruction->second)
        return false;
    bool jumps = instruction->ending == DPU_END_JUMP;
    if (row->ending != instruction->ending)
        return false;
    return row->condition == (jumps || instruction->ending == DPU_END_SET ? instruction->condition
                                                                          : DPU_IF_FALSE);
}

static enum handler choose_handler(const struct dpu_code *code, uint32_t index)
{
    const struct dpu_instruction *instruction = &code->instructions[index];
    if (dpu_fetch_fault(code, index))
        return H_UNUSABLE;
    if (instruction->flags & DPU_GLOBAL)
        return H_GLOBAL;
    bool plain_access = !(instruction->flags & DPU_SAFE) && !instruction->big_endian;
    for (enum handler h = 0; plain_access && h < H_GENERIC; h++) {
        if (fits(&handler_rows[h], instruction))
            return h;
    }
    return ends_line(instruction) ? H_GENERIC_BRANCH : H_GENERIC;
}

static void unpack(struct fast_op *op, const struct dpu_instruction *instruction, uint32_t iram,
                   const struct fast_op *ops)
{
    bool access = instruction->flags & (DPU_LOAD | DPU_STORE);
    bool call = instruction->operation == DPU_OP_CALL;
    op->immediate = (uint32_t)(access || call ? instruction->off : instruction->imm);
    op->stored = instruction->imm;
    op->target = &ops[instruction->pc % iram];
    op->rc = instruction->destination == DPU_TO_NOTHING ? DPU_REGISTER_CODES : instruction->rc;
    op->ra = instruction->ra;
    op->rb = instruction->rb;
    op->shift = instruction->shift;
    if (call && instruction->ra == DPU_ZERO && instruction->second != DPU_B_REGISTER) {
        op->target = &ops[(uint32_t)instruction->off % iram];
        op->immediate = (op->index + 1u) % iram;
    }
}

static struct fast_code *build(const struct dpu_code *code, uint32_t iram)
{
    struct fast_code *fast = calloc(1, sizeof *fast);
    if (!fast)
        return NULL;
    const label_table *labels;
    threaded(NULL, 0, 0, NULL, &labels);
    fast->ops[iram] = (struct fast_op){.handler = (*labels)[H_WRAP], .index = (uint16_t)iram};
    for (uint32_t i = iram; i-- > 0;) {
        const struct dpu_instruction *instruction = &code->instructions[i];
        struct fast_op *op = &fast->ops[i];
        enum handler h = choose_handler(code, i);
        op->handler = (*labels)[h];
        op->index = (uint16_t)i;
        if (h == H_UNUSABLE)
            continue;
        if (!fast->extent)
            fast->extent = i + 1;
        fast->mix[i] = (uint8_t)dpu_mix_class(instruction);
        unpack(op, instruction, iram, fast->ops);
        if (h != H_GLOBAL)
            op->run = ends_line(instruction) ? 1 : 1 + op[1].run;
    }
    return fast;
}

struct fast_code *dpu_threaded_code(struct dpu *dpu)
{
    struct dpu_machine *machine = dpu->machine;
    struct fast_code *fast = __atomic_load_n(&dpu->code->fast, __ATOMIC_ACQUIRE);
    if (fast)
        return fast;
    pthread_mutex_lock(&machine->scratch_lock);
    fast = dpu->code->fast;
    if (!fast) {
        fast = build(dpu->code, (uint32_t)machine->parameters.iram_instructions);
        __atomic_store_n(&dpu->code->fast, fast, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&machine->scratch_lock);
    return fast;
}

void dpu_fast_free_code(struct dpu_code *code)
{
    free(code->fast);
    code->fast = NULL;
}
