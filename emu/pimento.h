/* pimento: embedding API and back-end interface.
 *
 * Two halves. The first is what a program that uses the emulator calls: open a device from a target, load an
 * image, write, launch, wait, read, report. The second is what a back-end provides: one `const struct pim_backend`.
 *
 * Ownership: whoever opens closes. Strings in tables are static. Nothing here is shared between devices; calls on different
 * devices may run concurrently, calls on one device may not. Errors: see pim_error.h.
 * Units: times are unsigned picoseconds (`_ps`), counts of a clock are `_cycles`, sizes are `_bytes`.
 */
#ifndef PIMENTO_H
#define PIMENTO_H

#include "pim_error.h"
#include "pim_image.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PIM_ABI_VERSION 1u

/* ------------------------------------------------------------------------------------------- tables --- */

/* A parameter's type decides the C type of its field in the back-end's parameter structure. */
enum pim_type {
    PIM_BOOL,    /* bool */
    PIM_INTEGER, /* uint64_t */
    PIM_REAL,    /* double */
    PIM_CHOICE,  /* uint64_t: index into `choices` */
};

/* One row per setting. Text for minimum, maximum and default so that a table reads as a manual; the default must parse.
 * `source` names the paper, data sheet or measurement, or says "assumption: ...". */
struct pim_parameter {
    const char *key;      /* "dma.alpha_read_cycles": section.name in the target file */
    enum pim_type type;
    const char *unit;     /* "cycles", "MHz", "" */
    const char *minimum;
    const char *maximum;
    const char *standard; /* default */
    const char *choices;  /* PIM_CHOICE: "off|uPIMulator" */
    size_t offset;        /* offsetof(struct, field) */
    const char *help;
    const char *source;
};

/* A level of the machine's hierarchy, outermost first: channel, rank, chip, DPU. The last one is the unit. */
struct pim_level {
    const char *name;
    const char *count_key; /* the parameter that says how many there are in one of the level above */
};

struct pim_space {
    const char *name;           /* "MRAM" */
    const char *size_key;       /* parameter with the size in bytes, or NULL */
    uint64_t bytes;             /* size when size_key is NULL */
    uint32_t granule_bytes;     /* offsets and lengths of host accesses are multiples of this */
    uint64_t link_base;         /* where ELF files place it */
    bool host_while_running;    /* may the host access it while the unit runs */
    const char *address_key;    /* parameter with the bytes that one address of a symbol stands for (a row); NULL: one byte */
    bool vertical;              /* elements can stand upright: bit i of element j in column j of row i, which is bit j % 8 of the row's byte
                                 * j / 8. Needs address_key, and a granule of at most 8 bytes. */
};

struct pim_counter {
    const char *name;           /* "instructions" */
    const char *unit;
    size_t offset;              /* of a uint64_t in the structure that `counters` returns */
    const char *help;
};

/* One term of the energy account: coefficient x counter, or power x residency. Coefficients are real parameters, in
 * attojoule per event or microwatt, rounded to integers once when the device is opened. */
struct pim_energy {
    const char *component;      /* "pipeline" */
    const char *counter;        /* name of the counter, or NULL for power */
    const char *state;          /* "busy", "idle" or "elapsed" residency when counter is NULL */
    const char *coefficient_key;
};

enum { PIM_EVENT_ARGUMENTS = 4 };

/* The lane of events that belong to a queue's host link; `unit` is then the first unit of the queue. */
enum { PIM_LANE_LINK = 0xffff };

struct pim_event_kind {
    const char *name;                            /* "dma" */
    uint32_t colour;                             /* 0xrrggbb */
    const char *arguments[PIM_EVENT_ARGUMENTS];  /* names with units: "bytes", NULL when unused */
    const char *help;
};

/* One derived figure of a report: scale x numerator / denominator. Both name a counter of the back-end or a quantity of the
 * ledger (the table in emu/core/derived.c: "kernel_s", "elapsed_s", "energy_j", "to_unit_bytes", ...). Not printed when the
 * denominator is 0. */
