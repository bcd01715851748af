#include "config.h" /* GNU extensions of the C library */

#include "host_account.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum pim_status no_memory(struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "out of memory");
}

/* ---- the file ---- */

enum pim_status host_file_open(struct host_file *file, struct pim_error *error)
{
    const struct host_head head = {.magic = HOST_HEAD_MAGIC, .account_bytes = sizeof(struct host_account)};
    file->descriptor = memfd_create("pimento-host", MFD_CLOEXEC);
    if (file->descriptor < 0)
        return pim_fail(error, PIM_IO, "a file in memory for the account: %s", strerror(errno));
    snprintf(file->path, sizeof file->path, "/proc/%ld/fd/%d", (long)getpid(), file->descriptor);
    if (pwrite(file->descriptor, &head, sizeof head, 0) == sizeof head && ftruncate(file->descriptor, HOST_FILE_UNIT) == 0)
        return PIM_OK;
    enum pim_status status = pim_fail(error, PIM_IO, "a file in memory for the account: %s", strerror(errno));
    host_file_close(file);
    return status;
}

void host_file_close(struct host_file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
}

/* ---- one account ---- */

/* It was written by a process that the user's program could disturb, so nothing in it is taken as it is. */
static void tame(struct host_account *account)
{
    account->program[HOST_ACCOUNT_NAME - 1] = account->target[HOST_ACCOUNT_NAME - 1] = account->sdk[HOST_ACCOUNT_NAME - 1] = '\0';
    if (account->symbol_count > HOST_ACCOUNT_SYMBOLS)
        account->symbol_count = HOST_ACCOUNT_SYMBOLS;
    if (account->launch_count > HOST_ACCOUNT_LAUNCHES)
        account->launch_count = HOST_ACCOUNT_LAUNCHES;
    if (account->function_count > HOST_ACCOUNT_FUNCTIONS)
        account->function_count = HOST_ACCOUNT_FUNCTIONS;
    for (size_t i = 0; i < account->symbol_count; i++)
        account->symbols[i].name[HOST_ACCOUNT_NAME - 1] = '\0';
    for (size_t i = 0; i < account->function_count; i++)
        account->functions[i].name[HOST_ACCOUNT_NAME - 1] = '\0';
    account->current &= 1;
}

/* A process that died inside a call was there until its end. When that was is known for the one that we have started. */
static void share_time(struct host_process *process, int started, uint64_t ended_ns)
{
    const struct host_account *account = &process->account;
    bool is_started = account->process == (uint64_t)started;
    uint64_t end = is_started && ended_ns > account->last_ns ? ended_ns : account->last_ns;
    uint64_t all = end > account->opened_ns ? end - account->opened_ns : 0;
    process->library_ns = account->library_ns;
    if (account->inside_since_ns && end > account->inside_since_ns)
        process->library_ns += end - account->inside_since_ns;
    process->program_ns = all > process->library_ns ? all - process->library_ns : 0;
}

/* ---- the sums ---- */

static enum pim_status add_symbol(struct host_totals *totals, const struct host_symbol_row *row, struct pim_error *error)
{
    size_t at = 0;
    while (at < totals->symbol_count && strcmp(totals->symbols[at].name, row->name) != 0)
        at++;
    if (at == totals->symbol_count) {
        struct host_symbol_row *grown = realloc(totals->symbols, (at + 1) * sizeof *grown);
        if (!grown)
            return no_memory(error);
        totals->symbols = grown;
        grown[totals->symbol_count++] = (struct host_symbol_row){0};
        memcpy(grown[at].name, row->name, sizeof row->name);
    }
    for (size_t i = 0; i < 2; i++) {
        totals->symbols[at].bytes[i] += row->bytes[i];
        totals->symbols[at].calls[i] += row->calls[i];
    }
    return PIM_OK;
}

static enum pim_status add_launches(struct host_totals *totals, size_t process, struct pim_error *error)
{
    const struct host_account *account = &totals->processes[process].account;
    struct host_launch *grown = realloc(totals->launches, (totals->launch_count + account->launch_count + 1) * sizeof *grown);
    if (!grown)
        return no_memory(error);
    totals->launches = grown;
    for (size_t i = 0; i < account->launch_count; i++)
        grown[totals->launch_count++] = (struct host_launch){process, account->launch_rows[i]};
    return PIM_OK;
}

static enum pim_status add_function(struct host_totals *totals, const struct host_function_row *row, struct pim_error *error)
{
    size_t at = 0;
    while (at < totals->function_count && strcmp(totals->functions[at].function, row->name) != 0)
        at++;
    if (at == totals->function_count) {
        struct pim_profile_row *grown = realloc(totals->functions, (at + 1) * sizeof *grown);
        if (!grown)
            return no_memory(error);
        totals->functions = grown;
        grown[totals->function_count++] = (struct pim_profile_row){row->name, 0};
    }
    totals->functions[at].instructions += row->instructions;
    return PIM_OK;
}

static pim_u128 wide(const uint64_t halves[2])
{
    return (pim_u128)halves[1] << 64 | halves[0];
}

