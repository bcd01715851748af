/* Inside of a device, shared by device.c (life, loads, waiting), device_transfer.c, device_launch.c (launches), device_run.c (how their
 * units run), device_sinks.c (events) and ledger.c. */
#ifndef DEVICE_H
#define DEVICE_H

#include "clock.h"
#include "pimento.h"
#include "queue.h"
#include "timeline.h"
#include "workers.h"

/* What the ledger is computed from; everything counts since open or pim_ledger_reset. */
struct pim_account {
    uint64_t base_ps;            /* time when the account began */
    uint64_t link_ps[2], link_bytes[2]; /* by enum pim_direction */
    uint64_t launches, kernel_cycles;
    pim_u128 busy_unit_ps;
    uint64_t *base_counters;     /* sums over units when the account began */
    uint64_t *sums, *summed;     /* over units; what of each unit is in them (unit by unit) */
    uint32_t *touched, touched_count; /* units whose counters may have changed since */
    bool *is_touched;
    uint64_t *counters;          /* storage of the ledger's arrays */
    uint64_t *coefficients;      /* one per energy row: attojoule or microwatt */
    pim_u128 *energies;
    size_t counter_count, energy_count;
    struct pim_ledger ledger;
};

/* A unit that ended its last launch other than done. */
struct pim_ending {
    uint32_t unit;
    enum pim_run run;
};

/* A launch that was started and is not accounted for yet. */
struct pim_launch {
    uint32_t count;
    uint32_t *units;             /* ascending */
    enum pim_run *runs;          /* by position in `units`; PIM_LIMITED: runs */
    uint64_t start_ps, begin_ps; /* when the host's order took effect, when the units began */
    uint64_t slice_end_cycles, slice_cycles; /* with sinks: how far all units have run, and the next step */
    struct pim_launch *next;
};

struct pim_device {
    const struct pim_target *target;
    const struct pim_backend *backend;
    void *machine;
    uint32_t units;
    struct pim_clock clock;      /* of the units */
    uint64_t dispatch_ps;        /* to hand over one piece of a transfer */
    struct pim_device_options options;
    struct pim_queues queues;
    struct pim_timeline timeline;
    struct pim_account account;
    struct pim_workers *workers;
    struct pim_launch *launches; /* in the order of their start */
    size_t ending_count;
    struct pim_ending *endings;  /* room for every unit */
    size_t sink_count;
    struct pim_sink **sinks;
    uint64_t link_sequence;      /* of the core's own events */
    uint16_t first_core_kind;    /* the back-end's kinds come before */
};

/* The core's own event kinds, in this order after the back-end's: one per enum pim_direction. */
extern const struct pim_event_kind pim_core_event_kinds[];

/* ledger.c */
enum pim_status pim_account_open(struct pim_device *device, struct pim_error *error);
void pim_account_close(struct pim_account *account);
/* Something has happened to this unit that its counters tell. */
void pim_account_touch(struct pim_device *device, uint32_t unit);

/* device.c: work that ends at end_ps was issued. A blocking device's host waits for it. */
enum pim_status pim_device_end_call(struct pim_device *device, uint64_t end_ps, struct pim_error *error);
enum pim_status pim_device_check_units(const struct pim_device *device, struct pim_units *units,
                                       struct pim_error *error);

/* units.first and those that follow, newly allocated; NULL: no memory. */
uint32_t *pim_device_list_units(struct pim_units units);

/* NULL: the back-end has no such space. */
const struct pim_space *pim_space_at(const struct pim_backend *backend, uint32_t index);

/* device_transfer.c: whether pim_device_transfer would take this piece. */
enum pim_status pim_device_check_transfer(const struct pim_device *device, const struct pim_transfer *piece,
                                          struct pim_error *error);

/* device_run.c: run the units of the launch that have not ended to that many cycles since they began. While the host attends, a unit that
 * waits for it goes on waiting; otherwise it has ended. */
enum pim_status pim_launch_execute(struct pim_device *device, struct pim_launch *launch, uint64_t limit_cycles,
                                   bool attended, struct pim_error *error);
/* device_launch.c: forget all launches. */
void pim_launches_drop(struct pim_device *device);

/* device_sinks.c */
enum pim_status pim_device_emit(struct pim_device *device, const struct pim_event *events, size_t count,
                                struct pim_error *error);
void pim_sinks_destroy(struct pim_device *device);

#endif
