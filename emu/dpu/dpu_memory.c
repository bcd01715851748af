/* WRAM and MRAM of one DPU, allocated when they are first needed: thousands of idle DPUs cost next to nothing.
 * Absent memory reads as zeros. What the hardware holds there at power-on is not known; zeros are an assumption.
 *
 * It comes from the system page by page: what nobody touches is not resident. calloc clears memory that it has used before, and so touches
 * all of it.
 */
#include "dpu_machine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { WRAM_GUARD_BYTES = 64 }; /* lets an engine move a whole line at any valid address */

#ifdef __SANITIZE_ADDRESS__ /* it watches the bounds of what calloc gives, not of mappings */
static void *fresh_memory(size_t bytes)
{
    return calloc(1, bytes);
}

static void free_memory(void *memory, size_t bytes)
{
    (void)bytes;
    free(memory);
}
#else
/* Zeros; NULL: out of memory. */
static void *fresh_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void free_memory(void *memory, size_t bytes)
{
    if (memory)
        munmap(memory, bytes);
}
#endif

static size_t wram_bytes(const struct dpu *dpu)
{
    return dpu->machine->parameters.wram_bytes + WRAM_GUARD_BYTES;
}

bool dpu_wram_ready(struct dpu *dpu)
{
    if (!dpu->wram)
        dpu->wram = fresh_memory(wram_bytes(dpu));
    return dpu->wram != NULL;
}

void dpu_mram_free(struct dpu *dpu)
{
    for (uint32_t i = 0; dpu->mram_pages && i < DPU_MRAM_PAGES; i++)
        free_memory(dpu->mram_pages[i], DPU_MRAM_PAGE_BYTES);
    free(dpu->mram_pages);
    dpu->mram_pages = NULL;
}

void dpu_wram_free(struct dpu *dpu)
{
    free_memory(dpu->wram, wram_bytes(dpu));
    dpu->wram = NULL;
}

uint8_t *dpu_mram_page_for_write(struct dpu *dpu, uint32_t page)
{
    if (!dpu->mram_pages) {
        dpu->mram_pages = calloc(DPU_MRAM_PAGES, sizeof *dpu->mram_pages);
        if (!dpu->mram_pages)
            return NULL;
    }
    if (!dpu->mram_pages[page])
        dpu->mram_pages[page] = fresh_memory(DPU_MRAM_PAGE_BYTES);
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
