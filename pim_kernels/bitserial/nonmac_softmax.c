/* Softmax over operands that stand below each other in a lane: greatest, subtract, e^x, sum, one reciprocal, a product for each operand.
 *
 * An operand is a logit with as many bits before its point as LOGIT_INTEGER says, and becomes its own probability, with width - 2 bits behind the
 * point. e^x is 0 below the low end of its range. The reciprocal comes from the machine's division, the products from its multiplication: those
 * two are exact but for the last bit, which is cut off.
 */
#include "nonmac.h"

#include <math.h>
#include <string.h>

struct softmax_rows {
    unsigned sum_width, quotient_width;
    bitserial_row greatest[BITSERIAL_WIDEST], end[BITSERIAL_WIDEST], distance[BITSERIAL_WIDEST], sum[BITSERIAL_WIDEST], flag[1], keep[1];
    bitserial_row pool[8 * BITSERIAL_WIDEST]; /* division and product: rows that hold nothing any more, and as many more as are needed */
};

static unsigned exponential_fraction(const struct nonmac *n)
{
    return n->unit.range.y_fraction;
}

/* The dividend is 1 with the sum's fraction and the reciprocal's, which is the exponential's. */
static unsigned quotient_width(const struct nonmac *n, unsigned sum_width)
{
    unsigned dividend = 2 * exponential_fraction(n) + 1;
    return dividend > sum_width ? dividend : sum_width;
}

static unsigned put(bitserial_row *pool, unsigned count, const bitserial_row *rows, unsigned more)
{
    memcpy(pool + count, rows, more * sizeof *rows);
    return count + more;
}

static enum pim_status take_pool(struct nonmac *n, struct softmax_rows *r, struct pim_error *error)
{
    const struct nonmac_unit *unit = &n->unit;
    unsigned division = r->quotient_width + bitserial_scratch_rows(BITSERIAL_DIV, r->quotient_width, false), count = 0;
    unsigned needed = division > r->quotient_width + 2 * n->width ? division : r->quotient_width + 2 * n->width;
    count = put(r->pool, count, r->greatest, n->width);
    count = put(r->pool, count, r->end, n->width + 1);
    count = put(r->pool, count, r->distance, n->width + 1);
    if (unit->method == NONMAC_NETWORK)
        count = put(r->pool, count, unit->part, unit->range.u_width);
    return count < needed ? lanes_take(&n->lanes, "division and product", needed - count, r->pool + count, error) : PIM_OK;
}

static enum pim_status take_rows(struct nonmac *n, struct pim_error *error)
{
    struct softmax_rows *r = n->work;
    enum pim_status status;
    r->sum_width = n->width - 1 + bitserial_count_width(n->operands);
    r->quotient_width = quotient_width(n, r->sum_width);
    KERNEL_TRY(lanes_take(&n->lanes, "the greatest", n->width, r->greatest, error));
    KERNEL_TRY(lanes_take(&n->lanes, "the end of the exponential", n->width + 1, r->end, error));
    KERNEL_TRY(lanes_take(&n->lanes, "the distance from it", n->width + 1, r->distance, error));
    KERNEL_TRY(lanes_take(&n->lanes, "the sum of the exponentials", r->sum_width, r->sum, error));
    KERNEL_TRY(lanes_take(&n->lanes, "a flag", 1, r->flag, error));
    KERNEL_TRY(lanes_take(&n->lanes, "a flag", 1, r->keep, error));
    KERNEL_TRY(nonmac_unit_take_rows(&n->unit, &n->lanes, error));
    KERNEL_TRY(take_pool(n, r, error));
out:
    return status;
}

/* A list one bit longer. */
static void extend(const bitserial_row *rows, unsigned width, bitserial_row *extended)
{
    for (unsigned i = 0; i <= width; i++)
        extended[i] = rows[i < width ? i : width - 1];
}

/* The greatest operand, and the number from which on the exponential is not 0. */
static void greatest_program(struct nonmac *n, const struct softmax_rows *r)
{
    bitserial_row extended[BITSERIAL_WIDEST], low[BITSERIAL_WIDEST];
    struct bitserial_operands o = {.width = n->width, .is_signed = true, .destination = r->greatest, .a = nonmac_operand(n, 0), .scratch = r->flag};
    bitserial_generate(BITSERIAL_COPY, &o, &n->program);
    o.a = r->greatest;
    for (unsigned i = 1; i < n->operands; i++) {
        o.b = nonmac_operand(n, i);
        bitserial_generate(BITSERIAL_MAX, &o, &n->program);
    }
    extend(r->greatest, n->width, extended);
    bitserial_constant(low, n->width + 1, (uint64_t)n->unit.range.low);
    o = (struct bitserial_operands){.width = n->width + 1, .destination = r->end, .a = extended, .b = low};
    bitserial_generate(BITSERIAL_ADD, &o, &n->program);
}

