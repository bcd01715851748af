/* Sections: which space they live in, what is in them, where they go. */
#include "asm_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { USED_END_ALIGNMENT = 8 }; /* a DMA transfer can start at the mark */

const struct isa_space *asm_space(const struct assembler *a, const struct asm_section *section)
{
    return &a->set->spaces[section->space];
}

/* Does the first component of ".data.name" equal ".data"? */
static bool begins_with_component(const char *name, size_t length, const char *component)
{
    size_t size = strlen(component);
    return length >= size && memcmp(name, component, size) == 0 && (length == size || name[size] == '.');
}

static bool find_home(const struct assembler *a, const char *name, size_t length, uint32_t *space, unsigned *rank)
{
    for (*space = 0; a->set->spaces[*space].name; (*space)++) {
        const char *const *names = a->set->spaces[*space].sections;
        for (*rank = 0; names && names[*rank]; (*rank)++)
            if (begins_with_component(name, length, names[*rank]))
                return true;
    }
    return false;
}

static enum asm_section_kind kind_of(const char *name, size_t length, const struct isa_space *space, bool no_bits)
{
    static const char no_initial_value[] = ".noinit";
    size_t tail = sizeof no_initial_value - 1;
    if (!space->loadable || no_bits || (length > tail && memcmp(name + length - tail, no_initial_value, tail) == 0))
        return ASM_RESERVED;
    return begins_with_component(name, length, ".bss") ? ASM_ZEROED : ASM_CONTENT;
}

static struct asm_section *add_section(struct assembler *a, const char *name, size_t length, uint32_t space_index,
                                       unsigned rank, bool no_bits)
{
    const struct isa_space *space = &a->set->spaces[space_index];
    struct asm_section *section = asm_allocate(a, sizeof *section);
    *section = (struct asm_section){
        .name = asm_copy_text(a, name, length),
        .space = space_index,
        .rank = rank,
        .kind = kind_of(name, length, space, no_bits),
        .alignment = space->loadable ? a->set->word_bytes : 1,
    };
    a->sections[a->section_count++] = section;
    return section;
}

/* The first section that a space lists always exists: it holds the reserved bytes and carries the end mark. */
void asm_create_sections(struct assembler *a)
{
    a->sections = asm_allocate(a, ASM_MOST_SECTIONS * sizeof *a->sections);
    size_t spaces = 0;
    for (; a->set->spaces[spaces].name; spaces++) {
        const char *const *names = a->set->spaces[spaces].sections;
        if (names && names[0])
            add_section(a, names[0], strlen(names[0]), (uint32_t)spaces, 0, false);
    }
    a->space_used = asm_allocate(a, (spaces + 1) * sizeof *a->space_used);
}

void asm_begin_pass(struct assembler *a)
{
    a->pass++;
    a->steps = a->expansions = 0;
    a->condition_count = 0;
    memset(a->macros, 0, ASM_BUCKETS * sizeof *a->macros);
    asm_forget_numbered_labels(a);
    for (size_t i = 0; a->set->spaces[i].name; i++)
        a->space_used[i] = 0;
    a->section = NULL;
    for (size_t i = 0; i < a->section_count; i++) {
        struct asm_section *section = a->sections[i];
        const struct isa_space *space = asm_space(a, section);
        bool first = section->rank == 0 && strcmp(section->name, space->sections[0]) == 0;
        section->size = first ? space->reserved_bytes : 0;
        a->space_used[section->space] += section->size;
        if (a->pass == 2 && section->kind == ASM_CONTENT)
            asm_append_zeros(a, &section->bytes, section->size);
        if (first && space->code && !a->section)
            a->section = section;
    }
    if (!a->section)
        a->section = a->sections[0];
}

static bool no_home(struct assembler *a, const char *name, size_t length)
{
    struct asm_buffer *names = asm_new_buffer(a);
    for (const struct isa_space *space = a->set->spaces; space->name; space++)
        for (const char *const *known = space->sections; known && *known; known++)
            asm_print(a, names, "%s%s", names->size ? " " : "", *known);
    return asm_error(a, name, "section '%.*s' belongs to no space of %s, expected a name that begins with one of %s", (int)length,
                     name, a->set->name, (const char *)names->data);
}

bool asm_enter_section(struct assembler *a, const char *name, size_t length, bool no_bits)
{
    for (size_t i = 0; i < a->section_count; i++) {
        if (asm_same(name, length, a->sections[i]->name)) {
            a->section = a->sections[i];
            return true;
        }
    }
    uint32_t space;
    unsigned rank;
    if (!find_home(a, name, length, &space, &rank))
        return no_home(a, name, length);
    if (a->section_count == ASM_MOST_SECTIONS)
        return asm_error(a, name, "more than %d sections", ASM_MOST_SECTIONS);
    a->section = add_section(a, name, length, space, rank, no_bits);
    return true;
}

/* ---- content ---- */

static bool take(struct assembler *a, const char *at, uint64_t size)
{
    const struct isa_space *space = asm_space(a, a->section);
    uint64_t *used = &a->space_used[a->section->space];
    if (size > space->bytes || *used > space->bytes - size)
        return asm_error(a, at, "%" PRIu64 " bytes more than fill %s: it has %" PRIu64 " bytes and %" PRIu64 " are taken", size,
                         space->name, space->bytes, *used);
    *used += size;
    a->section->size += size;
    return true;
}

