#include "bitserial_values.h"

#include <stdlib.h>
#include <string.h>

bool values_open(struct values *v, uint64_t rows)
{
    *v = (struct values){.rows = rows,
                         .values = malloc(VALUES * sizeof *v->values),
                         .states = calloc(rows, sizeof *v->states),
                         .touched = malloc(rows * sizeof *v->touched)};
    if (!v->values || !v->states || !v->touched) {
        values_close(v);
        return false;
    }
    values_clear(v);
    return true;
}

void values_close(struct values *v)
{
    free(v->values);
    free(v->states);
    free(v->touched);
    *v = (struct values){0};
}

void values_clear(struct values *v)
{
    for (size_t i = 0; i < v->touched_count; i++)
        v->states[v->touched[i]] = (struct row_state){0};
    v->touched_count = 0;
    v->values[0] = (struct value){.kind = VALUE_CONSTANT, .row = NOWHERE, .slot = NOWHERE};
    v->count = 1;
}

bool values_full(const struct values *v)
{
    return v->count + VALUES_OF_A_COMMAND > VALUES;
}

/* ---- building ---- */

static literal add_value(struct values *v, enum value_kind kind, literal a, literal b, literal c)
{
    v->values[v->count] = (struct value){.kind = (uint8_t)kind, .operands = {a, b, c}, .row = NOWHERE, .slot = NOWHERE};
    return (literal)(2 * v->count++);
}

static bool is_constant(literal x)
{
    return x < 2;
}

static literal both(struct values *v, literal a, literal b)
{
    if (a == b || b == 1)
        return a;
    if (a == 1)
        return b;
    if (a == (b ^ 1) || a == 0 || b == 0)
        return 0;
    return add_value(v, VALUE_AND, a, b, 0);
}

/* Of a majority at most one operand is left complemented, the first: M(!a, !b, c) = !M(a, b, !c). */
static literal majority(struct values *v, literal a, literal b, literal c)
{
    if (a == b || a == c)
        return a;
    if (b == c || a == (b ^ 1))
        return b == c ? b : c;
    if (a == (c ^ 1) || b == (c ^ 1))
        return a == (c ^ 1) ? b : a;
    if (is_constant(a) || is_constant(b)) {
        literal constant = is_constant(a) ? a : b, other = is_constant(a) ? b : a;
        return majority(v, other, c, constant);
    }
    if (is_constant(c)) /* a OR b = !(!a AND !b) */
        return both(v, a ^ c, b ^ c) ^ c;
    literal flip = (a & 1) + (b & 1) + (c & 1) >= 2;
    a ^= flip;
    b ^= flip;
    c ^= flip;
    if (b & 1)
        return add_value(v, VALUE_MAJORITY, b, a, c) ^ flip;
    return (c & 1 ? add_value(v, VALUE_MAJORITY, c, a, b) : add_value(v, VALUE_MAJORITY, a, b, c)) ^ flip;
}

static struct row_state *touch(struct values *v, uint64_t row)
{
    struct row_state *state = &v->states[row];
    if (!state->known)
        v->touched[v->touched_count++] = (uint32_t)row;
    state->known = true;
    return state;
}

static literal read_row(struct values *v, uint64_t row)
{
    if (v->states[row].known)
        return v->states[row].now;
    struct row_state *state = touch(v, row);
    state->first = (uint32_t)v->count;
    state->now = add_value(v, VALUE_ROW, 0, 0, 0);
    v->values[state->first].row = (uint32_t)row;
    return state->now;
}

static void write_row(struct values *v, uint64_t row, literal now)
{
    struct row_state *state = touch(v, row);
    state->now = now;
    state->written = true;
}

/* The rows that an operand opens, and how: one for D rows. */
static unsigned open_rows(uint64_t d_rows, bitserial_row operand, uint64_t rows[3], literal flips[3])
{
    if (!bitserial_is_b(operand)) {
        rows[0] = operand;
        flips[0] = 0;
        return 1;
    }
    const struct bitserial_opening *opening = &bitserial_openings[operand - BITSERIAL_B];
    for (unsigned i = 0; i < opening->count; i++) {
        rows[i] = d_rows + opening->wordlines[i].cell;
        flips[i] = opening->wordlines[i].complement;
    }
    return opening->count;
}

