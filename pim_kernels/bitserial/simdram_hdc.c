/* Hyperdimensional computing on binary vectors.
 *
 * step bind: XOR of two vectors. step bundle: the majority of several vectors (of an even number, ties give 0). A lane is a dimension, the
 * lanes hold as many vectors as fit side by side. step search: the Hamming distance of a query to every stored vector. A lane is a stored
 * vector, its dimensions are rows; the host knows the query and puts it into the commands: where it has a 1 the row's complement is counted.
 */
#include "bitserial_driver.h"

#include <stdlib.h>

#include "random.h"

enum { DIMENSIONS, VECTORS, STEP };
enum { BIND, BUNDLE, SEARCH };
enum { STREAM_VECTORS, STREAM_QUERY };

static const struct pim_kernel_parameter parameters[] = {
    {"dimensions", 1, 1u << 16, 8192, "of a vector"},
    {"vectors", 1, 1u << 20, 21, "pairs to bind, vectors to bundle, or stored vectors to search"},
    {"step", BIND, SEARCH, SEARCH, "what is done"},
    {0},
};
static const char *const step_names[] = {"bind", "bundle", "search", NULL};
static const struct pim_kernel_choice choices[] = {{"step", step_names}, {0}};

struct hdc {
    struct lanes lanes;
    uint64_t *elements, *results, *reference;
    struct lanes_count count;
    bitserial_row rows[BITSERIAL_D_ROWS], half[LANES_COUNT_WIDTH], result[1];
};

static uint64_t vector_bit(const struct pim_kernel_job *job, uint64_t vector, uint64_t dimension)
{
    return pim_random(job->seed, STREAM_VECTORS, vector << 20 | dimension) & 1;
}

static uint64_t query_bit(const struct pim_kernel_job *job, uint64_t dimension)
{
    return pim_random(job->seed, STREAM_QUERY, dimension) & 1;
}

/* Rows for a sum up to `most` and for a piece of the `most` rows that are counted. */
static enum pim_status take_rows(struct hdc *h, uint64_t most, struct pim_error *error)
{
    enum pim_status status = lanes_take(&h->lanes, "half of the vectors", bitserial_count_width((unsigned)most), h->half, error);
    if (status == PIM_OK)
        status = lanes_take(&h->lanes, "the result", 1, h->result, error);
    if (status == PIM_OK)
        status = lanes_take_count(&h->lanes, most, most, 1, &h->count, error);
    return status == PIM_OK ? lanes_take(&h->lanes, "the vectors", h->count.piece, h->rows, error) : status;
}

/* ---- bind ---- */

static enum pim_status bind(struct hdc *h, const struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t dimensions = job->values[DIMENSIONS], all = dimensions * job->values[VECTORS];
    struct program_writer writer = {0};
    enum pim_status status;
    KERNEL_TRY(lanes_take(&h->lanes, "two vectors and their sum", 3, h->rows, error));
    for (uint64_t top = 0; top < all; top += h->lanes.count) {
        uint64_t count = all - top < h->lanes.count ? all - top : h->lanes.count;
        for (uint64_t operand = 0; operand < 2; operand++) {
            for (uint64_t lane = 0; lane < count; lane++)
                h->elements[lane] = vector_bit(job, 2 * ((top + lane) / dimensions) + operand, (top + lane) % dimensions);
            KERNEL_TRY(lanes_write(&h->lanes, h->rows[operand], 1, h->elements, count, error));
        }
        const struct bitserial_operands o = {.width = 1, .destination = h->rows + 2, .a = h->rows, .b = h->rows + 1};
        lanes_operation(&writer, BITSERIAL_XOR, &o);
        KERNEL_TRY(lanes_run(&h->lanes, &writer, error));
        KERNEL_TRY(lanes_read(&h->lanes, h->rows[2], 1, h->results + top, count, error));
    }
    for (uint64_t i = 0; i < all; i++)
        h->reference[i] = vector_bit(job, 2 * (i / dimensions), i % dimensions) ^ vector_bit(job, 2 * (i / dimensions) + 1, i % dimensions);
out:
    free(writer.words);
    return status;
}

/* ---- bundle ---- */

static enum pim_status bundle_lanes(struct hdc *h, const struct pim_kernel_job *job, uint64_t top, uint64_t count, struct pim_error *error)
{
    struct program_writer writer = {0};
    uint64_t vectors = job->values[VECTORS], chunk = h->count.piece;
    enum pim_status status;
    for (uint64_t lane = 0; lane < count; lane++)
        h->elements[lane] = vectors / 2;
    KERNEL_TRY(lanes_write(&h->lanes, h->half[0], h->count.width, h->elements, count, error));
    lanes_count_begin(&writer, &h->count);
    for (uint64_t first = 0; first < vectors; first += chunk) {
        uint64_t ones = vectors - first < chunk ? vectors - first : chunk;
        for (uint64_t i = 0; i < ones; i++) {
            for (uint64_t lane = 0; lane < count; lane++)
                h->elements[lane] = vector_bit(job, first + i, top + lane);
            KERNEL_TRY(lanes_write(&h->lanes, h->rows[i], 1, h->elements, count, error));
        }
        lanes_count_add(&writer, &h->count, h->rows, (unsigned)ones);
        const struct bitserial_operands o = {.width = h->count.width, .destination = h->result, .a = h->count.sum, .b = h->half};
        if (first + ones == vectors)
            lanes_operation(&writer, BITSERIAL_GT, &o);
        KERNEL_TRY(lanes_run(&h->lanes, &writer, error));
    }
    KERNEL_TRY(lanes_read(&h->lanes, h->result[0], 1, h->results + top, count, error));
out:
    free(writer.words);
    return status;
}

