/* Conditional assembly. Statements in a branch that is not taken are only looked at for the directives here. */
#include "asm_internal.h"

#include <string.h>

enum condition_word { IF, IFDEF, IFNDEF, ELSEIF, ELSE, ENDIF, CONDITION_WORDS };

static const char *const words[CONDITION_WORDS] = {
    [IF] = ".if", [IFDEF] = ".ifdef", [IFNDEF] = ".ifndef", [ELSEIF] = ".elseif", [ELSE] = ".else", [ENDIF] = ".endif",
};

static enum condition_word find_word(const char *name, size_t length)
{
    enum condition_word word = IF;
    while (word < CONDITION_WORDS && !asm_same(name, length, words[word]))
        word++;
    return word;
}

bool asm_is_condition(const char *name, size_t length)
{
    return find_word(name, length) < CONDITION_WORDS;
}

bool asm_skipping(const struct assembler *a)
{
    return a->condition_count && !a->conditions[a->condition_count - 1].active;
}

static bool evaluate(struct assembler *a, enum condition_word word, bool *holds)
{
    int64_t number;
    *holds = false;
    if (word == IF || word == ELSEIF) {
        if (!asm_constant(a, "the condition", &number))
            return false;
        *holds = number != 0;
    } else {
        const char *name;
        size_t length;
        if (!asm_name(a, "a symbol", &name, &length))
            return false;
        const struct asm_symbol *symbol = asm_find_symbol(a, name, length);
        *holds = (symbol && symbol->defined_in_pass == a->pass) == (word == IFDEF);
    }
    return asm_expect_end(a);
}

static bool open_condition(struct assembler *a, const char *at, enum condition_word word)
{
    bool outer_active = !asm_skipping(a), holds = false;
    if (a->condition_count == ASM_MOST_NESTING) {
        asm_error(a, at, "conditions are nested deeper than %d", ASM_MOST_NESTING);
        asm_give_up(a, PIM_BAD_INPUT);
    }
    bool good = !outer_active || evaluate(a, word, &holds);
    a->conditions[a->condition_count++] = (struct asm_condition){
        .active = outer_active && holds,
        .was_taken = holds || !good, /* after an error neither branch */
        .outer_active = outer_active,
        .place = asm_place(a, at),
    };
    return good;
}

static bool next_branch(struct assembler *a, const char *at, enum condition_word word, struct asm_condition *condition)
{
    if (condition->in_else)
        return asm_error(a, at, "'%s' after '.else', expected '.endif'", words[word]);
    bool holds = word == ELSE, good = true;
    condition->in_else = word == ELSE;
    if (word == ELSEIF && condition->outer_active && !condition->was_taken)
        good = evaluate(a, word, &holds);
    condition->active = condition->outer_active && !condition->was_taken && holds;
    condition->was_taken |= holds || !good;
    return good && (word != ELSE || asm_expect_end(a));
}

bool asm_condition(struct assembler *a, const char *name, size_t length)
{
    enum condition_word word = find_word(name, length);
    if (word <= IFNDEF)
        return open_condition(a, name, word);
    if (a->condition_count <= a->frame->conditions)
        return asm_error(a, name, "'%s' without '.if'", words[word]);
    if (word == ENDIF) {
        a->condition_count--;
        return asm_expect_end(a);
    }
    return next_branch(a, name, word, &a->conditions[a->condition_count - 1]);
}
