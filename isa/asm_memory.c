/* Memory of one assembly: everything is freed together. */
#include "asm_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

noreturn void asm_give_up(struct assembler *a, enum pim_status status)
{
    longjmp(a->give_up, (int)status);
}

void *asm_allocate(struct assembler *a, size_t bytes)
{
    struct asm_block *block = calloc(1, sizeof *block + bytes);
    if (!block)
        asm_give_up(a, PIM_NO_MEMORY);
    block->next = a->blocks;
    a->blocks = block;
    return block->bytes;
}

char *asm_copy_text(struct assembler *a, const char *text, size_t length)
{
    char *copy = asm_allocate(a, length + 1);
    memcpy(copy, text, length);
    return copy;
}

struct asm_buffer *asm_new_buffer(struct assembler *a)
{
    struct asm_buffer *buffer = asm_allocate(a, sizeof *buffer);
    buffer->next = a->buffers;
    a->buffers = buffer;
    return buffer;
}

static void make_room(struct assembler *a, struct asm_buffer *buffer, size_t size)
{
    if (size <= buffer->room - buffer->size)
        return;
    size_t room = buffer->room ? buffer->room : 256;
    while (room - buffer->size < size) {
        if (room > SIZE_MAX / 4)
            asm_give_up(a, PIM_NO_MEMORY);
        room *= 2;
    }
    unsigned char *larger = realloc(buffer->data, room);
    if (!larger)
        asm_give_up(a, PIM_NO_MEMORY);
    buffer->data = larger;
    buffer->room = room;
}

void asm_append(struct assembler *a, struct asm_buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    make_room(a, buffer, size);
    memcpy(buffer->data + buffer->size, bytes, size);
    buffer->size += size;
}

void asm_append_zeros(struct assembler *a, struct asm_buffer *buffer, size_t size)
{
    if (size == 0)
        return;
    make_room(a, buffer, size);
    memset(buffer->data + buffer->size, 0, size);
    buffer->size += size;
}

/* Text for a reader; the NUL behind it is not counted in size. */
void asm_print(struct assembler *a, struct asm_buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length > 0) {
        make_room(a, buffer, (size_t)length + 1);
        vsnprintf((char *)buffer->data + buffer->size, (size_t)length + 1, format, again);
        buffer->size += (size_t)length;
    }
    va_end(again);
}

void asm_free_memory(struct assembler *a)
{
    while (a->frame)
        asm_pop_frame(a);
    for (size_t i = 0; i < a->section_count; i++) {
        free(a->sections[i]->bytes.data);
        free(a->sections[i]->verticals.data);
    }
    for (struct asm_buffer *buffer = a->buffers; buffer; buffer = buffer->next)
        free(buffer->data);
    free(a->symbols);
    free(a->scratch.data);
    free(a->warnings.data);
    free(a->listing.data);
    free(a->expansion.data);
    free(a->rows);
    while (a->blocks) {
        struct asm_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
}
