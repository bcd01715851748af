/* Access tags and undo log of the run-ahead engine.
 *
 * While a window is open, tasklets execute ahead of their issue slots, so the host's order of WRAM accesses is not the
 * DPU's. That is harmless as long as no two tasklets touch the same byte, one of them writing, out of order. Two levels decide it:
 *
 *   lines     64 bytes belong to one tasklet, or are read by several. A tasklet with permission on a line does not ask again: the fast
 *             path is one byte compare. A line passes to another tasklet when all instructions that the owner has executed have also issued
 *             (then its accesses lie in the past); otherwise the line is contested: the window is rolled back and the line
 *             is tracked byte by byte from then on.
 *   bytes     contested lines give no permissions; each access looks at the tags of its bytes. A tag names a tasklet and one of its
 *             runs; it binds as long as that run is the tasklet's present one and has instructions that have not issued.
 *
 * The decision may be more careful than needed (a tag that stands for several readers, whole lines the first time); that costs a
 * roll-back, never a result.
 */
#include "dpu_fast.h"

#include <stdlib.h>
#include <string.h>

/* A tag is a run's serial number and its tasklet. */
enum { TAG_TASKLET_BITS = 5 };

void dpu_new_segment(struct dpu_scratch *s, uint32_t tasklet)
{
    s->segment[tasklet] = ++s->serial << TAG_TASKLET_BITS | tasklet;
}

static bool contested(const struct dpu_scratch *s, uint32_t line)
{
    return s->dpu->contested_lines[line / 64] >> line % 64 & 1;
}

/* Track the line by bytes from the next window on. */
static bool contest(struct dpu_scratch *s, uint32_t line)
{
    s->dpu->contested_lines[line / 64] |= 1ull << line % 64;
    return false;
}

static void save_line(struct dpu_scratch *s, uint32_t line)
{
    if (s->saved[line])
        return;
    s->saved[line] = true;
    s->saved_line[s->saved_count] = (uint16_t)line;
    memcpy(s->saved_bytes[s->saved_count++], s->dpu->wram + ((size_t)line << LINE_SHIFT), LINE_BYTES);
}

/* ---- lines ---- */

static bool has_issued_all(const struct dpu_scratch *s, uint32_t tasklets)
{
    for (; tasklets; tasklets &= tasklets - 1) {
        if (s->credit[__builtin_ctz(tasklets)])
            return false;
    }
    return true;
}

static void revoke(struct dpu_scratch *s, uint32_t line, uint32_t tasklets)
{
    for (; tasklets; tasklets &= tasklets - 1)
        s->permissions[__builtin_ctz(tasklets)][line] = 0;
}

static void grant(struct dpu_scratch *s, uint32_t tasklet, uint32_t line, bool write)
{
    s->permissions[tasklet][line] = write ? MAY_READ | MAY_WRITE : MAY_READ;
}

static bool claim_line(struct dpu_scratch *s, uint32_t tasklet, uint32_t line, bool write)
{
    uint32_t self = 1u << tasklet, owner = s->owner[line];
    uint32_t holders = owner == LINE_FREE ? 0 : owner == LINE_SHARED ? s->sharers[line] : 1u << (owner - 1);
    uint32_t others = holders & ~self;
    bool others_only_read = owner == LINE_SHARED ||
                            (others && s->permissions[owner - 1][line] == MAY_READ);
    if (others && !write && others_only_read) {
        s->owner[line] = LINE_SHARED;
        s->sharers[line] = holders | self;
        grant(s, tasklet, line, false);
        return true;
    }
    if (others && !has_issued_all(s, others))
        return contest(s, line);
    revoke(s, line, others);
    if (write)
        save_line(s, line);
    s->owner[line] = (uint8_t)(tasklet + 1);
    grant(s, tasklet, line, write || s->permissions[tasklet][line] & MAY_WRITE);
    return true;
}

/* ---- bytes ---- */

/* Does the access behind this tag come later in the DPU's order than what `tasklet` does now? It may, as long as its run has not
 * issued whole. */
