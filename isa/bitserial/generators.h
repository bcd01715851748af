/* What the files of generators share. `x => y` of the papers is aap(program, x, y), `!x` is ap(program, x). */
#ifndef GENERATORS_H
#define GENERATORS_H

#include "operations.h"

#define B(number) ((bitserial_row)(BITSERIAL_B + (number)))
#define C0 BITSERIAL_C0
#define C1 BITSERIAL_C1
#define aap microprogram_aap
#define ap microprogram_ap

/* ---- generate_arithmetic.c ---- */
void generate_add(const struct bitserial_operands *o, struct microprogram *program);
void generate_sub(const struct bitserial_operands *o, struct microprogram *program);
void generate_mul(const struct bitserial_operands *o, struct microprogram *program);
void generate_div(const struct bitserial_operands *o, struct microprogram *program);
void generate_mod(const struct bitserial_operands *o, struct microprogram *program);
void generate_abs(const struct bitserial_operands *o, struct microprogram *program);
/* Of a full adder: the sum of three rows, and its carry. Eight commands. */
void generate_full_adder(bitserial_row x, bitserial_row y, bitserial_row z, bitserial_row sum, bitserial_row carry,
                         struct microprogram *program);
/* a + b + the carry row, `width` bits, and the carry out: 8 commands a bit. */
void generate_add_with_carry(const bitserial_row *sum, const bitserial_row *a, const bitserial_row *b, unsigned width,
                             bitserial_row carry_in, bitserial_row carry_out, struct microprogram *program);

/* ---- generate_compare.c ---- */
void generate_compare(enum bitserial_operation operation, const struct bitserial_operands *o, struct microprogram *program);
void generate_equal(const struct bitserial_operands *o, bool equal, struct microprogram *program);
void generate_if_else(const struct bitserial_operands *o, struct microprogram *program);
void generate_extreme(const struct bitserial_operands *o, bool greatest, struct microprogram *program);
void generate_relu(const struct bitserial_operands *o, struct microprogram *program);

/* ---- generate_logic.c ---- */
void generate_copy(const struct bitserial_operands *o, struct microprogram *program);
void generate_not(const struct bitserial_operands *o, struct microprogram *program);
void generate_logic(enum bitserial_operation operation, const struct bitserial_operands *o, struct microprogram *program);
void generate_reduction(enum bitserial_operation operation, const struct bitserial_operands *o, struct microprogram *program);
void generate_bitcount(const struct bitserial_operands *o, struct microprogram *program);
void generate_exclusive_or(bitserial_row destination, bitserial_row a, bitserial_row b, bool complement, struct microprogram *program);

#endif
