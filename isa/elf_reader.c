/* Kernel binaries: from an ELF executable to a struct pim_image. Everything that depends on the instruction set comes
 * from its table of spaces: a segment or symbol belongs to the space with the greatest link base at or below its address.
 *
 * The whole file is read into memory first; libelf then works on that private copy, so a file that changes meanwhile
 * cannot surprise it. Files come from anywhere: every size and offset is checked against what holds it.
 */
#include "elf_internal.h"
#include "own_sets.h"
#include "whole_file.h"

#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than all spaces of a unit with their debug information; keeps /dev/zero from filling the memory. */
#define LARGEST_FILE_BYTES ((size_t)1 << 30)

struct reader {
    const char *name;
    size_t file_bytes;
    Elf *elf;
    GElf_Ehdr header;
    const struct instruction_set *set;
    uint64_t least[ISA_MOST_REQUIREMENTS]; /* of the note */
    struct pim_image *image;
    struct pim_error *error;
};

static enum pim_status bad(const struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));
static enum pim_status bad(const struct reader *reader, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return pim_fail_at(reader->error, (struct pim_place){.file = reader->name}, NULL, "%s", text);
}

static enum pim_status no_memory(const struct reader *reader)
{
    return pim_fail(reader->error, PIM_NO_MEMORY, "%s: out of memory", reader->name);
}

/* ---- header ---- */

static enum pim_status check_identification(const struct reader *reader, const unsigned char *bytes)
{
    if (reader->file_bytes < EI_NIDENT || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return bad(reader, "this is no ELF file, expected an ELF executable");
    if (bytes[EI_CLASS] != ELFCLASS32 && bytes[EI_CLASS] != ELFCLASS64)
        return bad(reader, "ELF class %u, expected 1 (32-bit) or 2 (64-bit)", bytes[EI_CLASS]);
    if (bytes[EI_DATA] != ELFDATA2LSB)
        return bad(reader, "ELF data encoding %u, expected 1 (little-endian)", bytes[EI_DATA]);
    size_t header_bytes = bytes[EI_CLASS] == ELFCLASS32 ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr);
    if (reader->file_bytes < header_bytes)
        return bad(reader, "the file ends after %zu bytes, expected an ELF header of %zu bytes", reader->file_bytes,
                   header_bytes);
    return PIM_OK;
}

/* Files that users have beside the kernel, and name by mistake. */
static const char *host_processor(uint16_t machine)
{
    switch (machine) {
    case EM_386: return "i386";
    case EM_X86_64: return "x86-64";
    case EM_AARCH64: return "AArch64";
    case EM_RISCV: return "RISC-V";
    default: return NULL;
    }
}

static const char *type_name(uint16_t type)
{
    switch (type) {
    case ET_REL: return " (an object file)";
    case ET_DYN: return " (a shared object)";
    case ET_CORE: return " (a core dump)";
    default: return "";
    }
}

static enum pim_status no_kernel(struct reader *reader, uint16_t machine, uint8_t elf_class)
{
    const struct instruction_set *first = instruction_sets[0];
    const char *host = host_processor(machine);
    if (host)
        return bad(reader, "this is a program for the host (%s, ELF machine %u), expected a kernel, for instance machine %u with class %u (%s)",
                   host, machine, first->elf_machine, first->elf_class, first->name);
    return bad(reader, "ELF machine %u with class %u is no kernel known here, expected for instance machine %u with class %u (%s)",
               machine, elf_class, first->elf_machine, first->elf_class, first->name);
}

