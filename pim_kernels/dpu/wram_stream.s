// Micro-benchmark: STREAM on int64 arrays in WRAM, 64 elements for each tasklet, `repeats` times. c = a, c = a + b, c = scalar x a,
// c = b + scalar x a. Copy and add are unrolled over the whole array, as the published programs are; the other two call the
// multiplication routine.

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
        ld d0, r14, 0
        sd r14, C + 0, d0
        ld d0, r14, 8
        sd r14, C + 8, d0
        ld d0, r14, 16
        sd r14, C + 16, d0
        ld d0, r14, 24
        sd r14, C + 24, d0
        ld d0, r14, 32
        sd r14, C + 32, d0
        ld d0, r14, 40
        sd r14, C + 40, d0
        ld d0, r14, 48
        sd r14, C + 48, d0
        ld d0, r14, 56
        sd r14, C + 56, d0
        ld d0, r14, 64
        sd r14, C + 64, d0
        ld d0, r14, 72
        sd r14, C + 72, d0
        ld d0, r14, 80
        sd r14, C + 80, d0
        ld d0, r14, 88
        sd r14, C + 88, d0
        ld d0, r14, 96
        sd r14, C + 96, d0
        ld d0, r14, 104
        sd r14, C + 104, d0
        ld d0, r14, 112
        sd r14, C + 112, d0
        ld d0, r14, 120
        sd r14, C + 120, d0
        ld d0, r14, 128
        sd r14, C + 128, d0
        ld d0, r14, 136
        sd r14, C + 136, d0
        ld d0, r14, 144
        sd r14, C + 144, d0
        ld d0, r14, 152
        sd r14, C + 152, d0
        ld d0, r14, 160
        sd r14, C + 160, d0
        ld d0, r14, 168
        sd r14, C + 168, d0
        ld d0, r14, 176
        sd r14, C + 176, d0
        ld d0, r14, 184
        sd r14, C + 184, d0
        ld d0, r14, 192
        sd r14, C + 192, d0
        ld d0, r14, 200
        sd r14, C + 200, d0
        ld d0, r14, 208
        sd r14, C + 208, d0
        ld d0, r14, 216
        sd r14, C + 216, d0
        ld d0, r14, 224
        sd r14, C + 224, d0
        ld d0, r14, 232
        sd r14, C + 232, d0
        ld d0, r14, 240
        sd r14, C + 240, d0
        ld d0, r14, 248
        sd r14, C + 248, d0
        ld d0, r14, 256
        sd r14, C + 256, d0
        ld d0, r14, 264
        sd r14, C + 264, d0
        ld d0, r14, 272
        sd r14, C + 272, d0
        ld d0, r14, 280
        sd r14, C + 280, d0
        ld d0, r14, 288
        sd r14, C + 288, d0
        ld d0, r14, 296
        sd r14, C + 296, d0
        ld d0, r14, 304
        sd r14, C + 304, d0
        ld d0, r14, 312
        sd r14, C + 312, d0
        ld d0, r14, 320
        sd r14, C + 320, d0
        ld d0, r14, 328
        sd r14, C + 328, d0
        ld d0, r14, 336
        sd r14, C + 336, d0
        ld d0, r14, 344
        sd r14, C + 344, d0
        ld d0, r14, 352
        sd r14, C + 352, d0
        ld d0, r14, 360
        sd r14, C + 360, d0
        ld d0, r14, 368
        sd r14, C + 368, d0
        ld d0, r14, 376
        sd r14, C + 376, d0
        ld d0, r14, 384
        sd r14, C + 384, d0
        ld d0, r14, 392
        sd r14, C + 392, d0
        ld d0, r14, 400
        sd r14, C + 400, d0
        ld d0, r14, 408
        sd r14, C + 408, d0
        ld d0, r14, 416
        sd r14, C + 416, d0
        ld d0, r14, 424
        sd r14, C + 424, d0
        ld d0, r14, 432
        sd r14, C + 432, d0
        ld d0, r14, 440
        sd r14, C + 440, d0
        ld d0, r14, 448
        sd r14, C + 448, d0
        ld d0, r14, 456
        sd r14, C + 456, d0
        ld d0, r14, 464
        sd r14, C + 464, d0
        ld d0, r14, 472
        sd r14, C + 472, d0
        ld d0, r14, 480
        sd r14, C + 480, d0
        ld d0, r14, 488
        sd r14, C + 488, d0
        ld d0, r14, 496
        sd r14, C + 496, d0
        ld d0, r14, 504
        sd r14, C + 504, d0
        add r21, r21, -1, nz, copy
        jump __sys_end
