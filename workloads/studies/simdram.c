/* Study simdram: operations of the bit-serial machine on 65,536 columns a bank, against what is published.
 *
 * Each row runs the kernel simdram_operation, a bulk operation on random elements in every column of every bank, which checks its results. Latencies that other authors have
 * published are tests, but for those that the 49 ns a command come from. Throughputs and energies of SIMDRAM's own evaluation are only known as bars and means; what stands beside ours is
 * published command count x 49 ns, or x 0.871 nJ, and so no test of time: it shows that our programs are no longer than the published ones.
 */
#include "study.h"

#include <math.h>

#include "measure.h"
#include "operations.h"
#include "simdram_networks.h"

/* AMBIT_: the same operation gate by gate. Ratios say how much faster, or with how much less energy, SIMDRAM's program is; means are over the 16 operations. */
enum figure { LATENCY_NS, THROUGHPUT, ENERGY_NJ, TRANSPOSITION, AMBIT_LATENCY_NS, AMBIT_TIME_RATIO, AMBIT_MEAN_TIME_RATIO, AMBIT_MEAN_ENERGY_RATIO, IMPLIED_CPU,
              IMPLIED_GPU };

struct experiment {
    const char *group, *conditions, *source, *target;
    double published;
    enum pim_study_basis basis;
    enum figure figure;
    enum bitserial_operation operation;
    unsigned width;
};

#define PROTEUS "Proteus, arXiv 2501.17466, latency table (secondary source)"
#define PLUTO "pLUTo, MICRO 2022, Table 6"
#define COUNTS "SIMDRAM, ASPLOS 2021: command count of the operation x 49 ns"
#define ENERGY "SIMDRAM command count x 0.871 nJ (CMU-SAFARI/pLUTo)"