/* The description of the file's note, NULL when there is none. The bytes belong to libelf. */
static enum pim_status find_note(const struct reader *reader, const char **text, size_t *length)
{
    size_t count;
    *text = NULL;
    if (elf_getphdrnum(reader->elf, &count))
        return bad(reader, "the program headers cannot be read: %s", elf_errmsg(-1));
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr header;
        if (!gelf_getphdr(reader->elf, (int)i, &header))
            return bad(reader, "program header %zu of %zu is outside the file", i, count);
        if (header.p_type != PT_NOTE)
            continue;
        Elf_Data *data = elf_getdata_rawchunk(reader->elf, (int64_t)header.p_offset, header.p_filesz, ELF_T_NHDR);
        GElf_Nhdr note;
        size_t name, description, next = 0, at = 0;
        while (data && (next = gelf_getnote(data, at, &note, &name, &description)) > 0) {
            const char *bytes = data->d_buf;
            if (note.n_type == OWN_NOTE_TYPE && note.n_namesz == sizeof OWN_NOTE_NAME && memcmp(bytes + name, OWN_NOTE_NAME, note.n_namesz) == 0) {
                if (*text)
                    return bad(reader, "two notes '" OWN_NOTE_NAME "' of type %d, expected one", OWN_NOTE_TYPE);
                *text = bytes + description;
                *length = note.n_descsz;
            }
            at = next;
        }
        if (!data || at < data->d_size)
            return bad(reader, "segment %zu is cut off or no list of notes, expected whole notes within a file of %zu bytes", i, reader->file_bytes);
    }
    return PIM_OK;
}

/* Which of our own sets it is, and what the program requires. */
static enum pim_status read_note(struct reader *reader)
{
    const char *text;
    size_t length;
    char why[256];
    enum pim_status status = find_note(reader, &text, &length);
    if (status)
        return status;
    if (!text)
        return bad(reader, "no note '" OWN_NOTE_NAME "' of type %d, expected one that names the instruction set and what the program requires: "
                   "assemble it again", OWN_NOTE_TYPE);
    return own_note_parse(text, length, &reader->set, reader->least, why, sizeof why) ? PIM_OK : bad(reader, "%s", why);
}

static enum pim_status check_header(struct reader *reader)
{
    if (!gelf_getehdr(reader->elf, &reader->header))
        return bad(reader, "the ELF header cannot be read: %s", elf_errmsg(-1));
    const GElf_Ehdr *header = &reader->header;
    uint8_t elf_class = header->e_ident[EI_CLASS];
    reader->set = instruction_set_for_machine(header->e_machine, elf_class);
    if (!reader->set)
        return no_kernel(reader, header->e_machine, elf_class);
    enum pim_status status = set_has_note(reader->set) ? read_note(reader) : PIM_OK;
    if (status)
        return status;
    if (header->e_type != ET_EXEC)
        return bad(reader, "ELF type %u%s, expected 2 (a linked executable)", header->e_type,
                   type_name(header->e_type));
    if (header->e_flags != reader->set->elf_flags)
        return bad(reader, "ELF flags 0x%x, expected 0x%x for %s", header->e_flags, reader->set->elf_flags,
                   reader->set->name);
    reader->image->instruction_set = reader->set->name;
    if (set_has_note(reader->set) && !own_image_require(reader->image, reader->set, reader->least))
        return no_memory(reader);
    reader->image->entry = header->e_entry;
    reader->image->elf_flags = header->e_flags;
    return PIM_OK;
}

/* The space of a link address, or PIM_NO_SPACE. */
static uint32_t space_of(const struct instruction_set *set, uint64_t link_address)
{
    uint32_t best = PIM_NO_SPACE;
    for (uint32_t i = 0; set->spaces[i].name; i++) {
        uint64_t base = set->spaces[i].link_base;
        if (base <= link_address && (best == PIM_NO_SPACE || base > set->spaces[best].link_base))
            best = i;
    }
    return best;
}

/* ---- segments ---- */

