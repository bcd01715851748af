#include "json_text.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the UTF-8 character at `text`, 0 when there is none: RFC 3629, without surrogates and overlong forms. */
static unsigned character_bytes(const unsigned char *text)
{
    static const struct {
        unsigned char low, high, second_low, second_high;
        unsigned bytes;
    } forms[] = {
        {0x01, 0x7f, 0, 0, 1},          {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3},    {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4},    {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (text[0] < forms[i].low || text[0] > forms[i].high)
            continue;
        if (forms[i].bytes > 1 && (text[1] < forms[i].second_low || text[1] > forms[i].second_high))
            return 0;
        for (unsigned byte = 2; byte < forms[i].bytes; byte++)
            if (text[byte] < 0x80 || text[byte] > 0xbf)
                return 0;
        return forms[i].bytes;
    }
    return 0;
}

void json_put_string(FILE *file, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    putc('"', file);
    while (*at) {
        unsigned bytes = character_bytes(at);
        if (!bytes)
            fputs("\\ufffd", file);
        else if (*at < 0x20)
            fprintf(file, "\\u%04x", *at);
        else if (*at == '"' || *at == '\\')
            fprintf(file, "\\%c", *at);
        else
            fwrite(at, 1, bytes, file);
        at += bytes ? bytes : 1;
    }
    putc('"', file);
}
