/* A stretch of row commands as what it computes: every row is a literal, a value or its complement, and values are what a row held at first, a
 * majority, or an AND. Copies and complements vanish, temporaries that nobody reads are never computed. bitserial_values.c builds it,
 * bitserial_fast.c carries it out.
 */
#ifndef BITSERIAL_VALUES_H
#define BITSERIAL_VALUES_H

#include "bitserial_machine.h"

typedef uint32_t literal; /* 2 x value + 1 when complemented; value 0 is the constant 0 */

enum value_kind { VALUE_CONSTANT, VALUE_ROW, VALUE_AND, VALUE_MAJORITY };

enum { VALUES = 1 << 14, VALUES_OF_A_COMMAND = 4, NOWHERE = UINT32_MAX, AT_THE_END = UINT32_MAX };

struct value {
    uint8_t kind;
    literal operands[3];
    uint32_t row;      /* VALUE_ROW: which; else the row whose memory holds it, or NOWHERE */
    uint32_t slot;     /* where it is otherwise; NOWHERE: in its row, or dead */
    uint32_t last_use; /* value that reads it last, AT_THE_END when a row takes it there; 0: dead */
};

/* Rows are counted as in memory: D rows, then cells. */
struct row_state {
    literal now;
    uint32_t first;    /* value of what it held at first, 0: not read */
    bool known, written;
};

struct values {
    uint64_t rows;               /* of the subarray */
    size_t count, touched_count;
    struct value *values;
    struct row_state *states;    /* one a row */
    uint32_t *touched;           /* rows whose state is not empty */
    uint32_t slots;              /* after values_place */
};

/* False: out of memory. Freed by values_close. */
bool values_open(struct values *v, uint64_t rows);
void values_close(struct values *v);
void values_clear(struct values *v);
bool values_full(const struct values *v);

/* Take a command. False: it opens two wordlines that are not the same literal, so only the data can tell; nothing was taken. */
bool values_take(struct values *v, uint64_t d_rows, const struct bitserial_step *step);

/* Does the row end with something else than it had at first? */
static inline bool values_changes(const struct row_state *state)
{
    return state->written && (state->first == 0 || state->now != 2 * state->first);
}

/* Find out what is needed and where each value goes. */
void values_place(struct values *v);

#endif
