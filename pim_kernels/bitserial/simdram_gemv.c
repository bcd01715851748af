/* y = W x: a lane for each row of W, the columns of W one after the other. Elements are unsigned, or two's complement.
 *
 * form commands: the host knows x and puts it into the commands: for every 1 bit of x_j, column j is added into the sum at that bit.
 * form rows: x_j stands in rows like everything else, is multiplied and added.
 * form planes: the host knows x; y is the sum over bits p of W and q of x of 2^(p+q) times how many columns have both: the rows of bit p of the columns
 * whose x_j has bit q are counted, and the count is added. MVDRAM (arXiv 2503.23817) does this on unmodified chips for few bits.
 *
 * The highest bit of a two's complement number weighs -2^(n-1): what it gives is subtracted.
 */
#include "bitserial_driver.h"

#include <stdlib.h>

#include "operators/operators.h"
#include "random.h"

enum { ROWS, COLUMNS, BITS, FORM, SIGNED };
enum { IN_COMMANDS, IN_ROWS, BIT_PLANES };
enum { STREAM_W, STREAM_X };

static const struct pim_kernel_parameter parameters[] = {
    {"rows", 1, 1u << 26, 1021, "rows of the matrix; in as many rounds as the lanes need"},
    {"columns", 1, 1u << 16, 61, "columns of the matrix"},
    {"bits", 1, 32, 8, "bits of an element"},
    {"form", IN_COMMANDS, BIT_PLANES, IN_COMMANDS, "the vector is in the commands, in the rows too, or in the commands that count bits of columns"},
    {"signed", 0, 1, 0, "1: elements are two's complement numbers"},
    {0},
};
static const char *const forms[] = {"commands", "rows", "planes", NULL};
static const struct pim_kernel_choice choices[] = {{"form", forms}, {0}};

struct gemv {
    struct lanes lanes;
    unsigned bits, width; /* of an element, of a sum */
    bool is_signed;
    bitserial_row sum[BITSERIAL_WIDEST], product[2 * 32], matrix[BITSERIAL_D_ROWS], vector[BITSERIAL_D_ROWS];
    bitserial_row counted[LANES_COUNT_WIDTH], scratch[BITSERIAL_D_ROWS];
    uint64_t chunk;       /* columns that the rows hold at a time */
    uint64_t *x, *elements;
};

/* Rows that a chunk of columns needs beside the matrix. */
static uint64_t rows_beside(const struct gemv *g, uint64_t form, uint64_t columns)
{
    switch (form) {
    case IN_ROWS: return columns * g->bits;
    case BIT_PLANES: return bitserial_count_width((unsigned)columns) + bitserial_count_scratch((unsigned)columns);
    default: return 0;
    }
}

static enum pim_status take_beside(struct gemv *g, uint64_t form, struct pim_error *error)
{
    if (form == IN_ROWS)
        return lanes_take(&g->lanes, "the vector", g->chunk * g->bits, g->vector, error);
    if (form != BIT_PLANES)
        return PIM_OK;
    enum pim_status status = lanes_take(&g->lanes, "the counts", bitserial_count_width((unsigned)g->chunk), g->counted, error);
    return status == PIM_OK ? lanes_take(&g->lanes, "the counts' intermediate results", bitserial_count_scratch((unsigned)g->chunk), g->scratch, error)
                            : status;
}

static enum pim_status lay_out(struct gemv *g, struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t columns = job->values[COLUMNS], form = job->values[FORM];
    unsigned needed = 2 * (unsigned)job->values[BITS] + bitserial_bit_length(columns);
    g->bits = (unsigned)job->values[BITS];
    g->is_signed = job->values[SIGNED];
    g->width = needed < BITSERIAL_WIDEST ? needed : BITSERIAL_WIDEST;
    enum pim_status status = lanes_take(&g->lanes, "the sums", g->width, g->sum, error);
    if (status == PIM_OK && form == IN_ROWS)
        status = lanes_take(&g->lanes, "the product", 2 * g->bits, g->product, error);
    if (status == PIM_OK && form == IN_ROWS)
        status = lanes_take(&g->lanes, "the product's intermediate results", bitserial_scratch_rows(BITSERIAL_MUL, g->bits, g->is_signed), g->scratch,
                            error);
    if (status != PIM_OK)
        return status;
    uint64_t left = g->lanes.rows - g->lanes.taken;
    g->chunk = 1; /* too much of it: the message of lanes_take */
    while (g->chunk < columns && (g->chunk + 1) * g->bits + rows_beside(g, form, g->chunk + 1) <= left)
        g->chunk++;
    status = lanes_take(&g->lanes, "the matrix's columns", g->chunk * g->bits, g->matrix, error);
    return status == PIM_OK ? take_beside(g, form, error) : status;
}

