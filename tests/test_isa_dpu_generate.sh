#!/bin/sh
# Does the generator of the DPU tables find mistakes in instructions.tbl, and does it name the line? Each case changes the table
# with a sed command and expects a message.
table=${srcdir:-.}/isa/dpu/instructions.tbl
generate=isa/dpu/generate
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
failed=0

expect() { # sed command, message behind `file:line: `
    sed "$1" "$table" > "$scratch/table"
    if $generate "$scratch/table" tables > /dev/null 2> "$scratch/message"; then
        echo "not noticed: $1"; failed=1
    elif ! grep -q "^$scratch/table:[0-9]*: $2" "$scratch/message"; then
        echo "$1: expected: $2"; cat "$scratch/message"; failed=1
    fi
}

$generate "$table" tables > /dev/null || { echo "the table itself is refused"; exit 1; }
expect '/^form  ADDrri /s/00000000_iiii/0000000_iiii/;/^form  ADDrri /s/i  rc/  rc/' 'ADDrri: the picture has not 48 bits'
expect '/^form  ADDrri /s/ccccc*_/aaaa_/' 'ADDrri: bit 4[0-3] of the picture should be `c` for operand rc'
expect '/^form  ADDrrr /s/11--/1---/' 'ADDrrr and MUL_SL_ULrrr share words'
expect '/^form  NOP /s/ 01111100_/ p1111100_/' 'NOP: a bit of the picture belongs to no operand'
expect '/^form  SUBrri/s/rc_split,ra/rc_split,rx/' 'unknown operand `rx`'
expect '/^form  ADDrric /s/:log_set/:log_sets/' 'unknown condition class `log_sets`'
expect '/^form  ADDrric /s/ set / sat /' 'unknown word `sat`'
expect '/^form  ADDrric /s/ADDrric/ADDrri/' 'second row named ADDrri'
expect '/^alias NEGrr /s/imm=0/imm=1/' 'NEGrr: the fixed bits are not those of SUBrir with its fixed fields'
expect '/^alias NEGrr /s/SUBrir/SUBrix/' 'unknown base form `SUBrix`'
expect '/^operand rc /s/4:0>43:39/4:0>43:38/' '`4:0>43:38`: both sides have the same number of bits'
expect '/^operand rc /s/4:0>43:39/4:0>47:48/' '`48`: expected a number from 0 to 47'
expect '/^class acquire/s/3=nz/4=nz/' '`4=nz`: expected code=condition with an accepted code'
expect '$s/.*/nonsense/' 'unknown kind of row `nonsense`'
exit $failed
