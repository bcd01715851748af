/* Expressions: 64-bit integers with C's operators and precedence, symbols, `.`, numbered labels, defined(NAME). */
#include "asm_internal.h"

#include <ctype.h>
#include <string.h>

enum operator_kind {
    OP_OR_ELSE, OP_AND_ALSO, OP_OR, OP_XOR, OP_AND, OP_EQUAL, OP_UNEQUAL, OP_AT_MOST, OP_AT_LEAST, OP_LEFT, OP_RIGHT, OP_LESS,
    OP_GREATER, OP_PLUS, OP_MINUS, OP_TIMES, OP_DIVIDE, OP_MODULO
};

/* Longer spellings stand before those they begin with. */
static const struct {
    const char *spelling;
    unsigned precedence;
    enum operator_kind kind;
} operators[] = {
    {"||", 1, OP_OR_ELSE}, {"&&", 2, OP_AND_ALSO}, {"==", 6, OP_EQUAL},   {"!=", 6, OP_UNEQUAL}, {"<<", 8, OP_LEFT},
    {">>", 8, OP_RIGHT},   {"<=", 7, OP_AT_MOST},  {">=", 7, OP_AT_LEAST}, {"|", 3, OP_OR},       {"^", 4, OP_XOR},
    {"&", 5, OP_AND},      {"<", 7, OP_LESS},      {">", 7, OP_GREATER},  {"+", 9, OP_PLUS},     {"-", 9, OP_MINUS},
    {"*", 10, OP_TIMES},   {"/", 10, OP_DIVIDE},   {"%", 10, OP_MODULO},
};

static const struct asm_value unknown = {0};

static struct asm_value absolute(int64_t number)
{
    return (struct asm_value){.number = number, .known = true};
}

int64_t asm_link_value(const struct asm_value *value)
{
    return (int64_t)((uint64_t)value->number + (value->section ? value->section->address : 0));
}

int64_t asm_program_value(const struct assembler *a, const struct asm_value *value)
{
    int64_t link = asm_link_value(value);
    return value->section && a->set->strip ? a->set->strip(link) : link;
}

/* ---- operands ---- */

static bool symbol_value(struct assembler *a, const char *at, size_t length, struct asm_value *value)
{
    if (a->set->reserved && a->set->reserved(at, length))
        return asm_error(a, at, "'%.*s' is a reserved name, expected a value", (int)length, at);
    const struct asm_symbol *symbol = asm_symbol(a, at, length);
    if (symbol->defined_in_pass == 0 && a->pass == 2)
        return asm_error(a, at, "undefined symbol '%.*s'", (int)length, at);
    *value = symbol->defined_in_pass ? symbol->value : unknown;
    return true;
}

static bool numbered_label_value(struct assembler *a, size_t digits, struct asm_value *value)
{
    const char *at = a->at;
    bool forward = at[digits] == 'f';
    const struct asm_symbol *symbol = asm_numbered_label(a, at, digits, forward);
    a->at += digits + 1;
    if (!symbol && (!forward || a->pass == 2))
        return asm_error(a, at, "there is no label '%.*s:' %s here", (int)digits, at, forward ? "after" : "before");
    *value = symbol ? symbol->value : unknown;
    return true;
}

/* The digits of `1b` or `1f`, or 0. `0b1` is a binary number, `0b` the label 0. */
static size_t numbered_label_digits(const struct assembler *a)
{
    size_t digits = 0;
    while (a->at + digits < a->end && isdigit((unsigned char)a->at[digits]))
        digits++;
    const char *letter = a->at + digits;
    if (digits == 0 || letter == a->end || (*letter != 'b' && *letter != 'f'))
        return 0;
    return letter + 1 == a->end || (!isalnum((unsigned char)letter[1]) && letter[1] != '_') ? digits : 0;
}

static bool defined_value(struct assembler *a, struct asm_value *value)
{
    const char *name;
    size_t length;
    if (!asm_expect(a, '(') || !asm_name(a, "a symbol", &name, &length) || !asm_expect(a, ')'))
        return false;
    const struct asm_symbol *symbol = asm_find_symbol(a, name, length);
    *value = absolute(symbol && symbol->defined_in_pass == a->pass);
    return true;
}

