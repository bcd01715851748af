/* The state of the UPMEM-like machine and the interface between its files. Private to emu/dpu.
 *
 * Files: dpu_backend.c (descriptor, open/close/launch/run), dpu_parameters.c (tables), dpu_load.c (images, shared code),
 * dpu_transfer.c (checks and copies of the host), dpu_link.c (what they cost), dpu_memory.c (WRAM and MRAM), dpu_semantics.h (one body per operation), dpu_execute.c (one
 * instruction of one tasklet on exact state; DMA; faults), dpu_reference.c (cycle by cycle), dpu_fast.c (run-ahead
 * engine), dpu_log.c (printf buffer), dpu_fault.c (fault texts), dpu_race.c (--race-report), dpu_snapshot.c.
 */
#ifndef DPU_MACHINE_H
#define DPU_MACHINE_H

#include <pthread.h>
#include <stdatomic.h>

#include "clock.h"
#include "dpu_isa.h"
#include "pimento.h"

/* ---- parameters: one row each in dpu_parameters.c ---- */
struct dpu_parameters {
    uint64_t ranks, module_ranks, chips, dpus_per_chip, broken_dpus;
    uint64_t wram_bytes, mram_bytes, iram_instructions, tasklets, atomic_bits;
    double frequency_mhz;
    uint64_t issue_distance_cycles;              /* 11 */
    uint64_t dma_alpha_read_cycles, dma_alpha_write_cycles; /* 77, 61 */
    double dma_beta_cycles_per_byte;             /* latency slope, 0.5 */
    double dma_occupancy_cycles_per_byte;        /* engine busy, 0.5 */
    uint64_t dma_setup_cycles;                   /* engine busy, whatever the length */
    double dma_refresh_interval_ns, dma_refresh_ns;
    uint64_t dma_refresh_postponed, dma_refresh_seed;
    uint64_t register_file_stall;                /* choice: off | uPIMulator */
    double launch_base_us, launch_per_rank_us;
    double to_one_dpu_gbs, to_full_rank_gbs, from_one_dpu_gbs, from_full_rank_gbs, broadcast_full_rank_gbs;
    double modules_exponent;
    double piece_us, to_start_us, to_call_us, from_call_us, multiplexer_us, control_call_us, word_us, after_launch_us;
    uint64_t status_poll_ns;
    uint64_t engine;                             /* choice: fast | reference */
    uint64_t strict;                             /* choice off | on: tasklets stopped away from the end are a fault */
    uint64_t profile, race_report;               /* choice off | on */
    /* energies: attojoule per event, microwatt */
    double energy_instruction_aj, energy_wram_access_aj, energy_dma_byte_aj, energy_dma_setup_aj,
        energy_host_byte_aj, power_idle_uw, power_busy_uw;
};

/* Classes of the instruction mix. Row: name, counter name, help. */
#define DPU_MIX_MAP(X)                                                                             \
    X(ARITHMETIC, "mix_arithmetic", "additions, subtractions and checked-pointer arithmetic")      \
    X(LOGIC, "mix_logic", "logic, moves, extensions, counts, byte compares")                       \
    X(SHIFT, "mix_shift", "shifts, rotates and shift-and-adds")                                    \
    X(MULTIPLY, "mix_multiply", "byte multiplies, multiply and divide steps")                      \
    X(COMPARE_JUMP, "mix_compare_jump", "subtractions that only decide a jump")                    \
    X(CALL, "mix_call", "calls and unconditional jumps")                                           \
    X(LOAD, "mix_load", "WRAM loads")                                                              \
    X(STORE, "mix_store", "WRAM stores")                                                           \
    X(DMA, "mix_dma", "MRAM transfers")                                                            \
    X(SYNC, "mix_sync", "acquire, release, boot, resume, stop, run bits")                          \
    X(OTHER, "mix_other", "time counter, fault, nop, tell")
enum dpu_mix {
#define DPU_MIX_ENUM(name, counter, help) DPU_MIX_##name,
    DPU_MIX_MAP(DPU_MIX_ENUM)
#undef DPU_MIX_ENUM
    DPU_MIX_CLASSES
};

