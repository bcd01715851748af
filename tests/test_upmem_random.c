/* Is every call of a long random sequence, in which right and wrong ones mix, answered as it is alone? A model of the DPUs says what each call
 * returns and what memory holds afterwards; so what is refused has changed nothing. Handles are live, freed, parts of both or made up,
 * pointers null, names unknown, places out of range, work synchronous or queued.
 *
 * PIMENTO_TEST_SEED and PIMENTO_TEST_STEPS choose another run, or a longer one.
 */
#include "upmem_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SLOTS = 5, STALE = 12, SHADOW = 64, BUFFER = 65536 + 2 * SHADOW, SHADOWS = 3, THREADS = 3 };

static uint8_t pool[BUFFER];  /* what goes to DPUs: at random, then constant */
static uint8_t sink[BUFFER];  /* what comes from them and is not looked at */
static atomic_uint callbacks_run;

/* Host-visible names of state.s and what is no such name. */
enum memory { WRAM, MRAM, IRAM, NOWHERE };
static const struct { const char *name; uint32_t bytes; enum memory memory; int shadow; } places[] = {
    {"odd_arguments", 28, WRAM, 0}, {"bytes", 8, WRAM, 1},  {"mram_buffer", 65536, MRAM, 2}, {"operand", 4, WRAM, -1},
    {"spend", 168, IRAM, -1},         {"hidden", 0, NOWHERE, -1}, {"", 0, NOWHERE, -1},        {NULL, 0, NOWHERE, -1},
};
enum { PLACES = sizeof places / sizeof *places };

struct shadow { uint8_t value[SHADOW]; bool known[SHADOW]; };
struct model { bool enabled, loaded, scatter; uint32_t runs; const uint8_t *prepared; struct shadow shadows[SHADOWS]; };

struct world {
    uint64_t state;
    bool exact;            /* nobody else uses the machine: answers are compared */
    int release;           /* year */
    uint32_t step;
    struct dpu_set_t live[SLOTS], stale[STALE];
    bool is_live[SLOTS];
    struct dpu_program_t *program;
    struct model dpus[MACHINE_DPUS];
    uint32_t answers[64];  /* how often each was expected */
};

/* The handle of a step: its set, what the library says of it, and the DPUs it names. */
struct handle { struct dpu_set_t set; dpu_error_t error; uint32_t count, dpus[MACHINE_DPUS]; };

static uint32_t below(struct world *world, uint32_t end)
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

static void answered(struct world *world, const char *call, dpu_error_t got, dpu_error_t expected)
{
    world->answers[expected & 63]++;
    if (world->exact)
        ck_assert_msg((int)got == number(world, expected), "step %u, %s: %u, expected %d", world->step, call, (unsigned)got,
                      number(world, expected));
}

/* ---------------------------------------------------------------------------------- handles --- */

static struct dpu_set_t part_of(struct world *world, struct dpu_set_t set)
{
    struct dpu_set_t part, found = set;
    uint32_t wanted = below(world, 130);
    if (below(world, 2)) {
        DPU_FOREACH (set, part)
            if (found = part, !wanted--)
                break;
    } else {
        DPU_RANK_FOREACH (set, part)
            if (found = part, below(world, 2))
                break;
    }
    return found;
}

static struct dpu_set_t made_up(struct world *world, struct dpu_set_t set)
{
    void *const pointers[] = {NULL, (void *)8, pool, &set, set.list.ranks, (void *)UINTPTR_MAX,
                              (void *)((uintptr_t)set.list.ranks + 4)};
    if (below(world, 3) == 0)
        set.kind = (dpu_set_kind_t)below(world, 4);
    if (below(world, 3) == 0)
        set.list.nr_ranks = below(world, 2) ? below(world, 4) : UINT32_MAX - below(world, 2);
    if (below(world, 3) == 0)
        set.list.ranks = pointers[below(world, sizeof pointers / sizeof *pointers)];
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
static void describe(const struct world *world, struct handle *handle)
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
    struct dpu_set_t set = below(world, 6) ? world->live[below(world, SLOTS)] : world->stale[below(world, STALE)];
    if (below(world, 2))
        set = part_of(world, set);
    return below(world, 12) ? set : made_up(world, set);
}

