/* Asynchronous work.
 *
 * In simulated time every rank has its ordered queue, in the device. In real time almost nothing needs one: a transfer that is
 * asynchronous runs when it is issued, because its buffers belong to the library until the next synchronisation, and only its rank's
 * clock moves, not the host's. So results and times are the same for every number of threads and every scheduling.
 *
 * A launch is started when it is issued and stays the rank's last job until somebody waits for it: the next job of the rank, or a
 * synchronous call. Until then its DPUs can be looked at: by transfers and callbacks with the 2025 flag "parallel", and by programs of
 * 2020, which know no queues, reach WRAM while DPUs run, and poll. A DPU then runs up to the time of the transfer, so what the two see
 * of each other follows from simulated time alone. A poll passes `link.status_poll_ns`.
 *
 * What cannot run at once is a callback, whose code may wait for what the program does next. It gets the rank's own worker thread, and
 * everything issued behind it queues up until it has returned. One rank never waits for another one, except in a callback that is
 * called once for the whole set.
 *
 * After a failure the jobs of that rank are dropped until a synchronous call on it reports the error.
 */
#include "upmem_queue.h"

#include "host_thread.h"

#include <string.h>

/* ---------------------------------------------------------------------------------- running --- */

static dpu_error_t run_transfer(const struct upmem_job *job)
{
    struct pim_error error = {0};
    return upmem_from_status(
        pim_device_transfer(job->machine->device, job->direction, job->pieces, job->count, &error), &error);
}

dpu_error_t upmem_run(const struct upmem_job *job)
{
    switch (job->type) {
    case UPMEM_JOB_LAUNCH_RANK:
    case UPMEM_JOB_LAUNCH_DPU: return job->rank ? upmem_start_launch(job) : upmem_run_launch(job);
    case UPMEM_JOB_CALLBACK: return upmem_run_callback(job);
    default: return run_transfer(job);
    }
}

static void drop(struct upmem_job *job)
{
    if (job->callback)
        upmem_drop_callback(job->callback);
    free(job->storage);
    free(job);
}

static void fail_rank(struct dpu_rank_t *rank, enum upmem_job_type type, dpu_error_t error)
{
    rank->job_error =
        (dpu_error_t)(DPU_ERR_ASYNC_JOBS | (unsigned)type << DPU_ERROR_ASYNC_JOB_TYPE_SHIFT | (unsigned)error);
    while (rank->first) {
        struct upmem_job *job = rank->first;
        rank->first = job->next;
        drop(job);
    }
}

/* Wait for what the rank runs. */
static void end_launches(struct dpu_rank_t *rank)
{
    dpu_error_t error = rank->launched ? upmem_advance_launches(rank, UINT64_MAX) : DPU_OK;
    if (error != DPU_OK)
        fail_rank(rank, UPMEM_JOB_LAUNCH_RANK, error);
}

/* The job whose turn it is. False: it was dropped, because what ran before it has failed. */
static bool take_turn(const struct upmem_job *job)
{
    struct dpu_rank_t *rank = job->rank;
    if (!job->parallel)
        end_launches(rank);
    if (rank->job_error != DPU_OK)
        return false;
    dpu_error_t error = upmem_run(job);
    if (error != DPU_OK)
        fail_rank(rank, job->type, error);
    return true;
}

/* ------------------------------------------------------------------------------------ queue --- */

static void *work(void *context)
{
    struct dpu_rank_t *rank = context;
    pthread_mutex_lock(&upmem.lock);
    while (rank->first) {
        struct upmem_job *job = rank->first;
        rank->first = job->next;
        if (take_turn(job)) {
            free(job->storage);
            free(job);
        } else {
            drop(job);
        }
        pthread_cond_broadcast(&upmem.changed);
    }
    rank->has_worker = false;
    pthread_cond_broadcast(&upmem.changed);
    pthread_mutex_unlock(&upmem.lock);
    return NULL;
}

static struct upmem_job *copy_job(const struct upmem_job *job)
{
    struct upmem_job *copy = malloc(sizeof *copy);
    size_t bytes = job->pieces ? job->count * sizeof *job->pieces : job->units ? job->count * sizeof *job->units : 0;
    void *storage = malloc(bytes + 1);
    if (!copy || !storage) {
        free(copy);
        free(storage);
        return NULL;
    }
    *copy = *job;
    if (bytes)
        memcpy(storage, job->pieces ? (const void *)job->pieces : job->units, bytes);
    copy->storage = storage;
    copy->pieces = job->pieces ? storage : NULL;
    copy->units = job->units ? storage : NULL;
    copy->next = NULL;
    return copy;
}

