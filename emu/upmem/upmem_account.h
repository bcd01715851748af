/* What `pimento host` reports about the process; see host_session.h. Without PIMENTO_HOST_REPORT all of this does nothing.
 *
 * Everything here is called with the context's lock held.
 */
#ifndef UPMEM_ACCOUNT_H
#define UPMEM_ACCOUNT_H

#include "upmem_context.h"

/* Take a place in the file, at the first call of a process; again in a child that fork has made. */
void upmem_account_open(const char *release);

/* Every call of the interface. Intervals in which some thread is between the two are the library's share of the wall time; a thread of
 * the library itself that emulates while the program runs on belongs between them too. */
void upmem_account_enter(void);
void upmem_account_leave(void);

/* A machine was opened. It gets its number in the run, from 1, and its trace begins. */
void upmem_account_machine(const struct upmem_machine *machine);
void upmem_account_allocation(void);
void upmem_account_symbol(const char *name, enum pim_direction direction, const struct pim_transfer *pieces,
                          size_t count);

/* After a launch of these units. */
void upmem_account_launch(const struct upmem_machine *machine, const uint32_t *units, size_t count, size_t faults);

/* The trace of this machine begins; it is complete. */
void upmem_account_trace(uint64_t number, bool complete);

/* Add the ledgers up, for the last time. */
void upmem_account_end(void);

#endif
