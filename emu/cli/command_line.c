/* The option parser: reads the words of a command line by the command's option table. GNU habits: options and operands
 * in any order (unless the command says that operands end the options), `--name=value` or `--name value`, `-nvalue` or `-n value`,
 * `-ab` for two switches, `--` ends the options. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "number_text.h"
#include "spelling.h"

static size_t option_count(const struct command *command)
{
    size_t count = 0;
    while (command->options && command->options[count].name)
        count++;
    return count;
}

static enum pim_status unknown_option(const struct command *command, const char *word,
                                      struct pim_error *error)
{
    struct pim_spelling spelling = {.word = word + 2};
    if (strncmp(word, "--", 2) == 0) {
        for (size_t i = 0; i < option_count(command); i++)
            pim_spelling_offer(&spelling, command->options[i].name);
        pim_spelling_offer(&spelling, "help");
    }
    if (spelling.closest)
        return pim_fail(error, PIM_USAGE, "unknown option '%s', did you mean '--%s'?", word, spelling.closest);
    return pim_fail(error, PIM_USAGE, "unknown option '%s'", word);
}

static const struct option_row *option_named(const struct command *command, const char *name,
                                             size_t length)
{
    for (size_t i = 0; i < option_count(command); i++)
        if (strlen(command->options[i].name) == length && memcmp(command->options[i].name, name, length) == 0)
            return &command->options[i];
    return NULL;
}

static const struct option_row *option_lettered(const struct command *command, char letter)
{
    for (size_t i = 0; i < option_count(command); i++)
        if (command->options[i].letter == letter)
            return &command->options[i];
    return NULL;
}

static bool parse_choice(const char *choices, const char *text, uint64_t *index)
{
    *index = 0;
    for (const char *choice = choices;; choice++, ++*index) {
        size_t length = strcspn(choice, "|");
        if (strlen(text) == length && memcmp(text, choice, length) == 0)
            return true;
        choice += length;
        if (*choice == '\0')
            return false;
    }
}

static enum pim_status check_value(const struct option_row *row, const char *text,
                                   struct option_value *value, struct pim_error *error)
{
    switch (row->kind) {
    case OPTION_NUMBER:
        if (pim_parse_integer(text, &value->number) != PIM_NUMBER_OK || value->number < row->minimum || value->number > row->maximum)
            return pim_fail(error, PIM_USAGE, "--%s: '%s' is not a number from %llu to %llu", row->name, text,
                            (unsigned long long)row->minimum, (unsigned long long)row->maximum);
        return PIM_OK;
    case OPTION_CHOICE:
        if (!parse_choice(row->choices, text, &value->number))
            return pim_fail(error, PIM_USAGE, "--%s: '%s' is not one of %s", row->name, text, row->choices);
        return PIM_OK;
    case OPTION_TEXT: case OPTION_FILE: case OPTION_DIRECTORY: case OPTION_TARGET:
        if (*text == '\0')
            return pim_fail(error, PIM_USAGE, "--%s needs a value: %s", row->name, row->argument);
        return PIM_OK;
    case OPTION_SWITCH: case OPTION_OUTPUT:
        return PIM_OK;
    }
    return PIM_OK;
}

/* `text` is NULL for a switch and for an output without a file. */
static enum pim_status add_value(struct command_line *line, const struct option_row *row,
                                 const char *text, struct pim_error *error)
{
    struct option_value *value = &line->values[row - line->command->options];
    if (value->count > 0 && !row->repeatable && row->kind != OPTION_SWITCH)
        return pim_fail(error, PIM_USAGE, "--%s is given twice", row->name);
    const char **texts = realloc(value->texts, (value->count + 2) * sizeof *texts);
    if (!texts)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    value->texts = texts;
    texts[value->count++] = text ? text : "";
    texts[value->count] = NULL;
    return check_value(row, text ? text : "", value, error);
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), ending_length = strlen(ending);
    return length >= ending_length && strcmp(text + length - ending_length, ending) == 0;
}

/* Words still to read. */
struct words { int count; char **next; };

/* The value of an option that has none attached: the next word, when the option takes it. */
static enum pim_status detached_value(const struct option_row *row, struct words *words,
                                      const char **text, struct pim_error *error)
{
    *text = NULL;
    if (row->kind == OPTION_SWITCH)
        return PIM_OK;
    if (row->kind == OPTION_OUTPUT) {
        if (words->count == 0 || (strcmp(words->next[0], "-") != 0 && !ends_with(words->next[0], row->choices)))
            return PIM_OK;
    } else if (words->count == 0) {
        return pim_fail(error, PIM_USAGE, "--%s needs a value: %s", row->name, row->argument);
    }
    *text = *words->next++;
    words->count--;
    return PIM_OK;
}

