/* Callbacks: code of the host program in the queues of ranks.
 *
 *   per rank      each rank's worker calls with the rank's set and number
 *   single call   the worker that is last to arrive calls with the whole set; the others wait, unless the callback is non-blocking
 *   non-blocking  the call gets a thread of its own and the queue goes on; its result is nobody's (so does the vendor's library)
 *
 * The context's lock is free while the program's code runs. Calls it makes on its own rank do not wait for that rank's queue.
 */
#include <stdlib.h>

#include "upmem_queue.h"

#include "host_thread.h"

typedef dpu_error_t (*callback_function)(struct dpu_set_t, uint32_t, void *);

/* Shared by the jobs of one dpu_callback. */
struct upmem_callback {
    callback_function function;
    void *arguments;
    struct dpu_set_t set;
    struct dpu_rank_t **ranks;   /* of the set, our copy */
    bool single, nonblocking, finished;
    uint32_t rank_count, arrived, dropped;
    uint32_t references;
};

static void unreference(struct upmem_callback *callback)
{
    if (--callback->references)
        return;
    free(callback->ranks);
    free(callback);
}

static void mark_callback(struct dpu_rank_t *const *ranks, uint32_t count, bool running)
{
    for (uint32_t i = 0; i < count; i++) {
        ranks[i]->in_callback = running;
        ranks[i]->callback_thread = pthread_self();
    }
}

/* ------------------------------------------------------------------------------------- calls --- */

struct call {
    struct upmem_callback *callback;
    struct dpu_set_t set;
    uint32_t index;
};

static struct dpu_set_t set_of_rank(const struct upmem_callback *callback, uint32_t index)
{
    struct dpu_set_t set = callback->set;
    if (set.kind == DPU_SET_RANKS && !callback->single) {
        set.list.nr_ranks = 1;
        set.list.ranks += index;
    }
    return set;
}

static dpu_error_t call_unlocked(const struct call *call)
{
    pthread_mutex_unlock(&upmem.lock);
    dpu_error_t error = call->callback->function(call->set, call->index, call->callback->arguments);
    pthread_mutex_lock(&upmem.lock);
    return upmem_sdk_canonical(upmem.sdk, error);
}

static void *call_on_thread(void *context)
{
    struct call *call = context;
    pthread_mutex_lock(&upmem.lock);
    call_unlocked(call);
    unreference(call->callback);
    pthread_mutex_unlock(&upmem.lock);
    free(call);
    return NULL;
}

static dpu_error_t start_call(struct upmem_callback *callback, struct dpu_set_t set, uint32_t index)
{
    pthread_t thread;
    struct call *call = malloc(sizeof *call);
    if (!call)
        return DPU_ERR_SYSTEM;
    *call = (struct call){callback, set, index};
    callback->references++;
    if (host_thread_create(&thread, call_on_thread, call)) {
        callback->references--;
        free(call);
        return DPU_ERR_SYSTEM;
    }
    pthread_detach(thread);
    return DPU_OK;
}

static dpu_error_t call(struct upmem_callback *callback, struct dpu_rank_t *const *ranks, uint32_t count,
                        struct dpu_set_t set, uint32_t index)
{
    if (callback->nonblocking)
        return start_call(callback, set, index);
    mark_callback(ranks, count, true);
    dpu_error_t error = call_unlocked(&(struct call){callback, set, index});
    mark_callback(ranks, count, false);
    return error;
}

/* --------------------------------------------------------------------------------------- jobs --- */

/* All ranks have arrived or will not: nobody has to wait any more. */
static void finish(struct upmem_callback *callback)
{
    callback->finished = true;
    pthread_cond_broadcast(&upmem.changed);
}

static dpu_error_t arrive(struct upmem_callback *callback)
{
    dpu_error_t error = DPU_OK;
    if (++callback->arrived + callback->dropped == callback->rank_count) {
        if (!callback->dropped)
            error = call(callback, callback->ranks, callback->rank_count, callback->set, 0);
        finish(callback);
    }
    while (!callback->finished && !callback->nonblocking)
        pthread_cond_wait(&upmem.changed, &upmem.lock);
    return error;
}

