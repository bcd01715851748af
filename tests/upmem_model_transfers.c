/* Symbols and transfers at random places. */
#include "upmem_model.h"

/* Host-visible names of state.s and what is no such name. */
enum memory { WRAM, MRAM, IRAM, NOWHERE };
static const struct { const char *name; uint32_t bytes; enum memory memory; int shadow; } places[] = {
    {"odd_arguments", 28, WRAM, 0}, {"bytes", 8, WRAM, 1},  {"mram_buffer", 65536, MRAM, 2}, {"operand", 4, WRAM, -1},
    {"spend", 168, IRAM, -1},         {"hidden", 0, NOWHERE, -1}, {"", 0, NOWHERE, -1},        {NULL, 0, NOWHERE, -1},
};
enum { PLACES = sizeof places / sizeof *places };

/* ------------------------------------------------------------------------------------ places --- */

struct place { uint32_t row, offset; size_t bytes; };

/* Within the place, at its edge, past it, far past it. */
static struct place random_place(struct world *world)
{
    struct place place = {.row = model_below(world, model_below(world, 4) ? 3 : PLACES)};
    uint32_t size = places[place.row].bytes;
    const uint32_t offsets[] = {0, 4 * model_below(world, 8), model_below(world, SHADOW), size, size + 1, UINT32_MAX};
    const size_t lengths[] = {0, 4, 8, 4 * model_below(world, 8), model_below(world, SHADOW), size, (size_t)size + 4, UINT32_MAX, SIZE_MAX};
    place.offset = offsets[model_below(world, model_below(world, 3) ? 3 : 6)];
    place.bytes = lengths[model_below(world, model_below(world, 3) ? 5 : 9)];
    if (places[place.row].memory == IRAM && place.bytes)
        place.bytes |= 1; /* refused: the program stays as it is */
    return place;
}

static dpu_error_t place_error(const struct world *world, const struct handle *handle, struct place place)
{
    uint32_t size = places[place.row].bytes, granule = world->release == 2020 ? 8 : 1;
    enum memory memory = places[place.row].memory;
    dpu_error_t error = model_program_error(world, handle);
    if (error != DPU_OK)
        return error;
    if (memory == NOWHERE)
        return DPU_ERR_UNKNOWN_SYMBOL;
    if (place.offset > size || place.bytes > size - place.offset)
        return DPU_ERR_INVALID_SYMBOL_ACCESS;
    if (memory == WRAM && (place.offset % 4 || place.bytes % 4))
        return DPU_ERR_INVALID_WRAM_ACCESS;
    if (memory == IRAM && (place.offset % 8 || place.bytes % 8))
        return DPU_ERR_INVALID_IRAM_ACCESS;
    return memory == MRAM && (place.offset % granule || place.bytes % granule) ? DPU_ERR_INVALID_MRAM_ACCESS : DPU_OK;
}

/* `source` NULL: something that the model does not know. */
static void written(struct world *world, uint32_t dpu, struct place place, const uint8_t *source)
{
    int shadow = places[place.row].shadow;
    for (size_t i = 0; shadow >= 0 && i < place.bytes && place.offset + i < SHADOW; i++) {
        struct shadow *bytes = &world->dpus[dpu].shadows[shadow];
        bytes->known[place.offset + i] = source != NULL;
        bytes->value[place.offset + i] = source ? source[i] : 0;
    }
}

static void compare(const struct world *world, uint32_t dpu, struct place place, const uint8_t *got)
{
    int shadow = places[place.row].shadow;
    for (size_t i = 0; world->exact && shadow >= 0 && i < place.bytes && place.offset + i < SHADOW; i++) {
        const struct shadow *bytes = &world->dpus[dpu].shadows[shadow];
        if (bytes->known[place.offset + i])
            ck_assert_msg(got[i] == bytes->value[place.offset + i], "step %u, %s+%zu: 0x%02x, expected 0x%02x", world->step,
                          places[place.row].name, place.offset + i, got[i], bytes->value[place.offset + i]);
    }
}

/* Flags without "parallel", which lets go of the order. */
static dpu_xfer_flags_t random_flags(struct world *world)
{
    return (dpu_xfer_flags_t)model_below(world, 4);
}

/* ------------------------------------------------------------------------------------- calls --- */

void model_symbol(struct world *world)
{
    struct dpu_symbol_t symbol;
    struct dpu_program_t *programs[] = {NULL, (struct dpu_program_t *)(void *)model_pool, world->program};
    dpu_get_symbol(programs[model_below(world, 3)], places[model_below(world, PLACES)].name, model_below(world, 8) ? &symbol : NULL);
}

void model_count_runs(struct world *world)
{
    struct handle handle = model_choose(world);
    uint32_t runs = 0;
    dpu_error_t expected = handle.set.kind == DPU_SET_RANKS ? DPU_ERR_INVALID_DPU_SET : model_program_error(world, &handle);
    model_answered(world, "copy_from runs", dpu_copy_from(handle.set, "runs", 0, &runs, 4), expected);
    if (world->exact && expected == DPU_OK)
        ck_assert_uint_eq(runs, world->dpus[handle.dpus[0]].runs);
}

void model_copy_to(struct world *world)
{
    struct handle handle = model_choose(world);
    struct place place = random_place(world);
    const uint8_t *source = model_below(world, 20) ? model_pool + model_below(world, SHADOW) : NULL;
    dpu_error_t expected = place_error(world, &handle, place), error;
    if (expected == DPU_OK && !source && place.bytes)
        expected = DPU_ERR_INVALID_MEMORY_TRANSFER;
    if (model_below(world, 2))
        error = dpu_copy_to(handle.set, places[place.row].name, place.offset, source, place.bytes);
    else
        error = dpu_broadcast_to(handle.set, places[place.row].name, place.offset, source, place.bytes, random_flags(world));
    model_answered(world, "copy_to", error, expected);
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++)
        written(world, handle.dpus[i], place, source);
}

