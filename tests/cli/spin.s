// Never ends: counts.
        .section .text
        .global __bootstrap
__bootstrap:
        add     r0, r0, 1, true, __bootstrap
