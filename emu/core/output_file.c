#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_is_standard(const char *path)
{
    return *path == '\0' || strcmp(path, "-") == 0;
}

/* Devices and pipes (/dev/null, /dev/full) are written in place: there is nothing to rename over. */
static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

enum { TEMPORARY_TRIES = 1000, TEMPORARY_ENDING = 48 };

static void name_temporary(const char *path, long process, unsigned try, char *temporary, size_t size)
{
    snprintf(temporary, size, "%s.%ld-%u.tmp", path, process, try);
}

void output_remove_left(const char *path, long process)
{
    size_t size = strlen(path) + TEMPORARY_ENDING;
    char *temporary = malloc(size);
    for (unsigned i = 0; temporary && i < TEMPORARY_TRIES; i++) {
        name_temporary(path, process, i, temporary, size);
        if (unlink(temporary) != 0)
            break;
    }
    free(temporary);
}

/* Made with open, not mkstemp, so that the file gets the mode any new file gets. */
static int make_temporary(const char *path, char *temporary, size_t size)
{
    for (unsigned i = 0; i < TEMPORARY_TRIES; i++) {
        name_temporary(path, (long)getpid(), i, temporary, size);
        int descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

static enum pim_status open_temporary(struct output_file *output, struct pim_error *error)
{
    size_t size = strlen(output->path) + TEMPORARY_ENDING;
    output->temporary = malloc(size);
    if (!output->temporary)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    int descriptor = make_temporary(output->path, output->temporary, size);
    if (descriptor < 0) {
        enum pim_status status = pim_fail(error, PIM_IO, "%s: %s", output->path, strerror(errno));
        free(output->temporary);
        output->temporary = NULL;
        return status;
    }
    output->file = fdopen(descriptor, "wb");
    if (output->file)
        return PIM_OK;
    close(descriptor);
    return pim_fail(error, PIM_IO, "%s: %s", output->path, strerror(errno));
}

enum pim_status output_open(const char *path, struct output_file *output, struct pim_error *error)
{
    *output = (struct output_file){0};
    if (output_is_standard(path)) {
        output->file = stdout;
        return PIM_OK;
    }
    output->path = strdup(path);
    if (!output->path)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    enum pim_status status = PIM_OK;
    if (!is_special(path))
        status = open_temporary(output, error);
    else if (!(output->file = fopen(path, "wb")))
        status = pim_fail(error, PIM_IO, "%s: %s", path, strerror(errno));
    if (status != PIM_OK)
        output_abandon(output);
    return status;
}

enum pim_status output_commit(struct output_file *output, struct pim_error *error)
{
    if (output->file == stdout) {
        *output = (struct output_file){0};
        return PIM_OK; /* main checks standard output once at the end */
    }
    bool written = !ferror(output->file);
    written = fclose(output->file) == 0 && written;
    output->file = NULL;
    if (written && output->temporary)
        written = rename(output->temporary, output->path) == 0;
    enum pim_status status = PIM_OK;
    if (!written)
        status = pim_fail(error, PIM_IO, "%s: writing failed: %s", output->path, strerror(errno));
    else if (output->temporary)
        output->temporary[0] = '\0';
    output_abandon(output);
    return status;
}

void output_abandon(struct output_file *output)
{
    if (output->file && output->file != stdout)
        fclose(output->file);
    if (output->temporary && output->temporary[0])
        unlink(output->temporary);
    free(output->temporary);
    free(output->path);
    *output = (struct output_file){0};
}

enum pim_status output_end(struct output_file *output, enum pim_status status, struct pim_error *error)
{
    if (status == PIM_OK)
        return output_commit(output, error);
    output_abandon(output);
    return status;
}

enum pim_status output_write(const char *path, const void *bytes, size_t size, struct pim_error *error)
{
    struct output_file output;
    enum pim_status status = output_open(path, &output, error);
    if (status != PIM_OK)
        return status;
    fwrite(bytes, 1, size, output.file);
    return output_commit(&output, error);
}
