#include "trace_schema.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derived.h"
#include "json_text.h"
#include "number_text.h"
#include "parameter.h"
#include "trace_format.h"

/* ---------------------------------------------------------------------------------- writing --- */

static void put_member(FILE *file, const char *before, const char *name, const char *text)
{
    fprintf(file, "%s\"%s\": ", before, name);
    json_put_string(file, text ? text : "");
}

static void put_columns(FILE *file)
{
    fputs(",\n\"columns\": [", file);
    for (size_t i = 0; i < TRACE_COLUMNS; i++) {
        put_member(file, i ? ",\n  {" : "\n  {", "name", trace_columns[i].name);
        fprintf(file, ", \"bits\": %zu", 8 * trace_columns[i].bytes);
        put_member(file, ", ", "help", trace_columns[i].help);
        putc('}', file);
    }
    putc(']', file);
}

/* Argument names may have a unit behind a space: "idle_dma cycles". */
static bool names_counter(const struct pim_backend *backend, const char *argument)
{
    char name[64];
    size_t length = strcspn(argument, " ");
    if (length >= sizeof name)
        return false;
    memcpy(name, argument, length);
    name[length] = '\0';
    return pim_counter_find(backend, name) >= 0;
}

/* A kind that only has counters as arguments summarises an interval. */
static bool has_counters(const struct pim_backend *backend, const struct pim_event_kind *kind)
{
    for (size_t i = 0; i < PIM_EVENT_ARGUMENTS && kind->arguments[i]; i++)
        if (!names_counter(backend, kind->arguments[i]))
            return false;
    return kind->arguments[0];
}

static void put_kinds(FILE *file, const struct pim_backend *backend)
{
    fputs(",\n\"kinds\": [", file);
    const struct pim_event_kind *kind;
    for (size_t i = 0; (kind = pim_event_kind_at(backend, i)); i++) {
        put_member(file, i ? ",\n  {" : "\n  {", "name", kind->name);
        fprintf(file, ", \"colour\": \"#%06" PRIx32 "\", \"counters\": %s, \"arguments\": [", kind->colour & 0xffffff,
                has_counters(backend, kind) ? "true" : "false");
        for (size_t argument = 0; argument < PIM_EVENT_ARGUMENTS && kind->arguments[argument]; argument++) {
            fputs(argument ? ", " : "", file);
            json_put_string(file, kind->arguments[argument]);
        }
        put_member(file, "], ", "help", kind->help);
        putc('}', file);
    }
    putc(']', file);
}

static void put_levels(FILE *file, const struct pim_target *target)
{
    const struct pim_backend *backend = pim_target_backend(target);
    fputs(",\n\"levels\": [", file);
    for (const struct pim_level *level = backend->levels; level->name; level++) {
        const struct pim_parameter *row = pim_parameter_find(backend, level->count_key);
        put_member(file, level != backend->levels ? ", {" : "{", "name", level->name);
        fprintf(file, ", \"count\": %" PRIu64 "}", pim_parameter_integer(row, pim_target_parameters(target)));
    }
    putc(']', file);
}

static void put_parameters(FILE *file, const struct pim_target *target)
{
    const struct pim_backend *backend = pim_target_backend(target);
    fputs(",\n\"parameters\": [", file);
    for (const struct pim_parameter *row = backend->parameters; row->key; row++) {
        char value[256];
        pim_target_value(target, row, value, sizeof value);
        put_member(file, row != backend->parameters ? ",\n  {" : "\n  {", "key", row->key);
        put_member(file, ", ", "value", value);
        put_member(file, ", ", "unit", row->unit);
        put_member(file, ", ", "source", pim_target_source(target, row));
        putc('}', file);
    }
    putc(']', file);
}

static uint64_t integer_of(const struct pim_target *target, const char *key)
{
    return pim_parameter_integer(pim_parameter_find(pim_target_backend(target), key), pim_target_parameters(target));
}

