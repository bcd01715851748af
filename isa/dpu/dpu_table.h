/* What the generated tables look like, and the accessors that the decoder, the disassembler and
 * the assembler share. Private to isa/dpu; the rows themselves are in dpu_isa.h.
 */
#ifndef DPU_TABLE_H
#define DPU_TABLE_H

#include "dpu_isa.h"

enum { DPU_MAX_PIECES = 16, DPU_MAX_CODES = 64, DPU_NO_CODE = DPU_MAX_CODES };

/* value bits from value_bit up stand in word bits from word_bit up */
struct dpu_piece {
    uint8_t value_bit, word_bit, bits;
};

struct dpu_placement {
    uint8_t piece_count;
    struct dpu_piece pieces[DPU_MAX_PIECES];
};

/* `accepted` and `named` are sets of codes. A code that is accepted but not named never holds. */
struct dpu_condition_class {
    const char *name;
    uint64_t accepted, named;
    uint8_t conditions[DPU_MAX_CODES]; /* enum dpu_condition by code */
};

struct dpu_mnemonic {
    const char *name;
    uint16_t first; /* index into the list of forms by mnemonic */
};

/* A node of the decision tree looks at `bits` bits of the word from bit `shift` up; its children
 * start at `first`. */
struct dpu_node {
    uint8_t shift, bits;
    uint16_t first;
};

/* Smallest and largest value that is written for an operand of a numeric kind. */
struct dpu_range {
    int64_t low, high;
};

/* The base form of a word or DPU_UNDEFINED. */
enum dpu_form dpu_form_of(uint64_t word, bool loose);

/* The aliases of a base form in the order in which the disassembler tries them: forms first to
 * end - 1. */
struct dpu_form_range {
    unsigned first, end;
};
struct dpu_form_range dpu_aliases(enum dpu_form base);

/* All forms of a mnemonic, base forms first; NULL and 0 when there is none. */
const uint16_t *dpu_forms_named(const char *mnemonic, size_t length, size_t *count);

/* "r0" to "r23" and the constants, for a code below DPU_REGISTER_CODES. */
const char *dpu_register_name(unsigned code);

const struct dpu_condition_class *dpu_condition_class(const struct dpu_form_row *row);
const char *dpu_condition_name(enum dpu_condition condition);

/* The lowest code of a condition in a class, DPU_NO_CODE when the class has no such condition. */
unsigned dpu_condition_code(const struct dpu_condition_class *class, enum dpu_condition condition);

/* Is the code what the assembler makes of its condition's name? The others are written `ccN`:
 * codes without a meaning, and second codes (34, which is z as 6 is, in set forms of sub). */
bool dpu_is_canonical_code(const struct dpu_condition_class *class, unsigned code);

/* Does a value (a register code, a condition code, a number as it is written) fit? */
bool dpu_operand_fits(const struct dpu_form_row *row, const struct dpu_operand *operand,
                      int64_t value);
struct dpu_range dpu_operand_range(const struct dpu_operand *operand);

/* Move an operand between its word bits and its value, extended to 64 bits as its kind says. */
int64_t dpu_operand_read(const struct dpu_operand *operand, uint64_t word);
uint64_t dpu_operand_place(const struct dpu_operand *operand, int64_t value);

#endif
