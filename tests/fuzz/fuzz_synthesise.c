/* Can the text of a Boolean function make its parser crash, hang or fail without a word? What it accepts becomes a graph of majorities, which must be
 * that function, and a program. The search for a shorter one takes tenths of a second and is left to tests/test_synthesis.c. */
#include "fuzz.h"
#include "truth_table.h"

#include <stdlib.h>
#include <string.h>

static struct truth literal_of(const struct truth *nodes, uint16_t literal)
{
    return literal & 1 ? truth_complement(nodes[literal / 2]) : nodes[literal / 2];
}

static void check(const struct bitserial_function *function, const struct mig *mig)
{
    static struct truth nodes[MIG_NODES];
    nodes[0] = truth_constant(false);
    for (unsigned i = 1; i < mig->count; i++)
        nodes[i] = i <= mig->inputs ? truth_input(i - 1)
                                    : truth_majority(literal_of(nodes, mig->operands[i][0]), literal_of(nodes, mig->operands[i][1]),
                                                     literal_of(nodes, mig->operands[i][2]));
    struct truth result = literal_of(nodes, mig->output);
    for (unsigned assignment = 0; assignment < 1u << function->inputs; assignment++)
        if ((result.word[assignment / 64] >> assignment % 64 & 1) != bitserial_function_value(function, assignment))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct synthesiser *synthesiser;
    static struct mig mig;
    struct bitserial_function function;
    struct pim_error error = {0};
    if (!synthesiser)
        synthesiser = synthesiser_open();
    char *text = calloc(1, size + 1);
    memcpy(text, data, size);
    enum pim_status status = bitserial_function_parse(text, &function, &error);
    free(text);
    if (status != PIM_OK && (error.status != status || !error.text[0]))
        abort();
    if (status == PIM_OK && function.inputs > FUNCTION_INPUTS)
        abort();
    if (status != PIM_OK || !mig_build(synthesiser, &function, (struct mig_style){0}, &mig))
        return 0;
    check(&function, &mig);
    struct microprogram program = {0};
    mig_schedule(&mig, &program);
    microprogram_free(&program);
    return 0;
}

const struct fuzz_target fuzz_target = {.corpus = "functions", .dictionary = "functions.dict"};
