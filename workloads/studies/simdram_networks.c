/* Binary networks on the bit-serial machine, whole, every layer checked (kernel simdram_network), against processors and graphics processors.
 *
 * Per image: time of the banks, time with the transfers, their share, and how many times faster than a baseline that is. SIMDRAM's ratios are means
 * over its three networks, quoted from a secondary source and not verified; what its baselines ran is not known. Ours are
 *   LeNet-5  times of the 1-bit network that pLUTo measured (MICRO 2022, Table 7); its batch is not known
 *   VGG      bounds from data sheets, assumed to stand for the machines that the paper names: no public measurement of these shapes was found
 * A bound is the stated peak of one way to count bits, which programs hardly reach: a measured baseline would give larger ratios.
 */
#include "simdram_networks.h"

#include <math.h>
#include <string.h>

/* ORDER NETWORK PARAMETER */
enum { LENET5, VGG13_32, VGG16_32, VGG13_224, VGG16_224 };
enum figure { COMPUTE, TOTAL, SHARE, AGAINST_CPU, AGAINST_GPU };

struct network_run {
    const char *group, *target;
    unsigned network, images, layer, mapping;
    double formula_ms; /* an image, from the shapes alone; NAN: not computed */
};

struct baseline { double ms, macs_per_second; const char *source; }; /* ms: 0: operations over the rate */

#define RATIO_CPU "SIMDRAM (unverified): 16.7 x, mean of three networks; ours against "
#define RATIO_GPU "SIMDRAM (unverified): 1.4 x, mean of three networks; ours against "
static const double published_cpu = 16.7, published_gpu = 1.4;

/* A 512-bit vector of XNOR and population count takes two byte shuffles, of which a core does one a cycle (Mula, Kurz, Lemire, arXiv 1611.07612). */
static const struct baseline lenet_cpu = {0.249, 0, RATIO_CPU "pLUTo, MICRO 2022, Table 7: 249 us"},
                             lenet_gpu = {0.056, 0, RATIO_GPU "pLUTo, MICRO 2022, Table 7: 56 us"},
                             bound_cpu = {0, 256.0 * 16 * 2.1e9, RATIO_CPU "a bound (assumption): Xeon Gold 6130 (Skylake, AVX-512), 16 cores x 2.1 GHz "
                                          "(Intel ARK) x 256 bits a cycle"},
                             bound_gpu = {0, 16.0 * 32 * 80 * 1.455e9, RATIO_GPU "a bound (assumption): Titan V, 80 SM x 1.455 GHz (NVIDIA data sheet) x 16 "
                                          "counts of 32 bits (CUDA C++ Programming Guide, compute capability 7.0)"};

#define FORMULA "no published figure; formula: rounds x (XNOR 7K, count 8K - 8 log2(K + 1), threshold) x 49 ns, binary convolutions"
#define SHARE_SOURCE "SIMDRAM: share of transposition, mean over its operations"

