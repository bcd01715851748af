/* Where lines come from: files, and on top of them macro expansions and repeated blocks. */
#include "asm_internal.h"
#include "whole_file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>


/* ---- frames ---- */

void asm_push_frame(struct assembler *a, struct asm_frame frame)
{
    struct asm_frame *top = calloc(1, sizeof *top);
    if (!top) {
        free(frame.owned.data);
        asm_give_up(a, PIM_NO_MEMORY);
    }
    *top = frame;
    top->outer = a->frame;
    top->depth = a->frame ? a->frame->depth + 1 : 0;
    top->conditions = a->condition_count;
    if (a->line) {
        top->from_file = a->line->file;
        top->from_line = a->line->number;
    }
    a->frame = top;
}

void asm_pop_frame(struct assembler *a)
{
    struct asm_frame *top = a->frame;
    a->frame = top->outer;
    free(top->owned.data);
    free(top);
}

/* Every line and statement counts, long ones more, so that no input runs for ever. */
static void count_step(struct assembler *a, size_t length)
{
    uint64_t most = a->options->most_steps ? a->options->most_steps : ASM_MOST_STEPS;
    a->steps += 1 + length / 16;
    if (a->steps <= most)
        return;
    asm_error(a, NULL, "more than %llu lines and statements: does a macro or a repetition not end?", (unsigned long long)most);
    asm_give_up(a, PIM_BAD_INPUT);
}

/* The innermost frame has no lines left: read it again or go back to the one outside. */
static void leave_frame(struct assembler *a)
{
    struct asm_frame *frame = a->frame;
    if (frame->rounds_left) {
        frame->rounds_left--;
        frame->next = 0;
        count_step(a, 0);
        return;
    }
    while (a->condition_count > frame->conditions)
        asm_error_at(a, a->conditions[--a->condition_count].place, "this condition has no '.endif'");
    asm_list_line(a, NULL);
    asm_pop_frame(a);
    a->line = NULL; /* it may have gone with the frame */
}

bool asm_next_line(struct assembler *a, struct asm_line *line)
{
    struct asm_frame *frame = a->frame;
    if (frame->next == frame->lines.count)
        return false;
    *line = frame->lines.line[frame->next++];
    count_step(a, strlen(line->text));
    if (a->pass == 2 && a->options->listing)
        asm_list_line(a, &frame->lines.line[frame->next - 1]);
    return true;
}

/* Set the cursor to the next statement; false at the end of everything. */
bool asm_next_statement(struct assembler *a)
{
    while (a->frame) {
        struct asm_frame *frame = a->frame;
        if (frame->rest) {
            a->line = &frame->lines.line[frame->next - 1];
            a->at = frame->rest;
            a->end = asm_statement_end(a->at);
            frame->rest = *a->end ? a->end + 1 : NULL;
            count_step(a, (size_t)(a->end - a->at));
            return true;
        }
        struct asm_line line;
        if (asm_next_line(a, &line))
            frame->rest = line.text;
        else
            leave_frame(a);
    }
    return false;
}

/* ---- files ---- */

static void split_lines(struct assembler *a, struct asm_file *file, char *text)
{
    size_t count = file->size > 0 && file->bytes[file->size - 1] == '\n' ? 0 : 1;
    for (const char *p = file->bytes; (p = strchr(p, '\n')); p++)
        count++;
    char *shown = asm_copy_text(a, file->bytes, file->size);
    struct asm_line *lines = asm_allocate(a, count * sizeof *lines); /* at least one: an empty file has one empty line */
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(text, "\n");
        bool last = text[length] == '\0';
        text[length] = shown[length] = '\0';
        lines[i] = (struct asm_line){.text = text, .shown = shown, .file = file->path, .number = (unsigned)i + 1};
        text += length + !last;
        shown += length + !last;
    }
    file->lines = (struct asm_lines){lines, count};
}

bool asm_push_text(struct assembler *a, struct asm_file *file)
{
    if (!file->lines.count) {
        char *text = asm_copy_text(a, file->bytes, file->size);
        struct pim_place place = {.file = file->path, .line = 1, .column = 1};
        if (strlen(text) != file->size)
            return asm_error_at(a, place, "the file has a zero byte at offset %zu, expected text", strlen(text));
        if (!asm_blank_comments(text, file->size, &place.line, &place.column))
            return asm_error_at(a, place, "this comment has no '*/'");
        split_lines(a, file, text);
    }
    asm_push_frame(a, (struct asm_frame){.kind = ASM_FILE, .name = file->path, .lines = file->lines});
    return true;
}

/* A file, read once; NULL with the reason in *status. */
struct asm_file *asm_open(struct assembler *a, const char *path, size_t length, enum pim_status *status, struct pim_error *error)
{
    for (struct asm_file *file = a->files; file; file = file->next)
        if (asm_same(path, length, file->path))
            return file;
    char *name = asm_copy_text(a, path, length), *bytes;
    size_t size;
    *status = read_whole_file(name, ASM_LARGEST_SOURCE, &bytes, &size, error);
    if (*status)
        return NULL;
    struct asm_block *block = realloc(bytes, sizeof *block + size + 1);
    if (!block) {
        free(bytes);
        asm_give_up(a, PIM_NO_MEMORY);
    }
    memmove(block->bytes, block, size + 1);
    block->next = a->blocks;
    a->blocks = block;
    struct asm_file *file = asm_allocate(a, sizeof *file);
    *file = (struct asm_file){.next = a->files, .path = name, .bytes = (const char *)block->bytes, .size = size};
    a->files = file;
    return file;
}

static struct asm_file *open_in(struct assembler *a, const char *folder, size_t folder_length, const char *path,
                                enum pim_status *status, struct pim_error *error)
{
    bool rooted = path[0] == '/' || folder_length == 0;
    char *joined = asm_allocate(a, folder_length + strlen(path) + 2);
    if (!rooted) {
        memcpy(joined, folder, folder_length);
        joined[folder_length] = '/';
    }
    strcpy(joined + (rooted ? 0 : folder_length + 1), path);
    return asm_open(a, joined, strlen(joined), status, error);
}

/* The file that `.include` or `.incbin` names: beside the file that asks, then in the include paths. */
struct asm_file *asm_find_file(struct assembler *a, const char *at, const char *path)
{
    if (a->options->no_files) {
        asm_error(a, at, "other files cannot be used here");
        return NULL;
    }
    enum pim_status status;
    struct pim_error first = {0};
    const char *slash = strrchr(a->line->file, '/');
    struct asm_file *file = open_in(a, a->line->file, slash ? (size_t)(slash - a->line->file) : 0, path, &status, &first);
    for (const char *const *folder = a->options->include_paths; !file && folder && *folder; folder++)
        file = open_in(a, *folder, strlen(*folder), path, &status, &(struct pim_error){0});
    if (!file)
        asm_error(a, at, "%s", first.text);
    return file;
}

bool asm_include(struct assembler *a, const char *at, const char *path)
{
    if (a->frame->depth == ASM_MOST_NESTING)
        return asm_error(a, at, "includes and macros are nested deeper than %d", ASM_MOST_NESTING);
    struct asm_file *file = asm_find_file(a, at, path);
    return file && asm_push_text(a, file);
}
