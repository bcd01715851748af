/* Many searches in one sorted array over any number of DPUs: each has the whole array and a piece of the queries. */
#include "dpu_driver.h"

#include <stdlib.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, ELEMENTS, QUERIES, FIRST, REGULAR };

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"elements", 1, 1u << 23, 20011, "elements of the array, on each unit"},
    {"queries", 1, 1u << 23, 1009, "values to look for, over all units"},
    {"first", 0, 1u << 23, 0, "regular: the first query"},
    {"regular", 0, 1, 0, "1: the array is 1, 2, 3 ..., the queries are first, first + 1 ...; 0: random, some queries are absent"},
    {0},
};

enum { SHARE, PLACE_ARRAY, PLACE_QUERIES, PLACE_RESULTS, ARRAY_BYTES, ARGUMENTS = 6 }; /* words of `arguments` in binary_search.s */
enum { LEAST_ELEMENTS = 32 }; /* a block */

/* Ascending, four elements for each value of the high word. */
static uint64_t element(const struct pim_kernel_job *job, uint64_t index)
{
    return job->values[REGULAR] ? index + 1 : (index << 30) + 1 + pim_random_below(job->seed, 0, index, (1u << 30) - 2);
}

static uint64_t query(const struct pim_kernel_job *job, uint64_t index)
{
    if (job->values[REGULAR])
        return job->values[FIRST] + index;
    uint64_t present = element(job, pim_random_below(job->seed, 1, index, (uint32_t)job->values[ELEMENTS]));
    switch (pim_random_below(job->seed, 2, index, 16)) {
    case 0: return 0;             /* below all */
    case 1: return INT64_MAX - 1; /* above all */
    case 2: return present + 1;
    default: return present;
    }
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t elements = job->values[ELEMENTS], queries = job->values[QUERIES], per_unit = dpu_per_unit(job, queries, 1);
    uint64_t padded = elements < LEAST_ELEMENTS ? LEAST_ELEMENTS : elements, piece = per_unit * sizeof(uint64_t);
    uint32_t units = pim_device_units(job->device);
    uint32_t arguments[ARGUMENTS] = {[ARRAY_BYTES] = (uint32_t)(padded * sizeof(uint64_t))};
    uint64_t *array = NULL, *wanted = NULL, *reference = NULL, *result = NULL;
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the array", arguments[ARRAY_BYTES], &arguments[PLACE_ARRAY], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the queries", piece, &arguments[PLACE_QUERIES], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the result", piece, &arguments[PLACE_RESULTS], error));
    KERNEL_TRY(dpu_array(&array, padded, sizeof *array, error));
    KERNEL_TRY(dpu_array(&wanted, per_unit * units, sizeof *wanted, error));
    KERNEL_TRY(dpu_array(&result, per_unit * units, sizeof *result, error));
    KERNEL_TRY(dpu_array(&reference, queries, sizeof *reference, error));
    for (uint64_t i = 0; i < padded; i++)
        array[i] = i < elements ? element(job, i) : INT64_MAX;
    for (uint64_t i = 0; i < queries; i++) {
        wanted[i] = query(job, i);
        reference[i] = (uint64_t)operator_search(array, elements, wanted[i]);
    }
    KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, queries, per_unit, 1, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_ARRAY], array, 0, arguments[ARRAY_BYTES], error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_QUERIES], wanted, piece, piece, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_RESULTS], result, piece, piece, error));
    job->operations = queries;
    KERNEL_TRY(pim_kernel_check(job, "query", result, reference, queries, sizeof *result, error));
out:
    free(array);
    free(wanted);
    free(result);
    free(reference);
    return status;
}

const struct pim_kernel kernel_binary_search = {
    .name = "binary_search",
    .operation_of = "binary_search",
    .backend = "dpu",
    .file = "binary_search.elf",
    .summary = "index of each query in a sorted array, int64",
    .operation = "searches",
    .parameters = parameters,
    .run = run,
};
