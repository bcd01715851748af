#include "session.h"

#include <string.h>

#include "settings.h"

/* The first back-end that executes the image's instruction set. */
static const struct pim_backend *backend_for(const struct pim_registry *registry, const struct pim_image *image)
{
    const struct pim_backend *backend;
    for (size_t i = 0; (backend = pim_registry_at(registry, i)) != NULL; i++)
        if (strcmp(backend->instruction_set, image->instruction_set) == 0)
            return backend;
    return NULL;
}

static enum pim_status choose_target(const struct session_options *options, const struct pim_registry *registry,
                                     const char **name, struct pim_error *error)
{
    const struct pim_backend *backend = backend_for(registry, options->image);
    *name = options->target;
    if (!*name && backend)
        *name = backend->default_target;
    if (*name)
        return PIM_OK;
    return pim_fail(error, PIM_BAD_INPUT, "%s: no back-end executes instruction set %s", options->image->path,
                    options->image->instruction_set);
}

static enum pim_status open_target(const struct session_options *options, struct session *session,
                                   struct pim_error *error)
{
    const char *name;
    enum pim_status status = choose_target(options, session->registry, &name, error);
    if (status == PIM_OK)
        status = settings_target(session->registry, name, options->settings, &session->target, error);
    if (status != PIM_OK)
        return status;
    const char *executes = pim_target_backend(session->target)->instruction_set;
    if (strcmp(executes, options->image->instruction_set) != 0)
        return pim_fail(error, PIM_BAD_INPUT, "%s: is for instruction set %s, but target %s executes %s",
                        options->image->path, options->image->instruction_set, name, executes);
    for (const struct session_setting *row = options->forced; status == PIM_OK && row && row->key; row++)
        status = pim_target_set(session->target, row->key, row->value, error);
    return status;
}

static enum pim_status open_device(const struct session_options *options, struct session *session,
                                   struct pim_error *error)
{
    struct pim_device_options device = options->device;
    if (!options->quiet && progress_begin(&session->progress)) {
        device.progress = progress_show;
        device.progress_context = &session->progress;
    }
    enum pim_status status = pim_device_open(session->target, &device, &session->device, error);
    struct pim_sink *sink;
    if (status != PIM_OK || !options->trace)
        return status;
    status = pim_trace_file(options->trace, &sink, error);
    return status == PIM_OK ? pim_device_attach(session->device, sink, error) : status;
}

enum pim_status session_open(const struct session_options *options, struct session *session, struct pim_error *error)
{
    *session = (struct session){0};
    enum pim_status status = pim_registry_open(&session->registry, error);
    if (status == PIM_OK)
        status = open_target(options, session, error);
    return status == PIM_OK ? open_device(options, session, error) : status;
}

void session_close(struct session *session)
{
    progress_end(&session->progress);
    if (session->device)
        pim_device_close(session->device);
    if (session->target)
        pim_target_close(session->target);
    if (session->registry)
        pim_registry_close(session->registry);
}
