#include "operators.h"

#include <math.h>
#include <string.h>

const char *const arithmetic_type_names[ARITHMETIC_TYPES] = {"int32", "int64", "float", "double"};
const char *const arithmetic_operation_names[ARITHMETIC_OPERATIONS] = {"add", "sub", "mul", "div"};

size_t operator_arithmetic_bytes(enum arithmetic_type type)
{
    return type == ARITHMETIC_INT32 || type == ARITHMETIC_FLOAT ? 4 : 8;
}

/* Division by -1 as a negation: INT64_MIN / -1 does not fit and wraps. */
static uint64_t divide(int64_t a, int64_t b)
{
    return b == -1 ? 0 - (uint64_t)a : (uint64_t)(a / b);
}

static uint64_t integer(enum arithmetic_operation operation, int64_t a, int64_t b)
{
    switch (operation) {
    case ARITHMETIC_ADD: return (uint64_t)a + (uint64_t)b;
    case ARITHMETIC_SUB: return (uint64_t)a - (uint64_t)b;
    case ARITHMETIC_MUL: return (uint64_t)a * (uint64_t)b;
    default: return divide(a, b);
    }
}

static uint64_t single_precision(enum arithmetic_operation operation, uint32_t a_bits, uint32_t b_bits)
{
    float a, b, result;
    memcpy(&a, &a_bits, sizeof a);
    memcpy(&b, &b_bits, sizeof b);
    switch (operation) {
    case ARITHMETIC_ADD: result = a + b; break;
    case ARITHMETIC_SUB: result = a - b; break;
    case ARITHMETIC_MUL: result = a * b; break;
    default: result = a / b;
    }
    uint32_t bits;
    memcpy(&bits, &result, sizeof bits);
    return isnan(result) ? 0x7fc00000u : bits;
}

static uint64_t double_precision(enum arithmetic_operation operation, uint64_t a_bits, uint64_t b_bits)
{
    double a, b, result;
    memcpy(&a, &a_bits, sizeof a);
    memcpy(&b, &b_bits, sizeof b);
    switch (operation) {
    case ARITHMETIC_ADD: result = a + b; break;
    case ARITHMETIC_SUB: result = a - b; break;
    case ARITHMETIC_MUL: result = a * b; break;
    default: result = a / b;
    }
    uint64_t bits;
    memcpy(&bits, &result, sizeof bits);
    return isnan(result) ? 0x7ff8000000000000u : bits;
}

uint64_t operator_arithmetic(enum arithmetic_type type, enum arithmetic_operation operation, uint64_t a, uint64_t b)
{
    switch (type) {
    case ARITHMETIC_INT32: return (uint32_t)integer(operation, (int32_t)a, (int32_t)b);
    case ARITHMETIC_INT64: return integer(operation, (int64_t)a, (int64_t)b);
    case ARITHMETIC_FLOAT: return single_precision(operation, (uint32_t)a, (uint32_t)b);
    default: return double_precision(operation, a, b);
    }
}