/* sum[from...] += or -= addend, `given` rows of it; above them its sign, or zeros. */
static void add_into(const struct gemv *g, struct program_writer *writer, bool subtract, unsigned from, const bitserial_row *addend, unsigned given,
                     bool extend)
{
    bitserial_row padded[BITSERIAL_WIDEST];
    for (unsigned i = 0; i < g->width - from; i++)
        padded[i] = i < given ? addend[i] : extend ? addend[given - 1] : BITSERIAL_C0;
    const struct bitserial_operands o = {.width = g->width - from, .destination = g->sum + from, .a = g->sum + from, .b = padded};
    lanes_operation(writer, subtract ? BITSERIAL_SUB : BITSERIAL_ADD, &o);
}

static bool is_negative(const struct gemv *g, unsigned bit)
{
    return g->is_signed && bit == g->bits - 1;
}

static void column_program(const struct gemv *g, struct program_writer *writer, uint64_t x, const bitserial_row *column)
{
    for (unsigned bit = 0; bit < g->bits; bit++)
        if (x >> bit & 1)
            add_into(g, writer, is_negative(g, bit), bit, column, g->bits, g->is_signed);
}

static void product_program(const struct gemv *g, struct program_writer *writer, const bitserial_row *x, const bitserial_row *column)
{
    const struct bitserial_operands o = {.width = g->bits, .is_signed = g->is_signed, .destination = g->product, .a = column, .b = x,
                                         .scratch = g->scratch};
    lanes_operation(writer, BITSERIAL_MUL, &o);
    add_into(g, writer, false, 0, g->product, 2 * g->bits, g->is_signed);
}

/* Bit p of the matrix, bit q of the vector. */
static void plane_program(const struct gemv *g, struct program_writer *writer, uint64_t first, uint64_t columns, unsigned p, unsigned q)
{
    bitserial_row rows[BITSERIAL_D_ROWS];
    unsigned count = 0;
    for (uint64_t j = 0; j < columns; j++)
        if (g->x[first + j] >> q & 1)
            rows[count++] = g->matrix[j * g->bits + p];
    if (count == 0)
        return;
    struct microprogram program = {0};
    bitserial_generate_count(g->counted, rows, count, g->scratch, &program);
    write_microprogram(writer, &program);
    microprogram_free(&program);
    add_into(g, writer, is_negative(g, p) != is_negative(g, q), p + q, g->counted, bitserial_count_width(count), false);
}

static void chunk_program(const struct gemv *g, uint64_t form, struct program_writer *writer, uint64_t first, uint64_t columns)
{
    for (unsigned p = 0; form == BIT_PLANES && p < g->bits; p++)
        for (unsigned q = 0; q < g->bits; q++)
            plane_program(g, writer, first, columns, p, q);
    for (uint64_t j = 0; form != BIT_PLANES && j < columns; j++) {
        const bitserial_row *column = g->matrix + j * g->bits;
        if (form == IN_ROWS)
            product_program(g, writer, g->vector + j * g->bits, column);
        else
            column_program(g, writer, g->x[first + j], column);
    }
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
        if (status == PIM_OK && job->values[FORM] == IN_ROWS)
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
        if (status == PIM_OK) {
            chunk_program(g, job->values[FORM], &writer, first, count);
            status = lanes_run(&g->lanes, &writer, error);
        }
    }
    free(writer.words);
    return status == PIM_OK ? lanes_read(&g->lanes, g->sum[0], g->width, y + top, rows, error) : status;
}

/* As a two's complement number of 64 bits: products and sums are right modulo 2^64. */
static uint64_t extended(const struct gemv *g, uint64_t element)
{
    uint64_t sign = UINT64_C(1) << (g->bits - 1);
    return g->is_signed ? (element ^ sign) - sign : element;
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
    KERNEL_TRY(lanes_begin(job, &g->lanes, error));
    KERNEL_TRY(lay_out(g, job, error));
    g->elements = calloc(g->lanes.count, sizeof *g->elements);
    if (g->elements == NULL) {
        status = pim_fail(error, PIM_NO_MEMORY, "out of memory");
        goto out;
    }
    for (uint64_t j = 0; j < columns; j++)
        g->x[j] = pim_random(job->seed, STREAM_X, j) >> (64 - g->bits);
    for (uint64_t top = 0; top < rows; top += g->lanes.count)
        KERNEL_TRY(run_round(g, job, top, rows - top < g->lanes.count ? rows - top : g->lanes.count, y, error));
    for (uint64_t j = 0; j < columns; j++)
        g->x[j] = extended(g, g->x[j]);
    for (uint64_t row = 0; row < rows; row++) {
        for (uint64_t j = 0; j < columns; j++)
            row_elements[j] = extended(g, matrix_element(job, row, j));
        reference[row] = operator_dot_unsigned(row_elements, g->x, columns, g->width);
    }
    job->operations = rows * columns;
    KERNEL_TRY(pim_kernel_check(job, "row", y, reference, rows, sizeof *y, error));
out:
    if (g != NULL) {
        lanes_end(&g->lanes);
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
    .summary = "y = W x in DRAM, elements of 1 to 32 bits",
    .operation = "multiply-accumulates",
    .parameters = parameters,
    .choices = choices,
    .run = run,
};
