#include "binary_layer.h"

#include <stdlib.h>
#include <string.h>

#include "operators/bit_runs.h"

/* Outputs whose results wait in rows of their own (mapping `commands`); assumption: enough that reading them does not rule, few enough to leave rows. */
enum { GROUP = 8 };

/* What a layer needs beside its data while it runs. */
struct machine_layer {
    struct lanes *lanes;
    const struct binary_layer *layer;
    struct lanes_count count;
    bool whole; /* all inputs are one piece */
    bitserial_row threshold[LANES_COUNT_WIDTH], out[GROUP], sums[GROUP * LANES_COUNT_WIDTH], first[BITSERIAL_D_ROWS], second[BITSERIAL_D_ROWS];
    uint64_t *bits; /* a row of all banks */
};

/* ---- lanes of outputs and positions ---- */

/* `count` lanes from lane `top` on of `positions` lanes an output: those of one output follow each other. */
struct run { uint64_t output, from, count, at; };

static bool next_run(struct run *run, uint64_t top, uint64_t count, uint64_t positions)
{
    run->at += run->count;
    if (run->at >= count)
        return false;
    run->output = (top + run->at) / positions;
    run->from = (top + run->at) % positions;
    run->count = positions - run->from < count - run->at ? positions - run->from : count - run->at;
    return true;
}

static enum pim_status write_weights(const struct machine_layer *m, uint64_t top, uint64_t count, uint64_t input, bitserial_row row,
                                     struct pim_error *error)
{
    const struct binary_layer *l = m->layer;
    for (struct run run = {0}; next_run(&run, top, count, l->positions);)
        bits_fill(m->bits, run.at, l->weights[run.output * l->weight_words + input / 64] >> input % 64 & 1, run.count);
    return lanes_write_bits(m->lanes, row, m->bits, count, error);
}

static enum pim_status write_inputs(const struct machine_layer *m, uint64_t top, uint64_t count, uint64_t input, bitserial_row row,
                                    struct pim_error *error)
{
    const struct binary_layer *l = m->layer;
    for (struct run run = {0}; next_run(&run, top, count, l->positions);)
        bits_copy(m->bits, run.at, l->rows + input * l->row_words, run.from, run.count);
    return lanes_write_bits(m->lanes, row, m->bits, count, error);
}

static enum pim_status write_thresholds(const struct machine_layer *m, uint64_t top, uint64_t count, struct pim_error *error)
{
    const struct binary_layer *l = m->layer;
    enum pim_status status = PIM_OK;
    for (unsigned bit = 0; status == PIM_OK && bit < m->count.width; bit++) {
        for (struct run run = {0}; next_run(&run, top, count, l->positions);)
            bits_fill(m->bits, run.at, l->thresholds[run.output] >> bit & 1, run.count);
        status = lanes_write_bits(m->lanes, m->threshold[bit], m->bits, count, error);
    }
    return status;
}

static enum pim_status read_outputs(const struct machine_layer *m, uint64_t top, uint64_t count, struct pim_error *error)
{
    const struct binary_layer *l = m->layer;
    enum pim_status status = lanes_read_bits(m->lanes, m->out[0], m->bits, count, error);
    for (struct run run = {0}; status == PIM_OK && next_run(&run, top, count, l->positions);)
        bits_copy(l->out + run.output * l->row_words, run.from, m->bits, run.at, run.count);
    return status;
}

static void compare(const struct machine_layer *m, struct program_writer *writer, const bitserial_row *threshold, const bitserial_row *out)
{
    const struct bitserial_operands o = {.width = m->count.width, .destination = out, .a = m->count.sum, .b = threshold};
    lanes_operation(writer, BITSERIAL_GE, &o);
}

/* ---- mapping `operands` ---- */

