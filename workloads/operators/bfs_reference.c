#include "operators.h"

void operator_bfs(const uint32_t *pointers, const uint32_t *neighbours, size_t vertices, size_t source, uint32_t *levels)
{
    size_t found = 1;
    for (size_t vertex = 0; vertex < vertices; vertex++)
        levels[vertex] = OPERATOR_UNREACHED;
    levels[source] = 0;
    for (uint32_t level = 0; found > 0; level++) {
        found = 0;
        for (size_t vertex = 0; vertex < vertices; vertex++)
            for (size_t i = pointers[vertex]; levels[vertex] == level && i < pointers[vertex + 1]; i++)
                if (levels[neighbours[i]] == OPERATOR_UNREACHED) {
                    levels[neighbours[i]] = level + 1;
                    found++;
                }
    }
}
