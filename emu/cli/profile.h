/* --profile: issued instructions by function, over all units. Only the DPU back-end counts issues by instruction so far.
 */
#ifndef PROFILE_H
#define PROFILE_H

#include <jansson.h>
#include <stdio.h>

#include "pimento.h"

struct profile_row {
    const char *function; /* lives as long as the image */
    uint64_t instructions;
};

struct profile {
    struct profile_row *rows; /* most instructions first */
    size_t count;
    uint64_t instructions;    /* of all rows */
};

enum pim_status profile_collect(struct pim_device *device, const struct pim_image *image,
                                struct profile *profile, struct pim_error *error);
void profile_free(struct profile *profile);
void profile_print(const struct profile *profile, FILE *file);
json_t *profile_json(const struct profile *profile);

#endif
