/* From a truth table to a graph of majorities. */
#include "truth_table.h"

#include <stdlib.h>

/* ---- functions of three inputs, all of them: four majorities are enough ----
 *
 * Literals here: 2 x index, + 1 when complemented; index 0 is the constant, 1 to 3 the inputs, 4 and up the majorities. */

enum { SMALL_INPUTS = 3, SMALL_MAJORITIES = 4, SMALL_FUNCTIONS = 256, SMALL_ALTERNATIVES = 16, NOT_FOUND = 255 };

struct small_graph {
    uint8_t operands[SMALL_MAJORITIES][3];
    uint8_t output;
};

/* Smallest graphs of a function, as many as there is room for. */
struct small {
    uint8_t majorities, alternatives;
    struct small_graph graphs[SMALL_ALTERNATIVES];
};

struct small_search {
    struct small *best; /* SMALL_FUNCTIONS */
    struct small_graph now;
    uint8_t values[1 + SMALL_INPUTS + SMALL_MAJORITIES];
};

static void note(struct small_search *search, unsigned index, unsigned majorities)
{
    for (unsigned flip = 0; flip < 2; flip++) {
        struct small *best = &search->best[(uint8_t)(search->values[index] ^ (flip ? 0xff : 0))];
        if (best->majorities > majorities)
            *best = (struct small){.majorities = (uint8_t)majorities};
        if (best->majorities < majorities || best->alternatives == SMALL_ALTERNATIVES)
            continue;
        search->now.output = (uint8_t)(2 * index + flip);
        best->graphs[best->alternatives++] = search->now;
    }
}

/* Of two majorities of which neither takes the other the one with the smaller operands comes first, so that a graph is found in one order only. */
static bool in_order(const struct small_search *search, unsigned majorities, const uint8_t operands[3])
{
    if (majorities == 0 || operands[2] / 2u == SMALL_INPUTS + majorities)
        return true;
    return memcmp(search->now.operands[majorities - 1], operands, 3) < 0;
}

static void search_small(struct small_search *search, unsigned majorities)
{
    unsigned available = 1 + SMALL_INPUTS + majorities;
    note(search, available - 1, majorities);
    if (majorities == SMALL_MAJORITIES)
        return;
    bool deepest = majorities + 1 == SMALL_MAJORITIES; /* it takes the one before it, or that one would be for nothing */
    for (unsigned i = 0; i < available; i++)
        for (unsigned j = i + 1; j < available; j++)
            for (unsigned k = deepest && j + 1 < available ? available - 1 : j + 1; k < available; k++)
                for (unsigned flips = 0; flips < 4; flips++) { /* the others are complements of these */
                    uint8_t a = search->values[i] ^ (flips & 1 ? 0xff : 0), b = search->values[j] ^ (flips & 2 ? 0xff : 0), c = search->values[k];
                    uint8_t operands[3] = {(uint8_t)(2 * i + (flips & 1)), (uint8_t)(2 * j + (flips >> 1)), (uint8_t)(2 * k)};
                    if (!in_order(search, majorities, operands))
                        continue;
                    memcpy(search->now.operands[majorities], operands, sizeof operands);
                    search->values[available] = (uint8_t)((a & b) | (a & c) | (b & c));
                    search_small(search, majorities + 1);
                }
}

struct synthesiser { struct small small[SMALL_FUNCTIONS]; };

static void find_small(struct small best[SMALL_FUNCTIONS])
{
    struct small_search search = {.best = best, .values = {0, 0xaa, 0xcc, 0xf0}};
    for (unsigned i = 0; i < SMALL_FUNCTIONS; i++)
        best[i].majorities = NOT_FOUND;
    for (unsigned i = 0; i <= SMALL_INPUTS; i++)
        note(&search, i, 0);
    search_small(&search, 0);
}

/* ---- the graph ---- */

struct choice { struct truth truth; unsigned cost, input, partner; bool known; }; /* partner: NO_PARTNER, or taken along in an exclusive OR */

enum { NO_PARTNER = FUNCTION_INPUTS };

