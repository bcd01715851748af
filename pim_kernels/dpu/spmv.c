/* y = A x for a sparse matrix over any number of DPUs: each has a band of rows, compressed, and a copy of x. Nonzeros come row by row, columns
 * ascending; a row may have none.
 */
#include "dpu_driver.h"

#include <stdlib.h>
#include <string.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, ROWS, COLUMNS, NONZEROS };

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"rows", 1, 1u << 20, 1021, "rows of the matrix, over all units"},
    {"columns", 1, 1u << 20, 509, "columns of the matrix"},
    {"nonzeros", 0, 1000, 10, "mean number in a row; none to twice as many"},
    {0},
};

enum { SHARE, PLACE_POINTERS, PLACE_NONZEROS, PLACE_X, PLACE_Y, ARGUMENTS = 6 }; /* words of `arguments` in spmv.s */
enum { GROUP = 64, BLOCK_NONZEROS = 32 };                                        /* in spmv.s, which reads whole ones */

struct matrix {
    uint64_t rows, columns;
    uint32_t *pointers;                /* where each row begins in `nonzeros`, and where the last one ends */
    struct operator_nonzero *nonzeros;
};

/* -1 to 1 in steps of 2^-23. */
static float element(const struct pim_kernel_job *job, uint64_t stream, uint64_t index)
{
    return (float)((int32_t)pim_random_below(job->seed, stream, index, 1u << 24) - (1 << 23)) / (1 << 23);
}

/* A row's nonzeros are in equal parts of the columns, one in each. */
static enum pim_status matrix_make(const struct pim_kernel_job *job, struct matrix *matrix, struct pim_error *error)
{
    uint32_t most = 2 * (uint32_t)job->values[NONZEROS];
    enum pim_status status;
    if (most > matrix->columns)
        most = (uint32_t)matrix->columns;
    KERNEL_TRY(dpu_array(&matrix->pointers, matrix->rows + 1, sizeof *matrix->pointers, error));
    for (uint64_t row = 0; row < matrix->rows; row++)
        matrix->pointers[row + 1] = matrix->pointers[row] + pim_random_below(job->seed, 0, row, most + 1);
    KERNEL_TRY(dpu_array(&matrix->nonzeros, matrix->pointers[matrix->rows], sizeof *matrix->nonzeros, error));
    for (uint64_t row = 0; row < matrix->rows; row++) {
        uint32_t first = matrix->pointers[row], count = matrix->pointers[row + 1] - first;
        for (uint32_t i = 0; i < count; i++) {
            uint64_t from = i * matrix->columns / count, to = (i + 1) * matrix->columns / count;
            matrix->nonzeros[first + i] = (struct operator_nonzero){
                (uint32_t)from + pim_random_below(job->seed, 1, first + i, (uint32_t)(to - from)), element(job, 2, first + i)};
        }
    }
out:
    return status;
}

/* The pieces of the units, each in the same number of bytes: row pointers that begin with 0, nonzeros. */
struct pieces {
    uint64_t per_unit, pointer_words, nonzeros;
    uint32_t *pointers;
    struct operator_nonzero *unit_nonzeros;
};

static uint32_t pointer_at(const struct matrix *matrix, uint64_t row)
{
    return matrix->pointers[row < matrix->rows ? row : matrix->rows];
}

static enum pim_status pieces_make(const struct pim_kernel_job *job, const struct matrix *matrix, struct pieces *pieces,
                                   struct pim_error *error)
{
    uint32_t units = pim_device_units(job->device);
    uint64_t most = 0;
    enum pim_status status;
    for (uint32_t unit = 0; unit < units; unit++) {
        uint64_t count = pointer_at(matrix, (unit + 1) * pieces->per_unit) - pointer_at(matrix, unit * pieces->per_unit);
        most = count > most ? count : most;
    }
    pieces->pointer_words = (pieces->per_unit + 2 * GROUP) / 2 * 2;
    pieces->nonzeros = most + BLOCK_NONZEROS;
    KERNEL_TRY(dpu_array(&pieces->pointers, units * pieces->pointer_words, sizeof *pieces->pointers, error));
    KERNEL_TRY(dpu_array(&pieces->unit_nonzeros, units * pieces->nonzeros, sizeof *pieces->unit_nonzeros, error));
    for (uint32_t unit = 0; unit < units; unit++) {
        uint64_t row = unit * pieces->per_unit;
        uint32_t first = pointer_at(matrix, row), count = pointer_at(matrix, row + pieces->per_unit) - first;
        for (uint64_t i = 0; i <= pieces->per_unit; i++)
            pieces->pointers[unit * pieces->pointer_words + i] = pointer_at(matrix, row + i) - first;
        if (count > 0)
            memcpy(pieces->unit_nonzeros + unit * pieces->nonzeros, matrix->nonzeros + first, count * sizeof *matrix->nonzeros);
    }
out:
    return status;
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t rows = job->values[ROWS], columns = job->values[COLUMNS], x_elements = (columns + GROUP - 1) / GROUP * GROUP;
    struct matrix matrix = {.rows = rows, .columns = columns};
    struct pieces pieces = {.per_unit = dpu_per_unit(job, rows, 2)};
    uint32_t arguments[ARGUMENTS] = {0};
    float *x = NULL, *y = NULL, *reference = NULL;
    uint64_t pointer_bytes, nonzero_bytes, result_bytes = pieces.per_unit * sizeof(float);
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(matrix_make(job, &matrix, error));
    KERNEL_TRY(pieces_make(job, &matrix, &pieces, error));
    pointer_bytes = pieces.pointer_words * sizeof *pieces.pointers;
    nonzero_bytes = pieces.nonzeros * sizeof *pieces.unit_nonzeros;
    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the row pointers", pointer_bytes, &arguments[PLACE_POINTERS], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the nonzeros", nonzero_bytes, &arguments[PLACE_NONZEROS], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the vector", x_elements * sizeof *x, &arguments[PLACE_X], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the result", result_bytes, &arguments[PLACE_Y], error));
    KERNEL_TRY(dpu_array(&x, x_elements, sizeof *x, error));
    KERNEL_TRY(dpu_array(&y, pieces.per_unit * pim_device_units(job->device), sizeof *y, error));
    KERNEL_TRY(dpu_array(&reference, rows, sizeof *reference, error));
    for (uint64_t i = 0; i < columns; i++)
        x[i] = element(job, 3, i);
    KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, rows, pieces.per_unit, 2, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_POINTERS], pieces.pointers, pointer_bytes, pointer_bytes, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_NONZEROS], pieces.unit_nonzeros, nonzero_bytes, nonzero_bytes,
                       error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_X], x, 0, x_elements * sizeof *x, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_Y], y, result_bytes, result_bytes, error));
    operator_spmv_float(matrix.pointers, matrix.nonzeros, x, reference, rows);
    job->operations = matrix.pointers[rows];
    KERNEL_TRY(pim_kernel_check(job, "row", y, reference, rows, sizeof *reference, error));
out:
    free(matrix.pointers);
    free(matrix.nonzeros);
    free(pieces.pointers);
    free(pieces.unit_nonzeros);
    free(x);
    free(y);
    free(reference);
    return status;
}

const struct pim_kernel kernel_spmv = {
    .name = "spmv",
    .operation_of = "spmv",
    .backend = "dpu",
    .file = "spmv.elf",
    .summary = "y = A x, sparse matrix by rows, single precision",
    .operation = "multiply-accumulates",
    .parameters = parameters,
    .run = run,
};
