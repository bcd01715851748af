/* Status codes and error texts, used by every room.
 *
 * A function that can fail returns enum pim_status and, when the caller passes a struct pim_error,
 * leaves one complete sentence there: `file:line:column: what is wrong, what was expected` for input files,
 * `unit, place: reason` for the rest. The first error wins: a function that forwards a failure does not
 * overwrite its text. No function in the library prints or exits.
 */
#ifndef PIM_ERROR_H
#define PIM_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One row per status: name, exit status of a command that ends with it, meaning. */
#define PIM_STATUS_MAP(X)                                                                          \
    X(OK, 0, "done")                                                                               \
    X(USAGE, 1, "the command line is wrong")                                                       \
    X(BAD_INPUT, 2, "an input file or a parameter is wrong")                                       \
    X(GUEST_FAULT, 3, "the guest program faulted")                                                 \
    X(LIMIT, 4, "a limit was reached before the program ended")                                    \
    X(MISMATCH, 5, "a result differs from its reference")                                          \
    X(NO_MEMORY, 70, "out of memory")                                                              \
    X(IO, 70, "reading or writing a file failed")                                                  \
    X(INTERNAL, 70, "internal error")

enum pim_status {
#define PIM_STATUS_ENUM(name, exit_status, meaning) PIM_##name,
    PIM_STATUS_MAP(PIM_STATUS_ENUM)
#undef PIM_STATUS_ENUM
};

/* A failure's text. Zero-initialise it (`struct pim_error error = {0}`) and pass its address. */
struct pim_error {
    enum pim_status status;
    char text[4096]; /* room for the assembler's twenty errors */
};

/* The name ("BAD_INPUT"), the meaning and the process exit status of a status. */
const char *pim_status_name(enum pim_status status);
const char *pim_status_meaning(enum pim_status status);
int pim_status_exit(enum pim_status status);

/* Record a failure and return `status`, so that a caller writes `return pim_fail(error, PIM_IO, "...")`.
 * `error` may be NULL; an error that already holds a failure keeps its text. */
enum pim_status pim_fail(struct pim_error *error, enum pim_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum pim_status pim_vfail(struct pim_error *error, enum pim_status status, const char *format,
                          va_list arguments);

/* A place in an input file; line and column count from 1, 0 means not known (then it is not printed). */
struct pim_place {
    const char *file;
    unsigned line;
    unsigned column;
};

/* As pim_fail with the place in front and status PIM_BAD_INPUT; `source_line`, when not NULL, is the offending
 * line and is shown below the message with a caret under the column. */
enum pim_status pim_fail_at(struct pim_error *error, struct pim_place place,
                            const char *source_line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#ifdef __cplusplus
}
#endif
#endif
