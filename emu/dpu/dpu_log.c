/* The printf log of a DPU. The program does not format: it appends records to the MRAM array `__stdout_buffer` and keeps
 * {write offset, wrapped} in the WRAM words `__stdout_buffer_state`; the host formats.
 *
 *   record   | conversions, each "%[flags][width][.precision][l]c" | NUL | arguments, packed | zeros up to 8 bytes |
 *   argument | %s and every run of literal text: bytes and NUL | %c: 1 byte | %f e E g G: double, 8 bytes |
 *            | others: 4 bytes, or 8 with l; little-endian |
 *
 * %b is the device's own conversion: the bits, least significant first. The state is cleared at each boot of thread 0, so the log holds
 * the last launch. Guest bytes never reach the host's printf as a format: each conversion is parsed and rebuilt.
 * Source of the format: the vendor's runtime library and host library (BSD-3-Clause). Assumed: %p prints as 0x and hex digits; field
 * widths and precisions above DPU_LOG_WIDTH are cut to it.
 */
#include "dpu_log.h"
#include "dpu_machine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_ALIGNMENT = 8 };

struct reader {
    const unsigned char *bytes;
    size_t size, at;
    FILE *out;
    size_t printed;
};

/* One conversion. Precision -1: none given. */
struct conversion {
    char flags[6];
    int width, precision;
    bool wide;
    char kind;
};

/* -------------------------------------------------------------------------------- parsing --- */

static int read_number(const unsigned char **text)
{
    int number = 0;
    for (; **text >= '0' && **text <= '9'; ++*text)
        if (number <= DPU_LOG_WIDTH)
            number = 10 * number + (**text - '0');
    return number < DPU_LOG_WIDTH ? number : DPU_LOG_WIDTH;
}

/* Parse what follows a '%' of a NUL-terminated format. False: not a conversion of the device's printf. */
static bool read_conversion(const unsigned char **text, struct conversion *c)
{
    *c = (struct conversion){.precision = -1};
    for (; **text && strchr("-+ #0", **text); ++*text)
        if (!strchr(c->flags, **text))
            c->flags[strlen(c->flags)] = (char)**text;
    c->width = read_number(text);
    if (**text == '.') {
        ++*text;
        c->precision = read_number(text);
    }
    for (; **text == 'l' || **text == 'h'; ++*text)
        c->wide = c->wide || **text == 'l';
    c->kind = (char)**text;
    if (!c->kind || !strchr("diuxXocsfFeEgGpb", c->kind))
        return false;
    ++*text;
    return true;
}

static bool take(struct reader *r, void *to, size_t bytes)
{
    if (bytes > r->size - r->at)
        return false;
    memcpy(to, r->bytes + r->at, bytes);
    r->at += bytes;
    return true;
}

/* The NUL-terminated text at the reader, or NULL when the buffer ends before the NUL. */
static const char *take_text(struct reader *r)
{
    const unsigned char *start = r->bytes + r->at;
    const unsigned char *end = r->at < r->size ? memchr(start, 0, r->size - r->at) : NULL;
    if (!end)
        return NULL;
    r->at += (size_t)(end - start) + 1;
    return (const char *)start;
}

/* ------------------------------------------------------------------------------- printing --- */

static void count(struct reader *r, int printed)
{
    r->printed += printed > 0 ? (size_t)printed : 0;
}

/* "%" flags "*.*" or "*", then `tail`: a host format made of checked parts only. */
static void host_format(const struct conversion *c, const char *tail, char *format, size_t size)
{
    snprintf(format, size, "%%%s*%s%s", c->flags, c->precision < 0 ? "" : ".*", tail);
}

#define PRINT(r, c, format, value)                                                                 \
    count(r, (c)->precision < 0 ? fprintf((r)->out, format, (c)->width, value)                     \
                                : fprintf((r)->out, format, (c)->width, (c)->precision, value))

static bool print_text(struct reader *r, const struct conversion *c)
{
    char format[24];
    const char *text = take_text(r);
    if (!text)
        return false;
    host_format(c, "s", format, sizeof format);
    PRINT(r, c, format, text);
    return true;
}

static bool print_character(struct reader *r, const struct conversion *c)
{
    char format[24];
    unsigned char character;
    if (!take(r, &character, 1))
        return false;
    host_format(&(struct conversion){.precision = -1, .width = c->width,
                                     .flags = {strchr(c->flags, '-') ? '-' : 0}},
                "c", format, sizeof format);
    count(r, fprintf(r->out, format, c->width, character));
    return true;
}

static bool print_double(struct reader *r, const struct conversion *c)
{
    char format[24];
    double value;
    if (!take(r, &value, sizeof value))
        return false;
    host_format(c, (const char[]){c->kind, 0}, format, sizeof format);
    PRINT(r, c, format, value);
    return true;
}

static void print_bits(struct reader *r, uint64_t value, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++)
        putc(value >> i & 1 ? '1' : '0', r->out);
    r->printed += bits;
}