struct pim_derived {
    const char *name;           /* "ipc" */
    const char *unit;           /* "instructions/cycle" */
    const char *numerator;
    const char *denominator;
    double scale;
    const char *help;
};

/* One event: what happened on a unit, from time_ps for duration_ps. */
struct pim_event {
    uint64_t time_ps;
    uint64_t duration_ps;
    uint32_t unit;
    uint16_t kind;              /* index into the back-end's kinds */
    uint16_t lane;              /* tasklet, bank side, ...; drawn as a sub-row */
    uint64_t sequence;          /* order inside the unit */
    uint64_t arguments[PIM_EVENT_ARGUMENTS];
};

/* A growing list of events; the core owns it, back-ends append with pim_event_add (false: out of memory). */
struct pim_event_list {
    size_t count, capacity;
    struct pim_event *events;
    bool failed;                /* an event was lost because there was no memory */
};
bool pim_event_add(struct pim_event_list *list, const struct pim_event *event);

/* Where a back-end keeps the instructions of a program. */
struct pim_code { uint32_t space, instruction_bytes, instructions; };

/* A kind of event that is a row command of a DRAM bank. Its arguments are the subarray and the row of each row that it opens. */
struct pim_row_command {
    uint32_t kind;              /* index into the back-end's kinds */
    uint32_t rows;              /* opened one after the other, 1 or 2; 0 ends the table */
};

/* For a back-end whose unit is a DRAM bank: what command traces for DRAM simulators are made of. Levels of the names "channel" and "rank" are
 * those of the memory, all others count as banks. */
struct pim_dram {
    const char *record_key;     /* choice "off|on": whether row commands are events */
    const char *clock_key;      /* real parameter in MHz: clock of the channel's commands */
    const char *subarrays_key;  /* of a bank */
    const char *rows_key;       /* of a subarray */
    uint32_t special_rows;      /* row addresses of a subarray beyond those, counted behind them */
    const char *row_bytes_key;  /* over all chips of a rank */
    uint32_t burst_bytes;       /* of one access */
    const struct pim_row_command *commands;
};

struct pim_backend;
/* The kinds a trace of this back-end can hold: the back-end's rows, then the core's own (host transfers). NULL past the last. */
const struct pim_event_kind *pim_event_kind_at(const struct pim_backend *backend, size_t kind);

/* --------------------------------------------------------------------------------- back-end interface --- */

enum pim_direction { PIM_TO_UNIT, PIM_FROM_UNIT };

/* One piece of a host transfer. A broadcast repeats the pointer, scatter-gather adds entries. Pieces that one call passes
 * together travel together (the back-end decides what that costs). */
struct pim_transfer {
    uint32_t unit;
    uint32_t space;
    uint64_t offset; /* bytes */
    uint64_t bytes;
    void *data;      /* host memory; only read for PIM_TO_UNIT */
};

enum pim_mode {
    PIM_FUNCTIONAL,     /* results only, time is not advanced exactly */
    PIM_TIMING,         /* results and time */
    PIM_REPRESENTATIVE  /* one unit stands for equal ones; refused where timing depends on data */
};

/* PIM_WAITING: nothing but the host can make the unit go on; when the host has given up, that is a fault. */
enum pim_run { PIM_DONE, PIM_FAULTED, PIM_LIMITED, PIM_WAITING };

/* A unit's own view of its time, valid where run_until returned. */
struct pim_unit_status {
    bool running, faulted;
    uint64_t start_ps;        /* of the last launch */
    uint64_t now_ps;          /* start + elapsed; the end of the launch when it is done */
    uint64_t elapsed_cycles;  /* of the unit's main clock since the launch */
};

/* A guest fault is a value. Texts are complete; "" when not known. */
struct pim_fault {
    uint32_t unit;
    int32_t lane;             /* tasklet; -1 when the whole unit is meant */
    uint64_t pc;              /* instruction index */
    uint64_t address;         /* the offending one, when address_valid */
    bool address_valid;
    char kind[64];            /* "memory fault" */
    char reason[256];         /* "load of 4 bytes at WRAM 0x10004: past the end (65536 bytes)" */
    char function[128];       /* symbol + offset */
    char source[256];         /* file:line */
    char instruction[128];    /* disassembly */
};

