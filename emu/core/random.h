/* Random numbers by counter: a number is a function of (seed, stream, index) alone, so that any thread can make
 * any part of the data in any order and all get the same. The function is the finaliser of SplitMix64 (Steele,
 * Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014, with the constants of Stafford's mix
 * 13), applied to the seed, then to the stream, then to the index: for a fixed seed and stream it is a
 * bijection of the index. Good for data and noise, not for secrets.
 */
#ifndef PIM_RANDOM_H
#define PIM_RANDOM_H

#include <stddef.h>
#include <stdint.h>

uint64_t pim_random(uint64_t seed, uint64_t stream, uint64_t index);

/* Below `bound` (> 0), each value equally likely up to 2^-32. */
uint32_t pim_random_below(uint64_t seed, uint64_t stream, uint64_t index, uint32_t bound);

/* Fill `bytes` bytes; byte i is byte i % 8 of number i / 8, little end first. */
void pim_random_fill(void *data, size_t bytes, uint64_t seed, uint64_t stream);

#endif
