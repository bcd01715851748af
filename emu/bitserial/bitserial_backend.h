/* The bit-serial back-end: banks of DRAM subarrays that compute with row activations, as Ambit and SIMDRAM propose. */
#ifndef BITSERIAL_BACKEND_H
#define BITSERIAL_BACKEND_H

#include "bitserial_isa.h"
#include "pimento.h"

extern const struct pim_backend pim_bitserial_backend;

/* ORDER BITSERIAL SPACE: as in isa/bitserial/bitserial_isa.h. Byte offset of row r of subarray s: (s x D rows + r) x bytes of a row. */

/* One more, which no program has: of subarray s, from byte s x bytes of a row on, a bit for each column that is right in every majority. Read only. */
enum { BITSERIAL_SPACE_GOOD_COLUMNS = BITSERIAL_SPACE_ROWS + 1 };

#endif
