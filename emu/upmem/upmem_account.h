/* What `pimento host` reports about the process; see host_session.h. Without PIMENTO_HOST_REPORT all of this does nothing. */
#ifndef UPMEM_ACCOUNT_H
#define UPMEM_ACCOUNT_H

#include "upmem_context.h"

void upmem_account_open(const char *release);
/* Every call of the interface, with the lock held. */
void upmem_account_enter(void);
void upmem_account_leave(void);

void upmem_account_machine(const struct upmem_machine *machine);
void upmem_account_allocation(void);
void upmem_account_symbol(const char *name, enum pim_direction direction, const struct pim_transfer *pieces,
                          size_t count);

/* After a launch of these units. */
void upmem_account_launch(const struct upmem_machine *machine, const uint32_t *units, size_t count, size_t faults);

#endif
