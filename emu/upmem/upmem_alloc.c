/* Allocation: whole ranks, first free first, until there are enough working DPUs; the surplus of the last rank is disabled from its end. */
#include "upmem_context.h"

#include <string.h>

#include "upmem_account.h"
#include "upmem_queue.h"

struct request { bool ranks; uint32_t count; };

static uint32_t working_dpus(const struct dpu_rank_t *rank)
{
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < rank->dpu_count; slot++)
        count += rank->dpus[slot].works;
    return count;
}

/* Free ranks for the request. `dpus` is what they hold together. False: too few. */
static bool choose_ranks(struct upmem_machine *machine, struct request request, struct upmem_allocation *allocation,
                         uint64_t *dpus)
{
    bool all = request.count == DPU_ALLOCATE_ALL;
    *dpus = 0;
    allocation->rank_count = 0;
    for (uint32_t i = 0; i < machine->rank_count; i++) {
        struct dpu_rank_t *rank = &machine->ranks[i];
        uint32_t working = working_dpus(rank);
        uint64_t have = request.ranks ? allocation->rank_count : *dpus;
        if (rank->allocated || !working || (!all && have >= request.count))
            continue;
        allocation->ranks[allocation->rank_count++] = rank;
        *dpus += working;
    }
    uint64_t have = request.ranks ? allocation->rank_count : *dpus;
    return all ? have > 0 : have >= request.count;
}

static void take_rank(struct dpu_rank_t *rank, const struct upmem_profile *profile)
{
    rank->allocated = true;
    rank->profile = *profile;
    rank->job_error = DPU_OK;
    for (uint32_t slot = 0; slot < rank->dpu_count; slot++) {
        struct dpu_t *dpu = &rank->dpus[slot];
        dpu->enabled = dpu->works;
        dpu->faulted = false;
        dpu->program = NULL;
        dpu->buffer = NULL;
    }
}

static void disable_surplus(struct dpu_rank_t *last, uint64_t surplus)
{
    for (uint32_t slot = last->dpu_count; surplus && slot-- > 0;) {
        surplus -= last->dpus[slot].enabled;
        last->dpus[slot].enabled = false;
    }
}

static dpu_error_t allocate_on(struct upmem_machine *machine, struct request request,
                               const struct upmem_profile *profile, struct dpu_set_t *set)
{
    uint64_t dpus;
    struct upmem_allocation *allocation = calloc(1, sizeof *allocation);
    if (allocation)
        allocation->ranks = calloc(machine->rank_count, sizeof(struct dpu_rank_t *));
    bool enough = allocation && allocation->ranks && choose_ranks(machine, request, allocation, &dpus);
    if (!enough) {
        dpu_error_t error = allocation && allocation->ranks ? DPU_ERR_ALLOCATION : DPU_ERR_SYSTEM;
        if (allocation)
            free(allocation->ranks);
        free(allocation);
        return error;
    }
    for (uint32_t i = 0; i < allocation->rank_count; i++)
        take_rank(allocation->ranks[i], profile);
    if (!request.ranks && request.count != DPU_ALLOCATE_ALL && allocation->rank_count)
        disable_surplus(allocation->ranks[allocation->rank_count - 1], dpus - request.count);
    allocation->next = upmem.allocations;
    upmem.allocations = allocation;
    *set = (struct dpu_set_t){.kind = DPU_SET_RANKS,
                              .list = {.nr_ranks = allocation->rank_count, .ranks = allocation->ranks}};
    upmem_account_allocation();
    return DPU_OK;
}

static dpu_error_t allocate(struct request request, const char *text, struct dpu_set_t *set)
{
    struct upmem_profile profile;
    struct upmem_machine *machine;
    if (!set)
        return DPU_ERR_INTERNAL;
    dpu_error_t error = upmem_profile_read(text, &profile);
    if (error == DPU_OK && !request.count && upmem.sdk > UPMEM_SDK_2020)
        error = DPU_ERR_ALLOCATION;
    if (error == DPU_OK)
        error = upmem_machine_for(&profile, &machine);
    return error == DPU_OK ? allocate_on(machine, request, &profile, set) : error;
}

dpu_error_t dpu_alloc(uint32_t nr_dpus, const char *profile, struct dpu_set_t *dpu_set)
{
    upmem_enter();
    return upmem_leave(allocate((struct request){false, nr_dpus}, profile, dpu_set));
}

dpu_error_t dpu_alloc_ranks(uint32_t nr_ranks, const char *profile, struct dpu_set_t *dpu_set)
{
    upmem_enter();
    return upmem_leave(allocate((struct request){true, nr_ranks}, profile, dpu_set));
}

/* ------------------------------------------------------------------------------------ free --- */

/* Where the list points to the allocation that this set came from; NULL: from none. */
static struct upmem_allocation **find_allocation(const struct dpu_set_t *set)
{
    if (set->kind != DPU_SET_RANKS)
        return NULL;
    for (struct upmem_allocation **place = &upmem.allocations; *place; place = &(*place)->next)
        if ((*place)->ranks == set->list.ranks && (*place)->rank_count == set->list.nr_ranks)
            return place;
    return NULL;
}

static dpu_error_t release(const struct dpu_set_t *set)
{
    struct upmem_allocation **place = find_allocation(set);
    struct upmem_selection selection;
    if (!place)
        return DPU_ERR_INVALID_DPU_SET;
    if (upmem_select(set, &selection) == DPU_OK) {
        upmem_end(&selection);
        upmem_release(&selection);
    }
    place = find_allocation(set); /* another thread may have freed it while the queues ran empty */
    if (!place)
        return DPU_ERR_INVALID_DPU_SET;
    struct upmem_allocation *allocation = *place;
    *place = allocation->next;
    for (uint32_t i = 0; i < allocation->rank_count; i++) {
        allocation->ranks[i]->allocated = false;
        allocation->ranks[i]->job_error = DPU_OK;
    }
    free(allocation->ranks);
    free(allocation);
    return DPU_OK;
}

dpu_error_t dpu_free(struct dpu_set_t dpu_set)
{
    upmem_enter();
    return upmem_leave(release(&dpu_set));
}
