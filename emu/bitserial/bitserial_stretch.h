/* A stretch of commands as the fast engine carries it out on a bank: operations on the rows of one subarray, what the control unit is afterwards,
 * and how it ends. Depends on the program and on time, never on data, so that banks in lockstep share it (bitserial_lockstep.c).
 */
#ifndef BITSERIAL_STRETCH_H
#define BITSERIAL_STRETCH_H

#include "bitserial_stripes.h"
#include "bitserial_values.h"

/* What comes after the operations. STEP: a command that only the data decides, or the first one in another subarray. */
enum stretch_end { STRETCH_GOES_ON, STRETCH_STEP, STRETCH_MOVE, STRETCH_DONE, STRETCH_FAULT };

/* Places are rows of the subarray, then slots of a stripe each. */
struct stretch_operation {
    enum stripe_kernel kernel;
    uint32_t to, parity, a, b, c;
};

struct stretch {
    uint64_t first_command, limit_cycles; /* what it was made for */
    uint32_t subarray, slots;
    /* The bank's fields of these names after it, the growth of its counters. */
    uint32_t registers[BITSERIAL_REGISTERS], pc, subarray_after, at;
    uint64_t ready_cycle, next_refresh, command;
    struct bitserial_fault_state fault;
    struct bitserial_counters added;
    struct bitserial_command *expansion; /* what is left to do of a bulk operation; NULL: nothing */
    size_t expansion_count, bytes, count;
    enum stretch_end end;
    struct bitserial_step step;
    struct bitserial_move move;
    struct stretch_operation operations[];
};

/* Takes commands until the limit, an end, or as many as go at once: the control unit goes on, rows do not change. NULL: out of memory. */
struct stretch *stretch_take(struct bitserial_bank *bank, struct values *values, uint64_t limit_cycles);
void stretch_free(struct stretch *stretch);

/* Bring the control unit to where the stretch leaves it. False: out of memory. */
bool stretch_follow(struct bitserial_bank *bank, const struct stretch *stretch);

/* Room for a stretch's operations on one bank; grows. */
struct stretch_room {
    struct stripe_operation *operations;
    uint64_t *slots;
    size_t operation_count, slot_count;
};
void stretch_room_free(struct stretch_room *room);

/* Carry the operations out on the bank's rows. False: out of memory. */
bool stretch_carry_out(struct bitserial_bank *bank, const struct stretch *stretch, struct stretch_room *room);

/* ---- bitserial_lockstep.c ---- */
/* The next stretch of the bank's companions, for the same limit; NULL: none. */
const struct stretch *lockstep_take(struct bitserial_bank *bank, uint64_t limit_cycles);
/* Offer a stretch to them. True: it is theirs now, and lives until the last of them leaves. */
bool lockstep_give(struct bitserial_bank *bank, struct stretch *stretch);

#endif
