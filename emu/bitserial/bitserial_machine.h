/* What the files of the bit-serial back-end share. The unit is a bank. */
#ifndef BITSERIAL_MACHINE_H
#define BITSERIAL_MACHINE_H

#include "bitserial_backend.h"
#include "bitserial_isa.h"
#include "clock.h"

enum { BITSERIAL_OFF, BITSERIAL_ON };                             /* choice off | on */
enum { BITSERIAL_FLAT, BITSERIAL_TIMED };                         /* choice timing.mode */
enum { BITSERIAL_NO_LIMIT, BITSERIAL_AAP_AS_ONE, BITSERIAL_AAP_AS_TWO }; /* choice timing.activation_limit */
enum { BITSERIAL_IDEAL, BITSERIAL_RANDOM, BITSERIAL_COLUMNS, BITSERIAL_MASKED }; /* choice reliability.mode */
enum { BITSERIAL_ENGINE_FAST, BITSERIAL_ENGINE_REFERENCE };       /* choice execution.engine */
enum { BITSERIAL_EVENT_LAUNCH, BITSERIAL_EVENT_RUN, BITSERIAL_EVENT_FAULT, BITSERIAL_EVENT_AP, BITSERIAL_EVENT_AAP, BITSERIAL_EVENT_MOVE,
       BITSERIAL_EVENT_REFRESH };

enum { BITSERIAL_BURST_BYTES = 64 };                              /* of a channel: 64 bits, eight times (DDR3, DDR4); 128, four times (HBM2) */

/* One field per row of bitserial_parameter_rows. */
struct bitserial_parameters {
    uint64_t channels, ranks, banks, subarrays, d_rows, row_bytes, scratch_rows;
    double memory_clock_mhz, clock_mhz;
    uint64_t timing_mode;
    double flat_ns, tras_ns, trp_ns, aap_overlap;
    uint64_t activation_limit;
    double tfaw_ns;
    uint64_t refresh;
    double trefi_ns, trfc_ns, move_ns;
    double link_gbs;
    uint64_t overlap;
    double launch_us;
    uint64_t reliability, reliability_source; /* 0: the two numbers below */
    double tra_failure, unreliable_columns;
    uint64_t reliability_seed;
    uint64_t engine, trace_commands;
    double energy_activate1_aj, energy_activate2_aj, energy_activate3_aj, energy_precharge_aj, energy_burst_read_aj, energy_burst_write_aj,
        energy_power_uw;
};

struct bitserial_counters {
    uint64_t cycles, commands, aap, ap;
    uint64_t activations[4]; /* by wordlines opened: [1] to [3] */
    uint64_t precharges, micro_ops, bulk_operations, moves, refreshes, refresh_cycles, limit_cycles;
    uint64_t host_write_bursts, host_read_bursts, overlapped_ps, launches, columns, columns_masked;
};

enum bitserial_fault_kind {
    BITSERIAL_NO_FAULT,
    BITSERIAL_FAULT_INSTRUCTION, /* no instruction there, or no such instruction */
    BITSERIAL_FAULT_ROW,         /* past the D rows */
    BITSERIAL_FAULT_SUBARRAY,
    BITSERIAL_FAULT_CONSTANT,    /* C0 or C1 written */
    BITSERIAL_FAULT_PORTS,       /* a dual-contact cell opened through both of its ports */
    BITSERIAL_FAULT_TIE,         /* two wordlines of different content */
    BITSERIAL_FAULT_OVERLAP,     /* a bulk operation's destination and operands */
    BITSERIAL_FAULT_SCRATCH,     /* a bulk operation needs more rows than are set aside */
    BITSERIAL_FAULT_RUNAWAY,     /* control operations without end */
    BITSERIAL_FAULT_MEMORY,      /* the host has no memory for the bank's rows */
};

struct bitserial_fault_state {
    enum bitserial_fault_kind kind;
    uint32_t pc;
    uint64_t row, subarray, command; /* command: how many the bank has run since the launch */
    uint64_t column;                 /* of a tie */
};

/* D rows, then the six cells: row r begins at word r x words. */
struct bitserial_subarray {
    void *memory;   /* what is allocated; NULL: nothing yet */
    uint64_t *rows; /* in it */
};

/* A row command whose rows are places: of the subarray, or what they open. */
struct bitserial_step {
    bitserial_row first, second; /* no micro-registers; second BITSERIAL_NO_ROW: AP */
};

