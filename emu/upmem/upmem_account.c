/* The account of the process, in a file that the process which started it maps too.
 *
 * Everything is up to date after every call: what a program has done before it crashes or calls _exit is all there. The ledgers of the
 * machines are added up into the half of the account that is not valid, which then becomes the valid one.
 */
#include "upmem_account.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "upmem_trace.h"

static struct {
    struct host_head *head;
    struct host_account *shared;    /* NULL: nobody asks */
    uint64_t machines;              /* numbers given out when nobody asks */
    uint32_t inside;                /* threads */
    bool stale;                     /* bytes or counts have changed since the ledgers were added up */
    uint64_t time_ps;               /* of all machines then */
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

/* -------------------------------------------------------------------------------------- file --- */

/* Is this the file of a `pimento host` of our version? The path may name another file by now, when whoever started us is gone. */
static bool has_head(int file)
{
    struct host_head head;
    struct stat status;
    return !fstat(file, &status) && S_ISREG(status.st_mode) && pread(file, &head, sizeof head, 0) == sizeof head &&
           head.magic == HOST_HEAD_MAGIC && head.account_bytes == sizeof(struct host_account);
}

static bool lock_file(int file, short type)
{
    struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
    while (fcntl(file, F_OFD_SETLKW, &whole))
        if (errno != EINTR)
            return false;
    return true;
}

/* Lengthen the file by one account. A process that dies here blocks nobody: the lock goes with its descriptor. */
static bool take_place(int file, uint64_t *offset)
{
    struct stat status;
    if (!lock_file(file, F_WRLCK))
        return false;
    bool taken = !fstat(file, &status) && (uint64_t)status.st_size >= HOST_ACCOUNT_OFFSET(0) &&
                 (uint64_t)status.st_size < HOST_ACCOUNT_OFFSET(HOST_MOST_PROCESSES) &&
                 !ftruncate(file, (off_t)((uint64_t)status.st_size + HOST_ACCOUNT_STRIDE));
    *offset = (uint64_t)status.st_size;
    lock_file(file, F_UNLCK); /* the mapping would keep it */
    return taken;
}

static void *map_part(int file, uint64_t offset, size_t bytes)
{
    void *part = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, (off_t)offset);
    return part == MAP_FAILED ? NULL : part;
}

static bool map_account(const char *path)
{
    uint64_t offset;
    int file = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool mapped = file >= 0 && has_head(file) && take_place(file, &offset) &&
                  (account.head = map_part(file, 0, sizeof *account.head)) != NULL &&
                  (account.shared = map_part(file, offset, sizeof *account.shared)) != NULL;
    if (file >= 0)
        close(file);
    return mapped;
}

void upmem_account_open(const char *release)
{
    const char *path = getenv("PIMENTO_HOST_REPORT");
    account.shared = NULL;
    account.inside = 0;
    account.stale = true;
    if (!path || !*path)
        return;
    if (!map_account(path)) {
        upmem_say("%s: not a file of accounts of this version, or it cannot be mapped: this process will not be reported", path);
        return;
    }
    account.shared->process = (uint64_t)getpid();
    account.shared->opened_ns = account.shared->last_ns = now_ns();
    copy_name(account.shared->program, program_invocation_short_name);
    copy_name(account.shared->sdk, release);
    if (upmem.machines) /* of the parent, before fork */
        copy_name(account.shared->target, pim_target_name(upmem.machines->target));
    atomic_thread_fence(memory_order_release);
    account.shared->magic = HOST_ACCOUNT_MAGIC;
}

/* -------------------------------------------------------------------------------------- sums --- */

static void add_wide(uint64_t sum[2], pim_u128 amount)
{
    amount += (pim_u128)sum[1] << 64 | sum[0];
    sum[0] = (uint64_t)amount;
    sum[1] = (uint64_t)(amount >> 64);
}

static void add_ledger(struct host_sums *sums, const struct pim_ledger *ledger)
{
    sums->elapsed_ps += ledger->elapsed_ps;
    sums->kernel_ps += ledger->kernel_ps;
    sums->transfer_ps += ledger->transfer_ps;
    sums->launch_ps += ledger->launch_ps;
    sums->idle_ps += ledger->idle_ps;
    sums->link_ps[PIM_TO_UNIT] += ledger->to_unit_ps;
    sums->link_ps[PIM_FROM_UNIT] += ledger->from_unit_ps;
    sums->link_bytes[PIM_TO_UNIT] += ledger->to_unit_bytes;
    sums->link_bytes[PIM_FROM_UNIT] += ledger->from_unit_bytes;
    sums->kernel_cycles += ledger->kernel_cycles;
    add_wide(sums->busy_unit_ps, ledger->busy_unit_ps);
    for (size_t i = 0; i < ledger->counter_count && i < HOST_ACCOUNT_COUNTERS; i++)
        sums->counters[i] += ledger->counters[i];
    for (size_t i = 0; i < ledger->energy_count && i < HOST_ACCOUNT_ENERGIES; i++)
        add_wide(sums->energies[i], ledger->energies[i]);
}

/* Any call that costs simulated time moves it. */
static uint64_t time_of_machines(void)
{
    uint64_t time_ps = 0;
    for (const struct upmem_machine *machine = upmem.machines; machine; machine = machine->next)
        time_ps += pim_device_now_ps(machine->device);
    return time_ps;
}

static void refresh(void)
{
    uint64_t time_ps = time_of_machines();
    if (!account.stale && account.time_ps == time_ps)
        return;
    account.stale = false;
    account.time_ps = time_ps;
    uint64_t other = !account.shared->current;
    struct host_sums *sums = &account.shared->sums[other];
    memset(sums, 0, sizeof *sums);
    for (const struct upmem_machine *machine = upmem.machines; machine; machine = machine->next) {
        const struct pim_ledger *ledger = pim_device_ledger(machine->device);
        if (ledger)
            add_ledger(sums, ledger);
    }
    __atomic_store_n(&account.shared->current, other, __ATOMIC_RELEASE);
}

