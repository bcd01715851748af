#include "operators.h"

void operator_scan_int64(const uint64_t *elements, uint64_t *sums, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sums[i] = sum += elements[i];
}

size_t operator_select_odd(const uint64_t *elements, size_t count, uint64_t *selected)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (elements[i] % 2 != 0)
            selected[found++] = elements[i];
    return found;
}

size_t operator_unique(const uint64_t *elements, size_t count, uint64_t *unique)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || elements[i] != elements[i - 1])
            unique[found++] = elements[i];
    return found;
}

int64_t operator_search(const uint64_t *sorted, size_t count, uint64_t value)
{
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (sorted[middle] < value)
            from = middle + 1;
        else
            to = middle;
    }
    return from < count && sorted[from] == value ? (int64_t)from : -1;
}
