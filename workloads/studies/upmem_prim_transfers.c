/* The transfer rows of study upmem-prim. A row lists the calls that stand between the start and the stop of one timer of the logged host
 * program, as its source and the sizes that it prints say. What the bytes are does not matter; that the host passes the same piece of
 * memory for all DPUs does. Successive calls go to the same place in MRAM, to save memory: where they go has no influence on time.
 */
#include "upmem_prim.h"

#include <stdlib.h>

#include "dpu_isa.h"

static const double PS_PER_MS = 1e9;

enum how {
    EACH,   /* a call serves all DPUs, each from its own piece of host memory */
    SAME,   /* a call serves all DPUs from one piece */
    SERIAL, /* a call a DPU */
};

/* `calls` calls (SERIAL: for each DPU) for every count of DPUs from `dpus` to `last_dpus`. */
struct step {
    enum how how;
    enum pim_direction direction;
    enum dpu_space space;
    uint32_t dpus, last_dpus;
    uint64_t bytes; /* for each DPU */
    uint32_t calls;
};

#define STEP(how, direction, space, dpus, bytes, calls) {how, PIM_##direction##_UNIT, DPU_SPACE_##space, dpus, dpus, bytes, calls}
#define PUSH(dpus, bytes) STEP(EACH, TO, MRAM, dpus, bytes, 1)
#define PUSH_SAME(dpus, bytes) STEP(SAME, TO, MRAM, dpus, bytes, 1)
#define PUSHES(dpus, bytes, calls) STEP(EACH, TO, MRAM, dpus, bytes, calls)
#define ARGUMENTS(dpus, bytes) STEP(EACH, TO, WRAM, dpus, bytes, 1)
#define ARGUMENTS_SAME(dpus, bytes) STEP(SAME, TO, WRAM, dpus, bytes, 1)
#define PULL(dpus, bytes) STEP(EACH, FROM, MRAM, dpus, bytes, 1)
#define PULLS(dpus, bytes, calls) STEP(EACH, FROM, MRAM, dpus, bytes, calls)
#define RESULTS(dpus, bytes) STEP(EACH, FROM, WRAM, dpus, bytes, 1)
#define COPY_TO(dpus, bytes) STEP(SERIAL, TO, MRAM, dpus, bytes, 1)
#define COPIES_TO(dpus, bytes, calls) STEP(SERIAL, TO, MRAM, dpus, bytes, calls)
#define COPY_ARGUMENTS(dpus, bytes) STEP(SERIAL, TO, WRAM, dpus, bytes, 1)
#define COPY_FROM(dpus, bytes) STEP(SERIAL, FROM, MRAM, dpus, bytes, 1)
#define COPIES_FROM(dpus, bytes, calls) STEP(SERIAL, FROM, MRAM, dpus, bytes, calls)
/* The diagonals of NW: 1 to 60 DPUs. */
#define DIAGONALS(direction, bytes, calls) {EACH, PIM_##direction##_UNIT, DPU_SPACE_MRAM, 1, 60, bytes, calls}

enum unit { MILLISECONDS, GIGABYTES_PER_SECOND };
static const char *const unit_names[] = {"ms", "GB/s"};

/* The ranks of the logs' machine have 60 working DPUs: whoever asks for 64 gets a second rank. */
enum { DPUS_OF_RANK = 64, WORKING_DPUS = 60 };
static uint32_t unit_of(uint32_t dpu, uint32_t working)
{
    return dpu / working * DPUS_OF_RANK + dpu % working;
}

enum { STEPS = 6 };
struct transfer_row {
    const char *group, *conditions, *source, *target;
    double published;
    enum unit unit;
    enum pim_study_basis basis;
    uint32_t working; /* DPUs of a rank */
    struct step steps[STEPS]; /* ended by calls == 0 */
};

#define PARALLEL "Transfers: parallel, megabytes"
#define SMALL "Transfers: parallel, one or two small calls"
#define CALLS "Transfers: parallel, thousands of small calls"
#define SERIALS "Transfers: one DPU a call"
#define BANDWIDTH "Transfers: bandwidth of PrIM"
#define GEMV_GROUP "Transfers: GEMV, 4,096 x 256 uint32, matrix split, vector to each DPU"

