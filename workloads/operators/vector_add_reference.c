#include "operators.h"

void operator_vector_add_int32(const uint32_t *a, const uint32_t *b, uint32_t *result, size_t count)
{
    for (size_t i = 0; i < count; i++)
        result[i] = a[i] + b[i];
}
