/* The fast engine: tasklets run ahead, the schedule is closed in formula.
 *
 * The time at which instructions issue depends on who runs and who waits for a transfer, not on what they compute. So every running
 * tasklet executes up to its next global instruction first (dpu_threaded.c); that gives it `credit`. Then the schedule issues the credits:
 * while the same tasklets rotate, whole rotations at once (`leap`), else one by one. A global instruction executes when its turn has
 * come, at its exact cycle, in exact order with all others. What one tasklet did ahead of its turn must not have been seen or
 * overtaken by another: dpu_speculation.c watches that, within windows. At the end of a window all credit has issued and the state is
 * exact. If the watch strikes, or a fault turns up, the window is undone and its cycles run in exact order, one instruction at a
 * time, by the same code with a budget of one.
 *
 * Agrees with dpu_reference.c in memory, registers, counts, cycles, events and at faults and limits (tests/test_dpu_engines.c).
 * The register-file option and the race report need the reference engine and get it.
 */
#include "dpu_fast.h"
#include "dpu_semantics.h"

#include <stdlib.h>
#include <string.h>

enum {
    WINDOW_SHORTEST = 1 << 10, WINDOW_LONGEST = 1 << 18, WINDOW_FIRST = 1 << 13, /* cycles */
    EXACT_LONGEST = 1 << 17,
    STOP_MARGIN = 1 << 9, /* windows end so long before a stop that their closing does not pass it */
    CONFLICT_MARGIN = 1 << 6, /* likewise, before a conflict */
};

enum outcome {
    CLOSED,     /* the window's end is reached and everything has issued: state is exact */
    AT_STOP,    /* the same, at the stop cycle */
    FINISHED,   /* nothing runs any more, or a fault in exact order */
    CONFLICT,   /* executed out of order: undo */
    TRAPPED,    /* something only exact order can decide: undo and come back to it */
    OVERRUN     /* credit left at the stop cycle: undo and take smaller steps */
};

/* ----------------------------------------------------------------------------------------- schedule --- */

static bool before(const struct dpu_scratch *s, uint32_t a, uint32_t b)
{
    return s->ready[a] != s->ready[b] ? s->ready[a] < s->ready[b] : a < b;
}

/* Move the tasklet at position `i` forward to where its readiness puts it. */
static void move_forward(struct dpu_scratch *s, uint32_t i)
{
    uint8_t tasklet = s->order[i];
    for (; i > 0 && before(s, tasklet, s->order[i - 1]); i--)
        s->order[i] = s->order[i - 1];
    s->order[i] = tasklet;
}

static void insert(struct dpu_scratch *s, uint32_t tasklet)
{
    s->order[s->count] = (uint8_t)tasklet;
    move_forward(s, s->count++);
}

static void take_out(struct dpu_scratch *s, uint32_t tasklet)
{
    uint32_t i = 0;
    while (s->order[i] != tasklet)
        i++;
    s->count--;
    memmove(&s->order[i], &s->order[i + 1], s->count - i);
}

static void open_schedule(struct dpu_scratch *s)
{
    s->now = s->dpu->cycle;
    s->count = s->outstanding = s->spinning = s->leap_pause = 0;
    for (uint32_t running = dpu_running(s->dpu); running; running &= running - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(running);
        s->ready[i] = s->dpu->tasklets[i].ready_cycle;
        s->pending[i] = AHEAD_BUDGET;
        insert(s, i);
    }
    memset(s->credit, 0, sizeof s->credit);
}

static void close_schedule(struct dpu_scratch *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        s->dpu->tasklets[s->order[i]].ready_cycle = s->ready[s->order[i]];
    s->dpu->cycle = s->dpu->next_issue = s->now;
}

static void count_issues(struct dpu *dpu, uint64_t issues)
{
    dpu->counters.instructions += issues;
    dpu->counters.issue_cycles += issues;
    dpu->launch_instructions += issues;
}