/* MODEL: the source of a parameter in the target file, or of its default. */
#define LOG(group, basis_of_row, text, figure, ...)                                                                           \
    {group, text, PRIM_INSIGHT_LOG, PRIM_LOG_TARGET, figure, MILLISECONDS, PIM_STUDY_##basis_of_row, WORKING_DPUS, {__VA_ARGS__}}
#define PRIM(text, figure, ...)                                                                                               \
    {BANDWIDTH, text, "PrIM, arXiv 2105.03814 (secondary source)", NULL, figure, GIGABYTES_PER_SECOND, PIM_STUDY_MODEL,       \
     DPUS_OF_RANK, {__VA_ARGS__}}
#define GEMV(dpus, text, figure, basis_of_row)                                                                                \
    {GEMV_GROUP, text, PRIM_GEMV_LOG, NULL, figure, MILLISECONDS, PIM_STUDY_##basis_of_row, DPUS_OF_RANK,                     \
     {ARGUMENTS(dpus, 16), PUSH(dpus, 4096 / (dpus) * 1024), PUSH_SAME(dpus, 1024)}}

static const struct transfer_row rows[] = {
    PRIM("host to DPU, 1 DPU, 4 MiB", 0.33, PUSH(1, 4 << 20)),
    PRIM("DPU to host, 1 DPU, 4 MiB", 0.12, PULL(1, 4 << 20)),
    PRIM("host to DPU, 64 DPUs, 4 MiB each", 6.68, PUSH(64, 4 << 20)),
    PRIM("DPU to host, 64 DPUs, 4 MiB each", 4.74, PULL(64, 4 << 20)),
    PRIM("broadcast, 64 DPUs, 4 MiB", 16.88, PUSH_SAME(64, 4 << 20)),

    LOG(PARALLEL, TEST, "VA: to 60 DPUs, 2 x 174,784 B", 5.070, ARGUMENTS(60, 12), PUSH(60, 174784), PUSH(60, 174784)),
    LOG(PARALLEL, MODEL, "RED: to 60 DPUs, 873,816 B", 13.746, ARGUMENTS(60, 8), PUSH(60, 873816)),
    LOG(PARALLEL, TEST, "SCAN-SSA: to 60 DPUs, 524,288 B", 9.268, ARGUMENTS_SAME(60, 16), PUSH(60, 524288)),
    LOG(PARALLEL, TEST, "SCAN-RSS: to 60 DPUs, 524,288 B", 9.326, ARGUMENTS_SAME(60, 16), PUSH(60, 524288)),
    LOG(PARALLEL, TEST, "SEL: to 60 DPUs, 524,288 B", 9.040, ARGUMENTS_SAME(60, 8), PUSH(60, 524288)),
    LOG(PARALLEL, TEST, "UNI: to 60 DPUs, 524,288 B", 8.922, ARGUMENTS_SAME(60, 8), PUSH(60, 524288)),
    LOG(PARALLEL, MODEL, "HST-S: to 60 DPUs, 104,864 B", 1.590, ARGUMENTS(60, 16), PUSH(60, 104864)),
    LOG(PARALLEL, TEST, "HST-L: to 60 DPUs, 104,864 B", 1.736, ARGUMENTS(60, 16), PUSH(60, 104864)),
    LOG(PARALLEL, TEST, "GEMV: to 60 DPUs, 565,248 + 4,096 B", 7.577333, ARGUMENTS(60, 16), PUSH(60, 565248), PUSH_SAME(60, 4096)),
    LOG(PARALLEL, TEST, "MLP: to 60 DPUs, 565,248 + 4,096 B", 9.716667, ARGUMENTS(60, 16), PUSH(60, 565248), PUSH_SAME(60, 4096)),
    LOG(PARALLEL, TEST, "MLP: between layers, 2 x (552 B back, both to)", 16.798, PULL(60, 552), PUSH_SAME(60, 4096), PUSH(60, 565248),
        PULL(60, 552), PUSH_SAME(60, 4096), PUSH(60, 565248)),
    LOG(PARALLEL, MODEL, "BS: to 60 DPUs, one 16,388,608 B, own 35,072 B", 91.693333, ARGUMENTS_SAME(60, 24), PUSH_SAME(60, 16388608),
        PUSH(60, 35072)),
    LOG(PARALLEL, TEST, "TS: to 60 DPUs, 3 x 50,176 B, 60 arguments", 4.060667, COPY_ARGUMENTS(60, 28), PUSH_SAME(60, 1024),
        PUSH(60, 50176), PUSH(60, 50176), PUSH(60, 50176)),
    LOG(PARALLEL, TEST, "VA: from 60 DPUs, 174,784 B", 6.436, PULL(60, 174784)),
    LOG(PARALLEL, MODEL, "SCAN-SSA: from 60 DPUs, 524,288 B", 17.128, PULL(60, 524288)),
    LOG(PARALLEL, MODEL, "SCAN-RSS: from 60 DPUs, 524,288 B", 16.909, PULL(60, 524288)),
    LOG(PARALLEL, TEST, "TRNS: from 60, then 4 DPUs, 12,582,912 B", 355.043, PULL(60, 12582912), PULL(4, 12582912)),

    LOG(SMALL, TEST, "HST-S: from 60 DPUs, 1,024 B", 0.299, PULL(60, 1024)),
    LOG(SMALL, TEST, "HST-L: from 60 DPUs, 1,024 B", 0.289, PULL(60, 1024)),
    LOG(SMALL, TEST, "GEMV: from 60 DPUs, 552 B", 0.279, PULL(60, 552)),
    LOG(SMALL, TEST, "MLP: from 60 DPUs, 552 B", 0.233333, PULL(60, 552)),
    LOG(SMALL, TEST, "RED: results of 60 DPUs, 256 B of WRAM", 0.916, RESULTS(60, 256)),
    LOG(SMALL, TEST, "SEL: results of 60 DPUs, 64 B of WRAM", 0.381, RESULTS(60, 64)),

    LOG(CALLS, MODEL, "TRNS: 196,608 x 64 B to 60, then to 4 DPUs", 18082.699, PUSHES(60, 64, 196608), PUSHES(4, 64, 196608)),
    LOG(CALLS, TEST, "TRNS: 196,608 x 64 B to 64 DPUs", 19253.750, PUSHES(64, 64, 196608)),
    /* 2,560 x 2,560 in blocks of 40: 64 diagonals there, 63 back, on as many DPUs as there are blocks, at most 60. */
    LOG(CALLS, TEST, "NW: 5,360 x 160 B to 1 to 60 DPUs", 298.014, DIAGONALS(TO, 160, 80), PUSHES(60, 160, 560)),
    LOG(CALLS, TEST, "NW: 134 x 168 and 5,360 x 8 B to 1 to 60 DPUs", 294.390, DIAGONALS(TO, 168, 2), DIAGONALS(TO, 8, 80),
        PUSHES(60, 168, 14), PUSHES(60, 8, 560)),
    LOG(CALLS, MODEL, "NW: 5,360 x 168 B from 1 to 60 DPUs", 335.933, DIAGONALS(FROM, 168, 80), PULLS(60, 168, 560)),

    LOG(SERIALS, MODEL, "SEL: from 60 DPUs, 262,144 B", 201.427, COPY_FROM(60, 262144)),
    LOG(SERIALS, TEST, "UNI: from 60 DPUs, 262,152 B", 204.586, COPY_FROM(60, 262152)),
    LOG(SERIALS, MODEL, "SpMV: to 60 DPUs, 1,936 + 138,161 + 115,696 + 24 B", 75.417988, COPY_TO(60, 1936), COPY_TO(60, 138168),
        COPY_TO(60, 115696), COPY_TO(60, 24)),
    LOG(SERIALS, TEST, "SpMV: from 60 DPUs, 1,928 B", 5.238, COPY_FROM(60, 1928)),
    LOG(SERIALS, MODEL, "BFS: to 60 DPUs, 13,115 + 126,712 + 13,107 + 2 x 24,576 + 48 B", 69.487013, COPY_TO(60, 13112), COPY_TO(60, 126712),
        COPY_TO(60, 13104), COPIES_TO(60, 24576, 2), COPY_TO(60, 48)),
    LOG(SERIALS, TEST, "BFS: 8 levels from, 7 to 60 DPUs, 24,576 B; 7 x 48 B", 262.386978, COPIES_FROM(60, 24576, 8),
        COPIES_TO(60, 24576, 7), COPIES_TO(60, 48, 7)),
    LOG(SERIALS, TEST, "BFS: from 60 DPUs, 13,104 B", 14.010, COPY_FROM(60, 13104)),

    GEMV(1, "1 DPU", 11.846333, TEST),
    GEMV(2, "2 DPUs", 5.638667, TEST),
    GEMV(4, "4 DPUs", 4.007, TEST),
    GEMV(8, "8 DPUs", 2.732667, TEST),
    GEMV(16, "16 DPUs", 1.418, TEST),
    GEMV(32, "32 DPUs", 1.051667, TEST),
    GEMV(64, "64 DPUs", 1.817667, TEST),
    GEMV(128, "128 DPUs", 1.383667, TEST),
    GEMV(256, "256 DPUs", 1.288, TEST),
    GEMV(512, "512 DPUs", 1.547, TEST),
    GEMV(1024, "1,024 DPUs", 1.577, TEST),
    GEMV(2048, "2,048 DPUs", 2.132667, MODEL),
};
_Static_assert(sizeof rows / sizeof *rows == PRIM_TRANSFER_ROWS, "PRIM_TRANSFER_ROWS says how many there are");

void prim_transfer_describe(size_t index, struct pim_study_row *row)
{
    const struct transfer_row *from = &rows[index];
    *row = (struct pim_study_row){.group = from->group, .conditions = from->conditions, .unit = unit_names[from->unit],
                                  .source = from->source, .target = from->target, .basis = from->basis, .published = from->published};
}

/* Host memory of a step: pieces that only are read may overlap, they only have to be different ones. */
static uint64_t stride_of(const struct step *step)
{
    return step->how != EACH ? 0 : step->direction == PIM_FROM_UNIT ? step->bytes : 8;
}

static enum pim_status one_call(struct pim_device *device, const struct step *step, uint32_t working, uint32_t first, uint32_t count,
                                struct pim_transfer *transfers, uint8_t *memory, struct pim_error *error)
{
    for (uint32_t i = 0; i < count; i++)
        transfers[i] = (struct pim_transfer){.unit = unit_of(first + i, working), .space = step->space, .bytes = step->bytes,
                                             .data = memory + stride_of(step) * (first + i)};
    return pim_device_transfer(device, step->direction, transfers, count, error);
}

static enum pim_status calls_for(struct pim_device *device, const struct step *step, uint32_t working, uint32_t dpus,
                                 struct pim_transfer *transfers, uint8_t *memory, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    for (uint32_t call = 0; status == PIM_OK && call < step->calls; call++) {
        if (step->how != SERIAL)
            status = one_call(device, step, working, 0, dpus, transfers, memory, error);
        for (uint32_t dpu = 0; step->how == SERIAL && status == PIM_OK && dpu < dpus; dpu++)
            status = one_call(device, step, working, dpu, 1, transfers, memory, error);
    }
    return status;
}

static enum pim_status run_step(struct pim_device *device, const struct step *step, uint32_t working, struct pim_error *error)
{
    struct pim_transfer *transfers = calloc(step->last_dpus, sizeof *transfers);
    uint8_t *memory = calloc(1, step->bytes + stride_of(step) * step->last_dpus);
    enum pim_status status = PIM_OK;
    if (transfers == NULL || memory == NULL)
        status = pim_fail(error, PIM_NO_MEMORY, "no memory for a transfer of %u DPUs", step->last_dpus);
    for (uint32_t dpus = step->dpus; status == PIM_OK && dpus <= step->last_dpus; dpus++)
        status = calls_for(device, step, working, dpus, transfers, memory, error);
    free(transfers);
    free(memory);
    return status;
}

enum pim_status prim_transfer_measure(const struct pim_target *target, size_t index, double *figure, struct pim_error *error)
{
    const struct transfer_row *row = &rows[index];
    struct pim_device *device = NULL;
    struct pim_device_options options = {.mode = PIM_TIMING};
    for (const struct step *step = row->steps; step < row->steps + STEPS && step->calls > 0; step++) {
        uint32_t units = unit_of(step->last_dpus - 1, row->working) + 1;
        options.units = units > options.units ? units : options.units;
    }
    enum pim_status status = pim_device_open(target, &options, &device, error);
    for (const struct step *step = row->steps; status == PIM_OK && step < row->steps + STEPS && step->calls > 0; step++)
        status = run_step(device, step, row->working, error);
    if (status == PIM_OK) {
        const struct pim_ledger *ledger = pim_device_ledger(device);
        double bytes = (double)(ledger->to_unit_bytes + ledger->from_unit_bytes), ps = (double)ledger->transfer_ps;
        *figure = row->unit == MILLISECONDS ? ps / PS_PER_MS : bytes / ps * 1e3;
    }
    pim_device_close(device);
    return status;
}
