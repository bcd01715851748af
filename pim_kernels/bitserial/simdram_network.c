/* A whole binary network in DRAM, layer after layer: what one layer gives is what the next one reads.
 *
 * As XNOR-Net does it, the first and the last layer stay in higher precision; they run on the host and take no simulated time. Between them every
 * product is binary (binary_layer.h), every maximum an OR. Weights are random, thresholds the means of the counts. Each layer is compared with the
 * packed reference.
 */
#include "binary_product.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "networks/network.h"
#include "operators/bit_runs.h"
#include "random.h"

enum { NETWORK, IMAGES, LAYER, MAPPING };
enum { STREAM_PIXELS, STREAM_BITS, STREAM_WEIGHTS }; /* weights of layer i: STREAM_WEIGHTS + i */
enum { STEP_CONVOLUTION, STEP_OTHER };               /* of job->step_ps */

/* ORDER NETWORK PARAMETER */
static const char *const names[] = {"lenet5", "vgg13-32", "vgg16-32", "vgg13-224", "vgg16-224", NULL};

static const struct pim_kernel_parameter parameters[] = {
    {"network", 0, sizeof names / sizeof names[0] - 2, 0, "which, with the pixels of a side"},
    {"images", 1, 4096, 1, "that run side by side"},
    {"layer", 0, 1024, 0, "0: all; else only this one, counted from 1, on random bits"},
    BINARY_MAPPING_ROW,
    {0},
};
static const struct pim_kernel_choice choices[] = {{"network", names}, {"mapping", binary_mapping_names}, {0}};

struct chain {
    struct pim_kernel_job *job;
    struct lanes lanes;
    struct network *network;
    struct binary_planes planes; /* what the next layer reads */
};

static enum pim_status no_memory(struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "out of memory");
}

static enum pim_status new_planes(struct binary_planes *planes, uint64_t images, uint64_t channels, uint64_t height, uint64_t width,
                                  struct pim_error *error)
{
    if (images > BINARY_MOST_BITS / height / width / channels)
        return pim_fail(error, PIM_USAGE, "%llu images of %llu x %llu x %llu bits are more than 2^33 bits", (unsigned long long)images,
                        (unsigned long long)height, (unsigned long long)width, (unsigned long long)channels);
    *planes = (struct binary_planes){images, channels, height, width, bits_words(images * height * width), NULL};
    planes->bits = calloc(channels * planes->words, sizeof *planes->bits);
    return planes->bits != NULL ? PIM_OK : no_memory(error);
}

static void replace_planes(struct chain *chain, const struct binary_planes *planes)
{
    free(chain->planes.bits);
    chain->planes = *planes;
}

/* A fully connected layer has one window: the whole image. */
static struct binary_window window_of(const struct network_layer *layer, const struct binary_planes *in)
{
    if (layer->type == NETWORK_FC)
        return (struct binary_window){in->height, in->width, 1, 0, 1, 1};
    return (struct binary_window){layer->window_rows, layer->window_columns, layer->stride, layer->pad, layer->out_height, layer->out_width};
}

static uint64_t outputs_of(const struct network_layer *layer)
{
    return layer->type == NETWORK_FC ? layer->n : layer->outputs;
}

/* ---- layers on the machine ---- */

static void gather_all(const struct binary_planes *in, const struct binary_window *window, struct binary_product *product)
{
    uint64_t *row = product->rows;
    for (uint64_t channel = 0; channel < in->channels; channel++)
        for (uint64_t r = 0; r < window->rows; r++)
            for (uint64_t s = 0; s < window->columns; s++, row += product->row_words)
                operator_binary_gather(in, window, channel, r, s, row);
}

static enum pim_status run_product(struct chain *chain, size_t index, struct pim_error *error)
{
    const struct network_layer *layer = &chain->network->layers[index];
    const struct binary_planes *in = &chain->planes;
    const struct binary_window window = window_of(layer, in);
    struct binary_planes out = {0};
    struct binary_product product = {0};
    enum pim_status status;
    KERNEL_TRY(binary_product_make(&product, in->channels * window.rows * window.columns, outputs_of(layer),
                                  in->images * window.out_height * window.out_width, error));
    pim_random_fill(product.weights, product.outputs * product.weight_words * sizeof *product.weights, chain->job->seed, STREAM_WEIGHTS + index);
    gather_all(in, &window, &product);
    binary_product_center(&product);
    KERNEL_TRY(binary_product_run(&product, &chain->lanes, (enum binary_mapping)chain->job->values[MAPPING], layer->name, error));
    KERNEL_TRY(new_planes(&out, in->images, product.outputs, window.out_height, window.out_width, error));
    memcpy(out.bits, product.out, product.outputs * product.row_words * sizeof *product.out);
    replace_planes(chain, &out);
    chain->job->operations += product.outputs * product.positions * product.inputs;
out:
    binary_product_free(&product);
    return status;
}

