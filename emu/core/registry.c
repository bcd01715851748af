/* Which back-ends there are: the built-in array, what the program adds, and plug-ins found by libltdl.
 *
 * libltdl keeps process-wide state without a lock: open and close registries on one thread at a time.
 */
#include "config.h" /* GNU extensions of the C library */

#include "registry.h"

#include <dirent.h>
#include <errno.h>
#include <ltdl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path_text.h"

static enum pim_status no_memory(struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "no memory for the list of back-ends");
}

const struct pim_backend *pim_registry_at(const struct pim_registry *registry, size_t index)
{
    return index < registry->backend_count ? registry->backends[index] : NULL;
}

const struct pim_backend *pim_registry_backend(const struct pim_registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->backend_count; i++)
        if (!strcmp(registry->backends[i]->name, name))
            return registry->backends[i];
    return NULL;
}

enum pim_status pim_registry_add(struct pim_registry *registry, const struct pim_backend *backend,
                                 struct pim_error *error)
{
    enum pim_status status = pim_backend_check(backend, error);
    if (status != PIM_OK)
        return status;
    if (pim_registry_backend(registry, backend->name))
        return pim_fail(error, PIM_BAD_INPUT, "back-end '%s': there is one of that name already", backend->name);
    const struct pim_backend **grown =
        realloc(registry->backends, (registry->backend_count + 2) * sizeof *grown);
    if (!grown)
        return no_memory(error);
    registry->backends = grown;
    grown[registry->backend_count++] = backend;
    grown[registry->backend_count] = NULL;
    return PIM_OK;
}

/* -------------------------------------------------------------------------------- plug-ins --- */

static enum pim_status add_target_paths(struct pim_registry *registry, const char *plugin_path,
                                        const char *const *targets, struct pim_error *error)
{
    for (; targets && *targets; targets++) {
        char **grown = realloc(registry->target_paths, (registry->target_path_count + 1) * sizeof *grown);
        if (!grown)
            return no_memory(error);
        registry->target_paths = grown;
        char *path = pim_path_beside(plugin_path, *targets);
        if (!path)
            return no_memory(error);
        grown[registry->target_path_count++] = path;
    }
    return PIM_OK;
}

static enum pim_status check_plugin(const struct pim_plugin *plugin, const char *path,
                                    struct pim_error *error)
{
    if (!plugin)
        return pim_fail(error, PIM_BAD_INPUT, "%s: not a plug-in of pimento: it exports no 'pim_plugin'", path);
    if (plugin->abi_version != PIM_ABI_VERSION)
        return pim_fail(error, PIM_BAD_INPUT, "%s: made for ABI version %u, this library has %u: rebuild it", path,
                        plugin->abi_version, PIM_ABI_VERSION);
    if (plugin->struct_size != sizeof *plugin)
        return pim_fail(error, PIM_BAD_INPUT, "%s: its 'pim_plugin' has %u bytes, this library's has %zu: rebuild it",
                        path, plugin->struct_size, sizeof *plugin);
    if (!plugin->backend)
        return pim_fail(error, PIM_BAD_INPUT, "%s: its 'pim_plugin' names no back-end", path);
    return PIM_OK;
}

static enum pim_status adopt_plugin(struct pim_registry *registry, const char *path, void *handle,
                                    struct pim_error *error)
{
    const struct pim_plugin *plugin = lt_dlsym(handle, "pim_plugin");
    enum pim_status status = check_plugin(plugin, path, error);
    if (status == PIM_OK)
        status = pim_registry_add(registry, plugin->backend, error);
    if (status == PIM_OK)
        status = add_target_paths(registry, path, plugin->targets, error);
    return status;
}

/* libltdl says "file not found" whatever the reason is. */
static const char *why_not_loaded(const char *path)
{
    if (access(path, R_OK))
        return strerror(errno);
    return "no shared object of this machine, or one that misses a library or a symbol (ldd -r tells)";
}

