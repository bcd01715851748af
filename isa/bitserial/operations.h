/* The operations of the bit-serial machine on vertical operands, and the micro-programs that compute them.
 *
 * A vertical operand of width n is n rows, bit 0 first; a column of them is one element. A generator appends row commands that compute the
 * result of every column at once. Operands are lists of rows, so that a shift by a constant, a sign extension or a constant operand (rows C0
 * and C1) costs nothing. Generated programs leave their operands as they were and may leave anything in the compute rows and in the scratch rows.
 *
 * Sources: schedules and command counts are those of SIMDRAM (Hajinazar, Oliveira et al., ASPLOS 2021; the repository CMU-SAFARI/MIMDRAM, whose
 * if-then-else, absolute value, bit count and ReLU are wrong as published and are corrected here) and Ambit (two-input logic). Those of
 * operations without a published count are ours.
 */
#ifndef OPERATIONS_H
#define OPERATIONS_H

#include "microprogram.h"

enum { BITSERIAL_WIDEST = 64 }; /* bits of an operand */

/* What an operation takes: rows of `width` bits each, but for a select row (one bit). */
enum bitserial_form { BITSERIAL_UNARY, BITSERIAL_BINARY, BITSERIAL_PREDICATED };

/* Bits of the result for operands of n bits: n, 1, 2n, or floor(log2 n) + 1. */
enum bitserial_result { BITSERIAL_SAME, BITSERIAL_ONE, BITSERIAL_DOUBLE, BITSERIAL_COUNT };

/* ORDER OPERATION. Name, form, result, has a signed variant, destination may be an operand, published count, meaning. */
#define BITSERIAL_OPERATIONS(X)                                                                                                  \
    X(ADD, add, UNSIGNED, BINARY, SAME, true, "8n + 1", "a + b modulo 2^n")                                                      \
    X(SUB, sub, UNSIGNED, BINARY, SAME, true, "8n + 1", "a - b modulo 2^n")                                                      \
    X(MUL, mul, SIGNED, BINARY, DOUBLE, false, "11n^2 - 5n - 1", "a x b, whole product")                                         \
    X(DIV, div, SIGNED, BINARY, SAME, false, "8n^2 + 12n", "a / b towards 0; all ones when b is 0")                              \
    X(MOD, mod, SIGNED, BINARY, SAME, false, NULL, "remainder of a / b with the sign of a; a when b is 0")                       \
    X(ABS, abs, UNSIGNED, UNARY, SAME, true, "10n - 2", "absolute value of a two's complement number")                           \
    X(GT, gt, SIGNED, BINARY, ONE, false, "3n + 2", "a > b")                                                                     \
    X(GE, ge, SIGNED, BINARY, ONE, false, "3n + 2", "a >= b")                                                                    \
    X(LT, lt, SIGNED, BINARY, ONE, false, "3n + 2", "a < b")                                                                     \
    X(LE, le, SIGNED, BINARY, ONE, false, "3n + 2", "a <= b")                                                                    \
    X(EQ, eq, UNSIGNED, BINARY, ONE, false, "4n + 3", "a = b")                                                                   \
    X(NE, ne, UNSIGNED, BINARY, ONE, false, NULL, "a differs from b")                                                            \
    X(MAX, max, SIGNED, BINARY, SAME, true, "10n + 2", "the greater of a and b")                                                 \
    X(MIN, min, SIGNED, BINARY, SAME, true, "10n + 2", "the smaller of a and b")                                                 \
    X(IF_ELSE, if_else, UNSIGNED, PREDICATED, SAME, true, "7n", "a where select is 1, else b")                                   \
    X(RELU, relu, UNSIGNED, UNARY, SAME, true, "3n + ((n - 1) mod 2)", "a two's complement number, 0 where it is negative")      \
    X(BITCOUNT, bitcount, UNSIGNED, UNARY, COUNT, false, "8n - 8 log2(n + 1) to 8n", "how many bits are 1")                      \
    X(AND_RED, and_red, UNSIGNED, UNARY, ONE, false, "5 floor(n / 2) + 2", "all bits are 1")                                     \
    X(OR_RED, or_red, UNSIGNED, UNARY, ONE, false, "5 floor(n / 2) + 2", "some bit is 1")                                        \
    X(XOR_RED, xor_red, UNSIGNED, UNARY, ONE, false, "6 floor(n / 2) + 2", "an odd number of bits is 1")                         \
    X(COPY, copy, UNSIGNED, UNARY, SAME, true, "n", "a")                                                                         \
    X(NOT, not, UNSIGNED, UNARY, SAME, true, "2n", "complement")                                                                 \
    X(AND, and, UNSIGNED, BINARY, SAME, true, "4n", "bit by bit")                                                                \
    X(OR, or, UNSIGNED, BINARY, SAME, true, "4n", "bit by bit")                                                                  \
    X(XOR, xor, UNSIGNED, BINARY, SAME, true, "7n", "bit by bit")                                                                \
    X(NAND, nand, UNSIGNED, BINARY, SAME, true, "5n", "bit by bit")                                                              \
    X(NOR, nor, UNSIGNED, BINARY, SAME, true, "5n", "bit by bit")                                                                \
    X(XNOR, xnor, UNSIGNED, BINARY, SAME, true, "7n", "bit by bit")

