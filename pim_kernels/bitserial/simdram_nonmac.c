/* Operations that are no multiply-accumulates: ReLU, maximum, functions by a small network (as NEON, arXiv 2211.05730, has it), by a table, or by shifts
 * and additions, and softmax. A lane is a number, or a vector whose elements stand below each other. Every result is compared, bit by bit,
 * with the same in integers; how far that is from the real function is reported beside it.
 */
#include "nonmac.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

enum { OPERATION, METHOD, HIDDEN, WIDTH, OPERANDS, TABLE_BITS, ELEMENTS, DEVIATION };

/* ORDER NONMAC OPERATION: these, then the scalar functions. */
#define OPERATIONS(X) X(RELU, relu) X(MAX, max) X(ARGMAX, argmax) X(SOFTMAX, softmax)
enum {
#define OPERATION_ENUM(name, text) OPERATION_##name,
    OPERATIONS(OPERATION_ENUM)
#undef OPERATION_ENUM
    FIRST_FUNCTION,
    OPERATION_COUNT = FIRST_FUNCTION + SCALAR_FUNCTION_COUNT
};

#define OPERATION_TEXT(name, text) #text,
#define FUNCTION_TEXT(name, text, ...) #text,
static const char *const operation_names[] = {OPERATIONS(OPERATION_TEXT) SCALAR_FUNCTIONS(FUNCTION_TEXT) NULL};
#undef FUNCTION_TEXT
#undef OPERATION_TEXT
#define OPERATION_ADDRESS(name, text) &nonmac_##text,
static const struct nonmac_operation *const operation_rows[] = {OPERATIONS(OPERATION_ADDRESS)};
#undef OPERATION_ADDRESS
#define METHOD_TEXT(name, text) text,
static const char *const method_names[] = {NONMAC_METHODS(METHOD_TEXT) NULL};
#undef METHOD_TEXT

enum { MOST_OPERANDS = 64, SOFTMAX_NARROWEST = 8, LOGIT_INTEGER = 4 }; /* logits from -16 to 16: beyond that e^x is 0 in 24 bits */

static const struct pim_kernel_parameter parameters[] = {
    {"operation", 0, OPERATION_COUNT - 1, OPERATION_RELU, "what is computed"},
    {"method", 0, NONMAC_METHOD_COUNT - 1, NONMAC_NETWORK, "how functions, and the exponentials of softmax, are computed"},
    {"hidden", 1, RELU_NETWORK_MOST, 16, "ReLUs of the network"},
    {"width", 2, BITSERIAL_WIDEST - 1, 16, "bits of a number, two's complement; functions 6 to 24, softmax 8 to 24"},
    {"operands", 1, MOST_OPERANDS, 2, "numbers in a lane, for max, argmax and softmax"},
    {"table_bits", 1, TABLE_MOST_BITS, 8, "bits of the table's address"},
    {"elements", 0, 1u << 30, 0, "lanes that are filled, in as many rounds as needed; 0: every lane once"},
    {"deviation", 1, 8, 2, "standard deviation of the logits"},
    {0},
};
static const struct pim_kernel_choice choices[] = {{"operation", operation_names}, {"method", method_names}, {0}};

/* ---- data: a function of seed, lane and operand ---- */

enum { STREAM_UNIFORM, STREAM_RADIUS, STREAM_ANGLE };

static int64_t lowest(const struct nonmac *n)
{
    return -(INT64_C(1) << (n->width - 1));
}

/* Normal, by the polar form of Box and Muller; rounded to a logit and cut at the ends of the numbers. */
static int64_t logit(const struct nonmac *n, uint64_t index)
{
    const struct pim_kernel_job *job = n->lanes.job;
    double radius = (double)((pim_random(job->seed, STREAM_RADIUS, index) >> 11) + 1) * 0x1p-53;
    double angle = (double)(pim_random(job->seed, STREAM_ANGLE, index) >> 11) * 0x1p-53;
    double normal = sqrt(-2 * log(radius)) * cos(2 * M_PI * angle) * (double)job->values[DEVIATION];
    double scaled = floor(ldexp(normal, (int)n->unit.range.x_fraction) + 0.5);
    return (int64_t)fmin(fmax(scaled, (double)lowest(n)), -1.0 - (double)lowest(n));
}

