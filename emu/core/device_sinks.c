/* Where a device's events go: a list of sinks that the device owns. */
#include "device.h"

#include <stdlib.h>

/* ORDER PIM DIRECTION */
const struct pim_event_kind pim_core_event_kinds[] = {
    {"host to units", 0x4477aa, {"bytes", "pieces", "queue"}, "a host transfer on the link of one queue"},
    {"units to host", 0xaa3377, {"bytes", "pieces", "queue"}, "a host transfer on the link of one queue"},
    {.name = NULL},
};

const struct pim_event_kind *pim_event_kind_at(const struct pim_backend *backend, size_t kind)
{
    size_t index = 0;
    for (const struct pim_event_kind *row = backend->events; row->name; row++)
        if (index++ == kind)
            return row;
    for (const struct pim_event_kind *row = pim_core_event_kinds; row->name; row++)
        if (index++ == kind)
            return row;
    return NULL;
}

enum pim_status pim_device_attach(struct pim_device *device, struct pim_sink *sink, struct pim_error *error)
{
    struct pim_sink **grown = realloc(device->sinks, (device->sink_count + 1) * sizeof *grown);
    if (!grown) {
        sink->destroy(sink);
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a sink");
    }
    device->sinks = grown;
    enum pim_status status = sink->begin(sink, device->target, device->units, error);
    if (status != PIM_OK) {
        sink->destroy(sink);
        return status;
    }
    grown[device->sink_count++] = sink;
    return PIM_OK;
}

enum pim_status pim_device_emit(struct pim_device *device, const struct pim_event *events, size_t count,
                                struct pim_error *error)
{
    for (size_t i = 0; i < device->sink_count; i++) {
        enum pim_status status = device->sinks[i]->events(device->sinks[i], events, count, error);
        if (status != PIM_OK)
            return status;
    }
    return PIM_OK;
}

/* Every sink is ended, also after one has failed; the first failure is the result. */
enum pim_status pim_device_finish(struct pim_device *device, struct pim_error *error)
{
    enum pim_status first = PIM_OK;
    for (size_t i = 0; i < device->sink_count; i++) {
        enum pim_status status = device->sinks[i]->end(device->sinks[i], error);
        first = first == PIM_OK ? status : first;
    }
    pim_sinks_destroy(device);
    return first;
}

void pim_sinks_destroy(struct pim_device *device)
{
    for (size_t i = 0; i < device->sink_count; i++)
        device->sinks[i]->destroy(device->sinks[i]);
    free(device->sinks);
    device->sinks = NULL;
    device->sink_count = 0;
}
