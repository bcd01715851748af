/* Majorities that go wrong.
 *
 *     random   every column of every majority fails with probability reliability.tra_failure
 *     columns  a share of the columns, reliability.unreliable_columns, the same for the whole subarray, gives noise in every majority
 *
 * Numbers are functions of (seed, bank, subarray, command, word), so that they are the same for any number of threads. Probabilities are rounded
 * to 2^-24. Not modelled: copies that fail, dependence on the data, on temperature and on how many cells are charged.
 */
#include "bitserial_machine.h"
#include "random.h"

#include <math.h>

enum { PROBABILITY_BITS = 24, STATIC_STREAM = 1, COMMAND_STREAM = 2, NOISE_STREAM = 3 };

static uint64_t number(const struct bitserial_bank *bank, unsigned stream, uint64_t step, uint64_t word, unsigned index)
{
    uint64_t place = ((uint64_t)bank->unit << 8 | bank->subarray) << 2 | stream;
    return pim_random(bank->machine->parameters.reliability_seed, place, ((step * bank->machine->row_words) + word) << 5 | index);
}

/* 64 bits, each 1 with that probability: bit by bit of the probability, the lowest first. */
static uint64_t with_probability(const struct bitserial_bank *bank, double probability, unsigned stream, uint64_t step, uint64_t word)
{
    uint32_t scaled = (uint32_t)lround(probability * (1 << PROBABILITY_BITS));
    uint64_t bits = 0;
    if (scaled >> PROBABILITY_BITS)
        return UINT64_MAX;
    for (unsigned i = 0; i < PROBABILITY_BITS; i++) {
        uint64_t coin = number(bank, stream, step, word, i);
        bits = scaled >> i & 1 ? bits | coin : bits & coin;
    }
    return bits;
}

uint64_t bitserial_failures(const struct bitserial_bank *bank, size_t word)
{
    const struct bitserial_parameters *p = &bank->machine->parameters;
    switch (p->reliability) {
    case BITSERIAL_RANDOM: return with_probability(bank, p->tra_failure, COMMAND_STREAM, bank->command, word);
    case BITSERIAL_COLUMNS:
        return with_probability(bank, p->unreliable_columns, STATIC_STREAM, 0, word) & number(bank, NOISE_STREAM, bank->command, word, 0);
    default: return 0;
    }
}
