#include "network.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "number_text.h"
#include "path_text.h"
#include "whole_file.h"

enum { FILE_BYTES_MAX = 1 << 20, SIZE_MAX_OF_LAYER = 1 << 24 };

enum kind { TEXT, SIZE, COUNT, SHARE };
enum { OF_CONV = 1 << NETWORK_CONV, OF_FC = 1 << NETWORK_FC, OF_POOL = 1 << NETWORK_MAXPOOL | 1 << NETWORK_AVGPOOL };

/* ORDER NETWORK COLUMN. Where a number goes and which types have it. */
struct column { const char *name; enum kind kind; unsigned types; size_t offset; };
#define MEMBER(name) offsetof(struct network_layer, name)
static const struct column columns[] = {
    {"network", TEXT, 0, 0}, {"layer", TEXT, 0, 0}, {"type", TEXT, 0, 0}, {"src", TEXT, 0, 0},
    {"H", SIZE, OF_CONV | OF_POOL, MEMBER(height)}, {"W", SIZE, OF_CONV | OF_POOL, MEMBER(width)}, {"C", SIZE, OF_CONV | OF_POOL, MEMBER(channels)},
    {"R", SIZE, OF_CONV | OF_POOL, MEMBER(window_rows)}, {"S", SIZE, OF_CONV | OF_POOL, MEMBER(window_columns)},
    {"K", SIZE, OF_CONV | OF_POOL, MEMBER(outputs)}, {"stride", SIZE, OF_CONV | OF_POOL, MEMBER(stride)},
    {"pad", COUNT, OF_CONV | OF_POOL, MEMBER(pad)}, {"groups", SIZE, OF_CONV | OF_POOL | OF_FC, MEMBER(groups)},
    {"P", SIZE, OF_CONV | OF_POOL, MEMBER(out_height)}, {"Q", SIZE, OF_CONV | OF_POOL, MEMBER(out_width)},
    {"M", SIZE, OF_CONV | OF_FC, MEMBER(m)}, {"N", SIZE, OF_CONV | OF_FC, MEMBER(n)}, {"Kd", SIZE, OF_CONV | OF_FC, MEMBER(depth)},
    {"times", SIZE, OF_CONV | OF_POOL | OF_FC, MEMBER(times)},
    {"w_density", SHARE, OF_CONV | OF_FC, MEMBER(weight_density)}, {"a_density", SHARE, OF_CONV | OF_FC, MEMBER(activation_density)},
    {"macs", COUNT, OF_CONV | OF_POOL | OF_FC, MEMBER(macs)}, {"weights", COUNT, OF_CONV | OF_POOL | OF_FC, MEMBER(weights)},
    {"bias", COUNT, OF_CONV | OF_POOL | OF_FC, MEMBER(bias)}, {"note", TEXT, 0, 0},
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };
enum { COLUMN_NETWORK, COLUMN_LAYER, COLUMN_TYPE, COLUMN_SOURCE, COLUMN_H, COLUMN_P = 13, COLUMN_M = 15, COLUMN_MACS = 21 };

static const char *const type_names[NETWORK_TYPES] = {
#define NETWORK_TYPE_NAME(name, text) [NETWORK_##name] = #text,
    NETWORK_TYPE_MAP(NETWORK_TYPE_NAME)
#undef NETWORK_TYPE_NAME
};

struct reader {
    const char *path;
    struct network *network;
    char *line;            /* as it stands in the file, for messages */
    char *fields[COLUMNS]; /* of a copy of the line */
    unsigned number, at[COLUMNS];
    struct pim_error *error;
};

#define WRONG(reader, column, ...) \
    pim_fail_at((reader)->error, (struct pim_place){(reader)->path, (reader)->number, (reader)->at[column]}, (reader)->line, __VA_ARGS__)

/* Into `copy`, which lives as long as the fields. */
static enum pim_status split(struct reader *reader, char *copy)
{
    unsigned count = 0;
    for (char *next = copy; next != NULL;) {
        char *field = strsep(&next, ",");
        if (count < COLUMNS) {
            reader->at[count] = (unsigned)(field - copy) + 1;
            reader->fields[count] = field;
        }
        count++;
    }
    if (count != COLUMNS)
        return WRONG(reader, 0, "%u columns, expected %d", count, COLUMNS);
    return PIM_OK;
}

static enum pim_status read_header(struct reader *reader)
{
    for (unsigned i = 0; i < COLUMNS; i++)
        if (strcmp(reader->fields[i], columns[i].name) != 0)
            return WRONG(reader, i, "column '%s', expected '%s'", reader->fields[i], columns[i].name);
    return PIM_OK;
}

