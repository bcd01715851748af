/* The state of one bank as bytes of this process, and back:
 *
 *     struct header | struct bitserial_bank | commands of the bulk operation at hand | { subarray number, rows } ...
 *
 * Pointers in the bank's structure are not taken over. The hash is over what follows the header.
 */
#include "bitserial_machine.h"
#include "hash.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t MAGIC = UINT64_C(0x3153425350694d70); /* "pMiPSBS1" */

struct header {
    uint64_t magic, bytes, image_hash, subarrays, row_count, row_words, hash;
};

static size_t subarray_bytes(const struct bitserial_machine *machine)
{
    return machine->row_count * machine->row_words * sizeof(uint64_t);
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t size)
{
    if (size)
        memcpy(at, bytes, size);
    return at + size;
}

enum pim_status bitserial_snapshot(const void *opaque, uint32_t unit, void **state, size_t *bytes, struct pim_error *error)
{
    const struct bitserial_machine *machine = opaque;
    const struct bitserial_bank *bank = &machine->banks[unit];
    size_t command_bytes = bank->expansion.count * sizeof *bank->expansion.commands;
    struct header header = {.magic = MAGIC, .image_hash = bank->image ? bank->image->hash : 0, .row_count = machine->row_count,
                            .row_words = machine->row_words};
    for (uint64_t i = 0; i < machine->parameters.subarrays; i++)
        header.subarrays += bank->subarrays[i].rows != NULL;
    header.bytes = sizeof header + sizeof *bank + command_bytes + header.subarrays * (sizeof(uint64_t) + subarray_bytes(machine));
    uint8_t *begin = malloc(header.bytes), *at = begin + sizeof header;
    if (!begin)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a snapshot");
    at = put(at, bank, sizeof *bank);
    at = put(at, bank->expansion.commands, command_bytes);
    for (uint64_t i = 0; i < machine->parameters.subarrays; i++)
        if (bank->subarrays[i].rows) {
            at = put(at, &i, sizeof i);
            at = put(at, bank->subarrays[i].rows, subarray_bytes(machine));
        }
    header.hash = hash_bytes(HASH_START, begin + sizeof header, header.bytes - sizeof header);
    put(begin, &header, sizeof header);
    *state = begin;
    *bytes = header.bytes;
    return PIM_OK;
}

static bool is_ours(const struct bitserial_machine *machine, const struct bitserial_bank *bank, const uint8_t *state, size_t bytes)
{
    struct header header;
    if (bytes < sizeof header + sizeof *bank)
        return false;
    memcpy(&header, state, sizeof header);
    return header.magic == MAGIC && header.bytes == bytes && header.row_count == machine->row_count && header.row_words == machine->row_words &&
           header.image_hash == (bank->image ? bank->image->hash : 0) && header.hash == hash_bytes(HASH_START, state + sizeof header, bytes - sizeof header);
}

/* Everything that is needed is allocated before anything changes. */
static bool make_room(struct bitserial_bank *bank, const uint8_t *at, uint64_t subarrays, size_t commands)
{
    struct bitserial_command *room = malloc((commands + 1) * sizeof *room);
    bool good = room;
    for (uint64_t i = 0; good && i < subarrays; i++) {
        uint64_t index;
        memcpy(&index, at + i * (sizeof index + subarray_bytes(bank->machine)), sizeof index);
        good = index < bank->machine->parameters.subarrays && bitserial_subarray(bank, (uint32_t)index);
    }
    if (good) {
        microprogram_free(&bank->expansion);
        bank->expansion = (struct microprogram){.commands = room, .room = commands + 1};
    } else {
        free(room);
    }
    return good;
}

enum pim_status bitserial_restore(void *opaque, uint32_t unit, const void *state, size_t bytes, struct pim_error *error)
{
    struct bitserial_machine *machine = opaque;
    struct bitserial_bank *bank = &machine->banks[unit], saved;
    const uint8_t *at = state;
    struct header header;
    if (!is_ours(machine, bank, state, bytes))
        return pim_fail(error, PIM_BAD_INPUT, "bank %u: not a snapshot of this machine and program, or damaged", unit);
    memcpy(&header, at, sizeof header);
    memcpy(&saved, at + sizeof header, sizeof saved);
    at += sizeof header + sizeof saved;
    const uint8_t *rows = at + saved.expansion.count * sizeof *saved.expansion.commands;
    if (!make_room(bank, rows, header.subarrays, saved.expansion.count))
        return pim_fail(error, PIM_NO_MEMORY, "bank %u: no memory to restore a snapshot", unit);
    memcpy(bank->expansion.commands, at, saved.expansion.count * sizeof *saved.expansion.commands);
    for (uint64_t i = 0; i < header.subarrays; i++, rows += sizeof i + subarray_bytes(machine)) {
        uint64_t index;
        memcpy(&index, rows, sizeof index);
        memcpy(bank->subarrays[index].rows, rows + sizeof index, subarray_bytes(machine));
    }
    bitserial_lockstep_leave(bank); /* it goes on alone */
    saved.lockstep = NULL;
    saved.machine = machine;
    saved.unit = unit;
    saved.image = bank->image;
    saved.program = bank->program;
    saved.subarrays = bank->subarrays;
    saved.expansion.commands = bank->expansion.commands;
    saved.expansion.room = bank->expansion.room;
    *bank = saved;
    return PIM_OK;
}
