/* Transposition of an int64 matrix in three steps: the matrix is cut into panels of a tile's columns, each of which goes to one DPU (step 1,
 * transfers); the DPU transposes the tiles of its panel (step 2), then the order of the tiles' rows (step 3). With more panels than units there
 * are several turns.
 */
#include "dpu_driver.h"

#include <stdlib.h>
#include <string.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, ROWS, COLUMNS, TILE_ROWS, TILE_COLUMNS };

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"rows", 1, 1u << 20, 1021, "rows of the matrix"},
    {"columns", 1, 1u << 20, 53, "columns of the matrix"},
    {"tile_rows", 1, 16, 16, "rows of a tile"},
    {"tile_columns", 1, 8, 8, "columns of a tile and of a unit's panel"},
    {0},
};

enum { TILES, HEIGHT, WIDTH, PLACE_PANEL, PLACE_DONE, STEP, ARGUMENTS }; /* words of `arguments` in transpose.s */

struct shape {
    uint64_t rows, columns, width, padded_rows, panel; /* width of a panel, rows of a panel, elements of a panel */
};

/* Columns `first` on of the matrix as a panel, padded with zeros. */
static void cut_panel(uint64_t *panel, const uint64_t *matrix, const struct shape *shape, uint64_t first)
{
    memset(panel, 0, shape->panel * sizeof *panel);
    for (uint64_t row = 0; row < shape->rows; row++)
        for (uint64_t column = first; column < shape->columns && column < first + shape->width; column++)
            panel[row * shape->width + column - first] = matrix[row * shape->columns + column];
}

/* A panel that is done has one column of the matrix after the other. */
static void put_panel(uint64_t *result, const uint64_t *panel, const struct shape *shape, uint64_t first)
{
    for (uint64_t column = first; column < shape->columns && column < first + shape->width; column++)
        memcpy(result + column * shape->rows, panel + (column - first) * shape->padded_rows, shape->rows * sizeof *panel);
}

/* One turn: panels from column `first` on, one for each unit as far as there are any. */
static enum pim_status turn(struct pim_kernel_job *job, const struct shape *shape, uint32_t *arguments, const uint64_t *matrix,
                            uint64_t *panels, uint64_t first, uint64_t *result, const uint64_t *nothing, struct pim_error *error)
{
    uint32_t units = pim_device_units(job->device);
    uint64_t tiles = shape->padded_rows / job->values[TILE_ROWS], bytes = shape->panel * sizeof *panels;
    uint64_t left = (shape->columns - first + shape->width - 1) / shape->width, busy = left < units ? left : units;
    enum pim_status status;
    for (uint32_t unit = 0; unit < units; unit++)
        cut_panel(panels + unit * shape->panel, matrix, shape, first + unit * shape->width);
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_PANEL], panels, bytes, bytes, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_DONE], nothing, 0, (tiles * shape->width + 7) / 8 * 8, error));
    for (uint32_t step = 2; step <= 3; step++) {
        arguments[STEP] = step;
        KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, busy * tiles, tiles, 1, error));
        KERNEL_TRY(dpu_run_step(job, step - 2, error));
    }
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_PANEL], panels, bytes, bytes, error));
    for (uint32_t unit = 0; unit < busy; unit++)
        put_panel(result, panels + unit * shape->panel, shape, first + unit * shape->width);
out:
    return status;
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t rows = job->values[ROWS], columns = job->values[COLUMNS], height = job->values[TILE_ROWS], width = job->values[TILE_COLUMNS];
    uint64_t tiles = (rows + height - 1) / height, elements = rows * columns;
    struct shape shape = {rows, columns, width, tiles * height, tiles * height * width};
    uint32_t arguments[ARGUMENTS] = {[HEIGHT] = (uint32_t)height, [WIDTH] = (uint32_t)width}, units = pim_device_units(job->device);
    uint64_t *matrix = NULL, *panels = NULL, *result = NULL, *reference = NULL, *nothing = NULL;
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the panel", shape.panel * sizeof *panels, &arguments[PLACE_PANEL], error));
    KERNEL_TRY(dpu_layout_add(&layout, "its bits", tiles * width, &arguments[PLACE_DONE], error));
    KERNEL_TRY(dpu_array(&matrix, elements, sizeof *matrix, error));
    KERNEL_TRY(dpu_array(&panels, units * shape.panel, sizeof *panels, error));
    KERNEL_TRY(dpu_array(&result, elements, sizeof *result, error));
    KERNEL_TRY(dpu_array(&reference, elements, sizeof *reference, error));
    KERNEL_TRY(dpu_array(&nothing, tiles * width + 8, 1, error));
    pim_random_fill(matrix, elements * sizeof *matrix, job->seed, 0);
    for (uint64_t first = 0; first < columns; first += width * units)
        KERNEL_TRY(turn(job, &shape, arguments, matrix, panels, first, result, nothing, error));
    operator_transpose_int64(matrix, reference, rows, columns);
    job->operations = elements;
    KERNEL_TRY(pim_kernel_check(job, "element", result, reference, elements, sizeof *result, error));
out:
    free(matrix);
    free(panels);
    free(result);
    free(reference);
    free(nothing);
    return status;
}

const struct pim_kernel kernel_transpose = {
    .name = "transpose",
    .operation_of = "transpose",
    .backend = "dpu",
    .file = "transpose.elf",
    .summary = "transposed matrix, int64",
    .operation = "elements moved",
    .parameters = parameters,
    .run = run,
};
