/* One instruction of one tasklet on exact state: the semantics of every form, DMA, faults.
 *
 * Modelled: all of the instruction table, with flags and conditions in the order of doc/isa-dpu.md (operands, result, condition
 * with the old ZF, destination and PC, flags). Not modelled: the value a faulting access would have read (a fault stops the
 * DPU). Assumptions: a thread that boot or resume starts issues no earlier than one issue distance after it; run bits above 63
 * and atomic bits above the chip's number read 0 and ignore writes.
 */
#include "dpu_machine.h"
#include "dpu_race.h"
#include "dpu_semantics.h"

#include <string.h>

/* The instruction being executed. */
struct step {
    struct dpu *dpu;
    struct dpu_tasklet *tasklet;
    const struct dpu_instruction *instruction;
    struct pim_event_list *events;
    uint64_t cycle;
    uint32_t number; /* of the tasklet */
    uint32_t pc;     /* of the instruction */
    uint32_t next;   /* PC to go on at */
};

enum dpu_fault_kind dpu_fetch_fault(const struct dpu_code *code, uint32_t pc)
{
    if (!(code->loaded[pc / 8] >> pc % 8 & 1))
        return DPU_FAULT_NOT_LOADED;
    return code->instructions[pc].form == DPU_UNDEFINED ? DPU_FAULT_UNDEFINED : DPU_NO_FAULT;
}

static bool fault(const struct step *s, enum dpu_fault_kind kind, uint64_t address, uint32_t bytes,
                  bool store)
{
    s->dpu->fault = (struct dpu_fault_state){.kind = kind, .tasklet = s->number, .pc = s->pc,
                                             .address = address, .bytes = bytes, .store = store};
    return false;
}

static uint32_t wrap(const struct dpu *dpu, uint32_t pc)
{
    uint32_t size = (uint32_t)dpu->machine->parameters.iram_instructions;
    return pc < size ? pc : pc % size;
}

static bool condition_holds(const struct step *s, const struct dpu_value *v)
{
    return dpu_holds(s->instruction->condition, v, s->tasklet->zf);
}

static void jump_if(struct step *s, bool taken)
{
    if (taken)
        s->next = wrap(s->dpu, s->instruction->pc);
}

static void write_result(struct step *s, uint32_t x)
{
    uint32_t *registers = s->tasklet->registers, rc = s->instruction->rc;
    switch ((enum dpu_destination)s->instruction->destination) {
    case DPU_TO_REGISTER:
        registers[rc] = x;
        break;
    case DPU_TO_SIGNED:
        registers[rc] = x >> 31 ? 0xffffffff : 0;
        registers[rc + 1] = x;
        break;
    case DPU_TO_UNSIGNED:
        registers[rc] = 0;
        registers[rc + 1] = x;
        break;
    case DPU_TO_PAIR:
    case DPU_TO_NOTHING:
        break;
    }
}

/* The condition's part, then destination and flags: the common end of all one-result forms. */
static void finish(struct step *s, const struct dpu_value *v)
{
    const struct dpu_instruction *instruction = s->instruction;
    bool holds = instruction->ending != DPU_END_PLAIN && condition_holds(s, v);
    if (instruction->ending == DPU_END_SET) {
        /* A set form writes 0 or 1 to the low half whatever the extension. */
        write_result(s, holds);
    } else {
        write_result(s, v->x);
        jump_if(s, holds);
    }
    if (instruction->flags & DPU_SETS_ZF)
        s->tasklet->zf = v->zero_of == 0;
    if (instruction->flags & DPU_SETS_CF)
        s->tasklet->cf = (uint8_t)v->carry;
}

static bool execute_compute(struct step *s)
{
    const struct dpu_instruction *instruction = s->instruction;
    const uint32_t *registers = s->tasklet->registers;
    uint32_t a = registers[instruction->ra], b = 0, k = instruction->shift;
    struct dpu_value v = {0};
    switch ((enum dpu_second)instruction->second) {
    case DPU_B_REGISTER:
        b = registers[instruction->rb];
        k = b & 31;
        break;
    case DPU_B_REGISTER_SHIFT:
    case DPU_B_PAIR:
        b = registers[instruction->rb];
        break;
    case DPU_B_IMMEDIATE:
    case DPU_B_FIRST_IMMEDIATE:
        b = (uint32_t)instruction->imm;
        break;
    case DPU_B_NONE:
        break;
    }
    if (instruction->second == DPU_B_FIRST_IMMEDIATE) {
        dpu_compute(instruction->operation, b, a, k, s->tasklet->cf, &v);
        v.source = a;
    } else {
        dpu_compute(instruction->operation, a, b, k, s->tasklet->cf, &v);
    }
    finish(s, &v);
    return true;
}

