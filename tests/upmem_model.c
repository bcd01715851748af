/* Answers and handles: live, freed, parts of both, made up. */
#include "upmem_model.h"

uint8_t model_pool[BUFFER], model_sink[BUFFER];

uint32_t model_below(struct world *world, uint32_t end)
{
    world->state = world->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(world->state >> 33) % end;
}

/* ---------------------------------------------------------------------------------- answers --- */

/* The number that the release has for an error of dpu_error.h. */
static int number(const struct world *world, dpu_error_t error)
{
    bool missing = (error >= DPU_ERR_TOO_MANY_TASKLETS && world->release < 2023) ||
                   (error == DPU_ERR_NO_PROGRAM_LOADED && world->release < 2021) ||
                   ((error == DPU_ERR_INVALID_PARALLEL_MEMORY_TRANSFER || error == DPU_ERR_WRAM_FIFO_FULL) && world->release < 2025);
    int shift = error < DPU_ERR_INVALID_PARALLEL_MEMORY_TRANSFER || world->release >= 2025 ? 0 : world->release >= 2021 ? 2 : 3;
    return missing ? DPU_ERR_INTERNAL : (int)error - shift;
}

void model_answered(struct world *world, const char *call, dpu_error_t got, dpu_error_t expected)
{
    world->answers[expected & 63]++;
    if (world->exact)
        ck_assert_msg((int)got == number(world, expected), "step %u, %s: %u, expected %d", world->step, call, (unsigned)got,
                      number(world, expected));
}

/* ---------------------------------------------------------------------------------- handles --- */

struct dpu_set_t model_part(struct world *world, struct dpu_set_t set)
{
    struct dpu_set_t part, found = set;
    uint32_t wanted = model_below(world, 130);
    if (model_below(world, 2)) {
        DPU_FOREACH (set, part)
            if (found = part, !wanted--)
                break;
    } else {
        DPU_RANK_FOREACH (set, part)
            if (found = part, model_below(world, 2))
                break;
    }
    return found;
}

static struct dpu_set_t made_up(struct world *world, struct dpu_set_t set)
{
    void *const pointers[] = {NULL, (void *)8, model_pool, &set, set.list.ranks, (void *)UINTPTR_MAX,
                              (void *)((uintptr_t)set.list.ranks + 4)};
    if (model_below(world, 3) == 0)
        set.kind = (dpu_set_kind_t)model_below(world, 4);
    if (model_below(world, 3) == 0)
        set.list.nr_ranks = model_below(world, 2) ? model_below(world, 4) : UINT32_MAX - model_below(world, 2);
    if (model_below(world, 3) == 0)
        set.list.ranks = pointers[model_below(world, sizeof pointers / sizeof *pointers)];
    return set;
}

/* A freed array of ranks is memory that anything may be written into: the library takes it for an array of the program's own. */
static bool is_in_freed_memory(const struct world *world, const struct dpu_set_t *set)
{
    uintptr_t place = (uintptr_t)set->list.ranks;
    for (uint32_t i = 0; i < SLOTS; i++) {
        uintptr_t first = (uintptr_t)world->live[i].list.ranks;
        if (world->is_live[i] && place >= first && place <= first + world->live[i].list.nr_ranks * sizeof(struct dpu_rank_t *))
            return false;
    }
    return set->kind == DPU_SET_RANKS && place;
}

/* For the model the library's own answer says which DPUs a set names; all other calls have to agree with that. */
void model_describe(const struct world *world, struct handle *handle)
{
    struct dpu_set_t dpu;
    uint32_t count = 0;
    handle->count = 0;
    handle->error = dpu_get_nr_dpus(handle->set, &count);
    if (handle->error != DPU_OK)
        return;
    DPU_FOREACH (handle->set, dpu) {
        uint32_t id = dpu_get_id(dpu.dpu);
        if (handle->count < MACHINE_DPUS)
            handle->dpus[handle->count++] = (id >> 16) * RANK_DPUS + (id >> 8 & 0xff) * 8 + (id & 0xff);
    }
    if (world->exact && !is_in_freed_memory(world, &handle->set))
        ck_assert_uint_eq(handle->count, count);
}

static struct dpu_set_t random_set(struct world *world)
{
    struct dpu_set_t set = model_below(world, 6) ? world->live[model_below(world, SLOTS)] : world->stale[model_below(world, STALE)];
    if (model_below(world, 2))
        set = model_part(world, set);
    return model_below(world, 12) ? set : made_up(world, set);
}

struct handle model_choose(struct world *world)
{
    struct handle handle = {.set = random_set(world)};
    model_describe(world, &handle);
    while (world->exact && handle.error == DPU_OK && is_in_freed_memory(world, &handle.set)) {
        handle.set = random_set(world);
        model_describe(world, &handle);
    }
    return handle;
}

dpu_error_t model_set_error(const struct world *world, const struct handle *handle)
{
    bool disabled = handle->error == DPU_OK && handle->set.kind == DPU_SET_DPU && !world->dpus[handle->dpus[0]].enabled;
    return disabled ? DPU_ERR_DPU_DISABLED : handle->error;
}

dpu_error_t model_program_error(const struct world *world, const struct handle *handle)
{
    if (model_set_error(world, handle) != DPU_OK)
        return model_set_error(world, handle);
    for (uint32_t i = 1; i < handle->count; i++)
        if (world->dpus[handle->dpus[i]].loaded != world->dpus[handle->dpus[0]].loaded)
            return DPU_ERR_DIFFERENT_DPU_PROGRAMS;
    return handle->count && world->dpus[handle->dpus[0]].loaded ? DPU_OK : DPU_ERR_NO_PROGRAM_LOADED;
}
