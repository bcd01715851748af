#include "derived.h"

#include <string.h>

int pim_counter_find(const struct pim_backend *backend, const char *name)
{
    for (int i = 0; backend->counters[i].name; i++)
        if (!strcmp(backend->counters[i].name, name))
            return i;
    return -1;
}

bool pim_residency_known(const char *state)
{
    return !strcmp(state, "busy") || !strcmp(state, "idle") || !strcmp(state, "elapsed");
}

/* ------------------------------------------------------------------------------ quantities --- */

#define PICOSECOND 1e-12
#define ATTOJOULE 1e-18

static double elapsed_s(const struct pim_ledger *l) { return (double)l->elapsed_ps * PICOSECOND; }
static double kernel_s(const struct pim_ledger *l) { return (double)l->kernel_ps * PICOSECOND; }
static double to_unit_s(const struct pim_ledger *l) { return (double)l->to_unit_ps * PICOSECOND; }
static double from_unit_s(const struct pim_ledger *l) { return (double)l->from_unit_ps * PICOSECOND; }
static double to_unit_bytes(const struct pim_ledger *l) { return (double)l->to_unit_bytes; }
static double from_unit_bytes(const struct pim_ledger *l) { return (double)l->from_unit_bytes; }
static double kernel_cycles(const struct pim_ledger *l) { return (double)l->kernel_cycles; }
static double energy_j(const struct pim_ledger *l) { return (double)l->total_energy * ATTOJOULE; }
static double busy_unit_s(const struct pim_ledger *l) { return (double)l->busy_unit_ps * PICOSECOND; }
static double unit_s(const struct pim_ledger *l) { return (double)l->elapsed_ps * l->units * PICOSECOND; }

static const struct {
    const char *name;
    double (*of)(const struct pim_ledger *ledger);
} quantities[] = {
    {"elapsed_s", elapsed_s},
    {"kernel_s", kernel_s},
    {"to_unit_s", to_unit_s},
    {"from_unit_s", from_unit_s},
    {"to_unit_bytes", to_unit_bytes},
    {"from_unit_bytes", from_unit_bytes},
    {"kernel_cycles", kernel_cycles},
    {"energy_j", energy_j},
    {"busy_unit_s", busy_unit_s}, /* summed over units */
    {"unit_s", unit_s},           /* units x elapsed */
};
enum { QUANTITIES = sizeof quantities / sizeof *quantities };

static int quantity_find(const char *name)
{
    for (int i = 0; i < QUANTITIES; i++)
        if (!strcmp(quantities[i].name, name))
            return i;
    return -1;
}

bool pim_quantity_known(const struct pim_backend *backend, const char *name)
{
    return name && (pim_counter_find(backend, name) >= 0 || quantity_find(name) >= 0);
}

static double quantity(const struct pim_backend *backend, const struct pim_ledger *ledger,
                       const char *name)
{
    int counter = pim_counter_find(backend, name);
    return counter >= 0 ? (double)ledger->counters[counter] : quantities[quantity_find(name)].of(ledger);
}

/* --------------------------------------------------------------------------------- figures --- */

const struct pim_derived pim_core_derived[] = {
    {"unit_utilisation", "", "busy_unit_s", "unit_s", 1, "share of the elapsed time that the units ran, averaged over units"},
    {"to_unit_bandwidth", "GB/s", "to_unit_bytes", "to_unit_s", 1e-9, "host to units, per busy link"},
    {"from_unit_bandwidth", "GB/s", "from_unit_bytes", "from_unit_s", 1e-9, "units to host, per busy link"},
    {"average_power", "W", "energy_j", "elapsed_s", 1, "all components over the elapsed time"},
    {.name = NULL},
};

bool pim_derive(const struct pim_backend *backend, const struct pim_ledger *ledger,
                const struct pim_derived *row, double *value)
{
    double denominator = quantity(backend, ledger, row->denominator);
    if (denominator == 0)
        return false;
    *value = row->scale * quantity(backend, ledger, row->numerator) / denominator;
    return true;
}