/* A trace gets one DPU_EVENT_RUN per interval of this length and unit. */
enum { DPU_ISSUE_INTERVAL_CYCLES = 1 << 16 };

/* ---- counters: one row each in dpu_parameters.c ---- */
struct dpu_counters {
    uint64_t cycles;             /* elapsed, per launch summed */
    uint64_t instructions;
    uint64_t issue_cycles;       /* = instructions; cycles = issue + idle_* */
    /* An idle cycle has one cause, by this precedence: */
    uint64_t idle_register_file; /* the optional stall blocks the pipeline */
    uint64_t idle_dma;           /* at least one tasklet waits for its transfer */
    uint64_t idle_sync;          /* at least one tasklet that was started in this launch is stopped */
    uint64_t idle_revolver;      /* tasklets run, all inside their 11 cycles */
    uint64_t dma_reads, dma_writes, dma_read_bytes, dma_write_bytes, dma_engine_busy_cycles;
    uint64_t wram_loads, wram_stores;
    uint64_t launches;
    uint64_t misaligned_dma;     /* low bits dropped, and not by the compiler's intention */
    uint64_t sync_spins;         /* acquire, resume that jumped to itself */
    uint64_t mix[DPU_MIX_CLASSES]; /* issued instructions by class, DPU_MIX_MAP */
    uint64_t host_write_bytes, host_read_bytes;
};

/* ---- event kinds: one row each in dpu_parameters.c. ORDER DPU EVENT ---- */
enum dpu_event {
    DPU_EVENT_LAUNCH, /* arguments: number of the launch of this DPU */
    DPU_EVENT_RUN,    /* instructions, idle_revolver, idle_dma, idle_sync: of the interval */
    DPU_EVENT_DMA,    /* lane = tasklet; bytes, WRAM (or IRAM) address, MRAM address, enum dpu_dma_direction */
    DPU_EVENT_FAULT   /* lane = tasklet; pc, enum dpu_fault_kind */
};
enum dpu_dma_direction { DPU_DMA_READ, DPU_DMA_WRITE, DPU_DMA_TO_IRAM };

/* ---- one loaded image, decoded once, shared by all DPUs that run it (copy on write for ldmai and host IRAM writes) ---- */
struct dpu_code {
    atomic_uint references;
    uint64_t words[DPU_IRAM_INSTRUCTIONS];            /* bits 63:48 zero */
    uint8_t loaded[DPU_IRAM_INSTRUCTIONS / 8];        /* bit set: an image or a write covers it */
    struct dpu_instruction instructions[DPU_IRAM_INSTRUCTIONS]; /* form == DPU_UNDEFINED: does not decode */
    void *fast;                                       /* dpu_fast.c: threaded code, built at first use */
};

/* ---- one hardware thread ---- */
struct dpu_tasklet {
    uint32_t registers[DPU_REGISTER_CODES]; /* 24..31 hold the constants, never written after reset */
    uint32_t dropped[2];                    /* where the fast engine's z-forms write their result; no state */
    uint64_t ready_cycle;                   /* earliest issue, in cycles since the launch */
    uint32_t pc;                            /* 0..4095 */
    uint32_t written;                       /* registers the last instruction wrote (register-file option only) */
    uint8_t zf, cf;                         /* 0 or 1 */
    uint8_t waiting_dma;                    /* issued a DMA and has not issued since: ready_cycle is the end of the transfer */
    uint8_t reserved[5];                    /* no hidden padding: states are compared as bytes */
};

enum dpu_fault_kind { DPU_NO_FAULT, DPU_FAULT_BREAKPOINT = 1, DPU_FAULT_MEMORY = 2, DPU_FAULT_DMA = 3,
                      DPU_FAULT_UNDEFINED = 4, DPU_FAULT_NOT_LOADED = 5, DPU_FAULT_DEADLOCK = 6, DPU_FAULT_STRICT = 7,
                      DPU_FAULT_HOST_MEMORY = 8 /* the host has no memory left for the guest's */ };

