// result = sum of int64 elements in MRAM, modulo 2^64. Every tasklet sums its blocks, tasklet 0 sums the sums. The published
// program of this name has hardware times, so this one has its instruction profile (doc/kernels.md, "Reduction"): eight
// instructions for each element, 26 more for each block of 128.

        .include "runtime.inc"
        .include "blocks.inc"

        .section .data.__sys_host
        .global arguments
arguments:                              // elements, MRAM offset
        .word 0, 0
        .global result
result:
        .word 0, 0

        .section .data
partial_sums:                           // one for each tasklet
        .space 192

        .section .text
        .global main
main:
        lsl r14, id, 10
        add r14, r14, __sys_heap_pointer_reset
        lw r17, zero, arguments
        lsl r17, r17, 3
        lw r18, zero, arguments + 4
        lw r21, zero, tasklets
        lsl r21, r21, 10
        move r6, 0                      // d6 = sum
        move r7, 0
        lsl r16, id, 10
        jgeu r16, r17, sum_is_complete
next_block:
        call r12, block_size
        lsl_add r2, r14, r1, 24
        add r3, r18, r16
        ldma r2, r3, 0
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
        sd id8, partial_sums, d6
        call r23, barrier_wait
        jnz id, __sys_end
        move r6, 0
        move r7, 0
        move r4, partial_sums
        lw r5, zero, tasklets
        lsl_add r5, r4, r5, 3
next_sum:
        ld d2, r4, 0
        add r7, r7, r3
        addc r6, r6, r2
        add r4, r4, 8
        jneq r4, r5, next_sum
        sd zero, result, d6
        jump __sys_end
