/* How `pimento host` and the drop-in UPMEM library (libdpu.so) agree: environment variables one way, a file mapped by both the other.
 *
 * The library is loaded by the program, so that nothing but its environment tells it what to do. Whoever starts the program creates the
 * account file with a head. Every process that calls the library appends an account of its own and keeps it up to date while it runs, so
 * that the file tells what there was after exit, _exit and crashes. Processes take their places one after the other under a lock of the
 * file and write nowhere else.
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
    X(REPORT, "PIMENTO_HOST_REPORT", "file with accounts of processes, see struct host_head")                     \
    X(TRACE, "PIMENTO_HOST_TRACE", "file for the trace; further machines get a number behind it")                 \
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

/* ------------------------------------------------------------------------------- the accounts --- */

#define HOST_HEAD_MAGIC UINT64_C(0x3144414548434150)    /* "PACHEAD1" */
#define HOST_ACCOUNT_MAGIC UINT64_C(0x31544e5543434150) /* "PACCUNT1" */

enum {
    HOST_ACCOUNT_SYMBOLS = 256,
    HOST_ACCOUNT_FUNCTIONS = 512,
    HOST_ACCOUNT_LAUNCHES = 32,
    HOST_ACCOUNT_COUNTERS = 128,
    HOST_ACCOUNT_ENERGIES = 32,
    HOST_ACCOUNT_NAME = 64,
    HOST_ACCOUNT_TRACES = 16,

    HOST_FILE_UNIT = 1 << 16, /* parts of the file start at multiples: a multiple of every page size */
    HOST_MOST_PROCESSES = 1 << 16,
};

/* At the start of the file. */
struct host_head {
    uint64_t magic;
    uint64_t account_bytes;      /* sizeof(struct host_account): both sides are of one version */
    uint64_t machines;           /* opened by all processes so far; atomic */
};

/* Traffic of one symbol; calls count interface calls. */
struct host_symbol_row {
    char name[HOST_ACCOUNT_NAME];
    uint64_t bytes[2], calls[2]; /* to the DPUs, from them */
};

/* Of the profile, which the parameter execution.profile asks for. */
struct host_function_row {
    char name[HOST_ACCOUNT_NAME];
    uint64_t instructions;
};

struct host_launch_row {
    uint64_t number;             /* in the process, from 1 */
    uint64_t start_ps, kernel_ps; /* when the longest DPU started, and how long it ran */
    uint64_t kernel_cycles;
    uint32_t dpus;
    uint32_t faults;
};

/* The ledgers of the machines of the process, added up. Simulated. The four parts add up to elapsed_ps. */
struct host_sums {
    uint64_t elapsed_ps, kernel_ps, transfer_ps, launch_ps, idle_ps;
    uint64_t link_ps[2], link_bytes[2]; /* to the DPUs, from them; links of ranks may overlap */
    uint64_t kernel_cycles;
    uint64_t busy_unit_ps[2];    /* 128 bits, low half first */
    uint64_t counters[HOST_ACCOUNT_COUNTERS];      /* in the order of the back-end's table */
    uint64_t energies[HOST_ACCOUNT_ENERGIES][2];   /* attojoules */
};

struct host_account {
    uint64_t magic;              /* written last: the rest is valid */
    uint64_t process;            /* its id */
    char program[HOST_ACCOUNT_NAME], target[HOST_ACCOUNT_NAME], sdk[HOST_ACCOUNT_NAME];
    uint64_t ended;              /* 1: the library's end was reached, so that the sums are complete */

    /* Wall time, CLOCK_MONOTONIC. */
    uint64_t opened_ns;          /* first call */
    uint64_t last_ns;            /* end of the last call, or of the process when it has ended */
    uint64_t library_ns;         /* during which at least one thread was inside a call: the emulation */
    uint64_t inside_since_ns;    /* not 0: such an interval has begun */

    uint64_t calls;              /* of the interface */
    uint64_t machines;
    uint64_t dpus_allocated;     /* most at one time */
    uint64_t launches, faults;
    uint64_t traces[HOST_ACCOUNT_TRACES]; /* numbers of the machines whose trace is not finished yet; 0: none */

    uint64_t symbol_count;       /* rows; symbols past the last row share it */
    struct host_symbol_row symbols[HOST_ACCOUNT_SYMBOLS];
    uint64_t function_count;     /* rows; functions past the last row share it; equal names of several programs share one */
    struct host_function_row functions[HOST_ACCOUNT_FUNCTIONS];
    uint64_t launch_count;       /* rows: the longest launches, in no order */
    struct host_launch_row launch_rows[HOST_ACCOUNT_LAUNCHES];

    uint64_t current;            /* which of the two is valid: a process may die while it writes the other one */
    struct host_sums sums[2];
};

/* Where the account of the process number `index` is, and where the file ends behind it. */
#define HOST_ACCOUNT_STRIDE ((sizeof(struct host_account) + HOST_FILE_UNIT - 1) / HOST_FILE_UNIT * HOST_FILE_UNIT)
#define HOST_ACCOUNT_OFFSET(index) (HOST_FILE_UNIT + (uint64_t)(index) * HOST_ACCOUNT_STRIDE)

#endif
