#include "binary_product.h"

#include <inttypes.h>
#include <stdlib.h>

#include "operators/bit_runs.h"
#include "transpose.h"

const char *const binary_mapping_names[] = {"rows", "commands", NULL};

static uint64_t *new_rows(uint64_t count, uint64_t words)
{
    return calloc(count * words, sizeof(uint64_t));
}

enum pim_status binary_product_make(struct binary_product *product, uint64_t inputs, uint64_t outputs, uint64_t positions, struct pim_error *error)
{
    struct binary_product *p = product;
    uint64_t larger = inputs > outputs ? inputs : outputs;
    if (inputs > BINARY_MOST_INPUTS || positions > BINARY_MOST_BITS / larger)
        return pim_fail(error, PIM_USAGE, "%" PRIu64 " inputs, %" PRIu64 " outputs at %" PRIu64 " positions, expected up to %d inputs and 2^33 bits of "
                        "inputs and of outputs", inputs, outputs, positions, BINARY_MOST_INPUTS);
    *p = (struct binary_product){.inputs = inputs, .outputs = outputs, .positions = positions, .row_words = bits_words(positions),
                                 .weight_words = bits_words(inputs)};
    p->rows = new_rows(inputs, p->row_words);
    p->weights = new_rows(outputs, p->weight_words);
    p->thresholds = calloc(outputs, sizeof *p->thresholds);
    p->out = new_rows(outputs, p->row_words);
    p->reference = new_rows(outputs, p->row_words);
    p->packed = calloc(p->weight_words * positions, sizeof *p->packed);
    p->counts = calloc(positions, sizeof *p->counts);
    bool good = p->rows && p->weights && p->thresholds && p->out && p->reference && p->packed && p->counts;
    return good ? PIM_OK : pim_fail(error, PIM_NO_MEMORY, "out of memory");
}

void binary_product_free(struct binary_product *product)
{
    free(product->rows);
    free(product->weights);
    free(product->thresholds);
    free(product->out);
    free(product->reference);
    free(product->packed);
    free(product->counts);
    *product = (struct binary_product){0};
}

static void pack(struct binary_product *p)
{
    for (uint64_t word = 0; word < p->weight_words; word++) {
        uint64_t left = p->inputs - word * 64;
        pim_from_rows(p->rows + word * 64 * p->row_words, p->row_words, left < 64 ? (unsigned)left : 64, p->positions,
                            p->packed + word * p->positions, sizeof *p->packed);
    }
}

static void count_output(struct binary_product *p, uint64_t output)
{
    operator_binary_counts(p->packed, p->weights + output * p->weight_words, p->inputs, p->positions, p->counts);
}

void binary_product_center(struct binary_product *p)
{
    uint64_t all = 0;
    pack(p);
    for (uint64_t i = 0; i < p->outputs; i++) {
        uint64_t sum = 0;
        count_output(p, i);
        for (uint64_t position = 0; position < p->positions; position++)
            sum += p->counts[position];
        p->thresholds[i] = sum / p->positions;
        all += sum;
    }
    for (uint64_t i = 0; p->positions == 1 && i < p->outputs; i++)
        p->thresholds[i] = all / p->outputs;
}

static void make_reference(struct binary_product *p)
{
    pack(p);
    for (uint64_t i = 0; i < p->outputs; i++) {
        count_output(p, i);
        for (uint64_t position = 0; position < p->positions; position++)
            bits_put(p->reference + i * p->row_words, position, p->counts[position] >= p->thresholds[i], 1);
    }
}

enum pim_status binary_product_run(struct binary_product *p, struct lanes *lanes, enum binary_mapping mapping, const char *what, struct pim_error *error)
{
    const struct binary_layer layer = {p->inputs, p->outputs, p->positions, p->row_words, p->weight_words, p->rows, p->weights, p->thresholds, p->out};
    make_reference(p);
    enum pim_status status = binary_layer_run(lanes, &layer, mapping, error);
    return status == PIM_OK ? pim_kernel_check(lanes->job, what, p->out, p->reference, p->outputs * p->row_words, sizeof *p->out, error) : status;
}
