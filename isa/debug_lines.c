/* Source lines of an executable, copied out of its DWARF line tables once, so that look-ups need neither libdw nor
 * a lock. Code addresses in DWARF are link addresses (dpu: 0x80000000 + 8 x instruction).
 */
#include "elf_internal.h"

#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

#define NO_FILE UINT32_MAX

enum { REMEMBERED_FILES = 32 };

struct line_row {
    uint64_t address;
    uint32_t file; /* index into files; NO_FILE: nothing is known from this address on */
    uint32_t line;
    size_t order;  /* of several rows at one address the last counts */
};

struct pim_debug {
    size_t row_count, row_room;
    struct line_row *rows; /* by address */
    size_t file_count, file_room;
    char **files;
};

/* Make room for one more item; false without memory. */
static bool grow(void **items, size_t item_bytes, size_t count, size_t *room)
{
    if (count < *room)
        return true;
    size_t wanted = *room ? *room * 2 : 64;
    void *larger = reallocarray(*items, wanted, item_bytes);
    if (!larger)
        return false;
    *items = larger;
    *room = wanted;
    return true;
}

/* Rows keep coming back to the same few files. Only the latest are looked at, so that a file with a million names costs no
 * more than its size; a name that was forgotten is stored again. */
static bool file_index(struct pim_debug *debug, const char *name, uint32_t *index)
{
    size_t oldest = debug->file_count > REMEMBERED_FILES ? debug->file_count - REMEMBERED_FILES : 0;
    for (size_t i = debug->file_count; i-- > oldest;) {
        if (strcmp(debug->files[i], name) == 0) {
            *index = (uint32_t)i;
            return true;
        }
    }
    if (!grow((void **)&debug->files, sizeof *debug->files, debug->file_count, &debug->file_room))
        return false;
    char *copy = strdup(name);
    if (!copy)
        return false;
    *index = (uint32_t)debug->file_count;
    debug->files[debug->file_count++] = copy;
    return true;
}

static bool add_row(struct pim_debug *debug, Dwarf_Line *source)
{
    Dwarf_Addr address;
    bool end;
    int line;
    if (dwarf_lineaddr(source, &address) || dwarf_lineendsequence(source, &end) || dwarf_lineno(source, &line))
        return true;
    struct line_row row = {.address = address, .file = NO_FILE, .order = debug->row_count};
    if (!end) {
        const char *name = dwarf_linesrc(source, NULL, NULL);
        if (!name || line <= 0)
            return true;
        row.line = (uint32_t)line;
        if (!file_index(debug, name, &row.file))
            return false;
    }
    if (!grow((void **)&debug->rows, sizeof *debug->rows, debug->row_count, &debug->row_room))
        return false;
    debug->rows[debug->row_count++] = row;
    return true;
}

static bool add_unit(struct pim_debug *debug, Dwarf_Die *unit)
{
    Dwarf_Lines *lines;
    size_t count;
    if (dwarf_getsrclines(unit, &lines, &count))
        return true;
    for (size_t i = 0; i < count; i++)
        if (!add_row(debug, dwarf_onesrcline(lines, i)))
            return false;
    return true;
}

static bool add_all_units(struct pim_debug *debug, Dwarf *dwarf)
{
    Dwarf_Off offset = 0, next;
    size_t header_bytes;
    while (dwarf_nextcu(dwarf, offset, &next, &header_bytes, NULL, NULL, NULL) == 0) {
        Dwarf_Die unit;
        if (dwarf_offdie(dwarf, offset + header_bytes, &unit) && !add_unit(debug, &unit))
            return false;
        offset = next;
    }
    return true;
}

/* A sequence that ends where another begins must not hide it: ends come first. */
static int compare_rows(const void *left, const void *right)
{
    const struct line_row *a = left, *b = right;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    if ((a->file == NO_FILE) != (b->file == NO_FILE))
        return a->file == NO_FILE ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

struct pim_debug *debug_lines_read(Elf *elf)
{
    Dwarf *dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
    if (!dwarf)
        return NULL;
    struct pim_debug *debug = calloc(1, sizeof *debug);
    bool whole = debug && add_all_units(debug, dwarf);
    dwarf_end(dwarf);
    if (!whole || debug->row_count == 0) {
        debug_lines_free(debug);
        return NULL;
    }
    qsort(debug->rows, debug->row_count, sizeof *debug->rows, compare_rows);
    return debug;
}

void debug_lines_free(struct pim_debug *debug)
{
    if (!debug)
        return;
    for (size_t i = 0; i < debug->file_count; i++)
        free(debug->files[i]);
    free(debug->files);
    free(debug->rows);
    free(debug);
}

bool debug_lines_find(const struct pim_debug *debug, uint64_t link_address, const char **file, unsigned *line)
{
    size_t low = 0, high = debug->row_count; /* rows below low are at or before the address */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (debug->rows[middle].address <= link_address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || debug->rows[low - 1].file == NO_FILE)
        return false;
    *file = debug->files[debug->rows[low - 1].file];
    *line = debug->rows[low - 1].line;
    return true;
}
