/* One ordered queue per rank (the back-end's queue level), each with its own clock, and the host's clock.
 *
 * Work starts when the host has issued it and every queue it touches is free. A blocking call then synchronises: the host's clock takes
 * the maximum of the queues the call touched.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include "pimento.h"

struct pim_queues {
    uint32_t count;
    uint32_t units_per_queue; /* units are numbered queue by queue */
    uint64_t *now_ps;         /* per queue: end of its last work */
    uint64_t host_ps;
};

/* Levels of the target give the shape; `units` may be fewer than the target has. */
enum pim_status pim_queues_open(struct pim_queues *queues, const struct pim_target *target, uint32_t units,
                                struct pim_error *error);
void pim_queues_close(struct pim_queues *queues);

uint32_t pim_queue_of(const struct pim_queues *queues, uint32_t unit);

/* Units below one of the back-end's queue level, and all units, of a target; UINT64_MAX when that does not fit. */
uint64_t pim_target_units_per_queue(const struct pim_target *target);
uint64_t pim_target_units(const struct pim_target *target);

/* When work that touches this queue can start. */
uint64_t pim_queue_start(const struct pim_queues *queues, uint32_t queue);

/* The host has waited for work that ends then. */
void pim_queues_wait(struct pim_queues *queues, uint64_t until_ps);

/* The maximum over host and queues. */
uint64_t pim_queues_now(const struct pim_queues *queues);

#endif
