/* pimento: finds the command in the table, parses its options, runs it, turns its status into the exit status. */
#include "config.h" /* GNU extensions of the C library */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "help_text.h"
#include "spelling.h"
#include "version_text.h"

static enum pim_status unknown_word(const char *word, struct pim_error *error)
{
    const char *what = word[0] == '-' ? "option" : "command";
    struct pim_spelling spelling = {.word = word};
    pim_spelling_offer(&spelling, "--help");
    pim_spelling_offer(&spelling, "--version");
    for (const struct command *const *command = commands; *command; command++)
        pim_spelling_offer(&spelling, (*command)->name);
    if (spelling.closest)
        return pim_fail(error, PIM_USAGE, "unknown %s '%s', did you mean '%s'?", what, word, spelling.closest);
    return pim_fail(error, PIM_USAGE, "unknown %s '%s'", what, word);
}

static enum pim_status run_command(const struct command *command, int count, char **words, int *exit_status,
                                   struct pim_error *error)
{
    struct command_line line;
    enum pim_status status = command_line_parse(command, count, words, &line, error);
    line.exit_status = exit_status;
    if (status == PIM_OK && line.help)
        print_command_help(stdout, command);
    else if (status == PIM_OK)
        status = command->run(&line, error);
    command_line_free(&line);
    return status;
}

static enum pim_status dispatch(int count, char **words, const struct command **command, int *exit_status,
                                struct pim_error *error)
{
    if (count < 2)
        return pim_fail(error, PIM_USAGE, "a command is missing");
    if (strcmp(words[1], "--help") == 0 || strcmp(words[1], "-h") == 0) {
        print_help(stdout);
        return PIM_OK;
    }
    if (strcmp(words[1], "--version") == 0 || strcmp(words[1], "-V") == 0)
        return print_version(stdout, error);
    *command = command_named(words[1]);
    if (!*command)
        return unknown_word(words[1], error);
    return run_command(*command, count - 2, words + 2, exit_status, error);
}

/* Messages about the user's files start with the file's name, so that editors find the place; all others with ours. */
static void report_error(const struct command *command, const struct pim_error *error)
{
    const char *name = command ? command->name : "";
    if (error->status == PIM_BAD_INPUT)
        fprintf(stderr, "%s\n", error->text);
    else
        fprintf(stderr, "pimento%s%s: %s\n", command ? " " : "", name, error->text);
    if (error->status == PIM_USAGE)
        fprintf(stderr, "Try 'pimento%s%s --help'.\n", command ? " " : "", name);
}

/* A standard stream that is closed stays one that cannot be written: no file of ours is to take its number. And a file that grows past
 * the limit of the shell is an error like any other.
 */
static void prepare_streams(void)
{
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (file >= 0 && file <= STDERR_FILENO)
        file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (file >= 0)
        close(file);
    signal(SIGXFSZ, SIG_IGN);
}

int main(int count, char **words)
{
    prepare_streams();
    struct pim_error error = {0};
    const struct command *command = NULL;
    int exit_status = -1;
    enum pim_status status = dispatch(count, words, &command, &exit_status, &error);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == PIM_OK)
        status = pim_fail(&error, PIM_IO, "writing to standard output failed");
    if (error.text[0])
        report_error(command, &error);
    return exit_status >= 0 ? exit_status : pim_status_exit(status);
}
