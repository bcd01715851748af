/* Reference results: what each operator means, in plain C, one value after the other. Kernels are checked
 * against these bit by bit. A leaf: includes nothing of pimento, so that every room may use it.
 */
#ifndef OPERATORS_H
#define OPERATORS_H

#include <stddef.h>
#include <stdint.h>

/* result[i] = a[i] + b[i] modulo 2^32 */
void operator_vector_add_int32(const uint32_t *a, const uint32_t *b, uint32_t *result, size_t count);

/* sum modulo 2^64 */
uint64_t operator_reduction_int64(const uint64_t *elements, size_t count);

/* sums[i] = elements[0] + ... + elements[i] modulo 2^64 */
void operator_scan_int64(const uint64_t *elements, uint64_t *sums, size_t count);

/* The elements that are odd; those that differ from the one before. In their order; returns how many there are. */
size_t operator_select_odd(const uint64_t *elements, size_t count, uint64_t *selected);
size_t operator_unique(const uint64_t *elements, size_t count, uint64_t *unique);

/* Index of `value` in `sorted` (ascending, all different); -1: it is not there. */
int64_t operator_search(const uint64_t *sorted, size_t count, uint64_t value);

/* result = matrix transposed, `columns` rows of `rows` elements */
void operator_transpose_int64(const uint64_t *matrix, uint64_t *result, size_t rows, size_t columns);

/* Scores of the global alignment of two sequences of `length` elements, (length + 1)^2 of them: row 0 and column 0 are -i x penalty, the others the
 * greatest of left above + similarities[row - 1][column - 1], left - penalty and above - penalty. */
void operator_align(const int32_t *similarities, size_t length, int32_t penalty, int32_t *scores);

/* Of `places` places in a series, that with the least distance 2 (m - (q - m M Q) / (S R)), the first one of several: m = length, q
 * the product of the query with the series from there on, M and S means[place] and deviations[place], Q and R those of the query;
 * 32-bit arithmetic that wraps, a truncated quotient, deviations are 1 to 32767. 0 if none is below INT32_MAX. */
size_t operator_most_alike(const int32_t *series, size_t places, const int32_t *query, size_t length, const int32_t *means,
                           const int32_t *deviations, int32_t query_mean, int32_t query_deviation, int32_t *least);

/* bins[v] += how many elements are v, modulo 2^32 */
void operator_histogram_uint8(const uint8_t *elements, size_t count, uint32_t bins[256]);

/* bins[(pixel x bins) / 4096] += how many pixels of 12 bits there are */
void operator_histogram_image(const uint32_t *pixels, size_t count, size_t bin_count, uint32_t *bins);

/* y = A x; `stride` is the distance of two rows in elements. int8: products summed in int32. int32: modulo
 * 2^32. float: each product and each sum rounded to single precision, first column first. */
void operator_gemv_int8(const void *a, const void *x, void *y, size_t rows, size_t columns, size_t stride);
void operator_gemv_int32(const void *a, const void *x, void *y, size_t rows, size_t columns, size_t stride);
void operator_gemv_float(const void *a, const void *x, void *y, size_t rows, size_t columns, size_t stride);

/* y = A x for a sparse matrix by rows: row i has nonzeros pointers[i] to pointers[i + 1] - 1. Rounded as in operator_gemv_float. */
struct operator_nonzero { uint32_t column; float value; };
void operator_spmv_float(const uint32_t *pointers, const struct operator_nonzero *nonzeros, const float *x, float *y, size_t rows);

/* levels[v] = edges on a shortest way from `source` to v, OPERATOR_UNREACHED without one. The neighbours of v are those from
 * pointers[v] on, before pointers[v + 1]. */
#define OPERATOR_UNREACHED UINT32_MAX
void operator_bfs(const uint32_t *pointers, const uint32_t *neighbours, size_t vertices, size_t source, uint32_t *levels);

/* Negative elements become 0. */
void operator_rectify_int32(uint32_t *elements, size_t count);

/* sum of a[i] x[i] modulo 2^width */
uint64_t operator_dot_unsigned(const uint64_t *a, const uint64_t *x, size_t count, unsigned width);

/* In how many of the first `count` bits a and b are the same; bit i is bit i % 64 of word i / 64. */
uint64_t operator_xnor_count(const uint64_t *a, const uint64_t *b, size_t count);

/* Binary activations: a plane of images x height x width bits for each channel, `words` words apart; 1 is +1, 0 is -1. */
struct binary_planes { uint64_t images, channels, height, width, words, *bits; };

/* A window over planes and how many places it has. */
struct binary_window { uint64_t rows, columns, stride, pad, out_height, out_width; };

/* Element (r, s) of the window at every place of every image, one bit a place. The padding is 0, that is -1. */
void operator_binary_gather(const struct binary_planes *in, const struct binary_window *window, uint64_t channel, uint64_t r, uint64_t s, uint64_t *row);

/* counts[p] = in how many of `inputs` bits the weights and position p are the same; word i of position p is packed[i x positions + p]. */
void operator_binary_counts(const uint64_t *packed, const uint64_t *weights, uint64_t inputs, uint64_t positions, uint32_t *counts);

/* Scalar arithmetic on bit patterns: row = type, operation. Integers are signed and wrap; quotients are
 * truncated; floating point is IEEE 754 as the host does it, with every NaN made the quiet one of the type.
 * ORDER ARITHMETIC OPERATION. */
enum arithmetic_type { ARITHMETIC_INT32, ARITHMETIC_INT64, ARITHMETIC_FLOAT, ARITHMETIC_DOUBLE, ARITHMETIC_TYPES };
enum arithmetic_operation { ARITHMETIC_ADD, ARITHMETIC_SUB, ARITHMETIC_MUL, ARITHMETIC_DIV, ARITHMETIC_OPERATIONS };
extern const char *const arithmetic_type_names[ARITHMETIC_TYPES];
extern const char *const arithmetic_operation_names[ARITHMETIC_OPERATIONS];
size_t operator_arithmetic_bytes(enum arithmetic_type type);
uint64_t operator_arithmetic(enum arithmetic_type type, enum arithmetic_operation operation, uint64_t a, uint64_t b);

#endif
