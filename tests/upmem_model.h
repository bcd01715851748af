/* A model of the DPUs behind the UPMEM library, for random calls: what the next call has to answer, and what memory holds afterwards. */
#ifndef UPMEM_MODEL_H
#define UPMEM_MODEL_H

#include "upmem_fixture.h"

enum { SLOTS = 5, STALE = 12, SHADOW = 64, BUFFER = 65536 + 2 * SHADOW, SHADOWS = 3, THREADS = 3 };

extern uint8_t model_pool[BUFFER]; /* what goes to DPUs: at random, then constant */
extern uint8_t model_sink[BUFFER]; /* what comes from them and is not looked at */

struct shadow { uint8_t value[SHADOW]; bool known[SHADOW]; };
struct model { bool enabled, loaded, scatter; uint32_t runs; const uint8_t *prepared; struct shadow shadows[SHADOWS]; };

struct world {
    uint64_t state;
    bool exact;            /* nobody else uses the machine: answers are compared */
    int release;           /* year */
    uint32_t step;
    struct dpu_set_t live[SLOTS], stale[STALE];
    bool is_live[SLOTS];
    struct dpu_program_t *program;
    struct model dpus[MACHINE_DPUS];
    uint32_t answers[64];  /* how often each was expected */
};

/* The handle of a step: its set, what the library says of it, and the DPUs it names. */
struct handle { struct dpu_set_t set; dpu_error_t error; uint32_t count, dpus[MACHINE_DPUS]; };

/* A random number below `end`. */
uint32_t model_below(struct world *world, uint32_t end);
/* The call has returned what it had to. */
void model_answered(struct world *world, const char *call, dpu_error_t got, dpu_error_t expected);

struct dpu_set_t model_part(struct world *world, struct dpu_set_t set);
void model_describe(const struct world *world, struct handle *handle);
struct handle model_choose(struct world *world);

/* What functions say of the set: when it was freed its DPUs may belong to an allocation that has disabled them; and of its programs. */
dpu_error_t model_set_error(const struct world *world, const struct handle *handle);
dpu_error_t model_program_error(const struct world *world, const struct handle *handle);

/* One random call each, with what belongs to it (upmem_model_transfers.c). */
void model_symbol(struct world *world);
void model_count_runs(struct world *world);
void model_copy_to(struct world *world);
void model_copy_from(struct world *world);
void model_prepare(struct world *world);
void model_push(struct world *world);
void model_pull(struct world *world);
void model_scatter(struct world *world);

#endif
