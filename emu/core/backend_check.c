/* A back-end's tables are checked once, when it is registered, so that nothing behind the registry has to doubt them. */
#include <stdlib.h>
#include <string.h>

#include "derived.h"
#include "number_text.h"
#include "parameter.h"
#include "registry.h"

struct check {
    const struct pim_backend *backend;
    void *parameters; /* scratch: every default is stored here */
    struct pim_error *error;
};

static enum pim_status wrong(const struct check *check, const char *row, const char *what)
{
    return pim_fail(check->error, PIM_BAD_INPUT, "back-end '%s': %s: %s", check->backend->name, row, what);
}

static enum pim_status check_version(const struct pim_backend *backend, struct pim_error *error)
{
    const char *name = backend->name ? backend->name : "(without a name)";
    if (backend->abi_version != PIM_ABI_VERSION)
        return pim_fail(error, PIM_BAD_INPUT, "back-end: made for ABI version %u, this library has %u: rebuild it",
                        backend->abi_version, PIM_ABI_VERSION);
    if (backend->struct_size != sizeof *backend)
        return pim_fail(error, PIM_BAD_INPUT,
                        "back-end '%s': its descriptor has %u bytes, this library's has %zu: rebuild it", name,
                        backend->struct_size, sizeof *backend);
    return PIM_OK;
}

static enum pim_status check_members(const struct check *check)
{
    const struct pim_backend *b = check->backend;
    const struct {
        bool present;
        const char *name;
    } members[] = {
        {b->name && *b->name, "name"},
        {b->summary, "summary"},
        {b->instruction_set, "instruction_set"},
        {b->default_target, "default_target"},
        {b->levels && b->levels->name, "levels"},
        {b->spaces && b->spaces->name, "spaces"},
        {b->parameters && b->parameters->key, "parameters"},
        {b->clock_key, "clock_key"},
        {b->counters, "counters"},
        {b->energies, "energies"},
        {b->events, "events"},
        {b->open, "open"},
        {b->close, "close"},
        {b->reset, "reset"},
        {b->load, "load"},
        {b->transfer, "transfer"},
        {b->launch, "launch"},
        {b->run_until, "run_until"},
        {b->status, "status"},
        {b->fault, "fault"},
        {b->counters_of, "counters_of"},
        {b->output, "output"},
        {b->diagnostics, "diagnostics"},
        {b->snapshot, "snapshot"},
        {b->restore, "restore"},
        {!b->take_profile || (b->code.instructions && b->code.instruction_bytes), "code"},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!members[i].present)
            return wrong(check, members[i].name, "missing in the descriptor");
    return PIM_OK;
}

/* ------------------------------------------------------------------------------ parameters --- */

static size_t field_bytes(enum pim_type type)
{
    switch (type) {
    case PIM_BOOL:
        return sizeof(bool);
    case PIM_REAL:
        return sizeof(double);
    case PIM_INTEGER:
    case PIM_CHOICE:
        return sizeof(uint64_t);
    }
    return 0;
}

static const char *bad_bounds(const struct pim_parameter *row)
{
    uint64_t integer;
    double real;
    if (row->type == PIM_CHOICE)
        return row->choices && *row->choices ? NULL : "a choice without choices";
    if (row->type == PIM_BOOL)
        return NULL;
    if (!row->minimum || !row->maximum)
        return "minimum or maximum is missing";
    bool parses = row->type == PIM_INTEGER ? !pim_parse_integer(row->minimum, &integer) &&
                                                 !pim_parse_integer(row->maximum, &integer)
                                           : !pim_parse_real(row->minimum, &real) && !pim_parse_real(row->maximum, &real);
    return parses ? NULL : "minimum or maximum is no number";
}

/* The key of a row is `section.name`, as the target file has it. */
static const char *bad_key(const struct check *check, const struct pim_parameter *row)
{
    const char *dot = strchr(row->key, '.');
    if (!dot || dot == row->key || !dot[1] || strlen(row->key) >= 49) /* libinih cuts names at 49 letters */
        return "a key is section.name, shorter than 49 letters";
    if (!strncmp(row->key, "target.", 7))
        return "the section 'target' is the core's";
    return pim_parameter_find(check->backend, row->key) == row ? NULL : "the key occurs twice";
}