struct dpu_fault_state {
    enum dpu_fault_kind kind;
    uint32_t tasklet, pc;    /* pc of the faulting instruction */
    uint32_t code;           /* `fault n` */
    uint64_t address;
    uint32_t bytes;
    bool store;
};

/* The time counter: value = base + (count source now - source at configuration). */
enum dpu_counter_mode { DPU_COUNT_CYCLES = 1, DPU_COUNT_INSTRUCTIONS = 2, DPU_COUNT_NOTHING = 3 };
struct dpu_time_counter { enum dpu_counter_mode mode; uint64_t value, since; };

/* MRAM in pages, allocated at the first write; reading an absent page gives zeros. */
enum { DPU_RANKS = 1024, DPU_RANK_DPUS = 64 }; /* 8 chips x 8 DPUs share one host link */

enum { DPU_REFRESHES_POSTPONED = 8 }; /* at most, by the standard of the memory: dma.refresh_postponed */

enum { DPU_MRAM_PAGE_BYTES = 65536, DPU_MRAM_PAGES = DPU_MRAM_BYTES / DPU_MRAM_PAGE_BYTES };

/* Counter values at the start of a trace interval. */
struct dpu_interval { uint64_t start_cycle, instructions, idle_revolver, idle_dma, idle_sync; };

struct dpu {
    struct dpu_machine *machine;
    uint32_t unit;
    struct dpu_code *code;
    const struct pim_image *image;
    uint32_t direct_slots;               /* WRAM address of the compiler's slots for __mram variables; 0: none */
    uint8_t *wram;                       /* allocated at the first write or launch; wram_bytes + 64 guard bytes */
    uint8_t **mram_pages;                /* NULL until the first write: then DPU_MRAM_PAGES pointers */
    struct dpu_tasklet *tasklets;        /* allocated at the first launch: 24 */
    uint64_t run_bits;                   /* bit i: thread i runs; 24..63 notify bits */
    uint64_t atomic_bits[DPU_ATOMIC_BITS / 64];
    struct dpu_time_counter time;
    /* schedule */
    uint64_t cycle;                      /* since launch: cycles 0..cycle-1 are accounted */
    uint64_t next_issue;                 /* first cycle the pipeline can issue in */
    uint64_t dma_free;                   /* first cycle the DMA engine is free */
    uint32_t started;                    /* bit i: tasklet i was booted in this launch */
    struct dpu_interval interval;        /* what DPU_EVENT_RUN reports next */
    bool running;
    struct dpu_fault_state fault;
    uint64_t start_ps;                   /* units begin here (launch overhead included) */
    uint64_t launch_ps;                  /* the host's launch call */
    uint64_t event_sequence;             /* order of this DPU's events */
    struct dpu_counters counters;
    uint64_t launch_instructions;        /* instructions since the launch (time counter, reports) */
    uint64_t *profile;                   /* issue counts by instruction index (4096), when machine->profile; calloc'ed at launch */
    uint64_t *contested_lines;           /* dpu_fast.c: lines of WRAM that several tasklets share, a hint; calloc'ed */
    void *race;                          /* dpu_race.c */
};

/* What limits bytes between the host and MRAM: one DPU, all DPUs of a rank together. */
struct dpu_way { uint64_t one_bytes_per_second, full_bytes_per_second; };

/* When a module was last busy with bytes of MRAM: its ranks take turns. */
struct dpu_turn { uint64_t begin_ps, end_ps; };

