/* What a call of the host costs on the link to the DPUs.
 *
 * MRAM. The host writes and reads lines of 64 bytes, eight for the DPU at the same place in each of the chips. n DPUs of a rank that have
 * bytes left, in a call to m modules, move together
 *
 *     min(n x B(1), B(full) x m^e / m)
 *
 * One DPU cannot fill the way (link.*_one_dpu_gbs), the host moves no more than link.*_full_rank_gbs to one module and m^e times that to m of
 * them (link.modules_exponent). When the DPUs of a call get different amounts, those with less drop out earlier. The same piece of host
 * memory for all DPUs of a rank is a broadcast, with a limit of its own, in delivered bytes (assumption). The ranks of a module share a
 * channel and the threads that serve it, so they take turns (a lock per channel in the vendor's openly licensed host library); a turn is
 * link.to_call_us or link.from_call_us, and the bytes. A bank belongs to its DPU or to the host: a call to others than the last call of the
 * rank turns multiplexers, link.multiplexer_us.
 *
 * WRAM and IRAM are reached through the control interface of each chip, a word of one DPU of every chip at a time: a call takes
 * link.control_call_us, and link.word_us for each word and each place in the chips, as few places as the number of DPUs allows. Ranks do so
 * side by side.
 *
 * The first call of a rank after a launch costs link.after_launch_us more, for whatever memory. The core adds link.piece_us for every DPU
 * that the host passes a piece of memory for, rank by rank. Calls that overlap because the host did not wait for them share the module, not
 * the host. Not modelled: caches and page faults of the host, its NUMA nodes, the number of threads by size, the byte transposition as
 * such. Sources: dpu_parameters.c; known error: doc/dpu.md.
 */
#include "dpu_machine.h"
#include "dpu_parameters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PICOSECONDS_PER_SECOND UINT64_C(1000000000000)

/* How bytes get to a space. */
enum path { PATH_MRAM, PATH_CONTROL, PATHS };
enum { WORD_BYTES = 4 };

static uint64_t picoseconds(double microseconds)
{
    return (uint64_t)llround(microseconds * 1e6);
}

static struct dpu_way way(double one_gbs, double full_gbs)
{
    return (struct dpu_way){(uint64_t)llround(one_gbs * 1e9), (uint64_t)llround(full_gbs * 1e9)};
}

void dpu_link_open(struct dpu_machine *machine)
{
    const struct dpu_parameters *p = &machine->parameters;
    machine->to_mram = way(p->to_one_dpu_gbs, p->to_full_rank_gbs);
    machine->from_mram = way(p->from_one_dpu_gbs, p->from_full_rank_gbs);
    machine->broadcast = way(p->to_one_dpu_gbs, p->broadcast_full_rank_gbs);
    machine->to_start_ps = picoseconds(p->to_start_us);
    machine->call_ps[PIM_TO_UNIT] = picoseconds(p->to_call_us);
    machine->call_ps[PIM_FROM_UNIT] = picoseconds(p->from_call_us);
    machine->multiplexer_ps = picoseconds(p->multiplexer_us);
    machine->control_call_ps = picoseconds(p->control_call_us);
    machine->word_ps = picoseconds(p->word_us);
    machine->after_launch_ps = picoseconds(p->after_launch_us);
    machine->launch_base_ps = picoseconds(p->launch_base_us);
    machine->launch_per_rank_ps = picoseconds(p->launch_per_rank_us);
}

void dpu_link_reset(struct dpu_machine *machine)
{
    memset(machine->launched_ranks, 0, sizeof machine->launched_ranks);
    memset(machine->facing, 0, sizeof machine->facing);
    memset(machine->turns, 0, sizeof machine->turns);
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
        machine->facing[rank] = 0;
    }
}

/* What the first call of a rank after a launch costs more; 0 for the others. */
static uint64_t first_call_ps(struct dpu_machine *machine, uint32_t rank)
{
    uint64_t *launched = &machine->launched_ranks[rank / 64], bit = UINT64_C(1) << rank % 64;
    uint64_t ps = *launched & bit ? machine->after_launch_ps : 0;
    *launched &= ~bit;
    return ps;
}

/* ------------------------------------------------------------------------------------- bytes --- */

/* What one call moves for one DPU on one path. The signature sums over the pieces: equal signatures mean equal pieces. */
struct share { uint64_t bytes, signature; };

struct rank_call { struct share shares[PATHS][DPU_RANK_DPUS]; };

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

static uint64_t shorten(unsigned __int128 ps)
{
    return ps > UINT64_MAX ? UINT64_MAX : (uint64_t)ps;
}

static uint64_t sum(uint64_t left_ps, uint64_t right_ps)
{
    return shorten((unsigned __int128)left_ps + right_ps);
}

/* floor of the time for `bytes`. */
static uint64_t time_of(unsigned __int128 bytes, uint64_t bytes_per_second)
{
    return shorten(bytes * PICOSECONDS_PER_SECOND / bytes_per_second);
}

/* `bytes` of MRAM for each of `dpus` DPUs of a rank, in a call to `modules` modules. */
static uint64_t mram_ps(const struct dpu_machine *machine, const struct dpu_way *way, uint64_t bytes, unsigned dpus, uint32_t modules)
{
    uint64_t alone = time_of(bytes, way->one_bytes_per_second);
    uint64_t shared = time_of((unsigned __int128)bytes * dpus, way->full_bytes_per_second);
    if (modules > 1) /* in binary fractions, so that equal calls take equal time everywhere */
        shared = shorten((unsigned __int128)shared *
                         (uint64_t)llround(pow(modules, 1 - machine->parameters.modules_exponent) * 65536) / 65536);
    return alone > shared ? alone : shared;
}

