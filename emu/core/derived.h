/* Names for numbers of a ledger: counters, residencies, quantities, and the figures derived from them. */
#ifndef DERIVED_H
#define DERIVED_H

#include "pimento.h"

/* Index of the counter of that name, or -1. */
int pim_counter_find(const struct pim_backend *backend, const char *name);

/* Is it a state that an energy row may name? */
bool pim_residency_known(const char *state);

/* Is it a counter of the back-end or one of the ledger's quantities? `name` may be NULL: no. */
bool pim_quantity_known(const struct pim_backend *backend, const char *name);

/* The figures every back-end gets; ended by name == NULL. */
extern const struct pim_derived pim_core_derived[];

/* False when the denominator is 0. */
bool pim_derive(const struct pim_backend *backend, const struct pim_ledger *ledger,
                const struct pim_derived *row, double *value);

#endif
