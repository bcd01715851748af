/* Happens-before race detection over the tasklets of one DPU: vector clocks, one shadow cell per WRAM byte and per 8 bytes of
 * MRAM (the granule of DMA), in pages made at the first access. A cell holds the last write and, until the next
 * write, the reads since: one if they are ordered, one per tasklet if not. The scheme is that of Flanagan and Freund,
 * "FastTrack: efficient and precise dynamic race detection" (PLDI 2009), without its shortcuts.
 *
 * Not seen: races through notify bits (run bits 24..63), which no known program uses, and code that ldmai writes.
 */
#include "dpu_race.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_CELLS = 4096,
    WRAM_PAGES = DPU_WRAM_BYTES / PAGE_CELLS,
    MRAM_GRANULE = 8,
    MRAM_PAGES = DPU_MRAM_BYTES / MRAM_GRANULE / PAGE_CELLS,
    RACE_LIMIT = 1000, /* reported pairs; a program with more has been told enough */
};

/* clock 0: no access. */
struct access { uint32_t clock; uint16_t pc; uint8_t tasklet; };

struct cell {
    struct access write, read;
    struct access *readers; /* by tasklet; then `read` is not used */
};

typedef uint32_t vector_clock[DPU_TASKLETS];

struct race {
    enum dpu_space space;
    uint32_t address;
    struct access first, second;
    bool first_wrote, second_wrote;
};

struct race_state {
    vector_clock tasklets[DPU_TASKLETS];
    vector_clock stops[DPU_TASKLETS];     /* at the last stop */
    vector_clock bits[DPU_ATOMIC_BITS];   /* at the last release */
    struct cell *wram[WRAM_PAGES], *mram[MRAM_PAGES];
    uint8_t reported[DPU_IRAM_INSTRUCTIONS][DPU_IRAM_INSTRUCTIONS / 8]; /* by lower and higher pc */
    struct race *races;
    size_t count;
    bool incomplete;
};

/* ------------------------------------------------------------------------------------ life --- */

static void free_page(struct cell **page)
{
    for (uint32_t i = 0; *page && i < PAGE_CELLS; i++)
        free((*page)[i].readers);
    free(*page);
    *page = NULL;
}

static void forget_accesses(struct race_state *state)
{
    for (uint32_t i = 0; i < WRAM_PAGES; i++)
        free_page(&state->wram[i]);
    for (uint32_t i = 0; i < MRAM_PAGES; i++)
        free_page(&state->mram[i]);
}

bool dpu_race_launch(struct dpu *dpu)
{
    if (!dpu->race)
        dpu->race = calloc(1, sizeof(struct race_state));
    struct race_state *state = dpu->race;
    if (!state)
        return false;
    forget_accesses(state);
    memset(state->tasklets, 0, sizeof state->tasklets);
    memset(state->stops, 0, sizeof state->stops);
    memset(state->bits, 0, sizeof state->bits);
    for (uint32_t i = 0; i < DPU_TASKLETS; i++)
        state->tasklets[i][i] = 1;
    return true;
}

void dpu_race_free(struct dpu *dpu)
{
    struct race_state *state = dpu->race;
    if (!state)
        return;
    forget_accesses(state);
    free(state->races);
    free(state);
    dpu->race = NULL;
}

/* ----------------------------------------------------------------------------------- edges --- */

static void join(vector_clock into, const vector_clock from)
{
    for (uint32_t i = 0; i < DPU_TASKLETS; i++)
        into[i] = into[i] < from[i] ? from[i] : into[i];
}

/* What the tasklet did so far becomes visible in `channel`; what it does next does not. */
static void publish(struct race_state *state, uint32_t tasklet, vector_clock channel)
{
    join(channel, state->tasklets[tasklet]);
    state->tasklets[tasklet][tasklet]++;
}

void dpu_race_edge_start(struct dpu *dpu, uint32_t tasklet, uint32_t started)
{
    struct race_state *state = dpu->race;
    if (!state || started >= DPU_TASKLETS || started == tasklet)
        return;
    join(state->tasklets[tasklet], state->stops[started]);
    publish(state, tasklet, state->tasklets[started]);
}

void dpu_race_edge_stop(struct dpu *dpu, uint32_t tasklet)
{
    struct race_state *state = dpu->race;
    if (state)
        publish(state, tasklet, state->stops[tasklet]);
}

void dpu_race_edge_acquire(struct dpu *dpu, uint32_t tasklet, uint32_t bit)
{
    struct race_state *state = dpu->race;
    if (state)
        join(state->tasklets[tasklet], state->bits[bit]);
}

void dpu_race_edge_release(struct dpu *dpu, uint32_t tasklet, uint32_t bit)
{
    struct race_state *state = dpu->race;
    if (!state)
        return;
    memset(state->bits[bit], 0, sizeof state->bits[bit]);
    publish(state, tasklet, state->bits[bit]);
}

/* -------------------------------------------------------------------------------- accesses --- */

static bool first_report(struct race_state *state, uint32_t a, uint32_t b)
{
    uint32_t low = a < b ? a : b, high = a < b ? b : a;
    uint8_t *byte = &state->reported[low % DPU_IRAM_INSTRUCTIONS][high % DPU_IRAM_INSTRUCTIONS / 8];
    uint8_t bit = (uint8_t)(1u << high % 8);
    bool first = !(*byte & bit);
    *byte |= bit;
    return first;
}

