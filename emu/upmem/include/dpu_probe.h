/* Energy and time of a part of the host program.
 *
 * What a probe measures is simulated: the energy account and the clock of all machines of the process, between start and stop. No energy
 * coefficient of the DPU is public, so every joule rests on the assumptions of the target's energy parameters (`pimento targets show`).
 */
#ifndef DPU_PROBE_H
#define DPU_PROBE_H

#include <stdint.h>

#include "dpu_error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum dpu_probe_quantity { DPU_ENERGY, DPU_TIME };    /* joules, seconds */
enum dpu_probe_summary { DPU_AVERAGE, DPU_ACCUMULATE }; /* over the intervals, or their sum */

typedef struct dpu_probe_t {
    uint32_t intervals;         /* ended */
    uint32_t running;           /* 1: started and not yet stopped */
    double started_joules, started_seconds;
    double joules, seconds;     /* of the ended intervals */
} dpu_probe_t;

/* The name is for the program's reader only. */
dpu_error_t dpu_probe_init(const char *name, struct dpu_probe_t *probe);
/* An interval begins, or ends. Starting a probe that runs, or stopping one that does not, changes nothing. */
dpu_error_t dpu_probe_start(struct dpu_probe_t *probe);
dpu_error_t dpu_probe_stop(struct dpu_probe_t *probe);
/* 0 before the first interval has ended. */
dpu_error_t dpu_probe_get(struct dpu_probe_t *probe, enum dpu_probe_quantity quantity,
                          enum dpu_probe_summary summary, double *value);
dpu_error_t dpu_probe_deinit(struct dpu_probe_t *probe);

#ifdef __cplusplus
}
#endif
#endif
