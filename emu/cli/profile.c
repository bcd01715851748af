#include "profile.h"

#include <inttypes.h>
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
static void collect_rows(const struct pim_image *image, const uint64_t counts[DPU_IRAM_INSTRUCTIONS],
                         struct profile *profile)
{
    for (size_t i = 0; i < DPU_IRAM_INSTRUCTIONS; i++) {
        if (counts[i] == 0)
            continue;
        const struct pim_symbol *symbol = pim_image_function(image, DPU_SPACE_IRAM, i * DPU_INSTRUCTION_BYTES);
        const char *function = symbol ? symbol->name : "?";
        if (profile->count == 0 || strcmp(profile->rows[profile->count - 1].function, function) != 0)
            profile->rows[profile->count++] = (struct profile_row){function, 0};
        profile->rows[profile->count - 1].instructions += counts[i];
        profile->instructions += counts[i];
    }
}

static int by_instructions(const void *a, const void *b)
{
    const struct profile_row *left = a, *right = b;
    if (left->instructions != right->instructions)
        return left->instructions < right->instructions ? 1 : -1;
    return strcmp(left->function, right->function);
}

enum pim_status profile_collect(struct pim_device *device, const struct pim_image *image,
                                struct profile *profile, struct pim_error *error)
{
    *profile = (struct profile){0};
    if (strcmp(pim_device_backend(device)->name, "dpu") != 0)
        return pim_fail(error, PIM_USAGE, "back-end %s has no profile", pim_device_backend(device)->name);
    uint64_t *counts = calloc(DPU_IRAM_INSTRUCTIONS, sizeof *counts);
    profile->rows = calloc(DPU_IRAM_INSTRUCTIONS, sizeof *profile->rows);
    enum pim_status status = PIM_OK;
    if (!counts || !profile->rows)
        status = pim_fail(error, PIM_NO_MEMORY, "out of memory");
    else if (sum_units(pim_device_machine(device), counts))
        collect_rows(image, counts, profile);
    free(counts);
    if (profile->count > 1)
        qsort(profile->rows, profile->count, sizeof *profile->rows, by_instructions);
    return status;
}

void profile_free(struct profile *profile)
{
    free(profile->rows);
    *profile = (struct profile){0};
}

void profile_print(const struct profile *profile, FILE *file)
{
    fprintf(file, "\nprofile\n  %-32s %16s %8s\n", "function", "instructions", "share");
    for (size_t i = 0; i < profile->count; i++)
        fprintf(file, "  %-32s %16" PRIu64 " %7.2f%%\n", profile->rows[i].function, profile->rows[i].instructions,
                100.0 * (double)profile->rows[i].instructions / (double)profile->instructions);
}

json_t *profile_json(const struct profile *profile)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < profile->count; i++)
        json_array_append_new(rows, json_pack("{s:s, s:I}", "function", profile->rows[i].function, "instructions",
                                              (json_int_t)profile->rows[i].instructions));
    return rows;
}