static bool print_integer(struct reader *r, const struct conversion *c)
{
    char format[24];
    uint8_t bytes[8] = {0};
    uint64_t value = 0;
    if (!take(r, bytes, c->wide ? 8 : 4))
        return false;
    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    if (c->kind == 'b') {
        print_bits(r, value, c->wide ? 64 : 32);
    } else if (c->kind == 'd' || c->kind == 'i') {
        int64_t number = c->wide ? (int64_t)value : (int32_t)(uint32_t)value;
        host_format(c, PRId64, format, sizeof format);
        PRINT(r, c, format, number);
    } else {
        struct conversion plain = *c;
        if (c->kind == 'p')
            memcpy(plain.flags, "#", 2), plain.kind = 'x';
        host_format(&plain, (const char[]){'l', 'l', plain.kind, 0}, format, sizeof format);
        PRINT(r, &plain, format, (unsigned long long)value);
    }
    return true;
}

static bool print_argument(struct reader *r, const struct conversion *c)
{
    switch (c->kind) {
    case 's': return print_text(r, c);
    case 'c': return print_character(r, c);
    case 'f': case 'F': case 'e': case 'E': case 'g': case 'G': return print_double(r, c);
    default: return print_integer(r, c);
    }
}

/* ------------------------------------------------------------------------------- records --- */

static bool print_record(struct reader *r)
{
    const unsigned char *format = (const unsigned char *)take_text(r);
    struct conversion conversion;
    if (!format)
        return false;
    while (*format && r->printed < DPU_LOG_TEXT_BYTES) {
        if (*format++ != '%' || !read_conversion(&format, &conversion) ||
            !print_argument(r, &conversion))
            return false;
    }
    return true;
}

/* Skip padding; false at the end of the log. */
static bool next_record(struct reader *r)
{
    while (r->at < r->size && !r->bytes[r->at])
        r->at++;
    return r->at < r->size;
}

void dpu_log_print(const unsigned char *bytes, size_t size, FILE *out)
{
    struct reader r = {.bytes = bytes, .size = size, .out = out};
    while (next_record(&r)) {
        size_t start = r.at;
        if (!print_record(&r)) {
            fprintf(out, "\n[the log is not readable from byte %zu on]\n", start);
            return;
        }
        if (r.printed >= DPU_LOG_TEXT_BYTES) {
            fprintf(out, "\n[the log is cut after %zu bytes]\n", r.printed);
            return;
        }
        r.at = (r.at + RECORD_ALIGNMENT - 1) / RECORD_ALIGNMENT * RECORD_ALIGNMENT;
    }
}

/* ------------------------------------------------------------------------------ of a DPU --- */

struct log_place { uint32_t offset, size; uint32_t written, wrapped; };

/* Where the program keeps its log. False: it has none, or its symbols make no sense. */
static bool find_log(const struct dpu *dpu, struct log_place *place)
{
    if (!dpu->image || !dpu->wram)
        return false;
    const struct dpu_parameters *p = &dpu->machine->parameters;
    const struct pim_symbol *buffer = pim_image_symbol(dpu->image, "__stdout_buffer");
    const struct pim_symbol *state = pim_image_symbol(dpu->image, "__stdout_buffer_state");
    if (!buffer || !state || buffer->space != DPU_SPACE_MRAM || state->space != DPU_SPACE_WRAM ||
        buffer->value > p->mram_bytes || buffer->size > p->mram_bytes - buffer->value ||
        state->value > p->wram_bytes - 8 || state->value % 4)
        return false;
    *place = (struct log_place){.offset = (uint32_t)buffer->value, .size = (uint32_t)buffer->size};
    memcpy(&place->written, dpu->wram + state->value, 4);
    memcpy(&place->wrapped, dpu->wram + state->value + 4, 4);
    return true;
}

static void print_log(const struct dpu *dpu, const struct log_place *place, unsigned char *bytes,
                      FILE *out)
{
    if (place->wrapped) {
        fprintf(out,
                "[the program printed more than its log buffer of %" PRIu32
                " bytes holds: its output is lost; define a larger __stdout_buffer]\n",
                place->size);
    } else if (place->written > place->size) {
        fprintf(out, "[the log is not readable: write offset %" PRIu32 " in a buffer of %" PRIu32 " bytes]\n",
                place->written, place->size);
    } else {
        dpu_mram_read(dpu, place->offset, bytes, place->written);
        dpu_log_print(bytes, place->written, out);
    }
}

char *dpu_read_log(const struct dpu *dpu, struct pim_error *error)
{
    struct log_place place;
    if (!find_log(dpu, &place) || (!place.written && !place.wrapped))
        return NULL;
    char *text = NULL;
    size_t size;
    unsigned char *bytes = malloc(place.size + 1);
    FILE *out = bytes ? open_memstream(&text, &size) : NULL;
    bool failed = !out;
    if (out) {
        print_log(dpu, &place, bytes, out);
        failed = ferror(out) != 0;
        failed = fclose(out) || failed;
    }
    free(bytes);
    if (!failed)
        return text;
    free(text);
    pim_fail(error, PIM_NO_MEMORY, "DPU %" PRIu32 ": no memory for its output", dpu->unit);
    return NULL;
}
