/* Operations on stripes: a few hundred words of a row, as the fast engine carries them out. */
#ifndef BITSERIAL_STRIPES_H
#define BITSERIAL_STRIPES_H

#include <stddef.h>
#include <stdint.h>

/* A multiple of 8. 2 KiB: operands of an operation after the other mostly come from a first-level cache, and finding out what comes next costs little
 * beside. */
enum { STRIPE_WORDS = 256 };

/* Name, what it computes of vectors a, b and c, and the same as a table of ternary logic (bit 4a + 2b + c of it). Of complemented operands only
 * the first of AND and majority and the second of a selection are left. ORDER KERNEL */
#define STRIPE_KERNELS(X)                                              \
    X(AND, a[i] & b[i], 0xc0)                                          \
    X(AND_NOT, a[i] & ~b[i], 0x30)                                     \
    X(NOR, ~(a[i] | b[i]), 0x03)                                       \
    X(XOR, a[i] ^ b[i], 0x3c)                                          \
    X(MAJORITY, (a[i] & (b[i] | c[i])) | (b[i] & c[i]), 0xe8)          \
    X(MAJORITY_NOT, (~a[i] & (b[i] | c[i])) | (b[i] & c[i]), 0x8e)     \
    X(PARITY, a[i] ^ b[i] ^ c[i], 0x96)                                \
    X(SELECT, c[i] ^ (a[i] & (b[i] ^ c[i])), 0xca)                     \
    X(SELECT_NOT, c[i] ^ (a[i] & ~(b[i] ^ c[i])), 0x3a)                \
    X(COPY, a[i], 0xf0)                                                \
    X(NOT, ~a[i], 0x0f)                                                \
    X(ZERO, a[i] ^ a[i], 0x00)                                         \
    X(ONE, ~(a[i] ^ a[i]), 0xff)

/* Full adders: a majority and the parity of the same operands at once. Name, the two expressions, the two tables. */
#define STRIPE_ADDERS(X)                                                                                    \
    X(ADDER, (a[i] & (b[i] | c[i])) | (b[i] & c[i]), a[i] ^ b[i] ^ c[i], 0xe8, 0x96)                        \
    X(ADDER_NOT, (~a[i] & (b[i] | c[i])) | (b[i] & c[i]), a[i] ^ b[i] ^ c[i], 0x8e, 0x96)

enum stripe_kernel {
#define STRIPE_ENUM(name, ...) STRIPE_##name,
    STRIPE_KERNELS(STRIPE_ENUM)
    STRIPE_ADDERS(STRIPE_ENUM)
#undef STRIPE_ENUM
};

/* Where an operand's stripe is: base, and for rows the stripe's offset. */
struct stripe_place {
    uint64_t *base;
    size_t mask; /* of the offset: all ones, or 0 */
};

struct stripe_operation {
    enum stripe_kernel kernel;
    struct stripe_place to, parity, a, b, c; /* parity: of adders; the other operands are always good places */
};

/* Carry out operations, one after the other, on `words` words (a multiple of 8, at most STRIPE_WORDS) from `offset` on. */
typedef void stripe_runner(const struct stripe_operation *operations, size_t count, size_t offset, size_t words);

/* The variants that this processor can run, the one with the widest vectors first; returns how many. */
enum { STRIPE_VARIANTS = 3 };
unsigned stripe_runners_here(stripe_runner *runners[STRIPE_VARIANTS]);

#endif
