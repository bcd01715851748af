// y = A x for a sparse matrix in single precision, compressed by rows, in MRAM; products and sums are rounded one by one, from a row's first nonzero
// to its last. Tasklets have contiguous pairs of rows. 64 rows at a time: their pointers are read and their results written; nonzeros
// are read in blocks of 32; of x the 64 elements are kept among which the last one was.

        .include "runtime.inc"
        .include "integer_arithmetic.inc"
        .include "float_arithmetic.inc"
        .include "shares.inc"

        .equ GROUP, 64                  // rows; also elements of x
        .equ BLOCK_BYTES, 256           // of nonzeros
        .equ BUFFERS_LOG2, 11           // of a tasklet:
        .equ POINTERS, 0                // GROUP + 2
        .equ RESULTS, (GROUP + 2) * 4
        .equ VECTOR, RESULTS + GROUP * 4
        .equ NONZEROS, VECTOR + GROUP * 4
        .equ ROW, NONZEROS + BLOCK_BYTES // the first one of the group
        .equ END, ROW + 4               // of the own rows

        .section .data.__sys_host
        .global arguments
arguments:                              // rows (even); MRAM offsets of row pointers, nonzeros (column, value), x, y
        .word 0, 0, 0, 0, 0, 0

        .section .text
        .global main
main:
        lsl r14, id, BUFFERS_LOG2
        add r14, r14, __sys_heap_pointer_reset
        lw r0, zero, arguments
        lsr r0, r0, 1
        call r12, even_share_of_tasklet
        jeq r0, r1, __sys_end
        lsl r0, r0, 1
        lsl r1, r1, 1
        sw r14, ROW, r0
        sw r14, END, r1
        move r15, -1                    // no nonzeros read
        move r21, -1                    // nor any of x
next_group:
        lw r0, r14, ROW
        lw r1, zero, arguments + 4
        lsl_add r1, r1, r0, 2
        ldma r14, r1, RESULTS / 8 - 1
        lw r1, r14, END
        sub r1, r1, r0
        move r2, GROUP
        jleu r1, r2, .+2
        move r1, r2
        move r19, r14                   // row: its pointer
        lsl_add r20, r14, r1, 2         // behind the group's last one
        jneq r15, -1, next_row
        lw r1, r14, POINTERS            // the first group
        lw r0, zero, arguments + 8
        lsl_add r16, r0, r1, 3          // the next block of nonzeros
        add r15, r14, NONZEROS + BLOCK_BYTES // the next nonzero: behind the block
next_row:
        move r18, 0                     // sum
        lw r0, r19, 0
        lw r1, r19, 4
        sub r17, r1, r0, z, row_is_done // nonzeros left
next_nonzero:
        add r0, r14, NONZEROS + BLOCK_BYTES
        jneq r15, r0, nonzero_is_here
        add r15, r14, NONZEROS
        ldma r15, r16, BLOCK_BYTES / 8 - 1
        add r16, r16, BLOCK_BYTES
nonzero_is_here:
        lw r1, r15, 0                   // column
        lw r0, r15, 4                   // value
        add r15, r15, 8
        lsr r2, r1, 6
        jeq r2, r21, element_is_here
        move r21, r2
        lw r3, zero, arguments + 12
        lsl_add r3, r3, r2, 8
        add r4, r14, VECTOR
        ldma r4, r3, GROUP * 4 / 8 - 1
element_is_here:
        and r1, r1, GROUP - 1
        lsl_add r1, r14, r1, 2
        lw r1, r1, VECTOR
        call r23, __mulsf3
        move r1, r18
        call r23, __addsf3
        move r18, r0
        add r17, r17, -1, nz, next_nonzero
row_is_done:
        sw r19, RESULTS, r18
        add r19, r19, 4
        jneq r19, r20, next_row
        lw r0, r14, ROW
        lw r1, zero, arguments + 16
        lsl_add r1, r1, r0, 2
        sub r2, r20, r14                // bytes of the results
        lsr r3, r2, 3
        add r3, r3, -1
        add r4, r14, RESULTS
        lsl_add r4, r4, r3, 24
        sdma r4, r1, 0
        lsr_add r0, r0, r2, 2
        sw r14, ROW, r0
        lw r1, r14, END
        jltu r0, r1, next_group
        jump __sys_end
