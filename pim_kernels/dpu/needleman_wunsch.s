// A block of the scores of a global alignment: score = greatest of (left above + similarity, left - penalty, above - penalty), int32 in MRAM.
// The block is worked on by tiles of 8 x 8, one antidiagonal of tiles after the other; those of one are shared by the tasklets. The
// published program has hardware times, so this one has its instruction profile (doc/kernels.md, "Alignment"): thirteen instructions
// for a cell and up to two more, six for a row of a tile, the same 25 transfers for a tile.

        .include "runtime.inc"
        .include "integer_arithmetic.inc"
        .include "shares.inc"

        .equ SIDE, 8                    // of a tile
        .equ LINE, (SIDE + 2) * 4       // bytes of a line of scores: the cell before, those of the tile, one more for alignment
        .equ SIMILARITIES, (SIDE + 1) * LINE // behind the scores of a tile in a tasklet's buffer
        .equ DMA_LINE, LINE / 8 - 1
        .equ DMA_SIMILARITIES, SIDE * 4 / 8 - 1
        .equ BUFFERS_LOG2, 10

        .section .data.__sys_host
        .global arguments
arguments:                              // tiles of the block's side, 0: nothing to do; penalty; MRAM offsets of scores and similarities
        .word 0, 0, 0, 0                // scores: lines of SIDE x tiles + 2 words, the first line and column given

        .section .data
antidiagonals:                          // of tiles, where each tasklet is
        .space 24 * 4

// The lines 1 to 8 of a tile's scores in WRAM: registers between the calls.
        .macro each_line do, field=0
        \do r3, \field
        \do r4, \field
        \do r5, \field
        \do r6, \field
        \do r7, \field
        \do r8, \field
        \do r14, \field
        \do r17, \field
        .endm
        .macro read_line line, field
        add r1, r1, r15
        ldma \line, r1, \field
        .endm
        .macro write_line line, field
        add r1, r1, r15
        sdma \line, r1, \field
        .endm
        .macro set_line line, field
        .set AT, AT + LINE
        add \line, r20, AT
        .endm

        .section .text
        .global main
main:
        lsl r20, id, BUFFERS_LOG2
        add r20, r20, __sys_heap_pointer_reset
        add r16, r20, SIMILARITIES
        lw r0, zero, arguments          // tiles of a side
        jz r0, __sys_end
        lw r21, zero, arguments + 4
        lsl r15, r0, 5
        add r15, r15, 8                 // bytes of a line of the block
        sw id4, antidiagonals, 0
next_antidiagonal:
        lw r8, id4, antidiagonals
        lw r14, zero, arguments
        add r0, r8, 1                   // its tiles: from row r13 of tiles on
        move r13, 0
        sub r1, r0, r14, les, first_half
        move r13, r1
        sub r0, r14, r1
first_half:
        call r12, even_share_of_tasklet
        add r18, r13, r0                // row of the tile
        add r19, r13, r1
        jeq r18, r19, antidiagonal_is_done
        move r0, r18
        lsl r1, r15, 3
        call r23, __mulsi3
        sub r6, r8, r18                 // column
        lsl_add r0, r0, r6, 5
        lw r1, zero, arguments + 8
        add r10, r0, r1                 // where its scores begin
        move r0, r18
        lsl r1, r14, 8
        call r23, __mulsi3
        lsl_add r0, r0, r6, 5
        lw r1, zero, arguments + 12
        add r9, r0, r1                  // and its similarities
        .set AT, 0
        each_line set_line
next_tile:
        ldma r20, r10, DMA_LINE
        move r1, r10
        each_line read_line             // of the other lines only the cell before
        move r0, r16
        move r1, r9
        add r2, r15, -8
        ldma r0, r1, DMA_SIMILARITIES
        .rept SIDE - 1
        add r0, r0, SIDE * 4
        add r1, r1, r2
        ldma r0, r1, DMA_SIMILARITIES
        .endr
        move r11, 0

// A cell of line r11: \score from \left, the scores of the line above and a similarity.
        .macro cell column, score, left
        lsl r0, r11, 3                  // the line above
        lsl_add r0, r0, r11, 5
        add r0, r20, r0
        .if \column > 0
        sw r0, LINE + 4 * \column, \left
        .endif
        lw r1, r0, 4 * \column
        lsl_add r2, r16, r11, 5
        lw r2, r2, 4 * \column
        .if \column == 0
        lw \left, r0, LINE
        .endif
        add \score, r2, r1
        lw r1, r0, 4 * \column + 4
        sub r2, \left, r21
        jgts \score, r2, .+2
        move \score, r2
        sub r1, r1, r21
        jgts \score, r1, .+2
        move \score, r1
        .endm
next_line:
        cell 0, r12, r13
        cell 1, r13, r12
        cell 2, r12, r13
        cell 3, r13, r12
        cell 4, r12, r13
        cell 5, r13, r12
        cell 6, r12, r13
        cell 7, r13, r12
        lsl r0, r11, 3
        lsl_add r0, r0, r11, 5
        add r0, r20, r0
        sw r0, LINE + 4 * SIDE, r13
        add r11, r11, 1
        jneq r11, SIDE, next_line

        move r1, r10
        each_line write_line, DMA_LINE  // with the cell before, and one that the next tile will write
        lsl r0, r15, 3                  // the tile below and to the left
        add r10, r10, r0
        add r10, r10, -SIDE * 4
        add r0, r0, -8 * 8
        add r9, r9, r0
        add r9, r9, -SIDE * 4
        add r18, r18, 1
        jneq r18, r19, next_tile
antidiagonal_is_done:
        call r23, barrier_wait
        lw r1, id4, antidiagonals
        add r1, r1, 1
        sw id4, antidiagonals, r1
        lw r0, zero, arguments
        lsl r0, r0, 1
        add r0, r0, -1
        jltu r1, r0, next_antidiagonal
        jump __sys_end
