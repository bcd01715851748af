#include "target_file.h"

#include <ctype.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "whole_file.h"

enum {
    FILE_BYTES_MAX = 1 << 20,
    ENTRIES_MAX = 4096,
    NAME_BYTES_MAX = 49, /* libinih cuts longer section and key names */
};

struct reader {
    struct target_file *file;
    const char *next, *end; /* rest of the text */
    const char *start;      /* the current line, without leading blanks */
    char *line_text;        /* the current line, owned until an entry takes it */
    char section[NAME_BYTES_MAX + 1];
    unsigned line;
    enum pim_status status;
    struct pim_error *error;
};

/* -------------------------------------------------------------------------------- entries --- */

static void free_entry(struct target_entry *entry)
{
    free(entry->section);
    free(entry->key);
    free(entry->value);
    free(entry->source);
    free(entry->line_text);
}

void target_file_free(struct target_file *file)
{
    if (!file)
        return;
    for (size_t i = 0; i < file->count; i++)
        free_entry(&file->entries[i]);
    free(file->entries);
    free(file->path);
    free(file);
}

const struct target_entry *target_file_find(const struct target_file *file, const char *section,
                                            const char *key)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct target_entry *entry = &file->entries[i];
        if (entry->key && !strcmp(entry->section, section) && !strcmp(entry->key, key))
            return entry;
    }
    return NULL;
}

static enum pim_status wrong_at(const struct target_file *file, const struct target_entry *entry,
                                unsigned column, struct pim_error *error, const char *format,
                                va_list arguments)
{
    char text[768];
    vsnprintf(text, sizeof text, format, arguments);
    return pim_fail_at(error, (struct pim_place){file->path, entry->line, column}, entry->line_text, "%s", text);
}

enum pim_status target_file_wrong_key(const struct target_file *file, const struct target_entry *entry,
                                      struct pim_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    enum pim_status status = wrong_at(file, entry, entry->key_column, error, format, arguments);
    va_end(arguments);
    return status;
}

enum pim_status target_file_wrong_value(const struct target_file *file, const struct target_entry *entry,
                                        struct pim_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    enum pim_status status = wrong_at(file, entry, entry->value_column, error, format, arguments);
    va_end(arguments);
    return status;
}

/* ---------------------------------------------------------------------------- line by line --- */

static unsigned column_of(const struct reader *reader, const char *at)
{
    return (unsigned)(at - reader->line_text) + 1;
}

