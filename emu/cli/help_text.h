/* Texts generated from the command tables. */
#ifndef HELP_TEXT_H
#define HELP_TEXT_H

#include <stdio.h>

#include "command.h"

void print_help(FILE *file);                                        /* `pimento --help` */
void print_command_help(FILE *file, const struct command *command); /* `pimento COMMAND --help` */

/* "--name=ARGUMENT", "--name[=FILE]" or "--name"; returns what snprintf does. */
int option_spelling(const struct option_row *row, char *text, size_t size);

#endif
