/* The table of directives, and those that produce no bytes. */
#include "asm_internal.h"
#include "own_sets.h"

#include <inttypes.h>
#include <string.h>

static bool section_directive(struct assembler *a, const char *at, int unused)
{
    (void)at;
    (void)unused;
    const char *name;
    size_t length;
    bool no_bits = false;
    if (!asm_name(a, "the name of a section", &name, &length))
        return false;
    while (asm_accept(a, ',')) {
        const char *text, *type;
        size_t text_length, type_length;
        asm_skip_space(a);
        if (a->at < a->end && *a->at == '"') { /* flags: the space decides them */
            if (!asm_string(a, &text, &text_length))
                return false;
            continue;
        }
        if (!asm_accept(a, '@') && !asm_accept(a, '%'))
            return asm_error(a, a->at, "expected flags in double quotes, @progbits or @nobits");
        if (!asm_name(a, "progbits or nobits", &type, &type_length))
            return false;
        no_bits = asm_same(type, type_length, "nobits");
        if (!no_bits && !asm_same(type, type_length, "progbits"))
            return asm_error(a, type, "expected @progbits or @nobits");
    }
    return asm_expect_end(a) && asm_enter_section(a, name, length, no_bits);
}

/* .text, .data, ...: the directive is the name. */
static bool named_section(struct assembler *a, const char *at, int unused)
{
    (void)unused;
    return asm_expect_end(a) && asm_enter_section(a, at, asm_name_length(at, a->end), false);
}

static bool visibility(struct assembler *a, const char *at, int global)
{
    (void)at;
    do {
        const char *name;
        size_t length;
        if (!asm_name(a, "a symbol", &name, &length))
            return false;
        struct asm_symbol *symbol = asm_symbol(a, name, length);
        *(global ? &symbol->global : &symbol->local) = true;
        if (a->pass == 1 && symbol->global && symbol->local)
            return asm_error(a, name, "'%s' is declared both global and local", symbol->name);
    } while (asm_accept(a, ','));
    return asm_expect_end(a);
}

static bool constant_directive(struct assembler *a, const char *at, int may_change)
{
    const char *name;
    size_t length;
    if (!asm_name(a, "a symbol", &name, &length) || !asm_expect(a, ','))
        return false;
    asm_skip_space(a);
    const char *start = a->at;
    struct asm_value value;
    if (!asm_expression(a, &value) || !asm_expect_end(a))
        return false;
    if (!value.known)
        return asm_error(a, start, "the value of '%.*s' has to be known here, without labels defined further down",
                         (int)length, name);
    (void)at;
    return asm_define_constant(a, name, length, value, may_change);
}

static bool type_directive(struct assembler *a, const char *at, int unused)
{
    (void)at;
    (void)unused;
    const char *name, *type;
    size_t length, type_length;
    if (!asm_name(a, "a symbol", &name, &length) || !asm_expect(a, ','))
        return false;
    if (!asm_accept(a, '@') && !asm_accept(a, '%'))
        return asm_error(a, a->at, "expected @function, @object or @notype");
    if (!asm_name(a, "function, object or notype", &type, &type_length))
        return false;
    struct asm_symbol *symbol = asm_symbol(a, name, length);
    symbol->type_given = true;
    if (asm_same(type, type_length, "function"))
        symbol->type = ASM_FUNCTION;
    else if (asm_same(type, type_length, "object"))
        symbol->type = ASM_OBJECT;
    else if (asm_same(type, type_length, "notype"))
        symbol->type = ASM_UNTYPED;
    else
        return asm_error(a, type, "expected @function, @object or @notype");
    return asm_expect_end(a);
}

static bool size_directive(struct assembler *a, const char *at, int unused)
{
    (void)at;
    (void)unused;
    const char *name;
    size_t length;
    struct asm_value value;
    if (!asm_name(a, "a symbol", &name, &length) || !asm_expect(a, ','))
        return false;
    asm_skip_space(a);
    const char *start = a->at;
    if (!asm_expression(a, &value) || !asm_expect_end(a))
        return false;
    struct asm_symbol *symbol = asm_symbol(a, name, length);
    if (a->pass == 1)
        return true;
    if (value.section || value.number < 0)
        return asm_error(a, start, "the size of '%s' has to be a number of bytes", symbol->name);
    symbol->size = (uint64_t)value.number;
    symbol->size_given = true;
    return true;
}

static bool include_directive(struct assembler *a, const char *at, int unused)
{
    (void)unused;
    const char *path;
    size_t length;
    if (!asm_string(a, &path, &length) || !asm_expect_end(a))
        return false;
    return asm_include(a, at, path);
}

