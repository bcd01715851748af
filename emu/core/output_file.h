/* Result files. What a command writes goes to a temporary name beside the destination and is renamed when it is complete, so a
 * failed run leaves an existing file as it was. "-" and "" mean standard output.
 */
#ifndef OUTPUT_FILE_H
#define OUTPUT_FILE_H

#include <stdio.h>

#include "pim_error.h"

struct output_file {
    FILE *file;
    char *path, *temporary; /* NULL for standard output */
};

enum pim_status output_open(const char *path, struct output_file *output, struct pim_error *error);
/* Close and rename; the output is released also when this fails. */
enum pim_status output_commit(struct output_file *output, struct pim_error *error);
/* Close and remove; harmless after a commit or on a zeroed structure. */
void output_abandon(struct output_file *output);
/* Commit when `status` is PIM_OK, abandon otherwise; returns the first failure. */
enum pim_status output_end(struct output_file *output, enum pim_status status, struct pim_error *error);

/* A process that died left what it was writing to `path`: remove that. */
void output_remove_left(const char *path, long process);

/* Open, write, commit. */
enum pim_status output_write(const char *path, const void *bytes, size_t size, struct pim_error *error);

bool output_is_standard(const char *path);

#endif
