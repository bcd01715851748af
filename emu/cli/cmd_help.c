/* `pimento help`: the same texts as --help, and the generated documents that make installs. */
#include "command.h"
#include "help_text.h"

enum { HELP_MAN, HELP_COMPLETION };

static enum pim_status print_generated(const struct command_line *line, struct pim_error *error)
{
    struct pim_registry *registry = NULL;
    enum pim_status status = pim_registry_open(&registry, error);
    if (status != PIM_OK)
        return status;
    if (line->values[HELP_MAN].count > 0)
        print_manual_page(stdout, registry);
    else
        print_completion(stdout, registry);
    pim_registry_close(registry);
    return PIM_OK;
}

static enum pim_status run(const struct command_line *line, struct pim_error *error)
{
    if (line->values[HELP_MAN].count > 0 || line->values[HELP_COMPLETION].count > 0)
        return print_generated(line, error);
    if (line->operand_count == 0) {
        print_help(stdout);
        return PIM_OK;
    }
    const struct command *command = command_named(line->operands[0]);
    if (!command)
        return pim_fail(error, PIM_USAGE, "there is no command '%s'", line->operands[0]);
    print_command_help(stdout, command);
    return PIM_OK;
}

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .operand_kind = OPERAND_COMMAND,
    .most_operands = 1,
    .summary = "explain a command; print the manual page or the shell completion",
    .description = "Without an operand, lists the commands; with one, explains that command.",
    .options = (const struct option_row[]){
        [HELP_MAN] = {.name = "man", .help = "print the whole manual page (roff)"},
        [HELP_COMPLETION] = {.name = "completion", .help = "print the completion script for bash"},
        {0}
    },
    .run = run,
};