static void pass_idle(struct dpu_scratch *s, uint64_t until)
{
    if (until == s->now)
        return;
    dpu_account_idle(s->dpu, until - s->now);
    s->dpu->counters.cycles += until - s->now;
    s->now = until;
}

/* The first tasklet in order issues at `cycle`: account it and queue it again behind those that are ready before. */
static void issue_first(struct dpu_scratch *s, uint64_t cycle)
{
    uint32_t tasklet = s->order[0];
    pass_idle(s, cycle);
    s->dpu->tasklets[tasklet].waiting_dma = 0;
    s->now = cycle + 1;
    s->dpu->counters.cycles++;
    count_issues(s->dpu, 1);
    s->ready[tasklet] = cycle + s->dpu->machine->parameters.issue_distance_cycles;
    uint32_t i = 0;
    for (; i + 1 < s->count && before(s, s->order[i + 1], tasklet); i++)
        s->order[i] = s->order[i + 1];
    s->order[i] = (uint8_t)tasklet;
}

static bool spins(const struct dpu_scratch *s, uint32_t tasklet)
{
    return s->spinning >> tasklet & 1;
}

/* A tasklet that spins issues its instruction `times` more times, in vain. */
static void count_spins(struct dpu_scratch *s, uint32_t tasklet, uint64_t times)
{
    s->singles[s->dpu->tasklets[tasklet].pc] += (uint32_t)times;
    s->dpu->counters.sync_spins += times;
}

/* How many of the first tasklets take part in the rotation, and whether it is regular. */
struct rotation {
    uint32_t count;
    uint32_t credit; /* smallest; rotations that all can make. The first tasklet below 2 is not counted, nor are those behind it */
    bool spread;     /* one issue distance apart from themselves: each issues when it is ready */
    bool dense;      /* an issue in every cycle */
};

static struct rotation look(const struct dpu_scratch *s, uint64_t distance)
{
    struct rotation rotation = {.credit = UINT32_MAX, .dense = true};
    bool strict = true;
    uint64_t previous = 0;
    for (uint32_t k = 0; k < s->count; k++) {
        uint32_t tasklet = s->order[k];
        uint64_t ready = s->ready[tasklet];
        if (ready >= s->now + distance)
            break;
        /* One that comes back from a transfer first has to issue alone: it changes who is waiting. */
        uint32_t credit = s->dpu->tasklets[tasklet].waiting_dma ? 0 : spins(s, tasklet) ? UINT32_MAX : s->credit[tasklet];
        if (credit < rotation.credit)
            rotation.credit = credit;
        if (credit < 2)
            return rotation;
        strict = strict && (k == 0 || ready > previous);
        rotation.dense = rotation.dense && ready <= s->now + k;
        previous = ready;
        rotation.count++;
    }
    if (!rotation.count)
        return (struct rotation){0};
    uint64_t first = s->ready[s->order[0]];
    rotation.spread = strict && first >= s->now && previous - first < distance;
    rotation.dense = rotation.dense && rotation.count >= distance;
    return rotation;
}

/* Let the rotation go round `times`: closed forms of what issue_first would do step by step. */
static void rotate(struct dpu_scratch *s, const struct rotation *rotation, uint64_t times, uint64_t distance)
{
    uint32_t n = rotation->count;
    uint64_t issues = n * times, end;
    if (rotation->spread) {
        end = s->ready[s->order[n - 1]] + (times - 1) * distance + 1;
        for (uint32_t k = 0; k < n; k++)
            s->ready[s->order[k]] += times * distance;
    } else {
        end = s->now + issues;
        for (uint32_t k = 0; k < n; k++)
            s->ready[s->order[k]] = end - n + k + distance;
    }
    if (end - s->now > issues)
        dpu_account_idle(s->dpu, end - s->now - issues);
    s->dpu->counters.cycles += end - s->now;
    s->now = end;
    count_issues(s->dpu, issues);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t tasklet = s->order[k];
        if (spins(s, tasklet))
            count_spins(s, tasklet, times);
        else if (!(s->credit[tasklet] -= (uint32_t)times))
            s->outstanding--;
    }
    for (uint32_t k = n; k < s->count; k++)
        move_forward(s, k); /* those who stood aside may be ready first now */
}

