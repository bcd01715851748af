/* `pimento info`: what is in a kernel binary, for the one who writes the host side. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "command.h"
#include "instruction_set.h"

enum { INFO_JSON, INFO_ALL };

/* The stack size of tasklet `index` by the symbol conventions of the vendor's linker script; false: no such symbol, no more tasklets. */
static bool stack_bytes(const struct pim_image *image, unsigned index, uint64_t *bytes)
{
    char name[40];
    snprintf(name, sizeof name, "STACK_SIZE_TASKLET_%u", index);
    const struct pim_symbol *symbol = pim_image_symbol(image, name);
    *bytes = symbol ? symbol->link_value : 0;
    return symbol != NULL;
}

struct kernel_file {
    const struct pim_image *image;
    const struct instruction_set *set;
};

static const char *space_name(const struct kernel_file *kernel, uint32_t space)
{
    return space == PIM_NO_SPACE ? "absolute" : kernel->set->spaces[space].name;
}

/* Absolute symbols are constants of the linker, not places; the host does not reach them. */
static bool is_listed(const struct pim_symbol *symbol, bool all)
{
    return all || (symbol->host_visible && symbol->space != PIM_NO_SPACE);
}

/* One line for neighbours with equal stacks. Tasklets that are not used have none. */
static void print_stacks(const struct pim_image *image)
{
    uint64_t bytes, next;
    bool more = stack_bytes(image, 0, &bytes);
    for (unsigned first = 0, last = 0; more; first = last + 1, bytes = next) {
        for (last = first; (more = stack_bytes(image, last + 1, &next)) && next == bytes; last++)
            continue;
        if (bytes > 0)
            printf("stacks           %" PRIu64 " bytes each for tasklets %u to %u\n", bytes, first, last);
    }
}

static void print_summary(const struct kernel_file *kernel)
{
    const struct pim_image *image = kernel->image;
    const struct pim_symbol *tasklets = pim_image_symbol(image, "NR_TASKLETS");
    printf("file             %s\n", image->path);
    printf("instruction set  %s", image->instruction_set);
    if (image->set_version)
        printf(", version %u", image->set_version);
    putchar('\n');
    printf("entry            0x%" PRIx64 "\n", image->entry);
    printf("tool-chain       %s\n", image->tool_version[0] ? image->tool_version : "not known");
    if (image->tool_release[0])
        printf("SDK              %s\n", image->tool_release);
    printf("source lines     %s\n", image->debug ? "yes" : "no");
    for (size_t i = 0; i < image->requirement_count; i++)
        printf("%s%s of at least %" PRIu64 "\n", i ? "                 " : "requires         ", image->requirements[i].key, image->requirements[i].least);
    if (tasklets)
        printf("tasklets         %" PRIu64 "\n", tasklets->link_value);
    print_stacks(image);
}

static void print_segments(const struct kernel_file *kernel)
{
    puts("\nsegments\n  space        offset   in memory     in file  link address");
    for (size_t i = 0; i < kernel->image->segment_count; i++) {
        const struct pim_segment *segment = &kernel->image->segments[i];
        printf("  %-8s %10" PRIu64 "  %10" PRIu64 "  %10" PRIu64 "  0x%08" PRIx64 "\n",
               space_name(kernel, segment->space), segment->address, segment->memory_bytes,
               segment->data_bytes, segment->link_address);
    }
}

static void print_symbols(const struct kernel_file *kernel, bool all)
{
    printf("\n%s\n  space        offset       bytes  name\n", all ? "symbols" : "symbols that the host reaches by name");
    for (size_t i = 0; i < kernel->image->symbol_count; i++) {
        const struct pim_symbol *symbol = &kernel->image->symbols[i];
        if (is_listed(symbol, all))
            printf("  %-8s %10" PRIu64 "  %10" PRIu64 "  %s%s\n", space_name(kernel, symbol->space), symbol->value, symbol->size, symbol->name,
                   symbol->vertical ? " (vertical)" : "");
    }
}

static json_t *segments_json(const struct kernel_file *kernel)
{
    json_t *array = json_array();
    for (size_t i = 0; i < kernel->image->segment_count; i++) {
        const struct pim_segment *segment = &kernel->image->segments[i];
        json_array_append_new(array, json_pack("{s:s, s:I, s:I, s:I, s:I}", "space", space_name(kernel, segment->space),
                              "offset", (json_int_t)segment->address, "memory_bytes", (json_int_t)segment->memory_bytes,
                              "file_bytes", (json_int_t)segment->data_bytes,
                              "link_address", (json_int_t)segment->link_address));
    }
    return array;
}

