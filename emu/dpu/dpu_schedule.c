/* What both engines share: who runs, when a run has to look up, how idle cycles are charged, how a launch ends, deadlocks.
 *
 * Scheduling rule (the model's reading of "round-robin"): among the running tasklets whose last issue is at least the issue
 * distance ago and whose DMA transfer is complete, the one that became ready first issues; ties go to the lower number. With all
 * tasklets always runnable this is the plain rotation. Source: doc/dpu.md.
 */
#include "dpu_machine.h"
#include "dpu_semantics.h"

#include <stdlib.h>
#include <string.h>

/* A deadlock is looked for once in so many cycles (12 ms at 350 MHz); the probe follows so many issues. */
enum { DEADLOCK_CHECK_CYCLES = 1 << 22, DEADLOCK_PROBE_ISSUES = 4096 };

uint32_t dpu_running(const struct dpu *dpu)
{
    return (uint32_t)(dpu->run_bits & ((1ull << dpu->machine->parameters.tasklets) - 1));
}

static uint64_t next_multiple(uint64_t cycle, uint64_t of)
{
    return (cycle / of + 1) * of;
}

uint64_t dpu_next_stop(const struct dpu *dpu, uint64_t limit, const struct pim_event_list *events)
{
    uint64_t stop = next_multiple(dpu->cycle, events ? DPU_ISSUE_INTERVAL_CYCLES : DEADLOCK_CHECK_CYCLES);
    return stop < limit ? stop : limit;
}

void dpu_account_idle(struct dpu *dpu, uint64_t count)
{
    uint32_t running = dpu_running(dpu);
    for (uint32_t rest = running; rest; rest &= rest - 1) {
        if (dpu->tasklets[__builtin_ctz(rest)].waiting_dma) {
            dpu->counters.idle_dma += count;
            return;
        }
    }
    *(dpu->started & ~running ? &dpu->counters.idle_sync : &dpu->counters.idle_revolver) += count;
}

static void end_interval(struct dpu *dpu, struct pim_event_list *events)
{
    struct dpu_interval *from = &dpu->interval;
    const struct dpu_counters *now = &dpu->counters;
    if (events && dpu->cycle > from->start_cycle) {
        uint64_t begin = dpu_picoseconds(dpu->machine, from->start_cycle);
        struct pim_event event = {
            .time_ps = dpu->start_ps + begin,
            .duration_ps = dpu_picoseconds(dpu->machine, dpu->cycle) - begin,
            .unit = dpu->unit, .kind = DPU_EVENT_RUN, .sequence = dpu->event_sequence++,
            .arguments = {now->instructions - from->instructions, now->idle_revolver - from->idle_revolver,
                          now->idle_dma - from->idle_dma, now->idle_sync - from->idle_sync}};
        pim_event_add(events, &event);
    }
    *from = (struct dpu_interval){dpu->cycle, now->instructions, now->idle_revolver, now->idle_dma,
                                  now->idle_sync};
}

enum pim_run dpu_end_launch(struct dpu *dpu, struct pim_event_list *events)
{
    end_interval(dpu, events);
    dpu->running = false;
    /* The time counter goes on from here at the next launch, whose cycles start at 0 again. */
    dpu->time.value = dpu_time_value(dpu, dpu->cycle, dpu->launch_instructions);
    dpu->time.since = 0;
    if (!dpu->fault.kind)
        return PIM_DONE;
    if (events) {
        struct pim_event event = {
            .time_ps = dpu->start_ps + dpu_picoseconds(dpu->machine, dpu->cycle), .unit = dpu->unit,
            .kind = DPU_EVENT_FAULT, .lane = (uint16_t)dpu->fault.tasklet,
            .sequence = dpu->event_sequence++, .arguments = {dpu->fault.pc, dpu->fault.kind}};
        pim_event_add(events, &event);
    }
    return dpu->fault.kind == DPU_FAULT_DEADLOCK ? PIM_WAITING : PIM_FAULTED;
}

/* The end of the launch is taken back: the host attends to the DPU and may write what it waits for. */
void dpu_wait_on(struct dpu *dpu)
{
    dpu->fault = (struct dpu_fault_state){0};
    dpu->running = true;
    dpu->time.since = dpu_time_value(dpu, dpu->cycle, dpu->launch_instructions) - dpu->time.value;
}