static struct handle choose(struct world *world)
{
    struct handle handle = {.set = random_set(world)};
    describe(world, &handle);
    while (world->exact && handle.error == DPU_OK && is_in_freed_memory(world, &handle.set)) {
        handle.set = random_set(world);
        describe(world, &handle);
    }
    return handle;
}

/* What functions say of the set: when it was freed its DPUs may belong to an allocation that has disabled them; and of its programs. */
static dpu_error_t set_error(const struct world *world, const struct handle *handle)
{
    bool disabled = handle->error == DPU_OK && handle->set.kind == DPU_SET_DPU && !world->dpus[handle->dpus[0]].enabled;
    return disabled ? DPU_ERR_DPU_DISABLED : handle->error;
}

static dpu_error_t program_error(const struct world *world, const struct handle *handle)
{
    if (set_error(world, handle) != DPU_OK)
        return set_error(world, handle);
    for (uint32_t i = 1; i < handle->count; i++)
        if (world->dpus[handle->dpus[i]].loaded != world->dpus[handle->dpus[0]].loaded)
            return DPU_ERR_DIFFERENT_DPU_PROGRAMS;
    return handle->count && world->dpus[handle->dpus[0]].loaded ? DPU_OK : DPU_ERR_NO_PROGRAM_LOADED;
}

/* ------------------------------------------------------------------------- allocation, loading --- */

static uint32_t free_ranks(const struct world *world)
{
    uint32_t ranks = RANKS;
    for (uint32_t i = 0; i < SLOTS; i++)
        ranks -= world->is_live[i] ? world->live[i].list.nr_ranks : 0;
    return ranks;
}

static void do_alloc(struct world *world)
{
    static const char *const profiles[] = {NULL, "", "sgXferEnable=true", "nrThreadPerPool=8", ",,=,x=", "backend=hw, sgXferEnable=1"};
    const uint32_t counts[] = {0, 1, 40, 64, 65, 130, 257, DPU_ALLOCATE_ALL - 1, DPU_ALLOCATE_ALL};
    uint32_t slot = below(world, SLOTS), profile = below(world, 6), count = counts[below(world, 9)], ranks = free_ranks(world);
    bool by_rank = below(world, 3) == 0;
    uint64_t have = by_rank ? ranks : (uint64_t)ranks * RANK_DPUS;
    if (world->is_live[slot])
        return;
    bool fits = count == DPU_ALLOCATE_ALL ? ranks : count <= have && (count || world->release == 2020);
    dpu_error_t error = (by_rank ? dpu_alloc_ranks : dpu_alloc)(count, profiles[profile], below(world, 30) ? &world->live[slot] : NULL);
    if (error != DPU_OK || !fits)
        return answered(world, "alloc", error == (dpu_error_t)number(world, DPU_ERR_INTERNAL) ? DPU_ERR_ALLOCATION : error, DPU_ERR_ALLOCATION);
    world->is_live[slot] = true;
    struct handle handle = {.set = world->live[slot]};
    describe(world, &handle);
    for (uint32_t i = 0; i < handle.count; i++)
        for (uint32_t dpu = handle.dpus[i] / RANK_DPUS * RANK_DPUS, end = dpu + RANK_DPUS; dpu < end; dpu++)
            world->dpus[dpu] = (struct model){.scatter = profile == 2 || profile == 5};
    for (uint32_t i = 0; i < handle.count; i++)
        world->dpus[handle.dpus[i]].enabled = true;
}

static void do_free(struct world *world)
{
    struct handle handle = choose(world);
    uint32_t slot = 0;
    if (below(world, 2))
        return; /* or there is seldom anything to use */
    while (slot < SLOTS && !(world->is_live[slot] && handle.set.kind == DPU_SET_RANKS &&
                             handle.set.list.ranks == world->live[slot].list.ranks &&
                             handle.set.list.nr_ranks == world->live[slot].list.nr_ranks))
        slot++;
    world->stale[below(world, STALE)] = handle.set;
    world->stale[below(world, STALE)] = part_of(world, handle.set);
    answered(world, "free", dpu_free(handle.set), slot < SLOTS ? DPU_OK : DPU_ERR_INVALID_DPU_SET);
    if (slot < SLOTS)
        world->is_live[slot] = false;
}