static struct dpu_pair read_pair(const struct step *s, uint32_t low_register)
{
    const uint32_t *registers = s->tasklet->registers;
    return (struct dpu_pair){registers[low_register], registers[low_register + 1]};
}

static void write_pair(struct step *s, struct dpu_pair pair)
{
    s->tasklet->registers[s->instruction->rc] = pair.hi;
    s->tasklet->registers[s->instruction->rc + 1] = pair.lo;
}

/* mul_step, div_step, movd, swapd. */
static bool execute_pair(struct step *s)
{
    const struct dpu_instruction *instruction = s->instruction;
    uint32_t a = s->tasklet->registers[instruction->ra], k = instruction->shift;
    struct dpu_pair b = read_pair(s, instruction->rb);
    struct dpu_value v = {.source = a};
    switch (instruction->operation) {
    case DPU_OP_MUL_STEP:
        b = dpu_mul_step(a, b, k, read_pair(s, instruction->rc).lo);
        v.x = b.hi;
        break;
    case DPU_OP_DIV_STEP:
        b = dpu_div_step(a, b, k, read_pair(s, instruction->rc).lo);
        break;
    case DPU_OP_SWAPD:
        b = (struct dpu_pair){b.lo, b.hi};
        break;
    default:
        break;
    }
    jump_if(s, condition_holds(s, &v));
    write_pair(s, b);
    if (instruction->flags & DPU_SETS_ZF)
        s->tasklet->zf = v.x == 0;
    return true;
}

/* adds, subs: the base holds a pointer in 15:0 and a limit in 31:16 (doc/isa-dpu.md, checked pointers). */
static bool execute_checked_sum(struct step *s)
{
    const struct dpu_instruction *instruction = s->instruction;
    uint32_t a = s->tasklet->registers[instruction->ra];
    uint32_t b = instruction->second == DPU_B_REGISTER ? s->tasklet->registers[instruction->rb]
                                                       : (uint32_t)instruction->imm;
    struct dpu_value v = {0};
    bool subtract = instruction->operation == DPU_OP_SUBS;
    dpu_compute(subtract ? DPU_OP_SUB : DPU_OP_ADD, a, b, 0, 0, &v);
    uint32_t pointer = subtract ? (a & 0xffff) - b : (a & 0xffff) + b;
    if (pointer >> 16)
        return fault(s, DPU_FAULT_MEMORY, pointer, 0, false);
    finish(s, &v);
    return true;
}

static uint32_t access_bytes(enum dpu_operation operation)
{
    switch (operation) {
    case DPU_OP_LBS: case DPU_OP_LBU: case DPU_OP_SB: case DPU_OP_SB_ID: return 1;
    case DPU_OP_LHS: case DPU_OP_LHU: case DPU_OP_SH: case DPU_OP_SH_ID: return 2;
    case DPU_OP_LD: case DPU_OP_SD: case DPU_OP_SD_ID: return 8;
    default: return 4;
    }
}

/* The WRAM address of a load or store; false and a memory fault when it may not be accessed. */
static bool resolve(const struct step *s, uint32_t bytes, bool store, uint32_t *address)
{
    const struct dpu_instruction *instruction = s->instruction;
    uint32_t base = s->tasklet->registers[instruction->ra], offset = (uint32_t)instruction->off;
    *address = base + offset;
    if (instruction->flags & DPU_SAFE) {
        *address = (base & 0xffff) + offset;
        uint32_t size = bytes == 1 ? 0 : bytes;
        if ((int32_t)(*address + size - (base >> 16)) >= 0)
            return fault(s, DPU_FAULT_MEMORY, *address, bytes, store);
    }
    if (*address & (bytes - 1) || *address > s->dpu->machine->parameters.wram_bytes - bytes)
        return fault(s, DPU_FAULT_MEMORY, *address, bytes, store);
    if (s->dpu->race)
        dpu_race_access(s->dpu, s->number, s->pc, DPU_SPACE_WRAM, *address, bytes, store);
    return true;
}

