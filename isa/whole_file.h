/* A file as one block of memory, for the readers of isa/. */
#ifndef WHOLE_FILE_H
#define WHOLE_FILE_H

#include "pim_error.h"

/* Read `path` (a pipe will do) into *bytes, ended by a NUL that *size does not count; free() it. A file of more than `most_bytes`
 * is PIM_BAD_INPUT, one that cannot be read PIM_IO. */
enum pim_status read_whole_file(const char *path, size_t most_bytes, char **bytes, size_t *size, struct pim_error *error);

#endif
