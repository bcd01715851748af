/* pimento.1, from the command tables, the status table and the back-ends' parameter tables. */
#include <string.h>

#include "help_text.h"

/* Text for roff: a backslash and a leading dot or quote would be taken as requests; a hyphen is to stay a hyphen. */
static void roff(FILE *file, const char *text)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", file);
        if (*text == '\\')
            fputs("\\e", file);
        else if (*text == '-')
            fputs("\\-", file);
        else if (text[0] == '\n' && text[1] == '\n')
            fputs("\n.PP", file);
        else
            fputc(*text, file);
        line_start = *text == '\n';
    }
}

static void line(FILE *file, const char *request, const char *text)
{
    fputs(request, file);
    roff(file, text);
    fputc('\n', file);
}

static void option_entry(FILE *file, const struct option_row *row)
{
    char spelling[80];
    option_spelling(row, spelling, sizeof spelling);
    fputs(".TP\n.B ", file);
    if (row->letter)
        fprintf(file, "\\-%c, ", row->letter);
    line(file, "", spelling);
    roff(file, row->help);
    fputs(row->repeatable ? " (repeatable).\n" : ".\n", file);
}

static void command_section(FILE *file, const struct command *command)
{
    fprintf(file, ".SS pimento %s", command->name);
    line(file, command->options ? " [OPTION]... " : " ", command->operands);
    line(file, "", command->description);
    for (const struct option_row *row = command->options; row && row->name; row++)
        option_entry(file, row);
}

static void parameter_entry(FILE *file, const struct pim_parameter *row)
{
    line(file, ".TP\n.B ", row->key);
    line(file, "", row->help);
    fputs(".br\n", file);
    if (row->type == PIM_CHOICE)
        fprintf(file, "One of %s; ", row->choices);
    else if (row->type != PIM_BOOL)
        fprintf(file, "From %s to %s%s%s; ", row->minimum, row->maximum, *row->unit ? " " : "", row->unit);
    fprintf(file, "default %s.\n.br\n", row->standard);
    line(file, "Source: ", row->source);
}

static void parameter_sections(FILE *file, const struct pim_registry *registry)
{
    const struct pim_backend *backend;
    for (size_t i = 0; (backend = pim_registry_at(registry, i)) != NULL; i++) {
        fprintf(file, ".SS Back-end %s\n", backend->name);
        line(file, "", backend->summary);
        for (const struct pim_parameter *row = backend->parameters; row->key; row++)
            parameter_entry(file, row);
    }
}

static void exit_section(FILE *file)
{
    static const struct { int exit_status; const char *meaning; } rows[] = {
#define EXIT_ROW(name, exit_status, meaning) {exit_status, meaning},
        PIM_STATUS_MAP(EXIT_ROW)
#undef EXIT_ROW
    };
    fputs(".SH EXIT STATUS\n", file);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fprintf(file, ".TP\n.B %d\n", rows[i].exit_status);
        line(file, "", rows[i].meaning);
    }
}

void print_manual_page(FILE *file, const struct pim_registry *registry)
{
    fprintf(file, ".TH PIMENTO 1 \"\" \"pimento %s\" \"User Commands\"\n", pim_version());
    fputs(".SH NAME\npimento \\- run kernel binaries on simulated processing\\-in\\-memory\n"
          ".SH SYNOPSIS\n.B pimento\n.I COMMAND\n[OPTION]... [OPERAND]...\n.br\n.B pimento \\-\\-help | \\-\\-version\n"
          ".SH DESCRIPTION\nA functional and cycle\\-approximate emulator of processing\\-in\\-memory. Results are exact; time and\n"
          "energy follow a model whose every constant names its source.\n"
          "Options and operands may come in any order, except those of \\fBpimento host\\fR; \\-\\- ends the options.\n"
          ".SH COMMANDS\n", file);
    for (const struct command *const *command = commands; *command; command++)
        command_section(file, *command);
    fputs(".SH PARAMETERS\nKeys for \\-\\-set and for target files.\n", file);
    parameter_sections(file, registry);
    exit_section(file);
    fputs(".SH ENVIRONMENT\n", file);
    for (const struct environment_row *row = environment_rows; row->name; row++) {
        line(file, ".TP\n.B ", row->name);
        line(file, "", row->help);
    }
    fputs(".SH SEE ALSO\n.BR readelf (1),\n.BR objdump (1),\n.BR pkg\\-config (1),\n.BR ld.so (8)\n.PP\n"
          "The guides are installed in the folder\n.IR doc/pimento ,\ncommands.md and upmem\\-host.md to begin with.\n", file);
}
