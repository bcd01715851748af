/* Micro-benchmark: transfers between MRAM and WRAM. All units do the same; the first one's result is checked:
 * the destination of a copy, the last buffers read, the array written, the table after the random accesses.
 */
#include "dpu_driver.h"

#include <stdlib.h>
#include <string.h>

#include "random.h"

enum { TASKLETS, MODE, SIZE, TRANSFERS };
enum mode { READ, WRITE, COPY, RANDOM, READ_BURST, WRITE_BURST }; /* ORDER MRAM MODE */

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"mode", READ, WRITE_BURST, READ, "0 read, 1 write, 2 copy, 3 random read and write of 8 bytes, 4 and 5 bursts of 32"},
    {"size", 3, 11, 10, "log2 of the bytes of a transfer"},
    {"transfers", 1, 1u << 20, 64, "transfers (of a copy: pairs; or bursts) of each tasklet"},
    {0},
};

enum { WORD_MODE, WORD_SIZE, WORD_TRANSFERS, PLACE_SOURCE, PLACE_DESTINATION, WORD_MASK, ARGUMENTS }; /* of `arguments` */
enum { BUFFER_BYTES = 2048, TABLE_ENTRIES = 1 << 16, BURST = 32 /* ORDER MRAM BURST */ };

static bool reads(enum mode mode)
{
    return mode == READ || mode == READ_BURST;
}

static bool writes(enum mode mode)
{
    return mode == WRITE || mode == WRITE_BURST;
}

/* The arrays of one unit: what the kernel starts from and what it should leave. */
struct arrays {
    uint64_t source_bytes;
    uint8_t *source, *expected;
    uint64_t expected_bytes;
    enum dpu_space space;
    uint64_t offset;
    uint64_t seeds[DPU_TASKLETS];
};

/* The kernel's shift register, drawn for every tasklet. */
static void random_table(const struct pim_kernel_job *job, struct arrays *arrays)
{
    uint64_t *table = (uint64_t *)arrays->expected;
    for (size_t tasklet = 0; tasklet < job->values[TASKLETS]; tasklet++) {
        uint64_t state = arrays->seeds[tasklet];
        for (uint64_t i = 0; i < job->values[TRANSFERS]; i++) {
            state = state << 1 ^ (state >> 63 ? 7 : 0);
            table[state % TABLE_ENTRIES] = state % TABLE_ENTRIES;
        }
    }
}

/* Reads leave each tasklet's last transfer in its buffer, one after the other. */
static void last_buffers(const struct pim_kernel_job *job, struct arrays *arrays)
{
    uint64_t tasklets = job->values[TASKLETS], bytes = (uint64_t)1 << job->values[SIZE];
    for (uint64_t tasklet = 0; tasklet < tasklets; tasklet++)
        memcpy(arrays->expected + tasklet * BUFFER_BYTES,
               arrays->source + ((job->values[TRANSFERS] - 1) * tasklets + tasklet) * bytes, bytes);
}

static enum pim_status prepare(const struct pim_kernel_job *job, struct arrays *arrays, uint32_t *arguments,
                               struct pim_error *error)
{
    enum mode mode = (enum mode)job->values[MODE];
    uint64_t transfer_bytes = (uint64_t)1 << job->values[SIZE];
    uint64_t array_bytes = mode == RANDOM ? TABLE_ENTRIES * 8 : transfer_bytes * job->values[TRANSFERS] * job->values[TASKLETS];
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the source", array_bytes, &arguments[PLACE_SOURCE], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the destination", array_bytes, &arguments[PLACE_DESTINATION], error));
    arrays->source_bytes = array_bytes;
    arrays->space = reads(mode) ? DPU_SPACE_WRAM : DPU_SPACE_MRAM;
    arrays->expected_bytes = reads(mode) ? job->values[TASKLETS] * BUFFER_BYTES : array_bytes;
    arrays->offset = mode == RANDOM ? arguments[PLACE_SOURCE] : arguments[PLACE_DESTINATION];
    KERNEL_TRY(dpu_array(&arrays->source, array_bytes, 1, error));
    KERNEL_TRY(dpu_array(&arrays->expected, arrays->expected_bytes, 1, error));
    if (reads(mode))
        KERNEL_TRY(dpu_wram_heap(job, &arrays->offset, error));
    pim_random_fill(arrays->source, array_bytes, job->seed, 0);
    for (size_t tasklet = 0; tasklet < DPU_TASKLETS; tasklet++)
        arrays->seeds[tasklet] = pim_random(job->seed, 1, tasklet);
    if (reads(mode))
        last_buffers(job, arrays);
    else if (!writes(mode)) /* writes send the buffers, which are zero */
        memcpy(arrays->expected, arrays->source, array_bytes);
    if (mode == RANDOM)
        random_table(job, arrays);
out:
    return status;
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    static const uint8_t zeros[BUFFER_BYTES * DPU_TASKLETS];
    uint32_t arguments[ARGUMENTS] = {[WORD_MODE] = (uint32_t)job->values[MODE],
                                     [WORD_SIZE] = job->values[MODE] == RANDOM ? 3 : (uint32_t)job->values[SIZE],
                                     [WORD_TRANSFERS] = (uint32_t)job->values[TRANSFERS],
                                     [WORD_MASK] = TABLE_ENTRIES - 1};
    struct arrays arrays = {0};
    uint8_t *results = NULL;
    uint64_t heap;
    enum pim_status status;

    KERNEL_TRY(prepare(job, &arrays, arguments, error));
    KERNEL_TRY(dpu_wram_heap(job, &heap, error));
    KERNEL_TRY(dpu_array(&results, pim_device_units(job->device), arrays.expected_bytes, error));
    KERNEL_TRY(dpu_spread_symbol(job, PIM_TO_UNIT, "arguments", arguments, 0, sizeof arguments, error));
    KERNEL_TRY(dpu_spread_symbol(job, PIM_TO_UNIT, "seeds", arrays.seeds, 0, sizeof arrays.seeds, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_WRAM, heap, zeros, 0, sizeof zeros, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_SOURCE], arrays.source, 0, arrays.source_bytes, error));
    KERNEL_TRY(dpu_run(job, error));
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, arrays.space, arrays.offset, results, arrays.expected_bytes, arrays.expected_bytes,
                       error));
    job->operations = job->values[TASKLETS] * job->values[TRANSFERS] * pim_device_units(job->device) *
                      (job->values[MODE] >= READ_BURST ? BURST : 1);
    KERNEL_TRY(pim_kernel_check(job, "8 bytes", results, arrays.expected, arrays.expected_bytes / 8, 8, error));
out:
    free(arrays.source);
    free(arrays.expected);
    free(results);
    return status;
}

const struct pim_kernel kernel_mram_stream = {
    .name = "mram_stream",
    .operation_of = "micro-benchmark",
    .backend = "dpu",
    .file = "mram_stream.elf",
    .summary = "transfers between MRAM and WRAM",
    .operation = "transfers",
    .parameters = parameters,
    .run = run,
};
