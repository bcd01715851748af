/* Scatter-gather: the MRAM of each DPU on one side, blocks of host memory that the program names one by one on the other.
 *
 * The program's function is called without the context's lock, when the transfer is issued and the callbacks before it have returned, and
 * its blocks move as the pieces of one transfer: nothing is gathered into a buffer first. DPUs are numbered in the allocation that their
 * rank came from. One DPU as a set works here; the vendor's library refuses it.
 */
#include "upmem_transfer.h"

#include <string.h>

enum { FIRST_PIECES = 256 };

struct scatter {
    const get_block_t *blocks;
    enum pim_direction direction;
    struct upmem_place place;
    uint64_t blocks_per_dpu;
    bool check_length;
    struct pim_transfer *pieces;
    size_t count, capacity;
    uint8_t *zeros;            /* place.bytes of them, made when needed */
};

static bool add_piece(struct scatter *scatter, uint32_t unit, uint64_t at, uint64_t bytes, uint8_t *data)
{
    if (scatter->count == scatter->capacity) {
        size_t capacity = scatter->capacity ? 2 * scatter->capacity : FIRST_PIECES;
        struct pim_transfer *pieces = realloc(scatter->pieces, capacity * sizeof *pieces);
        if (!pieces)
            return false;
        scatter->pieces = pieces;
        scatter->capacity = capacity;
    }
    scatter->pieces[scatter->count++] =
        (struct pim_transfer){unit, scatter->place.space, scatter->place.offset + at, bytes, data};
    return true;
}

/* The rest of the DPU's length that no block covers: zero on the way to the DPU, untouched on the way back. */
static dpu_error_t fill_rest(struct scatter *scatter, uint32_t unit, uint64_t at)
{
    uint64_t rest = scatter->place.bytes - at;
    if (rest && scatter->check_length)
        return DPU_ERR_SG_LENGTH_MISMATCH;
    if (!rest || scatter->direction == PIM_FROM_UNIT)
        return DPU_OK;
    if (!scatter->zeros && !(scatter->zeros = calloc(1, scatter->place.bytes)))
        return DPU_ERR_SYSTEM;
    return add_piece(scatter, unit, at, rest, scatter->zeros) ? DPU_OK : DPU_ERR_SYSTEM;
}

static dpu_error_t gather_dpu(struct scatter *scatter, uint32_t unit, uint32_t dpu_index)
{
    uint64_t at = 0;
    for (uint32_t index = 0;; index++) {
        struct sg_block_info block = {0};
        if (!scatter->blocks->f(&block, dpu_index, index, scatter->blocks->args))
            return fill_rest(scatter, unit, at);
        if (index >= scatter->blocks_per_dpu)
            return DPU_ERR_SG_TOO_MANY_BLOCKS;
        if (block.length > scatter->place.bytes - at) {
            if (scatter->check_length)
                return DPU_ERR_SG_LENGTH_MISMATCH;
            block.length = (uint32_t)(scatter->place.bytes - at);
        }
        if (block.length && !block.addr)
            return DPU_ERR_INVALID_MEMORY_TRANSFER;
        if (block.length && !add_piece(scatter, unit, at, block.length, block.addr))
            return DPU_ERR_SYSTEM;
        at += block.length;
    }
}

struct numbered { uint32_t unit, index; };

static dpu_error_t gather(struct scatter *scatter, const struct numbered *dpus, uint32_t count)
{
    dpu_error_t error = DPU_OK;
    pthread_mutex_unlock(&upmem.lock);
    for (uint32_t i = 0; error == DPU_OK && i < count; i++)
        error = gather_dpu(scatter, dpus[i].unit, dpus[i].index);
    pthread_mutex_lock(&upmem.lock);
    return error;
}

/* How many enabled DPUs come before this one in its allocation. */
static uint32_t number_of(const struct dpu_t *dpu)
{
    uint32_t number = 0;
    for (const struct upmem_allocation *a = upmem.allocations; a; a = a->next, number = 0)
        for (uint32_t i = 0; i < a->rank_count; i++)
            for (uint32_t slot = 0; slot < a->ranks[i]->dpu_count; slot++) {
                if (&a->ranks[i]->dpus[slot] == dpu)
                    return number;
                number += a->ranks[i]->dpus[slot].enabled;
            }
    return number;
}

