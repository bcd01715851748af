/* Numbers as text, the same in every locale: what parameter values, reports and exports are made of. */
#ifndef NUMBER_TEXT_H
#define NUMBER_TEXT_H

#include "pimento.h"

enum { PIM_NUMBER_TEXT_SIZE = 48 }; /* enough for any of these, terminator included */

enum pim_number { PIM_NUMBER_OK, PIM_NUMBER_MALFORMED, PIM_NUMBER_TOO_LARGE };

/* The whole text must be the number. Integers are decimal or 0x hexadecimal; reals are finite decimals. */
enum pim_number pim_parse_integer(const char *text, uint64_t *value);
enum pim_number pim_parse_real(const char *text, double *value);

/* The shortest decimal that reads back as the same double. */
void pim_print_real(double value, char text[PIM_NUMBER_TEXT_SIZE]);
void pim_print_u128(pim_u128 value, char text[PIM_NUMBER_TEXT_SIZE]);

#endif
