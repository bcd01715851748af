/* What can be asked of an image once it is read. */
#include "elf_internal.h"
#include "hash.h"
#include "instruction_set.h"

#include <stdlib.h>
#include <string.h>

void pim_image_free(struct pim_image *image)
{
    if (!image)
        return;
    for (size_t i = 0; i < image->segment_count; i++)
        free(image->segments[i].data);
    free(image->segments);
    free(image->symbols);
    free(image->requirements);
    free(image->storage);
    debug_lines_free(image->debug);
    free(image);
}

uint64_t image_hash(const struct pim_image *image)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct pim_segment *segment = &image->segments[i];
        uint64_t place[] = {segment->space, segment->address, segment->data_bytes, segment->memory_bytes};
        hash = hash_bytes(hash, place, sizeof place);
        hash = hash_bytes(hash, segment->data, segment->data_bytes);
    }
    return hash;
}

const struct pim_symbol *pim_image_symbol(const struct pim_image *image, const char *name)
{
    const struct pim_symbol *local = NULL;
    for (size_t i = 0; i < image->symbol_count; i++) {
        const struct pim_symbol *symbol = &image->symbols[i];
        if (strcmp(symbol->name, name) != 0)
            continue;
        if (symbol->global)
            return symbol;
        if (!local)
            local = symbol;
    }
    return local;
}

/* The number of symbols at or before an address in the table's order. */
static size_t symbols_up_to(const struct pim_image *image, uint32_t space, uint64_t address)
{
    size_t low = 0, high = image->symbol_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pim_symbol *symbol = &image->symbols[middle];
        if (symbol->space < space || (symbol->space == space && symbol->value <= address))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct pim_symbol *pim_image_function(const struct pim_image *image, uint32_t space, uint64_t address)
{
    const struct pim_symbol *label = NULL;
    for (size_t i = symbols_up_to(image, space, address); i-- > 0;) {
        const struct pim_symbol *symbol = &image->symbols[i];
        if (symbol->space != space)
            break;
        if (symbol->function && address - symbol->value < symbol->size)
            return symbol;
        if (!label)
            label = symbol;
        if (symbol->function && symbol->size)
            break; /* functions do not nest: nothing further down covers the address */
    }
    return label;
}

bool pim_image_line(const struct pim_image *image, uint64_t address, const char **file, unsigned *line)
{
    const struct instruction_set *set = instruction_set_named(image->instruction_set);
    if (!image->debug || !set)
        return false;
    for (const struct isa_space *space = set->spaces; space->name; space++)
        if (space->code)
            return address < space->bytes && debug_lines_find(image->debug, space->link_base + address, file, line);
    return false;
}
