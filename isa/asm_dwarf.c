/* The line table of an assembly: one compilation unit with a version 4 line program (DWARF 4, sections 6.2 and 7), which
 * libdw, gdb and objdump read. One sequence per code section; addresses are link addresses.
 */
#include "asm_internal.h"

#include <dwarf.h>
#include <elf.h>
#include <string.h>

enum { LINE_BASE = -5, LINE_RANGE = 14, OPCODE_BASE = 13 };

static void put_number(struct assembler *a, struct asm_buffer *buffer, uint64_t number, unsigned bytes)
{
    for (; bytes; bytes--, number >>= 8)
        asm_append(a, buffer, &(unsigned char){(unsigned char)number}, 1);
}

static void put_unsigned_leb(struct assembler *a, struct asm_buffer *buffer, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        put_number(a, buffer, (number & 0x7f) | 0x80, 1);
    put_number(a, buffer, number, 1);
}

static void put_signed_leb(struct assembler *a, struct asm_buffer *buffer, int64_t number)
{
    for (; number < -0x40 || number > 0x3f; number >>= 7)
        put_number(a, buffer, (uint64_t)(number & 0x7f) | 0x80, 1);
    put_number(a, buffer, (uint64_t)number & 0x7f, 1);
}

static void put_text(struct assembler *a, struct asm_buffer *buffer, const char *text)
{
    asm_append(a, buffer, text, strlen(text) + 1);
}

/* A length of four bytes that counts what follows it. */
static size_t begin_length(struct assembler *a, struct asm_buffer *buffer)
{
    put_number(a, buffer, 0, 4);
    return buffer->size;
}

static void end_length(struct asm_buffer *buffer, size_t start)
{
    uint32_t length = (uint32_t)(buffer->size - start);
    for (unsigned i = 0; i < 4; i++)
        buffer->data[start - 4 + i] = (unsigned char)(length >> (8 * i));
}

static unsigned address_bytes(const struct assembler *a)
{
    return a->set->elf_class == ELFCLASS32 ? 4 : 8;
}

static const struct {
    uint16_t attribute, form;
} unit_attributes[] = {
    {DW_AT_producer, DW_FORM_string},      {DW_AT_language, DW_FORM_data2}, {DW_AT_name, DW_FORM_string},
    {DW_AT_stmt_list, DW_FORM_sec_offset}, {DW_AT_low_pc, DW_FORM_addr},    {DW_AT_high_pc, DW_FORM_addr},
    {0, 0},
};

static void write_abbreviations(struct assembler *a, struct asm_buffer *buffer)
{
    put_unsigned_leb(a, buffer, 1);
    put_unsigned_leb(a, buffer, DW_TAG_compile_unit);
    put_number(a, buffer, DW_CHILDREN_no, 1);
    for (size_t i = 0; i < sizeof unit_attributes / sizeof *unit_attributes; i++) {
        put_unsigned_leb(a, buffer, unit_attributes[i].attribute);
        put_unsigned_leb(a, buffer, unit_attributes[i].form);
    }
    put_number(a, buffer, 0, 1);
}

/* The values stand in the order of unit_attributes. */
static void write_unit(struct assembler *a, struct asm_buffer *buffer)
{
    uint64_t low = UINT64_MAX, high = 0;
    for (size_t i = 0; i < a->row_count; i++) {
        uint64_t address = a->rows[i].section->address + a->rows[i].offset;
        low = address < low ? address : low;
        high = address + a->set->word_bytes > high ? address + a->set->word_bytes : high;
    }
    size_t start = begin_length(a, buffer);
    put_number(a, buffer, 4, 2); /* version */
    put_number(a, buffer, 0, 4); /* place in .debug_abbrev */
    put_number(a, buffer, address_bytes(a), 1);
    put_unsigned_leb(a, buffer, 1);
    put_text(a, buffer, "pimento asm");
    put_number(a, buffer, DW_LANG_Mips_Assembler, 2); /* the code that every assembler uses */
    put_text(a, buffer, a->top_name);
    put_number(a, buffer, 0, 4); /* place in .debug_line */
    put_number(a, buffer, low, address_bytes(a));
    put_number(a, buffer, high, address_bytes(a));
    end_length(buffer, start);
}