static enum pim_status check_segment(const struct reader *reader, size_t index, const GElf_Phdr *header,
                                     const struct isa_space *space)
{
    uint64_t address = header->p_vaddr - space->link_base;
    if (header->p_filesz > header->p_memsz)
        return bad(reader, "segment %zu has %" PRIu64 " bytes in the file for %" PRIu64 " in memory, expected at most as many",
                   index, header->p_filesz, header->p_memsz);
    if (header->p_offset > reader->file_bytes || header->p_filesz > reader->file_bytes - header->p_offset)
        return bad(reader, "segment %zu needs bytes %" PRIu64 " to %" PRIu64 ", expected them in a file of %zu bytes", index,
                   header->p_offset, header->p_offset + header->p_filesz, reader->file_bytes);
    if (address > space->bytes || header->p_memsz > space->bytes - address)
        return bad(reader, "segment %zu (%" PRIu64 " bytes at 0x%" PRIx64 ") leaves %s, expected it within %" PRIu64
                   " bytes from 0x%" PRIx64, index, header->p_memsz, header->p_vaddr, space->name, space->bytes,
                   space->link_base);
    if (address % space->alignment || header->p_filesz % space->alignment || header->p_memsz % space->alignment)
        return bad(reader, "segment %zu (%" PRIu64 " bytes at 0x%" PRIx64 ") is misaligned, expected multiples of %u in %s",
                   index, header->p_memsz, header->p_vaddr, space->alignment, space->name);
    return PIM_OK;
}

static enum pim_status add_segment(struct reader *reader, size_t index, const GElf_Phdr *header, const char *bytes)
{
    uint32_t space_index = space_of(reader->set, header->p_vaddr);
    if (space_index == PIM_NO_SPACE)
        return bad(reader, "segment %zu at 0x%" PRIx64 " is in no space of %s", index, header->p_vaddr, reader->set->name);
    const struct isa_space *space = &reader->set->spaces[space_index];
    if (!space->loadable)
        return PIM_OK;
    enum pim_status status = check_segment(reader, index, header, space);
    if (status)
        return status;
    uint8_t *data = NULL;
    if (header->p_filesz) {
        data = malloc(header->p_filesz);
        if (!data)
            return no_memory(reader);
        memcpy(data, bytes + header->p_offset, header->p_filesz);
    }
    reader->image->segments[reader->image->segment_count++] = (struct pim_segment){
        .space = space_index,
        .address = header->p_vaddr - space->link_base,
        .link_address = header->p_vaddr,
        .data_bytes = header->p_filesz,
        .memory_bytes = header->p_memsz,
        .data = data,
    };
    return PIM_OK;
}

static int compare_segments(const void *left, const void *right)
{
    const struct pim_segment *a = left, *b = right;
    if (a->space != b->space)
        return a->space < b->space ? -1 : 1;
    return (a->address > b->address) - (a->address < b->address);
}

static enum pim_status check_overlap(const struct reader *reader)
{
    const struct pim_image *image = reader->image;
    for (size_t i = 1; i < image->segment_count; i++) {
        const struct pim_segment *before = &image->segments[i - 1], *after = &image->segments[i];
        if (before->space == after->space && before->address + before->memory_bytes > after->address)
            return bad(reader, "the segments at 0x%" PRIx64 " and 0x%" PRIx64 " overlap, expected disjoint segments",
                       before->link_address, after->link_address);
    }
    return PIM_OK;
}

static enum pim_status read_segments(struct reader *reader, const char *bytes)
{
    size_t count;
    if (elf_getphdrnum(reader->elf, &count))
        return bad(reader, "the program headers cannot be read: %s", elf_errmsg(-1));
    reader->image->segments = calloc(count ? count : 1, sizeof *reader->image->segments);
    if (!reader->image->segments)
        return no_memory(reader);
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr header;
        if (!gelf_getphdr(reader->elf, (int)i, &header))
            return bad(reader, "program header %zu of %zu is outside the file", i, count);
        if (header.p_type != PT_LOAD || (header.p_memsz == 0 && header.p_filesz == 0))
            continue;
        enum pim_status status = add_segment(reader, i, &header, bytes);
        if (status)
            return status;
    }
    if (reader->image->segment_count == 0)
        return bad(reader, "no loadable segment, expected at least the code");
    qsort(reader->image->segments, reader->image->segment_count, sizeof *reader->image->segments, compare_segments);
    return check_overlap(reader);
}