static dpu_error_t gather_selected(struct scatter *scatter, const struct upmem_selection *selection)
{
    uint32_t count = 0, number = 0;
    struct numbered *dpus = calloc((size_t)upmem_count_dpus(selection) + 1, sizeof *dpus);
    const struct dpu_rank_t *rank = NULL;
    struct dpu_t *dpu;
    if (!dpus)
        return DPU_ERR_SYSTEM;
    for (struct upmem_cursor cursor = {0}; (dpu = upmem_next_dpu(selection, &cursor)) != NULL; number++) {
        if (dpu->rank != rank)
            number = number_of(dpu);
        rank = dpu->rank;
        dpus[count++] = (struct numbered){dpu->unit, number};
    }
    dpu_error_t error = gather(scatter, dpus, count);
    free(dpus);
    return error;
}

/* -------------------------------------------------------------------------------- interface --- */

struct request {
    struct upmem_symbol_argument symbol;
    dpu_xfer_t xfer;
    uint32_t offset;
    size_t bytes;
    const get_block_t *blocks;
    dpu_sg_xfer_flags_t flags;
};

/* In the vendor's order: program, name, (here too: end of the symbol,) kind of memory, profile, direction. */
static dpu_error_t check(const struct upmem_selection *selection, const struct request *request,
                         struct upmem_place *place)
{
    *place = (struct upmem_place){.memory = UPMEM_MRAM};
    if (selection->dpu && !selection->dpu->enabled)
        return DPU_ERR_DPU_DISABLED;
    dpu_error_t error = upmem_locate(selection, &request->symbol, request->offset, request->bytes, place);
    if (place->memory != UPMEM_MRAM)
        return DPU_ERR_SG_NOT_MRAM_SYMBOL;
    if (error != DPU_OK)
        return error;
    for (uint32_t i = 0; i < selection->rank_count; i++)
        if (!selection->ranks[i]->profile.scatter_gather)
            return DPU_ERR_SG_NOT_ACTIVATED;
    bool directed = request->xfer == DPU_XFER_TO_DPU || request->xfer == DPU_XFER_FROM_DPU;
    return directed && request->blocks && request->blocks->f ? DPU_OK : DPU_ERR_INVALID_MEMORY_TRANSFER;
}

static dpu_error_t push_selected(const struct upmem_selection *selection, const struct request *request)
{
    struct scatter scatter = {
        .blocks = request->blocks,
        .direction = request->xfer == DPU_XFER_TO_DPU ? PIM_TO_UNIT : PIM_FROM_UNIT,
        .check_length = !(request->flags & DPU_SG_XFER_DISABLE_LENGTH_CHECK),
    };
    dpu_error_t error = check(selection, request, &scatter.place);
    if (error != DPU_OK || !selection->rank_count)
        return error;
    scatter.blocks_per_dpu = selection->ranks[0]->profile.blocks_per_dpu;
    upmem_await_callbacks(selection);
    error = gather_selected(&scatter, selection);
    if (error == DPU_OK)
        error = upmem_move(selection, &scatter.place, scatter.direction, scatter.pieces, scatter.count,
                           request->flags & DPU_SG_XFER_ASYNC && !scatter.zeros,
                           scatter.direction == PIM_TO_UNIT ? UPMEM_JOB_WRAM_TO_MATRIX : UPMEM_JOB_WRAM_FROM_MATRIX);
    free(scatter.pieces);
    free(scatter.zeros);
    return error;
}

static dpu_error_t push(const struct dpu_set_t *set, const struct request *request)
{
    struct upmem_selection selection;
    dpu_error_t error = upmem_select(set, &selection);
    if (error != DPU_OK)
        return error;
    error = push_selected(&selection, request);
    upmem_release(&selection);
    return error;
}

dpu_error_t dpu_push_sg_xfer(struct dpu_set_t dpu_set, dpu_xfer_t xfer, const char *symbol_name,
                             uint32_t symbol_offset, size_t length, get_block_t *get_block, dpu_sg_xfer_flags_t flags)
{
    upmem_enter();
    return upmem_leave(push(&dpu_set, &(struct request){.symbol = {.by_name = true, .name = symbol_name},
                                                        .xfer = xfer,
                                                        .offset = symbol_offset,
                                                        .bytes = length,
                                                        .blocks = get_block,
                                                        .flags = flags}));
}

dpu_error_t dpu_push_sg_xfer_symbol(struct dpu_set_t dpu_set, dpu_xfer_t xfer, struct dpu_symbol_t symbol,
                                    uint32_t symbol_offset, size_t length, get_block_t *get_block,
                                    dpu_sg_xfer_flags_t flags)
{
    upmem_enter();
    return upmem_leave(push(&dpu_set, &(struct request){.symbol = {.symbol = symbol},
                                                        .xfer = xfer,
                                                        .offset = symbol_offset,
                                                        .bytes = length,
                                                        .blocks = get_block,
                                                        .flags = flags}));
}
