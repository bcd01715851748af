/* The same functions in fixed point, as a machine of integers computes them: what each does, bit by bit, and how well it does it. Three ways: a
 * small network, a table, and for e^x shifts and additions. All start from the distance u of the number from the low end of the range and give a
 * two's complement number of the range's width. Constants are what the controller knows; every product is one with a constant, made of
 * shifts and additions by the constant's signed digits (at most every second one is not 0). A leaf: includes nothing of pimento.
 */
#ifndef FIXED_FUNCTIONS_H
#define FIXED_FUNCTIONS_H

#include <stdint.h>

#include "relu_network.h"

enum { FIXED_NARROWEST = 6, FIXED_WIDEST = 24 }; /* 6: every function has a bit behind the point */

/* Numbers x and y of `width` bits, of which so many behind the point. */
struct fixed_range {
    const struct scalar_function *function;
    unsigned width, x_fraction, y_fraction;
    int64_t low, high;  /* x is clamped to these: the function's range as far as x can say it */
    unsigned u_width;   /* bits of high - low */
};

/* The most bits behind the point that leave room for the range, and for the function and an eighth of its greatest value. */
struct fixed_range fixed_range_of(const struct scalar_function *function, unsigned width);
/* x with another point, which has to leave room for the range. */
struct fixed_range fixed_range_at(const struct scalar_function *function, unsigned width, unsigned x_fraction);

uint64_t fixed_offset(const struct fixed_range *range, int64_t x);         /* u: the clamped x less low */
double fixed_exact(const struct fixed_range *range, uint64_t u);           /* the function itself there */
double fixed_error(const struct fixed_range *range, uint64_t u, int64_t y); /* |y - the function| */

/* sum += a x weight x 2^shift, where a is not negative: for each signed digit one addition or subtraction of a, shifted; what a shift to the
 * right pushes out is lost before the digit is added. */
void fixed_scale_add(int64_t *sum, uint64_t a, int64_t weight, int shift);

/* ---- the network: sum = constant, += max(0, u - knots[k]) x weights[k] for each k; y = sum >> (sum_fraction - y_fraction) ---- */

struct fixed_network {
    struct fixed_range range;
    unsigned hidden, weight_fraction, sum_fraction;
    uint64_t knots[RELU_NETWORK_MOST]; /* ascending from 0, distances from the low end */
    int64_t weights[RELU_NETWORK_MOST];
    int64_t constant;                  /* half a unit of y in it, so that the last shift rounds */
};

/* The network of `hidden` ReLUs, fewer when x has not so many places for knots. Knots get the fewest bits
 * with which the error of real weights stays within 5 percent of the best; weights, then the sum, the fewest with which it stays within 10, then 15
 * percent of that best plus half a unit of y. */
void fixed_network_make(const struct fixed_range *range, unsigned hidden, struct fixed_network *network);
int64_t fixed_network_value(const struct fixed_network *network, uint64_t u);

/* What the shifts of fixed_scale_add are. */
static inline int fixed_network_shift(const struct fixed_network *network)
{
    return (int)network->sum_fraction - (int)(network->weight_fraction + network->range.x_fraction);
}

/* ---- the table: the middle of the function's values over each of 2^bits equal pieces ---- */

int64_t fixed_table_entry(const struct fixed_range *range, unsigned bits, uint64_t piece);
/* Bits of u below the piece's number. */
static inline unsigned fixed_table_shift(const struct fixed_range *range, unsigned bits)
{
    return bits < range->u_width ? range->u_width - bits : 0;
}

/* ---- e^x by shifts and additions: e^x = 2^(k + g) with 0 <= g < 1; 2^g is a product of factors 1 + 2^-i, i = 1, 2, ..., each taken
 * when its logarithm fits into what is left of g; then a shift by k ---- */

enum { FIXED_FACTORS = 32 };
struct fixed_exponential {
    struct fixed_range range;
    unsigned fraction;                   /* bits behind the point of g and of the product, GUARD more than y has */
    unsigned shift_bits;                 /* k + 2^shift_bits - 1 is not negative and has so many bits */
    unsigned log_fraction;
    int64_t log2_e, start;               /* with log_fraction bits; what k + g is at u = 0, with `fraction` bits, 2^shift_bits - 1 in it */
    unsigned factors;                    /* numbers 1 to `factors` */
    uint64_t logarithms[FIXED_FACTORS];  /* of 1 + 2^-i to the base 2, with `fraction` bits */
};
enum { FIXED_GUARD = 4 }; /* about one rounding downwards for each factor and each digit of log2 e: 2^4 of them are a unit of y */

void fixed_exponential_make(const struct fixed_range *range, struct fixed_exponential *e);
int64_t fixed_exponential_value(const struct fixed_exponential *e, uint64_t u);

#endif
