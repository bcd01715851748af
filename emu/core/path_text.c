#include "config.h" /* GNU extensions of the C library */

#include "path_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *pim_path_join(const char *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

char *pim_path_beside(const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    if (*name == '/' || !slash)
        return strdup(name);
    char *path = NULL;
    return asprintf(&path, "%.*s/%s", (int)(slash - file), file, name) < 0 ? NULL : path;
}

bool pim_ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), suffix_length = strlen(suffix);
    return length >= suffix_length && !strcmp(text + length - suffix_length, suffix);
}

char *pim_path_stem(const char *path, const char *suffix)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    return strndup(name, pim_ends_with(name, suffix) ? length - strlen(suffix) : length);
}

enum pim_status pim_path_each(const char *search_path,
                              enum pim_status (*each)(void *context, const char *element,
                                                      struct pim_error *error),
                              void *context, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    while (status == PIM_OK && *search_path) {
        size_t length = strcspn(search_path, ":");
        char *element = strndup(search_path, length);
        if (!element)
            return pim_fail(error, PIM_NO_MEMORY, "no memory for a search path");
        if (length)
            status = each(context, element, error);
        free(element);
        search_path += length + (search_path[length] == ':');
    }
    return status;
}
