// For tests/test_arithmetic.c: results[i] = routine(a[i], b[i]) for arrays of 64-bit words in WRAM. 32-bit
// routines get and give the low words. Tasklets take the elements in turn.

        .include "runtime.inc"
        .include "integer_arithmetic.inc"
        .include "float_arithmetic.inc"
        .include "double_arithmetic.inc"

        .section .data.__sys_host
arguments:                              // row of `routines`, elements
        .word 0, 0

        .section .data
routines:                               // ORDER ARITHMETIC OPERATION
        .word __mulsi3, __divsi3, __muldi3, __divdi3
        .word __addsf3, __subsf3, __mulsf3, __divsf3
        .word __adddf3, __subdf3, __muldf3, __divdf3
        .word __udivsi3, __udivdi3
wide:                                   // 1: 64-bit routine
        .word 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1

        .equ ARRAY_BYTES, 8192
        .section .text
main:
        lw r0, zero, arguments
        lsl r0, r0, 2
        lw r17, r0, routines
        lw r18, r0, wide
        lw r19, zero, arguments + 4
        lsl r19, r19, 3
        add r19, r19, __sys_heap_pointer_reset
        add r14, id8, __sys_heap_pointer_reset
        lw r20, zero, tasklets
        lsl r20, r20, 3
next_element:
        jgeu r14, r19, __sys_end
        ld d0, r14, 0
        ld d2, r14, ARRAY_BYTES
        jnz r18, call_routine
        move r0, r1
        move r1, r3
call_routine:
        call r23, r17
        jnz r18, store_result
        move r1, r0
        move r0, 0
store_result:
        sd r14, 2 * ARRAY_BYTES, d0
        add r14, r14, r20
        jump next_element
