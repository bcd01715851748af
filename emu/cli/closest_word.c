/* "Did you mean": the nearest word by edit distance. */
#include <string.h>

#include "command.h"

enum { LONGEST_WORD = 63 };

/* Levenshtein distance with one row; words longer than LONGEST_WORD are compared by their heads. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[LONGEST_WORD + 1];
    size_t a_length = strnlen(a, LONGEST_WORD), b_length = strnlen(b, LONGEST_WORD);
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b_length];
}

const char *closest_word(const char *word, const char *const *candidates)
{
    const char *closest = NULL;
    size_t least = strlen(word) / 3 + 2; /* about one slip in three letters, at least one */
    for (; *candidates; candidates++) {
        size_t distance = edit_distance(word, *candidates);
        if (distance < least) {
            least = distance;
            closest = *candidates;
        }
    }
    return closest;
}
