/* The assembler: statements and the two passes. */
#include "asm_internal.h"
#include "whole_file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- statements ---- */

static bool read_operand(struct assembler *a, struct isa_operand *operand)
{
    asm_skip_space(a);
    const char *at = a->at;
    *operand = (struct isa_operand){.kind = ISA_EXPRESSION, .column = asm_place(a, at).column};
    bool is_switch = at < a->end && *at == '!';
    size_t length = asm_name_length(at + is_switch, a->end);
    if (length && (is_switch || (a->set->reserved && a->set->reserved(at, length)))) {
        operand->kind = is_switch ? ISA_SWITCH : ISA_REGISTER_LIKE_NAME;
        operand->name = at + is_switch;
        operand->name_length = length;
        a->at += is_switch + length;
        return true;
    }
    struct asm_value value;
    if (!asm_expression(a, &value))
        return false;
    operand->value = asm_link_value(&value);
    operand->value_known = a->pass == 2 || (value.known && !value.section);
    operand->is_address = value.section;
    return true;
}

static bool read_operands(struct assembler *a, struct isa_operand *operands, size_t *count)
{
    *count = 0;
    if (asm_at_end(a))
        return true;
    do {
        if (*count == ASM_MOST_OPERANDS)
            return asm_error(a, a->at, "expected at most %d operands", ASM_MOST_OPERANDS);
        if (!read_operand(a, &operands[(*count)++]))
            return false;
    } while (asm_accept(a, ','));
    return asm_expect_end(a);
}

static void note_line(struct assembler *a)
{
    if (a->row_count == a->row_room) {
        size_t room = a->row_room ? a->row_room * 2 : 256;
        struct asm_line_row *larger = reallocarray(a->rows, room, sizeof *larger);
        if (!larger)
            asm_give_up(a, PIM_NO_MEMORY);
        a->rows = larger;
        a->row_room = room;
    }
    a->rows[a->row_count++] = (struct asm_line_row){a->section, a->section->size, a->line->file, a->line->number};
}

static bool instruction(struct assembler *a, const char *name, size_t length)
{
    struct isa_operand operands[ASM_MOST_OPERANDS];
    size_t count;
    if (!asm_space(a, a->section)->code)
        return asm_error(a, name, "an instruction in section '%s', expected it in code such as '.text'", a->section->name);
    if (a->pass == 1 && a->section->size % a->set->word_bytes) /* in pass 2 an error before it may have moved it */
        return asm_error(a, name, "the instruction is not aligned to %u bytes, expected '.align' before it", a->set->word_bytes);
    bool good = read_operands(a, operands, &count);
    if (a->pass == 1 || !good)
        return asm_emit_zeros(a, name, a->set->word_bytes) && good;
    char why[256] = "";
    int at_operand = -1;
    uint64_t word = 0;
    if (!a->set->assemble(name, length, operands, count, &word, why, sizeof why, &at_operand)) {
        bool points = at_operand >= 0 && (size_t)at_operand < count;
        asm_error(a, points ? a->line->text + operands[at_operand].column - 1 : name, "%s", why);
        word = 0;
    }
    if (a->options->debug_lines)
        note_line(a);
    return asm_emit(a, name, &word, a->set->word_bytes);
}

/* Labels, as many as there are. */
static bool labels(struct assembler *a)
{
    for (;;) {
        asm_skip_space(a);
        const char *at = a->at;
        size_t length = asm_name_length(at, a->end), digits = 0;
        while (!length && at + digits < a->end && isdigit((unsigned char)at[digits]))
            digits++;
        const char *colon = at + length + digits;
        while (colon < a->end && isspace((unsigned char)*colon))
            colon++;
        if (length + digits == 0 || colon == a->end || *colon != ':')
            return true;
        a->at = colon + 1;
        if (!(length ? asm_define_label(a, at, length) : asm_define_numbered_label(a, at, digits)))
            return false;
    }
}

/* `NAME = expression` */
static bool assignment(struct assembler *a, const char *name, size_t length)
{
    struct asm_value value;
    const char *start = a->at;
    if (!asm_expression(a, &value) || !asm_expect_end(a))
        return false;
    if (!value.known)
        return asm_error(a, start, "the value of '%.*s' has to be known here, without labels defined further down",
                         (int)length, name);
    return asm_define_constant(a, name, length, value, true);
}

static bool statement(struct assembler *a)
{
    const char *name;
    size_t length;
    if (!asm_skipping(a) && !labels(a))
        return false;
    if (asm_at_end(a))
        return true;
    name = a->at;
    length = asm_name_length(a->at, a->end);
    if (asm_is_condition(name, length)) {
        a->at += length;
        return asm_condition(a, name, length);
    }
    if (asm_skipping(a))
        return true;
    if (!asm_name(a, "a label, an instruction or a directive", &name, &length))
        return false;
    const struct asm_macro *macro = asm_find_macro(a, name, length);
    if (macro)
        return asm_expand_macro(a, macro, name);
    if (asm_at_end(a) || *a->at != '=') {
        if (a->set->mnemonic(name, length))
            return instruction(a, name, length);
        if (*name == '.')
            return asm_directive(a, name, length);
        return asm_error(a, name, "unknown instruction '%.*s' of %s", (int)length, name, a->set->name);
    }
    a->at++;
    return assignment(a, name, length);
}

