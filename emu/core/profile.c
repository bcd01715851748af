/* Issued instructions by function. */
#include "device.h"

#include <stdlib.h>
#include <string.h>

static bool sum_units(struct pim_device *device, const uint32_t *units, size_t count, uint64_t *counts)
{
    bool counted = false;
    for (size_t i = 0; i < count; i++)
        counted |= device->backend->take_profile(device->machine, units[i], counts);
    return counted;
}

/* Instructions of one function follow each other, so a new row starts where the function changes. */
static size_t collect_rows(const struct pim_code *code, const struct pim_image *image, const uint64_t *counts,
                           struct pim_profile_row *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < code->instructions; i++) {
        if (counts[i] == 0)
            continue;
        const struct pim_symbol *symbol = pim_image_function(image, code->space, i * code->instruction_bytes);
        const char *function = symbol ? symbol->name : "?";
        if (count == 0 || strcmp(rows[count - 1].function, function) != 0)
            rows[count++] = (struct pim_profile_row){function, 0};
        rows[count - 1].instructions += counts[i];
    }
    return count;
}

static int by_instructions(const void *a, const void *b)
{
    const struct pim_profile_row *left = a, *right = b;
    if (left->instructions != right->instructions)
        return left->instructions < right->instructions ? 1 : -1;
    return strcmp(left->function, right->function);
}

enum pim_status pim_device_profile(struct pim_device *device, const uint32_t *units, size_t count, const struct pim_image *image,
                                   struct pim_profile_row **rows, size_t *row_count, struct pim_error *error)
{
    const struct pim_code *code = &device->backend->code;
    *rows = NULL;
    *row_count = 0;
    if (!device->backend->take_profile)
        return pim_fail(error, PIM_USAGE, "back-end %s has no profile", device->backend->name);
    for (size_t i = 0; i < count; i++)
        if (units[i] >= device->units)
            return pim_fail(error, PIM_USAGE, "profile: unit %lu, the device has %lu", (unsigned long)units[i],
                            (unsigned long)device->units);
    uint64_t *counts = calloc(code->instructions, sizeof *counts);
    *rows = calloc(code->instructions, sizeof **rows);
    enum pim_status status = PIM_OK;
    if (!counts || !*rows)
        status = pim_fail(error, PIM_NO_MEMORY, "no memory for a profile");
    else if (sum_units(device, units, count, counts))
        *row_count = collect_rows(code, image, counts, *rows);
    free(counts);
    if (*row_count > 1)
        qsort(*rows, *row_count, sizeof **rows, by_instructions);
    return status;
}
