/* The note of our own instruction sets: its text, and what programs require. */
#include "own_sets.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int own_requirement(const struct instruction_set *set, const char *key, size_t length)
{
    for (int i = 0; set->requirements && set->requirements[i].key; i++)
        if (strlen(set->requirements[i].key) == length && memcmp(set->requirements[i].key, key, length) == 0)
            return i;
    return -1;
}

void own_require_code(const struct instruction_set *set, const void *words, size_t bytes, uint64_t least[ISA_MOST_REQUIREMENTS])
{
    for (size_t at = 0; set->require && at + set->word_bytes <= bytes; at += set->word_bytes) {
        uint64_t word = 0;
        memcpy(&word, (const char *)words + at, set->word_bytes); /* files and all hosts of pimento are little-endian */
        set->require(word, least);
    }
}

void own_require_space(const struct instruction_set *set, const struct isa_space *space, uint64_t addresses, uint64_t least[ISA_MOST_REQUIREMENTS])
{
    int row = space->requirement ? own_requirement(set, space->requirement, strlen(space->requirement)) : -1;
    if (row >= 0 && least[row] < addresses)
        least[row] = addresses;
}

size_t own_note_print(const struct instruction_set *set, const uint64_t least[ISA_MOST_REQUIREMENTS], char text[OWN_NOTE_BYTES])
{
    size_t length = (size_t)snprintf(text, OWN_NOTE_BYTES, "set=%s\nversion=%u\n", set->name, set->version);
    for (int i = 0; set->requirements && set->requirements[i].key; i++)
        if (least[i])
            length += (size_t)snprintf(text + length, OWN_NOTE_BYTES - length, "%s=%" PRIu64 "\n", set->requirements[i].key, least[i]);
    return length;
}

/* ---- reading ---- */

struct message {
    char *text;
    size_t size;
};

static bool wrong(const struct message *message, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(const struct message *message, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message->text, message->size, format, arguments);
    va_end(arguments);
    return false;
}

/* One key=value; what is between the signs, without them. */
struct line {
    const char *key, *value;
    size_t key_length, value_length;
};

static bool next_line(const char **at, const char *end, struct line *line, const struct message *message)
{
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    const char *sign = stop ? memchr(*at, '=', (size_t)(stop - *at)) : NULL;
    if (!stop)
        return wrong(message, "the note ends in the middle of a line, expected key=value and a newline");
    if (!sign)
        return wrong(message, "a line of the note has no '=', expected key=value");
    *line = (struct line){*at, sign + 1, (size_t)(sign - *at), (size_t)(stop - sign - 1)};
    *at = stop + 1;
    return true;
}

static bool is(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

/* Digits only, without zeros in front: one text for each number. */
static bool number(const struct line *line, uint64_t *value, const struct message *message)
{
    bool good = line->value_length > 0 && line->value[0] != '0';
    *value = 0;
    for (size_t i = 0; good && i < line->value_length; i++)
        good = line->value[i] >= '0' && line->value[i] <= '9' && !__builtin_mul_overflow(*value, UINT64_C(10), value) &&
               !__builtin_add_overflow(*value, (uint64_t)(line->value[i] - '0'), value);
    return good || wrong(message, "the note's %.*s is no number from 1 on, expected decimal digits", (int)line->key_length, line->key);
}

enum { LONGEST_SHOWN = 40 }; /* of a text from the file in a message */

static int shown(size_t length)
{
    return length < LONGEST_SHOWN ? (int)length : LONGEST_SHOWN;
}

/* The first line. The set is the file's only if it may be: own sets alone have a version. */
static bool read_set(const struct line *line, const struct instruction_set **set, const struct message *message)
{
    char names[128] = "";
    size_t length = 0;
    if (!is(line->key, line->key_length, "set"))
        return wrong(message, "the note begins with '%.*s', expected set=NAME", shown(line->key_length), line->key);
    for (const struct instruction_set *const *known = instruction_sets; *known; known++) {
        if (!set_has_note(*known))
            continue;
        if (is(line->value, line->value_length, (*known)->name)) {
            *set = *known;
            return true;
        }
        if (length < sizeof names)
            length += (size_t)snprintf(names + length, sizeof names - length, "%s%s", length ? ", " : "", (*known)->name);
    }
    return wrong(message, "the note is for instruction set '%.*s', expected one of: %s", shown(line->value_length), line->value, names);
}

static bool read_version(const struct line *line, const struct instruction_set *set, const struct message *message)
{
    uint64_t version;
    if (!is(line->key, line->key_length, "version"))
        return wrong(message, "the note's second line is '%.*s', expected version=NUMBER", shown(line->key_length), line->key);
    if (!number(line, &version, message))
        return false;
    return version == set->version || wrong(message, "the program is for version %" PRIu64 " of %s, expected version %u: assemble it again", version,
                                            set->name, set->version);
}

static bool read_requirement(const struct line *line, const struct instruction_set *set, uint64_t *least, const struct message *message)
{
    int row = own_requirement(set, line->key, line->key_length);
    if (row < 0)
        return wrong(message, "the note requires '%.*s', which %s does not know", shown(line->key_length), line->key, set->name);
    if (least[row])
        return wrong(message, "the note requires %s twice, expected it once", set->requirements[row].key);
    return number(line, &least[row], message);
}

bool own_note_parse(const char *text, size_t length, const struct instruction_set **set, uint64_t least[ISA_MOST_REQUIREMENTS], char *why,
                    size_t why_size)
{
    const struct message message = {why, why_size};
    const char *at = text, *end = text + length;
    struct line line;
    memset(least, 0, ISA_MOST_REQUIREMENTS * sizeof *least);
    if (!next_line(&at, end, &line, &message) || !read_set(&line, set, &message) || !next_line(&at, end, &line, &message) ||
        !read_version(&line, *set, &message))
        return false;
    while (at < end)
        if (!next_line(&at, end, &line, &message) || !read_requirement(&line, *set, least, &message))
            return false;
    return true;
}

/* ---- images ---- */

bool own_image_require(struct pim_image *image, const struct instruction_set *set, const uint64_t least[ISA_MOST_REQUIREMENTS])
{
    image->set_version = set->version;
    image->requirements = calloc(ISA_MOST_REQUIREMENTS, sizeof *image->requirements);
    if (!image->requirements)
        return false;
    for (int i = 0; set->requirements && set->requirements[i].key; i++)
        if (least[i])
            image->requirements[image->requirement_count++] = (struct pim_requirement){set->requirements[i].key, least[i]};
    return true;
}
