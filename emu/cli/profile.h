/* --profile: issued instructions by function, over all units. Only the DPU back-end counts issues by instruction so far.
 */
#ifndef PROFILE_H
#define PROFILE_H

#include "pimento.h"

/* Most instructions first; names live as long as the image. free(*rows), also after a failure. */
enum pim_status profile_collect(struct pim_device *device, const struct pim_image *image,
                                struct pim_profile_row **rows, size_t *count, struct pim_error *error);

#endif
