#include "relu_network.h"

#include <math.h>

enum {
    CELLS = 2048,  /* the first knots: cells in which |f''| is looked at */
    POINTS = 64,   /* of the dense grid in each piece, and one more */
    ROUNDS = 24,   /* that move the knots; twice as many change no error by more than a percent */
};

/* Knots such that each piece gets the same share of the mass. `edges` has count + 1 places, `mass` is that of the cell behind each. */
static void spread(const double *edges, const double *mass, unsigned count, unsigned hidden, double *knots)
{
    double total = 0, before = 0;
    unsigned cell = 0;
    for (unsigned i = 0; i < count; i++)
        total += mass[i];
    for (unsigned k = 0; k < hidden; k++) {
        double wanted = total * k / hidden;
        while (cell + 1 < count && before + mass[cell] < wanted)
            before += mass[cell++];
        knots[k] = edges[cell] + (edges[cell + 1] - edges[cell]) * (wanted - before) / mass[cell];
    }
}

/* Mass |f''|^0.5 dx, which makes the greatest errors of all pieces alike when they are many; a thousandth of the mean more everywhere, so that no cell is empty. */
static void first_knots(const struct scalar_function *f, struct relu_network *network)
{
    double edges[CELLS + 1], mass[CELLS], step = (f->high - f->low) / CELLS, total = 0;
    for (unsigned i = 0; i < CELLS; i++) {
        double x = f->low + (i + 0.5) * step, h = step / 2;
        edges[i] = f->low + i * step;
        mass[i] = sqrt(fabs(f->value(x - h) - 2 * f->value(x) + f->value(x + h)));
        total += mass[i];
    }
    edges[CELLS] = f->high;
    for (unsigned i = 0; i < CELLS; i++)
        mass[i] += total / CELLS / 1000;
    spread(edges, mass, CELLS, network->hidden, network->knots);
}

static double piece_end(const struct relu_network *network, unsigned k)
{
    return k < network->hidden ? network->knots[k] : network->high;
}

/* The unknowns are the heights at the knots and at the end. A point lies between two of them, so the normal equations are tridiagonal,
 * symmetric and well conditioned: eliminated downwards, solved upwards. A library of linear algebra would be a new dependency for these lines. */
static void fit_heights(const struct scalar_function *f, const struct relu_network *network, double *heights)
{
    double diagonal[RELU_NETWORK_MOST + 1] = {0}, beside[RELU_NETWORK_MOST] = {0};
    unsigned n = network->hidden;
    for (unsigned k = 0; k <= n; k++)
        heights[k] = 0;
    for (unsigned k = 0; k < n; k++) {
        double from = piece_end(network, k), length = piece_end(network, k + 1) - from;
        for (unsigned i = 0; i <= POINTS; i++) {
            double right = (double)i / POINTS, left = 1 - right, y = f->value(from + right * length);
            double weight = i == 0 || i == POINTS ? length / 2 : length; /* an end belongs to two pieces */
            diagonal[k] += weight * left * left;
            diagonal[k + 1] += weight * right * right;
            beside[k] += weight * left * right;
            heights[k] += weight * left * y;
            heights[k + 1] += weight * right * y;
        }
    }
    for (unsigned k = 0; k < n; k++) {
        double factor = beside[k] / diagonal[k];
        diagonal[k + 1] -= factor * beside[k];
        heights[k + 1] -= factor * heights[k];
    }
    heights[n] /= diagonal[n];
    for (unsigned k = n; k-- > 0;)
        heights[k] = (heights[k] - beside[k] * heights[k + 1]) / diagonal[k];
}

void relu_network_refit(const struct scalar_function *f, struct relu_network *network)
{
    double heights[RELU_NETWORK_MOST + 1], slope = 0;
    fit_heights(f, network, heights);
    network->constant = heights[0];
    for (unsigned k = 0; k < network->hidden; k++) {
        double next = (heights[k + 1] - heights[k]) / (piece_end(network, k + 1) - piece_end(network, k));
        network->weights[k] = next - slope;
        slope = next;
    }
}

double relu_network_value(const struct relu_network *network, double x)
{
    double y = network->constant;
    for (unsigned k = 0; k < network->hidden && x > network->knots[k]; k++)
        y += network->weights[k] * (x - network->knots[k]);
    return y;
}

static double piece_error(const struct scalar_function *f, const struct relu_network *network, unsigned k)
{
    double from = piece_end(network, k), length = piece_end(network, k + 1) - from, worst = 0;
    for (unsigned i = 0; i <= POINTS; i++) {
        double x = from + length * i / POINTS;
        worst = fmax(worst, fabs(relu_network_value(network, x) - f->value(x)));
    }
    return worst;
}

double relu_network_error(const struct scalar_function *f, const struct relu_network *network)
{
    double worst = 0;
    for (unsigned k = 0; k < network->hidden; k++)
        worst = fmax(worst, piece_error(f, network, k));
    return worst;
}

/* The error of a piece grows with the square of its length: half way to pieces that have the same share of the roots. */
static void move_knots(const struct scalar_function *f, struct relu_network *network)
{
    double edges[RELU_NETWORK_MOST + 1], roots[RELU_NETWORK_MOST], moved[RELU_NETWORK_MOST];
    for (unsigned k = 0; k < network->hidden; k++) {
        edges[k] = network->knots[k];
        roots[k] = sqrt(piece_error(f, network, k)) + 1e-12; /* a straight function has none */
    }
    edges[network->hidden] = network->high;
    spread(edges, roots, network->hidden, network->hidden, moved);
    for (unsigned k = 1; k < network->hidden; k++)
        network->knots[k] = (network->knots[k] + moved[k]) / 2;
}

void relu_network_fit(const struct scalar_function *f, unsigned hidden, struct relu_network *network)
{
    struct relu_network trial = {.hidden = hidden, .low = f->low, .high = f->high};
    double least = INFINITY;
    first_knots(f, &trial);
    for (unsigned round = 0; round <= ROUNDS; round++) {
        relu_network_refit(f, &trial);
        double error = relu_network_error(f, &trial);
        if (error < least) {
            least = error;
            *network = trial;
        }
        move_knots(f, &trial);
    }
}
