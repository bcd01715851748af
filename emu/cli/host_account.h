/* The file of accounts that the processes of a run fill (upmem/host_session.h), and what they add up to. */
#ifndef HOST_ACCOUNT_H
#define HOST_ACCOUNT_H

#include "pimento.h"
#include "upmem/host_session.h"

/* An anonymous file in memory, which goes when the last process that has it open or mapped is gone: nothing is left behind, however the
 * run ends. Children and theirs open it by a path of /proc, as long as this process lives. */
struct host_file {
    int descriptor;       /* -1: none */
    char path[64];
};
enum pim_status host_file_open(struct host_file *file, struct pim_error *error);
void host_file_close(struct host_file *file);

struct host_process {
    struct host_account account; /* as it was when it was read */
    uint64_t library_ns, program_ns;
};

/* One launch of the table of the longest ones. */
struct host_launch {
    uint64_t process;     /* index */
    struct host_launch_row row;
};

struct host_totals {
    size_t process_count;
    struct host_process *processes; /* in the order of their first calls */
    size_t symbol_count, launch_count, function_count;
    struct host_symbol_row *symbols;   /* by name, in the order of the first use */
    struct host_launch *launches;      /* the longest first */
    struct pim_profile_row *functions; /* the most instructions first; the names are those of `processes` */
    uint64_t calls, machines, launch_total, faults;
    uint64_t dpus;        /* most that one process had allocated at one time */
    uint64_t library_ns, program_ns;
    struct pim_ledger ledger; /* the sums; its arrays are the next two */
    uint64_t counters[HOST_ACCOUNT_COUNTERS];
    pim_u128 energies[HOST_ACCOUNT_ENERGIES];
};

/* Read all accounts. The process that was started itself has ended at ended_ns. Free the totals in any case. */
enum pim_status host_totals_read(const struct host_file *file, const struct pim_backend *backend, int process, uint64_t ended_ns,
                                 struct host_totals *totals, struct pim_error *error);
void host_totals_free(struct host_totals *totals);

#endif
