#include "operators.h"

uint64_t operator_reduction_int64(const uint64_t *elements, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += elements[i];
    return sum;
}
