// One level of a breadth-first search. A DPU has the neighbours of its own vertices; sets of vertices are bits, of all vertices. The host brings the
// frontier; its vertices become visited and, if they are own ones, get the level; those of their neighbours that have not been visited are
// the next frontier, which the host collects from all DPUs.

        .include "runtime.inc"

        .equ BLOCK_BYTES, 256           // of a set; also of the levels of the 64 vertices of a word
        .equ DMA_BLOCK, BLOCK_BYTES / 8 - 1
        .equ BUFFERS_LOG2, 11           // of a tasklet:
        .equ LEVELS, 0
        .equ BLOCK, BLOCK_BYTES
        .equ POINTERS, 2 * BLOCK_BYTES  // of 64 vertices and two more
        .equ FRONTIER, POINTERS + 66 * 4
        .equ NEIGHBOURS, FRONTIER + 8   // two
        .equ SET, NEIGHBOURS + 8

        .section .data.__sys_host
        .global arguments
arguments:                              // words of 64 own vertices; level; blocks of a set; then MRAM offsets
        .word 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        .global first_word
first_word:                             // of the own vertices in the sets
        .word 0, 0
        .equ LEVEL, arguments + 4
        .equ SET_BLOCKS, arguments + 8
        .equ PLACE_POINTERS, arguments + 12 // of the own vertices to their neighbours, and behind the last one
        .equ PLACE_NEIGHBOURS, arguments + 16
        .equ PLACE_LEVELS, arguments + 20 // of the own vertices
        .equ PLACE_FRONTIER, arguments + 24 // sets
        .equ PLACE_VISITED, arguments + 28
        .equ PLACE_NEXT, arguments + 32

        .section .text
        .global main
main:
        lsl r14, id, BUFFERS_LOG2
        add r14, r14, __sys_heap_pointer_reset
        lw r21, zero, tasklets

// visited |= frontier, next = {}: a block for each tasklet in turn.
        move r15, id
        lw r16, zero, SET_BLOCKS
        jgeu r15, r16, own_vertices
next_block:
        lsl r6, r15, 8
        lw r7, zero, PLACE_FRONTIER
        add r7, r7, r6
        ldma r14, r7, DMA_BLOCK
        lw r7, zero, PLACE_VISITED
        add r7, r7, r6
        add r8, r14, BLOCK
        ldma r8, r7, DMA_BLOCK
        move r4, r14
next_word_of_block:
        ld d0, r4, 0
        ld d2, r4, BLOCK
        or r0, r0, r2
        or r1, r1, r3
        sd r4, BLOCK, d0
        sd r4, 0, 0
        add r4, r4, 8
        jneq r4, r8, next_word_of_block
        sdma r8, r7, DMA_BLOCK
        lw r7, zero, PLACE_NEXT
        add r7, r7, r6
        sdma r14, r7, DMA_BLOCK
        add r15, r15, r21
        jltu r15, r16, next_block
own_vertices:
        call r23, barrier_wait

// Own vertices by words, a word for each tasklet in turn: r15.
        move r15, id
        lw r16, zero, arguments
        jgeu r15, r16, __sys_end
next_word:
        lw r0, zero, first_word
        add r0, r0, r15
        lw r1, zero, PLACE_FRONTIER
        lsl_add r1, r1, r0, 3
        add r20, r14, FRONTIER
        ldma r20, r1, 0
        ld d0, r20, 0
        or r0, r0, r1, z, word_is_done  // nothing of it
        lw r1, zero, PLACE_POINTERS
        lsl_add r1, r1, r15, 8
        add r0, r14, POINTERS
        ldma r0, r1, 66 / 2 - 1
        lw r19, zero, PLACE_LEVELS
        lsl_add r19, r19, r15, 8
        ldma r14, r19, DMA_BLOCK
        move r18, 0                     // vertex in the word, a multiple of 32
next_half:
        lw r17, r20, 0                  // vertices left of 32
next_vertex:
        clz r0, r17, max, half_is_done
        sub r0, 31, r0
        lsl r1, one, r0
        xor r17, r17, r1
        add r0, r0, r18
        lsl_add r13, r14, r0, 2
        lw r0, zero, LEVEL
        sw r13, LEVELS, r0
        lw r12, r13, POINTERS           // its neighbours: from r12 to r13
        lw r13, r13, POINTERS + 4
        jeq r12, r13, next_vertex
        move r11, -1                    // the pair of neighbours in WRAM
next_neighbour:
        lsr r0, r12, 1
        jeq r0, r11, neighbour_is_here
        move r11, r0
        lw r1, zero, PLACE_NEIGHBOURS
        lsl_add r1, r1, r0, 3
        add r0, r14, NEIGHBOURS
        ldma r0, r1, 0
neighbour_is_here:
        and r0, r12, 1
        lsl_add r0, r14, r0, 2
        lw r10, r0, NEIGHBOURS
        lsr r9, r10, 6                  // its word
        lsr r8, r10, 5
        and r8, r8, 1
        lsl_add r8, r14, r8, 2          // its half of it
        lsl r7, one, r10                // its bit
        lw r1, zero, PLACE_VISITED
        lsl_add r1, r1, r9, 3
        add r6, r14, SET
        ldma r6, r1, 0
        lw r0, r8, SET
        and r0, r0, r7, nz, neighbour_is_done
        lw r1, zero, PLACE_NEXT
        lsl_add r1, r1, r9, 3
        acquire zero, user_lock, nz, .
        ldma r6, r1, 0
        lw r0, r8, SET
        or r0, r0, r7
        sw r8, SET, r0
        sdma r6, r1, 0
        release zero, user_lock, nz, .+1
neighbour_is_done:
        add r12, r12, 1
        jneq r12, r13, next_neighbour
        jump next_vertex
half_is_done:
        add r20, r20, 4
        add r18, r18, 32
        jneq r18, 64, next_half
        sdma r14, r19, DMA_BLOCK
word_is_done:
        add r15, r15, r21
        jltu r15, r16, next_word
        jump __sys_end
