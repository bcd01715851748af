/* The bit-serial instruction set as the assembler engine and the ELF container see it. */
#include "bitserial_isa.h"
#include "instruction_set.h"
#include "own_sets.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const program_sections[] = {".text", NULL};
static const char *const row_sections[] = {".rows", NULL};

/* Rows are addresses only, one a row: what is in them comes from the host. ORDER BITSERIAL SPACE: bitserial_isa.h */
static const struct isa_space spaces[] = {
    [BITSERIAL_SPACE_PROGRAM] = {.name = "program",
                                 .link_base = (uint64_t)BITSERIAL_SPACE_PROGRAM << OWN_SPACE_SHIFT,
                                 .bytes = BITSERIAL_MOST_WORDS * BITSERIAL_WORD_BYTES,
                                 .alignment = BITSERIAL_WORD_BYTES,
                                 .code = true,
                                 .loadable = true,
                                 .sections = program_sections},
    [BITSERIAL_SPACE_ROWS] = {.name = "rows",
                              .link_base = (uint64_t)BITSERIAL_SPACE_ROWS << OWN_SPACE_SHIFT,
                              .bytes = BITSERIAL_D_ROWS,
                              .alignment = 1,
                              .sections = row_sections,
                              .requirement = "memory.d_rows",
                              .vertical = true},
    {.name = NULL},
};

/* ORDER BITSERIAL REQUIREMENT: bitserial_isa.h */
static const struct isa_requirement requirements[] = {
    [BITSERIAL_REQUIRES_D_ROWS] = {"memory.d_rows", "data rows of a subarray"},
    [BITSERIAL_REQUIRES_SUBARRAYS] = {"memory.subarrays", "subarrays of a bank"},
    [BITSERIAL_REQUIRES_SCRATCH_ROWS] = {"memory.scratch_rows", "rows for the partial results of bulk operations"},
    {NULL, NULL},
};

/* A label in code is an instruction's index, one in the rows a row's number. */
static int64_t strip(int64_t address)
{
    int64_t rows = (int64_t)spaces[BITSERIAL_SPACE_ROWS].link_base;
    return address >= rows ? address - rows : address / BITSERIAL_WORD_BYTES + address % BITSERIAL_WORD_BYTES;
}

static bool reserved(const char *name, size_t length)
{
    bitserial_row row;
    return bitserial_row_named(name, length, &row);
}

/* ---- assembling ---- */

enum { NOT_FOUND = -1, OPCODES = 256 };

static int opcode_named(const char *name, size_t length)
{
    for (unsigned opcode = 0; opcode < OPCODES; opcode++) {
        const char *known = bitserial_form(opcode).name;
        if (known && strlen(known) == length && memcmp(known, name, length) == 0)
            return (int)opcode;
    }
    return NOT_FOUND;
}

static bool mnemonic_exists(const char *name, size_t length)
{
    return opcode_named(name, length) != NOT_FOUND;
}

struct message {
    char *text;
    size_t size;
};

static bool say(const struct message *message, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool say(const struct message *message, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message->text, message->size, format, arguments);
    va_end(arguments);
    return false;
}

static const char *meaning_of(char kind)
{
    switch (kind) {
    case 'D':
    case 'S': return "a micro-register, r0 to r15";
    case 'r': return "a row: a number, B0 to B15, C0, C1 or r0 to r15";
    case 'w': return "a row that can be written: a number, B0 to B15 or r0 to r15";
    case 'd': return "the number of a D row, or r0 to r15";
    case 'v': return "a number, or r0 to r15";
    case 'n': return "a width";
    case 't': return "a label";
    default: return "a number";
    }
}

static bool number_operand(char kind, const struct isa_operand *given, uint64_t *value, const struct message *message)
{
    int64_t low = kind == 'i' ? INT32_MIN : kind == 'n' ? 1 : 0;
    int64_t high = kind == 'i' ? INT32_MAX : kind == 'u' ? UINT32_MAX : kind == 'n' ? BITSERIAL_WIDEST
                 : kind == 't' ? BITSERIAL_MOST_WORDS - 1 : BITSERIAL_D_ROWS - 1;
    if (given->kind != ISA_EXPRESSION)
        return say(message, "expected %s", meaning_of(kind));
    int64_t number = given->is_address ? strip(given->value) : given->value;
    if (given->value_known && (number < low || number > high))
        return say(message, "%" PRId64 ", expected %s from %" PRId64 " to %" PRId64, number, kind == 'i' || kind == 'u' ? "a number" : meaning_of(kind),
                   low, high);
    *value = given->value_known ? (uint64_t)number : 0;
    return true;
}

/* A name of a row or a micro-register as a 12-bit code; of a micro-register alone, its number. */
static bool named_operand(char kind, const struct isa_operand *given, uint64_t *value, const struct message *message)
{
    bitserial_row row;
    bool only_register = kind == 'D' || kind == 'S';
    bool known = given->kind == ISA_REGISTER_LIKE_NAME && bitserial_row_named(given->name, given->name_length, &row);
    bool good = known && (bitserial_is_register(row) || (bitserial_is_b(row) && (kind == 'r' || kind == 'w')) ||
                          (bitserial_is_c(row) && kind == 'r'));
    if (!good)
        return say(message, "expected %s", meaning_of(kind));
    *value = only_register ? row - BITSERIAL_REGISTER : row;
    return true;
}

static uint64_t place(char kind, uint64_t value, unsigned *field)
{
    switch (kind) {
    case 'D':
    case 'n': return value << 8;
    case 'S': return value << 12;
    case 'i':
    case 'u':
    case 't': return value << 32;
    default: return value << (16 + 12 * (*field)++);
    }
}

static bool assemble(const char *mnemonic, size_t length, const struct isa_operand *operands, size_t count, uint64_t *word, char *why,
                     size_t why_size, int *at_operand)
{
    const struct message message = {why, why_size};
    int opcode = opcode_named(mnemonic, length);
    *at_operand = NOT_FOUND;
    if (opcode == NOT_FOUND)
        return say(&message, "there is no instruction `%.*s`", (int)length, mnemonic);
    struct bitserial_form_row form = bitserial_form((unsigned)opcode);
    if (count != strlen(form.operands))
        return say(&message, "`%s` has %zu operands, expected %zu", form.name, count, strlen(form.operands));
    unsigned field = 0;
    *word = (uint64_t)opcode;
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 0;
        bool is_name = operands[i].kind == ISA_REGISTER_LIKE_NAME;
        bool only_number = strchr("iunt", form.operands[i]) != NULL, only_name = strchr("DS", form.operands[i]) != NULL;
        *at_operand = (int)i;
        if (!(only_name || (is_name && !only_number) ? named_operand(form.operands[i], &operands[i], &value, &message)
                                                      : number_operand(form.operands[i], &operands[i], &value, &message)))
            return false;
        *word |= place(form.operands[i], value, &field);
    }
    return true;
}

static bool decodes(uint64_t word, bool loose)
{
    (void)loose;
    return bitserial_decodes(word);
}

const struct instruction_set bitserial_instruction_set = {
    .name = "bitserial",
    .comment = "pimento bitserial",
    .elf_machine = OWN_ELF_MACHINE,
    .elf_class = OWN_ELF_CLASS,
    .elf_entry = 0,
    .word_bytes = BITSERIAL_WORD_BYTES,
    .spaces = spaces,
    .version = 1,
    .requirements = requirements,
    .reserved = reserved,
    .strip = strip,
    .mnemonic = mnemonic_exists,
    .assemble = assemble,
    .disassemble = bitserial_disassemble,
    .decodes = decodes,
    .require = bitserial_require,
};
