/* Queues in WRAM. MISSING: the layout of such a queue on the device is not public enough to serve it, so everything is refused. */
#include "upmem_context.h"

static dpu_error_t refuse(void)
{
    upmem_enter();
    upmem_say("queues in WRAM (dpu_fifo_*, dpu_link_*) are not supported");
    return upmem_leave(DPU_ERR_INTERNAL);
}

dpu_error_t dpu_link_input_fifo(struct dpu_set_t dpu_set, struct dpu_fifo_link_t *link, char *fifo_name)
{
    (void)dpu_set, (void)link, (void)fifo_name;
    return refuse();
}

dpu_error_t dpu_link_output_fifo(struct dpu_set_t dpu_set, struct dpu_fifo_link_t *link, char *fifo_name)
{
    (void)dpu_set, (void)link, (void)fifo_name;
    return refuse();
}

dpu_error_t dpu_fifo_link_free(struct dpu_fifo_link_t *link)
{
    if (link)
        link->rank_fifos = NULL;
    return DPU_OK;
}

dpu_error_t dpu_fifo_prepare_xfer(struct dpu_set_t dpu_set, struct dpu_fifo_link_t *link, void *buffer)
{
    (void)dpu_set, (void)link, (void)buffer;
    return refuse();
}

dpu_error_t dpu_fifo_push_xfer(struct dpu_set_t dpu_set, struct dpu_fifo_link_t *link, dpu_xfer_flags_t flags)
{
    (void)dpu_set, (void)link, (void)flags;
    return refuse();
}