static void put_dram(FILE *file, const struct pim_target *target)
{
    const struct pim_dram *dram = pim_target_backend(target)->dram;
    char clock[PIM_NUMBER_TEXT_SIZE];
    if (!dram)
        return;
    pim_print_real(pim_parameter_real(pim_parameter_find(pim_target_backend(target), dram->clock_key), pim_target_parameters(target)), clock);
    put_member(file, ",\n\"dram\": {", "record", dram->record_key);
    fprintf(file, ", \"recorded\": %s, \"clock_mhz\": %s, \"subarrays\": %" PRIu64 ", \"rows\": %" PRIu64 ", \"row_bytes\": %" PRIu64
            ", \"burst_bytes\": %" PRIu32 ",\n  \"commands\": [", integer_of(target, dram->record_key) ? "true" : "false", clock,
            integer_of(target, dram->subarrays_key), integer_of(target, dram->rows_key) + dram->special_rows,
            integer_of(target, dram->row_bytes_key), dram->burst_bytes);
    for (const struct pim_row_command *row = dram->commands; row->rows; row++)
        fprintf(file, "%s{\"kind\": %" PRIu32 ", \"rows\": %" PRIu32 "}", row != dram->commands ? ", " : "", row->kind, row->rows);
    fputs("]}", file);
}

static void put_schema(FILE *file, const struct pim_target *target, uint32_t units)
{
    const struct pim_backend *backend = pim_target_backend(target);
    char producer[128];
    snprintf(producer, sizeof producer, "pimento %s", pim_version());
    put_member(file, "{", "producer", producer);
    put_member(file, ",\n", "backend", backend->name);
    put_member(file, ",\n", "summary", backend->summary);
    put_member(file, ",\n", "target", pim_target_name(target));
    put_member(file, ",\n", "time_unit", "ps");
    fprintf(file, ",\n\"units\": %" PRIu32 ",\n\"link_lane\": %d", units, PIM_LANE_LINK);
    put_levels(file, target);
    put_columns(file);
    put_kinds(file, backend);
    put_parameters(file, target);
    put_dram(file, target);
    fputs("}\n", file);
}

enum pim_status trace_schema_write(const struct pim_target *target, uint32_t units, char **text, struct pim_error *error)
{
    size_t bytes;
    *text = NULL;
    FILE *file = open_memstream(text, &bytes);
    if (!file)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for the schema of a trace");
    put_schema(file, target, units);
    bool written = !ferror(file);
    if (fclose(file) == 0 && written && *text) /* glibc loses the text when its last realloc fails, without an error */
        return PIM_OK;
    free(*text);
    *text = NULL;
    return pim_fail(error, PIM_NO_MEMORY, "no memory for the schema of a trace");
}

/* ---------------------------------------------------------------------------------- reading --- */

struct parse {
    const char *place;
    struct trace_schema *schema;
    struct pim_error *error;
};

#define SCHEMA_FAIL(parse, ...) pim_fail_at((parse)->error, (struct pim_place){.file = (parse)->place}, NULL, __VA_ARGS__)

static enum pim_status check_list(const struct parse *parse, const char *name, const json_t *list)
{
    if (json_is_array(list))
        return PIM_OK;
    return SCHEMA_FAIL(parse, "schema: \"%s\" is no list", name);
}

/* Version 1 has these columns and no others: they are in the schema for tools that know nothing of pimento. */
static enum pim_status parse_columns(const struct parse *parse, json_t *list)
{
    size_t index;
    json_t *item;
    if (json_array_size(list) != TRACE_COLUMNS)
        return SCHEMA_FAIL(parse, "schema: %zu columns, expected %d", json_array_size(list), TRACE_COLUMNS);
    json_array_foreach(list, index, item) {
        const char *name;
        int bits;
        json_error_t why;
        if (json_unpack_ex(item, &why, 0, "{s:s, s:i}", "name", &name, "bits", &bits))
            return SCHEMA_FAIL(parse, "schema: column %zu: %s", index, why.text);
        if (strcmp(name, trace_columns[index].name) != 0 || bits != 8 * (int)trace_columns[index].bytes)
            return SCHEMA_FAIL(parse, "schema: column %zu is %s of %d bits, expected %s of %zu", index, name, bits,
                               trace_columns[index].name, 8 * trace_columns[index].bytes);
    }
    return PIM_OK;
}

static bool parse_colour(const char *text, uint32_t *colour)
{
    if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdef") != 6)
        return false;
    *colour = (uint32_t)strtoul(text + 1, NULL, 16);
    return true;
}

