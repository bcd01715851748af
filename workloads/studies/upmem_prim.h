/* The parts of study upmem-prim. */
#ifndef UPMEM_PRIM_H
#define UPMEM_PRIM_H

#include "prim_checkout.h"
#include "study.h"

#define PRIM_INSIGHT_LOG "hardware log, GitHub 852866031/prim-benchmarks-insight @91bed18"
#define PRIM_GEMV_TARGET "upmem-gemv-logs" /* the machine that wrote these */
#define PRIM_GEMV_LOG "hardware log, GitHub Morteza1814/prim-benchmarks @34bdafb"

/* Rows of the table of transfers (upmem_prim_transfers.c, which checks the number). */
enum { PRIM_TRANSFER_ROWS = 59 };
void prim_transfer_describe(size_t index, struct pim_study_row *row);
enum pim_status prim_transfer_measure(const struct pim_target *target, size_t index, double *figure, struct pim_error *error);

#endif