static bool binary(struct assembler *a, unsigned lowest, struct asm_value *value);

static bool nested(struct assembler *a, bool (*parse)(struct assembler *, struct asm_value *), struct asm_value *value)
{
    if (a->parentheses == ASM_MOST_NESTING)
        return asm_error(a, a->at, "the expression is nested deeper than %d", ASM_MOST_NESTING);
    a->parentheses++;
    bool good = parse(a, value);
    a->parentheses--;
    return good;
}

static bool parenthesised(struct assembler *a, struct asm_value *value)
{
    return binary(a, 1, value) && asm_expect(a, ')');
}

static bool primary(struct assembler *a, struct asm_value *value)
{
    if (asm_at_end(a))
        return asm_error(a, a->at, "expected a value");
    const char *at = a->at;
    size_t length = asm_name_length(a->at, a->end);
    if (length == 1 && *at == '.') {
        a->at++;
        *value = (struct asm_value){.number = (int64_t)a->section->size, .section = a->section, .known = true,
                                    .counts_words = asm_space(a, a->section)->code};
        return true;
    }
    if (length) {
        a->at += length;
        return asm_same(at, length, "defined") ? defined_value(a, value) : symbol_value(a, at, length, value);
    }
    if (asm_accept(a, '('))
        return nested(a, parenthesised, value);
    size_t digits = numbered_label_digits(a);
    if (digits)
        return numbered_label_value(a, digits, value);
    value->section = NULL;
    value->known = true;
    value->counts_words = false;
    if (*at == '\'')
        return asm_character(a, &value->number);
    if (isdigit((unsigned char)*at))
        return asm_number(a, &value->number);
    return asm_error(a, at, "expected a value");
}

/* What an operator other than + and - sees of an address: the program's value, once it is known. */
static bool to_absolute(const struct assembler *a, struct asm_value *value)
{
    if (value->section && a->pass == 1)
        value->known = false;
    if (value->known)
        *value = absolute(asm_program_value(a, value));
    return value->known;
}

static bool unary(struct assembler *a, struct asm_value *value)
{
    asm_skip_space(a);
    char operator = a->at < a->end ? *a->at : '\0';
    if (!operator || !strchr("-+~!", operator))
        return primary(a, value);
    a->at++;
    if (!nested(a, unary, value))
        return false;
    if (operator == '+')
        return true;
    if (!to_absolute(a, value)) {
        *value = unknown;
        return true;
    }
    uint64_t number = (uint64_t)value->number;
    *value = absolute((int64_t)(operator == '-' ? -number : operator == '~' ? ~number : (uint64_t) !number));
    return true;
}

/* ---- operators ---- */

static struct asm_value plus(const struct assembler *a, struct asm_value left, struct asm_value right, bool minus)
{
    uint64_t scale = left.counts_words ? a->set->word_bytes : 1;
    uint64_t other = (uint64_t)right.number * scale;
    left.number = (int64_t)((uint64_t)left.number + (minus ? -other : other));
    return left;
}

static bool add(struct assembler *a, const char *at, struct asm_value left, struct asm_value right, struct asm_value *value)
{
    if (left.section && right.section)
        return asm_error(a, at, "two addresses cannot be added");
    *value = right.section ? plus(a, right, left, false) : plus(a, left, right, false);
    return true;
}

static bool subtract(const struct assembler *a, struct asm_value left, struct asm_value right, struct asm_value *value)
{
    if (!right.section)
        *value = plus(a, left, right, true);
    else if (left.section == right.section)
        *value = absolute((int64_t)((uint64_t)left.number - (uint64_t)right.number));
    else if (a->pass == 1)
        *value = unknown;
    else
        *value = absolute((int64_t)((uint64_t)asm_link_value(&left) - (uint64_t)asm_link_value(&right)));
    return true;
}

static int64_t shift_left(int64_t number, int64_t count)
{
    return count < 0 || count > 63 ? 0 : (int64_t)((uint64_t)number << count);
}

/* Arithmetic, as C does it for int64_t. */
static int64_t shift_right(int64_t number, int64_t count)
{
    return number >> (count < 0 || count > 63 ? 63 : count);
}

