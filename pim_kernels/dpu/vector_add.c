/* Vector addition over any number of DPUs: each has a contiguous piece of a, b and the result. */
#include "dpu_driver.h"

#include <stdlib.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, ELEMENTS };

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"elements", 1, 1u << 30, 100003, "elements of the vectors, over all units"},
    {0},
};

enum { SHARE, PLACE_A, PLACE_B, PLACE_RESULT, ARGUMENTS }; /* words of `arguments` in vector_add.s */

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t elements = job->values[ELEMENTS];
    uint64_t per_unit = dpu_per_unit(job, elements, 2); /* transfers are multiples of 8 bytes */
    uint64_t padded = per_unit * pim_device_units(job->device), bytes = per_unit * sizeof(uint32_t);
    uint32_t *a = NULL, *b = NULL, *result = NULL, *reference = NULL;
    struct dpu_layout layout;
    uint32_t arguments[ARGUMENTS] = {0};
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the first vector", bytes, &arguments[PLACE_A], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the second vector", bytes, &arguments[PLACE_B], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the result", bytes, &arguments[PLACE_RESULT], error));
    KERNEL_TRY(dpu_array(&a, padded, sizeof *a, error));
    KERNEL_TRY(dpu_array(&b, padded, sizeof *b, error));
    KERNEL_TRY(dpu_array(&result, padded, sizeof *result, error));
    KERNEL_TRY(dpu_array(&reference, elements, sizeof *reference, error));
    pim_random_fill(a, elements * sizeof *a, job->seed, 0);
    pim_random_fill(b, elements * sizeof *b, job->seed, 1);
    KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, elements, per_unit, 1, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_A], a, bytes, bytes, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_B], b, bytes, bytes, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_RESULT], result, bytes, bytes, error));
    operator_vector_add_int32(a, b, reference, elements);
    job->operations = elements;
    KERNEL_TRY(pim_kernel_check(job, "element", result, reference, elements, sizeof *result, error));
out:
    free(a);
    free(b);
    free(result);
    free(reference);
    return status;
}

const struct pim_kernel kernel_vector_add = {
    .name = "vector_add",
    .operation_of = "vector_add",
    .backend = "dpu",
    .file = "vector_add.elf",
    .summary = "result = a + b, int32",
    .operation = "additions",
    .parameters = parameters,
    .run = run,
};
