// result = a + b, int32, in MRAM. The published program of this name has hardware times, so this one has its
// instruction profile (doc/kernels.md, "Vector addition"): ten instructions for each element, and for each
// block of 256 elements 16 before the first read, 3 before the second, 8 before the write.

        .include "runtime.inc"
        .include "blocks.inc"

        .section .data.__sys_host
        .global arguments
arguments:                              // elements; MRAM offsets of a, b, result
        .word 0, 0, 0, 0

        .section .text
        .global main
main:
        lsl r14, id, 11
        add r14, r14, __sys_heap_pointer_reset // block of a, then block of b and the result
        add r15, r14, BLOCK_BYTES
        lw r17, zero, arguments
        lsl r17, r17, 2
        lw r18, zero, arguments + 4
        lw r19, zero, arguments + 8
        lw r20, zero, arguments + 12
        lw r21, zero, tasklets
        lsl r21, r21, 10
        lsl r16, id, 10
        jgeu r16, r17, __sys_end
next_block:
        move r4, r14
        move r5, r15
        call r12, block_size
        lsl_add r2, r14, r1, 24
        add r3, r18, r16
        ldma r2, r3, 0
        lsl_add r2, r15, r1, 24
        add r3, r19, r16
        ldma r2, r3, 0
        call r12, add_block
        lsl_add r2, r15, r1, 24
        add r3, r20, r16
        sdma r2, r3, 0
        add r16, r16, r21
        jltu r16, r17, next_block
        jump __sys_end

// Add the block at r4 to that at r5, r0 bytes. Returns to r12.
add_block:
        lsr r7, r0, 2
        jz r7, add_block_end
        move r6, 0
next_element:
        lw r8, r4, 0
        lw r9, r5, 0
        add r9, r8, r9
        sw r5, 0, r9
        add r6, r6, 1
        sub r10, r6, r7, ltu            // 1: there are more
        add r4, r4, 4
        add r5, r5, 4
        move r11, r10
        jnz r11, next_element
add_block_end:
        jump r12
