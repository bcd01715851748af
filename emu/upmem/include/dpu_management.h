/* Where a DPU sits; ranks and DPUs of sets. */
#ifndef DPU_MANAGEMENT_H
#define DPU_MANAGEMENT_H

#include "dpu_error.h"
#include "dpu_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* For what is no DPU or rank of an allocation these functions return NULL, 0 or false. */

/* The DPU of a set of one DPU, the rank of a set of one rank; NULL for any other set. And back: the set of a rank points to the caller's
 * variable. */
struct dpu_t *dpu_from_set(struct dpu_set_t set);
struct dpu_rank_t *dpu_rank_from_set(struct dpu_set_t set);
struct dpu_set_t dpu_set_from_dpu(struct dpu_t *dpu);
struct dpu_set_t dpu_set_from_rank(struct dpu_rank_t **rank);

struct dpu_rank_t *dpu_get_rank(struct dpu_t *dpu);
/* Control interface (0..7) and DPU number there (0..7). */
dpu_slice_id_t dpu_get_slice_id(struct dpu_t *dpu);
dpu_member_id_t dpu_get_member_id(struct dpu_t *dpu);
/* rank << 16 | control interface << 8 | member */
dpu_id_t dpu_get_id(struct dpu_t *dpu);
bool dpu_is_enabled(struct dpu_t *dpu);
/* What was loaded; NULL before. */
struct dpu_program_t *dpu_get_program(struct dpu_t *dpu);

/* A disabled DPU too. */
struct dpu_t *dpu_get(struct dpu_rank_t *rank, dpu_slice_id_t slice_id, dpu_member_id_t dpu_id);
dpu_id_t dpu_get_rank_id(struct dpu_rank_t *rank);
/* Always 0. */
int dpu_get_rank_numa_node(struct dpu_rank_t *rank);

/* The enabled DPUs of a rank; 32 bytes. */
struct dpu_iterator_t {
    struct dpu_rank_t *rank;
    uint32_t count;
    uint32_t next_idx;
    bool has_next;
    struct dpu_t *next;
};

struct dpu_iterator_t dpu_iterator_from(struct dpu_rank_t *rank);
void dpu_iterator_next(struct dpu_iterator_t *iterator);

/* STRUCT_DPU_FOREACH(rank, dpu) or STRUCT_DPU_FOREACH(rank, dpu, index). */
#define STRUCT_DPU_FOREACH_2_(rank, dpu, iterator)                                                                \
    for (struct dpu_iterator_t iterator = dpu_iterator_from(rank); (dpu) = iterator.next, iterator.has_next;      \
         dpu_iterator_next(&iterator))
#define STRUCT_DPU_FOREACH_3_(rank, dpu, index, iterator)                                                         \
    for (struct dpu_iterator_t iterator = dpu_iterator_from(rank);                                                \
         (dpu) = iterator.next, (index) = iterator.count, iterator.has_next; dpu_iterator_next(&iterator))
#define STRUCT_DPU_2_(rank, dpu) STRUCT_DPU_FOREACH_2_(rank, dpu, DPU_UNIQUE_(dpu_iterator_))
#define STRUCT_DPU_3_(rank, dpu, index) STRUCT_DPU_FOREACH_3_(rank, dpu, index, DPU_UNIQUE_(dpu_iterator_))
#define STRUCT_DPU_CHOOSE_(rank, dpu, index, macro, ...) macro
#define STRUCT_DPU_FOREACH(...) STRUCT_DPU_CHOOSE_(__VA_ARGS__, STRUCT_DPU_3_, STRUCT_DPU_2_, )(__VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
