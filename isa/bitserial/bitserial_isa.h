/* The instruction set of the bit-serial machine's control unit: row commands, micro-program control, bulk operations.
 *
 * A word has 64 bits: opcode in bits 7:0; then, as the form says, micro-registers in 11:8 and 15:12, a width in 15:8, row operands of 12 bits from
 * bit 16 up, a number or a target in 63:32. SIMDRAM names the commands and the control operations (row copy, majority, addi, subi, comp, module,
 * bnez, done; Hajinazar, Oliveira et al., ASPLOS 2021), but no public text has their encodings: those are ours. li, subarray and move are ours
 * too: the papers set micro-registers and choose subarrays without saying how.
 */
#ifndef BITSERIAL_ISA_H
#define BITSERIAL_ISA_H

#include "operations.h"

enum {
    BITSERIAL_SPACE_PROGRAM, /* ORDER BITSERIAL SPACE */
    BITSERIAL_SPACE_ROWS,
    BITSERIAL_WORD_BYTES = 8,
    BITSERIAL_MOST_WORDS = 1 << 20,
    BITSERIAL_MOST_ROW_OPERANDS = 4,
};

/* ORDER BITSERIAL REQUIREMENT: what a program may require of a machine. */
enum { BITSERIAL_REQUIRES_D_ROWS, BITSERIAL_REQUIRES_SUBARRAYS, BITSERIAL_REQUIRES_SCRATCH_ROWS };

/* Operands by letter, in the order of writing: D and S micro-registers; r a row that is read, w one that is written, d the first row of a vertical
 * operand, v a small number or a micro-register (all four: the next 12-bit field); i a signed and u an unsigned number of 32 bits; t a target;
 * n a width. */
#define BITSERIAL_CONTROL(X)                                                                                         \
    X(DONE, done, 0x00, "", "the micro-program ends")                                                               \
    X(AAP, aap, 0x01, "rw", "activate, activate, precharge: what the first opens goes into what the second opens")   \
    X(AP, ap, 0x02, "r", "activate, precharge: a majority in place")                                                 \
    X(LI, li, 0x03, "Di", "D = i")                                                                                   \
    X(ADDI, addi, 0x04, "DSi", "D = S + i")                                                                          \
    X(SUBI, subi, 0x05, "DSi", "D = S - i")                                                                          \
    X(COMP, comp, 0x06, "DSi", "D = 1 when S is below i, else 0 (signed)")                                           \
    X(MODULE, module, 0x07, "DSu", "D = S modulo u (unsigned); S when u is 0")                                       \
    X(BNEZ, bnez, 0x08, "St", "go to t when S is not 0")                                                             \
    X(SUBARRAY, subarray, 0x09, "v", "the commands that follow are for that subarray")                              \
    X(MOVE, move, 0x0a, "vdd", "copy a row of this subarray (last) to a row of another: subarray, row, row")

enum bitserial_opcode {
#define BITSERIAL_OPCODE(name, text, opcode, operands, help) BITSERIAL_OP_##name = (opcode),
    BITSERIAL_CONTROL(BITSERIAL_OPCODE)
#undef BITSERIAL_OPCODE
    BITSERIAL_OP_BULK = 0x40,        /* + enum bitserial_operation */
    BITSERIAL_OP_BULK_SIGNED = 0x80, /* + the same, where it has a signed variant */
};

/* One row per opcode, bulk operations included; name NULL: no such instruction. */
struct bitserial_form_row {
    const char *name, *operands, *help;
};
struct bitserial_form_row bitserial_form(unsigned opcode);

/* The fields of a word. */
static inline unsigned bitserial_opcode_of(uint64_t word) { return word & 0xff; }
static inline unsigned bitserial_register_d(uint64_t word) { return word >> 8 & 15; }
static inline unsigned bitserial_register_s(uint64_t word) { return word >> 12 & 15; }
static inline unsigned bitserial_width_of(uint64_t word) { return word >> 8 & 0xff; }
static inline bitserial_row bitserial_row_of(uint64_t word, unsigned index) { return word >> (16 + 12 * index) & 0xfff; }
static inline uint32_t bitserial_number_of(uint64_t word) { return (uint32_t)(word >> 32); }
static inline bool bitserial_is_bulk(unsigned opcode) { return opcode >= BITSERIAL_OP_BULK; }
static inline enum bitserial_operation bitserial_operation_of(unsigned opcode) { return opcode & 0x3f; }
static inline bool bitserial_is_signed(unsigned opcode) { return opcode >= BITSERIAL_OP_BULK_SIGNED; }

/* Does the word mean something: known opcode, operands of the right kind, unused bits 0? */
bool bitserial_decodes(uint64_t word);

/* Raise what a program requires to what this word needs: rows and subarrays that it names, the scratch rows behind them. What micro-registers
 * will hold is not known; a word that means nothing needs nothing. */
void bitserial_require(uint64_t word, uint64_t *least);

/* Rows of a bulk operation's row operand: 0 the destination, 1 and 2 what it takes, 3 the select row. */
unsigned bitserial_operand_rows(enum bitserial_operation operation, unsigned width, unsigned operand);

/* Text of a word, always ended; the length that it needs. `label` may be NULL. */
size_t bitserial_disassemble(uint64_t word, bool loose, const char *(*label)(void *context, uint32_t index), void *context, char *text,
                             size_t size);

#endif