static bool divide(struct assembler *a, const char *at, int64_t left, int64_t right, bool modulo, int64_t *number)
{
    if (right == 0)
        return asm_error(a, at, "division by zero");
    if (right == -1)
        *number = modulo ? 0 : (int64_t)-(uint64_t)left;
    else
        *number = modulo ? left % right : left / right;
    return true;
}

static bool calculate(struct assembler *a, const char *at, enum operator_kind kind, int64_t x, int64_t y, int64_t *number)
{
    switch (kind) {
    case OP_OR_ELSE: *number = x || y; break;
    case OP_AND_ALSO: *number = x && y; break;
    case OP_OR: *number = x | y; break;
    case OP_XOR: *number = x ^ y; break;
    case OP_AND: *number = x & y; break;
    case OP_EQUAL: *number = x == y; break;
    case OP_UNEQUAL: *number = x != y; break;
    case OP_AT_MOST: *number = x <= y; break;
    case OP_AT_LEAST: *number = x >= y; break;
    case OP_LESS: *number = x < y; break;
    case OP_GREATER: *number = x > y; break;
    case OP_LEFT: *number = shift_left(x, y); break;
    case OP_RIGHT: *number = shift_right(x, y); break;
    case OP_TIMES: *number = (int64_t)((uint64_t)x * (uint64_t)y); break;
    case OP_DIVIDE: return divide(a, at, x, y, false, number);
    case OP_MODULO: return divide(a, at, x, y, true, number);
    case OP_PLUS:
    case OP_MINUS: break; /* addresses too: add and subtract */
    }
    return true;
}

static bool is_comparison(enum operator_kind kind)
{
    return kind == OP_EQUAL || kind == OP_UNEQUAL || kind == OP_AT_MOST || kind == OP_AT_LEAST || kind == OP_LESS ||
           kind == OP_GREATER;
}

static bool apply(struct assembler *a, const char *at, enum operator_kind kind, struct asm_value left, struct asm_value right,
                  struct asm_value *value)
{
    *value = unknown;
    if (!left.known || !right.known)
        return true;
    if (kind == OP_PLUS)
        return add(a, at, left, right, value);
    if (kind == OP_MINUS)
        return subtract(a, left, right, value);
    if (left.section && left.section == right.section && is_comparison(kind)) { /* these need no addresses */
        left = absolute(left.number);
        right = absolute(right.number);
    }
    if (!to_absolute(a, &left) || !to_absolute(a, &right))
        return true;
    *value = absolute(0);
    return calculate(a, at, kind, left.number, right.number, &value->number);
}

static size_t operator_here(struct assembler *a, unsigned lowest)
{
    size_t count = sizeof operators / sizeof *operators;
    if (asm_at_end(a) || !strchr("|&=!<>^+-*/%", *a->at))
        return count;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(operators[i].spelling);
        if (length <= (size_t)(a->end - a->at) && memcmp(a->at, operators[i].spelling, length) == 0)
            return operators[i].precedence >= lowest ? i : count;
    }
    return count;
}

static bool binary(struct assembler *a, unsigned lowest, struct asm_value *value)
{
    if (!unary(a, value))
        return false;
    for (;;) {
        size_t i = operator_here(a, lowest);
        if (i == sizeof operators / sizeof *operators)
            return true;
        const char *at = a->at;
        a->at += strlen(operators[i].spelling);
        struct asm_value left = *value, right;
        if (!binary(a, operators[i].precedence + 1, &right) || !apply(a, at, operators[i].kind, left, right, value))
            return false;
    }
}

bool asm_expression(struct assembler *a, struct asm_value *value)
{
    a->parentheses = 0;
    return binary(a, 1, value);
}

bool asm_constant(struct assembler *a, const char *what, int64_t *number)
{
    asm_skip_space(a);
    const char *at = a->at;
    struct asm_value value;
    if (!asm_expression(a, &value))
        return false;
    if (!value.known || value.section)
        return asm_error(a, at, "%s has to be a number that is known here, without labels defined further down", what);
    *number = value.number;
    return true;
}
