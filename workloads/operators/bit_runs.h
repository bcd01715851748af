/* Runs of bits in rows of words: bit i is bit i % 64 of word i / 64. A leaf, as operators.h. */
#ifndef BIT_RUNS_H
#define BIT_RUNS_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t bits_words(uint64_t bits) { return (bits + 63) / 64; }

static inline uint64_t bits_mask(unsigned count) { return count < 64 ? (UINT64_C(1) << count) - 1 : UINT64_MAX; }

/* 1 to 64 bits from bit `at` on. */
static inline uint64_t bits_get(const uint64_t *row, uint64_t at, unsigned count)
{
    unsigned shift = at % 64;
    uint64_t value = row[at / 64] >> shift;
    if (shift + count > 64)
        value |= row[at / 64 + 1] << (64 - shift);
    return value & bits_mask(count);
}

/* Within one word: at % 64 + count is at most 64. */
static inline void bits_put(uint64_t *row, uint64_t at, uint64_t value, unsigned count)
{
    uint64_t mask = bits_mask(count) << at % 64;
    row[at / 64] = (row[at / 64] & ~mask) | (value << at % 64 & mask);
}

/* How many of `left` bits go into the word that bit `at` is in. */
static inline unsigned bits_of_word(uint64_t at, uint64_t left)
{
    unsigned room = 64 - at % 64;
    return left < room ? (unsigned)left : room;
}

static inline void bits_copy(uint64_t *to, uint64_t to_at, const uint64_t *from, uint64_t from_at, uint64_t count)
{
    for (unsigned part; count > 0; to_at += part, from_at += part, count -= part) {
        part = bits_of_word(to_at, count);
        bits_put(to, to_at, bits_get(from, from_at, part), part);
    }
}

static inline void bits_fill(uint64_t *row, uint64_t at, bool bit, uint64_t count)
{
    for (unsigned part; count > 0; at += part, count -= part) {
        part = bits_of_word(at, count);
        bits_put(row, at, bit ? UINT64_MAX : 0, part);
    }
}

#endif
