/* A toy machine from registry to device, and a sink that remembers. Everything here uses the public header only. */
#ifndef TOY_FIXTURE_H
#define TOY_FIXTURE_H

#include <check.h>

#include "pimento.h"
#include "toy_counter.h"

#define PLUGIN_FOLDER "tests/plugins"

struct toy {
    struct pim_registry *registry;
    struct pim_target *target;
    struct pim_device *device;
    struct pim_error error;
};

/* `name` is a target of one of the two toys. `settings` ends with NULL: key, value, ...; may be NULL. Fails the test when it does not
 * open. */
void toy_open(struct toy *toy, const char *name, const char *const *settings,
              const struct pim_device_options *options);
void toy_close(struct toy *toy);

/* Load a program into units, from text for toy-counter or as a number of phases for toy-sorter. The bytes must outlive the device. */
void toy_load(struct toy *toy, struct pim_units units, const void *program, size_t bytes);

/* One piece, to or from one unit. */
void toy_move(struct toy *toy, enum pim_direction direction, uint32_t unit, uint32_t space, uint64_t offset, void *data,
              uint64_t bytes);

/* What the sink saw; `fail_at` > 0 makes that call of `events` fail. */
struct toy_record {
    unsigned begun, ended, destroyed, calls, fail_at;
    struct pim_event_list list;
};
void toy_attach(struct toy *toy, struct toy_record *record);

/* Report of the device (free()). */
char *toy_report(struct toy *toy, enum pim_report_format format);

#define ck_assert_status(status, wanted, error)                                                                        \
    ck_assert_msg((status) == (wanted), "%s: %s", pim_status_name(status), (error)->text)

#endif
