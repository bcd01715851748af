#include "settings.h"

#include <stdlib.h>
#include <string.h>

enum pim_status settings_apply(struct pim_target *target, const char *setting, struct pim_error *error)
{
    const char *equals = strchr(setting, '=');
    if (!equals)
        return pim_fail(error, PIM_USAGE, "--set: '%s' is not KEY=VALUE", setting);
    char *key = strndup(setting, (size_t)(equals - setting));
    if (!key)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    enum pim_status status = pim_target_set(target, key, equals + 1, error);
    free(key);
    return status;
}

enum pim_status settings_target(const struct pim_registry *registry, const char *name,
                                const char *const *settings, struct pim_target **target,
                                struct pim_error *error)
{
    enum pim_status status = pim_target_open(registry, name, target, error);
    for (; status == PIM_OK && settings && *settings; settings++)
        status = settings_apply(*target, *settings, error);
    if (status != PIM_OK) {
        pim_target_close(*target);
        *target = NULL;
    }
    return status;
}
