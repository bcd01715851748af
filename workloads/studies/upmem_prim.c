/* Study upmem-prim: the times of PrIM programs on hardware against ours: kernels, host transfers, launches.
 *
 * Published: hardware logs in two public repositories of the PrIM suite, and PrIM's bandwidths as quoted in secondary sources. Ours: kernels
 * of pim_kernels/dpu that really execute, and transfers of the sizes, in the calls, that the logged host programs make. A kernel's
 * time is what the timer around a synchronous launch shows: the launch cost and the longest DPU.
 *
 * One table of kernel rows, one of launch rows (here), one of transfers (upmem_prim_transfers.c). The programs themselves, in a checkout
 * of the user's, run through emu/cli/prim_checkout.c.
 */
#include "upmem_prim.h"

#include "measure.h"

static const double PS_PER_MS = 1e9;

/* ---- kernels ---- */

struct kernel_row {
    const char *group, *conditions, *source, *target;
    double milliseconds;
    enum pim_study_basis basis;
    struct study_kernel kernel;
    size_t step; /* of the driver, counted from 1; 0: all launches */
};

#define T(n) {"tasklets", n}

#define VA(dpus, tasklets, text, figure)                                                                                      \
    {"Kernel: VA, int32, 2,621,440 elements a DPU", text, PRIM_INSIGHT_LOG, PRIM_LOG_TARGET, figure, PIM_STUDY_TEST,             \
     {"vector_add", dpus, {T(tasklets), {"elements", 2621440 * (dpus)}}}, 0}

/* One block, all pairs alike, as the host program has it. */
#define NW(tasklets, text, figure)                                                                                            \
    {"Kernel: NW, int32, 512 x 512, 1 DPU", text, PRIM_INSIGHT_LOG, PRIM_LOG_TARGET, figure, PIM_STUDY_TEST,                  \
     {"needleman_wunsch", 1, {T(tasklets), {"length", 512}, {"block", 512}, {"regular", 1}}}, 0}

/* Values 0 to 49, as the host program draws them. */
#define GEMV(dpus, tasklets, text, figure, basis_of_row)                                                                      \
    {"Kernel: GEMV, uint32, 4,096 x 256", text, PRIM_GEMV_LOG, NULL, figure, PIM_STUDY_##basis_of_row,                              \
     {"gemv_int32", dpus, {T(tasklets), {"rows", 4096}, {"columns", 256}, {"range", 50}}}, 0}