static enum pim_status parse_long(struct command_line *line, const char *word, struct words *words,
                                  struct pim_error *error)
{
    const char *name = word + 2;
    size_t length = strcspn(name, "=");
    const char *text = name[length] == '=' ? name + length + 1 : NULL;
    const struct option_row *row = option_named(line->command, name, length);
    if (!row && strcmp(name, "help") == 0) {
        line->help = true;
        return PIM_OK;
    }
    if (!row)
        return unknown_option(line->command, word, error);
    if (text && row->kind == OPTION_SWITCH)
        return pim_fail(error, PIM_USAGE, "--%s takes no value", row->name);
    if (!text) {
        enum pim_status status = detached_value(row, words, &text, error);
        if (status != PIM_OK)
            return status;
    }
    return add_value(line, row, text, error);
}

static enum pim_status parse_letters(struct command_line *line, const char *word, struct words *words,
                                     struct pim_error *error)
{
    for (const char *letter = word + 1; *letter; letter++) {
        const struct option_row *row = option_lettered(line->command, *letter);
        if (!row)
            return unknown_option(line->command, word, error);
        const char *text = NULL;
        bool attached = row->kind != OPTION_SWITCH && letter[1] != '\0';
        if (attached)
            text = letter + 1;
        enum pim_status status = attached ? PIM_OK : detached_value(row, words, &text, error);
        if (status == PIM_OK)
            status = add_value(line, row, text, error);
        if (status != PIM_OK || attached)
            return status;
    }
    return PIM_OK;
}

static enum pim_status check_operands(const struct command_line *line, struct pim_error *error)
{
    const struct command *command = line->command;
    if (line->operand_count < command->least_operands)
        return pim_fail(error, PIM_USAGE, "an operand is missing: %s", command->operands);
    if (line->operand_count <= command->most_operands)
        return PIM_OK;
    const char *extra = line->operands[command->most_operands];
    for (size_t i = 0; i < option_count(command); i++)
        if (command->options[i].kind == OPTION_OUTPUT && line->values[i].count > 0)
            return pim_fail(error, PIM_USAGE, "unexpected operand '%s'; write --%s=FILE to name the output file",
                            extra, command->options[i].name);
    return pim_fail(error, PIM_USAGE, "unexpected operand '%s'", extra);
}

static enum pim_status parse_word(struct command_line *line, struct words *words, bool *operands_only,
                                  struct pim_error *error)
{
    char *word = *words->next++;
    words->count--;
    if (*operands_only || word[0] != '-' || word[1] == '\0') {
        line->operands[line->operand_count++] = word;
        *operands_only |= line->command->operands_end_options;
        return PIM_OK;
    }
    if (strcmp(word, "--") == 0) {
        *operands_only = true;
        return PIM_OK;
    }
    return word[1] == '-' ? parse_long(line, word, words, error) : parse_letters(line, word, words, error);
}

enum pim_status command_line_parse(const struct command *command, int count, char **words,
                                   struct command_line *line, struct pim_error *error)
{
    *line = (struct command_line){.command = command};
    for (int i = 0; !command->operands_end_options && i < count && strcmp(words[i], "--") != 0; i++)
        if (strcmp(words[i], "--help") == 0)
            line->help = true;
    if (line->help)
        return PIM_OK;
    line->values = calloc(option_count(command) + 1, sizeof *line->values);
    line->operands = calloc((size_t)count + 1, sizeof *line->operands);
    if (!line->values || !line->operands)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    struct words left = {count, words};
    bool operands_only = false;
    enum pim_status status = PIM_OK;
    while (status == PIM_OK && !line->help && left.count > 0)
        status = parse_word(line, &left, &operands_only, error);
    return status == PIM_OK && !line->help ? check_operands(line, error) : status;
}

void command_line_free(struct command_line *line)
{
    for (size_t i = 0; line->values && i < option_count(line->command); i++)
        free(line->values[i].texts);
    free(line->values);
    free(line->operands);
}

const char *option_text(const struct command_line *line, size_t index, const char *otherwise)
{
    const struct option_value *value = &line->values[index];
    return value->count > 0 ? value->texts[value->count - 1] : otherwise;
}

uint64_t option_number(const struct command_line *line, size_t index, uint64_t otherwise)
{
    return line->values[index].count > 0 ? line->values[index].number : otherwise;
}
