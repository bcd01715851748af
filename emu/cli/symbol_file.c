#include "symbol_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "number_text.h"
#include "output_file.h"
#include "parameter.h"
#include "whole_file.h"

static const size_t MOST_FILE_BYTES = (size_t)1 << 40; /* a terabyte: all MRAM of the largest machine fits */

enum which_units { UNITS_DEFAULT, UNITS_ONE, UNITS_ALL, UNITS_SPLIT };

/* A parsed text, resolved against the image. */
struct place {
    const char *text;       /* as given, for messages */
    const char *file;
    const struct pim_symbol *symbol;
    uint64_t start, size;   /* of the symbol, in bytes; the size of a vertical one is that of all its elements in a file */
    bool vertical;          /* elements stand upright: `bytes` is theirs in a file */
    uint64_t item;          /* what a number in the text counts, in bytes: an element, or one */
    uint64_t offset;        /* from the symbol's start */
    uint64_t bytes;         /* of each unit */
    bool bytes_given;
    enum which_units which;
    uint32_t unit;          /* UNITS_ONE */
};

/* The number that the first `length` characters are. */
static bool number(const char *text, size_t length, uint64_t *value)
{
    char digits[24];
    if (length >= sizeof digits)
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    return pim_parse_integer(digits, value) == PIM_NUMBER_OK;
}

static enum pim_status bad(const struct place *place, struct pim_error *error)
{
    return pim_fail(error, PIM_USAGE, "'%s' is not SYMBOL[+OFFSET][:LENGTH][@UNITS]=FILE", place->text);
}

static enum pim_status parse_units(struct place *place, const char *text, size_t length,
                                   struct pim_error *error)
{
    uint64_t unit;
    if (length == 3 && memcmp(text, "all", 3) == 0) {
        place->which = UNITS_ALL;
    } else if (length == 5 && memcmp(text, "split", 5) == 0) {
        place->which = UNITS_SPLIT;
    } else if (number(text, length, &unit) && unit <= UINT32_MAX) {
        place->which = UNITS_ONE;
        place->unit = (uint32_t)unit;
    } else {
        return pim_fail(error, PIM_USAGE, "'%s': after @ a unit's number, all or split is expected", place->text);
    }
    return PIM_OK;
}

/* One suffix from its sign on: "+8", ":64" or "@all". */
static enum pim_status parse_suffix(struct place *place, const char *text, size_t length,
                                    struct pim_error *error)
{
    switch (*text) {
    case '+':
        return number(text + 1, length - 1, &place->offset) ? PIM_OK : bad(place, error);
    case ':':
        place->bytes_given = true;
        return number(text + 1, length - 1, &place->bytes) ? PIM_OK : bad(place, error);
    default:
        return parse_units(place, text + 1, length - 1, error);
    }
}

static enum pim_status find_symbol(struct place *place, const struct pim_image *image, size_t length,
                                   struct pim_error *error)
{
    char *name = strndup(place->text, length);
    if (!name)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    place->symbol = pim_image_symbol(image, name);
    enum pim_status status = PIM_OK;
    if (!place->symbol)
        status = pim_fail(error, PIM_BAD_INPUT, "%s: has no symbol '%s'", image->path, name);
    else if (place->symbol->space == PIM_NO_SPACE)
        status = pim_fail(error, PIM_BAD_INPUT, "%s: symbol '%s' is a constant, not a place in memory", image->path, name);
    else if (!place->symbol->host_visible)
        status = pim_fail(error, PIM_BAD_INPUT, "%s: the host does not see symbol '%s'; declare it __host or __mram",
                          image->path, name);
    free(name);
    return status;
}

/* Where the symbol is and how long, in bytes: the addresses of a space may count rows, and its elements stand upright in them. */
static enum pim_status measure_symbol(const struct pim_device *device, struct place *place, struct pim_error *error)
{
    const struct pim_backend *backend = pim_device_backend(device);
    const char *key = backend->spaces[place->symbol->space].address_key;
    uint64_t bytes = key ? pim_parameter_integer(pim_parameter_find(backend, key), pim_target_parameters(pim_device_target(device))) : 1;
    uint64_t columns = pim_device_columns(device, place->symbol->space);
    place->start = place->symbol->value * bytes;
    place->size = place->symbol->size * bytes;
    place->item = 1;
    place->vertical = place->symbol->vertical;
    if (!place->vertical)
        return PIM_OK;
    if (!columns)
        return pim_fail(error, PIM_BAD_INPUT, "%s: the elements of '%s' are vertical, which back-end '%s' does not have", place->text,
                        place->symbol->name, backend->name);
    if (place->offset)
        return pim_fail(error, PIM_USAGE, "'%s': the elements of '%s' are vertical and begin with the first column: no +OFFSET", place->text,
                        place->symbol->name);
    place->item = pim_element_bytes((uint32_t)place->symbol->size);
    place->size = columns * place->item;
    if (__builtin_mul_overflow(place->bytes, place->item, &place->bytes))
        return bad(place, error);
    return PIM_OK;
}

