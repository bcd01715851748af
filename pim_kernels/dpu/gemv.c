/* y = A x over any number of DPUs: each has a band of rows and a copy of x. Rows are padded with zeros to a
 * multiple of 8 bytes, the rows of a DPU to an even number, so that nothing depends on the shape; three element
 * types share everything but the arithmetic.
 */
#include "dpu_driver.h"

#include <stdlib.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, ROWS, COLUMNS, RANGE };

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"rows", 1, 1u << 20, 1021, "rows of the matrix, over all units"},
    {"columns", 1, 1u << 20, 509, "columns of the matrix"},
    {"range", 0, 1u << 31, 0, "int32: elements are 0 to range - 1; 0: any 32 bits"},
    {0},
};

struct element_type {
    size_t bytes;
    void (*fill)(void *elements, size_t count, const struct pim_kernel_job *job, uint64_t stream, size_t first);
    void (*reference)(const void *a, const void *x, void *y, size_t rows, size_t columns, size_t stride);
};

enum { SHARE, ROW_BYTES, PLACE_A, PLACE_X, PLACE_Y, ARGUMENTS }; /* words of `arguments` in gemv.inc */
enum { RESULT_BYTES = 4 };                                       /* of all three types */

static void fill_int8(void *elements, size_t count, const struct pim_kernel_job *job, uint64_t stream, size_t first)
{
    int8_t *to = elements;
    for (size_t i = 0; i < count; i++)
        to[i] = (int8_t)pim_random(job->seed, stream, first + i);
}

static void fill_int32(void *elements, size_t count, const struct pim_kernel_job *job, uint64_t stream, size_t first)
{
    uint32_t *to = elements, range = (uint32_t)job->values[RANGE];
    for (size_t i = 0; i < count; i++)
        to[i] = range == 0 ? (uint32_t)pim_random(job->seed, stream, first + i)
                           : pim_random_below(job->seed, stream, first + i, range);
}

/* -1 to 1 in steps of 2^-23: sums of both signs, products that need rounding. */
static void fill_float(void *elements, size_t count, const struct pim_kernel_job *job, uint64_t stream, size_t first)
{
    float *to = elements;
    for (size_t i = 0; i < count; i++)
        to[i] = (float)((int32_t)pim_random_below(job->seed, stream, first + i, 1u << 24) - (1 << 23)) / (1 << 23);
}

/* The matrix with padded rows, streams by row so that it does not depend on the padding. */
static void fill_matrix(uint8_t *a, const struct element_type *type, const struct pim_kernel_job *job, uint64_t row_bytes)
{
    for (uint64_t row = 0; row < job->values[ROWS]; row++)
        type->fill(a + row * row_bytes, job->values[COLUMNS], job, 0, row * job->values[COLUMNS]);
}

static enum pim_status run(struct pim_kernel_job *job, const struct element_type *type, struct pim_error *error)
{
    uint64_t rows = job->values[ROWS], columns = job->values[COLUMNS];
    uint64_t row_bytes = (columns * type->bytes + 7) / 8 * 8;
    uint64_t per_unit = dpu_per_unit(job, rows, 2), padded = per_unit * pim_device_units(job->device);
    uint32_t arguments[ARGUMENTS] = {[ROW_BYTES] = (uint32_t)row_bytes};
    uint8_t *a = NULL, *x = NULL;
    uint32_t *y = NULL, *reference = NULL;
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the matrix", per_unit * row_bytes, &arguments[PLACE_A], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the vector", row_bytes, &arguments[PLACE_X], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the result", per_unit * RESULT_BYTES, &arguments[PLACE_Y], error));
    KERNEL_TRY(dpu_array(&a, padded, row_bytes, error));
    KERNEL_TRY(dpu_array(&x, 1, row_bytes, error));
    KERNEL_TRY(dpu_array(&y, padded, RESULT_BYTES, error));
    KERNEL_TRY(dpu_array(&reference, rows, RESULT_BYTES, error));
    fill_matrix(a, type, job, row_bytes);
    type->fill(x, columns, job, 1, 0);
    KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, rows, per_unit, 2, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_A], a, per_unit * row_bytes, per_unit * row_bytes,
                       error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_X], x, 0, row_bytes, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_Y], y, per_unit * RESULT_BYTES,
                       per_unit * RESULT_BYTES, error));
    type->reference(a, x, reference, rows, columns, row_bytes / type->bytes);
    job->operations = rows * columns;
    KERNEL_TRY(pim_kernel_check(job, "row", y, reference, rows, RESULT_BYTES, error));
out:
    free(a);
    free(x);
    free(y);
    free(reference);
    return status;
}

static enum pim_status run_int8(struct pim_kernel_job *job, struct pim_error *error)
{
    return run(job, &(struct element_type){1, fill_int8, operator_gemv_int8}, error);
}

static enum pim_status run_int32(struct pim_kernel_job *job, struct pim_error *error)
{
    return run(job, &(struct element_type){4, fill_int32, operator_gemv_int32}, error);
}

static enum pim_status run_float(struct pim_kernel_job *job, struct pim_error *error)
{
    return run(job, &(struct element_type){4, fill_float, operator_gemv_float}, error);
}

#define GEMV_KERNEL(type, text)                                                                                            \
    const struct pim_kernel kernel_gemv_##type = {                                                                         \
        .name = "gemv_" #type,                                                                                             \
        .operation_of = "gemv",                                                                                            \
        .backend = "dpu",                                                                                                  \
        .file = "gemv_" #type ".elf",                                                                                      \
        .summary = "y = A x, " text,                                                                                       \
        .operation = "multiply-accumulates",                                                                               \
        .parameters = parameters,                                                                                          \
        .run = run_##type,                                                                                                 \
    }

GEMV_KERNEL(int8, "int8 elements, int32 results");
GEMV_KERNEL(int32, "int32");
GEMV_KERNEL(float, "single precision");
