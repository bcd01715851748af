/* The kernels that pimento brings: for each a device program (an ELF file, assembled at make) and a driver,
 * side by side. A driver makes its operand from a seed, tiles it over all units of a device, moves the data,
 * launches, gathers and compares with the plain C reference. To add one: a pair of files in
 * pim_kernels/<back-end>/, a row in kernels.c, a line in local.mk.
 */
#ifndef KERNELS_H
#define KERNELS_H

#include "pimento.h"

struct pim_kernel_parameter {
    const char *name; /* "rows"; NULL ends the table */
    uint64_t minimum, maximum, standard;
    const char *help;
};

/* Names that the numbers of a parameter have, its minimum first; users may give either. */
struct pim_kernel_choice {
    const char *parameter;    /* NULL ends the table */
    const char *const *names; /* NULL-ended, one for each number of the range */
};

enum { PIM_KERNEL_PARAMETERS = 8, PIM_KERNEL_STEPS = 2, PIM_KERNEL_FIGURES = 8, PIM_KERNEL_REMARK = 160 };

/* Something that a driver found out beside its result: "greatest error", 0.0055. */
struct pim_kernel_figure {
    const char *name, *unit; /* unit: "" when it has none */
    double value;
};

struct pim_kernel;

/* One run. Fill it with pim_kernel_job_init, then change `values` (pim_kernel_set) and run. */
struct pim_kernel_job {
    const struct pim_kernel *kernel;
    struct pim_device *device;               /* the caller's; all its units take part */
    const struct pim_image *image;           /* the caller's; has to live until the device is closed */
    uint64_t values[PIM_KERNEL_PARAMETERS];  /* in the order of kernel->parameters */
    uint64_t seed;
    uint64_t operations;                     /* out: what kernel->operation counts, useful ones only */
    uint64_t result_hash;                    /* out: FNV-1a of the result's bytes */
    uint64_t step_ps[PIM_KERNEL_STEPS];      /* out: simulated time of the launches of each step, launch cost included */
    double launch_nj;                        /* out: energy of the launches in nanojoule; 0: the driver does not say it */
    char remark[PIM_KERNEL_REMARK];          /* out: a line about what ran, for people; "": nothing to say */
    struct pim_kernel_figure figures[PIM_KERNEL_FIGURES]; /* out: those of this kernel, ended by name NULL when there are fewer */
    uint64_t host_launch_ns;                 /* out: wall-clock time the host spent emulating; differs from run to run */
};

struct pim_kernel {
    const char *name;          /* "gemv_int8" */
    const char *operation_of;  /* the operator: "gemv" */
    const char *backend;       /* "dpu" */
    const char *file;          /* "gemv_int8.elf"; NULL: the driver makes its programs in memory, piece by piece */
    const char *summary;
    const char *operation;     /* what job.operations counts: "multiply-accumulates" */
    const struct pim_kernel_parameter *parameters;
    const struct pim_kernel_choice *choices; /* NULL: all parameters are numbers only */
    /* PIM_MISMATCH when a result differs from its reference; the text names the first one that does. */
    enum pim_status (*run)(struct pim_kernel_job *job, struct pim_error *error);
};

extern const struct pim_kernel *const pim_kernels[]; /* NULL-ended */
const struct pim_kernel *pim_kernel_named(const char *name);

/* The program of a kernel, for pim_image_free: its ELF file from the folders of PIMENTO_KERNELS (separated by colons), the installed folder or
 * the build folder; an empty program of its instruction set when the driver makes its own. */
enum pim_status pim_kernel_open(const struct pim_kernel *kernel, struct pim_image **image, struct pim_error *error);

/* A job with all parameters at their defaults and seed 1. */
void pim_kernel_job_init(struct pim_kernel_job *job, const struct pim_kernel *kernel, struct pim_device *device,
                         const struct pim_image *image);

/* Set one parameter by name, checked against its range. */
enum pim_status pim_kernel_set(struct pim_kernel_job *job, const char *name, uint64_t value, struct pim_error *error);
/* The same from a text: a number, or a name where the parameter has names. */
enum pim_status pim_kernel_set_text(struct pim_kernel_job *job, const char *name, const char *text, struct pim_error *error);

/* The names of a parameter's numbers; NULL: it has none. */
const char *const *pim_kernel_names(const struct pim_kernel *kernel, const char *parameter);

enum pim_status pim_kernel_run(struct pim_kernel_job *job, struct pim_error *error);

/* For drivers: forward a failure from the middle of a driver to its one exit, `out`. */
#define KERNEL_TRY(call) do { status = (call); if (status != PIM_OK) goto out; } while (0)

/* By name among the figures of a run; NAN: it has none of that name. */
double pim_kernel_figure_named(const struct pim_kernel_figure figures[PIM_KERNEL_FIGURES], const char *name);

/* For drivers: one more figure; there is room for PIM_KERNEL_FIGURES. */
void pim_kernel_figure(struct pim_kernel_job *job, const char *name, const char *unit, double value);

/* For drivers: hash `bytes` result bytes into the job, and compare `count` elements with the reference. */
enum pim_status pim_kernel_check(struct pim_kernel_job *job, const char *what, const void *result, const void *reference,
                                 size_t count, size_t element_bytes, struct pim_error *error);

#endif
