/* When commands begin, and what they add up to.
 *
 *     flat    AAP = AP = timing.flat_ns
 *     timed   AP = tRAS + tRP, AAP = overlap x tRAS + tRP
 *
 * With the activation limit, n banks of a rank in lockstep activate n rows in an AP and n or 2n in an AAP; four may begin in a window of tFAW,
 * so that the command takes at least n / 4 windows. With refresh, a command that would begin after the end of an interval tREFI waits tRFC;
 * none is split. Control operations take no time of their own: the control unit is ahead of the bank (assumption).
 */
#include "bitserial_machine.h"

#include <math.h>

uint64_t bitserial_cycles(const struct bitserial_parameters *parameters, double nanoseconds)
{
    return (uint64_t)llround(nanoseconds * parameters->clock_mhz / 1000);
}

static uint64_t at_least(const struct bitserial_machine *machine, uint64_t cycles, uint64_t activations, uint64_t *limited)
{
    uint64_t window = bitserial_cycles(&machine->parameters, machine->parameters.tfaw_ns * (double)activations / 4);
    *limited = window > cycles ? window - cycles : 0;
    return cycles + *limited;
}

void bitserial_time_launch(struct bitserial_bank *bank, uint32_t banks_of_rank)
{
    const struct bitserial_machine *machine = bank->machine;
    const struct bitserial_parameters *p = &machine->parameters;
    bool timed = p->timing_mode == BITSERIAL_TIMED;
    bank->ap_cycles = bitserial_cycles(p, timed ? p->tras_ns + p->trp_ns : p->flat_ns);
    bank->aap_cycles = bitserial_cycles(p, timed ? p->aap_overlap * p->tras_ns + p->trp_ns : p->flat_ns);
    bank->ap_limited = bank->aap_limited = 0;
    if (p->activation_limit != BITSERIAL_NO_LIMIT) {
        uint64_t each = p->activation_limit == BITSERIAL_AAP_AS_TWO ? 2 : 1;
        bank->ap_cycles = at_least(machine, bank->ap_cycles, banks_of_rank, &bank->ap_limited);
        bank->aap_cycles = at_least(machine, bank->aap_cycles, each * banks_of_rank, &bank->aap_limited);
    }
    bank->next_refresh = p->refresh == BITSERIAL_ON ? bitserial_cycles(p, p->trefi_ns) : UINT64_MAX;
}

static void wait_for_refreshes(struct bitserial_bank *bank)
{
    const struct bitserial_parameters *p = &bank->machine->parameters;
    uint64_t from = bank->ready_cycle, before = bank->counters.refreshes, wait = bitserial_cycles(p, p->trfc_ns);
    for (; bank->ready_cycle >= bank->next_refresh; bank->next_refresh += bitserial_cycles(p, p->trefi_ns)) {
        bank->ready_cycle += wait;
        bank->counters.refresh_cycles += wait;
        bank->counters.refreshes++;
    }
    if (bank->recorded)
        bitserial_record_refreshes(bank, bank->counters.refreshes - before, from);
}

static void begin(struct bitserial_bank *bank)
{
    if (bank->ready_cycle >= bank->next_refresh)
        wait_for_refreshes(bank);
    bank->command++;
}

void bitserial_account_step(struct bitserial_bank *bank, const struct bitserial_step *step)
{
    struct bitserial_counters *counters = &bank->counters;
    bool copies = step->second != BITSERIAL_NO_ROW;
    begin(bank);
    uint64_t from = bank->ready_cycle;
    bank->ready_cycle += copies ? bank->aap_cycles : bank->ap_cycles;
    counters->limit_cycles += copies ? bank->aap_limited : bank->ap_limited;
    counters->commands++;
    counters->precharges++;
    counters->activations[bitserial_wordlines(step->first)]++;
    if (copies) {
        counters->aap++;
        counters->activations[bitserial_wordlines(step->second)]++;
    } else {
        counters->ap++;
    }
    if (bank->recorded)
        bitserial_record_step(bank, step, from);
}

/* Two rows are opened and closed. */
void bitserial_account_move(struct bitserial_bank *bank, const struct bitserial_move *move)
{
    begin(bank);
    uint64_t from = bank->ready_cycle;
    bank->ready_cycle += bitserial_cycles(&bank->machine->parameters, bank->machine->parameters.move_ns);
    bank->counters.moves++;
    bank->counters.activations[1] += 2;
    bank->counters.precharges += 2;
    if (bank->recorded)
        bitserial_record_move(bank, move, from);
}
