/* Copies between the host and the DPUs.
 *
 * Bytes are copied once, between the program's buffer and the DPU's memory. A copy to a set of ranks, and dpu_broadcast_to, repeat the
 * buffer for every DPU; dpu_push_xfer takes the buffer that dpu_prepare_xfer left with each.
 */
#include "upmem_transfer.h"

#include <inttypes.h>
#include <string.h>

#include "upmem_account.h"

#define IRAM_BIT UINT32_C(0x80000000)
#define MRAM_BIT UINT32_C(0x08000000)

/* In the order of enum upmem_memory: the back-end's name, what addresses and lengths have to be multiples of (MRAM: before 2021), the error. */
static const struct {
    const char *space;
    uint32_t granule, granule_2020;
    dpu_error_t error;
} memories[] = {
    {"WRAM", 4, 4, DPU_ERR_INVALID_WRAM_ACCESS},
    {"IRAM", 8, 8, DPU_ERR_INVALID_IRAM_ACCESS},
    {"MRAM", 1, 8, DPU_ERR_INVALID_MRAM_ACCESS},
};

/* ------------------------------------------------------------------------------------ places --- */

static uint32_t space_index(const struct pim_backend *backend, const char *name)
{
    uint32_t index = 0;
    while (backend->spaces[index].name && strcmp(backend->spaces[index].name, name))
        index++;
    return index;
}

static uint64_t memory_bytes(const struct upmem_machine *machine, uint32_t space)
{
    const struct pim_space *row = &pim_target_backend(machine->target)->spaces[space];
    return row->size_key ? upmem_parameter(machine, row->size_key) : row->bytes;
}

static dpu_error_t check_place(const struct upmem_machine *machine, struct upmem_place *place)
{
    uint32_t granule = upmem.sdk == UPMEM_SDK_2020 ? memories[place->memory].granule_2020
                                                   : memories[place->memory].granule;
    place->space = space_index(pim_target_backend(machine->target), memories[place->memory].space);
    uint64_t end = memory_bytes(machine, place->space);
    bool good = place->offset % granule == 0 && place->bytes % granule == 0 && place->offset <= end &&
                place->bytes <= end - place->offset;
    return good ? DPU_OK : memories[place->memory].error;
}

static dpu_error_t resolve(const struct upmem_selection *selection, const struct upmem_symbol_argument *argument,
                           struct dpu_symbol_t *symbol)
{
    struct dpu_program_t *program;
    *symbol = argument->symbol;
    if (!argument->by_name)
        return DPU_OK;
    dpu_error_t error = upmem_program_of(selection, &program);
    return error == DPU_OK ? upmem_find_symbol(program, argument->name, symbol) : error;
}

dpu_error_t upmem_locate(const struct upmem_selection *selection, const struct upmem_symbol_argument *argument,
                         uint32_t offset, size_t bytes, struct upmem_place *place)
{
    struct dpu_symbol_t symbol;
    dpu_error_t error = resolve(selection, argument, &symbol);
    if (error != DPU_OK)
        return error;
    if (offset > symbol.size || bytes > symbol.size - offset)
        return DPU_ERR_INVALID_SYMBOL_ACCESS;
    uint32_t address = symbol.address;
    *place = (struct upmem_place){
        .memory = address & IRAM_BIT ? UPMEM_IRAM : address & MRAM_BIT ? UPMEM_MRAM : UPMEM_WRAM,
        .bytes = bytes,
        .name = argument->by_name ? argument->name : "(by address)",
    };
    address &= place->memory == UPMEM_IRAM ? ~IRAM_BIT : place->memory == UPMEM_MRAM ? ~MRAM_BIT : UINT32_MAX;
    place->offset = (uint64_t)address + offset;
    return check_place(selection->machine, place);
}

/* -------------------------------------------------------------------------------------- moves --- */

/* `wram_job` is the first of three job types, one per memory. */
static enum upmem_job_type job_type(enum upmem_job_type wram_job, enum upmem_memory memory)
{
    return (enum upmem_job_type)((int)wram_job + (int)memory);
}

