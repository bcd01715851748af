# every line is wrong
        .word nowhere
        bad r0
        .byte 300
        add r0, r1, 0x1234567890
twice:
twice:  .align 3
        .section .elsewhere
        .space -1
        .word 1 +
        .word (2
        .asciz "open
        .word 1 / 0
r1:     .equ x, 5
        .equ x, 6
        .endif
        .include "other.s"
        .macro open
