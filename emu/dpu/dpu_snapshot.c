/* The whole state of one DPU as bytes, and back.
 *
 * A snapshot is a record of this process on this machine, not a file format: integers are in host order. It begins with
 *
 *   struct snapshot_header | struct body | tasklets | WRAM | code words, loaded bits | profile | { page number, page } ... |
 *
 * where each part after the body is there when the body's flag says so. The header carries a hash of all that follows, so that a damaged
 * state is refused before anything changes; what the hash cannot exclude, a state of another machine, is checked by
 * the parameters' hash and the image's.
 */
#include "dpu_parameters.h"
#include "hash.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SNAPSHOT_MAGIC UINT64_C(0x314e535550446d70) /* "pmDPUSN1" */
enum { SNAPSHOT_VERSION = 1 };

struct snapshot_header {
    uint64_t magic, version;
    uint64_t bytes;           /* of everything, header included */
    uint64_t parameters_hash;
    uint64_t image_hash;      /* 0: no image */
    uint64_t hash;            /* of what follows the header */
};

struct body {
    uint64_t run_bits, atomic_bits[DPU_ATOMIC_BITS / 64];
    struct dpu_time_counter time;
    uint64_t cycle, next_issue, dma_free;
    uint32_t started;
    struct dpu_interval interval;
    struct dpu_fault_state fault;
    uint64_t start_ps, launch_ps, event_sequence;
    struct dpu_counters counters;
    uint64_t launch_instructions;
    uint32_t pages;
    bool running, has_tasklets, has_wram, has_code, has_profile;
};

/* Field by field, since structures have holes. */
static uint64_t parameters_hash(const struct dpu_machine *machine)
{
    uint64_t hash = 0;
    for (const struct pim_parameter *row = dpu_parameter_rows; row->key; row++) {
        uint64_t value;
        memcpy(&value, (const char *)&machine->parameters + row->offset, sizeof value);
        hash = hash * UINT64_C(0x100000001b3) ^ value;
    }
    return hash;
}

/* ---------------------------------------------------------------------------------- layout --- */

static size_t part_bytes(const struct dpu_machine *machine, const struct body *body)
{
    struct dpu *dpu = NULL;
    size_t bytes = sizeof(struct snapshot_header) + sizeof *body;
    bytes += body->has_tasklets ? DPU_TASKLETS * sizeof *dpu->tasklets : 0;
    bytes += body->has_wram ? machine->parameters.wram_bytes : 0;
    bytes += body->has_code ? sizeof dpu->code->words + sizeof dpu->code->loaded : 0;
    bytes += body->has_profile ? DPU_IRAM_INSTRUCTIONS * sizeof *dpu->profile : 0;
    return bytes + body->pages * (sizeof(uint64_t) + DPU_MRAM_PAGE_BYTES);
}

static void put(uint8_t **at, const void *from, size_t bytes)
{
    memcpy(*at, from, bytes);
    *at += bytes;
}

static void get(const uint8_t **at, void *to, size_t bytes)
{
    memcpy(to, *at, bytes);
    *at += bytes;
}

/* -------------------------------------------------------------------------------- snapshot --- */

static struct body body_of(const struct dpu *dpu)
{
    struct body body;
    memset(&body, 0, sizeof body); /* the hash covers the holes */
    body.run_bits = dpu->run_bits;
    memcpy(body.atomic_bits, dpu->atomic_bits, sizeof body.atomic_bits);
    body.time = dpu->time;
    body.cycle = dpu->cycle;
    body.next_issue = dpu->next_issue;
    body.dma_free = dpu->dma_free;
    body.started = dpu->started;
    body.interval = dpu->interval;
    body.fault = dpu->fault;
    body.start_ps = dpu->start_ps;
    body.launch_ps = dpu->launch_ps;
    body.event_sequence = dpu->event_sequence;
    body.counters = dpu->counters;
    body.launch_instructions = dpu->launch_instructions;
    for (uint32_t i = 0; dpu->mram_pages && i < DPU_MRAM_PAGES; i++)
        body.pages += dpu->mram_pages[i] != NULL;
    body.running = dpu->running;
    body.has_tasklets = dpu->tasklets;
    body.has_wram = dpu->wram;
    body.has_code = dpu->code;
    body.has_profile = dpu->profile;
    return body;
}

