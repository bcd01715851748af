/* Where a DPU sits. */
#ifndef DPU_MANAGEMENT_H
#define DPU_MANAGEMENT_H

#include "dpu_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The DPU of a set of one DPU, NULL for any other set. For what is no DPU the functions below return NULL or 0. */
struct dpu_t *dpu_from_set(struct dpu_set_t set);
struct dpu_rank_t *dpu_get_rank(struct dpu_t *dpu);
/* Control interface (0..7) and DPU number there (0..7). */
dpu_slice_id_t dpu_get_slice_id(struct dpu_t *dpu);
dpu_member_id_t dpu_get_member_id(struct dpu_t *dpu);
/* rank << 16 | control interface << 8 | member */
dpu_id_t dpu_get_id(struct dpu_t *dpu);

#ifdef __cplusplus
}
#endif
#endif