/* XNOR in the weights' rows, count, add; compare after the last piece. */
static void operands_program(const struct machine_layer *m, struct program_writer *writer, uint64_t inputs, bool last)
{
    const struct bitserial_operands o = {.width = (unsigned)inputs, .destination = m->first, .a = m->first, .b = m->second};
    lanes_operation(writer, BITSERIAL_XNOR, &o);
    if (m->whole)
        lanes_count_whole(writer, &m->count, m->first);
    else
        lanes_count_add(writer, &m->count, m->first, (unsigned)inputs);
    if (last)
        compare(m, writer, m->threshold, m->out);
}

static enum pim_status operands_round(struct machine_layer *m, uint64_t top, uint64_t count, struct pim_error *error)
{
    struct program_writer writer = {0};
    uint64_t inputs = m->layer->inputs;
    enum pim_status status = PIM_OK;
    lanes_use(m->lanes, count);
    KERNEL_TRY(write_thresholds(m, top, count, error));
    if (!m->whole)
        lanes_count_begin(&writer, &m->count);
    for (uint64_t first = 0; first < inputs; first += m->count.piece) {
        uint64_t left = inputs - first, taken = left < m->count.piece ? left : m->count.piece;
        for (uint64_t i = 0; i < taken; i++) {
            KERNEL_TRY(write_weights(m, top, count, first + i, m->first[i], error));
            KERNEL_TRY(write_inputs(m, top, count, first + i, m->second[i], error));
        }
        operands_program(m, &writer, taken, taken == left);
        KERNEL_TRY(lanes_run(m->lanes, &writer, error));
    }
    KERNEL_TRY(read_outputs(m, top, count, error));
out:
    free(writer.words);
    return status;
}

static enum pim_status operands_run(struct machine_layer *m, struct pim_error *error)
{
    struct lanes *lanes = m->lanes;
    uint64_t inputs = m->layer->inputs, all = m->layer->outputs * m->layer->positions;
    enum pim_status status;
    KERNEL_TRY(lanes_take(lanes, "the thresholds", bitserial_count_width((unsigned)inputs), m->threshold, error));
    KERNEL_TRY(lanes_take(lanes, "the result", 1, m->out, error));
    KERNEL_TRY(lanes_take_count(lanes, inputs, inputs, 2, &m->count, error));
    KERNEL_TRY(lanes_take(lanes, "the weights", m->count.piece, m->first, error));
    KERNEL_TRY(lanes_take(lanes, "the inputs", m->count.piece, m->second, error));
    m->whole = m->count.piece == inputs;
    for (uint64_t top = 0; top < all; top += lanes->count)
        KERNEL_TRY(operands_round(m, top, all - top < lanes->count ? all - top : lanes->count, error));
out:
    return status;
}

/* ---- mapping `commands` ---- */

/* Positions from `top` on: their rows, and the complements beside them. */
static enum pim_status write_piece(const struct machine_layer *m, struct program_writer *writer, uint64_t top, uint64_t count, uint64_t first,
                                   uint64_t taken, struct pim_error *error)
{
    const struct binary_layer *l = m->layer;
    enum pim_status status = PIM_OK;
    for (uint64_t i = 0; status == PIM_OK && i < taken; i++) {
        bits_copy(m->bits, 0, l->rows + (first + i) * l->row_words, top, count);
        status = lanes_write_bits(m->lanes, m->first[i], m->bits, count, error);
    }
    const struct bitserial_operands o = {.width = (unsigned)taken, .destination = m->second, .a = m->first};
    lanes_operation(writer, BITSERIAL_NOT, &o);
    return status;
}

/* An output's count of a piece: the rows that its weights choose. */
static void count_chosen(struct machine_layer *m, struct program_writer *writer, uint64_t output, const bitserial_row *sum, uint64_t first,
                         uint64_t taken)
{
    bitserial_row chosen[BITSERIAL_D_ROWS];
    const uint64_t *weights = m->layer->weights + output * m->layer->weight_words;
    for (uint64_t i = 0; i < taken; i++)
        chosen[i] = weights[(first + i) / 64] >> (first + i) % 64 & 1 ? m->first[i] : m->second[i];
    memcpy(m->count.sum, sum, m->count.width * sizeof *sum);
    if (m->whole) {
        lanes_count_whole(writer, &m->count, chosen);
        return;
    }
    if (first == 0)
        lanes_count_begin(writer, &m->count);
    lanes_count_add(writer, &m->count, chosen, (unsigned)taken);
}

