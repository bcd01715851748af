/* The fast engine: takes a stretch of commands as values (bitserial_values.h), then computes them for one stripe of columns after the other, so
 * that all that a stripe needs stays in the cache. Time, counters, faults and limits come from the same control unit as in the reference
 * engine; what only the data can tell (two wordlines opened that might differ) and failing majorities are left to that engine.
 */
#include "bitserial_values.h"

#include <stdlib.h>
#include <string.h>

enum { STRIPE_WORDS = 128 }; /* 1 KiB: some dozens of temporaries fit a first-level cache */

/* One operation on a stripe. A complemented operand of a majority is its first. ORDER KERNEL */
enum kernel { KERNEL_AND, KERNEL_AND_NOT, KERNEL_NOR, KERNEL_MAJORITY, KERNEL_MAJORITY_NOT, KERNEL_COPY, KERNEL_NOT, KERNEL_ZERO, KERNEL_ONE };

/* Where an operand's stripe is: base, and for rows the stripe's offset. */
struct place {
    uint64_t *base;
    size_t mask;
};

struct operation {
    enum kernel kernel;
    struct place to, a, b, c;
};

struct engine {
    struct bitserial_bank *bank;
    struct bitserial_subarray *subarray; /* of the commands taken; NULL: none taken */
    struct values values;
    struct operation *operations;
    uint64_t *slots;
    size_t slots_room;
};

typedef uint64_t stripe_vector __attribute__((vector_size(32), aligned(8), may_alias));

static inline __attribute__((always_inline)) void run_operation(const struct operation *operation, size_t offset, size_t words)
{
    stripe_vector *to = (stripe_vector *)(operation->to.base + (offset & operation->to.mask));
    const stripe_vector *a = (const stripe_vector *)(operation->a.base + (offset & operation->a.mask));
    const stripe_vector *b = (const stripe_vector *)(operation->b.base + (offset & operation->b.mask));
    const stripe_vector *c = (const stripe_vector *)(operation->c.base + (offset & operation->c.mask));
    size_t count = words / (sizeof *to / sizeof(uint64_t));
#define EACH(expression)                 \
    for (size_t i = 0; i < count; i++) { \
        to[i] = (expression);            \
    }                                    \
    break
    switch (operation->kernel) {
    case KERNEL_AND: EACH(a[i] & b[i]);
    case KERNEL_AND_NOT: EACH(a[i] & ~b[i]);
    case KERNEL_NOR: EACH(~(a[i] | b[i]));
    case KERNEL_MAJORITY: EACH((a[i] & (b[i] | c[i])) | (b[i] & c[i]));
    case KERNEL_MAJORITY_NOT: EACH((~a[i] & (b[i] | c[i])) | (b[i] & c[i]));
    case KERNEL_COPY: EACH(a[i]);
    case KERNEL_NOT: EACH(~a[i]);
    case KERNEL_ZERO: EACH((stripe_vector){0});
    case KERNEL_ONE: EACH(~(stripe_vector){0});
    }
#undef EACH
}

static inline __attribute__((always_inline)) void run_operations(const struct operation *operations, size_t count, size_t offset, size_t words)
{
    for (size_t i = 0; i < count; i++)
        run_operation(&operations[i], offset, words);
}

/* The same twice, once for processors with wider vectors. */
static void run_plain(const struct operation *operations, size_t count, size_t offset, size_t words)
{
    run_operations(operations, count, offset, words);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void run_wide(const struct operation *operations, size_t count, size_t offset, size_t words)
{
    run_operations(operations, count, offset, words);
}
#endif

static void (*stripe_runner(void))(const struct operation *, size_t, size_t, size_t)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        return run_wide;
#endif
    return run_plain;
}

/* ---- from values to operations ---- */

static struct place row_place(const struct engine *engine, uint64_t row)
{
    return (struct place){bitserial_row_words(engine->bank->machine, engine->subarray, row), SIZE_MAX};
}

static struct place place_of(const struct engine *engine, literal x)
{
    const struct value *value = &engine->values.values[x / 2];
    if (value->slot != NOWHERE)
        return (struct place){engine->slots + (size_t)value->slot * STRIPE_WORDS, 0};
    return row_place(engine, value->row);
}

static struct operation computation(const struct engine *engine, uint32_t index)
{
    const struct value *value = &engine->values.values[index];
    literal a = value->operands[0], b = value->operands[1], c = value->operands[2];
    struct operation operation = {.to = place_of(engine, 2 * index)};
    if (value->kind == VALUE_MAJORITY) {
        operation.kernel = a & 1 ? KERNEL_MAJORITY_NOT : KERNEL_MAJORITY;
        operation.c = place_of(engine, c);
    } else {
        bool exchanged = (a & 1) && !(b & 1);
        literal first = exchanged ? b : a;
        b = exchanged ? a : b;
        a = first;
        operation.kernel = a & 1 ? KERNEL_NOR : b & 1 ? KERNEL_AND_NOT : KERNEL_AND;
        operation.c = operation.to;
    }
    operation.a = place_of(engine, a);
    operation.b = place_of(engine, b);
    return operation;
}

static struct operation simple(enum kernel kernel, struct place to, struct place from)
{
    return (struct operation){kernel, to, from, from, from};
}

