/* Inside the drop-in UPMEM host library. Private to emu/upmem.
 *
 * The vendor's interface has no handle, so this room holds the one mutable global of the project: the process context `upmem`, behind one
 * lock. Every function of the interface is a frame around one that assumes the lock:
 *
 *     dpu_error_t dpu_x(...) { upmem_enter(); return upmem_leave(x(...)); }
 *
 * Inside, errors have the numbers of dpu_error.h (SDK 2025.1); upmem_leave gives the program those of the SDK it was built for.
 *
 * Files: upmem_context.c (lock, environment), upmem_sdk.c (versions, errors), upmem_profile.c (profile strings),
 * upmem_machine.c (devices, ranks), upmem_set.c (sets and iterators), upmem_management.c, upmem_alloc.c, upmem_program.c, upmem_queue.c
 * (asynchronous jobs), upmem_callback.c, upmem_launch.c, upmem_transfer.c, upmem_scatter.c, upmem_log.c, upmem_account.c (what
 * `pimento host` reports), upmem_trace.c.
 */
#ifndef UPMEM_CONTEXT_H
#define UPMEM_CONTEXT_H

#include <pthread.h>

#include "dpu.h"
#include "host_session.h"
#include "pimento.h"
#include "upmem_profile.h"
#include "upmem_sdk.h"

enum { UPMEM_RANK_DPUS = 64, UPMEM_CI_DPUS = 8, UPMEM_RANKS = 1 << 16 /* that a set may name */ };

struct dpu_program_t {
    char *path;               /* resolved */
    uint8_t *bytes;           /* of the file */
    size_t size;
    struct pim_image *image;
    size_t users;             /* DPUs whose machine holds the image */
    struct dpu_program_t *next;
};

struct dpu_t {
    struct dpu_rank_t *rank;
    uint32_t unit;            /* of the device */
    uint8_t slot;             /* in the rank: control interface x 8 + member */
    bool works;               /* false: the machine or the profile says it is broken */
    bool enabled;             /* works, and the allocation wanted it */
    bool faulted;             /* by its last launch */
    struct dpu_program_t *program;  /* loaded since the allocation */
    struct dpu_program_t *resident; /* what the machine holds */
    void *buffers[2];         /* dpu_prepare_xfer: by the program, and by a callback that blocks the rank */
};

struct upmem_job;

struct dpu_rank_t {
    struct upmem_machine *machine;
    uint32_t index;           /* in the machine */
    bool allocated;
    uint32_t dpu_count;       /* slots */
    struct dpu_t dpus[UPMEM_RANK_DPUS];
    struct upmem_profile profile; /* of the allocation */

    uint64_t launched;        /* slots that an asynchronous launch started and nobody has waited for; see upmem_queue.c */
    /* Jobs wait here only behind a callback. */
    struct upmem_job *first, *last;
    bool has_worker;          /* a thread that works the queue off */
    bool in_callback;         /* of this thread: */
    pthread_t callback_thread;
    dpu_error_t job_error;    /* of a failed job, until a synchronous call reports it */
};

struct upmem_machine {
    char *key;                /* the settings it was opened with */
    struct pim_target *target;
    struct pim_device *device;
    uint32_t rank_count, dpus_per_rank, dpus_per_ci;
    struct dpu_rank_t *ranks;
    struct upmem_machine *next;
};

/* The control interface of a DPU, its number there, and both with the rank. */
static inline uint32_t upmem_slice(const struct dpu_t *dpu)
{
    return dpu->slot / dpu->rank->machine->dpus_per_ci;
}

static inline uint32_t upmem_member(const struct dpu_t *dpu)
{
    return dpu->slot % dpu->rank->machine->dpus_per_ci;
}

static inline dpu_id_t upmem_id(const struct dpu_t *dpu)
{
    return dpu->rank->index << 16 | upmem_slice(dpu) << 8 | upmem_member(dpu);
}

/* One dpu_alloc: the array that its set points to. */
struct upmem_allocation {
    struct upmem_machine *machine;
    struct dpu_rank_t **ranks;
    uint32_t rank_count;
    struct upmem_allocation *next;
};

struct upmem_context {
    pthread_mutex_t lock;
    pthread_cond_t changed;   /* some queue, callback or group has moved on */
    bool opened;
    bool forked;              /* opened by the parent of this process */
    enum upmem_sdk sdk;
    struct pim_registry *registry;
    struct upmem_machine *machines;
    struct upmem_allocation *allocations;
    struct dpu_program_t *programs;
};

extern struct upmem_context upmem;

void upmem_enter(void);
dpu_error_t upmem_leave(dpu_error_t error);

/* One line on stderr, "pimento: " in front. */
void upmem_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- sets (upmem_set.c) ---- */

/* A checked set: its ranks, and its only DPU when it is a set of one. All ranks are allocated and of one machine. */
struct upmem_selection { /* not to be copied: points into itself */
    struct upmem_machine *machine;
    uint32_t rank_count;
    struct dpu_rank_t **ranks;
    struct dpu_rank_t *one_rank;  /* what `ranks` points to when it is one */
    struct dpu_rank_t **copy;     /* what it points to otherwise; freed by upmem_release */
    struct dpu_t *dpu;            /* NULL for ranks */
};
dpu_error_t upmem_select(const struct dpu_set_t *set, struct upmem_selection *selection);
void upmem_release(struct upmem_selection *selection);

/* Pointers of the program: one of an allocated rank, and of a DPU of one (NULL: it is none). */
bool upmem_is_rank(const struct dpu_rank_t *rank);
struct dpu_t *upmem_find_dpu(const struct dpu_t *dpu);

/* The enabled DPUs in order: `dpu` starts as NULL; NULL past the last. A set of one DPU yields it even when disabled. */
struct upmem_cursor { uint32_t rank, slot; };
struct dpu_t *upmem_next_dpu(const struct upmem_selection *selection, struct upmem_cursor *cursor);
uint32_t upmem_count_dpus(const struct upmem_selection *selection);

/* ---- machines (upmem_machine.c) ---- */
dpu_error_t upmem_machine_for(const struct upmem_profile *profile, struct upmem_machine **machine);
/* An integer parameter of the target; 0 when there is none of that name. */
uint64_t upmem_parameter(const struct upmem_machine *machine, const char *key);
struct pim_units upmem_rank_units(const struct dpu_rank_t *rank);
/* The error of the interface that a failure of the library amounts to. */
dpu_error_t upmem_from_status(enum pim_status status, const struct pim_error *error);

/* ---- programs (upmem_program.c) ---- */
void upmem_programs_forget(struct dpu_program_t *program);
/* The one program of all DPUs of the selection. */
dpu_error_t upmem_program_of(const struct upmem_selection *selection, struct dpu_program_t **program);
/* A host-visible symbol of it. */
dpu_error_t upmem_find_symbol(const struct dpu_program_t *program, const char *name, struct dpu_symbol_t *symbol);

#endif
