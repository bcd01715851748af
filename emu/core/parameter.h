/* Parameter rows: the one place that turns a row and a text into a field and back. */
#ifndef PARAMETER_H
#define PARAMETER_H

#include "pimento.h"

/* NULL when the back-end has no such key. */
const struct pim_parameter *pim_parameter_find(const struct pim_backend *backend, const char *key);

/* Check `text` against the row and store it in the parameter structure. False leaves one phrase in `why`: "expected an integer from
 * 1 to 24 cycles". */
bool pim_parameter_parse(const struct pim_parameter *row, const char *text, void *parameters,
                         char *why, size_t why_size);

/* As snprintf: the value as a target file would have it. */
size_t pim_parameter_print(const struct pim_parameter *row, const void *parameters, char *text,
                           size_t size);

uint64_t pim_parameter_integer(const struct pim_parameter *row, const void *parameters);
double pim_parameter_real(const struct pim_parameter *row, const void *parameters);

#endif
