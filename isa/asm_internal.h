/* What the files of the assembler share.
 *
 * The source is executed twice by the same code. Pass 1 finds out how long everything is and where the labels are; then
 * the sections get their addresses; pass 2 produces the bytes. A value is a number relative to a section (or absolute), so
 * that `end - start` is the same constant in both passes.
 *
 * Functions that return bool return false after they have reported an error; the statement is then given up and the
 * next one is tried. Lack of memory and too many errors leave through asm_give_up, which only asm_run catches;
 * all memory hangs off struct assembler, so nothing leaks.
 */
#ifndef ASM_INTERNAL_H
#define ASM_INTERNAL_H

#include "assembler.h"

#include <setjmp.h>
#include <stdnoreturn.h>

enum {
    ASM_MOST_ERRORS = 20,
    ASM_MOST_OPERANDS = 16,
    ASM_MOST_SECTIONS = 1024,
    ASM_MOST_NESTING = 64,         /* of includes, macros, repetitions, conditions, parentheses */
    ASM_LARGEST_SOURCE = 64 << 20,    /* bytes of one file */
    ASM_LARGEST_EXPANSION = 16 << 20, /* bytes of one macro call */
    ASM_MOST_STEPS = 8000000,         /* asm_options.most_steps when that is 0 */
};

struct asm_buffer {
    unsigned char *data;
    size_t size, room;
    struct asm_buffer *next; /* of asm_new_buffer */
};

/* ---- source ---- */

/* `text` has comments blanked out with spaces, so columns agree with `shown`, the line as written. */
struct asm_line {
    const char *text, *shown;
    const char *file;
    unsigned number;
};

struct asm_lines {
    const struct asm_line *line;
    size_t count;
};

enum asm_frame_kind { ASM_FILE, ASM_MACRO, ASM_REPEAT };

/* What is being read: a file, a macro's expansion, a repeated block; innermost first. */
struct asm_frame {
    struct asm_frame *outer;
    enum asm_frame_kind kind;
    const char *name;
    struct asm_lines lines;
    size_t next;            /* the next line */
    const char *rest;       /* of the line at hand; NULL between lines */
    uint64_t rounds_left;   /* how often the lines are still read after this time */
    unsigned conditions;    /* how many were open at the start */
    unsigned depth;
    const char *from_file;  /* where it was called */
    unsigned from_line;
    struct asm_buffer owned; /* the expansion's text and lines */
};

struct asm_parameter {
    const char *name, *preset;
    bool required, takes_rest;
};

struct asm_macro {
    struct asm_macro *next;
    const char *name;
    size_t parameter_count;
    struct asm_parameter *parameters;
    struct asm_lines body;
};

struct asm_condition {
    bool active, was_taken, outer_active, in_else;
    struct pim_place place;
};

struct asm_file {
    struct asm_file *next;
    const char *path;
    const char *bytes;
    size_t size;
    struct asm_lines lines; /* filled when it is read as source */
};

/* ---- values, symbols, sections ---- */

enum asm_section_kind {
    ASM_CONTENT,  /* bytes in the file */
    ASM_ZEROED,   /* loaded as zero: .bss */
    ASM_RESERVED, /* addresses only, memory keeps what it holds: .noinit, @nobits, spaces that are not loaded */
};

/* What one `.vertical` has laid out. */
struct asm_vertical_row { uint64_t offset, width; };

struct asm_section {
    const char *name;
    uint32_t space;      /* index into the set's spaces */
    unsigned rank;       /* position of its name in the space's list */
    enum asm_section_kind kind;
    uint64_t alignment;
    uint64_t size;       /* so far in this pass */
    uint64_t final_size; /* of pass 1 */
    uint64_t address;    /* link address, after pass 1 */
    struct asm_buffer bytes;
    struct asm_buffer verticals; /* struct asm_vertical_row, offsets ascending */
    size_t elf_index;
};

struct asm_value {
    int64_t number;                     /* offset when there is a section */
    const struct asm_section *section;  /* NULL: absolute */
    bool known;
    bool counts_words;                  /* `.` in code: what is added counts instructions */
};

enum asm_symbol_type { ASM_UNTYPED, ASM_FUNCTION, ASM_OBJECT };

