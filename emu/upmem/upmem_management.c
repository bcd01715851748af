/* The small functions of dpu_management.h: where a DPU sits, and from a set to its rank or DPU and back. */
#include "upmem_context.h"

/* ------------------------------------------------------------------------------------- DPUs --- */

struct position { struct dpu_rank_t *rank; dpu_id_t id; bool enabled; struct dpu_program_t *program; };

static struct position position_of(const struct dpu_t *place)
{
    struct position position = {0};
    upmem_enter();
    const struct dpu_t *dpu = upmem_find_dpu(place);
    if (dpu)
        position = (struct position){dpu->rank, upmem_id(dpu), dpu->enabled, dpu->program};
    upmem_leave(DPU_OK);
    return position;
}

struct dpu_rank_t *dpu_get_rank(struct dpu_t *dpu)
{
    return position_of(dpu).rank;
}

dpu_slice_id_t dpu_get_slice_id(struct dpu_t *dpu)
{
    return (dpu_slice_id_t)(position_of(dpu).id >> 8);
}

dpu_member_id_t dpu_get_member_id(struct dpu_t *dpu)
{
    return (dpu_member_id_t)position_of(dpu).id;
}

dpu_id_t dpu_get_id(struct dpu_t *dpu)
{
    return position_of(dpu).id;
}

bool dpu_is_enabled(struct dpu_t *dpu)
{
    return position_of(dpu).enabled;
}

struct dpu_program_t *dpu_get_program(struct dpu_t *dpu)
{
    return position_of(dpu).program;
}

/* ------------------------------------------------------------------------------------ ranks --- */

struct dpu_t *dpu_get(struct dpu_rank_t *rank, dpu_slice_id_t slice_id, dpu_member_id_t dpu_id)
{
    struct dpu_t *dpu = NULL;
    upmem_enter();
    if (upmem_is_rank(rank) && dpu_id < rank->machine->dpus_per_ci) {
        uint32_t slot = slice_id * rank->machine->dpus_per_ci + dpu_id;
        dpu = slot < rank->dpu_count ? &rank->dpus[slot] : NULL;
    }
    upmem_leave(DPU_OK);
    return dpu;
}

dpu_id_t dpu_get_rank_id(struct dpu_rank_t *rank)
{
    upmem_enter();
    dpu_id_t id = upmem_is_rank(rank) ? rank->index : 0;
    upmem_leave(DPU_OK);
    return id;
}

/* Which node of a server has which ranks is not published; programs bind threads to what this returns, and node 0 is there everywhere. */
int dpu_get_rank_numa_node(struct dpu_rank_t *rank)
{
    (void)rank;
    return 0;
}

static void seek(struct dpu_iterator_t *iterator)
{
    struct dpu_rank_t *rank = iterator->rank;
    iterator->has_next = false;
    for (bool good = upmem_is_rank(rank); good && !iterator->has_next && iterator->next_idx < rank->dpu_count; iterator->next_idx++)
        if (rank->dpus[iterator->next_idx].enabled) {
            iterator->next = &rank->dpus[iterator->next_idx];
            iterator->has_next = true;
        }
}

struct dpu_iterator_t dpu_iterator_from(struct dpu_rank_t *rank)
{
    struct dpu_iterator_t iterator = {.rank = rank};
    upmem_enter();
    seek(&iterator);
    upmem_leave(DPU_OK);
    return iterator;
}

void dpu_iterator_next(struct dpu_iterator_t *iterator)
{
    upmem_enter();
    iterator->count++;
    seek(iterator);
    upmem_leave(DPU_OK);
}

/* ------------------------------------------------------------------------------------- sets --- */

struct dpu_t *dpu_from_set(struct dpu_set_t set)
{
    return set.kind == DPU_SET_DPU ? set.dpu : NULL;
}

struct dpu_rank_t *dpu_rank_from_set(struct dpu_set_t set)
{
    struct upmem_selection selection;
    struct dpu_rank_t *rank = NULL;
    upmem_enter();
    if (set.kind == DPU_SET_RANKS && set.list.nr_ranks == 1 && upmem_select(&set, &selection) == DPU_OK) {
        rank = selection.ranks[0];
        upmem_release(&selection);
    }
    upmem_leave(DPU_OK);
    return rank;
}

struct dpu_set_t dpu_set_from_rank(struct dpu_rank_t **rank)
{
    return (struct dpu_set_t){.kind = DPU_SET_RANKS, .list = {1, rank}};
}

struct dpu_set_t dpu_set_from_dpu(struct dpu_t *dpu)
{
    return (struct dpu_set_t){.kind = DPU_SET_DPU, .dpu = dpu};
}
