#include "bitserial_driver.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bitserial_backend.h"
#include "transpose.h"

static uint64_t integer_parameter(const struct pim_target *target, const char *key)
{
    const struct pim_parameter *row = pim_target_backend(target)->parameters;
    while (strcmp(row->key, key) != 0) /* keys of the back-end's own table */
        row++;
    uint64_t value;
    memcpy(&value, (const char *)pim_target_parameters(target) + row->offset, sizeof value);
    return value;
}

enum pim_status lanes_begin(struct pim_kernel_job *job, struct lanes *lanes, struct pim_error *error)
{
    const struct pim_target *target = pim_device_target(job->device);
    uint64_t row_bytes = integer_parameter(target, "memory.row_bytes");
    *lanes = (struct lanes){.job = job,
                            .row_bytes = row_bytes,
                            .columns = 8 * row_bytes,
                            .count = 8 * row_bytes * pim_device_units(job->device),
                            .banks = pim_device_units(job->device),
                            .rows = integer_parameter(target, "memory.d_rows") - integer_parameter(target, "memory.scratch_rows")};
    return pim_ledger_reset(job->device, error);
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

/* One piece a bank, all in one call. */
static enum pim_status transfer(const struct lanes *lanes, enum pim_direction direction, bitserial_row first, unsigned width, uint8_t *rows,
                                struct pim_error *error)
{
    uint32_t units = pim_device_units(lanes->job->device);
    struct pim_transfer *pieces = calloc(units, sizeof *pieces);
    if (pieces == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    for (uint32_t unit = 0; unit < units; unit++)
        pieces[unit] = (struct pim_transfer){.unit = unit, .space = BITSERIAL_SPACE_ROWS, .offset = first * lanes->row_bytes,
                                             .bytes = width * lanes->row_bytes, .data = rows + unit * width * lanes->row_bytes};
    enum pim_status status = pim_device_transfer(lanes->job->device, direction, pieces, units, error);
    free(pieces);
    return status;
}

/* Lanes of a bank that elements are for. */
static uint64_t share(const struct lanes *lanes, uint64_t count, uint32_t unit)
{
    uint64_t before = unit * lanes->columns;
    return count <= before ? 0 : count - before < lanes->columns ? count - before : lanes->columns;
}

enum pim_status lanes_write(const struct lanes *lanes, bitserial_row first, unsigned width, const uint64_t *elements, uint64_t count,
                            struct pim_error *error)
{
    uint32_t units = pim_device_units(lanes->job->device);
    uint8_t *rows = calloc(units, width * lanes->row_bytes);
    if (rows == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    for (uint32_t unit = 0; unit < units; unit++)
        pim_to_rows(elements + unit * lanes->columns, sizeof *elements, width, share(lanes, count, unit),
                          (uint64_t *)(rows + unit * width * lanes->row_bytes), lanes->row_bytes / sizeof(uint64_t));
    enum pim_status status = transfer(lanes, PIM_TO_UNIT, first, width, rows, error);
    free(rows);
    return status;
}

enum pim_status lanes_read(const struct lanes *lanes, bitserial_row first, unsigned width, uint64_t *elements, uint64_t count,
                           struct pim_error *error)
{
    uint32_t units = pim_device_units(lanes->job->device);
    uint8_t *rows = calloc(units, width * lanes->row_bytes);
    if (rows == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    enum pim_status status = transfer(lanes, PIM_FROM_UNIT, first, width, rows, error);
    for (uint32_t unit = 0; status == PIM_OK && unit < units; unit++)
        pim_from_rows((const uint64_t *)(rows + unit * width * lanes->row_bytes), lanes->row_bytes / sizeof(uint64_t), width,
                            share(lanes, count, unit), elements + unit * lanes->columns, sizeof *elements);
    free(rows);
    return status;
}

void lanes_use(struct lanes *lanes, uint64_t count)
{
    lanes->banks = (uint32_t)((count + lanes->columns - 1) / lanes->columns);
}

static enum pim_status transfer_bits(const struct lanes *lanes, enum pim_direction direction, bitserial_row row, uint64_t *bits, uint64_t count,
                                     struct pim_error *error)
{
    uint32_t banks = (uint32_t)((count + lanes->columns - 1) / lanes->columns);
    struct pim_transfer *pieces = calloc(banks, sizeof *pieces);
    if (pieces == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    for (uint32_t unit = 0; unit < banks; unit++) {
        uint64_t bursts = (share(lanes, count, unit) + 8 * LANES_BURST_BYTES - 1) / (8 * LANES_BURST_BYTES);
        pieces[unit] = (struct pim_transfer){.unit = unit, .space = BITSERIAL_SPACE_ROWS, .offset = row * lanes->row_bytes,
                                             .bytes = bursts * LANES_BURST_BYTES, .data = (uint8_t *)bits + unit * lanes->row_bytes};
    }
    enum pim_status status = pim_device_transfer(lanes->job->device, direction, pieces, banks, error);
    free(pieces);
    return status;
}

enum pim_status lanes_write_bits(const struct lanes *lanes, bitserial_row row, uint64_t *bits, uint64_t count, struct pim_error *error)
{
    return transfer_bits(lanes, PIM_TO_UNIT, row, bits, count, error);
}

enum pim_status lanes_read_bits(const struct lanes *lanes, bitserial_row row, uint64_t *bits, uint64_t count, struct pim_error *error)
{
    return transfer_bits(lanes, PIM_FROM_UNIT, row, bits, count, error);
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

enum pim_status lanes_run(const struct lanes *lanes, struct program_writer *writer, struct pim_error *error)
{
    struct pim_kernel_job *job = lanes->job;
    struct pim_image *image;
    const struct pim_units banks = {0, lanes->banks};
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
