// One tasklet multiplies a host variable by three.
        .section .data.__sys_host
        .global number
number: .word 14

        .section .mram
        .global block
block:  .zero 64

        .section .text
        .global __bootstrap
__bootstrap:
        lw      r0, zero, number
        lsl_add r0, r0, r0, 1           // r0 + (r0 << 1)
        sw      zero, number, r0
__sys_end:
        stop    true, __sys_end