static void compare_constant(const struct machine_layer *m, struct program_writer *writer, uint64_t threshold, const bitserial_row *out)
{
    bitserial_row constant[LANES_COUNT_WIDTH];
    for (unsigned bit = 0; bit < m->count.width; bit++)
        constant[bit] = threshold >> bit & 1 ? BITSERIAL_C1 : BITSERIAL_C0;
    compare(m, writer, constant, out);
}

/* Outputs base to base + GROUP - 1 of `count` positions from `top` on. */
static enum pim_status commands_group(struct machine_layer *m, uint64_t top, uint64_t count, uint64_t base, struct pim_error *error)
{
    const struct binary_layer *l = m->layer;
    struct program_writer writer = {0};
    uint64_t group = l->outputs - base < GROUP ? l->outputs - base : GROUP;
    enum pim_status status = PIM_OK;
    for (uint64_t first = 0; first < l->inputs; first += m->count.piece) {
        uint64_t left = l->inputs - first, taken = left < m->count.piece ? left : m->count.piece;
        if (!m->whole || base == 0) /* else they are still there */
            KERNEL_TRY(write_piece(m, &writer, top, count, first, taken, error));
        for (uint64_t i = 0; i < group; i++) {
            count_chosen(m, &writer, base + i, m->sums + (m->whole ? 0 : i * m->count.width), first, taken);
            if (taken == left)
                compare_constant(m, &writer, l->thresholds[base + i], &m->out[i]);
        }
        KERNEL_TRY(lanes_run(m->lanes, &writer, error));
    }
    for (uint64_t i = 0; i < group; i++) {
        KERNEL_TRY(lanes_read_bits(m->lanes, m->out[i], m->bits, count, error));
        bits_copy(l->out + (base + i) * l->row_words, top, m->bits, 0, count);
    }
out:
    free(writer.words);
    return status;
}

/* Rows with `sums` sums; is everything in one piece? */
static enum pim_status commands_lay_out(struct machine_layer *m, uint64_t sums, struct pim_error *error)
{
    struct lanes *lanes = m->lanes;
    uint64_t inputs = m->layer->inputs;
    enum pim_status status;
    lanes->taken = 0;
    KERNEL_TRY(lanes_take(lanes, "the results", GROUP, m->out, error));
    KERNEL_TRY(lanes_take(lanes, "the sums", sums * bitserial_count_width((unsigned)inputs), m->sums, error));
    KERNEL_TRY(lanes_take_count(lanes, inputs, inputs, 2, &m->count, error));
    KERNEL_TRY(lanes_take(lanes, "the inputs", m->count.piece, m->first, error));
    KERNEL_TRY(lanes_take(lanes, "their complements", m->count.piece, m->second, error));
    m->whole = m->count.piece == inputs;
out:
    return status;
}

static enum pim_status commands_run(struct machine_layer *m, struct pim_error *error)
{
    uint64_t positions = m->layer->positions, most = m->lanes->count;
    enum pim_status status = commands_lay_out(m, 1, error);
    if (status == PIM_OK && !m->whole)
        status = commands_lay_out(m, GROUP, error);
    for (uint64_t top = 0; status == PIM_OK && top < positions; top += most) {
        uint64_t count = positions - top < most ? positions - top : most;
        lanes_use(m->lanes, count);
        for (uint64_t base = 0; status == PIM_OK && base < m->layer->outputs; base += GROUP)
            status = commands_group(m, top, count, base, error);
    }
    return status;
}

