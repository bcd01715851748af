/* The DPU instruction set as the assembler engine and the ELF container see it.
 *
 * A statement is matched against all rows of its mnemonic, base forms and aliases: the first row
 * whose operand shapes fit and whose numbers are in range wins. Shapes alone separate the rows
 * of a mnemonic, so a value that is not yet known (pass 1) never changes the choice.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dpu_isa.h"
#include "dpu_table.h"
#include "instruction_set.h"

/* Sections go where the vendor's linker puts them. Atomic bits are addresses only; the run-time
 * library owns the first 200. ORDER DPU SPACE: dpu_isa.h */
static const char *const wram_sections[] = {".data", ".bss", ".rodata", ".immediate_memory", NULL};
static const char *const mram_sections[] = {".mram", NULL};
static const char *const iram_sections[] = {".text", NULL};
static const char *const atomic_sections[] = {".atomic", NULL};
static const struct isa_space spaces[] = {
    [DPU_SPACE_WRAM] = {.name = "WRAM",
                        .link_base = DPU_WRAM_BASE,
                        .bytes = DPU_WRAM_BYTES,
                        .alignment = 4,
                        .loadable = true,
                        .sections = wram_sections,
                        .reserved_bytes = 8,
                        .host_section = ".data.__sys_host"},
    [DPU_SPACE_MRAM] = {.name = "MRAM",
                        .link_base = DPU_MRAM_BASE,
                        .bytes = DPU_MRAM_BYTES,
                        .alignment = 1,
                        .loadable = true,
                        .sections = mram_sections,
                        .used_end_symbol = "__sys_used_mram_end"},
    [DPU_SPACE_IRAM] = {.name = "IRAM",
                        .link_base = DPU_IRAM_BASE,
                        .bytes = DPU_IRAM_INSTRUCTIONS * DPU_INSTRUCTION_BYTES,
                        .alignment = 8,
                        .code = true,
                        .loadable = true,
                        .sections = iram_sections},
    [DPU_SPACE_ATOMIC] = {.name = "atomic",
                          .link_base = DPU_ATOMIC_BASE,
                          .bytes = DPU_ATOMIC_BITS,
                          .alignment = 1,
                          .sections = atomic_sections,
                          .reserved_bytes = 200},
    {.name = NULL},
};

/* The linker drops the region from every address it writes into the program. IRAM addresses
 * become instruction indices; their low three bits are added, which makes `label + 1` the next
 * instruction. */
static int64_t strip(int64_t address)
{
    if (address >= DPU_ATOMIC_BASE)
        return address - DPU_ATOMIC_BASE;
    if (address >= DPU_IRAM_BASE)
        return (address - DPU_IRAM_BASE) / DPU_INSTRUCTION_BYTES + address % DPU_INSTRUCTION_BYTES;
    if (address >= DPU_MRAM_BASE && address < 2 * (int64_t)DPU_MRAM_BASE)
        return address - DPU_MRAM_BASE;
    return address;
}

/* ---- Names ---- */

enum { NOT_FOUND = -1 };

static bool same(const char *name, size_t length, const char *text)
{
    return strlen(text) == length && memcmp(name, text, length) == 0;
}

/* A letter or word and a number without leading zero below `limit`: the number, or NOT_FOUND. */
static int numbered(const char *name, size_t length, const char *prefix, int limit)
{
    size_t prefix_length = strlen(prefix), digits = length - prefix_length;
    if (length <= prefix_length || digits > 2 || memcmp(name, prefix, prefix_length))
        return NOT_FOUND;
    int number = 0;
    for (size_t i = prefix_length; i < length; i++) {
        if (!isdigit((unsigned char)name[i]))
            return NOT_FOUND;
        number = number * 10 + (name[i] - '0');
    }
    if (digits == 2 && number < 10)
        return NOT_FOUND;
    return number < limit ? number : NOT_FOUND;
}

static int constant_code(const char *name, size_t length)
{
    for (int code = DPU_ZERO; code <= DPU_ID8; code++)
        if (same(name, length, dpu_register_name((unsigned)code)))
            return code;
    return NOT_FOUND;
}

static int pair_code(const char *name, size_t length)
{
    int code = numbered(name, length, "d", DPU_REGISTERS);
    return code != NOT_FOUND && code % 2 ? NOT_FOUND : code;
}

