// result = sum of int64 elements in MRAM, modulo 2^64. Every tasklet sums its blocks, tasklet 0 sums the sums. The published
// program of this name has hardware times, so this one has its instruction profile (doc/kernels.md, "Reduction"): eight
// instructions for each element, 26 more for each block of 128.

        .include "runtime.inc"
        .include "blocks.inc"
        .include "partial_sums.inc"

        .section .data.__sys_host
        .global arguments
arguments:                              // elements, MRAM offset
        .word 0, 0
        .global result
result:
        .word 0, 0

        .section .text
        .global main
main:
        blocks_begin 10
        lw r17, zero, arguments
        lsl r17, r17, 3
        lw r18, zero, arguments + 4
        move r6, 0                      // d6 = sum
        move r7, 0
        jgeu r16, r17, sum_is_complete
next_block:
        call r12, block_size
        move_block ldma, r14, r18
        move r4, r14
        call r12, sum_block
        add r7, r7, r9
        addc r6, r6, r8
        add r16, r16, r21
        jltu r16, r17, next_block
        jump sum_is_complete

// d8 = sum of the block at r4, r0 bytes. Returns to r12.
sum_block:
        move r8, 0
        move r9, 0
        lsr r5, r0, 3
        jz r5, sum_block_end
        move r10, 0
next_element:
        lsl_add r11, r4, r10, 3
        ld d2, r11, 0
        add r9, r9, r3
        addc r8, r8, r2
        add r10, r10, 1
        sub r11, r10, r5, ltu           // 1: there are more
        move r11, r11
        jnz r11, next_element
sum_block_end:
        jump r12

sum_is_complete:
        call r23, sum_over_tasklets
        sd zero, result, d6
        jump __sys_end
