#include "trace_reader.h"

#include <stdlib.h>

struct unit_account {
    uint64_t events, busy_ps, covered_ps; /* busy up to here */
};

static void account(struct unit_account *unit, const struct pim_event *event)
{
    uint64_t start_ps = event->time_ps > unit->covered_ps ? event->time_ps : unit->covered_ps;
    uint64_t end_ps = event->time_ps + event->duration_ps;
    unit->events++;
    if (end_ps <= start_ps)
        return;
    unit->busy_ps += end_ps - start_ps;
    unit->covered_ps = end_ps;
}

static int busiest_first(const void *left, const void *right)
{
    const struct trace_unit_summary *a = left, *b = right;
    if (a->busy_ps != b->busy_ps)
        return a->busy_ps > b->busy_ps ? -1 : 1;
    return (a->unit > b->unit) - (a->unit < b->unit);
}

/* Of units that did anything, sorted. */
static bool take_units(const struct unit_account *accounts, uint32_t units, struct trace_summary *summary)
{
    for (uint32_t unit = 0; unit < units; unit++)
        summary->unit_count += accounts[unit].events > 0;
    summary->units = calloc(summary->unit_count + 1, sizeof *summary->units);
    if (!summary->units)
        return false;
    size_t next = 0;
    for (uint32_t unit = 0; unit < units; unit++)
        if (accounts[unit].events)
            summary->units[next++] = (struct trace_unit_summary){unit, accounts[unit].events, accounts[unit].busy_ps};
    qsort(summary->units, summary->unit_count, sizeof *summary->units, busiest_first);
    return true;
}

static enum pim_status add_up(struct trace_reader *reader, struct unit_account *accounts, struct trace_summary *summary,
                              struct pim_error *error)
{
    const struct pim_event *event;
    enum pim_status status;
    trace_seek(reader, 0);
    while ((status = trace_next(reader, &event, error)) == PIM_OK && event) {
        summary->kinds[event->kind].events++;
        summary->kinds[event->kind].duration_ps += event->duration_ps;
        if (event->lane != trace_schema_of(reader)->link_lane)
            account(&accounts[event->unit], event);
    }
    return status;
}

enum pim_status trace_summarise(struct trace_reader *reader, struct trace_summary *summary, struct pim_error *error)
{
    const struct trace_schema *schema = trace_schema_of(reader);
    *summary = (struct trace_summary){
        .events = trace_event_count(reader),
        .first_ps = trace_first_ps(reader),
        .last_ps = trace_last_ps(reader),
        .kind_count = schema->kind_count,
        .kinds = calloc(schema->kind_count + 1, sizeof *summary->kinds),
    };
    struct unit_account *accounts = calloc(schema->units, sizeof *accounts);
    enum pim_status status = PIM_OK;
    if (summary->kinds && accounts)
        status = add_up(reader, accounts, summary, error);
    if (!summary->kinds || !accounts || (status == PIM_OK && !take_units(accounts, schema->units, summary)))
        status = pim_fail(error, PIM_NO_MEMORY, "no memory for the summary of a trace");
    free(accounts);
    if (status != PIM_OK)
        trace_summary_free(summary);
    return status;
}

void trace_summary_free(struct trace_summary *summary)
{
    free(summary->kinds);
    free(summary->units);
    *summary = (struct trace_summary){.kinds = NULL};
}
