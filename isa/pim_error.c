#include "pim_error.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *meaning;
    int exit_status;
} status_rows[] = {
#define PIM_STATUS_ROW(status_name, status_exit, status_meaning) {#status_name, status_meaning, status_exit},
    PIM_STATUS_MAP(PIM_STATUS_ROW)
#undef PIM_STATUS_ROW
};

const char *pim_status_name(enum pim_status status)
{
    return status_rows[status].name;
}

const char *pim_status_meaning(enum pim_status status)
{
    return status_rows[status].meaning;
}

int pim_status_exit(enum pim_status status)
{
    return status_rows[status].exit_status;
}

enum pim_status pim_vfail(struct pim_error *error, enum pim_status status, const char *format,
                          va_list arguments)
{
    if (error && error->status == PIM_OK) {
        error->status = status;
        vsnprintf(error->text, sizeof error->text, format, arguments);
    }
    return status;
}

enum pim_status pim_fail(struct pim_error *error, enum pim_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pim_vfail(error, status, format, arguments);
    va_end(arguments);
    return status;
}

/* Append to a text that may already be full; snprintf's rule keeps it terminated. */
static size_t append(struct pim_error *error, size_t used, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static size_t append(struct pim_error *error, size_t used, const char *format, ...)
{
    if (used >= sizeof error->text)
        return used;
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(error->text + used, sizeof error->text - used, format, arguments);
    va_end(arguments);
    return written < 0 ? used : used + (size_t)written;
}

enum pim_status pim_fail_at(struct pim_error *error, struct pim_place place,
                            const char *source_line, const char *format, ...)
{
    if (!error || error->status != PIM_OK)
        return PIM_BAD_INPUT;
    error->status = PIM_BAD_INPUT;
    size_t used = append(error, 0, "%s:", place.file);
    if (place.line)
        used = append(error, used, "%u:", place.line);
    if (place.line && place.column)
        used = append(error, used, "%u:", place.column);
    used = append(error, used, " ");
    if (used < sizeof error->text) {
        va_list arguments;
        va_start(arguments, format);
        int written = vsnprintf(error->text + used, sizeof error->text - used, format, arguments);
        va_end(arguments);
        used += written < 0 ? 0 : (size_t)written;
    }
    if (!source_line)
        return PIM_BAD_INPUT;
    size_t length = strcspn(source_line, "\r\n");
    int shown = length > 200 ? 200 : (int)length;
    used = append(error, used, "\n    %.*s", shown, source_line);
    if (!place.column || place.column > (unsigned)shown + 1)
        return PIM_BAD_INPUT;
    used = append(error, used, "\n    ");
    for (unsigned i = 0; i + 1 < place.column; i++)
        used = append(error, used, "%c", source_line[i] == '\t' ? '\t' : ' ');
    append(error, used, "^");
    return PIM_BAD_INPUT;
}
