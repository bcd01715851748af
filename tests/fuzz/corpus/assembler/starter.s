// One tasklet adds one to a counter of the host.
        .equ NR_TASKLETS, 1
        .global NR_TASKLETS, main
        .text
main:   lw r0, zero, counter
        add r0, r0, 1
        sw zero, counter, r0
end:    stop true, end
        .section .data.__sys_host
        .global counter
counter: .word 41
