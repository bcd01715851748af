/* Export: Chrome's trace event format, which Perfetto reads. What the format cannot hold: the colours of kinds (viewers choose their
 * own) and the parameters' units and sources (values only, in otherData).
 */
#include "trace_export.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "json_text.h"
#include "output_file.h"

#define LARGEST_EXACT (UINT64_C(1) << 53)

struct perfetto {
    FILE *file;
    const struct trace_schema *schema;
    bool any;                     /* an element of traceEvents is out */
    uint8_t *named_units;         /* one bit per unit */
    size_t lane_count, lane_room; /* a hash table of (unit, lane) + 1; 0 is a free place */
    uint64_t *named_lanes;
};

/* ------------------------------------------------------------------------------- what is named --- */

static bool name_unit(struct perfetto *out, uint32_t unit)
{
    uint8_t bit = (uint8_t)(1u << unit % 8);
    bool first = !(out->named_units[unit / 8] & bit);
    out->named_units[unit / 8] |= bit;
    return first;
}

static uint64_t *lane_place(uint64_t *table, size_t room, uint64_t key)
{
    size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (room - 1);
    while (table[at] && table[at] != key)
        at = (at + 1) & (room - 1);
    return &table[at];
}

/* Twice as large, at most half full. */
static bool grow_lanes(struct perfetto *out)
{
    size_t room = out->lane_room ? 2 * out->lane_room : 256;
    uint64_t *table = calloc(room, sizeof *table);
    if (!table)
        return false;
    for (size_t i = 0; i < out->lane_room; i++)
        if (out->named_lanes[i])
            *lane_place(table, room, out->named_lanes[i]) = out->named_lanes[i];
    free(out->named_lanes);
    out->named_lanes = table;
    out->lane_room = room;
    return true;
}

/* False when there is no memory. */
static bool name_lane(struct perfetto *out, const struct pim_event *event, bool *first)
{
    if (2 * out->lane_count >= out->lane_room && !grow_lanes(out))
        return false;
    uint64_t key = ((uint64_t)event->unit << 16 | event->lane) + 1;
    uint64_t *place = lane_place(out->named_lanes, out->lane_room, key);
    *first = *place == 0;
    out->lane_count += *first;
    *place = key;
    return true;
}

/* ------------------------------------------------------------------------------------ elements --- */

static void put_us(FILE *file, uint64_t time_ps)
{
    fprintf(file, "%" PRIu64 ".%06" PRIu64, time_ps / 1000000, time_ps % 1000000);
}

static void begin_element(struct perfetto *out, const char *phase)
{
    fprintf(out->file, "%s\n{\"ph\":\"%s\"", out->any ? "," : "", phase);
    out->any = true;
}

/* "DPU 77 (rank 1, chip 1, DPU 5)"; as in a device the last level counts fastest. */
static void put_unit_name(FILE *file, const struct trace_schema *schema, uint32_t unit)
{
    char text[512];
    size_t count = schema->level_count;
    const char *level = count ? schema->levels[count - 1].name : "unit";
    int used = snprintf(text, sizeof text, "%s %" PRIu32, level, unit);
    for (size_t i = 0; i < count && count > 1; i++) {
        uint64_t below = 1; /* units in one of this level; a product beyond all units is as good as infinite */
        for (size_t j = i + 1; j < count && below <= unit; j++)
            below = schema->levels[j].count > unit ? UINT64_MAX : below * schema->levels[j].count;
        if (used < 0 || (size_t)used >= sizeof text)
            break;
        int more = snprintf(text + used, sizeof text - (size_t)used, "%s%s %" PRIu64 "%s", i ? ", " : " (",
                            schema->levels[i].name, unit / below % schema->levels[i].count, i + 1 < count ? "" : ")");
        used = more < 0 ? more : used + more;
    }
    json_put_string(file, text);
}

static void put_process(struct perfetto *out, uint32_t unit)
{
    begin_element(out, "M");
    fprintf(out->file, ",\"name\":\"process_name\",\"pid\":%" PRIu32 ",\"args\":{\"name\":", unit);
    put_unit_name(out->file, out->schema, unit);
    fputs("}}", out->file);
    begin_element(out, "M");
    fprintf(out->file, ",\"name\":\"process_sort_index\",\"pid\":%" PRIu32 ",\"args\":{\"sort_index\":%" PRIu32 "}}", unit,
            unit);
}

static void put_thread(struct perfetto *out, const struct pim_event *event)
{
    begin_element(out, "M");
    fprintf(out->file, ",\"name\":\"thread_name\",\"pid\":%" PRIu32 ",\"tid\":%u,\"args\":{\"name\":\"", event->unit,
            event->lane);
    if (event->lane == out->schema->link_lane)
        fputs("host link\"}}", out->file);
    else
        fprintf(out->file, "lane %u\"}}", event->lane);
}

