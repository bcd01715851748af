/* Study upmem-micro: the published micro-benchmarks and kernel logs of one UPMEM DPU at 350 MHz against the DPU
 * back-end.
 *
 * Published: PrIM (Gomez-Luna et al., arXiv 2105.03814, IEEE Access 2022), as quoted in secondary sources; its
 * formulas; and hardware logs of PrIM's VA and GEMV in two public repositories. Ours: kernels of
 * pim_kernels/dpu that really execute, one run for each row; their instruction counts are discussed in
 * doc/kernels.md. The parameters are those of the target file.
 */
#include "measure.h"
#include "study.h"

#define PRIM "PrIM, arXiv 2105.03814 (secondary source)"
#define PRIM_FORMULA "formula of PrIM, arXiv 2105.03814"
#define VA_LOG "hardware log, GitHub 852866031/prim-benchmarks-insight @91bed18"
#define GEMV_LOG "hardware log, GitHub Morteza1814/prim-benchmarks @34bdafb"

/* How a run becomes a figure. */
enum measure {
    OPERATIONS_PER_SECOND, /* million */
    BYTES_PER_SECOND,      /* million, bytes_per_operation each */
    CYCLES_PER_OPERATION,
    SATURATION,            /* fewest tasklets that reach SATURATED of the throughput at the row's count */
};

static const double SATURATED = 0.98;

struct experiment {
    const char *group, *conditions, *unit, *source;
    double published;
    enum pim_study_basis basis;
    enum measure measure;
    uint64_t bytes_per_operation;
    struct study_kernel kernel;
};

#define T(n) {"tasklets", n}

/* ORDER ARITHMETIC OPERATION: 4 x type + operation. */
#define ARITHMETIC(row, text, figure, basis_of_row)                                                                   \
    {"Arithmetic throughput, WRAM", text ", 16 tasklets", "MOPS", PRIM, figure, PIM_STUDY_##basis_of_row,             \
     OPERATIONS_PER_SECOND, 0, {"arithmetic_loops", 1, {T(16), {"operation", row}, {"repeats", 40}}}}

#define STREAM(row, text, bytes, figure, basis_of_row)                                                                \
    {"WRAM bandwidth (STREAM, int64)", text ", 16 tasklets", "MB/s", PRIM, figure, PIM_STUDY_##basis_of_row,          \
     BYTES_PER_SECOND, bytes, {"wram_stream", 1, {T(16), {"mode", row}, {"repeats", 400}}}}

/* Modes of mram_stream: 0 read, 1 write in a loop, as the published program measures; 4, 5 back to back, as the
 * formula counts. */
#define MRAM(mode_number, text, log2_size, figure, figure_source)                                                     \
    {"MRAM bandwidth, one tasklet", text, "MB/s", figure_source, figure, PIM_STUDY_MODEL, BYTES_PER_SECOND,           \
     (uint64_t)1 << (log2_size), {"mram_stream", 1, {T(1), {"mode", mode_number}, {"size", log2_size}, {"transfers", 500}}}}

#define VA(count, text, figure)                                                                                       \
    {"VA, int32, 2,621,440 elements", text, "cycles/element", VA_LOG, figure, PIM_STUDY_TEST,                         \
     CYCLES_PER_OPERATION, 0, {"vector_add", 1, {T(count), {"elements", 2621440}}}}

/* The logs are of 512 rows a DPU; a row costs the same in 64. */
#define GEMV(count, text, figure)                                                                                     \
    {"GEMV, int32 values 0 to 49, 28,704 columns", text, "cycles/MAC", GEMV_LOG, figure, PIM_STUDY_TEST,              \
     CYCLES_PER_OPERATION, 0, {"gemv_int32", 1, {T(count), {"rows", 64}, {"columns", 28704}, {"range", 50}}}}

