/* What device programs print. */
#ifndef DPU_LOG_H
#define DPU_LOG_H

#include <stdio.h>

#include "dpu_error.h"
#include "dpu_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Print what the last launch of this DPU printed, without a header line. */
dpu_error_t dpulog_read_for_dpu(struct dpu_t *dpu, FILE *stream);
/* The same by a function like fprintf, which gets `argument` as its first. */
typedef dpu_error_t (*dpu_log_print_fct_t)(void *argument, const char *format, ...);
dpu_error_t dpulog_read_for_dpu_(struct dpu_t *dpu, dpu_log_print_fct_t print, void *argument);

#ifdef __cplusplus
}
#endif
#endif
