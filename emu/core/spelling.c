#include "spelling.h"

#include <string.h>

enum { COMPARED_LETTERS = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t pim_edit_distance(const char *a, const char *b)
{
    size_t row[COMPARED_LETTERS + 1];
    size_t a_length = strnlen(a, COMPARED_LETTERS), b_length = strnlen(b, COMPARED_LETTERS);
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least(substituted, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[b_length];
}

void pim_spelling_offer(struct pim_spelling *spelling, const char *candidate)
{
    size_t distance = pim_edit_distance(spelling->word, candidate);
    if (distance > strlen(spelling->word) / 3 + 1)
        return;
    if (spelling->closest && distance >= spelling->distance)
        return;
    spelling->closest = candidate;
    spelling->distance = distance;
}
