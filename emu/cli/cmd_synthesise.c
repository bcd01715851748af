/* `pimento synthesise`: a Boolean function to a micro-program of the bit-serial machine, as assembly text. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "command.h"
#include "output_file.h"
#include "operations.h"
#include "synthesis.h"

enum { SYNTHESISE_OUTPUT, SYNTHESISE_LIST, SYNTHESISE_RESULT };

static void print_row(FILE *file, bitserial_row row, const char *result)
{
    char text[16];
    if (row < FUNCTION_INPUTS) {
        fprintf(file, "%c", 'a' + row);
    } else if (row == SYNTHESIS_RESULT) {
        fputs(result, file);
    } else if (bitserial_is_d(row)) {
        fprintf(file, "scratch+%d", row - SYNTHESIS_SCRATCH);
    } else {
        bitserial_row_text(row, text, sizeof text);
        fputs(text, file);
    }
}

static void print_rows(FILE *file, const struct synthesis *synthesis, const char *result)
{
    fputs("        .section .rows\n", file);
    for (unsigned i = 0; i < synthesis->inputs; i++)
        fprintf(file, "%c:      .space 1\n", 'a' + (int)i);
    fprintf(file, "%s: .space 1\n", result);
    if (synthesis->scratch_rows > 0)
        fprintf(file, "scratch: .space %u\n", synthesis->scratch_rows);
}

static void print_comparison(FILE *file, const struct bitserial_function *function, size_t count)
{
    const char *name;
    size_t by_hand = bitserial_hand_schedule(function, &name);
    if (by_hand)
        fprintf(file, "// by hand: %zu commands (%s), %+d\n", by_hand, name, (int)count - (int)by_hand);
}

static void print_program(FILE *file, const char *text, const struct bitserial_function *function, const struct synthesis *synthesis,
                          const char *result)
{
    const struct microprogram *program = &synthesis->program;
    struct microprogram_counts counts = microprogram_count(program);
    fprintf(file, "// %s: %u majorities, %zu commands (%zu AAP, %zu AP)\n", text, synthesis->majorities, program->count, counts.aap, counts.ap);
    print_comparison(file, function, program->count);
    print_rows(file, synthesis, result);
    fputs("        .text\n        .globl main\nmain:\n", file);
    for (size_t i = 0; i < program->count; i++) {
        bool copies = program->commands[i].second != BITSERIAL_NO_ROW;
        fputs(copies ? "        aap " : "        ap ", file);
        print_row(file, program->commands[i].first, result);
        if (copies) {
            fputs(", ", file);
            print_row(file, program->commands[i].second, result);
        }
        fputc('\n', file);
    }
    fputs("        done\n", file);
}

static enum pim_status make_program(const char *text, struct bitserial_function *function, struct synthesis *synthesis, struct pim_error *error)
{
    enum pim_status status = bitserial_function_parse(text, function, error);
    if (status != PIM_OK)
        return status;
    struct synthesiser *synthesiser = synthesiser_open();
    bool good = synthesiser && bitserial_synthesise(synthesiser, function, synthesis);
    synthesiser_close(synthesiser);
    return good ? PIM_OK : pim_fail(error, PIM_NO_MEMORY, "'%s': no memory for its program", text);
}

/* A label of its own: no row, no input, not what the text calls its scratch rows and its beginning. */
static enum pim_status check_result(const char *name, struct pim_error *error)
{
    bitserial_row row;
    size_t length = strlen(name);
    bool good = isalpha((unsigned char)name[0]) || name[0] == '_';
    for (size_t i = 0; i < length; i++)
        good = good && (isalnum((unsigned char)name[i]) || name[i] == '_');
    bool taken = (length == 1 && name[0] >= 'a' && name[0] < 'a' + FUNCTION_INPUTS) || strcmp(name, "scratch") == 0 || strcmp(name, "main") == 0 ||
                 bitserial_row_named(name, length, &row);
    if (good && !taken)
        return PIM_OK;
    return pim_fail(error, PIM_USAGE, "--result: '%s' is no name for a row: expected letters, digits and _, no input (a to h), row, scratch or main", name);
}

