/* WRAM and MRAM of one DPU, allocated when they are first needed: thousands of idle DPUs cost next to nothing.
 * Absent memory reads as zeros. What the hardware holds there at power-on is not known; zeros are an assumption.
 */
#include "dpu_machine.h"

#include <stdlib.h>
#include <string.h>

enum { WRAM_GUARD_BYTES = 64 }; /* lets an engine move a whole line at any valid address */

bool dpu_wram_ready(struct dpu *dpu)
{
    if (!dpu->wram)
        dpu->wram = calloc(1, dpu->machine->parameters.wram_bytes + WRAM_GUARD_BYTES);
    return dpu->wram != NULL;
}

uint8_t *dpu_mram_page_for_write(struct dpu *dpu, uint32_t page)
{
    if (!dpu->mram_pages) {
        dpu->mram_pages = calloc(DPU_MRAM_PAGES, sizeof *dpu->mram_pages);
        if (!dpu->mram_pages)
            return NULL;
    }
    if (!dpu->mram_pages[page])
        dpu->mram_pages[page] = calloc(1, DPU_MRAM_PAGE_BYTES);
    return dpu->mram_pages[page];
}

/* Bytes of [offset, offset + bytes) that lie in the page of `offset`. */
static uint32_t piece_in_page(uint32_t offset, uint32_t bytes)
{
    uint32_t rest = DPU_MRAM_PAGE_BYTES - offset % DPU_MRAM_PAGE_BYTES;
    return bytes < rest ? bytes : rest;
}

void dpu_mram_read(const struct dpu *dpu, uint32_t offset, void *to, uint32_t bytes)
{
    uint8_t *target = to;
    while (bytes) {
        uint32_t piece = piece_in_page(offset, bytes);
        const uint8_t *page =
            dpu->mram_pages ? dpu->mram_pages[offset / DPU_MRAM_PAGE_BYTES] : NULL;
        if (page)
            memcpy(target, page + offset % DPU_MRAM_PAGE_BYTES, piece);
        else
            memset(target, 0, piece);
        target += piece, offset += piece, bytes -= piece;
    }
}

bool dpu_mram_write(struct dpu *dpu, uint32_t offset, const void *from, uint32_t bytes)
{
    const uint8_t *source = from;
    while (bytes) {
        uint32_t piece = piece_in_page(offset, bytes);
        uint8_t *page = dpu_mram_page_for_write(dpu, offset / DPU_MRAM_PAGE_BYTES);
        if (!page)
            return false;
        memcpy(page + offset % DPU_MRAM_PAGE_BYTES, source, piece);
        source += piece, offset += piece, bytes -= piece;
    }
    return true;
}

void dpu_mram_clear(struct dpu *dpu, uint32_t offset, uint32_t bytes)
{
    while (bytes) {
        uint32_t piece = piece_in_page(offset, bytes);
        uint8_t *page = dpu->mram_pages ? dpu->mram_pages[offset / DPU_MRAM_PAGE_BYTES] : NULL;
        if (page)
            memset(page + offset % DPU_MRAM_PAGE_BYTES, 0, piece);
        offset += piece, bytes -= piece;
    }
}
