/* Lanes and where they are: columns of subarrays, all of them or the good ones, and the way of elements and bits to them and back. */
#include <stdlib.h>
#include <string.h>

#include "bitserial_backend.h"
#include "bitserial_driver.h"
#include "transpose.h"

/* ---- places: the subarrays of all banks, bank by bank ---- */

static uint64_t places(const struct lanes *lanes)
{
    return lanes->subarrays * pim_device_units(lanes->job->device);
}

static uint64_t pieces_of(uint64_t count, uint64_t piece)
{
    return (count + piece - 1) / piece;
}

static const uint64_t *good_columns(const struct lanes *lanes, uint64_t place)
{
    return lanes->good != NULL ? lanes->good + place * (lanes->row_bytes / sizeof *lanes->good) : NULL;
}

/* Lanes of a place. */
static uint64_t lanes_at(const struct lanes *lanes, uint64_t place)
{
    const uint64_t *good = good_columns(lanes, place);
    uint64_t count = 0;
    if (good == NULL)
        return lanes->columns;
    for (uint64_t word = 0; word < lanes->columns / 64; word++)
        count += (uint64_t)__builtin_popcountll(good[word]);
    return count;
}

/* Places that the first `count` lanes fill. */
static uint64_t places_of(const struct lanes *lanes, uint64_t count)
{
    uint64_t place = 0;
    for (uint64_t so_far = 0; so_far < count; place++)
        so_far += lanes_at(lanes, place);
    return place;
}

/* What goes to or from the rows of a place. */
static struct pim_transfer piece_of(const struct lanes *lanes, uint64_t place, bitserial_row first, uint64_t bytes, void *data)
{
    return (struct pim_transfer){.unit = (uint32_t)(place / lanes->subarrays), .space = BITSERIAL_SPACE_ROWS,
                                 .offset = place % lanes->subarrays * lanes->subarray_bytes + first * lanes->row_bytes, .bytes = bytes, .data = data};
}

