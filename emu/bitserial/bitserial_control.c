/* The control unit: runs micro-program control, expands bulk operations, and hands out one row command at a time. What commands do to rows is
 * the engines' business; nothing here depends on data.
 */
#include "bitserial_machine.h"

#include <string.h>

enum { MOST_CONTROL_OPERATIONS = 1 << 20 }; /* without a command between them */

void bitserial_set_fault(struct bitserial_bank *bank, enum bitserial_fault_kind kind, uint64_t row)
{
    bank->fault = (struct bitserial_fault_state){.kind = kind, .pc = bank->at, .row = row, .subarray = bank->subarray, .command = bank->command};
}

static bool fail(struct bitserial_bank *bank, enum bitserial_fault_kind kind, uint64_t row)
{
    bitserial_set_fault(bank, kind, row);
    return false;
}

/* A D row or a micro-register: its row, checked against `count` rows from it on. */
static bool row_number(struct bitserial_bank *bank, bitserial_row operand, uint64_t count, uint64_t *row)
{
    *row = bitserial_is_register(operand) ? bank->registers[operand - BITSERIAL_REGISTER] : operand;
    uint64_t rows = bank->machine->parameters.d_rows;
    return (*row < rows && count <= rows - *row) || fail(bank, BITSERIAL_FAULT_ROW, *row);
}

static bool place(struct bitserial_bank *bank, bitserial_row operand, bitserial_row *row)
{
    uint64_t number = operand;
    if (!bitserial_is_b(operand) && !bitserial_is_c(operand) && !row_number(bank, operand, 1, &number))
        return false;
    *row = (bitserial_row)number;
    return true;
}

/* Would the second activation open a dual-contact cell by the other port than the first has? */
static bool both_ports(bitserial_row first, bitserial_row second)
{
    if (!bitserial_is_b(first) || !bitserial_is_b(second))
        return false;
    const struct bitserial_opening *x = &bitserial_openings[first - BITSERIAL_B], *y = &bitserial_openings[second - BITSERIAL_B];
    for (unsigned i = 0; i < x->count; i++)
        for (unsigned j = 0; j < y->count; j++)
            if (x->wordlines[i].cell == y->wordlines[j].cell && x->wordlines[i].complement != y->wordlines[j].complement)
                return true;
    return false;
}

static bool take_aap(struct bitserial_bank *bank, bitserial_row first, bitserial_row second, struct bitserial_step *step)
{
    if (!place(bank, first, &step->first) || !place(bank, second, &step->second))
        return false;
    return !both_ports(step->first, step->second) || fail(bank, BITSERIAL_FAULT_PORTS, step->second - BITSERIAL_B);
}

/* ---- bulk operations ---- */

struct extent { uint64_t first, count; };

static bool overlap(struct extent x, struct extent y)
{
    return x.first < y.first + y.count && y.first < x.first + x.count;
}

/* Row numbers of an operand, one after the other. */
static void list_rows(bitserial_row *rows, struct extent extent)
{
    for (uint64_t i = 0; i < extent.count; i++)
        rows[i] = (bitserial_row)(extent.first + i);
}

struct bulk {
    enum bitserial_operation operation;
    unsigned width, operand_count;
    struct extent extents[BITSERIAL_MOST_ROW_OPERANDS]; /* destination, a, b, select */
    struct extent scratch;
    bool is_signed;
};

static bool find_extents(struct bitserial_bank *bank, uint64_t word, struct bulk *bulk)
{
    const struct bitserial_parameters *p = &bank->machine->parameters;
    uint64_t scratch = bitserial_scratch_rows(bulk->operation, bulk->width, bulk->is_signed);
    for (unsigned i = 0; i < bulk->operand_count; i++) {
        uint64_t count = bitserial_operand_rows(bulk->operation, bulk->width, i);
        if (!row_number(bank, bitserial_row_of(word, i), count, &bulk->extents[i].first))
            return false;
        bulk->extents[i].count = count;
    }
    if (scratch > p->scratch_rows || scratch > p->d_rows)
        return fail(bank, BITSERIAL_FAULT_SCRATCH, scratch);
    bulk->scratch = (struct extent){p->d_rows - scratch, scratch};
    return true;
}

static bool check_overlap(struct bitserial_bank *bank, const struct bulk *bulk)
{
    const struct extent *destination = &bulk->extents[0];
    bool in_place = bitserial_operations[bulk->operation].in_place;
    for (unsigned i = 1; i < bulk->operand_count; i++) {
        bool same = bulk->extents[i].first == destination->first && in_place && i < 3;
        if (!same && overlap(*destination, bulk->extents[i]))
            return fail(bank, BITSERIAL_FAULT_OVERLAP, bulk->extents[i].first);
    }
    for (unsigned i = 0; i < bulk->operand_count; i++)
        if (overlap(bulk->scratch, bulk->extents[i]))
            return fail(bank, BITSERIAL_FAULT_OVERLAP, bulk->extents[i].first);
    return true;
}

static bool expand(struct bitserial_bank *bank, uint64_t word)
{
    unsigned opcode = bitserial_opcode_of(word);
    struct bulk bulk = {.operation = bitserial_operation_of(opcode), .width = bitserial_width_of(word), .is_signed = bitserial_is_signed(opcode)};
    bulk.operand_count = bitserial_operations[bulk.operation].form + 2u; /* UNARY has two */
    bitserial_row rows[BITSERIAL_MOST_ROW_OPERANDS][2 * BITSERIAL_WIDEST], scratch[BITSERIAL_D_ROWS];
    if (!find_extents(bank, word, &bulk) || !check_overlap(bank, &bulk))
        return false;
    for (unsigned i = 0; i < bulk.operand_count; i++)
        list_rows(rows[i], bulk.extents[i]);
    list_rows(scratch, bulk.scratch);
    const struct bitserial_operands operands = {bulk.width, bulk.is_signed, rows[0], rows[1], rows[2], rows[3], scratch};
    bank->expansion.count = bank->expansion_next = 0;
    bitserial_generate(bulk.operation, &operands, &bank->expansion);
    bank->counters.bulk_operations++;
    return true;
}