/* The first `count` issue once, one in every cycle. */
static void issue_first_ones(struct dpu_scratch *s, uint32_t count, uint64_t distance)
{
    uint8_t issued[DPU_TASKLETS];
    memcpy(issued, s->order, count);
    for (uint32_t k = 0; k < count; k++) {
        s->ready[issued[k]] = s->now + k + distance;
        if (spins(s, issued[k]))
            count_spins(s, issued[k], 1);
        else if (!--s->credit[issued[k]])
            s->outstanding--;
    }
    uint32_t queued = 0;
    for (uint32_t k = 0, other = count; k < count;)
        s->order[queued++] = other < s->count && before(s, s->order[other], issued[k]) ? s->order[other++] : issued[k++];
    s->dpu->counters.cycles += count;
    s->now += count;
    count_issues(s->dpu, count);
}

/* As many whole rotations as all credits, the next tasklet to come back, and the stop allow. */
static void leap(struct dpu_scratch *s, uint64_t stop)
{
    if (s->leap_pause) {
        s->leap_pause--;
        return;
    }
    uint64_t distance = s->dpu->machine->parameters.issue_distance_cycles;
    struct rotation rotation = look(s, distance);
    if (rotation.credit < 2 && rotation.dense && s->now + rotation.count <= stop) {
        issue_first_ones(s, rotation.count, distance);
        return;
    }
    if (rotation.credit < 2 || !(rotation.spread || rotation.dense)) {
        s->leap_pause = rotation.count;
        return;
    }
    uint64_t bound = stop, times = rotation.credit;
    if (rotation.count < s->count && s->ready[s->order[rotation.count]] < bound)
        bound = s->ready[s->order[rotation.count]];
    uint64_t first_end = rotation.spread ? s->ready[s->order[rotation.count - 1]] + 1
                                         : s->now + rotation.count;
    if (first_end > bound)
        return;
    uint64_t period = rotation.spread ? distance : rotation.count;
    if (times > (bound - first_end) / period + 1)
        times = (bound - first_end) / period + 1;
    rotate(s, &rotation, times, distance);
}

/* ------------------------------------------------------------------------------------ global events --- */

/* Bytes a DMA transfer touches: claimed from the other tasklets, MRAM saved. */
static enum outcome claim_transfer(struct dpu_scratch *s, uint32_t tasklet, const struct dpu_instruction *instruction)
{
    const struct dpu_parameters *p = &s->dpu->machine->parameters;
    const uint32_t *registers = s->dpu->tasklets[tasklet].registers;
    uint32_t ra = registers[instruction->ra], rb = registers[instruction->rb];
    uint32_t wram = dpu_dma_wram(ra), mram = dpu_dma_mram(rb);
    uint32_t bytes = dpu_dma_bytes(ra, (uint32_t)instruction->imm);
    if ((uint64_t)wram + bytes > p->wram_bytes || (uint64_t)mram + bytes > p->mram_bytes)
        return TRAPPED;
    bool to_mram = instruction->operation == DPU_OP_SDMA;
    if (!dpu_claim(s, tasklet, wram, bytes, !to_mram))
        return CONFLICT;
    return to_mram && !dpu_save_mram(s, mram, bytes) ? TRAPPED : CLOSED;
}

/* May the instruction execute here, while others have run ahead? CLOSED: yes. */
static enum outcome examine_event(struct dpu_scratch *s, uint32_t tasklet)
{
    if (s->exact)
        return CLOSED;
    if (s->pending[tasklet] == AHEAD_TRAP)
        return TRAPPED;
    const struct dpu_instruction *instruction =
        &s->dpu->code->instructions[s->dpu->tasklets[tasklet].pc];
    switch (instruction->operation) {
    case DPU_OP_LDMA: case DPU_OP_SDMA:
        return claim_transfer(s, tasklet, instruction);
    case DPU_OP_LDMAI: case DPU_OP_FAULT:
        return TRAPPED;
    case DPU_OP_CLR_RUN:
        return s->outstanding ? TRAPPED : CLOSED; /* it may stop one that ran ahead */
    default:
        return CLOSED;
    }
}

