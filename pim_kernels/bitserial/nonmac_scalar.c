/* Operations on one operand: ReLU, and the functions of workloads/operators. */
#include "nonmac.h"

#include <math.h>

struct scalar_rows { bitserial_row flag[1], clamped[BITSERIAL_WIDEST]; /* of functions */ };

/* ---- ReLU ---- */

static enum pim_status relu_take_rows(struct nonmac *n, struct pim_error *error)
{
    struct scalar_rows *r = n->work;
    return lanes_take(&n->lanes, "a flag", 1, r->flag, error);
}

static enum pim_status relu_program(struct nonmac *n, struct pim_error *error)
{
    const struct scalar_rows *r = n->work;
    const struct bitserial_operands o = {.width = n->width, .destination = n->y, .a = n->x, .scratch = r->flag};
    (void)error;
    bitserial_generate(BITSERIAL_RELU, &o, &n->program);
    return PIM_OK;
}

static void relu_reference(const struct nonmac *n, const int64_t *x, int64_t *y)
{
    (void)n;
    *y = *x > 0 ? *x : 0;
}

const struct nonmac_operation nonmac_relu = {
    .work_bytes = sizeof(struct scalar_rows), .one_operand = true, .take_rows = relu_take_rows, .program = relu_program, .reference = relu_reference};

/* ---- functions: clamp, take the distance from the low end, compute ---- */

static enum pim_status function_take_rows(struct nonmac *n, struct pim_error *error)
{
    struct scalar_rows *r = n->work;
    enum pim_status status = relu_take_rows(n, error);
    if (status == PIM_OK)
        status = lanes_take(&n->lanes, "the clamped number", n->width + 1, r->clamped, error);
    return status == PIM_OK ? nonmac_unit_take_rows(&n->unit, &n->lanes, error) : status;
}

/* max(0, x - low): where low is the lowest number there is, x with its sign inverted. */
static void clamp_low(struct nonmac *n, bitserial_row *u)
{
    const struct scalar_rows *r = n->work;
    const bitserial_row *sign = n->x + n->width - 1, *top = r->clamped + n->width - 1;
    struct bitserial_operands o = {.width = 1, .destination = top, .a = sign};
    if (n->unit.range.low == -(INT64_C(1) << (n->width - 1))) {
        bitserial_generate(BITSERIAL_NOT, &o, &n->program);
        for (unsigned i = 0; i < n->width; i++)
            u[i] = i + 1 < n->width ? n->x[i] : *top;
        return;
    }
    bitserial_row extended[BITSERIAL_WIDEST], low[BITSERIAL_WIDEST];
    for (unsigned i = 0; i <= n->width; i++)
        extended[i] = i < n->width ? n->x[i] : *sign;
    bitserial_constant(low, n->width + 1, (uint64_t)-n->unit.range.low);
    o = (struct bitserial_operands){.width = n->width + 1, .destination = r->clamped, .a = extended, .b = low, .scratch = r->flag};
    bitserial_generate(BITSERIAL_ADD, &o, &n->program);
    o.a = r->clamped;
    bitserial_generate(BITSERIAL_RELU, &o, &n->program);
    for (unsigned i = 0; i < n->width; i++)
        u[i] = r->clamped[i];
}

/* min(u, high - low), unless no number is higher. */
static void clamp_high(struct nonmac *n, bitserial_row *u)
{
    const struct scalar_rows *r = n->work;
    const struct fixed_range *range = &n->unit.range;
    bitserial_row most[BITSERIAL_WIDEST];
    if (range->high == (INT64_C(1) << (n->width - 1)) - 1)
        return;
    bitserial_constant(most, n->width, (uint64_t)(range->high - range->low));
    const struct bitserial_operands o = {.width = n->width, .destination = r->clamped, .a = u, .b = most, .scratch = r->flag};
    bitserial_generate(BITSERIAL_MIN, &o, &n->program);
    for (unsigned i = 0; i < n->width; i++)
        u[i] = r->clamped[i];
}

static enum pim_status function_program(struct nonmac *n, struct pim_error *error)
{
    bitserial_row u[BITSERIAL_WIDEST], y[BITSERIAL_WIDEST];
    (void)error;
    clamp_low(n, u);
    clamp_high(n, u);
    nonmac_unit_program(&n->unit, u, y, &n->program);
    const struct bitserial_operands o = {.width = n->width, .destination = n->y, .a = y};
    bitserial_generate(BITSERIAL_COPY, &o, &n->program);
    return PIM_OK;
}

static void function_reference(const struct nonmac *n, const int64_t *x, int64_t *y)
{
    *y = nonmac_unit_value(&n->unit, fixed_offset(&n->unit.range, *x));
}

static double function_error(const struct nonmac *n, const int64_t *x, const int64_t *y)
{
    return fixed_error(&n->unit.range, fixed_offset(&n->unit.range, *x), *y);
}

const struct nonmac_operation nonmac_function = {
    .work_bytes = sizeof(struct scalar_rows), .one_operand = true, .take_rows = function_take_rows, .program = function_program,
    .reference = function_reference, .error = function_error};
