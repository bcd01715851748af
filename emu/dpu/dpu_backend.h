/* The UPMEM-like DPU array as a back-end: what the core's list of built-in back-ends needs of this room. */
#ifndef DPU_BACKEND_H
#define DPU_BACKEND_H

#include "pimento.h"

extern const struct pim_backend pim_dpu_backend;

#endif