static const struct experiment experiments[] = {
    ARITHMETIC(0, "int32 add", 58.56, TEST),
    ARITHMETIC(1, "int32 subtract", 58.45, TEST),
    ARITHMETIC(2, "int32 multiply", 10.27, TEST),
    ARITHMETIC(3, "int32 divide", 11.27, ROUTINE),
    ARITHMETIC(4, "int64 add", 50.16, TEST),
    ARITHMETIC(5, "int64 subtract", 50.09, TEST),
    ARITHMETIC(6, "int64 multiply", 2.56, ROUTINE),
    ARITHMETIC(7, "int64 divide", 1.40, ROUTINE),
    ARITHMETIC(8, "float add", 4.91, ROUTINE),
    ARITHMETIC(9, "float subtract", 4.59, ROUTINE),
    ARITHMETIC(10, "float multiply", 1.91, ROUTINE),
    ARITHMETIC(11, "float divide", 0.34, ROUTINE),
    ARITHMETIC(12, "double add", 3.32, ROUTINE),
    ARITHMETIC(13, "double subtract", 3.11, ROUTINE),
    ARITHMETIC(14, "double multiply", 0.53, ROUTINE),
    ARITHMETIC(15, "double divide", 0.16, ROUTINE),

    {"Saturation", "int32 add: fewest tasklets for full throughput", "tasklets", PRIM, 11, PIM_STUDY_TEST, SATURATION, 0,
     {"arithmetic_loops", 1, {T(16), {"operation", 0}, {"repeats", 40}}}},
    {"Saturation", "COPY-DMA, 1024 bytes: the same", "tasklets", PRIM, 2, PIM_STUDY_TEST, SATURATION, 0,
     {"mram_stream", 1, {T(16), {"mode", 2}, {"size", 10}, {"transfers", 500}}}},

    STREAM(0, "copy", 16, 2818.98, TEST),
    STREAM(1, "add", 24, 1682.46, TEST),
    STREAM(2, "scale", 16, 42.03, ROUTINE),
    STREAM(3, "triad", 24, 61.66, ROUTINE),

    MRAM(4, "read, 8 bytes", 3, 34.57, PRIM_FORMULA),
    MRAM(4, "read, 16 bytes", 4, 65.88, PRIM_FORMULA),
    MRAM(4, "read, 32 bytes", 5, 120.43, PRIM_FORMULA),
    MRAM(4, "read, 64 bytes", 6, 205.50, PRIM_FORMULA),
    MRAM(4, "read, 128 bytes", 7, 317.73, PRIM_FORMULA),
    MRAM(4, "read, 256 bytes", 8, 437.07, PRIM_FORMULA),
    MRAM(4, "read, 512 bytes", 9, 538.14, PRIM_FORMULA),
    MRAM(4, "read, 1,024 bytes", 10, 608.49, PRIM_FORMULA),
    MRAM(4, "read, 2,048 bytes", 11, 651.04, PRIM_FORMULA),
    MRAM(0, "read, 2,048 bytes, measured", 11, 628.23, PRIM),
    MRAM(5, "write, 8 bytes", 3, 43.08, PRIM_FORMULA),
    MRAM(5, "write, 16 bytes", 4, 81.16, PRIM_FORMULA),
    MRAM(5, "write, 32 bytes", 5, 145.45, PRIM_FORMULA),
    MRAM(5, "write, 64 bytes", 6, 240.86, PRIM_FORMULA),
    MRAM(5, "write, 128 bytes", 7, 358.40, PRIM_FORMULA),
    MRAM(5, "write, 256 bytes", 8, 474.07, PRIM_FORMULA),
    MRAM(5, "write, 512 bytes", 9, 565.30, PRIM_FORMULA),
    MRAM(5, "write, 1,024 bytes", 10, 625.48, PRIM_FORMULA),
    MRAM(5, "write, 2,048 bytes", 11, 660.65, PRIM_FORMULA),
    MRAM(1, "write, 2,048 bytes, measured", 11, 633.22, PRIM),

    {"MRAM bandwidth, 16 tasklets", "COPY-DMA, 1,024 bytes, read + write", "MB/s", PRIM, 624.02, PIM_STUDY_MODEL,
     BYTES_PER_SECOND, 2048, {"mram_stream", 1, {T(16), {"mode", 2}, {"size", 10}, {"transfers", 500}}}},
    /* Whether the published figure counts reads, writes or both is not known; the set-up of the engine was taken from it for both. */
    {"MRAM bandwidth, 16 tasklets", "random 8 bytes, read + write", "MB/s", PRIM, 72.58, PIM_STUDY_MODEL,
     BYTES_PER_SECOND, 16, {"mram_stream", 1, {T(16), {"mode", 3}, {"size", 3}, {"transfers", 5000}}}},

    VA(1, "1 tasklet", 118.116),
    VA(2, "2 tasklets", 59.155),
    VA(4, "4 tasklets", 29.672),
    VA(8, "8 tasklets", 15.306),
    VA(16, "16 tasklets", 10.197),

    GEMV(1, "1 tasklet", 215.552),
    GEMV(2, "2 tasklets", 107.784),
    GEMV(4, "4 tasklets", 53.901),
    GEMV(8, "8 tasklets", 26.959),
    GEMV(16, "16 tasklets", 19.188),
};
enum { EXPERIMENTS = sizeof experiments / sizeof experiments[0] };

