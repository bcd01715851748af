#include "operators.h"

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

void operator_align(const int32_t *similarities, size_t length, int32_t penalty, int32_t *scores)
{
    size_t line = length + 1;
    for (size_t i = 0; i < line; i++)
        scores[i] = scores[i * line] = -(int32_t)i * penalty;
    for (size_t row = 1; row < line; row++)
        for (size_t column = 1; column < line; column++) {
            const int32_t *above = &scores[(row - 1) * line + column];
            int32_t gap = larger(scores[row * line + column - 1], *above) - penalty;
            scores[row * line + column] = larger(above[-1] + similarities[(row - 1) * length + column - 1], gap);
        }
}
