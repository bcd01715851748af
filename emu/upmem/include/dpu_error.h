/* Error codes of the UPMEM host interface, in the numbering of SDK 2025.1. Programs built for another SDK get that one's numbers. */
#ifndef DPU_ERROR_H
#define DPU_ERROR_H

#include <stdio.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

__extension__ typedef enum dpu_error_t {
    DPU_OK,
    DPU_ERR_INTERNAL,
    DPU_ERR_SYSTEM,
    DPU_ERR_DRIVER,
    DPU_ERR_ALLOCATION,
    DPU_ERR_INVALID_DPU_SET,
    DPU_ERR_INVALID_THREAD_ID,
    DPU_ERR_INVALID_NOTIFY_ID,
    DPU_ERR_INVALID_WRAM_ACCESS,
    DPU_ERR_INVALID_IRAM_ACCESS,
    DPU_ERR_INVALID_MRAM_ACCESS,
    DPU_ERR_INVALID_SYMBOL_ACCESS,
    DPU_ERR_MRAM_BUSY,
    DPU_ERR_TRANSFER_ALREADY_SET,
    DPU_ERR_INVALID_PARALLEL_MEMORY_TRANSFER,
    DPU_ERR_WRAM_FIFO_FULL,
    DPU_ERR_NO_PROGRAM_LOADED,
    DPU_ERR_DIFFERENT_DPU_PROGRAMS,
    DPU_ERR_CORRUPTED_MEMORY,
    DPU_ERR_DPU_DISABLED,
    DPU_ERR_DPU_ALREADY_RUNNING,
    DPU_ERR_INVALID_MEMORY_TRANSFER,
    DPU_ERR_INVALID_LAUNCH_POLICY,
    DPU_ERR_DPU_FAULT,
    DPU_ERR_ELF_INVALID_FILE,
    DPU_ERR_ELF_NO_SUCH_FILE,
    DPU_ERR_ELF_NO_SUCH_SECTION,
    DPU_ERR_TIMEOUT,
    DPU_ERR_INVALID_PROFILE,
    DPU_ERR_UNKNOWN_SYMBOL,
    DPU_ERR_LOG_FORMAT,
    DPU_ERR_LOG_CONTEXT_MISSING,
    DPU_ERR_LOG_BUFFER_TOO_SMALL,
    DPU_ERR_VPD_INVALID_FILE,
    DPU_ERR_VPD_NO_REPAIR,
    DPU_ERR_NO_THREAD_PER_RANK,
    DPU_ERR_INVALID_BUFFER_SIZE,
    DPU_ERR_NONBLOCKING_SYNC_CALLBACK,
    DPU_ERR_TOO_MANY_TASKLETS,
    DPU_ERR_SG_TOO_MANY_BLOCKS,
    DPU_ERR_SG_LENGTH_MISMATCH,
    DPU_ERR_SG_NOT_ACTIVATED,
    DPU_ERR_SG_NOT_MRAM_SYMBOL,
    /* Or-ed with the kind of job from bit 16 on and the job's error below it. */
    DPU_ERR_ASYNC_JOBS = 1u << 31,
} dpu_error_t;

#define DPU_ERROR_ASYNC_JOB_TYPE_SHIFT 16

/* Newly allocated text: the caller frees it. */
const char *dpu_error_to_string(dpu_error_t status);

/* Names that differ at each use, so that macros may stand inside each other. */
#define DPU_PASTE_EXPANDED_(a, b) a##b
#define DPU_PASTE_(a, b) DPU_PASTE_EXPANDED_(a, b)
#define DPU_UNIQUE_(name) DPU_PASTE_(name, __COUNTER__)

#define DPU_CHECK_(statement, on_error, status, text)                                                             \
    do {                                                                                                          \
        dpu_error_t status = (statement);                                                                         \
        if (status != DPU_OK) {                                                                                   \
            const char *text = dpu_error_to_string(status);                                                       \
            fprintf(stderr, "%s:%d(%s): DPU Error (%s)\n", __FILE__, __LINE__, __func__, text);                   \
            free((void *)text);                                                                                   \
            on_error;                                                                                             \
        }                                                                                                         \
    } while (0)

/* When an interface call fails, print where and do `on_error`; DPU_ASSERT ends the program. */
#define DPU_CHECK(statement, on_error)                                                                            \
    DPU_CHECK_(statement, on_error, DPU_UNIQUE_(dpu_status_), DPU_UNIQUE_(dpu_text_))
#define DPU_ASSERT(statement) DPU_CHECK(statement, exit(EXIT_FAILURE))

#ifdef __cplusplus
}
#endif
#endif