static void restore(struct values *v, uint64_t d_rows, bitserial_row operand, literal latched)
{
    uint64_t rows[3];
    literal flips[3];
    unsigned count = open_rows(d_rows, operand, rows, flips);
    for (unsigned i = 0; i < count; i++)
        write_row(v, rows[i], latched ^ flips[i]);
}

bool values_take(struct values *v, uint64_t d_rows, const struct bitserial_step *step)
{
    literal latched = step->first == BITSERIAL_C1;
    if (!bitserial_is_c(step->first)) {
        uint64_t rows[3];
        literal flips[3], seen[3] = {0};
        unsigned count = open_rows(d_rows, step->first, rows, flips);
        for (unsigned i = 0; i < count; i++)
            seen[i] = read_row(v, rows[i]) ^ flips[i];
        if (count == 2 && seen[0] != seen[1])
            return false;
        latched = count == 3 ? majority(v, seen[0], seen[1], seen[2]) : seen[0];
        if (count == 3)
            restore(v, d_rows, step->first, latched);
    }
    if (step->second != BITSERIAL_NO_ROW)
        restore(v, d_rows, step->second, latched);
    return true;
}

/* ---- placing ---- */

static unsigned operand_count(const struct value *value)
{
    return value->kind == VALUE_MAJORITY ? 3 : value->kind == VALUE_AND ? 2 : 0;
}

/* From the rows back: the last reader of each value. Readers are met in falling order, so the first one met is the last. */
static void find_uses(struct values *v)
{
    for (size_t i = 0; i < v->count; i++)
        v->values[i].last_use = 0;
    for (size_t i = 0; i < v->touched_count; i++) {
        const struct row_state *state = &v->states[v->touched[i]];
        if (values_changes(state))
            v->values[state->now / 2].last_use = AT_THE_END;
    }
    for (size_t i = v->count; i-- > 1;) {
        struct value *value = &v->values[i];
        for (unsigned k = 0; value->last_use && k < operand_count(value); k++) {
            struct value *operand = &v->values[value->operands[k] / 2];
            if (!operand->last_use)
                operand->last_use = (uint32_t)i;
        }
    }
}

/* A value that a row keeps as it is is computed right there, when what the row held at first is not read afterwards. */
static void choose_rows(struct values *v)
{
    for (size_t i = 0; i < v->touched_count; i++) {
        const struct row_state *state = &v->states[v->touched[i]];
        uint32_t index = state->now / 2;
        struct value *value = &v->values[index];
        bool free_then = state->first == 0 || v->values[state->first].last_use <= index;
        if (state->written && free_then && !(state->now & 1) && operand_count(value) > 0 && value->row == NOWHERE)
            value->row = v->touched[i];
    }
}

/* Everything else gets a slot from its computation to its last use; what a row held at first, when another row takes it and this one is
 * overwritten, from the start to the end. */
static void choose_slots(struct values *v)
{
    uint32_t free_slots[VALUES], free_count = 0;
    v->slots = 0;
    for (size_t i = 1; i < v->count; i++) {
        struct value *value = &v->values[i];
        if (value->kind == VALUE_ROW && value->last_use == AT_THE_END && values_changes(&v->states[value->row]))
            value->slot = v->slots++;
    }
    for (size_t i = 1; i < v->count; i++) {
        struct value *value = &v->values[i];
        if (!value->last_use || operand_count(value) == 0)
            continue;
        for (unsigned k = 0; k < operand_count(value); k++) {
            const struct value *operand = &v->values[value->operands[k] / 2];
            if (operand->last_use == i && operand->slot != NOWHERE)
                free_slots[free_count++] = operand->slot;
        }
        if (value->row == NOWHERE)
            value->slot = free_count ? free_slots[--free_count] : v->slots++;
    }
}

void values_place(struct values *v)
{
    find_uses(v);
    choose_rows(v);
    choose_slots(v);
}
