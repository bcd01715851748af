/* Arithmetic with constants that the controller knows: they are in the commands, not in rows. */
#include "generators.h"

void bitserial_constant(bitserial_row *rows, unsigned width, uint64_t constant)
{
    for (unsigned i = 0; i < width; i++)
        rows[i] = i < 64 && constant >> i & 1 ? C1 : C0;
}

/* sum += or -= a x 2^shift. Rows that a shift to the right pushes out are not looked at, those below a shift to the left stay. */
static void add_digit(const bitserial_row *sum, unsigned sum_width, const bitserial_row *a, unsigned a_width, int shift, bool negative,
                      struct microprogram *program)
{
    unsigned from = shift > 0 ? (unsigned)shift : 0, dropped = shift < 0 ? (unsigned)-shift : 0;
    if (from >= sum_width || dropped >= a_width)
        return;
    bitserial_row addend[BITSERIAL_WIDEST];
    for (unsigned i = 0; i < sum_width - from; i++)
        addend[i] = i + dropped < a_width ? a[i + dropped] : C0;
    const struct bitserial_operands o = {.width = sum_width - from, .destination = sum + from, .a = sum + from, .b = addend};
    if (negative)
        generate_sub(&o, program);
    else
        generate_add(&o, program);
}

void bitserial_generate_scale_add(const bitserial_row *sum, unsigned sum_width, const bitserial_row *a, unsigned a_width, int64_t constant,
                                  int shift, struct microprogram *program)
{
    for (; constant != 0; constant /= 2, shift++) {
        if (constant % 2 == 0)
            continue;
        bool negative = (constant & 3) == 3; /* so that the next digit is 0 */
        add_digit(sum, sum_width, a, a_width, shift, negative, program);
        constant -= negative ? -1 : 1;
    }
}

unsigned bitserial_generate_excess(const bitserial_row *destination, const bitserial_row *a, uint64_t most, uint64_t constant,
                                   bitserial_row reached, struct microprogram *program)
{
    unsigned width = bitserial_bit_length(most), zeros = (unsigned)__builtin_ctzll(constant), result = bitserial_bit_length(most - constant);
    bitserial_row complement[BITSERIAL_WIDEST], difference[BITSERIAL_WIDEST];
    bitserial_constant(complement, width - zeros, -(constant >> zeros));
    generate_add_with_carry(destination + zeros, a + zeros, complement, width - zeros, C0, reached, program);
    for (unsigned i = 0; i < result; i++)
        difference[i] = i < zeros ? a[i] : destination[i];
    bitserial_generate_masked(destination, difference, result, reached, program);
    return result;
}
