// Steps 2 and 3 of a transposition in three steps. A DPU has a panel of M x m rows of n int64 elements (the host's transfers, step 1).
// Step 2 transposes each of the M tiles of m x n elements; step 3 transposes the M x n matrix whose elements are rows of m, in
// place: tasklets follow the cycles of the permutation, and a bit for every row says that it has been written. The panel ends as n
// rows of M x m elements. The published program has hardware times, so this one has its instruction profile
// (doc/kernels.md, "Transposition").

        .include "runtime.inc"
        .include "integer_arithmetic.inc"

        .equ MOST_TILE_BYTES, 1024      // m x n x 8
        .equ ROW_LOCK, sync_lock        // of `next_row`; there is no barrier meanwhile
        .equ DONE_LOCK, user_lock       // of the bits

        .section .data.__sys_host
        .global arguments
arguments:                              // M; m, n; MRAM offsets of the panel, of the bits (a word of 64 for 8 rows); step 2 or 3
        .word 0, 0, 0, 0, 0, 0
        .equ TILES, arguments
        .equ TILE_ROWS, arguments + 4
        .equ TILE_COLUMNS, arguments + 8
        .equ PANEL, arguments + 12
        .equ DONE, arguments + 16
        .equ STEP, arguments + 20

        .section .data
next_row:                               // of step 3
        .word 0
last_element:                           // m x n - 1 of step 2
        .word 0
last_row:                               // M x n - 1 of step 3
        .word 0
        .align 8
done_words:                             // one for each tasklet
        .space 192

        .section .text
        .global main
main:
        lsl r14, id, 11
        add r14, r14, __sys_heap_pointer_reset
        add r15, r14, MOST_TILE_BYTES
        lw r19, zero, TILE_ROWS
        lw r17, zero, TILES
        jz r17, __sys_end
        lw r0, zero, STEP
        jeq r0, 3, transpose_rows

// ---- step 2: r16 = tile, r18 = its elements, r21 = element ----
        move r0, r19
        lw r1, zero, TILE_COLUMNS
        call r23, __mulsi3
        move r18, r0
        add r0, r0, -1
        sw zero, last_element, r0       // the same for all
        move r16, id
        jgeu r16, r17, __sys_end
next_tile:
        move r0, r18
        move r1, r16
        call r23, __mulsi3
        lw r1, zero, PANEL
        lsl_add r20, r1, r0, 3          // where the tile lies
        add r13, r18, -1
        lsl_add r0, r14, r13, 24
        ldma r0, r20, 0
        move r6, r15
        move r21, 0
tile_element:
        lsl_add r0, r14, r21, 3
        move r11, r14                   // addresses of the buffers, kept over the calls
        ld d8, r0, 0
        move r0, r21
        move r1, r19
        move r7, r6
        call r23, __mulsi3
        move r12, r0
        move r0, r21
        lw r1, zero, TILE_COLUMNS
        call r23, __udivsi3
        lw r1, zero, last_element
        call r23, __mulsi3
        move r6, r7
        sub r0, r12, r0                 // where it goes
        lsl_add r0, r6, r0, 3
        add r21, r21, 1
        sd r0, 0, d8
        move r14, r11
        jneq r18, r21, tile_element
        lsl_add r0, r15, r13, 24
        sdma r0, r20, 0
        lw r0, zero, tasklets
        add r16, r16, r0
        jltu r16, r17, next_tile
        jump __sys_end

// ---- step 3: r11 = row, r10 = where it goes, r18 = its bytes, r13 = word with bits ----
transpose_rows:
        lsl r18, r19, 3
        add r13, id8, done_words
        move r0, r17
        lw r1, zero, TILE_COLUMNS
        call r23, __mulsi3
        add r16, r0, -1                 // the last row, which stays where it is
        jnz id, rows_ready
        sw zero, next_row, 0
        sw zero, last_row, r16
rows_ready:
        call r23, barrier_wait
        lw r20, zero, DONE
take_row:
        move r1, ROW_LOCK
        acquire r1, 0, nz, .
        lw r11, zero, next_row
        add r0, r11, 1
        sw zero, next_row, r0
        release r1, 0, nz, .+1
        jgeu r11, r16, __sys_end
        move r0, r11
        lw r1, zero, TILES
        call r23, __mulsi3
        move r10, r0
        move r0, r11
        lw r1, zero, TILE_COLUMNS
        call r23, __udivsi3
        move r1, r16
        call r23, __mulsi3
        sub r10, r10, r0
        jeq r10, r11, take_row          // it stays
        move r0, r18
        move r1, r11
        call r23, __mulsi3
        lw r1, zero, PANEL
        add r0, r0, r1
        move r1, -1
        lsr_add r1, r1, r18, 3
        move r2, r14
        lsl_add r1, r2, r1, 24
        ldma r1, r0, 0
        move r2, DONE_LOCK
        acquire r2, 0, nz, .
        and r3, r11, 0xfffffff8
        add r3, r3, r20
        ldma r13, r3, 0
        ld d4, r13, 0
        and r7, r11, 7
        lsl r7, one, r7                 // d6 = bit of the row
        move r6, 0
        and r9, r5, r7
        and r8, r4, r6
        move r4, 0
        release r2, 0, nz, .+1
        jneq r9, r4, take_row           // somebody has been here
        jeq r8, r4, follow
        jump take_row
next_of_cycle:
        move r0, r10
        lw r1, zero, TILES
        call r23, __mulsi3
        move r11, r0
        move r0, r10
        lw r1, zero, TILE_COLUMNS
        call r23, __udivsi3
        lw r1, zero, last_row
        call r23, __mulsi3
        move r4, 0
        sub r10, r11, r0
        jneq r9, r4, take_row           // the end of the cycle
        jneq r8, r4, take_row
follow:
        move r0, r18
        move r1, r10
        call r23, __mulsi3
        lw r1, zero, PANEL
        add r0, r0, r1                  // what lies where the row goes
        move r1, -1
        lsr_add r1, r1, r18, 3
        lsl_add r2, r15, r1, 24
        ldma r2, r0, 0
        move r2, DONE_LOCK
        acquire r2, 0, nz, .
        and r3, r10, 0xfffffff8
        add r3, r3, r20
        ldma r13, r3, 0
        ld d4, r13, 0
        and r7, r10, 7
        lsl r7, one, r7
        move r6, 0
        and r9, r5, r7
        and r8, r4, r6
        or r5, r5, r7
        or r4, r4, r6
        sd r13, 0, d4
        sdma r13, r3, 0
        move r4, 0
        release r2, 0, nz, .+1
        jneq r9, r4, take_over          // written already
        jneq r8, r4, take_over
        move r2, r14
        lsl_add r1, r2, r1, 24
        sdma r1, r0, 0
take_over:
        move r0, r15
        move r1, r14
        move r2, r19
copy_element:                           // the one that was there is the next to be moved
        ld d4, r0, 0
        sd r1, 0, d4
        add r1, r1, 8
        add r0, r0, 8
        add r2, r2, -1
        jnz r2, copy_element
        jump next_of_cycle
