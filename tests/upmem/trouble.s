// A program that goes wrong as the host asks: `trouble` is the number of the case, 0 for none. `survived` counts launches that came through.

        .section .data.__sys_host
        .global trouble, survived
trouble: .word 0
survived: .word 0

        .section .data
buffer: .space 8

        .section .text
        .global __bootstrap
__bootstrap:
        lw      r0, zero, trouble
        jz      r0, through
        jeq     r0, 1, heap_full
        jeq     r0, 2, divided_by_zero
        jeq     r0, 3, assertion
        jeq     r0, 4, wram_end
        jeq     r0, 5, wram_unaligned
        jeq     r0, 6, dma_end
        jeq     r0, 7, nothing_there
endless:
        jump    endless
heap_full:
        fault   1
divided_by_zero:
        fault   2
assertion:
        fault   3
wram_end:
        move    r1, 0x10004
        lw      r1, r1, 0
wram_unaligned:
        move    r1, 2
        sw      r1, 0, r1
dma_end:
        move    r1, buffer
        move    r2, 0x03fffff8
        ldma    r1, r2, 1
nothing_there:
        jump    4000
through:
        lw      r0, zero, survived
        add     r0, r0, 1
        sw      zero, survived, r0
__sys_end:
        stop    true, __sys_end
