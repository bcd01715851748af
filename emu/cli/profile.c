#include "profile.h"

#include <stdlib.h>
#include <string.h>

#include "dpu_machine.h"

/* Issues by instruction index, summed over the units. */
static bool sum_units(const struct dpu_machine *machine, uint64_t counts[DPU_IRAM_INSTRUCTIONS])
{
    bool counted = false;
    for (uint32_t unit = 0; unit < machine->units; unit++) {
        const uint64_t *profile = machine->dpus[unit].profile;
        for (size_t i = 0; profile && i < DPU_IRAM_INSTRUCTIONS; i++)
            counts[i] += profile[i];
        counted |= profile != NULL;
    }
    return counted;
}

/* Instructions of one function follow each other, so a new row starts where the function changes. */
static size_t collect_rows(const struct pim_image *image, const uint64_t counts[DPU_IRAM_INSTRUCTIONS],
                           struct pim_profile_row *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < DPU_IRAM_INSTRUCTIONS; i++) {
        if (counts[i] == 0)
            continue;
        const struct pim_symbol *symbol = pim_image_function(image, DPU_SPACE_IRAM, i * DPU_INSTRUCTION_BYTES);
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

enum pim_status profile_collect(struct pim_device *device, const struct pim_image *image,
                                struct pim_profile_row **rows, size_t *count, struct pim_error *error)
{
    *rows = NULL;
    *count = 0;
    if (strcmp(pim_device_backend(device)->name, "dpu") != 0)
        return pim_fail(error, PIM_USAGE, "back-end %s has no profile", pim_device_backend(device)->name);
    uint64_t *counts = calloc(DPU_IRAM_INSTRUCTIONS, sizeof *counts);
    *rows = calloc(DPU_IRAM_INSTRUCTIONS, sizeof **rows);
    enum pim_status status = PIM_OK;
    if (!counts || !*rows)
        status = pim_fail(error, PIM_NO_MEMORY, "out of memory");
    else if (sum_units(pim_device_machine(device), counts))
        *count = collect_rows(image, counts, *rows);
    free(counts);
    if (*count > 1)
        qsort(*rows, *count, sizeof **rows, by_instructions);
    return status;
}