static int condition_by_name(const char *name, size_t length)
{
    if (same(name, length, "eq"))
        return DPU_IF_Z;
    if (same(name, length, "neq"))
        return DPU_IF_NZ;
    for (int condition = 0; condition < DPU_CONDITIONS; condition++)
        if (same(name, length, dpu_condition_name((enum dpu_condition)condition)))
            return condition;
    return NOT_FOUND;
}

static bool reserved(const char *name, size_t length)
{
    return numbered(name, length, "r", DPU_REGISTERS) != NOT_FOUND ||
           numbered(name, length, "s", DPU_REGISTER_CODES) != NOT_FOUND ||
           numbered(name, length, "cc", DPU_MAX_CODES) != NOT_FOUND ||
           pair_code(name, length) != NOT_FOUND || constant_code(name, length) != NOT_FOUND ||
           condition_by_name(name, length) != NOT_FOUND;
}

static bool mnemonic_exists(const char *name, size_t length)
{
    size_t count;
    return dpu_forms_named(name, length, &count) != NULL;
}

/* ---- Operands ---- */

/* How far an operand, and so a row, got; the message is about the row that got farthest. */
enum match { MATCH_SHAPE, MATCH_CONDITION, MATCH_RANGE, MATCH_YES };

/* A register name of the family that the kind takes, as a code, or NOT_FOUND. Constants as a
 * checked pointer are written s24 to s31: their plain names would select the ordinary form. */
static int register_code(enum dpu_operand_kind kind, const struct isa_operand *operand)
{
    const char *name = operand->name;
    size_t length = operand->name_length;
    if (kind == DPU_KIND_PAIR)
        return pair_code(name, length);
    if (kind == DPU_KIND_S24 || kind == DPU_KIND_S32)
        return numbered(name, length, "s", DPU_REGISTER_CODES);
    int code = numbered(name, length, "r", DPU_REGISTERS);
    return code != NOT_FOUND ? code : constant_code(name, length);
}

static enum match match_register(const struct dpu_form_row *row, const struct dpu_operand *expected,
                                 const struct isa_operand *given, int64_t *value)
{
    if (given->kind != ISA_REGISTER_LIKE_NAME)
        return MATCH_SHAPE;
    *value = register_code((enum dpu_operand_kind)expected->kind, given);
    return dpu_operand_fits(row, expected, *value) ? MATCH_YES : MATCH_SHAPE;
}

/* A condition of the class; `ccN` gives the code itself, for codes that no name stands for. */
static enum match match_condition(const struct dpu_form_row *row,
                                  const struct dpu_operand *expected,
                                  const struct isa_operand *given, int64_t *value)
{
    if (given->kind != ISA_REGISTER_LIKE_NAME)
        return MATCH_SHAPE;
    int condition = condition_by_name(given->name, given->name_length);
    *value = numbered(given->name, given->name_length, "cc", DPU_MAX_CODES);
    if (condition == NOT_FOUND && *value == NOT_FOUND)
        return MATCH_SHAPE;
    if (condition != NOT_FOUND)
        *value = dpu_condition_code(dpu_condition_class(row), (enum dpu_condition)condition);
    return dpu_operand_fits(row, expected, *value) ? MATCH_YES : MATCH_CONDITION;
}

static enum match match_switch(const struct isa_operand *given, int64_t *value)
{
    if (given->kind != ISA_SWITCH)
        return MATCH_SHAPE;
    *value = same(given->name, given->name_length, "big");
    return *value || same(given->name, given->name_length, "little") ? MATCH_YES : MATCH_SHAPE;
}

static enum match match_zero(const struct isa_operand *given, int64_t *value)
{
    *value = 0;
    bool zero = given->kind == ISA_REGISTER_LIKE_NAME && same(given->name, given->name_length, "zero");
    return zero ? MATCH_YES : MATCH_SHAPE;
}

/* Labels lose their region everywhere; a code target may also be written as the ELF address that
 * listings print. */
static enum match match_number(const struct dpu_form_row *row, const struct dpu_operand *expected,
                               const struct isa_operand *given, int64_t *value)
{
    if (given->kind != ISA_EXPRESSION)
        return MATCH_SHAPE;
    *value = 0;
    if (!given->value_known)
        return MATCH_YES;
    bool listed = expected->kind == DPU_KIND_PC && given->value >= DPU_IRAM_BASE &&
                  given->value < DPU_ATOMIC_BASE;
    *value = given->is_address || listed ? strip(given->value) : given->value;
    return dpu_operand_fits(row, expected, *value) ? MATCH_YES : MATCH_RANGE;
}