static enum pim_status check_parameter(const struct check *check, const struct pim_parameter *row)
{
    const char *what = bad_key(check, row);
    if (!what && (!row->unit || !row->help || !row->source || !row->standard))
        what = "unit, help, source or default is missing";
    size_t bytes = field_bytes(row->type);
    if (!what && (!bytes || row->offset > check->backend->parameters_size ||
                  bytes > check->backend->parameters_size - row->offset))
        what = "the field lies outside the parameter structure";
    if (!what)
        what = bad_bounds(row);
    if (what)
        return wrong(check, row->key, what);
    char why[256];
    if (!pim_parameter_parse(row, row->standard, check->parameters, why, sizeof why))
        return pim_fail(check->error, PIM_BAD_INPUT, "back-end '%s': %s: the default is '%s', %s", check->backend->name,
                        row->key, row->standard, why);
    return PIM_OK;
}

static enum pim_status check_parameters(const struct check *check)
{
    for (const struct pim_parameter *row = check->backend->parameters; row->key; row++) {
        enum pim_status status = check_parameter(check, row);
        if (status != PIM_OK)
            return status;
    }
    return PIM_OK;
}

static bool is_parameter(const struct check *check, const char *key, enum pim_type type)
{
    const struct pim_parameter *row = pim_parameter_find(check->backend, key);
    return row && row->type == type;
}

static enum pim_status check_clock(const struct check *check)
{
    const struct pim_parameter *row = pim_parameter_find(check->backend, check->backend->clock_key);
    double minimum;
    if (!row || row->type != PIM_REAL || strcmp(row->unit, "MHz"))
        return wrong(check, check->backend->clock_key, "the clock key names no real parameter in MHz");
    pim_parse_real(row->minimum, &minimum);
    return minimum > 0 ? PIM_OK : wrong(check, row->key, "the minimum of the clock must be above 0");
}

static enum pim_status check_dispatch(const struct check *check)
{
    const char *key = check->backend->dispatch_key;
    const struct pim_parameter *row = key ? pim_parameter_find(check->backend, key) : NULL;
    bool good = !key || (row && row->type == PIM_REAL && !strcmp(row->unit, "us"));
    return good ? PIM_OK : wrong(check, key, "the dispatch key names no real parameter in us");
}

/* ---------------------------------------------------------------------------- other tables --- */

static enum pim_status check_levels(const struct check *check)
{
    const char *queue_level = check->backend->queue_level;
    bool found = !queue_level;
    for (const struct pim_level *row = check->backend->levels; row->name; row++) {
        if (!row->count_key || !is_parameter(check, row->count_key, PIM_INTEGER))
            return wrong(check, row->name, "the level's count key names no integer parameter");
        found = found || !strcmp(row->name, queue_level);
    }
    return found ? PIM_OK : wrong(check, queue_level, "queue_level names no level");
}

static enum pim_status check_spaces(const struct check *check)
{
    for (const struct pim_space *row = check->backend->spaces; row->name; row++) {
        if (row->size_key && !is_parameter(check, row->size_key, PIM_INTEGER))
            return wrong(check, row->name, "the space's size key names no integer parameter");
        if (row->address_key && !is_parameter(check, row->address_key, PIM_INTEGER))
            return wrong(check, row->name, "the space's address key names no integer parameter");
        if (row->vertical && (!row->address_key || !row->granule_bytes || 8 % row->granule_bytes))
            return wrong(check, row->name, "elements stand upright in rows: it needs an address key and a granule of 1, 2, 4 or 8 bytes");
        if (!row->granule_bytes)
            return wrong(check, row->name, "the space's granule is 0");
    }
    return PIM_OK;
}

