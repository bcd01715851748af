/* The listing: address, content, source line. Code shows one instruction word a row, data up to eight bytes in memory order;
 * long data is cut after a few rows. Lines of macros and repetitions are marked '+'.
 */
#include "asm_internal.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

enum { ROW_BYTES = 8, MOST_ROWS = 8 };

static unsigned address_digits(const struct assembler *a)
{
    return a->set->elf_class == ELFCLASS32 ? 8 : 16;
}

static void print_source(struct assembler *a)
{
    const struct asm_line *line = a->listing_line;
    a->listing_line = NULL;
    if (line)
        asm_print(a, &a->listing, "  %5u%c %s", line->number, a->listing_mark, line->shown);
    asm_print(a, &a->listing, "\n");
}

/* A new line is read, or with NULL the old one goes away; print the one before if it produced nothing. */
void asm_list_line(struct assembler *a, const struct asm_line *line)
{
    if (a->listing_line) {
        asm_print(a, &a->listing, "%*s  %*s", (int)address_digits(a), "", 2 * ROW_BYTES, "");
        print_source(a);
    }
    a->listing_line = line;
    a->listing_mark = a->frame && a->frame->kind == ASM_FILE ? ' ' : '+';
}

static void print_row(struct assembler *a, const struct asm_section *section, uint64_t offset, size_t size)
{
    const unsigned char *bytes = section->bytes.data + offset;
    asm_print(a, &a->listing, "%0*" PRIx64 "  ", (int)address_digits(a), section->address + offset);
    bool word = asm_space(a, section)->code && size == a->set->word_bytes;
    for (size_t i = 0; i < size; i++)
        asm_print(a, &a->listing, "%02x", bytes[word ? size - 1 - i : i]);
    asm_print(a, &a->listing, "%*s", (int)(2 * (ROW_BYTES - size)), "");
    print_source(a);
}

/* What a statement added to its section. */
void asm_list_bytes(struct assembler *a, const struct asm_section *section, uint64_t from)
{
    if (section->size == from)
        return;
    if (section->kind != ASM_CONTENT) {
        asm_print(a, &a->listing, "%0*" PRIx64 "  %-16s", (int)address_digits(a), section->address + from, "reserved");
        print_source(a);
        return;
    }
    for (unsigned rows = 0; from < section->size; rows++) {
        uint64_t left = section->size - from;
        if (rows == MOST_ROWS) {
            asm_print(a, &a->listing, "%0*" PRIx64 "  ... %" PRIu64 " bytes more\n", (int)address_digits(a),
                      section->address + from, left);
            return;
        }
        size_t size = left < ROW_BYTES ? left : ROW_BYTES;
        print_row(a, section, from, size);
        from += size;
    }
}