static void loaded_model(struct model *model)
{
    model->loaded = true;
    model->runs = 0;
    for (uint32_t i = 0; i < SHADOW; i++) {
        model->shadows[0].known[i] = model->shadows[1].known[i] = true;
        model->shadows[0].value[i] = 0;
        model->shadows[1].value[i] = (uint8_t)(i + 1);
    }
}

static void do_load(struct world *world)
{
    static const struct { const char *path; dpu_error_t error; } wrong[] = {
        {NULL, DPU_ERR_SYSTEM}, {"", DPU_ERR_SYSTEM}, {"/no/such/file", DPU_ERR_SYSTEM}, {"/", DPU_ERR_ELF_INVALID_FILE}};
    struct handle handle = choose(world);
    uint32_t row = below(world, 20);
    if (row < 4)
        return answered(world, "load of nothing", dpu_load(handle.set, wrong[row].path, NULL), wrong[row].error);
    answered(world, "load", dpu_load(handle.set, UPMEM_TEST_KERNELS "/state.elf", below(world, 2) ? &world->program : NULL), set_error(world, &handle));
    for (uint32_t i = 0; set_error(world, &handle) == DPU_OK && i < handle.count; i++)
        loaded_model(&world->dpus[handle.dpus[i]]);
}

static void do_symbol(struct world *world)
{
    struct dpu_symbol_t symbol;
    struct dpu_program_t *programs[] = {NULL, (struct dpu_program_t *)(void *)pool, world->program};
    dpu_get_symbol(programs[below(world, 3)], places[below(world, PLACES)].name, below(world, 8) ? &symbol : NULL);
}

/* ------------------------------------------------------------------------------------ launches --- */

static void do_launch(struct world *world)
{
    struct handle handle = choose(world);
    uint32_t policy = below(world, 8) ? below(world, 2) : 2 + below(world, 3);
    dpu_error_t expected = handle.error == DPU_OK && policy > DPU_SYNCHRONOUS ? DPU_ERR_INVALID_LAUNCH_POLICY : set_error(world, &handle);
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++)
        if (!world->dpus[handle.dpus[i]].loaded)
            expected = DPU_ERR_NO_PROGRAM_LOADED;
    answered(world, "launch", dpu_launch(handle.set, (dpu_launch_policy_t)policy), expected);
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++)
        world->dpus[handle.dpus[i]].runs++;
    if (world->release == 2020) /* where it runs on beside the host */
        answered(world, "sync", dpu_sync(handle.set), handle.error);
}

static void do_wait(struct world *world)
{
    struct handle handle = choose(world);
    bool done = false, fault = true;
    if (below(world, 2))
        return answered(world, "sync", dpu_sync(handle.set), handle.error);
    answered(world, "status", dpu_status(handle.set, &done, &fault), set_error(world, &handle));
    if (world->exact && set_error(world, &handle) == DPU_OK)
        ck_assert(done && !fault);
    answered(world, "status of nothing", dpu_status(handle.set, NULL, &fault), DPU_ERR_INTERNAL);
}

static void do_count_runs(struct world *world)
{
    struct handle handle = choose(world);
    uint32_t runs = 0;
    dpu_error_t expected = handle.set.kind == DPU_SET_RANKS ? DPU_ERR_INVALID_DPU_SET : program_error(world, &handle);
    answered(world, "copy_from runs", dpu_copy_from(handle.set, "runs", 0, &runs, 4), expected);
    if (world->exact && expected == DPU_OK)
        ck_assert_uint_eq(runs, world->dpus[handle.dpus[0]].runs);
}

static dpu_error_t callback(struct dpu_set_t set, uint32_t rank, void *arguments)
{
    uint32_t count;
    bool done, fault;
    (void)rank;
    dpu_get_nr_dpus(set, &count); /* the set may have been freed, when nobody waits for this call */
    dpu_status(set, &done, &fault);
    atomic_fetch_add(&callbacks_run, 1);
    return *(const dpu_error_t *)arguments;
}

