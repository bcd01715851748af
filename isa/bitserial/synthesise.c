/* The shortest of several programs for a function: graphs of several styles, each scheduled in one pass and, when it is small, by the search. */
#include <string.h>

#include "schedule_search.h"

enum { STYLES = 4 }; /* graphs of a larger function that are tried, each without and with pairs */

static void keep_shorter(struct synthesis *best, struct synthesis *other)
{
    if (best->program.count > 0 && best->program.count <= other->program.count) {
        synthesis_free(other);
        return;
    }
    synthesis_free(best);
    *best = *other;
}

/* False: no memory. */
static bool try_graph(const struct mig *mig, struct synthesis *best)
{
    struct synthesis other = {.inputs = mig->inputs, .majorities = mig_size(mig)};
    other.scratch_rows = mig_schedule(mig, &other.program);
    if (other.program.failed) {
        synthesis_free(&other);
        return false;
    }
    keep_shorter(best, &other);
    other = (struct synthesis){.inputs = mig->inputs, .majorities = mig_size(mig)};
    if (schedule_search(mig, best->program.count, &other.program, &other.scratch_rows))
        keep_shorter(best, &other);
    return true;
}

bool bitserial_synthesise(const struct synthesiser *synthesiser, const struct bitserial_function *function, struct synthesis *result)
{
    struct mig mig;
    unsigned alternatives = mig_alternatives(synthesiser, function);
    bool small = alternatives > 1, good = true;
    *result = (struct synthesis){0};
    for (unsigned i = 0; good && i < (small ? alternatives : 2 * STYLES); i++) {
        struct mig_style style = small ? (struct mig_style){.alternative = i} : (struct mig_style){.alternative = i / 2, .pairs = i % 2};
        good = mig_build(synthesiser, function, style, &mig) && try_graph(&mig, result);
    }
    if (!good)
        synthesis_free(result);
    return good;
}

void synthesis_free(struct synthesis *result)
{
    microprogram_free(&result->program);
}

static bitserial_row place(bitserial_row row, const bitserial_row *inputs, bitserial_row destination, const bitserial_row *scratch)
{
    if (!bitserial_is_d(row))
        return row;
    if (row == SYNTHESIS_RESULT)
        return destination;
    return row < SYNTHESIS_RESULT ? inputs[row] : scratch[row - SYNTHESIS_SCRATCH];
}

void synthesis_place(const struct synthesis *synthesis, const bitserial_row *inputs, bitserial_row destination, const bitserial_row *scratch,
                     struct microprogram *program)
{
    for (size_t i = 0; i < synthesis->program.count; i++) {
        struct bitserial_command command = synthesis->program.commands[i];
        bitserial_row first = place(command.first, inputs, destination, scratch);
        if (command.second == BITSERIAL_NO_ROW)
            microprogram_ap(program, first);
        else
            microprogram_aap(program, first, place(command.second, inputs, destination, scratch));
    }
}