struct pim_backend {
    uint32_t abi_version;     /* PIM_ABI_VERSION */
    uint32_t struct_size;     /* sizeof(struct pim_backend) */
    const char *name;         /* "dpu" */
    const char *summary;
    const char *instruction_set;
    const char *default_target;
    const struct pim_level *levels;            /* these tables end with a row whose name or key is NULL */
    const struct pim_space *spaces;
    const struct pim_parameter *parameters;
    size_t parameters_size;                    /* bytes of the parameter structure */
    const char *clock_key;                     /* real parameter with the unit's main clock in MHz */
    const struct pim_counter *counters;
    const struct pim_energy *energies;
    const struct pim_event_kind *events;
    const struct pim_derived *derived;         /* may be NULL; every back-end also gets the core's own */
    const struct pim_dram *dram;               /* NULL: the unit is no DRAM bank, or does not report its row commands */
    const char *queue_level;                   /* units below one of these share a host link and an ordered queue; NULL: the
                                                * outermost level */
    const char *dispatch_key; /* real parameter in us: what the host needs to hand one piece of a transfer to its queue, piece by piece,
                               * queue by queue; NULL: all at once */
    bool representative;                       /* timing never depends on data, so PIM_REPRESENTATIVE is allowed */

    /* Make a machine from checked parameters (copied). The number of units follows from the levels. */
    enum pim_status (*open)(const void *parameters, uint32_t units, void **machine,
                            struct pim_error *error);
    void (*close)(void *machine);

    /* Forget programs and memory; parameters stay. */
    void (*reset)(void *machine);

    /* Make `image` the program of the listed units. The image is shared, not copied: it must live until close, reset or
     * another load. Memory the image does not cover keeps its content. */
    enum pim_status (*load)(void *machine, const uint32_t *units, size_t count,
                            const struct pim_image *image, struct pim_error *error);

    /* Move bytes. All entries are checked before any byte moves. The core has checked units, spaces, granules and ends, and calls once
     * per queue; `queues` says on how many the host's call has pieces. *duration_ps is what the transfer costs on its queue, idle when
     * it starts at start_ps, waiting for what it shares with other queues included. */
    enum pim_status (*transfer)(void *machine, enum pim_direction direction,
                                const struct pim_transfer *transfers, size_t count, uint32_t queues,
                                uint64_t start_ps, uint64_t *duration_ps, struct pim_error *error);

    /* Start the units at start_ps (their own overhead included in *overhead_ps, so that the units begin at start + overhead). */
    enum pim_status (*launch)(void *machine, const uint32_t *units, size_t count, uint64_t start_ps,
                              enum pim_mode mode, uint64_t *overhead_ps, struct pim_error *error);

    /* Run one unit until it is done, faults, waits, or its clock reaches limit_cycles since the launch (UINT64_MAX: none; a limit
     * of N stops with exactly N cycles elapsed). Calls on different units may run concurrently. `events` may be NULL. No event
     * starts before the time at which this call began; an interval that is open at the limit is closed there. After PIM_WAITING
     * the next call goes on waiting, unless the unit was launched anew. */
    enum pim_run (*run_until)(void *machine, uint32_t unit, uint64_t limit_cycles,
                              struct pim_event_list *events);

    void (*status)(const void *machine, uint32_t unit, struct pim_unit_status *status);
    bool (*fault)(const void *machine, uint32_t unit, struct pim_fault *fault);

    /* The unit's counter structure (fields as the counter rows say), accumulated since open or reset. */
    const void *(*counters_of)(const void *machine, uint32_t unit);

    /* What the program printed during the last launch, and diagnostics: newly allocated text (free()), NULL when there is none. */
    char *(*output)(const void *machine, uint32_t unit, struct pim_error *error);
    char *(*diagnostics)(const void *machine, uint32_t unit);

    /* Whole state of one unit at a point where run_until returned. snapshot allocates; restore accepts only what the same machine made. */
    enum pim_status (*snapshot)(const void *machine, uint32_t unit, void **state, size_t *bytes,
                                struct pim_error *error);
    enum pim_status (*restore)(void *machine, uint32_t unit, const void *state, size_t bytes,
                               struct pim_error *error);

