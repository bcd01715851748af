/* Elements to rows and back, for spaces in which elements stand upright: what the transposition unit of a machine like SIMDRAM does on the way
 * between cache and memory. Bit i of element j is bit j % 64 of word j / 64 of row i. Columns past the last element are 0.
 */
#ifndef TRANSPOSE_H
#define TRANSPOSE_H

#include <stddef.h>
#include <stdint.h>

/* Elements of 1, 2, 4 or 8 bytes, of which the low `width` bits go to `width` rows of `row_words` words, one behind the other. `count` is at most
 * 64 x row_words. */
void pim_to_rows(const void *elements, size_t element_bytes, unsigned width, size_t count, uint64_t *rows, size_t row_words);

/* The other way; bits from `width` up become 0. */
void pim_from_rows(const uint64_t *rows, size_t row_words, unsigned width, size_t count, void *elements, size_t element_bytes);

#endif
