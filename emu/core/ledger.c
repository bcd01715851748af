/* The account: counters summed over units in their order, the exclusive partition of time, energy.
 *
 *   energy of a counter row   = coefficient [aJ]  x counter
 *   energy of a state row     = coefficient [uW]  x residency [ps]      (1 uW x 1 ps = 1 aJ)
 *   residency                 busy: sum of the units' running times; elapsed: units x elapsed time; idle: their difference
 *
 * Coefficients are rounded to integers once, when the device is opened; from there on everything is integer.
 */
#include "device.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "derived.h"
#include "parameter.h"

#define COEFFICIENT_MAX 9e18 /* of a row; the integer has 64 bits */

static enum pim_status round_coefficients(struct pim_device *device, struct pim_error *error)
{
    for (size_t i = 0; i < device->account.energy_count; i++) {
        const struct pim_energy *row = &device->backend->energies[i];
        const struct pim_parameter *parameter = pim_parameter_find(device->backend, row->coefficient_key);
        double value = pim_parameter_real(parameter, pim_target_parameters(device->target));
        if (!(value >= 0 && value <= COEFFICIENT_MAX))
            return pim_fail(error, PIM_BAD_INPUT, "%s: a coefficient of energy, expected a number from 0 to 9e18", parameter->key);
        device->account.coefficients[i] = (uint64_t)llround(value);
    }
    return PIM_OK;
}

enum pim_status pim_account_open(struct pim_device *device, struct pim_error *error)
{
    struct pim_account *account = &device->account;
    while (device->backend->counters[account->counter_count].name)
        account->counter_count++;
    while (device->backend->energies[account->energy_count].component)
        account->energy_count++;
    account->counters = calloc(account->counter_count + 1, sizeof *account->counters);
    account->base_counters = calloc(account->counter_count + 1, sizeof *account->base_counters);
    account->coefficients = calloc(account->energy_count + 1, sizeof *account->coefficients);
    account->energies = calloc(account->energy_count + 1, sizeof *account->energies);
    if (!account->counters || !account->base_counters || !account->coefficients || !account->energies)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for the account of a device");
    return round_coefficients(device, error);
}

void pim_account_close(struct pim_account *account)
{
    free(account->counters);
    free(account->base_counters);
    free(account->coefficients);
    free(account->energies);
}

static void sum_counters(const struct pim_device *device, uint64_t *sums)
{
    memset(sums, 0, device->account.counter_count * sizeof *sums);
    for (uint32_t unit = 0; unit < device->units; unit++) {
        const char *counters = device->backend->counters_of(device->machine, unit);
        for (size_t i = 0; i < device->account.counter_count; i++) {
            uint64_t value;
            memcpy(&value, counters + device->backend->counters[i].offset, sizeof value);
            sums[i] += value;
        }
    }
}

static pim_u128 residency(const struct pim_ledger *ledger, const char *state)
{
    pim_u128 all = (pim_u128)ledger->elapsed_ps * ledger->units;
    if (!strcmp(state, "elapsed"))
        return all;
    return !strcmp(state, "busy") ? ledger->busy_unit_ps : all - ledger->busy_unit_ps;
}

static void account_energy(const struct pim_device *device, struct pim_ledger *ledger, pim_u128 *energies)
{
    ledger->total_energy = 0;
    for (size_t i = 0; i < device->account.energy_count; i++) {
        const struct pim_energy *row = &device->backend->energies[i];
        pim_u128 amount = row->counter ? ledger->counters[pim_counter_find(device->backend, row->counter)]
                                       : residency(ledger, row->state);
        energies[i] = amount * device->account.coefficients[i];
        ledger->total_energy += energies[i];
    }
}

const struct pim_ledger *pim_device_ledger(struct pim_device *device)
{
    struct pim_account *account = &device->account;
    struct pim_time_partition partition;
    uint64_t now_ps = pim_device_now_ps(device);
    if (!pim_timeline_measure(&device->timeline, now_ps, &partition))
        return NULL;
    sum_counters(device, account->counters);
    for (size_t i = 0; i < account->counter_count; i++)
        account->counters[i] -= account->base_counters[i];
    account->ledger = (struct pim_ledger){
        .elapsed_ps = now_ps - account->base_ps,
        .kernel_ps = partition.ps[PIM_TIME_KERNEL],
        .transfer_ps = partition.ps[PIM_TIME_TRANSFER],
        .launch_ps = partition.ps[PIM_TIME_LAUNCH],
        .to_unit_ps = account->link_ps[PIM_TO_UNIT],
        .from_unit_ps = account->link_ps[PIM_FROM_UNIT],
        .to_unit_bytes = account->link_bytes[PIM_TO_UNIT],
        .from_unit_bytes = account->link_bytes[PIM_FROM_UNIT],
        .launches = account->launches,
        .kernel_cycles = account->kernel_cycles,
        .busy_unit_ps = account->busy_unit_ps,
        .units = device->units,
        .counters = account->counters,
        .counter_count = account->counter_count,
        .energies = account->energies,
        .energy_count = account->energy_count,
    };
    struct pim_ledger *ledger = &account->ledger;
    ledger->idle_ps = ledger->elapsed_ps - ledger->kernel_ps - ledger->transfer_ps - ledger->launch_ps;
    account_energy(device, ledger, account->energies);
    return ledger;
}

enum pim_status pim_ledger_reset(struct pim_device *device, struct pim_error *error)
{
    enum pim_status status = pim_device_synchronise(device, error);
    if (status != PIM_OK)
        return status;
    struct pim_account *account = &device->account;
    account->base_ps = pim_device_now_ps(device);
    device->timeline.settled = (struct pim_time_partition){0};
    memset(account->link_ps, 0, sizeof account->link_ps);
    memset(account->link_bytes, 0, sizeof account->link_bytes);
    account->launches = account->kernel_cycles = 0;
    account->busy_unit_ps = 0;
    sum_counters(device, account->base_counters);
    return PIM_OK;
}
