/* Ranges in fixed point, products with constants, tables, and e^x by shifts and additions. */
#include "fixed_functions.h"

#include <math.h>

enum { SAMPLES = 1024 }; /* in which the greatest value of a function is looked for */

static unsigned bit_length(uint64_t number)
{
    return number ? 64 - (unsigned)__builtin_clzll(number) : 0;
}

/* Bits before the point of numbers up to `most`, the sign not counted. */
static unsigned integer_bits(double most)
{
    unsigned bits = 0;
    while (ldexp(1, (int)bits) < most)
        bits++;
    return bits;
}

struct fixed_range fixed_range_at(const struct scalar_function *function, unsigned width, unsigned x_fraction)
{
    double greatest = 0;
    for (unsigned i = 0; i <= SAMPLES; i++)
        greatest = fmax(greatest, fabs(function->value(function->low + (function->high - function->low) * i / SAMPLES)));
    struct fixed_range range = {.function = function, .width = width, .x_fraction = x_fraction,
                                .y_fraction = width - 1 - integer_bits(1.125 * greatest)};
    int64_t most = (INT64_C(1) << (width - 1)) - 1;
    range.low = (int64_t)ceil(ldexp(function->low, (int)x_fraction));
    range.high = (int64_t)floor(ldexp(function->high, (int)x_fraction));
    range.high = range.high < most ? range.high : most;
    range.u_width = bit_length((uint64_t)(range.high - range.low));
    return range;
}

struct fixed_range fixed_range_of(const struct scalar_function *function, unsigned width)
{
    return fixed_range_at(function, width, width - 1 - integer_bits(fmax(fabs(function->low), fabs(function->high))));
}

uint64_t fixed_offset(const struct fixed_range *range, int64_t x)
{
    int64_t clamped = x < range->low ? range->low : x > range->high ? range->high : x;
    return (uint64_t)(clamped - range->low);
}

double fixed_exact(const struct fixed_range *range, uint64_t u)
{
    return range->function->value(ldexp((double)(range->low + (int64_t)u), -(int)range->x_fraction));
}

double fixed_error(const struct fixed_range *range, uint64_t u, int64_t y)
{
    return fabs(ldexp((double)y, -(int)range->y_fraction) - fixed_exact(range, u));
}

void fixed_scale_add(int64_t *sum, uint64_t a, int64_t weight, int shift)
{
    for (; weight != 0; weight /= 2, shift++) {
        if (weight % 2 == 0)
            continue;
        int64_t digit = (weight & 3) == 3 ? -1 : 1; /* what is left becomes a multiple of 4 */
        uint64_t shifted = shift >= 0 ? a << shift : shift > -64 ? a >> -shift : 0;
        *sum += digit * (int64_t)shifted;
        weight -= digit;
    }
}

int64_t fixed_table_entry(const struct fixed_range *range, unsigned bits, uint64_t piece)
{
    unsigned shift = fixed_table_shift(range, bits);
    uint64_t most = (uint64_t)(range->high - range->low), first = piece << shift, last = first + (UINT64_C(1) << shift) - 1;
    double low = fixed_exact(range, first < most ? first : most), high = fixed_exact(range, last < most ? last : most);
    return (int64_t)floor(ldexp((low + high) / 2, (int)range->y_fraction) + 0.5);
}

void fixed_exponential_make(const struct fixed_range *range, struct fixed_exponential *e)
{
    *e = (struct fixed_exponential){.range = *range, .fraction = range->y_fraction + FIXED_GUARD, .factors = range->y_fraction + 2};
    int fraction = (int)e->fraction;
    double lowest = ldexp((double)range->low, -(int)range->x_fraction) * M_LOG2E;
    e->shift_bits = bit_length((uint64_t)ceil(-lowest));
    e->log_fraction = e->fraction + 2; /* so that a whole u does no more than the other roundings */
    e->log2_e = (int64_t)floor(ldexp(M_LOG2E, (int)e->log_fraction));
    e->start = (int64_t)floor(ldexp(lowest + ldexp(1, (int)e->shift_bits) - 1, fraction));
    for (unsigned i = 1; i <= e->factors; i++)
        e->logarithms[i] = (uint64_t)floor(ldexp(log2(1 + ldexp(1, -(int)i)), fraction) + 0.5);
}

int64_t fixed_exponential_value(const struct fixed_exponential *e, uint64_t u)
{
    int64_t logarithm = e->start;
    fixed_scale_add(&logarithm, u, e->log2_e, (int)e->fraction - (int)(e->log_fraction + e->range.x_fraction));
    uint64_t left = (uint64_t)logarithm & ((UINT64_C(1) << e->fraction) - 1), product = UINT64_C(1) << e->fraction;
    for (unsigned i = 1; i <= e->factors; i++)
        if (left >= e->logarithms[i]) {
            left -= e->logarithms[i];
            product += product >> i;
        }
    uint64_t shift = (UINT64_C(1) << e->shift_bits) - 1 - ((uint64_t)logarithm >> e->fraction);
    return (int64_t)(((product >> shift) + (1 << (FIXED_GUARD - 1))) >> FIXED_GUARD);
}
