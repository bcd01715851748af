/* From majorities to what they compute together.
 *
 * A full adder is three majorities on the machine, but for the host a majority and a parity; an exclusive or is three, a selection is three. So
 * every value carries itself as a function of up to three others, and a new one whose function, with its operands' functions put in, still has no
 * more than three leaves, and is one of those a host computes at once, is computed from these leaves. Operands that nobody reads any more are then
 * dead. Results are the same, bit by bit; only the host's work differs.
 */
#include "bitserial_values.h"

/* Tables of the three leaves themselves. */
static const uint8_t leaf_tables[3] = {0xaa, 0xcc, 0xf0};

static uint32_t leaf_mark(uint32_t leaf)
{
    return UINT32_C(1) << leaf % 32;
}

static literal add_value(struct values *v, enum value_kind kind, literal a, literal b, literal c, const struct function *function)
{
    v->values[v->count] = (struct value){.kind = (uint8_t)kind, .operands = {a, b, c}, .row = NOWHERE, .slot = NOWHERE, .function = *function};
    return (literal)(2 * v->count++);
}

literal values_row(struct values *v, uint32_t row)
{
    const struct function itself = {.leaves = {(uint32_t)v->count}, .marks = leaf_mark((uint32_t)v->count), .count = 1, .table = leaf_tables[0]};
    literal value = add_value(v, VALUE_ROW, 0, 0, 0, &itself);
    v->values[value / 2].row = row;
    return value;
}

/* ---- functions of leaves ---- */

static bool add_leaf(struct function *function, uint32_t leaf)
{
    for (unsigned i = 0; i < function->count; i++)
        if (function->leaves[i] == leaf)
            return true;
    if (function->count == 3)
        return false;
    function->marks |= leaf_mark(leaf);
    function->leaves[function->count++] = leaf;
    return true;
}

static uint8_t leaf_table(const struct function *function, uint32_t leaf)
{
    unsigned i = 0;
    while (function->leaves[i] != leaf)
        i++;
    return leaf_tables[i];
}

/* The table of `inner` in terms of the leaves of `function`, which has them all; mostly they are the same in the same order. */
static uint8_t table_of(const struct function *function, const struct function *inner)
{
    uint8_t x[3] = {0}, table = 0;
    bool same = true;
    for (unsigned k = 0; k < inner->count; k++)
        same = same && inner->leaves[k] == function->leaves[k];
    if (same)
        return inner->table;
    for (unsigned k = 0; k < inner->count; k++)
        x[k] = leaf_table(function, inner->leaves[k]);
    for (unsigned i = 0; i < 8; i++)
        if (inner->table >> i & 1)
            table |= (i & 1 ? x[0] : ~x[0]) & (i & 2 ? x[1] : ~x[1]) & (i & 4 ? x[2] : ~x[2]);
    return table;
}

static bool add_leaves(struct function *function, const struct function *inner)
{
    for (unsigned k = 0; k < inner->count; k++)
        if (!add_leaf(function, inner->leaves[k]))
            return false;
    return true;
}

/* The function of AND or majority of operands, with the functions of the `opened` ones (a bit each) put in. False: more than three leaves. */
static bool combine(const struct values *v, enum value_kind kind, const literal *operands, unsigned count, unsigned opened,
                    struct function *function)
{
    uint8_t tables[3] = {0};
    function->count = 0;
    function->marks = 0;
    for (unsigned i = 0; i < count; i++)
        if (opened >> i & 1 && !add_leaves(function, &v->values[operands[i] / 2].function))
            return false;
    for (unsigned i = 0; i < count; i++)
        if (!(opened >> i & 1) && !add_leaf(function, operands[i] / 2))
            return false;
    for (unsigned i = 0; i < count; i++) {
        uint8_t flip = operands[i] & 1 ? 0xff : 0;
        tables[i] = flip ^ (opened >> i & 1 ? table_of(function, &v->values[operands[i] / 2].function) : leaf_table(function, operands[i] / 2));
    }
    uint8_t a = tables[0], b = tables[1], c = tables[2];
    function->table = kind == VALUE_AND ? a & b : (a & (b | c)) | (b & c);
    return true;
}

/* Leave out leaves that do not matter. */
static void reduce(struct function *function)
{
    for (unsigned i = function->count; i-- > 0;) {
        unsigned distance = 1u << i;
        uint8_t ones = function->table & leaf_tables[i], zeros = function->table & (uint8_t)~leaf_tables[i];
        if (ones >> distance != zeros)
            continue;
        struct function less = {.count = function->count - 1};
        for (unsigned k = 0, to = 0; k < function->count; k++)
            if (k != i) {
                less.marks |= leaf_mark(function->leaves[k]);
                less.leaves[to++] = function->leaves[k];
            }
        for (unsigned at = 0; at < 8; at++) { /* leaf i taken as 0, those above it move down */
            unsigned low = at & (distance - 1), high = at >> i << (i + 1);
            less.table |= (uint8_t)((function->table >> ((low | high) & 7) & 1) << at);
        }
        *function = less;
    }
}

/* ---- what a host computes at once ---- */

static literal as_and(struct values *v, const struct function *function)
{
    literal a = 2 * function->leaves[0], b = 2 * function->leaves[1];
    unsigned table = function->table & 0xf, flip = __builtin_popcount(table) == 3;
    unsigned minterm = (unsigned)__builtin_ctz(flip ? table ^ 0xf : table);
    return add_value(v, VALUE_AND, a ^ !(minterm & 1), b ^ !(minterm & 2), 0, function) ^ flip;
}

