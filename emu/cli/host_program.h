/* A program of the user: finding it, looking at it, running it. */
#ifndef HOST_PROGRAM_H
#define HOST_PROGRAM_H

#include "pim_error.h"

/* As shells have it. */
enum { HOST_EXIT_NOT_EXECUTABLE = 126, HOST_EXIT_NOT_FOUND = 127, HOST_EXIT_SIGNAL = 128 };

/* How it ended. */
struct host_ending {
    int process;
    bool signalled;
    int number;       /* exit status, or the signal */
    uint64_t wall_ns;
    uint64_t ended_ns; /* CLOCK_MONOTONIC */
};

/* The file that `name` means, found as a shell finds it and one that this machine can execute: a program or a script. On a failure
 * *exit_status is what a shell would return. free(*path). */
enum pim_status host_program_find(const char *name, char **path, int *exit_status, struct pim_error *error);

/* Run it with `words` (NULL-ended, the first is its name) in this process's environment and wait for its end. Signals that somebody sends
 * to us are sent on; those of a terminal it gets itself. */
enum pim_status host_program_run(const char *path, const char *const *words, struct host_ending *ending, int *exit_status,
                                 struct pim_error *error);

/* 128 + N for signal N. */
int host_exit_status(const struct host_ending *ending);

#endif
