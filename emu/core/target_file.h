/* A target file as entries, before any back-end has looked at it. doc/targets.md describes the file.
 *
 * libinih cuts names, values and comments apart; it splits lines that are longer than its buffer, so lines are handed to it one by one
 * and longer ones are refused. The text of every line is kept for the column and the caret of messages.
 */
#ifndef TARGET_FILE_H
#define TARGET_FILE_H

#include "pim_error.h"

struct target_entry {
    char *section;        /* "" before the first header */
    char *key;            /* NULL: this entry is the section's header */
    char *value;
    char *source;         /* text of `; source: ...`, or NULL */
    char *line_text;
    unsigned line, key_column, value_column;
};

struct target_file {
    char *path;
    size_t count, capacity;
    struct target_entry *entries;
};

/* On success the caller frees with target_file_free. */
enum pim_status target_file_read(const char *path, struct target_file **file, struct pim_error *error);
enum pim_status target_file_parse(const char *name, const char *text, size_t bytes,
                                  struct target_file **file, struct pim_error *error);
void target_file_free(struct target_file *file);

/* The value of a key, or NULL. */
const struct target_entry *target_file_find(const struct target_file *file, const char *section,
                                            const char *key);

/* Fail at the entry's key or value. */
enum pim_status target_file_wrong_key(const struct target_file *file, const struct target_entry *entry,
                                      struct pim_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
enum pim_status target_file_wrong_value(const struct target_file *file, const struct target_entry *entry,
                                        struct pim_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
