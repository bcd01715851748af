/* Checked places in DPU memory. Private to emu/upmem. */
#ifndef UPMEM_TRANSFER_H
#define UPMEM_TRANSFER_H

#include "upmem_queue.h"

/* Which memory a symbol's address means, in the order of the job types. */
enum upmem_memory { UPMEM_WRAM, UPMEM_IRAM, UPMEM_MRAM };

struct upmem_place {
    enum upmem_memory memory;
    uint32_t space;
    uint64_t offset, bytes;
    const char *name;      /* for the account */
    bool parallel;         /* WRAM of DPUs that may be running */
};

/* A symbol by name or by value, as the two forms of every transfer function give it. */
struct upmem_symbol_argument {
    bool by_name;
    const char *name;
    struct dpu_symbol_t symbol;
};

/* Check in the vendor's order: program and name, end of the symbol, alignment and end of the memory. */
dpu_error_t upmem_locate(const struct upmem_selection *selection, const struct upmem_symbol_argument *argument,
                         uint32_t offset, size_t bytes, struct upmem_place *place);

/* Move the pieces, which are in the order of the selection's ranks. */
dpu_error_t upmem_move(const struct upmem_selection *selection, const struct upmem_place *place,
                       enum pim_direction direction, const struct pim_transfer *pieces, size_t count,
                       bool asynchronous, enum upmem_job_type wram_job);

#endif
