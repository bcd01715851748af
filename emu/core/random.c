#include "random.h"

static const uint64_t GOLDEN_RATIO = 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio, odd */

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t pim_random(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint64_t key = mix(mix(seed + GOLDEN_RATIO) ^ (stream + 1) * GOLDEN_RATIO);
    return mix(key + (index + 1) * GOLDEN_RATIO);
}

uint32_t pim_random_below(uint64_t seed, uint64_t stream, uint64_t index, uint32_t bound)
{
    return (uint32_t)(((pim_random(seed, stream, index) >> 32) * bound) >> 32);
}

void pim_random_fill(void *data, size_t bytes, uint64_t seed, uint64_t stream)
{
    uint8_t *byte = data;
    uint64_t number = 0;
    for (size_t i = 0; i < bytes; i++) {
        if (i % 8 == 0)
            number = pim_random(seed, stream, i / 8);
        byte[i] = (uint8_t)(number >> (i % 8 * 8));
    }
}
