/* Host transfers: every piece is checked, then the host hands the pieces over, queue by queue. Queues run side by side; the pieces of one
 * queue share its link, and the back-end says what that costs.
 */
#include "device.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "parameter.h"

const struct pim_space *pim_space_at(const struct pim_backend *backend, uint32_t index)
{
    const struct pim_space *space = backend->spaces;
    while (space->name && index--)
        space++;
    return space->name ? space : NULL;
}

static uint64_t space_bytes(const struct pim_device *device, const struct pim_space *space)
{
    if (!space->size_key)
        return space->bytes;
    return pim_parameter_integer(pim_parameter_find(device->backend, space->size_key), pim_target_parameters(device->target));
}

enum pim_status pim_device_check_transfer(const struct pim_device *device, const struct pim_transfer *piece,
                                          struct pim_error *error)
{
    const struct pim_space *space = pim_space_at(device->backend, piece->space);
    if (piece->unit >= device->units)
        return pim_fail(error, PIM_USAGE, "transfer: unit %" PRIu32 ", the device has %" PRIu32, piece->unit, device->units);
    if (!space)
        return pim_fail(error, PIM_USAGE, "transfer: back-end '%s' has no space %" PRIu32, device->backend->name, piece->space);
    if (piece->offset % space->granule_bytes || piece->bytes % space->granule_bytes)
        return pim_fail(error, PIM_BAD_INPUT,
                        "transfer: unit %" PRIu32 ", %s: offset %" PRIu64 " and length %" PRIu64
                        ", expected multiples of %" PRIu32 " bytes",
                        piece->unit, space->name, piece->offset, piece->bytes, space->granule_bytes);
    uint64_t size = space_bytes(device, space);
    if (piece->offset > size || piece->bytes > size - piece->offset)
        return pim_fail(error, PIM_BAD_INPUT,
                        "transfer: unit %" PRIu32 ", %s: %" PRIu64 " bytes at offset %" PRIu64 ", the space has %" PRIu64, piece->unit,
                        space->name, piece->bytes, piece->offset, size);
    if (piece->bytes && !piece->data)
        return pim_fail(error, PIM_USAGE, "transfer: unit %" PRIu32 ", %s: no host memory given", piece->unit, space->name);
    return PIM_OK;
}

static uint64_t sum_bytes(const struct pim_transfer *pieces, size_t count)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += pieces[i].bytes;
    return bytes;
}

static enum pim_status emit(struct pim_device *device, enum pim_direction direction, uint32_t queue,
                            uint64_t start_ps, uint64_t duration_ps, const struct pim_transfer *pieces,
                            size_t count, struct pim_error *error)
{
    const struct pim_event event = {
        .time_ps = start_ps,
        .duration_ps = duration_ps,
        .unit = queue * device->queues.units_per_queue,
        .kind = (uint16_t)(device->first_core_kind + direction),
        .lane = PIM_LANE_LINK,
        .sequence = device->link_sequence++,
        .arguments = {sum_bytes(pieces, count), count, queue},
    };
    return pim_device_emit(device, &event, 1, error);
}

static uint64_t later(uint64_t left_ps, uint64_t right_ps)
{
    return left_ps > right_ps ? left_ps : right_ps;
}

static enum pim_status past_the_end(struct pim_error *error)
{
    return pim_fail(error, PIM_LIMIT, "transfer: the machine's time would pass 2^64 ps");
}

/* What the host needs to hand over the pieces that move something. */
static uint64_t handing_ps(const struct pim_device *device, const struct pim_transfer *pieces, size_t count)
{
    uint64_t moving = 0;
    for (size_t i = 0; i < count; i++)
        moving += pieces[i].bytes > 0;
    return moving * device->dispatch_ps;
}

/* The host hands the pieces over from *issued_ps on, which becomes the time of the last one. That time is part of the transfer, unless the
 * queue is busy for longer. `queues`: on how many the call has pieces. */
static enum pim_status transfer_on_queue(struct pim_device *device, enum pim_direction direction, uint32_t queue, uint32_t queues,
                                         uint64_t *issued_ps, const struct pim_transfer *pieces, size_t count,
                                         struct pim_error *error)
{
    uint64_t duration_ps = 0, end_ps, free_ps = pim_queue_start(&device->queues, queue), start_ps = later(*issued_ps, free_ps);
    if (__builtin_add_overflow(*issued_ps, handing_ps(device, pieces, count), issued_ps))
        return past_the_end(error);
    uint64_t handed_ps = later(*issued_ps, free_ps);
    enum pim_status status = device->backend->transfer(device->machine, direction, pieces, count, queues, handed_ps, &duration_ps, error);
    if (status != PIM_OK)
        return status;
    if (__builtin_add_overflow(handed_ps, duration_ps, &end_ps))
        return past_the_end(error);
    duration_ps = end_ps - start_ps;
    device->queues.now_ps[queue] = end_ps;
    device->account.link_ps[direction] += duration_ps;
    device->account.link_bytes[direction] += sum_bytes(pieces, count);
    if (!pim_timeline_add(&device->timeline, PIM_TIME_TRANSFER, start_ps, end_ps))
        return pim_fail(error, PIM_NO_MEMORY, "no memory for the account of a transfer");
    return emit(device, direction, queue, start_ps, duration_ps, pieces, count, error);
}

