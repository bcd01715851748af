/* The ELF file, in the shape that the vendor's linker gives it: every space's content in one PT_LOAD segment at a file offset that
 * agrees with its address modulo 4096, .comment, .symtab with local symbols first, .shstrtab, .strtab.
 *
 * First all parts are made in memory (which may give up for lack of it), then libelf writes them to a file in memory.
 */
#include "config.h" /* GNU extensions of the C library */

#include "asm_internal.h"
#include "own_sets.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 0x1000, EXTRA_PARTS = 9, NOTE_ALIGNMENT = 4 };

struct part {
    const char *name;
    GElf_Shdr header;
    Elf_Type type;
    void *bytes; /* NULL: no content */
};

struct elf_file {
    struct assembler *a;
    size_t part_count; /* parts[0] is the null section */
    struct part *parts;
    size_t segment_count;
    GElf_Phdr *segments;
    uint64_t end; /* file offset behind what is placed */
    size_t symbol_count, local_count;
    struct asm_buffer *symbols, *symbol_names, *section_names;
};

static bool is_32_bit(const struct assembler *a)
{
    return a->set->elf_class == ELFCLASS32;
}

static uint64_t round_up(uint64_t number, uint64_t alignment)
{
    return (number + alignment - 1) & ~(alignment - 1);
}

static struct part *add_part(struct elf_file *file, const char *name, GElf_Shdr header, void *bytes)
{
    struct part *part = &file->parts[file->part_count++];
    *part = (struct part){.name = name, .header = header, .type = ELF_T_BYTE, .bytes = bytes};
    return part;
}

/* ---- sections and segments ---- */

/* Content is filled up to the granule of its space, so that segments can be loaded in whole granules. */
static void pad_content(struct assembler *a)
{
    for (size_t i = 0; i < a->section_count; i++) {
        struct asm_section *section = a->sections[i];
        uint64_t padding = -section->size & (asm_space(a, section)->alignment - 1);
        if (section->kind != ASM_CONTENT)
            continue;
        asm_append_zeros(a, &section->bytes, padding);
        section->size += padding;
    }
}

static void add_section(struct elf_file *file, struct asm_section *section, uint64_t segment_address, uint64_t segment_offset)
{
    bool content = section->kind == ASM_CONTENT;
    bool code = asm_space(file->a, section)->code;
    section->elf_index = file->part_count;
    add_part(file, section->name, (GElf_Shdr){
        .sh_type = content ? SHT_PROGBITS : SHT_NOBITS,
        .sh_flags = SHF_ALLOC | (code ? SHF_EXECINSTR : SHF_WRITE),
        .sh_addr = section->address,
        .sh_offset = segment_offset + (content ? section->address - segment_address : 0),
        .sh_size = section->size,
        .sh_addralign = section->alignment,
    }, content && section->size ? section->bytes.data : NULL);
}

/* The sections of one space and, when something is to be loaded, their segment. */
static void add_space(struct elf_file *file, uint32_t index)
{
    struct assembler *a = file->a;
    const struct isa_space *space = &a->set->spaces[index];
    uint64_t first = UINT64_MAX, content_end = 0, end = 0;
    for (size_t i = 0; i < a->section_count; i++) {
        const struct asm_section *section = a->sections[i];
        if (section->space != index || section->kind == ASM_RESERVED || section->size == 0)
            continue;
        first = first == UINT64_MAX ? section->address : first;
        end = round_up(section->address + section->size, space->alignment);
        content_end = section->kind == ASM_CONTENT ? end : content_end;
    }
    bool loaded = first != UINT64_MAX;
    uint64_t content = content_end > first ? content_end - first : 0;
    uint64_t offset = loaded ? round_up(file->end, PAGE) + first % PAGE : file->end;
    for (size_t i = 0; i < a->section_count; i++)
        if (a->sections[i]->space == index)
            add_section(file, a->sections[i], loaded ? first : a->sections[i]->address, offset);
    if (!loaded)
        return;
    file->segments[file->segment_count++] = (GElf_Phdr){
        .p_type = PT_LOAD,
        .p_flags = PF_R | (space->code ? PF_X : PF_W),
        .p_offset = offset,
        .p_vaddr = first,
        .p_paddr = first,
        .p_filesz = content,
        .p_memsz = end - first,
        .p_align = PAGE,
    };
    file->end = offset + content;
}