/* ---- sections and symbols ---- */

/* A string table. Offsets below `bytes` are good: the copies in image->storage all end with a NUL. */
struct texts {
    const char *text;
    size_t bytes;
};

struct tables {
    Elf_Scn *symbols;
    size_t section_count;
    struct texts section_names, symbol_names, comment;
};

static enum pim_status section_texts(const struct reader *reader, Elf_Scn *section, const char *what, struct texts *texts)
{
    Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
    if (!data || (data->d_size && !data->d_buf))
        return bad(reader, "%s cannot be read, expected it within the file", what);
    *texts = (struct texts){data->d_buf, data->d_size};
    return PIM_OK;
}

static enum pim_status note_section(const struct reader *reader, struct tables *tables, size_t index)
{
    Elf_Scn *section = elf_getscn(reader->elf, index);
    GElf_Shdr header;
    if (!section || !gelf_getshdr(section, &header))
        return bad(reader, "section header %zu of %zu is outside the file", index, tables->section_count);
    if (header.sh_name >= tables->section_names.bytes)
        return bad(reader, "section %zu has name offset %u, expected one below %zu, the size of the section name table", index,
                   header.sh_name, tables->section_names.bytes);
    if (header.sh_type == SHT_SYMTAB) {
        tables->symbols = section;
        return section_texts(reader, elf_getscn(reader->elf, header.sh_link), "the symbol name table", &tables->symbol_names);
    }
    const char *name = tables->section_names.text + header.sh_name;
    size_t longest = tables->section_names.bytes - header.sh_name;
    if (header.sh_type == SHT_PROGBITS && strnlen(name, longest) < longest && strcmp(name, ".comment") == 0)
        return section_texts(reader, section, ".comment", &tables->comment);
    return PIM_OK;
}

static enum pim_status find_tables(const struct reader *reader, struct tables *tables)
{
    const GElf_Ehdr *header = &reader->header;
    uint64_t table_bytes = (uint64_t)header->e_shnum * header->e_shentsize;
    if (header->e_shoff > reader->file_bytes || table_bytes > reader->file_bytes - header->e_shoff)
        return bad(reader, "%u section headers at offset %" PRIu64 ", expected them in a file of %zu bytes", header->e_shnum,
                   header->e_shoff, reader->file_bytes);
    if (elf_getshdrnum(reader->elf, &tables->section_count))
        return bad(reader, "the section headers cannot be read: %s", elf_errmsg(-1));
    if (tables->section_count == 0)
        return PIM_OK;
    size_t names;
    if (elf_getshdrstrndx(reader->elf, &names))
        return bad(reader, "the section name table cannot be found: %s", elf_errmsg(-1));
    enum pim_status status = section_texts(reader, elf_getscn(reader->elf, names), "the section name table",
                                           &tables->section_names);
    for (size_t i = 1; !status && i < tables->section_count; i++)
        status = note_section(reader, tables, i);
    return status;
}

/* Move the tables' texts to image->storage, behind the path. */
static enum pim_status copy_texts(struct reader *reader, struct tables *tables)
{
    struct texts *parts[] = {&tables->section_names, &tables->symbol_names, &tables->comment};
    size_t path_bytes = strlen(reader->name) + 1, total = path_bytes;
    for (size_t i = 0; i < 3; i++)
        total += parts[i]->bytes + 1;
    char *next = calloc(1, total);
    if (!next)
        return no_memory(reader);
    reader->image->storage = next;
    reader->image->path = memcpy(next, reader->name, path_bytes);
    next += path_bytes;
    for (size_t i = 0; i < 3; i++) {
        if (parts[i]->bytes)
            memcpy(next, parts[i]->text, parts[i]->bytes);
        parts[i]->text = next;
        next += parts[i]->bytes + 1;
    }
    reader->image->tool_version = tables->comment.text;
    reader->image->tool_release = tool_release(reader->image->tool_version);
    return PIM_OK;
}