static enum match match_operand(const struct dpu_form_row *row, const struct dpu_operand *expected,
                                const struct isa_operand *given, int64_t *value)
{
    switch ((enum dpu_operand_kind)expected->kind) {
    case DPU_KIND_R24:
    case DPU_KIND_R32:
    case DPU_KIND_R32NZ:
    case DPU_KIND_CONSTANT:
    case DPU_KIND_S24:
    case DPU_KIND_S32:
    case DPU_KIND_PAIR: return match_register(row, expected, given, value);
    case DPU_KIND_ZERO: return match_zero(given, value);
    case DPU_KIND_ENDIAN: return match_switch(given, value);
    case DPU_KIND_CONDITION: return match_condition(row, expected, given, value);
    case DPU_KIND_SIGNED:
    case DPU_KIND_SIGNED64:
    case DPU_KIND_RAW:
    case DPU_KIND_UNSIGNED:
    case DPU_KIND_PC: return match_number(row, expected, given, value);
    case DPU_KIND_NONE: break;
    }
    return MATCH_SHAPE;
}

/* ---- Rows ---- */

struct attempt {
    enum match match;
    const struct dpu_form_row *row; /* NULL: none tried */
    size_t operand;                 /* index into the statement's operands, of the one at fault */
    size_t row_operand;
    int64_t value;
    uint64_t word;
};

/* May be left out: `!little`, and a condition that has only one code (`false` of the f rows,
 * `nz` of release). */
static bool optional(const struct dpu_form_row *row, const struct dpu_operand *operand)
{
    uint64_t accepted = dpu_condition_class(row)->accepted;
    return operand->kind == DPU_KIND_ENDIAN ||
           (operand->kind == DPU_KIND_CONDITION && !(accepted & (accepted - 1)));
}

/* Match a statement with a row. With `omit` the row's optional operand is not written in the
 * statement. */
static struct attempt match_row(const struct dpu_form_row *row, const struct isa_operand *operands,
                                size_t count, bool omit)
{
    struct attempt attempt = {MATCH_YES, row, 0, 0, 0, row->match};
    size_t given = 0;
    if (count + omit != row->operand_count) {
        attempt.match = MATCH_SHAPE;
        return attempt;
    }
    for (size_t i = 0; i < row->operand_count; i++) {
        int64_t value = 0;
        if (omit && optional(row, &row->operands[i])) {
            omit = false; /* its code is 0 */
            continue;
        }
        enum match match = MATCH_SHAPE;
        if (given < count)
            match = match_operand(row, &row->operands[i], &operands[given], &value);
        if (match < attempt.match) {
            attempt.match = match;
            attempt.operand = given;
            attempt.row_operand = i;
            attempt.value = value;
        }
        if (match != MATCH_SHAPE)
            attempt.word |= dpu_operand_place(&row->operands[i], value);
        given++;
    }
    return attempt;
}

static struct attempt best_row(const uint16_t *forms, size_t form_count,
                               const struct isa_operand *operands, size_t count)
{
    struct attempt best = {MATCH_SHAPE, NULL, 0, 0, 0, 0};
    for (int omit = 0; omit <= 1; omit++)
        for (size_t i = 0; i < form_count && best.match != MATCH_YES; i++) {
            struct attempt attempt =
                match_row(dpu_form((enum dpu_form)forms[i]), operands, count, omit);
            if (!best.row || attempt.match > best.match)
                best = attempt;
        }
    return best;
}

/* ---- Messages ---- */

struct message {
    char *text;
    size_t size, length;
};

