/* The UPMEM DPU instruction set: decoder, encoder, assembler syntax and disassembler, all
 * expanded from the one table instructions.tbl (one row per form; see its head for the columns).
 * Facts and sources: doc/isa-dpu.md.
 */
#ifndef DPU_ISA_H
#define DPU_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dpu_forms.h" /* generated: enum dpu_form, base forms first, then aliases */

enum {
    DPU_REGISTERS = 24,       /* r0..r23 */
    DPU_REGISTER_CODES = 32,  /* with the constants below */
    DPU_ZERO = 24, DPU_ONE, DPU_LNEG, DPU_MNEG, DPU_ID, DPU_ID2, DPU_ID4, DPU_ID8,
    DPU_IRAM_INSTRUCTIONS = 4096,
    DPU_WRAM_BYTES = 65536,
    DPU_MRAM_BYTES = 64 << 20,
    DPU_TASKLETS = 24,
    DPU_ATOMIC_BITS = 256,
    DPU_RUN_BITS = 64,
    DPU_INSTRUCTION_BYTES = 8, /* in the ELF file */
};

/* Link-time address regions and the space numbers of this instruction set. */
#define DPU_WRAM_BASE 0x00000000u
#define DPU_MRAM_BASE 0x08000000u
#define DPU_IRAM_BASE 0x80000000u
#define DPU_ATOMIC_BASE 0xf0000000u
enum dpu_space { DPU_SPACE_WRAM, DPU_SPACE_MRAM, DPU_SPACE_IRAM, DPU_SPACE_ATOMIC };

/* What one instruction computes. Row: name, one-line semantics (x is the result; a, b first and
 * second source; k = shift). The engines have one short body for each in
 * emu/dpu/dpu_semantics.h. ORDER DPU OPERATION. */