/* Where the host sees a symbol, and how much of the space belongs to the end-of-data mark. */
static void apply_space_rules(const struct isa_space *space, struct pim_symbol *symbol)
{
    symbol->host_visible = !space->host_section || strcmp(symbol->section, space->host_section) == 0;
    if (space->used_end_symbol && strcmp(symbol->name, space->used_end_symbol) == 0)
        symbol->size = space->bytes - symbol->value;
}

static enum pim_status apply_layout(const struct reader *reader, const struct isa_space *space, unsigned other, struct pim_symbol *symbol)
{
    symbol->vertical = other & OWN_VERTICAL;
    if (other & ~(unsigned)(OWN_VERTICAL | OWN_VISIBILITY))
        return bad(reader, "symbol '%s' has st_other 0x%x, expected 0 or 0x%x (vertical)", symbol->name, other, OWN_VERTICAL);
    if (symbol->vertical && (!space->vertical || symbol->size < 1 || symbol->size > ISA_WIDEST_ELEMENT))
        return bad(reader, "symbol '%s' in %s is vertical with %" PRIu64 " rows, expected 1 to %d rows in a space of rows", symbol->name, space->name,
                   symbol->size, ISA_WIDEST_ELEMENT);
    return PIM_OK;
}

static enum pim_status place_symbol(const struct reader *reader, const struct tables *tables, const GElf_Sym *source,
                                    struct pim_symbol *symbol)
{
    symbol->space = PIM_NO_SPACE;
    symbol->section = "";
    symbol->host_visible = true;
    if (source->st_shndx == SHN_ABS || source->st_shndx == SHN_COMMON)
        return PIM_OK;
    GElf_Shdr section;
    if (source->st_shndx >= tables->section_count || !gelf_getshdr(elf_getscn(reader->elf, source->st_shndx), &section))
        return bad(reader, "symbol '%s' is in section %u, expected one of %zu sections", symbol->name, source->st_shndx,
                   tables->section_count);
    symbol->section = tables->section_names.text + section.sh_name;
    if (!(section.sh_flags & SHF_ALLOC))
        return PIM_OK;
    uint32_t space_index = space_of(reader->set, source->st_value);
    if (space_index == PIM_NO_SPACE)
        return PIM_OK;
    const struct isa_space *space = &reader->set->spaces[space_index];
    if (source->st_value - space->link_base > space->bytes)
        return bad(reader, "symbol '%s' at 0x%" PRIx64 " lies beyond %s (%" PRIu64 " bytes from 0x%" PRIx64 ")", symbol->name,
                   source->st_value, space->name, space->bytes, space->link_base);
    symbol->space = space_index;
    symbol->value = source->st_value - space->link_base;
    apply_space_rules(space, symbol);
    return set_has_note(reader->set) ? apply_layout(reader, space, source->st_other, symbol) : PIM_OK;
}

static enum pim_status add_symbol(struct reader *reader, const struct tables *tables, const GElf_Sym *source)
{
    int type = GELF_ST_TYPE(source->st_info);
    if (type == STT_FILE || type == STT_SECTION || source->st_shndx == SHN_UNDEF)
        return PIM_OK;
    if (source->st_name >= tables->symbol_names.bytes)
        return bad(reader, "a symbol has name offset %u, expected one below %zu, the size of the symbol name table",
                   source->st_name, tables->symbol_names.bytes);
    struct pim_symbol symbol = {
        .name = tables->symbol_names.text + source->st_name,
        .value = source->st_value,
        .link_value = source->st_value,
        .size = source->st_size,
        .function = type == STT_FUNC,
        .global = GELF_ST_BIND(source->st_info) != STB_LOCAL,
    };
    if (!*symbol.name)
        return PIM_OK;
    enum pim_status status = place_symbol(reader, tables, source, &symbol);
    if (!status)
        reader->image->symbols[reader->image->symbol_count++] = symbol;
    return status;
}

