// what must come to an end
        .macro again x
        .if \x < 20
        again \x + 1
        .endif
        .endm
        again 0
        .macro two
        .macro three y
        .word48 \y
        .endm
        three 5
        .endm
        two
        .rept 2
        .rept 2
        nop
        .endr
        .endr
        .text
        .align 64
        .word48 ((((((1))))))
