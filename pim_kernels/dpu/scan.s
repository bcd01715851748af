// Inclusive prefix sums of int64 elements in MRAM, modulo 2^64, in two launches with the host between them. Either every DPU
// scans its piece and then adds what comes before it (scan-scan-add), or it sums its piece and then scans it on from what comes
// before it (reduce-scan-scan). The published programs of both kinds have hardware times, so this one has their instruction
// profile (doc/kernels.md, "Scan"): blocks of 128 elements in a row of instructions without loop, four for an element of a scan
// or of an addition, three of a sum.

        .include "runtime.inc"
        .include "blocks.inc"
        .include "handover.inc"
        .include "partial_sums.inc"

        .equ BLOCK_FILLER, 0
        .equ WRITE_FIRST, 0
        .equ BLOCK_ELEMENTS, BLOCK_BYTES / 8
        .equ ADD, 1                     // steps; 0 is the scan
        .equ SUM, 2

        .include "rounds.inc"

        .section .text
        .global main
main:
        lw r0, zero, arguments + 12
        jeq r0, ADD, add_to_all
        jeq r0, SUM, sum_all
        jump rounds

// ---- scan: d4 = sum of the own block, d6 = of all before it ----
round_block:
        ld d4, r14, 0
        sd r15, 0, d4
        .set AT, 8
        .rept BLOCK_ELEMENTS - 1
        ld d2, r14, AT
        add r5, r5, r3
        addc r4, r4, r2
        sd r15, AT, d4
        .set AT, AT + 8
        .endr
        jump round_block_done
round_no_block:
        move.s d4, 0
        jump round_block_done
round_chain:
        ld d6, r10, 0
        add r3, r7, r5
        addc r2, r6, r4
        sd r11, 0, d2
        jump round_chain_done
round_write:
        move r4, r15
        call r23, add_to_block
        call r12, block_size
        move_block sdma, r15, r19
        jump round_done

// Add d6 to the block at r4. Returns to r23.
add_to_block:
        .set AT, 0
        .rept BLOCK_ELEMENTS
        ld d2, r4, AT
        add r3, r3, r7
        addc r2, r2, r6
        sd r4, AT, d2
        .set AT, AT + 8
        .endr
        jump r23

// ---- add what the host put into the chain to every element of the result ----
add_to_all:
        blocks_begin 11
        lw r17, zero, arguments
        lw r19, zero, arguments + 8
        ld d6, zero, chain
        jgeu r16, r17, __sys_end
add_to_next_block:
        call r12, block_size
        move_block ldma, r14, r19
        move r4, r14
        call r23, add_to_block
        call r12, block_size
        move_block sdma, r14, r19
        add r16, r16, r21
        jltu r16, r17, add_to_next_block
        jump __sys_end

// ---- the sum of all elements into the chain ----
sum_all:
        blocks_begin 11
        lw r17, zero, arguments
        lw r18, zero, arguments + 4
        move.s d6, 0
        jgeu r16, r17, summed
sum_next_block:
        call r12, block_size
        move_block ldma, r14, r18
        move r2, BLOCK_BYTES
        jneq r0, r2, sum_part
        .set AT, 0
        .rept BLOCK_ELEMENTS
        ld d2, r14, AT
        add r7, r7, r3
        addc r6, r6, r2
        .set AT, AT + 8
        .endr
sum_next:
        add r16, r16, r21
        jltu r16, r17, sum_next_block
summed:
        call r23, sum_over_tasklets
        sd zero, chain, d6
        jump __sys_end
sum_part:                               // less than a block, the last one
        move r4, r14
        add r5, r14, r0
sum_element:
        ld d2, r4, 0
        add r7, r7, r3
        addc r6, r6, r2
        add r4, r4, 8
        jneq r4, r5, sum_element
        jump sum_next