static bool macro_directive(struct assembler *a, const char *at, int unused)
{
    (void)unused;
    return asm_define_macro(a, at);
}

static bool repeat_directive(struct assembler *a, const char *at, int unused)
{
    (void)unused;
    return asm_repeat(a, at);
}

static bool stray_end(struct assembler *a, const char *at, int unused)
{
    (void)unused;
    return asm_error(a, at, "'%.*s' without its beginning", (int)asm_name_length(at, a->end), at);
}

static bool message(struct assembler *a, const char *at, int is_error)
{
    const char *text;
    size_t length;
    if (!asm_string(a, &text, &length) || !asm_expect_end(a))
        return false;
    if (is_error)
        return asm_error(a, at, "%s", text);
    if (a->pass == 2)
        asm_warn(a, asm_place(a, at), "%s", text);
    return true;
}

static bool unknown_requirement(struct assembler *a, const char *key, size_t length)
{
    struct asm_buffer *keys = asm_new_buffer(a);
    for (const struct isa_requirement *row = a->set->requirements; row && row->key; row++)
        asm_print(a, keys, "%s%s", keys->size ? " " : "", row->key);
    if (!keys->size)
        return asm_error(a, key, "programs of %s require nothing by name", a->set->name);
    return asm_error(a, key, "unknown requirement '%.*s' of %s, expected one of %s", (int)length, key, a->set->name, (const char *)keys->data);
}

/* The machine must have no less of that; what the assembler finds out by itself may raise it. */
static bool require_directive(struct assembler *a, const char *at, int unused)
{
    (void)at;
    (void)unused;
    const char *key;
    size_t length;
    int64_t value;
    if (!asm_name(a, "the name of a requirement", &key, &length) || !asm_expect(a, ','))
        return false;
    asm_skip_space(a);
    const char *start = a->at;
    if (!asm_constant(a, "what is required", &value) || !asm_expect_end(a))
        return false;
    int row = own_requirement(a->set, key, length);
    if (row < 0)
        return unknown_requirement(a, key, length);
    if (value < 1)
        return asm_error(a, start, "%" PRId64 " of %s, expected at least 1", value, a->set->requirements[row].key);
    if (a->least[row] < (uint64_t)value)
        a->least[row] = (uint64_t)value;
    return true;
}

/* `.file` and `.ident` of compiler output say nothing that is needed here. */
static bool ignore(struct assembler *a, const char *at, int unused)
{
    (void)at;
    (void)unused;
    a->at = a->end;
    return true;
}

static const struct {
    const char *name;
    asm_directive_function *function;
    int argument;
} directives[] = {
    {".text", named_section, 0},
    {".data", named_section, 0},
    {".bss", named_section, 0},
    {".rodata", named_section, 0},
    {".mram", named_section, 0},
    {".mram.noinit", named_section, 0},
    {".atomic", named_section, 0},
    {".data.__sys_host", named_section, 0},
    {".section", section_directive, 0},
    {".byte", asm_integers, 8},
    {".half", asm_integers, 16},
    {".short", asm_integers, 16},
    {".word", asm_integers, 32},
    {".long", asm_integers, 32},
    {".word48", asm_integers, 48},
    {".quad", asm_integers, 64},
    {".float", asm_floats, 32},
    {".double", asm_floats, 64},
    {".ascii", asm_strings, 0},
    {".asciz", asm_strings, 1},
    {".string", asm_strings, 1},
    {".zero", asm_space_directive, 0},
    {".space", asm_space_directive, 0},
    {".skip", asm_space_directive, 0},
    {".fill", asm_fill, 0},
    {".align", asm_align_directive, 0},
    {".balign", asm_align_directive, 0},
    {".p2align", asm_align_directive, 1},
    {".incbin", asm_incbin, 0},
    {".global", visibility, 1},
    {".globl", visibility, 1},
    {".local", visibility, 0},
    {".equ", constant_directive, 0},
    {".set", constant_directive, 1},
    {".type", type_directive, 0},
    {".size", size_directive, 0},
    {".vertical", asm_vertical, 0},
    {".require", require_directive, 0},
    {".include", include_directive, 0},
    {".macro", macro_directive, 0},
    {".endm", stray_end, 0},
    {".rept", repeat_directive, 0},
    {".endr", stray_end, 0},
    {".error", message, 1},
    {".warning", message, 0},
    {".file", ignore, 0},
    {".ident", ignore, 0},
};

bool asm_directive(struct assembler *a, const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        if (asm_same(name, length, directives[i].name))
            return directives[i].function(a, name, directives[i].argument);
    return asm_error(a, name, "unknown directive '%.*s'", (int)length, name);
}
