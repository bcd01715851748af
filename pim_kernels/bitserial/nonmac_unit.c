/* Programs of the small network and of e^x by shifts and additions; the choice between the methods. What the integers are is
 * workloads/operators/fixed_functions.h; a step here is a step there. */
#include "nonmac.h"

static void set_constant(const bitserial_row *rows, unsigned width, uint64_t constant, struct microprogram *program)
{
    bitserial_row from[BITSERIAL_WIDEST];
    bitserial_constant(from, width, constant);
    bitserial_generate(BITSERIAL_COPY, &(struct bitserial_operands){.width = width, .destination = rows, .a = from}, program);
}

/* ---- network ---- */

static void network_program(const struct nonmac_unit *unit, const bitserial_row *u, bitserial_row *y, struct microprogram *program)
{
    const struct fixed_network *network = &unit->network;
    uint64_t most = (uint64_t)(unit->range.high - unit->range.low);
    int shift = fixed_network_shift(network);
    set_constant(unit->sum, unit->sum_width, (uint64_t)network->constant, program);
    for (unsigned k = 0; k < network->hidden; k++) {
        const bitserial_row *excess = u; /* over the first knot, which is 0 */
        unsigned width = unit->range.u_width;
        if (network->weights[k] == 0)
            continue;
        if (network->knots[k] > 0) {
            width = bitserial_generate_excess(unit->part, u, most, network->knots[k], unit->flag[0], program);
            excess = unit->part;
        }
        bitserial_generate_scale_add(unit->sum, unit->sum_width, excess, width, network->weights[k], shift, program);
    }
    for (unsigned i = 0; i < unit->range.width; i++)
        y[i] = unit->sum[network->sum_fraction - unit->range.y_fraction + i];
}

/* ---- e^x by shifts and additions ---- */

static unsigned product_width(const struct fixed_exponential *e)
{
    return e->fraction + 2; /* 2^g is below 2, and a bit for the roundings of the logarithms */
}

/* Before factor i what is left of the logarithm is below 1.45 x 2^-(i - 1): the logarithms of i - 1 and of all after i, and no more. */
static void take_factor(const struct nonmac_unit *unit, unsigned i, struct microprogram *program)
{
    const struct fixed_exponential *e = &unit->exponential;
    unsigned width = i > 2 ? e->fraction + 2 - i : e->fraction, whole = product_width(e);
    bitserial_row logarithm[BITSERIAL_WIDEST], addend[BITSERIAL_WIDEST];
    bitserial_constant(logarithm, width, e->logarithms[i]);
    struct bitserial_operands o = {.width = width, .destination = unit->flag, .a = unit->sum, .b = logarithm};
    bitserial_generate(BITSERIAL_GE, &o, program);
    for (unsigned bit = 0; bit < width; bit++) /* the constant where it is taken, else 0 */
        logarithm[bit] = logarithm[bit] == BITSERIAL_C1 ? unit->flag[0] : BITSERIAL_C0;
    o.destination = unit->sum;
    bitserial_generate(BITSERIAL_SUB, &o, program);
    bitserial_generate_masked(unit->part, unit->product + i, whole - i, unit->flag[0], program);
    for (unsigned bit = 0; bit < whole; bit++)
        addend[bit] = bit < whole - i ? unit->part[bit] : BITSERIAL_C0;
    o = (struct bitserial_operands){.width = whole, .destination = unit->product, .a = unit->product, .b = addend};
    bitserial_generate(BITSERIAL_ADD, &o, program);
}

/* To the right by what the integer part's bits lack of all ones, one bit after the other. */
static void shift_product(const struct nonmac_unit *unit, struct microprogram *program)
{
    const struct fixed_exponential *e = &unit->exponential;
    unsigned whole = product_width(e);
    for (unsigned j = e->shift_bits; j-- > 0;) {
        bitserial_row shifted[BITSERIAL_WIDEST];
        for (unsigned bit = 0; bit < whole; bit++)
            shifted[bit] = bit + (1u << j) < whole ? unit->product[bit + (1u << j)] : BITSERIAL_C0;
        const struct bitserial_operands o = {.width = whole, .destination = unit->product, .a = unit->product, .b = shifted,
                                             .select = unit->sum + e->fraction + j};
        bitserial_generate(BITSERIAL_IF_ELSE, &o, program);
    }
}