#define DPU_OPERATION_MAP(X)                                                                       \
    X(ADD, "x = ra + b")                                                                           \
    X(ADDC, "x = ra + b + CF")                                                                     \
    X(SUB, "x = ra - b")                                                                           \
    X(SUBC, "x = ra + ~b + CF")                                                                    \
    X(RSUB, "x = b - ra")                                                                          \
    X(RSUBC, "x = b + ~ra + CF")                                                                   \
    X(AND, "x = ra & b")                                                                           \
    X(ANDN, "x = ~ra & b")                                                                         \
    X(NAND, "x = ~(ra & b)")                                                                       \
    X(OR, "x = ra | b")                                                                            \
    X(ORN, "x = ~ra | b")                                                                          \
    X(NOR, "x = ~(ra | b)")                                                                        \
    X(XOR, "x = ra ^ b")                                                                           \
    X(NXOR, "x = ~(ra ^ b)")                                                                       \
    X(LSL, "x = ra << k")                                                                          \
    X(LSLX, "x = bits pushed out by lsl")                                                          \
    X(LSL1, "x = ra << k, filled with ones")                                                       \
    X(LSL1X, "x = lslx, other bits one")                                                           \
    X(LSR, "x = ra >> k")                                                                          \
    X(LSRX, "x = bits pushed out by lsr, left-justified")                                          \
    X(LSR1, "x = ra >> k, filled with ones")                                                       \
    X(LSR1X, "x = lsrx, other bits one")                                                           \
    X(ASR, "x = ra >> k, arithmetic")                                                              \
    X(ROL, "x = ra rotated left by k")                                                             \
    X(ROR, "x = ra rotated right by k")                                                            \
    X(LSL_ADD, "x = rb + (ra << k)")                                                               \
    X(LSL_SUB, "x = rb - (ra << k)")                                                               \
    X(LSR_ADD, "x = rb + (ra >> k)")                                                               \
    X(ROL_ADD, "x = rb + rol(ra, k)")                                                              \
    X(CAO, "x = number of one bits of ra")                                                         \
    X(CLO, "x = leading ones of ra")                                                               \
    X(CLS, "x = redundant sign bits of ra")                                                        \
    X(CLZ, "x = leading zeros of ra")                                                              \
    X(EXTSB, "x = ra[7:0] sign-extended")                                                          \
    X(EXTSH, "x = ra[15:0] sign-extended")                                                         \
    X(EXTUB, "x = ra[7:0] zero-extended")                                                          \
    X(EXTUH, "x = ra[15:0] zero-extended")                                                         \
    X(SATS, "x = ra < 0 ? 0x7fffffff : 0x80000000")                                                \
    X(HASH, "x = hash of ra by b[3:0]")                                                            \
    X(CMPB4, "x = per byte: ra == rb")                                                             \
    X(MUL_UL_UL, "x = u ra[7:0] * u rb[7:0]")                                                      \
    X(MUL_UL_UH, "x = u ra[7:0] * u rb[15:8]")                                                     \
    X(MUL_UH_UL, "x = u ra[15:8] * u rb[7:0]")                                                     \
    X(MUL_UH_UH, "x = u ra[15:8] * u rb[15:8]")                                                    \
    X(MUL_SL_SL, "x = s ra[7:0] * s rb[7:0]")                                                      \
    X(MUL_SL_SH, "x = s ra[7:0] * s rb[15:8]")                                                     \
    X(MUL_SH_SL, "x = s ra[15:8] * s rb[7:0]")                                                     \
    X(MUL_SH_SH, "x = s ra[15:8] * s rb[15:8]")                                                    \
    X(MUL_SL_UL, "x = s ra[7:0] * u rb[7:0]")                                                      \
    X(MUL_SL_UH, "x = s ra[7:0] * u rb[15:8]")                                                     \
    X(MUL_SH_UL, "x = s ra[15:8] * u rb[7:0]")                                                     \
    X(MUL_SH_UH, "x = s ra[15:8] * u rb[15:8]")                                                    \
    X(MUL_STEP, "if db.hi[0]: dc.lo = db.lo + (ra << k); dc.hi = db.hi >> 1")                      \
    X(DIV_STEP, "if db.lo >= ra << k: subtract, shift a one into dc.hi, else a zero")              \
    X(MOVD, "dc = db")                                                                             \
    X(SWAPD, "dc = db, halves exchanged")                                                          \
    X(ADDS, "checked pointer: ra + b")                                                             \
    X(SUBS, "checked pointer: ra - b")                                                             \
    X(LBS, "x = sign-extended byte at ra + off")                                                   \
    X(LBU, "x = zero-extended byte at ra + off")                                                   \
    X(LHS, "x = sign-extended half at ra + off")                                                   \
    X(LHU, "x = zero-extended half at ra + off")                                                   \
    X(LW, "x = word at ra + off")                                                                  \
    X(LD, "dc = 8 bytes at ra + off")                                                              \
    X(SB, "byte at ra + off = rb or imm")                                                          \
    X(SH, "half at ra + off = rb or imm")                                                          \
    X(SW, "word at ra + off = rb or imm")                                                          \
    X(SD, "8 bytes at ra + off = db or imm")                                                       \
    X(SB_ID, "byte at ra + off = imm | id")                                                        \
    X(SH_ID, "half at ra + off = imm | id")                                                        \
    X(SW_ID, "word at ra + off = imm | id")                                                        \
    X(SD_ID, "8 bytes at ra + off = imm | id")                                                     \
    X(LDMA, "MRAM[rb] -> WRAM[ra]")                                                                \
    X(SDMA, "WRAM[ra] -> MRAM[rb]")                                                                \
    X(LDMAI, "MRAM[rb] -> IRAM[ra]")                                                               \
    X(CALL, "rc = PC + 1; PC = ra + (off or rb)")                                                  \
    X(ACQUIRE, "atomic bit = 1; ZF = was 0")                                                       \
    X(RELEASE, "atomic bit = 0; ZF = was 0")                                                       \
    X(BOOT, "run bit = 1, PC of a stopped thread = 0; ZF = was 0")                                 \
    X(RESUME, "run bit = 1; ZF = was 0")                                                           \
    X(CLR_RUN, "run bit = 0; ZF = was 0")                                                          \
    X(READ_RUN, "ZF = run bit was 0")                                                              \
    X(STOP, "own run bit = 0")                                                                     \
    X(TIME, "x = time counter[35:4]")                                                              \
    X(TIME_CFG, "x = time counter[35:4]; configure it from rb[2:0]")                               \
    X(FAULT, "software fault with a code")                                                         \
    X(NOP, "nothing")                                                                              \
    X(TELL, "debug marker, nothing")

