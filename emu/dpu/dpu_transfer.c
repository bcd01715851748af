/* Transfers between the host and the DPUs: access checks and the copies. What they cost: dpu_link.c. */
#include "dpu_machine.h"
#include "dpu_parameters.h"

#include <inttypes.h>
#include <string.h>

/* ------------------------------------------------------------------------------------- checks --- */

static uint64_t bytes_of_space(const struct dpu_machine *machine, uint32_t space)
{
    switch (space) {
    case DPU_SPACE_WRAM: return machine->parameters.wram_bytes;
    case DPU_SPACE_MRAM: return machine->parameters.mram_bytes;
    default: return machine->parameters.iram_instructions * DPU_INSTRUCTION_BYTES;
    }
}

static enum pim_status check_access(const struct dpu_machine *machine, const struct pim_transfer *t,
                                    struct pim_error *error)
{
    if (t->unit >= machine->units)
        return pim_fail(error, PIM_USAGE, "DPU %" PRIu32 ": the machine has %" PRIu32, t->unit,
                        machine->units);
    if (t->space > DPU_SPACE_IRAM)
        return pim_fail(error, PIM_USAGE, "DPU %" PRIu32 ": the host cannot reach space %" PRIu32,
                        t->unit, t->space);
    const struct pim_space *space = &dpu_spaces[t->space];
    uint64_t bytes = bytes_of_space(machine, t->space);
    if (t->offset > bytes || t->bytes > bytes - t->offset)
        return pim_fail(error, PIM_USAGE,
                        "DPU %" PRIu32 ": %" PRIu64 " bytes at %s 0x%" PRIx64
                        " end past its %" PRIu64 " bytes",
                        t->unit, t->bytes, space->name, t->offset, bytes);
    if (t->offset % space->granule_bytes || t->bytes % space->granule_bytes)
        return pim_fail(error, PIM_USAGE,
                        "DPU %" PRIu32 ": %" PRIu64 " bytes at %s 0x%" PRIx64
                        ", expected multiples of %" PRIu32,
                        t->unit, t->bytes, space->name, t->offset, space->granule_bytes);
    if (machine->dpus[t->unit].running && !space->host_while_running)
        return pim_fail(error, PIM_USAGE,
                        "DPU %" PRIu32 ": the host cannot reach %s while the DPU runs", t->unit,
                        space->name);
    return PIM_OK;
}

/* --------------------------------------------------------------------------------------- copy --- */

static bool copy_to_iram(struct dpu *dpu, const struct pim_transfer *t)
{
    struct dpu_code *code = dpu_code_for_write(dpu);
    if (!code)
        return false;
    for (uint64_t at = 0; at < t->bytes; at += DPU_INSTRUCTION_BYTES) {
        const uint8_t *bytes = (const uint8_t *)t->data + at;
        uint64_t word = 0;
        for (unsigned i = 0; i < DPU_INSTRUCTION_BYTES; i++)
            word |= (uint64_t)bytes[i] << 8 * i;
        dpu_code_set(code, (uint32_t)((t->offset + at) / DPU_INSTRUCTION_BYTES), word);
    }
    return true;
}

static void copy_from_iram(const struct dpu *dpu, const struct pim_transfer *t)
{
    for (uint64_t at = 0; at < t->bytes; at++) {
        uint64_t byte = t->offset + at;
        uint64_t word = dpu->code ? dpu->code->words[byte / DPU_INSTRUCTION_BYTES] : 0;
        ((uint8_t *)t->data)[at] = (uint8_t)(word >> 8 * (byte % DPU_INSTRUCTION_BYTES));
    }
}

static bool copy_to(struct dpu *dpu, const struct pim_transfer *t)
{
    switch (t->space) {
    case DPU_SPACE_IRAM: return copy_to_iram(dpu, t);
    case DPU_SPACE_MRAM:
        return dpu_mram_write(dpu, (uint32_t)t->offset, t->data, (uint32_t)t->bytes);
    default:
        if (!dpu_wram_ready(dpu))
            return false;
        memcpy(dpu->wram + t->offset, t->data, t->bytes);
        return true;
    }
}

static void copy_from(const struct dpu *dpu, const struct pim_transfer *t)
{
    if (t->space == DPU_SPACE_IRAM)
        copy_from_iram(dpu, t);
    else if (t->space == DPU_SPACE_MRAM)
        dpu_mram_read(dpu, (uint32_t)t->offset, t->data, (uint32_t)t->bytes);
    else if (dpu->wram)
        memcpy(t->data, dpu->wram + t->offset, t->bytes);
    else
        memset(t->data, 0, t->bytes);
}

enum pim_status dpu_transfer(struct dpu_machine *machine, enum pim_direction direction,
                             const struct pim_transfer *transfers, size_t count, uint32_t queues,
                             uint64_t start_ps, uint64_t *duration_ps, struct pim_error *error)
{
    for (size_t i = 0; i < count; i++) {
        enum pim_status status = check_access(machine, &transfers[i], error);
        if (status != PIM_OK)
            return status;
    }
    enum pim_status status = dpu_link_price(machine, direction, transfers, count, queues, start_ps, duration_ps, error);
    for (size_t i = 0; status == PIM_OK && i < count; i++) {
        const struct pim_transfer *t = &transfers[i];
        struct dpu *dpu = &machine->dpus[t->unit];
        if (!t->bytes)
            continue;
        if (direction == PIM_FROM_UNIT) {
            copy_from(dpu, t);
            dpu->counters.host_read_bytes += t->bytes;
        } else if (copy_to(dpu, t)) {
            dpu->counters.host_write_bytes += t->bytes;
        } else {
            status = pim_fail(error, PIM_NO_MEMORY, "DPU %" PRIu32 ": no memory for its %s", t->unit,
                              dpu_spaces[t->space].name);
        }
    }
    return status;
}
