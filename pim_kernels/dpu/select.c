/* Kernels that leave out elements of an array: selection (the odd ones stay) and unique (those that differ from the one before). Each DPU has
 * a contiguous piece and leaves the rest of it packed; the host puts the pieces together. Where two pieces meet, unique may have
 * the same element twice.
 */
#include "dpu_driver.h"

#include <stdlib.h>
#include <string.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, ELEMENTS, REGULAR };

#define PARAMETERS(what)                                                                                                   \
    {                                                                                                                      \
        DPU_TASKLETS_PARAMETER, {"elements", 1, 1u << 30, 100003, "elements of the array, over all units"},                \
            {"regular", 0, 1, 0, what}, {0},                                                                               \
    }
static const struct pim_kernel_parameter select_parameters[] = PARAMETERS("1: odd and even elements in turn; 0: as they come");
static const struct pim_kernel_parameter unique_parameters[] = PARAMETERS("1: each element twice; 0: once to as often as it comes");

enum { SHARE, PLACE_ELEMENTS, PLACE_RESULT, ARGUMENTS = 4 }; /* words of `arguments` in rounds.inc */
enum { CHAIN_WORDS = 2 };                                    /* of 8 bytes, an entry in handover.inc */

struct operation {
    uint64_t (*element)(const struct pim_kernel_job *job, uint64_t index, uint64_t before);
    size_t (*reference)(const uint64_t *elements, size_t count, uint64_t *result);
    bool joins; /* a piece that begins with the last element of the one before loses it */
};

static uint64_t element_to_select(const struct pim_kernel_job *job, uint64_t index, uint64_t before)
{
    (void)before;
    uint64_t element = pim_random(job->seed, 0, index);
    return job->values[REGULAR] ? (element & ~UINT64_C(1)) | (index % 2 == 0) : element;
}

/* Differences in either word of the element. */
static uint64_t element_to_repeat(const struct pim_kernel_job *job, uint64_t index, uint64_t before)
{
    if (job->values[REGULAR])
        return (index + 1) / 2 * 2;
    return before + (UINT64_C(0x100000001) << pim_random_below(job->seed, 1, index, 48)) * pim_random_below(job->seed, 0, index, 2);
}

/* Put the pieces of `counts` elements, which begin at multiples of `per_unit`, one behind the other; returns how many there are. */
static size_t join(uint64_t *pieces, const uint64_t *counts, uint32_t units, uint64_t per_unit, bool joins)
{
    size_t end = 0;
    for (uint32_t unit = 0; unit < units; unit++) {
        const uint64_t *piece = pieces + unit * per_unit;
        uint64_t count = (uint32_t)counts[unit * CHAIN_WORDS] - (counts[unit * CHAIN_WORDS] >> 32); /* but those twice at a border */
        uint64_t skip = joins && count > 0 && end > 0 && piece[0] == pieces[end - 1];
        if (count > per_unit)
            count = per_unit; /* a wrong kernel: the comparison will say so */
        memmove(pieces + end, piece + skip, (count - skip) * sizeof *pieces);
        end += count - skip;
    }
    return end;
}

static enum pim_status run(struct pim_kernel_job *job, const struct operation *operation, struct pim_error *error)
{
    uint64_t elements = job->values[ELEMENTS], per_unit = dpu_per_unit(job, elements, 1), bytes = per_unit * sizeof(uint64_t);
    uint32_t units = pim_device_units(job->device), arguments[ARGUMENTS] = {0};
    uint64_t *array = NULL, *result = NULL, *reference = NULL, *chain = NULL, found, expected;
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the array", bytes, &arguments[PLACE_ELEMENTS], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the result", bytes, &arguments[PLACE_RESULT], error));
    KERNEL_TRY(dpu_array(&array, per_unit * units, sizeof *array, error));
    KERNEL_TRY(dpu_array(&result, per_unit * units, sizeof *result, error));
    KERNEL_TRY(dpu_array(&reference, elements, sizeof *reference, error));
    KERNEL_TRY(dpu_array(&chain, units, CHAIN_WORDS * sizeof *chain, error));
    for (uint64_t i = 0; i < elements; i++)
        array[i] = operation->element(job, i, i > 0 ? array[i - 1] : 0);
    KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, elements * sizeof *array, bytes, 1, error));
    KERNEL_TRY(dpu_spread_symbol(job, PIM_TO_UNIT, "chain", chain, 0, CHAIN_WORDS * sizeof *chain, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_ELEMENTS], array, bytes, bytes, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread_symbol(job, PIM_FROM_UNIT, "chain", chain, CHAIN_WORDS * sizeof *chain, CHAIN_WORDS * sizeof *chain, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_RESULT], result, bytes, bytes, error));
    found = join(result, chain, units, per_unit, operation->joins);
    expected = operation->reference(array, elements, reference);
    job->operations = elements;
    KERNEL_TRY(pim_kernel_check(job, "number of elements left,", &found, &expected, 1, sizeof found, error));
    KERNEL_TRY(pim_kernel_check(job, "element", result, reference, found, sizeof *result, error));
out:
    free(array);
    free(result);
    free(reference);
    free(chain);
    return status;
}

static enum pim_status run_select(struct pim_kernel_job *job, struct pim_error *error)
{
    return run(job, &(struct operation){element_to_select, operator_select_odd, false}, error);
}

static enum pim_status run_unique(struct pim_kernel_job *job, struct pim_error *error)
{
    return run(job, &(struct operation){element_to_repeat, operator_unique, true}, error);
}

#define SELECT_KERNEL(which, text)                                                                                         \
    const struct pim_kernel kernel_##which = {                                                                             \
        .name = #which,                                                                                                    \
        .operation_of = #which,                                                                                            \
        .backend = "dpu",                                                                                                  \
        .file = #which ".elf",                                                                                             \
        .summary = text,                                                                                                   \
        .operation = "elements tested",                                                                                    \
        .parameters = which##_parameters,                                                                                  \
        .run = run_##which,                                                                                                \
    }

SELECT_KERNEL(select, "int64 elements that are odd");
SELECT_KERNEL(unique, "int64 elements that differ from the one before");