/* Who started or stopped running. */
static void follow_run_bits(struct dpu_scratch *s, uint32_t running_before)
{
    uint32_t running = dpu_running(s->dpu);
    for (uint32_t gone = running_before & ~running; gone; gone &= gone - 1) {
        uint32_t tasklet = (uint32_t)__builtin_ctz(gone);
        take_out(s, tasklet);
        s->dpu->tasklets[tasklet].ready_cycle = s->ready[tasklet];
    }
    for (uint32_t come = running & ~running_before; come; come &= come - 1) {
        uint32_t tasklet = (uint32_t)__builtin_ctz(come);
        s->ready[tasklet] = s->dpu->tasklets[tasklet].ready_cycle;
        s->pending[tasklet] = AHEAD_BUDGET;
        insert(s, tasklet);
    }
}

static void start_spinning(struct dpu_scratch *s, uint32_t tasklet, uint32_t pc)
{
    const struct dpu_instruction *instruction = &s->dpu->code->instructions[pc];
    uint32_t a = s->dpu->tasklets[tasklet].registers[instruction->ra];
    bool atomic = instruction->operation == DPU_OP_ACQUIRE;
    s->spinning |= 1u << tasklet;
    s->spins_for[tasklet] = (uint16_t)(dpu_bit_index(a + (uint32_t)instruction->imm) + (atomic ? 0 : DPU_ATOMIC_BITS));
}

/* An atomic bit is free: of those who spin for it the first in turn gets it, the others will find it taken again. */
static void wake_first(struct dpu_scratch *s, uint32_t bit)
{
    for (uint32_t k = 0; k < s->count; k++) {
        uint32_t tasklet = s->order[k];
        if (spins(s, tasklet) && s->spins_for[tasklet] == bit) {
            s->spinning &= ~(1u << tasklet);
            return;
        }
    }
}

/* After a bit instruction: does it stand where it was, and will it find the same until somebody changes a bit? Then it need not be
 * executed again until then. A change of a run bit makes all spinning tasklets look again. */
static void note_spin(struct dpu_scratch *s, uint32_t tasklet, uint32_t pc)
{
    const struct dpu_instruction *instruction = &s->dpu->code->instructions[pc];
    const struct dpu_tasklet *t = &s->dpu->tasklets[tasklet];
    bool was_set = !t->zf;
    switch (instruction->operation) {
    case DPU_OP_ACQUIRE:
        if (was_set && t->pc == pc)
            start_spinning(s, tasklet, pc);
        break;
    case DPU_OP_RELEASE:
        if (was_set)
            wake_first(s, dpu_bit_index(t->registers[instruction->ra] + (uint32_t)instruction->imm));
        break;
    case DPU_OP_RESUME: case DPU_OP_BOOT:
        if (!was_set)
            s->spinning = 0;
        else if (t->pc == pc)
            start_spinning(s, tasklet, pc);
        break;
    case DPU_OP_STOP: case DPU_OP_CLR_RUN:
        s->spinning = 0;
        break;
    default:
        break;
    }
}

static void fold_counts(struct dpu_scratch *s);

static void count_single(struct dpu_scratch *s, uint32_t pc)
{
    if (!dpu_fetch_fault(s->dpu->code, pc))
        s->singles[pc]++;
    else if (s->dpu->profile)
        s->dpu->profile[pc]++; /* in exact order, the last instruction of the run */
}