/* One image a bank for VGG, 40 for LeNet-5, whose largest binary layer has 1,600 lanes; large images fill the banks alone. */
#define BANKS(count, suffix) "simdram-ddr4-" #count "bank" suffix
#define LENET(banks, suffix, text) {"LeNet-5, 40 images a bank, " text, BANKS(banks, suffix), LENET5, 40 * (banks), 0, 0, NAN}
#define SMALL(number, banks, suffix, text, ms) \
    {"VGG-" #number ", 32 x 32, 1 image a bank, " text, BANKS(banks, suffix), VGG##number##_32, banks, 0, 0, (ms) / (banks)}
#define LARGE(number, banks, suffix, text, ms) {"VGG-" #number ", 224 x 224, 1 image, " text, BANKS(banks, suffix), VGG##number##_224, 1, 0, 0, ms}
#define ONE_BANK "1 bank"
#define LIMITED "16 banks, tFAW (AAP as two), refresh"
#define LIMITED_ONE "16 banks, tFAW (AAP as one), refresh"

static const struct network_run runs[] = {
    {"LeNet-5, 1 image, 1 bank", BANKS(1, ""), LENET5, 1, 0, 0, NAN},
    LENET(1, "", ONE_BANK),
    {"LeNet-5, 655 images, 1 bank, weights in the commands", BANKS(1, ""), LENET5, 655, 0, 1, NAN},
    SMALL(13, 1, "", ONE_BANK, 16.1),
    SMALL(16, 1, "", ONE_BANK, 24.5),
    LENET(4, "", "4 banks"),
    LENET(16, "", "16 banks"),
    SMALL(13, 16, "", "16 banks", 16.1),
    SMALL(16, 16, "", "16 banks", 24.5),
    LENET(16, "-limited-one", LIMITED_ONE),
    LENET(16, "-limited", LIMITED),
    SMALL(16, 16, "-limited", LIMITED, NAN),
    /* simdram-networks */
    LARGE(13, 1, "", ONE_BANK, 134),
    LARGE(16, 1, "", ONE_BANK, 187),
    {"VGG-16, 224 x 224, conv1_2 alone, 1 bank", BANKS(1, ""), VGG16_224, 1, 2, 0, NAN},
    {"VGG-16, 224 x 224, conv1_2 alone, 1 bank, weights in the commands", BANKS(1, ""), VGG16_224, 1, 2, 1, NAN},
    LARGE(16, 4, "", "4 banks", NAN),
    LARGE(13, 16, "", "16 banks", 18.6),
    LARGE(16, 16, "", "16 banks", 27.1),
    LARGE(16, 16, "-limited-one", LIMITED_ONE, NAN),
    LARGE(13, 16, "-limited", LIMITED, NAN),
    LARGE(16, 16, "-limited", LIMITED, NAN),
};
_Static_assert(sizeof runs / sizeof runs[0] == SIMDRAM_SMALL_RUNS + SIMDRAM_LARGE_RUNS, "runs of both studies");

static const struct baseline *baseline_of(const struct network_run *run, bool gpu)
{
    if (run->network == LENET5)
        return gpu ? &lenet_gpu : &lenet_cpu;
    return gpu ? &bound_gpu : &bound_cpu;
}

/* Published for 1 and for 16 banks. */
static void describe_share(const struct network_run *run, struct pim_study_row *d)
{
    bool one = strstr(run->target, "-1bank") != NULL, sixteen = strstr(run->target, "-16bank") != NULL;
    d->unit = "%";
    d->basis = one || sixteen ? PIM_STUDY_PLAUSIBILITY : PIM_STUDY_FORMULA;
    d->published = one ? 7.1 : sixteen ? 44.6 : NAN;
    d->source = one ? SHARE_SOURCE ", 1 bank" : sixteen ? SHARE_SOURCE ", 16 banks" : "no published figure";
}

void simdram_network_describe(size_t first, size_t row, struct pim_study_row *d)
{
    static const char *const conditions[] = {[COMPUTE] = "convolutions", [TOTAL] = "all binary layers with transfers", [SHARE] = "share of transfers",
                                             [AGAINST_CPU] = "times faster than the CPU", [AGAINST_GPU] = "times faster than the GPU"};
    const struct network_run *run = &runs[first + row / SIMDRAM_NETWORK_FIGURES];
    enum figure figure = (enum figure)(row % SIMDRAM_NETWORK_FIGURES);
    *d = (struct pim_study_row){.group = run->group, .conditions = conditions[figure], .unit = "x", .target = run->target, .basis = PIM_STUDY_PLAUSIBILITY};
    switch (figure) {
    case COMPUTE: case TOTAL:
        d->unit = "ms/image";
        d->basis = PIM_STUDY_FORMULA;
        d->published = figure == COMPUTE ? run->formula_ms : NAN;
        d->source = figure == COMPUTE && !isnan(run->formula_ms) ? FORMULA : "no published figure";
        break;
    case SHARE:
        describe_share(run, d);
        break;
    case AGAINST_CPU: case AGAINST_GPU:
        d->published = figure == AGAINST_GPU ? published_gpu : published_cpu;
        d->source = baseline_of(run, figure == AGAINST_GPU)->source;
        break;
    }
}

enum pim_status simdram_network_execute(const struct pim_target *target, size_t index, struct study_outcome *outcome, struct pim_error *error)
{
    const struct network_run *run = &runs[index];
    const struct study_kernel kernel = {
        "simdram_network", 0, {{"network", run->network}, {"images", run->images}, {"layer", run->layer}, {"mapping", run->mapping}}};
    return study_run_kernel(target, &kernel, 0, outcome, error);
}

double simdram_network_figure(size_t first, size_t row, const struct study_outcome *outcome)
{
    const struct network_run *run = &runs[first + row / SIMDRAM_NETWORK_FIGURES];
    enum figure figure = (enum figure)(row % SIMDRAM_NETWORK_FIGURES);
    double images = run->images, total_ps = (double)(outcome->kernel_ps + outcome->transfer_ps), ms = total_ps / 1e9 / images;
    const struct baseline *baseline = baseline_of(run, figure == AGAINST_GPU);
    switch (figure) {
    case COMPUTE: return (double)outcome->step_ps[0] / 1e9 / images;
    case TOTAL: return ms;
    case SHARE: return 100 * (double)outcome->transfer_ps / total_ps;
    default: break;
    }
    double theirs = baseline->ms > 0 ? baseline->ms : (double)outcome->operations / images / baseline->macs_per_second * 1e3;
    return theirs / ms;
}

/* ---- simdram-networks ---- */

static size_t run_of(size_t index)
{
    return SIMDRAM_SMALL_RUNS + index / SIMDRAM_NETWORK_FIGURES;
}

static void describe(size_t index, struct pim_study_row *row)
{
    simdram_network_describe(SIMDRAM_SMALL_RUNS, index, row);
}

static double figure_of(size_t index, const struct study_outcome *outcome)
{
    return simdram_network_figure(SIMDRAM_SMALL_RUNS, index, outcome);
}

const struct pim_study study_simdram_networks = {
    .name = "simdram-networks",
    .title = "SIMDRAM: binary networks on large images",
    .target = "simdram-ddr4-1bank",
    .notes = "VGG-13 and VGG-16 with binary layers on 224 x 224 pixels, every layer checked; the first and the last layer are the host's. Weights and "
             "inputs of every lane come over the channel, copies and all, and the channel is the same for any number of banks.",
    .row_count = SIMDRAM_LARGE_RUNS * SIMDRAM_NETWORK_FIGURES,
    .describe = describe,
    .run_of = run_of,
    .execute = simdram_network_execute,
    .figure = figure_of,
};
