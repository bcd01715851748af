#include "toy_fixture.h"

#include <stdlib.h>
#include <string.h>

void toy_open(struct toy *toy, const char *name, const char *const *settings,
              const struct pim_device_options *options)
{
    *toy = (struct toy){.error = {0}};
    ck_assert_status(pim_registry_open(&toy->registry, &toy->error), PIM_OK, &toy->error);
    ck_assert_status(pim_registry_add(toy->registry, &toy_counter_backend, &toy->error), PIM_OK, &toy->error);
    ck_assert_status(pim_registry_load(toy->registry, PLUGIN_FOLDER, &toy->error), PIM_OK, &toy->error);
    ck_assert_status(pim_target_open(toy->registry, name, &toy->target, &toy->error), PIM_OK, &toy->error);
    for (; settings && settings[0]; settings += 2)
        ck_assert_status(pim_target_set(toy->target, settings[0], settings[1], &toy->error), PIM_OK, &toy->error);
    ck_assert_status(pim_device_open(toy->target, options, &toy->device, &toy->error), PIM_OK, &toy->error);
}

void toy_close(struct toy *toy)
{
    pim_device_close(toy->device);
    pim_target_close(toy->target);
    pim_registry_close(toy->registry);
}

void toy_load(struct toy *toy, struct pim_units units, const void *program, size_t bytes)
{
    struct pim_segment segment = {.space = 0, .data_bytes = bytes, .memory_bytes = bytes, .data = (uint8_t *)program};
    struct pim_image image = {
        .path = "<memory>",
        .instruction_set = pim_device_backend(toy->device)->instruction_set,
        .segment_count = 1,
        .segments = &segment,
    };
    ck_assert_status(pim_device_load(toy->device, units, &image, &toy->error), PIM_OK, &toy->error);
}

void toy_move(struct toy *toy, enum pim_direction direction, uint32_t unit, uint32_t space, uint64_t offset, void *data,
              uint64_t bytes)
{
    struct pim_transfer piece = {unit, space, offset, bytes, data};
    ck_assert_status(pim_device_transfer(toy->device, direction, &piece, 1, &toy->error), PIM_OK, &toy->error);
}

/* ------------------------------------------------------------------------------------ sink --- */

struct record_sink {
    struct pim_sink sink;
    struct toy_record *record;
};

static enum pim_status begin(struct pim_sink *sink, const struct pim_target *target, uint32_t units,
                             struct pim_error *error)
{
    (void)target, (void)units, (void)error;
    ((struct record_sink *)sink)->record->begun++;
    return PIM_OK;
}

static enum pim_status take(struct pim_sink *sink, const struct pim_event *events, size_t count, struct pim_error *error)
{
    struct toy_record *record = ((struct record_sink *)sink)->record;
    if (++record->calls == record->fail_at)
        return pim_fail(error, PIM_IO, "the sink is full");
    for (size_t i = 0; i < count; i++)
        ck_assert(pim_event_add(&record->list, &events[i]));
    return PIM_OK;
}

static enum pim_status end(struct pim_sink *sink, struct pim_error *error)
{
    (void)error;
    ((struct record_sink *)sink)->record->ended++;
    return PIM_OK;
}

static void destroy(struct pim_sink *sink)
{
    ((struct record_sink *)sink)->record->destroyed++;
    free(sink);
}

void toy_attach(struct toy *toy, struct toy_record *record)
{
    struct record_sink *made = calloc(1, sizeof *made);
    ck_assert_ptr_nonnull(made);
    *made = (struct record_sink){{begin, take, end, destroy}, record};
    ck_assert_status(pim_device_attach(toy->device, &made->sink, &toy->error), PIM_OK, &toy->error);
}

char *toy_report(struct toy *toy, enum pim_report_format format)
{
    char *text;
    size_t bytes;
    struct pim_report_options options = {.format = format, .program = "toy"};
    ck_assert_status(pim_report(toy->device, &options, &text, &bytes, &toy->error), PIM_OK, &toy->error);
    ck_assert_uint_eq(strlen(text), bytes);
    return text;
}