/* Memory is little-endian; `!big` reverses the bytes of the accessed unit. */
static uint64_t read_bytes(const uint8_t *at, uint32_t bytes, bool big)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * (big ? bytes - 1 - i : i);
    return value;
}

static void write_bytes(uint8_t *at, uint32_t bytes, bool big, uint64_t value)
{
    for (uint32_t i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * (big ? bytes - 1 - i : i));
}

static bool execute_load(struct step *s)
{
    const struct dpu_instruction *instruction = s->instruction;
    uint32_t address, bytes = access_bytes(instruction->operation);
    if (!resolve(s, bytes, false, &address))
        return false;
    uint64_t value = read_bytes(s->dpu->wram + address, bytes, instruction->big_endian);
    s->dpu->counters.wram_loads++;
    switch (instruction->operation) {
    case DPU_OP_LD:
        write_pair(s, (struct dpu_pair){(uint32_t)(value >> 32), (uint32_t)value});
        break;
    case DPU_OP_LBS:
        write_result(s, (uint32_t)(int32_t)(int8_t)value);
        break;
    case DPU_OP_LHS:
        write_result(s, (uint32_t)(int32_t)(int16_t)value);
        break;
    default:
        write_result(s, (uint32_t)value);
        break;
    }
    return true;
}

static uint64_t stored_value(const struct step *s)
{
    const struct dpu_instruction *instruction = s->instruction;
    uint64_t immediate = (uint64_t)(int64_t)instruction->imm;
    switch (instruction->operation) {
    case DPU_OP_SB_ID: case DPU_OP_SH_ID: case DPU_OP_SW_ID: case DPU_OP_SD_ID:
        return immediate | s->number;
    default:
        break;
    }
    if (instruction->second == DPU_B_PAIR) {
        struct dpu_pair pair = read_pair(s, instruction->rb);
        return (uint64_t)pair.hi << 32 | pair.lo;
    }
    return instruction->second == DPU_B_REGISTER ? s->tasklet->registers[instruction->rb] : immediate;
}

static bool execute_store(struct step *s)
{
    uint32_t address, bytes = access_bytes(s->instruction->operation);
    if (!resolve(s, bytes, true, &address))
        return false;
    write_bytes(s->dpu->wram + address, bytes, s->instruction->big_endian, stored_value(s));
    s->dpu->counters.wram_stores++;
    return true;
}

/* ------------------------------------------------------------------------------------------------- DMA --- */

static void transfer_event(const struct step *s, enum dpu_dma_direction direction, uint32_t bytes,
                           uint32_t inner, uint32_t mram)
{
    if (!s->events)
        return;
    struct dpu *dpu = s->dpu;
    uint64_t begin = dpu_picoseconds(dpu->machine, s->cycle);
    struct pim_event event = {
        .time_ps = dpu->start_ps + begin,
        .duration_ps = dpu_picoseconds(dpu->machine, s->tasklet->ready_cycle) - begin,
        .unit = dpu->unit, .kind = DPU_EVENT_DMA, .lane = (uint16_t)s->number,
        .sequence = dpu->event_sequence++, .arguments = {bytes, inner, mram, direction}};
    pim_event_add(s->events, &event);
}

/* Move the bytes. False: the host has no memory for a new page of MRAM or a private copy of the code. */
static bool move_bytes(struct step *s, uint32_t bytes, uint32_t inner, uint32_t mram)
{
    struct dpu *dpu = s->dpu;
    if (s->instruction->operation == DPU_OP_SDMA)
        return dpu_mram_write(dpu, mram, dpu->wram + inner, bytes);
    if (s->instruction->operation == DPU_OP_LDMA) {
        dpu_mram_read(dpu, mram, dpu->wram + inner, bytes);
        return true;
    }
    struct dpu_code *code = dpu_code_for_write(dpu);
    if (!code)
        return false;
    uint8_t words[DPU_INSTRUCTION_BYTES * 256];
    dpu_mram_read(dpu, mram, words, bytes);
    for (uint32_t i = 0; i < bytes / DPU_INSTRUCTION_BYTES; i++)
        dpu_code_set(code, inner / DPU_INSTRUCTION_BYTES + i,
                     read_bytes(words + i * DPU_INSTRUCTION_BYTES, 6, false));
    return true;
}

/* Are low address bits dropped without the program's intention? For a variable in MRAM the compiler moves the aligned 8 bytes around it
 * through the tasklet's slot, leaves the dropping to the hardware and picks its bytes by the low bits: that is no oddity. */
