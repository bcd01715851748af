/* Sets: checking what the program hands in, and the iterators.
 *
 * A set is a plain structure that programs copy, keep after dpu_free, and sometimes fill themselves. So nothing it points to is trusted:
 * a DPU must be one of a machine's and its rank allocated; an array of ranks is copied: from a live allocation (or a part of one), or else
 * with a system call that fails where the memory is gone, and each rank in it is checked.
 */
#include "upmem_context.h"

#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* ----------------------------------------------------------------------------------- checks --- */

bool upmem_is_rank(const struct dpu_rank_t *rank)
{
    for (const struct upmem_machine *machine = upmem.machines; machine; machine = machine->next)
        for (uint32_t i = 0; i < machine->rank_count; i++)
            if (rank == &machine->ranks[i])
                return rank->allocated;
    return false;
}

struct dpu_t *upmem_find_dpu(const struct dpu_t *dpu)
{
    for (const struct upmem_machine *machine = upmem.machines; machine; machine = machine->next) {
        uintptr_t first = (uintptr_t)machine->ranks, place = (uintptr_t)dpu;
        if (place < first || place >= (uintptr_t)(machine->ranks + machine->rank_count))
            continue;
        struct dpu_rank_t *rank = &machine->ranks[(place - first) / sizeof *rank];
        for (uint32_t slot = 0; slot < rank->dpu_count; slot++)
            if (dpu == &rank->dpus[slot])
                return rank->allocated ? &rank->dpus[slot] : NULL;
    }
    return NULL;
}

/* The live allocation that this array, or part of one, belongs to. */
static const struct upmem_allocation *find_array(struct dpu_rank_t *const *ranks, uint32_t count)
{
    for (const struct upmem_allocation *allocation = upmem.allocations; allocation; allocation = allocation->next) {
        uintptr_t first = (uintptr_t)allocation->ranks, place = (uintptr_t)ranks;
        if (place < first || place > first + allocation->rank_count * sizeof *ranks)
            continue;
        size_t index = (place - first) / sizeof *ranks;
        if (place == (uintptr_t)&allocation->ranks[index] && count <= allocation->rank_count - index)
            return allocation;
    }
    return NULL;
}

static bool read_ranks(struct dpu_rank_t **to, struct dpu_rank_t **from, uint32_t count)
{
    size_t bytes = count * sizeof *from;
    struct iovec local = {to, bytes}, remote = {from, bytes};
    if (find_array(from, count)) {
        memcpy(to, from, bytes);
        return true;
    }
    if (process_vm_readv(getpid(), &local, 1, &remote, 1, 0) != (ssize_t)bytes)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!upmem_is_rank(to[i]) || to[i]->machine != to[0]->machine)
            return false;
    return true;
}

/* A set without ranks: what an allocation of no DPUs gave before 2021. */
static dpu_error_t select_nothing(const struct dpu_set_t *set, struct upmem_selection *selection)
{
    const struct upmem_allocation *allocation = set->list.ranks ? find_array(set->list.ranks, 0) : NULL;
    if (!allocation || allocation->rank_count)
        return DPU_ERR_INVALID_DPU_SET;
    selection->machine = allocation->machine;
    selection->ranks = &selection->one_rank;
    return DPU_OK;
}

static dpu_error_t select_ranks(const struct dpu_set_t *set, struct upmem_selection *selection)
{
    uint32_t count = selection->rank_count = set->list.nr_ranks;
    if (!count)
        return select_nothing(set, selection);
    if (!set->list.ranks || count > UPMEM_RANKS)
        return DPU_ERR_INVALID_DPU_SET;
    selection->ranks = count == 1 ? &selection->one_rank : (selection->copy = malloc(count * sizeof *selection->copy));
    if (!selection->ranks)
        return DPU_ERR_SYSTEM;
    if (!read_ranks(selection->ranks, set->list.ranks, count))
        return DPU_ERR_INVALID_DPU_SET;
    selection->machine = selection->ranks[0]->machine;
    return DPU_OK;
}

static dpu_error_t select_dpu(const struct dpu_set_t *set, struct upmem_selection *selection)
{
    selection->dpu = upmem_find_dpu(set->dpu);
    if (!selection->dpu)
        return DPU_ERR_INVALID_DPU_SET;
    selection->one_rank = selection->dpu->rank;
    selection->ranks = &selection->one_rank;
    selection->rank_count = 1;
    selection->machine = selection->one_rank->machine;
    return DPU_OK;
}

dpu_error_t upmem_select(const struct dpu_set_t *set, struct upmem_selection *selection)
{
    *selection = (struct upmem_selection){0};
    dpu_error_t error = set->kind == DPU_SET_DPU     ? select_dpu(set, selection)
                        : set->kind == DPU_SET_RANKS ? select_ranks(set, selection)
                                                     : DPU_ERR_INTERNAL;
    if (error != DPU_OK)
        upmem_release(selection);
    return error;
}

void upmem_release(struct upmem_selection *selection)
{
    free(selection->copy);
    selection->copy = NULL;
}

