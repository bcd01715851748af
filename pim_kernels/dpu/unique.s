// The int64 elements in MRAM that differ from the one before, in their order. The published program has hardware times, so this one has
// its instruction profile (doc/kernels.md, "Unique"): blocks of 128 elements in a row of instructions without loop, one for as long as
// elements are equal (three for an element) and one for as long as they differ (six), with jumps from one to the other.

        .include "runtime.inc"
        .include "blocks.inc"
        .include "handover.inc"

        .equ BLOCK_FILLER, 1
        .equ WRITE_FIRST, 1
        .equ BLOCK_ELEMENTS, BLOCK_BYTES / 8
        .equ EQUAL_LENGTH, 3            // instructions of a step of each row
        .equ DIFFERENT_LENGTH, 7
        .equ EQUAL_ROW, (BLOCK_ELEMENTS - 1) * EQUAL_LENGTH
        .equ STORE, 3                   // instruction of a step of the second row
        .equ LOAD_NEXT, 2               // of the first

        .include "rounds.inc"

        .section .text
        .global main
main:
        jump rounds

// A step of the first row: \new is element \at, \old the one before. Equal: load the next one in the place of \old. Else to the same
// step of the second row, which begins EQUAL_ROW instructions behind the first.
        .macro equal_step at, old, old_high, old_low, new_high, new_low
        .set TO_SECOND, EQUAL_ROW + ((\at) - 1) * (DIFFERENT_LENGTH - EQUAL_LENGTH) + STORE
        jneq \new_low, \old_low, .+TO_SECOND
        jneq \new_high, \old_high, .+TO_SECOND - 1
        ld \old, r14, 8 * (\at) + 8
        .endm

// A step of the second row: \old is element \at - 1. Equal: to the same step of the first row, where the next one is loaded.
        .macro different_step at, old, old_high, old_low, new, new_high, new_low
        .set TO_FIRST, EQUAL_ROW + ((\at) - 1) * (DIFFERENT_LENGTH - EQUAL_LENGTH) + 2 - LOAD_NEXT
        ld \new, r14, 8 * (\at)
        jneq \new_low, \old_low, .+2
        jeq \new_high, \old_high, .-TO_FIRST
        lsl_add r9, r15, r8, 3
        sd r9, 0, \new
        ld \new, r14, 8 * (\at)
        add r8, r8, 1
        .endm

// ---- r8 = elements left of the own block, 0 without a block ----
round_block:
        ld d2, r14, 0
        sd r15, 0, d2
        ld d4, r14, 8
        ld d2, r14, 0
        move r8, 1
        .set AT, 1
        .rept BLOCK_ELEMENTS / 2 - 1
        equal_step AT, d2, r2, r3, r4, r5
        equal_step AT + 1, d4, r4, r5, r2, r3
        .set AT, AT + 2
        .endr
        .set TO_SECOND, EQUAL_ROW + (AT - 1) * (DIFFERENT_LENGTH - EQUAL_LENGTH) + STORE
        jneq r5, r3, .+TO_SECOND
        jneq r4, r2, .+TO_SECOND - 1
        jump round_block_done
        .set AT, 1
        .rept BLOCK_ELEMENTS / 2 - 1
        different_step AT, d2, r2, r3, d4, r4, r5
        different_step AT + 1, d4, r4, r5, d2, r2, r3
        .set AT, AT + 2
        .endr
        different_step AT, d2, r2, r3, d4, r4, r5
        jump round_block_done
round_no_block:
        move r8, 0
        jump round_block_done

// What is handed on: elements left of the blocks so far, how many of them are not counted because they are the last of the block
// before, and the last one of all. Then r5, r7 = the two numbers of all before, r6 = 1 if the first of the own block is not counted.
round_chain:
        lw r5, r10, 0
        lw r7, r10, 4
        ld d2, r10, 8
        jz r8, unique_pass_on
        move r6, 0
        jz r5, unique_count             // nothing before
        ld d0, r15, 0
        sub zero, r1, r3
        subc r6, r0, r2, xz
unique_count:
        add r9, r5, r8
        sw r11, 0, r9
        add r9, r7, r6
        sw r11, 4, r9
        lsl_add r9, r15, r8, 3
        ld d2, r9, -8
        sd r11, 8, d2
        jump round_chain_done
unique_pass_on:
        sw r11, 0, r5
        sw r11, 4, r7
        sd r11, 8, d2
        jump round_chain_done
round_write:
        sub r5, r5, r7
        sub r4, r8, r6
        jz r4, round_done
        lsl_add r2, r15, r6, 3
        add r4, r4, -1
        lsl_add r2, r2, r4, 24
        lsl_add r3, r19, r5, 3
        sdma r2, r3, 0
        jump round_done