    /* Optional. Add to `counts` (one per instruction of `code`) how often the unit has issued each since the last call; false when the
     * machine does not count that. */
    struct pim_code code;
    bool (*take_profile)(void *machine, uint32_t unit, uint64_t *counts);
};

/* ---------------------------------------------------------------------------------- targets and devices --- */

/* All back-ends this process knows: the built-in ones, then those loaded by pim_plugins_load. NULL-ended. */
struct pim_registry;
enum pim_status pim_registry_open(struct pim_registry **registry, struct pim_error *error);
void pim_registry_close(struct pim_registry *registry);
/* Add a back-end that the program brings itself. */
enum pim_status pim_registry_add(struct pim_registry *registry, const struct pim_backend *backend,
                                 struct pim_error *error);
/* Load every plug-in of a colon-separated search path (shared objects that export `pim_plugin`). */
enum pim_status pim_registry_load(struct pim_registry *registry, const char *search_path,
                                  struct pim_error *error);
const struct pim_backend *pim_registry_backend(const struct pim_registry *registry, const char *name);
const struct pim_backend *pim_registry_at(const struct pim_registry *registry, size_t index);

/* What a plug-in exports under the name `pim_plugin`. */
struct pim_plugin {
    uint32_t abi_version;
    uint32_t struct_size;
    const struct pim_backend *backend;
    const char *const *targets; /* directories or files, relative to the plug-in; NULL-ended; may be NULL */
};

/* A target: a named parameter file of a back-end, or a back-end's defaults, with settings on top. */
struct pim_target;
enum pim_status pim_target_open(const struct pim_registry *registry, const char *name,
                                struct pim_target **target, struct pim_error *error);
void pim_target_close(struct pim_target *target);
/* `--set key=value`. */
enum pim_status pim_target_set(struct pim_target *target, const char *key, const char *value,
                               struct pim_error *error);
const struct pim_backend *pim_target_backend(const struct pim_target *target);
const char *pim_target_name(const struct pim_target *target);
/* The checked parameter structure, and a value printed as the target file would have it. */
const void *pim_target_parameters(const struct pim_target *target);
size_t pim_target_value(const struct pim_target *target, const struct pim_parameter *parameter,
                        char *text, size_t size);
/* Where the value came from: "default", "file:line", "--set". */
const char *pim_target_origin(const struct pim_target *target, const struct pim_parameter *parameter);
/* The source note of a value: the target file's own note (`; source: ...`) or else the table's. */
const char *pim_target_source(const struct pim_target *target, const struct pim_parameter *parameter);
/* Call `each` for every target file found (PIMENTO_TARGETS, then the installed folder). */
enum pim_status pim_target_list(const struct pim_registry *registry,
                                void (*each)(void *context, const char *name, const char *path,
                                             const char *summary),
                                void *context, struct pim_error *error);

struct pim_device;

struct pim_device_options {
    uint32_t units;    /* 0: as many as the target has */
    uint32_t threads;  /* host threads; 0: all cores */
    enum pim_mode mode;
    uint64_t max_cycles; /* bound of every launch in unit cycles; 0: none */
    bool asynchronous;   /* calls issue work without waiting for it: queues overlap until pim_device_synchronise */
    /* Called about ten times a second on the calling thread during a launch; cycles are summed over units. May be NULL. */
    void (*progress)(void *context, uint32_t done_units, uint32_t units, uint64_t cycles);
    void *progress_context;
};

/* The target must stay open as long as the device. `options` may be NULL: all units, all cores, functional mode. */
enum pim_status pim_device_open(const struct pim_target *target, const struct pim_device_options *options,
                                struct pim_device **device, struct pim_error *error);
void pim_device_close(struct pim_device *device);
/* Forget programs and memory and start the account again; time goes on. */
enum pim_status pim_device_reset(struct pim_device *device, struct pim_error *error);
uint32_t pim_device_units(const struct pim_device *device);
const struct pim_backend *pim_device_backend(const struct pim_device *device);
const struct pim_target *pim_device_target(const struct pim_device *device);
void *pim_device_machine(struct pim_device *device); /* for the back-end's own extra interface */