enum dpu_operation {
#define DPU_OPERATION_ENUM(name, text) DPU_OP_##name,
    DPU_OPERATION_MAP(DPU_OPERATION_ENUM)
#undef DPU_OPERATION_ENUM
    DPU_OPERATIONS
};

/* Conditions by meaning; doc/isa-dpu.md says when each holds. Row: name, spelling. eq and neq
 * are second spellings of z and nz, which the assembler takes everywhere. ORDER DPU CONDITION. */
#define DPU_CONDITION_MAP(X)                                                                       \
    X(FALSE, "false") X(TRUE, "true") X(Z, "z") X(NZ, "nz") X(XZ, "xz") X(XNZ, "xnz")              \
    X(PL, "pl") X(MI, "mi") X(MAX, "max") X(NMAX, "nmax") X(SZ, "sz") X(SNZ, "snz")                \
    X(SPL, "spl") X(SMI, "smi") X(SE, "se") X(SO, "so") X(E, "e") X(O, "o")                        \
    X(NSH32, "nsh32") X(SH32, "sh32") X(SMALL, "small") X(LARGE, "large")                          \
    X(OV, "ov") X(NOV, "nov") X(C, "c") X(NC, "nc")                                                \
    X(NC5, "nc5") X(NC6, "nc6") X(NC7, "nc7") X(NC8, "nc8") X(NC9, "nc9")                          \
    X(NC10, "nc10") X(NC11, "nc11") X(NC12, "nc12") X(NC13, "nc13") X(NC14, "nc14")                \
    X(LTU, "ltu") X(GEU, "geu") X(LTS, "lts") X(GES, "ges") X(LES, "les") X(GTS, "gts")            \
    X(LEU, "leu") X(GTU, "gtu") X(XLES, "xles") X(XGTS, "xgts") X(XLEU, "xleu") X(XGTU, "xgtu")

enum dpu_condition {
#define DPU_CONDITION_ENUM(name, spelling) DPU_IF_##name,
    DPU_CONDITION_MAP(DPU_CONDITION_ENUM)
#undef DPU_CONDITION_ENUM
    DPU_CONDITIONS
};

/* Where the result goes. */
enum dpu_destination {
    DPU_TO_NOTHING,  /* stores, DMA, jumps, and the z-forms that drop the result */
    DPU_TO_REGISTER, /* rc */
    DPU_TO_SIGNED,   /* pair dc: 32-bit result sign-extended */
    DPU_TO_UNSIGNED, /* pair dc: zero-extended */
    DPU_TO_PAIR      /* pair dc: a 64-bit result (ld, movd, swapd, mul_step, div_step) */
};

/* What the ending of the form does with its condition. */
enum dpu_ending { DPU_END_PLAIN, DPU_END_SET, DPU_END_JUMP };

/* Where the second operand b comes from. */
enum dpu_second {
    DPU_B_NONE,            /* one operand, or none */
    DPU_B_REGISTER,        /* rb; for shifts the amount is rb & 31 */
    DPU_B_IMMEDIATE,       /* imm; for shifts the 5-bit shift field */
    DPU_B_FIRST_IMMEDIATE, /* imm - ra: `sub rc, imm, ra` */
    DPU_B_REGISTER_SHIFT,  /* rb and the shift field: lsl_add and family, mul_step, div_step (rb is db there) */
    DPU_B_PAIR             /* db: sd, movd, swapd */
};

enum dpu_flags {
    DPU_SETS_ZF = 1,
    DPU_SETS_CF = 2,
    DPU_GLOBAL = 4,      /* must run in exact order with all other tasklets */
    DPU_SAFE = 8,        /* checked-pointer access */
    DPU_LOAD = 16,
    DPU_STORE = 32,
    DPU_DMA = 64,
    DPU_READS_TWO = 128, /* reads two registers, or one and a pair (register-file option) */
    DPU_BRANCH = 256,    /* has a pc target field */
    DPU_ALIAS = 512      /* an assembler alias of a base form */
};

enum { DPU_MAX_OPERANDS = 6 };

/* Operand kinds: range and syntax follow from the kind (head of instructions.tbl). ORDER DPU
 * KIND: dpu_isa.c. */
