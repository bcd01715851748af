/* --write and --read: which bytes of which units a "PLACE=FILE" text means, and moving them.
 *
 *   SYMBOL[+OFFSET][:LENGTH][@UNITS]=FILE
 *
 * OFFSET and LENGTH are numbers of bytes; of a vertical symbol LENGTH is a number of elements, which are turned on the way. UNITS is a number, "all" or (writing only) "split". Writing goes to all units unless told otherwise: the
 * whole file to each, or with @split the file cut in equal parts, one a unit. Reading takes unit 0 unless told
 * otherwise; with @all the bytes of all units in order.
 */
#ifndef SYMBOL_FILE_H
#define SYMBOL_FILE_H

#include "pimento.h"

enum pim_status symbol_file_write(struct pim_device *device, const struct pim_image *image,
                                  const char *text, struct pim_error *error);
/* Would symbol_file_read know what to read? Asked before the launch, so that a misspelt name does not cost a run. */
enum pim_status symbol_file_check_read(const struct pim_device *device, const struct pim_image *image,
                                       const char *text, struct pim_error *error);
enum pim_status symbol_file_read(struct pim_device *device, const struct pim_image *image,
                                 const char *text, struct pim_error *error);

#endif
