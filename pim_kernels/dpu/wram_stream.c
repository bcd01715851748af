/* Micro-benchmark: STREAM in WRAM. All units do the same; the first one's result is checked. */
#include "dpu_driver.h"

#include <stdlib.h>

#include "random.h"

enum { TASKLETS, MODE, REPEATS };
enum mode { COPY, ADD, SCALE, TRIAD }; /* ORDER STREAM MODE */

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"mode", COPY, TRIAD, COPY, "0 copy, 1 add, 2 scale, 3 triad"},
    {"repeats", 1, 1u << 20, 4, "times that the arrays are processed"},
    {0},
};

enum { ELEMENTS = 64, ALL = ELEMENTS * DPU_TASKLETS, SCALAR = 1048576 };

static uint64_t expected(enum mode mode, uint64_t a, uint64_t b)
{
    switch (mode) {
    case COPY: return a;
    case ADD: return a + b;
    case SCALE: return SCALAR * a;
    default: return b + SCALAR * a;
    }
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    enum mode mode = (enum mode)job->values[MODE];
    uint32_t arguments[] = {(uint32_t)mode, (uint32_t)job->values[REPEATS], SCALAR, 0};
    uint64_t used = job->values[TASKLETS] * ELEMENTS, bytes = used * 8, heap;
    uint64_t sources[2][ALL], reference[ALL], *results = NULL;
    enum pim_status status;

    pim_random_fill(sources, sizeof sources, job->seed, 0);
    for (size_t i = 0; i < used; i++) {
        sources[0][i] >>= 33; /* 31 bits, as the published programs have */
        reference[i] = expected(mode, sources[0][i], sources[1][i]);
    }
    KERNEL_TRY(dpu_wram_heap(job, &heap, error));
    KERNEL_TRY(dpu_array(&results, pim_device_units(job->device), bytes, error));
    KERNEL_TRY(dpu_spread_symbol(job, PIM_TO_UNIT, "arguments", arguments, 0, sizeof arguments, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_WRAM, heap, sources, 0, sizeof sources, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_WRAM, heap + sizeof sources, results, bytes, bytes, error));
    job->operations = used * job->values[REPEATS] * pim_device_units(job->device);
    KERNEL_TRY(pim_kernel_check(job, "element", results, reference, used, 8, error));
out:
    free(results);
    return status;
}

const struct pim_kernel kernel_wram_stream = {
    .name = "wram_stream",
    .operation_of = "micro-benchmark",
    .backend = "dpu",
    .file = "wram_stream.elf",
    .summary = "STREAM on int64 arrays in WRAM",
    .operation = "elements",
    .parameters = parameters,
    .run = run,
};