enum { CHOICES = 1 << 14 }; /* functions that eight inputs have as cofactors: 3^8 */

struct builder {
    struct mig *mig;
    struct truth truths[MIG_NODES];
    const struct small *small; /* SMALL_FUNCTIONS */
    struct mig_style style;
    struct choice choices[CHOICES];
    bool full;
};

static uint16_t add_majority(struct builder *b, uint16_t x, uint16_t y, uint16_t z)
{
    struct mig *mig = b->mig;
    if (x == y || x == z || y == (z ^ 1))
        return x;
    if (y == z || x == (z ^ 1))
        return y;
    if (x == (y ^ 1))
        return z;
    uint16_t flip = (x & 1) + (y & 1) + (z & 1) >= 2; /* M(!x, !y, z) = !M(x, y, !z) */
    uint16_t operands[3] = {x ^ flip, y ^ flip, z ^ flip};
    for (unsigned i = 1; i < 3; i++) /* the complemented one first, then by number */
        for (unsigned j = i; j > 0; j--) {
            uint16_t *left = &operands[j - 1], *right = &operands[j], swap = *left;
            if ((*right & 1) > (*left & 1) || ((*right & 1) == (*left & 1) && *right < *left)) {
                *left = *right;
                *right = swap;
            }
        }
    for (unsigned node = mig->inputs + 1; node < mig->count; node++)
        if (memcmp(mig->operands[node], operands, sizeof operands) == 0)
            return (uint16_t)(2 * node + flip);
    if (mig->count == MIG_NODES) {
        b->full = true;
        return 0;
    }
    memcpy(mig->operands[mig->count], operands, sizeof operands);
    struct truth t[3];
    for (unsigned i = 0; i < 3; i++)
        t[i] = operands[i] & 1 ? truth_complement(b->truths[operands[i] / 2]) : b->truths[operands[i] / 2];
    b->truths[mig->count] = truth_majority(t[0], t[1], t[2]);
    return (uint16_t)(2 * mig->count++ + flip);
}

/* Something that is there already. */
static bool find_truth(const struct builder *b, struct truth t, uint16_t *literal)
{
    struct truth complement = truth_complement(t);
    for (unsigned node = 0; node < b->mig->count; node++) {
        bool same = truth_equal(&b->truths[node], &t);
        if (same || truth_equal(&b->truths[node], &complement)) {
            *literal = (uint16_t)(2 * node + !same);
            return true;
        }
    }
    return false;
}

static unsigned support(struct truth t, unsigned inputs, unsigned list[FUNCTION_INPUTS])
{
    unsigned count = 0;
    for (unsigned input = 0; input < inputs; input++)
        if (truth_depends(t, input))
            list[count++] = input;
    return count;
}

/* As a function of its up to three inputs. */
static uint8_t small_table(struct truth t, const unsigned *list, unsigned count)
{
    uint8_t table = 0;
    for (unsigned assignment = 0; assignment < 8; assignment++) {
        unsigned place = 0;
        for (unsigned i = 0; i < count; i++)
            place |= (assignment >> i & 1) << list[i];
        table |= (uint8_t)((t.word[place / 64] >> place % 64 & 1) << assignment);
    }
    return table;
}

/* ---- expansion around an input ---- */

/* ORDER SHAPE: majorities beside those of the cofactors that are left. */
enum shape { SHAPE_AND_ONE, SHAPE_AND_ZERO, SHAPE_OR_ONE, SHAPE_OR_ZERO, SHAPE_DIFFERENT, SHAPE_RISING, SHAPE_FALLING, SHAPE_GENERAL };

static enum shape shape_of(struct truth zero, struct truth one)
{
    struct truth none = truth_constant(false), all = truth_constant(true), complement = truth_complement(one);
    if (truth_equal(&zero, &none))
        return SHAPE_AND_ONE; /* x AND one */
    if (truth_equal(&one, &none))
        return SHAPE_AND_ZERO; /* !x AND zero */
    if (truth_equal(&zero, &all))
        return SHAPE_OR_ONE; /* !x OR one */
    if (truth_equal(&one, &all))
        return SHAPE_OR_ZERO; /* x OR zero */
    if (truth_equal(&zero, &complement))
        return SHAPE_DIFFERENT; /* x XOR zero */
    if (truth_implies(zero, one))
        return SHAPE_RISING; /* M(x, zero, one) */
    return truth_implies(one, zero) ? SHAPE_FALLING : SHAPE_GENERAL;
}

