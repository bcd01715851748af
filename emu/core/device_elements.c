/* Elements that stand upright in a space of rows: turned on the way, then an ordinary transfer of the rows' parts that they fill. */
#include "device.h"

#include <inttypes.h>
#include <stdlib.h>

#include "parameter.h"
#include "transpose.h"

enum { WORD_COLUMNS = 64, WORD_BYTES = 8, WIDEST = 64 };

uint32_t pim_element_bytes(uint32_t width)
{
    return width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : 8;
}

static uint64_t row_bytes(const struct pim_device *device, const struct pim_space *space)
{
    return pim_parameter_integer(pim_parameter_find(device->backend, space->address_key), pim_target_parameters(device->target));
}

uint64_t pim_device_columns(const struct pim_device *device, uint32_t index)
{
    const struct pim_space *space = pim_space_at(device->backend, index);
    return space && space->vertical ? 8 * row_bytes(device, space) : 0;
}

static enum pim_status check(const struct pim_device *device, const struct pim_elements *piece, struct pim_error *error)
{
    uint64_t columns = pim_device_columns(device, piece->space);
    if (!columns)
        return pim_fail(error, PIM_USAGE, "transfer: no elements stand upright in space %" PRIu32 " of back-end '%s'", piece->space,
                        device->backend->name);
    if (piece->width < 1 || piece->width > WIDEST)
        return pim_fail(error, PIM_USAGE, "transfer: elements of %" PRIu32 " bits, expected 1 to %d", piece->width, WIDEST);
    if (piece->count > columns)
        return pim_fail(error, PIM_BAD_INPUT, "transfer: unit %" PRIu32 ": %" PRIu64 " elements, it has %" PRIu64 " columns", piece->unit, piece->count,
                        columns);
    return PIM_OK;
}

static uint64_t words_of(const struct pim_elements *piece)
{
    return (piece->count + WORD_COLUMNS - 1) / WORD_COLUMNS;
}

/* One transfer a row. An end past 2^64 stays past the end of the space, where the transfer itself refuses it. */
static struct pim_transfer *list_rows(struct pim_transfer *next, const struct pim_elements *piece, uint64_t bytes_of_row, uint64_t *words)
{
    for (uint32_t bit = 0; bit < piece->width; bit++) {
        uint64_t offset;
        if (__builtin_mul_overflow(piece->row + bit, bytes_of_row, &offset))
            offset = UINT64_MAX - UINT64_MAX % bytes_of_row;
        *next++ = (struct pim_transfer){.unit = piece->unit, .space = piece->space, .offset = offset, .bytes = words_of(piece) * WORD_BYTES,
                                        .data = words + bit * words_of(piece)};
    }
    return next;
}

static enum pim_status transfer_rows(struct pim_device *device, enum pim_direction direction, const struct pim_elements *elements, size_t count,
                                     uint64_t *words, size_t rows, struct pim_error *error)
{
    struct pim_transfer *transfers = calloc(rows, sizeof *transfers), *next = transfers;
    uint64_t *at = words;
    if (!transfers)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %zu transfers", rows);
    for (size_t i = 0; i < count; i++) {
        const struct pim_elements *piece = &elements[i];
        if (direction == PIM_TO_UNIT)
            pim_to_rows(piece->data, pim_element_bytes(piece->width), piece->width, piece->count, at, words_of(piece));
        next = list_rows(next, piece, row_bytes(device, pim_space_at(device->backend, piece->space)), at);
        at += piece->width * words_of(piece);
    }
    enum pim_status status = pim_device_transfer(device, direction, transfers, rows, error);
    free(transfers);
    return status;
}

enum pim_status pim_device_transfer_elements(struct pim_device *device, enum pim_direction direction, const struct pim_elements *elements,
                                             size_t count, struct pim_error *error)
{
    size_t rows = 0, total = 0;
    for (size_t i = 0; i < count; i++) {
        enum pim_status status = check(device, &elements[i], error);
        if (status != PIM_OK)
            return status;
        rows += elements[i].width;
        total += elements[i].width * words_of(&elements[i]);
    }
    if (!total)
        return PIM_OK;
    uint64_t *words = calloc(total, sizeof *words);
    if (!words)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for %zu rows of elements", rows);
    enum pim_status status = transfer_rows(device, direction, elements, count, words, rows, error);
    const uint64_t *at = words;
    for (size_t i = 0; status == PIM_OK && direction == PIM_FROM_UNIT && i < count; i++) {
        const struct pim_elements *piece = &elements[i];
        pim_from_rows(at, words_of(piece), piece->width, piece->count, piece->data, pim_element_bytes(piece->width));
        at += piece->width * words_of(piece);
    }
    free(words);
    return status;
}
