/* Micro-benchmark: one arithmetic operation over blocks in WRAM, as published for the hardware: random elements
 * of 31 bits and the scalar 1048576 in the type at hand. All units do the same; the first one's result is
 * checked.
 */
#include "dpu_driver.h"

#include <stdlib.h>
#include <string.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, OPERATION, REPEATS };

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"operation", 0, ARITHMETIC_TYPES * ARITHMETIC_OPERATIONS - 1, 0,
     "4 x type (int32 int64 float double) + operation (add sub mul div)"}, /* ORDER ARITHMETIC OPERATION */
    {"repeats", 1, 1u << 20, 4, "times that each block is processed"},
    {0},
};

enum { WORD_OPERATION, WORD_REPEATS, WORD_SCALAR, ARGUMENTS = WORD_SCALAR + 2 }; /* words of `arguments` */
enum { BLOCK_BYTES = 1024, SOURCE_BYTES = BLOCK_BYTES * DPU_TASKLETS };

static uint64_t in_type(enum arithmetic_type type, uint32_t value)
{
    float single = (float)value;
    double twice = value;
    uint32_t single_bits;
    uint64_t double_bits;
    memcpy(&single_bits, &single, sizeof single_bits);
    memcpy(&double_bits, &twice, sizeof double_bits);
    return type == ARITHMETIC_FLOAT ? single_bits : type == ARITHMETIC_DOUBLE ? double_bits : value;
}

static void put(uint8_t *to, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    enum arithmetic_type type = job->values[OPERATION] / ARITHMETIC_OPERATIONS;
    enum arithmetic_operation operation = job->values[OPERATION] % ARITHMETIC_OPERATIONS;
    size_t bytes = operator_arithmetic_bytes(type), used = job->values[TASKLETS] * BLOCK_BYTES;
    uint64_t scalar = in_type(type, 1048576), heap;
    uint32_t arguments[ARGUMENTS] = {[WORD_OPERATION] = (uint32_t)job->values[OPERATION],
                                     [WORD_REPEATS] = (uint32_t)job->values[REPEATS],
                                     [WORD_SCALAR] = (uint32_t)scalar,
                                     [WORD_SCALAR + 1] = (uint32_t)(scalar >> 32)};
    uint8_t source[SOURCE_BYTES], reference[SOURCE_BYTES], *results = NULL;
    enum pim_status status;

    for (size_t i = 0; i < used / bytes; i++) {
        uint64_t element = in_type(type, (uint32_t)(pim_random(job->seed, 0, i) >> 33));
        put(source + i * bytes, element, bytes);
        put(reference + i * bytes, operator_arithmetic(type, operation, element, scalar), bytes);
    }
    KERNEL_TRY(dpu_wram_heap(job, &heap, error));
    KERNEL_TRY(dpu_array(&results, pim_device_units(job->device), used, error));
    KERNEL_TRY(dpu_spread_symbol(job, PIM_TO_UNIT, "arguments", arguments, 0, sizeof arguments, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_WRAM, heap, source, 0, used, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_WRAM, heap + SOURCE_BYTES, results, used, used, error));
    job->operations = used / bytes * job->values[REPEATS] * pim_device_units(job->device);
    KERNEL_TRY(pim_kernel_check(job, "element", results, reference, used / bytes, bytes, error));
out:
    free(results);
    return status;
}

const struct pim_kernel kernel_arithmetic_loops = {
    .name = "arithmetic_loops",
    .operation_of = "micro-benchmark",
    .backend = "dpu",
    .file = "arithmetic_loops.elf",
    .summary = "one arithmetic operation over arrays in WRAM",
    .operation = "operations",
    .parameters = parameters,
    .run = run,
};
