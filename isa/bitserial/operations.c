#include "generators.h"

#include <string.h>

enum { UNSIGNED = false, SIGNED = true };

#define NAME_ROW(name_, text, has_signed_, form_, result_, in_place_, published_, help_)                                                      \
    [BITSERIAL_##name_] = {.name = #text, .published = published_, .help = help_, .form = BITSERIAL_##form_, .result = BITSERIAL_##result_, \
                           .has_signed = has_signed_, .in_place = in_place_},

const struct bitserial_operation_row bitserial_operations[BITSERIAL_OPERATION_COUNT] = {BITSERIAL_OPERATIONS(NAME_ROW)};

#define NAME_ALONE(name_, text, ...) [BITSERIAL_##name_] = #text,
const char *const bitserial_operation_names[BITSERIAL_OPERATION_COUNT + 1] = {BITSERIAL_OPERATIONS(NAME_ALONE)};

enum bitserial_operation bitserial_operation_named(const char *name, size_t length)
{
    enum bitserial_operation operation = 0;
    while (operation < BITSERIAL_OPERATION_COUNT && (strlen(bitserial_operations[operation].name) != length ||
                                                     memcmp(bitserial_operations[operation].name, name, length) != 0))
        operation++;
    return operation;
}

unsigned bitserial_result_width(enum bitserial_operation operation, unsigned width)
{
    switch (bitserial_operations[operation].result) {
    case BITSERIAL_ONE: return 1;
    case BITSERIAL_DOUBLE: return 2 * width;
    case BITSERIAL_COUNT: return bitserial_count_width(width);
    case BITSERIAL_SAME: break;
    }
    return width;
}

unsigned bitserial_scratch_rows(enum bitserial_operation operation, unsigned width, bool is_signed)
{
    switch (operation) {
    case BITSERIAL_ABS: return width - 1;
    case BITSERIAL_MUL: return is_signed ? width : 0;
    case BITSERIAL_DIV:
    case BITSERIAL_MOD: return is_signed ? 6 * width + 1 : 3 * width;
    case BITSERIAL_MAX:
    case BITSERIAL_MIN:
    case BITSERIAL_RELU: return 1;
    case BITSERIAL_BITCOUNT: return bitserial_count_scratch(width);
    default: return 0;
    }
}

void bitserial_generate(enum bitserial_operation operation, const struct bitserial_operands *given, struct microprogram *program)
{
    struct bitserial_operands o = *given;
    o.is_signed &= bitserial_operations[operation].has_signed;
    switch (operation) {
    case BITSERIAL_ADD: generate_add(&o, program); break;
    case BITSERIAL_SUB: generate_sub(&o, program); break;
    case BITSERIAL_MUL: generate_mul(&o, program); break;
    case BITSERIAL_DIV: generate_div(&o, program); break;
    case BITSERIAL_MOD: generate_mod(&o, program); break;
    case BITSERIAL_ABS: generate_abs(&o, program); break;
    case BITSERIAL_GT:
    case BITSERIAL_GE:
    case BITSERIAL_LT:
    case BITSERIAL_LE: generate_compare(operation, &o, program); break;
    case BITSERIAL_EQ:
    case BITSERIAL_NE: generate_equal(&o, operation == BITSERIAL_EQ, program); break;
    case BITSERIAL_MAX:
    case BITSERIAL_MIN: generate_extreme(&o, operation == BITSERIAL_MAX, program); break;
    case BITSERIAL_IF_ELSE: generate_if_else(&o, program); break;
    case BITSERIAL_RELU: generate_relu(&o, program); break;
    case BITSERIAL_BITCOUNT: generate_bitcount(&o, program); break;
    case BITSERIAL_AND_RED:
    case BITSERIAL_OR_RED:
    case BITSERIAL_XOR_RED: generate_reduction(operation, &o, program); break;
    case BITSERIAL_COPY: generate_copy(&o, program); break;
    case BITSERIAL_NOT: generate_not(&o, program); break;
    case BITSERIAL_AND:
    case BITSERIAL_OR:
    case BITSERIAL_XOR:
    case BITSERIAL_NAND:
    case BITSERIAL_NOR:
    case BITSERIAL_XNOR: generate_logic(operation, &o, program); break;
    case BITSERIAL_OPERATION_COUNT: break;
    }
}

size_t bitserial_command_count(enum bitserial_operation operation, unsigned width, bool is_signed)
{
    enum { RESULT_ROWS = 2 * BITSERIAL_WIDEST, OPERAND_ROWS = BITSERIAL_WIDEST };
    bitserial_row rows[BITSERIAL_D_ROWS];
    struct microprogram program = {0};
    for (unsigned i = 0; i < BITSERIAL_D_ROWS; i++)
        rows[i] = (bitserial_row)i;
    const bitserial_row *a = rows + RESULT_ROWS, *b = a + OPERAND_ROWS, *select = b + OPERAND_ROWS, *scratch = select + 1;
    const struct bitserial_operands operands = {width, is_signed, rows, a, b, select, scratch};
    bitserial_generate(operation, &operands, &program);
    size_t count = program.failed ? 0 : program.count;
    microprogram_free(&program);
    return count;
}
