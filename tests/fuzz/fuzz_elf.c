/* Can a file make the ELF and DWARF readers crash, hang or fail without a word? */
#include "assembler.h"
#include "fuzz.h"
#include "fuzz_set.h"
#include "pim_image.h"

#include <stdlib.h>
#include <string.h>

/* Ask everything that can be asked of an image. */
static void use(const struct pim_image *image)
{
    for (size_t i = 0; i < image->symbol_count; i++) {
        const struct pim_symbol *symbol = &image->symbols[i];
        const char *file;
        unsigned line;
        if (!pim_image_symbol(image, symbol->name))
            abort();
        pim_image_function(image, symbol->space, symbol->value + 1);
        if (pim_image_line(image, symbol->value, &file, &line) && (strlen(file) == 0 || line == 0))
            abort();
    }
    for (size_t i = 0; i < image->requirement_count; i++)
        if (!image->requirements[i].key || image->requirements[i].least == 0)
            abort();
    for (size_t i = 1; i < image->segment_count; i++) {
        const struct pim_segment *before = &image->segments[i - 1], *after = &image->segments[i];
        if (before->space == after->space && before->address + before->memory_bytes > after->address)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pim_error error = {0};
    struct pim_image *image;
    enum pim_status status = pim_image_read_memory("input", data, size, &image, &error);
    if (status == PIM_OK)
        use(image);
    else if (image || error.status != status || strncmp(error.text, "input: ", 7) != 0)
        abort();
    pim_image_free(image);
    return 0;
}

/* The seeds are programs; the first byte of the text decides whether they get a line table, so that both kinds occur. */
static bool seed(const uint8_t *bytes, size_t size, uint8_t **input, size_t *input_size)
{
    struct asm_options options = {.set = &FUZZ_SET, .no_files = true, .debug_lines = size && bytes[0] == '/'};
    struct asm_output output;
    struct pim_error error = {0};
    char *text = calloc(1, size + 1);
    memcpy(text, bytes, size);
    enum pim_status status = asm_text("seed", text, &options, &output, &error);
    free(text);
    if (status)
        return false;
    *input = output.elf;
    *input_size = output.elf_bytes;
    output.elf = NULL;
    asm_output_free(&output);
    return true;
}

const struct fuzz_target fuzz_target = {.corpus = FUZZ_CORPUS, .dictionary = FUZZ_DICTIONARY, .seed = seed};
