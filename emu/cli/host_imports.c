/* The lists in an executable of what it needs, compared with what the drop-in library has.
 *
 * An executable does not say which library a function belongs to. Those of the C library and its like carry a version, the UPMEM library's
 * never do; so functions without a version are that library's when all other libraries that the program names have versions, and
 * otherwise those whose names begin as the library's do.
 */
#include "host_imports.h"

#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path_text.h"
#include "whole_file.h"

#define LIBRARY "libdpu"
#define FUNCTION "dpu"

enum { FILE_BYTES_MAX = 1 << 30, FUNCTIONS_SHOWN = 8 };

/* ---- the file ---- */

struct table { const void *rows; size_t count; const char *strings; size_t string_bytes; };

struct executable {
    char *bytes;
    size_t size;
    struct table symbols, versions, needs, dynamic;
};

static const void *part(const struct executable *file, uint64_t offset, uint64_t bytes)
{
    return offset <= file->size && bytes <= file->size - offset ? file->bytes + offset : NULL;
}

static const char *text(const struct table *table, uint64_t offset)
{
    bool good = offset < table->string_bytes && memchr(table->strings + offset, '\0', table->string_bytes - offset);
    return good ? table->strings + offset : "";
}

/* What a section holds, and the section of texts that it names. */
static void take_section(const struct executable *file, const Elf64_Ehdr *header, const Elf64_Shdr *section, size_t row_bytes,
                         struct table *table)
{
    const Elf64_Shdr *strings = part(file, header->e_shoff + section->sh_link * sizeof *strings, sizeof *strings);
    const void *rows = part(file, section->sh_offset, section->sh_size);
    const char *texts = strings ? part(file, strings->sh_offset, strings->sh_size) : NULL;
    if (rows && texts && section->sh_offset % 8 % row_bytes == 0)
        *table = (struct table){rows, section->sh_size / row_bytes, texts, strings->sh_size};
}

static void take_sections(struct executable *file, const Elf64_Ehdr *header)
{
    const Elf64_Shdr *sections = part(file, header->e_shoff, (uint64_t)header->e_shnum * sizeof *sections);
    for (size_t i = 0; sections && header->e_shoff % 8 == 0 && i < header->e_shnum; i++) {
        if (sections[i].sh_type == SHT_DYNSYM)
            take_section(file, header, &sections[i], sizeof(Elf64_Sym), &file->symbols);
        if (sections[i].sh_type == SHT_GNU_versym)
            take_section(file, header, &sections[i], sizeof(Elf64_Versym), &file->versions);
        if (sections[i].sh_type == SHT_GNU_verneed)
            take_section(file, header, &sections[i], 1, &file->needs);
        if (sections[i].sh_type == SHT_DYNAMIC)
            take_section(file, header, &sections[i], sizeof(Elf64_Dyn), &file->dynamic);
    }
}

static bool open_executable(const char *path, struct executable *file)
{
    struct pim_error error = {0};
    *file = (struct executable){0};
    if (read_whole_file(path, FILE_BYTES_MAX, &file->bytes, &file->size, &error) != PIM_OK)
        return false;
    const Elf64_Ehdr *header = part(file, 0, sizeof *header);
    if (header && !memcmp(header->e_ident, ELFMAG, SELFMAG) && header->e_ident[EI_CLASS] == ELFCLASS64 &&
        header->e_shentsize == sizeof(Elf64_Shdr))
        take_sections(file, header);
    return true;
}

/* ---- what it needs ---- */

/* The name of a library that it needs, or NULL for another entry. */
static const char *needed(const struct executable *file, size_t index)
{
    const Elf64_Dyn *entry = (const Elf64_Dyn *)file->dynamic.rows + index;
    return entry->d_tag == DT_NEEDED ? text(&file->dynamic, entry->d_un.d_val) : NULL;
}

static bool has_versions(const struct executable *file, const char *library)
{
    const Elf64_Verneed *row;
    for (uint64_t at = 0; at % 4 == 0 && at + sizeof *row <= file->needs.count; at += row->vn_next) {
        row = (const void *)((const char *)file->needs.rows + at);
        if (!strcmp(text(&file->needs, row->vn_file), library))
            return true;
        if (!row->vn_next)
            break;
    }
    return false;
}

static bool starts_with(const char *name, const char *beginning)
{
    return !strncmp(name, beginning, strlen(beginning));
}

static bool needs_the_library(const struct executable *file)
{
    for (size_t i = 0; i < file->dynamic.count; i++) {
        const char *name = needed(file, i);
        if (name && starts_with(name, LIBRARY))
            return true;
    }
    return false;
}