static bool wrong(struct reader *reader, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool wrong(struct reader *reader, const char *at, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    reader->status = pim_fail_at(reader->error, (struct pim_place){reader->file->path, reader->line, column_of(reader, at)},
                                 reader->line_text, "%s", text);
    return false;
}

static bool no_memory(struct reader *reader)
{
    reader->status = pim_fail(reader->error, PIM_NO_MEMORY, "%s: no memory to read it", reader->file->path);
    return false;
}

static struct target_entry *new_entry(struct reader *reader)
{
    struct target_file *file = reader->file;
    if (file->count == file->capacity) {
        size_t capacity = file->capacity ? 2 * file->capacity : 32;
        struct target_entry *grown = realloc(file->entries, capacity * sizeof *grown);
        if (!grown)
            return NULL;
        file->entries = grown;
        file->capacity = capacity;
    }
    struct target_entry *entry = &file->entries[file->count++];
    *entry = (struct target_entry){
        .line = reader->line,
        .key_column = column_of(reader, reader->start),
        .section = strdup(reader->section),
        .line_text = strdup(reader->line_text),
    };
    return entry->section && entry->line_text ? entry : NULL;
}

static const char *skip_blanks(const char *text)
{
    while (isblank((unsigned char)*text))
        text++;
    return text;
}

/* `[name]`, then nothing but a comment: libinih would let anything pass there, and does not report headers. */
static bool check_header(struct reader *reader)
{
    const char *name = reader->start + 1;
    size_t length = strcspn(name, "]");
    if (!name[length])
        return wrong(reader, reader->start, "a section header without ']'");
    if (!length || length > NAME_BYTES_MAX)
        return wrong(reader, name, "a section name has 1 to %d letters", NAME_BYTES_MAX);
    const char *rest = skip_blanks(name + length + 1);
    if (*rest && *rest != ';' && *rest != '#')
        return wrong(reader, rest, "text after a section header, expected the end of the line");
    memcpy(reader->section, name, length);
    reader->section[length] = '\0';
    return new_entry(reader) || no_memory(reader);
}

/* The first ';' after a blank opens a comment, as in libinih. */
static const char *comment_of(const char *text)
{
    for (const char *at = text; *at; at++)
        if (*at == ';' && at > text && isspace((unsigned char)at[-1]))
            return at;
    return NULL;
}

static bool check_setting(struct reader *reader)
{
    const char *equals = reader->start + strcspn(reader->start, "=");
    const char *comment = comment_of(reader->start);
    if (!*equals || (comment && comment < equals))
        return wrong(reader, reader->start, "expected 'key = value' or '[section]'");
    if (equals == reader->start)
        return wrong(reader, reader->start, "expected a key before '='");
    if (memchr(reader->start, ':', (size_t)(equals - reader->start)))
        return wrong(reader, reader->start, "expected '=' after the key, not ':'");
    if (equals - reader->start > NAME_BYTES_MAX)
        return wrong(reader, reader->start, "a key has at most %d letters", NAME_BYTES_MAX);
    return true;
}

static bool check_line(struct reader *reader)
{
    if (reader->file->count == ENTRIES_MAX)
        return wrong(reader, reader->start, "more than %d settings, expected a target file", ENTRIES_MAX);
    switch (*reader->start) {
    case '\0':
    case ';':
    case '#':
        return true;
    case '[':
        return check_header(reader);
    default:
        return check_setting(reader);
    }
}

/* Cut the next line off the text; false at its end or when it cannot be a line of a target file. */
static bool take_line(struct reader *reader, size_t longest)
{
    if (reader->next == reader->end)
        return false;
    const char *begin = reader->next;
    const char *newline = memchr(begin, '\n', (size_t)(reader->end - begin));
    const char *stop = newline ? newline : reader->end;
    reader->next = newline ? newline + 1 : reader->end;
    reader->line++;
    if (stop > begin && stop[-1] == '\r')
        stop--;
    size_t length = (size_t)(stop - begin);
    free(reader->line_text);
    reader->line_text = strndup(begin, length);
    if (!reader->line_text)
        return no_memory(reader);
    reader->start = skip_blanks(reader->line_text);
    if (strlen(reader->line_text) != length)
        return wrong(reader, reader->line_text + strlen(reader->line_text), "a NUL byte, expected text");
    if (length > longest)
        return wrong(reader, reader->line_text + longest, "the line has %zu bytes, at most %zu are allowed", length, longest);
    return check_line(reader);
}

/* libinih asks for lines here. Leading blanks are dropped because it would take the line for a continuation of the last value. */
static char *give_line(char *buffer, int size, void *context)
{
    struct reader *reader = context;
    if (reader->status != PIM_OK || size < 3 || !take_line(reader, (size_t)size - 2))
        return NULL;
    snprintf(buffer, (size_t)size, "%s\n", reader->start);
    return buffer;
}

static bool copy_source(struct target_entry *entry)
{
    const char *comment = comment_of(entry->line_text + entry->value_column - 1);
    if (!comment)
        return true;
    comment = skip_blanks(comment + 1);
    if (strncmp(comment, "source:", 7))
        return true;
    entry->source = strdup(skip_blanks(comment + 7));
    return entry->source;
}

/* libinih hands the parts of the line that give_line gave last. */
static int take_setting(void *context, const char *section, const char *key, const char *value)
{
    struct reader *reader = context;
    (void)section; /* check_header knows it without libinih's cut */
    struct target_entry *entry = new_entry(reader);
    if (!entry)
        return no_memory(reader);
    entry->value_column = column_of(reader, skip_blanks(reader->start + strcspn(reader->start, "=") + 1));
    entry->key = strdup(key);
    entry->value = strdup(value);
    if (!entry->key || !entry->value || !copy_source(entry))
        return no_memory(reader);
    return 1;
}

static const struct target_entry *earlier(const struct target_file *file, const struct target_entry *entry)
{
    const struct target_entry *first = target_file_find(file, entry->section, entry->key);
    return first == entry ? NULL : first;
}

static enum pim_status refuse_duplicates(const struct target_file *file, struct pim_error *error)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct target_entry *entry = &file->entries[i];
        const struct target_entry *first = entry->key ? earlier(file, entry) : NULL;
        if (first)
            return target_file_wrong_key(file, entry, error, "the key '%s' occurs twice, first in line %u", entry->key,
                                         first->line);
    }
    return PIM_OK;
}

enum pim_status target_file_parse(const char *name, const char *text, size_t bytes,
                                  struct target_file **file, struct pim_error *error)
{
    struct reader reader = {.file = calloc(1, sizeof **file), .next = text, .end = text + bytes, .error = error};
    *file = NULL;
    if (!reader.file || !(reader.file->path = strdup(name))) {
        free(reader.file);
        return pim_fail(error, PIM_NO_MEMORY, "%s: no memory to read it", name);
    }
    if (bytes >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) /* byte order mark */
        reader.next += 3;
    int refused = ini_parse_stream(give_line, &reader, take_setting, &reader);
    if (refused && reader.status == PIM_OK)
        reader.status = pim_fail_at(error, (struct pim_place){name, refused > 0 ? (unsigned)refused : 0, 0}, NULL,
                                    "libinih refuses it, expected 'key = value' or '[section]'");
    free(reader.line_text);
    if (reader.status == PIM_OK)
        reader.status = refuse_duplicates(reader.file, error);
    if (reader.status == PIM_OK)
        *file = reader.file;
    else
        target_file_free(reader.file);
    return reader.status;
}

enum pim_status target_file_read(const char *path, struct target_file **file, struct pim_error *error)
{
    char *text;
    size_t bytes;
    enum pim_status status = read_whole_file(path, FILE_BYTES_MAX, &text, &bytes, error);
    if (status != PIM_OK)
        return status;
    status = target_file_parse(path, text, bytes, file, error);
    free(text);
    return status;
}
