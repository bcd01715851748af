/* Scores of the global alignment of two sequences of the same length (Needleman-Wunsch) over any number of DPUs. The matrix of scores is cut into
 * square blocks; the blocks of one antidiagonal depend only on those before, so they are spread over the units, as many as
 * there are in one launch. The host carries the borders of the blocks.
 */
#include "dpu_driver.h"

#include <stdlib.h>
#include <string.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, LENGTH, BLOCK, PENALTY, REGULAR };
enum { SIDE = 8 }; /* of a tile in needleman_wunsch.s */

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"length", 1, 1u << 14, 250, "elements of each sequence"},
    {"block", SIDE, 2048, 64, "side of a block of the scores; made a multiple of 8"},
    {"penalty", 0, 1000, 1, "of a gap"},
    {"regular", 0, 1, 0, "1: all pairs of elements have similarity 4; 0: -4 to 4"},
    {0},
};

enum { TILES, GAP, PLACE_SCORES, PLACE_SIMILARITIES, ARGUMENTS }; /* words of `arguments` in needleman_wunsch.s */

/* Both matrices with a whole number of blocks; the scores have a line and a column more. Then a block of each for every unit. */
struct operand {
    size_t length, block, padded; /* of the sequences; of a block; of the sequences in blocks */
    int32_t *similarities, *scores, *unit_similarities, *unit_scores;
};

static size_t score_line(const struct operand *operand)
{
    return operand->block + 2; /* one more, so that lines are multiples of 8 bytes */
}

static size_t score_elements(const struct operand *operand)
{
    return (operand->block + 1) * score_line(operand);
}

static enum pim_status operand_make(const struct pim_kernel_job *job, struct operand *operand, struct pim_error *error)
{
    size_t padded = operand->padded, units = pim_device_units(job->device);
    int32_t penalty = (int32_t)job->values[PENALTY];
    enum pim_status status;
    KERNEL_TRY(dpu_array(&operand->similarities, padded * padded, sizeof *operand->similarities, error));
    KERNEL_TRY(dpu_array(&operand->scores, (padded + 1) * (padded + 1), sizeof *operand->scores, error));
    KERNEL_TRY(dpu_array(&operand->unit_similarities, units * operand->block * operand->block, sizeof *operand->unit_similarities, error));
    KERNEL_TRY(dpu_array(&operand->unit_scores, units * score_elements(operand), sizeof *operand->unit_scores, error));
    for (size_t row = 0; row < operand->length; row++)
        for (size_t column = 0; column < operand->length; column++)
            operand->similarities[row * padded + column] =
                job->values[REGULAR] ? 4 : (int32_t)pim_random_below(job->seed, row, column, 9) - 4;
    for (size_t i = 0; i <= padded; i++)
        operand->scores[i] = operand->scores[i * (padded + 1)] = -(int32_t)i * penalty;
out:
    return status;
}

static void operand_free(struct operand *operand)
{
    free(operand->similarities);
    free(operand->scores);
    free(operand->unit_similarities);
    free(operand->unit_scores);
}

/* What a unit gets for the block at (row, column), in blocks: the borders of the scores, the similarities. */
static void cut_block(const struct operand *operand, size_t row, size_t column, uint32_t unit)
{
    size_t block = operand->block, padded = operand->padded;
    const int32_t *scores = operand->scores + row * block * (padded + 1) + column * block;
    int32_t *to = operand->unit_scores + unit * score_elements(operand);
    int32_t *similarities = operand->unit_similarities + unit * block * block;
    memset(to, 0, score_elements(operand) * sizeof *to);
    memcpy(to, scores, (block + 1) * sizeof *to);
    for (size_t line = 1; line <= block; line++) {
        to[line * score_line(operand)] = scores[line * (padded + 1)];
        memcpy(similarities + (line - 1) * block, operand->similarities + (row * block + line - 1) * padded + column * block,
               block * sizeof *similarities);
    }
}

