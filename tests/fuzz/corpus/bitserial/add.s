// operands that stand upright, bulk operations
        .require memory.subarrays, 2
        .section .rows
a:      .vertical 8
b:      .vertical 8
sum:    .vertical 16
flag:   .space 1
        .text
main:   bbop_add sum, a, b, 8
        bbop_mul sum, a, b, 4
        bbop_max_s sum, a, b, 8
        bbop_gt flag, a, b, 8
        bbop_if_else sum, a, b, flag, 8
        bbop_bitcount sum, a, 7
        done
