/* Host threads that share out numbered pieces of work. Pieces are taken one by one as threads get free, so which thread does which is
 * not determined: results must not depend on it.
 */
#ifndef WORKERS_H
#define WORKERS_H

#include "pim_error.h"

struct pim_workers;

struct pim_job {
    size_t pieces;
    void (*run)(void *context, size_t piece, unsigned worker); /* worker 0 is the calling thread */
    void (*wait)(void *context); /* called now and then while the caller waits for the others; may be NULL */
    void *context;
};

/* `threads` counts the calling thread. */
enum pim_status pim_workers_open(struct pim_workers **workers, unsigned threads, struct pim_error *error);
void pim_workers_close(struct pim_workers *workers);

/* Returns when all pieces are done. */
void pim_workers_run(struct pim_workers *workers, const struct pim_job *job);

#endif