/* `values` NULL: all 0. */
static void put_arguments(FILE *file, const struct trace_kind *kind, const uint64_t *values)
{
    fputs(",\"args\":{", file);
    for (size_t i = 0; i < PIM_EVENT_ARGUMENTS && kind->arguments[i]; i++) {
        uint64_t value = values ? values[i] : 0;
        fputs(i ? "," : "", file);
        json_put_string(file, kind->arguments[i]);
        fprintf(file, value > LARGEST_EXACT ? ":\"%" PRIu64 "\"" : ":%" PRIu64, value);
    }
    fputs("}}", file);
}

static void put_complete(struct perfetto *out, const struct pim_event *event)
{
    const struct trace_kind *kind = &out->schema->kinds[event->kind];
    begin_element(out, "X");
    fputs(",\"name\":", out->file);
    json_put_string(out->file, kind->name);
    fprintf(out->file, ",\"pid\":%" PRIu32 ",\"tid\":%u,\"ts\":", event->unit, event->lane);
    put_us(out->file, event->time_ps);
    fputs(",\"dur\":", out->file);
    put_us(out->file, event->duration_ps);
    put_arguments(out->file, kind, event->arguments);
}

static void put_counter(struct perfetto *out, const struct pim_event *event, uint64_t time_ps, const uint64_t *values)
{
    const struct trace_kind *kind = &out->schema->kinds[event->kind];
    begin_element(out, "C");
    fputs(",\"name\":", out->file);
    json_put_string(out->file, kind->name);
    fprintf(out->file, ",\"pid\":%" PRIu32 ",\"ts\":", event->unit);
    put_us(out->file, time_ps);
    if (event->lane)
        fprintf(out->file, ",\"id\":%u", event->lane);
    put_arguments(out->file, kind, values);
}

/* A counter keeps its value until it gets another: it falls to 0 where the interval ends, unless one follows at once. */
static void put_event(struct perfetto *out, const struct pim_event *event)
{
    put_complete(out, event);
    if (!out->schema->kinds[event->kind].counters)
        return;
    put_counter(out, event, event->time_ps, event->arguments);
    put_counter(out, event, event->time_ps + event->duration_ps, NULL);
}

/* ---------------------------------------------------------------------------------------- file --- */

static void put_tail(struct perfetto *out)
{
    const struct trace_schema *schema = out->schema;
    fputs("\n],\n\"displayTimeUnit\":\"ns\",\n\"otherData\":{\"producer\":", out->file);
    json_put_string(out->file, schema->producer);
    fputs(",\"backend\":", out->file);
    json_put_string(out->file, schema->backend);
    fputs(",\"target\":", out->file);
    json_put_string(out->file, schema->target);
    fputs(",\"parameters\":{", out->file);
    for (size_t i = 0; i < schema->parameter_count; i++) {
        fputs(i ? "," : "", out->file);
        json_put_string(out->file, schema->parameters[i].key);
        fputs(":", out->file);
        json_put_string(out->file, schema->parameters[i].value);
    }
    fputs("}}}\n", out->file);
}

static enum pim_status put_events(struct perfetto *out, struct trace_reader *reader, struct pim_error *error)
{
    const struct pim_event *event;
    enum pim_status status;
    while ((status = trace_next(reader, &event, error)) == PIM_OK && event) {
        bool first_of_lane;
        if (!name_lane(out, event, &first_of_lane))
            return pim_fail(error, PIM_NO_MEMORY, "no memory for the lanes of a trace");
        if (name_unit(out, event->unit))
            put_process(out, event->unit);
        if (first_of_lane)
            put_thread(out, event);
        put_event(out, event);
        if (ferror(out->file))
            break; /* output_end says why */
    }
    return status;
}

enum pim_status trace_export_perfetto(struct trace_reader *reader, const char *path, uint64_t from_ps, struct pim_error *error)
{
    struct output_file output;
    enum pim_status status = output_open(path, &output, error);
    if (status != PIM_OK)
        return status;
    struct perfetto out = {.file = output.file, .schema = trace_schema_of(reader)};
    out.named_units = calloc((size_t)out.schema->units / 8 + 1, 1);
    trace_seek(reader, from_ps);
    fputs("{\"traceEvents\":[", out.file);
    if (out.named_units)
        status = put_events(&out, reader, error);
    else
        status = pim_fail(error, PIM_NO_MEMORY, "no memory for the units of a trace");
    put_tail(&out);
    free(out.named_units);
    free(out.named_lanes);
    return output_end(&output, status, error);
}
