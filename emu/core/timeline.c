#include "timeline.h"

#include <stdlib.h>

struct edge {
    uint64_t time_ps;
    enum pim_time_class time_class;
    int step; /* +1 opens, -1 closes */
};

bool pim_timeline_add(struct pim_timeline *timeline, enum pim_time_class time_class, uint64_t start_ps,
                      uint64_t end_ps)
{
    if (end_ps <= start_ps)
        return true;
    if (timeline->count == timeline->capacity) {
        size_t capacity = timeline->capacity ? 2 * timeline->capacity : 16;
        struct pim_time_interval *grown = realloc(timeline->open, capacity * sizeof *grown);
        if (!grown)
            return false;
        timeline->open = grown;
        timeline->capacity = capacity;
    }
    timeline->open[timeline->count++] = (struct pim_time_interval){start_ps, end_ps, time_class};
    return true;
}

static int by_time(const void *left, const void *right)
{
    const struct edge *a = left, *b = right;
    return (a->time_ps > b->time_ps) - (a->time_ps < b->time_ps);
}

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
    return value < low ? low : value > high ? high : value;
}

static size_t collect_edges(const struct pim_timeline *timeline, uint64_t until_ps, struct edge *edges)
{
    size_t count = 0;
    for (size_t i = 0; i < timeline->count; i++) {
        const struct pim_time_interval *interval = &timeline->open[i];
        uint64_t start = clamp(interval->start_ps, timeline->settled_ps, until_ps);
        uint64_t end = clamp(interval->end_ps, timeline->settled_ps, until_ps);
        edges[count++] = (struct edge){start, interval->time_class, +1};
        edges[count++] = (struct edge){end, interval->time_class, -1};
    }
    return count;
}

/* Between two edges the time belongs to the first class that is active. */
static void sweep(const struct edge *edges, size_t count, struct pim_time_partition *partition)
{
    long active[PIM_TIME_CLASSES] = {0};
    for (size_t i = 0; i + 1 < count; i++) {
        active[edges[i].time_class] += edges[i].step;
        int owner = 0;
        while (owner < PIM_TIME_CLASSES && !active[owner])
            owner++;
        if (owner < PIM_TIME_CLASSES)
            partition->ps[owner] += edges[i + 1].time_ps - edges[i].time_ps;
    }
}

bool pim_timeline_measure(const struct pim_timeline *timeline, uint64_t until_ps,
                          struct pim_time_partition *partition)
{
    *partition = timeline->settled;
    if (!timeline->count || until_ps <= timeline->settled_ps)
        return true;
    struct edge *edges = calloc(2 * timeline->count, sizeof *edges);
    if (!edges)
        return false;
    size_t count = collect_edges(timeline, until_ps, edges);
    qsort(edges, count, sizeof *edges, by_time);
    sweep(edges, count, partition);
    free(edges);
    return true;
}

bool pim_timeline_settle(struct pim_timeline *timeline, uint64_t until_ps)
{
    if (!pim_timeline_measure(timeline, until_ps, &timeline->settled))
        return false;
    if (until_ps <= timeline->settled_ps)
        return true;
    timeline->settled_ps = until_ps;
    size_t kept = 0;
    for (size_t i = 0; i < timeline->count; i++)
        if (timeline->open[i].end_ps > until_ps)
            timeline->open[kept++] = timeline->open[i];
    timeline->count = kept;
    return true;
}

void pim_timeline_free(struct pim_timeline *timeline)
{
    free(timeline->open);
    *timeline = (struct pim_timeline){0};
}
