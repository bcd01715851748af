/* Row commands as events, for execution.trace_commands=on: `pimento trace` turns them into command traces for DRAM simulators. Both engines
 * account for commands in the same place, bitserial_time.c, so their events are the same. Banks in lockstep do not share what they take while they record.
 *
 * Row addresses of a subarray are counted as its decoder sees them: D rows, then C0 and C1, then B0 to B15; what a B address opens is the
 * decoder's business. Refreshes and commands are on a lane of their own for each subarray, above the control unit's on lane 0.
 */
#include "bitserial_machine.h"

static uint64_t row_address(const struct bitserial_bank *bank, bitserial_row row)
{
    uint64_t d_rows = bank->machine->parameters.d_rows;
    if (bitserial_is_b(row))
        return d_rows + BITSERIAL_C_ADDRESSES + (row - BITSERIAL_B);
    return bitserial_is_c(row) ? d_rows + (row - BITSERIAL_C0) : row;
}

/* An event of a run may not begin behind its limit, where the events of the next one begin: that of a command that is kept there by a refresh
 * waits for the next run. A launch that ends at the limit never begins it. */
static void add(struct bitserial_bank *bank, uint16_t kind, uint64_t from_cycle, const uint64_t arguments[PIM_EVENT_ARGUMENTS])
{
    uint64_t from_ps = bitserial_time_ps(bank, from_cycle);
    struct pim_event event = {.time_ps = from_ps, .duration_ps = bitserial_time_ps(bank, bank->ready_cycle) - from_ps, .unit = bank->unit, .kind = kind,
                              .lane = (uint16_t)(1 + bank->subarray), .sequence = bank->event_sequence++,
                              .arguments = {arguments[0], arguments[1], arguments[2], arguments[3]}};
    bank->holds = from_cycle >= bank->recorded_until;
    bank->held_from = from_cycle;
    bank->held = event;
    if (!bank->holds)
        pim_event_add(bank->recorded, &event);
}

void bitserial_record_begin(struct bitserial_bank *bank, struct pim_event_list *events, uint64_t limit_cycles)
{
    bool wanted = events && bank->machine->parameters.trace_commands == BITSERIAL_ON;
    bank->recorded = wanted ? events : NULL;
    bank->recorded_until = limit_cycles;
    if (wanted && bank->holds && bank->held_from < limit_cycles) {
        pim_event_add(events, &bank->held);
        bank->holds = false;
    }
}

void bitserial_record_end(struct bitserial_bank *bank)
{
    bank->recorded = NULL;
}

void bitserial_record_step(struct bitserial_bank *bank, const struct bitserial_step *step, uint64_t from_cycle)
{
    uint64_t first = row_address(bank, step->first);
    if (step->second == BITSERIAL_NO_ROW)
        add(bank, BITSERIAL_EVENT_AP, from_cycle, (const uint64_t[PIM_EVENT_ARGUMENTS]){bank->subarray, first});
    else
        add(bank, BITSERIAL_EVENT_AAP, from_cycle, (const uint64_t[]){bank->subarray, first, bank->subarray, row_address(bank, step->second)});
}

void bitserial_record_move(struct bitserial_bank *bank, const struct bitserial_move *move, uint64_t from_cycle)
{
    add(bank, BITSERIAL_EVENT_MOVE, from_cycle, (const uint64_t[]){bank->subarray, move->from_row, move->subarray, move->row});
}

void bitserial_record_refreshes(struct bitserial_bank *bank, uint64_t count, uint64_t from_cycle)
{
    add(bank, BITSERIAL_EVENT_REFRESH, from_cycle, (const uint64_t[PIM_EVENT_ARGUMENTS]){count});
}
