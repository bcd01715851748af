/* A target with --set applied. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "pimento.h"

/* Open target `name` and apply "key=value" texts (NULL-ended; may be NULL). */
enum pim_status settings_target(const struct pim_registry *registry, const char *name,
                                const char *const *settings, struct pim_target **target,
                                struct pim_error *error);

/* One "key=value". */
enum pim_status settings_apply(struct pim_target *target, const char *setting, struct pim_error *error);

#endif