static dpu_error_t move_now(const struct upmem_selection *selection, const struct upmem_job *job)
{
    dpu_error_t error = job->parallel ? DPU_OK : upmem_drain(selection);
    if (error == DPU_OK)
        error = upmem_run(job);
    dpu_error_t waited = upmem_wait(selection);
    return error == DPU_OK ? waited : error;
}

/* Cut the pieces into those of each rank. */
static dpu_error_t move_later(const struct upmem_selection *selection, const struct upmem_job *job)
{
    dpu_error_t error = DPU_OK;
    size_t first = 0;
    for (uint32_t i = 0; error == DPU_OK && i < selection->rank_count; i++) {
        struct pim_units units = upmem_rank_units(selection->ranks[i]);
        struct upmem_job part = *job;
        part.rank = selection->ranks[i];
        part.pieces = job->pieces + first;
        for (part.count = 0; first < job->count && job->pieces[first].unit - units.first < units.count; first++)
            part.count++;
        if (part.count)
            error = upmem_submit(&part);
    }
    return error;
}

dpu_error_t upmem_move(const struct upmem_selection *selection, const struct upmem_place *place,
                       enum pim_direction direction, const struct pim_transfer *pieces, size_t count,
                       bool asynchronous, enum upmem_job_type wram_job)
{
    const struct upmem_job job = {
        .type = job_type(wram_job, place->memory),
        .machine = selection->machine,
        .direction = direction,
        .pieces = pieces,
        .count = count,
        .parallel = place->parallel,
    };
    if (place->memory != UPMEM_WRAM && upmem_still_running(selection))
        return place->memory == UPMEM_MRAM ? DPU_ERR_MRAM_BUSY : DPU_ERR_DPU_ALREADY_RUNNING;
    upmem_account_symbol(place->name, direction, pieces, count);
    return asynchronous ? move_later(selection, &job) : move_now(selection, &job);
}

/* ------------------------------------------------------------------------------ copies, pushes --- */

/* What one call of the interface asks for. */
struct request {
    struct upmem_symbol_argument symbol;
    enum pim_direction direction;
    bool no_direction;    /* the program asked for one that does not exist */
    uint32_t offset;
    size_t bytes;
    void *buffer;         /* the same for all DPUs */
    bool prepared;        /* each DPU's own buffer instead */
    bool asynchronous;
    bool parallel;
    enum upmem_job_type wram_job;
};

/* Beside what the DPUs run; a flag of 2025. */
static bool is_parallel(dpu_xfer_flags_t flags)
{
    return (flags & DPU_XFER_PARALLEL) && upmem.sdk >= UPMEM_SDK_2025;
}

/* A callback that blocks its rank has prepared buffers of its own, apart from those the program prepares meanwhile. */
static void **prepared_buffer(struct dpu_t *dpu)
{
    return &dpu->buffers[dpu->rank->in_callback && pthread_equal(dpu->rank->callback_thread, pthread_self())];
}

/* One piece per enabled DPU that has a buffer. */
static struct pim_transfer *make_pieces(const struct upmem_selection *selection, const struct request *request,
                                        const struct upmem_place *place, size_t *count)
{
    struct pim_transfer *pieces = malloc((size_t)upmem_count_dpus(selection) * sizeof *pieces + 1);
    struct dpu_t *dpu;
    *count = 0;
    for (struct upmem_cursor cursor = {0}; pieces && (dpu = upmem_next_dpu(selection, &cursor)) != NULL;) {
        void *buffer = request->prepared ? *prepared_buffer(dpu) : request->buffer;
        if (buffer)
            pieces[(*count)++] = (struct pim_transfer){dpu->unit, place->space, place->offset, place->bytes, buffer};
    }
    return pieces;
}

