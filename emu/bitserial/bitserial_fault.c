#include "bitserial_machine.h"

#include <inttypes.h>
#include <stdio.h>

/* ORDER BITSERIAL FAULT: enum bitserial_fault_kind */
static const char *const kinds[] = {
    [BITSERIAL_NO_FAULT] = "",
    [BITSERIAL_FAULT_INSTRUCTION] = "undefined instruction",
    [BITSERIAL_FAULT_ROW] = "row out of range",
    [BITSERIAL_FAULT_SUBARRAY] = "subarray out of range",
    [BITSERIAL_FAULT_CONSTANT] = "constant row written",
    [BITSERIAL_FAULT_PORTS] = "both ports of a dual-contact cell",
    [BITSERIAL_FAULT_TIE] = "activation of two different rows",
    [BITSERIAL_FAULT_OVERLAP] = "operands overlap",
    [BITSERIAL_FAULT_SCRATCH] = "too few scratch rows",
    [BITSERIAL_FAULT_RUNAWAY] = "control operations without end",
    [BITSERIAL_FAULT_MEMORY] = "out of memory",
};

static void explain(const struct bitserial_bank *bank, char *text, size_t size)
{
    const struct bitserial_fault_state *fault = &bank->fault;
    const struct bitserial_parameters *p = &bank->machine->parameters;
    switch (fault->kind) {
    case BITSERIAL_FAULT_INSTRUCTION:
        snprintf(text, size, fault->pc < bank->program->count ? "the word is no instruction" : "the program has %" PRIu32 " instructions and no `done`",
                 bank->program->count);
        break;
    case BITSERIAL_FAULT_ROW: snprintf(text, size, "row %" PRIu64 " and what follows it, expected within %" PRIu64 " D rows", fault->row, p->d_rows); break;
    case BITSERIAL_FAULT_SUBARRAY: snprintf(text, size, "subarray %" PRIu64 ", the bank has %" PRIu64, fault->row, p->subarrays); break;
    case BITSERIAL_FAULT_CONSTANT: snprintf(text, size, "C%" PRIu64 " is written", fault->row); break;
    case BITSERIAL_FAULT_PORTS: snprintf(text, size, "B%" PRIu64 " opens the other port of a cell that is open", fault->row); break;
    case BITSERIAL_FAULT_TIE: snprintf(text, size, "the rows of B%" PRIu64 " differ in column %" PRIu64 ": the result is undefined", fault->row, fault->column); break;
    case BITSERIAL_FAULT_OVERLAP:
        snprintf(text, size, "the operand at row %" PRIu64 " overlaps with the destination or with the scratch rows", fault->row);
        break;
    case BITSERIAL_FAULT_SCRATCH:
        snprintf(text, size, "the operation needs %" PRIu64 " scratch rows, memory.scratch_rows is %" PRIu64, fault->row, p->scratch_rows);
        break;
    case BITSERIAL_FAULT_RUNAWAY: snprintf(text, size, "more than a million control operations without a row command"); break;
    default: snprintf(text, size, "no memory for the bank's rows"); break;
    }
}

void bitserial_describe_fault(const struct bitserial_bank *bank, struct pim_fault *description)
{
    const struct bitserial_fault_state *fault = &bank->fault;
    uint64_t byte = (uint64_t)fault->pc * BITSERIAL_WORD_BYTES;
    const char *file;
    unsigned line;
    char why[160];
    *description = (struct pim_fault){.unit = bank->unit, .lane = -1, .pc = fault->pc};
    explain(bank, why, sizeof why);
    snprintf(description->kind, sizeof description->kind, "%s", kinds[fault->kind]);
    snprintf(description->reason, sizeof description->reason, "%s (bank %" PRIu32 ", subarray %" PRIu64 ", command %" PRIu64 ")", why,
             bank->unit, fault->subarray, fault->command);
    const struct pim_symbol *function = pim_image_function(bank->image, BITSERIAL_SPACE_PROGRAM, byte);
    if (function)
        snprintf(description->function, sizeof description->function, "%s+%" PRIu64, function->name, (byte - function->value) / BITSERIAL_WORD_BYTES);
    if (pim_image_line(bank->image, byte, &file, &line))
        snprintf(description->source, sizeof description->source, "%s:%u", file, line);
    if (fault->pc < bank->program->count)
        bitserial_disassemble(bank->program->words[fault->pc], false, NULL, NULL, description->instruction, sizeof description->instruction);
}