/* The first tasklet's global (or, in exact order, faulting) instruction issues at `cycle`. */
static enum outcome issue_event(struct dpu_scratch *s, uint64_t cycle)
{
    struct dpu *dpu = s->dpu;
    uint32_t tasklet = s->order[0], running = dpu_running(dpu);
    struct dpu_tasklet *t = &dpu->tasklets[tasklet];
    enum outcome outcome = examine_event(s, tasklet);
    if (outcome != CLOSED)
        return outcome;
    uint32_t pc = t->pc;
    bool changes_code = dpu->code->instructions[pc].operation == DPU_OP_LDMAI;
    issue_first(s, cycle);
    t->ready_cycle = s->ready[tasklet];
    count_single(s, pc);
    if (changes_code)
        fold_counts(s); /* by the old instructions' classes */
    bool done = dpu_execute_body(dpu, tasklet, cycle, s->events);
    s->pending[tasklet] = AHEAD_BUDGET;
    if (t->ready_cycle != s->ready[tasklet]) {
        take_out(s, tasklet);
        s->ready[tasklet] = t->ready_cycle;
        insert(s, tasklet);
    }
    follow_run_bits(s, running);
    note_spin(s, tasklet, pc);
    s->leap_pause = 0;
    if (changes_code && done && !(s->code = dpu_threaded_code(dpu))) {
        dpu->fault = (struct dpu_fault_state){.kind = DPU_FAULT_HOST_MEMORY, .tasklet = tasklet, .pc = pc};
        done = false;
    }
    return !done || !s->count ? FINISHED : CLOSED;
}

/* ------------------------------------------------------------------------------------------- windows --- */

/* Instructions that a tasklet whose turn comes at `cycle` will issue before `end`, roughly: all running ones take turns. */
static uint32_t budget_until(const struct dpu_scratch *s, uint64_t cycle, uint64_t end)
{
    uint64_t distance = s->dpu->machine->parameters.issue_distance_cycles;
    uint64_t period = s->count > distance ? s->count : distance;
    return s->exact || cycle + period >= end ? 1 : (uint32_t)((end - cycle) / period);
}

/* Give the first tasklet credit. False: it touched memory out of order. */
static bool run_first_ahead(struct dpu_scratch *s, uint64_t cycle, uint64_t end)
{
    uint32_t tasklet = s->order[0], executed;
    dpu_new_segment(s, tasklet);
    s->pending[tasklet] = dpu_run_ahead(s, tasklet, budget_until(s, cycle, end), &executed);
    if (s->pending[tasklet] == AHEAD_CONFLICT)
        return false;
    s->credit[tasklet] = executed;
    s->outstanding += executed != 0;
    s->leap_pause = 0;
    return true;
}

static enum outcome run_window(struct dpu_scratch *s, uint64_t end, uint64_t stop)
{
    for (;;) {
        leap(s, stop);
        uint32_t tasklet = s->order[0];
        uint64_t cycle = s->ready[tasklet] > s->now ? s->ready[tasklet] : s->now;
        if (cycle >= stop) {
            if (s->outstanding)
                return OVERRUN;
            pass_idle(s, stop);
            return AT_STOP;
        }
        if (!s->outstanding && s->now >= end)
            return CLOSED;
        if (spins(s, tasklet)) {
            count_spins(s, tasklet, 1);
            issue_first(s, cycle);
            continue;
        }
        if (!s->credit[tasklet] && s->pending[tasklet] == AHEAD_BUDGET &&
            !run_first_ahead(s, cycle, end))
            return CONFLICT;
        if (s->credit[tasklet]) {
            issue_first(s, cycle);
            s->outstanding -= !--s->credit[tasklet];
            continue;
        }
        enum outcome outcome = issue_event(s, cycle);
        if (outcome != CLOSED)
            return outcome;
    }
}

static void open_window(struct dpu_scratch *s)
{
    struct dpu *dpu = s->dpu;
    if (!s->exact) {
        s->opened = *dpu;
        memcpy(s->opened_tasklets, dpu->tasklets, sizeof s->opened_tasklets);
        s->opened_events = s->events ? s->events->count : 0;
    }
    dpu_speculation_begin(s);
    open_schedule(s);
}

