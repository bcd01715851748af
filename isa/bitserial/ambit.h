/* The 16 operations of SIMDRAM's evaluation as Ambit would run them, gate by gate: the baseline to compare with. */
#ifndef AMBIT_H
#define AMBIT_H

#include "operations.h"

unsigned ambit_scratch_rows(enum bitserial_operation operation, unsigned width);

/* As bitserial_generate, of unsigned operands and with ambit_scratch_rows rows of scratch; the destination is no operand. False: it is none of the 16. */
bool ambit_generate(enum bitserial_operation operation, const struct bitserial_operands *operands, struct microprogram *program);

#endif
