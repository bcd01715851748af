// result = sum of int64 elements in MRAM, modulo 2^64. Every tasklet sums its blocks, tasklet 0 sums the sums.

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
        add r5, r14, r0
next_element:
        ld d2, r4, 0
        add r7, r7, r3
        addc r6, r6, r2
        add r4, r4, 8
        jneq r4, r5, next_element
        add r16, r16, r21
        jltu r16, r17, next_block
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