/* Back to the opening. What has been allocated stays. */
static void undo_window(struct dpu_scratch *s)
{
    struct dpu *dpu = s->dpu;
    dpu_speculation_undo(s);
    uint8_t **mram_pages = dpu->mram_pages;
    *dpu = s->opened;
    dpu->mram_pages = mram_pages;
    memcpy(dpu->tasklets, s->opened_tasklets, sizeof s->opened_tasklets);
    if (s->events)
        s->events->count = s->opened_events;
    memset(s->entries, 0, sizeof s->entries);
    memset(s->singles, 0, sizeof s->singles);
}

/* A window's issue counts become the run's. */
static void keep_counts(struct dpu_scratch *s)
{
    for (uint32_t i = 0; i < s->code->extent; i++) {
        s->run_entries[i] += s->entries[i];
        s->run_singles[i] += s->singles[i];
    }
    memset(s->entries, 0, sizeof s->entries[0] * (s->code->extent + 1));
    memset(s->singles, 0, sizeof s->singles[0] * s->code->extent);
}

/* The run's issue counts become the DPU's instruction mix and profile. */
static void fold_counts(struct dpu_scratch *s)
{
    struct dpu *dpu = s->dpu;
    keep_counts(s);
    int64_t covering = 0, ends[DPU_IRAM_INSTRUCTIONS + 2] = {0};
    for (uint32_t i = 0; i < s->code->extent; i++) {
        uint32_t run = s->code->ops[i].run;
        covering -= ends[i];
        if (run) { /* a jump to a global instruction enters an empty line */
            covering += s->run_entries[i];
            ends[i + run] += s->run_entries[i];
        }
        uint64_t issued = (uint64_t)covering + s->run_singles[i];
        if (!issued)
            continue;
        dpu->counters.mix[s->code->mix[i]] += issued;
        if (dpu->profile)
            dpu->profile[i] += issued;
    }
    memset(s->run_entries, 0, sizeof s->run_entries);
    memset(s->run_singles, 0, sizeof s->run_singles);
}

/* How long the next windows and stretches of exact order are, and where exact order is wanted now. */
struct pace { uint64_t window, exact, exact_from, exact_until; };

/* The window from `from` met a conflict at cycle `reached`. What was out of order had not issued yet, so it belongs to later cycles: those
 * before may run ahead a second time, up to there, and exact order begins where the trouble does.
 */
static void follow_conflict(struct pace *pace, uint64_t from, uint64_t reached)
{
    bool second = from < pace->exact_from;
    pace->exact_from = !second && reached - from >= WINDOW_SHORTEST ? reached - CONFLICT_MARGIN : from;
    pace->exact_until = reached + pace->exact;
    if (pace->window > WINDOW_SHORTEST)
        pace->window /= 2;
    if (pace->exact < EXACT_LONGEST)
        pace->exact *= 2;
}

