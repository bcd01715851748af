// Stops away from the program's end: done on the hardware, an error when --strict.
        .section .text
        .global __bootstrap
__bootstrap:
        stop
        nop
__sys_end:
        stop    true, __sys_end
