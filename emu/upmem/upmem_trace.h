/* PIMENTO_HOST_TRACE: traces of the process's machines. */
#ifndef UPMEM_TRACE_H
#define UPMEM_TRACE_H

#include "upmem_context.h"

/* Begin the trace of a machine just opened, `number` in the run: the first one writes FILE, the others FILE.2, FILE.3... */
void upmem_trace_begin(const struct upmem_machine *machine, uint64_t number);

/* Finish all of them: the files get their names. */
void upmem_trace_end(void);

#endif