static enum pim_status check_energies(const struct check *check)
{
    for (const struct pim_energy *row = check->backend->energies; row->component; row++) {
        if (!row->coefficient_key || !is_parameter(check, row->coefficient_key, PIM_REAL))
            return wrong(check, row->component, "the energy's coefficient key names no real parameter");
        if (row->counter && pim_counter_find(check->backend, row->counter) < 0)
            return wrong(check, row->component, "the energy names no counter of the back-end");
        if (!row->counter && (!row->state || !pim_residency_known(row->state)))
            return wrong(check, row->component, "the energy needs a counter, or a state busy, idle or elapsed");
    }
    return PIM_OK;
}

static enum pim_status check_counters(const struct check *check)
{
    for (const struct pim_counter *row = check->backend->counters; row->name; row++) {
        if (!row->unit || !row->help || row->offset % sizeof(uint64_t))
            return wrong(check, row->name, "the counter lacks unit or help, or its offset is not aligned");
        if (check->backend->counters + pim_counter_find(check->backend, row->name) != row)
            return wrong(check, row->name, "the counter occurs twice");
    }
    return PIM_OK;
}

static enum pim_status check_derived(const struct check *check)
{
    for (const struct pim_derived *row = check->backend->derived; row && row->name; row++)
        if (!row->unit || !row->help || !pim_quantity_known(check->backend, row->numerator) ||
            !pim_quantity_known(check->backend, row->denominator))
            return wrong(check, row->name, "the derived figure lacks unit or help, or names no counter or quantity");
    return PIM_OK;
}

static enum pim_status check_events(const struct check *check)
{
    for (const struct pim_event_kind *row = check->backend->events; row->name; row++)
        if (!row->help || row->colour > 0xffffff)
            return wrong(check, row->name, "the event kind lacks help, or its colour is not 0xrrggbb");
    return PIM_OK;
}

static bool row_commands_good(const struct pim_backend *backend)
{
    size_t kinds = 0;
    while (backend->events[kinds].name)
        kinds++;
    for (const struct pim_row_command *row = backend->dram->commands; row->rows; row++) {
        if (row->kind >= kinds || row->rows > PIM_EVENT_ARGUMENTS / 2)
            return false;
        for (uint32_t i = 0; i < 2 * row->rows; i++)
            if (!backend->events[row->kind].arguments[i])
                return false;
    }
    return true;
}

static enum pim_status check_dram(const struct check *check)
{
    const struct pim_dram *dram = check->backend->dram;
    if (!dram)
        return PIM_OK;
    const char *const integers[] = {dram->subarrays_key, dram->rows_key, dram->row_bytes_key};
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
        if (!integers[i] || !is_parameter(check, integers[i], PIM_INTEGER))
            return wrong(check, "dram", "subarrays_key, rows_key and row_bytes_key must name integer parameters");
    if (!dram->record_key || !is_parameter(check, dram->record_key, PIM_CHOICE))
        return wrong(check, "dram", "record_key names no choice");
    if (!dram->clock_key || !is_parameter(check, dram->clock_key, PIM_REAL))
        return wrong(check, "dram", "clock_key names no real parameter");
    if (!dram->burst_bytes || !dram->commands || !row_commands_good(check->backend))
        return wrong(check, "dram", "burst_bytes is 0, or a row command names no event kind with two arguments for each of its 1 or 2 rows");
    return PIM_OK;
}

enum pim_status pim_backend_check(const struct pim_backend *backend, struct pim_error *error)
{
    static enum pim_status (*const steps[])(const struct check *) = {
        check_members,  check_parameters, check_clock,   check_dispatch, check_levels,
        check_spaces,   check_counters,   check_energies, check_derived, check_events,
        check_dram,
    };
    enum pim_status status = check_version(backend, error);
    if (status != PIM_OK)
        return status;
    struct check check = {backend, calloc(1, backend->parameters_size + 1), error};
    if (!check.parameters)
        return pim_fail(error, PIM_NO_MEMORY, "no memory for a back-end's parameters");
    for (size_t i = 0; status == PIM_OK && i < sizeof steps / sizeof *steps; i++)
        status = steps[i](&check);
    free(check.parameters);
    return status;
}