/* `bytes` to or from each of the first `count` places, whose data is `distance` bytes from one to the next; all in one call. */
static enum pim_status transfer(const struct lanes *lanes, enum pim_direction direction, bitserial_row first, uint64_t bytes, void *data,
                                uint64_t distance, uint64_t count, struct pim_error *error)
{
    struct pim_transfer *pieces = calloc(count, sizeof *pieces);
    if (pieces == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    for (uint64_t place = 0; place < count; place++)
        pieces[place] = piece_of(lanes, place, first, bytes, (uint8_t *)data + place * distance);
    enum pim_status status = pim_device_transfer(lanes->job->device, direction, pieces, count, error);
    free(pieces);
    return status;
}

/* ---- good columns ---- */

enum pim_status lanes_find_good_columns(struct lanes *lanes, struct pim_error *error)
{
    struct pim_device *device = lanes->job->device;
    uint64_t count = places(lanes);
    struct pim_transfer *pieces = calloc(count, sizeof *pieces);
    enum pim_status status = PIM_NO_MEMORY;
    lanes->good = calloc(count, lanes->row_bytes);
    if (pieces == NULL || lanes->good == NULL) {
        pim_fail(error, PIM_NO_MEMORY, "out of memory");
        goto out;
    }
    for (uint64_t place = 0; place < count; place++)
        pieces[place] = (struct pim_transfer){.unit = (uint32_t)(place / lanes->subarrays), .space = BITSERIAL_SPACE_GOOD_COLUMNS,
                                              .offset = place % lanes->subarrays * lanes->row_bytes, .bytes = lanes->row_bytes,
                                              .data = (uint8_t *)lanes->good + place * lanes->row_bytes};
    KERNEL_TRY(pim_device_transfer(device, PIM_FROM_UNIT, pieces, count, error));
    lanes->count = 0;
    for (uint64_t place = 0; place < count; place++)
        lanes->count += lanes_at(lanes, place);
    if (lanes->count == 0)
        status = pim_fail(error, PIM_USAGE, "%s: no column of the banks is free of errors", lanes->job->kernel->name);
out:
    free(pieces);
    return status;
}

/* ---- elements ---- */

/* Elements of the lanes of a place, spread over its columns, or gathered from them. `left` is what remains of them; returns how many are here. */
static uint64_t spread(const struct lanes *lanes, uint64_t place, uint64_t left, uint64_t *elements, uint64_t *columns, bool gather)
{
    uint64_t lane = 0;
    const uint64_t *good = good_columns(lanes, place);
    for (uint64_t column = 0; column < lanes->columns && lane < left; column++) {
        if (good != NULL && !(good[column / 64] >> column % 64 & 1))
            continue;
        if (gather)
            elements[lane++] = columns[column];
        else
            columns[column] = elements[lane++];
    }
    return lane;
}

enum pim_status lanes_write(const struct lanes *lanes, bitserial_row first, unsigned width, const uint64_t *elements, uint64_t count,
                            struct pim_error *error)
{
    uint64_t bytes = width * lanes->row_bytes;
    uint8_t *rows = calloc(places(lanes), bytes);
    uint64_t *columns = malloc(lanes->columns * sizeof *columns);
    enum pim_status status = PIM_OK;
    if (rows == NULL || columns == NULL)
        status = pim_fail(error, PIM_NO_MEMORY, "out of memory");
    for (uint64_t place = 0; status == PIM_OK && count > 0; place++) {
        memset(columns, 0, lanes->columns * sizeof *columns);
        uint64_t here = spread(lanes, place, count, (uint64_t *)elements, columns, false);
        pim_to_rows(columns, sizeof *columns, width, lanes->columns, (uint64_t *)(rows + place * bytes), lanes->row_bytes / sizeof(uint64_t));
        elements += here;
        count -= here;
    }
    if (status == PIM_OK)
        status = transfer(lanes, PIM_TO_UNIT, first, bytes, rows, bytes, places(lanes), error);
    free(rows);
    free(columns);
    return status;
}

enum pim_status lanes_read(const struct lanes *lanes, bitserial_row first, unsigned width, uint64_t *elements, uint64_t count,
                           struct pim_error *error)
{
    uint64_t bytes = width * lanes->row_bytes;
    uint8_t *rows = calloc(places(lanes), bytes);
    uint64_t *columns = malloc(lanes->columns * sizeof *columns);
    enum pim_status status = PIM_NO_MEMORY;
    if (rows == NULL || columns == NULL)
        pim_fail(error, PIM_NO_MEMORY, "out of memory");
    else
        status = transfer(lanes, PIM_FROM_UNIT, first, bytes, rows, bytes, places(lanes), error);
    for (uint64_t place = 0; status == PIM_OK && count > 0; place++) {
        pim_from_rows((const uint64_t *)(rows + place * bytes), lanes->row_bytes / sizeof(uint64_t), width, lanes->columns, columns, sizeof *columns);
        uint64_t here = spread(lanes, place, count, elements, columns, true);
        elements += here;
        count -= here;
    }
    free(rows);
    free(columns);
    return status;
}

/* ---- bits ---- */

void lanes_use(struct lanes *lanes, uint64_t count)
{
    lanes->banks = (uint32_t)pieces_of(places_of(lanes, count), lanes->subarrays);
}

/* Bits of lanes to the columns of all places, or back. */
static void spread_bits(const struct lanes *lanes, uint64_t *rows, uint64_t *bits, uint64_t count, bool gather)
{
    uint64_t lane = 0;
    for (uint64_t column = 0; lane < count; column++) {
        uint64_t *of_column = &rows[column / 64], *of_lane = &bits[lane / 64];
        unsigned column_bit = column % 64, lane_bit = lane % 64;
        if (!(lanes->good[column / 64] >> column_bit & 1))
            continue;
        if (gather)
            *of_lane = (*of_lane & ~(UINT64_C(1) << lane_bit)) | (*of_column >> column_bit & 1) << lane_bit;
        else
            *of_column |= (*of_lane >> lane_bit & 1) << column_bit;
        lane++;
    }
}

/* Where columns are left out: whole rows of the places that these lanes fill. */
static enum pim_status transfer_masked_bits(const struct lanes *lanes, enum pim_direction direction, bitserial_row row, uint64_t *bits,
                                            uint64_t count, struct pim_error *error)
{
    uint64_t used = places_of(lanes, count);
    uint64_t *rows = calloc(used, lanes->row_bytes);
    if (rows == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    if (direction == PIM_TO_UNIT)
        spread_bits(lanes, rows, bits, count, false);
    enum pim_status status = transfer(lanes, direction, row, lanes->row_bytes, rows, lanes->row_bytes, used, error);
    if (status == PIM_OK && direction == PIM_FROM_UNIT)
        spread_bits(lanes, rows, bits, count, true);
    free(rows);
    return status;
}

static enum pim_status transfer_bits(const struct lanes *lanes, enum pim_direction direction, bitserial_row row, uint64_t *bits, uint64_t count,
                                     struct pim_error *error)
{
    if (lanes->good != NULL)
        return transfer_masked_bits(lanes, direction, row, bits, count, error);
    uint64_t used = pieces_of(count, lanes->columns);
    struct pim_transfer *pieces = calloc(used, sizeof *pieces);
    if (pieces == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    for (uint64_t place = 0; place < used; place++) {
        uint64_t left = count - place * lanes->columns, here = left < lanes->columns ? left : lanes->columns;
        pieces[place] = piece_of(lanes, place, row, pieces_of(here, 8 * LANES_BURST_BYTES) * LANES_BURST_BYTES,
                                 (uint8_t *)bits + place * lanes->row_bytes);
    }
    enum pim_status status = pim_device_transfer(lanes->job->device, direction, pieces, used, error);
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
