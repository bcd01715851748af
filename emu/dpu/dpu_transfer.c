/* The link between the host and the DPUs: access checks, the copies, and what they cost.
 *
 * The cost model. The DPUs of a rank share one link whose bandwidth grows with the number n of DPUs that a call serves, by a
 * power law through the two published points, one DPU and a full rank: B(n) = B(1) x n^e, e = ln(B(64)/B(1)) / ln(64). When
 * the DPUs of a call get different amounts, those with less to move drop out earlier: between two sizes the link serves
 * the DPUs that still have bytes left. The same piece of host memory for all DPUs of a rank is a broadcast, with its own
 * curve from B(1) to the published broadcast figure, in delivered bytes (assumption). A call costs a constant beside its bytes,
 * link.to_call_us or link.from_call_us, and the first one of a rank after a launch link.after_launch_us more. Different ranks are served in parallel, each one link.dispatch_us later than the one before
 * (the core adds that). Not modelled: cache and page faults of the host, WRAM reached by another way than MRAM, the byte
 * transposition as such. Known error: doc/dpu.md.
 */
#include "dpu_machine.h"
#include "dpu_parameters.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PICOSECONDS_PER_SECOND UINT64_C(1000000000000)

/* --------------------------------------------------------------------------------------- cost --- */

static void fill_curve(uint64_t *bytes_per_second, double one_gbs, double full_gbs)
{
    double exponent = log(full_gbs / one_gbs) / log(DPU_RANK_DPUS);
    bytes_per_second[0] = 0;
    for (int n = 1; n <= DPU_RANK_DPUS; n++)
        bytes_per_second[n] = (uint64_t)llround(one_gbs * pow(n, exponent) * 1e9);
    bytes_per_second[1] = (uint64_t)llround(one_gbs * 1e9);
    bytes_per_second[DPU_RANK_DPUS] = (uint64_t)llround(full_gbs * 1e9);
}

void dpu_link_open(struct dpu_machine *machine)
{
    const struct dpu_parameters *p = &machine->parameters;
    fill_curve(machine->to_bytes_per_second, p->to_one_dpu_gbs, p->to_full_rank_gbs);
    fill_curve(machine->from_bytes_per_second, p->from_one_dpu_gbs, p->from_full_rank_gbs);
    fill_curve(machine->broadcast_bytes_per_second, p->to_one_dpu_gbs, p->broadcast_full_rank_gbs);
    machine->call_ps[PIM_TO_UNIT] = (uint64_t)llround(p->to_call_us * 1e6);
    machine->call_ps[PIM_FROM_UNIT] = (uint64_t)llround(p->from_call_us * 1e6);
    machine->after_launch_ps = (uint64_t)llround(p->after_launch_us * 1e6);
    machine->launch_base_ps = (uint64_t)llround(p->launch_base_us * 1e6);
    machine->launch_per_rank_ps = (uint64_t)llround(p->launch_per_rank_us * 1e6);
}

uint32_t dpu_rank_of(const struct dpu_machine *machine, uint32_t unit)
{
    return unit / (uint32_t)(machine->parameters.chips * machine->parameters.dpus_per_chip);
}

void dpu_link_launched(struct dpu_machine *machine, const uint32_t *units, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t rank = dpu_rank_of(machine, units[i]);
        machine->launched_ranks[rank / 64] |= UINT64_C(1) << rank % 64;
    }
}

/* What a call that moves bytes costs on a rank whatever they are. */
static uint64_t call_ps(struct dpu_machine *machine, enum pim_direction direction, uint32_t rank)
{
    uint64_t *launched = &machine->launched_ranks[rank / 64], bit = UINT64_C(1) << rank % 64;
    uint64_t ps = machine->call_ps[direction] + (*launched & bit ? machine->after_launch_ps : 0);
    *launched &= ~bit;
    return ps;
}

/* What one call moves for one DPU. The signature sums over the pieces: equal signatures mean equal pieces. */
struct share { uint64_t bytes, signature; };