static bool drops_bits(const struct step *s, uint32_t ra, uint32_t rb, uint32_t bytes)
{
    if (!((ra | rb) & 7))
        return false;
    uint32_t slot = s->dpu->direct_slots + 8 * s->number;
    bool direct = s->dpu->direct_slots && (ra & 0xffffff) == slot && bytes == 8;
    return !direct;
}

static bool execute_dma(struct step *s)
{
    const struct dpu_instruction *instruction = s->instruction;
    const struct dpu_parameters *p = &s->dpu->machine->parameters;
    struct dpu_counters *counters = &s->dpu->counters;
    uint32_t ra = s->tasklet->registers[instruction->ra], rb = s->tasklet->registers[instruction->rb];
    uint32_t inner = dpu_dma_wram(ra), mram = dpu_dma_mram(rb);
    uint32_t bytes = dpu_dma_bytes(ra, (uint32_t)instruction->imm);
    bool to_mram = instruction->operation == DPU_OP_SDMA, code = instruction->operation == DPU_OP_LDMAI;
    uint64_t inner_bytes = code ? p->iram_instructions * DPU_INSTRUCTION_BYTES : p->wram_bytes;
    if ((uint64_t)inner + bytes > inner_bytes)
        return fault(s, DPU_FAULT_MEMORY, inner, bytes, !to_mram);
    if ((uint64_t)mram + bytes > p->mram_bytes)
        return fault(s, DPU_FAULT_DMA, mram, bytes, to_mram);
    if (!move_bytes(s, bytes, inner, mram))
        return fault(s, DPU_FAULT_HOST_MEMORY, mram, bytes, to_mram);
    if (s->dpu->race) {
        dpu_race_access(s->dpu, s->number, s->pc, DPU_SPACE_MRAM, mram, bytes, to_mram);
        if (!code)
            dpu_race_access(s->dpu, s->number, s->pc, DPU_SPACE_WRAM, inner, bytes, !to_mram);
    }
    counters->misaligned_dma += drops_bits(s, ra, rb, bytes);
    *(to_mram ? &counters->dma_writes : &counters->dma_reads) += 1;
    *(to_mram ? &counters->dma_write_bytes : &counters->dma_read_bytes) += bytes;
    s->tasklet->ready_cycle = dpu_dma_schedule(s->dpu, s->cycle, to_mram, bytes);
    s->tasklet->waiting_dma = 1;
    transfer_event(s, code ? DPU_DMA_TO_IRAM : to_mram ? DPU_DMA_WRITE : DPU_DMA_READ, bytes, inner, mram);
    return true;
}

/* ------------------------------------------------------------------------- calls, threads, bits, counter --- */

static bool execute_call(struct step *s)
{
    const struct dpu_instruction *instruction = s->instruction;
    const uint32_t *registers = s->tasklet->registers;
    uint32_t offset = instruction->second == DPU_B_REGISTER ? registers[instruction->rb]
                                                            : (uint32_t)instruction->off;
    uint32_t target = registers[instruction->ra] + offset;
    write_result(s, s->next);
    s->next = wrap(s->dpu, target);
    return true;
}

/* The bit a run-bit or atomic-bit instruction names: the old value, and the new one set. */
static bool exchange_bit(uint64_t *words, uint64_t bits, uint32_t index, bool write, bool value)
{
    if (index >= bits)
        return false;
    uint64_t mask = 1ull << index % 64, *word = &words[index / 64];
    bool old = *word & mask;
    if (write)
        *word = value ? *word | mask : *word & ~mask;
    return old;
}

/* boot or resume found thread `index` stopped. */
static void start_thread(struct step *s, uint32_t index)
{
    struct dpu *dpu = s->dpu;
    if (index >= dpu->machine->parameters.tasklets)
        return;
    struct dpu_tasklet *started = &dpu->tasklets[index];
    if (s->instruction->operation == DPU_OP_BOOT)
        started->pc = 0;
    uint64_t ready = s->cycle + dpu->machine->parameters.issue_distance_cycles;
    if (started->ready_cycle < ready)
        started->ready_cycle = ready;
    dpu->started |= 1u << index;
}

static void note_bit_races(struct step *s, uint32_t index, bool old)
{
    if (!s->dpu->race)
        return;
    switch (s->instruction->operation) {
    case DPU_OP_ACQUIRE:
        if (!old)
            dpu_race_edge_acquire(s->dpu, s->number, index);
        break;
    case DPU_OP_RELEASE:
        dpu_race_edge_release(s->dpu, s->number, index);
        break;
    case DPU_OP_BOOT: case DPU_OP_RESUME:
        if (!old)
            dpu_race_edge_start(s->dpu, s->number, index);
        break;
    default:
        break;
    }
}