static enum pim_status parse_kind(const struct parse *parse, size_t number, json_t *item)
{
    struct trace_kind *kind = &parse->schema->kinds[number];
    const char *colour;
    int counters;
    size_t index;
    json_t *arguments, *argument;
    json_error_t why;
    if (json_unpack_ex(item, &why, 0, "{s:s, s:s, s:b, s:o, s:s}", "name", &kind->name, "colour", &colour, "counters",
                       &counters, "arguments", &arguments, "help", &kind->help))
        return SCHEMA_FAIL(parse, "schema: kind %zu: %s", number, why.text);
    kind->counters = counters;
    if (!parse_colour(colour, &kind->colour))
        return SCHEMA_FAIL(parse, "schema: kind %s: colour '%s', expected #rrggbb", kind->name, colour);
    if (!json_is_array(arguments) || json_array_size(arguments) > PIM_EVENT_ARGUMENTS)
        return SCHEMA_FAIL(parse, "schema: kind %s: expected a list of at most %d arguments", kind->name,
                           PIM_EVENT_ARGUMENTS);
    json_array_foreach(arguments, index, argument) {
        kind->arguments[index] = json_string_value(argument);
        if (!kind->arguments[index])
            return SCHEMA_FAIL(parse, "schema: kind %s: argument %zu has no name", kind->name, index);
    }
    return PIM_OK;
}

static enum pim_status parse_level(const struct parse *parse, size_t number, json_t *item)
{
    struct trace_level *level = &parse->schema->levels[number];
    json_int_t count;
    json_error_t why;
    if (json_unpack_ex(item, &why, 0, "{s:s, s:I}", "name", &level->name, "count", &count))
        return SCHEMA_FAIL(parse, "schema: level %zu: %s", number, why.text);
    if (count < 1)
        return SCHEMA_FAIL(parse, "schema: level %s: a count below 1", level->name);
    level->count = (uint64_t)count;
    return PIM_OK;
}

static enum pim_status parse_parameter(const struct parse *parse, size_t number, json_t *item)
{
    struct trace_parameter *row = &parse->schema->parameters[number];
    json_error_t why;
    if (json_unpack_ex(item, &why, 0, "{s:s, s:s, s:s, s:s}", "key", &row->key, "value", &row->value, "unit", &row->unit,
                       "source", &row->source))
        return SCHEMA_FAIL(parse, "schema: parameter %zu: %s", number, why.text);
    return PIM_OK;
}

/* Parse every item of `list` into a row of a new table. */
static enum pim_status parse_list(const struct parse *parse, const char *name, json_t *list, size_t row_bytes, void *table,
                                  size_t *count,
                                  enum pim_status (*parse_item)(const struct parse *parse, size_t number, json_t *item))
{
    size_t number;
    json_t *item;
    enum pim_status status = check_list(parse, name, list);
    if (status != PIM_OK)
        return status;
    void *rows = calloc(json_array_size(list) + 1, row_bytes);
    if (!rows)
        return pim_fail(parse->error, PIM_NO_MEMORY, "%s: no memory for the schema", parse->place);
    memcpy(table, &rows, sizeof rows);
    *count = json_array_size(list);
    json_array_foreach(list, number, item) {
        status = parse_item(parse, number, item);
        if (status != PIM_OK)
            return status;
    }
    return PIM_OK;
}

static enum pim_status parse_row_command(const struct parse *parse, size_t number, json_t *item)
{
    const struct trace_schema *schema = parse->schema;
    json_int_t kind, rows;
    json_error_t why;
    if (json_unpack_ex(item, &why, 0, "{s:I, s:I}", "kind", &kind, "rows", &rows))
        return SCHEMA_FAIL(parse, "schema: row command %zu: %s", number, why.text);
    if (kind < 0 || (uint64_t)kind >= schema->kind_count || rows < 1 || rows > PIM_EVENT_ARGUMENTS / 2 || !schema->kinds[kind].arguments[2 * rows - 1])
        return SCHEMA_FAIL(parse, "schema: row command %zu: expected a kind with two arguments for each of 1 or 2 rows", number);
    schema->kinds[kind].rows = (uint32_t)rows;
    return PIM_OK;
}