struct rank_call { struct share dpus[DPU_RANK_DPUS]; };

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

static uint64_t piece_signature(const struct pim_transfer *t)
{
    return mix(mix(mix((uintptr_t)t->data) + t->offset) + t->bytes + ((uint64_t)t->space << 56));
}

static int by_bytes(const void *left, const void *right)
{
    uint64_t a = ((const struct share *)left)->bytes, b = ((const struct share *)right)->bytes;
    return a < b ? -1 : a > b;
}

/* floor of the time for `bytes`; rounding down per phase loses at most 64 ps a call. */
static uint64_t phase_ps(unsigned __int128 bytes, uint64_t bytes_per_second)
{
    unsigned __int128 ps = bytes * PICOSECONDS_PER_SECOND / bytes_per_second;
    return ps > UINT64_MAX ? UINT64_MAX : (uint64_t)ps;
}

static bool is_broadcast(const struct share *active, int count)
{
    for (int i = 1; i < count; i++)
        if (active[i].bytes != active[0].bytes || active[i].signature != active[0].signature)
            return false;
    return count > 1;
}

/* Time of one rank for the bytes of one call; sorts the shares. */
static uint64_t rank_ps(const struct dpu_machine *machine, enum pim_direction direction,
                        struct rank_call *call)
{
    struct share *shares = call->dpus;
    qsort(shares, DPU_RANK_DPUS, sizeof *shares, by_bytes);
    int first = 0;
    while (first < DPU_RANK_DPUS && !shares[first].bytes)
        first++;
    int active = DPU_RANK_DPUS - first;
    if (direction == PIM_TO_UNIT && is_broadcast(shares + first, active))
        return phase_ps((unsigned __int128)shares[first].bytes * (unsigned)active,
                        machine->broadcast_bytes_per_second[active]);
    const uint64_t *curve = direction == PIM_TO_UNIT ? machine->to_bytes_per_second
                                                     : machine->from_bytes_per_second;
    uint64_t total = 0, moved = 0;
    for (int i = first; i < DPU_RANK_DPUS; i++) {
        unsigned left = (unsigned)(DPU_RANK_DPUS - i);
        total += phase_ps((unsigned __int128)(shares[i].bytes - moved) * left, curve[left]);
        moved = shares[i].bytes;
    }
    return total;
}

static enum pim_status price(struct dpu_machine *machine, enum pim_direction direction,
                             const struct pim_transfer *transfers, size_t count,
                             uint64_t *duration_ps, struct pim_error *error)
{
    uint32_t low = UINT32_MAX, high = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t rank = dpu_rank_of(machine, transfers[i].unit);
        low = rank < low ? rank : low;
        high = rank > high ? rank : high;
    }
    *duration_ps = 0;
    if (!count)
        return PIM_OK;
    struct rank_call *calls = calloc(high - low + 1, sizeof *calls);
    if (!calls)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a transfer");
    uint32_t per_rank = (uint32_t)(machine->parameters.chips * machine->parameters.dpus_per_chip);
    for (size_t i = 0; i < count; i++) {
        uint32_t rank = dpu_rank_of(machine, transfers[i].unit) - low;
        struct share *share = &calls[rank].dpus[transfers[i].unit % per_rank];
        share->bytes += transfers[i].bytes;
        share->signature += piece_signature(&transfers[i]);
    }
    for (uint32_t rank = 0; rank <= high - low; rank++) {
        uint64_t ps = rank_ps(machine, direction, &calls[rank]);
        ps += ps ? call_ps(machine, direction, low + rank) : 0;
        *duration_ps = ps > *duration_ps ? ps : *duration_ps;
    }
    free(calls);
    return PIM_OK;
}

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
                             const struct pim_transfer *transfers, size_t count,
                             uint64_t *duration_ps, struct pim_error *error)
{
    for (size_t i = 0; i < count; i++) {
        enum pim_status status = check_access(machine, &transfers[i], error);
        if (status != PIM_OK)
            return status;
    }
    enum pim_status status = price(machine, direction, transfers, count, duration_ps, error);
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