static bool execute_bit(struct step *s)
{
    const struct dpu_instruction *instruction = s->instruction;
    struct dpu *dpu = s->dpu;
    uint32_t a = s->tasklet->registers[instruction->ra];
    uint32_t index = dpu_bit_index(a + (uint32_t)instruction->imm);
    bool atomic = instruction->operation == DPU_OP_ACQUIRE || instruction->operation == DPU_OP_RELEASE;
    bool set = instruction->operation == DPU_OP_ACQUIRE || instruction->operation == DPU_OP_BOOT ||
               instruction->operation == DPU_OP_RESUME;
    bool old = exchange_bit(atomic ? dpu->atomic_bits : &dpu->run_bits,
                            atomic ? dpu->machine->parameters.atomic_bits : DPU_RUN_BITS, index,
                            instruction->operation != DPU_OP_READ_RUN, set);
    if ((instruction->operation == DPU_OP_BOOT || instruction->operation == DPU_OP_RESUME) && !old)
        start_thread(s, index);
    note_bit_races(s, index, old);
    struct dpu_value v = {.x = old, .source = a};
    /* release carries condition number 0 and yet jumps when the bit was set (doc/isa-dpu.md). */
    bool taken = instruction->operation == DPU_OP_RELEASE ? old : condition_holds(s, &v);
    dpu->counters.sync_spins += taken && instruction->pc == s->pc;
    jump_if(s, taken);
    s->tasklet->zf = !old;
    return true;
}

static bool execute_stop(struct step *s)
{
    struct dpu_value v = {.x = 1, .source = s->number};
    jump_if(s, condition_holds(s, &v));
    s->dpu->run_bits &= ~(1ull << s->number);
    if (s->dpu->race)
        dpu_race_edge_stop(s->dpu, s->number);
    return true;
}

static uint64_t counter_source(enum dpu_counter_mode mode, uint64_t cycle, uint64_t instructions)
{
    switch (mode) {
    case DPU_COUNT_INSTRUCTIONS: return instructions;
    case DPU_COUNT_NOTHING: return 0;
    default: return cycle; /* also before the first configuration */
    }
}

uint64_t dpu_time_value(const struct dpu *dpu, uint64_t cycle, uint64_t instructions)
{
    uint64_t now = counter_source(dpu->time.mode, cycle, instructions);
    return (dpu->time.value + now - dpu->time.since) & 0xfffffffff;
}

/* time, time_cfg: bit 0 of the configuration resets, bits 2:1 choose what is counted, 0 keeps it. */
static bool execute_time(struct step *s)
{
    struct dpu *dpu = s->dpu;
    uint64_t instructions = dpu->launch_instructions - 1; /* without this one, counted already */
    uint64_t value = dpu_time_value(dpu, s->cycle, instructions);
    struct dpu_value v = {.x = (uint32_t)(value >> 4)};
    if (s->instruction->operation == DPU_OP_TIME_CFG) {
        uint32_t configuration = s->tasklet->registers[s->instruction->rb];
        if (configuration >> 1 & 3)
            dpu->time.mode = configuration >> 1 & 3;
        dpu->time.value = configuration & 1 ? 0 : value;
        dpu->time.since = counter_source(dpu->time.mode, s->cycle, instructions);
    }
    jump_if(s, s->instruction->ending == DPU_END_JUMP && condition_holds(s, &v));
    write_result(s, v.x);
    return true;
}

static bool execute_fault(struct step *s)
{
    fault(s, DPU_FAULT_BREAKPOINT, 0, 0, false);
    s->dpu->fault.code = (uint32_t)s->instruction->imm;
    return false;
}

