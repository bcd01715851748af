#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { QUIET_NS = 2000000000, INTERVAL_NS = 200000000 };

uint64_t host_time_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

bool progress_begin(struct progress *progress)
{
    *progress = (struct progress){.start_ns = host_time_ns()};
    return isatty(STDERR_FILENO);
}

/* Is it time to write the line again? *elapsed is the time since the start in seconds. */
static bool due(struct progress *progress, double *elapsed)
{
    uint64_t now = host_time_ns();
    *elapsed = 1e-9 * (double)(now - progress->start_ns);
    if (now - progress->start_ns < QUIET_NS || (progress->visible && now - progress->shown_ns < INTERVAL_NS))
        return false;
    progress->visible = true;
    progress->shown_ns = now;
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
