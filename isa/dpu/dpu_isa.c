/* Decoder and encoder of the DPU instruction set: lookups in the generated tables, nothing about
 * single instructions.
 *
 * A word is decoded in constant time: a walk down the decision tree reads at most DECODER_DEPTH
 * nodes and as many children, then the one form found is checked against its fixed bits and its
 * operands (at most 6, each of at most 13 pieces). The generator proves that no two forms share
 * a word, so the order of the table does not matter.
 */
#include "dpu_isa.h"

#include <string.h>

#include "dpu_table.h"
#include "dpu_tables.inc"

#define WORD_MASK ((UINT64_C(1) << 48) - 1)
#define SET_OF_REGISTERS UINT32_C(0x00ffffff)
#define SET_OF_PAIRS UINT32_C(0x00555555)
#define SET_OF_CODES UINT32_C(0xffffffff)

/* By enum dpu_operand_kind: the register codes the kind takes; how a number is extended and
 * written. ORDER DPU KIND */
enum extension { EXTENSION_NONE, EXTENSION_SIGNED, EXTENSION_UNSIGNED, EXTENSION_EITHER };
static const struct {
    uint32_t registers;
    enum extension extension;
} kinds[] = {
    [DPU_KIND_R24] = {SET_OF_REGISTERS, EXTENSION_NONE},
    [DPU_KIND_R32] = {SET_OF_CODES, EXTENSION_NONE},
    [DPU_KIND_R32NZ] = {SET_OF_CODES & ~(UINT32_C(1) << DPU_ZERO), EXTENSION_NONE},
    [DPU_KIND_CONSTANT] = {SET_OF_CODES & ~SET_OF_REGISTERS, EXTENSION_NONE},
    [DPU_KIND_S24] = {SET_OF_REGISTERS, EXTENSION_NONE},
    [DPU_KIND_S32] = {SET_OF_CODES, EXTENSION_NONE},
    [DPU_KIND_PAIR] = {SET_OF_PAIRS, EXTENSION_NONE},
    [DPU_KIND_ZERO] = {0, EXTENSION_UNSIGNED},
    [DPU_KIND_SIGNED] = {0, EXTENSION_SIGNED},
    [DPU_KIND_SIGNED64] = {0, EXTENSION_SIGNED},
    [DPU_KIND_RAW] = {0, EXTENSION_EITHER},
    [DPU_KIND_UNSIGNED] = {0, EXTENSION_UNSIGNED},
    [DPU_KIND_PC] = {0, EXTENSION_UNSIGNED},
    [DPU_KIND_ENDIAN] = {0, EXTENSION_UNSIGNED},
    [DPU_KIND_CONDITION] = {0, EXTENSION_NONE},
};

static const char *const condition_names[] = {
#define DPU_CONDITION_NAME(name, spelling) spelling,
    DPU_CONDITION_MAP(DPU_CONDITION_NAME)
#undef DPU_CONDITION_NAME
};

static const char *const register_names[DPU_REGISTER_CODES] = {
    "r0",  "r1",  "r2",   "r3",  "r4",   "r5",   "r6",  "r7",  "r8",  "r9",  "r10",
    "r11", "r12", "r13",  "r14", "r15",  "r16",  "r17", "r18", "r19", "r20", "r21",
    "r22", "r23", "zero", "one", "lneg", "mneg", "id",  "id2", "id4", "id8"};

const char *dpu_register_name(unsigned code)
{
    return register_names[code];
}

const struct dpu_form_row *dpu_form(enum dpu_form form)
{
    return form < DPU_FORMS ? &form_rows[form] : NULL;
}

struct dpu_form_range dpu_aliases(enum dpu_form base)
{
    return (struct dpu_form_range){alias_start[base], alias_start[base + 1]};
}

