// Where in a time series is a query most alike? For each place the distance 2 (m - (q - m M Q) / (S R)) in whole numbers: m the length
// of the query, q its inner product with the series from that place on, M and S mean and deviation of the series there, Q and R
// those of the query. Every tasklet finds the least one of its places. The published program has hardware times, so this one has its
// instruction profile (doc/kernels.md, "Time series"): fifteen or sixteen instructions a product besides the multiplication routine.

        .include "runtime.inc"
        .include "integer_arithmetic.inc"
        .include "shares.inc"

        .equ BLOCK, 64                  // places, and elements of the query, that are worked on together
        .equ BLOCK_BYTES, BLOCK * 4
        .equ DMA_BLOCK, BLOCK_BYTES / 8 - 1
        .equ BUFFERS_LOG2, 11           // of a tasklet:
        .equ SERIES, 0
        .equ QUERY, BLOCK_BYTES
        .equ NEXT_SERIES, 2 * BLOCK_BYTES // the block behind that in SERIES
        .equ MEANS, 3 * BLOCK_BYTES
        .equ DEVIATIONS, 4 * BLOCK_BYTES
        .equ PRODUCTS, 5 * BLOCK_BYTES  // inner products so far
        .equ VARIABLES, 6 * BLOCK_BYTES
        .equ END, VARIABLES             // of the own places
        .equ LEAST, VARIABLES + 4       // least distance so far, and where it is
        .equ LEAST_PLACE, VARIABLES + 8
        .equ FROM, VARIABLES + 12       // element of the query in this turn, MRAM offsets in series and query
        .equ FROM_SERIES, VARIABLES + 16
        .equ FROM_QUERY, VARIABLES + 20
        .equ FIRST_PLACE, VARIABLES + 24 // of the block
        .equ SCALE, VARIABLES + 28      // m Q
        .equ PLACES_HERE, VARIABLES + 32

        .section .data.__sys_host
        .global arguments
arguments:                              // places; MRAM offsets of series, means, deviations, query; blocks of the query; m, Q, R
        .word 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        .global results
results:                                // of each tasklet: least distance, place
        .space 24 * 8

        .section .text
        .global main
main:
        lsl r13, id, BUFFERS_LOG2
        add r13, r13, __sys_heap_pointer_reset
        move r18, r13                   // the tasklet's buffers
        lw r0, zero, arguments
        add r0, r0, BLOCK - 1
        lsr r0, r0, 6
        call r12, share_of_tasklet      // in blocks
        lsl r15, r0, 6
        lsl r1, r1, 6
        lw r0, zero, arguments
        jleu r1, r0, .+2
        move r1, r0
        sw r18, END, r1
        move r0, 0x7fffffff
        sw r18, LEAST, r0
        sw r18, LEAST_PLACE, 0
        lw r0, zero, arguments + 24
        lw r1, zero, arguments + 28
        call r23, __mulsi3
        sw r18, SCALE, r0
        lw r1, r18, END
        jgeu r15, r1, result
next_places:
        sw r18, FIRST_PLACE, r15
        sub r1, r1, r15
        move r0, BLOCK
        jleu r1, r0, .+2
        move r1, r0
        sw r18, PLACES_HERE, r1
        add r0, r18, PRODUCTS
        add r1, r0, BLOCK_BYTES
clear_product:
        sd r0, 0, 0
        add r0, r0, 8
        jneq r0, r1, clear_product
        sw r18, FROM, 0
        lw r0, zero, arguments + 4
        lsl_add r0, r0, r15, 2
        sw r18, FROM_SERIES, r0
        lw r0, zero, arguments + 16
        sw r18, FROM_QUERY, r0

// A block of the query against the series from each place of the block of places on.
next_of_query:
        lw r1, r18, FROM_SERIES
        add r0, r18, SERIES
        ldma r0, r1, DMA_BLOCK
        add r1, r1, BLOCK_BYTES
        sw r18, FROM_SERIES, r1
        add r0, r18, NEXT_SERIES
        ldma r0, r1, DMA_BLOCK
        lw r1, r18, FROM_QUERY
        add r20, r18, QUERY
        ldma r20, r1, DMA_BLOCK
        add r1, r1, BLOCK_BYTES
        sw r18, FROM_QUERY, r1
        add r17, r18, PRODUCTS
        add r15, r18, SERIES
        add r13, r18, NEXT_SERIES - BLOCK_BYTES
        move r16, 0                     // element of the query
next_element:
        move r21, r15
        move r19, r13
        move r14, 0                     // place
next_place:
        move r0, r19
        add r1, r16, r14
        jgtu r1, BLOCK - 1, .+2         // in the second block of the series
        move r0, r21
        lw r1, r0, 0
        lsl_add r0, r20, r16, 2
        lw r0, r0, 0
        call r23, __mulsi3
        lsl_add r1, r17, r14, 2
        lw r2, r1, 0
        add r0, r2, r0
        sw r1, 0, r0
        add r19, r19, 4
        add r21, r21, 4
        add r14, r14, 1
        jneq r14, BLOCK, next_place
        add r15, r15, 4
        add r13, r13, 4
        add r16, r16, 1
        jneq r16, BLOCK, next_element
        lw r0, r18, FROM
        add r0, r0, 1
        sw r18, FROM, r0
        lw r1, zero, arguments + 20
        jneq r0, r1, next_of_query

// The distances.
        lw r15, r18, FIRST_PLACE
        lw r0, zero, arguments + 8
        lsl_add r0, r0, r15, 2
        add r1, r18, MEANS
        ldma r1, r0, DMA_BLOCK
        lw r0, zero, arguments + 12
        lsl_add r0, r0, r15, 2
        add r1, r18, DEVIATIONS
        ldma r1, r0, DMA_BLOCK
        lw r21, r18, LEAST
        lw r20, r18, LEAST_PLACE
        lw r19, zero, arguments + 32
        lw r16, zero, arguments + 24
        lw r13, r18, PLACES_HERE
        move r14, 0
next_distance:
        lsl_add r17, r18, r14, 2
        lw r1, r17, MEANS
        lw r0, r18, SCALE
        call r23, __mulsi3
        lw r10, r17, PRODUCTS
        sub r10, r10, r0
        lw r0, r17, DEVIATIONS
        move r1, r19
        call r23, __mulsi3
        move r1, r0
        move r0, r10
        call r23, __divsi3
        sub r0, r16, r0
        lsl r0, r0, 1
        jges r0, r21, not_less
        move r21, r0
        add r20, r15, r14
not_less:
        add r14, r14, 1
        jneq r14, r13, next_distance
        sw r18, LEAST, r21
        sw r18, LEAST_PLACE, r20
        add r15, r15, BLOCK
        lw r1, r18, END
        jltu r15, r1, next_places
result:
        lw r0, r18, LEAST
        sw id8, results, r0
        lw r0, r18, LEAST_PLACE
        sw id8, results + 4, r0
        jump __sys_end
