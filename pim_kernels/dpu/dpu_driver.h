/* What the drivers of this folder share: arrays in host memory, places in MRAM, host variables, spreading and
 * gathering. */
#ifndef DPU_DRIVER_H
#define DPU_DRIVER_H

#include "dpu_isa.h"
#include "kernels.h"

/* The row that every kernel's parameter table begins with. */
#define DPU_TASKLETS_PARAMETER {"tasklets", 1, DPU_TASKLETS, 16, "tasklets of each DPU"}
enum { DPU_VALUE_TASKLETS };

/* MRAM of a DPU, handed out from `__sys_used_mram_end` on, the same on every unit. */
struct dpu_layout { uint64_t end; };
enum pim_status dpu_layout_begin(const struct pim_kernel_job *job, struct dpu_layout *layout, struct pim_error *error);
enum pim_status dpu_layout_add(struct dpu_layout *layout, const char *what, uint64_t bytes, uint32_t *offset,
                               struct pim_error *error);

/* *array (a pointer to any object pointer) = count x bytes zeroed bytes, for free(). */
enum pim_status dpu_array(void *array, uint64_t count, uint64_t bytes, struct pim_error *error);

/* Items for each unit when `count` are divided evenly, a multiple of `granule`; and how many unit `unit` really has. */
uint64_t dpu_per_unit(const struct pim_kernel_job *job, uint64_t count, uint64_t granule);
uint64_t dpu_share(uint64_t count, uint64_t per_unit, uint32_t unit);

/* Move `bytes` bytes between `offset` of `space` on every unit and data + unit x stride; stride 0 is a broadcast. */
enum pim_status dpu_spread(const struct pim_kernel_job *job, enum pim_direction direction, enum dpu_space space, uint64_t offset,
                           const void *data, uint64_t stride, uint64_t bytes, struct pim_error *error);

/* The same for a symbol of the kernel, in the symbol's own space. */
enum pim_status dpu_spread_symbol(const struct pim_kernel_job *job, enum pim_direction direction, const char *symbol,
                                  const void *data, uint64_t stride, uint64_t bytes, struct pim_error *error);

/* Write the words of symbol `arguments` on every unit, the first one being the unit's share of `count` items,
 * rounded up to `granule`. */
enum pim_status dpu_set_arguments(const struct pim_kernel_job *job, const uint32_t *words, size_t word_count, uint64_t count,
                                  uint64_t per_unit, uint32_t granule, struct pim_error *error);

/* WRAM behind the kernel's variables. */
enum pim_status dpu_wram_heap(const struct pim_kernel_job *job, uint64_t *offset, struct pim_error *error);

/* Write the tasklet count and launch all units; adds to job->host_launch_ns and to job->step_ps[step]. dpu_run is step 0. */
enum pim_status dpu_run_step(struct pim_kernel_job *job, size_t step, struct pim_error *error);
enum pim_status dpu_run(struct pim_kernel_job *job, struct pim_error *error);

#endif
