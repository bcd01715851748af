// y = A x in single precision: products and sums are rounded one by one, from the first column to the last.

        .include "runtime.inc"
        .include "blocks.inc"
        .include "integer_arithmetic.inc"
        .include "float_arithmetic.inc"
        .include "gemv.inc"

        .section .text
dot_block:
        move r15, r14
        add r20, r14, r0
next_element:
        lw r0, r15, 0
        lw r1, r15, BLOCK_BYTES
        call r23, __mulsf3
        lw r1, r21, 0
        call r23, __addsf3
        sw r21, 0, r0
        add r15, r15, 4
        jneq r15, r20, next_element
        jump dot_block_done
