// A program that prints. What a compiled one would write into its log, the host puts into __stdout_buffer beforehand; the launch then says
// how much of it is valid. After that comes a fault when `trouble` is set.

        .section .data
        .global __stdout_buffer_state
__stdout_buffer_state: .word 0, 0

        .section .data.__sys_host
        .global written, wrapped, trouble
written: .word 0
wrapped: .word 0
trouble: .word 0

        .section .mram.noinit
        .global __stdout_buffer
__stdout_buffer: .space 4096

        .section .text
        .global __bootstrap
__bootstrap:
        lw      r0, zero, written
        sw      zero, __stdout_buffer_state, r0
        lw      r0, zero, wrapped
        sw      zero, __stdout_buffer_state + 4, r0
        lw      r0, zero, trouble
        jz      r0, __sys_end
        fault   3
__sys_end:
        stop    true, __sys_end
