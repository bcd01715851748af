/* The place of a time series that is most like a query, over any number of DPUs: each looks at a piece of the places and has the series
 * from its first one to a query's length behind its last one. Means and deviations of the series from each place on come from the
 * host, in whole numbers.
 */
#include "dpu_driver.h"

#include <stdlib.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, ELEMENTS, QUERY };
enum { VALUES = 127 }; /* elements are below */

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"elements", 1, 1u << 24, 4099, "elements of the series, over all units"},
    {"query", 1, 1u << 14, 100, "elements of the query, not more than the series has"},
    {0},
};

enum { SHARE, PLACE_SERIES, PLACE_MEANS, PLACE_DEVIATIONS, PLACE_QUERY, QUERY_BLOCKS, LENGTH, MEAN, DEVIATION,
       ARGUMENTS = 10 }; /* words of `arguments` in time_series.s */
enum { BLOCK = 64 };

struct result { int32_t least; uint32_t place; };

static uint32_t root(uint64_t value)
{
    uint64_t result = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit > 0; bit >>= 1)
        if ((result + bit) * (result + bit) <= value)
            result += bit;
    return (uint32_t)result;
}

/* Mean and deviation, which is at least 1, of `length` elements from each of `places` on. */
static void statistics(const int32_t *series, size_t places, size_t length, int32_t *means, int32_t *deviations)
{
    uint64_t sum = 0, squares = 0;
    for (size_t i = 0; i < places + length - 1; i++) {
        sum += (uint64_t)series[i];
        squares += (uint64_t)series[i] * (uint64_t)series[i];
        if (i + 1 < length)
            continue;
        size_t place = i + 1 - length;
        uint64_t mean = sum / length, deviation = root(squares / length - mean * mean);
        means[place] = (int32_t)mean;
        deviations[place] = deviation > 0 ? (int32_t)deviation : 1;
        sum -= (uint64_t)series[place];
        squares -= (uint64_t)series[place] * (uint64_t)series[place];
    }
}

static struct result least_of(const struct result *results, uint32_t units, uint64_t tasklets, uint64_t per_unit)
{
    struct result least = {INT32_MAX, 0};
    for (uint32_t unit = 0; unit < units; unit++)
        for (uint64_t tasklet = 0; tasklet < tasklets; tasklet++) {
            const struct result *one = &results[unit * DPU_TASKLETS + tasklet];
            if (one->least < least.least)
                least = (struct result){one->least, (uint32_t)(unit * per_unit + one->place)};
        }
    return least;
}

/* Everything in host memory: the series, its query, and what is computed of them, padded with zeros. */
struct operand { int32_t *series, *means, *deviations, *query, mean, deviation; };

static enum pim_status operand_make(const struct pim_kernel_job *job, struct operand *operand, uint64_t places, uint64_t padded_places,
                                    uint64_t padded_query, struct pim_error *error)
{
    uint64_t elements = job->values[ELEMENTS], length = job->values[QUERY];
    enum pim_status status;
    KERNEL_TRY(dpu_array(&operand->series, padded_places + padded_query + BLOCK, sizeof *operand->series, error));
    KERNEL_TRY(dpu_array(&operand->means, padded_places, sizeof *operand->means, error));
    KERNEL_TRY(dpu_array(&operand->deviations, padded_places, sizeof *operand->deviations, error));
    KERNEL_TRY(dpu_array(&operand->query, padded_query, sizeof *operand->query, error));
    for (uint64_t i = 0; i < elements; i++)
        operand->series[i] = (int32_t)pim_random_below(job->seed, 0, i, VALUES);
    for (uint64_t i = 0; i < length; i++)
        operand->query[i] = (int32_t)pim_random_below(job->seed, 1, i, VALUES);
    statistics(operand->series, places, length, operand->means, operand->deviations);
    statistics(operand->query, 1, length, &operand->mean, &operand->deviation);
out:
    return status;
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t elements = job->values[ELEMENTS], length = job->values[QUERY];
    if (length > elements)
        return pim_fail(error, PIM_USAGE, "%s: query is longer than the series, expected at most elements", job->kernel->name);
    uint64_t places = elements - length + 1, per_unit = dpu_per_unit(job, places, BLOCK);
    uint64_t padded_query = (length + BLOCK - 1) / BLOCK * BLOCK, piece = (per_unit + padded_query + BLOCK) * sizeof(int32_t);
    uint32_t units = pim_device_units(job->device);
    uint32_t arguments[ARGUMENTS] = {[QUERY_BLOCKS] = (uint32_t)(padded_query / BLOCK), [LENGTH] = (uint32_t)length};
    struct operand operand = {0};
    struct result *results = NULL, result, reference;
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the series", piece, &arguments[PLACE_SERIES], error));
    KERNEL_TRY(dpu_layout_add(&layout, "its means", per_unit * sizeof(int32_t), &arguments[PLACE_MEANS], error));
    KERNEL_TRY(dpu_layout_add(&layout, "its deviations", per_unit * sizeof(int32_t), &arguments[PLACE_DEVIATIONS], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the query", padded_query * sizeof(int32_t), &arguments[PLACE_QUERY], error));
    KERNEL_TRY(operand_make(job, &operand, places, per_unit * units, padded_query, error));
    KERNEL_TRY(dpu_array(&results, units, DPU_TASKLETS * sizeof *results, error));
    arguments[MEAN] = (uint32_t)operand.mean;
    arguments[DEVIATION] = (uint32_t)operand.deviation;
    KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, places, per_unit, 1, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_SERIES], operand.series, per_unit * sizeof(int32_t), piece, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_MEANS], operand.means, per_unit * sizeof(int32_t),
                       per_unit * sizeof(int32_t), error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_DEVIATIONS], operand.deviations, per_unit * sizeof(int32_t),
                       per_unit * sizeof(int32_t), error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_QUERY], operand.query, 0, padded_query * sizeof(int32_t), error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread_symbol(job, PIM_FROM_UNIT, "results", results, DPU_TASKLETS * sizeof *results, DPU_TASKLETS * sizeof *results,
                              error));
    result = least_of(results, units, job->values[TASKLETS], per_unit);
    reference.place = (uint32_t)operator_most_alike(operand.series, places, operand.query, length, operand.means, operand.deviations,
                                                    operand.mean, operand.deviation, &reference.least);
    job->operations = places * length;
    KERNEL_TRY(pim_kernel_check(job, "least distance, place: word", &result, &reference, 2, sizeof(uint32_t), error));
out:
    free(operand.series);
    free(operand.means);
    free(operand.deviations);
    free(operand.query);
    free(results);
    return status;
}

const struct pim_kernel kernel_time_series = {
    .name = "time_series",
    .operation_of = "time_series",
    .backend = "dpu",
    .file = "time_series.elf",
    .summary = "place of a series most alike a query, int32",
    .operation = "products",
    .parameters = parameters,
    .run = run,
};
