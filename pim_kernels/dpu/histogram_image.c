/* Histogram of the 12-bit pixels of an image over any number of DPUs: each counts its piece, the host adds the bins up. */
#include "dpu_driver.h"

#include <stdlib.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, ELEMENTS, BINS, SHARED };
enum { MOST_BINS = 256, PIXEL_VALUES = 4096 };

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"elements", 1, 1u << 28, 100003, "pixels of the image, over all units"},
    {"bins", 1, MOST_BINS, MOST_BINS, "bins of the histogram"},
    {"shared", 0, 1, 0, "1: all tasklets count into the same bins, under a mutex; 0: each into its own"},
    {0},
};

enum { SHARE, PLACE_PIXELS, PLACE_BINS, BIN_COUNT, IS_SHARED, ARGUMENTS = 6 }; /* words of `arguments` in histogram_image.s */

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t elements = job->values[ELEMENTS], per_unit = dpu_per_unit(job, elements, 2);
    uint32_t units = pim_device_units(job->device);
    uint32_t arguments[ARGUMENTS] = {[BIN_COUNT] = (uint32_t)job->values[BINS], [IS_SHARED] = (uint32_t)job->values[SHARED]};
    uint32_t bins[MOST_BINS] = {0}, reference[MOST_BINS] = {0}, *pixels = NULL, *each = NULL;
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the image", per_unit * sizeof *pixels, &arguments[PLACE_PIXELS], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the bins", sizeof bins, &arguments[PLACE_BINS], error));
    KERNEL_TRY(dpu_array(&pixels, per_unit * units, sizeof *pixels, error));
    KERNEL_TRY(dpu_array(&each, units, sizeof bins, error));
    for (uint64_t i = 0; i < elements; i++)
        pixels[i] = pim_random_below(job->seed, 0, i, PIXEL_VALUES);
    KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, elements * sizeof *pixels, per_unit * sizeof *pixels, 1, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_PIXELS], pixels, per_unit * sizeof *pixels,
                       per_unit * sizeof *pixels, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_BINS], each, sizeof bins, sizeof bins, error));
    for (size_t i = 0; i < (size_t)units * MOST_BINS; i++)
        bins[i % MOST_BINS] += each[i];
    operator_histogram_image(pixels, elements, job->values[BINS], reference);
    job->operations = elements;
    KERNEL_TRY(pim_kernel_check(job, "bin", bins, reference, job->values[BINS], sizeof *bins, error));
out:
    free(pixels);
    free(each);
    return status;
}

const struct pim_kernel kernel_histogram_image = {
    .name = "histogram_image",
    .operation_of = "histogram_image",
    .backend = "dpu",
    .file = "histogram_image.elf",
    .summary = "bins of 12-bit pixels, int32",
    .operation = "pixels counted",
    .parameters = parameters,
    .run = run,
};
