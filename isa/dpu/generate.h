/* The table of instructions.tbl in memory, shared by the parts of the generator. The generator
 * runs on the build machine only. */
#ifndef GENERATE_H
#define GENERATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
    WORD_BITS = 48,
    MAX_NAME = 24,
    MAX_PIECES = 16,
    MAX_OPERAND_ROWS = 64,
    MAX_CLASSES = 32,
    MAX_CODES = 64,
    MAX_FORMS = 1536,
    MAX_OPERANDS = 6,
    MAX_FIXED = 3
};

/* value bits [value_bit + bits - 1 : value_bit] stand in word bits [word_bit + bits - 1 : word_bit] */
struct piece {
    int value_bit, word_bit, bits;
};

/* A kind of operand: its spelling in the table, its enumerator, the register codes it takes (0:
 * not a register). */
struct kind {
    const char *name, *enumerator;
    uint64_t registers;
};

struct operand_row {
    char name[MAX_NAME];
    const struct field *field;
    const struct kind *kind;
    int bits;
    struct piece pieces[MAX_PIECES];
    int piece_count;
    uint64_t word_mask;
    bool used;
};

struct class_row {
    char name[MAX_NAME];
    uint64_t accepted, named;
    char conditions[MAX_CODES][MAX_NAME]; /* by code */
    bool used;
};

struct form {
    int line;
    char name[MAX_NAME], mnemonic[MAX_NAME];
    char picture[WORD_BITS + 1]; /* bit 47 first */
    uint64_t match, mask, loose_mask;
    const struct operand_row *operands[MAX_OPERANDS];
    int operand_count;
    const struct class_row *condition_class; /* NULL when there is no condition */
    char operation[MAX_NAME];
    const char *destination, *ending, *second; /* enumerators */
    bool sets_zf, sets_cf;
    unsigned marks; /* bit i: row i of the table of marks */
    int base;       /* of an alias: index of its base form; -1 for base forms */
    int rank;
};

struct table {
    const char *path;
    struct operand_row operand_rows[MAX_OPERAND_ROWS];
    int operand_row_count;
    struct class_row classes[MAX_CLASSES];
    int class_count;
    struct form forms[MAX_FORMS]; /* base forms, then aliases by (base form, rank) */
    int base_count, form_count;
};

/* Print `path:line: reason` and end with status 1. */
void fail(const struct table *table, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

/* Write the decision tree of the strict or of the loose decoder as C arrays NAME_nodes,
 * NAME_children and NAME_depth. */
void write_tree(FILE *out, const struct table *table, bool loose, const char *name);

#endif
