/* The race report: happens-before over the tasklets of one DPU, kept by the exact stepper when machine->race_report is set.
 *
 * Two accesses race when they come from different tasklets, touch a common byte, at least one writes, and no chain of edges
 * orders them. Edges: host launch -> thread 0; boot and resume -> the thread they start; the stop of a thread -> the boot or
 * resume that finds it stopped; release -> the next acquire that gets the bit. A DMA transfer is an access of its tasklet at its issue.
 *
 * The stepper calls these hooks after the instruction has taken effect, in issue order. All do nothing for a DPU without
 * race state (dpu->race == NULL). A call that cannot get memory marks the report as incomplete.
 */
#ifndef DPU_RACE_H
#define DPU_RACE_H

#include "dpu_machine.h"

/* Make the state at the first launch (false: out of memory), start over at each launch: what earlier launches did comes before. */
bool dpu_race_launch(struct dpu *dpu);
void dpu_race_free(struct dpu *dpu);

/* boot or resume found run bit `started` clear and set it; started >= 24 (notify bits) is ignored. */
void dpu_race_edge_start(struct dpu *dpu, uint32_t tasklet, uint32_t started);
void dpu_race_edge_stop(struct dpu *dpu, uint32_t tasklet);
void dpu_race_edge_acquire(struct dpu *dpu, uint32_t tasklet, uint32_t bit); /* it found the bit clear */
void dpu_race_edge_release(struct dpu *dpu, uint32_t tasklet, uint32_t bit);

/* space: DPU_SPACE_WRAM (any bytes) or DPU_SPACE_MRAM (address and bytes are multiples of 8, as DMA has them). The range
 * lies inside the space. */
void dpu_race_access(struct dpu *dpu, uint32_t tasklet, uint32_t pc, enum dpu_space space,
                     uint32_t address, uint32_t bytes, bool is_write);

/* Newly allocated text, one paragraph per race; NULL when nothing raced (or out of memory). */
char *dpu_race_report(const struct dpu *dpu);

#endif
