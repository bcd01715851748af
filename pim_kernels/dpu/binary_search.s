// For each query the index of that value in an ascending array of int64 in MRAM, or -1. The published program has hardware times, so this
// one searches as it does, with its instruction profile (doc/kernels.md, "Binary search"): probes are blocks of 32 elements; whose first
// element is not too large is searched from end to end, six instructions for an element, before the left half is given up; and for
// every query both ends of the array are read, which nobody uses.

        .include "runtime.inc"
        .include "integer_arithmetic.inc"
        .include "shares.inc"

        .equ BLOCK_BYTES, 256
        .equ BLOCK_ELEMENTS, BLOCK_BYTES / 8
        .equ WHOLE_BLOCK, (BLOCK_ELEMENTS - 1) << 24 // DMA length field
        .equ BUFFERS_LOG2, 11           // of a tasklet: block, results, query, the ends of the array
        .equ RESULTS, BLOCK_BYTES
        .equ QUERY, 2 * BLOCK_BYTES
        .equ ENDS, 3 * BLOCK_BYTES

        .section .data.__sys_host
        .global arguments
arguments:                              // queries; MRAM offsets of the array, queries, results; bytes of the array, BLOCK_BYTES at least
        .word 0, 0, 0, 0, 0, 0

        .section .text
        .global main
main:
        lsl r14, id, BUFFERS_LOG2
        add r14, r14, __sys_heap_pointer_reset
        lw r0, zero, arguments
        call r12, share_of_tasklet
        jeq r0, r1, __sys_end
        lw r16, zero, arguments + 8
        lsl_add r17, r16, r1, 3         // end of the own queries
        lsl_add r16, r16, r0, 3         // next query
        lw r15, zero, arguments + 12
        lsl_add r15, r15, r0, 3         // where the next results go
        lw r18, zero, arguments + 4     // the array
        lw r19, zero, arguments + 16
        add r19, r18, r19               // its end
        add r20, r18, r19
        lsr r20, r20, 1
        and r20, r20, 0x7ffffff8        // its middle
        add r21, r14, RESULTS           // the next result
next_query:
        add r0, r14, QUERY
        ldma r0, r16, 0
        add r0, r14, ENDS
        ldma r0, r18, BLOCK_ELEMENTS - 1
        add r0, r0, BLOCK_BYTES
        add r1, r19, -BLOCK_BYTES
        ldma r0, r1, BLOCK_ELEMENTS - 1
        ld d4, r14, QUERY
        move r1, r18                    // r1 to r2: where it may be
        move r2, r19
        move r3, r20                    // the block to probe
        add r0, r1, BLOCK_BYTES
        jltu r3, r0, search_rest
probe:
        ldma r14, r3, BLOCK_ELEMENTS - 1
        ld d4, r14, QUERY
        ld d6, r14, 0
        sub zero, r7, r5
        subc zero, r6, r4, xles, probe_block
        move r2, r3, true, choose_half  // all from here on are larger
probe_block:
        jneq r7, r5, .+2
        jeq r6, r4, found_first
        move r0, 0
probe_element:
        jeq r0, BLOCK_ELEMENTS - 1, probe_ends
        lsl_add r8, r14, r0, 3
        ld d6, r8, 8
        add r8, r0, 1
        move r0, r8
        jneq r7, r5, probe_element
        jneq r6, r4, probe_element
        jump found
probe_ends:
        move r1, r3
choose_half:
        add r0, r1, r2
        lsr r0, r0, 1
        and r3, r0, 0x7ffffff8
        add r0, r1, BLOCK_BYTES
        jgeu r3, r0, probe

// Less than two blocks and an element are left: the first block, then what is behind it.
search_rest:
        move r3, r1
        move r9, WHOLE_BLOCK
search_rest_block:
        add r0, r14, r9
        ldma r0, r3, 0
        lsr r9, r9, 24                  // elements behind the first one
        ld d6, r14, 0
        sub zero, r7, r5
        subc zero, r6, r4, xgts, not_found // larger; the first of all, or found no smaller one before
        jneq r7, r5, .+2
        jeq r6, r4, found_first
        move r0, 0
rest_element:
        jeq r0, r9, rest_ends
        lsl_add r8, r14, r0, 3
        ld d6, r8, 8
        add r8, r0, 1
        move r0, r8
        jneq r7, r5, rest_element
        jneq r6, r4, rest_element
        jump found
rest_ends:
        add r3, r3, BLOCK_BYTES
        sub r9, r2, r3, z, not_found
        jlts r9, 0, not_found           // that was the rest
        lsr r9, r9, 3
        add r9, r9, -1
        lsl r9, r9, 24
        jump search_rest_block

not_found:
        move r0, -1
        move r1, -1
        jump store
found_first:
        move r0, 0
found:                                  // element r0 of the block at r3
        sub r1, r3, r18
        lsr_add r1, r0, r1, 3
        move r0, 0
store:
        sd r21, 0, d0
        add r21, r21, 8
        add r16, r16, 8
        jeq r16, r17, write
        add r0, r14, RESULTS + BLOCK_BYTES
        jneq r21, r0, next_query
write:                                  // a block of results, or the last ones
        add r0, r14, RESULTS
        sub r1, r21, r0
        lsr r2, r1, 3
        add r2, r2, -1
        lsl_add r2, r0, r2, 24
        sdma r2, r15, 0
        add r15, r15, r1
        move r21, r0
        jneq r16, r17, next_query
        jump __sys_end
