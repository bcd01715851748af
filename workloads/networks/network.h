/* Networks as tables of layers: one CSV file a network, one row a layer, in the order in which they run.
 *
 * Columns: network,layer,type,src,H,W,C,R,S,K,stride,pad,groups,P,Q,M,N,Kd,times,w_density,a_density,macs,weights,bias,note. A layer reads
 * H x W x C elements with a window of R x S and gives P x Q x K; as a product of matrices M x Kd times Kd x N, `groups` and `times` of them.
 * Columns that a type does not have are empty. Lines that begin with # are comments: where the shapes come from. What follows from other
 * columns is checked, so that a slip of the pen is found.
 */
#ifndef NETWORK_H
#define NETWORK_H

#include <stddef.h>

#include "pim_error.h"

/* ORDER NETWORK TYPE */
#define NETWORK_TYPE_MAP(X) X(CONV, conv) X(FC, fc) X(MAXPOOL, maxpool) X(AVGPOOL, avgpool)

enum network_type {
#define NETWORK_TYPE_ENUM(name, text) NETWORK_##name,
    NETWORK_TYPE_MAP(NETWORK_TYPE_ENUM)
#undef NETWORK_TYPE_ENUM
    NETWORK_TYPES
};

enum { NETWORK_NAME_BYTES = 24, NETWORK_INPUT = -1 };

struct network_layer {
    char name[NETWORK_NAME_BYTES];
    enum network_type type;
    int source; /* of what it reads: index of an earlier layer, or NETWORK_INPUT */
    uint64_t height, width, channels, window_rows, window_columns, outputs, stride, pad, groups, out_height, out_width;
    uint64_t m, n, depth, times, macs, weights, bias;
    double weight_density, activation_density; /* share that is not 0 */
};

struct network {
    char name[NETWORK_NAME_BYTES];
    size_t count;
    struct network_layer *layers;
};

/* Of a file. PIM_BAD_INPUT names file, line and column. Freed with network_free. */
enum pim_status network_read(const char *path, struct network **network, struct pim_error *error);

/* One of those that pimento brings, from the installed folder or the source folder. */
enum pim_status network_open(const char *name, struct network **network, struct pim_error *error);

void network_free(struct network *network); /* NULL will do */

/* Multiply-accumulates of the layers of a type. */
uint64_t network_macs(const struct network *network, enum network_type type);

#endif
