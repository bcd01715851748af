/* `.macro` and `.rept`: blocks of lines that are read again. */
#include "asm_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- blocks ---- */

static bool line_begins_with(const struct asm_line *line, const char *word)
{
    const char *at = line->text + strspn(line->text, " \t\r");
    return asm_same(at, asm_name_length(at, at + strlen(at)), word);
}

/* The lines up to the one that begins with `close`; they belong to the innermost frame. */
static bool block_lines(struct assembler *a, const char *at, const char *open, const char *close, struct asm_lines *lines)
{
    struct asm_frame *frame = a->frame;
    if (frame->rest && frame->rest[strspn(frame->rest, " \t\r")])
        return asm_error(a, frame->rest, "expected the block of '%s' on the lines below", open);
    frame->rest = NULL;
    *lines = (struct asm_lines){.line = frame->lines.line + frame->next};
    unsigned depth = 1;
    struct asm_line line;
    while (asm_next_line(a, &line)) {
        depth += line_begins_with(&line, open);
        depth -= line_begins_with(&line, close);
        if (depth == 0)
            return true;
        lines->count++;
    }
    return asm_error(a, at, "this '%s' has no '%s'", open, close);
}

bool asm_repeat(struct assembler *a, const char *at)
{
    int64_t rounds;
    struct asm_lines lines;
    if (!asm_constant(a, "the number of repetitions", &rounds) || !asm_expect_end(a) ||
        !block_lines(a, at, ".rept", ".endr", &lines))
        return false;
    if (rounds < 0)
        return asm_error(a, at, "%lld repetitions, expected at least 0", (long long)rounds);
    if (a->frame->depth == ASM_MOST_NESTING)
        return asm_error(a, at, "repetitions are nested deeper than %d", ASM_MOST_NESTING);
    if (rounds && lines.count)
        asm_push_frame(a, (struct asm_frame){.kind = ASM_REPEAT, .name = ".rept", .lines = lines,
                                             .rounds_left = (uint64_t)rounds - 1});
    return true;
}

/* ---- definition ---- */

const struct asm_macro *asm_find_macro(const struct assembler *a, const char *name, size_t length)
{
    for (const struct asm_macro *macro = a->macros[asm_bucket(name, length)]; macro; macro = macro->next)
        if (asm_same(name, length, macro->name))
            return macro;
    return NULL;
}

static const char *trimmed_end(const char *start, const char *end)
{
    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    return end;
}

/* An argument ends at a comma outside of quotes and parentheses. */
static const char *argument_end(const char *at, const char *end)
{
    int depth = 0;
    while (at < end && (*at != ',' || depth > 0)) {
        depth += (*at == '(') - (*at == ')');
        at = *at == '"' || *at == '\'' ? asm_past_quoted(at, end) : at + 1;
    }
    return at;
}

static char *take_argument(struct assembler *a, bool to_the_end)
{
    asm_skip_space(a);
    const char *start = a->at;
    a->at = to_the_end ? a->end : argument_end(a->at, a->end);
    return asm_copy_text(a, start, (size_t)(trimmed_end(start, a->at) - start));
}

/* `name`, `name=preset`, `name:req` or `name:vararg`. */
static bool read_parameter(struct assembler *a, struct asm_parameter *parameter)
{
    const char *name;
    size_t length;
    if (!asm_name(a, "a parameter", &name, &length))
        return false;
    parameter->name = asm_copy_text(a, name, length);
    if (asm_accept(a, '=')) {
        parameter->preset = take_argument(a, false);
    } else if (asm_accept(a, ':')) {
        if (!asm_name(a, "'req' or 'vararg'", &name, &length))
            return false;
        parameter->required = asm_same(name, length, "req");
        parameter->takes_rest = asm_same(name, length, "vararg");
        if (!parameter->required && !parameter->takes_rest)
            return asm_error(a, name, "expected 'req' or 'vararg'");
    }
    return true;
}

static bool read_parameters(struct assembler *a, struct asm_macro *macro)
{
    macro->parameters = asm_allocate(a, ASM_MOST_OPERANDS * sizeof *macro->parameters);
    while (!asm_at_end(a)) {
        if (macro->parameter_count == ASM_MOST_OPERANDS)
            return asm_error(a, a->at, "expected at most %d parameters", ASM_MOST_OPERANDS);
        if (!read_parameter(a, &macro->parameters[macro->parameter_count++]))
            return false;
        asm_accept(a, ',');
    }
    return true;
}

/* The frame that the lines come from may be gone when the macro is called. */
static struct asm_lines copy_lines(struct assembler *a, struct asm_lines lines)
{
    struct asm_line *copies = asm_allocate(a, (lines.count ? lines.count : 1) * sizeof *copies);
    for (size_t i = 0; i < lines.count; i++) {
        copies[i] = lines.line[i];
        copies[i].text = copies[i].shown = asm_copy_text(a, lines.line[i].text, strlen(lines.line[i].text));
    }
    return (struct asm_lines){copies, lines.count};
}

bool asm_define_macro(struct assembler *a, const char *at)
{
    const char *name;
    size_t length;
    struct asm_macro *macro = asm_allocate(a, sizeof *macro);
    struct asm_lines body;
    bool good = asm_name(a, "the name of the macro", &name, &length);
    if (good)
        asm_accept(a, ',');
    good = good && read_parameters(a, macro);
    if (!block_lines(a, at, ".macro", ".endm", &body) || !good)
        return false;
    if (asm_find_macro(a, name, length))
        return asm_error(a, name, "macro '%.*s' is already defined", (int)length, name);
    macro->name = asm_copy_text(a, name, length);
    macro->body = copy_lines(a, body);
    struct asm_macro **bucket = &a->macros[asm_bucket(name, length)];
    macro->next = *bucket;
    *bucket = macro;
    return true;
}

