/* The one assembler engine: lexer, expressions, labels, sections, symbols, listing, ELF output. doc/assembler.md is the
 * manual. One translation unit with `.include`; no relocations, no linker.
 */
#ifndef ASSEMBLER_H
#define ASSEMBLER_H

#include "instruction_set.h"

struct asm_options {
    const struct instruction_set *set;
    const char *const *include_paths;   /* NULL-ended, may be NULL; the including file's folder comes first */
    const char *const *definitions;     /* "NAME=expression", NULL-ended, may be NULL */
    bool listing;
    bool debug_lines;                   /* write DWARF line information */
    uint64_t most_steps;                /* bound on the work: lines and statements of one pass, each 16 characters count as one;
                                           0: a bound that no sensible program reaches */
    bool no_files;                      /* `.include` and `.incbin` are errors: for a text from who knows where */
};

struct asm_output {
    void *elf;            /* the ELF file, elf_bytes long */
    size_t elf_bytes;
    char *listing;        /* when asked for */
    char *warnings;       /* newline-separated, NULL when none */
};

/* Assemble a file or a text (`name` stands in messages). All errors up to a limit of 20 are in error->text, one per line group; nothing is
 * produced then. Free with asm_output_free. */
enum pim_status asm_file(const char *path, const struct asm_options *options,
                         struct asm_output *output, struct pim_error *error);
enum pim_status asm_text(const char *name, const char *text, const struct asm_options *options,
                         struct asm_output *output, struct pim_error *error);
void asm_output_free(struct asm_output *output);

#endif
