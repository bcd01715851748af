/* How `pimento host` and the drop-in UPMEM library (libdpu.so) agree: environment variables one way, a file mapped by both the other.
 *
 * The library is loaded by the program, so that nothing but its environment tells it what to do. Whoever starts the program creates the
 * report file with the size of struct host_account and any content; the library clears and maps it, and keeps it up to date, so that
 * it is complete after exit, _exit and crashes. Sums that need all units (energy, the partition of time) may lag by
 * HOST_ACCOUNT_LAG_NS when the program ends without exit().
 */
#ifndef HOST_SESSION_H
#define HOST_SESSION_H

#include <stdint.h>

/* ORDER HOST SETTING: name, environment variable, help. */
#define HOST_SETTING_MAP(X)                                                                                        \
    X(TARGET, "PIMENTO_HOST_TARGET", "target or target file; default: upmem-2556")                                \
    X(SET, "PIMENTO_HOST_SET", "parameters of the target as key=value;key=value...")                              \
    X(THREADS, "PIMENTO_HOST_THREADS", "host threads; 0 or unset: all cores")                                     \
    X(MAX_CYCLES, "PIMENTO_HOST_MAX_CYCLES", "bound of every launch in DPU cycles; 0 or unset: none")             \
    X(REPORT, "PIMENTO_HOST_REPORT", "file for struct host_account, mapped by the library")                       \
    X(SDK, "PIMENTO_HOST_SDK", "SDK to imitate, \"2021.3\"; default: the one the program asks for")               \
    X(PROFILE_BASE, "UPMEM_PROFILE_BASE", "profile under that of every allocation")                               \
    X(PROFILE, "UPMEM_PROFILE", "profile on top of that of every allocation")

enum host_setting {
#define HOST_SETTING_ENUM(name, variable, help) HOST_SETTING_##name,
    HOST_SETTING_MAP(HOST_SETTING_ENUM)
#undef HOST_SETTING_ENUM
    HOST_SETTINGS
};

#define HOST_DEFAULT_TARGET "upmem-2556"

/* ------------------------------------------------------------------------------- the account --- */

#define HOST_ACCOUNT_MAGIC UINT64_C(0x31544e5543434150) /* "PACCUNT1" */
#define HOST_ACCOUNT_LAG_NS UINT64_C(2000000)

enum {
    HOST_ACCOUNT_SYMBOLS = 256,
    HOST_ACCOUNT_LAUNCHES = 4096,
    HOST_ACCOUNT_ENERGIES = 32,
    HOST_ACCOUNT_NAME = 64,
};

/* Traffic of one symbol; calls count interface calls. */
struct host_symbol_row {
    char name[HOST_ACCOUNT_NAME];
    uint64_t bytes[2], calls[2]; /* to the DPUs, from them */
};

struct host_launch_row {
    uint64_t start_ps, kernel_ps; /* when the longest DPU started, and how long it ran */
    uint64_t kernel_cycles;
    uint32_t dpus;
    uint32_t faults;
};

struct host_energy_row {
    char name[HOST_ACCOUNT_NAME];
    uint64_t low_aj, high_aj;    /* attojoules, 128 bits */
};

struct host_account {
    uint64_t magic;              /* written last: the rest is valid */
    char target[HOST_ACCOUNT_NAME], sdk[HOST_ACCOUNT_NAME];
    uint64_t calls;              /* of the interface */
    uint64_t library_ns;         /* wall time inside the library: the emulation */
    uint64_t program_ns;         /* wall time outside, since the library was loaded: what the host program did */
    uint64_t dpus_allocated;     /* most at one time */
    uint64_t ended;              /* 1: the library's end was reached */

    /* Simulated; sums over the machines of the process. The four parts add up to elapsed_ps. */
    uint64_t elapsed_ps, kernel_ps, transfer_ps, launch_ps, idle_ps;
    uint64_t link_ps[2], link_bytes[2]; /* to the DPUs, from them; links of ranks may overlap */
    uint64_t launches, faults, kernel_cycles;
    uint64_t instructions;

    uint64_t symbol_count;       /* rows; symbols past the last row share it */
    struct host_symbol_row symbols[HOST_ACCOUNT_SYMBOLS];
    uint64_t launch_count;       /* of `launches`, the first HOST_ACCOUNT_LAUNCHES are in rows */
    struct host_launch_row launch_rows[HOST_ACCOUNT_LAUNCHES];
    uint64_t energy_count;
    struct host_energy_row energies[HOST_ACCOUNT_ENERGIES];
};

#endif
