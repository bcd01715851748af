/* The transfer rows of study upmem-prim. A row lists the calls that stand between the start and the stop of one timer of the logged host
 * program, as its source and the sizes that it prints say. What the bytes are does not matter; that the host passes the same piece of
 * memory for all DPUs does. Successive calls go to the same place in MRAM, to save memory: where they go has no influence on time.
 */
#include "upmem_prim.h"

#include <stdlib.h>

#include "dpu_isa.h"
#include "measure.h"

static const double PS_PER_MS = 1e9;

enum how {
    EACH,   /* a call serves all DPUs, each from its own piece of host memory */
    SAME,   /* a call serves all DPUs from one piece */
    SERIAL, /* a call a DPU; steps of this kind that follow each other go to one DPU before the next */
};

/* `calls` calls (SERIAL: for each DPU) for every count of DPUs from `dpus` to `last_dpus`; a launch before every `launch_every` of
 * them (0: none), because the first call after one costs more. */
struct step {
    enum how how;
    enum pim_direction direction;
    enum dpu_space space;
    uint32_t dpus, last_dpus;
    uint64_t bytes; /* for each DPU */
    uint32_t calls, launch_every;
};

#define TO(how, space, dpus, bytes, calls) {how, PIM_TO_UNIT, DPU_SPACE_##space, dpus, dpus, bytes, calls, 0}
#define FROM(how, space, dpus, bytes, calls, every) {how, PIM_FROM_UNIT, DPU_SPACE_##space, dpus, dpus, bytes, calls, every}
#define PUSH(dpus, bytes) TO(EACH, MRAM, dpus, bytes, 1)
#define PUSHES(dpus, bytes, calls) TO(EACH, MRAM, dpus, bytes, calls)
#define PUSH_SAME(dpus, bytes) TO(SAME, MRAM, dpus, bytes, 1)
#define ARGUMENTS(dpus, bytes) TO(EACH, WRAM, dpus, bytes, 1)
#define ARGUMENTS_SAME(dpus, bytes) TO(SAME, WRAM, dpus, bytes, 1)
#define COPY_ARGUMENTS(dpus, bytes) TO(SERIAL, WRAM, dpus, bytes, 1)
#define COPIES_TO(dpus, bytes, calls) TO(SERIAL, MRAM, dpus, bytes, calls)
#define COPY_TO(dpus, bytes) COPIES_TO(dpus, bytes, 1)
#define PULL(dpus, bytes) FROM(EACH, MRAM, dpus, bytes, 1, 0)
#define RESULTS_IN_MRAM(dpus, bytes) FROM(EACH, MRAM, dpus, bytes, 1, 1)
#define RESULTS(dpus, bytes) FROM(EACH, WRAM, dpus, bytes, 1, 1)
#define COPIES_FROM(dpus, bytes, calls, every) FROM(SERIAL, MRAM, dpus, bytes, calls, every)
/* The diagonals of NW: 1 to 60 DPUs there and back, then a few on 60 with two blocks each. */
#define DIAGONALS(bytes, calls) {EACH, PIM_TO_UNIT, DPU_SPACE_MRAM, 1, 60, bytes, calls, 0}
#define DIAGONALS_FROM(bytes, calls, every) {EACH, PIM_FROM_UNIT, DPU_SPACE_MRAM, 1, 60, bytes, calls, every}

enum unit { MILLISECONDS, GIGABYTES_PER_SECOND };
static const char *const unit_names[] = {"ms", "GB/s"};

/* The ranks of the logs' machine have 60 working DPUs: whoever asks for 64 gets 32 of two, for the vendor's library takes the surplus from the
 * rank that has more left. */
enum { DPUS_OF_RANK = 64, WORKING_DPUS = 60 };
static uint32_t taken_of_rank(uint32_t dpus, uint32_t working)
{
    uint32_t ranks = (dpus + working - 1) / working;
    return (dpus + ranks - 1) / ranks;
}
static uint32_t unit_of(uint32_t dpu, uint32_t taken)
{
    return dpu / taken * DPUS_OF_RANK + dpu % taken;
}

