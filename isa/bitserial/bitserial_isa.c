#include "bitserial_isa.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct bitserial_form_row control_rows[] = {
#define CONTROL_ROW(name_, text, opcode, operands_, help_) [opcode] = {.name = #text, .operands = operands_, .help = help_},
    BITSERIAL_CONTROL(CONTROL_ROW)
#undef CONTROL_ROW
};

/* The names of bulk operations: "bbop_add", and "bbop_max_s" for the signed variant. */
#define BULK_NAMES(name_, text, ...) [BITSERIAL_##name_] = {"bbop_" #text, "bbop_" #text "_s"},
static const char *const bulk_names[BITSERIAL_OPERATION_COUNT][2] = {BITSERIAL_OPERATIONS(BULK_NAMES)};

struct bitserial_form_row bitserial_form(unsigned opcode)
{
    static const char *const operands[] = {
        [BITSERIAL_UNARY] = "ddn", [BITSERIAL_BINARY] = "dddn", [BITSERIAL_PREDICATED] = "ddddn"};
    if (!bitserial_is_bulk(opcode))
        return opcode < sizeof control_rows / sizeof *control_rows ? control_rows[opcode] : (struct bitserial_form_row){0};
    enum bitserial_operation operation = bitserial_operation_of(opcode);
    bool is_signed = bitserial_is_signed(opcode);
    if (opcode >= 2 * BITSERIAL_OP_BULK_SIGNED - BITSERIAL_OP_BULK || operation >= BITSERIAL_OPERATION_COUNT ||
        (is_signed && !bitserial_operations[operation].has_signed))
        return (struct bitserial_form_row){0};
    const struct bitserial_operation_row *row = &bitserial_operations[operation];
    return (struct bitserial_form_row){bulk_names[operation][is_signed], operands[row->form], row->help};
}

/* ---- decoding ---- */

static bool row_is_good(char kind, bitserial_row row)
{
    bool address = bitserial_is_d(row) || bitserial_is_register(row);
    switch (kind) {
    case 'r': return address || bitserial_is_b(row) || bitserial_is_c(row);
    case 'w': return address || bitserial_is_b(row);
    default: return address;
    }
}

/* The bits that an operand letter owns; `field` counts the 12-bit ones. */
static uint64_t bits_of(char kind, unsigned *field)
{
    switch (kind) {
    case 'D': return UINT64_C(0xf) << 8;
    case 'S': return UINT64_C(0xf) << 12;
    case 'n': return UINT64_C(0xff) << 8;
    case 'i':
    case 'u':
    case 't': return UINT64_C(0xffffffff) << 32;
    default: return UINT64_C(0xfff) << (16 + 12 * (*field)++);
    }
}

bool bitserial_decodes(uint64_t word)
{
    struct bitserial_form_row form = bitserial_form(bitserial_opcode_of(word));
    uint64_t owned = 0xff;
    unsigned field = 0;
    if (!form.name)
        return false;
    for (const char *kind = form.operands; *kind; kind++) {
        unsigned before = field;
        owned |= bits_of(*kind, &field);
        if (field > before && !row_is_good(*kind, bitserial_row_of(word, before)))
            return false;
        if (*kind == 'n' && (bitserial_width_of(word) == 0 || bitserial_width_of(word) > BITSERIAL_WIDEST))
            return false;
        if (*kind == 't' && bitserial_number_of(word) >= BITSERIAL_MOST_WORDS)
            return false;
    }
    return !(word & ~owned);
}

/* ---- what a program requires ---- */

unsigned bitserial_operand_rows(enum bitserial_operation operation, unsigned width, unsigned operand)
{
    return operand == 0 ? bitserial_result_width(operation, width) : operand == 3 ? 1 : width;
}

static void raise(uint64_t *least, unsigned requirement, uint64_t count)
{
    least[requirement] = least[requirement] < count ? count : least[requirement];
}

/* One more than the last row that the operands name, 0 when they name none. */
static uint64_t end_of_rows(uint64_t word, const struct bitserial_form_row *form)
{
    unsigned opcode = bitserial_opcode_of(word), field = 0;
    uint64_t end = 0;
    for (const char *kind = form->operands; *kind; kind++) {
        if (strchr("rwdv", *kind) == NULL)
            continue;
        bitserial_row row = bitserial_row_of(word, field);
        uint64_t rows = bitserial_is_bulk(opcode) ? bitserial_operand_rows(bitserial_operation_of(opcode), bitserial_width_of(word), field) : 1;
        if (*kind != 'v' && bitserial_is_d(row) && row + rows > end)
            end = row + rows;
        field++;
    }
    return end;
}

void bitserial_require(uint64_t word, uint64_t *least)
{
    unsigned opcode = bitserial_opcode_of(word);
    struct bitserial_form_row form = bitserial_form(opcode);
    uint64_t scratch = 0;
    if (!bitserial_decodes(word))
        return;
    if (bitserial_is_bulk(opcode))
        scratch = bitserial_scratch_rows(bitserial_operation_of(opcode), bitserial_width_of(word), bitserial_is_signed(opcode));
    if (form.operands[0] == 'v' && bitserial_is_d(bitserial_row_of(word, 0)))
        raise(least, BITSERIAL_REQUIRES_SUBARRAYS, bitserial_row_of(word, 0) + UINT64_C(1));
    raise(least, BITSERIAL_REQUIRES_D_ROWS, end_of_rows(word, &form) + scratch);
    raise(least, BITSERIAL_REQUIRES_SCRATCH_ROWS, scratch);
}

/* ---- text ---- */

struct output {
    char *text;
    size_t size, length;
};

static void put(struct output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct output *output, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool room = output->length < output->size;
    int written = vsnprintf(room ? output->text + output->length : NULL, room ? output->size - output->length : 0, format, arguments);
    va_end(arguments);
    output->length += written > 0 ? (size_t)written : 0;
}

static void put_operand(struct output *output, char kind, uint64_t word, unsigned *field,
                        const char *(*label)(void *context, uint32_t index), void *context)
{
    char row[16];
    uint32_t number = bitserial_number_of(word);
    const char *name = kind == 't' && label ? label(context, number) : NULL;
    switch (kind) {
    case 'D': put(output, "r%u", bitserial_register_d(word)); break;
    case 'S': put(output, "r%u", bitserial_register_s(word)); break;
    case 'n': put(output, "%u", bitserial_width_of(word)); break;
    case 'i': put(output, "%" PRId32, (int32_t)number); break;
    case 'u': put(output, "%" PRIu32, number); break;
    case 't':
        if (name)
            put(output, "%s", name);
        else
            put(output, "%" PRIu32, number);
        break;
    default:
        bitserial_row_text(bitserial_row_of(word, (*field)++), row, sizeof row);
        put(output, "%s", row);
        break;
    }
}

size_t bitserial_disassemble(uint64_t word, bool loose, const char *(*label)(void *context, uint32_t index), void *context, char *text,
                             size_t size)
{
    struct output output = {text, size, 0};
    (void)loose;
    if (!bitserial_decodes(word)) {
        put(&output, ".quad 0x%016" PRIx64, word);
        return output.length;
    }
    struct bitserial_form_row form = bitserial_form(bitserial_opcode_of(word));
    unsigned field = 0;
    put(&output, "%s", form.name);
    for (const char *kind = form.operands; *kind; kind++) {
        put(&output, "%s", kind == form.operands ? " " : ", ");
        put_operand(&output, *kind, word, &field, label, context);
    }
    return output.length;
}
