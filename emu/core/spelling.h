/* "Did you mean": the distance behind every `closest:` of a message. */
#ifndef SPELLING_H
#define SPELLING_H

#include <stddef.h>

/* Insertions, deletions and substitutions that make `b` of `a` (Levenshtein); long words are compared by their heads. */
size_t pim_edit_distance(const char *a, const char *b);

/* A running choice of the closest of several candidates: start with `{.word = ...}`, offer each, read `closest`, which stays NULL when
 * none is within about one slip in three letters. */
struct pim_spelling {
    const char *word;
    const char *closest;
    size_t distance;
};
void pim_spelling_offer(struct pim_spelling *spelling, const char *candidate);

#endif
