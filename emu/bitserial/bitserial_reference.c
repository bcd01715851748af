/* The slow engine: one command, one row, one word at a time. */
#include "bitserial_machine.h"

#include <string.h>

/* The words that a wordline reaches, and what it flips. */
struct line {
    uint64_t *words;
    uint64_t flip;
};

static unsigned open_lines(const struct bitserial_machine *machine, const struct bitserial_subarray *subarray, bitserial_row row,
                           struct line lines[3])
{
    if (!bitserial_is_b(row)) {
        lines[0] = (struct line){bitserial_row_words(machine, subarray, row), 0};
        return 1;
    }
    const struct bitserial_opening *opening = &bitserial_openings[row - BITSERIAL_B];
    for (unsigned i = 0; i < opening->count; i++)
        lines[i] = (struct line){bitserial_cell_words(machine, subarray, opening->wordlines[i].cell),
                                 opening->wordlines[i].complement ? UINT64_MAX : 0};
    return opening->count;
}

/* What the sense amplifiers latch. */
static uint64_t sensed(const struct line lines[3], unsigned count, size_t word)
{
    uint64_t a = lines[0].words[word] ^ lines[0].flip;
    if (count < 3)
        return a;
    uint64_t b = lines[1].words[word] ^ lines[1].flip, c = lines[2].words[word] ^ lines[2].flip;
    return (a & b) | (a & c) | (b & c);
}

static bool is_tie(struct bitserial_bank *bank, const struct line lines[3], bitserial_row row)
{
    for (size_t word = 0; word < bank->machine->row_words; word++) {
        uint64_t differ = lines[0].words[word] ^ lines[0].flip ^ lines[1].words[word] ^ lines[1].flip;
        if (differ) {
            bitserial_set_fault(bank, BITSERIAL_FAULT_TIE, row - BITSERIAL_B);
            bank->fault.column = 64 * word + (uint64_t)__builtin_ctzll(differ);
            return true;
        }
    }
    return false;
}

static void restore(const struct line lines[3], unsigned count, size_t word, uint64_t latched)
{
    for (unsigned i = 0; i < count; i++)
        lines[i].words[word] = latched ^ lines[i].flip;
}

bool bitserial_carry_out(struct bitserial_bank *bank, struct bitserial_subarray *subarray, const struct bitserial_step *step)
{
    const struct bitserial_machine *machine = bank->machine;
    struct line first[3], second[3];
    unsigned first_count = 0, second_count = 0;
    uint64_t constant = step->first == BITSERIAL_C1 ? UINT64_MAX : 0;
    if (!bitserial_is_c(step->first))
        first_count = open_lines(machine, subarray, step->first, first);
    if (step->second != BITSERIAL_NO_ROW)
        second_count = open_lines(machine, subarray, step->second, second);
    if (first_count == 2 && is_tie(bank, first, step->first))
        return false;
    for (size_t word = 0; word < machine->row_words; word++) {
        uint64_t latched = first_count ? sensed(first, first_count, word) : constant;
        if (first_count == 3)
            latched ^= bitserial_failures(bank, word);
        restore(first, first_count, word, latched);
        restore(second, second_count, word, latched);
    }
    return true;
}

void bitserial_carry_out_move(struct bitserial_bank *bank, struct bitserial_subarray *from, struct bitserial_subarray *to,
                              const struct bitserial_move *move)
{
    const struct bitserial_machine *machine = bank->machine;
    memmove(bitserial_row_words(machine, to, move->row), bitserial_row_words(machine, from, move->from_row),
            machine->row_words * sizeof(uint64_t));
}

static enum pim_run no_memory(struct bitserial_bank *bank)
{
    bitserial_set_fault(bank, BITSERIAL_FAULT_MEMORY, 0);
    return PIM_FAULTED;
}

/* The command that was just taken. */
static enum pim_run run_one(struct bitserial_bank *bank, enum bitserial_next next, const struct bitserial_step *step,
                            const struct bitserial_move *move)
{
    struct bitserial_subarray *subarray = bitserial_subarray(bank, bank->subarray);
    struct bitserial_subarray *to = next == BITSERIAL_NEXT_MOVE ? bitserial_subarray(bank, move->subarray) : subarray;
    if (!subarray || !to)
        return no_memory(bank);
    if (next == BITSERIAL_NEXT_MOVE) {
        bitserial_carry_out_move(bank, subarray, to, move);
        bitserial_account_move(bank, move);
        return PIM_LIMITED;
    }
    if (!bitserial_carry_out(bank, subarray, step))
        return PIM_FAULTED;
    bitserial_account_step(bank, step);
    return PIM_LIMITED;
}

enum pim_run bitserial_run_reference(struct bitserial_bank *bank, uint64_t limit_cycles)
{
    while (bank->ready_cycle < limit_cycles) {
        struct bitserial_step step;
        struct bitserial_move move;
        enum bitserial_next next = bitserial_next(bank, &step, &move);
        if (next == BITSERIAL_NEXT_DONE)
            return PIM_DONE;
        if (next == BITSERIAL_NEXT_NO_MEMORY)
            return no_memory(bank);
        if (next == BITSERIAL_NEXT_FAULT || run_one(bank, next, &step, &move) == PIM_FAULTED)
            return PIM_FAULTED;
    }
    return PIM_LIMITED;
}
