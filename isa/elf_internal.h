/* What the files of the ELF reader share. */
#ifndef ELF_INTERNAL_H
#define ELF_INTERNAL_H

#include "pim_image.h"

#include <libelf.h>

/* The hash of what a load writes. */
uint64_t image_hash(const struct pim_image *image);

/* The SDK release whose tools wrote this .comment, "" when unknown. */
const char *tool_release(const char *tool_version);

/* Read the line table of an executable; NULL when there is none or none of it can be used. Malformed debug information is no error:
 * the program runs without it. */
struct pim_debug *debug_lines_read(Elf *elf);
void debug_lines_free(struct pim_debug *debug);
bool debug_lines_find(const struct pim_debug *debug, uint64_t link_address, const char **file, unsigned *line);

#endif