static struct choice *choose(struct builder *b, struct truth t);

static unsigned cost_around(struct builder *b, struct truth t, unsigned input)
{
    struct truth zero = truth_cofactor(t, input, false), one = truth_cofactor(t, input, true);
    switch (shape_of(zero, one)) {
    case SHAPE_AND_ONE:
    case SHAPE_OR_ONE: return 1 + choose(b, one)->cost;
    case SHAPE_AND_ZERO:
    case SHAPE_OR_ZERO: return 1 + choose(b, zero)->cost;
    case SHAPE_DIFFERENT: return 3 + choose(b, zero)->cost;
    case SHAPE_RISING:
    case SHAPE_FALLING: return 1 + choose(b, zero)->cost + choose(b, one)->cost;
    case SHAPE_GENERAL: break;
    }
    return 3 + choose(b, zero)->cost + choose(b, one)->cost;
}

static bool differs_around(struct truth t, unsigned input)
{
    struct truth one = truth_complement(truth_cofactor(t, input, true)), zero = truth_cofactor(t, input, false);
    return truth_equal(&zero, &one);
}

/* x XOR y XOR rest is three majorities, as many as x XOR rest alone. */
static void choose_pair(struct builder *b, struct truth t, const unsigned *list, unsigned count, struct choice *choice)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = i + 1; j < count && differs_around(t, list[i]); j++) {
            if (!differs_around(t, list[j]))
                continue;
            unsigned cost = 3 + choose(b, truth_cofactor(truth_cofactor(t, list[i], false), list[j], false))->cost;
            if (cost < choice->cost) {
                choice->cost = cost;
                choice->input = list[i];
                choice->partner = list[j];
            }
        }
}

/* A function and its complement cost the same: the one whose first bit is 0 is remembered. */
static struct choice *choose(struct builder *b, struct truth t)
{
    if (t.word[0] & 1)
        t = truth_complement(t);
    uint64_t hash = 0;
    for (unsigned i = 0; i < FUNCTION_WORDS; i++)
        hash = (hash ^ t.word[i]) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = hash >> 50;
    while (b->choices[at].known && !truth_equal(&b->choices[at].truth, &t))
        at = (at + 1) % CHOICES;
    struct choice *choice = &b->choices[at];
    if (choice->known)
        return choice;
    unsigned list[FUNCTION_INPUTS], count = support(t, b->mig->inputs, list);
    *choice = (struct choice){.truth = t, .known = true, .cost = UINT32_MAX / 4, .partner = NO_PARTNER};
    if (count <= SMALL_INPUTS) {
        choice->cost = b->small[small_table(t, list, count)].majorities;
        return choice;
    }
    for (unsigned i = 0; i < count; i++) {
        unsigned cost = cost_around(b, t, list[i]);
        if (cost < choice->cost) {
            choice->cost = cost;
            choice->input = list[i];
        }
    }
    if (b->style.pairs)
        choose_pair(b, t, list, count, choice);
    return choice;
}

/* ---- building what was chosen ---- */

static uint16_t build(struct builder *b, struct truth t);

/* `from`: literals of the inputs. */
static uint16_t build_small(struct builder *b, uint8_t function, const uint16_t from[SMALL_INPUTS])
{
    const struct small *small = &b->small[function];
    const struct small_graph *graph = &small->graphs[b->style.alternative % small->alternatives];
    uint16_t literals[1 + SMALL_INPUTS + SMALL_MAJORITIES] = {0};
    memcpy(&literals[1], from, SMALL_INPUTS * sizeof *from);
    for (unsigned i = 0; i < small->majorities; i++) {
        uint16_t operands[3];
        for (unsigned k = 0; k < 3; k++)
            operands[k] = literals[graph->operands[i][k] / 2] ^ (graph->operands[i][k] & 1);
        literals[1 + SMALL_INPUTS + i] = add_majority(b, operands[0], operands[1], operands[2]);
    }
    return literals[graph->output / 2] ^ (graph->output & 1);
}

