/* Loading images, and the decoded code that DPUs with equal programs share.
 *
 * A load writes what the segments cover and leaves the rest as it was, in all three memories: so the code after a load is a function of
 * the code before and of the image, and DPUs that had the same code share the new one. It is copied when one of them
 * changes its own IRAM (ldmai, host writes).
 */
#include "dpu_machine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define INSTRUCTION_BITS 48
enum { LINK_REGISTER = 23 };

void dpu_code_release(struct dpu_code *code)
{
    if (!code || atomic_fetch_sub(&code->references, 1) != 1)
        return;
    dpu_fast_free_code(code);
    free(code);
}

/* New code with one reference, like `old` (NULL: nothing loaded). */
static struct dpu_code *copy_code(const struct dpu_code *old)
{
    struct dpu_code *code = calloc(1, sizeof *code);
    if (!code)
        return NULL;
    atomic_init(&code->references, 1);
    if (!old) {
        for (uint32_t i = 0; i < DPU_IRAM_INSTRUCTIONS; i++)
            code->instructions[i].form = DPU_UNDEFINED;
        return code;
    }
    memcpy(code->words, old->words, sizeof code->words);
    memcpy(code->loaded, old->loaded, sizeof code->loaded);
    memcpy(code->instructions, old->instructions, sizeof code->instructions);
    return code;
}

struct dpu_code *dpu_code_for_write(struct dpu *dpu)
{
    if (dpu->code && atomic_load(&dpu->code->references) == 1) {
        dpu_fast_free_code(dpu->code);
        return dpu->code;
    }
    struct dpu_code *code = copy_code(dpu->code);
    if (!code)
        return NULL;
    dpu_code_release(dpu->code);
    return dpu->code = code;
}

void dpu_code_set(struct dpu_code *code, uint32_t index, uint64_t word)
{
    word &= ((uint64_t)1 << INSTRUCTION_BITS) - 1;
    code->words[index] = word;
    code->loaded[index / 8] |= (uint8_t)(1u << index % 8);
    dpu_decode(word, false, &code->instructions[index]);
}

static uint64_t little_endian_word(const uint8_t *bytes, uint64_t available)
{
    uint64_t word = 0;
    for (uint64_t i = 0; i < available && i < DPU_INSTRUCTION_BYTES; i++)
        word |= (uint64_t)bytes[i] << 8 * i;
    return word;
}

/* Programs compiled with -pg call mcount at the head of each function. The vendor's host library makes a nop of these calls while it loads,
 * unless the program's profile asks for profiling (dpu_profiler.c of SDK 2021.3 and 2023.2, BSD-3-Clause); and it must, because the run-time
 * library's functions without a frame (__udiv32, ...) lose their return address by the call. The byte offset of mcount in IRAM, and 0,
 * where a program's first instruction is, when there is none.
 */
static uint64_t profiling_call(const struct pim_image *image)
{
    const struct pim_symbol *target = pim_image_symbol(image, "mcount");
    bool profiled = target && target->space == DPU_SPACE_IRAM && pim_image_symbol(image, "ret_mcount") &&
                    pim_image_symbol(image, "thread_profiling");
    return profiled ? target->value : 0;
}

static void drop_profiling_call(struct dpu_code *code, uint32_t index, uint64_t target)
{
    const struct dpu_instruction nop = {.form = DPU_NOP}, *call = &code->instructions[index];
    uint64_t word;
    if (target && call->form == DPU_CALLrri && call->rc == LINK_REGISTER && call->ra == DPU_ZERO &&
        (uint64_t)call->off * DPU_INSTRUCTION_BYTES == target && dpu_encode(&nop, &word))
        dpu_code_set(code, index, word);
}

static void put_code_segment(struct dpu_code *code, const struct pim_segment *segment, uint64_t dropped_call)
{
    uint32_t first = (uint32_t)(segment->address / DPU_INSTRUCTION_BYTES);
    uint32_t count = (uint32_t)(segment->memory_bytes / DPU_INSTRUCTION_BYTES);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t at = (uint64_t)i * DPU_INSTRUCTION_BYTES;
        uint64_t available = at < segment->data_bytes ? segment->data_bytes - at : 0;
        dpu_code_set(code, first + i,
                     available ? little_endian_word(segment->data + at, available) : 0);
        drop_profiling_call(code, first + i, dropped_call);
    }
}

static struct dpu_code *code_with_image(const struct dpu_code *old, const struct pim_image *image)
{
    struct dpu_code *code = copy_code(old);
    for (size_t i = 0; code && i < image->segment_count; i++)
        if (image->segments[i].space == DPU_SPACE_IRAM)
            put_code_segment(code, &image->segments[i], profiling_call(image));
    return code;
}

/* ------------------------------------------------------------------------------------- checks --- */

