/* `pimento asm`: assembly text to an ELF file. The language is described in doc/assembler.md. */
#include <string.h>
#include <sys/stat.h>

#include "assembler.h"
#include "command.h"
#include "output_file.h"

enum { ASM_OUTPUT, ASM_INCLUDE, ASM_DEFINE, ASM_LISTING, ASM_DEBUG, ASM_SET };

/* `-o` slips: `pimento asm x.elf -o x.s` and the like must not cost the source. */
static enum pim_status check_not_source(const struct command_line *line, size_t option, struct pim_error *error)
{
    const char *output = option_text(line, option, NULL);
    struct stat source, target;
    if (output && stat(line->operands[0], &source) == 0 && stat(output, &target) == 0 &&
        S_ISREG(target.st_mode) && source.st_dev == target.st_dev && source.st_ino == target.st_ino)
        return pim_fail(error, PIM_USAGE, "--%s=%s would overwrite the source", line->command->options[option].name, output);
    return PIM_OK;
}

static enum pim_status write_results(const struct command_line *line, const struct asm_output *assembled,
                                     struct pim_error *error)
{
    enum pim_status status = output_write(option_text(line, ASM_OUTPUT, NULL), assembled->elf,
                                          assembled->elf_bytes, error);
    const char *listing = option_text(line, ASM_LISTING, NULL);
    if (status == PIM_OK && listing)
        status = output_write(listing, assembled->listing, strlen(assembled->listing), error);
    return status;
}

static enum pim_status run(const struct command_line *line, struct pim_error *error)
{
    if (!option_text(line, ASM_OUTPUT, NULL))
        return pim_fail(error, PIM_USAGE, "--output=FILE is missing");
    const char *set = option_text(line, ASM_SET, "dpu");
    struct asm_options options = {
        .set = instruction_set_named(set),
        .include_paths = line->values[ASM_INCLUDE].texts,
        .definitions = line->values[ASM_DEFINE].texts,
        .listing = line->values[ASM_LISTING].count > 0,
        .debug_lines = line->values[ASM_DEBUG].count > 0,
    };
    if (!options.set)
        return pim_fail(error, PIM_USAGE, "there is no instruction set '%s'", set);
    struct asm_output assembled = {0};
    enum pim_status status = check_not_source(line, ASM_OUTPUT, error);
    if (status == PIM_OK)
        status = check_not_source(line, ASM_LISTING, error);
    if (status == PIM_OK)
        status = asm_file(line->operands[0], &options, &assembled, error);
    if (assembled.warnings)
        fprintf(stderr, "%s\n", assembled.warnings);
    if (status == PIM_OK)
        status = write_results(line, &assembled, error);
    asm_output_free(&assembled);
    return status;
}

const struct command command_asm = {
    .name = "asm",
    .operands = "FILE",
    .operand_kind = OPERAND_FILE,
    .least_operands = 1,
    .most_operands = 1,
    .summary = "assemble a kernel",
    .description = "Assembles FILE into an ELF file that `pimento run` executes. For the DPU the file has the shape that "
                   "the vendor's tool-chain gives it. Errors name file, line and column.",
    .options = (const struct option_row[]){
        [ASM_OUTPUT] = {.name = "output", .letter = 'o', .kind = OPTION_FILE, .argument = "FILE",
                        .help = "the ELF file to write (required)"},
        [ASM_INCLUDE] = {.name = "include", .letter = 'I', .kind = OPTION_DIRECTORY, .argument = "DIRECTORY",
                         .repeatable = true, .help = "search .include files here too"},
        [ASM_DEFINE] = {.name = "define", .letter = 'D', .kind = OPTION_TEXT, .argument = "NAME=VALUE",
                        .repeatable = true, .help = "define a constant, as .equ does"},
        [ASM_LISTING] = {.name = "listing", .letter = 'l', .kind = OPTION_FILE, .argument = "FILE",
                         .help = "write a listing: address, word, source line"},
        [ASM_DEBUG] = {.name = "debug", .letter = 'g', .help = "write source line information"},
        [ASM_SET] = {.name = "instruction-set", .kind = OPTION_TEXT, .argument = "NAME",
                     .help = "instruction set; default dpu"},
        {0}
    },
    .run = run,
};