void model_copy_from(struct world *world)
{
    static uint8_t got[THREADS][BUFFER];
    uint8_t *to = model_below(world, 20) ? got[world->state % THREADS] : NULL;
    struct handle handle = model_choose(world);
    struct place place = random_place(world);
    dpu_error_t expected = handle.set.kind == DPU_SET_RANKS ? DPU_ERR_INVALID_DPU_SET : place_error(world, &handle, place);
    if (expected == DPU_OK && !to && place.bytes)
        expected = DPU_ERR_INVALID_MEMORY_TRANSFER;
    model_answered(world, "copy_from", dpu_copy_from(handle.set, places[place.row].name, place.offset, to, place.bytes), expected);
    if (expected == DPU_OK && to)
        compare(world, handle.dpus[0], place, to);
}

void model_prepare(struct world *world)
{
    struct handle handle = model_choose(world);
    const uint8_t *buffer = model_below(world, 5) ? model_pool + model_below(world, SHADOW) : model_below(world, 2) ? model_sink : NULL;
    dpu_error_t expected = model_set_error(world, &handle);
    for (uint32_t i = 0; expected != DPU_ERR_DPU_DISABLED && i < handle.count; i++) {
        struct model *model = &world->dpus[handle.dpus[i]];
        if (world->release == 2020 && model->prepared && buffer)
            expected = DPU_ERR_TRANSFER_ALREADY_SET;
        model->prepared = buffer;
    }
    model_answered(world, "prepare", dpu_prepare_xfer(handle.set, (void *)(uintptr_t)buffer), expected);
}

void model_push(struct world *world)
{
    struct handle handle = model_choose(world);
    struct place place = random_place(world);
    dpu_xfer_t direction = (dpu_xfer_t)(model_below(world, 12) ? DPU_XFER_TO_DPU : 2);
    dpu_xfer_flags_t flags = random_flags(world);
    dpu_error_t expected = place_error(world, &handle, place);
    if (expected == DPU_OK && direction != DPU_XFER_TO_DPU)
        expected = DPU_ERR_INVALID_MEMORY_TRANSFER;
    model_answered(world, "push", dpu_push_xfer(handle.set, direction, places[place.row].name, place.offset, place.bytes, flags), expected);
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++) {
        struct model *model = &world->dpus[handle.dpus[i]];
        if (model->prepared)
            written(world, handle.dpus[i], place, model->prepared == model_sink ? NULL : model->prepared);
        if (flags != DPU_XFER_NO_RESET)
            model->prepared = NULL;
    }
}

void model_pull(struct world *world)
{
    struct handle handle = model_choose(world);
    struct place place = random_place(world);
    dpu_error_t expected = place_error(world, &handle, place);
    dpu_prepare_xfer(handle.set, NULL);
    dpu_prepare_xfer(handle.set, model_sink);
    model_answered(world, "pull", dpu_push_xfer(handle.set, DPU_XFER_FROM_DPU, places[place.row].name, place.offset, place.bytes,
                                          DPU_XFER_ASYNC), expected);
    for (uint32_t i = 0; i < handle.count; i++)
        world->dpus[handle.dpus[i]].prepared = expected == DPU_OK ? NULL : model_sink;
}

struct blocks { uint32_t count, length; uint8_t *address; };

static bool next_block(struct sg_block_info *out, uint32_t dpu, uint32_t number_of_block, void *arguments)
{
    const struct blocks *blocks = arguments;
    (void)dpu;
    *out = (struct sg_block_info){blocks->address, blocks->length};
    return number_of_block < blocks->count;
}

void model_scatter(struct world *world)
{
    struct handle handle = model_choose(world);
    struct blocks blocks = {model_below(world, 4), 8, model_below(world, 8) ? model_pool : NULL};
    get_block_t get = {model_below(world, 10) ? next_block : NULL, &blocks, sizeof blocks};
    uint32_t flags = model_below(world, 8), bytes = 8 * model_below(world, 5), row = model_below(world, PLACES); /* of "spend" too: it is not MRAM */
    struct place place = {row, 0, bytes}, covered = {row, 0, bytes};
    dpu_error_t expected = place_error(world, &handle, place);
    bool located = expected == DPU_OK || expected == DPU_ERR_INVALID_WRAM_ACCESS;
    if (located && places[row].memory != MRAM)
        expected = DPU_ERR_SG_NOT_MRAM_SYMBOL;
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++)
        if (!world->dpus[handle.dpus[i]].scatter)
            expected = DPU_ERR_SG_NOT_ACTIVATED;
    bool checked = !(flags & DPU_SG_XFER_DISABLE_LENGTH_CHECK);
    if (expected == DPU_OK && !get.f)
        expected = DPU_ERR_INVALID_MEMORY_TRANSFER;
    else if (expected == DPU_OK && handle.count && blocks.count && bytes && !blocks.address)
        expected = DPU_ERR_INVALID_MEMORY_TRANSFER;
    else if (expected == DPU_OK && handle.count && checked && 8 * blocks.count != bytes)
        expected = DPU_ERR_SG_LENGTH_MISMATCH;
    model_answered(world, "scatter", dpu_push_sg_xfer(handle.set, DPU_XFER_TO_DPU, places[row].name, 0, bytes, &get, (dpu_sg_xfer_flags_t)flags),
             expected);
    for (uint32_t i = 0; expected == DPU_OK && i < handle.count; i++)
        written(world, handle.dpus[i], covered, NULL);
}