static bool space_bytes(const struct dpu_machine *machine, uint32_t space, const char **name,
                        uint64_t *bytes)
{
    const struct dpu_parameters *p = &machine->parameters;
    switch (space) {
    case DPU_SPACE_WRAM: *name = "WRAM", *bytes = p->wram_bytes; return true;
    case DPU_SPACE_MRAM: *name = "MRAM", *bytes = p->mram_bytes; return true;
    case DPU_SPACE_IRAM:
        *name = "IRAM", *bytes = p->iram_instructions * DPU_INSTRUCTION_BYTES;
        return true;
    default: return false;
    }
}

static enum pim_status check_segment(const struct dpu_machine *machine,
                                     const struct pim_image *image, size_t index,
                                     struct pim_error *error)
{
    const struct pim_segment *s = &image->segments[index];
    const char *name;
    uint64_t bytes;
    if (!space_bytes(machine, s->space, &name, &bytes))
        return pim_fail(error, PIM_BAD_INPUT, "%s: segment %zu: a DPU has no loadable space %" PRIu32,
                        image->path, index, s->space);
    if (s->data_bytes > s->memory_bytes)
        return pim_fail(error, PIM_BAD_INPUT,
                        "%s: segment %zu: %" PRIu64 " bytes of data for %" PRIu64 " of memory",
                        image->path, index, s->data_bytes, s->memory_bytes);
    if (s->address > bytes || s->memory_bytes > bytes - s->address)
        return pim_fail(error, PIM_BAD_INPUT,
                        "%s: segment %zu: %" PRIu64 " bytes at %s 0x%" PRIx64
                        " do not fit the %" PRIu64 " bytes of the target",
                        image->path, index, s->memory_bytes, name, s->address, bytes);
    if (s->space == DPU_SPACE_IRAM &&
        (s->address % DPU_INSTRUCTION_BYTES || s->memory_bytes % DPU_INSTRUCTION_BYTES))
        return pim_fail(error, PIM_BAD_INPUT,
                        "%s: segment %zu: %" PRIu64 " bytes at IRAM 0x%" PRIx64
                        ", expected multiples of %d",
                        image->path, index, s->memory_bytes, s->address, DPU_INSTRUCTION_BYTES);
    return PIM_OK;
}

static enum pim_status check_image(const struct dpu_machine *machine, const struct pim_image *image,
                                   struct pim_error *error)
{
    if (strcmp(image->instruction_set, "dpu"))
        return pim_fail(error, PIM_BAD_INPUT, "%s: instruction set %s, expected dpu", image->path,
                        image->instruction_set);
    for (size_t i = 0; i < image->segment_count; i++) {
        enum pim_status status = check_segment(machine, image, i, error);
        if (status != PIM_OK)
            return status;
    }
    const struct pim_symbol *tasklets = pim_image_symbol(image, "NR_TASKLETS");
    if (tasklets && tasklets->space == PIM_NO_SPACE &&
        tasklets->value > machine->parameters.tasklets)
        return pim_fail(error, PIM_BAD_INPUT,
                        "%s: built for %" PRIu64 " tasklets, the target has %" PRIu64, image->path,
                        tasklets->value, machine->parameters.tasklets);
    return PIM_OK;
}

/* --------------------------------------------------------------------------------------- load --- */

/* New code by old code, so that units which shared code share it again. */
struct code_memo {
    struct { struct dpu_code *before, *after; } *rows; /* each row holds a reference to both */
    size_t count;
};

static bool memo_add(struct code_memo *memo, struct dpu_code *before, struct dpu_code *after)
{
    void *rows = realloc(memo->rows, (memo->count + 1) * sizeof *memo->rows);
    if (!rows)
        return false;
    memo->rows = rows;
    memo->rows[memo->count].before = before;
    memo->rows[memo->count].after = after;
    if (before)
        atomic_fetch_add(&before->references, 1);
    atomic_fetch_add(&after->references, 1);
    memo->count++;
    return true;
}

static void memo_free(struct code_memo *memo)
{
    for (size_t i = 0; i < memo->count; i++) {
        dpu_code_release(memo->rows[i].before);
        dpu_code_release(memo->rows[i].after);
    }
    free(memo->rows);
}

/* The code for empty IRAMs is kept over calls, because hosts load rank by rank. */
static struct dpu_code *code_for_empty(struct dpu_machine *machine, const struct pim_image *image)
{
    uint64_t dropped_call = profiling_call(image);
    if (machine->shared_code && image->hash && machine->shared_hash == image->hash &&
        machine->shared_dropped_call == dropped_call)
        return machine->shared_code;
    struct dpu_code *code = code_with_image(NULL, image);
    if (!code)
        return NULL;
    dpu_code_release(machine->shared_code);
    machine->shared_hash = image->hash;
    machine->shared_dropped_call = dropped_call;
    return machine->shared_code = code;
}

