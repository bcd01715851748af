#include "workers.h"

#include "host_thread.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MILLISECONDS = 100 };

struct worker {
    struct pim_workers *workers;
    unsigned number;
    pthread_t thread;
};

struct pim_workers {
    pthread_mutex_t lock;
    pthread_cond_t work;     /* a job has begun, or the end has come */
    pthread_cond_t finished; /* the last thread is done with the job */
    const struct pim_job *job;
    uint64_t generation;     /* of the job, so that no thread takes one twice */
    unsigned running;        /* threads that are not done with the job */
    bool end;
    atomic_size_t next;
    unsigned thread_count;   /* without the calling thread */
    pid_t process;           /* that the threads are in */
    struct worker threads[];
};

static void take_pieces(struct pim_workers *workers, const struct pim_job *job, unsigned worker)
{
    for (;;) {
        size_t piece = atomic_fetch_add_explicit(&workers->next, 1, memory_order_relaxed);
        if (piece >= job->pieces)
            return;
        job->run(job->context, piece, worker);
    }
}

static void *serve(void *context)
{
    struct worker *self = context;
    struct pim_workers *workers = self->workers;
    uint64_t served = 0;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (!workers->end && workers->generation == served)
            pthread_cond_wait(&workers->work, &workers->lock);
        if (workers->end)
            break;
        served = workers->generation;
        const struct pim_job *job = workers->job;
        pthread_mutex_unlock(&workers->lock);
        take_pieces(workers, job, self->number);
        pthread_mutex_lock(&workers->lock);
        if (!--workers->running)
            pthread_cond_signal(&workers->finished);
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

static struct timespec soon(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    time.tv_nsec += WAIT_MILLISECONDS * 1000000L;
    if (time.tv_nsec >= 1000000000L) {
        time.tv_sec++;
        time.tv_nsec -= 1000000000L;
    }
    return time;
}

/* Called and returns with the lock held. */
static void wait_for_the_others(struct pim_workers *workers, const struct pim_job *job)
{
    while (workers->running) {
        if (!job->wait) {
            pthread_cond_wait(&workers->finished, &workers->lock);
            continue;
        }
        struct timespec until = soon();
        pthread_cond_timedwait(&workers->finished, &workers->lock, &until);
        pthread_mutex_unlock(&workers->lock);
        job->wait(job->context);
        pthread_mutex_lock(&workers->lock);
    }
}

/* A child of fork has only the thread that called it. It runs all pieces itself. */
static void leave_threads_to_parent(struct pim_workers *workers)
{
    if (workers->process == getpid())
        return;
    workers->process = getpid();
    workers->thread_count = 0;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->work, NULL);
    pthread_cond_init(&workers->finished, NULL);
}

void pim_workers_run(struct pim_workers *workers, const struct pim_job *job)
{
    leave_threads_to_parent(workers);
    pthread_mutex_lock(&workers->lock);
    atomic_store(&workers->next, 0);
    workers->job = job;
    workers->generation++;
    workers->running = workers->thread_count;
    pthread_cond_broadcast(&workers->work);
    pthread_mutex_unlock(&workers->lock);
    take_pieces(workers, job, 0);
    pthread_mutex_lock(&workers->lock);
    wait_for_the_others(workers, job);
    pthread_mutex_unlock(&workers->lock);
}

enum pim_status pim_workers_open(struct pim_workers **workers, unsigned threads, struct pim_error *error)
{
    struct pim_workers *made = calloc(1, sizeof *made + threads * sizeof *made->threads);
    *workers = made;
    if (!made)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %u host threads", threads);
    made->process = getpid();
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->work, NULL);
    pthread_cond_init(&made->finished, NULL);
    while (made->thread_count + 1 < threads) {
        struct worker *worker = &made->threads[made->thread_count];
        *worker = (struct worker){.workers = made, .number = made->thread_count + 1};
        int failure = host_thread_create(&worker->thread, serve, worker);
        if (failure) {
            pim_workers_close(made);
            *workers = NULL;
            return pim_fail(error, PIM_INTERNAL, "host thread %u of %u cannot be made: error %d", worker->number + 1, threads,
                            failure);
        }
        made->thread_count++;
    }
    return PIM_OK;
}

void pim_workers_close(struct pim_workers *workers)
{
    if (!workers)
        return;
    leave_threads_to_parent(workers);
    pthread_mutex_lock(&workers->lock);
    workers->end = true;
    pthread_cond_broadcast(&workers->work);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->thread_count; i++)
        pthread_join(workers->threads[i].thread, NULL);
    pthread_cond_destroy(&workers->finished);
    pthread_cond_destroy(&workers->work);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}
