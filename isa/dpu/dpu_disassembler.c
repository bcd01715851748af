/* The text of an instruction word, as the vendor's tools print it: the first alias that fits,
 * else the base form. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "dpu_isa.h"
#include "dpu_table.h"

/* A text that may be shorter than what is written to it; `length` counts on, as snprintf does. */
struct output {
    char *text;
    size_t size, length;
};

static void put(struct output *output, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void put(struct output *output, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool room = output->length < output->size;
    int written = vsnprintf(room ? output->text + output->length : NULL,
                            room ? output->size - output->length : 0, format, arguments);
    va_end(arguments);
    output->length += written > 0 ? (size_t)written : 0;
}

/* Indices whose ELF address would reach the region of the atomic bits print as plain numbers;
 * the assembler takes both. */
static void put_target(struct output *output, uint32_t index, dpu_label_function *label,
                       void *context)
{
    uint64_t address = DPU_IRAM_BASE + (uint64_t)DPU_INSTRUCTION_BYTES * index;
    const char *name = label ? label(context, index) : NULL;
    if (address < DPU_ATOMIC_BASE)
        put(output, "0x%08" PRIx64, address);
    else
        put(output, "%" PRIu32, index);
    if (name)
        put(output, " <%s>", name);
}

static void put_condition(struct output *output, const struct dpu_condition_class *class,
                          int64_t code)
{
    if (dpu_is_canonical_code(class, (unsigned)code))
        put(output, "%s", dpu_condition_name((enum dpu_condition)class->conditions[code]));
    else
        put(output, "cc%" PRId64, code);
}

static void put_operand(struct output *output, const struct dpu_form_row *row,
                        const struct dpu_operand *operand, uint64_t word, dpu_label_function *label,
                        void *context)
{
    int64_t value = dpu_operand_read(operand, word);
    switch ((enum dpu_operand_kind)operand->kind) {
    case DPU_KIND_NONE: break;
    case DPU_KIND_R24:
    case DPU_KIND_R32:
    case DPU_KIND_R32NZ:
    case DPU_KIND_CONSTANT: put(output, "%s", dpu_register_name((unsigned)value)); break;
    case DPU_KIND_S24:
    case DPU_KIND_S32: put(output, "s%" PRId64, value); break;
    case DPU_KIND_PAIR: put(output, "d%" PRId64, value); break;
    case DPU_KIND_ZERO: put(output, "zero"); break;
    case DPU_KIND_SIGNED:
    case DPU_KIND_SIGNED64:
    case DPU_KIND_RAW:
    case DPU_KIND_UNSIGNED: put(output, "%" PRId64, value); break;
    case DPU_KIND_PC: put_target(output, (uint32_t)value, label, context); break;
    case DPU_KIND_ENDIAN: put(output, "%s", value ? "!big" : "!little"); break;
    case DPU_KIND_CONDITION: put_condition(output, dpu_condition_class(row), value); break;
    }
}

static const struct dpu_form_row *printed_row(enum dpu_form base, uint64_t word)
{
    struct dpu_form_range aliases = dpu_aliases(base);
    for (unsigned form = aliases.first; form < aliases.end; form++) {
        const struct dpu_form_row *row = dpu_form((enum dpu_form)form);
        if ((word & row->mask) == row->match)
            return row;
    }
    return dpu_form(base);
}

size_t dpu_disassemble(uint64_t word, bool loose, dpu_label_function *label, void *context,
                       char *text, size_t size)
{
    struct output output = {text, size, 0};
    enum dpu_form form = dpu_form_of(word, loose);
    if (form == DPU_UNDEFINED) {
        put(&output, ".word48 0x%012" PRIx64, word);
        return output.length;
    }
    const struct dpu_form_row *row = printed_row(form, word);
    put(&output, "%s", row->mnemonic);
    for (unsigned i = 0; i < row->operand_count; i++) {
        put(&output, "%s", i ? ", " : " ");
        put_operand(&output, row, &row->operands[i], word, label, context);
    }
    return output.length;
}