/* A name from a file may not be UTF-8, which JSON cannot hold; such names are left out of the JSON. */
static json_t *symbols_json(const struct kernel_file *kernel, bool all)
{
    json_t *array = json_array();
    for (size_t i = 0; i < kernel->image->symbol_count; i++) {
        const struct pim_symbol *symbol = &kernel->image->symbols[i];
        if (!is_listed(symbol, all))
            continue;
        json_t *row = json_pack("{s:s, s:s, s:I, s:I, s:s, s:b, s:b, s:b}", "name", symbol->name,
                                "space", space_name(kernel, symbol->space), "offset", (json_int_t)symbol->value,
                                "bytes", (json_int_t)symbol->size, "section", symbol->section,
                                "function", symbol->function, "host_visible", symbol->host_visible,
                                "vertical", symbol->vertical);
        if (row)
            json_array_append_new(array, row);
    }
    return array;
}

static json_t *requirements_json(const struct pim_image *image)
{
    json_t *object = json_object();
    for (size_t i = 0; i < image->requirement_count; i++)
        json_object_set_new(object, image->requirements[i].key, json_integer((json_int_t)image->requirements[i].least));
    return object;
}

static json_t *stacks_json(const struct pim_image *image)
{
    json_t *stacks = json_array();
    uint64_t bytes;
    for (unsigned i = 0; stack_bytes(image, i, &bytes); i++)
        json_array_append_new(stacks, json_integer((json_int_t)bytes));
    return stacks;
}

static void print_json(const struct kernel_file *kernel, bool all)
{
    const struct pim_image *image = kernel->image;
    const struct pim_symbol *tasklets = pim_image_symbol(image, "NR_TASKLETS");
    json_t *root = json_object();
    json_object_set_new(root, "file", json_string(image->path));
    json_object_set_new(root, "instruction_set", json_string(image->instruction_set));
    json_object_set_new(root, "set_version", json_integer(image->set_version));
    json_object_set_new(root, "requires", requirements_json(image));
    json_object_set_new(root, "entry", json_integer((json_int_t)image->entry));
    json_object_set_new(root, "tool_chain", json_string(image->tool_version));
    json_object_set_new(root, "sdk", json_string(image->tool_release));
    json_object_set_new(root, "source_lines", json_boolean(image->debug != NULL));
    json_object_set_new(root, "tasklets", tasklets ? json_integer((json_int_t)tasklets->link_value) : json_null());
    json_object_set_new(root, "stack_bytes", stacks_json(image));
    json_object_set_new(root, "segments", segments_json(kernel));
    json_object_set_new(root, "symbols", symbols_json(kernel, all));
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

static enum pim_status run(const struct command_line *line, struct pim_error *error)
{
    struct pim_image *image = NULL;
    enum pim_status status = pim_image_read(line->operands[0], &image, error);
    if (status != PIM_OK)
        return status;
    struct kernel_file kernel = {image, instruction_set_named(image->instruction_set)};
    bool all = line->values[INFO_ALL].count > 0;
    if (!kernel.set) {
        status = pim_fail(error, PIM_INTERNAL, "no instruction set '%s'", image->instruction_set);
    } else if (line->values[INFO_JSON].count > 0) {
        print_json(&kernel, all);
    } else {
        print_summary(&kernel);
        print_segments(&kernel);
        print_symbols(&kernel, all);
    }
    pim_image_free(image);
    return status;
}

const struct command command_info = {
    .name = "info",
    .operands = "FILE",
    .operand_kind = OPERAND_FILE,
    .least_operands = 1,
    .most_operands = 1,
    .summary = "segments, symbols, tasklets and tool-chain of a kernel binary",
    .description = "Prints what a host program needs to know about a kernel binary: where its segments go, which symbols "
                   "--write and --read can name and how large they are, how many tasklets it starts with which stacks.",
    .options = (const struct option_row[]){
        [INFO_JSON] = {.name = "json", .help = "print JSON"},
        [INFO_ALL] = {.name = "all", .letter = 'a', .help = "list all symbols, not only those the host reaches"},
        {0}
    },
    .run = run,
};
