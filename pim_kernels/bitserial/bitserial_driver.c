#include "bitserial_driver.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


static uint64_t integer_parameter(const struct pim_target *target, const char *key)
{
    const struct pim_parameter *row = pim_target_backend(target)->parameters;
    while (strcmp(row->key, key) != 0) /* keys of the back-end's own table */
        row++;
    uint64_t value;
    memcpy(&value, (const char *)pim_target_parameters(target) + row->offset, sizeof value);
    return value;
}

/* Number of a choice in its row's list. */
static uint64_t choice_value(const struct pim_target *target, const char *key, const char *choice)
{
    const struct pim_parameter *row = pim_target_backend(target)->parameters;
    while (strcmp(row->key, key) != 0)
        row++;
    uint64_t value = 0;
    const char *at = row->choices;
    for (size_t length = strlen(choice); strncmp(at, choice, length) != 0 || (at[length] && at[length] != '|'); value++)
        at = strchr(at, '|') + 1; /* one of its choices */
    return value;
}

enum pim_status lanes_begin(struct pim_kernel_job *job, struct lanes *lanes, struct pim_error *error)
{
    const struct pim_target *target = pim_device_target(job->device);
    uint64_t row_bytes = integer_parameter(target, "memory.row_bytes"), subarrays = integer_parameter(target, "memory.subarrays");
    uint64_t d_rows = integer_parameter(target, "memory.d_rows");
    *lanes = (struct lanes){.job = job,
                            .row_bytes = row_bytes,
                            .columns = 8 * row_bytes,
                            .count = 8 * row_bytes * subarrays * pim_device_units(job->device),
                            .subarrays = subarrays,
                            .subarray_bytes = d_rows * row_bytes,
                            .banks = pim_device_units(job->device),
                            .rows = d_rows - integer_parameter(target, "memory.scratch_rows")};
    bool masked = integer_parameter(target, "reliability.mode") == choice_value(target, "reliability.mode", "masked");
    enum pim_status status = masked ? lanes_find_good_columns(lanes, error) : PIM_OK;
    return status == PIM_OK ? pim_ledger_reset(job->device, error) : status;
}

void lanes_end(struct lanes *lanes)
{
    free(lanes->good);
    lanes->good = NULL;
}

void lanes_take_over_scratch(struct lanes *lanes)
{
    lanes->rows = integer_parameter(pim_device_target(lanes->job->device), "memory.d_rows");
}

uint64_t lanes_commands(const struct lanes *lanes)
{
    const struct pim_counter *row = pim_device_backend(lanes->job->device)->counters;
    const struct pim_ledger *ledger = pim_device_ledger(lanes->job->device);
    size_t i = 0;
    while (strcmp(row[i].name, "commands") != 0) /* a counter of the back-end's own table */
        i++;
    return ledger->counters[i] / pim_device_units(lanes->job->device);
}

