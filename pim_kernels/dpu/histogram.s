// bins[v] = how many bytes of an array in MRAM are v. Every tasklet counts into bins of its own, then the
// tasklets share the adding up.

        .include "runtime.inc"
        .include "blocks.inc"
        .include "histogram.inc"

        .equ BINS, BINS_BYTES / 4

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
        blocks_begin BUFFERS_LOG2
        add r15, r14, BLOCK_BYTES       // own bins
        move r4, r15
        add r5, r15, BINS_BYTES
clear_bin:
        sd r4, 0, 0
        add r4, r4, 8
        jneq r4, r5, clear_bin
        lw r17, zero, arguments
        lw r18, zero, arguments + 4
        move r19, BINS
        jgeu r16, r17, counting_is_complete
next_block:
        call r12, block_size
        move_block ldma, r14, r18
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
        call r12, add_up_bins
        jump __sys_end
