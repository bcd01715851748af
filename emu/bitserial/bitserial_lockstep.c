/* Banks in lockstep: those that are launched together with the same program and the same times have the same stretches of commands, which the first
 * one that comes to them takes, and the others follow. Banks run on different threads and need not be equally far.
 *
 * A bank that leaves the common way (a fault that its data decides, another limit) goes on by itself; results never depend on who was first.
 */
#include "bitserial_stretch.h"

#include <pthread.h>
#include <stdlib.h>

enum { MOST_BYTES = 64 << 20 }; /* of the stretches of a group; what comes later every bank takes for itself */

struct bitserial_lockstep {
    pthread_mutex_t lock;
    uint32_t banks;
    struct stretch **stretches;
    size_t count, room, bytes;
};

static bool same_times(const struct bitserial_bank *x, const struct bitserial_bank *y)
{
    return x->aap_cycles == y->aap_cycles && x->ap_cycles == y->ap_cycles && x->aap_limited == y->aap_limited && x->ap_limited == y->ap_limited;
}

/* A group of one is of no use; without memory for a group the banks run alone. */
void bitserial_lockstep_begin(struct bitserial_machine *machine, const uint32_t *units, size_t count)
{
    struct bitserial_lockstep *group = count > 1 ? calloc(1, sizeof *group) : NULL;
    if (!group)
        return;
    const struct bitserial_bank *first = &machine->banks[units[0]];
    pthread_mutex_init(&group->lock, NULL);
    for (size_t i = 0; i < count; i++) {
        struct bitserial_bank *bank = &machine->banks[units[i]];
        if (bank->program != first->program || !same_times(bank, first))
            continue;
        bank->lockstep = group;
        bank->stretch = 0;
        group->banks++;
    }
}

void bitserial_lockstep_leave(struct bitserial_bank *bank)
{
    struct bitserial_lockstep *group = bank->lockstep;
    if (!group)
        return;
    bank->lockstep = NULL;
    pthread_mutex_lock(&group->lock);
    bool last = --group->banks == 0;
    pthread_mutex_unlock(&group->lock);
    if (!last)
        return;
    for (size_t i = 0; i < group->count; i++)
        stretch_free(group->stretches[i]);
    free(group->stretches);
    pthread_mutex_destroy(&group->lock);
    free(group);
}

/* The state of a bank that follows the program from its launch is a function of how many commands it has run: stretches begin where another one
 * has ended, each with more commands than the one before. */
const struct stretch *lockstep_take(struct bitserial_bank *bank, uint64_t limit_cycles)
{
    struct bitserial_lockstep *group = bank->lockstep;
    const struct stretch *stretch = NULL;
    if (!group)
        return NULL;
    pthread_mutex_lock(&group->lock);
    if (bank->stretch < group->count)
        stretch = group->stretches[bank->stretch];
    pthread_mutex_unlock(&group->lock);
    if (!stretch || stretch->first_command != bank->command || stretch->limit_cycles != limit_cycles)
        return NULL;
    bank->stretch++;
    return stretch;
}

static bool append(struct bitserial_lockstep *group, struct stretch *stretch)
{
    if (group->bytes + stretch->bytes > MOST_BYTES)
        return false;
    if (group->count == group->room) {
        size_t room = group->room ? 2 * group->room : 16;
        struct stretch **stretches = realloc(group->stretches, room * sizeof *stretches);
        if (!stretches)
            return false;
        group->stretches = stretches;
        group->room = room;
    }
    group->stretches[group->count++] = stretch;
    group->bytes += stretch->bytes;
    return true;
}

bool lockstep_give(struct bitserial_bank *bank, struct stretch *stretch)
{
    struct bitserial_lockstep *group = bank->lockstep;
    if (!group)
        return false;
    pthread_mutex_lock(&group->lock);
    bool given = bank->stretch == group->count && append(group, stretch);
    if (bank->stretch < group->count) /* another thread may have been faster */
        bank->stretch++;
    pthread_mutex_unlock(&group->lock);
    return given;
}