static void exponential_program(const struct nonmac_unit *unit, const bitserial_row *u, bitserial_row *y, struct microprogram *program)
{
    const struct fixed_exponential *e = &unit->exponential;
    unsigned whole = product_width(e), half = FIXED_GUARD - 1;
    bitserial_row one[BITSERIAL_WIDEST];
    set_constant(unit->sum, unit->sum_width, (uint64_t)e->start, program);
    bitserial_generate_scale_add(unit->sum, unit->sum_width, u, e->range.u_width, e->log2_e,
                                 (int)e->fraction - (int)(e->log_fraction + e->range.x_fraction), program);
    set_constant(unit->product, whole, UINT64_C(1) << e->fraction, program);
    for (unsigned i = 1; i <= e->factors; i++)
        take_factor(unit, i, program);
    shift_product(unit, program);
    bitserial_constant(one, whole - half, 1);
    const struct bitserial_operands o = {.width = whole - half, .destination = unit->product + half, .a = unit->product + half, .b = one};
    bitserial_generate(BITSERIAL_ADD, &o, program);
    for (unsigned i = 0; i < e->range.width; i++)
        y[i] = FIXED_GUARD + i < whole ? unit->product[FIXED_GUARD + i] : BITSERIAL_C0;
}

/* ---- all methods ---- */

enum pim_status nonmac_unit_make(struct nonmac_unit *unit, const struct fixed_range *range, enum nonmac_method method, unsigned hidden,
                                 unsigned table_bits, struct pim_error *error)
{
    unit->method = method;
    unit->range = *range;
    switch (method) {
    case NONMAC_NETWORK:
        fixed_network_make(range, hidden, &unit->network);
        unit->sum_width = range->width + unit->network.sum_fraction - range->y_fraction;
        return PIM_OK;
    case NONMAC_TABLE:
        return table_make(&unit->table, range, table_bits, error);
    default:
        if (range->function != &scalar_functions[SCALAR_EXP])
            return pim_fail(error, PIM_USAGE, "simdram_nonmac: method shift-add is for exp and softmax, not for %s", range->function->name);
        fixed_exponential_make(range, &unit->exponential);
        unit->sum_width = unit->exponential.fraction + unit->exponential.shift_bits;
        return PIM_OK;
    }
}

enum pim_status nonmac_unit_take_rows(struct nonmac_unit *unit, struct lanes *lanes, struct pim_error *error)
{
    if (unit->method == NONMAC_TABLE)
        return table_take_rows(&unit->table, lanes, error);
    bool network = unit->method == NONMAC_NETWORK;
    unsigned product = network ? 0 : product_width(&unit->exponential);
    enum pim_status status = lanes_take(lanes, "the sum", unit->sum_width, unit->sum, error);
    if (status == PIM_OK)
        status = lanes_take(lanes, "a part of the sum", network ? unit->range.u_width : product, unit->part, error);
    if (status == PIM_OK)
        status = lanes_take(lanes, "the product", product, unit->product, error);
    return status == PIM_OK ? lanes_take(lanes, "a flag", 1, unit->flag, error) : status;
}

void nonmac_unit_program(const struct nonmac_unit *unit, const bitserial_row *u, bitserial_row *y, struct microprogram *program)
{
    switch (unit->method) {
    case NONMAC_NETWORK: network_program(unit, u, y, program); break;
    case NONMAC_TABLE: table_program(&unit->table, u, y, program); break;
    default: exponential_program(unit, u, y, program); break;
    }
}

int64_t nonmac_unit_value(const struct nonmac_unit *unit, uint64_t u)
{
    switch (unit->method) {
    case NONMAC_NETWORK: {
        int64_t y = fixed_network_value(&unit->network, u);
        return (int64_t)((uint64_t)y << (64 - unit->range.width)) >> (64 - unit->range.width);
    }
    case NONMAC_TABLE: return fixed_table_entry(&unit->range, unit->table.bits, u >> unit->table.address);
    default: return fixed_exponential_value(&unit->exponential, u);
    }
}