static int compare_symbols(const void *left, const void *right)
{
    const struct pim_symbol *a = left, *b = right;
    if (a->space != b->space)
        return a->space < b->space ? -1 : 1;
    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    return strcmp(a->name, b->name);
}

static enum pim_status read_symbols(struct reader *reader)
{
    struct tables tables = {0};
    enum pim_status status = find_tables(reader, &tables);
    if (!status)
        status = copy_texts(reader, &tables);
    if (status || !tables.symbols)
        return status;
    Elf_Data *data = elf_getdata(tables.symbols, NULL);
    if (!data || (data->d_size && !data->d_buf))
        return bad(reader, "the symbol table cannot be read, expected it within the file");
    size_t count = data->d_size / gelf_fsize(reader->elf, ELF_T_SYM, 1, EV_CURRENT);
    reader->image->symbols = calloc(count ? count : 1, sizeof *reader->image->symbols);
    if (!reader->image->symbols)
        return no_memory(reader);
    for (size_t i = 1; i < count; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, (int)i, &symbol))
            return bad(reader, "symbol %zu of %zu cannot be read", i, count);
        status = add_symbol(reader, &tables, &symbol);
        if (status)
            return status;
    }
    qsort(reader->image->symbols, reader->image->symbol_count, sizeof *reader->image->symbols, compare_symbols);
    return PIM_OK;
}

/* ---- the whole file ---- */

static enum pim_status read_everything(struct reader *reader, char *bytes)
{
    enum pim_status status = check_identification(reader, (const unsigned char *)bytes);
    if (status)
        return status;
    elf_version(EV_CURRENT);
    reader->elf = elf_memory(bytes, reader->file_bytes);
    if (!reader->elf)
        return bad(reader, "the ELF file cannot be read: %s", elf_errmsg(-1));
    reader->image = calloc(1, sizeof *reader->image);
    if (!reader->image)
        return no_memory(reader);
    status = check_header(reader);
    if (!status)
        status = read_segments(reader, bytes);
    if (!status)
        status = read_symbols(reader);
    if (status)
        return status;
    reader->image->hash = image_hash(reader->image);
    reader->image->debug = debug_lines_read(reader->elf);
    return PIM_OK;
}

/* `bytes` is private to the reader: libelf may convert it in place. */
static enum pim_status read_private(const char *name, char *bytes, size_t size, struct pim_image **image,
                                    struct pim_error *error)
{
    struct reader reader = {.name = name, .file_bytes = size, .error = error};
    enum pim_status status = read_everything(&reader, bytes);
    elf_end(reader.elf);
    if (status) {
        pim_image_free(reader.image);
        reader.image = NULL;
    }
    *image = reader.image;
    return status;
}

enum pim_status pim_image_read_memory(const char *name, const void *bytes, size_t size, struct pim_image **image,
                                      struct pim_error *error)
{
    *image = NULL;
    char *copy = malloc(size ? size : 1);
    if (!copy)
        return pim_fail(error, PIM_NO_MEMORY, "%s: out of memory", name);
    if (size)
        memcpy(copy, bytes, size);
    enum pim_status status = read_private(name, copy, size, image, error);
    free(copy);
    return status;
}

enum pim_status pim_image_read(const char *path, struct pim_image **image, struct pim_error *error)
{
    *image = NULL;
    char *bytes;
    size_t size;
    enum pim_status status = read_whole_file(path, LARGEST_FILE_BYTES, &bytes, &size, error);
    if (status)
        return status;
    status = read_private(path, bytes, size, image, error);
    free(bytes);
    return status;
}