static bool needs_others_without_versions(const struct executable *file)
{
    for (size_t i = 0; i < file->dynamic.count; i++) {
        const char *name = needed(file, i);
        if (name && !starts_with(name, LIBRARY) && !has_versions(file, name))
            return true;
    }
    return false;
}

/* ---- what is missing ---- */

struct missing {
    bool uses_library;
    char *library;      /* the name under which it asks for the library, when there is none of that name; else NULL */
    char **functions;   /* that it calls and no library has */
    size_t function_count;
};

static bool is_function_of_nobody(const struct executable *file, size_t index)
{
    const Elf64_Sym *symbol = (const Elf64_Sym *)file->symbols.rows + index;
    const Elf64_Versym *version = index < file->versions.count ? (const Elf64_Versym *)file->versions.rows + index : NULL;
    return symbol->st_shndx == SHN_UNDEF && ELF64_ST_BIND(symbol->st_info) == STB_GLOBAL &&
           (!version || *version <= VER_NDX_GLOBAL) && *text(&file->symbols, symbol->st_name);
}

static bool defines(const struct executable *file, const char *name)
{
    for (size_t i = 0; i < file->symbols.count; i++) {
        const Elf64_Sym *symbol = (const Elf64_Sym *)file->symbols.rows + i;
        if (symbol->st_shndx != SHN_UNDEF && !strcmp(text(&file->symbols, symbol->st_name), name))
            return true;
    }
    return false;
}

static void add_function(struct missing *missing, const char *name)
{
    char **longer = realloc(missing->functions, (missing->function_count + 1) * sizeof *longer);
    char *copy = strdup(name);
    if (longer)
        missing->functions = longer;
    if (longer && copy)
        longer[missing->function_count++] = copy;
    else
        free(copy);
}

static void find_functions(const struct executable *program, const struct executable *library, struct missing *missing)
{
    bool others = needs_others_without_versions(program);
    for (size_t i = 0; i < program->symbols.count; i++) {
        const char *name = text(&program->symbols, ((const Elf64_Sym *)program->symbols.rows)[i].st_name);
        if (is_function_of_nobody(program, i) && (!others || starts_with(name, FUNCTION)) && !defines(library, name))
            add_function(missing, name);
    }
}

static void find_library(const struct executable *program, const char *libraries, struct missing *missing)
{
    for (size_t i = 0; i < program->dynamic.count && !missing->library; i++) {
        const char *name = needed(program, i);
        char *path = name && starts_with(name, LIBRARY) ? pim_path_join(libraries, name) : NULL;
        if (path && access(path, F_OK) != 0)
            missing->library = strdup(name);
        free(path);
    }
}

static void find_missing(const char *path, const char *libraries, struct missing *missing)
{
    struct executable program, library;
    char *ours = pim_path_join(libraries, LIBRARY ".so");
    if (ours && open_executable(path, &program)) {
        missing->uses_library = needs_the_library(&program);
        if (missing->uses_library)
            find_library(&program, libraries, missing);
        if (missing->uses_library && open_executable(ours, &library)) {
            find_functions(&program, &library, missing);
            free(library.bytes);
        }
        free(program.bytes);
    }
    free(ours);
}

static void say(const char *name, const struct missing *missing)
{
    if (missing->library)
        fprintf(stderr, "pimento host: %s: it asks for %s, a release that the drop-in library does not stand in for\n", name, missing->library);
    if (missing->function_count) {
        fprintf(stderr, "pimento host: %s: it calls functions that the drop-in library does not have: ", name);
        for (size_t i = 0; i < missing->function_count && i < FUNCTIONS_SHOWN; i++)
            fprintf(stderr, "%s%s", i ? ", " : "", missing->functions[i]);
        if (missing->function_count > FUNCTIONS_SHOWN)
            fprintf(stderr, " and %zu more", missing->function_count - FUNCTIONS_SHOWN);
        fputs("; if they are not the vendor's either, it was built with a changed library\n", stderr);
    }
    if (missing->uses_library && !missing->library && !missing->function_count)
        fprintf(stderr, "pimento host: %s: it was not started; the drop-in library has all that it asks of it\n", name);
}

bool host_imports_say(const char *name, const char *path, const char *folder)
{
    struct missing missing = {0};
    char *libraries = pim_path_join(folder, "lib");
    if (libraries)
        find_missing(path, libraries, &missing);
    say(name, &missing);
    for (size_t i = 0; i < missing.function_count; i++)
        free(missing.functions[i]);
    free(missing.functions);
    free(missing.library);
    free(libraries);
    return missing.uses_library;
}
