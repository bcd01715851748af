/* Is every call of a long random sequence, in which right and wrong ones mix, answered as it is alone? A model of the DPUs says what each call
 * returns and what memory holds afterwards; so what is refused has changed nothing. Handles are live, freed, parts of both or made up,
 * pointers null, names unknown, places out of range, work synchronous or queued.
 *
 * PIMENTO_TEST_SEED and PIMENTO_TEST_STEPS choose another run, or a longer one.
 */
#include "upmem_model.h"

#include <pthread.h>
#include <stdatomic.h>

static atomic_uint callbacks_run;

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
    uint32_t slot = model_below(world, SLOTS), profile = model_below(world, 6), count = counts[model_below(world, 9)], ranks = free_ranks(world);
    bool by_rank = model_below(world, 3) == 0;
    uint64_t have = by_rank ? ranks : (uint64_t)ranks * RANK_DPUS;
    if (world->is_live[slot])
        return;
    bool fits = count == DPU_ALLOCATE_ALL ? ranks : count <= have && (count || world->release == 2020);
    struct dpu_set_t *set = model_below(world, 30) ? &world->live[slot] : NULL;
    dpu_error_t error = (by_rank ? dpu_alloc_ranks : dpu_alloc)(count, profiles[profile], set);
    model_answered(world, "alloc", error, !set ? DPU_ERR_INTERNAL : fits ? DPU_OK : DPU_ERR_ALLOCATION);
    if (error != DPU_OK)
        return;
    world->is_live[slot] = true;
    struct handle handle = {.set = world->live[slot]};
    model_describe(world, &handle);
    for (uint32_t i = 0; i < handle.count; i++)
        for (uint32_t dpu = handle.dpus[i] / RANK_DPUS * RANK_DPUS, end = dpu + RANK_DPUS; dpu < end; dpu++)
            world->dpus[dpu] = (struct model){.scatter = profile == 2 || profile == 5};
    for (uint32_t i = 0; i < handle.count; i++)
        world->dpus[handle.dpus[i]].enabled = true;
}

static void do_free(struct world *world)
{
    struct handle handle = model_choose(world);
    uint32_t slot = 0;
    if (model_below(world, 2))
        return; /* or there is seldom anything to use */
    while (slot < SLOTS && !(world->is_live[slot] && handle.set.kind == DPU_SET_RANKS &&
                             handle.set.list.ranks == world->live[slot].list.ranks &&
                             handle.set.list.nr_ranks == world->live[slot].list.nr_ranks))
        slot++;
    world->stale[model_below(world, STALE)] = handle.set;
    world->stale[model_below(world, STALE)] = model_part(world, handle.set);
    model_answered(world, "free", dpu_free(handle.set), slot < SLOTS ? DPU_OK : DPU_ERR_INVALID_DPU_SET);
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
    struct handle handle = model_choose(world);
    uint32_t row = model_below(world, 20);
    if (row < 4)
        return model_answered(world, "load of nothing", dpu_load(handle.set, wrong[row].path, NULL), wrong[row].error);
    struct dpu_program_t **program = model_below(world, 2) ? &world->program : NULL;
    model_answered(world, "load", dpu_load(handle.set, UPMEM_TEST_KERNELS "/state.elf", program), model_set_error(world, &handle));
    for (uint32_t i = 0; model_set_error(world, &handle) == DPU_OK && i < handle.count; i++)
        loaded_model(&world->dpus[handle.dpus[i]]);
}

/* The program with a few bytes changed, or cut off. What is refused has changed nothing; what is not is replaced before it can run. */
static void do_load_damaged(struct world *world)
{
    enum { PROGRAM_MAX = 1 << 16 };
    static uint8_t bytes[PROGRAM_MAX];
    struct handle handle = model_choose(world);
    FILE *file = world->exact ? fopen(UPMEM_TEST_KERNELS "/state.elf", "rb") : NULL;
    if (!file) /* other threads would run it */
        return;
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (uint32_t changes = model_below(world, 4); changes; changes--)
        bytes[model_below(world, model_below(world, 2) ? 512 : (uint32_t)size)] = (uint8_t)model_below(world, 256);
    if (model_below(world, 4) == 0)
        size = model_below(world, (uint32_t)size);
    if (dpu_load_from_memory(handle.set, bytes, size, NULL) != DPU_OK)
        return;
    model_answered(world, "load", dpu_load(handle.set, UPMEM_TEST_KERNELS "/state.elf", NULL), DPU_OK);
    for (uint32_t i = 0; i < handle.count; i++) {
        loaded_model(&world->dpus[handle.dpus[i]]);
        memset(world->dpus[handle.dpus[i]].shadows[2].known, 0, sizeof world->dpus->shadows[2].known);
    }
}

/* ------------------------------------------------------------------------------------ launches --- */

