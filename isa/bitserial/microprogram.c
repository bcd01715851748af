#include "microprogram.h"

#include <stdlib.h>

void microprogram_free(struct microprogram *program)
{
    free(program->commands);
    *program = (struct microprogram){0};
}

static void append(struct microprogram *program, bitserial_row first, bitserial_row second)
{
    if (program->count == program->room && !program->failed) {
        size_t room = program->room ? 2 * program->room : 64;
        struct bitserial_command *commands = realloc(program->commands, room * sizeof *commands);
        program->failed = commands == NULL;
        program->commands = commands != NULL ? commands : program->commands;
        program->room = commands != NULL ? room : program->room;
    }
    if (!program->failed)
        program->commands[program->count++] = (struct bitserial_command){first, second};
}

void microprogram_ap(struct microprogram *program, bitserial_row row)
{
    append(program, row, BITSERIAL_NO_ROW);
}

void microprogram_aap(struct microprogram *program, bitserial_row from, bitserial_row to)
{
    append(program, from, to);
}

struct microprogram_counts microprogram_count(const struct microprogram *program)
{
    struct microprogram_counts counts = {0};
    for (size_t i = 0; i < program->count; i++) {
        const struct bitserial_command *command = &program->commands[i];
        bool copies = command->second != BITSERIAL_NO_ROW;
        counts.aap += copies;
        counts.ap += !copies;
        counts.activations[bitserial_wordlines(command->first)]++;
        if (copies)
            counts.activations[bitserial_wordlines(command->second)]++;
    }
    return counts;
}
