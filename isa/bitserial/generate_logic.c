/* Copy, complement, two-input logic, reductions, shifts, bit count. */
#include "generators.h"

void generate_copy(const struct bitserial_operands *o, struct microprogram *program)
{
    for (unsigned i = 0; i < o->width; i++)
        aap(program, o->a[i], o->destination[i]);
}

void generate_not(const struct bitserial_operands *o, struct microprogram *program)
{
    for (unsigned i = 0; i < o->width; i++) {
        aap(program, o->a[i], B(5));
        aap(program, B(4), o->destination[i]);
    }
}

/* Majority with a constant: AND with C0, OR with C1. */
static void and_or(bitserial_row destination, bitserial_row a, bitserial_row b, bitserial_row constant, struct microprogram *program)
{
    aap(program, a, B(0));
    aap(program, b, B(1));
    aap(program, constant, B(2));
    aap(program, B(12), destination);
}

/* The complement of that goes through a dual-contact cell. */
static void nand_nor(bitserial_row destination, bitserial_row a, bitserial_row b, bitserial_row constant, struct microprogram *program)
{
    and_or(B(5), a, b, constant, program);
    aap(program, B(4), destination);
}

/* a AND NOT b in T2, b AND NOT a in T3, then OR; with the constants exchanged the complement. */
void generate_exclusive_or(bitserial_row destination, bitserial_row a, bitserial_row b, bool complement, struct microprogram *program)
{
    aap(program, a, B(8));
    aap(program, b, B(9));
    aap(program, complement ? C1 : C0, B(10));
    ap(program, B(14));
    ap(program, B(15));
    aap(program, complement ? C0 : C1, B(2));
    aap(program, B(12), destination);
}

void generate_logic(enum bitserial_operation operation, const struct bitserial_operands *o, struct microprogram *program)
{
    for (unsigned i = 0; i < o->width; i++) {
        bitserial_row d = o->destination[i], a = o->a[i], b = o->b[i];
        switch (operation) {
        case BITSERIAL_AND: and_or(d, a, b, C0, program); break;
        case BITSERIAL_OR: and_or(d, a, b, C1, program); break;
        case BITSERIAL_NAND: nand_nor(d, a, b, C0, program); break;
        case BITSERIAL_NOR: nand_nor(d, a, b, C1, program); break;
        default: generate_exclusive_or(d, a, b, operation == BITSERIAL_XNOR, program); break;
        }
    }
}

/* ---- reductions: two bits a round, the running result in T3 (AND, OR) or in T1 and DCC1 (XOR) ---- */

static void reduce_and_or(const struct bitserial_operands *o, bitserial_row neutral, bitserial_row constant, struct microprogram *program)
{
    unsigned i = o->width % 2;
    aap(program, i ? o->a[0] : neutral, B(3));
    for (; i < o->width; i += 2) {
        aap(program, constant, B(12));
        aap(program, o->a[i], B(6));
        aap(program, B(15), B(2));
        aap(program, o->a[i + 1], B(4));
        aap(program, B(14), B(3));
    }
    aap(program, B(3), o->destination[0]);
}

static void reduce_xor(const struct bitserial_operands *o, struct microprogram *program)
{
    unsigned i = o->width % 2;
    aap(program, i ? o->a[0] : C0, B(9));
    for (; i < o->width; i += 2) {
        aap(program, o->a[i], B(8));
        aap(program, o->a[i + 1], B(2));
        aap(program, B(14), B(3));
        aap(program, B(15), B(2));
        aap(program, o->a[i + 1], B(5));
        aap(program, B(14), B(7));
    }
    aap(program, B(1), o->destination[0]);
}

void generate_reduction(enum bitserial_operation operation, const struct bitserial_operands *o, struct microprogram *program)
{
    if (operation == BITSERIAL_XOR_RED)
        reduce_xor(o, program);
    else if (operation == BITSERIAL_AND_RED)
        reduce_and_or(o, C1, C0, program);
    else
        reduce_and_or(o, C0, C1, program);
}

/* ---- shift ---- */

/* A left shift writes the high bits first, a right shift the low ones, so that both may be in place. */
void bitserial_generate_shift(const bitserial_row *destination, const bitserial_row *a, unsigned width, unsigned amount, bool left,
                              bool is_signed, struct microprogram *program)
{
    for (unsigned step = 0; step < width; step++) {
        unsigned i = left ? width - 1 - step : step;
        bool inside = left ? i >= amount : amount < width - i;
        bitserial_row fill = is_signed && !left ? a[width - 1] : C0;
        bitserial_row from = !inside ? fill : left ? a[i - amount] : a[i + amount];
        if (from != destination[i])
            aap(program, from, destination[i]);
    }
}

/* ---- bit count: a tree of full adders and ripple additions; the last input of each is a carry ---- */

static unsigned floor_log2(unsigned number)
{
    return 31 - (unsigned)__builtin_clz(number);
}

unsigned bitserial_count_width(unsigned count)
{
    return floor_log2(count) + 1;
}

static unsigned left_of(unsigned count)
{
    return (1u << floor_log2(count)) - 1;
}

/* The partial counts of both sides, and what the deeper of them needs beside the other's. */
unsigned bitserial_count_scratch(unsigned count)
{
    if (count <= 3)
        return 0;
    unsigned left = left_of(count), right = count - 1 - left;
    unsigned widths = bitserial_count_width(left) + (right > 1 ? bitserial_count_width(right) : 0);
    unsigned in_left = bitserial_count_scratch(left), in_right = right > 1 ? bitserial_count_scratch(right) : 0;
    return widths + (in_left > in_right ? in_left : in_right);
}

/* Two partial counts: the left one is the wider. One input is its own count and is not copied. */
static void add_counts(const bitserial_row *destination, const bitserial_row *left, const bitserial_row *right, unsigned left_width,
                       unsigned right_width, bitserial_row last, struct microprogram *program)
{
    bitserial_row padded[BITSERIAL_WIDEST];
    for (unsigned i = 0; i < left_width; i++)
        padded[i] = i < right_width ? right[i] : C0;
    generate_add_with_carry(destination, left, padded, left_width, last, destination[left_width], program);
}

void bitserial_generate_count(const bitserial_row *destination, const bitserial_row *rows, unsigned count, const bitserial_row *scratch,
                              struct microprogram *program)
{
    if (count == 1) {
        aap(program, rows[0], destination[0]);
        return;
    }
    if (count <= 3) {
        generate_full_adder(rows[0], rows[1], count == 3 ? rows[2] : C0, destination[0], destination[1], program);
        return;
    }
    unsigned left = left_of(count), right = count - 1 - left;
    unsigned left_width = bitserial_count_width(left), right_width = right > 0 ? bitserial_count_width(right) : 0;
    const bitserial_row *left_count = scratch, *right_count = right > 1 ? scratch + left_width : rows + left;
    const bitserial_row *rest = scratch + left_width + (right > 1 ? right_width : 0);
    bitserial_generate_count(left_count, rows, left, rest, program);
    if (right > 1)
        bitserial_generate_count(right_count, rows + left, right, rest, program);
    add_counts(destination, left_count, right_count, left_width, right_width, rows[count - 1], program);
}

void generate_bitcount(const struct bitserial_operands *o, struct microprogram *program)
{
    bitserial_generate_count(o->destination, o->a, o->width, o->scratch, program);
}