bool asm_emit(struct assembler *a, const char *at, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    if (a->pass == 2 && a->section->kind != ASM_CONTENT)
        for (size_t i = 0; i < size; i++)
            if (byte[i])
                return asm_error(a, at, "section '%s' has no content, expected only zeros or reserved space", a->section->name);
    if (!take(a, at, size))
        return false;
    if (a->pass == 2 && a->section->kind == ASM_CONTENT)
        asm_append(a, &a->section->bytes, bytes, size);
    return true;
}

bool asm_emit_zeros(struct assembler *a, const char *at, uint64_t size)
{
    if (!take(a, at, size))
        return false;
    if (a->pass == 2 && a->section->kind == ASM_CONTENT)
        asm_append_zeros(a, &a->section->bytes, size);
    return true;
}

/* Code is filled up with `nop`, so that it can be run through, where the set has one. */
static bool fill_code(struct assembler *a, const char *at, uint64_t size)
{
    uint64_t word = 0;
    char why[8];
    int operand;
    unsigned bytes = a->set->word_bytes;
    if (size % bytes || !a->set->mnemonic("nop", 3) || !a->set->assemble("nop", 3, NULL, 0, &word, why, sizeof why, &operand))
        return asm_emit_zeros(a, at, size);
    for (; size; size -= bytes)
        if (!asm_emit(a, at, &word, bytes))
            return false;
    return true;
}

bool asm_align(struct assembler *a, const char *at, uint64_t alignment)
{
    const struct isa_space *space = asm_space(a, a->section);
    if (alignment == 0 || (alignment & (alignment - 1)) || alignment > space->bytes)
        return asm_error(a, at, "alignment %" PRIu64 ", expected a power of two of at most %" PRIu64, alignment, space->bytes);
    if (a->section->alignment < alignment)
        a->section->alignment = alignment;
    uint64_t padding = -a->section->size & (alignment - 1);
    return space->code ? fill_code(a, at, padding) : asm_emit_zeros(a, at, padding);
}

/* ---- addresses ---- */

static uint64_t round_up(uint64_t number, uint64_t alignment)
{
    return (number + alignment - 1) & ~(alignment - 1);
}

/* Content first, then what is only zero, then what is not loaded; inside each as the space lists the names. */
static bool goes_before(const struct asm_section *left, const struct asm_section *right)
{
    if (left->kind != right->kind)
        return left->kind < right->kind;
    return left->rank < right->rank;
}

/* Stable: sections of one name component keep the order of their first mention. */
static void sort_sections(struct assembler *a)
{
    for (size_t i = 1; i < a->section_count; i++) {
        struct asm_section *section = a->sections[i];
        size_t j = i;
        for (; j > 0 && a->sections[j - 1]->space == section->space && goes_before(section, a->sections[j - 1]); j--)
            a->sections[j] = a->sections[j - 1];
        a->sections[j] = section;
    }
}

static void group_by_space(struct assembler *a)
{
    struct asm_section **grouped = asm_allocate(a, ASM_MOST_SECTIONS * sizeof *grouped);
    size_t count = 0;
    for (uint32_t space = 0; a->set->spaces[space].name; space++)
        for (size_t i = 0; i < a->section_count; i++)
            if (a->sections[i]->space == space)
                grouped[count++] = a->sections[i];
    a->sections = grouped;
}

static bool define_used_end(struct assembler *a, const struct isa_space *space, uint64_t end)
{
    struct asm_symbol *symbol = asm_symbol(a, space->used_end_symbol, strlen(space->used_end_symbol));
    if (symbol->defined_in_pass)
        return true;
    for (size_t i = 0; i < a->section_count; i++) {
        struct asm_section *section = a->sections[i];
        if (strcmp(section->name, space->sections[0]) != 0)
            continue;
        uint64_t mark = round_up(end, USED_END_ALIGNMENT);
        symbol->value = (struct asm_value){.number = (int64_t)(mark - section->address), .section = section, .known = true};
        symbol->defined_in_pass = 2;
        symbol->global = true;
        symbol->type_given = true; /* as ASM_UNTYPED */
    }
    return true;
}

static bool lay_out_space(struct assembler *a, uint32_t index)
{
    const struct isa_space *space = &a->set->spaces[index];
    uint64_t end = space->link_base;
    for (size_t i = 0; i < a->section_count; i++) {
        struct asm_section *section = a->sections[i];
        if (section->space != index)
            continue;
        uint64_t alignment = section->alignment > space->alignment ? section->alignment : space->alignment;
        section->address = round_up(end, alignment);
        section->final_size = section->size;
        end = round_up(section->address + section->size, space->alignment);
    }
    if (end - space->link_base > space->bytes)
        return asm_error_at(a, (struct pim_place){.file = a->top_name}, "%s needs %" PRIu64 " bytes with alignment, it has %" PRIu64,
                            space->name, end - space->link_base, space->bytes);
    return !space->used_end_symbol || define_used_end(a, space, end);
}

/* Between the passes. */
bool asm_lay_out(struct assembler *a)
{
    group_by_space(a);
    sort_sections(a);
    bool good = true;
    for (uint32_t i = 0; a->set->spaces[i].name; i++)
        good &= lay_out_space(a, i);
    return good;
}
