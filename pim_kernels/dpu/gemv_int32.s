// y = A x for int32, modulo 2^32. Nine instructions a turn besides the multiplication routine, and thirteen in the last
// block of a row, as the program whose hardware times are published has (doc/kernels.md, "GEMV").

        .include "runtime.inc"
        .include "blocks.inc"
        .include "integer_arithmetic.inc"
        .include "gemv.inc"

        .section .text
dot_block:
        move r15, r14
        add r13, r14, BLOCK_BYTES
        add r20, r14, r0
        add r3, r16, BLOCK_BYTES
        jgeu r3, r17, last_block
next_element:
        lw r0, r15, 0
        lw r1, r13, 0
        call r23, __mulsi3
        lw r3, r21, 0
        add r3, r3, r0
        sw r21, 0, r3
        add r15, r15, 4
        add r13, r13, 4
        jneq r15, r20, next_element
        jump dot_block_done

// The same, by index, which is held against the block's size in every turn.
last_block:
        lsr r20, r0, 2                  // elements
        move r4, 0                      // index
next_of_last:
        move r5, BLOCK_BYTES / 4
        jgeu r4, r5, dot_block_done
        lsl_add r6, r14, r4, 2
        lw r0, r6, 0
        lsl_add r7, r13, r4, 2
        lw r1, r7, 0
        call r23, __mulsi3
        lw r3, r21, 0
        add r3, r3, r0
        sw r21, 0, r3
        add r4, r4, 1
        sub r8, r4, r20, ltu            // 1: there are more
        jnz r8, next_of_last
        jump dot_block_done
