// Micro-benchmark: arithmetic on arrays in WRAM. destination[i] = source[i] op scalar for a block of 1024
// bytes, `repeats` times. The loops are what a compiler makes of it: address, load, operation, store, index,
// compare-and-jump.

        .include "runtime.inc"
        .include "integer_arithmetic.inc"
        .include "float_arithmetic.inc"
        .include "double_arithmetic.inc"

        .equ BLOCK_BYTES, 1024
        .equ DESTINATION, 24576         // from a source element to its destination: 24 blocks further

        .section .data.__sys_host
        .global arguments
arguments:                              // row of `operations`, repeats; scalar (64 bits, low word first)
        .word 0, 0, 0, 0

        .section .data
operations:                             // loop, routine, elements of a block; ORDER ARITHMETIC OPERATION: arithmetic_loops.c
        .word add_int32, 0, 256
        .word sub_int32, 0, 256
        .word call_32, __mulsi3, 256
        .word call_32, __divsi3, 256
        .word add_int64, 0, 128
        .word sub_int64, 0, 128
        .word call_64, __muldi3, 128
        .word call_64, __divdi3, 128
        .word call_32, __addsf3, 256
        .word call_32, __subsf3, 256
        .word call_32, __mulsf3, 256
        .word call_32, __divsf3, 256
        .word call_64, __adddf3, 128
        .word call_64, __subdf3, 128
        .word call_64, __muldf3, 128
        .word call_64, __divdf3, 128

        .section .text
        .global main
main:
        lsl r14, id, 10
        add r14, r14, __sys_heap_pointer_reset // own block of the source
        lw r0, zero, arguments
        lsl_add r1, r0, r0, 1
        lsl r1, r1, 2
        lw r20, r1, operations
        lw r17, r1, operations + 4
        lw r16, r1, operations + 8
        lw r21, zero, arguments + 4
        lw r19, zero, arguments + 8     // d18 = scalar
        lw r18, zero, arguments + 12
next_pass:
        move r15, 0
        jump r20
pass_is_complete:
        add r21, r21, -1, nz, next_pass
        jump __sys_end

add_int32:
        lsl_add r4, r14, r15, 2
        lw r0, r4, 0
        add r0, r0, r19
        sw r4, DESTINATION, r0
        add r15, r15, 1
        jneq r15, r16, add_int32
        jump pass_is_complete
sub_int32:
        lsl_add r4, r14, r15, 2
        lw r0, r4, 0
        sub r0, r0, r19
        sw r4, DESTINATION, r0
        add r15, r15, 1
        jneq r15, r16, sub_int32
        jump pass_is_complete
call_32:
        lsl_add r20, r14, r15, 2
        lw r0, r20, 0
        move r1, r19
        call r23, r17
        sw r20, DESTINATION, r0
        add r15, r15, 1
        jneq r15, r16, call_32
        move r20, call_32
        jump pass_is_complete
add_int64:
        lsl_add r4, r14, r15, 3
        ld d0, r4, 0
        add r1, r1, r19
        addc r0, r0, r18
        sd r4, DESTINATION, d0
        add r15, r15, 1
        jneq r15, r16, add_int64
        jump pass_is_complete
sub_int64:
        lsl_add r4, r14, r15, 3
        ld d0, r4, 0
        sub r1, r1, r19
        subc r0, r0, r18
        sd r4, DESTINATION, d0
        add r15, r15, 1
        jneq r15, r16, sub_int64
        jump pass_is_complete
call_64:
        lsl_add r20, r14, r15, 3
        ld d0, r20, 0
        movd d2, d18
        call r23, r17
        sd r20, DESTINATION, d0
        add r15, r15, 1
        jneq r15, r16, call_64
        move r20, call_64
        jump pass_is_complete
