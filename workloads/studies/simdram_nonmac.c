/* Study simdram-nonmac: functions that are no multiply-accumulates, on 65,536 columns of one bank, by small network, table, or shifts and additions.
 *
 * Each row runs the kernel simdram_nonmac, which checks its results. Per-operation figures of NEON (arXiv 2211.05730) could not be had. What stands
 * beside our errors are those of an earlier trial of ours of the same construction, by another program, in real numbers (networks)
 * or with products and reciprocals by networks too (softmax).
 */
#include "study.h"

#include <math.h>

#include "bitserial/nonmac.h"
#include "measure.h"

enum figure { COMMANDS, MICROSECONDS, GREATEST_ERROR, MEAN_WORST_ERROR };

enum { RELU, MAX, ARGMAX, SOFTMAX, FUNCTION }; /* ORDER NONMAC OPERATION */

struct experiment {
    const char *group, *conditions;
    double published;
    enum figure figure;
    uint64_t operation, method, hidden, width, operands, deviation, table_bits;
};

#define TRIAL "an earlier trial of ours of the same construction, in real numbers; not published"

/* Three figures of one way to e^x, in groups that follow each other. */
#define EXPONENTIAL(group_, figure_, n8, n16, n32, n64)                                                                              \
    {group_, "network, 8 hidden", n8, figure_, FUNCTION, NONMAC_NETWORK, 8, 16, 1, 1, 8},                                             \
    {group_, "network, 16 hidden", n16, figure_, FUNCTION, NONMAC_NETWORK, 16, 16, 1, 1, 8},                                          \
    {group_, "network, 32 hidden", n32, figure_, FUNCTION, NONMAC_NETWORK, 32, 16, 1, 1, 8},                                          \
    {group_, "network, 64 hidden", n64, figure_, FUNCTION, NONMAC_NETWORK, 64, 16, 1, 1, 8},                                          \
    {group_, "table, 256 entries", NAN, figure_, FUNCTION, NONMAC_TABLE, 1, 16, 1, 1, 8},                                             \
    {group_, "table, 1,024 entries", NAN, figure_, FUNCTION, NONMAC_TABLE, 1, 16, 1, 1, 10},                                          \
    {group_, "shifts and additions", NAN, figure_, FUNCTION, NONMAC_SHIFT_ADD, 1, 16, 1, 1, 8}

#define OTHER(group_, figure_, name, text, value) {group_, text, value, figure_, FUNCTION + SCALAR_##name, NONMAC_NETWORK, 16, 16, 1, 1, 8}
#define OTHERS(group_, figure_, sigmoid, tanh, gelu, silu, erf, softplus, sqrt, rsqrt, reciprocal, log2, square, sin)                  \
    OTHER(group_, figure_, SIGMOID, "sigmoid", sigmoid), OTHER(group_, figure_, TANH, "tanh", tanh),                                  \
    OTHER(group_, figure_, GELU, "GELU", gelu), OTHER(group_, figure_, SILU, "SiLU", silu), OTHER(group_, figure_, ERF, "erf", erf),   \
    OTHER(group_, figure_, SOFTPLUS, "softplus", softplus), OTHER(group_, figure_, SQRT, "sqrt", sqrt),                               \
    OTHER(group_, figure_, RSQRT, "1/sqrt", rsqrt), OTHER(group_, figure_, RECIPROCAL, "1/x", reciprocal),                            \
    OTHER(group_, figure_, LOG2, "log2", log2), OTHER(group_, figure_, SQUARE, "x^2", square), OTHER(group_, figure_, SIN, "sin", sin)

/* Of 64 operands the rows of a subarray hold 13 bits. */
#define SOFTMAX_OF(group_, figure_, operands, deviation, width, n16, n32, n64)                                                       \
    {group_, "network, 16 hidden", n16, figure_, SOFTMAX, NONMAC_NETWORK, 16, width, operands, deviation, 8},                         \
    {group_, "network, 32 hidden", n32, figure_, SOFTMAX, NONMAC_NETWORK, 32, width, operands, deviation, 8},                         \
    {group_, "network, 64 hidden", n64, figure_, SOFTMAX, NONMAC_NETWORK, 64, width, operands, deviation, 8},                         \
    {group_, "shifts and additions", NAN, figure_, SOFTMAX, NONMAC_SHIFT_ADD, 1, width, operands, deviation, 8}

