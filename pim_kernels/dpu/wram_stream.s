// Micro-benchmark: STREAM on int64 arrays in WRAM, 64 elements for each tasklet, `repeats` times. c = a, c = a
// + b, c = scalar x a, c = b + scalar x a. Copy and add are unrolled over the whole array, as the published
// programs are; the other two call the multiplication routine.

        .include "runtime.inc"
        .include "integer_arithmetic.inc"

        .equ ARRAY_BYTES, 512
        .equ B, 12288                   // from an element of a to that of b: 24 arrays further
        .equ C, 24576

        .section .data.__sys_host
        .global arguments
arguments:                              // row of `modes`, repeats; scalar (64 bits, low word first)
        .word 0, 0, 0, 0

        .section .data
modes:                                  // ORDER STREAM MODE: wram_stream.c
        .word copy, add_up, scale, triad

        .section .text
        .global main
main:
        lsl r14, id, 9
        add r14, r14, __sys_heap_pointer_reset // own part of a
        add r16, r14, ARRAY_BYTES
        lw r21, zero, arguments + 4
        lw r19, zero, arguments + 8     // d18 = scalar
        lw r18, zero, arguments + 12
        lw r0, zero, arguments
        lsl r0, r0, 2
        lw r0, r0, modes
        jump r0
copy:
        .set PLACE, 0
        .rept 64
        ld d0, r14, PLACE
        sd r14, C + PLACE, d0
        .set PLACE, PLACE + 8
        .endr
        add r21, r21, -1, nz, copy
        jump __sys_end
add_up:
        .set PLACE, 0
        .rept 64
        ld d0, r14, PLACE
        ld d2, r14, B + PLACE
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + PLACE, d0
        .set PLACE, PLACE + 8
        .endr
        add r21, r21, -1, nz, add_up
        jump __sys_end
scale:
        move r15, r14
scale_next:
        ld d0, r15, 0
        movd d2, d18
        call r23, __muldi3
        sd r15, C, d0
        add r15, r15, 8
        jneq r15, r16, scale_next
        add r21, r21, -1, nz, scale
        jump __sys_end
triad:
        move r15, r14
triad_next:
        ld d0, r15, 0
        movd d2, d18
        call r23, __muldi3
        ld d2, r15, B
        add r1, r1, r3
        addc r0, r0, r2
        sd r15, C, d0
        add r15, r15, 8
        jneq r15, r16, triad_next
        add r21, r21, -1, nz, triad
        jump __sys_end
