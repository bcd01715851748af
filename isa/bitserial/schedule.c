/* From a graph of majorities to row commands.
 *
 * A majority takes its operands into T0, T1 and T2, or, when one is complemented, that one into DCC0 through the n-wordline and the others into T1
 * and T2; what comes out stands in all three. The next majority finds it there; whoever needs it later finds it in a scratch row.
 */
#include "synthesis.h"

#include <string.h>

#define aap microprogram_aap
#define ap microprogram_ap
#define B(number) ((bitserial_row)(BITSERIAL_B + (number)))

enum { NOWHERE = 0xffff };

struct schedule {
    const struct mig *mig;
    struct microprogram *program;
    uint16_t order[MIG_NODES];     /* majorities in the order of computation */
    unsigned count;
    uint16_t uses[MIG_NODES];      /* left of a node */
    uint16_t row[MIG_NODES];       /* scratch row of a node, NOWHERE */
    bool taken[MIG_NODES];         /* scratch rows in use */
    unsigned scratch_rows;
    uint16_t last;                 /* node that stands in the cells; 0: none */
};

static bool is_majority(const struct mig *mig, unsigned node)
{
    return node > mig->inputs;
}

/* Depth first, so that a majority is often computed right before it is needed. */
static void visit(struct schedule *s, unsigned node)
{
    s->uses[node]++;
    if (!is_majority(s->mig, node) || s->uses[node] > 1)
        return;
    for (unsigned i = 0; i < 3; i++)
        visit(s, s->mig->operands[node][i] / 2);
    s->order[s->count++] = (uint16_t)node;
}

unsigned mig_size(const struct mig *mig)
{
    struct schedule s = {.mig = mig};
    visit(&s, mig->output / 2);
    return s.count;
}

/* ---- rows ---- */

static uint16_t take_row(struct schedule *s)
{
    uint16_t row = 0;
    while (s->taken[row])
        row++;
    s->taken[row] = true;
    if (row + 1u > s->scratch_rows)
        s->scratch_rows = row + 1u;
    return row;
}

static void use(struct schedule *s, unsigned node)
{
    if (--s->uses[node] == 0 && is_majority(s->mig, node) && s->row[node] != NOWHERE)
        s->taken[s->row[node]] = false;
}

/* Where a literal can be read; a complemented constant is the other constant. */
static bitserial_row source(const struct schedule *s, uint16_t literal)
{
    unsigned node = literal / 2;
    if (node == 0)
        return literal & 1 ? BITSERIAL_C1 : BITSERIAL_C0;
    if (!is_majority(s->mig, node))
        return (bitserial_row)(node - 1);
    return s->row[node] != NOWHERE ? (bitserial_row)(SYNTHESIS_SCRATCH + s->row[node]) : B(1); /* the last result stands in T1 */
}

/* ---- one majority ---- */

/* Bring the operands in; the address that computes. What stands in T1 or T2 already stays there; T0 need not hold it. */
static bitserial_row load(struct schedule *s, const uint16_t given[3])
{
    bool exchanged = s->last && given[0] == 2 * s->last;
    const uint16_t operands[3] = {given[exchanged], given[!exchanged], given[2]};
    bool complemented = (operands[0] & 1) && operands[0] != 1;
    bitserial_row places[3] = {complemented ? B(5) : B(0), B(1), B(2)};
    unsigned stays = 3;
    for (unsigned i = complemented; i < 3; i++)
        if (s->last && operands[i] == 2 * s->last)
            stays = i;
    for (unsigned i = 0; i < 3; i++) /* the complemented one first, while the last result is still in T1 */
        if (i != stays)
            aap(s->program, source(s, operands[i]), places[i]);
    return complemented ? B(14) : B(12);
}

/* Whoever the next majority is: does it take this one from the cells, and is it the only one? */
static bool only_for_the_next(const struct schedule *s, unsigned position)
{
    unsigned node = s->order[position];
    if (position + 1 >= s->count || s->uses[node] != 1)
        return false;
    const uint16_t *next = s->mig->operands[s->order[position + 1]];
    return next[0] / 2 == node || next[1] / 2 == node || next[2] / 2 == node;
}

static void compute(struct schedule *s, unsigned position)
{
    unsigned node = s->order[position];
    const uint16_t *operands = s->mig->operands[node];
    bitserial_row address = load(s, operands);
    for (unsigned i = 0; i < 3; i++)
        use(s, operands[i] / 2);
    s->last = (uint16_t)node;
    if (position + 1 == s->count) { /* the output; its complement goes through DCC1 */
        bool complemented = s->mig->output & 1;
        aap(s->program, address, complemented ? B(7) : SYNTHESIS_RESULT);
        if (complemented)
            aap(s->program, B(6), SYNTHESIS_RESULT);
        return;
    }
    if (only_for_the_next(s, position)) {
        ap(s->program, address);
        return;
    }
    s->row[node] = take_row(s);
    aap(s->program, address, (bitserial_row)(SYNTHESIS_SCRATCH + s->row[node]));
}

/* An output that is no majority. */
static void pass(struct schedule *s)
{
    uint16_t output = s->mig->output;
    bool complemented = output & 1 && output != 1;
    aap(s->program, source(s, output), complemented ? B(5) : SYNTHESIS_RESULT);
    if (complemented)
        aap(s->program, B(4), SYNTHESIS_RESULT);
}

static void run(struct schedule *s)
{
    memset(s->row, 0xff, sizeof s->row);
    visit(s, s->mig->output / 2);
    for (unsigned position = 0; position < s->count; position++)
        compute(s, position);
    if (s->count == 0)
        pass(s);
}

unsigned mig_schedule(const struct mig *mig, struct microprogram *program)
{
    struct schedule s = {.mig = mig, .program = program};
    run(&s);
    return s.scratch_rows;
}
