/* A layer of a binary network: out = popcount(XNOR(w, x)) >= threshold (XNOR-Net with the batch normalisation folded into the threshold).
 *
 * A lane for each output: its weights and its inputs, one bit a row, its threshold. Inputs come in pieces that the rows hold; their counts are
 * added up.
 */
#include "bitserial_driver.h"

#include <stdlib.h>

#include "operators/operators.h"
#include "random.h"

enum { INPUTS, OUTPUTS, POSITIONS };
enum { STREAM_W, STREAM_X, STREAM_THRESHOLD };

static const struct pim_kernel_parameter parameters[] = {
    {"inputs", 1, 1u << 16, 150, "inputs of an output: kernel size x channels of a convolution"},
    {"outputs", 1, 1u << 16, 16, "output channels"},
    {"positions", 1, 1u << 20, 100, "output positions; each has inputs of its own"},
    {0},
};

struct layer {
    struct lanes lanes;
    struct lanes_count count;
    bitserial_row threshold[LANES_COUNT_WIDTH], out[1], weights[BITSERIAL_D_ROWS], inputs[BITSERIAL_D_ROWS];
    uint64_t *bits; /* a row's, one a lane */
};

static enum pim_status lay_out(struct layer *l, uint64_t inputs, struct pim_error *error)
{
    enum pim_status status = lanes_take(&l->lanes, "the thresholds", bitserial_count_width((unsigned)inputs), l->threshold, error);
    if (status == PIM_OK)
        status = lanes_take(&l->lanes, "the result", 1, l->out, error);
    if (status == PIM_OK)
        status = lanes_take_count(&l->lanes, inputs, inputs, 2, &l->count, error);
    if (status == PIM_OK)
        status = lanes_take(&l->lanes, "the weights", l->count.piece, l->weights, error);
    return status == PIM_OK ? lanes_take(&l->lanes, "the inputs", l->count.piece, l->inputs, error) : status;
}

static uint64_t random_bit(const struct pim_kernel_job *job, unsigned stream, uint64_t index)
{
    return pim_random(job->seed, stream, index) & 1;
}

/* Lane (output, position) of all lanes, outputs of a position side by side. */
static uint64_t weight(const struct pim_kernel_job *job, uint64_t lane, uint64_t input)
{
    return random_bit(job, STREAM_W, lane % job->values[OUTPUTS] * job->values[INPUTS] + input);
}

static uint64_t activation(const struct pim_kernel_job *job, uint64_t lane, uint64_t input)
{
    return random_bit(job, STREAM_X, lane / job->values[OUTPUTS] * job->values[INPUTS] + input);
}

static uint64_t threshold(const struct pim_kernel_job *job, uint64_t lane)
{
    uint64_t inputs = job->values[INPUTS];
    return inputs / 4 + pim_random_below(job->seed, STREAM_THRESHOLD, lane % job->values[OUTPUTS], (uint32_t)(inputs / 2 + 2));
}

static enum pim_status write_bits(struct layer *l, const struct pim_kernel_job *job, uint64_t top, uint64_t count, bitserial_row row, uint64_t input,
                                  uint64_t (*bit)(const struct pim_kernel_job *, uint64_t, uint64_t), struct pim_error *error)
{
    for (uint64_t lane = 0; lane < count; lane++)
        l->bits[lane] = bit(job, top + lane, input);
    return lanes_write(&l->lanes, row, 1, l->bits, count, error);
}

/* XNOR in the weights' rows, count, add. */
static void piece_program(struct layer *l, struct program_writer *writer, uint64_t inputs)
{
    const struct bitserial_operands o = {.width = (unsigned)inputs, .destination = l->weights, .a = l->weights, .b = l->inputs};
    lanes_operation(writer, BITSERIAL_XNOR, &o);
    lanes_count_add(writer, &l->count, l->weights, (unsigned)inputs);
}