struct dpu_t *upmem_next_dpu(const struct upmem_selection *selection, struct upmem_cursor *cursor)
{
    if (selection->dpu)
        return cursor->slot++ ? NULL : selection->dpu;
    for (; cursor->rank < selection->rank_count; cursor->rank++, cursor->slot = 0) {
        struct dpu_rank_t *rank = selection->ranks[cursor->rank];
        while (cursor->slot < rank->dpu_count) {
            struct dpu_t *dpu = &rank->dpus[cursor->slot++];
            if (dpu->enabled)
                return dpu;
        }
    }
    return NULL;
}

uint32_t upmem_count_dpus(const struct upmem_selection *selection)
{
    uint32_t count = 0;
    for (struct upmem_cursor cursor = {0}; upmem_next_dpu(selection, &cursor);)
        count++;
    return count;
}

/* ----------------------------------------------------------------------------------- counts --- */

static dpu_error_t get_count(const struct dpu_set_t *set, uint32_t *count, bool ranks)
{
    struct upmem_selection selection;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK)
        return error;
    if (!count)
        error = DPU_ERR_INTERNAL;
    else
        *count = ranks ? selection.rank_count : upmem_count_dpus(&selection);
    upmem_release(&selection);
    return error;
}

dpu_error_t dpu_get_nr_ranks(struct dpu_set_t dpu_set, uint32_t *nr_ranks)
{
    upmem_enter();
    return upmem_leave(get_count(&dpu_set, nr_ranks, true));
}

dpu_error_t dpu_get_nr_dpus(struct dpu_set_t dpu_set, uint32_t *nr_dpus)
{
    upmem_enter();
    return upmem_leave(get_count(&dpu_set, nr_dpus, false));
}

/* -------------------------------------------------------------------------------- iterators --- */

/* The caller's loop copies `next` and `count` before it tests `has_next`, so `next` keeps its last value at the end. An array of ranks that
 * is not valid any more is an empty set. */
static bool rank_at(const struct dpu_set_t *set, uint32_t index, struct dpu_set_t *next)
{
    struct upmem_selection selection;
    if (upmem_select(set, &selection) != DPU_OK)
        return false;
    bool found = index < selection.rank_count;
    if (found && set->kind == DPU_SET_DPU)
        *next = *set;
    else if (found)
        *next = (struct dpu_set_t){.kind = DPU_SET_RANKS, .list = {.nr_ranks = 1, .ranks = &set->list.ranks[index]}};
    upmem_release(&selection);
    return found;
}

static void seek_rank(struct dpu_set_rank_iterator_t *iterator)
{
    iterator->has_next = iterator->set && rank_at(iterator->set, iterator->next_idx, &iterator->next);
    iterator->next_idx += iterator->has_next;
}

/* The next enabled DPU of the iterator's rank at or after next_idx. */
static bool seek_in_rank(struct dpu_set_dpu_iterator_t *iterator)
{
    struct upmem_selection selection;
    if (upmem_select(&iterator->rank_iterator.next, &selection) != DPU_OK)
        return false;
    struct upmem_cursor cursor = {.slot = iterator->next_idx};
    struct dpu_t *dpu = upmem_next_dpu(&selection, &cursor);
    if (dpu) {
        iterator->next = (struct dpu_set_t){.kind = DPU_SET_DPU, .dpu = dpu};
        iterator->next_idx = cursor.slot;
    }
    upmem_release(&selection);
    return dpu != NULL;
}

static void seek_dpu(struct dpu_set_dpu_iterator_t *iterator)
{
    while (iterator->rank_iterator.has_next && !seek_in_rank(iterator)) {
        iterator->rank_iterator.count++;
        iterator->next_idx = 0;
        seek_rank(&iterator->rank_iterator);
    }
    iterator->has_next = iterator->rank_iterator.has_next;
}

struct dpu_set_rank_iterator_t dpu_set_rank_iterator_from(struct dpu_set_t *set)
{
    struct dpu_set_rank_iterator_t iterator = {.set = set};
    upmem_enter();
    seek_rank(&iterator);
    upmem_leave(DPU_OK);
    return iterator;
}

void dpu_set_rank_iterator_next(struct dpu_set_rank_iterator_t *iterator)
{
    upmem_enter();
    iterator->count++;
    seek_rank(iterator);
    upmem_leave(DPU_OK);
}

struct dpu_set_dpu_iterator_t dpu_set_dpu_iterator_from(struct dpu_set_t *set)
{
    struct dpu_set_dpu_iterator_t iterator = {.rank_iterator = {.set = set}};
    upmem_enter();
    seek_rank(&iterator.rank_iterator);
    seek_dpu(&iterator);
    upmem_leave(DPU_OK);
    return iterator;
}

void dpu_set_dpu_iterator_next(struct dpu_set_dpu_iterator_t *iterator)
{
    upmem_enter();
    iterator->count++;
    seek_dpu(iterator);
    upmem_leave(DPU_OK);
}