static void do_callback(struct world *world)
{
    static const dpu_error_t good = DPU_OK, bad = DPU_ERR_DRIVER;
    struct handle handle = choose(world);
    uint32_t flags = below(world, 16);
    bool asynchronous = flags & DPU_CALLBACK_ASYNC, nonblocking = flags & DPU_CALLBACK_NONBLOCKING, fails = below(world, 4) == 0;
    dpu_error_t expected = nonblocking && !asynchronous ? DPU_ERR_NONBLOCKING_SYNC_CALLBACK : handle.error;
    bool runs = expected == DPU_OK && handle.count;
    if (runs && fails && !asynchronous)
        expected = bad;
    answered(world, "callback", dpu_callback(handle.set, callback, (void *)(uintptr_t)(fails ? &bad : &good), (dpu_callback_flags_t)flags),
             expected);
    if (!runs || !fails || !asynchronous)
        return;
    dpu_error_t error = dpu_sync(handle.set); /* its failure is told here, before anything else is queued behind it */
    unsigned told = nonblocking ? DPU_OK : world->release == 2020 ? bad : DPU_ERR_ASYNC_JOBS | 12u << DPU_ERROR_ASYNC_JOB_TYPE_SHIFT | bad;
    if (world->exact)
        ck_assert_uint_eq((unsigned)error, told);
}

/* ----------------------------------------------------------------------------------- transfers --- */

struct place { uint32_t row, offset; size_t bytes; };

/* Within the place, at its edge, past it, far past it. */
static struct place random_place(struct world *world)
{
    struct place place = {.row = below(world, below(world, 4) ? 3 : PLACES)};
    uint32_t size = places[place.row].bytes;
    const uint32_t offsets[] = {0, 4 * below(world, 8), below(world, SHADOW), size, size + 1, UINT32_MAX};
    const size_t lengths[] = {0, 4, 8, 4 * below(world, 8), below(world, SHADOW), size, (size_t)size + 4, UINT32_MAX, SIZE_MAX};
    place.offset = offsets[below(world, below(world, 3) ? 3 : 6)];
    place.bytes = lengths[below(world, below(world, 3) ? 5 : 9)];
    if (places[place.row].memory == IRAM && place.bytes)
        place.bytes |= 1; /* refused: the program stays as it is */
    return place;
}

static dpu_error_t place_error(const struct world *world, const struct handle *handle, struct place place)
{
    uint32_t size = places[place.row].bytes, granule = world->release == 2020 ? 8 : 1;
    enum memory memory = places[place.row].memory;
    dpu_error_t error = program_error(world, handle);
    if (error != DPU_OK)
        return error;
    if (memory == NOWHERE)
        return DPU_ERR_UNKNOWN_SYMBOL;
    if (place.offset > size || place.bytes > size - place.offset)
        return DPU_ERR_INVALID_SYMBOL_ACCESS;
    if (memory == WRAM && (place.offset % 4 || place.bytes % 4))
        return DPU_ERR_INVALID_WRAM_ACCESS;
    if (memory == IRAM && (place.offset % 8 || place.bytes % 8))
        return DPU_ERR_INVALID_IRAM_ACCESS;
    return memory == MRAM && (place.offset % granule || place.bytes % granule) ? DPU_ERR_INVALID_MRAM_ACCESS : DPU_OK;
}

/* `source` NULL: something that the model does not know. */
static void written(struct world *world, uint32_t dpu, struct place place, const uint8_t *source)
{
    int shadow = places[place.row].shadow;
    for (size_t i = 0; shadow >= 0 && i < place.bytes && place.offset + i < SHADOW; i++) {
        struct shadow *bytes = &world->dpus[dpu].shadows[shadow];
        bytes->known[place.offset + i] = source != NULL;
        bytes->value[place.offset + i] = source ? source[i] : 0;
    }
}

