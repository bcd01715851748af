/* `pimento targets`: which machines there are, and every parameter of one. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "pimento.h"
#include "settings.h"

enum { TARGETS_SET, TARGETS_NAMES, TARGETS_JSON };

static json_t *text_or_empty(const char *text)
{
    return json_string(text ? text : "");
}

static void print_name(void *context, const char *name, const char *path, const char *summary)
{
    (void)context, (void)path, (void)summary;
    puts(name);
}

static void print_row(void *context, const char *name, const char *path, const char *summary)
{
    (void)context;
    printf("%-20s %s\n%-20s %s\n", name, summary ? summary : "", "", path);
}

static void append_row(void *context, const char *name, const char *path, const char *summary)
{
    json_t *row = json_object();
    json_object_set_new(row, "name", text_or_empty(name));
    json_object_set_new(row, "file", text_or_empty(path));
    json_object_set_new(row, "summary", text_or_empty(summary));
    json_array_append_new(context, row);
}

static void print_json(json_t *root)
{
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

static enum pim_status list(const struct command_line *line, const struct pim_registry *registry,
                            struct pim_error *error)
{
    if (line->values[TARGETS_SET].count > 0)
        return pim_fail(error, PIM_USAGE, "--set goes with 'targets show NAME'");
    if (line->operand_count > 1)
        return pim_fail(error, PIM_USAGE, "unexpected operand '%s'", line->operands[1]);
    if (line->values[TARGETS_JSON].count == 0)
        return pim_target_list(registry, line->values[TARGETS_NAMES].count > 0 ? print_name : print_row, NULL, error);
    json_t *root = json_array();
    enum pim_status status = pim_target_list(registry, append_row, root, error);
    print_json(root);
    return status;
}

static void show_text(const struct pim_target *target)
{
    const struct pim_backend *backend = pim_target_backend(target);
    printf("target %s: back-end %s, %s\n", pim_target_name(target), backend->name, backend->summary);
    for (const struct pim_parameter *row = backend->parameters; row->key; row++) {
        char value[128];
        pim_target_value(target, row, value, sizeof value);
        printf("\n%s = %s%s%s\n", row->key, value, *row->unit ? " " : "", row->unit);
        printf("    %s\n", row->help);
        if (row->type == PIM_CHOICE)
            printf("    one of %s; default %s; from %s\n", row->choices, row->standard, pim_target_origin(target, row));
        else if (row->type == PIM_BOOL)
            printf("    yes or no; default %s; from %s\n", row->standard, pim_target_origin(target, row));
        else
            printf("    %s to %s; default %s; from %s\n", row->minimum, row->maximum, row->standard,
                   pim_target_origin(target, row));
        printf("    source: %s\n", pim_target_source(target, row));
    }
}

static json_t *parameter_json(const struct pim_target *target, const struct pim_parameter *row)
{
    static const char *const types[] = {
        [PIM_BOOL] = "bool", [PIM_INTEGER] = "integer", [PIM_REAL] = "real", [PIM_CHOICE] = "choice"};
    char value[128];
    pim_target_value(target, row, value, sizeof value);
    json_t *object = json_object();
    json_object_set_new(object, "key", text_or_empty(row->key));
    json_object_set_new(object, "type", text_or_empty(types[row->type]));
    json_object_set_new(object, "value", text_or_empty(value));
    json_object_set_new(object, "unit", text_or_empty(row->unit));
    json_object_set_new(object, "minimum", text_or_empty(row->minimum));
    json_object_set_new(object, "maximum", text_or_empty(row->maximum));
    json_object_set_new(object, "choices", text_or_empty(row->choices));
    json_object_set_new(object, "default", text_or_empty(row->standard));
    json_object_set_new(object, "help", text_or_empty(row->help));
    json_object_set_new(object, "source", text_or_empty(pim_target_source(target, row)));
    json_object_set_new(object, "origin", text_or_empty(pim_target_origin(target, row)));
    return object;
}

static void show_json(const struct pim_target *target)
{
    const struct pim_backend *backend = pim_target_backend(target);
    json_t *root = json_object(), *parameters = json_array();
    json_object_set_new(root, "target", text_or_empty(pim_target_name(target)));
    json_object_set_new(root, "backend", text_or_empty(backend->name));
    for (const struct pim_parameter *row = backend->parameters; row->key; row++)
        json_array_append_new(parameters, parameter_json(target, row));
    json_object_set_new(root, "parameters", parameters);
    print_json(root);
}

static enum pim_status show(const struct command_line *line, const struct pim_registry *registry,
                            struct pim_error *error)
{
    if (line->operand_count < 2)
        return pim_fail(error, PIM_USAGE, "'targets show' needs the target's name");
    struct pim_target *target = NULL;
    enum pim_status status = settings_target(registry, line->operands[1], line->values[TARGETS_SET].texts,
                                             &target, error);
    if (status != PIM_OK)
        return status;
    if (line->values[TARGETS_JSON].count > 0)
        show_json(target);
    else
        show_text(target);
    pim_target_close(target);
    return PIM_OK;
}

static enum pim_status run(const struct command_line *line, struct pim_error *error)
{
    const char *verb = line->operand_count > 0 ? line->operands[0] : "list";
    bool showing = strcmp(verb, "show") == 0;
    if (!showing && strcmp(verb, "list") != 0)
        return pim_fail(error, PIM_USAGE, "'targets %s' is unknown, expected list or show", verb);
    struct pim_registry *registry = NULL;
    enum pim_status status = pim_registry_open(&registry, error);
    if (status != PIM_OK)
        return status;
    status = showing ? show(line, registry, error) : list(line, registry, error);
    pim_registry_close(registry);
    return status;
}

const struct command command_targets = {
    .name = "targets",
    .operands = "[list | show NAME]",
    .operand_kind = OPERAND_WORD,
    .operand_words = "list|show",
    .before_target = "show",
    .most_operands = 2,
    .summary = "list the targets, or show every parameter of one",
    .description = "A target is a named machine: a parameter file of a back-end. `show` prints every parameter with its value, "
                   "unit, range, default, where the value came from, and the source it rests on.",
    .options = (const struct option_row[]){
        [TARGETS_SET] = {.name = "set", .letter = 's', .kind = OPTION_TEXT, .argument = "KEY=VALUE", .repeatable = true,
                         .help = "with show: change a parameter"},
        [TARGETS_NAMES] = {.name = "names", .help = "with list: names only"},
        [TARGETS_JSON] = {.name = "json", .help = "print JSON"},
        {0}
    },
    .run = run,
};