/* Units that run are brought to the time at which the transfer begins on their queue. */
static enum pim_status attend(struct pim_device *device, const struct pim_transfer *pieces, size_t count,
                              struct pim_error *error)
{
    uint32_t per_queue = device->queues.units_per_queue, last = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        uint32_t queue = pim_queue_of(&device->queues, pieces[i].unit);
        if (queue == last)
            continue;
        last = queue;
        uint32_t first = queue * per_queue, rest = device->units - first;
        enum pim_status status = pim_device_advance(device, (struct pim_units){first, rest < per_queue ? rest : per_queue},
                                                    pim_queue_start(&device->queues, queue), error);
        if (status != PIM_OK)
            return status;
    }
    for (size_t i = 0; i < count; i++) {
        const struct pim_space *space = pim_space_at(device->backend, pieces[i].space);
        if (!space->host_while_running && pim_device_running(device, pieces[i].unit))
            return pim_fail(error, PIM_USAGE, "transfer: unit %" PRIu32 " runs, the host cannot reach its %s", pieces[i].unit,
                            space->name);
    }
    return PIM_OK;
}

/* Pieces of one queue in their given order, queues in ascending order. */
static struct pim_transfer *sort_by_queue(const struct pim_device *device, const struct pim_transfer *pieces,
                                          size_t count, size_t *begin)
{
    uint32_t queues = device->queues.count;
    struct pim_transfer *sorted = malloc(count * sizeof *sorted);
    size_t *next = calloc(queues, sizeof *next);
    if (sorted && next) {
        for (size_t i = 0; i < count; i++)
            begin[pim_queue_of(&device->queues, pieces[i].unit) + 1]++;
        for (uint32_t queue = 0; queue < queues; queue++) {
            begin[queue + 1] += begin[queue];
            next[queue] = begin[queue];
        }
        for (size_t i = 0; i < count; i++)
            sorted[next[pim_queue_of(&device->queues, pieces[i].unit)]++] = pieces[i];
        free(next);
        return sorted;
    }
    free(sorted);
    free(next);
    return NULL;
}

static enum pim_status transfer_sorted(struct pim_device *device, enum pim_direction direction,
                                       const struct pim_transfer *sorted, const size_t *begin,
                                       struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    uint32_t queues = 0;
    uint64_t end_ps = 0, issued_ps = device->queues.host_ps;
    for (uint32_t queue = 0; queue < device->queues.count; queue++)
        queues += begin[queue + 1] > begin[queue];
    for (uint32_t queue = 0; status == PIM_OK && queue < device->queues.count; queue++) {
        size_t count = begin[queue + 1] - begin[queue];
        if (!count)
            continue;
        status = transfer_on_queue(device, direction, queue, queues, &issued_ps, sorted + begin[queue], count, error);
        end_ps = later(device->queues.now_ps[queue], end_ps);
    }
    return status == PIM_OK ? pim_device_end_call(device, end_ps, error) : status;
}

enum pim_status pim_device_transfer(struct pim_device *device, enum pim_direction direction,
                                    const struct pim_transfer *transfers, size_t count,
                                    struct pim_error *error)
{
    for (size_t i = 0; i < count; i++) {
        enum pim_status status = pim_device_check_transfer(device, &transfers[i], error);
        if (status != PIM_OK)
            return status;
        pim_account_touch(device, transfers[i].unit);
    }
    if (!count)
        return PIM_OK;
    if (device->launches) {
        enum pim_status status = attend(device, transfers, count, error);
        if (status != PIM_OK)
            return status;
    }
    size_t *begin = calloc((size_t)device->queues.count + 1, sizeof *begin);
    struct pim_transfer *sorted = begin ? sort_by_queue(device, transfers, count, begin) : NULL;
    enum pim_status status = sorted ? transfer_sorted(device, direction, sorted, begin, error)
                                    : pim_fail(error, PIM_NO_MEMORY, "no memory for %zu transfers", count);
    free(sorted);
    free(begin);
    return status;
}
