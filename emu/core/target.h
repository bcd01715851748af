/* Inside of a target, shared by target.c (values) and target_search.c (files). */
#ifndef TARGET_H
#define TARGET_H

#include "pimento.h"

/* Where a value that is not the default came from; texts are owned, NULL for the default. */
struct target_note {
    char *origin;
    char *source;
};

struct pim_target {
    const struct pim_registry *registry;
    const struct pim_backend *backend;
    char *name, *summary;
    void *parameters;
    size_t note_count;
    struct target_note *notes; /* one per parameter row */
};

struct target_file;

/* A target from a file that has been read already. */
enum pim_status pim_target_open_file(const struct pim_registry *registry, const struct target_file *file,
                                     struct pim_target **target, struct pim_error *error);

/* The path of a target's file, newly allocated; NULL and PIM_OK when no file has that name. `from` is the file that names it as its
 * base, or NULL. */
enum pim_status pim_target_find(const struct pim_registry *registry, const char *name, const char *from,
                                char **path, struct pim_error *error);

#endif
