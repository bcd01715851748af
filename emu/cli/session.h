/* An opened machine: what `run` and `kernel` need before they load anything. Opening applies, in this order, the target file, --set,
 * and the options that are parameters by another name.
 */
#ifndef SESSION_H
#define SESSION_H

#include "pimento.h"
#include "progress.h"

struct session_setting { const char *key, *value; };

struct session_options {
    const struct pim_image *image;          /* decides the default target; must be for the target's instruction set */
    const char *target;                     /* NULL: the default of the image's back-end */
    const char *const *settings;            /* "key=value", NULL-ended, may be NULL */
    const struct session_setting *forced;   /* after `settings`; ended by key == NULL; may be NULL */
    struct pim_device_options device;       /* progress is set by the session */
    const char *trace;                      /* file; NULL: no trace */
    bool quiet;                             /* no progress */
};

struct session {
    struct pim_registry *registry;
    struct pim_target *target;
    struct pim_device *device;
    struct progress progress;
};

/* Close it in any case. */
enum pim_status session_open(const struct session_options *options, struct session *session, struct pim_error *error);
void session_close(struct session *session);

#endif