/* What to do after a window that began at `from` and was not in exact order. */
static void adapt(struct pace *pace, enum outcome outcome, uint64_t from, uint64_t reached)
{
    switch (outcome) {
    case CLOSED:
        if (pace->window < WINDOW_LONGEST && from >= pace->exact_from)
            pace->window *= 2;
        if (pace->exact > WINDOW_SHORTEST)
            pace->exact /= 2;
        break;
    case CONFLICT:
        follow_conflict(pace, from, reached);
        break;
    case TRAPPED:
        pace->exact_from = from;
        pace->exact_until = reached + 1;
        break;
    case OVERRUN:
        if (pace->window > WINDOW_SHORTEST)
            pace->window /= 2;
        pace->exact_from = from;
        pace->exact_until = from + WINDOW_SHORTEST;
        break;
    default:
        break;
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Where the window that begins now shall end, and whether it is one of exact order. */
static uint64_t choose_window(struct dpu_scratch *s, const struct pace *pace, uint64_t stop)
{
    uint64_t from = s->dpu->cycle;
    bool wanted = from >= pace->exact_from && from < pace->exact_until;
    s->exact = wanted || stop - from < 2 * STOP_MARGIN;
    if (s->exact)
        return wanted ? earlier(pace->exact_until, stop) : stop;
    uint64_t end = earlier(from + pace->window, stop - STOP_MARGIN);
    return from < pace->exact_from ? earlier(end, pace->exact_from) : end;
}

/* Run to `stop` or to the end of the launch; AT_STOP or FINISHED. */
static enum outcome run_to(struct dpu_scratch *s, struct pace *pace, uint64_t stop)
{
    for (;;) {
        uint64_t from = s->dpu->cycle;
        uint64_t end = choose_window(s, pace, stop);
        open_window(s);
        enum outcome outcome = s->count ? run_window(s, end, stop) : FINISHED;
        if (outcome == CONFLICT || outcome == TRAPPED || outcome == OVERRUN) {
            uint64_t reached = s->now;
            undo_window(s);
            adapt(pace, outcome, from, reached);
            continue;
        }
        close_schedule(s);
        keep_counts(s);
        if (outcome != CLOSED)
            return outcome;
        if (!s->exact)
            adapt(pace, CLOSED, from, s->now);
    }
}

/* ---------------------------------------------------------------------------------------------- pool --- */

static void free_scratch(struct dpu_scratch *s)
{
    if (!s)
        return;
    free(s->mram);
    free(s->mram_bytes);
    free(s);
}

static struct dpu_scratch *borrow_scratch(struct dpu_machine *machine)
{
    pthread_mutex_lock(&machine->scratch_lock);
    struct dpu_scratch *s = machine->scratch;
    if (s)
        machine->scratch = s->next;
    pthread_mutex_unlock(&machine->scratch_lock);
    if (s)
        return s;
    s = calloc(1, sizeof *s);
    if (s && !(s->mram_bytes = malloc(MRAM_UNDO_BYTES))) {
        free_scratch(s);
        return NULL;
    }
    return s;
}

static void return_scratch(struct dpu_machine *machine, struct dpu_scratch *s)
{
    pthread_mutex_lock(&machine->scratch_lock);
    s->next = machine->scratch;
    machine->scratch = s;
    pthread_mutex_unlock(&machine->scratch_lock);
}

void dpu_fast_free_scratch(struct dpu_machine *machine)
{
    while (machine->scratch) {
        struct dpu_scratch *s = machine->scratch;
        machine->scratch = s->next;
        free_scratch(s);
    }
}

/* --------------------------------------------------------------------------------------------- engine --- */

static enum pim_run run(struct dpu_scratch *s, uint64_t limit)
{
    struct dpu *dpu = s->dpu;
    struct pace pace = {.window = WINDOW_FIRST, .exact = WINDOW_SHORTEST};
    while (dpu->cycle < limit) {
        if (run_to(s, &pace, dpu_next_stop(dpu, limit, s->events)) == FINISHED ||
            !dpu_at_stop(dpu, s->events))
            return dpu_end_launch(dpu, s->events);
    }
    return dpu_running(dpu) ? PIM_LIMITED : dpu_end_launch(dpu, s->events);
}

/* Only what the list of handlers assumes: memory of the host in the DPU's byte order. */
static bool host_is_little_endian(void)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

enum pim_run dpu_run_fast(struct dpu *dpu, uint64_t limit, struct pim_event_list *events)
{
    struct dpu_machine *machine = dpu->machine;
    if (machine->parameters.register_file_stall || dpu->race || !host_is_little_endian())
        return dpu_run_reference(dpu, limit, events);
    if (!dpu->contested_lines)
        dpu->contested_lines = calloc(LINES / 64, sizeof *dpu->contested_lines);
    struct dpu_scratch *s = dpu->contested_lines ? borrow_scratch(machine) : NULL;
    if (!s)
        return dpu_run_reference(dpu, limit, events); /* no memory for speed: slow but right */
    s->dpu = dpu;
    s->events = events;
    s->code = dpu_threaded_code(dpu);
    enum pim_run result = PIM_LIMITED;
    if (s->code) {
        result = run(s, limit);
        fold_counts(s);
    }
    bool have_code = s->code != NULL;
    return_scratch(machine, s);
    return have_code ? result : dpu_run_reference(dpu, limit, events);
}