struct dpu_machine {
    struct dpu_parameters parameters;
    uint32_t units;
    struct dpu *dpus;
    bool profile;                        /* keep per-instruction issue counts */
    bool race_report;
    pthread_mutex_t scratch_lock;        /* over the list below: run-ahead engines that wait for a host thread */
    struct dpu_scratch *scratch;         /* dpu_fast.c */
    /* derived integers */
    struct pim_clock clock;
    struct dpu_way to_mram, from_mram, broadcast;
    uint64_t refresh_interval_cycles, refresh_cycles; /* in every interval the bank cannot be used for so many; 0: no refresh */
    uint64_t launch_base_ps, launch_per_rank_ps;
    uint64_t to_start_ps, call_ps[2];    /* of a call that moves MRAM, by enum pim_direction */
    uint64_t multiplexer_ps;
    uint64_t control_call_ps, word_ps;   /* through the control interface */
    uint64_t after_launch_ps;
    uint64_t launched_ranks[DPU_RANKS / 64]; /* a bit per rank: no transfer since its last launch */
    uint64_t facing[DPU_RANKS];          /* by rank, a bit per DPU: whose MRAM the last call reached; 0: none since a launch */
    struct dpu_turn turns[DPU_RANKS];    /* by module */
    struct dpu_code *shared_code;        /* of the last image loaded into empty IRAMs; holds a reference */
    uint64_t shared_hash, shared_dropped_call; /* the code is made from these: segments, and dpu_load.c: profiling_call */
};

/* The time of `cycles` since a launch, in picoseconds: floor of the exact value. */
uint64_t dpu_picoseconds(const struct dpu_machine *machine, uint64_t cycles);

/* ---- dpu_backend.c ---- */
bool dpu_ready(struct dpu *dpu); /* allocate what a run needs; false: out of memory */

/* ---- dpu_load.c ---- */
enum pim_status dpu_load(struct dpu_machine *machine, const uint32_t *units, size_t count,
                         const struct pim_image *image, struct pim_error *error);
/* The DPU's own copy of its code, to change it: unshared, without threaded code. Call dpu_code_set for each word.
 * NULL: out of memory, nothing changed. */
struct dpu_code *dpu_code_for_write(struct dpu *dpu);
void dpu_code_set(struct dpu_code *code, uint32_t index, uint64_t word);
void dpu_code_release(struct dpu_code *code); /* NULL is allowed */

/* ---- dpu_link.c: what the host link costs; dpu_transfer.c: what it moves ---- */
void dpu_link_open(struct dpu_machine *machine);
void dpu_link_reset(struct dpu_machine *machine);
void dpu_link_launched(struct dpu_machine *machine, const uint32_t *units, size_t count);
/* The time of a call that moves these pieces from start_ps on, the longest of the ranks'; it serves `queues` ranks altogether. */
enum pim_status dpu_link_price(struct dpu_machine *machine, enum pim_direction direction, const struct pim_transfer *transfers,
                               size_t count, uint32_t queues, uint64_t start_ps, uint64_t *duration_ps, struct pim_error *error);
void dpu_dma_open(struct dpu_machine *machine);
/* A transfer that the instruction of this cycle asks for: the engine is taken until dpu->dma_free; the result is the first cycle at
 * which the tasklet can issue again. */
uint64_t dpu_dma_schedule(struct dpu *dpu, uint64_t cycle, bool to_mram, uint32_t bytes);
enum pim_status dpu_transfer(struct dpu_machine *machine, enum pim_direction direction,
                             const struct pim_transfer *transfers, size_t count, uint32_t queues,
                             uint64_t start_ps, uint64_t *duration_ps, struct pim_error *error);
uint32_t dpu_rank_of(const struct dpu_machine *machine, uint32_t unit);

/* ---- dpu_memory.c ---- */
bool dpu_wram_ready(struct dpu *dpu);                                     /* allocate; false: out of memory */
uint8_t *dpu_mram_page_for_write(struct dpu *dpu, uint32_t page);         /* NULL: out of memory */
void dpu_wram_free(struct dpu *dpu);
void dpu_mram_free(struct dpu *dpu); /* all pages */
void dpu_mram_read(const struct dpu *dpu, uint32_t offset, void *to, uint32_t bytes);
bool dpu_mram_write(struct dpu *dpu, uint32_t offset, const void *from, uint32_t bytes);
void dpu_mram_clear(struct dpu *dpu, uint32_t offset, uint32_t bytes);

/* ---- dpu_execute.c ---- */

/* Execute the instruction at the tasklet's PC on exact state at its issue cycle: registers, flags, PC, memory, bits, DMA
 * bytes, counters except cycles and idle_*. Sets ready_cycle (cycle + issue distance, or the end of its DMA). False on a fault: then nothing
 * of the instruction is visible but that it issued, dpu->fault is set and the PC is past it. `events` may be NULL. */