/* The ends of the numbers, the ends of the function's range and their neighbours, zero; then numbers in the range, all equally likely. */
static int64_t number(const struct nonmac *n, uint64_t lane, uint64_t index)
{
    const struct fixed_range *range = &n->unit.range;
    bool ranged = n->operation == &nonmac_function;
    int64_t low = ranged ? range->low : lowest(n), high = ranged ? range->high : -1 - lowest(n);
    const int64_t corners[] = {low, high, lowest(n), -1 - lowest(n), low + 1, high - 1, low > lowest(n) ? low - 1 : low,
                               high < -1 - lowest(n) ? high + 1 : high, 0};
    if (lane < sizeof corners / sizeof *corners)
        return corners[(lane + index) % (sizeof corners / sizeof *corners)];
    return low + (int64_t)(pim_random(n->lanes.job->seed, STREAM_UNIFORM, index) % ((uint64_t)(high - low) + 1));
}

static int64_t operand(const struct nonmac *n, uint64_t lane, unsigned i)
{
    uint64_t index = lane * n->operands + i;
    return n->operation == &nonmac_softmax ? logit(n, index) : number(n, lane, index);
}

/* ---- a round: one fill of the lanes ---- */

enum pim_status nonmac_flush(struct nonmac *n, struct pim_error *error)
{
    write_microprogram(&n->writer, &n->program);
    microprogram_free(&n->program);
    return lanes_run(&n->lanes, &n->writer, error);
}

static enum pim_status write_operands(struct nonmac *n, uint64_t top, uint64_t count, uint64_t *elements, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    for (unsigned i = 0; status == PIM_OK && i < n->operands; i++) {
        for (uint64_t lane = 0; lane < count; lane++)
            elements[lane] = (uint64_t)operand(n, top + lane, i);
        status = lanes_write(&n->lanes, nonmac_operand(n, i)[0], n->width, elements, count, error);
    }
    return status;
}

static enum pim_status read_results(struct nonmac *n, uint64_t top, uint64_t count, uint64_t *elements, int64_t *results, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    for (unsigned i = 0; status == PIM_OK && i < n->results; i++) {
        status = lanes_read(&n->lanes, n->operation->many_results ? nonmac_operand(n, i)[0] : n->y[0], n->width, elements, count, error);
        for (uint64_t lane = 0; status == PIM_OK && lane < count; lane++)
            results[(top + lane) * n->results + i] = nonmac_signed(n, (int64_t)elements[lane]);
    }
    return status;
}

static enum pim_status run_round(struct nonmac *n, uint64_t top, uint64_t count, uint64_t *elements, int64_t *results, struct pim_error *error)
{
    enum pim_status status = write_operands(n, top, count, elements, error);
    if (status == PIM_OK)
        status = n->operation->program(n, error);
    if (status == PIM_OK)
        status = nonmac_flush(n, error);
    return status == PIM_OK ? read_results(n, top, count, elements, results, error) : status;
}

/* ---- the whole ---- */

static enum pim_status choose(struct nonmac *n, struct pim_kernel_job *job, struct pim_error *error)
{
    bool function = job->values[OPERATION] >= FIRST_FUNCTION, softmax = job->values[OPERATION] == OPERATION_SOFTMAX;
    n->operation = function ? &nonmac_function : operation_rows[job->values[OPERATION]];
    n->width = (unsigned)job->values[WIDTH];
    n->operands = n->operation->one_operand ? 1 : (unsigned)job->values[OPERANDS];
    n->results = n->operation->many_results ? n->operands : 1;
    unsigned narrowest = softmax ? SOFTMAX_NARROWEST : FIXED_NARROWEST;
    if (!function && !softmax)
        return PIM_OK;
    if (n->width < narrowest || n->width > FIXED_WIDEST)
        return pim_fail(error, PIM_USAGE, "simdram_nonmac: width is %u, expected %u to %d for %s", n->width, narrowest, FIXED_WIDEST,
                        operation_names[job->values[OPERATION]]);
    const struct scalar_function *f = &scalar_functions[softmax ? SCALAR_EXP : job->values[OPERATION] - FIRST_FUNCTION];
    struct fixed_range range = softmax ? fixed_range_at(f, n->width, n->width - 1 - LOGIT_INTEGER) : fixed_range_of(f, n->width);
    return nonmac_unit_make(&n->unit, &range, (enum nonmac_method)job->values[METHOD], (unsigned)job->values[HIDDEN],
                            (unsigned)job->values[TABLE_BITS], error);
}

