/* Completion for bash, from the command tables: a table of cases and one function that does not know any command. */
#include <string.h>

#include "help_text.h"

#define TARGET_NAMES "values=$(pimento targets list --names 2>/dev/null); files=yes"

/* "a|b" as "a b". */
static void words_of(FILE *file, const char *choices)
{
    for (; *choices; choices++)
        fputc(*choices == '|' ? ' ' : *choices, file);
}

static void option_words(FILE *file, const struct command *command)
{
    fprintf(file, "        %s) words='--help", command->name);
    for (const struct option_row *row = command->options; row && row->name; row++) {
        fprintf(file, " --%s", row->name);
        if (row->letter)
            fprintf(file, " -%c", row->letter);
    }
    fputs("' ;;\n", file);
}

static void value_case(FILE *file, const struct command *command, const struct option_row *row)
{
    if (!row->argument || row->kind == OPTION_OUTPUT)
        return;
    fprintf(file, "        %s:--%s", command->name, row->name);
    if (row->letter)
        fprintf(file, "|%s:-%c", command->name, row->letter);
    fputs(") ", file);
    if (row->kind == OPTION_CHOICE) {
        fputs("values='", file);
        words_of(file, row->choices);
        fputs("'", file);
    } else if (row->kind == OPTION_TARGET) {
        fputs(TARGET_NAMES, file);
    } else if (row->kind == OPTION_DIRECTORY) {
        fputs("directories=yes", file);
    } else if (strcmp(row->name, "set") == 0) {
        fputs("values=$parameters; equals=yes", file);
    } else if (row->kind == OPTION_FILE) {
        fputs("files=yes", file);
    }
    fputs(" ;;\n", file);
}

static void operand_case(FILE *file, const struct command *command)
{
    fprintf(file, "        %s) ", command->name);
    if (command->operand_kind == OPERAND_FILE)
        fputs("files=yes", file);
    else if (command->operand_kind == OPERAND_COMMAND)
        fputs("values=$commands", file);
    if (command->operand_words) {
        fputs("values='", file);
        words_of(file, command->operand_words);
        if (command->operand_names)
            command->operand_names(file);
        fputs("'", file);
    }
    fputs(" ;;\n", file);
}

static void parameter_words(FILE *file, const struct pim_registry *registry)
{
    const struct pim_backend *backend;
    fputs("    local parameters='", file);
    for (size_t i = 0; (backend = pim_registry_at(registry, i)) != NULL; i++)
        for (const struct pim_parameter *row = backend->parameters; row->key; row++)
            fprintf(file, "%s ", row->key);
    fputs("'\n", file);
}

void print_completion(FILE *file, const struct pim_registry *registry)
{
    fputs("# bash completion for pimento, generated from its command tables\n_pimento()\n{\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
          "    local words= values= files= directories= equals=\n    local commands='", file);
    for (const struct command *const *command = commands; *command; command++)
        fprintf(file, "%s ", (*command)->name);
    fputs("'\n", file);
    parameter_words(file, registry);
    fputs("    COMPREPLY=()\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        COMPREPLY=($(compgen -W \"$commands --help --version\" -- \"$current\"))\n"
          "        return\n    fi\n"
          "    if [ \"$current\" = = ]; then current=; fi\n"
          "    if [ \"$previous\" = = ]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
          "    case $command:$previous in\n", file);
    for (const struct command *const *command = commands; *command; command++)
        for (const struct option_row *row = (*command)->options; row && row->name; row++)
            value_case(file, *command, row);
    for (const struct command *const *command = commands; *command; command++)
        if ((*command)->operand_values)
            (*command)->operand_values(file);
    for (const struct command *const *command = commands; *command; command++)
        if ((*command)->before_target)
            fprintf(file, "        %s:%s) " TARGET_NAMES " ;;\n", (*command)->name, (*command)->before_target);
    fputs("        *) case $command in\n", file);
    for (const struct command *const *command = commands; *command; command++)
        operand_case(file, *command);
    fputs("        esac ;;\n    esac\n    case $command in\n", file);
    for (const struct command *const *command = commands; *command; command++)
        option_words(file, *command);
    fputs("    esac\n"
          "    case $current in -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")); return ;; esac\n"
          "    COMPREPLY=($(compgen -W \"$values\" -- \"$current\"))\n"
          "    if [ -n \"$equals\" ]; then COMPREPLY=(\"${COMPREPLY[@]/%/=}\"); compopt -o nospace; fi\n"
          "    if [ -n \"$files\" ]; then COMPREPLY+=($(compgen -f -- \"$current\")); compopt -o filenames; fi\n"
          "    if [ -n \"$directories\" ]; then COMPREPLY=($(compgen -d -- \"$current\")); fi\n"
          "}\ncomplete -F _pimento pimento\n", file);
}