static enum pim_status run_round(struct layer *l, const struct pim_kernel_job *job, uint64_t top, uint64_t count, uint64_t *out,
                                 struct pim_error *error)
{
    struct program_writer writer = {0};
    enum pim_status status = PIM_OK;
    for (uint64_t lane = 0; lane < count; lane++)
        l->bits[lane] = threshold(job, top + lane);
    LANES_TRY(lanes_write(&l->lanes, l->threshold[0], l->count.width, l->bits, count, error));
    lanes_count_begin(&writer, &l->count);
    for (uint64_t first = 0; first < job->values[INPUTS]; first += l->count.piece) {
        uint64_t left = job->values[INPUTS] - first, inputs = left < l->count.piece ? left : l->count.piece;
        for (uint64_t i = 0; i < inputs; i++) {
            LANES_TRY(write_bits(l, job, top, count, l->weights[i], first + i, weight, error));
            LANES_TRY(write_bits(l, job, top, count, l->inputs[i], first + i, activation, error));
        }
        piece_program(l, &writer, inputs);
        const struct bitserial_operands o = {.width = l->count.width, .destination = l->out, .a = l->count.sum, .b = l->threshold};
        if (inputs == left)
            lanes_operation(&writer, BITSERIAL_GE, &o);
        LANES_TRY(lanes_run(&l->lanes, &writer, error));
    }
    LANES_TRY(lanes_read(&l->lanes, l->out[0], 1, out + top, count, error));
out:
    free(writer.words);
    return status;
}

/* The packed reference, as a processor would compute it. */
static enum pim_status reference_of(const struct pim_kernel_job *job, uint64_t lanes, uint64_t *reference, struct pim_error *error)
{
    uint64_t inputs = job->values[INPUTS], words = (inputs + 63) / 64;
    uint64_t *packed = calloc(2 * words, sizeof *packed);
    if (packed == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    for (uint64_t lane = 0; lane < lanes; lane++) {
        for (uint64_t word = 0; word < 2 * words; word++)
            packed[word] = 0;
        for (uint64_t i = 0; i < inputs; i++) {
            packed[i / 64] |= weight(job, lane, i) << i % 64;
            packed[words + i / 64] |= activation(job, lane, i) << i % 64;
        }
        reference[lane] = operator_xnor_count(packed, packed + words, inputs) >= threshold(job, lane);
    }
    free(packed);
    return PIM_OK;
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t all = job->values[OUTPUTS] * job->values[POSITIONS];
    struct layer *l = calloc(1, sizeof *l);
    uint64_t *out = calloc(all, sizeof *out), *reference = calloc(all, sizeof *reference);
    enum pim_status status = PIM_NO_MEMORY;
    if (l == NULL || out == NULL || reference == NULL) {
        pim_fail(error, PIM_NO_MEMORY, "out of memory");
        goto out;
    }
    LANES_TRY(lanes_begin(job, &l->lanes, error));
    LANES_TRY(lay_out(l, job->values[INPUTS], error));
    l->bits = calloc(l->lanes.count, sizeof *l->bits);
    if (l->bits == NULL) {
        status = pim_fail(error, PIM_NO_MEMORY, "out of memory");
        goto out;
    }
    for (uint64_t top = 0; top < all; top += l->lanes.count)
        LANES_TRY(run_round(l, job, top, all - top < l->lanes.count ? all - top : l->lanes.count, out, error));
    LANES_TRY(reference_of(job, all, reference, error));
    job->operations = all * job->values[INPUTS];
    LANES_TRY(pim_kernel_check(job, "output", out, reference, all, sizeof *out, error));
out:
    if (l != NULL)
        free(l->bits);
    free(l);
    free(out);
    free(reference);
    return status;
}

const struct pim_kernel kernel_simdram_bnn = {
    .name = "simdram_bnn",
    .operation_of = "bnn",
    .backend = "bitserial",
    .summary = "a layer of a binary network in DRAM: XNOR, bit count, threshold",
    .operation = "binary multiply-accumulates",
    .parameters = parameters,
    .run = run,
};
