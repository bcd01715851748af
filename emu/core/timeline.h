/* What the machine did when: intervals of three classes that may overlap, and the exclusive partition of time that follows from them
 * by the precedence kernel > transfer > launch (> idle). An exact sweep; nothing is approximated.
 */
#ifndef TIMELINE_H
#define TIMELINE_H

#include "pimento.h"

/* In order of precedence. */
enum pim_time_class { PIM_TIME_KERNEL, PIM_TIME_TRANSFER, PIM_TIME_LAUNCH, PIM_TIME_CLASSES };

struct pim_time_interval {
    uint64_t start_ps, end_ps;
    enum pim_time_class time_class;
};

struct pim_time_partition {
    uint64_t ps[PIM_TIME_CLASSES];
};

struct pim_timeline {
    uint64_t settled_ps;               /* everything before is in `settled` and nothing can be added there */
    struct pim_time_partition settled;
    size_t count, capacity;
    struct pim_time_interval *open;    /* all end after settled_ps */
};

/* False: out of memory. Empty intervals are dropped. */
bool pim_timeline_add(struct pim_timeline *timeline, enum pim_time_class time_class, uint64_t start_ps,
                      uint64_t end_ps);

/* The partition of the time from 0 to until_ps. */
bool pim_timeline_measure(const struct pim_timeline *timeline, uint64_t until_ps,
                          struct pim_time_partition *partition);

/* Promise that no later interval starts before until_ps, so that memory stays bounded. */
bool pim_timeline_settle(struct pim_timeline *timeline, uint64_t until_ps);

void pim_timeline_free(struct pim_timeline *timeline);

#endif
