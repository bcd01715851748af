/* The shortest program for a graph of majorities that a bounded search finds. */
#ifndef SCHEDULE_SEARCH_H
#define SCHEDULE_SEARCH_H

#include "synthesis.h"

/* Graphs that the search takes: more majorities are for the scheduler in schedule.c. */
enum { SEARCH_MAJORITIES = 56 };

/* Makes a program of fewer than `bound` commands, rows as synthesis.h numbers them, and tells how many scratch rows it needs. False: it found none, or
 * there is no memory; the program is then empty. */
bool schedule_search(const struct mig *mig, size_t bound, struct microprogram *program, unsigned *scratch_rows);

#endif
