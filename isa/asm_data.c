/* Directives that produce bytes. `argument` comes from the row in asm_directives.c. */
#include "asm_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool fits(int64_t number, unsigned bytes)
{
    if (bytes >= 8)
        return true;
    int64_t limit = INT64_C(1) << (8 * bytes);
    return number >= -limit / 2 && number < limit;
}

static bool emit_integer(struct assembler *a, const char *at, const struct asm_value *value, unsigned bits, unsigned bytes)
{
    int64_t number = a->pass == 2 ? asm_program_value(a, value) : 0;
    if (!fits(number, bits / 8))
        return asm_error(a, at, "%" PRId64 " does not fit, expected a number of %u bits", number, bits);
    unsigned char little_endian[8];
    uint64_t rest = bits < 64 ? (uint64_t)number & ((UINT64_C(1) << bits) - 1) : (uint64_t)number;
    for (unsigned i = 0; i < bytes; i++, rest >>= 8)
        little_endian[i] = (unsigned char)rest;
    return asm_emit(a, at, little_endian, bytes);
}

/* .byte, .half, .word, .quad: a label gives the value that the program sees. .word48 fills an instruction word. */
bool asm_integers(struct assembler *a, const char *at, int bits)
{
    (void)at;
    do {
        asm_skip_space(a);
        const char *start = a->at;
        struct asm_value value;
        if (!asm_expression(a, &value) || !emit_integer(a, start, &value, (unsigned)bits, bits == 48 ? 8 : (unsigned)bits / 8))
            return false;
    } while (asm_accept(a, ','));
    return asm_expect_end(a);
}

static bool read_float(struct assembler *a, double *number)
{
    char text[64];
    asm_skip_space(a);
    size_t length = 0;
    while (a->at + length < a->end && a->at[length] != ',')
        length++;
    if (length >= sizeof text)
        return asm_error(a, a->at, "expected a number of at most %zu characters", sizeof text - 1);
    memcpy(text, a->at, length);
    text[length] = '\0';
    char *stop;
    *number = strtod(text, &stop);
    if (stop == text)
        return asm_error(a, a->at, "expected a floating-point number");
    a->at += stop - text;
    return true;
}

bool asm_floats(struct assembler *a, const char *at, int bits)
{
    (void)at;
    do {
        double number;
        asm_skip_space(a);
        const char *start = a->at;
        if (!read_float(a, &number))
            return false;
        float single = (float)number;
        if (!asm_emit(a, start, bits == 32 ? (void *)&single : (void *)&number, (size_t)bits / 8))
            return false;
    } while (asm_accept(a, ','));
    return asm_expect_end(a);
}

/* .ascii, and with a NUL .asciz. */
bool asm_strings(struct assembler *a, const char *at, int nul)
{
    (void)at;
    do {
        const char *text;
        size_t length;
        asm_skip_space(a);
        const char *start = a->at;
        if (!asm_string(a, &text, &length) || !asm_emit(a, start, text, length + (size_t)nul))
            return false;
    } while (asm_accept(a, ','));
    return asm_expect_end(a);
}

static bool read_size(struct assembler *a, const char *what, uint64_t *size)
{
    asm_skip_space(a);
    const char *at = a->at;
    int64_t number;
    if (!asm_constant(a, what, &number))
        return false;
    if (number < 0)
        return asm_error(a, at, "%s is %" PRId64 ", expected at least 0", what, number);
    *size = (uint64_t)number;
    return true;
}

/* `count` times the `unit` low bytes of a pattern. */
static bool emit_pattern(struct assembler *a, const char *at, uint64_t count, unsigned unit, int64_t pattern)
{
    uint64_t size;
    if (__builtin_mul_overflow(count, (uint64_t)unit, &size))
        return asm_error(a, at, "%" PRIu64 " times %u bytes are too many", count, unit);
    if (pattern == 0 || a->pass == 1)
        return asm_emit_zeros(a, at, size);
    if (size > asm_space(a, a->section)->bytes)
        return asm_emit_zeros(a, at, size); /* reports it */
    for (; count; count--)
        if (!asm_emit(a, at, &pattern, unit))
            return false;
    return true;
}

/* .space SIZE[, BYTE] */
bool asm_space_directive(struct assembler *a, const char *at, int unused)
{
    (void)unused;
    uint64_t size;
    int64_t byte = 0;
    if (!read_size(a, "the size", &size) || (asm_accept(a, ',') && !asm_constant(a, "the fill byte", &byte)))
        return false;
    return asm_expect_end(a) && emit_pattern(a, at, size, 1, byte);
}

/* .fill COUNT[, BYTES[, VALUE]] */
bool asm_fill(struct assembler *a, const char *at, int unused)
{
    (void)unused;
    uint64_t count, unit = 1;
    int64_t value = 0;
    if (!read_size(a, "the count", &count))
        return false;
    if (asm_accept(a, ',') && (!read_size(a, "the unit", &unit) ||
                               (asm_accept(a, ',') && !asm_constant(a, "the value", &value))))
        return false;
    if (unit < 1 || unit > 8)
        return asm_error(a, at, "the unit is %" PRIu64 " bytes, expected 1 to 8", unit);
    return asm_expect_end(a) && emit_pattern(a, at, count, (unsigned)unit, value);
}

/* .align BYTES; .p2align EXPONENT */
bool asm_align_directive(struct assembler *a, const char *at, int is_exponent)
{
    uint64_t alignment;
    if (!read_size(a, "the alignment", &alignment) || !asm_expect_end(a))
        return false;
    if (is_exponent)
        alignment = alignment < 63 ? UINT64_C(1) << alignment : 0;
    return asm_align(a, at, alignment);
}

/* .incbin "FILE"[, SKIP[, COUNT]] */
bool asm_incbin(struct assembler *a, const char *at, int unused)
{
    (void)unused;
    const char *name;
    size_t length;
    uint64_t skip = 0, count = UINT64_MAX;
    if (!asm_string(a, &name, &length))
        return false;
    const struct asm_file *file = asm_find_file(a, at, name);
    if (!file)
        return false;
    if (asm_accept(a, ',') && (!read_size(a, "the offset", &skip) || (asm_accept(a, ',') && !read_size(a, "the count", &count))))
        return false;
    if (skip > file->size)
        return asm_error(a, at, "offset %" PRIu64 " is beyond the %zu bytes of '%s'", skip, file->size, file->path);
    if (count > file->size - skip)
        count = file->size - skip;
    return asm_expect_end(a) && asm_emit(a, at, file->bytes + skip, count);
}

/* .vertical: rows of one operand, a bit of all its elements each. Its labels say so in the file. */
bool asm_vertical(struct assembler *a, const char *at, int unused)
{
    (void)unused;
    asm_skip_space(a);
    const char *start = a->at;
    struct asm_vertical_row row = {.offset = a->section->size};
    if (!read_size(a, "the width of an element", &row.width) || !asm_expect_end(a))
        return false;
    if (!asm_space(a, a->section)->vertical)
        return asm_error(a, at, "an address of section '%s' is no row, expected '.vertical' where addresses count rows", a->section->name);
    if (row.width < 1 || row.width > ISA_WIDEST_ELEMENT)
        return asm_error(a, start, "elements of %" PRIu64 " bits, expected 1 to %d", row.width, ISA_WIDEST_ELEMENT);
    if (a->pass == 2)
        asm_append(a, &a->section->verticals, &row, sizeof row);
    return asm_emit_zeros(a, at, row.width);
}