struct bitserial_machine;

/* The words of an image, shared by the banks that have loaded it. */
struct bitserial_program {
    uint32_t references, count;
    uint64_t words[];
};

struct bitserial_lockstep; /* bitserial_lockstep.c */

struct bitserial_bank {
    struct bitserial_machine *machine;
    struct bitserial_lockstep *lockstep; /* of this launch; NULL: runs alone */
    size_t stretch;                      /* how far among the stretches of the group */
    uint32_t unit;
    const struct pim_image *image;
    struct bitserial_program *program; /* NULL: none loaded */
    struct bitserial_subarray *subarrays; /* allocated one by one at first use */
    uint32_t registers[BITSERIAL_REGISTERS];
    uint32_t pc, subarray;
    uint32_t at;                   /* PC of the instruction that was looked at last */
    struct microprogram expansion; /* of the bulk operation at pc */
    size_t expansion_next;
    uint64_t cycle;                /* since launch: accounted */
    uint64_t ready_cycle;          /* when the next command may start */
    uint64_t next_refresh;
    uint64_t command;              /* since launch */
    uint64_t aap_cycles, ap_cycles, aap_limited, ap_limited; /* of this launch; limited: part that the activation limit adds */
    uint64_t start_ps, launch_ps, event_sequence;
    struct pim_event_list *recorded; /* during a run: where row commands go as events; NULL: nobody asks for them */
    uint64_t recorded_until;         /* cycle: the run's limit */
    bool holds;
    uint64_t held_from;              /* cycle */
    struct pim_event held;           /* a command that has been taken and begins at the limit or later, behind a refresh */
    bool running;
    struct bitserial_fault_state fault;
    struct pim_fault description;  /* of the fault, made when it happens: the program may be gone when somebody asks */
    struct bitserial_counters counters;
};

/* The launch before, behind which transfers to rows may hide. */
struct bitserial_channel {
    uint64_t launch_ps; /* when it was issued */
    uint64_t spare_ps;  /* of its time, not yet taken by a transfer */
    bool measured;      /* spare_ps has been set: the launch is over */
};

struct bitserial_machine {
    struct bitserial_parameters parameters;
    uint32_t units, channel_banks;
    struct bitserial_bank *banks;
    struct bitserial_channel *channels;
    struct pim_clock clock;
    size_t row_words;              /* uint64_t of a row */
    uint64_t row_count;            /* of a subarray: D rows and cells */
};

/* ---- tables: bitserial_parameters.c ---- */
extern const struct pim_level bitserial_levels[];
extern const struct pim_space bitserial_spaces[];
extern const struct pim_parameter bitserial_parameter_rows[];
extern const struct pim_counter bitserial_counter_rows[];
extern const struct pim_energy bitserial_energy_rows[];
extern const struct pim_event_kind bitserial_event_rows[];
extern const struct pim_derived bitserial_derived_rows[];
extern const struct pim_dram bitserial_dram;

/* ---- bitserial_memory.c ---- */
/* A subarray's rows; NULL: out of memory. Compute cells start with garbage, as after power-on; D rows with zeros (assumption). */
struct bitserial_subarray *bitserial_subarray(struct bitserial_bank *bank, uint32_t index);
static inline uint64_t *bitserial_row_words(const struct bitserial_machine *machine, const struct bitserial_subarray *subarray, uint64_t row)
{
    return subarray->rows + row * machine->row_words;
}
static inline uint64_t *bitserial_cell_words(const struct bitserial_machine *machine, const struct bitserial_subarray *subarray, unsigned cell)
{
    return bitserial_row_words(machine, subarray, machine->parameters.d_rows + cell);
}
void bitserial_forget(struct bitserial_bank *bank);
static inline struct bitserial_channel *bitserial_channel_of(const struct bitserial_machine *machine, uint32_t unit)
{
    return &machine->channels[unit / machine->channel_banks];
}
enum pim_status bitserial_transfer(void *opaque, enum pim_direction direction, const struct pim_transfer *transfers, size_t count,
                                   uint32_t queues, uint64_t start_ps, uint64_t *duration_ps, struct pim_error *error);

/* ---- bitserial_control.c: the control unit ---- */
enum bitserial_next { BITSERIAL_NEXT_COMMAND, BITSERIAL_NEXT_MOVE, BITSERIAL_NEXT_DONE, BITSERIAL_NEXT_FAULT, BITSERIAL_NEXT_NO_MEMORY };

