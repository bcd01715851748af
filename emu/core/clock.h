/* Clocks. Only cycles are accumulated; picoseconds always follow from the absolute count, so rounding never adds up.
 *
 *   time of edge n   = floor(n x 10^12 x denominator / numerator)    [ps]
 *   next edge at t   = the smallest n whose time is >= t
 *
 * A result that does not fit in 64 bits is UINT64_MAX: 2^64 ps are 213 days of the machine's time.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include "pimento.h"

/* Frequency in Hz as a reduced fraction. */
struct pim_clock {
    uint64_t numerator, denominator;
};

/* From the megahertz of a parameter table, exact to a millihertz. */
struct pim_clock pim_clock_from_mhz(double mhz);

uint64_t pim_clock_ps(struct pim_clock clock, uint64_t cycles);
uint64_t pim_clock_next_edge(struct pim_clock clock, uint64_t time_ps);

#endif