/* ---- passes ---- */

static void run_statements(struct assembler *a)
{
    while (asm_next_statement(a)) {
        struct asm_section *section = a->section;
        uint64_t from = section->size;
        statement(a);
        if (a->pass == 2 && a->options->listing && section == a->section)
            asm_list_bytes(a, section, from);
    }
    a->line = NULL;
}

/* "NAME=expression" of the command line, as if it stood in front of the source. */
static void define_from_options(struct assembler *a)
{
    for (const char *const *definition = a->options->definitions; definition && *definition; definition++) {
        struct asm_line line = {.text = *definition, .shown = *definition, .file = "<definition>", .number = 1};
        size_t length = asm_name_length(*definition, *definition + strlen(*definition));
        a->line = &line;
        a->at = *definition + length;
        a->end = *definition + strlen(*definition);
        if (length == 0 || !asm_accept(a, '='))
            asm_error(a, a->at, "expected NAME=expression");
        else
            assignment(a, *definition, length);
        a->line = NULL;
    }
}

static bool run_pass(struct assembler *a, struct asm_file *file)
{
    asm_begin_pass(a);
    define_from_options(a);
    if (!asm_push_text(a, file))
        return false;
    run_statements(a);
    return true;
}

static enum pim_status produce(struct assembler *a, struct asm_output *output)
{
    if (a->options->listing) {
        asm_print(a, &a->listing, "%s", "");
        output->listing = (char *)a->listing.data;
        a->listing = (struct asm_buffer){0};
    }
    if (a->warnings.size) {
        output->warnings = (char *)a->warnings.data;
        a->warnings = (struct asm_buffer){0};
    }
    return asm_write_elf(a, output);
}

/* An executable that loads nothing is none. Some sets have bytes in front of what the source says, so that theirs always load something. */
static void check_content(struct assembler *a)
{
    for (size_t i = 0; i < a->section_count; i++)
        if (a->sections[i]->kind != ASM_RESERVED && a->sections[i]->size)
            return;
    asm_error_at(a, (struct pim_place){.file = a->top_name}, "there is nothing to load, expected at least one instruction");
}

static enum pim_status run(struct assembler *a, struct asm_file *file, struct asm_output *output)
{
    a->buckets = asm_allocate(a, ASM_BUCKETS * sizeof *a->buckets);
    a->macros = asm_allocate(a, ASM_BUCKETS * sizeof *a->macros);
    asm_create_sections(a);
    if (!run_pass(a, file) || !asm_lay_out(a))
        return asm_report(a);
    run_pass(a, file);
    asm_check_symbols(a);
    check_content(a);
    enum pim_status status = asm_report(a);
    return status ? status : produce(a, output);
}

static enum pim_status assemble(const char *name, const char *text, size_t size, const struct asm_options *options,
                                struct asm_output *output, struct pim_error *error)
{
    *output = (struct asm_output){0};
    struct assembler *a = calloc(1, sizeof *a);
    if (!a)
        return pim_fail(error, PIM_NO_MEMORY, "%s: out of memory", name);
    a->options = options;
    a->set = options->set;
    a->error = error;
    a->top_name = name;
    struct asm_file file = {.path = name, .bytes = text, .size = size};
    enum pim_status status = (enum pim_status)setjmp(a->give_up);
    if (status == PIM_OK)
        status = run(a, &file, output);
    else if (status == PIM_BAD_INPUT)
        status = asm_report(a);
    else
        pim_fail(error, status, "%s: %s", name, pim_status_meaning(status));
    asm_free_memory(a);
    free(a);
    if (status)
        asm_output_free(output);
    return status;
}

enum pim_status asm_text(const char *name, const char *text, const struct asm_options *options, struct asm_output *output,
                         struct pim_error *error)
{
    return assemble(name, text, strlen(text), options, output, error);
}

enum pim_status asm_file(const char *path, const struct asm_options *options, struct asm_output *output, struct pim_error *error)
{
    *output = (struct asm_output){0};
    char *text;
    size_t size;
    enum pim_status status = read_whole_file(path, ASM_LARGEST_SOURCE, &text, &size, error);
    if (status)
        return status;
    status = assemble(path, text, size, options, output, error);
    free(text);
    return status;
}

void asm_output_free(struct asm_output *output)
{
    free(output->elf);
    free(output->listing);
    free(output->warnings);
    *output = (struct asm_output){0};
}
