#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static double seconds_since(const struct timespec *then, const struct timespec *now)
{
    return (double)(now->tv_sec - then->tv_sec) + 1e-9 * (double)(now->tv_nsec - then->tv_nsec);
}

bool progress_begin(struct progress *progress)
{
    *progress = (struct progress){0};
    clock_gettime(CLOCK_MONOTONIC, &progress->start);
    return isatty(STDERR_FILENO);
}

/* Is it time to write the line again? *elapsed is the time since the start. */
static bool due(struct progress *progress, double *elapsed)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *elapsed = seconds_since(&progress->start, &now);
    if (*elapsed < 2 || (progress->visible && seconds_since(&progress->shown, &now) < 0.2))
        return false;
    progress->visible = true;
    progress->shown = now;
    return true;
}

void progress_show(void *context, uint32_t done_units, uint32_t units, uint64_t cycles)
{
    double elapsed;
    if (due(context, &elapsed))
        fprintf(stderr, "\r%" PRIu32 " of %" PRIu32 " units done, %" PRIu64 " cycles, %.0f s\033[K", done_units, units, cycles,
                elapsed);
}

void progress_show_count(struct progress *progress, uint64_t done, uint64_t all, const char *what)
{
    double elapsed;
    if (due(progress, &elapsed))
        fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " %s done, %.0f s\033[K", done, all, what, elapsed);
}

void progress_end(struct progress *progress)
{
    if (progress->visible)
        fputs("\r\033[K", stderr);
    progress->visible = false;
}
