/* `pimento synthesise`: a Boolean function to a micro-program of the bit-serial machine, as assembly text. */
#include <inttypes.h>
#include <string.h>

#include "command.h"
#include "output_file.h"
#include "operations.h"
#include "synthesis.h"

enum { SYNTHESISE_OUTPUT, SYNTHESISE_LIST };

/* Rows of the text: inputs, the result, then scratch. */
enum { RESULT = FUNCTION_INPUTS, SCRATCH };

static void print_row(FILE *file, bitserial_row row)
{
    char text[16];
    if (row < FUNCTION_INPUTS) {
        fprintf(file, "%c", 'a' + row);
    } else if (row == RESULT) {
        fputs("result", file);
    } else if (bitserial_is_d(row)) {
        fprintf(file, "scratch+%d", row - SCRATCH);
    } else {
        bitserial_row_text(row, text, sizeof text);
        fputs(text, file);
    }
}

static void print_rows(FILE *file, unsigned inputs, unsigned scratch)
{
    fputs("        .section .rows\n", file);
    for (unsigned i = 0; i < inputs; i++)
        fprintf(file, "%c:      .space 1\n", 'a' + (int)i);
    fputs("result: .space 1\n", file);
    if (scratch > 0)
        fprintf(file, "scratch: .space %u\n", scratch);
}

static void print_program(FILE *file, const char *function, const struct mig *mig, const struct microprogram *program)
{
    struct microprogram_counts counts = microprogram_count(program);
    fprintf(file, "// %s: %u majorities, %zu commands (%zu AAP, %zu AP)\n", function, mig_size(mig), program->count, counts.aap, counts.ap);
    print_rows(file, mig->inputs, mig_scratch(mig));
    fputs("        .text\n        .globl main\nmain:\n", file);
    for (size_t i = 0; i < program->count; i++) {
        bool copies = program->commands[i].second != BITSERIAL_NO_ROW;
        fputs(copies ? "        aap " : "        ap ", file);
        print_row(file, program->commands[i].first);
        if (copies) {
            fputs(", ", file);
            print_row(file, program->commands[i].second);
        }
        fputc('\n', file);
    }
    fputs("        done\n", file);
}

static enum pim_status make_program(const char *text, struct mig *mig, struct microprogram *program, struct pim_error *error)
{
    struct bitserial_function function;
    bitserial_row inputs[FUNCTION_INPUTS], scratch[MIG_NODES];
    enum pim_status status = bitserial_function_parse(text, &function, error);
    if (status != PIM_OK)
        return status;
    struct synthesiser *synthesiser = synthesiser_open();
    bool good = synthesiser && bitserial_synthesise(synthesiser, &function, mig);
    synthesiser_close(synthesiser);
    if (!good)
        return pim_fail(error, PIM_NO_MEMORY, "'%s': no memory for its majorities", text);
    for (unsigned i = 0; i < FUNCTION_INPUTS; i++)
        inputs[i] = (bitserial_row)i;
    for (unsigned i = 0; i < MIG_NODES; i++)
        scratch[i] = (bitserial_row)(SCRATCH + i);
    mig_schedule(mig, inputs, RESULT, scratch, program);
    return program->failed ? pim_fail(error, PIM_NO_MEMORY, "'%s': no memory for its program", text) : PIM_OK;
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
    if (line->values[SYNTHESISE_LIST].count > 0)
        return list(line, error);
    if (line->operand_count == 0)
        return pim_fail(error, PIM_USAGE, "FUNCTION is missing, expected an expression or a truth table");
    static const char standard_output[] = "-";
    struct microprogram program = {0};
    struct output_file output = {0};
    struct mig mig;
    enum pim_status status = make_program(line->operands[0], &mig, &program, error);
    if (status == PIM_OK)
        status = output_open(option_text(line, SYNTHESISE_OUTPUT, standard_output), &output, error);
    if (status == PIM_OK) {
        print_program(output.file, line->operands[0], &mig, &program);
        status = output_end(&output, status, error);
    }
    microprogram_free(&program);
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
                   "0x, hexadecimal digits, / and the number of inputs, as in 0xe8/3 for maj(a, b, c).",
    .options = (const struct option_row[]){
        [SYNTHESISE_OUTPUT] = {.name = "output", .letter = 'o', .kind = OPTION_FILE, .argument = "FILE",
                               .help = "the text goes there instead of standard output"},
        [SYNTHESISE_LIST] = {.name = "list", .letter = 'l',
                             .help = "instead list the operations that need no synthesis, with their commands and the published counts"},
        {0}
    },
    .run = run,
};
