/* Texts about what a program did wrong: the fault of a DPU, tasklets that sleep when a launch ends, and diagnostics of
 * things that the hardware tolerates.
 */
#include "dpu_parameters.h"
#include "dpu_race.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The runtime library's numbers for the `fault` instruction (vendor's runtime, BSD-3-Clause). */
static const char *const software_faults[] = {
    "breakpoint",
    "heap full",
    "division by zero",
    "assertion failed",
    "halt or compiler trap",
    "print buffer overflow",
    "profiling already started",
    "profiling not started",
    "unaligned MRAM access in the runtime's helper",
    "performance counter mode not available",
};

static const char *const fault_kinds[] = {
    [DPU_NO_FAULT] = "no fault",
    [DPU_FAULT_BREAKPOINT] = "software fault",
    [DPU_FAULT_MEMORY] = "memory fault",
    [DPU_FAULT_DMA] = "DMA fault",
    [DPU_FAULT_UNDEFINED] = "undefined instruction",
    [DPU_FAULT_NOT_LOADED] = "instruction not loaded",
    [DPU_FAULT_DEADLOCK] = "deadlock",
    [DPU_FAULT_STRICT] = "stopped away from the program's end",
    [DPU_FAULT_HOST_MEMORY] = "out of host memory",
};

/* ------------------------------------------------------------------------------- reasons --- */

static const struct dpu_instruction *instruction_at(const struct dpu *dpu, uint32_t pc)
{
    return &dpu->code->instructions[pc % DPU_IRAM_INSTRUCTIONS];
}

static void breakpoint_reason(const struct dpu_fault_state *f, char *text, size_t size)
{
    if (f->code < sizeof software_faults / sizeof *software_faults)
        snprintf(text, size, "fault %" PRIu32 ": %s", f->code, software_faults[f->code]);
    else
        snprintf(text, size, "fault %" PRIu32 ": a number of the program's own", f->code);
}

static void range_reason(const char *what, const char *space, uint64_t space_bytes,
                         const struct dpu_fault_state *f, char *text, size_t size)
{
    snprintf(text, size, "%s of %" PRIu32 " bytes at %s 0x%" PRIx64 ": past the end (%" PRIu64 " bytes)",
             what, f->bytes, space, f->address, space_bytes);
}

static void memory_reason(const struct dpu *dpu, char *text, size_t size)
{
    const struct dpu_fault_state *f = &dpu->fault;
    const struct dpu_instruction *instruction = instruction_at(dpu, f->pc);
    uint64_t wram = dpu->machine->parameters.wram_bytes;
    const char *what = f->store ? "store" : "load";
    if (instruction->operation == DPU_OP_LDMAI)
        range_reason("DMA", "IRAM", dpu->machine->parameters.iram_instructions * DPU_INSTRUCTION_BYTES,
                     f, text, size);
    else if (instruction->flags & DPU_DMA)
        range_reason("DMA", "WRAM", wram, f, text, size);
    else if (!f->bytes)
        snprintf(text, size, "checked pointer 0x%" PRIx64 " left its 16 bits", f->address);
    else if (f->address >= wram || f->bytes > wram - f->address)
        range_reason(what, "WRAM", wram, f, text, size);
    else if (f->address % f->bytes)
        snprintf(text, size, "%s of %" PRIu32 " bytes at WRAM 0x%" PRIx64 ": not a multiple of %" PRIu32,
                 what, f->bytes, f->address, f->bytes);
    else
        snprintf(text, size, "%s of %" PRIu32 " bytes at WRAM 0x%" PRIx64 ": past the limit of its checked pointer",
                 what, f->bytes, f->address);
}

static void reason_text(const struct dpu *dpu, char *text, size_t size)
{
    const struct dpu_fault_state *f = &dpu->fault;
    switch (f->kind) {
    case DPU_FAULT_BREAKPOINT: breakpoint_reason(f, text, size); break;
    case DPU_FAULT_MEMORY: memory_reason(dpu, text, size); break;
    case DPU_FAULT_DMA:
        range_reason("DMA", "MRAM", dpu->machine->parameters.mram_bytes, f, text, size);
        break;
    case DPU_FAULT_UNDEFINED:
        snprintf(text, size, "the word 0x%012" PRIx64 " is no instruction",
                 dpu->code->words[f->pc % DPU_IRAM_INSTRUCTIONS]);
        break;
    case DPU_FAULT_NOT_LOADED:
        snprintf(text, size, "nothing was loaded at instruction %" PRIu32, f->pc);
        break;
    case DPU_FAULT_DEADLOCK:
        snprintf(text, size, "the state of the DPU repeats and nothing can change it");
        break;
    case DPU_FAULT_STRICT:
        snprintf(text, size,
                 "the launch ended while the tasklet slept, as in a barrier that nobody completes");
        break;
    case DPU_FAULT_HOST_MEMORY:
        snprintf(text, size, "the host has no memory left for what the program wrote");
        break;
    case DPU_NO_FAULT: break;
    }
}

/* -------------------------------------------------------------------------------- places --- */

static const char *label_at(void *context, uint32_t index)
{
    const struct pim_image *image = context;
    uint64_t address = (uint64_t)index * DPU_INSTRUCTION_BYTES;
    const struct pim_symbol *symbol =
        image ? pim_image_function(image, DPU_SPACE_IRAM, address) : NULL;
    return symbol && symbol->value == address ? symbol->name : NULL;
}

