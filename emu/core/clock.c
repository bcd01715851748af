#include "clock.h"

#include <math.h>

#define PICOSECONDS_PER_SECOND UINT64_C(1000000000000)

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

struct pim_clock pim_clock_from_mhz(double mhz)
{
    uint64_t millihertz = (uint64_t)llround(mhz * 1e9);
    if (!millihertz)
        millihertz = 1;
    uint64_t divisor = greatest_common_divisor(millihertz, 1000);
    return (struct pim_clock){millihertz / divisor, 1000 / divisor};
}

/* 64 bits of cycles x 40 bits of picoseconds x 10 bits of denominator stay below 128. */
uint64_t pim_clock_ps(struct pim_clock clock, uint64_t cycles)
{
    pim_u128 time = (pim_u128)cycles * PICOSECONDS_PER_SECOND * clock.denominator / clock.numerator;
    return time > UINT64_MAX ? UINT64_MAX : (uint64_t)time;
}

/* floor(n x a / b) >= t holds exactly when n x a >= t x b. */
uint64_t pim_clock_next_edge(struct pim_clock clock, uint64_t time_ps)
{
    pim_u128 a = (pim_u128)PICOSECONDS_PER_SECOND * clock.denominator;
    pim_u128 edge = ((pim_u128)time_ps * clock.numerator + a - 1) / a;
    return edge > UINT64_MAX ? UINT64_MAX : (uint64_t)edge;
}