#define LATENCY(basis_of_row, text, source_, figure_, name, bits) \
    {"Latency, one bank", text, source_, "simdram-ddr4-1bank", figure_, PIM_STUDY_##basis_of_row, LATENCY_NS, BITSERIAL_##name, bits}

/* Operations a second at 32 bits: published count, lanes of one bank, 49 ns. */
#define RATE(banks, name, text, commands)                                                                                          \
    {"Throughput at 32 bits, " #banks " bank(s)", text, COUNTS, "simdram-ddr4-" #banks "bank", 65536.0 * (banks) / ((commands) * 49.0), \
     PIM_STUDY_FORMULA, THROUGHPUT, BITSERIAL_##name, 32}
#define RATES(banks)                                                                                                                       \
    RATE(banks, ADD, "addition", 257), RATE(banks, SUB, "subtraction", 257), RATE(banks, MUL, "multiplication", 11103),                    \
    RATE(banks, DIV, "division", 8576), RATE(banks, ABS, "absolute value", 318), RATE(banks, GT, "greater", 98),                           \
    RATE(banks, GE, "greater or equal", 98), RATE(banks, EQ, "equal", 131), RATE(banks, MAX, "maximum", 322),                              \
    RATE(banks, MIN, "minimum", 322), RATE(banks, IF_ELSE, "if-then-else", 224), RATE(banks, RELU, "ReLU", 97),                            \
    RATE(banks, BITCOUNT, "bit count", 248), RATE(banks, AND_RED, "AND reduction", 82), RATE(banks, OR_RED, "OR reduction", 82),           \
    RATE(banks, XOR_RED, "XOR reduction", 98)

#define JOULES(name, text, commands) \
    {"Energy at 32 bits, one bank", text, ENERGY, "simdram-ddr4-1bank", (commands) * 0.871, PIM_STUDY_FORMULA, ENERGY_NJ, BITSERIAL_##name, 32}

/* What the papers leave out: 16 banks behind one activation window, and refresh. */
#define LIMITED(name, text) \
    {"Throughput at 32 bits, 16 banks, tFAW and refresh", text, "not published", "simdram-ddr4-16bank-limited", NAN, PIM_STUDY_FORMULA, THROUGHPUT, BITSERIAL_##name, 32}

/* What the published means, 88 x the CPU's throughput and 5.8 x the GPU's on 16 banks, say of those machines if every operation had the mean; beside it
 * what their memories can move. `bytes` of an operation: two operands or one, and the result. */
static const double mean_cpu = 88, mean_gpu = 5.8;
#define CPU_GBS 127.97 /* six channels of DDR4-2666 */
#define GPU_GBS 652.8
#define IMPLIED(name, text, bytes)                                                                                                                \
    {"CPU and GPU throughput that the published means imply, 32 bits", text ", CPU", "bound (assumption): Xeon Gold 6130, six channels DDR4-2666 (Intel ARK), " \
     #bytes " bytes", "simdram-ddr4-16bank", CPU_GBS / (bytes), PIM_STUDY_PLAUSIBILITY, IMPLIED_CPU, BITSERIAL_##name, 32},                       \
    {"CPU and GPU throughput that the published means imply, 32 bits", text ", GPU", "bound (assumption): Titan V, 652.8 GB/s (NVIDIA data sheet), " #bytes " bytes", \
     "simdram-ddr4-16bank", GPU_GBS / (bytes), PIM_STUDY_PLAUSIBILITY, IMPLIED_GPU, BITSERIAL_##name, 32}

/* The mean over the 16 operations of the time in which their operands and results are turned and moved, as a share of all. Which widths SIMDRAM has averaged
 * over, and whether results are turned back, is not said. */
#define SHARE(banks, text, suffix, source_, figure_, basis_of_row) \
    {"Transposition, share of the time at 32 bits", text, source_, "simdram-ddr4-" #banks "bank" suffix, figure_, PIM_STUDY_##basis_of_row, \
     TRANSPOSITION, BITSERIAL_ADD, 32}
#define MEAN_SHARE "SIMDRAM, ASPLOS 2021, mean of its 16 operations (secondary source)"

#define AMBIT_CASE(text, figure_, name, bits) \
    {"Ambit gate by gate, latency, one bank", text, PLUTO, "simdram-ddr4-1bank", figure_, PIM_STUDY_TEST, AMBIT_LATENCY_NS, BITSERIAL_##name, bits}
#define AMBIT_RATIO(name, text) \
    {"SIMDRAM over Ambit at 32 bits, one bank", text, "not published", "simdram-ddr4-1bank", NAN, PIM_STUDY_FORMULA, AMBIT_TIME_RATIO, BITSERIAL_##name, 32}
#define AMBIT_MEAN(text, figure_, kind) \
    {"SIMDRAM over Ambit at 32 bits, one bank", text, "SIMDRAM, ASPLOS 2021 (secondary source)", "simdram-ddr4-1bank", figure_, PIM_STUDY_PLAUSIBILITY, kind, \
     BITSERIAL_OPERATION_COUNT, 32}

static const struct experiment experiments[] = {
    LATENCY(MODEL, "multiplication, 2 bits", PROTEUS, 1617, MUL, 2),
    LATENCY(MODEL, "multiplication, 4 bits", PROTEUS, 7595, MUL, 4),
    LATENCY(MODEL, "multiplication, 7 bits", PROTEUS, 24647, MUL, 7),
    LATENCY(MODEL, "multiplication, 8 bits", PROTEUS, 32487, MUL, 8),
    LATENCY(MODEL, "multiplication, 16 bits", PROTEUS, 134015, MUL, 16),
    LATENCY(MODEL, "multiplication, 32 bits", PROTEUS, 544047, MUL, 32),
    LATENCY(TEST, "ReLU, 16 bits", PROTEUS, 2401, RELU, 16),
    LATENCY(TEST, "addition, 4 bits", PLUTO, 1585, ADD, 4),
    LATENCY(TEST, "multiplication, 4 bits (pLUTo's figure)", PLUTO, 7451, MUL, 4),
    LATENCY(TEST, "bit count, 4 bits", PLUTO, 1156, BITCOUNT, 4),
    LATENCY(TEST, "bit count, 8 bits", PLUTO, 2696, BITCOUNT, 8),
    RATES(1),
    RATES(4),
    RATES(16),
    JOULES(ADD, "addition", 257), JOULES(SUB, "subtraction", 257), JOULES(MUL, "multiplication", 11103), JOULES(DIV, "division", 8576),
    JOULES(ABS, "absolute value", 318), JOULES(GT, "greater", 98), JOULES(EQ, "equal", 131), JOULES(MAX, "maximum", 322),
    JOULES(IF_ELSE, "if-then-else", 224), JOULES(RELU, "ReLU", 97), JOULES(BITCOUNT, "bit count", 248), JOULES(AND_RED, "AND reduction", 82),
    JOULES(XOR_RED, "XOR reduction", 98),
    LIMITED(ADD, "addition"), LIMITED(MUL, "multiplication"), LIMITED(EQ, "equal"), LIMITED(RELU, "ReLU"), LIMITED(BITCOUNT, "bit count"),
    SHARE(1, "one bank", "", MEAN_SHARE, 7.1, PLAUSIBILITY),
    SHARE(16, "16 banks", "", MEAN_SHARE, 44.6, PLAUSIBILITY),
    SHARE(1, "one bank, hidden behind launches", "-overlap", "not published", NAN, FORMULA),
    SHARE(16, "16 banks, hidden behind launches", "-overlap", "not published", NAN, FORMULA),
    IMPLIED(ADD, "addition", 12), IMPLIED(MUL, "multiplication", 16), IMPLIED(EQ, "equal", 9), IMPLIED(RELU, "ReLU", 8), IMPLIED(BITCOUNT, "bit count", 5),
    AMBIT_CASE("addition, 4 bits", 5081, ADD, 4),
    AMBIT_CASE("multiplication, 4 bits", 19065, MUL, 4),
    AMBIT_CASE("bit count, 4 bits", 2936, BITCOUNT, 4),
    AMBIT_CASE("bit count, 8 bits", 6901, BITCOUNT, 8),
    AMBIT_RATIO(ADD, "addition"), AMBIT_RATIO(SUB, "subtraction"), AMBIT_RATIO(MUL, "multiplication"), AMBIT_RATIO(DIV, "division"),
    AMBIT_RATIO(ABS, "absolute value"), AMBIT_RATIO(GT, "greater"), AMBIT_RATIO(GE, "greater or equal"), AMBIT_RATIO(EQ, "equal"),
    AMBIT_RATIO(MAX, "maximum"), AMBIT_RATIO(MIN, "minimum"), AMBIT_RATIO(IF_ELSE, "if-then-else"), AMBIT_RATIO(RELU, "ReLU"),
    AMBIT_RATIO(BITCOUNT, "bit count"), AMBIT_RATIO(AND_RED, "AND reduction"), AMBIT_RATIO(OR_RED, "OR reduction"),
    AMBIT_RATIO(XOR_RED, "XOR reduction"),
    AMBIT_MEAN("mean of the 16 operations, throughput", 2.0, AMBIT_MEAN_TIME_RATIO),
    AMBIT_MEAN("mean of the 16 operations, energy efficiency", 2.6, AMBIT_MEAN_ENERGY_RATIO),
};
enum { EXPERIMENTS = sizeof experiments / sizeof experiments[0] };

/* The 16 operations of SIMDRAM's evaluation. */
static const enum bitserial_operation evaluated[] = {
    BITSERIAL_ADD, BITSERIAL_SUB, BITSERIAL_MUL, BITSERIAL_DIV, BITSERIAL_ABS, BITSERIAL_GT, BITSERIAL_GE, BITSERIAL_EQ, BITSERIAL_MAX, BITSERIAL_MIN,
    BITSERIAL_IF_ELSE, BITSERIAL_RELU, BITSERIAL_BITCOUNT, BITSERIAL_AND_RED, BITSERIAL_OR_RED, BITSERIAL_XOR_RED};
enum { EVALUATED = sizeof evaluated / sizeof evaluated[0] };

enum { BULK, GATES }; /* parameter `form` of the kernel */

static enum pim_status run_form(const struct pim_target *target, enum bitserial_operation operation, unsigned width, unsigned form,
                                struct study_outcome *outcome, struct pim_error *error)
{
    const struct study_kernel kernel = {"simdram_operation", 0, {{"operation", operation}, {"width", width}, {"form", form}}};
    return study_run_kernel(target, &kernel, 0, outcome, error);
}

static enum pim_status ratio(const struct pim_target *target, enum bitserial_operation operation, unsigned width, bool energy, double *figure,
                             struct pim_error *error)
{
    struct study_outcome bulk, gates;
    enum pim_status status = run_form(target, operation, width, BULK, &bulk, error);
    if (status == PIM_OK)
        status = run_form(target, operation, width, GATES, &gates, error);
    if (status == PIM_OK)
        *figure = energy ? gates.launch_nj / bulk.launch_nj : (double)gates.kernel_ps / (double)bulk.kernel_ps;
    return status;
}

static enum pim_status mean_ratio(const struct pim_target *target, unsigned width, bool energy, double *figure, struct pim_error *error)
{
    *figure = 0;
    for (size_t i = 0; i < EVALUATED; i++) {
        double one;
        enum pim_status status = ratio(target, evaluated[i], width, energy, &one, error);
        if (status != PIM_OK)
            return status;
        *figure += one / EVALUATED;
    }
    return PIM_OK;
}

/* Two rounds: the second is one of a stream, which has a launch before it. */
static enum pim_status measure_transposition(const struct pim_target *target, unsigned width, double *share, struct pim_error *error)
{
    *share = 0;
    for (size_t i = 0; i < EVALUATED; i++) {
        const struct study_kernel kernel = {"simdram_operation", 0, {{"operation", evaluated[i]}, {"width", width}, {"rounds", 2}}};
        struct study_outcome outcome;
        enum pim_status status = study_run_kernel(target, &kernel, 0, &outcome, error);
        if (status != PIM_OK)
            return status;
        *share += 100.0 * (double)outcome.transfer_ps / (double)(outcome.transfer_ps + outcome.kernel_ps) / EVALUATED;
    }
    return PIM_OK;
}

static enum pim_status measure(const struct pim_target *target, size_t index, double *figure, struct pim_error *error)
{
    const struct experiment *e = &experiments[index];
    struct study_outcome outcome;
    if (e->figure == TRANSPOSITION)
        return measure_transposition(target, e->width, figure, error);
    if (e->figure == AMBIT_TIME_RATIO)
        return ratio(target, e->operation, e->width, false, figure, error);
    if (e->figure == AMBIT_MEAN_TIME_RATIO || e->figure == AMBIT_MEAN_ENERGY_RATIO)
        return mean_ratio(target, e->width, e->figure == AMBIT_MEAN_ENERGY_RATIO, figure, error);
    enum pim_status status = run_form(target, e->operation, e->width, e->figure == AMBIT_LATENCY_NS ? GATES : BULK, &outcome, error);
    double nanoseconds = (double)outcome.kernel_ps / 1e3;
    if (status != PIM_OK)
        return status;
    switch (e->figure) {
    case THROUGHPUT: *figure = (double)outcome.operations / nanoseconds; break;
    case ENERGY_NJ: *figure = outcome.launch_nj; break;
    case TRANSPOSITION: break; /* above */
    case IMPLIED_CPU: *figure = (double)outcome.operations / nanoseconds / mean_cpu; break;
    case IMPLIED_GPU: *figure = (double)outcome.operations / nanoseconds / mean_gpu; break;
    default: *figure = nanoseconds; break;
    }
    return PIM_OK;
}

static void describe(size_t index, struct pim_study_row *row)
{
    static const char *const units[] = {[LATENCY_NS] = "ns", [THROUGHPUT] = "GOps/s", [ENERGY_NJ] = "nJ", [TRANSPOSITION] = "%", [IMPLIED_CPU] = "GOps/s",
                                        [IMPLIED_GPU] = "GOps/s",
                                        [AMBIT_LATENCY_NS] = "ns", [AMBIT_TIME_RATIO] = "x", [AMBIT_MEAN_TIME_RATIO] = "x", [AMBIT_MEAN_ENERGY_RATIO] = "x"};
    if (index >= EXPERIMENTS) {
        simdram_network_describe(0, index - EXPERIMENTS, row);
        return;
    }
    const struct experiment *e = &experiments[index];
    *row = (struct pim_study_row){.group = e->group, .conditions = e->conditions, .unit = units[e->figure], .source = e->source,
                                  .target = e->target, .basis = e->basis, .published = e->published};
}

/* Rows of the networks follow the experiments. */
static size_t run_of(size_t index)
{
    return index < EXPERIMENTS ? STUDY_NO_RUN : (index - EXPERIMENTS) / SIMDRAM_NETWORK_FIGURES;
}

static double figure_of(size_t index, const struct study_outcome *outcome)
{
    return simdram_network_figure(0, index - EXPERIMENTS, outcome);
}

const struct pim_study study_simdram = {
    .name = "simdram",
    .title = "SIMDRAM: operations in DRAM banks",
    .target = "simdram-ddr4-1bank",
    .notes = "Every operation runs on random elements in all columns and is checked. Programs are as long as the published command counts say, or "
             "shorter: division, by 10 %. Ambit runs the textbook circuit of each operation with a bulk operation a gate (NOT 2 commands, AND and OR 4, "
             "XOR 7); the circuits are ours, since the papers do not give theirs, and ratios to Ambit depend on them. Transposition costs what the bytes of "
             "operands and results cost on the channel, which is far more than SIMDRAM states. Binary networks run whole, every layer checked, the first "
             "and the last on the host; LeNet-5's baselines are "
             "published times, those of VGG bounds from data sheets.",
    .row_count = EXPERIMENTS + SIMDRAM_SMALL_RUNS * SIMDRAM_NETWORK_FIGURES,
    .describe = describe,
    .measure = measure,
    .run_of = run_of,
    .execute = simdram_network_execute,
    .figure = figure_of,
};
