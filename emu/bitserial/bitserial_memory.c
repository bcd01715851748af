/* Rows of a bank, and the host's way to them.
 *
 * Modelled: a transfer takes its bytes at the channel's bandwidth; that is also the time of the transposition unit, which turns elements into
 * rows while they stream by (SIMDRAM). With transposition.overlap, transfers to rows hide behind the launch before them. Whoever has elements
 * transposes them (emu/core/transpose.h); the bytes are the same. Not modelled: caches of the host, the object tracker's capacity, and that a bank that
 * activates rows for a program cannot take others from the host.
 */
#include "bitserial_machine.h"
#include "random.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 64 };

struct bitserial_subarray *bitserial_subarray(struct bitserial_bank *bank, uint32_t index)
{
    const struct bitserial_machine *machine = bank->machine;
    struct bitserial_subarray *subarray = &bank->subarrays[index];
    if (subarray->memory)
        return subarray;
    /* Rows begin with a cache line. Not aligned_alloc: of zeroed pages only those that are used become real. */
    subarray->memory = calloc(1, machine->row_count * machine->parameters.row_bytes + LINE_BYTES);
    if (!subarray->memory)
        return NULL;
    subarray->rows = (uint64_t *)(((uintptr_t)subarray->memory + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES);
    size_t cells_bytes = BITSERIAL_CELLS * machine->row_words * sizeof *subarray->rows;
    pim_random_fill(bitserial_cell_words(machine, subarray, 0), cells_bytes, machine->parameters.reliability_seed,
                    (uint64_t)bank->unit << 32 | index);
    return subarray;
}

void bitserial_forget(struct bitserial_bank *bank)
{
    for (uint64_t i = 0; bank->subarrays && i < bank->machine->parameters.subarrays; i++)
        free(bank->subarrays[i].memory);
    free(bank->subarrays);
    microprogram_free(&bank->expansion);
    bank->subarrays = NULL;
}

/* What a profiling pass has found out: a row a subarray, 1 where a column is right in every majority. */
static enum pim_status check_columns(const struct bitserial_parameters *p, enum pim_direction direction, const struct pim_transfer *transfer,
                                     struct pim_error *error)
{
    uint64_t bytes = p->subarrays * p->row_bytes;
    if (direction == PIM_TO_UNIT)
        return pim_fail(error, PIM_USAGE, "bank %" PRIu32 ": which columns are good can only be read", transfer->unit);
    if (transfer->offset > bytes || transfer->bytes > bytes - transfer->offset)
        return pim_fail(error, PIM_USAGE, "bank %" PRIu32 ": %" PRIu64 " bytes at offset %" PRIu64 " of good_columns, expected them within %" PRIu64,
                        transfer->unit, transfer->bytes, transfer->offset, bytes);
    return PIM_OK;
}

static void copy_columns(const struct bitserial_bank *bank, const struct pim_transfer *transfer)
{
    size_t row_words = bank->machine->row_words;
    for (uint64_t done = 0; done < transfer->bytes; done += sizeof(uint64_t)) { /* the space's granule */
        uint64_t at = (transfer->offset + done) / sizeof(uint64_t), word = bitserial_error_free(bank, (uint32_t)(at / row_words), at % row_words);
        memcpy((char *)transfer->data + done, &word, sizeof word);
    }
}

static enum pim_status check(const struct bitserial_machine *machine, enum pim_direction direction, const struct pim_transfer *transfer,
                             struct pim_error *error)
{
    const struct bitserial_parameters *p = &machine->parameters;
    uint64_t bytes = p->subarrays * p->d_rows * p->row_bytes;
    if (transfer->space == BITSERIAL_SPACE_GOOD_COLUMNS)
        return check_columns(p, direction, transfer, error);
    if (transfer->space != BITSERIAL_SPACE_ROWS)
        return pim_fail(error, PIM_USAGE, "bank %" PRIu32 ": only rows can be written and read, programs are loaded", transfer->unit);
    if (transfer->offset > bytes || transfer->bytes > bytes - transfer->offset)
        return pim_fail(error, PIM_USAGE, "bank %" PRIu32 ": %" PRIu64 " bytes at offset %" PRIu64 ", expected them within %" PRIu64
                        " (%" PRIu64 " subarrays of %" PRIu64 " rows)", transfer->unit, transfer->bytes, transfer->offset, bytes, p->subarrays,
                        p->d_rows);
    return PIM_OK;
}

/* Piece by piece, a subarray at a time. */
static bool copy(struct bitserial_bank *bank, enum pim_direction direction, const struct pim_transfer *transfer)
{
    const struct bitserial_parameters *p = &bank->machine->parameters;
    uint64_t subarray_bytes = p->d_rows * p->row_bytes;
    if (transfer->space == BITSERIAL_SPACE_GOOD_COLUMNS) {
        copy_columns(bank, transfer); /* the host's own knowledge: no bursts */
        return true;
    }
    for (uint64_t done = 0; done < transfer->bytes;) {
        uint64_t at = transfer->offset + done, within = at % subarray_bytes;
        uint64_t bytes = transfer->bytes - done < subarray_bytes - within ? transfer->bytes - done : subarray_bytes - within;
        struct bitserial_subarray *subarray = bitserial_subarray(bank, (uint32_t)(at / subarray_bytes));
        if (!subarray)
            return false;
        char *rows = (char *)subarray->rows + within, *host = (char *)transfer->data + done;
        memcpy(direction == PIM_TO_UNIT ? rows : host, direction == PIM_TO_UNIT ? host : rows, bytes);
        done += bytes;
    }
    uint64_t bursts = (transfer->bytes + BITSERIAL_BURST_BYTES - 1) / BITSERIAL_BURST_BYTES;
    *(direction == PIM_TO_UNIT ? &bank->counters.host_write_bursts : &bank->counters.host_read_bursts) += bursts;
    return true;
}

/* How long the last launch on a channel ran: the longest of its banks. */
static uint64_t launch_time_ps(const struct bitserial_machine *machine, const struct bitserial_channel *channel)
{
    uint64_t longest = 0;
    uint32_t first = (uint32_t)(channel - machine->channels) * machine->channel_banks;
    for (uint32_t unit = first; unit < machine->units && unit - first < machine->channel_banks; unit++) {
        const struct bitserial_bank *bank = &machine->banks[unit];
        uint64_t time = pim_clock_ps(machine->clock, bank->cycle);
        if (bank->counters.launches && bank->launch_ps == channel->launch_ps && time > longest)
            longest = time;
    }
    return longest;
}

/* With overlap, rows for the next launch are filled while the one before runs. The core has them after it; so of their time only what the launch was too
 * short for is left. What one transfer has taken of the launch is not there for the next. */
static uint64_t hide(struct bitserial_machine *machine, uint32_t unit, uint64_t duration_ps)
{
    struct bitserial_channel *channel = bitserial_channel_of(machine, unit);
    if (!channel->measured)
        channel->spare_ps = launch_time_ps(machine, channel);
    channel->measured = true;
    uint64_t hidden = duration_ps < channel->spare_ps ? duration_ps : channel->spare_ps;
    channel->spare_ps -= hidden;
    machine->banks[unit].counters.overlapped_ps += hidden;
    return duration_ps - hidden;
}

enum pim_status bitserial_transfer(void *opaque, enum pim_direction direction, const struct pim_transfer *transfers, size_t count,
                                   uint32_t queues, uint64_t start_ps, uint64_t *duration_ps, struct pim_error *error)
{
    struct bitserial_machine *machine = opaque;
    (void)queues, (void)start_ps; /* channels share nothing */
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        enum pim_status status = check(machine, direction, &transfers[i], error);
        if (status != PIM_OK)
            return status;
        bytes += transfers[i].space == BITSERIAL_SPACE_ROWS ? transfers[i].bytes : 0; /* the host knows the good columns, once profiled */
    }
    for (size_t i = 0; i < count; i++)
        if (!copy(&machine->banks[transfers[i].unit], direction, &transfers[i]))
            return pim_fail(error, PIM_NO_MEMORY, "bank %" PRIu32 ": no memory for its rows", transfers[i].unit);
    double picoseconds = (double)bytes * 1000 / machine->parameters.link_gbs;
    *duration_ps = picoseconds < 0x1p63 ? (uint64_t)llround(picoseconds) : UINT64_MAX; /* which the core refuses as past the end of time */
    if (machine->parameters.overlap == BITSERIAL_ON && direction == PIM_TO_UNIT)
        *duration_ps = hide(machine, transfers[0].unit, *duration_ps);
    return PIM_OK;
}
