// bins[v] = how many bytes of an array in MRAM are v. Every tasklet counts into bins of its own, then the
// tasklets share the adding up.

        .include "runtime.inc"
        .include "blocks.inc"

        .equ BINS, 256
        .equ BINS_BYTES, 1024

        .section .data.__sys_host
        .global arguments
arguments:                              // elements, MRAM offset
        .word 0, 0
        .global bins
bins:
        .space BINS_BYTES

        .section .text
        .global main
main:
        lsl r14, id, 11
        add r14, r14, __sys_heap_pointer_reset // block
        add r15, r14, BLOCK_BYTES       // own bins
        move r4, r15
        add r5, r15, BINS_BYTES
clear_bin:
        sd r4, 0, 0
        add r4, r4, 8
        jneq r4, r5, clear_bin
        lw r17, zero, arguments
        lw r18, zero, arguments + 4
        lw r21, zero, tasklets
        lsl r21, r21, 10
        lsl r16, id, 10
        jgeu r16, r17, counting_is_complete
next_block:
        call r12, block_size
        lsl_add r2, r14, r1, 24
        add r3, r18, r16
        ldma r2, r3, 0
        move r4, r14
        add r5, r14, r0
next_element:
        lbu r2, r4, 0
        lsl_add r2, r15, r2, 2
        lw r3, r2, 0
        add r3, r3, 1
        sw r2, 0, r3
        add r4, r4, 1
        jneq r4, r5, next_element
        add r16, r16, r21
        jltu r16, r17, next_block
counting_is_complete:
        call r23, barrier_wait
        move r4, id                     // bins id, id + tasklets, ...
        lw r6, zero, tasklets
next_bin:
        move r2, 0
        move r7, r6                     // tasklets left to add
        move r5, __sys_heap_pointer_reset + BLOCK_BYTES
        lsl_add r5, r5, r4, 2
next_tasklet:
        lw r3, r5, 0
        add r2, r2, r3
        add r5, r5, 2048
        add r7, r7, -1, nz, next_tasklet
        lsl r3, r4, 2
        sw r3, bins, r2
        add r4, r4, r6
        move r3, BINS
        jltu r4, r3, next_bin
        jump __sys_end
