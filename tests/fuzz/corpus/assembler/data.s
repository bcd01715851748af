/* every kind of data */
        .data
bytes:  .byte 1, -1, 'a', '\n', 0x7f, 0b101, 017 ; .half 1000, 1 << 9
        .align 8
words:  .word words, code, far - 4, (end - bytes) / 2 * 3 % 7, ~5 & 0xf | 3 ^ 1
        .quad 0x123456789abcdef0, -1 ; .float 1.5, -0.25 ; .double 3.25e10
        .ascii "text; with // signs", "\x41\0" ; .asciz "end"
        .fill 3, 2, 0x1234
        .space 5, 0xff ; .zero 3 ; .p2align 2
end:
        .bss
room:   .skip 40
        .mram
far:    .quad 1, 2
        .mram.noinit
buffer: .space 4096
        .atomic
lock:   .space 1
        .text
code:   acquire zero, lock, nz, .
1:      ldma r0, r1, 7
        jump 1f
        jeq r0, 3, 1b
1:      release zero, lock, nz, .+1
        .word48 0x7ef320000000
        .size code, . - code
        .type code, @function
        .global code
