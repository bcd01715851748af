#include "config.h" /* GNU extensions of the C library */

#include "host_environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path_text.h"

/* Search paths that get a folder of the library in front. CPATH and LIBRARY_PATH are those of compilers, for Makefiles that do not ask
 * dpu-pkg-config. */
static const struct { const char *variable, *part; } search_paths[] = {
    {"LD_LIBRARY_PATH", "lib"},
    {"PATH", "bin"},
    {"PKG_CONFIG_PATH", "lib/pkgconfig"},
    {"CPATH", "include/dpu"},
    {"LIBRARY_PATH", "lib"},
};
enum { SEARCH_PATHS = sizeof search_paths / sizeof *search_paths };

#define STANDARD_PATH "/usr/bin:/bin"

/* Where the vendor's SDK says that it is. One that is there stays: it may have the compiler for DPU programs. */
#define HOME_VARIABLE "UPMEM_HOME"

static const char *const setting_variables[] = {
#define SETTING_VARIABLE(name, variable, help) variable,
    HOST_SETTING_MAP(SETTING_VARIABLE)
#undef SETTING_VARIABLE
};

static enum pim_status no_memory(struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "out of memory");
}

/* ---- the folder ---- */

/* Whether `folder` is one; it is freed otherwise. */
static bool take(char *folder, char **found)
{
    char *library = folder ? pim_path_join(folder, "lib/libdpu.so") : NULL;
    if (library && access(library, R_OK) == 0)
        *found = folder;
    else
        free(folder);
    free(library);
    return *found != NULL;
}

static char *command_folder(void)
{
    char *path = realpath("/proc/self/exe", NULL);
    char *slash = path ? strrchr(path, '/') : NULL;
    if (slash)
        *slash = '\0';
    return path;
}

/* PIM_UPMEM_FOLDER as seen from PIM_COMMAND_FOLDER, applied to `from`: out of the folders that only the latter is in, then down. */
static char *moved_folder(const char *from)
{
    const char *command = PIM_COMMAND_FOLDER, *library = PIM_UPMEM_FOLDER;
    size_t common = 0;
    for (size_t i = 0; command[i] && command[i] == library[i]; i++)
        if (command[i] == '/')
            common = i;
    char *path = strdup(from);
    for (const char *rest = command + common; path && (rest = strchr(rest, '/')) != NULL; rest++) {
        char *slash = strrchr(path, '/');
        if (slash)
            *slash = '\0';
    }
    char *moved = path ? pim_path_join(path, library + common + 1) : NULL;
    free(path);
    return moved;
}

enum pim_status host_folder_find(char **folder, struct pim_error *error)
{
    const char *given = getenv("PIMENTO_UPMEM");
    *folder = NULL;
    if (given && *given) {
        if (take(realpath(given, NULL), folder))
            return PIM_OK;
        return pim_fail(error, PIM_BAD_INPUT, "PIMENTO_UPMEM: there is no %s/lib/libdpu.so", given);
    }
    char *command = command_folder();
    if (!command)
        return no_memory(error);
    bool found = take(pim_path_join(command, "upmem"), folder) || take(moved_folder(command), folder) ||
                 take(strdup(PIM_UPMEM_FOLDER), folder);
    if (!found)
        pim_fail(error, PIM_IO, "the drop-in library is neither beside %s/pimento nor in " PIM_UPMEM_FOLDER, command);
    free(command);
    return found ? PIM_OK : PIM_IO;
}

/* ---- the environment ---- */

static enum pim_status set(const char *variable, const char *value, struct pim_error *error)
{
    return setenv(variable, value, 1) == 0 ? PIM_OK : no_memory(error);
}

/* An empty element would mean the current folder, so there is none. Without a PATH commands are found all the same. */
static enum pim_status prepend(const char *variable, const char *folder, struct pim_error *error)
{
    const char *old = getenv(variable);
    if (!old && strcmp(variable, "PATH") == 0)
        old = STANDARD_PATH;
    char *value = NULL;
    if (asprintf(&value, "%s%s%s", folder, old && *old ? ":" : "", old ? old : "") < 0)
        return no_memory(error);
    enum pim_status status = set(variable, value, error);
    free(value);
    return status;
}

enum pim_status host_environment_set(const char *folder, const struct host_settings *settings, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    for (size_t i = 0; status == PIM_OK && i < SEARCH_PATHS; i++) {
        char *part = pim_path_join(folder, search_paths[i].part);
        status = part ? prepend(search_paths[i].variable, part, error) : no_memory(error);
        free(part);
    }
    const char *home = getenv(HOME_VARIABLE);
    if (status == PIM_OK && !(home && *home))
        status = set(HOME_VARIABLE, folder, error);
    for (size_t i = 0; status == PIM_OK && i < HOST_SETTINGS; i++)
        if (settings->texts[i])
            status = set(setting_variables[i], settings->texts[i], error);
    return status;
}

/* Between single quotes everything stands for itself but a single quote. */
static void print_quoted(FILE *file, const char *text)
{
    fputc('\'', file);
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", file);
        else
            fputc(*text, file);
    fputc('\'', file);
}

static void print_export(FILE *file, const char *variable, const char *value)
{
    fprintf(file, "export %s=", variable);
    print_quoted(file, value);
    fputc('\n', file);
}

void host_environment_print(FILE *file, const char *folder, const struct host_settings *settings)
{
    for (size_t i = 0; i < SEARCH_PATHS; i++) {
        const char *variable = search_paths[i].variable;
        fprintf(file, "export %s=", variable);
        print_quoted(file, folder);
        fprintf(file, "/%s${%s:+\":$%s\"}\n", search_paths[i].part, variable, variable);
    }
    fprintf(file, "test -n \"${%s-}\" || ", HOME_VARIABLE);
    print_export(file, HOME_VARIABLE, folder);
    for (size_t i = 0; i < HOST_SETTINGS; i++)
        if (settings->texts[i])
            print_export(file, setting_variables[i], settings->texts[i]);
}
