// y = A x for int32, modulo 2^32. Nine instructions a turn besides the multiplication routine, as the program
// whose hardware times are published has (doc/kernels.md, "GEMV").

        .include "runtime.inc"
        .include "blocks.inc"
        .include "integer_arithmetic.inc"
        .include "gemv.inc"

        .section .text
dot_block:
        move r15, r14
        add r13, r14, BLOCK_BYTES
        add r20, r14, r0
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