static void put_parts(const struct dpu *dpu, const struct body *body, uint8_t *at)
{
    put(&at, body, sizeof *body);
    if (body->has_tasklets)
        put(&at, dpu->tasklets, DPU_TASKLETS * sizeof *dpu->tasklets);
    if (body->has_wram)
        put(&at, dpu->wram, dpu->machine->parameters.wram_bytes);
    if (body->has_code) {
        put(&at, dpu->code->words, sizeof dpu->code->words);
        put(&at, dpu->code->loaded, sizeof dpu->code->loaded);
    }
    if (body->has_profile)
        put(&at, dpu->profile, DPU_IRAM_INSTRUCTIONS * sizeof *dpu->profile);
    for (uint64_t i = 0; body->pages && i < DPU_MRAM_PAGES; i++) {
        if (!dpu->mram_pages[i])
            continue;
        put(&at, &i, sizeof i);
        put(&at, dpu->mram_pages[i], DPU_MRAM_PAGE_BYTES);
    }
}

enum pim_status dpu_snapshot(const struct dpu *dpu, void **state, size_t *bytes,
                             struct pim_error *error)
{
    if (dpu->race)
        return pim_fail(error, PIM_USAGE,
                        "DPU %" PRIu32 ": a race report cannot go on from a snapshot", dpu->unit);
    struct body body = body_of(dpu);
    size_t size = part_bytes(dpu->machine, &body);
    uint8_t *all = malloc(size);
    if (!all)
        return pim_fail(error, PIM_NO_MEMORY, "DPU %" PRIu32 ": no memory for a snapshot",
                        dpu->unit);
    struct snapshot_header header = {
        .magic = SNAPSHOT_MAGIC,
        .version = SNAPSHOT_VERSION,
        .bytes = size,
        .parameters_hash = parameters_hash(dpu->machine),
        .image_hash = dpu->image ? dpu->image->hash : 0,
    };
    put_parts(dpu, &body, all + sizeof header);
    header.hash = hash_bytes(HASH_START, all + sizeof header, size - sizeof header);
    memcpy(all, &header, sizeof header);
    *state = all;
    *bytes = size;
    return PIM_OK;
}

/* --------------------------------------------------------------------------------- restore --- */

static bool body_makes_sense(const struct body *body)
{
    const struct dpu_fault_state *fault = &body->fault;
    bool started = body->running || body->started || fault->kind != DPU_NO_FAULT;
    return body->pages <= DPU_MRAM_PAGES && (!started || (body->has_tasklets && body->has_code)) &&
           body->started < (UINT32_C(1) << DPU_TASKLETS) && fault->kind <= DPU_FAULT_HOST_MEMORY &&
           fault->tasklet < DPU_TASKLETS && fault->pc < DPU_IRAM_INSTRUCTIONS &&
           body->time.mode >= DPU_COUNT_CYCLES && body->time.mode <= DPU_COUNT_NOTHING;
}

/* The engines rely on these. `at` is the first part after the body; the parts are known to fill the state. */
static bool parts_make_sense(const struct dpu_machine *machine, const struct body *body, const uint8_t *at)
{
    struct body no_pages = *body;
    no_pages.pages = 0;
    const uint8_t *pages = at + part_bytes(machine, &no_pages) - sizeof(struct snapshot_header) - sizeof *body;
    for (uint32_t i = 0; body->has_tasklets && i < DPU_TASKLETS; i++) {
        struct dpu_tasklet tasklet;
        get(&at, &tasklet, sizeof tasklet);
        if (tasklet.pc >= machine->parameters.iram_instructions || tasklet.zf > 1 || tasklet.cf > 1)
            return false;
    }
    for (uint64_t i = 0, least = 0, number; i < body->pages; i++, least = number + 1) {
        get(&pages, &number, sizeof number);
        if (number < least || number >= DPU_MRAM_PAGES)
            return false;
        pages += DPU_MRAM_PAGE_BYTES;
    }
    return true;
}

