#include "whole_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum pim_status read_stream(FILE *stream, const char *path, size_t most_bytes, char **bytes, size_t *size,
                                   struct pim_error *error)
{
    size_t room = 64 * 1024;
    for (;;) {
        char *larger = realloc(*bytes, room + 1);
        if (!larger)
            return pim_fail(error, PIM_NO_MEMORY, "%s: out of memory", path);
        *bytes = larger;
        *size += fread(*bytes + *size, 1, room - *size, stream);
        if (ferror(stream))
            return pim_fail(error, PIM_IO, "%s: %s", path, strerror(errno));
        if (*size > most_bytes)
            return pim_fail(error, PIM_BAD_INPUT, "%s: more than %zu bytes, expected a smaller file", path, most_bytes);
        if (*size < room)
            break;
        room *= 2;
    }
    (*bytes)[*size] = '\0';
    return PIM_OK;
}

enum pim_status read_whole_file(const char *path, size_t most_bytes, char **bytes, size_t *size, struct pim_error *error)
{
    *bytes = NULL;
    *size = 0;
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return pim_fail(error, PIM_IO, "%s: %s", path, strerror(errno));
    enum pim_status status = read_stream(stream, path, most_bytes, bytes, size, error);
    fclose(stream);
    if (status) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}
