        .equ ROUNDS, 3
main:   li      r0, ROUNDS
        li      r1, 4
1:      aap     r1, B0
        aap     C1, B1
        aap     C0, B2
        aap     B12, r1
        addi    r1, r1, 1
        comp    r2, r1, 6
        module  r3, r1, 5
        subi    r0, r0, 1
        bnez    r0, 1b
        bnez    r2, main
        done
