/* The toy back-end that the tests build in: see toy_counter.c. */
#ifndef TOY_COUNTER_H
#define TOY_COUNTER_H

#include "pimento.h"

extern const struct pim_backend toy_counter_backend;

enum { TOY_CODE, TOY_DATA, TOY_CODE_BYTES = 64, TOY_DATA_BYTES = 64, TOY_MAIL_OFFSET = 52, TOY_RESULT_OFFSET = 56 };

#endif
