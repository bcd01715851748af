/* Can a text make the target reader crash, hang or fail without a place? What it accepts must print and read back the same. */
#include "fuzz.h"
#include "pimento.h"
#include "target.h"
#include "target_file.h"

#include <stdlib.h>
#include <string.h>

static void use(struct pim_target *target)
{
    char before[256], after[256];
    for (const struct pim_parameter *row = pim_target_backend(target)->parameters; row->key; row++) {
        size_t length = pim_target_value(target, row, before, sizeof before);
        if (!length || length >= sizeof before || !*pim_target_origin(target, row))
            abort();
        if (pim_target_set(target, row->key, before, NULL))
            abort();
        pim_target_value(target, row, after, sizeof after);
        if (strcmp(before, after))
            abort();
    }
}

static void open_and_use(const struct pim_registry *registry, const struct target_file *file)
{
    struct pim_target *target;
    struct pim_error error = {0};
    enum pim_status status = pim_target_open_file(registry, file, &target, &error);
    if (status == PIM_OK)
        use(target);
    else if (target || error.status != status || strncmp(error.text, "input:", 6))
        abort();
    pim_target_close(target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pim_registry *registry;
    struct target_file *file;
    struct pim_error error = {0};
    if (pim_registry_open(&registry, &error))
        abort();
    enum pim_status status = target_file_parse("input", (const char *)data, size, &file, &error);
    if (status != PIM_OK && (file || error.status != status || strncmp(error.text, "input:", 6)))
        abort();
    if (status == PIM_OK && !target_file_find(file, "target", "base")) /* a base would read other files */
        open_and_use(registry, file);
    target_file_free(file);
    pim_registry_close(registry);
    return 0;
}

const struct fuzz_target fuzz_target = {.corpus = "target_ini", .dictionary = "target_ini.dict"};