/* ---- line program ---- */

struct file_list {
    const char **names;
    size_t count;
};

static size_t file_number(struct assembler *a, struct file_list *files, const char *name)
{
    for (size_t i = files->count; i-- > 0;)
        if (files->names[i] == name) /* each file has one name in memory */
            return i + 1;
    const char **larger = asm_allocate(a, (files->count + 1) * sizeof *larger);
    if (files->count)
        memcpy(larger, files->names, files->count * sizeof *larger);
    larger[files->count] = name;
    files->names = larger;
    return ++files->count;
}

static void write_line_header(struct assembler *a, struct asm_buffer *buffer, const struct file_list *files)
{
    static const unsigned char operand_counts[OPCODE_BASE - 1] = {0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1};
    put_number(a, buffer, 4, 2); /* version */
    size_t start = begin_length(a, buffer);
    put_number(a, buffer, 1, 1); /* addresses count bytes */
    put_number(a, buffer, 1, 1); /* one operation an instruction */
    put_number(a, buffer, 1, 1); /* every row begins a statement */
    put_number(a, buffer, (uint64_t)LINE_BASE, 1);
    put_number(a, buffer, LINE_RANGE, 1);
    put_number(a, buffer, OPCODE_BASE, 1);
    asm_append(a, buffer, operand_counts, sizeof operand_counts);
    put_number(a, buffer, 0, 1); /* no folders */
    for (size_t i = 0; i < files->count; i++) {
        put_text(a, buffer, files->names[i]);
        put_number(a, buffer, 0, 3); /* folder, time, size */
    }
    put_number(a, buffer, 0, 1);
    end_length(buffer, start);
}

static void begin_sequence(struct assembler *a, struct asm_buffer *buffer, uint64_t address)
{
    put_number(a, buffer, 0, 1);
    put_unsigned_leb(a, buffer, 1 + address_bytes(a));
    put_number(a, buffer, DW_LNE_set_address, 1);
    put_number(a, buffer, address, address_bytes(a));
}

static void end_sequence(struct assembler *a, struct asm_buffer *buffer, uint64_t advance)
{
    put_number(a, buffer, DW_LNS_advance_pc, 1);
    put_unsigned_leb(a, buffer, advance);
    put_number(a, buffer, 0, 1);
    put_unsigned_leb(a, buffer, 1);
    put_number(a, buffer, DW_LNE_end_sequence, 1);
}

static void write_sequence(struct assembler *a, struct asm_buffer *buffer, const struct asm_section *section,
                           struct file_list *files)
{
    uint64_t offset = 0;
    size_t file = 1;
    int64_t line = 1;
    bool begun = false;
    for (size_t i = 0; i < a->row_count; i++) {
        const struct asm_line_row *row = &a->rows[i];
        if (row->section != section)
            continue;
        if (!begun)
            begin_sequence(a, buffer, section->address + (offset = row->offset));
        begun = true;
        size_t row_file = file_number(a, files, row->file);
        if (row_file != file) {
            put_number(a, buffer, DW_LNS_set_file, 1);
            put_unsigned_leb(a, buffer, file = row_file);
        }
        put_number(a, buffer, DW_LNS_advance_pc, 1);
        put_unsigned_leb(a, buffer, row->offset - offset);
        put_number(a, buffer, DW_LNS_advance_line, 1);
        put_signed_leb(a, buffer, row->line - line);
        put_number(a, buffer, DW_LNS_copy, 1);
        offset = row->offset;
        line = row->line;
    }
    if (begun)
        end_sequence(a, buffer, section->size - offset);
}

void asm_write_dwarf(struct assembler *a, struct asm_buffer *abbrev, struct asm_buffer *info, struct asm_buffer *line)
{
    struct file_list files = {0};
    for (size_t i = 0; i < a->row_count; i++)
        file_number(a, &files, a->rows[i].file);
    write_abbreviations(a, abbrev);
    write_unit(a, info);
    size_t start = begin_length(a, line);
    write_line_header(a, line, &files);
    for (size_t i = 0; i < a->section_count; i++)
        write_sequence(a, line, a->sections[i], &files);
    end_length(line, start);
}