static double operations_per_cycle(const struct study_outcome *outcome)
{
    return (double)outcome->operations / (double)outcome->cycles;
}

static enum pim_status find_saturation(const struct pim_target *target, const struct experiment *experiment,
                                       const struct study_outcome *all, double *tasklets, struct pim_error *error)
{
    for (uint64_t count = 1; count <= experiment->kernel.settings[0].value; count++) {
        struct study_outcome outcome;
        enum pim_status status = study_run_kernel(target, &experiment->kernel, count, &outcome, error);
        if (status != PIM_OK)
            return status;
        *tasklets = (double)count;
        if (operations_per_cycle(&outcome) >= SATURATED * operations_per_cycle(all))
            break;
    }
    return PIM_OK;
}

static enum pim_status measure(const struct pim_target *target, size_t index, double *figure, struct pim_error *error)
{
    const struct experiment *experiment = &experiments[index];
    struct study_outcome outcome;
    enum pim_status status = study_run_kernel(target, &experiment->kernel, 0, &outcome, error);
    if (status != PIM_OK)
        return status;
    double microseconds = (double)outcome.kernel_ps / 1e6;
    switch (experiment->measure) {
    case OPERATIONS_PER_SECOND:
        *figure = (double)outcome.operations / microseconds;
        return PIM_OK;
    case BYTES_PER_SECOND:
        *figure = (double)(outcome.operations * experiment->bytes_per_operation) / microseconds;
        return PIM_OK;
    case CYCLES_PER_OPERATION:
        *figure = (double)outcome.cycles / (double)outcome.operations;
        return PIM_OK;
    default:
        return find_saturation(target, experiment, &outcome, figure, error);
    }
}

static void describe(size_t index, struct pim_study_row *row)
{
    const struct experiment *experiment = &experiments[index];
    *row = (struct pim_study_row){
        .group = experiment->group,
        .conditions = experiment->conditions,
        .unit = experiment->unit,
        .source = experiment->source,
        .basis = experiment->basis,
        .published = experiment->published,
    };
}

const struct pim_study study_upmem_micro = {
    .name = "upmem-micro",
    .title = "UPMEM: micro-benchmarks and kernel logs of one DPU",
    .target = "upmem-2556",
    .notes = "Every figure of ours comes from a kernel that executes on one emulated DPU; nothing is fitted to the compared figures.",
    .row_count = EXPERIMENTS,
    .describe = describe,
    .measure = measure,
};