/* Half of a table, one for each value of leaf `s`, as a table of the two other leaves. */
static unsigned half(uint8_t table, unsigned s, unsigned value)
{
    unsigned bits = table >> (value << s);
    return s == 2 ? bits & 0xf : s == 1 ? (bits & 3) | (bits >> 2 & 0xc) : (bits & 1) | (bits >> 1 & 2) | (bits >> 2 & 4) | (bits >> 3 & 8);
}

/* s ? x : y with complements of the last two; only x is left complemented. */
static bool as_selection(struct values *v, const struct function *function, literal *result)
{
    /* By a half's table: 2 x (which of the two leaves it is, from 1) + 1 when complemented; 0: neither. */
    static const uint8_t leaf_of[16] = {[0xa] = 2, [0x5] = 3, [0xc] = 4, [0x3] = 5};
    static const uint8_t others[3][2] = {{1, 2}, {0, 2}, {0, 1}};
    for (unsigned s = 0; s < 3; s++) {
        unsigned x = leaf_of[half(function->table, s, 1)], y = leaf_of[half(function->table, s, 0)];
        if (!x || !y || x / 2 == y / 2)
            continue;
        literal flip = y & 1, first = 2 * function->leaves[others[s][x / 2 - 1]] ^ (x & 1) ^ flip, second = 2 * function->leaves[others[s][y / 2 - 1]];
        *result = add_value(v, VALUE_SELECT, 2 * function->leaves[s], first, second, function) ^ flip;
        return true;
    }
    return false;
}

static bool as_one(struct values *v, const struct function *function, literal *result)
{
    unsigned flip = function->table & 1; /* of functions that are 0 for zeros or the complement of such */
    literal a = 2 * function->leaves[0], b = 2 * function->leaves[1], c = 2 * function->leaves[2];
    switch (function->count) {
    case 0: *result = flip; return true;
    case 1: *result = a ^ flip; return true;
    case 2:
        *result = function->table == 0x66 || function->table == 0x99 ? add_value(v, VALUE_XOR, a, b, 0, function) ^ flip : as_and(v, function);
        return true;
    default:
        if (function->table != 0x96 && function->table != 0x69)
            return as_selection(v, function, result);
        *result = add_value(v, VALUE_PARITY, a, b, c, function) ^ flip;
        return true;
    }
}

static bool more_than_three(uint32_t marks)
{
    marks &= marks - 1; /* without the lowest one; 0 stays 0 */
    marks &= marks - 1;
    return marks & (marks - 1);
}

/* As many operands opened as possible, since that leaves the most of them dead. A table of marks says cheaply where that cannot be. Every value
 * stands for itself, uncomplemented: what add_value stores for a complemented result is the complement's function, which is mended here. */
static literal compute(struct values *v, enum value_kind kind, literal a, literal b, literal c)
{
    static const uint8_t orders[2][7] = {{3, 1, 2}, {7, 3, 5, 6, 1, 2, 4}};
    const literal operands[3] = {a, b, c};
    unsigned count = kind == VALUE_AND ? 2 : 3, tries = kind == VALUE_AND ? 3 : 7, openable = 0;
    uint32_t marks[3][2] = {{0}}; /* of an operand as a leaf, and opened */
    struct function function;
    for (unsigned i = 0; i < count; i++) {
        const struct function *inner = &v->values[operands[i] / 2].function;
        openable |= (inner->count > 1u) << i;
        marks[i][0] = leaf_mark(operands[i] / 2);
        marks[i][1] = inner->marks;
    }
    for (unsigned i = 0; openable && i < tries; i++) {
        unsigned opened = orders[count - 2][i];
        literal result;
        if (opened & ~openable || more_than_three(marks[0][opened & 1] | marks[1][opened >> 1 & 1] | marks[2][opened >> 2]) ||
            !combine(v, kind, operands, count, opened, &function))
            continue;
        reduce(&function);
        size_t before = v->count;
        if (!as_one(v, &function, &result))
            return add_value(v, kind, a, b, c, &function);
        if (v->count > before && result & 1)
            v->values[before].function.table ^= 0xff;
        return result;
    }
    combine(v, kind, operands, count, 0, &function);
    return add_value(v, kind, a, b, c, &function);
}

/* ---- AND and majority, simplified ---- */

static bool is_constant(literal x)
{
    return x < 2;
}

static literal both(struct values *v, literal a, literal b)
{
    if (a == b || b == 1)
        return a;
    if (a == 1)
        return b;
    if (a == (b ^ 1) || a == 0 || b == 0)
        return 0;
    return compute(v, VALUE_AND, a, b, 0);
}

/* Of a majority at most one operand is left complemented, the first: M(!a, !b, c) = !M(a, b, !c). */
literal values_majority(struct values *v, literal a, literal b, literal c)
{
    if (a == b || a == c)
        return a;
    if (b == c || a == (b ^ 1))
        return b == c ? b : c;
    if (a == (c ^ 1) || b == (c ^ 1))
        return a == (c ^ 1) ? b : a;
    if (is_constant(a) || is_constant(b)) {
        literal constant = is_constant(a) ? a : b, other = is_constant(a) ? b : a;
        return values_majority(v, other, c, constant);
    }
    if (is_constant(c)) /* a OR b = !(!a AND !b) */
        return both(v, a ^ c, b ^ c) ^ c;
    literal flip = (a & 1) + (b & 1) + (c & 1) >= 2;
    a ^= flip;
    b ^= flip;
    c ^= flip;
    if (b & 1)
        return compute(v, VALUE_MAJORITY, b, a, c) ^ flip;
    return (c & 1 ? compute(v, VALUE_MAJORITY, c, a, b) : compute(v, VALUE_MAJORITY, a, b, c)) ^ flip;
}
