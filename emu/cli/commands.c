/* The table of commands. Each row lives in the command's own file. */
#include <string.h>

#include "command.h"

extern const struct command command_run, command_host, command_asm, command_objdump, command_info, command_targets,
    command_kernel, command_study, command_synthesise, command_trace, command_help;

const struct command *const commands[] = {
    &command_run,
    &command_host,
    &command_asm,
    &command_objdump,
    &command_info,
    &command_targets,
    &command_kernel,
    &command_study,
    &command_synthesise,
    &command_trace,
    &command_help,
    NULL
};

const struct environment_row environment_rows[] = {
    {"PIMENTO_TARGETS", "Folders with target files, separated by colons; they come before the installed folder."},
    {"PIMENTO_KERNELS", "Folders with the kernels that pimento brings; they come before the installed folder."},
    {"PIMENTO_BACKENDS", "Folders with back-ends as shared objects, separated by colons."},
    {"PIMENTO_UPMEM", "The folder of the drop-in UPMEM library, instead of the installed one."},
    {NULL, NULL}
};

const struct command *command_named(const char *name)
{
    for (const struct command *const *command = commands; *command; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}
