#include "program_writer.h"
#include "elf_internal.h"
#include "own_sets.h"

#include <stdlib.h>
#include <string.h>

void write_word(struct program_writer *writer, uint64_t word)
{
    if (writer->count == writer->room && !writer->failed) {
        size_t room = writer->room ? 2 * writer->room : 64;
        uint64_t *words = realloc(writer->words, room * sizeof *words);
        writer->failed = words == NULL;
        writer->words = words != NULL ? words : writer->words;
        writer->room = words != NULL ? room : writer->room;
    }
    if (!writer->failed)
        writer->words[writer->count++] = word;
}

static uint64_t field(bitserial_row row, unsigned index)
{
    return (uint64_t)row << (16 + BITSERIAL_ROW_BITS * index);
}

void write_aap(struct program_writer *writer, bitserial_row from, bitserial_row to)
{
    write_word(writer, BITSERIAL_OP_AAP | field(from, 0) | field(to, 1));
}

void write_ap(struct program_writer *writer, bitserial_row row)
{
    write_word(writer, BITSERIAL_OP_AP | field(row, 0));
}

void write_control(struct program_writer *writer, enum bitserial_opcode opcode, unsigned d, unsigned s, uint32_t number)
{
    write_word(writer, (uint64_t)opcode | (uint64_t)d << 8 | (uint64_t)s << 12 | (uint64_t)number << 32);
}

void write_subarray(struct program_writer *writer, bitserial_row subarray)
{
    write_word(writer, BITSERIAL_OP_SUBARRAY | field(subarray, 0));
}

void write_bulk(struct program_writer *writer, enum bitserial_operation operation, bool is_signed, unsigned width, const bitserial_row *rows)
{
    uint64_t word = (is_signed ? BITSERIAL_OP_BULK_SIGNED : BITSERIAL_OP_BULK) + (unsigned)operation + ((uint64_t)width << 8);
    for (unsigned i = 0; i < bitserial_operations[operation].form + 2u; i++)
        word |= field(rows[i], i);
    write_word(writer, word);
}

void write_microprogram(struct program_writer *writer, const struct microprogram *program)
{
    writer->failed |= program->failed;
    for (size_t i = 0; i < program->count; i++)
        if (program->commands[i].second == BITSERIAL_NO_ROW)
            write_ap(writer, program->commands[i].first);
        else
            write_aap(writer, program->commands[i].first, program->commands[i].second);
}

/* The words become the image's data; the file's order of bytes is the host's on every machine that pimento supports. NULL: out of memory. */
static struct pim_image *image_of(uint64_t *words, size_t bytes)
{
    uint64_t least[ISA_MOST_REQUIREMENTS] = {0};
    struct pim_image *made = calloc(1, sizeof *made);
    struct pim_segment *segment = calloc(1, sizeof *segment);
    if (made && segment)
        *made = (struct pim_image){.path = "<memory>", .instruction_set = "bitserial", .segments = segment, .tool_version = "", .tool_release = ""};
    own_require_code(&bitserial_instruction_set, words, bytes, least);
    if (!made || !segment || !own_image_require(made, &bitserial_instruction_set, least)) {
        free(made);
        free(segment);
        return NULL;
    }
    *segment = (struct pim_segment){.space = BITSERIAL_SPACE_PROGRAM, .data_bytes = bytes, .memory_bytes = bytes, .data = (uint8_t *)words};
    made->segment_count = 1;
    made->hash = image_hash(made);
    return made;
}

enum pim_status bitserial_image(struct program_writer *writer, struct pim_image **image, struct pim_error *error)
{
    write_word(writer, BITSERIAL_OP_DONE);
    size_t count = writer->count;
    bool too_long = count > BITSERIAL_MOST_WORDS;
    *image = writer->failed || too_long ? NULL : image_of(writer->words, count * BITSERIAL_WORD_BYTES);
    if (!*image)
        free(writer->words);
    *writer = (struct program_writer){0};
    if (*image)
        return PIM_OK;
    return too_long ? pim_fail(error, PIM_USAGE, "a program of %zu instructions, expected at most %d", count, BITSERIAL_MOST_WORDS)
                    : pim_fail(error, PIM_NO_MEMORY, "no memory for a program");
}