/* ---- call ---- */

struct arguments {
    const char *text[ASM_MOST_OPERANDS];
};

static struct asm_parameter *named_parameter(struct assembler *a, const struct asm_macro *macro, size_t *index)
{
    size_t length = asm_name_length(a->at, a->end);
    const char *after = a->at + length;
    if (length == 0 || after == a->end || *after != '=' || (after + 1 < a->end && after[1] == '='))
        return NULL;
    for (size_t i = 0; i < macro->parameter_count; i++) {
        if (asm_same(a->at, length, macro->parameters[i].name)) {
            *index = i;
            a->at = after + 1;
            return &macro->parameters[i];
        }
    }
    return NULL;
}

static bool read_arguments(struct assembler *a, const struct asm_macro *macro, struct arguments *arguments)
{
    size_t position = 0;
    while (!asm_at_end(a)) {
        size_t index = position;
        const struct asm_parameter *parameter = named_parameter(a, macro, &index);
        if (!parameter && position >= macro->parameter_count)
            return asm_error(a, a->at, "macro '%s' takes %zu arguments", macro->name, macro->parameter_count);
        arguments->text[index] = take_argument(a, macro->parameters[index].takes_rest);
        position = index + 1;
        if (!asm_at_end(a) && !asm_expect(a, ','))
            return false;
    }
    for (size_t i = 0; i < macro->parameter_count; i++) {
        const struct asm_parameter *parameter = &macro->parameters[i];
        if (arguments->text[i] && *arguments->text[i])
            continue;
        if (parameter->required)
            return asm_error(a, a->at, "macro '%s' needs an argument for '%s'", macro->name, parameter->name);
        arguments->text[i] = parameter->preset ? parameter->preset : "";
    }
    return true;
}

/* What stands for the text behind a backslash; its length goes to *skip, 0 when it is nothing of ours. */
static const char *replacement(struct assembler *a, const struct asm_macro *macro, const struct arguments *arguments,
                               const char *at, char *number, size_t number_size, size_t *skip)
{
    if (*at == '@') {
        *skip = 1;
        snprintf(number, number_size, "%llu", (unsigned long long)a->expansions);
        return number;
    }
    if (at[0] == '(' && at[1] == ')') {
        *skip = 2;
        return "";
    }
    size_t length = asm_name_length(at, at + strlen(at));
    for (; length > 0; length--) { /* `\name.w`: a name may end before the dot */
        for (size_t i = 0; i < macro->parameter_count; i++) {
            if (asm_same(at, length, macro->parameters[i].name)) {
                *skip = length;
                return arguments->text[i];
            }
        }
        while (length > 1 && at[length - 1] != '.')
            length--;
    }
    *skip = 0;
    return NULL;
}

static void substitute_line(struct assembler *a, const struct asm_macro *macro, const struct arguments *arguments,
                            const char *text)
{
    char number[24];
    while (*text) {
        size_t plain = strcspn(text, "\\"), skip = 0;
        asm_append(a, &a->expansion, text, plain);
        text += plain;
        if (!*text)
            break;
        const char *other = replacement(a, macro, arguments, text + 1, number, sizeof number, &skip);
        if (other)
            asm_append(a, &a->expansion, other, strlen(other));
        else
            asm_append(a, &a->expansion, text, 1);
        text += 1 + skip;
    }
    asm_append_zeros(a, &a->expansion, 1);
}

/* The lines stand behind their text in the one buffer that the frame will own. */
static struct asm_lines index_expansion(struct assembler *a, const struct asm_macro *macro)
{
    size_t alignment = _Alignof(struct asm_line);
    asm_append_zeros(a, &a->expansion, -a->expansion.size & (alignment - 1));
    size_t table = a->expansion.size;
    asm_append_zeros(a, &a->expansion, macro->body.count * sizeof(struct asm_line));
    struct asm_line *lines = (struct asm_line *)(a->expansion.data + table);
    const char *text = (const char *)a->expansion.data;
    for (size_t i = 0; i < macro->body.count; i++) {
        lines[i] = macro->body.line[i];
        lines[i].text = lines[i].shown = text;
        text += strlen(text) + 1;
    }
    return (struct asm_lines){lines, macro->body.count};
}

bool asm_expand_macro(struct assembler *a, const struct asm_macro *macro, const char *at)
{
    struct arguments arguments = {0};
    if (!read_arguments(a, macro, &arguments))
        return false;
    if (a->frame->depth == ASM_MOST_NESTING)
        return asm_error(a, at, "macros are nested deeper than %d", ASM_MOST_NESTING);
    a->expansion.size = 0;
    for (size_t i = 0; i < macro->body.count; i++) {
        substitute_line(a, macro, &arguments, macro->body.line[i].text);
        if (a->expansion.size > ASM_LARGEST_EXPANSION)
            return asm_error(a, at, "this call of '%s' expands to more than %d bytes", macro->name, ASM_LARGEST_EXPANSION);
    }
    a->expansions++;
    if (macro->body.count == 0)
        return true;
    struct asm_frame frame = {.kind = ASM_MACRO, .name = macro->name, .lines = index_expansion(a, macro), .owned = a->expansion};
    a->expansion = (struct asm_buffer){0};
    asm_push_frame(a, frame);
    return true;
}
