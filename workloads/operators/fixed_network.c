/* From a network of real numbers to one of integers. */
#include "fixed_functions.h"

#include <math.h>
#include <stdbool.h>

enum { CHECKED = 4096 }; /* places at which a rounding is judged: as many in every piece, the knots among them */

int64_t fixed_network_value(const struct fixed_network *network, uint64_t u)
{
    int64_t sum = network->constant;
    for (unsigned k = 0; k < network->hidden && u > network->knots[k]; k++)
        fixed_scale_add(&sum, u - network->knots[k], network->weights[k], fixed_network_shift(network));
    return sum >> (network->sum_fraction - network->range.y_fraction);
}

static double error_at(const struct fixed_network *network, uint64_t u)
{
    return fixed_error(&network->range, u, fixed_network_value(network, u));
}

static double greatest_error(const struct fixed_network *network)
{
    uint64_t most = (uint64_t)(network->range.high - network->range.low);
    unsigned points = CHECKED / network->hidden;
    double worst = error_at(network, most);
    for (unsigned k = 0; k < network->hidden; k++) {
        uint64_t from = network->knots[k], length = (k + 1 < network->hidden ? network->knots[k + 1] : most) - from;
        uint64_t step = length / points + 1;
        for (uint64_t u = from; u < from + length; u += step)
            worst = fmax(worst, error_at(network, u));
    }
    return worst;
}

/* ---- knots ---- */

/* Multiples of 2^shift, each different. */
static void round_knots(const struct fixed_range *range, const struct relu_network *real, unsigned shift, struct fixed_network *network)
{
    uint64_t most = (uint64_t)(range->high - range->low);
    network->hidden = 0;
    for (unsigned k = 0; k < real->hidden; k++) {
        double places = ldexp(real->knots[k] - real->low, (int)range->x_fraction - (int)shift);
        uint64_t knot = (uint64_t)floor(places + 0.5) << shift;
        if (knot < most && (network->hidden == 0 || knot > network->knots[network->hidden - 1]))
            network->knots[network->hidden++] = knot;
    }
}

static struct relu_network real_at(const struct fixed_network *network)
{
    const struct fixed_range *range = &network->range;
    struct relu_network real = {.hidden = network->hidden, .low = ldexp((double)range->low, -(int)range->x_fraction),
                                .high = ldexp((double)range->high, -(int)range->x_fraction)};
    for (unsigned k = 0; k < network->hidden; k++)
        real.knots[k] = real.low + ldexp((double)network->knots[k], -(int)range->x_fraction);
    relu_network_refit(range->function, &real);
    return real;
}

/* The fewest bits: low zeros of a knot are additions that the machine need not do. */
static struct relu_network choose_knots(const struct relu_network *real, double limit, struct fixed_network *network)
{
    struct relu_network rounded;
    unsigned shift = network->range.u_width;
    do {
        round_knots(&network->range, real, --shift, network);
        rounded = real_at(network);
    } while (shift > 0 && (network->hidden < real->hidden || relu_network_error(network->range.function, &rounded) > limit));
    return rounded;
}

/* ---- weights ---- */

/* The slope of each piece is rounded to what brings the line back to the real one at its end, so that roundings do not add up. */
static void round_weights(const struct relu_network *real, unsigned fraction, struct fixed_network *network)
{
    const struct fixed_range *range = &network->range;
    double height = real->constant;
    int64_t slope = 0;
    network->weight_fraction = fraction;
    for (unsigned k = 0; k < real->hidden; k++) {
        double end = k + 1 < real->hidden ? real->knots[k + 1] : real->high, length = end - real->knots[k];
        int64_t next = (int64_t)floor(ldexp((relu_network_value(real, end) - height) / length, (int)fraction) + 0.5);
        network->weights[k] = next - slope;
        slope = next;
        height += ldexp((double)slope, -(int)fraction) * length;
    }
    network->sum_fraction = fraction + range->x_fraction > range->y_fraction ? fraction + range->x_fraction : range->y_fraction;
}

static void round_constant(const struct relu_network *real, unsigned sum_fraction, struct fixed_network *network)
{
    unsigned dropped = sum_fraction - network->range.y_fraction;
    network->sum_fraction = sum_fraction;
    network->constant = (int64_t)floor(ldexp(real->constant, (int)sum_fraction) + 0.5) + (dropped > 0 ? INT64_C(1) << (dropped - 1) : 0);
}

/* The fewest fraction bits of the weights, the sum exact, with which the error keeps the limit; of those that come within 2 percent of the best when none does. */
static void choose_weights(const struct relu_network *real, double limit, struct fixed_network *network)
{
    const struct fixed_range *range = &network->range;
    double errors[2 * FIXED_WIDEST + 1], least = INFINITY;
    unsigned count = 0, fraction = 0;
    do {
        round_weights(real, count, network);
        round_constant(real, network->sum_fraction, network);
        errors[count] = greatest_error(network);
        least = fmin(least, errors[count]);
    } while (errors[count++] > limit && count <= range->u_width + range->y_fraction);
    while (errors[fraction] > limit && errors[fraction] > 1.02 * least)
        fraction++;
    round_weights(real, fraction, network);
}

static void choose_sum(const struct relu_network *real, double limit, struct fixed_network *network)
{
    unsigned exact = network->sum_fraction, fraction = network->range.y_fraction;
    do
        round_constant(real, fraction, network);
    while (greatest_error(network) > limit && ++fraction <= exact);
}

void fixed_network_make(const struct fixed_range *range, unsigned hidden, struct fixed_network *network)
{
    struct relu_network real;
    *network = (struct fixed_network){.range = *range};
    relu_network_fit(range->function, hidden, &real);
    double error = relu_network_error(range->function, &real), base = error + ldexp(0.5, -(int)range->y_fraction);
    real = choose_knots(&real, 1.05 * error, network);
    choose_weights(&real, 1.10 * base, network);
    choose_sum(&real, 1.15 * base, network);
}