static void compare(const struct world *world, uint32_t dpu, struct place place, const uint8_t *got)
{
    int shadow = places[place.row].shadow;
    for (size_t i = 0; world->exact && shadow >= 0 && i < place.bytes && place.offset + i < SHADOW; i++) {
        const struct shadow *bytes = &world->dpus[dpu].shadows[shadow];
        if (bytes->known[place.offset + i])
            ck_assert_msg(got[i] == bytes->value[place.offset + i], "step %u, %s+%zu: 0x%02x, expected 0x%02x", world->step,
                          places[place.row].name, place.offset + i, got[i], bytes->value[place.offset + i]);
    }
}

/* Flags without "parallel", which lets go of the order. */
static dpu_xfer_flags_t random_flags(struct world *world)
{
    return (dpu_xfer_flags_t)below(world, 4);
}

static void do_copy_to(struct world *world)
{
    struct handle handle = choose(world);
    struct place place = random_place(world);
    const uint8_t *source = below(world, 20) ? pool + below(world, SHADOW) : NULL;
    dpu_error_t expected = place_error(world, &handle, place), error;
    if (expected == DPU_OK && !source && place.bytes)
        expected = DPU_ERR_INVALID_MEMORY_TRANSFER;
    if (below(world, 2))
        error = dpu_copy_to(handle.set, places[place.row].name, place.offset, source, place.bytes);
    else
        error = dpu_broadcast_to(handle.set, places[place.row].name, place.offset, source, place.bytes, random_flags(world));
    answered(world, "copy_to", error, expected);
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++)
        written(world, handle.dpus[i], place, source);
}

static void do_copy_from(struct world *world)
{
    static uint8_t got[THREADS][BUFFER];
    uint8_t *to = below(world, 20) ? got[world->state % THREADS] : NULL;
    struct handle handle = choose(world);
    struct place place = random_place(world);
    dpu_error_t expected = handle.set.kind == DPU_SET_RANKS ? DPU_ERR_INVALID_DPU_SET : place_error(world, &handle, place);
    if (expected == DPU_OK && !to && place.bytes)
        expected = DPU_ERR_INVALID_MEMORY_TRANSFER;
    answered(world, "copy_from", dpu_copy_from(handle.set, places[place.row].name, place.offset, to, place.bytes), expected);
    if (expected == DPU_OK && to)
        compare(world, handle.dpus[0], place, to);
}

static void do_prepare(struct world *world)
{
    struct handle handle = choose(world);
    const uint8_t *buffer = below(world, 5) ? pool + below(world, SHADOW) : below(world, 2) ? sink : NULL;
    dpu_error_t expected = set_error(world, &handle);
    for (uint32_t i = 0; expected != DPU_ERR_DPU_DISABLED && i < handle.count; i++) {
        struct model *model = &world->dpus[handle.dpus[i]];
        if (world->release == 2020 && model->prepared && buffer)
            expected = DPU_ERR_TRANSFER_ALREADY_SET;
        model->prepared = buffer;
    }
    answered(world, "prepare", dpu_prepare_xfer(handle.set, (void *)(uintptr_t)buffer), expected);
}

static void do_push(struct world *world)
{
    struct handle handle = choose(world);
    struct place place = random_place(world);
    dpu_xfer_t direction = (dpu_xfer_t)(below(world, 12) ? DPU_XFER_TO_DPU : 2);
    dpu_xfer_flags_t flags = random_flags(world);
    dpu_error_t expected = place_error(world, &handle, place);
    if (expected == DPU_OK && direction != DPU_XFER_TO_DPU)
        expected = DPU_ERR_INVALID_MEMORY_TRANSFER;
    answered(world, "push", dpu_push_xfer(handle.set, direction, places[place.row].name, place.offset, place.bytes, flags), expected);
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++) {
        struct model *model = &world->dpus[handle.dpus[i]];
        if (model->prepared)
            written(world, handle.dpus[i], place, model->prepared == sink ? NULL : model->prepared);
        if (flags != DPU_XFER_NO_RESET)
            model->prepared = NULL;
    }
}

