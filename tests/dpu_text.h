/* Assembles one line of DPU assembly without labels, for tests of the instruction set alone: the
 * assembler engine has its own. */
#ifndef DPU_TEXT_H
#define DPU_TEXT_H

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "instruction_set.h"

enum { DPU_TEXT_OPERANDS = 8 };

static inline struct isa_operand dpu_text_operand(const char *text, size_t length)
{
    struct isa_operand operand = {
        .kind = ISA_REGISTER_LIKE_NAME, .name = text, .name_length = length};
    if (*text == '!') {
        operand.kind = ISA_SWITCH;
        operand.name++;
        operand.name_length--;
    } else if (isdigit((unsigned char)*text) || *text == '-') {
        operand.kind = ISA_EXPRESSION;
        operand.value = strtoll(text, NULL, 0);
        operand.value_known = true;
    }
    return operand;
}

/* Split at commas into at most DPU_TEXT_OPERANDS operands that point into the text. */
static inline size_t dpu_text_operands(const char *text, struct isa_operand *operands)
{
    size_t count = 0;
    for (text += strspn(text, " "); *text && count < DPU_TEXT_OPERANDS; count++) {
        size_t length = strcspn(text, ",");
        operands[count] = dpu_text_operand(text, length);
        text += length;
        text += strspn(text, ", ");
    }
    return count;
}

static inline bool assemble_dpu_text(const char *text, uint64_t *word, char *why, size_t why_size)
{
    struct isa_operand operands[DPU_TEXT_OPERANDS];
    size_t length = strcspn(text, " "), count = dpu_text_operands(text + length, operands);
    int at_operand;
    return dpu_instruction_set.assemble(text, length, operands, count, word, why, why_size,
                                        &at_operand);
}

#endif
