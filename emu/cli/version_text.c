#include "config.h"

#include "version_text.h"

#include <elfutils/version.h>
#include <jansson.h>
#include <zstd.h>

#include "pimento.h"

/* Parts that a configure switch adds or leaves out; the name says what is there. ORDER OPTIONAL PART: configure.ac. */
static const char *const optional_parts[] = {
#ifdef PIM_WITH_ASAN
    "address and undefined-behaviour sanitizers",
#endif
#ifdef PIM_WITH_TSAN
    "thread sanitizer",
#endif
#ifdef PIM_WITH_COVERAGE
    "coverage",
#endif
    NULL
};

enum pim_status print_version(FILE *file, struct pim_error *error)
{
    struct pim_registry *registry = NULL;
    enum pim_status status = pim_registry_open(&registry, error);
    if (status != PIM_OK)
        return status;
    const struct pim_backend *backend;
    fprintf(file, "pimento %s\nback-ends:", pim_version());
    for (size_t i = 0; (backend = pim_registry_at(registry, i)) != NULL; i++)
        fprintf(file, "%s %s", i > 0 ? "," : "", backend->name);
    pim_registry_close(registry);
    fputs("\noptional parts:", file);
    for (size_t i = 0; optional_parts[i]; i++)
        fprintf(file, "%s %s", i > 0 ? "," : "", optional_parts[i]);
    fprintf(file, "%s\nlibraries: elfutils 0.%d, jansson %s, zstd %s\n", optional_parts[0] ? "" : " none",
            _ELFUTILS_VERSION, JANSSON_VERSION, ZSTD_versionString());
    return PIM_OK;
}