static void add_sums(struct host_totals *totals, const struct host_sums *sums)
{
    struct pim_ledger *ledger = &totals->ledger;
    ledger->elapsed_ps += sums->elapsed_ps;
    ledger->kernel_ps += sums->kernel_ps;
    ledger->transfer_ps += sums->transfer_ps;
    ledger->launch_ps += sums->launch_ps;
    ledger->idle_ps += sums->idle_ps;
    ledger->to_unit_ps += sums->link_ps[PIM_TO_UNIT];
    ledger->from_unit_ps += sums->link_ps[PIM_FROM_UNIT];
    ledger->to_unit_bytes += sums->link_bytes[PIM_TO_UNIT];
    ledger->from_unit_bytes += sums->link_bytes[PIM_FROM_UNIT];
    ledger->kernel_cycles += sums->kernel_cycles;
    ledger->busy_unit_ps += wide(sums->busy_unit_ps);
    for (size_t i = 0; i < ledger->counter_count; i++)
        totals->counters[i] += sums->counters[i];
    for (size_t i = 0; i < ledger->energy_count; i++) {
        totals->energies[i] += wide(sums->energies[i]);
        ledger->total_energy += wide(sums->energies[i]);
    }
}

static enum pim_status add_process(struct host_totals *totals, size_t index, struct pim_error *error)
{
    const struct host_process *process = &totals->processes[index];
    const struct host_account *account = &process->account;
    enum pim_status status = PIM_OK;
    totals->calls += account->calls;
    totals->machines += account->machines;
    totals->launch_total += account->launches;
    totals->faults += account->faults;
    totals->dpus = account->dpus_allocated > totals->dpus ? account->dpus_allocated : totals->dpus;
    totals->library_ns += process->library_ns;
    totals->program_ns += process->program_ns;
    add_sums(totals, &account->sums[account->current]);
    for (size_t i = 0; status == PIM_OK && i < account->symbol_count; i++)
        status = add_symbol(totals, &account->symbols[i], error);
    for (size_t i = 0; status == PIM_OK && i < account->function_count; i++)
        status = add_function(totals, &account->functions[i], error);
    return status == PIM_OK ? add_launches(totals, index, error) : status;
}

static int longest_first(const void *left, const void *right)
{
    const struct host_launch *a = left, *b = right;
    if (a->row.kernel_ps != b->row.kernel_ps)
        return a->row.kernel_ps < b->row.kernel_ps ? 1 : -1;
    if (a->process != b->process)
        return a->process < b->process ? -1 : 1;
    return (a->row.number > b->row.number) - (a->row.number < b->row.number);
}

static int most_first(const void *left, const void *right)
{
    const struct pim_profile_row *a = left, *b = right;
    if (a->instructions != b->instructions)
        return a->instructions < b->instructions ? 1 : -1;
    return strcmp(a->function, b->function);
}

/* ---- reading ---- */

static enum pim_status read_accounts(const struct host_file *file, struct host_totals *totals, struct pim_error *error)
{
    struct stat status;
    if (fstat(file->descriptor, &status) != 0)
        return pim_fail(error, PIM_IO, "the account: %s", strerror(errno));
    size_t places = (uint64_t)status.st_size <= HOST_ACCOUNT_OFFSET(0)
                        ? 0
                        : (size_t)(((uint64_t)status.st_size - HOST_ACCOUNT_OFFSET(0)) / HOST_ACCOUNT_STRIDE);
    totals->processes = calloc(places + 1, sizeof *totals->processes);
    if (!totals->processes)
        return no_memory(error);
    for (size_t i = 0; i < places; i++) {
        struct host_account *account = &totals->processes[totals->process_count].account;
        ssize_t bytes = pread(file->descriptor, account, sizeof *account, (off_t)HOST_ACCOUNT_OFFSET(i));
        if (bytes != sizeof *account || account->magic != HOST_ACCOUNT_MAGIC)
            continue; /* the process died while it took its place */
        tame(account);
        totals->process_count++;
    }
    return PIM_OK;
}

static void count_rows(struct host_totals *totals, const struct pim_backend *backend)
{
    struct pim_ledger *ledger = &totals->ledger;
    ledger->counters = totals->counters;
    ledger->energies = totals->energies;
    while (ledger->counter_count < HOST_ACCOUNT_COUNTERS && backend->counters[ledger->counter_count].name)
        ledger->counter_count++;
    while (ledger->energy_count < HOST_ACCOUNT_ENERGIES && backend->energies[ledger->energy_count].component)
        ledger->energy_count++;
}

enum pim_status host_totals_read(const struct host_file *file, const struct pim_backend *backend, int process, uint64_t ended_ns,
                                 struct host_totals *totals, struct pim_error *error)
{
    *totals = (struct host_totals){0};
    count_rows(totals, backend);
    enum pim_status status = read_accounts(file, totals, error);
    for (size_t i = 0; status == PIM_OK && i < totals->process_count; i++) {
        share_time(&totals->processes[i], process, ended_ns);
        status = add_process(totals, i, error);
    }
    if (totals->launch_count)
        qsort(totals->launches, totals->launch_count, sizeof *totals->launches, longest_first);
    if (totals->function_count)
        qsort(totals->functions, totals->function_count, sizeof *totals->functions, most_first);
    totals->ledger.launches = totals->launch_total;
    totals->ledger.units = (uint32_t)totals->dpus;
    return status;
}

void host_totals_free(struct host_totals *totals)
{
    free(totals->processes);
    free(totals->symbols);
    free(totals->launches);
    free(totals->functions);
}
