/* `pimento help`: the same texts as --help, and the generated documents that make installs. */
#include "command.h"
#include "help_text.h"

static enum pim_status run(const struct command_line *line, struct pim_error *error)
{
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
    .summary = "explain a command",
    .description = "Without an operand, lists the commands; with one, explains that command.",
    .run = run,
};
