/* Functions of one number that networks need beside multiply-accumulates, each with the range that an approximation has to cover. A leaf: includes
 * nothing of pimento. To add one: a row of the map. */
#ifndef SCALAR_FUNCTIONS_H
#define SCALAR_FUNCTIONS_H

#include <stddef.h>

/* ORDER SCALAR FUNCTION: name, text, formula in x, range, what it is for. Ranges are those in which networks for them are
 * usual: beyond, the function is constant, a straight line, or the number is brought into the range by shifts. */
#define SCALAR_FUNCTIONS(X)                                                                                    \
    X(EXP, exp, exp(x), -8, 0, "softmax, after the maximum is subtracted")                                     \
    X(SIGMOID, sigmoid, 1 / (1 + exp(-x)), -8, 8, "gates")                                                     \
    X(TANH, tanh, tanh(x), -4, 4, "gates")                                                                     \
    X(GELU, gelu, x / 2 * (1 + erf(x / sqrt(2))), -6, 6, "transformers")                                       \
    X(SILU, silu, x / (1 + exp(-x)), -8, 8, "transformers, convolutions")                                      \
    X(ERF, erf, erf(x), -3, 3, "GELU")                                                                         \
    X(SOFTPLUS, softplus, log1p(exp(x)), -8, 8, "a smooth ReLU")                                               \
    X(SQRT, sqrt, sqrt(x), 0.25, 1, "norms; the number is brought into the range by shifts")                   \
    X(RSQRT, rsqrt, 1 / sqrt(x), 0.25, 1, "layer norm; the number is brought into the range by shifts")        \
    X(RECIPROCAL, reciprocal, 1 / x, 0.5, 1, "softmax; the number is brought into the range by shifts")        \
    X(LOG2, log2, log2(x), 0.5, 1, "entropies; the number is brought into the range by shifts")                \
    X(SQUARE, square, x * x, -1, 1, "variances, and products of two numbers")                                  \
    X(SIN, sin, sin(x), -M_PI, M_PI, "positional encodings")

enum scalar_function_number {
#define SCALAR_FUNCTION_ENUM(name, ...) SCALAR_##name,
    SCALAR_FUNCTIONS(SCALAR_FUNCTION_ENUM)
#undef SCALAR_FUNCTION_ENUM
    SCALAR_FUNCTION_COUNT
};

struct scalar_function {
    const char *name, *formula, *use;
    double (*value)(double x);
    double low, high;
};

extern const struct scalar_function scalar_functions[SCALAR_FUNCTION_COUNT];

#endif
