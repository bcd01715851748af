/* y = W x: a lane for each row of W, the columns of W one after the other.
 *
 * form 0: the host knows x and puts it into the commands: for every 1 bit of x_j, column j is added into the sum at that bit (MVDRAM does the
 * same on unmodified chips). form 1: x_j stands in rows like everything else, is multiplied and added.
 */
#include "bitserial_driver.h"

#include <stdlib.h>

#include "operators/operators.h"
#include "random.h"

enum { ROWS, COLUMNS, BITS, FORM };
enum { STREAM_W, STREAM_X };

static const struct pim_kernel_parameter parameters[] = {
    {"rows", 1, 1u << 26, 1021, "rows of the matrix; in as many rounds as the lanes need"},
    {"columns", 1, 1u << 16, 61, "columns of the matrix"},
    {"bits", 1, 32, 8, "bits of an element, unsigned"},
    {"form", 0, 1, 0, "0: the vector is encoded in the commands, 1: it is in the rows too"},
    {0},
};

static unsigned bit_length(uint64_t number)
{
    return number ? 64 - (unsigned)__builtin_clzll(number) : 0;
}

struct gemv {
    struct lanes lanes;
    unsigned bits, width; /* of an element, of a sum */
    bitserial_row sum[BITSERIAL_WIDEST], product[2 * 32], matrix[BITSERIAL_D_ROWS], vector[BITSERIAL_D_ROWS];
    uint64_t chunk;       /* columns that the rows hold at a time */
    uint64_t *x, *elements;
};

static enum pim_status lay_out(struct gemv *g, struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t columns = job->values[COLUMNS], form = job->values[FORM];
    unsigned needed = 2 * (unsigned)job->values[BITS] + bit_length(columns);
    g->bits = (unsigned)job->values[BITS];
    g->width = needed < BITSERIAL_WIDEST ? needed : BITSERIAL_WIDEST;
    enum pim_status status = lanes_take(&g->lanes, "the sums", g->width, g->sum, error);
    if (status == PIM_OK && form)
        status = lanes_take(&g->lanes, "the product", 2 * g->bits, g->product, error);
    if (status != PIM_OK)
        return status;
    uint64_t left = g->lanes.rows - g->lanes.taken, each = (form ? 2 : 1) * g->bits;
    g->chunk = left / each < columns ? left / each : columns;
    if (g->chunk == 0)
        g->chunk = 1; /* the message of lanes_take */
    status = lanes_take(&g->lanes, "the matrix's columns", g->chunk * g->bits, g->matrix, error);
    return status == PIM_OK && form ? lanes_take(&g->lanes, "the vector", g->chunk * g->bits, g->vector, error) : status;
}

/* sum[from...] += addend, `given` rows of it, zeros above. */
static void add_into(const struct gemv *g, struct program_writer *writer, unsigned from, const bitserial_row *addend, unsigned given)
{
    bitserial_row padded[BITSERIAL_WIDEST];
    for (unsigned i = 0; i < g->width - from; i++)
        padded[i] = i < given ? addend[i] : BITSERIAL_C0;
    const struct bitserial_operands o = {.width = g->width - from, .destination = g->sum + from, .a = g->sum + from, .b = padded};
    lanes_operation(writer, BITSERIAL_ADD, &o);
}

static void column_program(const struct gemv *g, const struct pim_kernel_job *job, struct program_writer *writer, uint64_t first, uint64_t j)
{
    const bitserial_row *column = g->matrix + j * g->bits;
    if (job->values[FORM]) {
        const struct bitserial_operands o = {.width = g->bits, .destination = g->product, .a = column, .b = g->vector + j * g->bits};
        lanes_operation(writer, BITSERIAL_MUL, &o);
        add_into(g, writer, 0, g->product, 2 * g->bits < g->width ? 2 * g->bits : g->width);
        return;
    }
    for (unsigned bit = 0; bit < g->bits; bit++)
        if (g->x[first + j] >> bit & 1)
            add_into(g, writer, bit, column, g->bits < g->width - bit ? g->bits : g->width - bit);
}

static uint64_t matrix_element(const struct pim_kernel_job *job, uint64_t row, uint64_t column)
{
    return pim_random(job->seed, STREAM_W, row * job->values[COLUMNS] + column) >> (64 - job->values[BITS]);
}