bool dpu_execute(struct dpu *dpu, uint32_t tasklet, uint64_t cycle, struct pim_event_list *events);

/* The same without the account of the issue (instruction counts, mix, profile) and without touching ready_cycle unless a DMA sets it. */
bool dpu_execute_body(struct dpu *dpu, uint32_t tasklet, uint64_t cycle, struct pim_event_list *events);

/* The class of the instruction mix that an instruction counts in. */
enum dpu_mix dpu_mix_class(const struct dpu_instruction *instruction);

/* Why the word at `pc` cannot issue: DPU_NO_FAULT when it can. */
enum dpu_fault_kind dpu_fetch_fault(const struct dpu_code *code, uint32_t pc);

/* The time counter as an instruction that issues at `cycle` sees it: 36 bits; `instructions` = issued before it in this launch. */
uint64_t dpu_time_value(const struct dpu *dpu, uint64_t cycle, uint64_t instructions);

/* ---- dpu_schedule.c: what both engines share ---- */

/* Tasklets that can issue now or later without another tasklet's help, as a bit mask. */
uint32_t dpu_running(const struct dpu *dpu);
/* The first cycle at which a run has to look up from its work: the limit, a deadlock check, the end of a trace interval. */
uint64_t dpu_next_stop(const struct dpu *dpu, uint64_t limit, const struct pim_event_list *events);
/* Called when exact state has reached cycle dpu_next_stop() named: ends a trace interval, looks for a deadlock. False: it found one
 * and dpu->fault is set. */
bool dpu_at_stop(struct dpu *dpu, struct pim_event_list *events);
/* Account `count` cycles without an issue, with the cause that the tasklets' present state gives. */
void dpu_account_idle(struct dpu *dpu, uint64_t count);
/* The launch ends here: no tasklet runs any more, or dpu->fault is set. A deadlock is PIM_WAITING: the host could still write to WRAM,
 * and after dpu_wait_on the DPU runs on from where it was. */
enum pim_run dpu_end_launch(struct dpu *dpu, struct pim_event_list *events);
void dpu_wait_on(struct dpu *dpu);

/* ---- engines: run from dpu->cycle until done, fault, or exactly `limit` cycles elapsed ---- */
enum pim_run dpu_run_reference(struct dpu *dpu, uint64_t limit, struct pim_event_list *events);
enum pim_run dpu_run_fast(struct dpu *dpu, uint64_t limit, struct pim_event_list *events);
void dpu_fast_free_code(struct dpu_code *code);          /* code->fast */
void dpu_fast_free_scratch(struct dpu_machine *machine); /* at close */

/* ---- dpu_fault.c, dpu_log.c ---- */
void dpu_describe_fault(const struct dpu *dpu, struct pim_fault *fault);
/* Texts, "" when not known: disassembly; symbol+offset of a byte address; file:line. */
void dpu_instruction_text(const struct dpu *dpu, uint32_t pc, char *text, size_t size);
void dpu_symbol_text(const struct dpu *dpu, enum dpu_space space, uint64_t address, char *text, size_t size);
void dpu_line_text(const struct dpu *dpu, uint32_t pc, char *text, size_t size);
char *dpu_read_log(const struct dpu *dpu, struct pim_error *error);
/* Tasklets started in the last launch that stopped away from the program's end (`__sys_end`): bit i = tasklet i. */
uint32_t dpu_sleepers(const struct dpu *dpu);
/* The `stop` instruction that a stopped tasklet executed last, or its PC when that is not known. */
uint32_t dpu_stop_pc(const struct dpu *dpu, uint32_t tasklet);
char *dpu_diagnostics(const struct dpu *dpu);

/* ---- dpu_snapshot.c ---- */
enum pim_status dpu_snapshot(const struct dpu *dpu, void **state, size_t *bytes, struct pim_error *error);
enum pim_status dpu_restore(struct dpu *dpu, const void *state, size_t bytes, struct pim_error *error);

#endif
