/* Histogram of bytes over any number of DPUs: each counts its piece into 256 bins, the host adds the bins up. */
#include "dpu_driver.h"

#include <stdlib.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, ELEMENTS };
enum { BINS = 256 };

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"elements", 1, 1u << 30, 100003, "bytes of the array, over all units"},
    {0},
};

enum { SHARE, PLACE_ELEMENTS, ARGUMENTS }; /* words of `arguments` in histogram.s */

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t elements = job->values[ELEMENTS];
    uint64_t per_unit = dpu_per_unit(job, elements, 8); /* transfers are multiples of 8 bytes */
    uint32_t units = pim_device_units(job->device);
    uint32_t arguments[ARGUMENTS] = {0}, bins[BINS] = {0}, reference[BINS] = {0};
    uint8_t *array = NULL;
    uint32_t *each = NULL;
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the array", per_unit, &arguments[PLACE_ELEMENTS], error));
    KERNEL_TRY(dpu_array(&array, per_unit * units, 1, error));
    KERNEL_TRY(dpu_array(&each, units, sizeof bins, error));
    pim_random_fill(array, elements, job->seed, 0);
    KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, elements, per_unit, 1, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_ELEMENTS], array, per_unit, per_unit, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread_symbol(job, PIM_FROM_UNIT, "bins", each, sizeof bins, sizeof bins, error));
    for (size_t i = 0; i < (size_t)units * BINS; i++)
        bins[i % BINS] += each[i];
    operator_histogram_uint8(array, elements, reference);
    job->operations = elements;
    KERNEL_TRY(pim_kernel_check(job, "bin", bins, reference, BINS, sizeof *bins, error));
out:
    free(array);
    free(each);
    return status;
}

const struct pim_kernel kernel_histogram = {
    .name = "histogram",
    .operation_of = "histogram",
    .backend = "dpu",
    .file = "histogram.elf",
    .summary = "256 bins of bytes",
    .operation = "elements counted",
    .parameters = parameters,
    .run = run,
};