static enum pim_status parse(const struct pim_device *device, const char *text, const struct pim_image *image, struct place *place,
                             struct pim_error *error)
{
    *place = (struct place){.text = text};
    size_t name_length = strcspn(text, "+:@=");
    const char *equals = strchr(text, '=');
    if (name_length == 0 || !equals || equals[1] == '\0')
        return bad(place, error);
    place->file = equals + 1;
    for (const char *suffix = text + name_length; suffix < equals;) {
        size_t length = 1 + strcspn(suffix + 1, "+:@=");
        enum pim_status status = parse_suffix(place, suffix, length, error);
        if (status != PIM_OK)
            return status;
        suffix += length;
    }
    enum pim_status status = find_symbol(place, image, name_length, error);
    return status == PIM_OK ? measure_symbol(device, place, error) : status;
}

/* A symbol without a size (a bare label) is bounded by its space only, which the transfer itself checks. */
static enum pim_status check_size(const struct place *place, uint64_t bytes, struct pim_error *error)
{
    uint64_t size = place->size;
    if (size == 0 || (place->offset <= size && bytes <= size - place->offset))
        return PIM_OK;
    return pim_fail(error, PIM_BAD_INPUT, "%s: %" PRIu64 " bytes at offset %" PRIu64 " do not fit symbol '%s' of %" PRIu64
                    " bytes", place->text, bytes, place->offset, place->symbol->name, size);
}

/* The units meant: [first, first + count). */
static enum pim_status range_of(const struct pim_device *device, const struct place *place,
                                struct pim_units *range, struct pim_error *error)
{
    uint32_t units = pim_device_units(device);
    if (place->which != UNITS_ONE) {
        *range = (struct pim_units){0, units};
        return PIM_OK;
    }
    if (place->unit >= units)
        return pim_fail(error, PIM_BAD_INPUT, "%s: there is no unit %" PRIu32 ", the last is %" PRIu32, place->text,
                        place->unit, units - 1);
    *range = (struct pim_units){place->unit, 1};
    return PIM_OK;
}

static struct pim_transfer piece_of(const struct place *place, uint32_t unit, uint8_t *data, uint64_t bytes)
{
    return (struct pim_transfer){
        .unit = unit,
        .space = place->symbol->space,
        .offset = place->start + place->offset,
        .bytes = bytes,
        .data = data,
    };
}

static enum pim_status move_elements(struct pim_device *device, enum pim_direction direction, const struct place *place, struct pim_units range,
                                     uint8_t *data, uint64_t bytes, uint64_t stride, struct pim_error *error)
{
    struct pim_elements *pieces = calloc(range.count, sizeof *pieces);
    if (!pieces)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    for (uint32_t i = 0; i < range.count; i++)
        pieces[i] = (struct pim_elements){.unit = range.first + i, .space = place->symbol->space, .width = (uint32_t)place->symbol->size,
                                          .row = place->symbol->value, .count = bytes / place->item, .data = data + i * stride};
    enum pim_status status = pim_device_transfer_elements(device, direction, pieces, range.count, error);
    free(pieces);
    return status;
}

/* `bytes` for each unit of `range`, from or to `data`; units follow each other there at distance `stride` (0: all the same bytes). */
static enum pim_status move(struct pim_device *device, enum pim_direction direction, const struct place *place,
                            struct pim_units range, uint8_t *data, uint64_t bytes, uint64_t stride,
                            struct pim_error *error)
{
    if (place->vertical)
        return move_elements(device, direction, place, range, data, bytes, stride, error);
    struct pim_transfer *transfers = calloc(range.count, sizeof *transfers);
    if (!transfers)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    for (uint32_t i = 0; i < range.count; i++)
        transfers[i] = piece_of(place, range.first + i, data + i * stride, bytes);
    enum pim_status status = pim_device_transfer(device, direction, transfers, range.count, error);
    free(transfers);
    return status;
}

