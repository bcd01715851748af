// bins[(p x BINS) >> 12] counts the pixels p of 12 bits, 32-bit words in MRAM; the bins go to MRAM. Either every tasklet counts into bins of its
// own, which are added up, or all count into the same bins, each count under a mutex. The published programs of both kinds have hardware times;
// fourteen instructions a turn besides the multiplication routine for the first kind (doc/kernels.md, "Histogram of an image").

        .include "runtime.inc"
        .include "blocks.inc"
        .include "histogram.inc"
        .include "integer_arithmetic.inc"

        .equ DEPTH, 12

        .section .data.__sys_host
        .global arguments
arguments:                              // bytes of pixels; MRAM offsets of pixels, bins; number of bins; 1: the same bins for all
        .word 0, 0, 0, 0, 0, 0

        .section .data
mutex:                                  // a variable, as programs have it: read at every use
        .word user_lock, 0
bins:                                   // of all tasklets
        .space BINS_BYTES

        .section .text
        .global main
main:
        blocks_begin BUFFERS_LOG2
        add r15, r14, BLOCK_BYTES       // own bins
        lw r17, zero, arguments
        lw r18, zero, arguments + 4
        lw r19, zero, arguments + 12
        lw r20, zero, arguments + 16
        jnz r20, clear_shared
        move r4, 0
clear_bin:
        lsl_add r5, r15, r4, 2
        sw r5, 0, 0
        add r4, r4, 1
        jltu r4, r19, clear_bin
        jump count
clear_shared:
        move r15, bins
        move r4, id
        lw r6, zero, tasklets
        jgeu r4, r19, clear_shared_end
clear_shared_bin:
        lsl_add r5, r15, r4, 2
        sw r5, 0, 0
        add r4, r4, r6
        jltu r4, r19, clear_shared_bin
clear_shared_end:
        call r23, barrier_wait
count:
        jgeu r16, r17, counting_is_complete
next_block:
        call r12, block_size
        move_block ldma, r14, r18
        lsr r13, r0, 2                  // pixels
        move r11, 0
        jnz r20, next_shared
next_pixel:
        lsl_add r4, r14, r11, 2
        lw r0, r4, 0
        move r1, r19
        call r23, __mulsi3
        lsr r4, r0, DEPTH - 2
        and r4, r4, 0x3fffffc           // bin x 4
        add r4, r15, r4
        lw r5, r4, 0
        add r5, r5, 1
        sw r4, 0, r5
        add r11, r11, 1
        sub r6, r11, r13, ltu           // 1: there are more
        move r7, r6
        jnz r7, next_pixel
block_is_counted:
        add r16, r16, r21
        jltu r16, r17, next_block
counting_is_complete:
        call r23, barrier_wait
        jnz r20, write
        call r12, add_up_bins
        call r23, barrier_wait
write:
        jnz id, __sys_end
        lw r3, zero, arguments + 8
        move r2, bins
        sdma r2, r3, BINS_BYTES / 8 - 1
        jump __sys_end

next_shared:
        lsl_add r4, r14, r11, 2
        lw r0, r4, 0
        move r1, r19
        call r23, __mulsi3
        lsr r4, r0, DEPTH - 2
        and r4, r4, 0x3fffffc
        lw r8, zero, mutex
        acquire r8, 0, nz, .
        add r4, r15, r4
        lw r5, r4, 0
        add r5, r5, 1
        sw r4, 0, r5
        lw r8, zero, mutex
        release r8, 0, nz, .+1
        add r11, r11, 1
        sub r6, r11, r13, ltu
        move r7, r6
        jnz r7, next_shared
        jump block_is_counted
