// What a launch leaves behind, and what the host can reach. One tasklet spends `rounds`, counts the launch in WRAM (`runs`), in WRAM that the
// host cannot name (`hidden`) and in MRAM (`mram_runs`), and sets `result` to `operand` + 1. Symbols of all kinds and odd sizes.

        .equ NR_TASKLETS, 1
        .global NR_TASKLETS
        .equ STACK_SIZE_TASKLET_0, 256
        .global STACK_SIZE_TASKLET_0

        .section .data
        .global hidden
hidden: .word 0
        .align 8
scratch: .space 8

        .section .data.__sys_host
        .global runs, hidden_seen, operand, result, rounds, clock_seen, CLOCKS_PER_SEC, odd_arguments, bytes
runs:   .word 0
hidden_seen: .word 0
operand: .word 0
result: .word 0
rounds: .word 0
clock_seen: .word 0
CLOCKS_PER_SEC: .word 0
odd_arguments: .space 28                // not a multiple of 8: WRAM needs only 4
bytes:  .word 0x04030201, 0x08070605
        .size CLOCKS_PER_SEC, 4

        .section .data.__sys_profiling
        .global profiling
profiling: .word 7

        .section .mram
        .global mram_runs, mram_text
mram_runs: .quad 0
mram_text: .ascii "sixteen bytes..."

        .section .mram.noinit
        .global mram_buffer
mram_buffer: .space 65536

        .section .text
        .global __bootstrap, spend
__bootstrap:
        lw      r0, zero, rounds
        jz      r0, count
spend:  sub     r0, r0, 1, nz, spend
count:  lw      r0, zero, runs
        add     r0, r0, 1
        sw      zero, runs, r0
        lw      r0, zero, hidden
        add     r0, r0, 1
        sw      zero, hidden, r0
        sw      zero, hidden_seen, r0
        lw      r0, zero, operand
        add     r0, r0, 1
        sw      zero, result, r0
        lw      r0, zero, CLOCKS_PER_SEC
        sw      zero, clock_seen, r0
        move    r1, scratch
        move    r2, mram_runs
        ldma    r1, r2, 0
        lw      r0, zero, scratch
        add     r0, r0, 1
        sw      zero, scratch, r0
        sdma    r1, r2, 0
__sys_end:
        stop    true, __sys_end
