        .macro times count:req, register=r0, rest:vararg
        move \register, \count
loop\@: sub \register, \register, 1, nz, loop\@
        .if \count > 3
        nop
        .elseif defined(SMALL)
        .warning "small"
        .else
        add \register, \register, 0x10
        .endif
        .endm
        .set turn, 0
        .rept 3
        times 2 + turn, r1
        times count=5
turn = turn + 1
        .endr
        .ifdef turn
        stop
        .endif
        .ifndef turn
        .error "never"
        .endif
