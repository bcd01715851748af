/* When transfers between MRAM and the DPU's own memories begin and end.
 *
 * The model. One engine serves one transfer at a time, in the order of their instructions. A transfer keeps it busy for
 *
 *     occupancy = setup + bytes x occupancy per byte
 *
 * cycles and its tasklet goes on after alpha + beta x bytes, so that the rest of the latency overlaps with the next transfer. The bank is
 * refreshed once an interval in the mean: where in a window of some intervals, each DPU draws for itself; what is in transfer then is longer
 * by as much. Without that, tasklets that have met at the engine go on meeting for ever, and on hardware they do not (doc/dpu.md). Source
 * and derivation of every parameter: dpu_parameters.c. What is not modelled: rows of the bank, another order of service than first come
 * first served. Known error: the 20 hardware logs of VA within 2 %, measured 2,048-byte transfers of one tasklet 2.3 to 2.9 % slow (doc/dpu.md).
 */
#include "dpu_machine.h"
#include "random.h"

#include <math.h>

/* The interval is rounded and its refresh, at most half of it, is rounded down, so that some of the interval is left. */
void dpu_dma_open(struct dpu_machine *machine)
{
    const struct dpu_parameters *p = &machine->parameters;
    machine->refresh_interval_cycles = (uint64_t)llround(p->dma_refresh_interval_ns * p->frequency_mhz / 1000);
    machine->refresh_cycles =
        machine->refresh_interval_cycles ? (uint64_t)(p->dma_refresh_ns * p->frequency_mhz / 1000) : 0;
}

/* The refreshes of a window, a few intervals long, in the bank's usable time: points[i] usable cycles of the window pass before refresh i. */
struct refreshes {
    uint64_t count, usable; /* of the window */
    uint64_t points[DPU_REFRESHES_POSTPONED + 1]; /* ascending */
};

static struct refreshes refreshes_of(const struct dpu *dpu, uint64_t window)
{
    const struct dpu_parameters *p = &dpu->machine->parameters;
    struct refreshes r = {.count = p->dma_refresh_postponed + 1};
    r.usable = r.count * (dpu->machine->refresh_interval_cycles - dpu->machine->refresh_cycles);
    for (uint64_t i = 0; i < r.count; i++) {
        uint64_t point = p->dma_refresh_seed == 0 ? r.usable / r.count * (i + 1)
                                                  : pim_random(p->dma_refresh_seed, dpu->unit, window * r.count + i) % (r.usable + 1);
        uint64_t place = i;
        for (; place > 0 && r.points[place - 1] > point; place--)
            r.points[place] = r.points[place - 1];
        r.points[place] = point;
    }
    return r;
}

/* The cycle at which `busy` cycles of the bank have passed since `start`, without those of refresh. */
static uint64_t bank_end(const struct dpu *dpu, uint64_t start, uint64_t busy)
{
    uint64_t refresh = dpu->machine->refresh_cycles;
    if (!refresh || !busy)
        return start + busy;
    uint64_t window_cycles = (dpu->machine->parameters.dma_refresh_postponed + 1) * dpu->machine->refresh_interval_cycles;
    uint64_t phase = start % window_cycles, used = phase;
    struct refreshes r = refreshes_of(dpu, start / window_cycles);
    for (uint64_t i = 0; i < r.count && phase > r.points[i] + i * refresh; i++) {
        uint64_t after = phase - i * refresh;
        used = after > r.points[i] + refresh ? after - refresh : r.points[i];
    }
    uint64_t last = start / window_cycles * r.usable + used + busy - 1; /* the last usable cycle that the transfer takes */
    uint64_t window = last / r.usable, end = window * window_cycles + last % r.usable + 1;
    r = refreshes_of(dpu, window);
    for (uint64_t i = 0; i < r.count && r.points[i] <= last % r.usable; i++)
        end += refresh;
    return end;
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
    dpu->dma_free = bank_end(dpu, start, occupancy);
    dpu->counters.dma_engine_busy_cycles += dpu->dma_free - start;
    uint64_t end = latency > occupancy ? dpu->dma_free + (latency - occupancy) : bank_end(dpu, start, latency);
    uint64_t soonest = cycle + p->issue_distance_cycles;
    return end > soonest ? end : soonest;
}
