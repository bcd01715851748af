/* The fast engine: takes a stretch of commands as values (bitserial_values.h), then computes them for one stripe of columns after the other, so
 * that all that a stripe needs stays in the cache. Banks in lockstep share what is taken. Time, counters, faults and limits come from the same
 * control unit as in the reference engine; what only the data can tell (two wordlines opened that might differ) and failing majorities are left
 * to that engine.
 */
#include "bitserial_stretch.h"

struct engine {
    struct bitserial_bank *bank;
    struct values values; /* opened when a stretch is first taken */
    struct stretch_room room;
};

static enum pim_run no_memory(struct bitserial_bank *bank)
{
    bitserial_set_fault(bank, BITSERIAL_FAULT_MEMORY, 0);
    return PIM_FAULTED;
}

static enum pim_run end_with_step(struct bitserial_bank *bank, const struct bitserial_step *step)
{
    struct bitserial_subarray *subarray = bitserial_subarray(bank, bank->subarray);
    if (!subarray)
        return no_memory(bank);
    if (!bitserial_carry_out(bank, subarray, step))
        return PIM_FAULTED;
    bitserial_account_step(bank, step);
    return PIM_LIMITED;
}

static enum pim_run end_with_move(struct bitserial_bank *bank, const struct bitserial_move *move)
{
    struct bitserial_subarray *from = bitserial_subarray(bank, bank->subarray), *to = bitserial_subarray(bank, move->subarray);
    if (!from || !to)
        return no_memory(bank);
    bitserial_carry_out_move(bank, from, to, move);
    bitserial_account_move(bank, move);
    return PIM_LIMITED;
}

/* PIM_LIMITED: go on. */
static enum pim_run carry_out(struct engine *engine, const struct stretch *stretch)
{
    struct bitserial_bank *bank = engine->bank;
    if (!stretch_carry_out(bank, stretch, &engine->room))
        return no_memory(bank);
    switch (stretch->end) {
    case STRETCH_STEP: return end_with_step(bank, &stretch->step);
    case STRETCH_MOVE: return end_with_move(bank, &stretch->move);
    case STRETCH_DONE: return PIM_DONE;
    case STRETCH_FAULT: return PIM_FAULTED;
    default: return PIM_LIMITED;
    }
}

/* A bank whose commands are recorded takes each of them itself: a stretch that it follows has none. */
static enum pim_run run_stretch(struct engine *engine, uint64_t limit_cycles)
{
    struct bitserial_bank *bank = engine->bank;
    const struct stretch *theirs = bank->recorded ? NULL : lockstep_take(bank, limit_cycles);
    if (theirs)
        return stretch_follow(bank, theirs) ? carry_out(engine, theirs) : no_memory(bank);
    if (!engine->values.values && !values_open(&engine->values, bank->machine->parameters.d_rows))
        return no_memory(bank);
    struct stretch *ours = stretch_take(bank, &engine->values, limit_cycles);
    if (!ours)
        return no_memory(bank);
    bool given = !bank->recorded && lockstep_give(bank, ours);
    enum pim_run result = carry_out(engine, ours);
    if (!given)
        stretch_free(ours);
    return result;
}

enum pim_run bitserial_run_fast(struct bitserial_bank *bank, uint64_t limit_cycles)
{
    struct engine engine = {.bank = bank};
    enum pim_run result = PIM_LIMITED;
    if (bank->machine->parameters.reliability != BITSERIAL_IDEAL)
        return bitserial_run_reference(bank, limit_cycles);
    while (result == PIM_LIMITED && bank->ready_cycle < limit_cycles)
        result = run_stretch(&engine, limit_cycles);
    values_close(&engine.values);
    stretch_room_free(&engine.room);
    return result;
}
