/* Work on ranks, now or later. Private to emu/upmem. */
#ifndef UPMEM_QUEUE_H
#define UPMEM_QUEUE_H

#include "upmem_context.h"

/* ORDER JOB NAME. The numbers are part of error codes (bits 16 and up): those of the vendor's library (SDK 2023.2, BSD-3-Clause). */
enum upmem_job_type {
    UPMEM_JOB_LAUNCH_RANK,
    UPMEM_JOB_LAUNCH_DPU,
    UPMEM_JOB_SYNC,
    UPMEM_JOB_WRAM_TO_MATRIX,
    UPMEM_JOB_IRAM_TO_MATRIX,
    UPMEM_JOB_MRAM_TO_MATRIX,
    UPMEM_JOB_WRAM_FROM_MATRIX,
    UPMEM_JOB_IRAM_FROM_MATRIX,
    UPMEM_JOB_MRAM_FROM_MATRIX,
    UPMEM_JOB_WRAM_TO_RANK,
    UPMEM_JOB_IRAM_TO_RANK,
    UPMEM_JOB_MRAM_TO_RANK,
    UPMEM_JOB_CALLBACK,
    UPMEM_JOB_LOAD,
};

struct upmem_callback;

/* One piece of work, on one rank when it is queued. What it points to is the caller's; a queue copies it. */
struct upmem_job {
    enum upmem_job_type type;
    struct upmem_machine *machine;
    struct dpu_rank_t *rank;           /* NULL: several */
    bool parallel;                     /* beside what the DPUs run, not behind it */
    enum pim_direction direction;
    const struct pim_transfer *pieces;
    const uint32_t *units;             /* of a launch, ascending */
    size_t count;                      /* of pieces or units */
    struct upmem_callback *callback;
    uint32_t rank_index;               /* of the rank in the callback's set */
    struct upmem_job *next;
    void *storage;                     /* a queued job's copy of pieces or units */
};

/* Do it on the calling thread, at once. The ranks' queues are empty. */
dpu_error_t upmem_run(const struct upmem_job *job);

/* Asynchronously: at once when nothing is queued on the rank, else behind that. An error waits for the next synchronous call. */
dpu_error_t upmem_submit(const struct upmem_job *job);

/* Wait until no job of the selection's ranks waits behind a callback, whatever the DPUs run. */
void upmem_await_callbacks(const struct upmem_selection *selection);
/* Wait until the queues of all ranks of the selection are empty. A callback that blocks a rank's queue does not wait for itself. */
void upmem_settle(const struct upmem_selection *selection);
/* And report the error of a job once: what a synchronous call does first. */
dpu_error_t upmem_drain(const struct upmem_selection *selection);
/* The same with the kind of job in the error, and for programs of 2020 too the DPUs have ended: dpu_sync. */
dpu_error_t upmem_end(const struct upmem_selection *selection);

/* Simulated time: the host waits for the ranks' links. */
dpu_error_t upmem_wait(const struct upmem_selection *selection);

/* Programs of 2020 have no queues: what the DPUs run goes on beside what the host does. Bring it to the host's clock, and say whether a DPU
 * of the selection still runs; never for programs of later releases, whose calls wait. */
bool upmem_still_running(const struct upmem_selection *selection);

/* upmem_launch.c, upmem_callback.c: what jobs do. A launch that is queued is started and runs when somebody waits for it; any other
 * runs to its end. */
dpu_error_t upmem_run_launch(const struct upmem_job *job);
dpu_error_t upmem_start_launch(const struct upmem_job *job);
/* What was started on the rank runs up to that time of the machine; UINT64_MAX: to its end. */
dpu_error_t upmem_advance_launches(struct dpu_rank_t *rank, uint64_t until_ps);
dpu_error_t upmem_run_callback(const struct upmem_job *job);
/* The callback's job on this rank will not run. */
void upmem_drop_callback(struct upmem_callback *callback);

#endif
