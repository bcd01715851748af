// A server: one tasklet waits until the host has written `request`, answers with its triple in `answer`, and waits again; request 0xffffffff
// ends it. `polls` counts the loads that found nothing. `rounds`, when the host has set it, is a number of loop rounds to spend first.

        .section .data.__sys_host
        .global request
        .global answer
        .global polls
        .global rounds
request: .word 0
answer: .word 0
polls:  .word 0
rounds: .word 0

        .section .text
        .global __bootstrap
__bootstrap:
        lw      r3, zero, rounds
        jz      r3, wait
spend:
        sub     r3, r3, 1, nz, spend
wait:
        lw      r0, zero, request
        jnz     r0, serve
        lw      r2, zero, polls
        add     r2, r2, 1
        sw      zero, polls, r2
        jump    wait
serve:
        sw      zero, request, 0
        jeq     r0, -1, __sys_end
        lsl_add r1, r0, r0, 1
        sw      zero, answer, r1
        jump    wait
__sys_end:
        stop    true, __sys_end
