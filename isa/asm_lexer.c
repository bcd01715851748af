/* Characters: names, numbers, quoted text, comments. The cursor a->at moves inside one statement. */
#include "config.h" /* GNU extensions of the C library */

#include "asm_internal.h"

#include <ctype.h>
#include <string.h>

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

static bool is_name_part(char c)
{
    return is_name_start(c) || isdigit((unsigned char)c);
}

bool asm_same(const char *name, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(name, word, length) == 0;
}

void asm_skip_space(struct assembler *a)
{
    while (a->at < a->end && isspace((unsigned char)*a->at))
        a->at++;
}

bool asm_at_end(struct assembler *a)
{
    asm_skip_space(a);
    return a->at == a->end;
}

bool asm_accept(struct assembler *a, char wanted)
{
    if (asm_at_end(a) || *a->at != wanted)
        return false;
    a->at++;
    return true;
}

bool asm_expect(struct assembler *a, char wanted)
{
    if (asm_accept(a, wanted))
        return true;
    return asm_error(a, a->at, "expected '%c'", wanted);
}

bool asm_expect_end(struct assembler *a)
{
    if (asm_at_end(a))
        return true;
    return asm_error(a, a->at, "unexpected text, expected the end of the statement");
}

/* 0 when no name starts here. */
size_t asm_name_length(const char *at, const char *end)
{
    if (at == end || !is_name_start(*at))
        return 0;
    size_t length = 1;
    while (at + length < end && is_name_part(at[length]))
        length++;
    return length;
}

bool asm_name(struct assembler *a, const char *what, const char **name, size_t *length)
{
    asm_skip_space(a);
    *name = a->at;
    *length = asm_name_length(a->at, a->end);
    if (*length == 0)
        return asm_error(a, a->at, "expected %s", what);
    a->at += *length;
    return true;
}

static int digit_value(char c)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    if (isxdigit((unsigned char)c))
        return tolower((unsigned char)c) - 'a' + 10;
    return 16;
}

/* 0x hexadecimal, 0b binary, 0 octal, else decimal; up to 64 bits. */
bool asm_number(struct assembler *a, int64_t *number)
{
    const char *start = a->at;
    unsigned base = 10;
    char second = a->at + 1 < a->end ? (char)tolower((unsigned char)a->at[1]) : '\0';
    if (*a->at == '0' && (second == 'x' || second == 'b')) {
        base = second == 'x' ? 16 : 2;
        a->at += 2;
    } else if (*a->at == '0') {
        base = 8;
    }
    uint64_t value = 0;
    const char *digits = a->at;
    bool overflow = false;
    for (; a->at < a->end && digit_value(*a->at) < (int)base; a->at++)
        overflow |= __builtin_mul_overflow(value, base, &value) ||
                    __builtin_add_overflow(value, (uint64_t)digit_value(*a->at), &value);
    if (a->at == digits || (a->at < a->end && is_name_part(*a->at)))
        return asm_error(a, a->at, "expected a digit of a base %u number", base);
    if (overflow)
        return asm_error(a, start, "the number needs more than 64 bits");
    *number = (int64_t)value;
    return true;
}

/* One character of quoted text, after its backslash if it has one. */
static bool escaped(struct assembler *a, unsigned char *character)
{
    static const char letters[] = "abefnrtv0\\'\"", codes[] = "\a\b\033\f\n\r\t\v\0\\'\"";
    if (a->at == a->end)
        return asm_error(a, a->at, "expected a character after the backslash");
    if (*a->at == 'x') {
        const char *start = a->at++;
        unsigned value = 0;
        while (a->at < a->end && a->at - start <= 2 && digit_value(*a->at) < 16)
            value = value * 16 + (unsigned)digit_value(*a->at++);
        if (a->at == start + 1)
            return asm_error(a, a->at, "expected hexadecimal digits after '\\x'");
        *character = (unsigned char)value;
        return true;
    }
    const char *letter = memchr(letters, *a->at, sizeof letters - 1);
    if (!letter)
        return asm_error(a, a->at, "unknown escape, expected one of a b e f n r t v 0 x \\ ' \"");
    *character = (unsigned char)codes[letter - letters];
    a->at++;
    return true;
}

static bool quoted_character(struct assembler *a, unsigned char *character)
{
    *character = (unsigned char)*a->at++;
    return *character != '\\' || escaped(a, character);
}

bool asm_character(struct assembler *a, int64_t *number)
{
    const char *start = a->at++;
    unsigned char character;
    if (a->at == a->end || *a->at == '\'')
        return asm_error(a, start, "expected a character between the quotes");
    if (!quoted_character(a, &character))
        return false;
    if (a->at == a->end || *a->at != '\'')
        return asm_error(a, start, "expected a closing quote after one character");
    a->at++;
    *number = character;
    return true;
}

bool asm_string(struct assembler *a, const char **text, size_t *length)
{
    asm_skip_space(a);
    const char *start = a->at;
    if (a->at == a->end || *a->at != '"')
        return asm_error(a, a->at, "expected a text in double quotes");
    a->at++;
    a->scratch.size = 0;
    while (a->at < a->end && *a->at != '"') {
        unsigned char character;
        if (!quoted_character(a, &character))
            return false;
        asm_append(a, &a->scratch, &character, 1);
    }
    if (a->at == a->end)
        return asm_error(a, start, "the text has no closing quote");
    a->at++;
    *length = a->scratch.size;
    asm_append_zeros(a, &a->scratch, 1);
    *text = (const char *)a->scratch.data;
    return true;
}

const char *asm_past_quoted(const char *at, const char *end)
{
    char quote = *at++;
    while (at < end && *at != quote && *at != '\n')
        at += *at == '\\' && at + 1 < end && at[1] != '\n' ? 2 : 1;
    return at < end && *at == quote ? at + 1 : at;
}

/* The `;` or the end of the line. */
const char *asm_statement_end(const char *at)
{
    const char *end = at + strlen(at);
    while (at < end && *at != ';')
        at = *at == '"' || *at == '\'' ? asm_past_quoted(at, end) : at + 1;
    return at;
}

static char *blank(char *from, const char *to)
{
    for (; from < to; from++)
        if (*from != '\n')
            *from = ' ';
    return from;
}

static bool first_on_line(const char *text, const char *at)
{
    while (at > text && at[-1] != '\n' && isspace((unsigned char)at[-1]))
        at--;
    return at == text || at[-1] == '\n';
}

/* Replace comments by spaces. False when one is not closed; then line and column say where it starts. */
bool asm_blank_comments(char *text, size_t size, unsigned *line, unsigned *column)
{
    char *end = text + size, *at = text;
    while (at < end) {
        if (*at == '"' || *at == '\'') {
            at = text + (asm_past_quoted(at, end) - text);
        } else if ((*at == '/' && at + 1 < end && at[1] == '/') || (*at == '#' && first_on_line(text, at))) {
            char *stop = memchr(at, '\n', (size_t)(end - at));
            at = blank(at, stop ? stop : end);
        } else if (*at == '/' && at + 1 < end && at[1] == '*') {
            char *stop = memmem(at + 2, (size_t)(end - at) - 2, "*/", 2);
            if (!stop) {
                *line = 1;
                *column = 1;
                for (const char *p = text; p < at; p++) {
                    *column = *p == '\n' ? 1 : *column + 1;
                    *line += *p == '\n';
                }
                return false;
            }
            at = blank(at, stop + 2);
        } else {
            at++;
        }
    }
    return true;
}
