// Tasklet 0 loads from past the end of WRAM.
        .section .text
        .global __bootstrap
__bootstrap:
        move    r0, 65536
        call    r23, broken
__sys_end:
        stop    true, __sys_end
        .global broken
broken:
        lw      r1, r0, 4
        jump    r23