static void say(struct message *message, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(struct message *message, const char *format, ...)
{
    if (message->length >= message->size)
        return;
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(message->text + message->length, message->size - message->length,
                            format, arguments);
    va_end(arguments);
    message->length += written > 0 ? (size_t)written : 0;
}

static const char *operand_text(const struct dpu_operand *operand)
{
    static const char *const by_field[] = {
        [DPU_FIELD_NONE] = "zero",   [DPU_FIELD_RC] = "rc",        [DPU_FIELD_RA] = "ra",
        [DPU_FIELD_RB] = "rb",       [DPU_FIELD_CC] = "condition", [DPU_FIELD_SHIFT] = "shift",
        [DPU_FIELD_ENDIAN] = "!big", [DPU_FIELD_PC] = "target",    [DPU_FIELD_IMM] = "number",
        [DPU_FIELD_OFF] = "offset"};
    switch ((enum dpu_operand_kind)operand->kind) {
    case DPU_KIND_PAIR: return operand->field == DPU_FIELD_RC ? "dc" : "db";
    case DPU_KIND_S24:
    case DPU_KIND_S32:
        return operand->field == DPU_FIELD_RC ? "sc" : operand->field == DPU_FIELD_RA ? "sa" : "sb";
    case DPU_KIND_CONSTANT: return "constant";
    case DPU_KIND_PC: return "target";
    default: return by_field[operand->field];
    }
}

static void say_form(struct message *message, const struct dpu_form_row *row)
{
    say(message, "`%s", row->mnemonic);
    for (unsigned i = 0; i < row->operand_count; i++)
        say(message, "%s%s", i ? ", " : " ", operand_text(&row->operands[i]));
    say(message, "`");
}

static void say_forms(struct message *message, const uint16_t *forms, size_t count)
{
    say(message, "the operands fit no form of `%s`, expected ",
        dpu_form((enum dpu_form)forms[0])->mnemonic);
    for (size_t i = 0; i < count; i++) {
        say(message, "%s", i == 0 ? "" : i + 1 == count ? " or " : ", ");
        say_form(message, dpu_form((enum dpu_form)forms[i]));
    }
}

static void say_conditions(struct message *message, const struct dpu_form_row *row,
                           const struct isa_operand *given)
{
    const struct dpu_condition_class *class = dpu_condition_class(row);
    say(message, "the condition `%.*s` does not exist in ", (int)given->name_length, given->name);
    say_form(message, row);
    say(message, ", expected one of");
    for (unsigned code = 0; code < DPU_MAX_CODES; code++)
        if (dpu_is_canonical_code(class, code))
            say(message, " %s", dpu_condition_name((enum dpu_condition)class->conditions[code]));
}

static void explain(const struct attempt *attempt, const uint16_t *forms, size_t form_count,
                    const struct isa_operand *operands, struct message *message, int *at_operand)
{
    *at_operand = -1;
    if (attempt->match == MATCH_SHAPE) {
        say_forms(message, forms, form_count);
        return;
    }
    *at_operand = (int)attempt->operand;
    if (attempt->match == MATCH_CONDITION) {
        say_conditions(message, attempt->row, &operands[attempt->operand]);
        return;
    }
    const struct dpu_operand *operand = &attempt->row->operands[attempt->row_operand];
    struct dpu_range range = dpu_operand_range(operand);
    say(message, "%" PRId64 " does not fit the %s of ", attempt->value, operand_text(operand));
    say_form(message, attempt->row);
    say(message, ", expected %" PRId64 " to %" PRId64, range.low, range.high);
}

static bool assemble(const char *mnemonic, size_t length, const struct isa_operand *operands,
                     size_t count, uint64_t *word, char *why, size_t why_size, int *at_operand)
{
    struct message message = {why, why_size, 0};
    size_t form_count;
    const uint16_t *forms = dpu_forms_named(mnemonic, length, &form_count);
    *at_operand = -1;
    if (!forms) {
        say(&message, "there is no instruction `%.*s`", (int)length, mnemonic);
        return false;
    }
    struct attempt best = best_row(forms, form_count, operands, count);
    if (best.match != MATCH_YES) {
        explain(&best, forms, form_count, operands, &message, at_operand);
        return false;
    }
    *word = best.word;
    return true;
}

static bool decodes(uint64_t word, bool loose)
{
    return dpu_form_of(word, loose) != DPU_UNDEFINED;
}

/* Identification as the vendor's linker writes it: EM_DPU, ELFCLASS32, EABI flag and version 2,
 * entry at instruction 0. */
const struct instruction_set dpu_instruction_set = {
    .name = "dpu",
    .comment = "pimento dpu",
    .elf_machine = 245,
    .elf_class = 1,
    .elf_flags = 0x02800000,
    .elf_entry = DPU_IRAM_BASE,
    .word_bytes = DPU_INSTRUCTION_BYTES,
    .spaces = spaces,
    .reserved = reserved,
    .strip = strip,
    .mnemonic = mnemonic_exists,
    .assemble = assemble,
    .disassemble = dpu_disassemble,
    .decodes = decodes,
};
