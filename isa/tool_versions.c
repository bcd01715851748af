/* Which vendor SDK wrote a file, from the compiler's commit in .comment. Releases as the debug information of published
 * programs names them: the runtime was built in a folder called after its release. A release that nobody published a
 * program of (2020.5, 2021.2) may share its compiler with the one before.
 */
#include "elf_internal.h"

#include <string.h>

static const struct {
    const char *commit, *release;
} releases[] = {
    {"5dfe9563", "2020.2"}, {"cfeb6d35", "2020.3"}, {"aad86822", "2020.4"}, {"1f3bdff5", "2021.1"},
    {"d3642584", "2021.3"}, {"68626c46", "2021.4"}, {"60b8f628", "2023.1"}, {"846fdda8", "2023.2"},
    {"d400f8f9", "2024.1"}, {"0546a8f6", "2024.2"}, {"02a1f3ff", "2025.1"},
};

const char *tool_release(const char *tool_version)
{
    for (size_t i = 0; i < sizeof releases / sizeof *releases; i++)
        if (strstr(tool_version, releases[i].commit))
            return releases[i].release;
    return "";
}