static void put_block(struct operand *operand, size_t row, size_t column, uint32_t unit)
{
    size_t block = operand->block, padded = operand->padded;
    int32_t *to = operand->scores + row * block * (padded + 1) + column * block;
    const int32_t *scores = operand->unit_scores + unit * score_elements(operand);
    for (size_t line = 1; line <= block; line++)
        memcpy(to + line * (padded + 1) + 1, scores + line * score_line(operand) + 1, block * sizeof *to);
}

/* One launch: `count` blocks of an antidiagonal, the first one at row `row`. */
static enum pim_status launch(struct pim_kernel_job *job, struct operand *operand, const uint32_t *arguments, size_t diagonal, size_t row,
                              uint32_t count, struct pim_error *error)
{
    size_t score_bytes = score_elements(operand) * sizeof(int32_t), block_bytes = operand->block * operand->block * sizeof(int32_t);
    uint64_t tiles = operand->block / SIDE;
    enum pim_status status;
    for (uint32_t unit = 0; unit < count; unit++)
        cut_block(operand, row + unit, diagonal - row - unit, unit);
    KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, count * tiles, tiles, 1, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_SCORES], operand->unit_scores, score_bytes, score_bytes, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_SIMILARITIES], operand->unit_similarities, block_bytes,
                       block_bytes, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_SCORES], operand->unit_scores, score_bytes, score_bytes, error));
    for (uint32_t unit = 0; unit < count; unit++)
        put_block(operand, row + unit, diagonal - row - unit, unit);
out:
    return status;
}

static enum pim_status all_blocks(struct pim_kernel_job *job, struct operand *operand, const uint32_t *arguments, struct pim_error *error)
{
    size_t side = operand->padded / operand->block;
    uint32_t units = pim_device_units(job->device);
    enum pim_status status = PIM_OK;
    for (size_t diagonal = 0; diagonal < 2 * side - 1; diagonal++) {
        size_t first = diagonal < side ? 0 : diagonal - side + 1, end = diagonal < side ? diagonal + 1 : side;
        for (size_t row = first; status == PIM_OK && row < end; row += units)
            status = launch(job, operand, arguments, diagonal, row, end - row < units ? (uint32_t)(end - row) : units, error);
    }
    return status;
}

/* The scores without what was padded. */
static void pack(struct operand *operand)
{
    for (size_t line = 0; line <= operand->length; line++)
        memmove(operand->scores + line * (operand->length + 1), operand->scores + line * (operand->padded + 1),
                (operand->length + 1) * sizeof *operand->scores);
    for (size_t line = 0; line < operand->length; line++)
        memmove(operand->similarities + line * operand->length, operand->similarities + line * operand->padded,
                operand->length * sizeof *operand->similarities);
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    size_t length = job->values[LENGTH], block = (job->values[BLOCK] + SIDE - 1) / SIDE * SIDE;
    struct operand operand = {.length = length, .block = block, .padded = (length + block - 1) / block * block};
    uint32_t arguments[ARGUMENTS] = {[GAP] = (uint32_t)job->values[PENALTY]};
    size_t cells = (length + 1) * (length + 1);
    int32_t *reference = NULL;
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "a block of scores", score_elements(&operand) * sizeof(int32_t), &arguments[PLACE_SCORES], error));
    KERNEL_TRY(dpu_layout_add(&layout, "its similarities", block * block * sizeof(int32_t), &arguments[PLACE_SIMILARITIES], error));
    KERNEL_TRY(operand_make(job, &operand, error));
    KERNEL_TRY(dpu_array(&reference, cells, sizeof *reference, error));
    KERNEL_TRY(all_blocks(job, &operand, arguments, error));
    pack(&operand);
    operator_align(operand.similarities, length, (int32_t)job->values[PENALTY], reference);
    job->operations = (uint64_t)length * length;
    KERNEL_TRY(pim_kernel_check(job, "score", operand.scores, reference, cells, sizeof *reference, error));
out:
    operand_free(&operand);
    free(reference);
    return status;
}

const struct pim_kernel kernel_needleman_wunsch = {
    .name = "needleman_wunsch",
    .operation_of = "alignment",
    .backend = "dpu",
    .file = "needleman_wunsch.elf",
    .summary = "scores of a global alignment, int32",
    .operation = "scores",
    .parameters = parameters,
    .run = run,
};