enum pim_status binary_layer_run(struct lanes *lanes, const struct binary_layer *layer, enum binary_mapping mapping, struct pim_error *error)
{
    struct machine_layer *m = calloc(1, sizeof *m);
    uint64_t *bits = calloc(bits_words(lanes->count), sizeof *bits);
    enum pim_status status = PIM_OK;
    lanes->taken = 0;
    if (m == NULL || bits == NULL) {
        status = pim_fail(error, PIM_NO_MEMORY, "out of memory");
    } else {
        *m = (struct machine_layer){.lanes = lanes, .layer = layer, .bits = bits};
        status = mapping == BINARY_OPERANDS ? operands_run(m, error) : commands_run(m, error);
    }
    free(bits);
    free(m);
    return status;
}

/* ---- pooling ---- */

struct pool {
    struct lanes *lanes;
    const struct binary_planes *in;
    const struct binary_window *window;
    struct binary_planes *out;
    uint64_t positions;
    uint64_t *bits, *row; /* of all banks; of one channel */
};

static enum pim_status write_elements(const struct pool *p, uint64_t top, uint64_t count, uint64_t r, uint64_t s, bitserial_row row,
                                      struct pim_error *error)
{
    for (struct run run = {0}; next_run(&run, top, count, p->positions);) {
        operator_binary_gather(p->in, p->window, run.output, r, s, p->row);
        bits_copy(p->bits, run.at, p->row, run.from, run.count);
    }
    return lanes_write_bits(p->lanes, row, p->bits, count, error);
}

static enum pim_status pool_round(const struct pool *p, uint64_t top, uint64_t count, const bitserial_row *rows, const bitserial_row *result,
                                  struct pim_error *error)
{
    struct program_writer writer = {0};
    const struct binary_window *w = p->window;
    const struct bitserial_operands o = {.width = (unsigned)(w->rows * w->columns), .destination = result, .a = rows};
    enum pim_status status = PIM_OK;
    lanes_use(p->lanes, count);
    for (uint64_t i = 0; i < w->rows * w->columns; i++)
        KERNEL_TRY(write_elements(p, top, count, i / w->columns, i % w->columns, rows[i], error));
    lanes_operation(&writer, BITSERIAL_OR_RED, &o);
    KERNEL_TRY(lanes_run(p->lanes, &writer, error));
    KERNEL_TRY(lanes_read_bits(p->lanes, result[0], p->bits, count, error));
    for (struct run run = {0}; next_run(&run, top, count, p->positions);)
        bits_copy(p->out->bits + run.output * p->out->words, run.from, p->bits, run.at, run.count);
out:
    free(writer.words);
    return status;
}

enum pim_status binary_pool_run(struct lanes *lanes, const struct binary_planes *in, const struct binary_window *window, struct binary_planes *out,
                                struct pim_error *error)
{
    uint64_t elements = window->rows * window->columns, positions = in->images * window->out_height * window->out_width, all = in->channels * positions;
    bitserial_row rows[BITSERIAL_WIDEST], result[1];
    struct pool p = {lanes, in, window, out, positions, calloc(bits_words(lanes->count), sizeof *p.bits), calloc(bits_words(positions), sizeof *p.row)};
    enum pim_status status;
    lanes->taken = 0;
    KERNEL_TRY(p.bits != NULL && p.row != NULL ? PIM_OK : pim_fail(error, PIM_NO_MEMORY, "out of memory"));
    KERNEL_TRY(elements <= BITSERIAL_WIDEST ? PIM_OK : pim_fail(error, PIM_USAGE, "%s: a window of %llu elements, expected up to %d",
                                                              lanes->job->kernel->name, (unsigned long long)elements, BITSERIAL_WIDEST));
    KERNEL_TRY(lanes_take(lanes, "the window's elements", elements, rows, error));
    KERNEL_TRY(lanes_take(lanes, "the result", 1, result, error));
    for (uint64_t top = 0; top < all; top += lanes->count)
        KERNEL_TRY(pool_round(&p, top, all - top < lanes->count ? all - top : lanes->count, rows, result, error));
out:
    free(p.bits);
    free(p.row);
    return status;
}