static enum pim_status read_number(struct reader *reader, unsigned index, struct network_layer *layer)
{
    const struct column *column = &columns[index];
    const char *text = reader->fields[index];
    uint64_t value;
    double share;
    if (!(column->types >> layer->type & 1))
        return *text == '\0' ? PIM_OK : WRONG(reader, index, "%s is '%s', expected nothing for type %s", column->name, text, type_names[layer->type]);
    if (column->kind == SHARE) {
        if (pim_parse_real(text, &share) != PIM_NUMBER_OK || share < 0 || share > 1)
            return WRONG(reader, index, "%s is '%s', expected a share from 0 to 1", column->name, text);
        memcpy((char *)layer + column->offset, &share, sizeof share);
        return PIM_OK;
    }
    if (pim_parse_integer(text, &value) != PIM_NUMBER_OK)
        return WRONG(reader, index, "%s is '%s', expected a number", column->name, text);
    if (column->kind == SIZE && (value == 0 || value > SIZE_MAX_OF_LAYER))
        return WRONG(reader, index, "%s is %" PRIu64 ", expected 1 to %d", column->name, value, SIZE_MAX_OF_LAYER);
    memcpy((char *)layer + column->offset, &value, sizeof value);
    return PIM_OK;
}

static int layer_named(const struct network *network, const char *name)
{
    for (size_t i = 0; i < network->count; i++)
        if (strcmp(network->layers[i].name, name) == 0)
            return (int)i;
    return NETWORK_INPUT;
}

/* The four columns that are names. */
static enum pim_status read_names(struct reader *reader, struct network_layer *layer)
{
    struct network *network = reader->network;
    const char *name = reader->fields[COLUMN_LAYER], *of = reader->fields[COLUMN_NETWORK], *source = reader->fields[COLUMN_SOURCE];
    if (*of == '\0' || strlen(of) >= NETWORK_NAME_BYTES || (network->count > 0 && strcmp(of, network->name) != 0))
        return WRONG(reader, COLUMN_NETWORK, "network '%s', expected one name of up to %d bytes for all layers", of, NETWORK_NAME_BYTES - 1);
    if (*name == '\0' || strlen(name) >= NETWORK_NAME_BYTES || layer_named(network, name) != NETWORK_INPUT || strcmp(name, "input") == 0)
        return WRONG(reader, COLUMN_LAYER, "layer '%s', expected a new name of up to %d bytes", name, NETWORK_NAME_BYTES - 1);
    strcpy(network->name, of);
    strcpy(layer->name, name);
    while (layer->type < NETWORK_TYPES && strcmp(type_names[layer->type], reader->fields[COLUMN_TYPE]) != 0)
        layer->type++;
    if (layer->type == NETWORK_TYPES)
        return WRONG(reader, COLUMN_TYPE, "type '%s', expected conv, fc, maxpool or avgpool", reader->fields[COLUMN_TYPE]);
    layer->source = layer_named(network, source);
    if (layer->source == NETWORK_INPUT && strcmp(source, "input") != 0)
        return WRONG(reader, COLUMN_SOURCE, "src '%s', expected 'input' or a layer above", source);
    return PIM_OK;
}

static bool window_fits(uint64_t in, uint64_t window, uint64_t stride, uint64_t pad, uint64_t out)
{
    return pad <= SIZE_MAX_OF_LAYER && in + 2 * pad >= window && (in + 2 * pad - window) / stride + 1 == out;
}

/* a x b x c x d, or UINT64_MAX when that is too large. */
static uint64_t product(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    uint64_t value;
    bool large = __builtin_mul_overflow(a, b, &value) || __builtin_mul_overflow(value, c, &value) || __builtin_mul_overflow(value, d, &value);
    return large ? UINT64_MAX : value;
}

static enum pim_status check_shape(struct reader *reader, const struct network_layer *l)
{
    bool conv = l->type == NETWORK_CONV;
    if (l->type == NETWORK_FC)
        return PIM_OK;
    if (!window_fits(l->height, l->window_rows, l->stride, l->pad, l->out_height) ||
        !window_fits(l->width, l->window_columns, l->stride, l->pad, l->out_width))
        return WRONG(reader, COLUMN_P, "output of %" PRIu64 " x %" PRIu64 " does not follow from input, window, stride and pad", l->out_height, l->out_width);
    if (l->channels % l->groups != 0 || l->outputs % l->groups != 0 || (!conv && l->outputs != l->channels))
        return WRONG(reader, COLUMN_H, "%" PRIu64 " and %" PRIu64 " channels in %" PRIu64 " groups do not fit", l->channels, l->outputs, l->groups);
    if (conv && (l->m != l->out_height * l->out_width || l->n != l->outputs / l->groups ||
                 l->depth != product(l->window_rows, l->window_columns, l->channels / l->groups, 1)))
        return WRONG(reader, COLUMN_M, "M, N, Kd are %" PRIu64 ", %" PRIu64 ", %" PRIu64 ", expected P x Q, K / groups, R x S x C / groups", l->m, l->n,
                     l->depth);
    return PIM_OK;
}

