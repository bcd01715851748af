/* Targets: a back-end's defaults, then the files from the outermost base to the named one, then `--set`.
 *
 * A file's [target] section has the keys below; every other section and key is a parameter of the back-end.
 */
#include "config.h" /* GNU extensions of the C library */

#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parameter.h"
#include "path_text.h"
#include "registry.h"
#include "spelling.h"
#include "target_file.h"

enum { BASES_MAX = 8 };

static const char *const target_keys[] = {"name", "summary", "backend", "base", NULL};

static enum pim_status no_memory(struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "no memory for a target");
}

/* ------------------------------------------------------------------------------- accessors --- */

const struct pim_backend *pim_target_backend(const struct pim_target *target)
{
    return target->backend;
}

const char *pim_target_name(const struct pim_target *target)
{
    return target->name;
}

const void *pim_target_parameters(const struct pim_target *target)
{
    return target->parameters;
}

size_t pim_target_value(const struct pim_target *target, const struct pim_parameter *parameter,
                        char *text, size_t size)
{
    return pim_parameter_print(parameter, target->parameters, text, size);
}

static const struct target_note *note_of(const struct pim_target *target,
                                         const struct pim_parameter *parameter)
{
    return &target->notes[parameter - target->backend->parameters];
}

const char *pim_target_origin(const struct pim_target *target, const struct pim_parameter *parameter)
{
    const char *origin = note_of(target, parameter)->origin;
    return origin ? origin : "default";
}

const char *pim_target_source(const struct pim_target *target, const struct pim_parameter *parameter)
{
    const char *source = note_of(target, parameter)->source;
    return source ? source : parameter->source;
}

/* ---------------------------------------------------------------------------------- values --- */

/* The table's source stands for the table's value only: another value without a note of its own is an assumption. */
static bool set_note(struct target_note *note, const char *origin, const char *source)
{
    char *new_origin = strdup(origin), *new_source = strdup(source);
    free(note->origin);
    free(note->source);
    *note = (struct target_note){new_origin, new_source};
    return new_origin && new_source;
}

/* "closest: dma.beta", or else the keys of the same section, or else the sections. */
static void describe_unknown(const struct pim_backend *backend, const char *key, char *text, size_t size)
{
    struct pim_spelling spelling = {.word = key};
    size_t section_length = strcspn(key, ".") + 1;
    size_t used = (size_t)snprintf(text, size, "expected one of");
    bool section_known = false;
    for (const struct pim_parameter *row = backend->parameters; row->key; row++) {
        pim_spelling_offer(&spelling, row->key);
        section_known = section_known || !strncmp(row->key, key, section_length);
    }
    const char *last = "";
    size_t last_length = 0;
    for (const struct pim_parameter *row = backend->parameters; row->key && used < size; row++) {
        size_t length = section_known ? strlen(row->key) : strcspn(row->key, ".");
        if (section_known && strncmp(row->key, key, section_length))
            continue;
        if (length == last_length && !strncmp(last, row->key, length))
            continue;
        used += (size_t)snprintf(text + used, size - used, " %.*s%s", (int)length, row->key, section_known ? "" : ".*");
        last = row->key;
        last_length = length;
    }
    if (spelling.closest && used < size)
        snprintf(text + used, size - used, " (closest: %s)", spelling.closest);
}

enum pim_status pim_target_set(struct pim_target *target, const char *key, const char *value,
                               struct pim_error *error)
{
    const struct pim_place place = {.file = "--set"};
    char why[512];
    const struct pim_parameter *row = pim_parameter_find(target->backend, key);
    if (!row) {
        describe_unknown(target->backend, key, why, sizeof why);
        return pim_fail_at(error, place, NULL, "unknown key '%.100s', %s", key, why);
    }
    if (!pim_parameter_parse(row, value, target->parameters, why, sizeof why))
        return pim_fail_at(error, place, NULL, "%s: '%.100s', %s", key, value, why);
    struct target_note *note = &target->notes[row - target->backend->parameters];
    return set_note(note, "--set", "set on the command line") ? PIM_OK : no_memory(error);
}