/* How many bytes each unit gets from a file of `size` bytes. */
static enum pim_status share_of(const struct place *place, struct pim_units range, size_t size,
                                uint64_t *bytes, struct pim_error *error)
{
    uint32_t parts = place->which == UNITS_SPLIT ? range.count : 1;
    if (size % parts != 0)
        return pim_fail(error, PIM_BAD_INPUT, "%s: %zu bytes cannot be split into %" PRIu32 " equal parts", place->file,
                        size, parts);
    *bytes = size / parts;
    if (*bytes % place->item)
        return pim_fail(error, PIM_BAD_INPUT, "%s: %" PRIu64 " bytes for each unit, expected a multiple of %" PRIu64 ": elements of '%s' have %" PRIu64
                        " bits", place->file, *bytes, place->item, place->symbol->name, place->symbol->size);
    if (*bytes == 0)
        return pim_fail(error, PIM_BAD_INPUT, "%s: is empty, nothing to write to '%s'", place->file, place->symbol->name);
    if (place->bytes_given && place->bytes != *bytes)
        return pim_fail(error, PIM_BAD_INPUT, "%s: holds %" PRIu64 " bytes for each unit, %" PRIu64 " were expected",
                        place->file, *bytes, place->bytes);
    return check_size(place, *bytes, error);
}

enum pim_status symbol_file_write(struct pim_device *device, const struct pim_image *image,
                                  const char *text, struct pim_error *error)
{
    struct place place;
    struct pim_units range = {0, 0};
    char *data = NULL;
    size_t size = 0;
    uint64_t bytes = 0;
    enum pim_status status = parse(device, text, image, &place, error);
    if (status == PIM_OK)
        status = range_of(device, &place, &range, error);
    if (status == PIM_OK)
        status = read_whole_file(place.file, MOST_FILE_BYTES, &data, &size, error);
    if (status == PIM_OK)
        status = share_of(&place, range, size, &bytes, error);
    if (status == PIM_OK)
        status = move(device, PIM_TO_UNIT, &place, range, (uint8_t *)data, bytes, place.which == UNITS_SPLIT ? bytes : 0, error);
    free(data);
    return status;
}

/* What --read means: the place, its units, and how many bytes of each. */
static enum pim_status parse_read(const struct pim_device *device, const struct pim_image *image, const char *text,
                                  struct place *place, struct pim_units *range, struct pim_error *error)
{
    enum pim_status status = parse(device, text, image, place, error);
    if (status == PIM_OK && place->which == UNITS_SPLIT)
        return pim_fail(error, PIM_USAGE, "'%s': @split is for --write; --read takes a unit's number or all", text);
    if (status == PIM_OK && place->which == UNITS_DEFAULT)
        place->which = UNITS_ONE;
    if (status == PIM_OK)
        status = range_of(device, place, range, error);
    if (status != PIM_OK)
        return status;
    if (!place->bytes_given)
        place->bytes = place->offset < place->size ? place->size - place->offset : 0;
    if (place->bytes == 0)
        return pim_fail(error, PIM_BAD_INPUT, "%s: nothing to read: symbol '%s' has %" PRIu64 " bytes; give :BYTES", text,
                        place->symbol->name, place->size);
    return check_size(place, place->bytes, error);
}

enum pim_status symbol_file_check_read(const struct pim_device *device, const struct pim_image *image,
                                       const char *text, struct pim_error *error)
{
    struct place place;
    struct pim_units range;
    uint8_t anywhere;
    enum pim_status status = parse_read(device, image, text, &place, &range, error);
    if (status != PIM_OK)
        return status;
    uint64_t bytes = place.vertical ? place.symbol->size * place.size / place.item / 8 : place.bytes; /* whole rows: 8 columns a byte */
    const struct pim_transfer piece = piece_of(&place, range.first, &anywhere, bytes);
    struct pim_error refused = {0};
    status = pim_device_check_transfer(device, &piece, &refused);
    return status == PIM_OK ? PIM_OK : pim_fail(error, status, "%s: %s", text, refused.text);
}

enum pim_status symbol_file_read(struct pim_device *device, const struct pim_image *image,
                                 const char *text, struct pim_error *error)
{
    struct place place;
    struct pim_units range;
    size_t total;
    enum pim_status status = parse_read(device, image, text, &place, &range, error);
    if (status != PIM_OK)
        return status;
    uint8_t *data = __builtin_mul_overflow(place.bytes, (size_t)range.count, &total) ? NULL : malloc(total);
    if (!data)
        return pim_fail(error, PIM_NO_MEMORY, "%s: out of memory", text);
    status = move(device, PIM_FROM_UNIT, &place, range, data, place.bytes, place.bytes, error);
    if (status == PIM_OK)
        status = output_write(place.file, data, total, error);
    free(data);
    return status;
}