/* ---- control ---- */

static bool set_subarray(struct bitserial_bank *bank, bitserial_row operand, uint32_t *subarray)
{
    uint64_t index = bitserial_is_register(operand) ? bank->registers[operand - BITSERIAL_REGISTER] : operand;
    if (index >= bank->machine->parameters.subarrays)
        return fail(bank, BITSERIAL_FAULT_SUBARRAY, index);
    *subarray = (uint32_t)index;
    return true;
}

static bool take_move(struct bitserial_bank *bank, uint64_t word, struct bitserial_move *move)
{
    uint64_t to, from;
    if (!set_subarray(bank, bitserial_row_of(word, 0), &move->subarray) || !row_number(bank, bitserial_row_of(word, 1), 1, &to) ||
        !row_number(bank, bitserial_row_of(word, 2), 1, &from))
        return false;
    move->row = (uint32_t)to;
    move->from_row = (uint32_t)from;
    return true;
}

/* One control operation; moves the PC. */
static bool control(struct bitserial_bank *bank, uint64_t word)
{
    uint32_t *d = &bank->registers[bitserial_register_d(word)], s = bank->registers[bitserial_register_s(word)];
    uint32_t number = bitserial_number_of(word), next = bank->pc + 1;
    switch ((enum bitserial_opcode)bitserial_opcode_of(word)) {
    case BITSERIAL_OP_LI: *d = number; break;
    case BITSERIAL_OP_ADDI: *d = s + number; break;
    case BITSERIAL_OP_SUBI: *d = s - number; break;
    case BITSERIAL_OP_COMP: *d = (int32_t)s < (int32_t)number; break;
    case BITSERIAL_OP_MODULE: *d = number ? s % number : s; break;
    case BITSERIAL_OP_BNEZ: next = s ? number : next; break;
    case BITSERIAL_OP_SUBARRAY:
        if (!set_subarray(bank, bitserial_row_of(word, 0), &bank->subarray))
            return false;
        break;
    default: return fail(bank, BITSERIAL_FAULT_INSTRUCTION, 0);
    }
    bank->counters.micro_ops++;
    bank->pc = next;
    return true;
}

static enum bitserial_next take_expanded(struct bitserial_bank *bank, struct bitserial_step *step)
{
    const struct bitserial_command *command = &bank->expansion.commands[bank->expansion_next++];
    bank->at = bank->pc;
    *step = (struct bitserial_step){command->first, command->second};
    if (bank->expansion_next == bank->expansion.count) {
        bank->expansion.count = bank->expansion_next = 0;
        bank->pc++;
    }
    return BITSERIAL_NEXT_COMMAND;
}

/* A word that is no instruction. One that would write a constant row is told apart. */
static bool refuse(struct bitserial_bank *bank, uint64_t word)
{
    bitserial_row second = bitserial_row_of(word, 1);
    if (bitserial_opcode_of(word) == BITSERIAL_OP_AAP && bitserial_is_c(second))
        return fail(bank, BITSERIAL_FAULT_CONSTANT, second - BITSERIAL_C0);
    return fail(bank, BITSERIAL_FAULT_INSTRUCTION, 0);
}

enum bitserial_next bitserial_next(struct bitserial_bank *bank, struct bitserial_step *step, struct bitserial_move *move)
{
    for (unsigned operations = 0; bank->expansion_next == bank->expansion.count; operations++) {
        uint64_t word = bank->pc < bank->program->count ? bank->program->words[bank->pc] : UINT64_MAX;
        unsigned opcode = bitserial_opcode_of(word);
        bank->at = bank->pc;
        bool good = bitserial_decodes(word) ? operations < MOST_CONTROL_OPERATIONS || fail(bank, BITSERIAL_FAULT_RUNAWAY, 0) : refuse(bank, word);
        if (!good)
            return BITSERIAL_NEXT_FAULT;
        switch (opcode) {
        case BITSERIAL_OP_DONE: return BITSERIAL_NEXT_DONE;
        case BITSERIAL_OP_AAP:
            good = take_aap(bank, bitserial_row_of(word, 0), bitserial_row_of(word, 1), step);
            break;
        case BITSERIAL_OP_AP:
            step->second = BITSERIAL_NO_ROW;
            good = place(bank, bitserial_row_of(word, 0), &step->first);
            break;
        case BITSERIAL_OP_MOVE: good = take_move(bank, word, move); break;
        default: good = bitserial_is_bulk(opcode) ? expand(bank, word) : control(bank, word); break;
        }
        if (!good)
            return BITSERIAL_NEXT_FAULT;
        if (bank->expansion.failed)
            return BITSERIAL_NEXT_NO_MEMORY;
        if (opcode == BITSERIAL_OP_AAP || opcode == BITSERIAL_OP_AP || opcode == BITSERIAL_OP_MOVE) {
            bank->pc++;
            return opcode == BITSERIAL_OP_MOVE ? BITSERIAL_NEXT_MOVE : BITSERIAL_NEXT_COMMAND;
        }
    }
    return take_expanded(bank, step);
}
