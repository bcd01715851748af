/* What the drivers of this folder share: places in the rows, vertical operands over the lanes of all banks, programs made in memory.
 *
 * A lane is a column of a subarray: lane l is column l % columns of subarray l / columns, counted over all banks; or, with reliability.mode=masked, the
 * lanes are those columns, in the same order, that are right in every majority. Rows have the same numbers in every subarray, and a program runs in
 * one subarray of each bank after the other.
 */
#ifndef BITSERIAL_DRIVER_H
#define BITSERIAL_DRIVER_H

#include "kernels.h"
#include "program_writer.h"
#include "operations.h"

/* Rows below the scratch rows of bulk operations, handed out from 0 on. */
struct lanes {
    struct pim_kernel_job *job;
    uint64_t row_bytes, columns, count; /* count: lanes of all banks */
    uint64_t subarrays, subarray_bytes; /* of a bank; of the D rows of one */
    uint64_t rows, taken;               /* that drivers may use; handed out so far */
    uint32_t banks;                     /* that lanes_run runs; all at first */
    unsigned step;                      /* of job->step_ps, where lanes_run adds its time */
    uint64_t *good;                     /* row_bytes of bits a subarray: columns that are lanes; NULL: all are */
};

/* PIM_USAGE when no column is good. lanes_end releases what it holds, also after an error, and of zeroed lanes nothing. */
enum pim_status lanes_begin(struct pim_kernel_job *job, struct lanes *lanes, struct pim_error *error);
void lanes_end(struct lanes *lanes);
/* For drivers whose programs have no bulk operations: the scratch rows too. */
void lanes_take_over_scratch(struct lanes *lanes);
/* Row commands of one bank since lanes_begin. */
uint64_t lanes_commands(const struct lanes *lanes);

/* `count` rows one after the other; `list` gets their numbers. PIM_USAGE when there are not so many left. */
enum pim_status lanes_take(struct lanes *lanes, const char *what, uint64_t count, bitserial_row *list, struct pim_error *error);

/* Write, or read, the low `width` bits of one element a lane: rows first, first + 1, ... `elements` has `count` values, at most one a lane; the
 * other lanes get 0. */
enum pim_status lanes_write(const struct lanes *lanes, bitserial_row first, unsigned width, const uint64_t *elements, uint64_t count,
                            struct pim_error *error);
enum pim_status lanes_read(const struct lanes *lanes, bitserial_row first, unsigned width, uint64_t *elements, uint64_t count,
                           struct pim_error *error);

/* For lanes_begin: ask the machine which columns are good (a profiling pass would have told the host), and make them the lanes. */
enum pim_status lanes_find_good_columns(struct lanes *lanes, struct pim_error *error);

/* Only as many banks as `count` lanes fill take part from now on. */
void lanes_use(struct lanes *lanes, uint64_t count);

/* Write, or read, one row of the first `count` lanes, packed. Bursts of 64 bytes that hold none of these lanes stay where they are; `bits` has room for
 * whole bursts. */
enum { LANES_BURST_BYTES = 64 };
enum pim_status lanes_write_bits(const struct lanes *lanes, bitserial_row row, uint64_t *bits, uint64_t count, struct pim_error *error);
enum pim_status lanes_read_bits(const struct lanes *lanes, bitserial_row row, uint64_t *bits, uint64_t count, struct pim_error *error);

/* Run what has been written, straight commands without control operations, on all subarrays of the banks in use; the writer is empty afterwards.
 * Adds to job->host_launch_ns, job->step_ps and job->launch_nj. */
enum pim_status lanes_run(const struct lanes *lanes, struct program_writer *writer, struct pim_error *error);

/* Append an operation on any rows. */
void lanes_operation(struct program_writer *writer, enum bitserial_operation operation, const struct bitserial_operands *operands);

/* Ones of many rows, piece by piece: the sum so far, the count of a piece, and what counting needs beside. */
enum { LANES_COUNT_WIDTH = 17 };
struct lanes_count {
    unsigned width;
    uint64_t piece; /* rows that are counted at a time */
    bitserial_row sum[LANES_COUNT_WIDTH], partial[LANES_COUNT_WIDTH], scratch[BITSERIAL_D_ROWS];
};

/* Take the rows of a sum up to `most`, which fits LANES_COUNT_WIDTH bits; then as large a piece of `wanted` rows as leaves room for `each` rows of
 * the caller's for every row of the piece. */
enum pim_status lanes_take_count(struct lanes *lanes, uint64_t most, uint64_t wanted, uint64_t each, struct lanes_count *count,
                                 struct pim_error *error);
void lanes_count_begin(struct program_writer *writer, const struct lanes_count *count);
/* sum = ones among all rows, of which there is one piece: lanes_count_begin is not needed. */
void lanes_count_whole(struct program_writer *writer, const struct lanes_count *count, const bitserial_row *rows);
/* sum += ones among the first `ones` rows, at most a piece */
void lanes_count_add(struct program_writer *writer, const struct lanes_count *count, const bitserial_row *rows, unsigned ones);

#endif