static bool binds(const struct dpu_scratch *s, uint32_t tag, uint32_t tasklet)
{
    uint32_t other = tag & ((1u << TAG_TASKLET_BITS) - 1);
    if (other == NOBODY) {
        /* several readers: any tasklet with unissued instructions may be one */
        for (uint32_t i = 0; i < DPU_TASKLETS; i++) {
            if (i != tasklet && s->credit[i])
                return true;
        }
        return false;
    }
    return other != tasklet && s->segment[other] == tag && s->credit[other];
}

static bool claim_bytes(struct dpu_scratch *s, uint32_t tasklet, uint32_t address, uint32_t bytes, bool write)
{
    uint32_t tag = s->segment[tasklet];
    if (dpu_own_bytes(s, tasklet, address, bytes, write))
        return true;
    for (uint32_t i = address; i < address + bytes; i++) {
        if (s->writer[i] != tag && binds(s, s->writer[i], tasklet))
            return false;
        bool foreign_reader = s->reader[i] != tag && binds(s, s->reader[i], tasklet);
        if (write && foreign_reader)
            return false;
        if (write)
            s->writer[i] = tag;
        else
            s->reader[i] = foreign_reader ? NOBODY : tag;
    }
    if (write)
        save_line(s, address >> LINE_SHIFT);
    return true;
}

bool dpu_claim(struct dpu_scratch *s, uint32_t tasklet, uint32_t address, uint32_t bytes, bool write)
{
    while (bytes) {
        uint32_t line = address >> LINE_SHIFT;
        uint32_t part = LINE_BYTES - (address & (LINE_BYTES - 1));
        if (part > bytes)
            part = bytes;
        bool granted = contested(s, line) ? claim_bytes(s, tasklet, address, part, write)
                                          : claim_line(s, tasklet, line, write);
        if (!granted)
            return false;
        address += part;
        bytes -= part;
    }
    return true;
}

/* ---- MRAM and windows ---- */

bool dpu_save_mram(struct dpu_scratch *s, uint32_t offset, uint32_t bytes)
{
    if (s->mram_used + bytes > MRAM_UNDO_BYTES)
        return false;
    if (s->mram_count == s->mram_capacity) {
        uint32_t capacity = s->mram_capacity ? 2 * s->mram_capacity : 256;
        struct mram_undo *larger = realloc(s->mram, capacity * sizeof *larger);
        if (!larger)
            return false;
        s->mram = larger;
        s->mram_capacity = capacity;
    }
    s->mram[s->mram_count++] = (struct mram_undo){offset, bytes, s->mram_used};
    dpu_mram_read(s->dpu, offset, s->mram_bytes + s->mram_used, bytes);
    s->mram_used += bytes;
    return true;
}

void dpu_speculation_begin(struct dpu_scratch *s)
{
    /* In exact mode every access is in order: everybody may do everything. */
    memset(s->permissions, s->exact ? MAY_READ | MAY_WRITE : 0, sizeof s->permissions);
    memset(s->owner, LINE_FREE, sizeof s->owner);
    memset(s->saved, 0, sizeof s->saved);
    s->saved_count = s->mram_count = s->mram_used = 0;
    if (s->serial > 1u << 26) {
        memset(s->writer, 0, sizeof s->writer);
        memset(s->reader, 0, sizeof s->reader);
        s->serial = 0;
    }
    for (uint32_t i = 0; i < DPU_TASKLETS; i++)
        dpu_new_segment(s, i);
}

void dpu_speculation_undo(struct dpu_scratch *s)
{
    for (uint32_t i = 0; i < s->saved_count; i++)
        memcpy(s->dpu->wram + ((size_t)s->saved_line[i] << LINE_SHIFT), s->saved_bytes[i], LINE_BYTES);
    for (uint32_t i = s->mram_count; i-- > 0;)
        dpu_mram_write(s->dpu, s->mram[i].offset, s->mram_bytes + s->mram[i].at, s->mram[i].bytes);
}

