/* Profile strings: key=value,key=value... of dpu_alloc, UPMEM_PROFILE_BASE and UPMEM_PROFILE. */
#ifndef UPMEM_PROFILE_H
#define UPMEM_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "dpu_error.h"

struct upmem_profile {
    bool simulator;           /* backend=simulator: 64 ranks of one DPU unless nrDpusPerCi says otherwise */
    uint64_t dpus_per_ci;     /* 0: as the target has it */
    uint64_t disabled_mask;   /* by slot of every rank */
    bool spread;              /* DPUs over as many ranks as there are */
    uint64_t frequency_mhz, clock_division; /* 0: as the target has it */
    uint64_t mram_bytes, wram_bytes, iram_bytes; /* 0: as the target has it */
    bool scatter_gather;
    uint64_t blocks_per_dpu;  /* of scatter-gather */
};

/* The environment's base, then `text` (may be NULL), then the environment's profile. */
dpu_error_t upmem_profile_read(const char *text, struct upmem_profile *profile);

#endif