/* ------------------------------------------------------------------------------------------- deadlock --- */

/* What has to come back for the machine to go round for ever: everything an instruction without store, DMA or clock can
 * read or write, times relative to the present. */
struct probe_state {
    struct dpu_tasklet tasklets[DPU_TASKLETS];
    uint64_t run_bits, atomic_bits[DPU_ATOMIC_BITS / 64];
};

static void capture(const struct dpu *dpu, uint64_t cycle, struct probe_state *state)
{
    memset(state, 0, sizeof *state);
    for (uint32_t running = dpu_running(dpu); running; running &= running - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(running);
        state->tasklets[i] = dpu->tasklets[i];
        state->tasklets[i].ready_cycle = dpu->tasklets[i].ready_cycle - cycle;
    }
    state->run_bits = dpu->run_bits;
    memcpy(state->atomic_bits, dpu->atomic_bits, sizeof state->atomic_bits);
}

/* An instruction after which the same registers and bits need not mean the same future. */
static bool leaves_mark(const struct dpu_instruction *instruction)
{
    return instruction->flags & (DPU_STORE | DPU_DMA) || instruction->operation == DPU_OP_TIME ||
           instruction->operation == DPU_OP_TIME_CFG || instruction->operation == DPU_OP_STOP ||
           instruction->operation == DPU_OP_FAULT;
}

static uint32_t next_to_issue(const struct dpu *dpu)
{
    uint32_t best = DPU_TASKLETS;
    for (uint32_t running = dpu_running(dpu); running; running &= running - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(running);
        if (best == DPU_TASKLETS || dpu->tasklets[i].ready_cycle < dpu->tasklets[best].ready_cycle)
            best = i;
    }
    return best;
}

/* Follow the program on a copy of its state; true when a state comes back (Brent's method) before anything leaves a mark. */
static bool goes_round(struct dpu *shadow, struct probe_state *seen, struct probe_state *now)
{
    uint64_t cycle = shadow->next_issue;
    uint32_t power = 1, since = 0;
    capture(shadow, cycle, seen);
    for (uint32_t issue = 0; issue < DEADLOCK_PROBE_ISSUES; issue++) {
        uint32_t next = next_to_issue(shadow);
        if (next == DPU_TASKLETS)
            return false;
        const struct dpu_tasklet *tasklet = &shadow->tasklets[next];
        if (dpu_fetch_fault(shadow->code, tasklet->pc) ||
            leaves_mark(&shadow->code->instructions[tasklet->pc]))
            return false;
        if (cycle < tasklet->ready_cycle)
            cycle = tasklet->ready_cycle;
        if (!dpu_execute(shadow, next, cycle++, NULL))
            return false;
        capture(shadow, cycle, now);
        if (!memcmp(seen, now, sizeof *now))
            return true;
        if (++since == power) {
            *seen = *now;
            power *= 2;
            since = 0;
        }
    }
    return false;
}

static bool deadlocked(const struct dpu *dpu)
{
    struct dpu shadow = *dpu;
    struct dpu_tasklet tasklets[DPU_TASKLETS];
    memcpy(tasklets, dpu->tasklets, sizeof tasklets);
    shadow.tasklets = tasklets;
    shadow.profile = NULL;
    shadow.race = NULL;
    struct probe_state *states = malloc(2 * sizeof *states);
    bool found = states && goes_round(&shadow, &states[0], &states[1]);
    free(states);
    return found;
}

bool dpu_at_stop(struct dpu *dpu, struct pim_event_list *events)
{
    if (events && dpu->cycle % DPU_ISSUE_INTERVAL_CYCLES == 0)
        end_interval(dpu, events);
    if (dpu->cycle == 0 || dpu->cycle % DEADLOCK_CHECK_CYCLES || !deadlocked(dpu))
        return true;
    uint32_t tasklet = next_to_issue(dpu);
    dpu->fault = (struct dpu_fault_state){.kind = DPU_FAULT_DEADLOCK, .tasklet = tasklet,
                                          .pc = dpu->tasklets[tasklet].pc};
    return false;
}
