/* Rows of binary networks: the study simdram has those on small images, simdram-networks those on large ones. */
#ifndef SIMDRAM_NETWORKS_H
#define SIMDRAM_NETWORKS_H

#include "study.h"

/* Rows of the runs first, first + 1, ... of the table of runs: as in struct pim_study, `row` counted from 0. */
enum { SIMDRAM_NETWORK_FIGURES = 5, SIMDRAM_SMALL_RUNS = 12, SIMDRAM_LARGE_RUNS = 10 };
void simdram_network_describe(size_t first, size_t row, struct pim_study_row *description);
enum pim_status simdram_network_execute(const struct pim_target *target, size_t run, struct study_outcome *outcome, struct pim_error *error);
double simdram_network_figure(size_t first, size_t row, const struct study_outcome *outcome);

#endif
