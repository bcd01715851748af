/* Addition, subtraction, absolute value, multiplication, division. */
#include "generators.h"

/* One bit of an addition behind its first command, which has put the carry into T0, T1 and T2. The carry-out stays in DCC1, T0 and T3. */
static void add_bit(bitserial_row a, bitserial_row b, bitserial_row sum, bitserial_row carry_out, struct microprogram *program)
{
    aap(program, a, B(10));
    aap(program, b, B(6));
    if (carry_out == BITSERIAL_NO_ROW)
        ap(program, B(15));
    else
        aap(program, B(15), carry_out);
    aap(program, B(7), B(11));
    ap(program, B(12));
    aap(program, b, B(1));
    aap(program, B(13), sum);
}

static void add(const bitserial_row *sum, const bitserial_row *a, const bitserial_row *b, unsigned width, struct microprogram *program)
{
    aap(program, C0, B(6));
    for (unsigned i = 0; i < width; i++) {
        aap(program, B(6), B(12));
        add_bit(a[i], b[i], sum[i], BITSERIAL_NO_ROW, program);
    }
}

void generate_add(const struct bitserial_operands *o, struct microprogram *program)
{
    add(o->destination, o->a, o->b, o->width, program);
}

void generate_full_adder(bitserial_row x, bitserial_row y, bitserial_row z, bitserial_row sum, bitserial_row carry,
                         struct microprogram *program)
{
    aap(program, x, B(12));
    add_bit(y, z, sum, carry, program);
}

void generate_add_with_carry(const bitserial_row *sum, const bitserial_row *a, const bitserial_row *b, unsigned width,
                             bitserial_row carry_in, bitserial_row carry_out, struct microprogram *program)
{
    for (unsigned i = 0; i < width; i++) {
        aap(program, i == 0 ? carry_in : B(6), B(12));
        add_bit(a[i], b[i], sum[i], i + 1 < width ? BITSERIAL_NO_ROW : carry_out, program);
    }
}

/* DCC0 holds "no borrow". */
static void subtract(const bitserial_row *difference, const bitserial_row *a, const bitserial_row *b, unsigned width,
                     struct microprogram *program)
{
    aap(program, C1, B(4));
    for (unsigned i = 0; i < width; i++) {
        aap(program, B(4), B(12));
        aap(program, a[i], B(10));
        aap(program, b[i], B(7));
        aap(program, B(15), B(4));
        aap(program, B(7), B(11));
        ap(program, B(12));
        aap(program, b[i], B(7));
        aap(program, B(15), difference[i]);
    }
}

void generate_sub(const struct bitserial_operands *o, struct microprogram *program)
{
    subtract(o->destination, o->a, o->b, o->width, program);
}

/* ---- absolute value: each bit XOR sign XOR (all lower bits are 0 and there is a sign); scratch: that carry of bits 1 and up ---- */

static void negate_where(bitserial_row sign, const bitserial_row *destination, const bitserial_row *a, unsigned width,
                         const bitserial_row *carries, struct microprogram *program)
{
    aap(program, sign, B(0));
    for (unsigned i = 0; i + 1 < width; i++) {
        aap(program, C0, B(3));
        aap(program, a[i], B(7));
        aap(program, B(15), carries[i]);
    }
    for (unsigned i = 0; i < width; i++) {
        aap(program, sign, B(8));
        aap(program, i == 0 ? sign : carries[i - 1], B(9));
        aap(program, a[i], B(2));
        aap(program, B(14), B(3));
        aap(program, B(15), B(2));
        aap(program, a[i], B(5));
        aap(program, B(14), destination[i]);
    }
}

void generate_abs(const struct bitserial_operands *o, struct microprogram *program)
{
    negate_where(o->a[o->width - 1], o->destination, o->a, o->width, o->scratch, program);
}

/* ---- multiplication ---- */

/* a AND b into T0, T1 and T2. */
static void partial_product(bitserial_row a, bitserial_row b, struct microprogram *program)
{
    aap(program, a, B(0));
    aap(program, b, B(1));
    aap(program, C0, B(2));
}

static void multiply(const struct bitserial_operands *o, struct microprogram *program)
{
    const bitserial_row *p = o->destination;
    for (unsigned k = 0; k < o->width; k++) {
        partial_product(o->a[0], o->b[k], program);
        aap(program, B(12), p[k]);
    }
    aap(program, C0, p[o->width]);
    for (unsigned j = 1; j < o->width; j++) {
        aap(program, C0, B(6));
        for (unsigned k = 0; k < o->width; k++) {
            partial_product(o->a[j], o->b[k], program);
            ap(program, B(12));
            aap(program, B(6), B(10));
            aap(program, p[j + k], B(6));
            ap(program, B(15));
            aap(program, B(7), B(11));
            ap(program, B(12));
            aap(program, p[j + k], B(1));
            aap(program, B(13), p[j + k]);
        }
        aap(program, B(6), p[j + o->width]);
    }
}