static dpu_error_t transfer_selected(const struct upmem_selection *selection, const struct request *request)
{
    struct upmem_place place;
    size_t count;
    if (selection->dpu && !selection->dpu->enabled)
        return DPU_ERR_DPU_DISABLED;
    dpu_error_t error = upmem_locate(selection, &request->symbol, request->offset, request->bytes, &place);
    if (error != DPU_OK)
        return error;
    if (request->no_direction || (!request->prepared && !request->buffer && request->bytes))
        return DPU_ERR_INVALID_MEMORY_TRANSFER;
    place.parallel = request->parallel;
    if (place.parallel && place.memory != UPMEM_WRAM)
        return DPU_ERR_INVALID_PARALLEL_MEMORY_TRANSFER;
    struct pim_transfer *pieces = make_pieces(selection, request, &place, &count);
    if (!pieces)
        return DPU_ERR_SYSTEM;
    error = upmem_move(selection, &place, request->direction, pieces, count, request->asynchronous,
                       request->wram_job);
    free(pieces);
    return error;
}

static dpu_error_t transfer(const struct dpu_set_t *set, const struct request *request)
{
    struct upmem_selection selection;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK)
        return error;
    error = transfer_selected(&selection, request);
    upmem_release(&selection);
    return error;
}

static dpu_error_t copy_to(const struct dpu_set_t *set, struct upmem_symbol_argument symbol, uint32_t offset,
                           const void *source, size_t bytes, dpu_xfer_flags_t flags)
{
    const struct request request = {
        .symbol = symbol,
        .direction = PIM_TO_UNIT,
        .offset = offset,
        .bytes = bytes,
        .buffer = (void *)(uintptr_t)source, /* only read */
        .asynchronous = flags & DPU_XFER_ASYNC,
        .parallel = is_parallel(flags),
        .wram_job = set->kind == DPU_SET_DPU ? UPMEM_JOB_WRAM_TO_MATRIX : UPMEM_JOB_WRAM_TO_RANK,
    };
    return transfer(set, &request);
}

static dpu_error_t copy_from(const struct dpu_set_t *set, struct upmem_symbol_argument symbol, uint32_t offset,
                             void *destination, size_t bytes)
{
    const struct request request = {
        .symbol = symbol,
        .direction = PIM_FROM_UNIT,
        .offset = offset,
        .bytes = bytes,
        .buffer = destination,
        .wram_job = UPMEM_JOB_WRAM_FROM_MATRIX,
    };
    return set->kind == DPU_SET_RANKS ? DPU_ERR_INVALID_DPU_SET : transfer(set, &request);
}

static void forget_buffers(const struct dpu_set_t *set)
{
    struct upmem_selection selection;
    struct dpu_t *dpu;
    if (upmem_select(set, &selection) != DPU_OK)
        return;
    for (struct upmem_cursor cursor = {0}; (dpu = upmem_next_dpu(&selection, &cursor)) != NULL;)
        *prepared_buffer(dpu) = NULL;
    upmem_release(&selection);
}

static dpu_error_t push(const struct dpu_set_t *set, dpu_xfer_t xfer, struct upmem_symbol_argument symbol,
                        uint32_t offset, size_t bytes, dpu_xfer_flags_t flags)
{
    const struct request request = {
        .symbol = symbol,
        .direction = xfer == DPU_XFER_TO_DPU ? PIM_TO_UNIT : PIM_FROM_UNIT,
        .offset = offset,
        .bytes = bytes,
        .prepared = true,
        .no_direction = xfer != DPU_XFER_TO_DPU && xfer != DPU_XFER_FROM_DPU,
        .asynchronous = flags & DPU_XFER_ASYNC,
        .parallel = is_parallel(flags),
        .wram_job = xfer == DPU_XFER_TO_DPU ? UPMEM_JOB_WRAM_TO_MATRIX : UPMEM_JOB_WRAM_FROM_MATRIX,
    };
    dpu_error_t error = transfer(set, &request);
    if (error == DPU_OK && flags != DPU_XFER_NO_RESET)
        forget_buffers(set);
    return error;
}

/* --------------------------------------------------------------------------------- preparing --- */

/* Before 2021 replacing a buffer was told, and done. */
static dpu_error_t prepare_dpu(struct dpu_t *dpu, void *buffer)
{
    if (!dpu->enabled)
        return DPU_ERR_DPU_DISABLED;
    void **prepared = prepared_buffer(dpu);
    bool told = upmem.sdk == UPMEM_SDK_2020 && *prepared && buffer;
    *prepared = buffer;
    return told ? DPU_ERR_TRANSFER_ALREADY_SET : DPU_OK;
}