static bool start_worker(struct dpu_rank_t *rank)
{
    pthread_t thread;
    if (rank->has_worker)
        return true;
    if (host_thread_create(&thread, work, rank))
        return false;
    pthread_detach(thread);
    return rank->has_worker = true;
}

static dpu_error_t append(const struct upmem_job *job)
{
    struct dpu_rank_t *rank = job->rank;
    struct upmem_job *copy = copy_job(job);
    if (!copy)
        return DPU_ERR_SYSTEM;
    if (rank->first)
        rank->last->next = copy;
    else
        rank->first = copy;
    rank->last = copy;
    if (start_worker(rank))
        return DPU_OK;
    fail_rank(rank, job->type, DPU_ERR_SYSTEM);
    return DPU_ERR_SYSTEM;
}

dpu_error_t upmem_submit(const struct upmem_job *job)
{
    if (job->rank->job_error != DPU_OK) {
        if (job->callback)
            upmem_drop_callback(job->callback);
        return DPU_OK;
    }
    if (job->callback || (job->rank->has_worker && !job->parallel))
        return append(job);
    take_turn(job);
    return DPU_OK;
}

/* ---------------------------------------------------------------------------------- waiting --- */

static bool is_own_callback(const struct dpu_rank_t *rank)
{
    return rank->in_callback && pthread_equal(rank->callback_thread, pthread_self());
}

void upmem_await_callbacks(const struct upmem_selection *selection)
{
    for (uint32_t i = 0; i < selection->rank_count; i++)
        while (selection->ranks[i]->has_worker && !is_own_callback(selection->ranks[i]))
            pthread_cond_wait(&upmem.changed, &upmem.lock);
}

void upmem_settle(const struct upmem_selection *selection)
{
    upmem_await_callbacks(selection);
    for (uint32_t i = 0; upmem.sdk > UPMEM_SDK_2020 && i < selection->rank_count; i++)
        end_launches(selection->ranks[i]);
}

/* Only dpu_sync tells which kind of job has failed, and not in 2020. */
static dpu_error_t plain(dpu_error_t error)
{
    return (dpu_error_t)((unsigned)error & ((1u << DPU_ERROR_ASYNC_JOB_TYPE_SHIFT) - 1));
}

static dpu_error_t take_errors(const struct upmem_selection *selection)
{
    dpu_error_t error = DPU_OK;
    for (uint32_t i = 0; i < selection->rank_count; i++) {
        if (error == DPU_OK)
            error = selection->ranks[i]->job_error;
        selection->ranks[i]->job_error = DPU_OK;
    }
    return error;
}

dpu_error_t upmem_drain(const struct upmem_selection *selection)
{
    upmem_settle(selection);
    return plain(take_errors(selection));
}

dpu_error_t upmem_end(const struct upmem_selection *selection)
{
    upmem_settle(selection);
    for (uint32_t i = 0; i < selection->rank_count; i++)
        end_launches(selection->ranks[i]);
    dpu_error_t error = take_errors(selection);
    return upmem.sdk == UPMEM_SDK_2020 ? plain(error) : error;
}

dpu_error_t upmem_wait(const struct upmem_selection *selection)
{
    struct pim_device *device = selection->machine->device;
    struct pim_error error = {0};
    uint64_t idle_ps = 0;
    for (uint32_t i = 0; i < selection->rank_count; i++) {
        uint64_t rank_ps = pim_device_idle_ps(device, upmem_rank_units(selection->ranks[i]));
        idle_ps = rank_ps > idle_ps ? rank_ps : idle_ps;
    }
    return upmem_from_status(pim_device_pass_time(device, idle_ps, &error), &error);
}

bool upmem_still_running(const struct upmem_selection *selection)
{
    struct pim_device *device = selection->machine->device;
    struct dpu_t *dpu;
    if (upmem.sdk > UPMEM_SDK_2020)
        return false;
    for (uint32_t i = 0; i < selection->rank_count; i++)
        if (selection->ranks[i]->launched)
            upmem_advance_launches(selection->ranks[i], pim_device_host_ps(device));
    for (struct upmem_cursor cursor = {0}; (dpu = upmem_next_dpu(selection, &cursor)) != NULL;)
        if (pim_device_running(device, dpu->unit))
            return true;
    return false;
}
