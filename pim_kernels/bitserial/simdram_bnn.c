/* One layer of a binary network on random bits: every position has inputs of its own. simdram_network runs layers on activations. */
#include "binary_layer.h"

#include "binary_product.h"
#include "random.h"

enum { INPUTS, OUTPUTS, POSITIONS, MAPPING };
enum { STREAM_W, STREAM_X, STREAM_THRESHOLD };

static const struct pim_kernel_parameter parameters[] = {
    {"inputs", 1, 1u << 16, 150, "inputs of an output: kernel size x channels of a convolution"},
    {"outputs", 1, 1u << 16, 16, "output channels"},
    {"positions", 1, 1u << 20, 100, "output positions; each has inputs of its own"},
    BINARY_MAPPING_ROW,
    {0},
};
static const struct pim_kernel_choice choices[] = {{"mapping", binary_mapping_names}, {0}};

/* Around the half of the inputs. */
static void random_thresholds(const struct pim_kernel_job *job, struct binary_product *product)
{
    uint64_t inputs = job->values[INPUTS];
    for (uint64_t i = 0; i < job->values[OUTPUTS]; i++)
        product->thresholds[i] = inputs / 4 + pim_random_below(job->seed, STREAM_THRESHOLD, i, (uint32_t)(inputs / 2 + 1));
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    struct lanes lanes = {0};
    struct binary_product product = {0};
    enum pim_status status;
    KERNEL_TRY(binary_product_make(&product, job->values[INPUTS], job->values[OUTPUTS], job->values[POSITIONS], error));
    KERNEL_TRY(lanes_begin(job, &lanes, error));
    pim_random_fill(product.weights, product.outputs * product.weight_words * sizeof *product.weights, job->seed, STREAM_W);
    pim_random_fill(product.rows, product.inputs * product.row_words * sizeof *product.rows, job->seed, STREAM_X);
    random_thresholds(job, &product);
    KERNEL_TRY(binary_product_run(&product, &lanes, (enum binary_mapping)job->values[MAPPING], "output", error));
    job->operations = product.outputs * product.positions * product.inputs;
out:
    lanes_end(&lanes);
    binary_product_free(&product);
    return status;
}

const struct pim_kernel kernel_simdram_bnn = {
    .name = "simdram_bnn",
    .operation_of = "bnn",
    .backend = "bitserial",
    .summary = "a layer of a binary network in DRAM: XNOR, bit count, threshold",
    .operation = "binary multiply-accumulates",
    .parameters = parameters,
    .choices = choices,
    .run = run,
};