/* Columns first to first + count - 1 of the rows from `top` on. */
static enum pim_status write_columns(struct gemv *g, const struct pim_kernel_job *job, uint64_t top, uint64_t rows, uint64_t first, uint64_t count,
                                     struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    for (uint64_t j = 0; status == PIM_OK && j < count; j++) {
        for (uint64_t row = 0; row < rows; row++)
            g->elements[row] = matrix_element(job, top + row, first + j);
        status = lanes_write(&g->lanes, g->matrix[j * g->bits], g->bits, g->elements, rows, error);
        for (uint64_t lane = 0; lane < g->lanes.count; lane++)
            g->elements[lane] = g->x[first + j];
        if (status == PIM_OK && job->values[FORM])
            status = lanes_write(&g->lanes, g->vector[j * g->bits], g->bits, g->elements, g->lanes.count, error);
    }
    return status;
}

static enum pim_status run_round(struct gemv *g, const struct pim_kernel_job *job, uint64_t top, uint64_t rows, uint64_t *y, struct pim_error *error)
{
    struct program_writer writer = {0};
    enum pim_status status = PIM_OK;
    for (unsigned i = 0; i < g->width; i++)
        write_aap(&writer, BITSERIAL_C0, g->sum[i]);
    for (uint64_t first = 0; status == PIM_OK && first < job->values[COLUMNS]; first += g->chunk) {
        uint64_t left = job->values[COLUMNS] - first, count = left < g->chunk ? left : g->chunk;
        status = write_columns(g, job, top, rows, first, count, error);
        for (uint64_t j = 0; status == PIM_OK && j < count; j++)
            column_program(g, job, &writer, first, j);
        if (status == PIM_OK)
            status = lanes_run(&g->lanes, &writer, error);
    }
    free(writer.words);
    return status == PIM_OK ? lanes_read(&g->lanes, g->sum[0], g->width, y + top, rows, error) : status;
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t rows = job->values[ROWS], columns = job->values[COLUMNS];
    struct gemv *g = calloc(1, sizeof *g);
    uint64_t *y = calloc(rows, sizeof *y), *reference = calloc(rows, sizeof *reference), *row_elements = calloc(columns, sizeof *row_elements);
    enum pim_status status = PIM_NO_MEMORY;
    if (g == NULL || y == NULL || reference == NULL || row_elements == NULL || (g->x = calloc(columns, sizeof *g->x)) == NULL) {
        pim_fail(error, PIM_NO_MEMORY, "out of memory");
        goto out;
    }
    LANES_TRY(lanes_begin(job, &g->lanes, error));
    LANES_TRY(lay_out(g, job, error));
    g->elements = calloc(g->lanes.count, sizeof *g->elements);
    if (g->elements == NULL) {
        status = pim_fail(error, PIM_NO_MEMORY, "out of memory");
        goto out;
    }
    for (uint64_t j = 0; j < columns; j++)
        g->x[j] = pim_random(job->seed, STREAM_X, j) >> (64 - g->bits);
    for (uint64_t top = 0; top < rows; top += g->lanes.count)
        LANES_TRY(run_round(g, job, top, rows - top < g->lanes.count ? rows - top : g->lanes.count, y, error));
    for (uint64_t row = 0; row < rows; row++) {
        for (uint64_t j = 0; j < columns; j++)
            row_elements[j] = matrix_element(job, row, j);
        reference[row] = operator_dot_unsigned(row_elements, g->x, columns, g->width);
    }
    job->operations = rows * columns;
    LANES_TRY(pim_kernel_check(job, "row", y, reference, rows, sizeof *y, error));
out:
    if (g != NULL) {
        free(g->x);
        free(g->elements);
    }
    free(g);
    free(y);
    free(reference);
    free(row_elements);
    return status;
}

const struct pim_kernel kernel_simdram_gemv = {
    .name = "simdram_gemv",
    .operation_of = "gemv",
    .backend = "bitserial",
    .summary = "y = W x in DRAM, unsigned elements of 1 to 32 bits",
    .operation = "multiply-accumulates",
    .parameters = parameters,
    .run = run,
};
