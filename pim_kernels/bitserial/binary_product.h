/* A binary layer with its data and its packed reference: what the kernels simdram_bnn and simdram_network share. */
#ifndef BINARY_PRODUCT_H
#define BINARY_PRODUCT_H

#include "binary_layer.h"

/* Parameter and names of enum binary_mapping. */
#define BINARY_MAPPING_ROW {"mapping", BINARY_OPERANDS, BINARY_COMMANDS, BINARY_OPERANDS, "where the weights stand; inputs are in rows"}
extern const char *const binary_mapping_names[];

/* As struct binary_layer. Bits past `positions` of a row and past `inputs` of a weight do not matter. */
struct binary_product {
    uint64_t inputs, outputs, positions, row_words, weight_words;
    uint64_t *rows, *weights, *thresholds, *out, *reference;
    uint64_t *packed; /* the inputs once more, 64 of a position in a word: for the reference */
    uint32_t *counts; /* of one output */
};

/* What a layer may be: more inputs would not fit a count, more bits not the host's memory (1 GiB for the inputs, as much for the outputs). */
enum { BINARY_MOST_INPUTS = 1 << 16 };
#define BINARY_MOST_BITS (UINT64_C(1) << 33)

/* All zeros; PIM_USAGE when it is larger than the above. Freed with binary_product_free, also when this fails. */
enum pim_status binary_product_make(struct binary_product *product, uint64_t inputs, uint64_t outputs, uint64_t positions, struct pim_error *error);
void binary_product_free(struct binary_product *product);

/* Thresholds as a batch normalisation of random data would have them: the mean of an output's counts, or, with one position, of all counts. */
void binary_product_center(struct binary_product *product);

/* Run it, compare with the reference: PIM_MISMATCH names `what`. */
enum pim_status binary_product_run(struct binary_product *product, struct lanes *lanes, enum binary_mapping mapping, const char *what,
                                   struct pim_error *error);

#endif
