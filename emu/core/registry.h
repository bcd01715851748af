/* Inside of the registry: what the target search needs from it. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "pimento.h"

struct pim_registry {
    size_t backend_count;
    const struct pim_backend **backends; /* NULL-ended */
    size_t target_path_count;
    char **target_paths;                 /* folders and files that plug-ins brought, owned */
    size_t handle_count;
    void **handles;                      /* lt_dlhandle of each plug-in */
    bool loader_open;                    /* lt_dlinit was called */
};

/* The built-in back-ends, NULL-ended: emu/core/backends.c. */
extern const struct pim_backend *const pim_builtin_backends[];

/* Is the descriptor complete and are its tables sound? Says what is wrong with which row. */
enum pim_status pim_backend_check(const struct pim_backend *backend, struct pim_error *error);

#endif