/* The code that a DPU with `before` gets: borrowed from the memo. NULL: out of memory. */
static struct dpu_code *code_after_load(struct dpu_machine *machine, struct code_memo *memo,
                                        struct dpu_code *before, const struct pim_image *image)
{
    for (size_t i = memo->count; i-- > 0;)
        if (memo->rows[i].before == before)
            return memo->rows[i].after;
    if (!before) {
        struct dpu_code *shared = code_for_empty(machine, image);
        return shared && memo_add(memo, NULL, shared) ? shared : NULL;
    }
    struct dpu_code *code = code_with_image(before, image);
    if (!code)
        return NULL;
    bool added = memo_add(memo, before, code);
    dpu_code_release(code);
    return added ? code : NULL;
}

static bool load_data(struct dpu *dpu, const struct pim_segment *s)
{
    uint32_t address = (uint32_t)s->address;
    uint32_t data = (uint32_t)s->data_bytes, zeros = (uint32_t)(s->memory_bytes - s->data_bytes);
    if (s->space == DPU_SPACE_MRAM) {
        dpu_mram_clear(dpu, address + data, zeros);
        return dpu_mram_write(dpu, address, s->data, data);
    }
    if (s->space == DPU_SPACE_WRAM && s->memory_bytes) {
        if (!dpu_wram_ready(dpu))
            return false;
        if (data)
            memcpy(dpu->wram + address, s->data, data);
        memset(dpu->wram + address + data, 0, zeros);
    }
    return true;
}

/* The host library tells programs the clock: the frequency in Hz in the 4-byte host variable CLOCKS_PER_SEC. */
static bool write_clock(struct dpu *dpu, const struct pim_image *image)
{
    const struct pim_symbol *symbol = pim_image_symbol(image, "CLOCKS_PER_SEC");
    const struct dpu_machine *machine = dpu->machine;
    if (!symbol || symbol->space != DPU_SPACE_WRAM || !symbol->host_visible || symbol->size != 4 ||
        symbol->value > machine->parameters.wram_bytes - 4)
        return true;
    if (!dpu_wram_ready(dpu))
        return false;
    uint64_t hertz = machine->clock.numerator / machine->clock.denominator;
    for (unsigned i = 0; i < 4; i++)
        dpu->wram[symbol->value + i] = (uint8_t)(hertz >> 8 * i);
    return true;
}

/* Where compiled code keeps the 8 bytes per tasklet through which it reads and writes single __mram variables. */
static uint32_t direct_slots(const struct dpu *dpu, const struct pim_image *image)
{
    const struct pim_symbol *symbol = pim_image_symbol(image, "__sw_cache_buffer");
    bool known = symbol && symbol->space == DPU_SPACE_WRAM &&
                 symbol->value < dpu->machine->parameters.wram_bytes;
    return known ? (uint32_t)symbol->value : 0;
}

static bool load_unit(struct dpu *dpu, struct code_memo *memo, const struct pim_image *image)
{
    struct dpu_code *code = code_after_load(dpu->machine, memo, dpu->code, image);
    if (!code)
        return false;
    for (size_t i = 0; i < image->segment_count; i++)
        if (!load_data(dpu, &image->segments[i]))
            return false;
    if (!write_clock(dpu, image))
        return false;
    atomic_fetch_add(&code->references, 1);
    dpu_code_release(dpu->code);
    dpu->code = code;
    dpu->image = image;
    dpu->direct_slots = direct_slots(dpu, image);
    dpu->fault = (struct dpu_fault_state){0};
    dpu->started = 0;
    for (uint64_t i = 0; dpu->tasklets && i < DPU_TASKLETS; i++)
        dpu->tasklets[i].pc = 0; /* the host resets the threads before it loads */
    return true;
}

enum pim_status dpu_load(struct dpu_machine *machine, const uint32_t *units, size_t count,
                         const struct pim_image *image, struct pim_error *error)
{
    enum pim_status status = check_image(machine, image, error);
    for (size_t i = 0; status == PIM_OK && i < count; i++) {
        if (units[i] >= machine->units)
            status = pim_fail(error, PIM_USAGE, "DPU %" PRIu32 ": the machine has %" PRIu32,
                              units[i], machine->units);
        else if (machine->dpus[units[i]].running)
            status = pim_fail(error, PIM_USAGE, "DPU %" PRIu32 ": cannot load while it runs",
                              units[i]);
    }
    struct code_memo memo = {0};
    for (size_t i = 0; status == PIM_OK && i < count; i++)
        if (!load_unit(&machine->dpus[units[i]], &memo, image))
            status = pim_fail(error, PIM_NO_MEMORY, "DPU %" PRIu32 ": no memory for the program",
                              units[i]);
    memo_free(&memo);
    return status;
}
