/* A function of one number as a small network: one input, H hidden ReLUs, one output,
 *
 *     y = constant + sum of weights[k] x max(0, x - knots[k])
 *
 * which is a continuous line of H straight pieces, so that it is constructed, not trained: knots spread by the square root of |f''|, the heights
 * at the knots by least squares, then rounds that move the knots until the errors of all pieces are alike. In an earlier trial of ours this
 * was mostly seven times or more as exact as training from random starts; the idea of replacing functions by small networks is NEON's (arXiv 2211.05730) and NN-LUT's (arXiv
 * 2112.02191). A leaf: includes nothing of pimento.
 */
#ifndef RELU_NETWORK_H
#define RELU_NETWORK_H

#include "scalar_functions.h"

enum { RELU_NETWORK_MOST = 64 };

struct relu_network {
    unsigned hidden;
    double low, high, constant;       /* constant: the value at `low` */
    double knots[RELU_NETWORK_MOST];  /* ascending, the first is `low` */
    double weights[RELU_NETWORK_MOST];
};

/* The best network of `hidden` ReLUs, 1 to RELU_NETWORK_MOST, that the rounds find on [f->low, f->high]. */
void relu_network_fit(const struct scalar_function *f, unsigned hidden, struct relu_network *network);

/* Constant and weights anew, for the knots that are there. */
void relu_network_refit(const struct scalar_function *f, struct relu_network *network);

/* At an x in the range; and the greatest absolute error on a dense grid of every piece. */
double relu_network_value(const struct relu_network *network, double x);
double relu_network_error(const struct scalar_function *f, const struct relu_network *network);

#endif