static enum pim_status apply_setting(struct pim_target *target, const struct target_file *file,
                                     const struct target_entry *entry, struct pim_error *error)
{
    char why[512], key[128], origin[512];
    snprintf(key, sizeof key, "%s.%s", entry->section, entry->key);
    const struct pim_parameter *row = pim_parameter_find(target->backend, key);
    if (!row) {
        describe_unknown(target->backend, key, why, sizeof why);
        return target_file_wrong_key(file, entry, error, "unknown key '%s', %s", key, why);
    }
    if (!pim_parameter_parse(row, entry->value, target->parameters, why, sizeof why))
        return target_file_wrong_value(file, entry, error, "%s: '%.100s', %s", key, entry->value, why);
    snprintf(origin, sizeof origin, "%s:%u", file->path, entry->line);
    const char *source = entry->source ? entry->source : "assumption: the target file gives no source";
    struct target_note *note = &target->notes[row - target->backend->parameters];
    return set_note(note, origin, source) ? PIM_OK : no_memory(error);
}

static enum pim_status check_target_key(const struct target_file *file, const struct target_entry *entry,
                                        struct pim_error *error)
{
    for (const char *const *key = target_keys; *key; key++)
        if (!strcmp(*key, entry->key))
            return PIM_OK;
    return target_file_wrong_key(file, entry, error, "unknown key 'target.%s', expected one of name summary backend base",
                                 entry->key);
}

static bool section_known(const struct pim_backend *backend, const char *section)
{
    size_t length = strlen(section);
    for (const struct pim_parameter *row = backend->parameters; row->key; row++)
        if (!strncmp(row->key, section, length) && row->key[length] == '.')
            return true;
    return !strcmp(section, "target");
}

static enum pim_status apply_entry(struct pim_target *target, const struct target_file *file,
                                   const struct target_entry *entry, struct pim_error *error)
{
    char why[512];
    if (!entry->key) {
        if (section_known(target->backend, entry->section))
            return PIM_OK;
        describe_unknown(target->backend, entry->section, why, sizeof why);
        return target_file_wrong_key(file, entry, error, "unknown section '%s', %s", entry->section, why);
    }
    if (!strcmp(entry->section, "target"))
        return check_target_key(file, entry, error);
    return apply_setting(target, file, entry, error);
}

/* ----------------------------------------------------------------------------------- files --- */

static enum pim_status make_defaults(struct pim_target *target, const struct pim_backend *backend,
                                     struct pim_error *error)
{
    char why[512];
    target->backend = backend;
    target->note_count = 0;
    while (backend->parameters[target->note_count].key)
        target->note_count++;
    target->parameters = calloc(1, backend->parameters_size);
    target->notes = calloc(target->note_count, sizeof *target->notes);
    if (!target->parameters || !target->notes)
        return no_memory(error);
    for (const struct pim_parameter *row = backend->parameters; row->key; row++)
        if (!pim_parameter_parse(row, row->standard, target->parameters, why, sizeof why))
            return pim_fail(error, PIM_INTERNAL, "back-end '%s': %s: the default does not parse", backend->name, row->key);
    return PIM_OK;
}

static enum pim_status make_backend(struct pim_target *target, const struct target_file *file,
                                    const struct target_entry *entry, struct pim_error *error)
{
    const struct pim_backend *backend = pim_registry_backend(target->registry, entry->value);
    if (backend)
        return make_defaults(target, backend, error);
    struct pim_spelling spelling = {.word = entry->value};
    char names[256] = "";
    size_t used = 0;
    for (size_t i = 0; (backend = pim_registry_at(target->registry, i)); i++) {
        pim_spelling_offer(&spelling, backend->name);
        if (used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, " %s", backend->name);
    }
    return target_file_wrong_value(file, entry, error, "unknown back-end '%.60s', expected one of%s%s%s%s", entry->value, names,
                                   spelling.closest ? " (closest: " : "", spelling.closest ? spelling.closest : "",
                                   spelling.closest ? ")" : "");
}

static enum pim_status apply_path(struct pim_target *target, const char *path, unsigned depth,
                                  struct pim_error *error);

static enum pim_status apply_base(struct pim_target *target, const struct target_file *file,
                                  const struct target_entry *entry, unsigned depth, struct pim_error *error)
{
    if (depth == BASES_MAX)
        return target_file_wrong_value(file, entry, error, "more than %d bases, expected a chain that ends", BASES_MAX);
    char *path = NULL;
    enum pim_status status = pim_target_find(target->registry, entry->value, file->path, &path, error);
    if (status == PIM_OK && !path)
        status = target_file_wrong_value(file, entry, error, "no target '%.100s'", entry->value);
    if (status == PIM_OK)
        status = apply_path(target, path, depth + 1, error);
    free(path);
    return status;
}