static void do_launch(struct world *world)
{
    struct handle handle = model_choose(world);
    uint32_t policy = model_below(world, 8) ? model_below(world, 2) : 2 + model_below(world, 3);
    dpu_error_t expected = handle.error == DPU_OK && policy > DPU_SYNCHRONOUS ? DPU_ERR_INVALID_LAUNCH_POLICY : model_set_error(world, &handle);
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++)
        if (!world->dpus[handle.dpus[i]].loaded)
            expected = DPU_ERR_NO_PROGRAM_LOADED;
    model_answered(world, "launch", dpu_launch(handle.set, (dpu_launch_policy_t)policy), expected);
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++)
        world->dpus[handle.dpus[i]].runs++;
    if (world->release == 2020) /* where it runs on beside the host */
        model_answered(world, "sync", dpu_sync(handle.set), handle.error);
}

static void do_wait(struct world *world)
{
    struct handle handle = model_choose(world);
    bool done = false, fault = true;
    if (model_below(world, 2))
        return model_answered(world, "sync", dpu_sync(handle.set), handle.error);
    model_answered(world, "status", dpu_status(handle.set, &done, &fault), model_set_error(world, &handle));
    if (world->exact && model_set_error(world, &handle) == DPU_OK)
        ck_assert(done && !fault);
    model_answered(world, "status of nothing", dpu_status(handle.set, NULL, &fault), DPU_ERR_INTERNAL);
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
    struct handle handle = model_choose(world);
    uint32_t flags = model_below(world, 16);
    bool asynchronous = flags & DPU_CALLBACK_ASYNC, nonblocking = flags & DPU_CALLBACK_NONBLOCKING, fails = model_below(world, 4) == 0;
    dpu_error_t expected = nonblocking && !asynchronous ? DPU_ERR_NONBLOCKING_SYNC_CALLBACK : handle.error;
    bool runs = expected == DPU_OK && handle.count;
    if (runs && fails && !asynchronous)
        expected = bad;
    model_answered(world, "callback", dpu_callback(handle.set, callback, (void *)(uintptr_t)(fails ? &bad : &good), (dpu_callback_flags_t)flags),
             expected);
    if (!runs || !fails || !asynchronous)
        return;
    dpu_error_t error = dpu_sync(handle.set); /* its failure is told here, before anything else is queued behind it */
    unsigned told = nonblocking ? DPU_OK : world->release == 2020 ? bad : DPU_ERR_ASYNC_JOBS | 12u << DPU_ERROR_ASYNC_JOB_TYPE_SHIFT | bad;
    if (world->exact)
        ck_assert_uint_eq((unsigned)error, told);
}

/* -------------------------------------------------------------------------------------- others --- */

static void do_look(struct world *world)
{
    struct handle handle = model_choose(world);
    struct dpu_set_t rank;
    uint32_t ranks = 0, rounds = 0;
    FILE *nowhere = fopen("/dev/null", "w");
    ck_assert_ptr_nonnull(nowhere);
    dpu_error_t expected = model_set_error(world, &handle) != DPU_OK ? model_set_error(world, &handle)
                           : handle.set.kind == DPU_SET_RANKS ? DPU_ERR_INVALID_DPU_SET : DPU_ERR_LOG_CONTEXT_MISSING;
    model_answered(world, "log_read", dpu_log_read(handle.set, nowhere), expected);
    model_answered(world, "log_read to nothing", dpu_log_read(handle.set, NULL), DPU_ERR_INTERNAL);
    fclose(nowhere);
    model_answered(world, "fifo", dpu_fifo_push_xfer(handle.set, NULL, (dpu_xfer_flags_t)model_below(world, 8)), DPU_ERR_INTERNAL);
    model_answered(world, "get_nr_ranks", dpu_get_nr_ranks(handle.set, &ranks), handle.error);
    DPU_RANK_FOREACH (handle.set, rank)
        (void)rank, rounds++;
    if (world->exact)
        ck_assert_uint_eq(rounds, ranks);
    free((char *)(uintptr_t)dpu_error_to_string((dpu_error_t)(model_below(world, 2) ? model_below(world, 60) : model_below(world, UINT32_MAX))));
    dpu_get_id(handle.set.dpu);
    dpu_get_rank(handle.set.dpu);
    dpu_get_id(dpu_from_set(handle.set));
    dpu_get_rank_id(dpu_rank_from_set(handle.set));
    dpu_is_enabled(dpu_get(dpu_rank_from_set(handle.set), (dpu_slice_id_t)model_below(world, 256), (dpu_member_id_t)model_below(world, 256)));
}

static void (*const operations[])(struct world *) = {
    do_alloc, do_free, do_load, do_load_damaged, model_symbol, do_launch, do_wait, model_count_runs, do_callback, model_copy_to, model_copy_from,
    model_prepare, model_push, model_pull, model_scatter, do_look, model_copy_to, model_copy_from, model_prepare, model_push, do_load, do_alloc,
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
        operations[model_below(world, sizeof operations / sizeof *operations)](world);
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        if (world->is_live[slot])
            model_answered(world, "last free", dpu_free(world->live[slot]), DPU_OK);
}

static uint64_t fill_pool(const char *test)
{
    uint64_t seed = setting("PIMENTO_TEST_SEED", 1);
    struct world world = {.state = seed};
    for (uint32_t i = 0; i < BUFFER; i++)
        model_pool[i] = (uint8_t)model_below(&world, 256);
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