enum dpu_operand_kind {
    DPU_KIND_NONE, DPU_KIND_R24, DPU_KIND_R32, DPU_KIND_R32NZ, DPU_KIND_CONSTANT, DPU_KIND_S24, DPU_KIND_S32,
    DPU_KIND_PAIR, DPU_KIND_ZERO, DPU_KIND_SIGNED, DPU_KIND_SIGNED64, DPU_KIND_RAW, DPU_KIND_UNSIGNED,
    DPU_KIND_PC, DPU_KIND_ENDIAN, DPU_KIND_CONDITION
};

/* The field of struct dpu_instruction that an operand fills. */
enum dpu_field {
    DPU_FIELD_NONE, DPU_FIELD_RC, DPU_FIELD_RA, DPU_FIELD_RB, DPU_FIELD_CC, DPU_FIELD_SHIFT, DPU_FIELD_ENDIAN,
    DPU_FIELD_PC, DPU_FIELD_IMM, DPU_FIELD_OFF
};

struct dpu_operand {
    uint8_t kind;      /* enum dpu_operand_kind */
    uint8_t field;     /* enum dpu_field */
    uint8_t bits;      /* width of immediates */
    uint8_t placement; /* index into the placement table: which word bits hold which operand bits */
};

/* One row of the table. */
struct dpu_form_row {
    const char *name;      /* "ADDrri" */
    const char *mnemonic;  /* "add" */
    uint64_t match, mask, loose_mask;
    uint8_t operation;     /* enum dpu_operation */
    uint8_t destination;   /* enum dpu_destination */
    uint8_t ending;        /* enum dpu_ending */
    uint8_t second;        /* enum dpu_second */
    uint16_t flags;        /* enum dpu_flags */
    uint8_t condition_class;
    uint8_t operand_count;
    uint16_t alias_of;     /* base form; itself for base forms */
    struct dpu_operand operands[DPU_MAX_OPERANDS]; /* in assembly order */
};

const struct dpu_form_row *dpu_form(enum dpu_form form);

/* A decoded instruction of a base form. Unused fields are 0. */
struct dpu_instruction {
    uint16_t form;       /* enum dpu_form, below DPU_BASE_FORMS; DPU_UNDEFINED when the word does not decode */
    uint8_t operation, destination, ending, second;
    uint8_t condition;   /* enum dpu_condition; codes without a meaning are DPU_IF_FALSE, as in the vendor's emulator */
    uint8_t rc;          /* 0..23; even for pairs */
    uint8_t ra;          /* 0..31; the first source wherever the word has it (also in `add zero, rb, imm`); the checked
                            pointer of the safe forms; the base address of loads and stores; the thread or bit number */
    uint8_t rb;          /* 0..23; even for pairs */
    uint8_t shift;
    uint8_t big_endian;
    uint16_t pc;         /* branch target, instruction index as encoded (16 bits; the engine wraps it) */
    uint16_t flags;      /* enum dpu_flags of the row */
    int32_t imm;         /* immediate, sign- or zero-extended to 32 bits as its kind says; DMA length field; fault code;
                            store immediate (sn: sign-extended; the store truncates) */
    int32_t off;         /* address offset; of calls whose second is DPU_B_NONE the code offset to ra, not signed */
};

/* Decode a 48-bit word, in constant time. Strict: every bit the table fixes is tested and every
 * `require` predicate holds. Loose: the bits the vendor's decoder tests. Returns false (and form
 * = DPU_UNDEFINED) when undefined. */
bool dpu_decode(uint64_t word, bool loose, struct dpu_instruction *instruction);

/* Encode; false when a field does not fit its form. */
bool dpu_encode(const struct dpu_instruction *instruction, uint64_t *word);

/* How addresses in operands are printed: NULL prints plain numbers. Returns a name for an
 * instruction index, or NULL. */
typedef const char *dpu_label_function(void *context, uint32_t instruction_index);

/* Print the assembly text of a word, with aliases in rank order (`move`, `jeq`, ...). Branch
 * targets print as ELF addresses (0x80000000 + 8 x index), followed by <label> if there is one.
 * Undefined words print `.word48 0x...`. Returns the length that was needed, as snprintf does. */
size_t dpu_disassemble(uint64_t word, bool loose, dpu_label_function *label, void *context,
                       char *text, size_t size);

#endif
