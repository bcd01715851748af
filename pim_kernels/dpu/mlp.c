/* Layers of a perceptron: y = max(0, A x) again and again, each layer a launch of gemv_int32.s on all units; the host applies the maximum and hands
 * y on as the next x. Each unit has a band of rows of every A.
 */
#include "dpu_driver.h"

#include <stdlib.h>
#include <string.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, LAYERS, ROWS, COLUMNS, REGULAR };

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"layers", 1, 100, 3, "layers"},
    {"rows", 1, 1u << 14, 253, "of each matrix; the first `columns` elements of y are the next x"},
    {"columns", 1, 1u << 14, 101, "of each matrix, not more than rows"},
    {"regular", 0, 1, 0, "1: every hundredth weight is 1, the others 0; 0: any of -8 to 8"},
    {0},
};

enum { SHARE, ROW_BYTES, PLACE_A, PLACE_X, PLACE_Y, ARGUMENTS }; /* words of `arguments` in gemv.inc */

/* Weight i of a layer; element i of the first x. As the host program of the logs has them, or small and of both signs. */
static uint32_t weight(const struct pim_kernel_job *job, uint64_t layer, uint64_t i)
{
    if (job->values[REGULAR])
        return i % 100 >= 98 && (layer + i) % 2 == 1;
    return pim_random_below(job->seed, layer + 1, i, 17) - 8;
}

static uint32_t input(const struct pim_kernel_job *job, uint64_t i)
{
    if (job->values[REGULAR])
        return i % 50 >= 48 && i % 2 == 1;
    return pim_random_below(job->seed, 0, i, 100);
}

struct operand {
    uint64_t rows, columns, stride, per_unit, padded; /* elements; stride of a row, rows of a unit, of all units */
    uint32_t *a, *x, *y, *reference_x, *reference_y;
};

static enum pim_status operand_make(struct operand *operand, struct pim_error *error)
{
    enum pim_status status;
    KERNEL_TRY(dpu_array(&operand->a, operand->padded * operand->stride, sizeof(uint32_t), error));
    KERNEL_TRY(dpu_array(&operand->x, operand->stride, sizeof(uint32_t), error));
    KERNEL_TRY(dpu_array(&operand->y, operand->padded, sizeof(uint32_t), error));
    KERNEL_TRY(dpu_array(&operand->reference_x, operand->stride, sizeof(uint32_t), error));
    KERNEL_TRY(dpu_array(&operand->reference_y, operand->rows, sizeof(uint32_t), error));
out:
    return status;
}

static void operand_free(struct operand *operand)
{
    free(operand->a);
    free(operand->x);
    free(operand->y);
    free(operand->reference_x);
    free(operand->reference_y);
}

static enum pim_status layer(struct pim_kernel_job *job, const struct operand *operand, const uint32_t *arguments, uint64_t number,
                             struct pim_error *error)
{
    uint64_t row_bytes = operand->stride * sizeof(uint32_t), band = operand->per_unit * row_bytes;
    uint64_t result_bytes = operand->per_unit * sizeof(uint32_t);
    enum pim_status status;
    for (uint64_t row = 0; row < operand->rows; row++)
        for (uint64_t column = 0; column < operand->columns; column++)
            operand->a[row * operand->stride + column] = weight(job, number, row * operand->columns + column);
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_A], operand->a, band, band, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_X], operand->x, 0, row_bytes, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_Y], operand->y, result_bytes, result_bytes, error));
    operator_gemv_int32(operand->a, operand->reference_x, operand->reference_y, operand->rows, operand->columns, operand->stride);
    operator_rectify_int32(operand->y, operand->rows);
    operator_rectify_int32(operand->reference_y, operand->rows);
    memcpy(operand->x, operand->y, operand->columns * sizeof(uint32_t));
    memcpy(operand->reference_x, operand->reference_y, operand->columns * sizeof(uint32_t));
out:
    return status;
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t rows = job->values[ROWS], columns = job->values[COLUMNS], layers = job->values[LAYERS];
    if (columns > rows)
        return pim_fail(error, PIM_USAGE, "%s: more columns than rows, expected at most as many", job->kernel->name);
    uint64_t per_unit = dpu_per_unit(job, rows, 2);
    struct operand operand = {.rows = rows, .columns = columns, .stride = (columns + 1) / 2 * 2, .per_unit = per_unit,
                              .padded = per_unit * pim_device_units(job->device)};
    uint64_t row_bytes = operand.stride * sizeof(uint32_t);
    uint32_t arguments[ARGUMENTS] = {[ROW_BYTES] = (uint32_t)row_bytes};
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the matrix", per_unit * row_bytes, &arguments[PLACE_A], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the vector", row_bytes, &arguments[PLACE_X], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the result", per_unit * sizeof(uint32_t), &arguments[PLACE_Y], error));
    KERNEL_TRY(operand_make(&operand, error));
    for (uint64_t i = 0; i < columns; i++)
        operand.x[i] = operand.reference_x[i] = input(job, i);
    KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, rows, per_unit, 2, error));
    for (uint64_t number = 0; number < layers; number++)
        KERNEL_TRY(layer(job, &operand, arguments, number, error));
    job->operations = layers * rows * columns;
    KERNEL_TRY(pim_kernel_check(job, "row", operand.y, operand.reference_y, rows, sizeof(uint32_t), error));
out:
    operand_free(&operand);
    return status;
}

const struct pim_kernel kernel_mlp = {
    .name = "mlp",
    .operation_of = "mlp",
    .backend = "dpu",
    .file = "gemv_int32.elf",
    .summary = "layers of y = max(0, A x), int32",
    .operation = "multiply-accumulates",
    .parameters = parameters,
    .run = run,
};
