/* The 16 operations as Ambit would run them: every gate of the textbook circuit is a bulk Boolean operation of its own, from rows to a row: NOT two
 * commands, AND and OR four, XOR and XNOR seven (Seshadri et al., MICRO 2017). Nothing stays in the compute rows from one gate to the next.
 *
 * The one-bit step is the same for every bit, as in SIMDRAM's programs; constants come from C0 and C1. The circuits are ours: SIMDRAM's evaluation does not say
 * which it gave Ambit.
 */
#include "ambit.h"

#include "generators.h"

/* Scratch: values inside a step, the running one, then what an operation keeps. */
enum { INSIDE = 6, CARRY = INSIDE, KEPT };

static void gate(enum bitserial_operation operation, bitserial_row to, bitserial_row a, bitserial_row b, struct microprogram *program)
{
    const struct bitserial_operands o = {.width = 1, .destination = &to, .a = &a, .b = &b};
    bitserial_generate(operation, &o, program);
}

static void complement(bitserial_row to, bitserial_row a, struct microprogram *program)
{
    gate(BITSERIAL_NOT, to, a, a, program);
}

/* 26 commands. `carry` may be `carry_in`, `sum` an operand. */
static void full_adder(bitserial_row sum, bitserial_row carry, bitserial_row a, bitserial_row b, bitserial_row carry_in, const bitserial_row *t,
                       struct microprogram *program)
{
    gate(BITSERIAL_XOR, t[0], a, b, program);
    gate(BITSERIAL_AND, t[1], a, b, program);
    gate(BITSERIAL_AND, t[2], t[0], carry_in, program);
    gate(BITSERIAL_XOR, sum, t[0], carry_in, program);
    gate(BITSERIAL_OR, carry, t[1], t[2], program);
}

static void add(const bitserial_row *sum, const bitserial_row *a, const bitserial_row *b, unsigned width, const bitserial_row *t,
                struct microprogram *program)
{
    aap(program, C0, t[CARRY]);
    for (unsigned i = 0; i < width; i++)
        full_adder(sum[i], t[CARRY], a[i], b[i], t[CARRY], t, program);
}

/* The carry is "no borrow". */
static void subtract(const bitserial_row *difference, const bitserial_row *a, const bitserial_row *b, unsigned width, const bitserial_row *t,
                     struct microprogram *program)
{
    aap(program, C1, t[CARRY]);
    for (unsigned i = 0; i < width; i++) {
        complement(t[3], b[i], program);
        full_adder(difference[i], t[CARRY], a[i], t[3], t[CARRY], t, program);
    }
}

/* yes where the selection is 1, else no. `to` may be either. */
static void choose(const bitserial_row *to, const bitserial_row *yes, const bitserial_row *no, unsigned width, bitserial_row select,
                   const bitserial_row *t, struct microprogram *program)
{
    complement(t[0], select, program);
    for (unsigned i = 0; i < width; i++) {
        gate(BITSERIAL_AND, t[1], select, yes[i], program);
        gate(BITSERIAL_AND, t[2], t[0], no[i], program);
        gate(BITSERIAL_OR, to[i], t[1], t[2], program);
    }
}

/* a > b, or a >= b: from the lowest bit, (a AND NOT b) OR ((a OR NOT b) AND what was so far). */
static void greater(bitserial_row to, const bitserial_row *a, const bitserial_row *b, unsigned width, bool or_equal, const bitserial_row *t,
                    struct microprogram *program)
{
    aap(program, or_equal ? C1 : C0, t[CARRY]);
    for (unsigned i = 0; i < width; i++) {
        complement(t[0], b[i], program);
        gate(BITSERIAL_AND, t[1], a[i], t[0], program);
        gate(BITSERIAL_OR, t[2], a[i], t[0], program);
        gate(BITSERIAL_AND, t[3], t[2], t[CARRY], program);
        gate(BITSERIAL_OR, i + 1 < width ? t[CARRY] : to, t[1], t[3], program);
    }
}

static void equal(const struct bitserial_operands *o, const bitserial_row *t, struct microprogram *program)
{
    aap(program, C1, o->destination[0]);
    for (unsigned i = 0; i < o->width; i++) {
        gate(BITSERIAL_XNOR, t[0], o->a[i], o->b[i], program);
        gate(BITSERIAL_AND, o->destination[0], o->destination[0], t[0], program);
    }
}

static void extreme(const struct bitserial_operands *o, bool greatest, struct microprogram *program)
{
    const bitserial_row *t = o->scratch;
    greater(t[CARRY], o->a, o->b, o->width, false, t, program);
    choose(o->destination, greatest ? o->a : o->b, greatest ? o->b : o->a, o->width, t[CARRY], t, program);
}

/* Complement where negative, and then add the sign. */
static void absolute(const struct bitserial_operands *o, const bitserial_row *t, struct microprogram *program)
{
    bitserial_row sign = o->a[o->width - 1];
    aap(program, sign, t[CARRY]);
    for (unsigned i = 0; i < o->width; i++) {
        gate(BITSERIAL_XOR, t[0], o->a[i], sign, program);
        gate(BITSERIAL_XOR, o->destination[i], t[0], t[CARRY], program);
        gate(BITSERIAL_AND, t[CARRY], t[0], t[CARRY], program);
    }
}

static void relu(const struct bitserial_operands *o, const bitserial_row *t, struct microprogram *program)
{
    complement(t[0], o->a[o->width - 1], program);
    for (unsigned i = 0; i < o->width; i++)
        gate(BITSERIAL_AND, o->destination[i], o->a[i], t[0], program);
}

