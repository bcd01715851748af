/* Asynchronous work.
 *
 * In simulated time every rank has its ordered queue, in the device. In real time almost nothing needs one: a launch or transfer that
 * is asynchronous runs when it is issued, because its buffers belong to the library until the next synchronisation, and only its rank's
 * clock moves, not the host's. So results and times are the same for every number of threads and every scheduling.
 *
 * What cannot run at once is a callback, whose code may wait for what the program does next. It gets the rank's own worker thread, and
 * everything issued behind it queues up until it has returned. One rank never waits for another one, except in a callback that is
 * called once for the whole set.
 *
 * After a failure the jobs of that rank are dropped until a synchronous call on it reports the error.
 */
#include "upmem_queue.h"

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
    case UPMEM_JOB_LAUNCH_DPU: return upmem_run_launch(job);
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

/* ------------------------------------------------------------------------------------ queue --- */

static void *work(void *context)
{
    struct dpu_rank_t *rank = context;
    pthread_mutex_lock(&upmem.lock);
    while (rank->first) {
        struct upmem_job *job = rank->first;
        rank->first = job->next;
        dpu_error_t error = upmem_run(job);
        if (error != DPU_OK)
            fail_rank(rank, job->type, error);
        free(job->storage);
        free(job);
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
    if (pthread_create(&thread, NULL, work, rank))
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
    if (job->callback || job->rank->has_worker)
        return append(job);
    dpu_error_t error = upmem_run(job);
    if (error != DPU_OK)
        fail_rank(job->rank, job->type, error);
    return DPU_OK;
}

/* ---------------------------------------------------------------------------------- waiting --- */

static bool is_own_callback(const struct dpu_rank_t *rank)
{
    return rank->in_callback && pthread_equal(rank->callback_thread, pthread_self());
}

void upmem_settle(const struct upmem_selection *selection)
{
    for (uint32_t i = 0; i < selection->rank_count; i++)
        while (selection->ranks[i]->has_worker && !is_own_callback(selection->ranks[i]))
            pthread_cond_wait(&upmem.changed, &upmem.lock);
}

dpu_error_t upmem_drain(const struct upmem_selection *selection)
{
    dpu_error_t error = DPU_OK;
    upmem_settle(selection);
    for (uint32_t i = 0; i < selection->rank_count; i++) {
        if (error == DPU_OK)
            error = selection->ranks[i]->job_error;
        selection->ranks[i]->job_error = DPU_OK;
    }
    return error;
}

dpu_error_t upmem_wait(const struct upmem_selection *selection)
{
    struct pim_error error = {0};
    enum pim_status status = PIM_OK;
    for (uint32_t i = 0; status == PIM_OK && i < selection->rank_count; i++)
        status = pim_device_wait(selection->machine->device, upmem_rank_units(selection->ranks[i]), &error);
    return upmem_from_status(status, &error);
}
