#include "pimento.h"

#include <stdlib.h>

bool pim_event_add(struct pim_event_list *list, const struct pim_event *event)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 64;
        struct pim_event *events = realloc(list->events, capacity * sizeof *events);
        if (!events) {
            list->failed = true;
            return false;
        }
        list->events = events;
        list->capacity = capacity;
    }
    list->events[list->count++] = *event;
    return true;
}
