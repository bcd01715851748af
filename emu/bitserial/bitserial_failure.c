/* Majorities that go wrong.
 *
 *     random   every column of every majority fails with probability reliability.tra_failure
 *     columns  a share of the columns, reliability.unreliable_columns, the same for the whole subarray, gives noise in every majority
 *     masked   the same; whoever brings the operands knows these columns (space good_columns) and leaves them out
 *
 * A named source, a measurement or a circuit simulation, may stand for the two numbers.
 *
 * Numbers are functions of (seed, bank, subarray, command, word), so that they are the same for any number of threads. Probabilities are rounded
 * to 2^-24. Not modelled: copies that fail, dependence on the data, on temperature and on how many cells are charged.
 */
#include "bitserial_machine.h"
#include "random.h"

#include "failure_sources.h"

#include <math.h>

enum { PROBABILITY_BITS = 24, STATIC_STREAM = 1, COMMAND_STREAM = 2, NOISE_STREAM = 3 };

static uint64_t number(const struct bitserial_bank *bank, uint32_t subarray, unsigned stream, uint64_t step, uint64_t word, unsigned index)
{
    uint64_t place = ((uint64_t)bank->unit << 8 | subarray) << 2 | stream;
    return pim_random(bank->machine->parameters.reliability_seed, place, ((step * bank->machine->row_words) + word) << 5 | index);
}

/* 64 bits, each 1 with that probability: bit by bit of the probability, the lowest first. */
static uint64_t with_probability(const struct bitserial_bank *bank, uint32_t subarray, double probability, unsigned stream, uint64_t step, uint64_t word)
{
    uint32_t scaled = (uint32_t)lround(probability * (1 << PROBABILITY_BITS));
    uint64_t bits = 0;
    if (scaled >> PROBABILITY_BITS)
        return UINT64_MAX;
    for (unsigned i = 0; i < PROBABILITY_BITS; i++) {
        uint64_t coin = number(bank, subarray, stream, step, word, i);
        bits = scaled >> i & 1 ? bits | coin : bits & coin;
    }
    return bits;
}

uint64_t bitserial_failures(const struct bitserial_bank *bank, size_t word)
{
    const struct bitserial_parameters *p = &bank->machine->parameters;
    switch (p->reliability) {
    case BITSERIAL_RANDOM: return with_probability(bank, bank->subarray, p->tra_failure, COMMAND_STREAM, bank->command, word);
    case BITSERIAL_COLUMNS:
    case BITSERIAL_MASKED:
        return ~bitserial_error_free(bank, bank->subarray, word) & number(bank, bank->subarray, NOISE_STREAM, bank->command, word, 0);
    default: return 0;
    }
}

uint64_t bitserial_error_free(const struct bitserial_bank *bank, uint32_t subarray, size_t word)
{
    const struct bitserial_parameters *p = &bank->machine->parameters;
    if (p->reliability != BITSERIAL_COLUMNS && p->reliability != BITSERIAL_MASKED)
        return UINT64_MAX;
    return ~with_probability(bank, subarray, p->unreliable_columns, STATIC_STREAM, 0, word);
}

void bitserial_apply_source(struct bitserial_parameters *parameters)
{
    static const double failures[] = {
#define FAILURE_ROW(name, failure, source) failure,
        0, FAILURE_SOURCES(FAILURE_ROW)
#undef FAILURE_ROW
    };
    if (parameters->reliability_source)
        parameters->tra_failure = parameters->unreliable_columns = failures[parameters->reliability_source];
}
