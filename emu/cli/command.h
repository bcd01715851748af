/* The commands of `pimento` as data: one table of commands, one table of options per command. The parser, --help, the
 * manual page and the bash completion all read these rows, so an option exists everywhere or nowhere.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdio.h>

#include "pim_error.h"

enum option_kind {
    OPTION_SWITCH,    /* takes nothing */
    OPTION_TEXT,      /* any text */
    OPTION_NUMBER,    /* unsigned integer in [minimum, maximum]; decimal or 0x... */
    OPTION_CHOICE,    /* one of `choices` */
    OPTION_FILE,      /* a file to read or write */
    OPTION_DIRECTORY,
    OPTION_TARGET,    /* name of a target, or a target file */
    OPTION_OUTPUT     /* [=FILE]: without one, standard output. A next word that is "-" or ends in `choices` counts as FILE */
};

struct option_row {
    const char *name;     /* long name without "--" */
    char letter;          /* short name, 0 when there is none */
    enum option_kind kind;
    const char *argument; /* as help shows it: "FILE"; NULL for a switch */
    const char *choices;  /* OPTION_CHOICE: "fast|reference"; OPTION_OUTPUT: file name ending, ".json" */
    uint64_t minimum, maximum; /* OPTION_NUMBER */
    bool repeatable;
    const char *help;
};

/* What the command line gave for one option. */
struct option_value {
    size_t count;         /* how often; 0: not given */
    const char **texts;   /* count + 1 entries, NULL-ended; a switch's texts and an OPTION_OUTPUT without FILE are "" */
    uint64_t number;      /* OPTION_NUMBER: the value; OPTION_CHOICE: its index */
};

struct command;

/* A parsed command line. `values` runs parallel to command->options, so that commands index it by their own enum. */
struct command_line {
    const struct command *command;
    struct option_value *values;
    const char **operands;
    size_t operand_count;
    bool help;            /* --help was given; then nothing else is checked */
    int *exit_status;     /* a command that runs a program of the user returns that program's status here; else -1 stays */
};

enum operand_kind { OPERAND_NONE, OPERAND_FILE, OPERAND_WORD, OPERAND_COMMAND };

struct command {
    const char *name;
    const char *operands;           /* as help shows them: "FILE" */
    enum operand_kind operand_kind; /* for completion */
    const char *operand_words;      /* OPERAND_WORD: "list|show" */
    void (*operand_names)(FILE *file); /* OPERAND_WORD: prints further words, each with a space in front; may be NULL */
    void (*operand_values)(FILE *file); /* OPERAND_WORD: prints bash cases of what follows an operand; may be NULL */
    const char *before_target;      /* OPERAND_WORD: the word that a target's name follows; may be NULL */
    size_t least_operands, most_operands;
    bool operands_end_options;      /* options stand before the operands, what follows belongs to the program that is run */
    const char *summary;            /* one line, no full stop */
    const char *description;        /* paragraphs, separated by empty lines */
    const struct option_row *options; /* ended by name == NULL; may be NULL */
    enum pim_status (*run)(const struct command_line *line, struct pim_error *error);
};

extern const struct command *const commands[]; /* NULL-ended, in the order of help */
const struct command *command_named(const char *name);

/* Parse the words after the command's name. Free with command_line_free, also after a failure. */
enum pim_status command_line_parse(const struct command *command, int count, char **words,
                                   struct command_line *line, struct pim_error *error);
void command_line_free(struct command_line *line);

/* The last text given for option `index`, or `otherwise`. */
const char *option_text(const struct command_line *line, size_t index, const char *otherwise);
/* The number (or index of the choice), or `otherwise`. */
uint64_t option_number(const struct command_line *line, size_t index, uint64_t otherwise);

/* Environment variables the command and the library read. Ended by name == NULL. */
struct environment_row { const char *name, *help; };
extern const struct environment_row environment_rows[];

#endif
