/* Symbols. A numbered label `1:` becomes the symbols "1#0", "1#1", ... in the order of its definitions, with their count in
 * the symbol "1#"; no source name can contain '#'.
 */
#include "asm_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t asm_bucket(const char *name, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 16777619u;
    return hash % ASM_BUCKETS;
}

struct asm_symbol *asm_find_symbol(struct assembler *a, const char *name, size_t length)
{
    for (struct asm_symbol *symbol = a->buckets[asm_bucket(name, length)]; symbol; symbol = symbol->next)
        if (asm_same(name, length, symbol->name))
            return symbol;
    return NULL;
}

/* The symbol of that name, made undefined if it is new. */
struct asm_symbol *asm_symbol(struct assembler *a, const char *name, size_t length)
{
    struct asm_symbol *symbol = asm_find_symbol(a, name, length);
    if (symbol)
        return symbol;
    if (a->symbol_count == a->symbol_room) {
        size_t room = a->symbol_room ? a->symbol_room * 2 : 256;
        struct asm_symbol **larger = reallocarray(a->symbols, room, sizeof *larger);
        if (!larger)
            asm_give_up(a, PIM_NO_MEMORY);
        a->symbols = larger;
        a->symbol_room = room;
    }
    symbol = asm_allocate(a, sizeof *symbol);
    symbol->name = asm_copy_text(a, name, length);
    symbol->place = asm_place(a, name);
    struct asm_symbol **bucket = &a->buckets[asm_bucket(name, length)];
    symbol->next = *bucket;
    *bucket = symbol;
    a->symbols[a->symbol_count++] = symbol;
    return symbol;
}

static bool check_name(struct assembler *a, const char *name, size_t length)
{
    if (length == 1 && *name == '.')
        return asm_error(a, name, "'.' is the current place, expected a name");
    if (a->set->reserved && a->set->reserved(name, length))
        return asm_error(a, name, "'%.*s' is reserved by the instruction set, expected another name", (int)length, name);
    return true;
}

static struct asm_value here(const struct assembler *a)
{
    return (struct asm_value){.number = (int64_t)a->section->size, .section = a->section, .known = true};
}

static bool define(struct assembler *a, const char *at, struct asm_symbol *symbol, struct asm_value value)
{
    if (symbol->defined_in_pass == a->pass && !(symbol->may_change && symbol->constant))
        return asm_error(a, at, "'%s' is already defined at %s:%u", symbol->name, symbol->place.file, symbol->place.line);
    value.counts_words = false;
    symbol->value = value;
    symbol->defined_in_pass = a->pass;
    symbol->place = asm_place(a, at);
    return true;
}

bool asm_define_label(struct assembler *a, const char *name, size_t length)
{
    if (!check_name(a, name, length))
        return false;
    struct asm_symbol *symbol = asm_symbol(a, name, length);
    if (a->pass == 2 && a->diagnostic_count == 0 && symbol->defined_in_pass == 1 && symbol->value.section == a->section &&
        symbol->value.number != (int64_t)a->section->size)
        return asm_error(a, name, "'%s' moved between the passes: a size before it depends on what comes later", symbol->name);
    return define(a, name, symbol, here(a));
}

bool asm_define_constant(struct assembler *a, const char *name, size_t length, struct asm_value value, bool may_change)
{
    if (!check_name(a, name, length))
        return false;
    struct asm_symbol *symbol = asm_symbol(a, name, length);
    if (!define(a, name, symbol, value))
        return false;
    symbol->constant = true;
    symbol->may_change = may_change;
    return true;
}

/* ---- numbered labels ---- */

static struct asm_symbol *label_counter(struct assembler *a, const char *digits, size_t length)
{
    char name[32];
    int used = snprintf(name, sizeof name, "%.*s#", (int)length, digits);
    return asm_symbol(a, name, (size_t)used);
}

enum { LONGEST_LABEL_NUMBER = 9 };

static struct asm_symbol *numbered(struct assembler *a, const char *digits, size_t length, int64_t index, bool create)
{
    char name[64];
    int used = snprintf(name, sizeof name, "%.*s#%lld", (int)length, digits, (long long)index);
    return create ? asm_symbol(a, name, (size_t)used) : asm_find_symbol(a, name, (size_t)used);
}

bool asm_define_numbered_label(struct assembler *a, const char *digits, size_t length)
{
    if (length > LONGEST_LABEL_NUMBER)
        return asm_error(a, digits, "expected a label number of at most %d digits", LONGEST_LABEL_NUMBER);
    struct asm_symbol *counter = label_counter(a, digits, length);
    return define(a, digits, numbered(a, digits, length, counter->value.number++, true), here(a));
}

/* The label that `1b` or `1f` means here; NULL when there is none (in pass 1: or none yet). */
struct asm_symbol *asm_numbered_label(struct assembler *a, const char *digits, size_t length, bool forward)
{
    if (length > LONGEST_LABEL_NUMBER)
        return NULL;
    int64_t index = label_counter(a, digits, length)->value.number - (forward ? 0 : 1);
    return index < 0 ? NULL : numbered(a, digits, length, index, false);
}

void asm_forget_numbered_labels(struct assembler *a)
{
    for (size_t i = 0; i < a->symbol_count; i++) {
        struct asm_symbol *symbol = a->symbols[i];
        if (isdigit((unsigned char)symbol->name[0]) && symbol->name[strlen(symbol->name) - 1] == '#')
            symbol->value.number = 0;
    }
}

/* Numbered and `.L` labels are not written to the file. */
bool asm_symbol_is_private(const struct asm_symbol *symbol)
{
    return isdigit((unsigned char)symbol->name[0]) || strncmp(symbol->name, ".L", 2) == 0;
}

/* `.equ` can name any distance from a label, the file only what lies in the label's space. */
static void check_range(struct assembler *a, const struct asm_symbol *symbol)
{
    const struct isa_space *space = asm_space(a, symbol->value.section);
    uint64_t offset = (uint64_t)asm_link_value(&symbol->value) - space->link_base;
    if (offset > space->bytes)
        asm_error_at(a, symbol->place, "'%s' lies outside of %s", symbol->name, space->name);
    else if (symbol->size_given && symbol->size > space->bytes - offset)
        asm_error_at(a, symbol->place, "'%s' with %llu bytes reaches beyond %s", symbol->name, (unsigned long long)symbol->size,
                     space->name);
}

/* After pass 2. */
void asm_check_symbols(struct assembler *a)
{
    for (size_t i = 0; i < a->symbol_count; i++) {
        const struct asm_symbol *symbol = a->symbols[i];
        if (symbol->defined_in_pass == 0 && symbol->global)
            asm_warn(a, symbol->place, "'%s' is declared global but not defined", symbol->name);
        if (symbol->defined_in_pass == 2 && symbol->value.section)
            check_range(a, symbol);
    }
}