static bool execute_operation(struct step *s)
{
    switch ((enum dpu_operation)s->instruction->operation) {
    case DPU_OP_MUL_STEP: case DPU_OP_DIV_STEP: case DPU_OP_MOVD: case DPU_OP_SWAPD:
        return execute_pair(s);
    case DPU_OP_ADDS: case DPU_OP_SUBS:
        return execute_checked_sum(s);
    case DPU_OP_LBS: case DPU_OP_LBU: case DPU_OP_LHS: case DPU_OP_LHU: case DPU_OP_LW: case DPU_OP_LD:
        return execute_load(s);
    case DPU_OP_SB: case DPU_OP_SH: case DPU_OP_SW: case DPU_OP_SD:
    case DPU_OP_SB_ID: case DPU_OP_SH_ID: case DPU_OP_SW_ID: case DPU_OP_SD_ID:
        return execute_store(s);
    case DPU_OP_LDMA: case DPU_OP_SDMA: case DPU_OP_LDMAI:
        return execute_dma(s);
    case DPU_OP_CALL:
        return execute_call(s);
    case DPU_OP_ACQUIRE: case DPU_OP_RELEASE: case DPU_OP_BOOT: case DPU_OP_RESUME:
    case DPU_OP_CLR_RUN: case DPU_OP_READ_RUN:
        return execute_bit(s);
    case DPU_OP_STOP:
        return execute_stop(s);
    case DPU_OP_TIME: case DPU_OP_TIME_CFG:
        return execute_time(s);
    case DPU_OP_FAULT:
        return execute_fault(s);
    case DPU_OP_NOP: case DPU_OP_TELL:
        return true;
    default:
        return execute_compute(s);
    }
}

bool dpu_execute_body(struct dpu *dpu, uint32_t tasklet, uint64_t cycle,
                      struct pim_event_list *events)
{
    struct step s = {.dpu = dpu, .tasklet = &dpu->tasklets[tasklet], .events = events,
                     .cycle = cycle, .number = tasklet, .pc = dpu->tasklets[tasklet].pc};
    s.instruction = &dpu->code->instructions[s.pc];
    s.next = wrap(dpu, s.pc + 1);
    enum dpu_fault_kind unusable = dpu_fetch_fault(dpu->code, s.pc);
    bool done = unusable ? fault(&s, unusable, s.pc, 0, false) : execute_operation(&s);
    s.tasklet->pc = s.next;
    return done;
}

bool dpu_execute(struct dpu *dpu, uint32_t tasklet, uint64_t cycle, struct pim_event_list *events)
{
    struct dpu_tasklet *t = &dpu->tasklets[tasklet];
    t->waiting_dma = 0;
    t->ready_cycle = cycle + dpu->machine->parameters.issue_distance_cycles;
    dpu->counters.instructions++;
    dpu->counters.issue_cycles++;
    dpu->launch_instructions++;
    if (dpu->profile)
        dpu->profile[t->pc]++;
    if (!dpu_fetch_fault(dpu->code, t->pc))
        dpu->counters.mix[dpu_mix_class(&dpu->code->instructions[t->pc])]++;
    return dpu_execute_body(dpu, tasklet, cycle, events);
}

enum dpu_mix dpu_mix_class(const struct dpu_instruction *instruction)
{
    switch ((enum dpu_operation)instruction->operation) {
    case DPU_OP_SUB: case DPU_OP_SUBC: case DPU_OP_RSUB: case DPU_OP_RSUBC:
        if (instruction->destination == DPU_TO_NOTHING && instruction->ending == DPU_END_JUMP)
            return DPU_MIX_COMPARE_JUMP;
        return DPU_MIX_ARITHMETIC;
    case DPU_OP_ADD: case DPU_OP_ADDC: case DPU_OP_ADDS: case DPU_OP_SUBS:
        return DPU_MIX_ARITHMETIC;
    case DPU_OP_LSL ... DPU_OP_ROL_ADD:
        return DPU_MIX_SHIFT;
    case DPU_OP_MUL_UL_UL ... DPU_OP_DIV_STEP:
        return DPU_MIX_MULTIPLY;
    case DPU_OP_CALL:
        return DPU_MIX_CALL;
    case DPU_OP_LBS ... DPU_OP_LD:
        return DPU_MIX_LOAD;
    case DPU_OP_SB ... DPU_OP_SD_ID:
        return DPU_MIX_STORE;
    case DPU_OP_LDMA: case DPU_OP_SDMA: case DPU_OP_LDMAI:
        return DPU_MIX_DMA;
    case DPU_OP_ACQUIRE ... DPU_OP_STOP:
        return DPU_MIX_SYNC;
    case DPU_OP_TIME: case DPU_OP_TIME_CFG: case DPU_OP_FAULT: case DPU_OP_NOP: case DPU_OP_TELL:
        return DPU_MIX_OTHER;
    default:
        return DPU_MIX_LOGIC;
    }
}
