#include "operators.h"

#include "bit_runs.h"

/* Places of a line whose window column lies in the image: from *first on, before *end. */
static void places_inside(const struct binary_planes *in, const struct binary_window *w, uint64_t s, uint64_t *first, uint64_t *end)
{
    *first = s >= w->pad ? 0 : (w->pad - s + w->stride - 1) / w->stride;
    *end = in->width + w->pad > s ? (in->width - 1 + w->pad - s) / w->stride + 1 : 0;
    if (*end > w->out_width)
        *end = w->out_width;
    if (*first > *end)
        *first = *end;
}

/* The places of one line, from the image's line that begins at bit `line` of the plane. */
static void gather_line(const struct binary_planes *in, const struct binary_window *w, const uint64_t *plane, uint64_t line, uint64_t s, uint64_t *row,
                        uint64_t at)
{
    uint64_t first, end;
    places_inside(in, w, s, &first, &end);
    bits_fill(row, at, false, first);
    uint64_t from = line + first * w->stride + s - w->pad;
    if (w->stride == 1)
        bits_copy(row, at + first, plane, from, end - first);
    else
        for (uint64_t x = first; x < end; x++, from += w->stride)
            bits_put(row, at + x, plane[from / 64] >> from % 64, 1);
    bits_fill(row, at + end, false, w->out_width - end);
}

void operator_binary_gather(const struct binary_planes *in, const struct binary_window *w, uint64_t channel, uint64_t r, uint64_t s, uint64_t *row)
{
    const uint64_t *plane = in->bits + channel * in->words;
    for (uint64_t image = 0, at = 0; image < in->images; image++)
        for (uint64_t y = 0; y < w->out_height; y++, at += w->out_width) {
            uint64_t padded = y * w->stride + r;
            if (padded < w->pad || padded - w->pad >= in->height)
                bits_fill(row, at, false, w->out_width);
            else
                gather_line(in, w, plane, (image * in->height + padded - w->pad) * in->width, s, row, at);
        }
}

/* Without help of the processor: sums of pairs, of nibbles, of bytes. */
static uint64_t ones(uint64_t word)
{
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return word * UINT64_C(0x0101010101010101) >> 56;
}

void operator_binary_counts(const uint64_t *packed, const uint64_t *weights, uint64_t inputs, uint64_t positions, uint32_t *counts)
{
    for (uint64_t p = 0; p < positions; p++)
        counts[p] = 0;
    for (uint64_t word = 0; word * 64 < inputs; word++, packed += positions) {
        uint64_t left = inputs - word * 64, mask = bits_mask(left < 64 ? (unsigned)left : 64);
        for (uint64_t p = 0; p < positions; p++)
            counts[p] += (uint32_t)ones(~(packed[p] ^ weights[word]) & mask);
    }
}