/* Word by word over whole planes. */
static void pool_reference(const struct binary_planes *in, const struct binary_window *window, const struct binary_planes *out, uint64_t *row)
{
    for (uint64_t channel = 0; channel < in->channels; channel++)
        for (uint64_t i = 0; i < window->rows * window->columns; i++) {
            operator_binary_gather(in, window, channel, i / window->columns, i % window->columns, row);
            for (uint64_t word = 0; word < out->words; word++)
                out->bits[channel * out->words + word] |= row[word];
        }
}

static enum pim_status run_pool(struct chain *chain, const struct network_layer *layer, struct pim_error *error)
{
    const struct binary_planes *in = &chain->planes;
    const struct binary_window window = window_of(layer, in);
    struct binary_planes out = {0}, reference = {0};
    uint64_t *row = NULL;
    enum pim_status status;
    KERNEL_TRY(new_planes(&out, in->images, in->channels, layer->out_height, layer->out_width, error));
    KERNEL_TRY(new_planes(&reference, in->images, in->channels, layer->out_height, layer->out_width, error));
    row = calloc(out.words, sizeof *row);
    KERNEL_TRY(row != NULL ? PIM_OK : no_memory(error));
    KERNEL_TRY(binary_pool_run(&chain->lanes, in, &window, &out, error));
    pool_reference(in, &window, &reference, row);
    KERNEL_TRY(pim_kernel_check(chain->job, layer->name, out.bits, reference.bits, out.channels * out.words, sizeof *out.bits, error));
    replace_planes(chain, &out);
    out.bits = NULL;
out:
    free(out.bits);
    free(reference.bits);
    free(row);
    return status;
}

/* ---- layers on the host ---- */

/* Sums of one output channel of one image: 8-bit pixels, 8-bit weights, padding 0. */
static void convolve(const struct network_layer *l, const uint8_t *pixels, const int8_t *weights, int32_t *sums)
{
    memset(sums, 0, l->m * sizeof *sums);
    for (uint64_t i = 0; i < l->channels * l->window_rows * l->window_columns; i++) {
        uint64_t channel = i / (l->window_rows * l->window_columns), r = i / l->window_columns % l->window_rows, s = i % l->window_columns;
        for (uint64_t y = 0; y < l->out_height; y++)
            for (uint64_t x = 0; x < l->out_width; x++) {
                uint64_t row = y * l->stride + r - l->pad, column = x * l->stride + s - l->pad; /* wraps outside: then it is no place */
                if (row < l->height && column < l->width)
                    sums[y * l->out_width + x] += pixels[(channel * l->height + row) * l->width + column] * weights[i];
            }
    }
}

/* 1 where the sum is not below its channel's mean. */
static void binarise(const int32_t *sums, uint64_t count, uint64_t *plane, uint64_t at)
{
    int64_t all = 0;
    for (uint64_t i = 0; i < count; i++)
        all += sums[i];
    for (uint64_t i = 0; i < count; i++)
        bits_put(plane, at + i, sums[i] >= all / (int64_t)count, 1);
}

static enum pim_status first_layer(struct chain *chain, struct pim_error *error)
{
    const struct network_layer *l = &chain->network->layers[0];
    uint64_t images = chain->job->values[IMAGES], image_bytes = l->channels * l->height * l->width;
    struct binary_planes out = {0};
    uint8_t *pixels = malloc(image_bytes);
    int8_t *weights = malloc(l->weights);
    int32_t *sums = malloc(l->m * sizeof *sums);
    enum pim_status status;
    KERNEL_TRY(pixels != NULL && weights != NULL && sums != NULL ? PIM_OK : no_memory(error));
    KERNEL_TRY(new_planes(&out, images, l->outputs, l->out_height, l->out_width, error));
    pim_random_fill(weights, l->weights, chain->job->seed, STREAM_WEIGHTS);
    for (uint64_t image = 0; image < images; image++) {
        pim_random_fill(pixels, image_bytes, chain->job->seed + image, STREAM_PIXELS);
        for (uint64_t channel = 0; channel < l->outputs; channel++) {
            convolve(l, pixels, weights + channel * l->depth, sums);
            binarise(sums, l->m, out.bits + channel * out.words, image * l->m);
        }
    }
    replace_planes(chain, &out);
out:
    free(pixels);
    free(weights);
    free(sums);
    return status;
}