static uint64_t control_ps(const struct dpu_machine *machine, uint64_t bytes, unsigned dpus)
{
    unsigned chips = (unsigned)machine->parameters.chips, places = (dpus + chips - 1) / chips;
    unsigned __int128 words = (bytes + WORD_BYTES - 1) / WORD_BYTES;
    return shorten(words * places * machine->word_ps);
}

static bool is_broadcast(const struct share *active, int count)
{
    for (int i = 1; i < count; i++)
        if (active[i].bytes != active[0].bytes || active[i].signature != active[0].signature)
            return false;
    return count > 1;
}

static const struct dpu_way *way_for(const struct dpu_machine *machine, enum pim_direction direction,
                                     const struct share *active, int count)
{
    if (direction == PIM_FROM_UNIT)
        return &machine->from_mram;
    return is_broadcast(active, count) ? &machine->broadcast : &machine->to_mram;
}

/* Time of one rank for the bytes of one path, 0 for none; sorts the shares. */
static uint64_t bytes_ps(const struct dpu_machine *machine, enum pim_direction direction, enum path path, struct share *shares,
                         uint32_t modules)
{
    qsort(shares, DPU_RANK_DPUS, sizeof *shares, by_bytes);
    int first = 0;
    while (first < DPU_RANK_DPUS && !shares[first].bytes)
        first++;
    const struct dpu_way *way = way_for(machine, direction, shares + first, DPU_RANK_DPUS - first);
    uint64_t total = 0, moved = 0;
    for (int i = first; i < DPU_RANK_DPUS; i++) {
        uint64_t bytes = shares[i].bytes - moved;
        unsigned left = (unsigned)(DPU_RANK_DPUS - i);
        total = sum(total, path == PATH_MRAM ? mram_ps(machine, way, bytes, left, modules) : control_ps(machine, bytes, left));
        moved = shares[i].bytes;
    }
    return total;
}

/* ------------------------------------------------------------------------------------- calls --- */

/* The banks of these DPUs are turned to the host. After a launch that is part of what the first call costs. */
static uint64_t multiplexer_ps(struct dpu_machine *machine, uint32_t rank, const struct share *shares)
{
    uint64_t before = machine->facing[rank], now = 0;
    for (unsigned i = 0; i < DPU_RANK_DPUS; i++)
        now |= (uint64_t)(shares[i].bytes > 0) << i;
    if (!now)
        return 0;
    machine->facing[rank] = now;
    return before && before != now ? machine->multiplexer_ps : 0;
}

/* When a rank of the module that asks at `now_ps` has had its turn. Whoever asks for a time before the last turn gets it at once: calls of
 * queues that the host does not wait for need not come in the order of their times. */
static uint64_t after_turn(struct dpu_turn *turn, uint64_t now_ps, uint64_t turn_ps)
{
    uint64_t begin_ps = turn->begin_ps <= now_ps && now_ps < turn->end_ps ? turn->end_ps : now_ps;
    *turn = (struct dpu_turn){begin_ps, sum(begin_ps, turn_ps)};
    return turn->end_ps;
}

/* When a call that begins at start_ps has ended on one rank. */
static uint64_t rank_end_ps(struct dpu_machine *machine, enum pim_direction direction, uint32_t rank, struct rank_call *call,
                            uint32_t modules, uint64_t start_ps)
{
    uint64_t turned = multiplexer_ps(machine, rank, call->shares[PATH_MRAM]); /* before the shares are sorted */
    uint64_t mram = bytes_ps(machine, direction, PATH_MRAM, call->shares[PATH_MRAM], modules);
    uint64_t control = bytes_ps(machine, direction, PATH_CONTROL, call->shares[PATH_CONTROL], modules);
    uint64_t now_ps = start_ps;
    if (mram || control)
        now_ps = sum(now_ps, first_call_ps(machine, rank));
    if (mram) {
        now_ps = sum(now_ps, turned + (direction == PIM_TO_UNIT ? machine->to_start_ps : 0));
        now_ps = after_turn(&machine->turns[rank / machine->parameters.module_ranks], now_ps, sum(machine->call_ps[direction], mram));
    }
    if (control)
        now_ps = sum(now_ps, sum(machine->control_call_ps, control));
    return now_ps;
}

enum pim_status dpu_link_price(struct dpu_machine *machine, enum pim_direction direction, const struct pim_transfer *transfers,
                               size_t count, uint32_t queues, uint64_t start_ps, uint64_t *duration_ps, struct pim_error *error)
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
        enum path path = transfers[i].space == DPU_SPACE_MRAM ? PATH_MRAM : PATH_CONTROL;
        struct share *share = &calls[rank].shares[path][transfers[i].unit % per_rank];
        share->bytes += transfers[i].bytes;
        share->signature += piece_signature(&transfers[i]);
    }
    uint32_t of_module = (uint32_t)machine->parameters.module_ranks, modules = (queues + of_module - 1) / of_module;
    for (uint32_t rank = 0; rank <= high - low; rank++) {
        uint64_t ps = rank_end_ps(machine, direction, low + rank, &calls[rank], modules, start_ps) - start_ps;
        *duration_ps = ps > *duration_ps ? ps : *duration_ps;
    }
    free(calls);
    return PIM_OK;
}