static enum pim_status bundle(struct hdc *h, const struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t vectors = job->values[VECTORS], dimensions = job->values[DIMENSIONS];
    enum pim_status status = bitserial_count_width((unsigned)vectors) > LANES_COUNT_WIDTH ? pim_fail(error, PIM_USAGE, "simdram_hdc: %llu vectors to bundle, expected at most 131071",
                                                   (unsigned long long)vectors)
                                        : take_rows(h, vectors, error);
    for (uint64_t top = 0; status == PIM_OK && top < dimensions; top += h->lanes.count)
        status = bundle_lanes(h, job, top, dimensions - top < h->lanes.count ? dimensions - top : h->lanes.count, error);
    for (uint64_t i = 0; status == PIM_OK && i < dimensions; i++) {
        uint64_t ones = 0;
        for (uint64_t vector = 0; vector < vectors; vector++)
            ones += vector_bit(job, vector, i);
        h->reference[i] = ones > vectors / 2;
    }
    return status;
}

/* ---- search ---- */

static enum pim_status search_lanes(struct hdc *h, const struct pim_kernel_job *job, uint64_t top, uint64_t count, struct pim_error *error)
{
    struct program_writer writer = {0};
    uint64_t dimensions = job->values[DIMENSIONS], chunk = h->count.piece;
    enum pim_status status = PIM_OK;
    lanes_count_begin(&writer, &h->count);
    for (uint64_t first = 0; first < dimensions; first += chunk) {
        uint64_t ones = dimensions - first < chunk ? dimensions - first : chunk;
        for (uint64_t i = 0; i < ones; i++) {
            for (uint64_t lane = 0; lane < count; lane++)
                h->elements[lane] = vector_bit(job, top + lane, first + i);
            KERNEL_TRY(lanes_write(&h->lanes, h->rows[i], 1, h->elements, count, error));
            const struct bitserial_operands o = {.width = 1, .destination = h->rows + i, .a = h->rows + i};
            if (query_bit(job, first + i))
                lanes_operation(&writer, BITSERIAL_NOT, &o);
        }
        lanes_count_add(&writer, &h->count, h->rows, (unsigned)ones);
        KERNEL_TRY(lanes_run(&h->lanes, &writer, error));
    }
    KERNEL_TRY(lanes_read(&h->lanes, h->count.sum[0], h->count.width, h->results + top, count, error));
out:
    free(writer.words);
    return status;
}

static enum pim_status search(struct hdc *h, const struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t vectors = job->values[VECTORS], dimensions = job->values[DIMENSIONS];
    enum pim_status status = take_rows(h, dimensions, error);
    for (uint64_t top = 0; status == PIM_OK && top < vectors; top += h->lanes.count)
        status = search_lanes(h, job, top, vectors - top < h->lanes.count ? vectors - top : h->lanes.count, error);
    for (uint64_t vector = 0; status == PIM_OK && vector < vectors; vector++)
        for (uint64_t i = 0; i < dimensions; i++)
            h->reference[vector] += vector_bit(job, vector, i) ^ query_bit(job, i);
    return status;
}

/* ---- all three ---- */

static uint64_t result_count(const struct pim_kernel_job *job)
{
    switch (job->values[STEP]) {
    case BIND: return job->values[DIMENSIONS] * job->values[VECTORS];
    case BUNDLE: return job->values[DIMENSIONS];
    default: return job->values[VECTORS];
    }
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    static enum pim_status (*const steps[])(struct hdc *, const struct pim_kernel_job *, struct pim_error *) = {bind, bundle, search};
    struct hdc *h = calloc(1, sizeof *h);
    uint64_t count = result_count(job);
    if (h == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    enum pim_status status = lanes_begin(job, &h->lanes, error);
    h->elements = calloc(h->lanes.count ? h->lanes.count : 1, sizeof *h->elements);
    h->results = calloc(count, sizeof *h->results);
    h->reference = calloc(count, sizeof *h->reference);
    if (status == PIM_OK && (h->elements == NULL || h->results == NULL || h->reference == NULL))
        status = pim_fail(error, PIM_NO_MEMORY, "out of memory");
    if (status == PIM_OK)
        status = steps[job->values[STEP]](h, job, error);
    job->operations = job->values[DIMENSIONS] * job->values[VECTORS];
    if (status == PIM_OK)
        status = pim_kernel_check(job, "result", h->results, h->reference, count, sizeof *h->results, error);
    lanes_end(&h->lanes);
    free(h->elements);
    free(h->results);
    free(h->reference);
    free(h);
    return status;
}

const struct pim_kernel kernel_simdram_hdc = {
    .name = "simdram_hdc",
    .operation_of = "hdc",
    .backend = "bitserial",
    .summary = "binary hyperdimensional vectors in DRAM: bind, bundle, search",
    .operation = "vector bits",
    .parameters = parameters,
    .choices = choices,
    .run = run,
};
