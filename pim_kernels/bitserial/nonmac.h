/* A function of one number on the lanes: three ways to compute it, each as a program and, through workloads/operators, as integers. */
#ifndef NONMAC_H
#define NONMAC_H

#include "bitserial_driver.h"
#include "operators/fixed_functions.h"

/* ORDER NONMAC METHOD */
#define NONMAC_METHODS(X) X(NETWORK, "network") X(TABLE, "table") X(SHIFT_ADD, "shift-add")
enum nonmac_method {
#define NONMAC_METHOD_ENUM(name, text) NONMAC_##name,
    NONMAC_METHODS(NONMAC_METHOD_ENUM)
#undef NONMAC_METHOD_ENUM
    NONMAC_METHOD_COUNT
};

/* ---- nonmac_table.c: bits of a table as a graph of selections by the address's bits, equal parts shared ---- */

enum { TABLE_MOST_BITS = 10 };

/* References: 0 and 1 are the constants, then nodes. A node is `high` where its address bit is 1, else `low`. */
struct table_node { uint16_t bit, low, high; };
struct table {
    struct fixed_range range;
    unsigned bits, address; /* of the address, which is u from that bit up */
    unsigned count;
    struct table_node nodes[BITSERIAL_D_ROWS];
    uint16_t outputs[FIXED_WIDEST];
    bitserial_row complements[TABLE_MOST_BITS], rows[BITSERIAL_D_ROWS];
};

/* PIM_USAGE when the graph has more nodes than there can be rows. */
enum pim_status table_make(struct table *table, const struct fixed_range *range, unsigned bits, struct pim_error *error);
enum pim_status table_take_rows(struct table *table, struct lanes *lanes, struct pim_error *error);
void table_program(const struct table *table, const bitserial_row *u, bitserial_row *y, struct microprogram *program);

/* ---- nonmac_unit.c ---- */

struct nonmac_unit {
    enum nonmac_method method;
    struct fixed_range range;
    struct fixed_network network;
    struct fixed_exponential exponential;
    struct table table;
    unsigned sum_width;                                    /* of the network's sum, or of the exponential's logarithm */
    bitserial_row sum[BITSERIAL_WIDEST], part[BITSERIAL_WIDEST], product[BITSERIAL_WIDEST], flag[1];
};

/* Parameters: of the network the hidden ReLUs, of the table the bits of its address. PIM_USAGE when the method does not have the function. */
enum pim_status nonmac_unit_make(struct nonmac_unit *unit, const struct fixed_range *range, enum nonmac_method method, unsigned hidden,
                                 unsigned table_bits, struct pim_error *error);
enum pim_status nonmac_unit_take_rows(struct nonmac_unit *unit, struct lanes *lanes, struct pim_error *error);

/* Append the program that computes the function of u, range.u_width rows that stay as they are. `y` gets the rows where the result is,
 * range.width of them; some are constant rows or rows of u. */
void nonmac_unit_program(const struct nonmac_unit *unit, const bitserial_row *u, bitserial_row *y, struct microprogram *program);

/* What it computes. */
int64_t nonmac_unit_value(const struct nonmac_unit *unit, uint64_t u);

/* ---- operations: what stands in the rows of a lane, `operands` numbers of `width` bits, becomes one result, or one for each operand ---- */

struct nonmac;

struct nonmac_operation {
    size_t work_bytes;
    bool one_operand, many_results; /* the parameter `operands` is not looked at; a result for each operand, in its place */
    enum pim_status (*take_rows)(struct nonmac *n, struct pim_error *error);
    /* Append the program. It may be run piece by piece: at most one call of nonmac_flush for each operand. */
    enum pim_status (*program)(struct nonmac *n, struct pim_error *error);
    /* The operands and the results of a lane, in integers. */
    void (*reference)(const struct nonmac *n, const int64_t *x, int64_t *y);
    /* The greatest distance of the results from the real function; NULL: the results are exact. */
    double (*error)(const struct nonmac *n, const int64_t *x, const int64_t *y);
};

extern const struct nonmac_operation nonmac_relu, nonmac_function, nonmac_max, nonmac_argmax, nonmac_softmax;

struct nonmac {
    struct lanes lanes;
    const struct nonmac_operation *operation;
    unsigned width, operands, results;
    struct nonmac_unit unit;               /* of functions and softmax */
    bitserial_row x[BITSERIAL_D_ROWS], y[BITSERIAL_WIDEST]; /* y: not when there are many results */
    void *work;                            /* the operation's own, work_bytes of it, zero at first */
    struct program_writer writer;
    struct microprogram program;
};

/* Run what `program` has so far. */
enum pim_status nonmac_flush(struct nonmac *n, struct pim_error *error);

/* The low bits of a number as the lanes' two's complement number that they are. */
static inline int64_t nonmac_signed(const struct nonmac *n, int64_t number)
{
    return (int64_t)((uint64_t)number << (64 - n->width)) >> (64 - n->width);
}

static inline bitserial_row *nonmac_operand(struct nonmac *n, unsigned i)
{
    return n->x + i * n->width;
}

#endif