static enum pim_status load_plugin(struct pim_registry *registry, const char *path,
                                   struct pim_error *error)
{
    void **grown = realloc(registry->handles, (registry->handle_count + 1) * sizeof *grown);
    if (!grown)
        return no_memory(error);
    registry->handles = grown;
    void *handle = lt_dlopen(path);
    if (!handle)
        return pim_fail(error, PIM_BAD_INPUT, "%s: cannot be loaded: %s", path, why_not_loaded(path));
    /* Kept also when it is refused; it is closed with the registry. */
    grown[registry->handle_count++] = handle;
    return adopt_plugin(registry, path, handle, error);
}

/* A libtool archive stands for the shared object beside it, so of `x.la` and `x.so` only the first counts. */
static int is_plugin_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && (!strcmp(dot, ".la") || !strcmp(dot, ".so"));
}

static bool shadowed(const char *name, struct dirent *const *entries, int count)
{
    size_t stem = strlen(name) - 3;
    if (strcmp(name + stem, ".so"))
        return false;
    for (int i = 0; i < count; i++)
        if (strlen(entries[i]->d_name) == stem + 3 && !memcmp(entries[i]->d_name, name, stem) &&
            !strcmp(entries[i]->d_name + stem, ".la"))
            return true;
    return false;
}

static enum pim_status load_folder(struct pim_registry *registry, const char *folder,
                                   struct pim_error *error)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_plugin_file, alphasort);
    if (count < 0)
        return pim_fail(error, PIM_BAD_INPUT, "%s: cannot be searched for plug-ins: %m", folder);
    enum pim_status status = PIM_OK;
    for (int i = 0; status == PIM_OK && i < count; i++) {
        if (shadowed(entries[i]->d_name, entries, count))
            continue;
        char *path = pim_path_join(folder, entries[i]->d_name);
        status = path ? load_plugin(registry, path, error) : no_memory(error);
        free(path);
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return status;
}

static enum pim_status load_element(void *registry, const char *element, struct pim_error *error)
{
    struct stat about;
    if (!stat(element, &about) && S_ISREG(about.st_mode))
        return load_plugin(registry, element, error);
    return load_folder(registry, element, error);
}

enum pim_status pim_registry_load(struct pim_registry *registry, const char *search_path,
                                  struct pim_error *error)
{
    if (!registry->loader_open && lt_dlinit())
        return pim_fail(error, PIM_INTERNAL, "the plug-in loader does not start: %s", lt_dlerror());
    registry->loader_open = true;
    return pim_path_each(search_path, load_element, registry, error);
}

/* ---------------------------------------------------------------------------- open, close --- */

static enum pim_status fill(struct pim_registry *registry, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    for (const struct pim_backend *const *builtin = pim_builtin_backends; status == PIM_OK && *builtin; builtin++)
        status = pim_registry_add(registry, *builtin, error);
    struct stat about;
    if (status == PIM_OK && !stat(PIM_PLUGIN_FOLDER, &about))
        status = pim_registry_load(registry, PIM_PLUGIN_FOLDER, error);
    const char *search_path = getenv("PIMENTO_BACKENDS");
    if (status == PIM_OK && search_path)
        status = pim_registry_load(registry, search_path, error);
    return status;
}

enum pim_status pim_registry_open(struct pim_registry **registry, struct pim_error *error)
{
    *registry = calloc(1, sizeof **registry);
    if (!*registry)
        return no_memory(error);
    enum pim_status status = fill(*registry, error);
    if (status == PIM_OK)
        return PIM_OK;
    pim_registry_close(*registry);
    *registry = NULL;
    return status;
}

void pim_registry_close(struct pim_registry *registry)
{
    if (!registry)
        return;
    for (size_t i = 0; i < registry->handle_count; i++)
        lt_dlclose(registry->handles[i]);
    if (registry->loader_open)
        lt_dlexit();
    for (size_t i = 0; i < registry->target_path_count; i++)
        free(registry->target_paths[i]);
    free(registry->target_paths);
    free(registry->handles);
    free(registry->backends);
    free(registry);
}
