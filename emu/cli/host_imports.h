/* Why a host program of the UPMEM interface could not be started, or could not go on: what it asks of the library and the drop-in library
 * does not have. */
#ifndef HOST_IMPORTS_H
#define HOST_IMPORTS_H

#include <stdbool.h>

/* Tell on stderr what is missing of the executable `path`, which the user calls `name`, in the library in `folder`. The dynamic loader itself
 * names only what it looked for first. False, and nothing is told: the executable is none that asks for the library. */
bool host_imports_say(const char *name, const char *path, const char *folder);

#endif