enum pim_status lanes_take(struct lanes *lanes, const char *what, uint64_t count, bitserial_row *list, struct pim_error *error)
{
    if (count > lanes->rows - lanes->taken)
        return pim_fail(error, PIM_USAGE, "%s: %s need %" PRIu64 " rows, %" PRIu64 " of %" PRIu64 " are left", lanes->job->kernel->name, what, count,
                        lanes->rows - lanes->taken, lanes->rows);
    for (uint64_t i = 0; i < count; i++)
        list[i] = (bitserial_row)(lanes->taken + i);
    lanes->taken += count;
    return PIM_OK;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double energy_nj(struct pim_device *device)
{
    const struct pim_ledger *ledger = pim_device_ledger(device);
    return ledger != NULL ? (double)ledger->total_energy / 1e9 : 0;
}

/* The same commands for one subarray after the other: a loop around them. */
static void repeat_for_subarrays(const struct lanes *lanes, struct program_writer *writer)
{
    enum { SUBARRAY = 0, GOES_ON = 1, FIRST = 1 /* word of the loop */ };
    struct program_writer body = *writer, around = {0};
    if (lanes->subarrays == 1)
        return;
    write_control(&around, BITSERIAL_OP_LI, SUBARRAY, 0, 0);
    write_subarray(&around, BITSERIAL_REGISTER + SUBARRAY);
    for (size_t i = 0; i < body.count; i++)
        write_word(&around, body.words[i]);
    write_control(&around, BITSERIAL_OP_ADDI, SUBARRAY, SUBARRAY, 1);
    write_control(&around, BITSERIAL_OP_COMP, GOES_ON, SUBARRAY, (uint32_t)lanes->subarrays);
    write_control(&around, BITSERIAL_OP_BNEZ, 0, GOES_ON, FIRST);
    around.failed |= body.failed;
    free(body.words);
    *writer = around;
}

enum pim_status lanes_run(const struct lanes *lanes, struct program_writer *writer, struct pim_error *error)
{
    struct pim_kernel_job *job = lanes->job;
    struct pim_image *image;
    const struct pim_units banks = {0, lanes->banks};
    repeat_for_subarrays(lanes, writer);
    enum pim_status status = bitserial_image(writer, &image, error);
    if (status != PIM_OK)
        return status;
    uint64_t begin = now_ns(), before = pim_device_now_ps(job->device);
    double energy = energy_nj(job->device);
    status = pim_device_load(job->device, banks, image, error);
    if (status == PIM_OK)
        status = pim_device_run(job->device, banks, error);
    job->host_launch_ns += now_ns() - begin;
    job->step_ps[lanes->step] += pim_device_now_ps(job->device) - before;
    job->launch_nj += energy_nj(job->device) - energy;
    if (status == PIM_OK) /* the device keeps the job's own program, this one goes */
        status = pim_device_load(job->device, banks, job->image, error);
    else
        pim_device_load(job->device, banks, job->image, NULL);
    pim_image_free(image);
    return status;
}

void lanes_operation(struct program_writer *writer, enum bitserial_operation operation, const struct bitserial_operands *operands)
{
    struct microprogram program = {0};
    bitserial_generate(operation, operands, &program);
    write_microprogram(writer, &program);
    microprogram_free(&program);
}

/* ---- counting ---- */

enum pim_status lanes_take_count(struct lanes *lanes, uint64_t most, uint64_t wanted, uint64_t each, struct lanes_count *count,
                                 struct pim_error *error)
{
    count->width = bitserial_count_width((unsigned)most);
    enum pim_status status = lanes_take(lanes, "the counts", count->width, count->sum, error);
    if (status == PIM_OK)
        status = lanes_take(lanes, "the partial counts", count->width, count->partial, error);
    if (status != PIM_OK)
        return status;
    uint64_t left = lanes->rows - lanes->taken;
    count->piece = 1;
    while (count->piece < wanted && each * (count->piece + 1) + bitserial_count_scratch((unsigned)count->piece + 1) <= left)
        count->piece++;
    return lanes_take(lanes, "the counts' intermediate results", bitserial_count_scratch((unsigned)count->piece), count->scratch, error);
}

void lanes_count_begin(struct program_writer *writer, const struct lanes_count *count)
{
    for (unsigned i = 0; i < count->width; i++)
        write_aap(writer, BITSERIAL_C0, count->sum[i]);
}

void lanes_count_whole(struct program_writer *writer, const struct lanes_count *count, const bitserial_row *rows)
{
    struct microprogram program = {0};
    bitserial_generate_count(count->sum, rows, (unsigned)count->piece, count->scratch, &program);
    write_microprogram(writer, &program);
    microprogram_free(&program);
}

void lanes_count_add(struct program_writer *writer, const struct lanes_count *count, const bitserial_row *rows, unsigned ones)
{
    struct microprogram program = {0};
    bitserial_row padded[LANES_COUNT_WIDTH];
    bitserial_generate_count(count->partial, rows, ones, count->scratch, &program);
    for (unsigned i = 0; i < count->width; i++)
        padded[i] = i < bitserial_count_width(ones) ? count->partial[i] : BITSERIAL_C0;
    const struct bitserial_operands sum = {.width = count->width, .destination = count->sum, .a = count->sum, .b = padded};
    bitserial_generate(BITSERIAL_ADD, &sum, &program);
    write_microprogram(writer, &program);
    microprogram_free(&program);
}