/* The back-end comes from the base's file when there is one; saying it again is allowed when it is the same. */
static enum pim_status choose_backend(struct pim_target *target, const struct target_file *file,
                                      unsigned depth, struct pim_error *error)
{
    const struct target_entry *base = target_file_find(file, "target", "base");
    const struct target_entry *backend = target_file_find(file, "target", "backend");
    enum pim_status status = base ? apply_base(target, file, base, depth, error) : PIM_OK;
    if (status != PIM_OK)
        return status;
    if (!base && !backend)
        return pim_fail_at(error, (struct pim_place){.file = file->path}, NULL,
                           "expected 'backend = NAME' or 'base = TARGET' in section [target]");
    if (!base)
        return make_backend(target, file, backend, error);
    if (backend && strcmp(backend->value, target->backend->name))
        return target_file_wrong_value(file, backend, error, "the base is a target of back-end '%s'", target->backend->name);
    return PIM_OK;
}

static bool replace(char **text, const char *value)
{
    char *copy = strdup(value);
    if (!copy)
        return false;
    free(*text);
    *text = copy;
    return true;
}

static enum pim_status apply_name(struct pim_target *target, const struct target_file *file,
                                  struct pim_error *error)
{
    const struct target_entry *name = target_file_find(file, "target", "name");
    const struct target_entry *summary = target_file_find(file, "target", "summary");
    char *stem = name ? NULL : pim_path_stem(file->path, ".ini");
    bool done = (name || stem) && replace(&target->name, name ? name->value : stem) &&
                (!summary || replace(&target->summary, summary->value));
    free(stem);
    return done ? PIM_OK : no_memory(error);
}

static enum pim_status apply_file(struct pim_target *target, const struct target_file *file, unsigned depth,
                                  struct pim_error *error)
{
    enum pim_status status = choose_backend(target, file, depth, error);
    for (size_t i = 0; status == PIM_OK && i < file->count; i++)
        status = apply_entry(target, file, &file->entries[i], error);
    return status == PIM_OK ? apply_name(target, file, error) : status;
}

static enum pim_status apply_path(struct pim_target *target, const char *path, unsigned depth,
                                  struct pim_error *error)
{
    struct target_file *file;
    enum pim_status status = target_file_read(path, &file, error);
    if (status != PIM_OK)
        return status;
    status = apply_file(target, file, depth, error);
    target_file_free(file);
    return status;
}

/* ----------------------------------------------------------------------------- open, close --- */

static enum pim_status fill(struct pim_target *target, const char *name, struct pim_error *error)
{
    char *path = NULL;
    enum pim_status status = pim_target_find(target->registry, name, NULL, &path, error);
    if (status != PIM_OK)
        return status;
    const struct pim_backend *backend = pim_registry_backend(target->registry, name);
    if (path)
        status = apply_path(target, path, 0, error);
    else if (!backend)
        status = pim_fail(error, PIM_BAD_INPUT,
                          "no target '%s': expected a file (with '/' or '.ini' in its name), a target of `pimento targets`, or "
                          "a back-end",
                          name);
    else if (!replace(&target->name, backend->name) || !replace(&target->summary, "the back-end's defaults"))
        status = no_memory(error);
    else
        status = make_defaults(target, backend, error);
    free(path);
    return status;
}

/* Close what could not be filled. */
static enum pim_status keep(struct pim_target **target, enum pim_status status)
{
    if (status == PIM_OK)
        return PIM_OK;
    pim_target_close(*target);
    *target = NULL;
    return status;
}

enum pim_status pim_target_open(const struct pim_registry *registry, const char *name,
                                struct pim_target **target, struct pim_error *error)
{
    *target = calloc(1, sizeof **target);
    if (!*target)
        return no_memory(error);
    (*target)->registry = registry;
    return keep(target, fill(*target, name, error));
}

enum pim_status pim_target_open_file(const struct pim_registry *registry, const struct target_file *file,
                                     struct pim_target **target, struct pim_error *error)
{
    *target = calloc(1, sizeof **target);
    if (!*target)
        return no_memory(error);
    (*target)->registry = registry;
    return keep(target, apply_file(*target, file, 0, error));
}

void pim_target_close(struct pim_target *target)
{
    if (!target)
        return;
    for (size_t i = 0; target->notes && i < target->note_count; i++) {
        free(target->notes[i].origin);
        free(target->notes[i].source);
    }
    free(target->notes);
    free(target->parameters);
    free(target->name);
    free(target->summary);
    free(target);
}
