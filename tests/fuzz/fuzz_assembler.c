/* Can a source text make the assembler crash, hang or fail without a word? What it accepts must be read back. */
#include "assembler.h"
#include "fuzz.h"
#include "fuzz_set.h"
#include "pim_image.h"

#include <stdlib.h>
#include <string.h>

static void check_output(const struct asm_output *output)
{
    struct pim_error error = {0};
    struct pim_image *image;
    if (pim_image_read_memory("output", output->elf, output->elf_bytes, &image, &error) || !output->listing)
        abort();
    pim_image_free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct asm_options options = {.set = &FUZZ_SET, .no_files = true, .listing = true, .debug_lines = true,
                                  .most_steps = 100000};
    struct asm_output output;
    struct pim_error error = {0};
    char *text = calloc(1, size + 1);
    memcpy(text, data, size);
    enum pim_status status = asm_text("input", text, &options, &output, &error);
    free(text);
    if (status == PIM_OK)
        check_output(&output);
    else if (output.elf || error.status != status || !strchr(error.text, ':'))
        abort();
    asm_output_free(&output);
    return 0;
}

const struct fuzz_target fuzz_target = {.corpus = FUZZ_CORPUS, .dictionary = FUZZ_DICTIONARY};
