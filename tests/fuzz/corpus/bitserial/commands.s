/* every address of the compute rows */
        .macro  copy from, to
        aap     \from, \to
        .endm
main:   copy    C0, B8
        copy    C1, B9
        copy    5, B10
        aap     B10, 6
        copy    7, B11
        ap      B12
        ap      B13
        ap      B14
        aap     B15, 9
        aap     B5, 10
        copy    B7, 11
        .rept 4
        aap     12, B4
        aap     B5, 12
        .endr
        done
