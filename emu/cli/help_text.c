/* --help, from the tables. */
#include <string.h>

#include "help_text.h"

enum { TEXT_WIDTH = 100, HELP_COLUMN = 30 };

int option_spelling(const struct option_row *row, char *text, size_t size)
{
    if (!row->argument)
        return snprintf(text, size, "--%s", row->name);
    const char *format = row->kind == OPTION_OUTPUT ? "--%s[=%s]" : "--%s=%s";
    return snprintf(text, size, format, row->name, row->argument);
}

/* Print `text` folded at spaces, from `column` on (the cursor stands at `at`); an empty line in the text stays one. */
static void print_folded(FILE *file, const char *text, int column, int at)
{
    bool first = true;
    while (*text) {
        int length = (int)strcspn(text, " \n");
        if (!first && at + 1 + length > TEXT_WIDTH) {
            fprintf(file, "\n%*s", column, "");
            at = column;
        } else if (!first) {
            fputc(' ', file);
            at++;
        }
        fprintf(file, "%.*s", length, text);
        at += length;
        text += length;
        first = text[0] == '\n' && text[1] == '\n';
        if (first) {
            fprintf(file, "\n\n%*s", column, "");
            at = column;
        }
        text += strspn(text, " \n");
    }
    fputc('\n', file);
}

static void print_entry(FILE *file, const char *entry, const char *help)
{
    int at = fprintf(file, "  %s", entry);
    if (at < HELP_COLUMN)
        at += fprintf(file, "%*s", HELP_COLUMN - at, "");
    else
        at = fprintf(file, "\n%*s", HELP_COLUMN, "") - 1;
    print_folded(file, help, HELP_COLUMN, at);
}

static void print_option(FILE *file, const struct option_row *row)
{
    char spelling[80], entry[96], help[512];
    option_spelling(row, spelling, sizeof spelling);
    if (row->letter)
        snprintf(entry, sizeof entry, "-%c, %s", row->letter, spelling);
    else
        snprintf(entry, sizeof entry, "    %s", spelling);
    snprintf(help, sizeof help, "%s%s", row->help, row->repeatable ? " (repeatable)" : "");
    print_entry(file, entry, help);
}

void print_command_help(FILE *file, const struct command *command)
{
    fprintf(file, "usage: pimento %s%s%s%s\n\n", command->name, command->options ? " [OPTION]..." : "",
            *command->operands ? " " : "", command->operands);
    print_folded(file, command->description, 0, 0);
    fputs("\nOptions:\n", file);
    for (const struct option_row *row = command->options; row && row->name; row++)
        print_option(file, row);
    print_entry(file, "    --help", "print this help");
}

void print_help(FILE *file)
{
    fputs("usage: pimento COMMAND [OPTION]... [OPERAND]...\n"
          "       pimento --help | --version\n\n"
          "Runs kernel binaries on simulated processing-in-memory: exact results, modelled time and energy.\n\n"
          "Commands:\n", file);
    for (const struct command *const *command = commands; *command; command++)
        print_entry(file, (*command)->name, (*command)->summary);
    fputs("\n`pimento COMMAND --help` explains one command; `man pimento` has all of it.\n", file);
}
