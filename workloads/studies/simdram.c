/* Study simdram: operations of the bit-serial machine on 65,536 columns a bank, against what is published.
 *
 * Each row runs one bulk operation on random elements in every column of every bank and checks the results. Latencies that other authors have
 * published are tests, but for those that the 49 ns a command come from. Throughputs and energies of SIMDRAM's own evaluation are only known as bars and means; what stands beside ours is
 * published command count x 49 ns, or x 0.871 nJ, and so no test of time: it shows that our programs are no longer than the published ones.
 */
#include "study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bitserial/transpose.h"
#include "bitserial_backend.h"
#include "program_writer.h"
#include "random.h"

enum figure { LATENCY_NS, THROUGHPUT, ENERGY_NJ };

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
};
enum { EXPERIMENTS = sizeof experiments / sizeof experiments[0] };

/* ---- one operation on all banks ---- */

/* Rows of the operands: destination (up to 128), a, b, select. */
static const bitserial_row places[BITSERIAL_MOST_ROW_OPERANDS] = {0, 128, 192, 256};

struct job {
    struct pim_device *device;
    const struct experiment *experiment;
    size_t columns;
    uint64_t row_bytes;
    uint64_t *elements[3]; /* a, b, select: one of each a column */
    uint64_t *rows;        /* room for BITSERIAL_WIDEST rows */
};

static bool make_job(struct job *job)
{
    bool good = true;
    job->rows = calloc(BITSERIAL_WIDEST, job->row_bytes);
    for (unsigned i = 0; i < 3; i++) {
        job->elements[i] = calloc(job->columns, sizeof(uint64_t));
        good = good && job->elements[i];
    }
    return good && job->rows;
}

static void free_job(struct job *job)
{
    for (unsigned i = 0; i < 3; i++)
        free(job->elements[i]);
    free(job->rows);
}

/* The same elements to every bank: it is one broadcast for the host and does not enter the figures. */
static enum pim_status write_operands(struct job *job, struct pim_error *error)
{
    const struct experiment *e = job->experiment;
    for (unsigned i = 0; i <= (unsigned)bitserial_operations[e->operation].form; i++) {
        unsigned width = i == 2 ? 1 : e->width;
        for (size_t column = 0; column < job->columns; column++)
            job->elements[i][column] = pim_random(1, i, column) >> (64 - width);
        bitserial_to_rows(job->elements[i], sizeof(uint64_t), width, job->columns, job->rows, job->row_bytes / sizeof(uint64_t));
        for (uint32_t unit = 0; unit < pim_device_units(job->device); unit++) {
            struct pim_transfer transfer = {.unit = unit, .space = BITSERIAL_SPACE_ROWS, .offset = places[i + 1] * job->row_bytes,
                                            .bytes = width * job->row_bytes, .data = job->rows};
            enum pim_status status = pim_device_transfer(job->device, PIM_TO_UNIT, &transfer, 1, error);
            if (status != PIM_OK)
                return status;
        }
    }
    return PIM_OK;
}

static enum pim_status run_operation(struct job *job, struct pim_image **image, struct pim_error *error)
{
    const struct experiment *e = job->experiment;
    struct program_writer writer = {0};
    write_bulk(&writer, e->operation, false, e->width, places);
    enum pim_status status = bitserial_image(&writer, image, error);
    if (status == PIM_OK)
        status = pim_device_load(job->device, (struct pim_units){0, 0}, *image, error);
    if (status == PIM_OK)
        status = pim_ledger_reset(job->device, error);
    return status == PIM_OK ? pim_device_run(job->device, (struct pim_units){0, 0}, error) : status;
}

