/* Micro-programs in memory: straight lists of row commands, as generators make them and the engines run them.
 *
 *     AP(X)        activate X, precharge: with a three-wordline X a majority in place
 *     AAP(X -> Y)  activate X, activate Y, precharge: copy, complement, or majority and copy
 *
 * An allocation that fails is remembered in `failed`; what is appended after it is dropped, so that generators need no check of their own.
 */
#ifndef MICROPROGRAM_H
#define MICROPROGRAM_H

#include "bitserial_rows.h"

enum { BITSERIAL_NO_ROW = 0xfff0 }; /* `second` of an AP; no operand code */

struct bitserial_command {
    bitserial_row first, second;
};

struct microprogram {
    struct bitserial_command *commands;
    size_t count, room;
    bool failed;
};

void microprogram_free(struct microprogram *program); /* the commands; an empty program remains */
void microprogram_ap(struct microprogram *program, bitserial_row row);
void microprogram_aap(struct microprogram *program, bitserial_row from, bitserial_row to);

/* Of the whole list. Activations by number of wordlines opened: [1] to [3]. */
struct microprogram_counts {
    size_t aap, ap;
    size_t activations[4];
};
struct microprogram_counts microprogram_count(const struct microprogram *program);

#endif