static void add_spaces(struct elf_file *file)
{
    const struct isa_space *spaces = file->a->set->spaces;
    for (int code = 1; code >= 0; code--)
        for (uint32_t i = 0; spaces[i].name; i++)
            if (spaces[i].code == code)
                add_space(file, i);
    file->segments[file->segment_count++] = (GElf_Phdr){.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W};
}

/* ---- symbols ---- */

static bool is_in_code(const struct assembler *a, const struct asm_symbol *symbol)
{
    return symbol->value.section && asm_space(a, symbol->value.section)->code;
}

/* A global label in code is a function unless `.type` says otherwise, a label in data an object. */
static enum asm_symbol_type type_of(const struct assembler *a, const struct asm_symbol *symbol)
{
    if (symbol->type_given || !symbol->value.section)
        return symbol->type;
    if (is_in_code(a, symbol))
        return symbol->global ? ASM_FUNCTION : ASM_UNTYPED;
    return ASM_OBJECT;
}

static int compare_places(const void *left, const void *right)
{
    const struct asm_symbol *a = *(struct asm_symbol *const *)left, *b = *(struct asm_symbol *const *)right;
    if (a->value.section != b->value.section)
        return a->value.section->address < b->value.section->address ? -1 : 1;
    return (a->value.number > b->value.number) - (a->value.number < b->value.number);
}

static struct asm_symbol **labels_by_place(struct assembler *a, size_t *count)
{
    struct asm_symbol **labels = asm_allocate(a, (a->symbol_count + 1) * sizeof *labels);
    *count = 0;
    for (size_t i = 0; i < a->symbol_count; i++)
        if (a->symbols[i]->defined_in_pass == 2 && a->symbols[i]->value.section && !asm_symbol_is_private(a->symbols[i]))
            labels[(*count)++] = a->symbols[i];
    qsort(labels, *count, sizeof *labels, compare_places);
    return labels;
}