static void do_pull(struct world *world)
{
    struct handle handle = choose(world);
    struct place place = random_place(world);
    dpu_error_t expected = place_error(world, &handle, place);
    dpu_prepare_xfer(handle.set, NULL);
    dpu_prepare_xfer(handle.set, sink);
    answered(world, "pull", dpu_push_xfer(handle.set, DPU_XFER_FROM_DPU, places[place.row].name, place.offset, place.bytes,
                                          DPU_XFER_ASYNC), expected);
    for (uint32_t i = 0; i < handle.count; i++)
        world->dpus[handle.dpus[i]].prepared = expected == DPU_OK ? NULL : sink;
}

struct blocks { uint32_t count, length; uint8_t *address; };

static bool next_block(struct sg_block_info *out, uint32_t dpu, uint32_t number_of_block, void *arguments)
{
    const struct blocks *blocks = arguments;
    (void)dpu;
    *out = (struct sg_block_info){blocks->address, blocks->length};
    return number_of_block < blocks->count;
}

static void do_scatter(struct world *world)
{
    struct handle handle = choose(world);
    struct blocks blocks = {below(world, 4), 8, below(world, 8) ? pool : NULL};
    get_block_t get = {below(world, 10) ? next_block : NULL, &blocks, sizeof blocks};
    uint32_t flags = below(world, 8), bytes = 8 * below(world, 5), row = below(world, PLACES); /* of "spend" too: it is not MRAM */
    struct place place = {row, 0, bytes}, covered = {row, 0, bytes};
    dpu_error_t expected = place_error(world, &handle, place);
    bool located = expected == DPU_OK || expected == DPU_ERR_INVALID_WRAM_ACCESS;
    if (located && places[row].memory != MRAM)
        expected = DPU_ERR_SG_NOT_MRAM_SYMBOL;
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++)
        if (!world->dpus[handle.dpus[i]].scatter)
            expected = DPU_ERR_SG_NOT_ACTIVATED;
    bool checked = !(flags & DPU_SG_XFER_DISABLE_LENGTH_CHECK);
    if (expected == DPU_OK && !get.f)
        expected = DPU_ERR_INVALID_MEMORY_TRANSFER;
    else if (expected == DPU_OK && handle.count && blocks.count && bytes && !blocks.address)
        expected = DPU_ERR_INVALID_MEMORY_TRANSFER;
    else if (expected == DPU_OK && handle.count && checked && 8 * blocks.count != bytes)
        expected = DPU_ERR_SG_LENGTH_MISMATCH;
    answered(world, "scatter", dpu_push_sg_xfer(handle.set, DPU_XFER_TO_DPU, places[row].name, 0, bytes, &get, (dpu_sg_xfer_flags_t)flags),
             expected);
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++)
        written(world, handle.dpus[i], covered, NULL);
}

/* -------------------------------------------------------------------------------------- others --- */

static void do_look(struct world *world)
{
    struct handle handle = choose(world);
    struct dpu_set_t rank;
    uint32_t ranks = 0, rounds = 0;
    FILE *nowhere = fopen("/dev/null", "w");
    ck_assert_ptr_nonnull(nowhere);
    dpu_error_t expected = set_error(world, &handle) != DPU_OK ? set_error(world, &handle)
                           : handle.set.kind == DPU_SET_RANKS ? DPU_ERR_INVALID_DPU_SET : DPU_ERR_LOG_CONTEXT_MISSING;
    answered(world, "log_read", dpu_log_read(handle.set, nowhere), expected);
    answered(world, "log_read to nothing", dpu_log_read(handle.set, NULL), DPU_ERR_INTERNAL);
    fclose(nowhere);
    answered(world, "get_nr_ranks", dpu_get_nr_ranks(handle.set, &ranks), handle.error);
    DPU_RANK_FOREACH (handle.set, rank)
        (void)rank, rounds++;
    if (world->exact)
        ck_assert_uint_eq(rounds, ranks);
    free((char *)(uintptr_t)dpu_error_to_string((dpu_error_t)(below(world, 2) ? below(world, 60) : below(world, UINT32_MAX))));
    dpu_get_id(handle.set.dpu);
    dpu_get_rank(handle.set.dpu);
    dpu_get_id(dpu_from_set(handle.set));
    dpu_get_rank_id(dpu_rank_from_set(handle.set));
    dpu_is_enabled(dpu_get(dpu_rank_from_set(handle.set), (dpu_slice_id_t)below(world, 256), (dpu_member_id_t)below(world, 256)));
}

