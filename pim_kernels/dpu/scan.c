/* Inclusive prefix sums over any number of DPUs, each of which has a piece. Two launches, the sums of the pieces go through the host between
 * them. Two kinds share the program: scan every piece, then add what comes before it (SSA); sum every piece, then scan it on from there (RSS).
 */
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

enum { SHARE, PLACE_ELEMENTS, PLACE_RESULT, STEP, ARGUMENTS }; /* words of `arguments` in rounds.inc */
enum { STEP_SCAN, STEP_ADD, STEP_SUM };                        /* in scan.s */

/* Launch one step of the program. */
static enum pim_status run_step(struct pim_kernel_job *job, size_t index, uint32_t *arguments, uint32_t step, uint64_t bytes,
                                uint64_t bytes_per_unit, struct pim_error *error)
{
    arguments[STEP] = step;
    enum pim_status status = dpu_set_arguments(job, arguments, ARGUMENTS, bytes, bytes_per_unit, 1, error);
    return status == PIM_OK ? dpu_run_step(job, index, error) : status;
}

/* The sums of the units, which a step leaves in `chain`, become those of all units before. */
static enum pim_status hand_sums_on(const struct pim_kernel_job *job, struct pim_error *error)
{
    uint32_t units = pim_device_units(job->device);
    uint64_t *sums = NULL, before = 0;
    enum pim_status status;
    KERNEL_TRY(dpu_array(&sums, units, sizeof *sums, error));
    KERNEL_TRY(dpu_spread_symbol(job, PIM_FROM_UNIT, "chain", sums, sizeof *sums, sizeof *sums, error));
    for (uint32_t unit = 0; unit < units; unit++) {
        uint64_t sum = sums[unit];
        sums[unit] = before;
        before += sum;
    }
    KERNEL_TRY(dpu_spread_symbol(job, PIM_TO_UNIT, "chain", sums, sizeof *sums, sizeof *sums, error));
out:
    free(sums);
    return status;
}

static enum pim_status run(struct pim_kernel_job *job, uint32_t first, uint32_t second, struct pim_error *error)
{
    uint64_t elements = job->values[ELEMENTS], per_unit = dpu_per_unit(job, elements, 1);
    uint64_t bytes = elements * sizeof(uint64_t), bytes_per_unit = per_unit * sizeof(uint64_t), nothing = 0;
    uint64_t *array = NULL, *result = NULL, *reference = NULL;
    uint32_t arguments[ARGUMENTS] = {0}, units = pim_device_units(job->device);
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the array", bytes_per_unit, &arguments[PLACE_ELEMENTS], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the result", bytes_per_unit, &arguments[PLACE_RESULT], error));
    KERNEL_TRY(dpu_array(&array, per_unit * units, sizeof *array, error));
    KERNEL_TRY(dpu_array(&result, per_unit * units, sizeof *result, error));
    KERNEL_TRY(dpu_array(&reference, elements, sizeof *reference, error));
    pim_random_fill(array, bytes, job->seed, 0);
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_ELEMENTS], array, bytes_per_unit, bytes_per_unit, error));
    KERNEL_TRY(dpu_spread_symbol(job, PIM_TO_UNIT, "chain", &nothing, 0, sizeof nothing, error));
    KERNEL_TRY(run_step(job, 0, arguments, first, bytes, bytes_per_unit, error));
    KERNEL_TRY(hand_sums_on(job, error));
    KERNEL_TRY(run_step(job, 1, arguments, second, bytes, bytes_per_unit, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_RESULT], result, bytes_per_unit, bytes_per_unit, error));
    operator_scan_int64(array, reference, elements);
    job->operations = elements;
    KERNEL_TRY(pim_kernel_check(job, "element", result, reference, elements, sizeof *result, error));
out:
    free(array);
    free(result);
    free(reference);
    return status;
}

static enum pim_status run_ssa(struct pim_kernel_job *job, struct pim_error *error)
{
    return run(job, STEP_SCAN, STEP_ADD, error);
}

static enum pim_status run_rss(struct pim_kernel_job *job, struct pim_error *error)
{
    return run(job, STEP_SUM, STEP_SCAN, error);
}

#define SCAN_KERNEL(kind, text)                                                                                            \
    const struct pim_kernel kernel_scan_##kind = {                                                                         \
        .name = "scan_" #kind,                                                                                             \
        .operation_of = "scan",                                                                                            \
        .backend = "dpu",                                                                                                  \
        .file = "scan.elf",                                                                                                \
        .summary = "inclusive prefix sums of int64 elements, " text,                                                       \
        .operation = "additions",                                                                                          \
        .parameters = parameters,                                                                                          \
        .run = run_##kind,                                                                                                 \
    }

SCAN_KERNEL(ssa, "scan, then add");
SCAN_KERNEL(rss, "sum, then scan");