/* ------------------------------------------------------------------------------------- calls --- */

void upmem_account_enter(void)
{
    if (!account.shared)
        return;
    account.shared->calls++;
    if (!account.inside++)
        account.shared->inside_since_ns = now_ns();
}

void upmem_account_leave(void)
{
    if (!account.shared)
        return;
    refresh();
    uint64_t now = now_ns();
    account.shared->last_ns = now;
    if (--account.inside)
        return;
    account.shared->library_ns += now - account.shared->inside_since_ns;
    account.shared->inside_since_ns = 0;
}

void upmem_account_machine(const struct upmem_machine *machine)
{
    uint64_t number = account.shared ? __atomic_add_fetch(&account.head->machines, 1, __ATOMIC_RELAXED) : ++account.machines;
    if (account.shared) {
        copy_name(account.shared->target, pim_target_name(machine->target));
        account.shared->machines++;
    }
    upmem_trace_begin(machine, number);
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
    if (row == shared->symbol_count) {
        copy_name(shared->symbols[row].name, name);
        shared->symbol_count++;
    }
    for (size_t i = 0; i < count; i++)
        bytes += pieces[i].bytes;
    shared->symbols[row].bytes[direction] += bytes;
    shared->symbols[row].calls[direction]++;
    account.stale = true;
}

void upmem_account_trace(uint64_t number, bool complete)
{
    for (size_t i = 0; account.shared && i < HOST_ACCOUNT_TRACES; i++)
        if (account.shared->traces[i] == (complete ? number : 0)) {
            account.shared->traces[i] = complete ? 0 : number;
            return;
        }
}

/* ---------------------------------------------------------------------------------- profile --- */

static void add_function(struct host_account *shared, const struct pim_profile_row *function)
{
    uint64_t row = 0;
    while (row < shared->function_count && strncmp(shared->functions[row].name, function->function, HOST_ACCOUNT_NAME - 1))
        row++;
    if (row == HOST_ACCOUNT_FUNCTIONS)
        row--;
    if (row == shared->function_count) {
        copy_name(shared->functions[row].name, function->function);
        shared->function_count++;
    }
    shared->functions[row].instructions += function->instructions;
}

static bool is_profiled(const struct upmem_machine *machine)
{
    char text[16] = "";
    for (const struct pim_parameter *row = pim_target_backend(machine->target)->parameters; row->key; row++)
        if (!strcmp(row->key, "execution.profile"))
            pim_target_value(machine->target, row, text, sizeof text);
    return !strcmp(text, "on");
}

static const struct dpu_program_t *program_of(const struct upmem_machine *machine, uint32_t unit)
{
    return machine->ranks[unit / machine->dpus_per_rank].dpus[unit % machine->dpus_per_rank].resident;
}

/* Units next to each other mostly run one program. */
static void profile(const struct upmem_machine *machine, const uint32_t *units, size_t count)
{
    for (size_t first = 0, next; first < count; first = next) {
        const struct dpu_program_t *program = program_of(machine, units[first]);
        struct pim_profile_row *rows;
        size_t row_count;
        for (next = first + 1; next < count && program_of(machine, units[next]) == program;)
            next++;
        if (program)
            pim_device_profile(machine->device, units + first, next - first, program->image, &rows, &row_count, NULL);
        for (size_t i = 0; program && i < row_count; i++)
            add_function(account.shared, &rows[i]);
        if (program)
            free(rows);
    }
}

/* ---------------------------------------------------------------------------------- launches --- */

/* The row for a launch of this length: a free one, or the shortest when that is shorter; else NULL. */
static struct host_launch_row *launch_row(struct host_account *shared, uint64_t kernel_ps)
{
    struct host_launch_row *shortest = &shared->launch_rows[0];
    if (shared->launch_count < HOST_ACCOUNT_LAUNCHES)
        return &shared->launch_rows[shared->launch_count++];
    for (size_t i = 1; i < HOST_ACCOUNT_LAUNCHES; i++)
        if (shared->launch_rows[i].kernel_ps <= shortest->kernel_ps)
            shortest = &shared->launch_rows[i];
    return kernel_ps > shortest->kernel_ps ? shortest : NULL;
}

void upmem_account_launch(const struct upmem_machine *machine, const uint32_t *units, size_t count, size_t faults)
{
    const struct pim_backend *backend = pim_device_backend(machine->device);
    if (!account.shared || !count)
        return;
    account.shared->launches++;
    account.shared->faults += faults;
    struct host_launch_row row = {
        .number = account.shared->launches, .dpus = (uint32_t)count, .faults = (uint32_t)faults};
    for (size_t i = 0; i < count; i++) {
        struct pim_unit_status status;
        backend->status(pim_device_machine(machine->device), units[i], &status);
        if (i && status.elapsed_cycles <= row.kernel_cycles)
            continue;
        row.kernel_cycles = status.elapsed_cycles;
        row.start_ps = status.start_ps;
        row.kernel_ps = status.now_ps - status.start_ps;
    }
    struct host_launch_row *place = launch_row(account.shared, row.kernel_ps);
    if (place)
        *place = row;
    if (is_profiled(machine))
        profile(machine, units, count);
    account.stale = true;
}

/* ----------------------------------------------------------------------------------- the end --- */

void upmem_account_end(void)
{
    if (!account.shared)
        return;
    account.stale = true;
    refresh();
    account.shared->last_ns = now_ns();
    account.shared->ended = 1;
}
