#include "operators.h"

void operator_histogram_uint8(const uint8_t *elements, size_t count, uint32_t bins[256])
{
    for (size_t i = 0; i < count; i++)
        bins[elements[i]]++;
}