/* An operand becomes its exponential, 0 where that is negative or the operand is too low, and is added to the sum. */
static void exponential_program(struct nonmac *n, const struct softmax_rows *r, unsigned i)
{
    bitserial_row *x = nonmac_operand(n, i), y[BITSERIAL_WIDEST], list[BITSERIAL_WIDEST];
    unsigned magnitude = n->width - 1;
    extend(x, n->width, list);
    struct bitserial_operands o = {.width = n->width + 1, .destination = r->distance, .a = list, .b = r->end};
    bitserial_generate(BITSERIAL_SUB, &o, &n->program);
    o = (struct bitserial_operands){.width = 1, .destination = r->keep, .a = r->distance + n->width};
    bitserial_generate(BITSERIAL_NOT, &o, &n->program);
    bitserial_generate_masked(r->distance, r->distance, n->unit.range.u_width, r->keep[0], &n->program);
    nonmac_unit_program(&n->unit, r->distance, y, &n->program);
    if (y[magnitude] != BITSERIAL_C0) {
        o = (struct bitserial_operands){.width = 1, .destination = r->flag, .a = y + magnitude};
        bitserial_generate(BITSERIAL_NOT, &o, &n->program);
        o = (struct bitserial_operands){.width = 1, .destination = r->keep, .a = r->keep, .b = r->flag};
        bitserial_generate(BITSERIAL_AND, &o, &n->program);
    }
    bitserial_generate_masked(x, y, magnitude, r->keep[0], &n->program);
    for (unsigned bit = 0; bit < r->sum_width; bit++)
        list[bit] = bit < magnitude ? x[bit] : BITSERIAL_C0;
    o = (struct bitserial_operands){.width = r->sum_width, .destination = r->sum, .a = r->sum, .b = list};
    bitserial_generate(BITSERIAL_ADD, &o, &n->program);
}

static void reciprocal_program(struct nonmac *n, const struct softmax_rows *r)
{
    bitserial_row one[BITSERIAL_WIDEST], divisor[BITSERIAL_WIDEST];
    bitserial_constant(one, r->quotient_width, UINT64_C(1) << (2 * exponential_fraction(n)));
    for (unsigned bit = 0; bit < r->quotient_width; bit++)
        divisor[bit] = bit < r->sum_width ? r->sum[bit] : BITSERIAL_C0;
    const struct bitserial_operands o = {.width = r->quotient_width, .destination = r->pool, .a = one, .b = divisor,
                                         .scratch = r->pool + r->quotient_width};
    bitserial_generate(BITSERIAL_DIV, &o, &n->program);
}

static void product_program(struct nonmac *n, const struct softmax_rows *r, unsigned i)
{
    bitserial_row *x = nonmac_operand(n, i), factor[BITSERIAL_WIDEST];
    const bitserial_row *product = r->pool + r->quotient_width;
    for (unsigned bit = 0; bit < n->width; bit++)
        factor[bit] = bit + 1 < n->width ? x[bit] : BITSERIAL_C0;
    struct bitserial_operands o = {.width = n->width, .destination = product, .a = factor, .b = r->pool};
    bitserial_generate(BITSERIAL_MUL, &o, &n->program);
    o = (struct bitserial_operands){.width = n->width, .destination = x, .a = product + exponential_fraction(n)};
    bitserial_generate(BITSERIAL_COPY, &o, &n->program);
}

static enum pim_status program(struct nonmac *n, struct pim_error *error)
{
    const struct softmax_rows *r = n->work;
    enum pim_status status = PIM_OK;
    bitserial_row zero[BITSERIAL_WIDEST];
    bitserial_constant(zero, r->sum_width, 0);
    greatest_program(n, r);
    bitserial_generate(BITSERIAL_COPY, &(struct bitserial_operands){.width = r->sum_width, .destination = r->sum, .a = zero}, &n->program);
    for (unsigned i = 0; status == PIM_OK && i < n->operands; i++) {
        exponential_program(n, r, i);
        status = nonmac_flush(n, error);
    }
    reciprocal_program(n, r);
    for (unsigned i = 0; i < n->operands; i++)
        product_program(n, r, i);
    return status;
}

/* ---- the same in integers ---- */

static uint64_t exponential(const struct nonmac *n, int64_t below)
{
    int64_t u = below - n->unit.range.low, e = u >= 0 ? nonmac_unit_value(&n->unit, (uint64_t)u) : 0;
    return e > 0 ? (uint64_t)e : 0;
}

static int64_t greatest(const struct nonmac *n, const int64_t *x)
{
    int64_t most = x[0];
    for (unsigned i = 1; i < n->operands; i++)
        most = x[i] > most ? x[i] : most;
    return most;
}

static void reference(const struct nonmac *n, const int64_t *x, int64_t *y)
{
    unsigned fraction = exponential_fraction(n);
    uint64_t mask = (UINT64_C(1) << n->width) - 1, sum = 0;
    int64_t most = greatest(n, x);
    for (unsigned i = 0; i < n->operands; i++)
        sum += exponential(n, x[i] - most);
    uint64_t reciprocal = sum ? (UINT64_C(1) << 2 * fraction) / sum & mask : mask; /* the machine divides by 0 like this */
    for (unsigned i = 0; i < n->operands; i++) {
        uint64_t product = exponential(n, x[i] - most) * reciprocal >> fraction & mask;
        y[i] = nonmac_signed(n, (int64_t)product);
    }
}

static double error(const struct nonmac *n, const int64_t *x, const int64_t *y)
{
    int64_t most = greatest(n, x);
    double sum = 0, worst = 0;
    for (unsigned i = 0; i < n->operands; i++)
        sum += exp(ldexp((double)(x[i] - most), -(int)n->unit.range.x_fraction));
    for (unsigned i = 0; i < n->operands; i++) {
        double exact = exp(ldexp((double)(x[i] - most), -(int)n->unit.range.x_fraction)) / sum;
        worst = fmax(worst, fabs(ldexp((double)y[i], -(int)exponential_fraction(n)) - exact));
    }
    return worst;
}

const struct nonmac_operation nonmac_softmax = {
    .work_bytes = sizeof(struct softmax_rows), .many_results = true, .take_rows = take_rows, .program = program, .reference = reference, .error = error};
