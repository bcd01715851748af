/* Allocation: whole ranks, first free first, until there are enough working DPUs; then the surplus is disabled.
 *
 * Which DPUs that hits is as in the vendor's library (SDK 2020.1 and 2021.3, BSD-3-Clause), because programs see it in the numbers of DPUs
 * and in transfer times. The DPUs with the same number in all control interfaces are a line. Lines are disabled one after
 * the other, from the last and from the last control interface on: since 2021 always in the rank that has most DPUs left, before in
 * the last rank only.
 */
#include "upmem_context.h"

#include <string.h>

#include "upmem_account.h"
#include "upmem_queue.h"

/* DPUs, or whole ranks. `spread`: over as many ranks as there are. */
struct request { bool ranks; uint32_t count; bool spread; };

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
        uint64_t have = request.ranks || request.spread ? allocation->rank_count : *dpus;
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
        dpu->buffers[0] = dpu->buffers[1] = NULL;
    }
}

/* ---------------------------------------------------------------------------------- surplus --- */

static uint32_t enabled_dpus(const struct dpu_rank_t *rank)
{
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < rank->dpu_count; slot++)
        count += rank->dpus[slot].enabled;
    return count;
}

struct line { struct dpu_rank_t *rank; uint32_t member; };

/* The last enabled DPU of the line. NULL: none. `disabled` is how many others there are. */
static struct dpu_t *last_of_line(struct line line, uint32_t *disabled)
{
    struct dpu_t *last = NULL;
    *disabled = 0;
    for (uint32_t slot = line.member; slot < line.rank->dpu_count; slot += line.rank->machine->dpus_per_ci) {
        if (line.rank->dpus[slot].enabled)
            last = &line.rank->dpus[slot];
        else
            ++*disabled;
    }
    return last;
}

/* The next DPU to disable: of a line that is disabled already in part, if there is one; else of the rank with most DPUs. A rank
 * keeps one. */
static struct dpu_t *next_surplus(struct dpu_rank_t *const *ranks, uint32_t rank_count)
{
    struct dpu_t *chosen = NULL;
    uint32_t most_disabled = 0, most_enabled = 0;
    for (uint32_t i = 0; i < rank_count; i++) {
        uint32_t enabled = enabled_dpus(ranks[i]);
        for (uint32_t member = 0; enabled > 1 && member < ranks[i]->machine->dpus_per_ci; member++) {
            uint32_t disabled;
            struct dpu_t *dpu = last_of_line((struct line){ranks[i], member}, &disabled);
            if (!dpu || disabled < most_disabled || (disabled == most_disabled && enabled < most_enabled))
                continue;
            chosen = dpu;
            most_disabled = disabled;
            most_enabled = enabled;
        }
    }
    return chosen;
}

static void disable_surplus(const struct upmem_allocation *allocation, uint64_t surplus)
{
    bool last_only = upmem.sdk == UPMEM_SDK_2020 && allocation->rank_count;
    uint32_t first = last_only ? allocation->rank_count - 1 : 0;
    for (struct dpu_t *dpu; surplus; surplus--) {
        dpu = next_surplus(allocation->ranks + first, allocation->rank_count - first);
        if (!dpu)
            return;
        dpu->enabled = false;
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
    if (!request.ranks && request.count != DPU_ALLOCATE_ALL)
        disable_surplus(allocation, dpus - request.count);
    allocation->machine = machine;
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
    if (!request.count && upmem.sdk > UPMEM_SDK_2020)
        return DPU_ERR_ALLOCATION;
    dpu_error_t error = upmem_profile_read(text, &profile);
    if (error == DPU_OK)
        error = upmem_machine_for(&profile, &machine);
    request.spread = error == DPU_OK && profile.spread && request.count != DPU_ALLOCATE_ALL;
    return error == DPU_OK ? allocate_on(machine, request, &profile, set) : error;
}

dpu_error_t dpu_alloc(uint32_t nr_dpus, const char *profile, struct dpu_set_t *dpu_set)
{
    upmem_enter();
    return upmem_leave(allocate((struct request){.count = nr_dpus}, profile, dpu_set));
}

dpu_error_t dpu_alloc_ranks(uint32_t nr_ranks, const char *profile, struct dpu_set_t *dpu_set)
{
    upmem_enter();
    return upmem_leave(allocate((struct request){.ranks = true, .count = nr_ranks}, profile, dpu_set));
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
