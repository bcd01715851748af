/* `pimento objdump`: a kernel binary as text, laid out as GNU objdump does. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "instruction_set.h"
#include "whole_file.h"

enum { OBJDUMP_DISASSEMBLE, OBJDUMP_SOURCE, OBJDUMP_HEADERS, OBJDUMP_SYMBOLS, OBJDUMP_ALL, OBJDUMP_DECODE };

enum { MOST_SOURCE_BYTES = 64 << 20 };

/* The source file that -S shows, one at a time. */
struct source_text {
    const char *file;
    unsigned line;
    char *text;       /* NULL when it cannot be read */
};

struct dump {
    const struct pim_image *image;
    const struct instruction_set *set;
    bool loose, source;
    uint32_t code_space;
    struct source_text shown;
};

static const char *symbol_type(const struct pim_symbol *symbol)
{
    return symbol->function ? "F" : " ";
}

static const char *space_name(const struct dump *dump, uint32_t space)
{
    return space == PIM_NO_SPACE ? "*ABS*" : dump->set->spaces[space].name;
}

static void print_headers(const struct dump *dump)
{
    puts("Segments:\nIdx Space    Size      Link address      Offset    File size");
    for (size_t i = 0; i < dump->image->segment_count; i++) {
        const struct pim_segment *segment = &dump->image->segments[i];
        printf("%3zu %-8s %08" PRIx64 "  %016" PRIx64 "  %08" PRIx64 "  %08" PRIx64 "\n", i,
               space_name(dump, segment->space), segment->memory_bytes, segment->link_address,
               segment->address, segment->data_bytes);
    }
    putchar('\n');
}

static void print_symbols(const struct dump *dump)
{
    puts("SYMBOL TABLE:");
    for (size_t i = 0; i < dump->image->symbol_count; i++) {
        const struct pim_symbol *symbol = &dump->image->symbols[i];
        printf("%08" PRIx64 " %c %c %s %-8s %-20s %08" PRIx64 " %s\n", symbol->link_value,
               symbol->global ? 'g' : 'l', symbol->host_visible ? 'h' : ' ', symbol_type(symbol),
               space_name(dump, symbol->space), symbol->section, symbol->size, symbol->name);
    }
    putchar('\n');
}

/* The first symbol exactly at byte `address` of the code space. */
static const char *label_at(const struct dump *dump, uint64_t address)
{
    for (size_t i = 0; i < dump->image->symbol_count; i++) {
        const struct pim_symbol *symbol = &dump->image->symbols[i];
        if (symbol->space == dump->code_space && symbol->value == address && symbol->name[0])
            return symbol->name;
    }
    return NULL;
}

static const char *label_of_index(void *context, uint32_t index)
{
    const struct dump *dump = context;
    return label_at(dump, (uint64_t)index * dump->set->word_bytes);
}

static void open_source(struct source_text *shown, const char *file)
{
    struct pim_error ignored = {0}; /* a source that is not there is simply not shown */
    size_t size;
    free(shown->text);
    *shown = (struct source_text){.file = file};
    if (read_whole_file(file, MOST_SOURCE_BYTES, &shown->text, &size, &ignored) != PIM_OK)
        shown->text = NULL;
}

static void print_source_line(const char *text, unsigned line)
{
    while (text && --line > 0) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    if (text && *text)
        printf("%.*s\n", (int)strcspn(text, "\r\n"), text);
}

static void show_source(struct dump *dump, uint64_t address)
{
    const char *file;
    unsigned line;
    if (!pim_image_line(dump->image, address, &file, &line))
        return;
    struct source_text *shown = &dump->shown;
    bool same_file = shown->file && strcmp(shown->file, file) == 0;
    if (same_file && shown->line == line)
        return;
    if (!same_file)
        open_source(shown, file);
    shown->line = line;
    printf("%s:%u\n", file, line);
    print_source_line(shown->text, line);
}

static uint64_t word_of(const uint8_t *bytes, unsigned count)
{
    uint64_t word = 0;
    for (unsigned i = count; i-- > 0;)
        word = word << 8 | bytes[i];
    return word;
}

