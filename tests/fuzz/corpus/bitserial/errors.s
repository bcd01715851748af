        .vertical 8
        .section .rows
w:      .vertical 99
        .text
main:   aap     C0, C1
        bbop_add 1, 2, B3, 65
        ap      5000
        .require memory.rows, 3
        .quad   0xffffffffffffffff
        bnez    r1, nowhere
