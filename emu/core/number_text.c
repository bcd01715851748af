#include "config.h" /* GNU extensions of the C library */

#include "number_text.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum pim_number pim_parse_integer(const char *text, uint64_t *value)
{
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = hexadecimal ? text + 2 : text;
    const char *allowed = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
    if (!*digits || digits[strspn(digits, allowed)])
        return PIM_NUMBER_MALFORMED;
    errno = 0;
    *value = strtoull(digits, NULL, hexadecimal ? 16 : 10);
    return errno == ERANGE ? PIM_NUMBER_TOO_LARGE : PIM_NUMBER_OK;
}

/* A program that embeds the library may have set a locale with a decimal comma. */
static locale_t enter_c_locale(locale_t *previous)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    *previous = c ? uselocale(c) : (locale_t)0;
    return c;
}

static void leave_c_locale(locale_t c, locale_t previous)
{
    if (!c)
        return;
    uselocale(previous);
    freelocale(c);
}

enum pim_number pim_parse_real(const char *text, double *value)
{
    if (!*text || text[strspn(text, "0123456789+-.eE")])
        return PIM_NUMBER_MALFORMED;
    locale_t previous, c = enter_c_locale(&previous);
    char *end;
    *value = strtod(text, &end);
    leave_c_locale(c, previous);
    if (end == text || *end)
        return PIM_NUMBER_MALFORMED;
    return isfinite(*value) ? PIM_NUMBER_OK : PIM_NUMBER_TOO_LARGE;
}

void pim_print_real(double value, char text[PIM_NUMBER_TEXT_SIZE])
{
    locale_t previous, c = enter_c_locale(&previous);
    int precision = 1, digits = 1;
    while (precision < 17 && (snprintf(text, PIM_NUMBER_TEXT_SIZE, "%.*g", precision, value), strtod(text, NULL) != value))
        precision++;
    for (double power = 10; power <= fabs(value) && digits < 15; power *= 10)
        digits++;
    /* 20000, not 2e+04: at least the digits before the point. */
    snprintf(text, PIM_NUMBER_TEXT_SIZE, "%.*g", precision > digits ? precision : digits, value);
    leave_c_locale(c, previous);
}

void pim_print_u128(pim_u128 value, char text[PIM_NUMBER_TEXT_SIZE])
{
    char reversed[PIM_NUMBER_TEXT_SIZE];
    size_t length = 0;
    do {
        reversed[length++] = (char)('0' + (int)(value % 10));
        value /= 10;
    } while (value);
    for (size_t i = 0; i < length; i++)
        text[i] = reversed[length - 1 - i];
    text[length] = '\0';
}
