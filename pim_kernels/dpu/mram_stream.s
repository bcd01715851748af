// Micro-benchmark: transfers between MRAM and WRAM of one size. Tasklet t uses the places t, t + tasklets, ...
// of an array; copy reads from one array and writes to a second one. Bursts repeat each transfer 32 times with
// nothing in between, which leaves the bare cost of a transfer. Random: each step draws a table entry of 8
// bytes, reads it and writes its index there, so that the table's final content does not depend on who came
// first.

        .include "runtime.inc"

        .equ BURST, 32                  // ORDER MRAM BURST: mram_stream.c
        .equ FEEDBACK, 7                // of the 64-bit shift register x^64 + x^2 + x + 1

        .section .data.__sys_host
        .global arguments
arguments:                              // row of `modes`, log2 of a transfer's bytes, transfers of a tasklet; MRAM offsets of
        .word 0, 0, 0, 0, 0, 0          // source and destination; entries of the table - 1
        .global seeds
seeds:                                  // 64 bits for each tasklet
        .space 192

        .section .data
modes:                                  // ORDER MRAM MODE: mram_stream.c
        .word read_next, write_next, copy_next, random_next, read_burst, write_burst

        .section .text
        .global main
main:
        lw r16, zero, arguments + 4
        lsl r0, one, r16
        lsr r0, r0, 3
        add r0, r0, -1
        lsl r14, id, 11
        add r14, r14, __sys_heap_pointer_reset
        lsl_add r14, r14, r0, 24        // own buffer and the length
        lw r17, zero, arguments + 8     // transfers left
        lsl r15, id, r16
        lw r18, zero, arguments + 16
        add r18, r18, r15               // place in the destination
        lw r19, zero, arguments + 12    // table, or place in the source
        lw r21, zero, arguments + 20
        ld d10, id8, seeds
        lw r20, zero, tasklets
        lsl r20, r20, r16               // step
        lw r0, zero, arguments
        lsl r0, r0, 2
        lw r0, r0, modes
        jump r0
read_next:
        add r4, r19, r15
next_read:
        ldma r14, r4, 0
        add r4, r4, r20
        add r17, r17, -1, nz, next_read
        jump __sys_end
write_next:
        sdma r14, r18, 0
        add r18, r18, r20
        add r17, r17, -1, nz, write_next
        jump __sys_end
copy_next:
        add r4, r19, r15
next_copy:
        ldma r14, r4, 0
        sdma r14, r18, 0
        add r4, r4, r20
        add r18, r18, r20
        add r17, r17, -1, nz, next_copy
        jump __sys_end
random_next:
        add r11, r11, r11
        addc r10, r10, r10, nc, .+2
        xor r11, r11, FEEDBACK
        and.u d2, r11, r21
        lsl_add r4, r19, r3, 3
        ldma r14, r4, 0
        sd r14, 0, d2
        sdma r14, r4, 0
        add r17, r17, -1, nz, random_next
        jump __sys_end
read_burst:
        add r4, r19, r15
next_read_burst:
        .rept BURST
        ldma r14, r4, 0
        .endr
        add r4, r4, r20
        add r17, r17, -1, nz, next_read_burst
        jump __sys_end
write_burst:
        .rept BURST
        sdma r14, r18, 0
        .endr
        add r18, r18, r20
        add r17, r17, -1, nz, write_burst
        jump __sys_end