/* first..first+count-1; count 0 means all from first. */
struct pim_units { uint32_t first, count; };

enum pim_status pim_device_load(struct pim_device *device, struct pim_units units,
                                const struct pim_image *image, struct pim_error *error);

/* Host transfers; they advance the queues of the ranks they touch. `symbol` lookups are the caller's. */
enum pim_status pim_device_transfer(struct pim_device *device, enum pim_direction direction,
                                    const struct pim_transfer *transfers, size_t count,
                                    struct pim_error *error);

/* Elements of one unit that stand upright in a space of rows: bit i of all of them in row `row` + i, element j in column j. In the host's memory
 * they lie one behind the other, little-endian, pim_element_bytes(width) each. */
struct pim_elements {
    uint32_t unit, space;
    uint32_t width;  /* bits, 1 to 64 */
    uint64_t row;
    uint64_t count;  /* at most pim_device_columns */
    void *data;      /* only read for PIM_TO_UNIT */
};
/* 1, 2, 4 or 8: what holds so many bits. */
uint32_t pim_element_bytes(uint32_t width);
/* Elements that stand side by side in a unit; 0: none can stand in that space. */
uint64_t pim_device_columns(const struct pim_device *device, uint32_t space);
/* As pim_device_transfer, of the rows' parts that have elements: to the units, bits from `width` up are dropped and the columns up to the next
 * multiple of 64 become 0; from the units, bits from `width` up become 0. */
enum pim_status pim_device_transfer_elements(struct pim_device *device, enum pim_direction direction, const struct pim_elements *elements,
                                             size_t count, struct pim_error *error);

/* Launch and wait: the units run on the host threads. A guest fault or limit is the status; the other units have still run. */
enum pim_status pim_device_run(struct pim_device *device, struct pim_units units,
                               struct pim_error *error);
/* The same for any units, listed in ascending order without repeats. */
enum pim_status pim_device_run_units(struct pim_device *device, const uint32_t *units, size_t count,
                                     struct pim_error *error);

/* Launch without waiting: the units, ascending, are started and run when somebody waits for them, or reaches for their memory, which a
 * back-end allows for some spaces; a transfer then finds them at its own time. None of them may be running. */
enum pim_status pim_device_start(struct pim_device *device, const uint32_t *units, size_t count,
                                 struct pim_error *error);
/* Was started, and had not ended when it was last looked at. */
bool pim_device_running(const struct pim_device *device, uint32_t unit);
/* Every started launch that has one of these units runs up to that time; UINT64_MAX: to its end. Launches that end are accounted for;
 * a guest fault or limit of theirs is the status, and pim_device_fault lists their faults. */
enum pim_status pim_device_advance(struct pim_device *device, struct pim_units units, uint64_t until_ps,
                                   struct pim_error *error);

/* The host waits until every launch has ended and every queue is idle; the status is that of the launches. */
enum pim_status pim_device_synchronise(struct pim_device *device, struct pim_error *error);

/* For an asynchronous device. The host waits until what was started on these units has ended and their queues are idle; its clock; the
 * time at which the queues of these units are idle but for what runs; the host does something else until then (no effect when its
 * clock is past that). */
enum pim_status pim_device_wait(struct pim_device *device, struct pim_units units, struct pim_error *error);
uint64_t pim_device_host_ps(const struct pim_device *device);
uint64_t pim_device_idle_ps(const struct pim_device *device, struct pim_units units);
enum pim_status pim_device_pass_time(struct pim_device *device, uint64_t until_ps, struct pim_error *error);

/* Time of the machine: the maximum over its queues. */
uint64_t pim_device_now_ps(const struct pim_device *device);

/* The faults of the launches that ended in the last call, in order of units; false past the last. */
bool pim_device_fault(const struct pim_device *device, size_t index, struct pim_fault *fault);

/* -------------------------------------------------------------------------------------------- ledger --- */

