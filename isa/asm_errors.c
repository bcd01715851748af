/* Errors and warnings. Both passes report, so the same error is kept once; at the end they stand in the order of the
 * statements, which is that of the source.
 */
#include "asm_internal.h"

#include <stdio.h>
#include <string.h>

enum { MOST_FRAMES = 6 }; /* of a nest that an error shows */

struct pim_place asm_place(const struct assembler *a, const char *at)
{
    struct pim_place place = {.file = a->top_name};
    if (!a->line && a->frame && a->frame->next) { /* between statements */
        place.file = a->frame->lines.line[a->frame->next - 1].file;
        place.line = a->frame->lines.line[a->frame->next - 1].number;
    } else if (a->line) {
        place.file = a->line->file;
        place.line = a->line->number;
        place.column = at ? (unsigned)(at - a->line->text) + 1 : 0;
    }
    return place;
}

static void describe_frames(struct assembler *a, struct asm_buffer *text)
{
    unsigned shown = 0;
    for (const struct asm_frame *frame = a->frame; frame && frame->outer; frame = frame->outer) {
        if (shown++ == MOST_FRAMES) {
            asm_print(a, text, "\n    ... and %u levels more", frame->depth);
            return;
        }
        if (frame->kind == ASM_MACRO)
            asm_print(a, text, "\n    in macro '%s' called at", frame->name);
        else
            asm_print(a, text, "\n    %s", frame->kind == ASM_FILE ? "included from" : "repeated at");
        asm_print(a, text, " %s:%u", frame->from_file, frame->from_line);
    }
}

static bool is_known(const struct assembler *a, const char *text)
{
    for (unsigned i = 0; i < a->diagnostic_count; i++)
        if (strcmp(a->diagnostics[i].text, text) == 0)
            return true;
    return false;
}

static bool report(struct assembler *a, struct pim_place place, const char *shown, const char *format, va_list arguments)
{
    char message[512];
    vsnprintf(message, sizeof message, format, arguments);
    struct pim_error error = {0};
    pim_fail_at(&error, place, shown, "%s", message);

    struct asm_buffer *text = &a->scratch;
    text->size = 0;
    asm_print(a, text, "%s", error.text);
    describe_frames(a, text);
    if (!is_known(a, (const char *)text->data)) {
        a->diagnostics[a->diagnostic_count++] = (struct asm_diagnostic){
            .step = a->steps,
            .text = asm_copy_text(a, (const char *)text->data, text->size),
        };
    }
    if (a->diagnostic_count == ASM_MOST_ERRORS)
        asm_give_up(a, PIM_BAD_INPUT);
    return false;
}

bool asm_error(struct assembler *a, const char *at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(a, asm_place(a, at), a->line ? a->line->shown : NULL, format, arguments);
    va_end(arguments);
    return false;
}

bool asm_error_at(struct assembler *a, struct pim_place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(a, place, NULL, format, arguments);
    va_end(arguments);
    return false;
}

void asm_warn(struct assembler *a, struct pim_place place, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    asm_print(a, &a->warnings, "%s%s:%u:%u: warning: %s", a->warnings.size ? "\n" : "", place.file, place.line, place.column,
              message);
}

/* Put what was collected into the caller's error. */
enum pim_status asm_report(struct assembler *a)
{
    if (a->diagnostic_count == 0)
        return PIM_OK;
    struct pim_error all = {.status = PIM_BAD_INPUT};
    size_t used = 0;
    for (unsigned printed = 0; printed < a->diagnostic_count; printed++) {
        struct asm_diagnostic *first = NULL;
        for (unsigned i = 0; i < a->diagnostic_count; i++)
            if (a->diagnostics[i].text && (!first || a->diagnostics[i].step < first->step))
                first = &a->diagnostics[i];
        if (used < sizeof all.text)
            used += (size_t)snprintf(all.text + used, sizeof all.text - used, "%s%s", printed ? "\n" : "", first->text);
        first->text = NULL;
    }
    if (a->diagnostic_count == ASM_MOST_ERRORS && used < sizeof all.text)
        snprintf(all.text + used, sizeof all.text - used, "\n%s: stopped after %d errors", a->top_name, ASM_MOST_ERRORS);
    return pim_fail(a->error, PIM_BAD_INPUT, "%s", all.text);
}
