/* When transfers between MRAM and the DPU's own memories begin and end.
 *
 * The model. One engine serves one transfer at a time, in the order of their instructions. A transfer keeps it busy for
 *
 *     occupancy = setup + bytes x occupancy per byte
 *
 * cycles and its tasklet goes on after alpha + beta x bytes, so that the rest of the latency overlaps with the next transfer. The bank is
 * refreshed for the last cycles of every refresh interval; what is in transfer then is longer by as much. Source and derivation of every
 * parameter: dpu_parameters.c. What is not modelled: rows of the bank, another order of service than first come first served. Known
 * error: two or four tasklets whose transfers meet go on meeting here, which makes VA 2.9 and 2.6 % slower than its log (doc/dpu.md).
 */
#include "dpu_machine.h"

#include <math.h>

/* The interval is rounded and its refresh, at most half of it, is rounded down, so that some of the interval is left. */
void dpu_dma_open(struct dpu_machine *machine)
{
    const struct dpu_parameters *p = &machine->parameters;
    machine->refresh_interval_cycles = (uint64_t)llround(p->dma_refresh_interval_ns * p->frequency_mhz / 1000);
    machine->refresh_cycles =
        machine->refresh_interval_cycles ? (uint64_t)(p->dma_refresh_ns * p->frequency_mhz / 1000) : 0;
}

/* The cycle at which `busy` cycles of the bank have passed since `start`, without those of refresh. */
static uint64_t bank_end(const struct dpu_machine *machine, uint64_t start, uint64_t busy)
{
    uint64_t interval = machine->refresh_interval_cycles, usable = interval - machine->refresh_cycles;
    if (!machine->refresh_cycles || !busy)
        return start + busy;
    uint64_t phase = start % interval;
    uint64_t before = start / interval * usable + (phase < usable ? phase : usable);
    uint64_t last = before + busy - 1; /* the last cycle that the transfer uses */
    return last / usable * interval + last % usable + 1;
}

static uint64_t rounded(double cycles)
{
    return (uint64_t)(cycles + 0.5);
}

uint64_t dpu_dma_schedule(struct dpu *dpu, uint64_t cycle, bool to_mram, uint32_t bytes)
{
    const struct dpu_parameters *p = &dpu->machine->parameters;
    uint64_t start = cycle > dpu->dma_free ? cycle : dpu->dma_free;
    uint64_t occupancy = p->dma_setup_cycles + rounded(p->dma_occupancy_cycles_per_byte * bytes);
    uint64_t latency = (to_mram ? p->dma_alpha_write_cycles : p->dma_alpha_read_cycles) +
                       rounded(p->dma_beta_cycles_per_byte * bytes);
    dpu->dma_free = bank_end(dpu->machine, start, occupancy);
    dpu->counters.dma_engine_busy_cycles += dpu->dma_free - start;
    uint64_t end = latency > occupancy ? dpu->dma_free + (latency - occupancy) : bank_end(dpu->machine, start, latency);
    uint64_t soonest = cycle + p->issue_distance_cycles;
    return end > soonest ? end : soonest;
}
