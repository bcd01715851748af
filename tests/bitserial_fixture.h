/* A subarray as slow and as plain as it can be: rows of a few words, one command at a time, written from the published semantics (Ambit, Table
 * 1) without the engines' code. No ck_assert in the loops: one that holds costs a system call.
 */
#ifndef BITSERIAL_FIXTURE_H
#define BITSERIAL_FIXTURE_H

#include "microprogram.h"

#include <check.h>
#include <string.h>

enum { FIXTURE_WORDS = 4, FIXTURE_LANES = 64 * FIXTURE_WORDS };

struct fixture_row { uint64_t word[FIXTURE_WORDS]; };

struct fixture {
    struct fixture_row d[BITSERIAL_D_ROWS], t[4], dcc[2];
};

/* One wordline: reads or writes one word of what it opens. */
static inline uint64_t fixture_access(struct fixture *f, char cell, int number, int word, const uint64_t *value)
{
    struct fixture_row *row = cell == 't' ? &f->t[number] : &f->dcc[number];
    uint64_t flip = cell == 'n' ? ~UINT64_C(0) : 0; /* 'n': a dual-contact cell through its n-wordline */
    if (value)
        row->word[word] = *value ^ flip;
    return row->word[word] ^ flip;
}

static const char *const fixture_opens[16] = {
    "t0", "t1", "t2", "t3", "d0", "n0", "d1", "n1", "n0t0", "n1t1", "t2t3", "t0t3", "t0t1t2", "t1t2t3", "d0t1t2", "d1t0t3"};

static inline uint64_t fixture_activate(struct fixture *f, bitserial_row row, int word, const uint64_t *latched)
{
    if (bitserial_is_d(row))
        return latched ? (f->d[row].word[word] = *latched) : f->d[row].word[word];
    if (bitserial_is_c(row)) {
        if (latched)
            ck_abort_msg("a constant row is written");
        return row == BITSERIAL_C1 ? ~UINT64_C(0) : 0;
    }
    if (!bitserial_is_b(row))
        ck_abort_msg("row code %#x", row);
    const char *opens = fixture_opens[row - BITSERIAL_B];
    size_t count = strlen(opens) / 2;
    uint64_t value = latched ? *latched : fixture_access(f, opens[0], opens[1] - '0', word, NULL);
    if (!latched && count == 2 && value != fixture_access(f, opens[2], opens[3] - '0', word, NULL))
        ck_abort_msg("a tie");
    if (!latched && count == 3) {
        uint64_t x = fixture_access(f, opens[2], opens[3] - '0', word, NULL), y = fixture_access(f, opens[4], opens[5] - '0', word, NULL);
        value = (value & x) | (value & y) | (x & y);
    }
    for (size_t i = 0; i < count; i++)
        fixture_access(f, opens[2 * i], opens[2 * i + 1] - '0', word, &value);
    return value;
}

static inline void fixture_run(struct fixture *f, const struct microprogram *program)
{
    ck_assert(!program->failed);
    for (size_t i = 0; i < program->count; i++)
        for (int word = 0; word < FIXTURE_WORDS; word++) {
            uint64_t latch = fixture_activate(f, program->commands[i].first, word, NULL);
            if (program->commands[i].second != BITSERIAL_NO_ROW)
                fixture_activate(f, program->commands[i].second, word, &latch);
        }
}

/* Elements of `width` bits in columns, bit i in row rows[i]. */
static inline void fixture_put(struct fixture *f, const bitserial_row *rows, unsigned width, const uint64_t *elements)
{
    for (unsigned bit = 0; bit < width; bit++)
        for (int lane = 0; lane < FIXTURE_LANES; lane++) {
            uint64_t mask = UINT64_C(1) << lane % 64, *word = &f->d[rows[bit]].word[lane / 64];
            *word = (*word & ~mask) | (elements[lane] >> bit & 1 ? mask : 0);
        }
}

static inline uint64_t fixture_get(const struct fixture *f, const bitserial_row *rows, unsigned width, int lane)
{
    uint64_t value = 0;
    for (unsigned bit = 0; bit < width; bit++) {
        uint64_t row = bitserial_is_d(rows[bit]) ? f->d[rows[bit]].word[lane / 64] : rows[bit] == BITSERIAL_C1 ? ~UINT64_C(0) : 0;
        value |= (row >> lane % 64 & 1) << bit;
    }
    return value;
}

#endif