static dpu_error_t prepare(const struct dpu_set_t *set, void *buffer)
{
    struct upmem_selection selection;
    struct dpu_t *dpu;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK)
        return error;
    for (struct upmem_cursor cursor = {0}; (dpu = upmem_next_dpu(&selection, &cursor)) != NULL;) {
        dpu_error_t prepared = prepare_dpu(dpu, buffer);
        error = prepared == DPU_OK ? error : prepared;
    }
    upmem_release(&selection);
    return error;
}

dpu_error_t dpu_prepare_xfer(struct dpu_set_t dpu_set, void *buffer)
{
    upmem_enter();
    return upmem_leave(prepare(&dpu_set, buffer));
}

/* --------------------------------------------------------------------------------- interface --- */

#define BY_NAME(name_) ((struct upmem_symbol_argument){.by_name = true, .name = name_})
#define BY_VALUE(symbol_) ((struct upmem_symbol_argument){.symbol = symbol_})

dpu_error_t dpu_copy_to(struct dpu_set_t dpu_set, const char *symbol_name, uint32_t symbol_offset, const void *src,
                        size_t length)
{
    upmem_enter();
    return upmem_leave(copy_to(&dpu_set, BY_NAME(symbol_name), symbol_offset, src, length, DPU_XFER_DEFAULT));
}

dpu_error_t dpu_copy_to_symbol(struct dpu_set_t dpu_set, struct dpu_symbol_t symbol, uint32_t symbol_offset,
                               const void *src, size_t length)
{
    upmem_enter();
    return upmem_leave(copy_to(&dpu_set, BY_VALUE(symbol), symbol_offset, src, length, DPU_XFER_DEFAULT));
}

dpu_error_t dpu_copy_from(struct dpu_set_t dpu_set, const char *symbol_name, uint32_t symbol_offset, void *dst,
                          size_t length)
{
    upmem_enter();
    return upmem_leave(copy_from(&dpu_set, BY_NAME(symbol_name), symbol_offset, dst, length));
}

dpu_error_t dpu_copy_from_symbol(struct dpu_set_t dpu_set, struct dpu_symbol_t symbol, uint32_t symbol_offset,
                                 void *dst, size_t length)
{
    upmem_enter();
    return upmem_leave(copy_from(&dpu_set, BY_VALUE(symbol), symbol_offset, dst, length));
}

dpu_error_t dpu_broadcast_to(struct dpu_set_t dpu_set, const char *symbol_name, uint32_t symbol_offset,
                             const void *src, size_t length, dpu_xfer_flags_t flags)
{
    upmem_enter();
    return upmem_leave(copy_to(&dpu_set, BY_NAME(symbol_name), symbol_offset, src, length, flags));
}

dpu_error_t dpu_broadcast_to_symbol(struct dpu_set_t dpu_set, struct dpu_symbol_t symbol, uint32_t symbol_offset,
                                    const void *src, size_t length, dpu_xfer_flags_t flags)
{
    upmem_enter();
    return upmem_leave(copy_to(&dpu_set, BY_VALUE(symbol), symbol_offset, src, length, flags));
}

dpu_error_t dpu_push_xfer(struct dpu_set_t dpu_set, dpu_xfer_t xfer, const char *symbol_name,
                          uint32_t symbol_offset, size_t length, dpu_xfer_flags_t flags)
{
    upmem_enter();
    return upmem_leave(push(&dpu_set, xfer, BY_NAME(symbol_name), symbol_offset, length, flags));
}

dpu_error_t dpu_push_xfer_symbol(struct dpu_set_t dpu_set, dpu_xfer_t xfer, struct dpu_symbol_t symbol,
                                 uint32_t symbol_offset, size_t length, dpu_xfer_flags_t flags)
{
    upmem_enter();
    return upmem_leave(push(&dpu_set, xfer, BY_VALUE(symbol), symbol_offset, length, flags));
}
