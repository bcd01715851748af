/* Texts generated from the command tables. */
#ifndef HELP_TEXT_H
#define HELP_TEXT_H

#include <stdio.h>

#include "command.h"
#include "pimento.h"

void print_help(FILE *file);                                        /* `pimento --help` */
void print_command_help(FILE *file, const struct command *command); /* `pimento COMMAND --help` */
void print_manual_page(FILE *file, const struct pim_registry *registry);
void print_completion(FILE *file, const struct pim_registry *registry);

/* "--name=ARGUMENT", "--name[=FILE]" or "--name"; returns what snprintf does. */
int option_spelling(const struct option_row *row, char *text, size_t size);

#endif
