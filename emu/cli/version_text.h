#ifndef VERSION_TEXT_H
#define VERSION_TEXT_H

#include <stdio.h>

#include "pim_error.h"

/* Version, back-ends, optional parts. */
enum pim_status print_version(FILE *file, struct pim_error *error);

#endif