/* The high half of an unsigned product is too large by b where a is negative, and by a where b is. Scratch: n rows. */
void generate_mul(const struct bitserial_operands *o, struct microprogram *program)
{
    multiply(o, program);
    if (!o->is_signed)
        return;
    const bitserial_row *high = o->destination + o->width;
    const bitserial_row *factors[2] = {o->a, o->b};
    for (int i = 0; i < 2; i++) {
        bitserial_generate_masked(o->scratch, factors[1 - i], o->width, factors[i][o->width - 1], program);
        subtract(high, high, o->scratch, o->width, program);
    }
}

/* ---- division: restoring, quotient bits from the highest down ----
 *
 * The remainder so far stands in r[j] and up while bit j is decided, m = n - j bits of it. The divisor goes into it when its m low bits are
 * not greater and it has no higher ones; u[m], the OR of the bits from m up, is computed once (SIMDRAM's programs look at those bits again
 * for every j, which makes 8.25n^2 + 12n commands; this way it is 7n^2 + 16.5n - 7 for even n). */

/* u[k] for k from 1 to width - 2; u[width - 1] is the divisor's highest row itself. */
static void suffix_or(const bitserial_row *b, unsigned width, const bitserial_row *u, struct microprogram *program)
{
    if (width < 3)
        return;
    aap(program, b[width - 1], B(0));
    for (unsigned k = width - 2; k > 0; k--) {
        aap(program, b[k], B(1));
        aap(program, C1, B(2));
        aap(program, B(12), u[k]);
    }
}

static void quotient_bit(const bitserial_row *remainder, const bitserial_row *b, unsigned active, bitserial_row higher, bitserial_row bit,
                         struct microprogram *program)
{
    aap(program, C1, B(2));
    for (unsigned i = 0; i < active; i++) {
        aap(program, remainder[i], B(1));
        aap(program, b[i], B(5));
        ap(program, B(14));
    }
    if (higher == BITSERIAL_NO_ROW) {
        aap(program, B(2), bit);
        return;
    }
    aap(program, C0, B(2));
    aap(program, higher, B(5));
    aap(program, B(14), bit);
}

/* `scratch`: u (n rows, the first and the last not used), then the masked divisor (n rows). */
static void divide(const bitserial_row *quotient, const bitserial_row *remainder, const bitserial_row *a, const bitserial_row *b,
                   unsigned width, const bitserial_row *scratch, struct microprogram *program)
{
    const bitserial_row *u = scratch, *masked = scratch + width;
    suffix_or(b, width, u, program);
    for (unsigned j = width; j-- > 0;) {
        unsigned active = width - j;
        bitserial_row higher = active == width ? BITSERIAL_NO_ROW : active == width - 1 ? b[width - 1] : u[active];
        aap(program, a[j], remainder[j]);
        quotient_bit(remainder + j, b, active, higher, quotient[j], program);
        bitserial_generate_masked(masked, b, active, quotient[j], program);
        subtract(remainder + j, remainder + j, masked, active, program);
    }
}

/* Scratch of both, in this order: u and masked, the remainder or the quotient, and of signed numbers the two absolute values, the sign. */
static void divide_signed(const struct bitserial_operands *o, bool remainder, struct microprogram *program)
{
    unsigned n = o->width;
    const bitserial_row *work = o->scratch, *other = work + 2 * n, *a = other + n, *b = a + n, *result = b + n;
    bitserial_row sign_a = o->a[n - 1], sign_b = o->b[n - 1], sign = result[n];
    negate_where(sign_a, a, o->a, n, work, program);
    negate_where(sign_b, b, o->b, n, work, program);
    divide(remainder ? other : result, remainder ? result : other, a, b, n, work, program);
    if (!remainder)
        generate_exclusive_or(sign, sign_a, sign_b, false, program);
    negate_where(remainder ? sign_a : sign, o->destination, result, n, work, program);
}

void generate_div(const struct bitserial_operands *o, struct microprogram *program)
{
    if (o->is_signed)
        divide_signed(o, false, program);
    else
        divide(o->destination, o->scratch + 2 * o->width, o->a, o->b, o->width, o->scratch, program);
}

void generate_mod(const struct bitserial_operands *o, struct microprogram *program)
{
    if (o->is_signed)
        divide_signed(o, true, program);
    else
        divide(o->scratch + 2 * o->width, o->destination, o->a, o->b, o->width, o->scratch, program);
}