static void add_race(struct race_state *state, const struct race *race)
{
    if (!first_report(state, race->first.pc, race->second.pc))
        return;
    if (state->count % 64 == 0) {
        void *races = state->count < RACE_LIMIT
                          ? realloc(state->races, (state->count + 64) * sizeof *state->races)
                          : NULL;
        if (!races) {
            state->incomplete = true;
            return;
        }
        state->races = races;
    }
    state->races[state->count++] = *race;
}

struct probe {
    struct race_state *state;
    struct access now;
    enum dpu_space space;
    uint32_t address;
    bool is_write;
};

static void check_against(const struct probe *p, const struct access *before, bool before_wrote)
{
    if (!before->clock || before->tasklet == p->now.tasklet ||
        before->clock <= p->state->tasklets[p->now.tasklet][before->tasklet])
        return;
    add_race(p->state, &(struct race){.space = p->space, .address = p->address, .first = *before,
                                      .second = p->now, .first_wrote = before_wrote,
                                      .second_wrote = p->is_write});
}

static void note_read(const struct probe *p, struct cell *cell)
{
    uint32_t me = p->now.tasklet;
    if (!cell->readers &&
        (!cell->read.clock || cell->read.tasklet == me ||
         cell->read.clock <= p->state->tasklets[me][cell->read.tasklet])) {
        cell->read = p->now;
        return;
    }
    if (!cell->readers) {
        cell->readers = calloc(DPU_TASKLETS, sizeof *cell->readers);
        if (!cell->readers) {
            p->state->incomplete = true;
            return;
        }
        cell->readers[cell->read.tasklet] = cell->read;
    }
    cell->readers[me] = p->now;
}

static void note_write(const struct probe *p, struct cell *cell)
{
    check_against(p, &cell->read, false);
    for (uint32_t i = 0; cell->readers && i < DPU_TASKLETS; i++)
        check_against(p, &cell->readers[i], false);
    free(cell->readers);
    *cell = (struct cell){.write = p->now};
}

static void touch(const struct probe *p, struct cell *cell)
{
    check_against(p, &cell->write, true);
    if (p->is_write)
        note_write(p, cell);
    else
        note_read(p, cell);
}

void dpu_race_access(struct dpu *dpu, uint32_t tasklet, uint32_t pc, enum dpu_space space,
                     uint32_t address, uint32_t bytes, bool is_write)
{
    struct race_state *state = dpu->race;
    if (!state)
        return;
    uint32_t granule = space == DPU_SPACE_MRAM ? MRAM_GRANULE : 1;
    struct cell **pages = space == DPU_SPACE_MRAM ? state->mram : state->wram;
    struct probe probe = {
        .state = state, .space = space, .is_write = is_write,
        .now = {state->tasklets[tasklet][tasklet], (uint16_t)pc, (uint8_t)tasklet}};
    for (uint32_t at = address; at < address + bytes; at += granule) {
        struct cell **page = &pages[at / granule / PAGE_CELLS];
        if (!*page && !(*page = calloc(PAGE_CELLS, sizeof **page))) {
            state->incomplete = true;
            return;
        }
        probe.address = at;
        touch(&probe, &(*page)[at / granule % PAGE_CELLS]);
    }
}

/* ---------------------------------------------------------------------------------- report --- */

static void print_access(const struct dpu *dpu, const struct access *access, bool wrote, FILE *out)
{
    char function[128], line[256], instruction[128];
    dpu_symbol_text(dpu, DPU_SPACE_IRAM, (uint64_t)access->pc * DPU_INSTRUCTION_BYTES, function,
                    sizeof function);
    dpu_line_text(dpu, access->pc, line, sizeof line);
    dpu_instruction_text(dpu, access->pc, instruction, sizeof instruction);
    fprintf(out, "    tasklet %u %s it at instruction %u%s%s%s%s%s: %s\n", access->tasklet,
            wrote ? "wrote" : "read", access->pc, *function ? ", " : "", function,
            *line ? " (" : "", line, *line ? ")" : "", instruction);
}

static void print_race(const struct dpu *dpu, const struct race *race, FILE *out)
{
    char variable[128];
    dpu_symbol_text(dpu, race->space, race->address, variable, sizeof variable);
    fprintf(out, "race: DPU %" PRIu32 ": %s 0x%" PRIx32 "%s%s%s, nothing orders these accesses:\n",
            dpu->unit, race->space == DPU_SPACE_MRAM ? "MRAM" : "WRAM", race->address,
            *variable ? " (" : "", variable, *variable ? ")" : "");
    print_access(dpu, &race->first, race->first_wrote, out);
    print_access(dpu, &race->second, race->second_wrote, out);
}

char *dpu_race_report(const struct dpu *dpu)
{
    const struct race_state *state = dpu->race;
    if (!state || (!state->count && !state->incomplete))
        return NULL;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    for (size_t i = 0; i < state->count; i++)
        print_race(dpu, &state->races[i], out);
    if (state->incomplete)
        fprintf(out, "race report of DPU %" PRIu32 ": there may be more than these %zu\n", dpu->unit,
                state->count);
    bool failed = ferror(out);
    if (fclose(out) || failed) {
        free(text);
        return NULL;
    }
    return text;
}
