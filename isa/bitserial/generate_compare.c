/* Comparisons, selection, maximum and minimum, ReLU. */
#include "generators.h"

/* The running flag is T2: majority of (a, NOT b, flag), from bit 0 up. It starts with what equal operands give. Of signed numbers the sign
 * bits count the other way round. */
static void compare(const bitserial_row *a, const bitserial_row *b, unsigned width, bool is_signed, bool when_equal,
                    bitserial_row flag, struct microprogram *program)
{
    aap(program, when_equal ? C1 : C0, B(2));
    for (unsigned i = 0; i < width; i++) {
        bool exchanged = is_signed && i == width - 1;
        aap(program, exchanged ? b[i] : a[i], B(1));
        aap(program, exchanged ? a[i] : b[i], B(5));
        ap(program, B(14));
    }
    aap(program, B(2), flag);
}

void generate_compare(enum bitserial_operation operation, const struct bitserial_operands *o, struct microprogram *program)
{
    bool swapped = operation == BITSERIAL_LT || operation == BITSERIAL_LE;
    bool when_equal = operation == BITSERIAL_GE || operation == BITSERIAL_LE;
    compare(swapped ? o->b : o->a, swapped ? o->a : o->b, o->width, o->is_signed, when_equal, o->destination[0], program);
}

/* T2 holds b >= a; T3, and after each round T0 too, hold a >= b. */
void generate_equal(const struct bitserial_operands *o, bool equal, struct microprogram *program)
{
    aap(program, C1, B(10));
    for (unsigned i = 0; i < o->width; i++) {
        aap(program, o->a[i], B(8));
        aap(program, o->b[i], B(9));
        ap(program, B(14));
        ap(program, B(15));
    }
    aap(program, C0, B(1));
    if (equal) {
        aap(program, B(12), o->destination[0]);
        return;
    }
    aap(program, B(12), B(5));
    aap(program, B(4), o->destination[0]);
}

/* p = s OR y in T0, T1 and T2, q = x AND p, then the majority of (NOT s, p, q). */
static void if_else(const bitserial_row *destination, const bitserial_row *x, const bitserial_row *y, unsigned width, bitserial_row select,
                    struct microprogram *program)
{
    for (unsigned i = 0; i < width; i++) {
        aap(program, select, B(8));
        aap(program, C1, B(9));
        aap(program, x[i], B(3));
        aap(program, y[i], B(2));
        ap(program, B(12));
        aap(program, B(15), B(2));
        aap(program, B(14), destination[i]);
    }
}

void generate_if_else(const struct bitserial_operands *o, struct microprogram *program)
{
    if_else(o->destination, o->a, o->b, o->width, o->select[0], program);
}

void generate_extreme(const struct bitserial_operands *o, bool greatest, struct microprogram *program)
{
    bitserial_row flag = o->scratch[0];
    compare(greatest ? o->a : o->b, greatest ? o->b : o->a, o->width, o->is_signed, false, flag, program);
    if_else(o->destination, o->a, o->b, o->width, flag, program);
}

void bitserial_generate_masked(const bitserial_row *destination, const bitserial_row *a, unsigned width, bitserial_row mask,
                               struct microprogram *program)
{
    unsigned i = 0;
    for (; i + 1 < width; i += 2) {
        aap(program, mask, B(12));
        aap(program, C0, B(10));
        aap(program, a[i], B(4));
        aap(program, B(14), destination[i]);
        aap(program, a[i + 1], B(6));
        aap(program, B(15), destination[i + 1]);
    }
    if (i < width) {
        aap(program, mask, B(0));
        aap(program, C0, B(1));
        aap(program, a[i], B(2));
        aap(program, B(12), destination[i]);
    }
}

/* The scratch row keeps NOT sign. */
void generate_relu(const struct bitserial_operands *o, struct microprogram *program)
{
    bitserial_row keep = o->scratch[0];
    aap(program, o->a[o->width - 1], B(5));
    aap(program, B(4), keep);
    bitserial_generate_masked(o->destination, o->a, o->width - 1, keep, program);
    aap(program, C0, o->destination[o->width - 1]);
}
