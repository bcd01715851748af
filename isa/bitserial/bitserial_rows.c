#include "bitserial_rows.h"

#include <ctype.h>
#include <stdio.h>

#define T(n) {BITSERIAL_T0 + (n), false}
#define D(n) {BITSERIAL_DCC0 + (n), false}
#define N(n) {BITSERIAL_DCC0 + (n), true}

const struct bitserial_opening bitserial_openings[BITSERIAL_B_ADDRESSES] = {
    {1, {T(0)}}, {1, {T(1)}}, {1, {T(2)}}, {1, {T(3)}},
    {1, {D(0)}}, {1, {N(0)}}, {1, {D(1)}}, {1, {N(1)}},
    {2, {N(0), T(0)}}, {2, {N(1), T(1)}}, {2, {T(2), T(3)}}, {2, {T(0), T(3)}},
    {3, {T(0), T(1), T(2)}}, {3, {T(1), T(2), T(3)}}, {3, {D(0), T(1), T(2)}}, {3, {D(1), T(0), T(3)}},
};

size_t bitserial_row_text(bitserial_row row, char *text, size_t size)
{
    const char *prefix = "";
    unsigned number = row;
    if (bitserial_is_b(row)) {
        prefix = "B";
        number = row - BITSERIAL_B;
    } else if (bitserial_is_c(row)) {
        prefix = "C";
        number = row - BITSERIAL_C0;
    } else if (bitserial_is_register(row)) {
        prefix = "r";
        number = row - BITSERIAL_REGISTER;
    }
    int written = snprintf(text, size, "%s%u", prefix, number);
    return written > 0 ? (size_t)written : 0;
}

bool bitserial_row_named(const char *name, size_t length, bitserial_row *row)
{
    static const struct { char letter; bitserial_row first; unsigned count; } families[] = {
        {'b', BITSERIAL_B, BITSERIAL_B_ADDRESSES}, {'c', BITSERIAL_C0, 2}, {'r', BITSERIAL_REGISTER, BITSERIAL_REGISTERS}};
    if (length < 2 || length > 3 || (length == 3 && name[1] == '0'))
        return false;
    unsigned number = 0;
    for (size_t i = 1; i < length; i++) {
        if (!isdigit((unsigned char)name[i]))
            return false;
        number = number * 10 + (unsigned)(name[i] - '0');
    }
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (tolower((unsigned char)name[0]) == families[i].letter && number < families[i].count) {
            *row = (bitserial_row)(families[i].first + number);
            return true;
        }
    return false;
}