const uint16_t *dpu_forms_named(const char *mnemonic, size_t length, size_t *count)
{
    size_t low = 0, high = sizeof mnemonics / sizeof *mnemonics - 1; /* without the end mark */
    *count = 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *name = mnemonics[middle].name;
        int order = strncmp(mnemonic, name, length);
        if (order == 0 && name[length])
            order = -1;
        if (order == 0) {
            *count = (size_t)(mnemonics[middle + 1].first - mnemonics[middle].first);
            return forms_by_mnemonic + mnemonics[middle].first;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct dpu_condition_class *dpu_condition_class(const struct dpu_form_row *row)
{
    return &condition_classes[row->condition_class];
}

const char *dpu_condition_name(enum dpu_condition condition)
{
    return condition_names[condition];
}

unsigned dpu_condition_code(const struct dpu_condition_class *class, enum dpu_condition condition)
{
    for (unsigned code = 0; code < DPU_MAX_CODES; code++)
        if (class->named >> code & 1 && class->conditions[code] == condition)
            return code;
    return DPU_NO_CODE;
}

bool dpu_is_canonical_code(const struct dpu_condition_class *class, unsigned code)
{
    return class->named >> code & 1 &&
           dpu_condition_code(class, (enum dpu_condition)class->conditions[code]) == code;
}

struct dpu_range dpu_operand_range(const struct dpu_operand *operand)
{
    int64_t values = INT64_C(1) << operand->bits;
    switch (kinds[operand->kind].extension) {
    case EXTENSION_SIGNED: return (struct dpu_range){-values / 2, values / 2 - 1};
    case EXTENSION_EITHER: return (struct dpu_range){-values / 2, values - 1};
    default: return (struct dpu_range){0, values - 1};
    }
}

bool dpu_operand_fits(const struct dpu_form_row *row, const struct dpu_operand *operand,
                      int64_t value)
{
    if (operand->kind == DPU_KIND_CONDITION)
        return value >= 0 && value < DPU_MAX_CODES &&
               dpu_condition_class(row)->accepted >> value & 1;
    if (kinds[operand->kind].registers)
        return value >= 0 && value < DPU_REGISTER_CODES &&
               kinds[operand->kind].registers >> value & 1;
    struct dpu_range range = dpu_operand_range(operand);
    return value >= range.low && value <= range.high;
}

int64_t dpu_operand_read(const struct dpu_operand *operand, uint64_t word)
{
    const struct dpu_placement *placement = &placements[operand->placement];
    uint64_t value = 0;
    for (unsigned i = 0; i < placement->piece_count; i++) {
        const struct dpu_piece *piece = &placement->pieces[i];
        value |= (word >> piece->word_bit & ((UINT64_C(1) << piece->bits) - 1)) << piece->value_bit;
    }
    enum extension extension = kinds[operand->kind].extension;
    bool negative = (extension == EXTENSION_SIGNED || extension == EXTENSION_EITHER) &&
                    value >> (operand->bits - 1) & 1;
    return negative ? (int64_t)value - (INT64_C(1) << operand->bits) : (int64_t)value;
}

uint64_t dpu_operand_place(const struct dpu_operand *operand, int64_t value)
{
    const struct dpu_placement *placement = &placements[operand->placement];
    uint64_t word = 0;
    for (unsigned i = 0; i < placement->piece_count; i++) {
        const struct dpu_piece *piece = &placement->pieces[i];
        word |= ((uint64_t)value >> piece->value_bit & ((UINT64_C(1) << piece->bits) - 1))
                << piece->word_bit;
    }
    return word;
}

enum { DECODER_DEPTH = 6 };
_Static_assert((int)strict_depth <= DECODER_DEPTH && (int)loose_depth <= DECODER_DEPTH,
               "the generator promises this depth");

/* The only form that the word can be. ORDER DPU CHILD: generate_tree.c */
enum { CHILD_UNDEFINED, CHILD_FIRST_FORM, CHILD_FIRST_NODE = 1024 };
static enum dpu_form walk(const struct dpu_node *nodes, const uint16_t *children, unsigned child,
                          uint64_t word)
{
    while (child >= CHILD_FIRST_NODE) {
        const struct dpu_node *node = &nodes[child - CHILD_FIRST_NODE];
        child = children[node->first + (word >> node->shift & ((1u << node->bits) - 1))];
    }
    return child == CHILD_UNDEFINED ? DPU_UNDEFINED : (enum dpu_form)(child - CHILD_FIRST_FORM);
}

/* A strict decoder also wants equal copies of a value bit that has several places (bit 16 of the
 * 17-bit immediates). */
static bool operands_hold(const struct dpu_form_row *row, uint64_t word, bool loose)
{
    for (unsigned i = 0; i < row->operand_count; i++) {
        const struct dpu_operand *operand = &row->operands[i];
        int64_t value = dpu_operand_read(operand, word);
        if (!dpu_operand_fits(row, operand, value))
            return false;
        if (!loose && dpu_operand_place(operand, value) != (word & dpu_operand_place(operand, -1)))
            return false;
    }
    return true;
}

enum dpu_form dpu_form_of(uint64_t word, bool loose)
{
    enum dpu_form form = loose ? walk(loose_nodes, loose_children, loose_root, word)
                               : walk(strict_nodes, strict_children, strict_root, word);
    if (word & ~WORD_MASK || form == DPU_UNDEFINED)
        return DPU_UNDEFINED;
    const struct dpu_form_row *row = &form_rows[form];
    uint64_t mask = loose ? row->loose_mask : row->mask;
    if ((word ^ row->match) & mask || !operands_hold(row, word, loose))
        return DPU_UNDEFINED;
    return form;
}

static void set_field(struct dpu_instruction *instruction, const struct dpu_form_row *row,
                      enum dpu_field field, int64_t value)
{
    switch (field) {
    case DPU_FIELD_NONE: break;
    case DPU_FIELD_RC: instruction->rc = (uint8_t)value; break;
    case DPU_FIELD_RA: instruction->ra = (uint8_t)value; break;
    case DPU_FIELD_RB: instruction->rb = (uint8_t)value; break;
    case DPU_FIELD_CC: instruction->condition = dpu_condition_class(row)->conditions[value]; break;
    case DPU_FIELD_SHIFT: instruction->shift = (uint8_t)value; break;
    case DPU_FIELD_ENDIAN: instruction->big_endian = (uint8_t)value; break;
    case DPU_FIELD_PC: instruction->pc = (uint16_t)value; break;
    case DPU_FIELD_IMM: instruction->imm = (int32_t)value; break;
    case DPU_FIELD_OFF: instruction->off = (int32_t)value; break;
    }
}

bool dpu_decode(uint64_t word, bool loose, struct dpu_instruction *instruction)
{
    *instruction = (struct dpu_instruction){.form = (uint16_t)dpu_form_of(word, loose)};
    if (instruction->form == DPU_UNDEFINED)
        return false;
    const struct dpu_form_row *row = &form_rows[instruction->form];
    instruction->operation = row->operation;
    instruction->destination = row->destination;
    instruction->ending = row->ending;
    instruction->second = row->second;
    instruction->flags = row->flags;
    for (unsigned i = 0; i < row->operand_count; i++)
        set_field(instruction, row, (enum dpu_field)row->operands[i].field,
                  dpu_operand_read(&row->operands[i], word));
    return true;
}

static int64_t field_of(const struct dpu_instruction *instruction, const struct dpu_form_row *row,
                        enum dpu_field field)
{
    switch (field) {
    case DPU_FIELD_RC: return instruction->rc;
    case DPU_FIELD_RA: return instruction->ra;
    case DPU_FIELD_RB: return instruction->rb;
    case DPU_FIELD_CC:
        return dpu_condition_code(dpu_condition_class(row),
                                  (enum dpu_condition)instruction->condition);
    case DPU_FIELD_SHIFT: return instruction->shift;
    case DPU_FIELD_ENDIAN: return instruction->big_endian;
    case DPU_FIELD_PC: return instruction->pc;
    case DPU_FIELD_IMM: return instruction->imm;
    case DPU_FIELD_OFF: return instruction->off;
    case DPU_FIELD_NONE: break;
    }
    return 0;
}

bool dpu_encode(const struct dpu_instruction *instruction, uint64_t *word)
{
    if (instruction->form >= DPU_BASE_FORMS)
        return false;
    const struct dpu_form_row *row = &form_rows[instruction->form];
    *word = row->match;
    for (unsigned i = 0; i < row->operand_count; i++) {
        const struct dpu_operand *operand = &row->operands[i];
        int64_t value = field_of(instruction, row, (enum dpu_field)operand->field);
        if (!dpu_operand_fits(row, operand, value))
            return false;
        *word |= dpu_operand_place(operand, value);
    }
    return true;
}
