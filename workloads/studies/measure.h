/* What studies share: one run of a kernel of ours on a fresh device. */
#ifndef MEASURE_H
#define MEASURE_H

#include "kernels.h"

enum { STUDY_SETTINGS = PIM_KERNEL_PARAMETERS };
struct study_setting { const char *name; uint64_t value; };

/* A kernel and what it is run with: the first setting is the tasklet count, the list ends at name == NULL. */
struct study_kernel {
    const char *name;
    uint32_t units;
    struct study_setting settings[STUDY_SETTINGS];
};

/* What the run took. The launch counts as a host program's timer around its synchronous launches does: kernel and launch cost. */
struct study_outcome {
    uint64_t operations, cycles, kernel_ps, launch_ps, launches;
    uint64_t step_ps[PIM_KERNEL_STEPS]; /* kernel and launches of each step of the driver */
    double launch_nj;                   /* energy of the launches, where the driver says it */
    uint64_t transfer_ps;               /* links were busy and no unit ran */
    struct pim_kernel_figure figures[PIM_KERNEL_FIGURES];
};

/* `tasklets` replaces the first setting; 0 leaves it. The result is checked against the kernel's reference. */
enum pim_status study_run_kernel(const struct pim_target *target, const struct study_kernel *kernel, uint64_t tasklets,
                                 struct study_outcome *outcome, struct pim_error *error);

/* The program of a kernel, for pim_image_free. */
enum pim_status study_open_kernel(const char *name, struct pim_image **image, struct pim_error *error);

#endif
