#include "config.h" /* GNU extensions of the C library */

#include "host_program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "path_text.h"
#include "progress.h"

extern char **environ;

/* ---- looking at it ---- */

enum { DPU_MACHINE = 245 };
#if defined __x86_64__
enum { THIS_MACHINE = EM_X86_64 };
#elif defined __aarch64__
enum { THIS_MACHINE = EM_AARCH64 };
#else
enum { THIS_MACHINE = EM_NONE };
#endif

static enum pim_status refuse(int *exit_status, int value, struct pim_error *error, const char *path, const char *why)
{
    *exit_status = value;
    return pim_fail(error, PIM_IO, "%s: %s", path, why);
}

/* The start of the file; a script has none of this. */
static const char *wrong_machine(const char *path)
{
    Elf64_Ehdr header = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t bytes = file >= 0 ? read(file, &header, sizeof header) : -1;
    if (file >= 0)
        close(file);
    if (bytes < (ssize_t)offsetof(Elf64_Ehdr, e_version) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return NULL;
    if (header.e_machine == DPU_MACHINE)
        return "a DPU program, expected the host program that loads it; `pimento run` runs a DPU program alone";
    if (THIS_MACHINE != EM_NONE && (header.e_machine != THIS_MACHINE || header.e_ident[EI_CLASS] != ELFCLASS64))
        return "a program for another kind of processor";
    return NULL;
}

static enum pim_status check(const char *path, int *exit_status, struct pim_error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return refuse(exit_status, errno == ENOENT || errno == ENOTDIR ? HOST_EXIT_NOT_FOUND : HOST_EXIT_NOT_EXECUTABLE, error,
                      path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return refuse(exit_status, HOST_EXIT_NOT_EXECUTABLE, error, path, strerror(EISDIR));
    const char *why = wrong_machine(path);
    if (why)
        return refuse(exit_status, HOST_EXIT_NOT_EXECUTABLE, error, path, why);
    if (access(path, X_OK) != 0)
        return refuse(exit_status, HOST_EXIT_NOT_EXECUTABLE, error, path, strerror(errno));
    return PIM_OK;
}

struct search {
    const char *name;
    char *found;
};

static enum pim_status search_folder(void *context, const char *folder, struct pim_error *error)
{
    struct search *search = context;
    struct stat status;
    if (search->found)
        return PIM_OK;
    char *path = pim_path_join(folder, search->name);
    if (!path)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    if (access(path, X_OK) == 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode))
        search->found = path;
    else
        free(path);
    return PIM_OK;
}

enum pim_status host_program_find(const char *name, char **path, int *exit_status, struct pim_error *error)
{
    struct search search = {.name = name};
    enum pim_status status = PIM_OK;
    *path = NULL;
    if (strchr(name, '/'))
        search.found = strdup(name);
    else
        status = pim_path_each(getenv("PATH"), /* has the library's folder at least */ search_folder, &search, error);
    if (status == PIM_OK && !search.found) {
        struct stat here;
        bool is_here = stat(name, &here) == 0 && S_ISREG(here.st_mode);
        if (!*name)
            return pim_fail(error, PIM_USAGE, "the name of the program is empty");
        *exit_status = HOST_EXIT_NOT_FOUND;
        return pim_fail(error, PIM_IO, is_here ? "%s: no such command; the file here is ./%s" : "%s: no such command", name, name);
    }
    if (status == PIM_OK)
        status = check(search.found, exit_status, error);
    if (status == PIM_OK)
        *path = search.found;
    else
        free(search.found);
    return status;
}

/* ---- running it ---- */

static const int forwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
enum { FORWARDED = sizeof forwarded / sizeof *forwarded };

static void awaited_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    for (size_t i = 0; i < FORWARDED; i++)
        sigaddset(set, forwarded[i]);
}

/* A text without "#!" is a script for the shell, as for every shell. */
static int start(pid_t *process, const char *path, const char *const *words, const sigset_t *mask)
{
    posix_spawnattr_t attributes;
    int failure = posix_spawnattr_init(&attributes);
    if (failure)
        return failure;
    sigset_t ignored;
    sigemptyset(&ignored);
    sigaddset(&ignored, SIGXFSZ); /* by us */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, mask);
    posix_spawnattr_setsigdefault(&attributes, &ignored);
    failure = posix_spawn(process, path, NULL, &attributes, (char *const *)(uintptr_t)words, environ);
    if (failure == ENOEXEC) {
        size_t count = 0;
        while (words[count])
            count++;
        const char **shell = calloc(count + 2, sizeof *shell);
        if (shell) {
            shell[0] = "sh";
            shell[1] = path;
            memcpy(shell + 2, words + 1, count * sizeof *shell);
            failure = posix_spawn(process, "/bin/sh", NULL, &attributes, (char *const *)(uintptr_t)shell, environ);
        }
        free(shell);
    }
    posix_spawnattr_destroy(&attributes);
    return failure;
}

static bool has_ended(pid_t process, struct host_ending *ending)
{
    int status;
    if (waitpid(process, &status, WNOHANG) != process)
        return false;
    ending->ended_ns = host_time_ns();
    ending->signalled = WIFSIGNALED(status);
    ending->number = ending->signalled ? WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}

/* A terminal sends its signals to the whole foreground group, the program among it; only what a process has sent goes on. */
static void wait_for(pid_t process, const sigset_t *awaited, struct host_ending *ending)
{
    while (!has_ended(process, ending)) {
        siginfo_t info;
        int number = sigwaitinfo(awaited, &info);
        if (number > 0 && number != SIGCHLD && info.si_code <= 0 && info.si_pid != process)
            kill(process, number);
    }
}

enum pim_status host_program_run(const char *path, const char *const *words, struct host_ending *ending, int *exit_status,
                                 struct pim_error *error)
{
    sigset_t awaited, before;
    pid_t process;
    *ending = (struct host_ending){0};
    signal(SIGCHLD, SIG_DFL); /* ignored by whoever started us, it would swallow the program's status */
    awaited_signals(&awaited);
    sigprocmask(SIG_BLOCK, &awaited, &before);
    uint64_t start_ns = host_time_ns();
    int failure = start(&process, path, words, &before);
    if (!failure) {
        ending->process = process;
        wait_for(process, &awaited, ending);
        ending->wall_ns = ending->ended_ns - start_ns;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (!failure)
        return PIM_OK;
    bool interpreter = failure == ENOENT && access(path, F_OK) == 0;
    return refuse(exit_status, HOST_EXIT_NOT_EXECUTABLE, error, path,
                  interpreter ? "the interpreter that it names is not there (its first line, or the loader of an executable)"
                              : strerror(failure));
}

int host_exit_status(const struct host_ending *ending)
{
    return ending->signalled ? HOST_EXIT_SIGNAL + ending->number : ending->number;
}