/* What the control unit has by hand, beside what is published. */
static void list_operations(FILE *file)
{
    static const unsigned widths[] = {8, 16, 32, 64};
    fputs("commands of the bulk operations for operands of n bits; _s: signed\n"
          "  operation     8 bit  16 bit  32 bit  64 bit  published                     meaning\n", file);
    for (unsigned operation = 0; operation < BITSERIAL_OPERATION_COUNT; operation++) {
        const struct bitserial_operation_row *row = &bitserial_operations[operation];
        for (int is_signed = 0; is_signed <= row->has_signed; is_signed++) {
            fprintf(file, "  %s%-*s", row->name, 11 - (int)strlen(row->name), is_signed ? "_s" : "");
            for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
                fprintf(file, "%8zu", bitserial_command_count((enum bitserial_operation)operation, widths[i], is_signed));
            fprintf(file, "  %-28s  %s\n", row->published && !is_signed ? row->published : "-", row->help);
        }
    }
}

static enum pim_status list(const struct command_line *line, struct pim_error *error)
{
    struct output_file output = {0};
    enum pim_status status = output_open(option_text(line, SYNTHESISE_OUTPUT, "-"), &output, error);
    if (status != PIM_OK)
        return status;
    list_operations(output.file);
    return output_end(&output, status, error);
}

static enum pim_status run(const struct command_line *line, struct pim_error *error)
{
    static const char standard_output[] = "-", standard_result[] = "result";
    struct bitserial_function function;
    struct synthesis synthesis = {0};
    struct output_file output = {0};
    const char *result = option_text(line, SYNTHESISE_RESULT, standard_result);
    if (line->values[SYNTHESISE_LIST].count > 0)
        return list(line, error);
    if (line->operand_count == 0)
        return pim_fail(error, PIM_USAGE, "FUNCTION is missing, expected an expression or a truth table");
    enum pim_status status = check_result(result, error);
    if (status == PIM_OK)
        status = make_program(line->operands[0], &function, &synthesis, error);
    if (status == PIM_OK)
        status = output_open(option_text(line, SYNTHESISE_OUTPUT, standard_output), &output, error);
    if (status == PIM_OK) {
        print_program(output.file, line->operands[0], &function, &synthesis, result);
        status = output_end(&output, status, error);
    }
    synthesis_free(&synthesis);
    return status;
}

const struct command command_synthesise = {
    .name = "synthesise",
    .operands = "[FUNCTION]",
    .operand_kind = OPERAND_NONE,
    .most_operands = 1,
    .summary = "a Boolean function as a micro-program for DRAM",
    .description = "Turns FUNCTION of up to eight rows into row commands of the bit-serial machine and prints them as assembly text.\n\n"
                   "FUNCTION is an expression of a to h with ! & ^ | ?: maj(x, y, z) 0 1 and parentheses, or a truth table: "
                   "0x, hexadecimal digits, / and the number of inputs, as in 0xe8/3 for maj(a, b, c).\n\n"
                   "Where a schedule was made by hand for the same function, its number of commands stands beside.",
    .options = (const struct option_row[]){
        [SYNTHESISE_OUTPUT] = {.name = "output", .letter = 'o', .kind = OPTION_FILE, .argument = "FILE",
                               .help = "the text goes there instead of standard output"},
        [SYNTHESISE_LIST] = {.name = "list", .letter = 'l',
                             .help = "instead list the operations that need no synthesis, with their commands and the published counts"},
        [SYNTHESISE_RESULT] = {.name = "result", .kind = OPTION_TEXT, .argument = "NAME", .help = "label of the row of the result (result)"},
        {0}
    },
    .run = run,
};
