/* The reference engine: one cycle after the other, one instruction of one tasklet in each. Slow and obviously right; the
 * fast engine has to agree with it in every bit.
 *
 * Optional: uPIMulator's register-file rule (off by default: hardware logs contradict it, doc/dpu.md). Extra cycles =
 * floor(even/2) + floor(odd/2) over the set of registers that the instruction reads and that the previous instruction of the same
 * tasklet wrote; they block the whole pipeline.
 */
#include "dpu_machine.h"

/* The tasklet that issues in this cycle; DPU_TASKLETS when none can. */
static uint32_t choose(const struct dpu *dpu)
{
    uint32_t best = DPU_TASKLETS, running = dpu_running(dpu);
    for (uint32_t i = 0; i < DPU_TASKLETS; i++) {
        if (!(running >> i & 1) || dpu->tasklets[i].ready_cycle > dpu->cycle)
            continue;
        if (best == DPU_TASKLETS || dpu->tasklets[i].ready_cycle < dpu->tasklets[best].ready_cycle)
            best = i;
    }
    return best;
}

static uint32_t register_bit(uint32_t code, bool pair)
{
    if (code >= DPU_REGISTERS)
        return 0;
    return (pair ? 3u : 1u) << code;
}

static uint32_t registers_read(const struct dpu_instruction *instruction)
{
    uint32_t set = 0;
    const struct dpu_form_row *row = dpu_form(instruction->form);
    for (uint32_t i = 0; i < row->operand_count; i++) {
        if (row->operands[i].field == DPU_FIELD_RA)
            set |= register_bit(instruction->ra, false);
        if (row->operands[i].field == DPU_FIELD_RB)
            set |= register_bit(instruction->rb, row->operands[i].kind == DPU_KIND_PAIR);
    }
    return set;
}

static uint32_t registers_written(const struct dpu_instruction *instruction)
{
    if (instruction->destination == DPU_TO_NOTHING)
        return 0;
    return register_bit(instruction->rc, instruction->destination != DPU_TO_REGISTER);
}

static uint64_t register_file_stall(struct dpu *dpu, uint32_t tasklet)
{
    struct dpu_tasklet *t = &dpu->tasklets[tasklet];
    if (!dpu->machine->parameters.register_file_stall || dpu_fetch_fault(dpu->code, t->pc))
        return 0;
    const struct dpu_instruction *instruction = &dpu->code->instructions[t->pc];
    uint32_t set = registers_read(instruction) | t->written;
    t->written = registers_written(instruction);
    return (uint64_t)(__builtin_popcount(set & 0x555555) / 2 + __builtin_popcount(set & 0xaaaaaa) / 2);
}

/* One cycle. False: a fault. */
static bool tick(struct dpu *dpu, struct pim_event_list *events)
{
    uint32_t tasklet = DPU_TASKLETS;
    if (dpu->cycle < dpu->next_issue) {
        dpu->counters.idle_register_file++;
    } else if ((tasklet = choose(dpu)) == DPU_TASKLETS) {
        dpu_account_idle(dpu, 1);
    }
    uint64_t cycle = dpu->cycle++;
    dpu->counters.cycles++;
    if (tasklet == DPU_TASKLETS)
        return true;
    dpu->next_issue = dpu->cycle + register_file_stall(dpu, tasklet);
    return dpu_execute(dpu, tasklet, cycle, events);
}

enum pim_run dpu_run_reference(struct dpu *dpu, uint64_t limit, struct pim_event_list *events)
{
    while (dpu->cycle < limit) {
        uint64_t stop = dpu_next_stop(dpu, limit, events);
        while (dpu->cycle < stop) {
            if (!dpu_running(dpu) || !tick(dpu, events))
                return dpu_end_launch(dpu, events);
        }
        if (!dpu_at_stop(dpu, events))
            return dpu_end_launch(dpu, events);
    }
    return dpu_running(dpu) ? PIM_LIMITED : dpu_end_launch(dpu, events);
}
