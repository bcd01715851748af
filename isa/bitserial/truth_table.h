/* Truth tables of up to eight inputs, always over all eight: a function that does not depend on an input has the same value for both of its. */
#ifndef TRUTH_TABLE_H
#define TRUTH_TABLE_H

#include "synthesis.h"

#include <string.h>

struct truth { uint64_t word[FUNCTION_WORDS]; };

static inline struct truth truth_constant(bool value)
{
    struct truth t;
    memset(&t, value ? 0xff : 0, sizeof t);
    return t;
}

static inline struct truth truth_input(unsigned input)
{
    static const uint64_t inside[6] = {UINT64_C(0xaaaaaaaaaaaaaaaa), UINT64_C(0xcccccccccccccccc), UINT64_C(0xf0f0f0f0f0f0f0f0),
                                       UINT64_C(0xff00ff00ff00ff00), UINT64_C(0xffff0000ffff0000), UINT64_C(0xffffffff00000000)};
    struct truth t;
    for (unsigned i = 0; i < FUNCTION_WORDS; i++)
        t.word[i] = input < 6 ? inside[input] : i >> (input - 6) & 1 ? UINT64_MAX : 0;
    return t;
}

static inline struct truth truth_majority(struct truth a, struct truth b, struct truth c)
{
    for (unsigned i = 0; i < FUNCTION_WORDS; i++)
        a.word[i] = (a.word[i] & b.word[i]) | (a.word[i] & c.word[i]) | (b.word[i] & c.word[i]);
    return a;
}

static inline struct truth truth_exclusive_or(struct truth a, struct truth b)
{
    for (unsigned i = 0; i < FUNCTION_WORDS; i++)
        a.word[i] ^= b.word[i];
    return a;
}

static inline struct truth truth_complement(struct truth a)
{
    return truth_exclusive_or(a, truth_constant(true));
}

static inline struct truth truth_and(struct truth a, struct truth b)
{
    return truth_majority(a, b, truth_constant(false));
}

static inline bool truth_equal(const struct truth *a, const struct truth *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* a is 1 only where b is. */
static inline bool truth_implies(struct truth a, struct truth b)
{
    struct truth both = truth_and(a, b);
    return truth_equal(&both, &a);
}

/* The function with an input fixed. */
static inline struct truth truth_cofactor(struct truth t, unsigned input, bool value)
{
    struct truth selected = truth_input(input), result;
    if (!value)
        selected = truth_complement(selected);
    selected = truth_and(t, selected);
    for (unsigned i = 0; i < FUNCTION_WORDS; i++) {
        unsigned distance = 1u << input, other = i ^ (input < 6 ? 0 : distance / 64);
        uint64_t moved = input >= 6 ? selected.word[other] : value ? selected.word[i] >> distance : selected.word[i] << distance;
        result.word[i] = selected.word[i] | moved;
    }
    return result;
}

static inline bool truth_depends(struct truth t, unsigned input)
{
    struct truth zero = truth_cofactor(t, input, false), one = truth_cofactor(t, input, true);
    return !truth_equal(&zero, &one);
}

#endif
