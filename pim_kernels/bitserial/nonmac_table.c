/* A table as a program: each bit of the entries is a function of the address's bits. Halves that are equal need no selection, parts that several bits
 * have in common are computed once (a binary decision diagram), and a selection with a constant is an AND or an OR. */
#include "nonmac.h"

enum { FIRST_NODE = 2 };

static bool node_at(struct table *table, uint16_t bit, uint16_t low, uint16_t high, uint16_t *reference)
{
    unsigned i = 0;
    while (i < table->count && (table->nodes[i].bit != bit || table->nodes[i].low != low || table->nodes[i].high != high))
        i++;
    if (i == BITSERIAL_D_ROWS)
        return false;
    if (i == table->count)
        table->nodes[table->count++] = (struct table_node){bit, low, high};
    *reference = (uint16_t)(FIRST_NODE + i);
    return true;
}

/* Bit `output` of entries `first` to first + 2^bits - 1. */
static bool build(struct table *table, const int64_t *entries, unsigned bits, unsigned output, uint16_t *reference)
{
    uint16_t low, high;
    if (bits == 0) {
        *reference = entries[0] >> output & 1;
        return true;
    }
    if (!build(table, entries, bits - 1, output, &low) || !build(table, entries + (1 << (bits - 1)), bits - 1, output, &high))
        return false;
    *reference = low;
    return low == high || node_at(table, (uint16_t)(bits - 1), low, high, reference);
}

enum pim_status table_make(struct table *table, const struct fixed_range *range, unsigned bits, struct pim_error *error)
{
    int64_t entries[1 << TABLE_MOST_BITS];
    *table = (struct table){.range = *range, .address = fixed_table_shift(range, bits)};
    table->bits = range->u_width - table->address;
    for (unsigned i = 0; i < 1u << table->bits; i++)
        entries[i] = fixed_table_entry(range, bits, i);
    for (unsigned output = 0; output < range->width; output++)
        if (!build(table, entries, table->bits, output, &table->outputs[output]))
            return pim_fail(error, PIM_USAGE, "simdram_nonmac: a table of %u entries of %u bits needs more than %d rows", 1u << table->bits, range->width,
                            BITSERIAL_D_ROWS);
    return PIM_OK;
}

enum pim_status table_take_rows(struct table *table, struct lanes *lanes, struct pim_error *error)
{
    enum pim_status status = lanes_take(lanes, "complements of the address", table->bits, table->complements, error);
    return status == PIM_OK ? lanes_take(lanes, "the table's selections", table->count, table->rows, error) : status;
}

/* A node's own row, that of its address bit or that bit's complement, or a constant row. */
static bitserial_row row_of(const struct table *table, const bitserial_row *u, uint16_t reference)
{
    if (reference < FIRST_NODE)
        return reference ? BITSERIAL_C1 : BITSERIAL_C0;
    const struct table_node *node = &table->nodes[reference - FIRST_NODE];
    if (node->low < FIRST_NODE && node->high < FIRST_NODE)
        return node->high ? u[table->address + node->bit] : table->complements[node->bit];
    return table->rows[reference - FIRST_NODE];
}

static void select(const struct table *table, const bitserial_row *u, unsigned i, struct microprogram *program)
{
    const struct table_node *node = &table->nodes[i];
    bitserial_row address = u[table->address + node->bit], complement = table->complements[node->bit];
    bitserial_row low = row_of(table, u, node->low), high = row_of(table, u, node->high);
    struct bitserial_operands o = {.width = 1, .destination = &table->rows[i], .a = &high, .b = &low, .select = &address};
    enum bitserial_operation operation = BITSERIAL_IF_ELSE;
    if (bitserial_is_c(low)) {
        operation = low == BITSERIAL_C0 ? BITSERIAL_AND : BITSERIAL_OR;
        o.b = low == BITSERIAL_C0 ? &address : &complement;
    } else if (bitserial_is_c(high)) {
        operation = high == BITSERIAL_C0 ? BITSERIAL_AND : BITSERIAL_OR;
        o.a = high == BITSERIAL_C0 ? &complement : &address;
    }
    bitserial_generate(operation, &o, program);
}

void table_program(const struct table *table, const bitserial_row *u, bitserial_row *y, struct microprogram *program)
{
    const struct bitserial_operands o = {.width = table->bits, .destination = table->complements, .a = u + table->address};
    bitserial_generate(BITSERIAL_NOT, &o, program);
    for (unsigned i = 0; i < table->count; i++)
        if (table->nodes[i].low >= FIRST_NODE || table->nodes[i].high >= FIRST_NODE)
            select(table, u, i, program);
    for (unsigned output = 0; output < table->range.width; output++)
        y[output] = row_of(table, u, table->outputs[output]);
}