enum bitserial_operation {
#define BITSERIAL_OPERATION_ENUM(name, ...) BITSERIAL_##name,
    BITSERIAL_OPERATIONS(BITSERIAL_OPERATION_ENUM)
#undef BITSERIAL_OPERATION_ENUM
    BITSERIAL_OPERATION_COUNT
};

struct bitserial_operation_row {
    const char *name, *published, *help; /* published: commands for n bits as the papers count them; NULL: not published */
    enum bitserial_form form;
    enum bitserial_result result;
    bool has_signed, in_place;
};

extern const struct bitserial_operation_row bitserial_operations[BITSERIAL_OPERATION_COUNT];

/* Their names in order, NULL-ended. */
extern const char *const bitserial_operation_names[BITSERIAL_OPERATION_COUNT + 1];

/* By name; BITSERIAL_OPERATION_COUNT: there is none. */
enum bitserial_operation bitserial_operation_named(const char *name, size_t length);

/* Bits of the result and rows of scratch for operands of `width` bits, 1 to BITSERIAL_WIDEST. */
unsigned bitserial_result_width(enum bitserial_operation operation, unsigned width);
unsigned bitserial_scratch_rows(enum bitserial_operation operation, unsigned width, bool is_signed);

/* Rows of an operation: lists of the lengths said above. `b` and `select` where the form has them. The destination may be an operand's own
 * rows where the table says so, never the select row; scratch rows are none of the others. */
struct bitserial_operands {
    unsigned width;
    bool is_signed; /* ignored without a signed variant */
    const bitserial_row *destination, *a, *b, *select, *scratch;
};

void bitserial_generate(enum bitserial_operation operation, const struct bitserial_operands *operands, struct microprogram *program);

/* Commands of an operation on rows of its own; 0: out of memory. */
size_t bitserial_command_count(enum bitserial_operation operation, unsigned width, bool is_signed);

/* One element of the result, up to 128 bits; operands have no bits above `width`. */
struct bitserial_element { uint64_t low, high; };
struct bitserial_element bitserial_meaning(enum bitserial_operation operation, uint64_t a, uint64_t b, bool select, unsigned width, bool is_signed);

/* Shift by a constant, towards higher bits when `left`: fills with 0, or with the sign row. n commands. */
void bitserial_generate_shift(const bitserial_row *destination, const bitserial_row *a, unsigned width, unsigned amount, bool left,
                              bool is_signed, struct microprogram *program);

/* The number of 1 bits among `count` rows, floor(log2 count) + 1 rows of result, with bitserial_count_scratch(count) rows of scratch. */
void bitserial_generate_count(const bitserial_row *destination, const bitserial_row *rows, unsigned count, const bitserial_row *scratch,
                              struct microprogram *program);
unsigned bitserial_count_scratch(unsigned count);
unsigned bitserial_count_width(unsigned count);

/* destination = a AND the one row `mask`: three commands a bit, and one more for an odd width. The destination may be a. */
void bitserial_generate_masked(const bitserial_row *destination, const bitserial_row *a, unsigned width, bitserial_row mask,
                               struct microprogram *program);

/* Bits of a number: 0 for 0. */
static inline unsigned bitserial_bit_length(uint64_t number)
{
    return number ? 64 - (unsigned)__builtin_clzll(number) : 0;
}

/* ---- constants that the controller knows: rows of them are C0 and C1, and a product is shifts, which rename rows, and additions ---- */

void bitserial_constant(bitserial_row *rows, unsigned width, uint64_t constant);

/* sum += a x constant x 2^shift modulo 2^sum_width, a unsigned: an addition or a subtraction, 8 commands for each bit of the sum from there up, for
 * each signed digit of the constant (below 2^62) that is not 0. What a shift to the right pushes out is lost digit by digit. In none of sum's rows is a. */
void bitserial_generate_scale_add(const bitserial_row *sum, unsigned sum_width, const bitserial_row *a, unsigned a_width, int64_t constant,
                                  int shift, struct microprogram *program);

/* destination = max(0, a - constant) for an a of 0 to `most` and a constant of 1 to `most`; the row `reached` gets a >= constant. As many
 * rows of destination as `most` has bits are written; the result is in the lowest, whose number is returned. Low zeros of the
 * constant cost no addition. */
unsigned bitserial_generate_excess(const bitserial_row *destination, const bitserial_row *a, uint64_t most, uint64_t constant,
                                   bitserial_row reached, struct microprogram *program);

#endif
