/* Paths and search paths as text. Results are newly allocated (free()), NULL when there is no memory. */
#ifndef PATH_TEXT_H
#define PATH_TEXT_H

#include "pim_error.h"

char *pim_path_join(const char *folder, const char *name);

/* `name` itself when it is absolute, else in the folder of `file`. */
char *pim_path_beside(const char *file, const char *name);

/* File name without folders and without `suffix`. */
char *pim_path_stem(const char *path, const char *suffix);

bool pim_ends_with(const char *text, const char *suffix);

/* Call `each` for every non-empty element of a colon-separated list, until one fails. */
enum pim_status pim_path_each(const char *search_path,
                              enum pim_status (*each)(void *context, const char *element,
                                                      struct pim_error *error),
                              void *context, struct pim_error *error);

#endif