dpu_error_t upmem_run_callback(const struct upmem_job *job)
{
    struct upmem_callback *callback = job->callback;
    dpu_error_t error = callback->single ? arrive(callback)
                                         : call(callback, &job->rank, 1, set_of_rank(callback, job->rank_index),
                                                job->rank_index);
    unreference(callback);
    return error;
}

void upmem_drop_callback(struct upmem_callback *callback)
{
    callback->dropped++;
    if (callback->single && callback->arrived + callback->dropped == callback->rank_count)
        finish(callback);
    unreference(callback);
}

/* -------------------------------------------------------------------------------- interface --- */

static struct upmem_callback *make_callback(const struct upmem_selection *selection, const struct dpu_set_t *set,
                                            callback_function function, void *arguments, dpu_callback_flags_t flags)
{
    struct upmem_callback *callback = calloc(1, sizeof *callback);
    struct dpu_rank_t **ranks = calloc(selection->rank_count, sizeof(struct dpu_rank_t *));
    if (!callback || !ranks) {
        free(callback);
        free(ranks);
        return NULL;
    }
    for (uint32_t i = 0; i < selection->rank_count; i++)
        ranks[i] = selection->ranks[i];
    *callback = (struct upmem_callback){
        .function = function,
        .arguments = arguments,
        .set = *set,
        .ranks = ranks,
        .single = flags & DPU_CALLBACK_SINGLE_CALL,
        .nonblocking = flags & DPU_CALLBACK_NONBLOCKING,
        .rank_count = selection->rank_count,
        .references = 1, /* of the call that submits the jobs */
    };
    return callback;
}

static dpu_error_t submit_all(const struct upmem_selection *selection, struct upmem_callback *callback, bool parallel)
{
    dpu_error_t error = DPU_OK;
    for (uint32_t i = 0; i < selection->rank_count; i++) {
        callback->references++;
        const struct upmem_job job = {
            .type = UPMEM_JOB_CALLBACK,
            .machine = selection->machine,
            .rank = selection->ranks[i],
            .callback = callback,
            .parallel = parallel,
            .rank_index = i,
        };
        if (error != DPU_OK)
            upmem_drop_callback(callback);
        else
            error = upmem_submit(&job);
    }
    return error;
}

/* Beside what the DPUs run; a flag of 2025. */
static bool is_parallel(dpu_callback_flags_t flags)
{
    return (flags & DPU_CALLBACK_PARALLEL) && upmem.sdk >= UPMEM_SDK_2025;
}

static dpu_error_t queue_callback(const struct dpu_set_t *set, callback_function function, void *arguments,
                                  dpu_callback_flags_t flags)
{
    struct upmem_selection selection;
    bool asynchronous = flags & DPU_CALLBACK_ASYNC;
    if ((flags & DPU_CALLBACK_NONBLOCKING) && !asynchronous)
        return DPU_ERR_NONBLOCKING_SYNC_CALLBACK;
    if (!function)
        return DPU_ERR_INTERNAL;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK)
        return error;
    error = asynchronous || is_parallel(flags) ? DPU_OK : upmem_drain(&selection);
    struct upmem_callback *callback =
        error == DPU_OK ? make_callback(&selection, set, function, arguments, flags) : NULL;
    if (error == DPU_OK)
        error = callback ? submit_all(&selection, callback, is_parallel(flags)) : DPU_ERR_SYSTEM;
    if (callback)
        unreference(callback);
    if (error == DPU_OK && !asynchronous)
        error = upmem_drain(&selection);
    upmem_release(&selection);
    return error;
}

dpu_error_t dpu_callback(struct dpu_set_t dpu_set, dpu_error_t (*callback)(struct dpu_set_t, uint32_t, void *),
                         void *args, dpu_callback_flags_t flags)
{
    upmem_enter();
    return upmem_leave(queue_callback(&dpu_set, callback, args, flags));
}