struct asm_symbol {
    struct asm_symbol *next; /* in its bucket */
    const char *name;
    struct asm_value value;
    unsigned defined_in_pass; /* the latest; 0 never */
    bool constant;            /* by .equ or .set, not a label */
    bool may_change;          /* by .set */
    bool global, local;
    bool type_given;
    enum asm_symbol_type type;
    bool size_given;
    uint64_t size;
    bool vertical;
    struct pim_place place;
    size_t elf_index;
};

enum { ASM_BUCKETS = 1 << 16 }; /* of symbols and of macros: chains stay short however many a source makes */

struct asm_diagnostic {
    uint64_t step;
    const char *text;
};

struct asm_line_row {
    const struct asm_section *section;
    uint64_t offset;
    const char *file;
    unsigned line;
};

struct asm_block {
    struct asm_block *next;
    max_align_t bytes[];
};

struct assembler {
    const struct asm_options *options;
    const struct instruction_set *set;
    struct pim_error *error;
    jmp_buf give_up;
    struct asm_block *blocks;
    struct asm_buffer *buffers;
    struct asm_buffer scratch; /* decoded strings; good until the next string */

    unsigned pass;
    uint64_t steps;
    uint64_t expansions; /* \@ */

    /* the statement at hand: a cursor in its line */
    const struct asm_line *line;
    const char *at, *end;
    unsigned parentheses;

    const char *top_name;
    struct asm_frame *frame;
    struct asm_file *files;
    unsigned condition_count;
    struct asm_condition conditions[ASM_MOST_NESTING];

    struct asm_section **sections;
    size_t section_count;
    struct asm_section *section;
    uint64_t *space_used;
    uint64_t least[ISA_MOST_REQUIREMENTS]; /* by .require; then also by what is assembled */

    struct asm_symbol **buckets;
    struct asm_macro **macros; /* in buckets too */
    struct asm_symbol **symbols; /* by first mention */
    size_t symbol_count, symbol_room;

    unsigned diagnostic_count;
    struct asm_diagnostic diagnostics[ASM_MOST_ERRORS];
    struct asm_buffer warnings, listing;
    struct asm_buffer expansion; /* of a macro, until a frame owns it */
    struct asm_line_row *rows;   /* for the line table */
    size_t row_count, row_room;
    const struct asm_line *listing_line; /* not yet printed */
    char listing_mark;                   /* of that line */
};

/* asm_memory.c */
noreturn void asm_give_up(struct assembler *a, enum pim_status status);
void *asm_allocate(struct assembler *a, size_t bytes); /* zeroed; lives as long as the assembler */
char *asm_copy_text(struct assembler *a, const char *text, size_t length);
struct asm_buffer *asm_new_buffer(struct assembler *a); /* lives as long as the assembler */
void asm_append(struct assembler *a, struct asm_buffer *buffer, const void *bytes, size_t size);
void asm_append_zeros(struct assembler *a, struct asm_buffer *buffer, size_t size);
void asm_print(struct assembler *a, struct asm_buffer *buffer, const char *format, ...) __attribute__((format(printf, 3, 4)));
void asm_free_memory(struct assembler *a);

