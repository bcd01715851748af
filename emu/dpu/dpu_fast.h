/* Private to the fast engine: dpu_fast.c (windows and schedule), dpu_threaded.c (run-ahead interpreter), dpu_speculation.c (access
 * tags and undo log).
 */
#ifndef DPU_FAST_H
#define DPU_FAST_H

#include "dpu_machine.h"

#pragma GCC visibility push(hidden)

enum {
    LINE_SHIFT = 6, LINE_BYTES = 1 << LINE_SHIFT, LINES = DPU_WRAM_BYTES >> LINE_SHIFT,
    MAY_READ = 1, MAY_WRITE = 2,                 /* permission bits of one tasklet on one line */
    LINE_FREE = 0, LINE_SHARED = 255,            /* other owners: tasklet + 1 */
    MRAM_UNDO_BYTES = 1 << 20,
    NOBODY = 31                                  /* tasklet number of a tag that stands for several readers */
};

/* One instruction, threaded: the address of its handler and its operands, unpacked. */
struct fast_op {
    const void *handler;
    const struct fast_op *target; /* of a taken branch */
    uint32_t immediate;           /* second operand or address offset */
    uint16_t run;                 /* instructions to the next branch, this one and that one included; 0: not for run-ahead */
    uint16_t index;               /* instruction index */
    uint8_t rc, ra, rb, shift;
    int32_t stored;               /* immediate that a store writes */
};

struct fast_code {
    uint32_t extent;                             /* all loaded instructions are below */
    uint8_t mix[DPU_IRAM_INSTRUCTIONS];          /* enum dpu_mix */
    struct fast_op ops[DPU_IRAM_INSTRUCTIONS + 1]; /* the last one wraps to the first */
};

/* What stands in the way of a tasklet when its run-ahead instructions have issued. */
enum ahead { AHEAD_BUDGET, AHEAD_EVENT, AHEAD_TRAP, AHEAD_CONFLICT };

struct mram_undo { uint32_t offset, bytes, at; };

/* Everything one host thread needs to run one DPU ahead. Kept in a pool of the machine, a few hundred KiB each. */
struct dpu_scratch {
    struct dpu_scratch *next;
    struct dpu *dpu;
    struct fast_code *code;
    struct pim_event_list *events;
    bool exact;                        /* one instruction at a time: nothing is speculative */

    /* schedule: running tasklets by (ready, number) */
    uint64_t now;                      /* cycles below are accounted */
    uint64_t ready[DPU_TASKLETS];
    uint32_t credit[DPU_TASKLETS];     /* instructions executed that have not issued yet */
    enum ahead pending[DPU_TASKLETS];
    uint8_t order[DPU_TASKLETS];
    uint32_t count;                    /* running tasklets */
    uint32_t outstanding;              /* tasklets with credit */
    uint32_t spinning;                 /* bit i: tasklet i repeats an instruction that changes nothing until a bit changes */
    uint16_t spins_for[DPU_TASKLETS];  /* that bit: atomic ones first, then run bits */
    uint32_t leap_pause;               /* issues until a leap is worth a look */

    /* speculation: who may touch which line of WRAM without asking */
    uint8_t permissions[DPU_TASKLETS][LINES];
    uint8_t owner[LINES];
    uint32_t sharers[LINES];
    bool saved[LINES];
    uint32_t saved_count;
    uint16_t saved_line[LINES];
    uint8_t saved_bytes[LINES][LINE_BYTES];
    uint32_t writer[DPU_WRAM_BYTES], reader[DPU_WRAM_BYTES]; /* tags of bytes in contested lines */
    uint32_t segment[DPU_TASKLETS];    /* tag of the tasklet's present run */
    uint32_t serial;
    uint32_t mram_count, mram_capacity, mram_used;
    struct mram_undo *mram;
    uint8_t *mram_bytes;               /* MRAM_UNDO_BYTES */

    /* state at the opening of the window */
    struct dpu opened;
    struct dpu_tasklet opened_tasklets[DPU_TASKLETS];
    size_t opened_events;

    /* issue counts: block entries (each counts `run` instructions) and single instructions */
    int32_t entries[DPU_IRAM_INSTRUCTIONS + 1];
    uint32_t singles[DPU_IRAM_INSTRUCTIONS];
    int64_t run_entries[DPU_IRAM_INSTRUCTIONS + 1];
    uint64_t run_singles[DPU_IRAM_INSTRUCTIONS];
};

/* ---- dpu_threaded.c ---- */

/* Threaded code for a DPU's instructions; made once for a shared code. NULL: out of memory. */
struct fast_code *dpu_threaded_code(struct dpu *dpu);

/* Execute up to `budget` instructions of a tasklet, none of them global. Fills how many and what came next. */
enum ahead dpu_run_ahead(struct dpu_scratch *s, uint32_t tasklet, uint32_t budget, uint32_t *executed);

/* ---- dpu_speculation.c ---- */

/* Are the tags of these bytes all the run's own? Then it has been here before, and nothing new is at stake. For contested lines. */
static inline bool dpu_own_bytes(const struct dpu_scratch *s, uint32_t tasklet, uint32_t address, uint32_t bytes,
                                 bool write)
{
    const uint32_t *tags = (write ? s->writer : s->reader) + address;
    uint32_t foreign = 0;
    for (uint32_t i = 0; i < bytes; i++)
        foreign |= tags[i] ^ s->segment[tasklet];
    return !foreign;
}

/* The tasklet is about to touch bytes of WRAM and has no permission on the line (or asks for a DMA range): decide, remember, save the
 * old bytes. False: the order of execution differs from the order of issue, so the window has to be rolled back. */
bool dpu_claim(struct dpu_scratch *s, uint32_t tasklet, uint32_t address, uint32_t bytes, bool write);

/* Keep the MRAM bytes a write is about to replace. False: no room left, close the window first. */
bool dpu_save_mram(struct dpu_scratch *s, uint32_t offset, uint32_t bytes);

/* Start of a window, and its end: forget (commit) or undo (roll back) what memory the window changed. */
void dpu_speculation_begin(struct dpu_scratch *s);
void dpu_speculation_undo(struct dpu_scratch *s);

/* The tasklet's next run gets a tag of its own. */
void dpu_new_segment(struct dpu_scratch *s, uint32_t tasklet);

#pragma GCC visibility pop

#endif
