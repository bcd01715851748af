#include "scalar_functions.h"

#include <math.h>

#define FUNCTION_BODY(name, text, formula, low, high, use) \
    static double value_##text(double x) { return formula; }
SCALAR_FUNCTIONS(FUNCTION_BODY)
#undef FUNCTION_BODY

#define FUNCTION_ROW(name_, text, formula_, low_, high_, use_) \
    [SCALAR_##name_] = {.name = #text, .formula = #formula_, .use = use_, .value = value_##text, .low = low_, .high = high_},
const struct scalar_function scalar_functions[SCALAR_FUNCTION_COUNT] = {SCALAR_FUNCTIONS(FUNCTION_ROW)};
#undef FUNCTION_ROW
