// The odd ones of int64 elements in MRAM, in their order. The published program has hardware times, so this one has its instruction
// profile (doc/kernels.md, "Selection"): blocks of 128 elements in a row of instructions without loop; an element is tested as a
// remainder of 64 bits, with five instructions, or six for every second one; three more store it.

        .include "runtime.inc"
        .include "blocks.inc"
        .include "handover.inc"

        .equ BLOCK_FILLER, 0
        .equ WRITE_FIRST, 0
        .equ BLOCK_ELEMENTS, BLOCK_BYTES / 8

        .include "rounds.inc"

        .section .text
        .global main
main:
        jump rounds

// ---- r4 = elements selected from the own block, r5 = from all before it ----
round_block:
        move r4, 0
        .set AT, 0
        .rept BLOCK_ELEMENTS / 2
        ld d2, r14, AT
        and r7, r3, 1                   // remainder by 2: low word, high word
        and r6, r2, 0
        move.s d8, 0
        jneq r7, r9, .+2
        jeq r6, r8, .+4                 // both 0: not selected
        lsl_add r7, r15, r4, 3
        sd r7, 0, d2
        add r4, r4, 1
        ld d2, r14, AT + 8
        and r7, r3, 1
        and r6, r2, 0
        jneq r7, r9, .+2
        jeq r6, r8, .+4
        lsl_add r7, r15, r4, 3
        sd r7, 0, d2
        add r4, r4, 1
        .set AT, AT + 16
        .endr
        jump round_block_done
round_no_block:
        move r4, 0
        jump round_block_done
round_chain:
        lw r5, r10, 0
        add r3, r5, r4
        sw r11, 0, r3
        jump round_chain_done
round_write:
        jz r4, round_done
        add r2, r4, -1
        lsl_add r2, r15, r2, 24
        lsl_add r3, r19, r5, 3
        sdma r2, r3, 0
        jump round_done
