        .section .rows
x:      .space 3
        .text
main:   subarray 1
        aap     C1, x
        move    0, x + 1, x
        li      r4, 1
        subarray r4
        move    r4, 3, 4
        subarray 0
        bbop_not x, x + 1, 1
        aap     B4, B5
        done