/* The account of a device since open (or pim_ledger_reset): exclusive partition of the elapsed time by the precedence
 * kernel > transfer > launch > idle, counters summed over units, energy in attojoules. */
typedef unsigned __int128 pim_u128;

struct pim_ledger {
    uint64_t elapsed_ps;
    uint64_t kernel_ps, transfer_ps, launch_ps, idle_ps;   /* add up to elapsed_ps */
    uint64_t to_unit_ps, from_unit_ps;                     /* busy time of the links, may overlap */
    uint64_t to_unit_bytes, from_unit_bytes;
    uint64_t launches;
    uint64_t kernel_cycles;                                /* longest unit of each launch, summed */
    pim_u128 busy_unit_ps;                                 /* sum over units of their running time */
    uint32_t units;
    const uint64_t *counters;                              /* one per counter row, summed over units */
    size_t counter_count;
    const pim_u128 *energies;                              /* attojoules, one per energy row */
    size_t energy_count;
    pim_u128 total_energy;
};
/* Launches count when they have ended. Valid until the next call on the device; NULL: out of memory. */
const struct pim_ledger *pim_device_ledger(struct pim_device *device);
/* Start the account again. Waits for every queue first. */
enum pim_status pim_ledger_reset(struct pim_device *device, struct pim_error *error);

/* -------------------------------------------------------------------------------------------- report --- */

/* One report in three notations, made by one walker: the target's resolved parameters with origin and source, time by phase,
 * counters, derived figures, energy, and what is an assumption. Byte-identical for any number of host threads.
 *   text  for people: parameters that nobody set are left out, times and energies are scaled
 *   JSON  {"schema": "pimento.report", "schema_version": 1, section: {key: {"value", "unit", ...}}}; integers above 2^53 are
 *         strings of decimal digits
 *   CSV   section,key,value,unit,origin,source
 */
#define PIM_REPORT_SCHEMA_VERSION 1u

enum pim_report_format { PIM_REPORT_TEXT, PIM_REPORT_JSON, PIM_REPORT_CSV };

struct pim_profile_row {
    const char *function;
    uint64_t instructions;
};

struct pim_report_options {
    enum pim_report_format format;
    const char *program;                    /* what was run, or NULL */
    const struct pim_profile_row *profile;  /* NULL: no profile */
    size_t profile_count;
    uint64_t host_ns;                       /* wall time of the emulation; 0: not reported, as byte identity wants */
};

/* What these units have issued since the last call, by function of the program that they run; most first. Nothing when the machine does not
 * count it. Names live as long as the image; free(*rows), also after a failure. */
enum pim_status pim_device_profile(struct pim_device *device, const uint32_t *units, size_t count, const struct pim_image *image,
                                   struct pim_profile_row **rows, size_t *row_count, struct pim_error *error);

/* The report as newly allocated, NUL-ended text (free()). */
enum pim_status pim_report(struct pim_device *device, const struct pim_report_options *options, char **text,
                           size_t *bytes, struct pim_error *error);

/* --------------------------------------------------------------------------------------------- trace --- */

/* Where events go. All functions may fail; `close` finishes the file (written to a temporary name and renamed). */
struct pim_sink {
    enum pim_status (*begin)(struct pim_sink *sink, const struct pim_target *target, uint32_t units,
                             struct pim_error *error);
    enum pim_status (*events)(struct pim_sink *sink, const struct pim_event *events, size_t count,
                              struct pim_error *error);
    enum pim_status (*end)(struct pim_sink *sink, struct pim_error *error);
    void (*destroy)(struct pim_sink *sink);
};
/* The device owns the sink from here on, also when this fails. */
enum pim_status pim_device_attach(struct pim_device *device, struct pim_sink *sink,
                                  struct pim_error *error);
/* End all sinks (also done by pim_device_close, which cannot report). */
enum pim_status pim_device_finish(struct pim_device *device, struct pim_error *error);

/* A sink that writes the columnar trace file of doc/trace-format.md. */
enum pim_status pim_trace_file(const char *path, struct pim_sink **sink, struct pim_error *error);

const char *pim_version(void);

#ifdef __cplusplus
}
#endif
#endif