static void disassemble_segment(struct dump *dump, const struct pim_segment *segment)
{
    unsigned word_bytes = dump->set->word_bytes;
    for (uint64_t at = 0; at + word_bytes <= segment->data_bytes; at += word_bytes) {
        char text[256];
        uint64_t address = segment->address + at;
        const char *label = label_at(dump, address);
        if (label)
            printf("\n%08" PRIx64 " <%s>:\n", segment->link_address + at, label);
        if (dump->source)
            show_source(dump, address);
        printf("%8" PRIx64 ":\t", segment->link_address + at);
        for (unsigned i = 0; i < word_bytes; i++)
            printf("%02x ", segment->data[at + i]);
        dump->set->disassemble(word_of(segment->data + at, word_bytes), dump->loose, label_of_index, dump,
                               text, sizeof text);
        printf("\t%s\n", text);
    }
}

static void print_disassembly(struct dump *dump)
{
    for (size_t i = 0; i < dump->image->segment_count; i++) {
        if (!dump->set->spaces[dump->image->segments[i].space].code)
            continue;
        printf("Disassembly of %s:\n", space_name(dump, dump->image->segments[i].space));
        dump->code_space = dump->image->segments[i].space;
        disassemble_segment(dump, &dump->image->segments[i]);
        putchar('\n');
    }
}

static void print_dump(struct dump *dump, const struct command_line *line)
{
    bool all = line->values[OBJDUMP_ALL].count > 0;
    bool headers = all || line->values[OBJDUMP_HEADERS].count > 0;
    bool symbols = all || line->values[OBJDUMP_SYMBOLS].count > 0;
    dump->source = line->values[OBJDUMP_SOURCE].count > 0;
    printf("\n%s:     file format elf%d-%s\n\n", dump->image->path,
           dump->set->elf_class == 1 ? 32 : 64, dump->set->name);
    if (headers)
        print_headers(dump);
    if (symbols)
        print_symbols(dump);
    if (dump->source || line->values[OBJDUMP_DISASSEMBLE].count > 0 || (!headers && !symbols))
        print_disassembly(dump);
}

static enum pim_status run(const struct command_line *line, struct pim_error *error)
{
    struct pim_image *image = NULL;
    enum pim_status status = pim_image_read(line->operands[0], &image, error);
    if (status != PIM_OK)
        return status;
    struct dump dump = {
        .image = image,
        .set = instruction_set_named(image->instruction_set),
        .loose = option_number(line, OBJDUMP_DECODE, 0) == 1,
    };
    if (dump.set)
        print_dump(&dump, line);
    else
        status = pim_fail(error, PIM_INTERNAL, "no instruction set '%s'", image->instruction_set);
    free(dump.shown.text);
    pim_image_free(image);
    return status;
}

const struct command command_objdump = {
    .name = "objdump",
    .operands = "FILE",
    .operand_kind = OPERAND_FILE,
    .least_operands = 1,
    .most_operands = 1,
    .summary = "disassemble a kernel binary",
    .description = "Prints a kernel binary as text. Without options, the disassembly. In the symbol table the second column "
                   "is g for global or l for local, the third h when the host can reach the symbol by name.",
    .options = (const struct option_row[]){
        [OBJDUMP_DISASSEMBLE] = {.name = "disassemble", .letter = 'd', .help = "print the instructions"},
        [OBJDUMP_SOURCE] = {.name = "source", .letter = 'S', .help = "the same, mixed with the source lines"},
        [OBJDUMP_HEADERS] = {.name = "headers", .letter = 'h', .help = "print the segments"},
        [OBJDUMP_SYMBOLS] = {.name = "syms", .letter = 't', .help = "print the symbols"},
        [OBJDUMP_ALL] = {.name = "all-headers", .letter = 'x', .help = "print segments and symbols"},
        [OBJDUMP_DECODE] = {.name = "decode", .kind = OPTION_CHOICE, .argument = "MODE", .choices = "strict|loose",
                            .help = "strict (default): words that the machine would refuse print as data; "
                                    "loose: ignore the bits that the vendor's disassembler ignores"},
        {0}
    },
    .run = run,
};
