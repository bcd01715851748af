/* Hyperdimensional computing on binary vectors.
 *
 * step bind: XOR of two vectors. step bundle: the majority of several vectors (of an even number, ties give 0). A lane is a dimension, the
 * lanes hold as many vectors as fit side by side. step search: the Hamming distance of a query to every stored vector. A lane is a stored
 * vector, its dimensions are rows; the host knows the query and puts it into the commands: where it has a 1 the row's complement is counted.
 */
#include "bitserial_driver.h"

#include <stdlib.h>

#include "random.h"
#include "transpose.h"

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
    uint64_t *bits;                 /* a row of lanes, packed, whole bursts */
    uint64_t *results, *reference;  /* a number each */
    struct lanes_count count;
    bitserial_row rows[BITSERIAL_D_ROWS], half[LANES_COUNT_WIDTH], result[1];
};

/* 64 bits of a row of the operand: the vector (bind, bundle) or the dimension (search) has the number `row`; bits are places in a vector, or vectors. */
static uint64_t operand_bits(const struct pim_kernel_job *job, uint64_t row, uint64_t first)
{
    uint64_t at = row << 32 | first / 64;
    unsigned shift = first % 64;
    uint64_t low = pim_random(job->seed, STREAM_VECTORS, at);
    return shift ? low >> shift | pim_random(job->seed, STREAM_VECTORS, at + 1) << (64 - shift) : low;
}

static uint64_t query_bits(const struct pim_kernel_job *job, uint64_t first)
{
    return pim_random(job->seed, STREAM_QUERY, first / 64) >> first % 64;
}

static enum pim_status write_row(struct hdc *h, const struct pim_kernel_job *job, bitserial_row row, uint64_t number, uint64_t top, uint64_t count,
                                 struct pim_error *error)
{
    for (uint64_t lane = 0; lane < count; lane += 64)
        h->bits[lane / 64] = operand_bits(job, number, top + lane);
    return lanes_write_bits(&h->lanes, row, h->bits, count, error);
}

static enum pim_status read_row(struct hdc *h, bitserial_row row, uint64_t top, uint64_t count, struct pim_error *error)
{
    enum pim_status status = lanes_read_bits(&h->lanes, row, h->bits, count, error);
    for (uint64_t lane = 0; status == PIM_OK && lane < count; lane++)
        h->results[top + lane] = h->bits[lane / 64] >> lane % 64 & 1;
    return status;
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
    uint64_t all = job->values[DIMENSIONS] * job->values[VECTORS]; /* pairs side by side: the first vectors, the second ones */
    struct program_writer writer = {0};
    enum pim_status status;
    KERNEL_TRY(lanes_take(&h->lanes, "two vectors and their sum", 3, h->rows, error));
    for (uint64_t top = 0; top < all; top += h->lanes.count) {
        uint64_t count = all - top < h->lanes.count ? all - top : h->lanes.count;
        for (uint64_t operand = 0; operand < 2; operand++)
            KERNEL_TRY(write_row(h, job, h->rows[operand], operand, top, count, error));
        const struct bitserial_operands o = {.width = 1, .destination = h->rows + 2, .a = h->rows, .b = h->rows + 1};
        lanes_operation(&writer, BITSERIAL_XOR, &o);
        KERNEL_TRY(lanes_run(&h->lanes, &writer, error));
        KERNEL_TRY(read_row(h, h->rows[2], top, count, error));
    }
    for (uint64_t i = 0; i < all; i++)
        h->reference[i] = (operand_bits(job, 0, i) ^ operand_bits(job, 1, i)) & 1;
out:
    free(writer.words);
    return status;
}

/* ---- bundle ---- */

static enum pim_status bundle_lanes(struct hdc *h, const struct pim_kernel_job *job, uint64_t top, uint64_t count, struct pim_error *error)
{
    struct program_writer writer = {0};
    uint64_t vectors = job->values[VECTORS], chunk = h->count.piece;
    enum pim_status status = PIM_OK;
    for (unsigned bit = 0; bit < h->count.width; bit++)
        write_aap(&writer, vectors / 2 >> bit & 1 ? BITSERIAL_C1 : BITSERIAL_C0, h->half[bit]);
    lanes_count_begin(&writer, &h->count);
    for (uint64_t first = 0; first < vectors; first += chunk) {
        uint64_t ones = vectors - first < chunk ? vectors - first : chunk;
        for (uint64_t i = 0; i < ones; i++)
            KERNEL_TRY(write_row(h, job, h->rows[i], first + i, top, count, error));
        lanes_count_add(&writer, &h->count, h->rows, (unsigned)ones);
        const struct bitserial_operands o = {.width = h->count.width, .destination = h->result, .a = h->count.sum, .b = h->half};
        if (first + ones == vectors)
            lanes_operation(&writer, BITSERIAL_GT, &o);
        KERNEL_TRY(lanes_run(&h->lanes, &writer, error));
    }
    KERNEL_TRY(read_row(h, h->result[0], top, count, error));
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
            ones += operand_bits(job, vector, i) & 1;
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
            KERNEL_TRY(write_row(h, job, h->rows[i], first + i, top, count, error));
            const struct bitserial_operands o = {.width = 1, .destination = h->rows + i, .a = h->rows + i};
            if (query_bits(job, first + i) & 1)
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

/* As a processor would: dimensions packed, 64 vectors at a time. */
static void add_distances(struct hdc *h, const struct pim_kernel_job *job, uint64_t vector, uint64_t first, unsigned dimensions)
{
    uint64_t left = job->values[VECTORS] - vector, rows[64], packed[64], query = query_bits(job, first);
    size_t count = left < 64 ? left : 64;
    for (unsigned i = 0; i < dimensions; i++)
        rows[i] = operand_bits(job, first + i, vector);
    pim_from_rows(rows, 1, dimensions, count, packed, sizeof packed[0]);
    if (dimensions < 64)
        query &= (UINT64_C(1) << dimensions) - 1;
    for (size_t i = 0; i < count; i++)
        h->reference[vector + i] += (uint64_t)__builtin_popcountll(packed[i] ^ query);
}

static enum pim_status search(struct hdc *h, const struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t vectors = job->values[VECTORS], dimensions = job->values[DIMENSIONS];
    enum pim_status status = take_rows(h, dimensions, error);
    for (uint64_t top = 0; status == PIM_OK && top < vectors; top += h->lanes.count)
        status = search_lanes(h, job, top, vectors - top < h->lanes.count ? vectors - top : h->lanes.count, error);
    for (uint64_t vector = 0; status == PIM_OK && vector < vectors; vector += 64)
        for (uint64_t first = 0; first < dimensions; first += 64)
            add_distances(h, job, vector, first, dimensions - first < 64 ? (unsigned)(dimensions - first) : 64);
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
    h->bits = calloc(h->lanes.count / (8 * LANES_BURST_BYTES) + 1, LANES_BURST_BYTES);
    h->results = calloc(count, sizeof *h->results);
    h->reference = calloc(count, sizeof *h->reference);
    if (status == PIM_OK && (h->bits == NULL || h->results == NULL || h->reference == NULL))
        status = pim_fail(error, PIM_NO_MEMORY, "out of memory");
    if (status == PIM_OK)
        status = steps[job->values[STEP]](h, job, error);
    job->operations = job->values[DIMENSIONS] * job->values[VECTORS];
    if (status == PIM_OK)
        status = pim_kernel_check(job, "result", h->results, h->reference, count, sizeof *h->results, error);
    lanes_end(&h->lanes);
    free(h->bits);
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