static enum pim_status check_header(const struct dpu *dpu, const void *state, size_t bytes,
                                    struct body *body, struct pim_error *error)
{
    struct snapshot_header header;
    const char *wrong = NULL;
    if (bytes < sizeof header + sizeof *body)
        return pim_fail(error, PIM_BAD_INPUT, "DPU %" PRIu32 ": snapshot of %zu bytes: too short",
                        dpu->unit, bytes);
    memcpy(&header, state, sizeof header);
    memcpy(body, (const uint8_t *)state + sizeof header, sizeof *body);
    if (header.magic != SNAPSHOT_MAGIC)
        wrong = "not a snapshot of a DPU";
    else if (header.version != SNAPSHOT_VERSION)
        wrong = "made by another version";
    else if (header.bytes != bytes)
        wrong = "its length is not the recorded one";
    else if (header.hash != hash_bytes(HASH_START, (const uint8_t *)state + sizeof header, bytes - sizeof header))
        wrong = "damaged";
    else if (header.parameters_hash != parameters_hash(dpu->machine))
        wrong = "made by a machine with other parameters";
    else if (header.image_hash != (dpu->image ? dpu->image->hash : 0))
        wrong = "made with another program loaded";
    else if (!body_makes_sense(body))
        wrong = "no state of a DPU";
    else if (part_bytes(dpu->machine, body) != bytes)
        wrong = "its parts do not fill it";
    else if (!parts_make_sense(dpu->machine, body, (const uint8_t *)state + sizeof header + sizeof *body))
        wrong = "no state of a DPU";
    else if (dpu->race)
        wrong = "a race report cannot go on from it";
    return wrong ? pim_fail(error, PIM_BAD_INPUT, "DPU %" PRIu32 ": snapshot: %s", dpu->unit, wrong)
                 : PIM_OK;
}

static bool get_code(struct dpu *dpu, const uint8_t **at)
{
    struct dpu_code *code = dpu->code;
    if (code && !memcmp(code->words, *at, sizeof code->words) &&
        !memcmp(code->loaded, *at + sizeof code->words, sizeof code->loaded)) {
        *at += sizeof code->words + sizeof code->loaded;
        return true; /* keep sharing it */
    }
    code = dpu_code_for_write(dpu);
    if (!code)
        return false;
    uint64_t word;
    const uint8_t *loaded = *at + sizeof code->words;
    for (uint32_t i = 0; i < DPU_IRAM_INSTRUCTIONS; i++) {
        get(at, &word, sizeof word);
        dpu_code_set(code, i, word);
        if (!(loaded[i / 8] >> i % 8 & 1))
            code->instructions[i].form = DPU_UNDEFINED;
    }
    get(at, code->loaded, sizeof code->loaded);
    return true;
}

static bool get_pages(struct dpu *dpu, uint32_t count, const uint8_t **at)
{
    dpu_mram_free(dpu);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t number;
        get(at, &number, sizeof number);
        uint8_t *page = dpu_mram_page_for_write(dpu, (uint32_t)number);
        if (!page)
            return false;
        get(at, page, DPU_MRAM_PAGE_BYTES);
    }
    return true;
}

static bool get_parts(struct dpu *dpu, const struct body *body, const uint8_t *at)
{
    if (body->has_tasklets)
        get(&at, dpu->tasklets, DPU_TASKLETS * sizeof *dpu->tasklets);
    if (body->has_wram)
        get(&at, dpu->wram, dpu->machine->parameters.wram_bytes);
    else
        memset(dpu->wram, 0, dpu->machine->parameters.wram_bytes);
    if (body->has_code && !get_code(dpu, &at))
        return false;
    if (!body->has_code) {
        dpu_code_release(dpu->code);
        dpu->code = NULL;
    }
    if (body->has_profile)
        get(&at, dpu->profile, DPU_IRAM_INSTRUCTIONS * sizeof *dpu->profile);
    return get_pages(dpu, body->pages, &at);
}

static void put_body(struct dpu *dpu, const struct body *body)
{
    dpu->run_bits = body->run_bits;
    memcpy(dpu->atomic_bits, body->atomic_bits, sizeof dpu->atomic_bits);
    dpu->time = body->time;
    dpu->cycle = body->cycle;
    dpu->next_issue = body->next_issue;
    dpu->dma_free = body->dma_free;
    dpu->started = body->started;
    dpu->interval = body->interval;
    dpu->fault = body->fault;
    dpu->start_ps = body->start_ps;
    dpu->launch_ps = body->launch_ps;
    dpu->event_sequence = body->event_sequence;
    dpu->counters = body->counters;
    dpu->launch_instructions = body->launch_instructions;
    dpu->running = body->running;
}

enum pim_status dpu_restore(struct dpu *dpu, const void *state, size_t bytes,
                            struct pim_error *error)
{
    struct body body;
    enum pim_status status = check_header(dpu, state, bytes, &body, error);
    if (status != PIM_OK)
        return status;
    if (!dpu_ready(dpu) ||
        !get_parts(dpu, &body, (const uint8_t *)state + sizeof(struct snapshot_header) + sizeof body))
        return pim_fail(error, PIM_NO_MEMORY, "DPU %" PRIu32 ": no memory for a snapshot's state",
                        dpu->unit);
    put_body(dpu, &body);
    return PIM_OK;
}
