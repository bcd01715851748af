/* Boolean expressions and truth tables as text. */
#include "truth_table.h"

#include <ctype.h>

enum { MOST_NESTING = 100 };

struct parser {
    const char *text, *at;
    unsigned inputs, depth;
    struct pim_error *error;
    bool failed;
};

static struct truth expression(struct parser *p);

static struct truth wrong(struct parser *p, const char *what)
{
    if (!p->failed)
        pim_fail_at(p->error, (struct pim_place){.file = "function", .line = 1, .column = (unsigned)(p->at - p->text) + 1}, p->text, "%s", what);
    p->failed = true;
    return truth_constant(false);
}

static void skip_blanks(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
}

static bool accept(struct parser *p, char letter)
{
    skip_blanks(p);
    if (p->failed || *p->at != letter)
        return false;
    p->at++;
    return true;
}

static void expect(struct parser *p, char letter, const char *what)
{
    if (!accept(p, letter))
        wrong(p, what);
}

static struct truth majority(struct parser *p)
{
    struct truth operands[3];
    p->at += 3;
    expect(p, '(', "expected '(' after maj");
    for (int i = 0; i < 3; i++) {
        operands[i] = expression(p);
        expect(p, i < 2 ? ',' : ')', i < 2 ? "expected ',': maj has three operands" : "expected ')': maj has three operands");
    }
    return truth_majority(operands[0], operands[1], operands[2]);
}

static struct truth primary(struct parser *p)
{
    skip_blanks(p);
    if (p->failed || ++p->depth > MOST_NESTING)
        return wrong(p, "nested too deeply");
    struct truth t = truth_constant(false);
    if (accept(p, '!') || accept(p, '~')) {
        t = truth_complement(primary(p));
    } else if (accept(p, '(')) {
        t = expression(p);
        expect(p, ')', "expected ')'");
    } else if (strncmp(p->at, "maj", 3) == 0) {
        t = majority(p);
    } else if ((*p->at == '0' || *p->at == '1') && !isalnum((unsigned char)p->at[1])) {
        t = truth_constant(*p->at++ == '1');
    } else if (*p->at >= 'a' && *p->at < 'a' + FUNCTION_INPUTS && !isalnum((unsigned char)p->at[1])) {
        unsigned input = (unsigned)(*p->at++ - 'a');
        p->inputs = input + 1 > p->inputs ? input + 1 : p->inputs;
        t = truth_input(input);
    } else {
        return wrong(p, "expected an input (a to h), 0, 1, maj(x, y, z), '!' or '('");
    }
    p->depth--;
    return t;
}

static struct truth conjunction(struct parser *p)
{
    struct truth t = primary(p);
    while (accept(p, '&'))
        t = truth_and(t, primary(p));
    return t;
}

static struct truth difference(struct parser *p)
{
    struct truth t = conjunction(p);
    while (accept(p, '^'))
        t = truth_exclusive_or(t, conjunction(p));
    return t;
}

static struct truth disjunction(struct parser *p)
{
    struct truth t = difference(p);
    while (accept(p, '|'))
        t = truth_majority(t, difference(p), truth_constant(true));
    return t;
}

static struct truth expression(struct parser *p)
{
    struct truth condition = disjunction(p);
    if (!accept(p, '?'))
        return condition;
    if (++p->depth > MOST_NESTING)
        return wrong(p, "nested too deeply");
    struct truth yes = expression(p);
    expect(p, ':', "expected ':' after '?'");
    struct truth no = expression(p);
    p->depth--;
    return truth_majority(truth_and(condition, yes), truth_and(truth_complement(condition), no), truth_constant(true));
}

/* ---- tables: hexadecimal digits, the highest assignment first ---- */

static unsigned digit_value(char digit)
{
    return isdigit((unsigned char)digit) ? (unsigned)(digit - '0') : (unsigned)(tolower((unsigned char)digit) - 'a' + 10);
}

static struct truth table(struct parser *p)
{
    struct truth t = truth_constant(false);
    const char *digits = p->at + 2;
    size_t count = strspn(digits, "0123456789abcdefABCDEF");
    p->at = digits + count;
    if (count == 0 || *p->at != '/')
        return wrong(p, "expected hexadecimal digits, '/' and how many inputs there are");
    p->at++;
    if (*p->at < '1' || *p->at > '0' + FUNCTION_INPUTS || p->at[1])
        return wrong(p, "expected 1 to 8 inputs");
    p->inputs = (unsigned)(*p->at++ - '0');
    unsigned bits = 1u << p->inputs, needed = bits < 4 ? 1 : bits / 4;
    if (count != needed || (bits < 4 && digit_value(digits[0]) >> bits))
        return wrong(p, "the table has not as many digits as 2^inputs bits");
    for (unsigned i = 0; i < 4 * 64; i++) {
        unsigned assignment = i % bits;
        uint64_t bit = digit_value(digits[count - 1 - assignment / 4]) >> assignment % 4 & 1;
        t.word[i / 64] |= bit << i % 64;
    }
    return t;
}

enum pim_status bitserial_function_parse(const char *text, struct bitserial_function *function, struct pim_error *error)
{
    struct parser p = {.text = text, .at = text, .error = error};
    skip_blanks(&p);
    struct truth t = strncmp(p.at, "0x", 2) == 0 ? table(&p) : expression(&p);
    skip_blanks(&p);
    if (!p.failed && *p.at)
        wrong(&p, "expected an operator, & ^ | or ?, or the end");
    if (p.failed)
        return PIM_BAD_INPUT;
    function->inputs = p.inputs;
    memcpy(function->table, t.word, sizeof function->table);
    return PIM_OK;
}

bool bitserial_function_value(const struct bitserial_function *function, unsigned assignment)
{
    return function->table[assignment / 64] >> assignment % 64 & 1;
}