#define SIXTY(text, figure, basis_of_row, name, ...)                                                                          \
    {"Kernel: 60 DPUs, 16 tasklets", text, PRIM_INSIGHT_LOG, PRIM_LOG_TARGET, figure, PIM_STUDY_##basis_of_row, {name, 60, {T(16), __VA_ARGS__}}, 0}

/* Only one DPU's share, that of the one which takes longest where they differ; the launch costs the same for one DPU of a rank as for
 * 60. `step`: one launch of two. */
#define ONE_OF(group, step, text, figure, basis_of_row, name, ...)                                                            \
    {group, text, PRIM_INSIGHT_LOG, PRIM_LOG_TARGET, figure, PIM_STUDY_##basis_of_row, {name, 1, {T(16), __VA_ARGS__}}, step}
#define ONE_OF_SIXTY(...) ONE_OF("Kernel: 60 DPUs, 16 tasklets", __VA_ARGS__)
#define ONE_OF_64(...) ONE_OF("Kernel: 64 DPUs, 16 tasklets", __VA_ARGS__)

static const struct kernel_row kernel_rows[] = {
    VA(1, 1, "1 DPU, 1 tasklet", 884.67),
    VA(1, 2, "1 DPU, 2 tasklets", 443.063),
    VA(1, 4, "1 DPU, 4 tasklets", 222.24),
    VA(1, 8, "1 DPU, 8 tasklets", 114.636),
    VA(1, 16, "1 DPU, 16 tasklets", 76.374),
    VA(4, 2, "4 DPUs, 2 tasklets", 443.599),
    VA(4, 4, "4 DPUs, 4 tasklets", 222.687),
    VA(4, 8, "4 DPUs, 8 tasklets", 114.538),

    NW(1, "1 tasklet", 153.601),
    NW(2, "2 tasklets", 79.683),
    NW(4, "4 tasklets", 44.37),
    NW(8, "8 tasklets", 29.665),
    NW(16, "16 tasklets", 24.995),

    GEMV(1, 1, "1 DPU, 1 tasklet", 781.017, TEST),
    GEMV(2, 1, "2 DPUs, 1 tasklet", 390.643667, TEST),
    GEMV(4, 1, "4 DPUs, 1 tasklet", 195.442667, TEST),
    GEMV(8, 1, "8 DPUs, 1 tasklet", 97.731, TEST),
    GEMV(16, 1, "16 DPUs, 1 tasklet", 48.936667, TEST),
    GEMV(32, 1, "32 DPUs, 1 tasklet", 24.543667, TEST),
    GEMV(64, 1, "64 DPUs, 1 tasklet", 12.346333, TEST),
    GEMV(128, 1, "128 DPUs, 1 tasklet", 6.258333, LAUNCH),
    GEMV(256, 1, "256 DPUs, 1 tasklet", 3.249333, LAUNCH),
    GEMV(512, 1, "512 DPUs, 1 tasklet", 1.788333, LAUNCH),
    GEMV(1024, 1, "1,024 DPUs, 1 tasklet", 1.093333, LAUNCH),
    GEMV(2048, 1, "2,048 DPUs, 1 tasklet", 0.995667, LAUNCH),
    GEMV(1, 4, "1 DPU, 4 tasklets", 195.517, TEST),
    GEMV(2, 4, "2 DPUs, 4 tasklets", 97.916, TEST),
    GEMV(4, 4, "4 DPUs, 4 tasklets", 49.135, TEST),
    GEMV(8, 4, "8 DPUs, 4 tasklets", 24.598667, TEST),
    GEMV(16, 4, "16 DPUs, 4 tasklets", 12.387667, TEST),
    GEMV(32, 4, "32 DPUs, 4 tasklets", 6.287667, LAUNCH),
    GEMV(64, 4, "64 DPUs, 4 tasklets", 3.247, LAUNCH),
    GEMV(128, 4, "128 DPUs, 4 tasklets", 1.720333, LAUNCH),
    GEMV(256, 4, "256 DPUs, 4 tasklets", 1.001333, LAUNCH),
    GEMV(512, 4, "512 DPUs, 4 tasklets", 0.644, LAUNCH),
    GEMV(1024, 4, "1,024 DPUs, 4 tasklets", 0.859667, LAUNCH),
    GEMV(2048, 4, "2,048 DPUs, 4 tasklets", 0.861333, LAUNCH),
    GEMV(1, 16, "1 DPU, 16 tasklets", 70.123, TEST),
    GEMV(2, 16, "2 DPUs, 16 tasklets", 35.249667, TEST),
    GEMV(4, 16, "4 DPUs, 16 tasklets", 17.806, TEST),
    GEMV(8, 16, "8 DPUs, 16 tasklets", 8.966667, LAUNCH),
    GEMV(16, 16, "16 DPUs, 16 tasklets", 4.618, LAUNCH),
    GEMV(32, 16, "32 DPUs, 16 tasklets", 2.424, LAUNCH),
    GEMV(64, 16, "64 DPUs, 16 tasklets", 1.329, LAUNCH),
    GEMV(128, 16, "128 DPUs, 16 tasklets", 0.778667, LAUNCH),
    GEMV(256, 16, "256 DPUs, 16 tasklets", 0.626, LAUNCH),
    GEMV(512, 16, "512 DPUs, 16 tasklets", 0.700667, LAUNCH),
    GEMV(1024, 16, "1,024 DPUs, 16 tasklets", 0.747333, LAUNCH),
    GEMV(2048, 16, "2,048 DPUs, 16 tasklets", 0.891333, LAUNCH),

    SIXTY("VA, 2,621,440 int32", 1.604, TEST, "vector_add", {"elements", 2621440}),
    SIXTY("GEMV, 8,192 x 1,024 uint32", 9.131667, TEST, "gemv_int32", {"rows", 8192}, {"columns", 1024}, {"range", 50}),
    SIXTY("RED, 6,553,600 int64", 2.772, TEST, "reduction", {"elements", 6553600}),
    SIXTY("HST-S, 1,572,864 pixels, 256 bins", 2.551, TEST, "histogram_image", {"elements", 1572864}, {"bins", 256}),
    SIXTY("HST-L, 1,572,864 pixels, 256 bins", 7.398, ALGORITHM, "histogram_image", {"elements", 1572864}, {"bins", 256},
          {"shared", 1}),
    ONE_OF_SIXTY(1, "SCAN-SSA, 3,932,160 int64: scan", 3.284, TEST, "scan_ssa", {"elements", 65536}),
    ONE_OF_SIXTY(2, "SCAN-SSA, 3,932,160 int64: addition", 1.878, TEST, "scan_ssa", {"elements", 65536}),
    ONE_OF_SIXTY(1, "SCAN-RSS, 3,932,160 int64: reduction", 1.039, TEST, "scan_rss", {"elements", 65536}),
    ONE_OF_SIXTY(2, "SCAN-RSS, 3,932,160 int64: scan", 3.144, TEST, "scan_rss", {"elements", 65536}),
    ONE_OF_SIXTY(0, "SEL, 3,932,160 int64", 2.566, TEST, "select", {"elements", 65536}, {"regular", 1}),
    ONE_OF_SIXTY(0, "UNI, 3,932,160 int64", 1.863, ALGORITHM, "unique", {"elements", 65536}, {"regular", 1}),
    ONE_OF_SIXTY(0, "BS, 263,040 searches in 2,048,576 int64", 43.655667, TEST, "binary_search", {"elements", 2048576}, {"queries", 4384},
                 {"first", 29 * 4384}, {"regular", 1}),
    ONE_OF_SIXTY(0, "TS, 737,280 int32, query of 256", 249.577667, TEST, "time_series", {"elements", 188 * 64 + 255}, {"query", 256}),
    /* The log's 18.066667 ms are not three layers: its timer starts again from zero at every launch of the first of three repetitions, so what it
     * divides by three are seven launches. The work of a layer differs a little, so does the longest DPU's. */
    SIXTY("MLP, a layer of 8,192 x 1,024 int32", 18.066667 * 3 / 7, TEST, "mlp", {"layers", 1}, {"rows", 8192}, {"columns", 1024}, {"regular", 1}),

    ONE_OF_64(1, "TRNS, 196,608 x 512 int64: step 2", 236.013, TEST, "transpose", {"rows", 196608}, {"columns", 8}),
    ONE_OF_64(2, "TRNS, 196,608 x 512 int64: step 3", 175.004, TEST, "transpose", {"rows", 196608}, {"columns", 8}),
};
enum { KERNEL_ROWS = sizeof kernel_rows / sizeof *kernel_rows };

static enum pim_status measure_kernel(const struct pim_target *target, const struct kernel_row *row, double *milliseconds,
                                      struct pim_error *error)
{
    struct study_outcome outcome;
    enum pim_status status = study_run_kernel(target, &row->kernel, 0, &outcome, error);
    if (status == PIM_OK)
        *milliseconds = (double)(row->step > 0 ? outcome.step_ps[row->step - 1] : outcome.kernel_ps + outcome.launch_ps) / PS_PER_MS;
    return status;
}

/* ---- launches ---- */

/* Derived from the times T(n) of GEMV with one tasklet on n DPUs: T(n) - T(1) / n. The parameters launch.base_us and
 * launch.per_rank_us come from those of 64 DPUs and more (their source text). */
struct launch_row { const char *conditions; uint32_t dpus; double milliseconds; };

#define LAUNCH(dpus, text, figure) {text, dpus, figure}

static const struct launch_row launch_rows[] = {
    LAUNCH(2, "2 DPUs", 0.135),
    LAUNCH(8, "8 DPUs", 0.104),
    LAUNCH(64, "64 DPUs", 0.143),
    LAUNCH(128, "128 DPUs", 0.157),
    LAUNCH(256, "256 DPUs", 0.198),
    LAUNCH(512, "512 DPUs", 0.263),
    LAUNCH(1024, "1,024 DPUs", 0.331),
    LAUNCH(2048, "2,048 DPUs", 0.614),
};
enum { LAUNCH_ROWS = sizeof launch_rows / sizeof *launch_rows };

static enum pim_status measure_launch(const struct pim_target *target, const struct launch_row *row, double *milliseconds,
                                      struct pim_error *error)
{
    struct study_outcome outcome;
    const struct study_kernel kernel = {"vector_add", row->dpus, {T(1), {"elements", 1}}};
    enum pim_status status = study_run_kernel(target, &kernel, 0, &outcome, error);
    if (status == PIM_OK)
        *milliseconds = (double)outcome.launch_ps / PS_PER_MS;
    return status;
}

/* ---- the study ---- */

enum { FIRST_TRANSFER = KERNEL_ROWS, FIRST_LAUNCH = KERNEL_ROWS + PRIM_TRANSFER_ROWS, ROWS = FIRST_LAUNCH + LAUNCH_ROWS };

static void describe(size_t index, struct pim_study_row *row)
{
    if (index < FIRST_TRANSFER) {
        const struct kernel_row *kernel = &kernel_rows[index];
        *row = (struct pim_study_row){.group = kernel->group, .conditions = kernel->conditions, .unit = "ms",
                                      .source = kernel->source, .target = kernel->target, .basis = kernel->basis, .published = kernel->milliseconds};
    } else if (index < FIRST_LAUNCH) {
        prim_transfer_describe(index - FIRST_TRANSFER, row);
    } else {
        const struct launch_row *launch = &launch_rows[index - FIRST_LAUNCH];
        *row = (struct pim_study_row){.group = "Launch cost", .conditions = launch->conditions, .unit = "ms",
                                      .source = "computed from " PRIM_GEMV_LOG, .basis = PIM_STUDY_MODEL,
                                      .published = launch->milliseconds};
    }
}

static enum pim_status measure(const struct pim_target *target, size_t index, double *figure, struct pim_error *error)
{
    if (index < FIRST_TRANSFER)
        return measure_kernel(target, &kernel_rows[index], figure, error);
    if (index < FIRST_LAUNCH)
        return prim_transfer_measure(target, index - FIRST_TRANSFER, figure, error);
    return measure_launch(target, &launch_rows[index - FIRST_LAUNCH], figure, error);
}

const struct pim_study study_upmem_prim = {
    .name = "upmem-prim",
    .title = "UPMEM: PrIM programs on hardware",
    .target = "upmem-2556",
    .notes = "Kernels of ours that execute, transfers in the calls of the logged host programs, launches. A kernel's time includes its launch. "
             "One set of parameters for all rows, nothing is fitted to a program.",
    .row_count = ROWS,
    .describe = describe,
    .measure = measure,
};
