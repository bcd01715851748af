// A program as -pg makes it: each function begins with a call of mcount. `plain` has no frame: the call makes it lose its return address, so
// that it returns to itself, unless the loader has taken the call out.

        .section .data
        .global thread_profiling
thread_profiling: .space 96

        .section .data.__sys_host
        .global result
result: .word 0

        .section .text
        .global __bootstrap, mcount, ret_mcount
__bootstrap:
        move    r0, 5
        call    r23, plain
        sw      zero, result, r0
__sys_end:
        stop    true, __sys_end
plain:
        call    r23, mcount
        jneq    r0, 5, again
        add     r0, r0, 1
        jump    r23
again:
        fault   3
mcount:
        jump    ret_mcount
ret_mcount:
        sh      id4, thread_profiling, r23
        jump    r23
