/* Where target files are: a path as given, beside the file that names it as its base, then the folders of PIMENTO_TARGETS, those that
 * plug-ins brought, the installed one; last that of the sources, so that a build works before it is installed.
 */
#include "config.h" /* GNU extensions of the C library */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path_text.h"
#include "registry.h"
#include "target.h"
#include "target_file.h"

static enum pim_status no_memory(struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "no memory to search targets");
}

struct given {
    enum pim_status (*each)(void *context, const char *place, struct pim_error *error);
    void *context;
};

/* What the user names has to be there; the folders that we look into beside may be missing. */
static enum pim_status visit_given(void *context, const char *place, struct pim_error *error)
{
    const struct given *given = context;
    if (access(place, R_OK))
        return pim_fail(error, PIM_BAD_INPUT, "PIMENTO_TARGETS: %s: cannot be searched for targets: %s", place, strerror(errno));
    return given->each(given->context, place, error);
}

/* Call `each` for every folder or file of the search, in order. */
static enum pim_status each_place(const struct pim_registry *registry,
                                  enum pim_status (*each)(void *context, const char *place,
                                                          struct pim_error *error),
                                  void *context, struct pim_error *error)
{
    const char *search_path = getenv("PIMENTO_TARGETS");
    struct given given = {each, context};
    enum pim_status status = search_path ? pim_path_each(search_path, visit_given, &given, error) : PIM_OK;
    for (size_t i = 0; status == PIM_OK && i < registry->target_path_count; i++)
        status = each(context, registry->target_paths[i], error);
    if (status == PIM_OK)
        status = each(context, PIM_TARGET_FOLDER, error);
    return status == PIM_OK ? each(context, PIM_TARGET_SOURCE_FOLDER, error) : status;
}

/* ------------------------------------------------------------------------------------ find --- */

struct search {
    const char *file_name; /* "upmem-2556.ini" */
    char *found;
};

static enum pim_status take_if_there(struct search *search, char *path, struct pim_error *error)
{
    if (!path)
        return no_memory(error);
    if (access(path, R_OK))
        free(path);
    else
        search->found = path;
    return PIM_OK;
}

static enum pim_status search_place(void *context, const char *place, struct pim_error *error)
{
    struct search *search = context;
    if (search->found)
        return PIM_OK;
    if (!pim_ends_with(place, ".ini"))
        return take_if_there(search, pim_path_join(place, search->file_name), error);
    const char *slash = strrchr(place, '/');
    return strcmp(slash ? slash + 1 : place, search->file_name) ? PIM_OK : take_if_there(search, strdup(place), error);
}

static enum pim_status search_all(const struct pim_registry *registry, const char *name, const char *from,
                                  char **path, struct pim_error *error)
{
    char *file_name = NULL;
    if (asprintf(&file_name, "%s.ini", name) < 0)
        return no_memory(error);
    struct search search = {.file_name = file_name};
    enum pim_status status = from ? take_if_there(&search, pim_path_beside(from, file_name), error) : PIM_OK;
    if (status == PIM_OK)
        status = each_place(registry, search_place, &search, error);
    free(file_name);
    *path = search.found;
    return status;
}

enum pim_status pim_target_find(const struct pim_registry *registry, const char *name, const char *from,
                                char **path, struct pim_error *error)
{
    if (!strchr(name, '/') && !pim_ends_with(name, ".ini"))
        return search_all(registry, name, from, path, error);
    *path = from ? pim_path_beside(from, name) : strdup(name);
    return *path ? PIM_OK : no_memory(error);
}

/* ------------------------------------------------------------------------------------ list --- */

struct listing {
    void (*each)(void *context, const char *name, const char *path, const char *summary);
    void *context;
    size_t seen_count;
    char **seen; /* names listed so far: the first of a name is the one that opens */
};

static bool seen(const struct listing *listing, const char *name)
{
    for (size_t i = 0; i < listing->seen_count; i++)
        if (!strcmp(listing->seen[i], name))
            return true;
    return false;
}

static bool remember(struct listing *listing, char *name)
{
    char **grown = realloc(listing->seen, (listing->seen_count + 1) * sizeof *grown);
    if (!grown)
        return false;
    listing->seen = grown;
    grown[listing->seen_count++] = name;
    return true;
}

/* The name is the file's, because that is what opens it. A file that does not parse is listed too: with what is wrong. */
static enum pim_status list_file(struct listing *listing, const char *path, struct pim_error *error)
{
    char *name = pim_path_stem(path, ".ini");
    if (!name)
        return no_memory(error);
    if (seen(listing, name)) {
        free(name);
        return PIM_OK;
    }
    if (!remember(listing, name)) {
        free(name);
        return no_memory(error);
    }
    struct target_file *file = NULL;
    struct pim_error refused = {0};
    enum pim_status status = target_file_read(path, &file, &refused);
    const struct target_entry *summary = status == PIM_OK ? target_file_find(file, "target", "summary") : NULL;
    listing->each(listing->context, name, path, summary ? summary->value : refused.text);
    target_file_free(file);
    return PIM_OK;
}

static int is_target_file(const struct dirent *entry)
{
    return pim_ends_with(entry->d_name, ".ini");
}

static enum pim_status list_place(void *context, const char *place, struct pim_error *error)
{
    if (pim_ends_with(place, ".ini"))
        return list_file(context, place, error);
    struct dirent **entries = NULL;
    int count = scandir(place, &entries, is_target_file, alphasort); /* -1: no such folder, nothing to list */
    enum pim_status status = PIM_OK;
    for (int i = 0; i < count; i++) {
        char *path = status == PIM_OK ? pim_path_join(place, entries[i]->d_name) : NULL;
        if (status == PIM_OK)
            status = path ? list_file(context, path, error) : no_memory(error);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return status;
}

enum pim_status pim_target_list(const struct pim_registry *registry,
                                void (*each)(void *context, const char *name, const char *path,
                                             const char *summary),
                                void *context, struct pim_error *error)
{
    struct listing listing = {.each = each, .context = context};
    enum pim_status status = each_place(registry, list_place, &listing, error);
    for (size_t i = 0; i < listing.seen_count; i++)
        free(listing.seen[i]);
    free(listing.seen);
    return status;
}
