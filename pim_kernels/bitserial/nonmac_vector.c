/* Maximum and the place of the maximum among operands that stand below each other in a lane. One after the other: a tree has as many
 * steps, and no two of them run at the same time on one subarray. */
#include "nonmac.h"

struct max_rows { bitserial_row flag[1], greatest[BITSERIAL_WIDEST]; /* of argmax */ };

static enum pim_status max_take_rows(struct nonmac *n, struct pim_error *error)
{
    struct max_rows *r = n->work;
    return lanes_take(&n->lanes, "a flag", 1, r->flag, error);
}

static enum pim_status max_program(struct nonmac *n, struct pim_error *error)
{
    const struct max_rows *r = n->work;
    struct bitserial_operands o = {.width = n->width, .is_signed = true, .destination = n->y, .a = nonmac_operand(n, 0), .scratch = r->flag};
    (void)error;
    if (n->operands == 1)
        bitserial_generate(BITSERIAL_COPY, &o, &n->program);
    for (unsigned i = 1; i < n->operands; i++) {
        o.b = nonmac_operand(n, i);
        bitserial_generate(BITSERIAL_MAX, &o, &n->program);
        o.a = n->y;
    }
    return PIM_OK;
}

static unsigned place_of_greatest(const struct nonmac *n, const int64_t *x)
{
    unsigned place = 0;
    for (unsigned i = 1; i < n->operands; i++)
        if (x[i] > x[place])
            place = i;
    return place;
}

static void max_reference(const struct nonmac *n, const int64_t *x, int64_t *y)
{
    *y = x[place_of_greatest(n, x)];
}

const struct nonmac_operation nonmac_max = {
    .work_bytes = sizeof(struct max_rows), .take_rows = max_take_rows, .program = max_program, .reference = max_reference};

/* ---- place of the maximum: of several the first ---- */

static enum pim_status argmax_take_rows(struct nonmac *n, struct pim_error *error)
{
    struct max_rows *r = n->work;
    enum pim_status status = max_take_rows(n, error);
    return status == PIM_OK ? lanes_take(&n->lanes, "the greatest so far", n->width, r->greatest, error) : status;
}

static void copy(struct nonmac *n, const bitserial_row *destination, const bitserial_row *from)
{
    const struct bitserial_operands o = {.width = n->width, .destination = destination, .a = from};
    bitserial_generate(BITSERIAL_COPY, &o, &n->program);
}

/* Bits of the places, as far as the result has room for them. */
static unsigned place_width(const struct nonmac *n)
{
    unsigned bits = bitserial_count_width(n->operands);
    return bits < n->width ? bits : n->width;
}

static enum pim_status argmax_program(struct nonmac *n, struct pim_error *error)
{
    const struct max_rows *r = n->work;
    bitserial_row place[BITSERIAL_WIDEST];
    (void)error;
    bitserial_constant(place, n->width, 0);
    copy(n, n->y, place);
    copy(n, r->greatest, nonmac_operand(n, 0));
    for (unsigned i = 1; i < n->operands; i++) {
        struct bitserial_operands o = {.width = n->width, .is_signed = true, .destination = r->flag, .a = nonmac_operand(n, i), .b = r->greatest,
                                       .select = r->flag};
        bitserial_generate(BITSERIAL_GT, &o, &n->program);
        o.destination = r->greatest;
        bitserial_generate(BITSERIAL_IF_ELSE, &o, &n->program);
        bitserial_constant(place, n->width, i);
        o = (struct bitserial_operands){.width = place_width(n), .destination = n->y, .a = place, .b = n->y, .select = r->flag};
        bitserial_generate(BITSERIAL_IF_ELSE, &o, &n->program);
    }
    return PIM_OK;
}

static void argmax_reference(const struct nonmac *n, const int64_t *x, int64_t *y)
{
    *y = nonmac_signed(n, place_of_greatest(n, x));
}

const struct nonmac_operation nonmac_argmax = {
    .work_bytes = sizeof(struct max_rows), .take_rows = argmax_take_rows, .program = argmax_program, .reference = argmax_reference};
