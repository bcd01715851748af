/* Where the drop-in UPMEM library is, and the environment in which a program finds it. */
#ifndef HOST_ENVIRONMENT_H
#define HOST_ENVIRONMENT_H

#include <stdio.h>

#include "pim_error.h"
#include "upmem/host_session.h"

/* The folder: that of PIMENTO_UPMEM; `upmem` beside the command, which is where a build has it; where an installation has it, seen from
 * the command, so that it may have been moved; where `configure` said. free(*folder). */
enum pim_status host_folder_find(char **folder, struct pim_error *error);

/* What the library is told, by enum host_setting; NULL: the environment stays as it is. */
struct host_settings { const char *texts[HOST_SETTINGS]; };

/* Set it in this process, from which the program inherits it. */
enum pim_status host_environment_set(const char *folder, const struct host_settings *settings, struct pim_error *error);

/* The same as lines for a shell. */
void host_environment_print(FILE *file, const char *folder, const struct host_settings *settings);

#endif
