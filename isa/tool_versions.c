/* Which vendor SDK wrote a file, from the compiler's commit in .comment. The versions with a slash could not be told
 * apart by the files that were collected.
 */
#include "elf_internal.h"

#include <string.h>

static const struct {
    const char *commit, *release;
} releases[] = {
    {"cfeb6d35", "2020.3"}, {"aad86822", "2020.4/5"}, {"1f3bdff5", "2021.1/2"}, {"d3642584", "2021.3"},
    {"68626c46", "2021.4"}, {"60b8f628", "2023.1"},   {"846fdda8", "2023.2"},   {"d400f8f9", "2024.1"},
    {"0546a8f6", "2024.2"}, {"02a1f3ff", "2025.1"},
};

const char *tool_release(const char *tool_version)
{
    for (size_t i = 0; i < sizeof releases / sizeof *releases; i++)
        if (strstr(tool_version, releases[i].commit))
            return releases[i].release;
    return "";
}
