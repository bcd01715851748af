/* The trace of a machine goes to a file sink of the core. In between stands a sink of our own, because a child of fork inherits the
 * machine: it must neither write into its parent's file nor remove it.
 */
#include "upmem_trace.h"

#include <inttypes.h>
#include <unistd.h>

#include "upmem_account.h"

struct trace {
    struct pim_sink sink;   /* first: a sink is converted back */
    struct pim_sink *file;
    pid_t owner;
    uint64_t number;        /* of the machine */
    struct trace *next;
};

/* Traces of the parent that a child of fork will not use. They are kept, because their files are not the child's to close. */
static struct trace *inherited;

static struct trace *owned(struct pim_sink *sink)
{
    struct trace *trace = (struct trace *)sink;
    return trace->owner == getpid() ? trace : NULL;
}

static enum pim_status begin(struct pim_sink *sink, const struct pim_target *target, uint32_t units,
                             struct pim_error *error)
{
    struct trace *trace = owned(sink);
    return trace ? trace->file->begin(trace->file, target, units, error) : PIM_OK;
}

static enum pim_status events(struct pim_sink *sink, const struct pim_event *list, size_t count, struct pim_error *error)
{
    struct trace *trace = owned(sink);
    return trace ? trace->file->events(trace->file, list, count, error) : PIM_OK;
}

static enum pim_status end(struct pim_sink *sink, struct pim_error *error)
{
    struct trace *trace = owned(sink);
    enum pim_status status = trace ? trace->file->end(trace->file, error) : PIM_OK;
    if (trace && status == PIM_OK)
        upmem_account_trace(trace->number, true);
    return status;
}

static void destroy(struct pim_sink *sink)
{
    struct trace *trace = owned(sink);
    if (!trace) {
        trace = (struct trace *)sink;
        trace->next = inherited;
        inherited = trace;
        return;
    }
    trace->file->destroy(trace->file);
    free(trace);
}

static enum pim_status open_trace(const char *path, const struct upmem_machine *machine, uint64_t number,
                                  struct pim_error *error)
{
    struct trace *trace = calloc(1, sizeof *trace);
    if (!trace)
        return pim_fail(error, PIM_NO_MEMORY, "%s: no memory for the trace", path);
    *trace = (struct trace){.sink = {begin, events, end, destroy}, .owner = getpid(), .number = number};
    enum pim_status status = pim_trace_file(path, &trace->file, error);
    if (status != PIM_OK) {
        free(trace);
        return status;
    }
    return pim_device_attach(machine->device, &trace->sink, error);
}

void upmem_trace_begin(const struct upmem_machine *machine, uint64_t number)
{
    struct pim_error error = {0};
    const char *file = getenv("PIMENTO_HOST_TRACE");
    char *path = NULL;
    if (!file || !*file)
        return;
    int length = number > 1 ? asprintf(&path, "%s.%" PRIu64, file, number) : asprintf(&path, "%s", file);
    if (length < 0)
        return;
    if (open_trace(path, machine, number, &error) == PIM_OK)
        upmem_account_trace(number, false);
    else
        upmem_say("%s; there will be no trace of this machine", error.text);
    free(path);
}

void upmem_trace_end(void)
{
    for (const struct upmem_machine *machine = upmem.machines; machine; machine = machine->next) {
        struct pim_error error = {0};
        if (pim_device_finish(machine->device, &error) != PIM_OK)
            upmem_say("%s", error.text);
    }
}
