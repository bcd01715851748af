#include "operators.h"

void operator_histogram_uint8(const uint8_t *elements, size_t count, uint32_t bins[256])
{
    for (size_t i = 0; i < count; i++)
        bins[elements[i]]++;
}

void operator_histogram_image(const uint32_t *pixels, size_t count, size_t bin_count, uint32_t *bins)
{
    for (size_t i = 0; i < count; i++)
        bins[pixels[i] * bin_count >> 12]++;
}