static uint16_t build_pair(struct builder *b, struct truth t, unsigned input, unsigned partner)
{
    enum { PARITY_OF_THREE = 0x96 };
    uint16_t rest = build(b, truth_cofactor(truth_cofactor(t, input, false), partner, false));
    return build_small(b, PARITY_OF_THREE, (uint16_t[]){(uint16_t)(2 * (input + 1)), (uint16_t)(2 * (partner + 1)), rest});
}

static uint16_t build_around(struct builder *b, struct truth t, unsigned input)
{
    struct truth zero = truth_cofactor(t, input, false), one = truth_cofactor(t, input, true);
    uint16_t x = (uint16_t)(2 * (input + 1)), left, right;
    switch (shape_of(zero, one)) {
    case SHAPE_AND_ONE: return add_majority(b, x, build(b, one), 0);
    case SHAPE_AND_ZERO: return add_majority(b, x ^ 1, build(b, zero), 0);
    case SHAPE_OR_ONE: return add_majority(b, x ^ 1, build(b, one), 1);
    case SHAPE_OR_ZERO: return add_majority(b, x, build(b, zero), 1);
    case SHAPE_RISING: left = build(b, zero); return add_majority(b, x, left, build(b, one));
    case SHAPE_FALLING: left = build(b, zero); return add_majority(b, x ^ 1, left, build(b, one));
    case SHAPE_DIFFERENT:
        left = build(b, zero);
        right = left ^ 1;
        break;
    default:
        left = build(b, zero);
        right = build(b, one);
        break;
    }
    left = add_majority(b, x ^ 1, left, 0);
    return add_majority(b, left, add_majority(b, x, right, 0), 1);
}

static uint16_t build(struct builder *b, struct truth t)
{
    uint16_t literal;
    unsigned list[FUNCTION_INPUTS] = {0}, count = support(t, b->mig->inputs, list);
    if (find_truth(b, t, &literal))
        return literal;
    if (count <= SMALL_INPUTS) {
        uint16_t from[SMALL_INPUTS];
        for (unsigned i = 0; i < SMALL_INPUTS; i++)
            from[i] = (uint16_t)(2 * (list[i] + 1));
        return build_small(b, small_table(t, list, count), from);
    }
    const struct choice *choice = choose(b, t);
    if (choice->partner != NO_PARTNER)
        return build_pair(b, t, choice->input, choice->partner);
    return build_around(b, t, choice->input);
}

struct synthesiser *synthesiser_open(void)
{
    struct synthesiser *synthesiser = malloc(sizeof *synthesiser);
    if (synthesiser)
        find_small(synthesiser->small);
    return synthesiser;
}

void synthesiser_close(struct synthesiser *synthesiser)
{
    free(synthesiser);
}

bool mig_build(const struct synthesiser *synthesiser, const struct bitserial_function *function, struct mig_style style, struct mig *mig)
{
    struct builder *b = calloc(1, sizeof *b);
    struct truth t;
    if (!b)
        return false;
    *mig = (struct mig){.inputs = function->inputs, .count = function->inputs + 1};
    b->mig = mig;
    b->style = style;
    for (unsigned i = 0; i < function->inputs; i++)
        b->truths[i + 1] = truth_input(i);
    b->small = synthesiser->small;
    memcpy(&t, function->table, sizeof t);
    mig->output = build(b, t);
    bool good = !b->full;
    free(b);
    return good;
}

unsigned mig_alternatives(const struct synthesiser *synthesiser, const struct bitserial_function *function)
{
    struct truth t;
    unsigned list[FUNCTION_INPUTS] = {0};
    memcpy(&t, function->table, sizeof t);
    unsigned count = support(t, function->inputs, list);
    return count <= SMALL_INPUTS ? synthesiser->small[small_table(t, list, count)].alternatives : 1;
}
