/* A stretch of row commands as what it computes: every row is a literal, a value or its complement, and values are what a row held at first, or
 * a function of up to three others. Copies and complements vanish, temporaries that nobody reads are never computed, and majorities that
 * together are an exclusive or, a parity or a selection become that (bitserial_functions.c). bitserial_values.c builds it, bitserial_fast.c carries
 * it out.
 */
#ifndef BITSERIAL_VALUES_H
#define BITSERIAL_VALUES_H

#include "bitserial_machine.h"

typedef uint32_t literal; /* 2 x value + 1 when complemented; value 0 is the constant 0 */

/* VALUE_SELECT: where operand 0 is 1, operand 1, else operand 2. */
enum value_kind { VALUE_CONSTANT, VALUE_ROW, VALUE_AND, VALUE_XOR, VALUE_MAJORITY, VALUE_PARITY, VALUE_SELECT };

enum { VALUES = 1 << 14, VALUES_OF_A_COMMAND = 4, NOWHERE = UINT32_MAX, AT_THE_END = UINT32_MAX };

/* A value as a function of up to three others, its leaves: bit i of the table is the result where leaf k has bit k of i. */
struct function {
    uint32_t leaves[3];
    uint32_t marks; /* a bit for each leaf, perhaps the same for two of them: see leaf_mark */
    uint8_t count, table;
};

struct value {
    uint8_t kind;
    literal operands[3];
    uint32_t row;      /* VALUE_ROW: which; else the row whose memory holds it, or NOWHERE */
    uint32_t slot;     /* where it is otherwise; NOWHERE: in its row, or dead */
    uint32_t last_use; /* value that reads it last, AT_THE_END when a row takes it there; 0: dead */
    struct function function;
};

/* Operands of a computation; 0 for constants and rows. */
static inline unsigned value_operands(const struct value *value)
{
    return value->kind >= VALUE_MAJORITY ? 3 : value->kind >= VALUE_AND ? 2 : 0;
}

/* Rows are counted as in memory: D rows, then cells. */
struct row_state {
    literal now;
    uint32_t first;    /* value of what it held at first, 0: not read */
    bool known, written;
};

/* What an address of the B group opens. */
struct opened {
    unsigned count;
    uint32_t rows[3];
    literal flips[3];
};

struct values {
    struct opened opened[BITSERIAL_B_ADDRESSES];
    size_t count, touched_count;
    struct value *values;
    struct row_state *states;    /* one a row */
    uint32_t *touched;           /* rows whose state is not empty */
    uint32_t slots;              /* after values_place */
};

/* False: out of memory. Freed by values_close. */
bool values_open(struct values *v, uint64_t d_rows);
void values_close(struct values *v);
void values_clear(struct values *v);
bool values_full(const struct values *v);

/* Take a command. False: it opens two wordlines that are not the same literal, so only the data can tell; nothing was taken. */
bool values_take(struct values *v, const struct bitserial_step *step);

/* bitserial_functions.c: what a row held at first, and a majority, as simple as is seen: a literal that is there already, or a new value. */
literal values_row(struct values *v, uint32_t row);
literal values_majority(struct values *v, literal a, literal b, literal c);

/* Does the row end with something else than it had at first? */
static inline bool values_changes(const struct row_state *state)
{
    return state->written && (state->first == 0 || state->now != 2 * state->first);
}

/* Find out what is needed and where each value goes. */
void values_place(struct values *v);

#endif
