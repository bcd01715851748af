// y = A x for int8 elements and int32 results. Eight products a turn from two 64-bit loads, with the 8-bit multiplier.

        .include "runtime.inc"
        .include "blocks.inc"
        .include "integer_arithmetic.inc"
        .include "gemv.inc"

        .section .text
dot_block:
        move r15, r14
        add r20, r14, r0
        lw r4, r21, 0
next_eight:
        ld d0, r15, 0
        ld d2, r15, BLOCK_BYTES
        mul_sl_sl r5, r0, r2
        add r4, r4, r5
        mul_sh_sh r5, r0, r2
        add r4, r4, r5
        mul_sl_sl r5, r1, r3
        add r4, r4, r5
        mul_sh_sh r5, r1, r3
        add r4, r4, r5
        lsr r0, r0, 16
        lsr r1, r1, 16
        lsr r2, r2, 16
        lsr r3, r3, 16
        mul_sl_sl r5, r0, r2
        add r4, r4, r5
        mul_sh_sh r5, r0, r2
        add r4, r4, r5
        mul_sl_sl r5, r1, r3
        add r4, r4, r5
        mul_sh_sh r5, r1, r3
        add r4, r4, r5
        add r15, r15, 8
        jneq r15, r20, next_eight
        sw r21, 0, r4
        jump dot_block_done