/* The member is there when the units are DRAM banks. */
static enum pim_status parse_dram(const struct parse *parse)
{
    struct trace_dram *dram = &parse->schema->dram;
    json_t *member = json_object_get(parse->schema->json, "dram"), *commands, *item;
    json_int_t subarrays, rows, row_bytes, burst_bytes;
    json_error_t why;
    size_t number;
    int recorded;
    if (!member)
        return PIM_OK;
    if (json_unpack_ex(member, &why, 0, "{s:s, s:b, s:F, s:I, s:I, s:I, s:I, s:o}", "record", &dram->record_key, "recorded", &recorded, "clock_mhz",
                       &dram->clock_mhz, "subarrays", &subarrays, "rows", &rows, "row_bytes", &row_bytes, "burst_bytes", &burst_bytes, "commands",
                       &commands))
        return SCHEMA_FAIL(parse, "schema: dram: %s", why.text);
    bool good = dram->clock_mhz > 0 && dram->clock_mhz <= TRACE_MOST_CLOCK_MHZ;
    const json_int_t sizes[] = {subarrays, rows, row_bytes, burst_bytes};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        good = good && sizes[i] >= 1 && sizes[i] <= UINT32_MAX;
    if (!good)
        return SCHEMA_FAIL(parse, "schema: dram: a size or clock that no memory has");
    dram->recorded = recorded;
    dram->subarrays = (uint64_t)subarrays;
    dram->rows = (uint64_t)rows;
    dram->row_bytes = (uint64_t)row_bytes;
    dram->burst_bytes = (uint64_t)burst_bytes;
    enum pim_status status = check_list(parse, "commands", commands);
    json_array_foreach(commands, number, item) {
        status = status == PIM_OK ? parse_row_command(parse, number, item) : status;
    }
    return status;
}

static enum pim_status parse_members(const struct parse *parse)
{
    struct trace_schema *schema = parse->schema;
    const char *time_unit;
    json_int_t units, link_lane;
    json_t *columns, *kinds, *levels, *parameters;
    json_error_t why;
    if (json_unpack_ex(schema->json, &why, 0, "{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "producer",
                       &schema->producer, "backend", &schema->backend, "summary", &schema->summary, "target",
                       &schema->target, "time_unit", &time_unit, "units", &units, "link_lane", &link_lane, "columns",
                       &columns, "kinds", &kinds, "levels", &levels, "parameters", &parameters))
        return SCHEMA_FAIL(parse, "schema: %s", why.text);
    if (strcmp(time_unit, "ps") != 0)
        return SCHEMA_FAIL(parse, "schema: times in '%s', expected ps", time_unit);
    if (units < 1 || units > TRACE_MOST_UNITS)
        return SCHEMA_FAIL(parse, "schema: %" JSON_INTEGER_FORMAT " units, expected 1 to %d", units, TRACE_MOST_UNITS);
    if (link_lane < 0 || link_lane > UINT16_MAX)
        return SCHEMA_FAIL(parse, "schema: link_lane %" JSON_INTEGER_FORMAT ", expected 0 to 65535", link_lane);
    schema->units = (uint32_t)units;
    schema->link_lane = (uint32_t)link_lane;
    enum pim_status status = check_list(parse, "columns", columns);
    if (status == PIM_OK)
        status = parse_columns(parse, columns);
    if (status == PIM_OK)
        status = parse_list(parse, "kinds", kinds, sizeof *schema->kinds, &schema->kinds, &schema->kind_count, parse_kind);
    if (status == PIM_OK)
        status = parse_list(parse, "levels", levels, sizeof *schema->levels, &schema->levels, &schema->level_count,
                            parse_level);
    if (status == PIM_OK)
        status = parse_list(parse, "parameters", parameters, sizeof *schema->parameters, &schema->parameters,
                            &schema->parameter_count, parse_parameter);
    return status == PIM_OK ? parse_dram(parse) : status;
}

enum pim_status trace_schema_parse(const char *place, const char *text, size_t bytes, struct trace_schema *schema,
                                   struct pim_error *error)
{
    const struct parse parse = {.place = place, .schema = schema, .error = error};
    json_error_t why;
    *schema = (struct trace_schema){.json = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &why)};
    enum pim_status status;
    if (schema->json)
        status = parse_members(&parse);
    else if (json_error_code(&why) == json_error_out_of_memory)
        status = pim_fail(error, PIM_NO_MEMORY, "%s: no memory for the schema", place);
    else
        status = SCHEMA_FAIL(&parse, "schema: line %d: %s", why.line, why.text);
    if (status != PIM_OK)
        trace_schema_free(schema);
    return status;
}

void trace_schema_free(struct trace_schema *schema)
{
    json_decref(schema->json);
    free(schema->kinds);
    free(schema->levels);
    free(schema->parameters);
    *schema = (struct trace_schema){.json = NULL};
}