/* A copy to another subarray. */
struct bitserial_move { uint32_t subarray, row, from_row; };

/* Run control operations up to the next row command, which has then been taken: the caller carries it out. A fault is recorded. */
enum bitserial_next bitserial_next(struct bitserial_bank *bank, struct bitserial_step *step, struct bitserial_move *move);
/* Record a fault of the instruction that was looked at last; a tie with the first column in which the two rows differ. */
void bitserial_set_fault(struct bitserial_bank *bank, enum bitserial_fault_kind kind, uint64_t row);

/* ---- bitserial_time.c ---- */
/* A cycle of the bank's current launch in the machine's time. */
static inline uint64_t bitserial_time_ps(const struct bitserial_bank *bank, uint64_t cycle)
{
    return bank->start_ps + pim_clock_ps(bank->machine->clock, cycle);
}
/* Nanoseconds in cycles of the bank's clock, rounded. */
uint64_t bitserial_cycles(const struct bitserial_parameters *parameters, double nanoseconds);
void bitserial_time_launch(struct bitserial_bank *bank, uint32_t banks_of_rank);
/* Account for a command: its time, refresh before it, its activations. */
void bitserial_account_step(struct bitserial_bank *bank, const struct bitserial_step *step);
void bitserial_account_move(struct bitserial_bank *bank, const struct bitserial_move *move);

/* ---- bitserial_record.c: row commands as events ---- */
/* Around a run: record row commands from here to there, if the parameters say so and somebody wants events. */
void bitserial_record_begin(struct bitserial_bank *bank, struct pim_event_list *events, uint64_t limit_cycles);
void bitserial_record_end(struct bitserial_bank *bank);
/* While recording: a command that has been accounted for and began at from_cycle; refreshes that ended when the bank is ready. */
void bitserial_record_step(struct bitserial_bank *bank, const struct bitserial_step *step, uint64_t from_cycle);
void bitserial_record_move(struct bitserial_bank *bank, const struct bitserial_move *move, uint64_t from_cycle);
void bitserial_record_refreshes(struct bitserial_bank *bank, uint64_t count, uint64_t from_cycle);

/* ---- the engines: run until done, faulted, or the next command would start at the limit or later ---- */
enum pim_run bitserial_run_reference(struct bitserial_bank *bank, uint64_t limit_cycles);
enum pim_run bitserial_run_fast(struct bitserial_bank *bank, uint64_t limit_cycles);
/* One command on the data, row by row; false: a tie, which is recorded as a fault; no row has changed. bitserial_reference.c */
bool bitserial_carry_out(struct bitserial_bank *bank, struct bitserial_subarray *subarray, const struct bitserial_step *step);
void bitserial_carry_out_move(struct bitserial_bank *bank, struct bitserial_subarray *from, struct bitserial_subarray *to,
                              const struct bitserial_move *move);

/* ---- bitserial_lockstep.c ---- */
/* Banks that have been launched together from now on share what the fast engine takes. */
void bitserial_lockstep_begin(struct bitserial_machine *machine, const uint32_t *units, size_t count);
void bitserial_lockstep_leave(struct bitserial_bank *bank);

/* ---- bitserial_failure.c ---- */
/* The columns of a word of a row that the majority at hand gets wrong, as the reliability mode says. */
uint64_t bitserial_failures(const struct bitserial_bank *bank, size_t word);
/* The columns of a word of a subarray's rows that are right in every majority, whatever the mode makes of the others: the result of a profiling
 * pass. All, where failures are not a matter of columns. */
uint64_t bitserial_error_free(const struct bitserial_bank *bank, uint32_t subarray, size_t word);
/* What a named source says of failures, in place of the numbers; none is named: nothing changes. */
void bitserial_apply_source(struct bitserial_parameters *parameters);

/* ---- bitserial_snapshot.c ---- */
enum pim_status bitserial_snapshot(const void *opaque, uint32_t unit, void **state, size_t *bytes, struct pim_error *error);
enum pim_status bitserial_restore(void *opaque, uint32_t unit, const void *state, size_t bytes, struct pim_error *error);

/* ---- bitserial_fault.c ---- */
void bitserial_describe_fault(const struct bitserial_bank *bank, struct pim_fault *description);

#endif