static void multiply(const struct bitserial_operands *o, const bitserial_row *t, struct microprogram *program)
{
    const bitserial_row *p = o->destination;
    for (unsigned k = 0; k < o->width; k++)
        gate(BITSERIAL_AND, p[k], o->a[0], o->b[k], program);
    aap(program, C0, p[o->width]);
    for (unsigned j = 1; j < o->width; j++) {
        for (unsigned k = 0; k < o->width; k++)
            gate(BITSERIAL_AND, t[KEPT + k], o->a[j], o->b[k], program);
        add(p + j, p + j, t + KEPT, o->width, t, program);
        aap(program, t[CARRY], p[j + o->width]);
    }
}

/* Restoring, as in generate_arithmetic.c: m bits of remainder less m bits of divisor; kept when nothing was borrowed and the divisor has no higher bits.
 * Kept rows: remainder, difference, OR of the divisor's bits from k up. */
static void divide(const struct bitserial_operands *o, const bitserial_row *t, struct microprogram *program)
{
    unsigned n = o->width;
    const bitserial_row *remainder = t + KEPT, *difference = remainder + n, *higher = difference + n;
    for (unsigned k = n; k-- > 1;)
        gate(BITSERIAL_OR, higher[k], o->b[k], k + 1 < n ? higher[k + 1] : C0, program);
    for (unsigned j = n; j-- > 0;) {
        unsigned active = n - j;
        aap(program, o->a[j], remainder[j]);
        subtract(difference, remainder + j, o->b, active, t, program);
        if (active < n) {
            complement(t[0], higher[active], program);
            gate(BITSERIAL_AND, o->destination[j], t[CARRY], t[0], program);
        } else {
            aap(program, t[CARRY], o->destination[j]);
        }
        choose(remainder + j, difference, remainder + j, active, o->destination[j], t, program);
    }
}

/* The tree of generate_logic.c: two partial counts, and the last row as the carry into their sum. */
static void count(const bitserial_row *to, const bitserial_row *rows, unsigned number, const bitserial_row *kept, const bitserial_row *t,
                  struct microprogram *program)
{
    if (number == 1) {
        aap(program, rows[0], to[0]);
        return;
    }
    if (number <= 3) {
        full_adder(to[0], to[1], rows[0], rows[1], number == 3 ? rows[2] : C0, t, program);
        return;
    }
    unsigned left_width = bitserial_count_width(number) - 1, left = (1u << left_width) - 1, right = number - 1 - left;
    unsigned right_width = right > 0 ? bitserial_count_width(right) : 0;
    const bitserial_row *right_count = kept + left_width, *rest = right_count + right_width;
    count(kept, rows, left, rest, t, program);
    if (right > 0)
        count(right_count, rows + left, right, rest, t, program);
    aap(program, rows[number - 1], t[CARRY]);
    for (unsigned i = 0; i < left_width; i++)
        full_adder(to[i], i + 1 < left_width ? t[CARRY] : to[left_width], kept[i], i < right_width ? right_count[i] : C0, t[CARRY], t, program);
}

static void reduce(enum bitserial_operation operation, const struct bitserial_operands *o, struct microprogram *program)
{
    if (o->width == 1)
        aap(program, o->a[0], o->destination[0]);
    for (unsigned i = 1; i < o->width; i++)
        gate(operation, o->destination[0], i == 1 ? o->a[0] : o->destination[0], o->a[i], program);
}

/* Partial counts on the way down are at most two of log2 n + 1 rows a level. */
unsigned ambit_scratch_rows(enum bitserial_operation operation, unsigned width)
{
    switch (operation) {
    case BITSERIAL_MUL: return KEPT + width;
    case BITSERIAL_DIV: return KEPT + 3 * width;
    case BITSERIAL_BITCOUNT: return KEPT + 2 * bitserial_count_width(width) * bitserial_count_width(width);
    default: return KEPT;
    }
}

bool ambit_generate(enum bitserial_operation operation, const struct bitserial_operands *o, struct microprogram *program)
{
    const bitserial_row *t = o->scratch;
    switch (operation) {
    case BITSERIAL_ADD: add(o->destination, o->a, o->b, o->width, t, program); return true;
    case BITSERIAL_SUB: subtract(o->destination, o->a, o->b, o->width, t, program); return true;
    case BITSERIAL_MUL: multiply(o, t, program); return true;
    case BITSERIAL_DIV: divide(o, t, program); return true;
    case BITSERIAL_ABS: absolute(o, t, program); return true;
    case BITSERIAL_GT: greater(o->destination[0], o->a, o->b, o->width, false, t, program); return true;
    case BITSERIAL_GE: greater(o->destination[0], o->a, o->b, o->width, true, t, program); return true;
    case BITSERIAL_EQ: equal(o, t, program); return true;
    case BITSERIAL_MAX: extreme(o, true, program); return true;
    case BITSERIAL_MIN: extreme(o, false, program); return true;
    case BITSERIAL_IF_ELSE: choose(o->destination, o->a, o->b, o->width, o->select[0], t, program); return true;
    case BITSERIAL_RELU: relu(o, t, program); return true;
    case BITSERIAL_BITCOUNT: count(o->destination, o->a, o->width, t + KEPT, t, program); return true;
    case BITSERIAL_AND_RED: reduce(BITSERIAL_AND, o, program); return true;
    case BITSERIAL_OR_RED: reduce(BITSERIAL_OR, o, program); return true;
    case BITSERIAL_XOR_RED: reduce(BITSERIAL_XOR, o, program); return true;
    default: return false;
    }
}