void dpu_instruction_text(const struct dpu *dpu, uint32_t pc, char *text, size_t size)
{
    dpu_disassemble(dpu->code->words[pc % DPU_IRAM_INSTRUCTIONS], false, label_at,
                    (void *)(uintptr_t)dpu->image, text, size);
}

void dpu_symbol_text(const struct dpu *dpu, enum dpu_space space, uint64_t address, char *text,
                     size_t size)
{
    const struct pim_symbol *symbol =
        dpu->image ? pim_image_function(dpu->image, space, address) : NULL;
    if (size)
        *text = 0;
    if (symbol && symbol->value == address)
        snprintf(text, size, "%s", symbol->name);
    else if (symbol)
        snprintf(text, size, "%s+0x%" PRIx64, symbol->name, address - symbol->value);
}

void dpu_line_text(const struct dpu *dpu, uint32_t pc, char *text, size_t size)
{
    const char *file;
    unsigned line;
    if (size)
        *text = 0;
    if (dpu->image &&
        pim_image_line(dpu->image, (uint64_t)pc * DPU_INSTRUCTION_BYTES, &file, &line))
        snprintf(text, size, "%s:%u", file, line);
}

void dpu_describe_fault(const struct dpu *dpu, struct pim_fault *fault)
{
    const struct dpu_fault_state *f = &dpu->fault;
    *fault = (struct pim_fault){
        .unit = dpu->unit,
        .lane = (int32_t)f->tasklet,
        .pc = f->pc,
        .address = f->address,
        .address_valid = f->kind == DPU_FAULT_MEMORY || f->kind == DPU_FAULT_DMA,
    };
    snprintf(fault->kind, sizeof fault->kind, "%s", fault_kinds[f->kind]);
    reason_text(dpu, fault->reason, sizeof fault->reason);
    dpu_symbol_text(dpu, DPU_SPACE_IRAM, (uint64_t)f->pc * DPU_INSTRUCTION_BYTES, fault->function,
                    sizeof fault->function);
    dpu_line_text(dpu, f->pc, fault->source, sizeof fault->source);
    if (f->kind != DPU_FAULT_NOT_LOADED)
        dpu_instruction_text(dpu, f->pc, fault->instruction, sizeof fault->instruction);
}

/* --------------------------------------------------------------------------- diagnostics --- */

/* The runtime ends each thread with `__sys_end: stop true, __sys_end`, so an ended thread's PC is __sys_end; a thread in a wait
 * queue has another. A program without that symbol does not say where it ends. */
uint32_t dpu_sleepers(const struct dpu *dpu)
{
    const struct pim_symbol *end = dpu->image ? pim_image_symbol(dpu->image, "__sys_end") : NULL;
    if (!end || end->space != DPU_SPACE_IRAM || dpu->running || dpu->fault.kind != DPU_NO_FAULT)
        return 0;
    uint32_t sleepers = 0;
    for (uint32_t i = 0; i < DPU_TASKLETS; i++)
        if (dpu->started >> i & 1 && dpu->tasklets[i].pc != end->value / DPU_INSTRUCTION_BYTES)
            sleepers |= UINT32_C(1) << i;
    return sleepers;
}

uint32_t dpu_stop_pc(const struct dpu *dpu, uint32_t tasklet)
{
    uint32_t pc = dpu->tasklets[tasklet].pc;
    uint32_t before = (pc + DPU_IRAM_INSTRUCTIONS - 1) % DPU_IRAM_INSTRUCTIONS;
    return instruction_at(dpu, before)->operation == DPU_OP_STOP &&
                   instruction_at(dpu, before)->form != DPU_UNDEFINED
               ? before
               : pc;
}

static void print_sleepers(const struct dpu *dpu, FILE *out)
{
    uint32_t sleepers = dpu_sleepers(dpu);
    for (uint32_t i = 0; i < DPU_TASKLETS; i++) {
        if (!(sleepers >> i & 1))
            continue;
        char function[128], line[256];
        uint32_t pc = dpu_stop_pc(dpu, i);
        dpu_symbol_text(dpu, DPU_SPACE_IRAM, (uint64_t)pc * DPU_INSTRUCTION_BYTES, function,
                        sizeof function);
        dpu_line_text(dpu, pc, line, sizeof line);
        fprintf(out,
                "warning: DPU %" PRIu32 ": the launch ended while tasklet %" PRIu32
                " slept at instruction %" PRIu32 "%s%s%s%s%s\n",
                dpu->unit, i, pc, *function ? " in " : "", function, *line ? " (" : "", line,
                *line ? ")" : "");
    }
}

char *dpu_diagnostics(const struct dpu *dpu)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    print_sleepers(dpu, out);
    if (dpu->counters.misaligned_dma)
        fprintf(out,
                "warning: DPU %" PRIu32 ": %" PRIu64
                " DMA transfers with misaligned addresses: their low bits were dropped\n",
                dpu->unit, dpu->counters.misaligned_dma);
    char *races = dpu_race_report(dpu);
    if (races)
        fputs(races, out);
    free(races);
    bool failed = ferror(out);
    if (fclose(out) || failed || !size) {
        free(text);
        return NULL;
    }
    return text;
}
