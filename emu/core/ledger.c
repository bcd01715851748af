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
    account->sums = calloc(account->counter_count + 1, sizeof *account->sums);
    account->summed = calloc((size_t)device->units * account->counter_count + 1, sizeof *account->summed);
    account->touched = calloc(device->units, sizeof *account->touched);
    account->is_touched = calloc(device->units, sizeof *account->is_touched);
    account->base_counters = calloc(account->counter_count + 1, sizeof *account->base_counters);
    account->coefficients = calloc(account->energy_count + 1, sizeof *account->coefficients);
    account->energies = calloc(account->energy_count + 1, sizeof *account->energies);
    if (!account->counters || !account->base_counters || !account->coefficients || !account->energies || !account->sums ||
        !account->summed || !account->touched || !account->is_touched)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for the account of a device");
    return round_coefficients(device, error);
}

void pim_account_close(struct pim_account *account)
{
    free(account->counters);
    free(account->base_counters);
    free(account->sums);
    free(account->summed);
    free(account->touched);
    free(account->is_touched);
    free(account->coefficients);
    free(account->energies);
}

void pim_account_touch(struct pim_device *device, uint32_t unit)
{
    struct pim_account *account = &device->account;
    if (account->is_touched[unit])
        return;
    account->is_touched[unit] = true;
    account->touched[account->touched_count++] = unit;
}

/* Only what has changed is added up, so that an account after every call of a host program does not cost a look at thousands of units. */
static void sum_counters(struct pim_device *device)
{
    struct pim_account *account = &device->account;
    for (const struct pim_launch *launch = device->launches; launch; launch = launch->next)
        for (uint32_t i = 0; i < launch->count; i++)
            pim_account_touch(device, launch->units[i]);
    for (uint32_t i = 0; i < account->touched_count; i++) {
        uint32_t unit = account->touched[i];
        const char *counters = device->backend->counters_of(device->machine, unit);
        uint64_t *summed = account->summed + (size_t)unit * account->counter_count;
        for (size_t row = 0; row < account->counter_count; row++) {
            uint64_t value;
            memcpy(&value, counters + device->backend->counters[row].offset, sizeof value);
            account->sums[row] += value - summed[row];
            summed[row] = value;
        }
        account->is_touched[unit] = false;
    }
    account->touched_count = 0;
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
    sum_counters(device);
    for (size_t i = 0; i < account->counter_count; i++)
        account->counters[i] = account->sums[i] - account->base_counters[i];
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
    for (uint32_t unit = 0; unit < device->units; unit++)
        pim_account_touch(device, unit); /* a reset of the device has changed them all */
    sum_counters(device);
    memcpy(account->base_counters, account->sums, account->counter_count * sizeof *account->sums);
    return PIM_OK;
}