/* asm_errors.c: `at` is a place in the statement's line, or NULL for the line as a whole. */
bool asm_error(struct assembler *a, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool asm_error_at(struct assembler *a, struct pim_place place, const char *format, ...) __attribute__((format(printf, 3, 4)));
void asm_warn(struct assembler *a, struct pim_place place, const char *format, ...) __attribute__((format(printf, 3, 4)));
enum pim_status asm_report(struct assembler *a);
struct pim_place asm_place(const struct assembler *a, const char *at);

/* asm_lexer.c */
void asm_skip_space(struct assembler *a);
bool asm_at_end(struct assembler *a);
bool asm_accept(struct assembler *a, char wanted);
bool asm_expect(struct assembler *a, char wanted);
bool asm_expect_end(struct assembler *a);
size_t asm_name_length(const char *at, const char *end);
bool asm_name(struct assembler *a, const char *what, const char **name, size_t *length);
bool asm_number(struct assembler *a, int64_t *number);
bool asm_character(struct assembler *a, int64_t *number);
bool asm_string(struct assembler *a, const char **text, size_t *length); /* in a->scratch, NUL-ended */
const char *asm_past_quoted(const char *at, const char *end);            /* `at` is a quote */
const char *asm_statement_end(const char *at);
bool asm_blank_comments(char *text, size_t size, unsigned *line, unsigned *column);
bool asm_same(const char *name, size_t length, const char *word);

/* asm_expression.c */
bool asm_expression(struct assembler *a, struct asm_value *value);
bool asm_constant(struct assembler *a, const char *what, int64_t *number); /* known in pass 1 already */
int64_t asm_link_value(const struct asm_value *value);                          /* pass 2 */
int64_t asm_program_value(const struct assembler *a, const struct asm_value *value); /* region bits removed */

/* asm_symbols.c */
struct asm_symbol *asm_symbol(struct assembler *a, const char *name, size_t length);
struct asm_symbol *asm_find_symbol(struct assembler *a, const char *name, size_t length);
bool asm_define_label(struct assembler *a, const char *name, size_t length);
bool asm_define_numbered_label(struct assembler *a, const char *digits, size_t length);
struct asm_symbol *asm_numbered_label(struct assembler *a, const char *digits, size_t length, bool forward);
bool asm_define_constant(struct assembler *a, const char *name, size_t length, struct asm_value value, bool may_change);
size_t asm_bucket(const char *name, size_t length);
bool asm_symbol_is_private(const struct asm_symbol *symbol);
void asm_forget_numbered_labels(struct assembler *a);
void asm_check_symbols(struct assembler *a);

/* asm_sections.c */
void asm_create_sections(struct assembler *a);
bool asm_enter_section(struct assembler *a, const char *name, size_t length, bool no_bits);
const struct isa_space *asm_space(const struct assembler *a, const struct asm_section *section);
bool asm_emit(struct assembler *a, const char *at, const void *bytes, size_t size);
bool asm_emit_zeros(struct assembler *a, const char *at, uint64_t size);
bool asm_align(struct assembler *a, const char *at, uint64_t alignment);
void asm_begin_pass(struct assembler *a);
bool asm_lay_out(struct assembler *a);

/* asm_source.c, asm_macros.c */
void asm_push_frame(struct assembler *a, struct asm_frame frame);
void asm_pop_frame(struct assembler *a);
bool asm_next_statement(struct assembler *a);
bool asm_next_line(struct assembler *a, struct asm_line *line); /* of the innermost frame, unexecuted */
struct asm_file *asm_open(struct assembler *a, const char *path, size_t length, enum pim_status *status, struct pim_error *error);
bool asm_include(struct assembler *a, const char *at, const char *path);
struct asm_file *asm_find_file(struct assembler *a, const char *at, const char *path);
bool asm_push_text(struct assembler *a, struct asm_file *file);
bool asm_define_macro(struct assembler *a, const char *at);
const struct asm_macro *asm_find_macro(const struct assembler *a, const char *name, size_t length);
bool asm_expand_macro(struct assembler *a, const struct asm_macro *macro, const char *at);
bool asm_repeat(struct assembler *a, const char *at);

/* asm_conditions.c, asm_directives.c, asm_data.c */
bool asm_is_condition(const char *name, size_t length);
bool asm_skipping(const struct assembler *a);
bool asm_condition(struct assembler *a, const char *name, size_t length);
bool asm_directive(struct assembler *a, const char *name, size_t length);

typedef bool asm_directive_function(struct assembler *a, const char *at, int argument);
asm_directive_function asm_integers, asm_floats, asm_strings, asm_space_directive, asm_fill, asm_align_directive, asm_incbin, asm_vertical;

/* asm_listing.c */
void asm_list_line(struct assembler *a, const struct asm_line *line);
void asm_list_bytes(struct assembler *a, const struct asm_section *section, uint64_t from);

/* asm_elf.c, asm_dwarf.c */
enum pim_status asm_write_elf(struct assembler *a, struct asm_output *output);
void asm_write_dwarf(struct assembler *a, struct asm_buffer *abbrev, struct asm_buffer *info, struct asm_buffer *line);

#endif
