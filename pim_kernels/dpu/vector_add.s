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
        blocks_begin 11                 // block of a, then block of b and the result
        add r15, r14, BLOCK_BYTES
        lw r17, zero, arguments
        lsl r17, r17, 2
        lw r18, zero, arguments + 4
        lw r19, zero, arguments + 8
        lw r20, zero, arguments + 12
        jgeu r16, r17, __sys_end
next_block:
        move r4, r14
        move r5, r15
        call r12, block_size
        move_block ldma, r14, r18
        move_block ldma, r15, r19
        call r12, add_block
        move_block sdma, r15, r20
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
