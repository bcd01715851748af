/* Sum of int64 elements over any number of DPUs: each sums its piece, the host sums the sums. */
#include "dpu_driver.h"

#include <stdlib.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, ELEMENTS };

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"elements", 1, 1u << 30, 100003, "elements of the array, over all units"},
    {0},
};

enum { SHARE, PLACE_ELEMENTS, ARGUMENTS }; /* words of `arguments` in reduction.s */

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t elements = job->values[ELEMENTS];
    uint64_t per_unit = dpu_per_unit(job, elements, 1);
    uint32_t units = pim_device_units(job->device);
    uint64_t *array = NULL, *sums = NULL, sum = 0, reference;
    uint32_t arguments[ARGUMENTS] = {0};
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the array", per_unit * sizeof *array, &arguments[PLACE_ELEMENTS], error));
    KERNEL_TRY(dpu_array(&array, per_unit * units, sizeof *array, error));
    KERNEL_TRY(dpu_array(&sums, units, sizeof *sums, error));
    pim_random_fill(array, elements * sizeof *array, job->seed, 0);
    KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, elements, per_unit, 1, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_ELEMENTS], array, per_unit * sizeof *array,
                       per_unit * sizeof *array, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread_symbol(job, PIM_FROM_UNIT, "result", sums, sizeof *sums, sizeof *sums, error));
    for (uint32_t unit = 0; unit < units; unit++)
        sum += sums[unit];
    reference = operator_reduction_int64(array, elements);
    job->operations = elements;
    KERNEL_TRY(pim_kernel_check(job, "sum", &sum, &reference, 1, sizeof sum, error));
out:
    free(array);
    free(sums);
    return status;
}

const struct pim_kernel kernel_reduction = {
    .name = "reduction",
    .operation_of = "reduction",
    .backend = "dpu",
    .file = "reduction.elf",
    .summary = "sum of int64 elements",
    .operation = "additions",
    .parameters = parameters,
    .run = run,
};
