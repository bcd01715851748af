#include "bitserial_values.h"

#include <stdlib.h>
#include <string.h>

/* Rows of a subarray in memory: D rows, then cells. */
static struct opened open_address(const struct bitserial_opening *opening, uint64_t d_rows)
{
    struct opened opened = {.count = opening->count};
    for (unsigned i = 0; i < opening->count; i++) {
        opened.rows[i] = (uint32_t)d_rows + opening->wordlines[i].cell;
        opened.flips[i] = opening->wordlines[i].complement;
    }
    return opened;
}

bool values_open(struct values *v, uint64_t d_rows)
{
    uint64_t rows = d_rows + BITSERIAL_CELLS;
    *v = (struct values){.values = malloc(VALUES * sizeof *v->values),
                         .states = calloc(rows, sizeof *v->states),
                         .touched = malloc(rows * sizeof *v->touched)};
    for (unsigned i = 0; i < BITSERIAL_B_ADDRESSES; i++)
        v->opened[i] = open_address(&bitserial_openings[i], d_rows);
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

static struct row_state *touch(struct values *v, uint32_t row)
{
    struct row_state *state = &v->states[row];
    if (!state->known)
        v->touched[v->touched_count++] = row;
    state->known = true;
    return state;
}

static literal read_row(struct values *v, uint32_t row)
{
    if (v->states[row].known)
        return v->states[row].now;
    struct row_state *state = touch(v, row);
    state->now = values_row(v, row);
    state->first = state->now / 2;
    return state->now;
}

static void write_row(struct values *v, uint32_t row, literal now)
{
    struct row_state *state = touch(v, row);
    state->now = now;
    state->written = true;
}

static void write_opened(struct values *v, const struct opened *opened, literal latched)
{
    for (unsigned i = 0; i < opened->count; i++)
        write_row(v, opened->rows[i], latched ^ opened->flips[i]);
}

/* What an address of the B group gives; with three wordlines it ends in all of them. False: a tie that only the data can tell. */
static bool open_first(struct values *v, const struct opened *opened, literal *latched)
{
    literal seen[3] = {0};
    for (unsigned i = 0; i < opened->count; i++)
        seen[i] = read_row(v, opened->rows[i]) ^ opened->flips[i];
    *latched = opened->count == 3 ? values_majority(v, seen[0], seen[1], seen[2]) : seen[0];
    if (opened->count == 3)
        write_opened(v, opened, *latched);
    return opened->count != 2 || seen[0] == seen[1];
}

bool values_take(struct values *v, const struct bitserial_step *step)
{
    literal latched = step->first == BITSERIAL_C1;
    if (bitserial_is_d(step->first))
        latched = read_row(v, step->first);
    else if (bitserial_is_b(step->first) && !open_first(v, &v->opened[step->first - BITSERIAL_B], &latched))
        return false;
    if (bitserial_is_d(step->second))
        write_row(v, step->second, latched);
    else if (step->second != BITSERIAL_NO_ROW)
        write_opened(v, &v->opened[step->second - BITSERIAL_B], latched);
    return true;
}

/* ---- placing ---- */

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
        for (unsigned k = 0; value->last_use && k < value_operands(value); k++) {
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
        if (state->written && free_then && !(state->now & 1) && value_operands(value) > 0 && value->row == NOWHERE)
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
        if (!value->last_use || value_operands(value) == 0)
            continue;
        for (unsigned k = 0; k < value_operands(value); k++) {
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
