/* A layer of a binary network on the machine: out = popcount(XNOR(weights, inputs)) >= threshold (XNOR-Net with the batch normalisation folded into
 * the threshold), for every output at every position. On binary values a maximum is an OR.
 *
 * ORDER BINARY MAPPING
 *   operands   a lane for each output at each position, the positions of an output side by side; weights, inputs and thresholds stand in rows. A
 *              row of weights is runs of one bit, a row of inputs the same positions again and again.
 *   commands   a lane for each position; weights and thresholds are in the commands: a weight of 1 counts the input's row, one of 0 its complement, and
 *              the threshold is a list of constant rows.
 */
#ifndef BINARY_LAYER_H
#define BINARY_LAYER_H

#include "bitserial_driver.h"
#include "operators/operators.h"

enum binary_mapping { BINARY_OPERANDS, BINARY_COMMANDS };

/* Bit p of a row belongs to position p; rows are `row_words` words apart, weights of an output `weight_words`. */
struct binary_layer {
    uint64_t inputs, outputs, positions, row_words, weight_words;
    const uint64_t *rows, *weights; /* of each input; of each output */
    const uint64_t *thresholds;     /* of each output */
    uint64_t *out;                  /* a row for each output */
};

/* PIM_USAGE when the rows of a bank do not suffice. */
enum pim_status binary_layer_run(struct lanes *lanes, const struct binary_layer *layer, enum binary_mapping mapping, struct pim_error *error);

/* out = OR of the window's elements; `out` has the planes of the result. */
enum pim_status binary_pool_run(struct lanes *lanes, const struct binary_planes *in, const struct binary_window *window, struct binary_planes *out,
                                struct pim_error *error);

#endif
