/* The account of the process, in a file that the process which started it maps too.
 *
 * Counts of calls, bytes and launches are exact after every call. What has to be summed over all units of a machine is refreshed after
 * launches, at the end, and otherwise when HOST_ACCOUNT_LAG_NS have passed.
 */
#include "upmem_account.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static struct {
    struct host_account *shared;    /* NULL: nobody asks */
    uint64_t opened_ns, entered_ns, refreshed_ns;
} account;

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static void copy_name(char *to, const char *from)
{
    snprintf(to, HOST_ACCOUNT_NAME, "%s", from);
}

void upmem_account_open(const char *release)
{
    const char *path = getenv("PIMENTO_HOST_REPORT");
    int file = path && *path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *shared = MAP_FAILED;
    if (file >= 0 && !ftruncate(file, sizeof *account.shared))
        shared = mmap(NULL, sizeof *account.shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file >= 0)
        close(file);
    if (shared == MAP_FAILED) {
        if (path && *path)
            upmem_say("%s: cannot be mapped, there will be no report", path);
        return;
    }
    account.shared = shared;
    account.opened_ns = now_ns();
    memset(account.shared, 0, sizeof *account.shared);
    copy_name(account.shared->sdk, release);
    account.shared->magic = HOST_ACCOUNT_MAGIC;
}

/* -------------------------------------------------------------------------------------- sums --- */

static void add_energy(struct host_account *shared, const char *name, pim_u128 amount)
{
    uint64_t row = 0;
    while (row < shared->energy_count && strcmp(shared->energies[row].name, name))
        row++;
    if (row == HOST_ACCOUNT_ENERGIES)
        return;
    if (row == shared->energy_count)
        copy_name(shared->energies[shared->energy_count++].name, name);
    struct host_energy_row *energy = &shared->energies[row];
    amount += (pim_u128)energy->high_aj << 64 | energy->low_aj;
    energy->low_aj = (uint64_t)amount;
    energy->high_aj = (uint64_t)(amount >> 64);
}

static void add_machine(struct host_account *shared, const struct upmem_machine *machine)
{
    const struct pim_ledger *ledger = pim_device_ledger(machine->device);
    const struct pim_backend *backend = pim_device_backend(machine->device);
    if (!ledger)
        return;
    shared->elapsed_ps += ledger->elapsed_ps;
    shared->kernel_ps += ledger->kernel_ps;
    shared->transfer_ps += ledger->transfer_ps;
    shared->launch_ps += ledger->launch_ps;
    shared->idle_ps += ledger->idle_ps;
    shared->link_ps[PIM_TO_UNIT] += ledger->to_unit_ps;
    shared->link_ps[PIM_FROM_UNIT] += ledger->from_unit_ps;
    shared->kernel_cycles += ledger->kernel_cycles;
    for (size_t i = 0; i < ledger->counter_count; i++)
        if (!strcmp(backend->counters[i].name, "instructions"))
            shared->instructions += ledger->counters[i];
    for (size_t i = 0; i < ledger->energy_count; i++)
        add_energy(shared, backend->energies[i].component, ledger->energies[i]);
}

static void refresh(void)
{
    struct host_account *shared = account.shared;
    shared->elapsed_ps = shared->kernel_ps = shared->transfer_ps = shared->launch_ps = shared->idle_ps = 0;
    shared->link_ps[0] = shared->link_ps[1] = 0;
    shared->kernel_cycles = shared->instructions = 0;
    memset(shared->energies, 0, sizeof shared->energies);
    shared->energy_count = 0;
    for (const struct upmem_machine *machine = upmem.machines; machine; machine = machine->next)
        add_machine(shared, machine);
    account.refreshed_ns = now_ns();
}

/* ------------------------------------------------------------------------------------- calls --- */

void upmem_account_enter(void)
{
    if (!account.shared)
        return;
    account.shared->calls++;
    account.entered_ns = now_ns();
}

void upmem_account_leave(void)
{
    if (!account.shared)
        return;
    uint64_t now = now_ns();
    if (now - account.refreshed_ns >= HOST_ACCOUNT_LAG_NS)
        refresh();
    account.shared->library_ns += now - account.entered_ns;
    account.shared->program_ns = now - account.opened_ns - account.shared->library_ns;
}

void upmem_account_machine(const struct upmem_machine *machine)
{
    if (account.shared)
        copy_name(account.shared->target, pim_target_name(machine->target));
}

void upmem_account_allocation(void)
{
    uint64_t dpus = 0;
    if (!account.shared)
        return;
    for (const struct upmem_allocation *allocation = upmem.allocations; allocation; allocation = allocation->next)
        for (uint32_t i = 0; i < allocation->rank_count; i++)
            for (uint32_t slot = 0; slot < allocation->ranks[i]->dpu_count; slot++)
                dpus += allocation->ranks[i]->dpus[slot].enabled;
    if (dpus > account.shared->dpus_allocated)
        account.shared->dpus_allocated = dpus;
}

void upmem_account_symbol(const char *name, enum pim_direction direction, const struct pim_transfer *pieces,
                          size_t count)
{
    struct host_account *shared = account.shared;
    uint64_t row = 0, bytes = 0;
    if (!shared)
        return;
    while (row < shared->symbol_count && strncmp(shared->symbols[row].name, name, HOST_ACCOUNT_NAME - 1))
        row++;
    if (row == HOST_ACCOUNT_SYMBOLS)
        row--;
    if (row == shared->symbol_count)
        copy_name(shared->symbols[shared->symbol_count++].name, name);
    for (size_t i = 0; i < count; i++)
        bytes += pieces[i].bytes;
    shared->symbols[row].bytes[direction] += bytes;
    shared->symbols[row].calls[direction]++;
    shared->link_bytes[direction] += bytes;
}

/* ---------------------------------------------------------------------------------- launches --- */

void upmem_account_launch(const struct upmem_machine *machine, const uint32_t *units, size_t count, size_t faults)
{
    const struct pim_backend *backend = pim_device_backend(machine->device);
    struct host_launch_row row = {.dpus = (uint32_t)count, .faults = (uint32_t)faults};
    if (!account.shared)
        return;
    for (size_t i = 0; i < count; i++) {
        struct pim_unit_status status;
        backend->status(pim_device_machine(machine->device), units[i], &status);
        if (status.elapsed_cycles <= row.kernel_cycles)
            continue;
        row.kernel_cycles = status.elapsed_cycles;
        row.start_ps = status.start_ps;
        row.kernel_ps = status.now_ps - status.start_ps;
    }
    account.shared->launches++;
    account.shared->faults += faults;
    if (account.shared->launch_count < HOST_ACCOUNT_LAUNCHES)
        account.shared->launch_rows[account.shared->launch_count++] = row;
    refresh();
}

/* ----------------------------------------------------------------------------------- the end --- */

__attribute__((destructor)) static void end_account(void)
{
    pthread_mutex_lock(&upmem.lock);
    if (account.shared) {
        refresh();
        account.shared->program_ns = now_ns() - account.opened_ns - account.shared->library_ns;
        account.shared->ended = 1;
    }
    pthread_mutex_unlock(&upmem.lock);
}
