/* The process context: its lock, the frame around every function of the interface, and the end of the process. */
#include "upmem_context.h"

#include <stdarg.h>
#include <time.h>

#include "upmem_account.h"
#include "upmem_trace.h"

enum { EXIT_WAIT_SECONDS = 1 }; /* for calls of other threads */

struct upmem_context upmem = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .changed = PTHREAD_COND_INITIALIZER,
};

void upmem_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    flockfile(stderr);
    fputs("pimento: ", stderr);
    vfprintf(stderr, format, arguments);
    putc('\n', stderr);
    funlockfile(stderr);
    va_end(arguments);
}

/* This thread is inside a call. What its signal handlers call then finds that out here. */
static __thread bool inside;

/* In a child of fork there is one thread, which was not inside a call; the lock may have been another one's. The child has its own
 * account, which begins now.
 */
static void begin_child(void)
{
    upmem.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    upmem.changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    upmem.forked = upmem.opened;
}

static void open_context(void)
{
    char release[HOST_ACCOUNT_NAME];
    upmem.sdk = upmem_sdk_of(upmem_sdk_release(release, sizeof release));
    upmem_account_open(release);
    if (!upmem.opened)
        pthread_atfork(NULL, NULL, begin_child);
    for (struct upmem_machine *machine = upmem.machines; upmem.forked && machine; machine = machine->next)
        pim_ledger_reset(machine->device, NULL);
    upmem.opened = true;
    upmem.forked = false;
}

void upmem_enter(void)
{
    pthread_mutex_lock(&upmem.lock);
    inside = true;
    if (!upmem.opened || upmem.forked)
        open_context();
    upmem_account_enter();
}

dpu_error_t upmem_leave(dpu_error_t error)
{
    error = upmem_sdk_error(upmem.sdk, error);
    upmem_account_leave();
    inside = false;
    pthread_mutex_unlock(&upmem.lock);
    return error;
}

/* exit() may be called by a signal handler while this very thread is inside a call, and while others are: then what they are doing is
 * left where it is, as the hardware would leave it. The accounts are complete up to the last call; a trace is not finished.
 */
__attribute__((destructor)) static void end_context(void)
{
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += EXIT_WAIT_SECONDS;
    if (!upmem.opened || upmem.forked || inside || pthread_mutex_timedlock(&upmem.lock, &limit))
        return;
    upmem_trace_end();
    upmem_account_end();
    pthread_mutex_unlock(&upmem.lock);
}

/* Order of enum upmem_job_type. */
static const char *const job_names[] = {
    "launch of ranks", "launch of a DPU", "synchronisation",
    "transfer to WRAM", "transfer to IRAM", "transfer to MRAM",
    "transfer from WRAM", "transfer from IRAM", "transfer from MRAM",
    "broadcast to WRAM", "broadcast to IRAM", "broadcast to MRAM",
    "callback", "load",
};
enum { JOB_NAMES = sizeof job_names / sizeof *job_names };

const char *dpu_error_to_string(dpu_error_t status)
{
    pthread_mutex_lock(&upmem.lock);
    if (!upmem.opened || upmem.forked)
        open_context();
    unsigned error = upmem_sdk_canonical(upmem.sdk, status);
    pthread_mutex_unlock(&upmem.lock);
    unsigned code = error & ((1u << DPU_ERROR_ASYNC_JOB_TYPE_SHIFT) - 1);
    unsigned job = (error & ~(unsigned)DPU_ERR_ASYNC_JOBS) >> DPU_ERROR_ASYNC_JOB_TYPE_SHIFT;
    char *text = NULL;
    int length = error & DPU_ERR_ASYNC_JOBS
                     ? asprintf(&text, "asynchronous job (%s): %s", job < JOB_NAMES ? job_names[job] : "unknown",
                                upmem_sdk_error_text((dpu_error_t)code))
                     : asprintf(&text, "%s", upmem_sdk_error_text((dpu_error_t)error));
    return length < 0 ? NULL : text;
}