static enum pim_status lay_out(struct nonmac *n, struct pim_error *error)
{
    enum pim_status status = lanes_take(&n->lanes, "the operands", (uint64_t)n->operands * n->width, n->x, error);
    if (status == PIM_OK && !n->operation->many_results)
        status = lanes_take(&n->lanes, "the result", n->width, n->y, error);
    return status == PIM_OK ? n->operation->take_rows(n, error) : status;
}

static unsigned place_of_greatest(const int64_t *numbers, unsigned count)
{
    unsigned place = 0;
    for (unsigned i = 1; i < count; i++)
        if (numbers[i] > numbers[place])
            place = i;
    return place;
}

/* The reference of every lane, and how good the results are. */
static void judge(const struct nonmac *n, uint64_t count, const int64_t *results, int64_t *reference, struct pim_kernel_job *job)
{
    double greatest = 0, sum = 0;
    uint64_t agreed = 0;
    for (uint64_t lane = 0; lane < count; lane++) {
        int64_t x[MOST_OPERANDS];
        const int64_t *y = results + lane * n->results;
        for (unsigned i = 0; i < n->operands; i++)
            x[i] = operand(n, lane, i);
        n->operation->reference(n, x, reference + lane * n->results);
        double error = n->operation->error != NULL ? n->operation->error(n, x, y) : 0;
        greatest = fmax(greatest, error);
        sum += error;
        agreed += n->results > 1 && y[place_of_greatest(x, n->operands)] == y[place_of_greatest(y, n->results)];
    }
    if (n->operation->error != NULL) {
        pim_kernel_figure(job, "greatest error", "", greatest);
        pim_kernel_figure(job, n->operation->many_results ? "mean of the worst error" : "mean error", "", sum / (double)count);
    }
    if (n->operation->many_results)
        pim_kernel_figure(job, "greatest stays greatest", "of the lanes", (double)agreed / (double)count);
}

static void count_commands(const struct nonmac *n, uint64_t count, struct pim_kernel_job *job)
{
    double commands = (double)lanes_commands(&n->lanes);
    uint64_t rounds = (count + n->lanes.count - 1) / n->lanes.count;
    pim_kernel_figure(job, "commands for a full bank", "", commands / (double)rounds);
    pim_kernel_figure(job, "commands for an element", "", commands * pim_device_units(job->device) / (double)count);
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    struct nonmac *n = calloc(1, sizeof *n);
    uint64_t *elements = NULL;
    int64_t *results = NULL, *reference = NULL;
    enum pim_status status;
    KERNEL_TRY(n ? PIM_OK : pim_fail(error, PIM_NO_MEMORY, "out of memory"));
    KERNEL_TRY(lanes_begin(job, &n->lanes, error));
    lanes_take_over_scratch(&n->lanes);
    KERNEL_TRY(choose(n, job, error));
    n->work = calloc(1, n->operation->work_bytes);
    KERNEL_TRY(n->work ? PIM_OK : pim_fail(error, PIM_NO_MEMORY, "out of memory"));
    KERNEL_TRY(lay_out(n, error));
    uint64_t count = job->values[ELEMENTS] ? job->values[ELEMENTS] : n->lanes.count;
    elements = calloc(n->lanes.count, sizeof *elements);
    results = calloc(count * n->results, sizeof *results);
    reference = calloc(count * n->results, sizeof *reference);
    KERNEL_TRY(elements && results && reference ? PIM_OK : pim_fail(error, PIM_NO_MEMORY, "out of memory"));
    for (uint64_t top = 0; top < count; top += n->lanes.count)
        KERNEL_TRY(run_round(n, top, count - top < n->lanes.count ? count - top : n->lanes.count, elements, results, error));
    judge(n, count, results, reference, job);
    count_commands(n, count, job);
    job->operations = count * n->results;
    KERNEL_TRY(pim_kernel_check(job, "result", results, reference, count * n->results, sizeof *results, error));
out:
    if (n != NULL) {
        lanes_end(&n->lanes);
        microprogram_free(&n->program);
        free(n->writer.words);
        free(n->work);
    }
    free(n);
    free(elements);
    free(results);
    free(reference);
    return status;
}

const struct pim_kernel kernel_simdram_nonmac = {
    .name = "simdram_nonmac",
    .operation_of = "nonmac",
    .backend = "bitserial",
    .summary = "in DRAM: ReLU, max, softmax, and functions by small networks, tables, shifts and additions",
    .operation = "results",
    .parameters = parameters,
    .choices = choices,
    .run = run,
};
