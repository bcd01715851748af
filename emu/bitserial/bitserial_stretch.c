#include "bitserial_stretch.h"

#include <stdlib.h>
#include <string.h>

/* ---- from values to operations ---- */

/* Rows come first among the places. */
static uint32_t place_of(const struct values *v, uint64_t rows, literal x)
{
    const struct value *value = &v->values[x / 2];
    return value->slot != NOWHERE ? (uint32_t)rows + value->slot : value->row;
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

static struct stretch_operation computation(const struct values *v, uint64_t rows, uint32_t index)
{
    const struct value *value = &v->values[index];
    literal a = value->operands[0], b = value->operands[1], c = value->operands[2];
    struct stretch_operation operation = {.to = place_of(v, rows, 2 * index)};
    switch ((enum value_kind)value->kind) {
    case VALUE_XOR: operation.kernel = STRIPE_XOR; break;
    case VALUE_PARITY: operation.kernel = STRIPE_PARITY; break;
    case VALUE_MAJORITY: operation.kernel = a & 1 ? STRIPE_MAJORITY_NOT : STRIPE_MAJORITY; break;
    case VALUE_SELECT: operation.kernel = b & 1 ? STRIPE_SELECT_NOT : STRIPE_SELECT; break;
    default: operation.kernel = and_kernel(&a, &b); break;
    }
    operation.a = place_of(v, rows, a);
    operation.b = place_of(v, rows, b);
    operation.c = value_operands(value) == 3 ? place_of(v, rows, c) : operation.a;
    operation.parity = operation.to;
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
static size_t add_computations(struct stretch_operation *operations, size_t count, const struct values *v, uint64_t rows)
{
    const struct value *before = &v->values[0];
    for (uint32_t i = 1; i < v->count; i++) {
        const struct value *value = &v->values[i];
        if (value->kind == VALUE_ROW || !value->last_use)
            continue;
        if (makes_adder(before, value)) {
            struct stretch_operation *adder = &operations[count - 1];
            adder->kernel = adder->kernel == STRIPE_MAJORITY ? STRIPE_ADDER : STRIPE_ADDER_NOT;
            adder->parity = place_of(v, rows, 2 * i);
        } else {
            operations[count++] = computation(v, rows, i);
        }
        before = value;
    }
    return count;
}

static struct stretch_operation simple(enum stripe_kernel kernel, uint32_t to, uint32_t from)
{
    return (struct stretch_operation){kernel, to, to, from, from, from};
}

/* First what rows held that are overwritten and taken by others, then the computations, then what rows take that is elsewhere. */
static size_t add_operations(struct stretch_operation *operations, const struct values *v, uint64_t rows)
{
    size_t count = 0;
    for (uint32_t i = 1; i < v->count; i++)
        if (v->values[i].kind == VALUE_ROW && v->values[i].slot != NOWHERE)
            operations[count++] = simple(STRIPE_COPY, place_of(v, rows, 2 * i), v->values[i].row);
    count = add_computations(operations, count, v, rows);
    for (size_t i = 0; i < v->touched_count; i++) {
        const struct row_state *state = &v->states[v->touched[i]];
        uint32_t row = v->touched[i];
        bool there = !(state->now & 1) && v->values[state->now / 2].row == row && v->values[state->now / 2].slot == NOWHERE;
        if (!values_changes(state) || there)
            continue;
        if (state->now < 2)
            operations[count++] = simple(state->now ? STRIPE_ONE : STRIPE_ZERO, row, row);
        else
            operations[count++] = simple(state->now & 1 ? STRIPE_NOT : STRIPE_COPY, row, place_of(v, rows, state->now));
    }
    return count;
}

/* ---- taking ---- */

static void subtract_counters(struct bitserial_counters *from, const struct bitserial_counters *counters)
{
    const uint64_t *x = (const uint64_t *)counters;
    uint64_t *to = (uint64_t *)from;
    for (size_t i = 0; i < sizeof *from / sizeof *to; i++)
        to[i] -= x[i];
}

static void add_counters(struct bitserial_counters *into, const struct bitserial_counters *counters)
{
    const uint64_t *x = (const uint64_t *)counters;
    uint64_t *to = (uint64_t *)into;
    for (size_t i = 0; i < sizeof *into / sizeof *to; i++)
        to[i] += x[i];
}

/* Commands into `values`, until something ends them. False: out of memory. */
static bool take_commands(struct bitserial_bank *bank, struct values *v, uint64_t limit_cycles, struct stretch *head)
{
    bool begun = false;
    head->end = STRETCH_GOES_ON;
    while (head->end == STRETCH_GOES_ON && bank->ready_cycle < limit_cycles && !values_full(v)) {
        switch (bitserial_next(bank, &head->step, &head->move)) {
        case BITSERIAL_NEXT_COMMAND:
            if (!begun)
                head->subarray = bank->subarray;
            begun = true;
            if (head->subarray == bank->subarray && values_take(v, &head->step))
                bitserial_account_step(bank, &head->step);
            else
                head->end = STRETCH_STEP;
            break;
        case BITSERIAL_NEXT_MOVE: head->end = STRETCH_MOVE; break;
        case BITSERIAL_NEXT_DONE: head->end = STRETCH_DONE; break;
        case BITSERIAL_NEXT_FAULT: head->end = STRETCH_FAULT; break;
        case BITSERIAL_NEXT_NO_MEMORY: return false;
        }
    }
    return true;
}

static bool keep_expansion(const struct bitserial_bank *bank, struct stretch *stretch)
{
    size_t left = bank->expansion.count - bank->expansion_next;
    if (left == 0)
        return true;
    stretch->expansion = malloc(left * sizeof *stretch->expansion);
    if (!stretch->expansion)
        return false;
    memcpy(stretch->expansion, bank->expansion.commands + bank->expansion_next, left * sizeof *stretch->expansion);
    stretch->expansion_count = left;
    stretch->bytes += left * sizeof *stretch->expansion;
    return true;
}

static void keep_control(const struct bitserial_bank *bank, const struct bitserial_counters *before, struct stretch *stretch)
{
    memcpy(stretch->registers, bank->registers, sizeof stretch->registers);
    stretch->pc = bank->pc;
    stretch->subarray_after = bank->subarray;
    stretch->at = bank->at;
    stretch->ready_cycle = bank->ready_cycle;
    stretch->next_refresh = bank->next_refresh;
    stretch->command = bank->command;
    stretch->fault = bank->fault;
    stretch->added = bank->counters;
    subtract_counters(&stretch->added, before);
}

struct stretch *stretch_take(struct bitserial_bank *bank, struct values *v, uint64_t limit_cycles)
{
    struct stretch head = {.first_command = bank->command, .limit_cycles = limit_cycles};
    struct bitserial_counters before = bank->counters;
    values_clear(v);
    if (!take_commands(bank, v, limit_cycles, &head))
        return NULL;
    values_place(v);
    head.slots = v->slots;
    size_t most = v->count + v->touched_count + 1; /* a copy of a row's first content stands for its value */
    head.bytes = sizeof head + most * sizeof head.operations[0];
    struct stretch *stretch = malloc(head.bytes);
    if (!stretch)
        return NULL;
    *stretch = head;
    stretch->count = add_operations(stretch->operations, v, bank->machine->row_count);
    keep_control(bank, &before, stretch);
    if (keep_expansion(bank, stretch))
        return stretch;
    stretch_free(stretch);
    return NULL;
}

void stretch_free(struct stretch *stretch)
{
    if (stretch)
        free(stretch->expansion);
    free(stretch);
}

/* ---- a bank that follows ---- */

static bool follow_expansion(struct bitserial_bank *bank, const struct stretch *stretch)
{
    struct microprogram *expansion = &bank->expansion;
    if (expansion->room < stretch->expansion_count) {
        struct bitserial_command *room = realloc(expansion->commands, stretch->expansion_count * sizeof *room);
        if (!room)
            return false;
        expansion->commands = room;
        expansion->room = stretch->expansion_count;
    }
    if (stretch->expansion_count)
        memcpy(expansion->commands, stretch->expansion, stretch->expansion_count * sizeof *stretch->expansion);
    expansion->count = stretch->expansion_count;
    bank->expansion_next = 0;
    return true;
}

bool stretch_follow(struct bitserial_bank *bank, const struct stretch *stretch)
{
    if (!follow_expansion(bank, stretch))
        return false;
    memcpy(bank->registers, stretch->registers, sizeof bank->registers);
    bank->pc = stretch->pc;
    bank->subarray = stretch->subarray_after;
    bank->at = stretch->at;
    bank->ready_cycle = stretch->ready_cycle;
    bank->next_refresh = stretch->next_refresh;
    bank->command = stretch->command;
    bank->fault = stretch->fault;
    add_counters(&bank->counters, &stretch->added);
    return true;
}

/* ---- rows ---- */

void stretch_room_free(struct stretch_room *room)
{
    free(room->operations);
    free(room->slots);
}

static bool make_room(struct stretch_room *room, const struct stretch *stretch)
{
    if (room->operation_count < stretch->count) {
        free(room->operations);
        room->operations = malloc(stretch->count * sizeof *room->operations);
        room->operation_count = room->operations ? stretch->count : 0;
    }
    if (room->slot_count < stretch->slots) {
        free(room->slots);
        room->slots = aligned_alloc(64, stretch->slots * STRIPE_WORDS * sizeof *room->slots);
        room->slot_count = room->slots ? stretch->slots : 0;
    }
    return room->operation_count >= stretch->count && room->slot_count >= stretch->slots;
}

bool stretch_carry_out(struct bitserial_bank *bank, const struct stretch *stretch, struct stretch_room *room)
{
    const struct bitserial_machine *machine = bank->machine;
    if (stretch->count == 0)
        return true;
    const struct bitserial_subarray *subarray = bitserial_subarray(bank, stretch->subarray);
    if (!subarray || !make_room(room, stretch))
        return false;
#define PLACE(place)                                                                                                                      \
    ((place) < machine->row_count ? (struct stripe_place){bitserial_row_words(machine, subarray, place), SIZE_MAX}                         \
                                  : (struct stripe_place){room->slots + ((place) - machine->row_count) * STRIPE_WORDS, 0})
    for (size_t i = 0; i < stretch->count; i++) {
        const struct stretch_operation *from = &stretch->operations[i];
        room->operations[i] = (struct stripe_operation){from->kernel, PLACE(from->to), PLACE(from->parity), PLACE(from->a), PLACE(from->b),
                                                        PLACE(from->c)};
    }
#undef PLACE
    stripe_runner *runners[STRIPE_VARIANTS];
    stripe_runners_here(runners);
    for (size_t offset = 0; offset < machine->row_words; offset += STRIPE_WORDS) {
        size_t words = machine->row_words - offset < STRIPE_WORDS ? machine->row_words - offset : STRIPE_WORDS;
        runners[0](room->operations, stretch->count, offset, words);
    }
    return true;
}
