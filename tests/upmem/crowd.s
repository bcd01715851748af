// More tasklets than a DPU has.
        .equ NR_TASKLETS, 25
        .global NR_TASKLETS
        .section .text
        .global __bootstrap
__bootstrap:
__sys_end:
        stop    true, __sys_end