/* First what rows held that are overwritten and taken by others, then the computations, then what rows take that is elsewhere. */
static size_t make_operations(struct engine *engine)
{
    const struct values *v = &engine->values;
    size_t count = 0;
    for (uint32_t i = 1; i < v->count; i++)
        if (v->values[i].kind == VALUE_ROW && v->values[i].slot != NOWHERE)
            engine->operations[count++] = simple(KERNEL_COPY, place_of(engine, 2 * i), row_place(engine, v->values[i].row));
    for (uint32_t i = 1; i < v->count; i++)
        if (v->values[i].kind != VALUE_ROW && v->values[i].last_use)
            engine->operations[count++] = computation(engine, i);
    for (size_t i = 0; i < v->touched_count; i++) {
        const struct row_state *state = &v->states[v->touched[i]];
        struct place row = row_place(engine, v->touched[i]);
        bool there = !(state->now & 1) && v->values[state->now / 2].row == v->touched[i] && v->values[state->now / 2].slot == NOWHERE;
        if (!values_changes(state) || there)
            continue;
        if (state->now < 2)
            engine->operations[count++] = simple(state->now ? KERNEL_ONE : KERNEL_ZERO, row, row);
        else
            engine->operations[count++] = simple(state->now & 1 ? KERNEL_NOT : KERNEL_COPY, row, place_of(engine, state->now));
    }
    return count;
}

static bool room_for_slots(struct engine *engine)
{
    size_t words = (size_t)engine->values.slots * STRIPE_WORDS;
    if (words <= engine->slots_room)
        return true;
    free(engine->slots);
    engine->slots = aligned_alloc(64, words * sizeof *engine->slots);
    engine->slots_room = engine->slots ? words : 0;
    return engine->slots;
}

/* Carry out what has been taken. False: out of memory. */
static bool flush(struct engine *engine)
{
    if (!engine->subarray)
        return true;
    values_place(&engine->values);
    if (!room_for_slots(engine))
        return false;
    size_t count = make_operations(engine), row_words = engine->bank->machine->row_words;
    void (*run_stripe)(const struct operation *, size_t, size_t, size_t) = stripe_runner();
    for (size_t offset = 0; offset < row_words; offset += STRIPE_WORDS) {
        size_t words = row_words - offset < STRIPE_WORDS ? row_words - offset : STRIPE_WORDS;
        run_stripe(engine->operations, count, offset, words);
    }
    values_clear(&engine->values);
    engine->subarray = NULL;
    return true;
}

/* ---- taking ---- */

static bool enter_subarray(struct engine *engine)
{
    struct bitserial_subarray *subarray = bitserial_subarray(engine->bank, engine->bank->subarray);
    if (!subarray || ((engine->subarray != subarray || values_full(&engine->values)) && !flush(engine)))
        return false;
    engine->subarray = subarray;
    return true;
}

static enum pim_run no_memory(struct bitserial_bank *bank)
{
    bitserial_set_fault(bank, BITSERIAL_FAULT_MEMORY, 0);
    return PIM_FAULTED;
}

static enum pim_run take_step(struct engine *engine, const struct bitserial_step *step)
{
    struct bitserial_bank *bank = engine->bank;
    if (!enter_subarray(engine))
        return no_memory(bank);
    if (!values_take(&engine->values, bank->machine->parameters.d_rows, step)) {
        struct bitserial_subarray *subarray = engine->subarray;
        if (!flush(engine))
            return no_memory(bank);
        if (!bitserial_carry_out(bank, subarray, step))
            return PIM_FAULTED;
    }
    bitserial_account_step(bank, step);
    return PIM_LIMITED;
}

static enum pim_run take_move(struct engine *engine, const struct bitserial_move *move)
{
    struct bitserial_bank *bank = engine->bank;
    struct bitserial_subarray *from = bitserial_subarray(bank, bank->subarray), *to = bitserial_subarray(bank, move->subarray);
    if (!from || !to || !flush(engine))
        return no_memory(bank);
    bitserial_carry_out_move(bank, from, to, move);
    bitserial_account_move(bank);
    return PIM_LIMITED;
}

static enum pim_run run(struct engine *engine, uint64_t limit_cycles)
{
    struct bitserial_bank *bank = engine->bank;
    while (bank->ready_cycle < limit_cycles) {
        struct bitserial_step step;
        struct bitserial_move move;
        enum pim_run result = PIM_LIMITED;
        switch (bitserial_next(bank, &step, &move)) {
        case BITSERIAL_NEXT_COMMAND: result = take_step(engine, &step); break;
        case BITSERIAL_NEXT_MOVE: result = take_move(engine, &move); break;
        case BITSERIAL_NEXT_DONE: return PIM_DONE;
        case BITSERIAL_NEXT_FAULT: return PIM_FAULTED;
        case BITSERIAL_NEXT_NO_MEMORY: return no_memory(bank);
        }
        if (result != PIM_LIMITED)
            return result;
    }
    return PIM_LIMITED;
}

enum pim_run bitserial_run_fast(struct bitserial_bank *bank, uint64_t limit_cycles)
{
    struct engine engine = {.bank = bank, .operations = malloc(2 * VALUES * sizeof *engine.operations)};
    if (bank->machine->parameters.reliability != BITSERIAL_IDEAL) {
        free(engine.operations);
        return bitserial_run_reference(bank, limit_cycles);
    }
    enum pim_run result = PIM_FAULTED;
    if (!engine.operations || !values_open(&engine.values, bank->machine->row_count))
        no_memory(bank);
    else
        result = run(&engine, limit_cycles);
    if (result != PIM_FAULTED || bank->fault.kind != BITSERIAL_FAULT_MEMORY)
        if (!flush(&engine))
            result = no_memory(bank);
    values_close(&engine.values);
    free(engine.operations);
    free(engine.slots);
    return result;
}
