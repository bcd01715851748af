#include "transpose.h"

#include <string.h>

enum { BLOCK = 64 };

/* A matrix of 64 x 64 bits, in place: halves of halves change places, the larger ones first. */
static void transpose(uint64_t matrix[BLOCK])
{
    uint64_t mask = UINT64_C(0x00000000ffffffff);
    for (unsigned half = BLOCK / 2; half > 0; half /= 2, mask ^= mask << half)
        for (unsigned row = 0; row < BLOCK; row = (row + half + 1) & ~half) {
            uint64_t exchanged = ((matrix[row] >> half) ^ matrix[row + half]) & mask;
            matrix[row] ^= exchanged << half;
            matrix[row + half] ^= exchanged;
        }
}

/* The machine and the host are little-endian: the low bytes of a word are the element. */
void pim_to_rows(const void *elements, size_t element_bytes, unsigned width, size_t count, uint64_t *rows, size_t row_words)
{
    const uint8_t *element = elements;
    for (size_t word = 0; word < row_words; word++) {
        uint64_t matrix[BLOCK] = {0};
        for (size_t i = 0; i < BLOCK && word * BLOCK + i < count; i++)
            memcpy(&matrix[i], element + (word * BLOCK + i) * element_bytes, element_bytes);
        transpose(matrix);
        for (unsigned bit = 0; bit < width; bit++)
            rows[bit * row_words + word] = matrix[bit];
    }
}

void pim_from_rows(const uint64_t *rows, size_t row_words, unsigned width, size_t count, void *elements, size_t element_bytes)
{
    uint8_t *element = elements;
    for (size_t word = 0; word * BLOCK < count; word++) {
        uint64_t matrix[BLOCK] = {0};
        for (unsigned bit = 0; bit < width; bit++)
            matrix[bit] = rows[bit * row_words + word];
        transpose(matrix);
        for (size_t i = 0; i < BLOCK && word * BLOCK + i < count; i++)
            memcpy(element + (word * BLOCK + i) * element_bytes, &matrix[i], element_bytes);
    }
}
