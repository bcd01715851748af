#include "operators.h"

uint64_t operator_dot_unsigned(const uint64_t *a, const uint64_t *x, size_t count, unsigned width)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * x[i];
    return width < 64 ? sum & ((UINT64_C(1) << width) - 1) : sum;
}

uint64_t operator_xnor_count(const uint64_t *a, const uint64_t *b, size_t count)
{
    uint64_t same = 0;
    for (size_t word = 0; word * 64 < count; word++) {
        uint64_t bits = ~(a[word] ^ b[word]);
        size_t left = count - word * 64;
        same += (uint64_t)__builtin_popcountll(left < 64 ? bits & ((UINT64_C(1) << left) - 1) : bits);
    }
    return same;
}