/* Scores of every image: 8-bit weights times +1 or -1. The result of the network. */
static enum pim_status last_layer(struct chain *chain, size_t index, struct pim_error *error)
{
    const struct network_layer *l = &chain->network->layers[index];
    const struct binary_planes *in = &chain->planes;
    uint64_t pixels = in->height * in->width, count = in->images * l->n;
    int8_t *weights = malloc(l->weights);
    int32_t *scores = calloc(count, sizeof *scores);
    enum pim_status status;
    KERNEL_TRY(weights != NULL && scores != NULL ? PIM_OK : no_memory(error));
    pim_random_fill(weights, l->weights, chain->job->seed, STREAM_WEIGHTS + index);
    for (uint64_t i = 0; i < count; i++)
        for (uint64_t k = 0; k < l->depth; k++) {
            uint64_t bit = i / l->n * pixels + k % pixels;
            bool one = in->bits[k / pixels * in->words + bit / 64] >> bit % 64 & 1;
            scores[i] += one ? weights[i % l->n * l->depth + k] : -weights[i % l->n * l->depth + k];
        }
    chain->job->result_hash = hash_bytes(HASH_START, scores, count * sizeof *scores);
out:
    free(weights);
    free(scores);
    return status;
}

/* ---- the chain ---- */

/* Binary networks are chains of layers in one group, products at both ends. */
static enum pim_status check_network(const struct network *network, struct pim_error *error)
{
    for (size_t i = 0; i < network->count; i++) {
        const struct network_layer *l = &network->layers[i];
        bool pool = l->type == NETWORK_MAXPOOL, end = i == 0 ? l->type == NETWORK_CONV : i + 1 < network->count || l->type == NETWORK_FC;
        if (l->source != (int)i - 1 || l->type == NETWORK_AVGPOOL || l->times != 1 || (!pool && l->groups != 1) || !end)
            return pim_fail(error, PIM_BAD_INPUT, "network %s, layer %s: expected a chain of convolutions, maxima and fully connected layers in one "
                            "group, a convolution first, a fully connected layer last", network->name, l->name);
    }
    return PIM_OK;
}

static bool on_host(const struct network *network, size_t index)
{
    return index == 0 || index + 1 == network->count;
}

static enum pim_status run_layer(struct chain *chain, size_t index, struct pim_error *error)
{
    const struct network_layer *layer = &chain->network->layers[index];
    chain->lanes.step = layer->type == NETWORK_CONV ? STEP_CONVOLUTION : STEP_OTHER;
    return layer->type == NETWORK_MAXPOOL ? run_pool(chain, layer, error) : run_product(chain, index, error);
}

static enum pim_status run_all(struct chain *chain, struct pim_error *error)
{
    size_t last = chain->network->count - 1;
    enum pim_status status = first_layer(chain, error);
    for (size_t i = 1; status == PIM_OK && i < last; i++)
        status = run_layer(chain, i, error);
    return status == PIM_OK ? last_layer(chain, last, error) : status;
}

/* Random bits in the shape that the layer reads; for a fully connected layer a channel each. */
static enum pim_status run_alone(struct chain *chain, size_t index, struct pim_error *error)
{
    const struct pim_kernel_job *job = chain->job;
    if (index >= chain->network->count || on_host(chain->network, index))
        return pim_fail(error, PIM_USAGE, "%s: layer %zu is not one of the layers 2 to %zu that are binary", job->kernel->name, index + 1,
                        chain->network->count - 1);
    const struct network_layer *l = &chain->network->layers[index];
    bool flat = l->type == NETWORK_FC;
    enum pim_status status = new_planes(&chain->planes, job->values[IMAGES], flat ? l->depth : l->channels, flat ? 1 : l->height, flat ? 1 : l->width,
                                        error);
    if (status != PIM_OK)
        return status;
    pim_random_fill(chain->planes.bits, chain->planes.channels * chain->planes.words * sizeof *chain->planes.bits, job->seed, STREAM_BITS);
    return run_layer(chain, index, error);
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    struct chain chain = {.job = job};
    enum pim_status status;
    KERNEL_TRY(network_open(names[job->values[NETWORK]], &chain.network, error));
    KERNEL_TRY(check_network(chain.network, error));
    KERNEL_TRY(lanes_begin(job, &chain.lanes, error));
    job->operations = 0;
    KERNEL_TRY(job->values[LAYER] > 0 ? run_alone(&chain, job->values[LAYER] - 1, error) : run_all(&chain, error));
out:
    lanes_end(&chain.lanes);
    free(chain.planes.bits);
    network_free(chain.network);
    return status;
}

const struct pim_kernel kernel_simdram_network = {
    .name = "simdram_network",
    .operation_of = "bnn",
    .backend = "bitserial",
    .summary = "a binary network in DRAM, whole or one layer: LeNet-5, VGG-13, VGG-16",
    .operation = "binary multiply-accumulates",
    .parameters = parameters,
    .choices = choices,
    .run = run,
};
