/* The fast engine: takes a stretch of commands as values (bitserial_values.h), then computes them for one stripe of columns after the other, so
 * that all that a stripe needs stays in the cache. Time, counters, faults and limits come from the same control unit as in the reference
 * engine; what only the data can tell (two wordlines opened that might differ) and failing majorities are left to that engine.
 */
#include "bitserial_stripes.h"
#include "bitserial_values.h"

#include <stdlib.h>
#include <string.h>

struct engine {
    struct bitserial_bank *bank;
    struct bitserial_subarray *subarray; /* of the commands taken, NULL: none taken; and its index */
    uint32_t index;
    struct values values;
    struct stripe_operation *operations;
    uint64_t *slots;
    size_t slots_room;
};

/* ---- from values to operations ---- */

static struct stripe_place row_place(const struct engine *engine, uint64_t row)
{
    return (struct stripe_place){bitserial_row_words(engine->bank->machine, engine->subarray, row), SIZE_MAX};
}

static struct stripe_place place_of(const struct engine *engine, literal x)
{
    const struct value *value = &engine->values.values[x / 2];
    if (value->slot != NOWHERE)
        return (struct stripe_place){engine->slots + (size_t)value->slot * STRIPE_WORDS, 0};
    return row_place(engine, value->row);
}

static enum stripe_kernel and_kernel(literal *a, literal *b)
{
    if ((*a & 1) && !(*b & 1)) {
        literal first = *b;
        *b = *a;
        *a = first;
    }
    return *a & 1 ? STRIPE_NOR : *b & 1 ? STRIPE_AND_NOT : STRIPE_AND;
}

static struct stripe_operation computation(const struct engine *engine, uint32_t index)
{
    const struct value *value = &engine->values.values[index];
    literal a = value->operands[0], b = value->operands[1], c = value->operands[2];
    struct stripe_operation operation = {.to = place_of(engine, 2 * index)};
    switch ((enum value_kind)value->kind) {
    case VALUE_XOR: operation.kernel = STRIPE_XOR; break;
    case VALUE_PARITY: operation.kernel = STRIPE_PARITY; break;
    case VALUE_MAJORITY: operation.kernel = a & 1 ? STRIPE_MAJORITY_NOT : STRIPE_MAJORITY; break;
    case VALUE_SELECT: operation.kernel = b & 1 ? STRIPE_SELECT_NOT : STRIPE_SELECT; break;
    default: operation.kernel = and_kernel(&a, &b); break;
    }
    operation.a = place_of(engine, a);
    operation.b = place_of(engine, b);
    operation.c = value_operands(value) == 3 ? place_of(engine, c) : operation.a;
    return operation;
}

/* Is `value` the parity of what the majority computed just before it takes? All of them live on, so that its result is in no place of theirs. */
static bool makes_adder(const struct value *majority, const struct value *value)
{
    if (majority->kind != VALUE_MAJORITY || value->kind != VALUE_PARITY)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        literal leaf = majority->operands[i] | 1;
        if (leaf != (value->operands[0] | 1) && leaf != (value->operands[1] | 1) && leaf != (value->operands[2] | 1))
            return false;
    }
    return true;
}

/* What is needed of the values, in their order. */
static size_t make_computations(struct engine *engine, size_t count)
{
    const struct values *v = &engine->values;
    const struct value *before = &v->values[0];
    for (uint32_t i = 1; i < v->count; i++) {
        const struct value *value = &v->values[i];
        if (value->kind == VALUE_ROW || !value->last_use)
            continue;
        if (makes_adder(before, value)) {
            struct stripe_operation *adder = &engine->operations[count - 1];
            adder->kernel = adder->kernel == STRIPE_MAJORITY ? STRIPE_ADDER : STRIPE_ADDER_NOT;
            adder->parity = place_of(engine, 2 * i);
        } else {
            engine->operations[count++] = computation(engine, i);
        }
        before = value;
    }
    return count;
}

static struct stripe_operation simple(enum stripe_kernel kernel, struct stripe_place to, struct stripe_place from)
{
    return (struct stripe_operation){.kernel = kernel, .to = to, .a = from, .b = from, .c = from};
}

/* First what rows held that are overwritten and taken by others, then the computations, then what rows take that is elsewhere. */
static size_t make_operations(struct engine *engine)
{
    const struct values *v = &engine->values;
    size_t count = 0;
    for (uint32_t i = 1; i < v->count; i++)
        if (v->values[i].kind == VALUE_ROW && v->values[i].slot != NOWHERE)
            engine->operations[count++] = simple(STRIPE_COPY, place_of(engine, 2 * i), row_place(engine, v->values[i].row));
    count = make_computations(engine, count);
    for (size_t i = 0; i < v->touched_count; i++) {
        const struct row_state *state = &v->states[v->touched[i]];
        struct stripe_place row = row_place(engine, v->touched[i]);
        bool there = !(state->now & 1) && v->values[state->now / 2].row == v->touched[i] && v->values[state->now / 2].slot == NOWHERE;
        if (!values_changes(state) || there)
            continue;
        if (state->now < 2)
            engine->operations[count++] = simple(state->now ? STRIPE_ONE : STRIPE_ZERO, row, row);
        else
            engine->operations[count++] = simple(state->now & 1 ? STRIPE_NOT : STRIPE_COPY, row, place_of(engine, state->now));
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
    stripe_runner *runners[STRIPE_VARIANTS];
    stripe_runners_here(runners);
    for (size_t offset = 0; offset < row_words; offset += STRIPE_WORDS) {
        size_t words = row_words - offset < STRIPE_WORDS ? row_words - offset : STRIPE_WORDS;
        runners[0](engine->operations, count, offset, words);
    }
    values_clear(&engine->values);
    engine->subarray = NULL;
    return true;
}

/* ---- taking ---- */

static bool enter_subarray(struct engine *engine)
{
    uint32_t index = engine->bank->subarray;
    if (engine->subarray && engine->index == index && !values_full(&engine->values))
        return true;
    struct bitserial_subarray *subarray = bitserial_subarray(engine->bank, index);
    if (!subarray || !flush(engine))
        return false;
    engine->subarray = subarray;
    engine->index = index;
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
    if (!values_take(&engine->values, step)) {
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
    if (!engine.operations || !values_open(&engine.values, bank->machine->parameters.d_rows))
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