static const struct experiment experiments[] = {
    {"Direct, 16 bits", "ReLU", NAN, COMMANDS, RELU, NONMAC_NETWORK, 1, 16, 1, 1, 8},
    {"Direct, 16 bits", "maximum of 2", NAN, COMMANDS, MAX, NONMAC_NETWORK, 1, 16, 2, 1, 8},
    {"Direct, 16 bits", "maximum of 10", NAN, COMMANDS, MAX, NONMAC_NETWORK, 1, 16, 10, 1, 8},
    {"Direct, 16 bits", "place of the maximum of 10", NAN, COMMANDS, ARGMAX, NONMAC_NETWORK, 1, 16, 10, 1, 8},
    EXPONENTIAL("e^x on [-8, 0], 16 bits: commands", COMMANDS, NAN, NAN, NAN, NAN),
    EXPONENTIAL("e^x on [-8, 0], 16 bits: time of 65,536 values", MICROSECONDS, NAN, NAN, NAN, NAN),
    EXPONENTIAL("e^x on [-8, 0], 16 bits: greatest error", GREATEST_ERROR, 5.5, 1.3, 0.32, 0.080),
    OTHERS("Network, 16 hidden, 16 bits: commands", COMMANDS, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN),
    OTHERS("Network, 16 hidden, 16 bits: greatest error", GREATEST_ERROR, 2.1, 4.1, 3.4, 5.3, 3.8, 3.3, 0.11, 0.67, 0.45, 0.23, 2.6, 8.8),
    SOFTMAX_OF("Softmax of 10, s.d. 3, 16 bits: time of 65,536 rows", MICROSECONDS, 10, 3, 16, NAN, NAN, NAN),
    SOFTMAX_OF("Softmax of 10, s.d. 3, 16 bits: mean of the worst error", MEAN_WORST_ERROR, 10, 3, 16, 2.1, 0.57, 0.20),
    SOFTMAX_OF("Softmax of 64, s.d. 2, 13 bits: time of 65,536 rows", MICROSECONDS, 64, 2, 13, NAN, NAN, NAN),
    SOFTMAX_OF("Softmax of 64, s.d. 2, 13 bits: mean of the worst error", MEAN_WORST_ERROR, 64, 2, 13, 2.5, 0.70, 0.27),
};
enum { EXPERIMENTS = sizeof experiments / sizeof experiments[0] };

/* Errors of softmax are a mean over so many rows, as in that trial; they take the machine no less time. */
enum { SOFTMAX_ROWS = 2000 };

static enum pim_status measure(const struct pim_target *target, size_t index, double *figure, struct pim_error *error)
{
    const struct experiment *e = &experiments[index];
    const struct study_kernel kernel = {"simdram_nonmac", 1,
                                        {{"operation", e->operation}, {"method", e->method}, {"hidden", e->hidden}, {"width", e->width},
                                         {"operands", e->operands}, {"deviation", e->deviation}, {"table_bits", e->table_bits},
                                         {"elements", e->operation == SOFTMAX ? SOFTMAX_ROWS : 0}}};
    struct study_outcome outcome;
    enum pim_status status = study_run_kernel(target, &kernel, 0, &outcome, error);
    if (status != PIM_OK)
        return status;
    switch (e->figure) {
    case COMMANDS: *figure = pim_kernel_figure_named(outcome.figures, "commands for a full bank"); break;
    case MICROSECONDS: *figure = (double)outcome.kernel_ps / 1e6; break;
    case GREATEST_ERROR: *figure = 1000 * pim_kernel_figure_named(outcome.figures, "greatest error"); break;
    case MEAN_WORST_ERROR: *figure = 1000 * pim_kernel_figure_named(outcome.figures, "mean of the worst error"); break;
    }
    return PIM_OK;
}

static void describe(size_t index, struct pim_study_row *row)
{
    static const char *const units[] = {[COMMANDS] = "commands", [MICROSECONDS] = "us", [GREATEST_ERROR] = "1e-3", [MEAN_WORST_ERROR] = "1e-3"};
    const struct experiment *e = &experiments[index];
    *row = (struct pim_study_row){.group = e->group, .conditions = e->conditions, .unit = units[e->figure],
                                  .source = isnan(e->published) ? "not published" : TRIAL, .basis = isnan(e->published) ? PIM_STUDY_FORMULA : PIM_STUDY_TRIAL,
                                  .published = e->published};
}

const struct pim_study study_simdram_nonmac = {
    .name = "simdram-nonmac",
    .title = "SIMDRAM: operations that are no multiply-accumulates",
    .target = "simdram-ddr4-1bank",
    .notes = "Numbers fill a bank; every result is compared, bit by bit, with the same in integers, and the integers with the real function. "
             "Softmax divides and multiplies exactly, where the figures beside it are of networks for 1/x and the products.",
    .row_count = EXPERIMENTS,
    .describe = describe,
    .measure = measure,
};