enum { STEPS = 7 };
struct transfer_row {
    const char *group, *conditions, *source, *target;
    double published;
    enum unit unit;
    enum pim_study_basis basis;
    uint32_t working; /* of the DPUs of a rank */
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
#define GEMV(dpus, text, figure)                                                                                              \
    {GEMV_GROUP, text, PRIM_GEMV_LOG, PRIM_GEMV_TARGET, figure, MILLISECONDS, PIM_STUDY_TEST, DPUS_OF_RANK,                   \
     {ARGUMENTS(dpus, 16), PUSH(dpus, 4096 / (dpus) * 1024), PUSH_SAME(dpus, 1024)}}

static const struct transfer_row rows[] = {
    PRIM("host to DPU, 1 DPU, 4 MiB", 0.33, PUSH(1, 4 << 20)),
    PRIM("DPU to host, 1 DPU, 4 MiB", 0.12, PULL(1, 4 << 20)),
    PRIM("host to DPU, 64 DPUs, 4 MiB each", 6.68, PUSH(64, 4 << 20)),
    PRIM("DPU to host, 64 DPUs, 4 MiB each", 4.74, PULL(64, 4 << 20)),
    PRIM("broadcast, 64 DPUs, 4 MiB", 16.88, PUSH_SAME(64, 4 << 20)),

    LOG(PARALLEL, TEST, "VA: to 60 DPUs, 2 x 174,784 B", 5.070, ARGUMENTS(60, 12), PUSH(60, 174784), PUSH(60, 174784)),
    LOG(PARALLEL, TEST, "RED: to 60 DPUs, 873,816 B", 13.746, ARGUMENTS(60, 8), PUSH(60, 873816)),
    LOG(PARALLEL, TEST, "SCAN-SSA: to 60 DPUs, 524,288 B", 9.268, ARGUMENTS_SAME(60, 16), PUSH(60, 524288)),
    LOG(PARALLEL, TEST, "SCAN-RSS: to 60 DPUs, 524,288 B", 9.326, ARGUMENTS_SAME(60, 16), PUSH(60, 524288)),
    LOG(PARALLEL, TEST, "SEL: to 60 DPUs, 524,288 B", 9.040, ARGUMENTS_SAME(60, 8), PUSH(60, 524288)),
    LOG(PARALLEL, TEST, "UNI: to 60 DPUs, 524,288 B", 8.922, ARGUMENTS_SAME(60, 8), PUSH(60, 524288)),
    LOG(PARALLEL, TEST, "HST-S: to 60 DPUs, 104,864 B", 1.590, ARGUMENTS(60, 16), PUSH(60, 104864)),
    LOG(PARALLEL, TEST, "HST-L: to 60 DPUs, 104,864 B", 1.736, ARGUMENTS(60, 16), PUSH(60, 104864)),
    LOG(PARALLEL, MODEL, "GEMV: to 60 DPUs, 565,248 + 4,096 B", 7.577333, ARGUMENTS(60, 16), PUSH(60, 565248), PUSH_SAME(60, 4096)),
    LOG(PARALLEL, MODEL, "MLP: to 60 DPUs, 565,248 + 4,096 B", 9.716667, ARGUMENTS(60, 16), PUSH(60, 565248), PUSH_SAME(60, 4096)),
    /* Of three repetitions with two exchanges each the log's timer counts five: it starts again from zero in the first. */
    LOG(PARALLEL, TEST, "MLP: between layers, 552 B back, both to", 16.798 * 3 / 5, RESULTS_IN_MRAM(60, 552), PUSH_SAME(60, 4096),
        PUSH(60, 565248)),
    LOG(PARALLEL, MODEL, "BS: to 60 DPUs, one 16,388,608 B, own 35,072 B", 91.693333, ARGUMENTS_SAME(60, 24), PUSH_SAME(60, 16388608),
        PUSH(60, 35072)),
    LOG(PARALLEL, MODEL, "TS: to 60 DPUs, 3 x 50,176 B, 60 arguments", 4.060667, COPY_ARGUMENTS(60, 28), PUSH_SAME(60, 1024),
        PUSH(60, 50176), PUSH(60, 50176), PUSH(60, 50176)),
    LOG(PARALLEL, TEST, "VA: from 60 DPUs, 174,784 B", 6.436, RESULTS_IN_MRAM(60, 174784)),
    LOG(PARALLEL, MODEL, "SCAN-SSA: from 60 DPUs, 524,288 B", 17.128, RESULTS_IN_MRAM(60, 524288)),
    LOG(PARALLEL, MODEL, "SCAN-RSS: from 60 DPUs, 524,288 B", 16.909, RESULTS_IN_MRAM(60, 524288)),
    LOG(PARALLEL, TEST, "TRNS: from 60, then 4 DPUs, 12,582,912 B", 355.043, RESULTS_IN_MRAM(60, 12582912), RESULTS_IN_MRAM(4, 12582912)),
    LOG(PARALLEL, TEST, "TRNS: from 64 DPUs, 12,582,912 B", 451.060, RESULTS_IN_MRAM(64, 12582912)),

    LOG(SMALL, TEST, "HST-S: from 60 DPUs, 1,024 B", 0.299, RESULTS_IN_MRAM(60, 1024)),
    LOG(SMALL, TEST, "HST-L: from 60 DPUs, 1,024 B", 0.289, RESULTS_IN_MRAM(60, 1024)),
    LOG(SMALL, MODEL, "GEMV: from 60 DPUs, 552 B", 0.279, RESULTS_IN_MRAM(60, 552)),
    LOG(SMALL, MODEL, "MLP: from 60 DPUs, 552 B", 0.233333, RESULTS_IN_MRAM(60, 552)),
    LOG(SMALL, MODEL, "RED: results of 60 DPUs, 256 B of WRAM", 0.916, RESULTS(60, 256)),
    LOG(SMALL, TEST, "SEL: results of 60 DPUs, 64 B of WRAM", 0.381, RESULTS(60, 64)),
    LOG(SMALL, TEST, "UNI: results of 60 DPUs, 384 B of WRAM", 1.770, RESULTS(60, 384)),
    LOG(SMALL, TEST, "BS: results of 60 DPUs, 128 B of WRAM", 0.611667, RESULTS(60, 128)),
    LOG(SMALL, MODEL, "TS: results of 60 DPUs, 256 B of WRAM", 1.132667, RESULTS(60, 256)),
    LOG(SMALL, TEST, "SCAN-SSA: 128 B of results, 16 B of arguments", 0.801, RESULTS(60, 128), ARGUMENTS(60, 16)),
    LOG(SMALL, TEST, "SCAN-RSS: 128 B of results, 16 B of arguments", 0.716, RESULTS(60, 128), ARGUMENTS(60, 16)),

    LOG(CALLS, MODEL, "TRNS: 196,608 x 64 B to 1 DPU, mean of 64 rounds", 7169.933859, PUSHES(1, 64, 196608)),
    LOG(CALLS, MODEL, "TRNS: 196,608 x 64 B to 60, then to 4 DPUs", 18082.699, PUSHES(60, 64, 196608), PUSHES(4, 64, 196608)),
    LOG(CALLS, TEST, "TRNS: 196,608 x 64 B to 64 DPUs", 19253.750, PUSHES(64, 64, 196608)),
    /* 2,560 x 2,560 in blocks of 40: 64 diagonals there, 63 back, on as many DPUs as there are blocks, at most 60. */
    LOG(CALLS, TEST, "NW: 5,360 x 160 B to 1 to 60 DPUs", 298.014, DIAGONALS(160, 80), PUSHES(60, 160, 560)),
    LOG(CALLS, TEST, "NW: 134 x 168 and 5,360 x 8 B to 1 to 60 DPUs", 294.390, DIAGONALS(168, 2), DIAGONALS(8, 80),
        PUSHES(60, 168, 14), PUSHES(60, 8, 560)),
    LOG(CALLS, MODEL, "NW: 5,360 x 168 B from 1 to 60 DPUs", 335.933, DIAGONALS_FROM(168, 80, 40), FROM(EACH, MRAM, 60, 168, 560, 80)),

    LOG(SERIALS, MODEL, "SEL: from 60 DPUs, 262,144 B", 201.427, COPIES_FROM(60, 262144, 1, 0)),
    LOG(SERIALS, TEST, "UNI: from 60 DPUs, 262,152 B", 204.586, COPIES_FROM(60, 262152, 1, 0)),
    LOG(SERIALS, MODEL, "SpMV: to 60 DPUs, 1,936 + 138,161 + 115,696 + 24 B", 75.417988, COPY_TO(60, 1936), COPY_TO(60, 138168),
        COPY_TO(60, 115696), COPY_TO(60, 24)),
    LOG(SERIALS, MODEL, "SpMV: from 60 DPUs, 1,928 B", 5.238, COPIES_FROM(60, 1928, 1, 1)),
    LOG(SERIALS, MODEL, "BFS: to 60 DPUs, 13,115 + 126,712 + 13,107 + 2 x 24,576 + 48 B", 69.487013, COPY_TO(60, 13112), COPY_TO(60, 126712),
        COPY_TO(60, 13104), COPY_TO(60, 24576), COPY_TO(60, 24576), COPY_TO(60, 48)),
    LOG(SERIALS, TEST, "BFS: 8 levels from, 7 to 60 DPUs, 24,576 B; 7 x 48 B", 262.386978, COPIES_FROM(60, 24576, 8, 1),
        COPIES_TO(60, 24576, 7), COPIES_TO(60, 48, 7)),
    LOG(SERIALS, TEST, "BFS: from 60 DPUs, 13,104 B", 14.010, COPIES_FROM(60, 13104, 1, 0)),

    GEMV(1, "1 DPU", 11.846333),
    GEMV(2, "2 DPUs", 5.638667),
    GEMV(4, "4 DPUs", 4.007),
    GEMV(8, "8 DPUs", 2.732667),
    GEMV(16, "16 DPUs", 1.418),
    GEMV(32, "32 DPUs", 1.051667),
    GEMV(64, "64 DPUs", 1.817667),
    GEMV(128, "128 DPUs", 1.383667),
    GEMV(256, "256 DPUs", 1.288),
    GEMV(512, "512 DPUs", 1.547),
    GEMV(1024, "1,024 DPUs", 1.577),
    GEMV(2048, "2,048 DPUs", 2.132667),
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

static enum pim_status one_call(struct pim_device *device, const struct step *step, uint32_t taken, uint32_t first, uint32_t count,
                                struct pim_transfer *transfers, uint8_t *memory, struct pim_error *error)
{
    for (uint32_t i = 0; i < count; i++)
        transfers[i] = (struct pim_transfer){.unit = unit_of(first + i, taken), .space = step->space, .bytes = step->bytes,
                                             .data = memory + stride_of(step) * (first + i)};
    return pim_device_transfer(device, step->direction, transfers, count, error);
}

/* The program ends at once: the vectors that it finds have no elements. */
static enum pim_status launch(struct pim_device *device, uint32_t dpus, uint32_t taken, struct pim_error *error)
{
    uint32_t *units = calloc(dpus, sizeof *units);
    if (units == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a launch of %u DPUs", dpus);
    for (uint32_t dpu = 0; dpu < dpus; dpu++)
        units[dpu] = unit_of(dpu, taken);
    enum pim_status status = pim_device_run_units(device, units, dpus, error);
    free(units);
    return status;
}

/* How many steps from this one on go together. */
static size_t together(const struct step *steps, size_t left)
{
    size_t count = 1;
    while (count < left && steps->how == SERIAL && steps[count].how == SERIAL && steps[count].calls == steps->calls &&
           steps[count].direction == steps->direction && steps[count].launch_every == 0)
        count++;
    return count;
}

static enum pim_status calls_for(struct pim_device *device, const struct step *step, size_t steps, uint32_t working, uint32_t dpus,
                                 struct pim_transfer *transfers, uint8_t *memory, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    const uint32_t taken = taken_of_rank(dpus, working);
    for (uint32_t call = 0; status == PIM_OK && call < step->calls; call++) {
        if (step->launch_every > 0 && call % step->launch_every == 0)
            status = launch(device, dpus, taken, error);
        if (status != PIM_OK)
            break;
        if (step->how != SERIAL)
            status = one_call(device, step, taken, 0, dpus, transfers, memory, error);
        for (uint32_t dpu = 0; step->how == SERIAL && dpu < dpus; dpu++)
            for (size_t i = 0; status == PIM_OK && i < steps; i++)
                status = one_call(device, step + i, taken, dpu, 1, transfers, memory, error);
    }
    return status;
}

/* `steps` of them go together. */
static enum pim_status run_steps(struct pim_device *device, const struct step *step, size_t steps, uint32_t working, struct pim_error *error)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < steps; i++)
        bytes = step[i].bytes > bytes ? step[i].bytes : bytes;
    struct pim_transfer *transfers = calloc(step->last_dpus, sizeof *transfers);
    uint8_t *memory = calloc(1, bytes + stride_of(step) * step->last_dpus);
    enum pim_status status = PIM_OK;
    if (transfers == NULL || memory == NULL)
        status = pim_fail(error, PIM_NO_MEMORY, "no memory for a transfer of %u DPUs", step->last_dpus);
    for (uint32_t dpus = step->dpus; status == PIM_OK && dpus <= step->last_dpus; dpus++)
        status = calls_for(device, step, steps, working, dpus, transfers, memory, error);
    free(transfers);
    free(memory);
    return status;
}

static bool has_launches(const struct transfer_row *row)
{
    for (size_t i = 0; i < STEPS; i++)
        if (row->steps[i].launch_every > 0)
            return true;
    return false;
}

static enum pim_status run_row(struct pim_device *device, const struct transfer_row *row, const struct pim_image *image,
                               struct pim_error *error)
{
    enum pim_status status = image != NULL ? pim_device_load(device, (struct pim_units){0, 0}, image, error) : PIM_OK;
    for (size_t i = 0, steps; status == PIM_OK && i < STEPS && row->steps[i].calls > 0; i += steps) {
        steps = together(row->steps + i, STEPS - i);
        status = run_steps(device, row->steps + i, steps, row->working, error);
    }
    return status;
}

static uint32_t units_of(const struct transfer_row *row)
{
    uint32_t units = 0;
    for (size_t i = 0; i < STEPS && row->steps[i].calls > 0; i++) {
        uint32_t count = unit_of(row->steps[i].last_dpus - 1, taken_of_rank(row->steps[i].last_dpus, row->working)) + 1;
        units = count > units ? count : units;
    }
    return units;
}

enum pim_status prim_transfer_measure(const struct pim_target *target, size_t index, double *figure, struct pim_error *error)
{
    const struct transfer_row *row = &rows[index];
    struct pim_device *device = NULL;
    struct pim_image *image = NULL;
    const struct pim_device_options options = {.units = units_of(row), .mode = PIM_TIMING};
    enum pim_status status = has_launches(row) ? study_open_kernel("vector_add", &image, error) : PIM_OK;
    if (status == PIM_OK)
        status = pim_device_open(target, &options, &device, error);
    if (status == PIM_OK)
        status = run_row(device, row, image, error);
    if (status == PIM_OK) {
        const struct pim_ledger *ledger = pim_device_ledger(device);
        double bytes = (double)(ledger->to_unit_bytes + ledger->from_unit_bytes), ps = (double)ledger->transfer_ps;
        *figure = row->unit == MILLISECONDS ? ps / PS_PER_MS : bytes / ps * 1e3;
    }
    pim_device_close(device);
    pim_image_free(image);
    return status;
}
