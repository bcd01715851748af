/* What the operations mean, one element at a time, in the host's own arithmetic: the reference of the micro-programs. */
#include "operations.h"

static uint64_t low(uint64_t value, unsigned width)
{
    return width >= 64 ? value : value & ((UINT64_C(1) << width) - 1);
}

static int64_t extended(uint64_t value, unsigned width)
{
    return (int64_t)(value << (64 - width)) >> (64 - width);
}

static struct bitserial_element whole_product(uint64_t a, uint64_t b, unsigned width, bool is_signed)
{
    unsigned __int128 product = is_signed ? (unsigned __int128)((__int128)extended(a, width) * extended(b, width))
                                          : (unsigned __int128)a * b;
    unsigned bits = 2 * width;
    if (bits < 128)
        product &= ((unsigned __int128)1 << bits) - 1;
    return (struct bitserial_element){(uint64_t)product, (uint64_t)(product >> 64)};
}

/* Towards zero; by zero: all ones and the dividend, as restoring division has it, with the signs put on afterwards. */
static uint64_t quotient(uint64_t a, uint64_t b, unsigned width, bool is_signed, bool remainder)
{
    bool minus_a = is_signed && extended(a, width) < 0, minus_b = is_signed && extended(b, width) < 0;
    uint64_t x = minus_a ? low(-a, width) : a, y = minus_b ? low(-b, width) : b;
    uint64_t q = y ? x / y : low(UINT64_MAX, width), r = y ? x % y : x;
    if (remainder)
        return low(minus_a ? -r : r, width);
    return low(minus_a != minus_b ? -q : q, width);
}

static bool greater(uint64_t a, uint64_t b, unsigned width, bool is_signed)
{
    return is_signed ? extended(a, width) > extended(b, width) : a > b;
}

struct bitserial_element bitserial_meaning(enum bitserial_operation operation, uint64_t a, uint64_t b, bool select, unsigned width, bool is_signed)
{
    uint64_t ones = low(UINT64_MAX, width), value = 0;
    bool gt = greater(a, b, width, is_signed), lt = greater(b, a, width, is_signed), negative = a >> (width - 1) & 1;
    switch (operation) {
    case BITSERIAL_ADD: value = a + b; break;
    case BITSERIAL_SUB: value = a - b; break;
    case BITSERIAL_MUL: return whole_product(a, b, width, is_signed);
    case BITSERIAL_DIV: value = quotient(a, b, width, is_signed, false); break;
    case BITSERIAL_MOD: value = quotient(a, b, width, is_signed, true); break;
    case BITSERIAL_ABS: value = negative ? -a : a; break;
    case BITSERIAL_GT: value = gt; break;
    case BITSERIAL_GE: value = !lt; break;
    case BITSERIAL_LT: value = lt; break;
    case BITSERIAL_LE: value = !gt; break;
    case BITSERIAL_EQ: value = a == b; break;
    case BITSERIAL_NE: value = a != b; break;
    case BITSERIAL_MAX: value = gt ? a : b; break;
    case BITSERIAL_MIN: value = lt ? a : b; break;
    case BITSERIAL_IF_ELSE: value = select ? a : b; break;
    case BITSERIAL_RELU: value = negative ? 0 : a; break;
    case BITSERIAL_BITCOUNT: value = (uint64_t)__builtin_popcountll(a); break;
    case BITSERIAL_AND_RED: value = a == ones; break;
    case BITSERIAL_OR_RED: value = a != 0; break;
    case BITSERIAL_XOR_RED: value = (uint64_t)__builtin_parityll(a); break;
    case BITSERIAL_COPY: value = a; break;
    case BITSERIAL_NOT: value = ~a; break;
    case BITSERIAL_AND: value = a & b; break;
    case BITSERIAL_OR: value = a | b; break;
    case BITSERIAL_XOR: value = a ^ b; break;
    case BITSERIAL_NAND: value = ~(a & b); break;
    case BITSERIAL_NOR: value = ~(a | b); break;
    case BITSERIAL_XNOR: value = ~(a ^ b); break;
    case BITSERIAL_OPERATION_COUNT: break;
    }
    return (struct bitserial_element){low(value, bitserial_result_width(operation, width)), 0};
}