static void (*const operations[])(struct world *) = {
    do_alloc, do_free, do_load, do_symbol, do_launch, do_wait, do_count_runs, do_callback, do_copy_to, do_copy_from,
    do_prepare, do_push, do_pull, do_scatter, do_look, do_copy_to, do_copy_from, do_prepare, do_push, do_load, do_alloc,
};

static uint64_t setting(const char *name, uint64_t standard)
{
    const char *given = getenv(name);
    return given ? strtoull(given, NULL, 0) : standard;
}

/* Not all was refused, and what can be refused was. */
static void check_answers(const struct world *world)
{
    static const dpu_error_t common[] = {DPU_ERR_ALLOCATION, DPU_ERR_INVALID_DPU_SET, DPU_ERR_NO_PROGRAM_LOADED, DPU_ERR_INVALID_SYMBOL_ACCESS,
                                         DPU_ERR_INVALID_WRAM_ACCESS, DPU_ERR_DIFFERENT_DPU_PROGRAMS, DPU_ERR_INVALID_MEMORY_TRANSFER,
                                         DPU_ERR_UNKNOWN_SYMBOL, DPU_ERR_SG_NOT_MRAM_SYMBOL};
    ck_assert_uint_gt(world->answers[DPU_OK], world->step / 10);
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        ck_assert_msg(world->answers[common[i]], "error %d never came", common[i]);
}

static void wander(struct world *world, uint32_t steps)
{
    for (world->step = 0; world->step < steps; world->step++)
        operations[below(world, sizeof operations / sizeof *operations)](world);
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        if (world->is_live[slot])
            answered(world, "last free", dpu_free(world->live[slot]), DPU_OK);
}

static uint64_t fill_pool(const char *test)
{
    uint64_t seed = setting("PIMENTO_TEST_SEED", 1);
    struct world world = {.state = seed};
    for (uint32_t i = 0; i < BUFFER; i++)
        pool[i] = (uint8_t)below(&world, 256);
    printf("%s: PIMENTO_TEST_SEED=%llu\n", test, (unsigned long long)seed);
    fflush(stdout);
    return seed;
}

static const struct { const char *release; int year; } releases[] = {
    {"2020.3", 2020}, {"2021.3", 2021}, {"2023.2", 2023}, {"2025.1", 2025}};

START_TEST(random_calls_are_answered_as_the_model_says)
{
    enum { STEPS = 4000 };
    static struct world world;
    imitate(releases[_i].release);
    world.state = fill_pool("random calls") + (uint64_t)_i;
    world.release = releases[_i].year;
    world.exact = true;
    catch_stderr();
    wander(&world, (uint32_t)setting("PIMENTO_TEST_STEPS", STEPS));
    free(caught_stderr());
    check_answers(&world);
}
END_TEST

static void *wander_on_thread(void *world)
{
    wander(world, (uint32_t)setting("PIMENTO_TEST_STEPS", 1000));
    return NULL;
}

START_TEST(random_calls_of_several_threads_leave_the_process_alive)
{
    static struct world worlds[THREADS];
    pthread_t threads[THREADS];
    uint64_t seed = fill_pool("random threads");
    struct dpu_set_t shared = loaded(70, "state");
    catch_stderr();
    for (uint32_t i = 0; i < THREADS; i++) {
        worlds[i].state = seed + 100 + i;
        worlds[i].release = 2025;
        for (uint32_t j = 0; j < STALE; j++)
            worlds[i].stale[j] = shared; /* live, until somebody frees it */
        ck_assert_int_eq(pthread_create(&threads[i], NULL, wander_on_thread, &worlds[i]), 0);
    }
    for (uint32_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    free(caught_stderr());
}
END_TEST

TCase *upmem_random_tests(void)
{
    TCase *tests = upmem_case("random");
    tcase_add_loop_test(tests, random_calls_are_answered_as_the_model_says, 0, sizeof releases / sizeof *releases);
    tcase_add_test(tests, random_calls_of_several_threads_leave_the_process_alive);
    return tests;
}