static enum pim_status check_counts(struct reader *reader, const struct network_layer *l)
{
    uint64_t weights = l->n * l->groups == 0 ? 0 : product(l->n, l->depth, l->groups, 1);
    uint64_t macs = weights == 0 ? 0 : product(weights, l->m, l->times, 1);
    if (l->macs != macs || l->weights != weights)
        return WRONG(reader, COLUMN_MACS, "macs and weights are %" PRIu64 " and %" PRIu64 ", expected %" PRIu64 " and %" PRIu64, l->macs, l->weights, macs,
                     weights);
    return PIM_OK;
}

/* Does the layer read what the one before gives? */
static enum pim_status check_chain(struct reader *reader, const struct network_layer *l)
{
    if (l->source == NETWORK_INPUT)
        return PIM_OK;
    const struct network_layer *s = &reader->network->layers[l->source];
    bool flat = s->type == NETWORK_FC;
    uint64_t given = flat ? s->n : product(s->outputs, s->out_height, s->out_width, 1);
    bool good = l->type == NETWORK_FC ? l->depth == given
                                      : !flat && l->channels == s->outputs && l->height == s->out_height && l->width == s->out_width;
    return good ? PIM_OK : WRONG(reader, COLUMN_SOURCE, "does not read what %s gives", s->name);
}

static enum pim_status read_layer(struct reader *reader)
{
    struct network *network = reader->network;
    struct network_layer layer = {0}, *larger;
    enum pim_status status = read_names(reader, &layer);
    for (unsigned i = COLUMN_H; status == PIM_OK && i < COLUMNS; i++)
        if (columns[i].kind != TEXT)
            status = read_number(reader, i, &layer);
    if (status == PIM_OK)
        status = check_shape(reader, &layer);
    if (status == PIM_OK)
        status = check_counts(reader, &layer);
    if (status == PIM_OK)
        status = check_chain(reader, &layer);
    if (status != PIM_OK)
        return status;
    larger = realloc(network->layers, (network->count + 1) * sizeof *larger);
    if (larger == NULL)
        return pim_fail(reader->error, PIM_NO_MEMORY, "%s: no memory to read it", reader->path);
    network->layers = larger;
    network->layers[network->count++] = layer;
    return PIM_OK;
}

static enum pim_status read_line(struct reader *reader, bool header)
{
    char *copy = strdup(reader->line);
    if (copy == NULL)
        return pim_fail(reader->error, PIM_NO_MEMORY, "%s: no memory to read it", reader->path);
    reader->at[0] = 1;
    enum pim_status status = split(reader, copy);
    if (status == PIM_OK)
        status = header ? read_header(reader) : read_layer(reader);
    free(copy);
    return status;
}

static enum pim_status read_lines(struct reader *reader, char *text)
{
    bool header = true;
    enum pim_status status = PIM_OK;
    for (char *next = text; status == PIM_OK && next != NULL;) {
        reader->line = strsep(&next, "\n");
        reader->number++;
        if (*reader->line == '#' || *reader->line == '\0')
            continue;
        status = read_line(reader, header);
        header = false;
    }
    if (status == PIM_OK && reader->network->count == 0)
        return pim_fail_at(reader->error, (struct pim_place){reader->path, reader->number, 0}, NULL, "no layer, expected a header and one line for each");
    return status;
}

enum pim_status network_read(const char *path, struct network **network, struct pim_error *error)
{
    char *text = NULL;
    size_t size;
    struct reader reader = {.path = path, .error = error, .network = calloc(1, sizeof **network)};
    if (reader.network == NULL)
        return pim_fail(error, PIM_NO_MEMORY, "%s: no memory to read it", path);
    enum pim_status status = read_whole_file(path, FILE_BYTES_MAX, &text, &size, error);
    if (status == PIM_OK && strlen(text) != size)
        status = pim_fail(error, PIM_BAD_INPUT, "%s: has a byte 0, expected text", path);
    if (status == PIM_OK)
        status = read_lines(&reader, text);
    free(text);
    if (status == PIM_OK)
        *network = reader.network;
    else
        network_free(reader.network);
    return status;
}

enum pim_status network_open(const char *name, struct network **network, struct pim_error *error)
{
    static const char *const folders[] = {PIM_NETWORK_FOLDER, PIM_NETWORK_SOURCE_FOLDER};
    char file[NETWORK_NAME_BYTES + sizeof ".csv"];
    snprintf(file, sizeof file, "%s.csv", name);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char *path = pim_path_join(folders[i], file);
        if (path == NULL)
            return pim_fail(error, PIM_NO_MEMORY, "no memory for a path");
        bool there = access(path, R_OK) == 0;
        enum pim_status status = there ? network_read(path, network, error) : PIM_OK;
        free(path);
        if (there)
            return status;
    }
    return pim_fail(error, PIM_BAD_INPUT, "network %s not found in %s or %s", file, folders[0], folders[1]);
}

void network_free(struct network *network)
{
    if (network != NULL)
        free(network->layers);
    free(network);
}

uint64_t network_macs(const struct network *network, enum network_type type)
{
    uint64_t macs = 0;
    for (size_t i = 0; i < network->count; i++)
        if (network->layers[i].type == type)
            macs += network->layers[i].macs;
    return macs;
}