/* The low 64 bits of every element of the last bank. */
static enum pim_status check_results(struct job *job, struct pim_error *error)
{
    const struct experiment *e = job->experiment;
    unsigned width = bitserial_result_width(e->operation, e->width), shown = width < BITSERIAL_WIDEST ? width : BITSERIAL_WIDEST;
    struct pim_transfer transfer = {.unit = pim_device_units(job->device) - 1, .space = BITSERIAL_SPACE_ROWS, .offset = places[0] * job->row_bytes,
                                    .bytes = shown * job->row_bytes, .data = job->rows};
    enum pim_status status = pim_device_transfer(job->device, PIM_FROM_UNIT, &transfer, 1, error);
    uint64_t *results = status == PIM_OK ? calloc(job->columns, sizeof *results) : NULL;
    if (status == PIM_OK && results == NULL)
        status = pim_fail(error, PIM_NO_MEMORY, "no memory for results");
    if (status == PIM_OK)
        bitserial_from_rows(job->rows, job->row_bytes / sizeof(uint64_t), shown, job->columns, results, sizeof *results);
    for (size_t i = 0; status == PIM_OK && i < job->columns; i++) {
        struct bitserial_element want = bitserial_meaning(e->operation, job->elements[0][i], job->elements[1][i], job->elements[2][i], e->width, false);
        if (results[i] != want.low)
            status = pim_fail(error, PIM_MISMATCH, "%s, %u bits, column %zu: %#llx, expected %#llx", bitserial_operations[e->operation].name,
                              e->width, i, (unsigned long long)results[i], (unsigned long long)want.low);
    }
    free(results);
    return status;
}

static double figure_of(struct job *job)
{
    const struct pim_ledger *ledger = pim_device_ledger(job->device);
    double nanoseconds = (double)ledger->kernel_ps / 1e3;
    switch (job->experiment->figure) {
    case LATENCY_NS: return nanoseconds;
    case THROUGHPUT: return (double)job->columns * pim_device_units(job->device) / nanoseconds;
    case ENERGY_NJ: break;
    }
    return (double)ledger->total_energy / 1e9;
}

static enum pim_status run_job(struct job *job, double *figure, struct pim_error *error)
{
    struct pim_image *image = NULL;
    enum pim_status status = make_job(job) ? PIM_OK : pim_fail(error, PIM_NO_MEMORY, "no memory for operands");
    if (status == PIM_OK)
        status = write_operands(job, error);
    if (status == PIM_OK)
        status = run_operation(job, &image, error);
    if (status == PIM_OK)
        *figure = figure_of(job);
    if (status == PIM_OK)
        status = check_results(job, error);
    pim_device_close(job->device);
    pim_image_free(image);
    free_job(job);
    return status;
}

static uint64_t integer_parameter(const struct pim_target *target, const char *key)
{
    const struct pim_parameter *row = pim_target_backend(target)->parameters;
    while (row->key != NULL && strcmp(row->key, key) != 0)
        row++;
    uint64_t value = 0;
    if (row->key != NULL)
        memcpy(&value, (const char *)pim_target_parameters(target) + row->offset, sizeof value);
    return value;
}

static enum pim_status measure(const struct pim_target *target, size_t index, double *figure, struct pim_error *error)
{
    struct pim_device_options options = {.mode = PIM_TIMING};
    struct job job = {.experiment = &experiments[index], .row_bytes = integer_parameter(target, "memory.row_bytes")};
    if (strcmp(pim_target_backend(target)->name, "bitserial") != 0)
        return pim_fail(error, PIM_USAGE, "study simdram runs on a target of the back-end bitserial, not on %s", pim_target_name(target));
    job.columns = 8 * job.row_bytes;
    enum pim_status status = pim_device_open(target, &options, &job.device, error);
    return status == PIM_OK ? run_job(&job, figure, error) : status;
}

static void describe(size_t index, struct pim_study_row *row)
{
    static const char *const units[] = {[LATENCY_NS] = "ns", [THROUGHPUT] = "GOps/s", [ENERGY_NJ] = "nJ"};
    const struct experiment *e = &experiments[index];
    *row = (struct pim_study_row){.group = e->group, .conditions = e->conditions, .unit = units[e->figure], .source = e->source,
                                  .target = e->target, .basis = e->basis, .published = e->published};
}

const struct pim_study study_simdram = {
    .name = "simdram",
    .title = "SIMDRAM: operations in DRAM banks",
    .target = "simdram-ddr4-1bank",
    .notes = "Every operation runs on random elements in all columns and is checked. Programs are as long as the published command counts say, or "
             "shorter: division, by 10 %.",
    .row_count = EXPERIMENTS,
    .describe = describe,
    .measure = measure,
};
