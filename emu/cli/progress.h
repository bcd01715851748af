/* A line on standard error that says how far a long run is: only on a terminal, only after two seconds. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    uint64_t start_ns, shown_ns;
    bool visible;
};

/* Of a clock that never goes back. */
uint64_t host_time_ns(void);

/* False when standard error is no terminal: then nothing needs to be called back. */
bool progress_begin(struct progress *progress);
/* For pim_device_options; `context` is the struct progress. */
void progress_show(void *context, uint32_t done_units, uint32_t units, uint64_t cycles);
/* The same for things that are counted, "rows". */
void progress_show_count(struct progress *progress, uint64_t done, uint64_t all, const char *what);
/* Wipe the line; harmless when there is none. */
void progress_end(struct progress *progress);

#endif
