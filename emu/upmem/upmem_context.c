/* The process context: its lock, and the frame around every function of the interface. */
#include "upmem_context.h"

#include <stdarg.h>

#include "upmem_account.h"

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

static void open_context(void)
{
    char release[HOST_ACCOUNT_NAME];
    upmem.sdk = upmem_sdk_of(upmem_sdk_release(release, sizeof release));
    upmem_account_open(release);
    upmem.opened = true;
}

void upmem_enter(void)
{
    pthread_mutex_lock(&upmem.lock);
    if (!upmem.opened)
        open_context();
    upmem_account_enter();
}

dpu_error_t upmem_leave(dpu_error_t error)
{
    error = upmem_sdk_error(upmem.sdk, error);
    upmem_account_leave();
    pthread_mutex_unlock(&upmem.lock);
    return error;
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
    if (!upmem.opened)
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