add_up:
        ld d0, r14, 0
        ld d2, r14, B + 0
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 0, d0
        ld d0, r14, 8
        ld d2, r14, B + 8
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 8, d0
        ld d0, r14, 16
        ld d2, r14, B + 16
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 16, d0
        ld d0, r14, 24
        ld d2, r14, B + 24
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 24, d0
        ld d0, r14, 32
        ld d2, r14, B + 32
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 32, d0
        ld d0, r14, 40
        ld d2, r14, B + 40
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 40, d0
        ld d0, r14, 48
        ld d2, r14, B + 48
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 48, d0
        ld d0, r14, 56
        ld d2, r14, B + 56
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 56, d0
        ld d0, r14, 64
        ld d2, r14, B + 64
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 64, d0
        ld d0, r14, 72
        ld d2, r14, B + 72
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 72, d0
        ld d0, r14, 80
        ld d2, r14, B + 80
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 80, d0
        ld d0, r14, 88
        ld d2, r14, B + 88
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 88, d0
        ld d0, r14, 96
        ld d2, r14, B + 96
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 96, d0
        ld d0, r14, 104
        ld d2, r14, B + 104
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 104, d0
        ld d0, r14, 112
        ld d2, r14, B + 112
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 112, d0
        ld d0, r14, 120
        ld d2, r14, B + 120
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 120, d0
        ld d0, r14, 128
        ld d2, r14, B + 128
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 128, d0
        ld d0, r14, 136
        ld d2, r14, B + 136
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 136, d0
        ld d0, r14, 144
        ld d2, r14, B + 144
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 144, d0
        ld d0, r14, 152
        ld d2, r14, B + 152
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 152, d0
        ld d0, r14, 160
        ld d2, r14, B + 160
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 160, d0
        ld d0, r14, 168
        ld d2, r14, B + 168
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 168, d0
        ld d0, r14, 176
        ld d2, r14, B + 176
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 176, d0
        ld d0, r14, 184
        ld d2, r14, B + 184
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 184, d0
        ld d0, r14, 192
        ld d2, r14, B + 192
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 192, d0
        ld d0, r14, 200
        ld d2, r14, B + 200
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 200, d0
        ld d0, r14, 208
        ld d2, r14, B + 208
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 208, d0
        ld d0, r14, 216
        ld d2, r14, B + 216
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 216, d0
        ld d0, r14, 224
        ld d2, r14, B + 224
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 224, d0
        ld d0, r14, 232
        ld d2, r14, B + 232
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 232, d0
        ld d0, r14, 240
        ld d2, r14, B + 240
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 240, d0
        ld d0, r14, 248
        ld d2, r14, B + 248
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 248, d0
        ld d0, r14, 256
        ld d2, r14, B + 256
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 256, d0
        ld d0, r14, 264
        ld d2, r14, B + 264
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 264, d0
        ld d0, r14, 272
        ld d2, r14, B + 272
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 272, d0
        ld d0, r14, 280
        ld d2, r14, B + 280
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 280, d0
        ld d0, r14, 288
        ld d2, r14, B + 288
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 288, d0
        ld d0, r14, 296
        ld d2, r14, B + 296
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 296, d0
        ld d0, r14, 304
        ld d2, r14, B + 304
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 304, d0
        ld d0, r14, 312
        ld d2, r14, B + 312
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 312, d0
        ld d0, r14, 320
        ld d2, r14, B + 320
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 320, d0
        ld d0, r14, 328
        ld d2, r14, B + 328
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 328, d0
        ld d0, r14, 336
        ld d2, r14, B + 336
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 336, d0
        ld d0, r14, 344
        ld d2, r14, B + 344
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 344, d0
        ld d0, r14, 352
        ld d2, r14, B + 352
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 352, d0
        ld d0, r14, 360
        ld d2, r14, B + 360
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 360, d0
        ld d0, r14, 368
        ld d2, r14, B + 368
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 368, d0
        ld d0, r14, 376
        ld d2, r14, B + 376
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 376, d0
        ld d0, r14, 384
        ld d2, r14, B + 384
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 384, d0
        ld d0, r14, 392
        ld d2, r14, B + 392
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 392, d0
        ld d0, r14, 400
        ld d2, r14, B + 400
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 400, d0
        ld d0, r14, 408
        ld d2, r14, B + 408
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 408, d0
        ld d0, r14, 416
        ld d2, r14, B + 416
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 416, d0
        ld d0, r14, 424
        ld d2, r14, B + 424
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 424, d0
        ld d0, r14, 432
        ld d2, r14, B + 432
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 432, d0
        ld d0, r14, 440
        ld d2, r14, B + 440
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 440, d0
        ld d0, r14, 448
        ld d2, r14, B + 448
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 448, d0
        ld d0, r14, 456
        ld d2, r14, B + 456
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 456, d0
        ld d0, r14, 464
        ld d2, r14, B + 464
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 464, d0
        ld d0, r14, 472
        ld d2, r14, B + 472
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 472, d0
        ld d0, r14, 480
        ld d2, r14, B + 480
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 480, d0
        ld d0, r14, 488
        ld d2, r14, B + 488
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 488, d0
        ld d0, r14, 496
        ld d2, r14, B + 496
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 496, d0
        ld d0, r14, 504
        ld d2, r14, B + 504
        add r1, r1, r3
        addc r0, r0, r2
        sd r14, C + 504, d0
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