static int compare_verticals(const void *left, const void *right)
{
    const struct asm_vertical_row *a = left, *b = right;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

/* A label of `.vertical` is as long as its elements are wide, whatever labels are inside. */
static void find_vertical(struct asm_symbol *symbol)
{
    const struct asm_buffer *rows = &symbol->value.section->verticals;
    const struct asm_vertical_row wanted = {.offset = (uint64_t)symbol->value.number};
    const struct asm_vertical_row *found =
        rows->size ? bsearch(&wanted, rows->data, rows->size / sizeof wanted, sizeof wanted, compare_verticals) : NULL;
    if (!found)
        return;
    symbol->vertical = true;
    symbol->size = found->width;
}

/* Symbols without `.size` reach to the next one: functions to the next function, objects to the next label. */
static void find_sizes(struct assembler *a)
{
    size_t count;
    struct asm_symbol **labels = labels_by_place(a, &count);
    const struct asm_section *section = NULL;
    int64_t here = 0, next_label = 0, next_function = 0, after_label = 0, after_function = 0;
    for (size_t i = count; i-- > 0;) {
        struct asm_symbol *symbol = labels[i];
        enum asm_symbol_type type = type_of(a, symbol);
        if (symbol->value.section != section) {
            section = symbol->value.section;
            here = INT64_MAX;
            next_label = next_function = (int64_t)section->final_size;
        }
        if (symbol->value.number < here) { /* labels at one place have one size */
            here = symbol->value.number;
            after_label = next_label;
            after_function = next_function;
        }
        int64_t end = type == ASM_FUNCTION ? after_function : after_label;
        if (!symbol->size_given && type != ASM_UNTYPED)
            symbol->size = end > here ? (uint64_t)(end - here) : 0;
        next_label = here < next_label ? here : next_label; /* an end mark may lie behind the section */
        next_function = type == ASM_FUNCTION ? next_label : next_function;
        find_vertical(symbol);
    }
}

static void append_symbol(struct elf_file *file, const char *name, GElf_Sym symbol)
{
    struct assembler *a = file->a;
    symbol.st_name = *name ? (GElf_Word)file->symbol_names->size : 0;
    if (*name || file->symbol_names->size == 0)
        asm_append(a, file->symbol_names, name, strlen(name) + 1);
    if (is_32_bit(a)) {
        Elf32_Sym narrow = {.st_name = symbol.st_name, .st_value = (Elf32_Addr)symbol.st_value, .st_size = (Elf32_Word)symbol.st_size,
                            .st_info = symbol.st_info, .st_other = symbol.st_other, .st_shndx = symbol.st_shndx};
        asm_append(a, file->symbols, &narrow, sizeof narrow);
    } else {
        asm_append(a, file->symbols, &symbol, sizeof symbol);
    }
    file->symbol_count++;
}

static void append_source_symbol(struct elf_file *file, const struct asm_symbol *symbol)
{
    static const unsigned char types[] = {[ASM_UNTYPED] = STT_NOTYPE, [ASM_FUNCTION] = STT_FUNC, [ASM_OBJECT] = STT_OBJECT};
    const struct asm_section *section = symbol->value.section;
    append_symbol(file, symbol->name, (GElf_Sym){
        .st_value = (GElf_Addr)asm_link_value(&symbol->value),
        .st_size = symbol->size,
        .st_info = GELF_ST_INFO(symbol->global ? STB_GLOBAL : STB_LOCAL, types[type_of(file->a, symbol)]),
        .st_other = symbol->vertical ? OWN_VERTICAL : STV_DEFAULT,
        .st_shndx = section ? (GElf_Section)section->elf_index : SHN_ABS,
    });
}

/* Private labels are not written, nor constants that the file's class cannot hold. */
static bool is_written(const struct assembler *a, const struct asm_symbol *symbol)
{
    if (symbol->defined_in_pass != 2 || asm_symbol_is_private(symbol))
        return false;
    int64_t number = symbol->value.number;
    return !is_32_bit(a) || symbol->value.section || (number >= INT32_MIN && number <= UINT32_MAX && symbol->size <= UINT32_MAX);
}

static void append_symbols(struct elf_file *file, bool global)
{
    struct assembler *a = file->a;
    for (size_t i = 0; i < a->symbol_count; i++) {
        const struct asm_symbol *symbol = a->symbols[i];
        if (symbol->global == global && is_written(a, symbol))
            append_source_symbol(file, symbol);
    }
}

static void make_symbols(struct elf_file *file)
{
    struct assembler *a = file->a;
    const char *slash = strrchr(a->top_name, '/');
    find_sizes(a);
    append_symbol(file, "", (GElf_Sym){0});
    append_symbol(file, slash ? slash + 1 : a->top_name,
                  (GElf_Sym){.st_info = GELF_ST_INFO(STB_LOCAL, STT_FILE), .st_shndx = SHN_ABS});
    append_symbols(file, false);
    file->local_count = file->symbol_count;
    append_symbols(file, true);
}

/* ---- the other sections ---- */

/* Behind everything else, at the next multiple of its alignment. */
static void place_part(struct elf_file *file, struct part *part, const struct asm_buffer *content)
{
    file->end = round_up(file->end, part->header.sh_addralign);
    part->header.sh_offset = file->end;
    part->header.sh_size = content->size;
    part->bytes = content->data;
    file->end += content->size;
}

static void name_parts(struct elf_file *file)
{
    asm_append(file->a, file->section_names, "", 1);
    for (size_t i = 1; i < file->part_count; i++) {
        struct part *part = &file->parts[i];
        part->header.sh_name = (GElf_Word)file->section_names->size;
        asm_append(file->a, file->section_names, part->name, strlen(part->name) + 1);
    }
}

static void add_debug(struct elf_file *file)
{
    struct assembler *a = file->a;
    if (a->row_count == 0)
        return;
    struct asm_buffer *abbrev = asm_new_buffer(a), *info = asm_new_buffer(a), *line = asm_new_buffer(a);
    asm_write_dwarf(a, abbrev, info, line);
    const GElf_Shdr header = {.sh_type = SHT_PROGBITS, .sh_addralign = 1};
    place_part(file, add_part(file, ".debug_abbrev", header, NULL), abbrev);
    place_part(file, add_part(file, ".debug_info", header, NULL), info);
    place_part(file, add_part(file, ".debug_line", header, NULL), line);
}

static void add_comment(struct elf_file *file)
{
    const char *text = file->a->set->comment ? file->a->set->comment : "pimento asm";
    struct asm_buffer *comment = asm_new_buffer(file->a);
    asm_append(file->a, comment, text, strlen(text) + 1);
    const GElf_Shdr header = {.sh_type = SHT_PROGBITS, .sh_flags = SHF_MERGE | SHF_STRINGS, .sh_entsize = 1, .sh_addralign = 1};
    place_part(file, add_part(file, ".comment", header, NULL), comment);
}

/* What the program requires, in a note that only our own sets have. A loader looks for its segment, people and tools for its section. */
static void find_requirements(struct assembler *a)
{
    for (size_t i = 0; i < a->section_count; i++) {
        const struct asm_section *section = a->sections[i];
        const struct isa_space *space = asm_space(a, section);
        if (space->code)
            own_require_code(a->set, section->bytes.data, section->bytes.size, a->least);
        if (section->size)
            own_require_space(a->set, space, section->address + section->size - space->link_base, a->least);
    }
}

static void append_padded(struct assembler *a, struct asm_buffer *buffer, const void *bytes, size_t size)
{
    asm_append(a, buffer, bytes, size);
    asm_append_zeros(a, buffer, -size % NOTE_ALIGNMENT);
}

static void add_note(struct elf_file *file)
{
    struct assembler *a = file->a;
    char text[OWN_NOTE_BYTES];
    if (!set_has_note(a->set))
        return;
    find_requirements(a);
    size_t length = own_note_print(a->set, a->least, text);
    const Elf64_Nhdr header = {.n_namesz = sizeof OWN_NOTE_NAME, .n_descsz = (Elf64_Word)length, .n_type = OWN_NOTE_TYPE};
    struct asm_buffer *note = asm_new_buffer(a);
    append_padded(a, note, &header, sizeof header);
    append_padded(a, note, OWN_NOTE_NAME, sizeof OWN_NOTE_NAME);
    append_padded(a, note, text, length);
    struct part *part = add_part(file, ".note.pimento", (GElf_Shdr){.sh_type = SHT_NOTE, .sh_addralign = NOTE_ALIGNMENT}, NULL);
    place_part(file, part, note);
    file->segments[file->segment_count++] = (GElf_Phdr){.p_type = PT_NOTE, .p_flags = PF_R, .p_offset = part->header.sh_offset,
                                                        .p_filesz = note->size, .p_align = NOTE_ALIGNMENT};
}

static void add_tables(struct elf_file *file)
{
    const GElf_Shdr strings = {.sh_type = SHT_STRTAB, .sh_addralign = 1};
    make_symbols(file);
    struct part *symbols = add_part(file, ".symtab", (GElf_Shdr){
        .sh_type = SHT_SYMTAB,
        .sh_info = (GElf_Word)file->local_count,
        .sh_entsize = is_32_bit(file->a) ? sizeof(Elf32_Sym) : sizeof(Elf64_Sym),
        .sh_addralign = is_32_bit(file->a) ? 4 : 8,
    }, NULL);
    symbols->type = ELF_T_SYM;
    struct part *section_names = add_part(file, ".shstrtab", strings, NULL);
    symbols->header.sh_link = (GElf_Word)file->part_count;
    struct part *symbol_names = add_part(file, ".strtab", strings, NULL);
    name_parts(file);
    place_part(file, symbols, file->symbols);
    place_part(file, section_names, file->section_names);
    place_part(file, symbol_names, file->symbol_names);
}

/* ---- writing ---- */

static bool write_part(Elf *elf, const struct part *part)
{
    Elf_Scn *section = elf_newscn(elf);
    Elf_Data *data = section ? elf_newdata(section) : NULL;
    if (!data)
        return false;
    data->d_buf = part->bytes;
    data->d_size = part->header.sh_size;
    data->d_type = part->type;
    data->d_align = part->header.sh_addralign;
    GElf_Shdr header = part->header;
    return gelf_update_shdr(section, &header);
}

static bool write_header(const struct elf_file *file, Elf *elf)
{
    const struct instruction_set *set = file->a->set;
    GElf_Ehdr header;
    if (!gelf_newehdr(elf, set->elf_class) || !gelf_getehdr(elf, &header))
        return false;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_EXEC;
    header.e_machine = set->elf_machine;
    header.e_version = EV_CURRENT;
    header.e_entry = set->elf_entry;
    header.e_flags = set->elf_flags;
    header.e_phoff = gelf_fsize(elf, ELF_T_EHDR, 1, EV_CURRENT);
    header.e_shoff = round_up(file->end, 8);
    header.e_shstrndx = (GElf_Half)(file->part_count - 2);
    return gelf_update_ehdr(elf, &header);
}

static bool write_all(struct elf_file *file, Elf *elf)
{
    elf_flagelf(elf, ELF_C_SET, ELF_F_LAYOUT);
    if (!write_header(file, elf) || !gelf_newphdr(elf, file->segment_count))
        return false;
    for (size_t i = 0; i < file->segment_count; i++)
        if (!gelf_update_phdr(elf, (int)i, &file->segments[i]))
            return false;
    for (size_t i = 1; i < file->part_count; i++)
        if (!write_part(elf, &file->parts[i]))
            return false;
    return elf_update(elf, ELF_C_WRITE) >= 0;
}

static enum pim_status read_back(struct assembler *a, int descriptor, struct asm_output *output)
{
    off_t size = lseek(descriptor, 0, SEEK_END);
    if (size < 0)
        return pim_fail(a->error, PIM_IO, "%s: the ELF file in memory: %s", a->top_name, strerror(errno));
    output->elf = malloc((size_t)size);
    if (!output->elf)
        return pim_fail(a->error, PIM_NO_MEMORY, "%s: out of memory", a->top_name);
    while (output->elf_bytes < (size_t)size) {
        ssize_t got = pread(descriptor, (char *)output->elf + output->elf_bytes, (size_t)size - output->elf_bytes,
                            (off_t)output->elf_bytes);
        if (got <= 0)
            return pim_fail(a->error, PIM_IO, "%s: the ELF file in memory: %s", a->top_name, strerror(errno));
        output->elf_bytes += (size_t)got;
    }
    return PIM_OK;
}

static enum pim_status write_file(struct elf_file *file, struct asm_output *output)
{
    struct assembler *a = file->a;
    int descriptor = memfd_create("pimento asm", MFD_CLOEXEC);
    if (descriptor < 0)
        return pim_fail(a->error, PIM_IO, "%s: a file in memory: %s", a->top_name, strerror(errno));
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(descriptor, ELF_C_WRITE, NULL);
    bool good = elf && write_all(file, elf);
    enum pim_status status = PIM_OK;
    if (!good)
        status = pim_fail(a->error, PIM_INTERNAL, "%s: writing the ELF file: %s", a->top_name, elf_errmsg(-1));
    elf_end(elf);
    if (good)
        status = read_back(a, descriptor, output);
    close(descriptor);
    return status;
}

enum pim_status asm_write_elf(struct assembler *a, struct asm_output *output)
{
    size_t spaces = 0;
    while (a->set->spaces[spaces].name)
        spaces++;
    size_t segments = spaces + 1 + set_has_note(a->set); /* PT_GNU_STACK, PT_NOTE */
    struct elf_file file = {
        .a = a,
        .part_count = 1,
        .parts = asm_allocate(a, (1 + a->section_count + EXTRA_PARTS) * sizeof *file.parts),
        .segments = asm_allocate(a, segments * sizeof *file.segments),
        .symbols = asm_new_buffer(a),
        .symbol_names = asm_new_buffer(a),
        .section_names = asm_new_buffer(a),
        .end = is_32_bit(a) ? sizeof(Elf32_Ehdr) + segments * sizeof(Elf32_Phdr) : sizeof(Elf64_Ehdr) + segments * sizeof(Elf64_Phdr),
    };
    pad_content(a);
    add_spaces(&file);
    add_note(&file);
    add_debug(&file);
    add_comment(&file);
    add_tables(&file);
    return write_file(&file, output);
}
