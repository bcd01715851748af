/* A beam search over what the six compute cells hold.
 *
 * A state is the literal in each cell and the majorities that stand in scratch rows. A step is one command: a copy of a literal to any address of the
 * B group, complemented by the n-wordline of a dual-contact cell, or a majority, kept in place (AP) or copied on at once (AAP). So an address of two
 * or three wordlines makes several copies, or a value and its complement, in one command, and a majority and the copy of its result are one.
 * Only majorities of the graph are computed. Of each depth the states survive that seem to need the fewest further commands; the number of states that
 * are looked at is bounded, and nothing depends on time, so that the same graph gives the same program.
 */
#include "schedule_search.h"

#include <stdlib.h>
#include <string.h>

enum {
    EMPTY = 0xffff,                                          /* a cell whose content nobody wants */
    NODES = 1 + FUNCTION_INPUTS + SEARCH_MAJORITIES,         /* constant, inputs, majorities */
    LITERALS = 2 * NODES,
    BEAM_WIDEST = 160,
    BEAM_WORK = 400,                                        /* states of a depth x majorities: what bounds the time */
    CHILDREN = 512,                                          /* of one state, most */
    TRIPLES = 4,                                             /* B12 to B15 */
    COMMAND = 4, LEAF = 3, INNER = 1,                        /* estimates in quarters of a command */
};

/* Cells of the addresses with three wordlines, as bit sets; all of them see the cells as they are. ORDER CELL */
static const uint8_t triple_cells[TRIPLES] = {0x07, 0x0e, 0x16, 0x29};

struct state {
    uint16_t cells[BITSERIAL_CELLS]; /* literals */
    uint64_t stored[2];              /* majorities in scratch rows, and complements of majorities */
    struct bitserial_command command; /* that led here */
    uint32_t parent;
    uint32_t estimate;
};

struct search {
    unsigned first, count;                   /* first majority's node, majorities */
    uint16_t operands[SEARCH_MAJORITIES][3]; /* literals, earlier ones first */
    uint16_t output;
    struct state *states;                    /* all that survived, depth after depth */
    size_t state_count, depth_begin;
    struct state *children;                  /* of the whole depth */
    size_t child_count;
    uint32_t *set;                           /* hash table of the children: index + 1 */
    size_t set_size;
    unsigned beam;
};

/* What a state still has to do. */
struct outlook {
    uint64_t available, needed, ready; /* majorities */
    uint8_t wanted[NODES];             /* 1: operand of a needed one, or the output; 2: of a ready one */
};

/* ---- the graph, only what the output needs ---- */

static unsigned renumber(struct search *s, const struct mig *mig, unsigned node, uint16_t *numbers)
{
    if (node <= mig->inputs || numbers[node])
        return node <= mig->inputs ? node : numbers[node];
    uint16_t operands[3];
    for (unsigned i = 0; i < 3; i++)
        operands[i] = (uint16_t)(2 * renumber(s, mig, mig->operands[node][i] / 2, numbers) + (mig->operands[node][i] & 1));
    if (s->count < SEARCH_MAJORITIES)
        memcpy(s->operands[s->count], operands, sizeof operands);
    numbers[node] = (uint16_t)(s->first + s->count++);
    return numbers[node];
}

/* ---- outlook ---- */

static bool majority_bit(const struct search *s, unsigned node, uint64_t set)
{
    return node >= s->first && (set >> (node - s->first) & 1);
}

static void want_operands(const struct search *s, struct outlook *o, unsigned j)
{
    bool ready = true;
    for (unsigned k = 0; k < 3; k++) {
        unsigned node = s->operands[j][k] / 2;
        if (node >= s->first && !majority_bit(s, node, o->available)) {
            o->needed |= UINT64_C(1) << (node - s->first);
            ready = false;
        }
    }
    for (unsigned k = 0; k < 3; k++)
        o->wanted[s->operands[j][k] / 2] |= ready ? 3 : 1;
    o->ready |= (uint64_t)ready << j;
}

static void look(const struct search *s, const struct state *state, struct outlook *o)
{
    *o = (struct outlook){.available = state->stored[0] | state->stored[1]};
    for (unsigned cell = 0; cell < BITSERIAL_CELLS; cell++)
        if (state->cells[cell] != EMPTY && state->cells[cell] / 2 >= s->first)
            o->available |= UINT64_C(1) << (state->cells[cell] / 2 - s->first);
    unsigned output = s->output / 2;
    o->wanted[output] = 3;
    if (!majority_bit(s, output, o->available))
        o->needed |= UINT64_C(1) << (output - s->first);
    for (unsigned j = s->count; j-- > 0;)
        if (o->needed >> j & 1)
            want_operands(s, o, j);
}

/* Operands that are still to be brought for a majority whose operands are all there: the best of four addresses and two polarities. */
static unsigned missing(const uint16_t operands[3], const uint8_t places[LITERALS])
{
    unsigned best = 3;
    for (unsigned flip = 0; flip < 2; flip++) {
        uint8_t a = places[operands[0] ^ flip], b = places[operands[1] ^ flip], c = places[operands[2] ^ flip];
        for (unsigned triple = 0; triple < TRIPLES; triple++) {
            uint8_t cells = triple_cells[triple];
            unsigned count = !(a & cells) + !(b & cells) + !(c & cells);
            best = count < best ? count : best;
        }
    }
    return best;
}

/* A majority is a command; what has to be brought costs less than one each, since one command may bring two. */
static uint32_t estimate(const struct search *s, const struct state *state, const struct outlook *o)
{
    uint8_t places[LITERALS] = {0};
    for (unsigned cell = 0; cell < BITSERIAL_CELLS; cell++)
        if (state->cells[cell] != EMPTY)
            places[state->cells[cell]] |= (uint8_t)(1 << cell);
    uint32_t total = o->needed == 0 ? COMMAND : 0;
    for (uint64_t left = o->needed; left; left &= left - 1) {
        unsigned j = (unsigned)__builtin_ctzll(left);
        const uint16_t *operands = s->operands[j];
        total += COMMAND;
        if (o->ready >> j & 1) {
            total += LEAF * missing(operands, places);
            continue;
        }
        for (unsigned k = 0; k < 3; k++) {
            bool there = operands[k] / 2 < s->first || majority_bit(s, operands[k] / 2, o->available);
            total += !there ? INNER : places[operands[k]] || places[operands[k] ^ 1] ? INNER : LEAF;
        }
    }
    return total;
}

/* ---- steps ---- */

static bool same_state(const struct state *a, const struct state *b)
{
    return memcmp(a->cells, b->cells, sizeof a->cells) == 0 && a->stored[0] == b->stored[0] && a->stored[1] == b->stored[1];
}

static size_t hash_state(const struct state *state)
{
    uint64_t hash = state->stored[0] * UINT64_C(0x9e3779b97f4a7c15) ^ state->stored[1] * UINT64_C(0xc2b2ae3d27d4eb4f);
    for (unsigned cell = 0; cell < BITSERIAL_CELLS; cell++)
        hash = (hash ^ state->cells[cell]) * UINT64_C(0x100000001b3) + (hash >> 29);
    return hash ^ hash >> 32;
}

/* Forget what nobody wants, so that states that differ in nothing else are one; keep the child unless it is there already. */
static void add_child(struct search *s, struct state *child)
{
    struct outlook o;
    look(s, child, &o);
    for (unsigned cell = 0; cell < BITSERIAL_CELLS; cell++)
        if (child->cells[cell] != EMPTY && !o.wanted[child->cells[cell] / 2])
            child->cells[cell] = EMPTY;
    size_t at = hash_state(child) % s->set_size;
    for (; s->set[at]; at = (at + 1) % s->set_size)
        if (same_state(&s->children[s->set[at] - 1], child))
            return;
    if (s->child_count == (size_t)CHILDREN * s->beam)
        return;
    child->estimate = estimate(s, child, &o);
    s->children[s->child_count++] = *child;
    s->set[at] = (uint32_t)s->child_count;
}

/* Rows of the program before scratch rows are shared: one for each majority and each complement. */
static bitserial_row provisional(const struct search *s, uint16_t literal)
{
    return (bitserial_row)(SYNTHESIS_SCRATCH + literal - 2 * s->first);
}

/* Both ports of a dual-contact cell in one command are a fault. */
static bool ports_clash(bitserial_row from, unsigned to)
{
    if (!bitserial_is_b(from))
        return false;
    const struct bitserial_opening *first = &bitserial_openings[from - BITSERIAL_B], *second = &bitserial_openings[to];
    for (unsigned i = 0; i < first->count; i++)
        for (unsigned k = 0; k < second->count; k++)
            if (first->wordlines[i].cell == second->wordlines[k].cell && first->wordlines[i].complement != second->wordlines[k].complement)
                return true;
    return false;
}

/* Everywhere that a literal can go. `base` is the state after the first activation. */
static void copy_everywhere(struct search *s, const struct state *base, bitserial_row from, uint16_t literal, const struct outlook *o)
{
    for (unsigned to = 0; to < BITSERIAL_B_ADDRESSES; to++) {
        struct state child = *base;
        bool changes = false;
        if (ports_clash(from, to))
            continue;
        for (unsigned i = 0; i < bitserial_openings[to].count; i++) {
            struct bitserial_wordline line = bitserial_openings[to].wordlines[i];
            uint16_t now = literal ^ line.complement;
            changes |= child.cells[line.cell] != now;
            child.cells[line.cell] = now;
        }
        child.command = (struct bitserial_command){from, (bitserial_row)(BITSERIAL_B + to)};
        if (changes)
            add_child(s, &child);
    }
    unsigned node = literal / 2;
    if (node < s->first || majority_bit(s, node, base->stored[0] | base->stored[1]) || !o->wanted[node])
        return;
    struct state child = *base;
    child.stored[literal & 1] |= UINT64_C(1) << (node - s->first);
    child.command = (struct bitserial_command){from, provisional(s, literal)};
    add_child(s, &child);
}

/* The literal that a majority of three cells is: of the graph, or EMPTY. */
static uint16_t majority_of(const struct search *s, const struct state *state, unsigned triple)
{
    uint16_t seen[3];
    unsigned count = 0;
    for (unsigned cell = 0; cell < BITSERIAL_CELLS; cell++)
        if (triple_cells[triple] >> cell & 1) {
            if (state->cells[cell] == EMPTY)
                return EMPTY;
            seen[count++] = state->cells[cell];
        }
    for (unsigned j = 0; j < s->count; j++)
        for (uint16_t flip = 0; flip < 2; flip++) {
            unsigned found = 0;
            for (unsigned k = 0; k < 3; k++) {
                uint16_t operand = s->operands[j][k] ^ flip;
                found += seen[0] == operand || seen[1] == operand || seen[2] == operand;
            }
            if (found == 3)
                return (uint16_t)(2 * (s->first + j) + flip);
        }
    return EMPTY;
}

static bool finish(struct state *child, bitserial_row from)
{
    child->command = (struct bitserial_command){from, SYNTHESIS_RESULT};
    return true;
}

static bool step_majorities(struct search *s, struct state *child, const struct state *state, const struct outlook *o)
{
    for (unsigned triple = 0; triple < TRIPLES; triple++) {
        uint16_t literal = majority_of(s, state, triple);
        bitserial_row from = (bitserial_row)(BITSERIAL_B + 12 + triple);
        if (literal == EMPTY || !o->wanted[literal / 2])
            continue;
        if (literal == s->output)
            return finish(child, from);
        struct state after = *child;
        for (unsigned cell = 0; cell < BITSERIAL_CELLS; cell++)
            if (triple_cells[triple] >> cell & 1)
                after.cells[cell] = literal;
        after.command = (struct bitserial_command){from, BITSERIAL_NO_ROW};
        struct state kept = after;
        add_child(s, &kept);
        copy_everywhere(s, &after, from, literal, o);
    }
    return false;
}

static bool step_literal(struct search *s, struct state *child, bitserial_row from, uint16_t literal, const struct outlook *o)
{
    if (literal == s->output)
        return finish(child, from);
    if (o->wanted[literal / 2] & 2)
        copy_everywhere(s, child, from, literal, o);
    return false;
}

/* All states after one more command. True: this command ends the program; it is in `last`. */
static bool expand(struct search *s, uint32_t index, struct state *last)
{
    static const uint8_t ports[8] = {BITSERIAL_T0, BITSERIAL_T1, BITSERIAL_T2, BITSERIAL_T3, BITSERIAL_DCC0, BITSERIAL_DCC0, BITSERIAL_DCC1, BITSERIAL_DCC1};
    struct state state = s->states[index], *child = last;
    struct outlook o;
    look(s, &state, &o);
    *child = state;
    child->parent = index;
    if (step_majorities(s, child, &state, &o))
        return true;
    for (unsigned constant = 0; constant < 2; constant++)
        if (step_literal(s, child, constant ? BITSERIAL_C1 : BITSERIAL_C0, (uint16_t)constant, &o))
            return true;
    for (unsigned node = 1; node < s->first; node++)
        if (step_literal(s, child, (bitserial_row)(node - 1), (uint16_t)(2 * node), &o))
            return true;
    for (unsigned flip = 0; flip < 2; flip++)
        for (uint64_t left = state.stored[flip]; left; left &= left - 1) {
            uint16_t literal = (uint16_t)(2 * (s->first + (unsigned)__builtin_ctzll(left)) + flip);
            if (step_literal(s, child, provisional(s, literal), literal, &o))
                return true;
        }
    for (unsigned port = 0; port < sizeof ports; port++) {
        uint16_t content = state.cells[ports[port]];
        uint16_t literal = content ^ bitserial_openings[port].wordlines[0].complement;
        bool in_rows = content / 2 < s->first && !(literal & 1); /* which step there is already */
        if (content != EMPTY && !in_rows && step_literal(s, child, (bitserial_row)(BITSERIAL_B + port), literal, &o))
            return true;
    }
    return false;
}

/* ---- depth after depth ---- */

static int by_estimate(const void *left, const void *right)
{
    const struct state *a = left, *b = right;
    if (a->estimate != b->estimate)
        return a->estimate < b->estimate ? -1 : 1;
    if (a->parent != b->parent)
        return a->parent < b->parent ? -1 : 1;
    if (a->command.first != b->command.first)
        return a->command.first < b->command.first ? -1 : 1;
    return a->command.second < b->command.second ? -1 : a->command.second > b->command.second;
}

/* The children become the next depth. */
static void survive(struct search *s)
{
    qsort(s->children, s->child_count, sizeof *s->children, by_estimate);
    size_t count = s->child_count < s->beam ? s->child_count : s->beam;
    s->depth_begin = s->state_count;
    memcpy(&s->states[s->state_count], s->children, count * sizeof *s->states);
    s->state_count += count;
    s->child_count = 0;
    memset(s->set, 0, s->set_size * sizeof *s->set);
}

static bool run(struct search *s, size_t bound, struct state *last)
{
    s->states[0] = (struct state){.cells = {EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY}};
    s->state_count = 1;
    s->depth_begin = 0;
    for (size_t depth = 1; depth < bound; depth++) {
        size_t end = s->state_count;
        for (size_t i = s->depth_begin; i < end; i++)
            if (expand(s, (uint32_t)i, last))
                return true;
        if (s->child_count == 0)
            return false;
        survive(s);
    }
    return false;
}

/* ---- the program ---- */

static bool in_scratch(bitserial_row row)
{
    return bitserial_is_d(row) && row >= SYNTHESIS_SCRATCH;
}

/* A scratch row that nobody reads need not be written. */
static void drop_dead_stores(struct microprogram *program)
{
    bool read[LITERALS] = {false};
    size_t kept = program->count;
    for (size_t i = program->count; i-- > 0;) {
        struct bitserial_command command = program->commands[i];
        if (in_scratch(command.second) && !read[command.second - SYNTHESIS_SCRATCH])
            command.second = BITSERIAL_NO_ROW;
        if (in_scratch(command.first))
            read[command.first - SYNTHESIS_SCRATCH] = true;
        if (command.second != BITSERIAL_NO_ROW || bitserial_wordlines(command.first) == 3)
            program->commands[--kept] = command;
    }
    program->count -= kept;
    memmove(program->commands, program->commands + kept, program->count * sizeof *program->commands);
}

/* From one row a literal to as few rows as lifetimes allow. Returns how many. */
static unsigned share_rows(struct microprogram *program)
{
    size_t last_use[LITERALS] = {0};
    bitserial_row rows[LITERALS];
    bool taken[LITERALS] = {false};
    unsigned most = 0;
    for (size_t i = 0; i < program->count; i++)
        if (in_scratch(program->commands[i].first))
            last_use[program->commands[i].first - SYNTHESIS_SCRATCH] = i;
    for (size_t i = 0; i < program->count; i++) {
        struct bitserial_command *command = &program->commands[i];
        if (in_scratch(command->first)) {
            unsigned literal = command->first - SYNTHESIS_SCRATCH;
            command->first = rows[literal];
            taken[rows[literal] - SYNTHESIS_SCRATCH] = last_use[literal] != i;
        }
        if (in_scratch(command->second)) {
            unsigned row = 0, literal = command->second - SYNTHESIS_SCRATCH;
            while (taken[row])
                row++;
            taken[row] = true;
            most = row + 1 > most ? row + 1 : most;
            command->second = rows[literal] = (bitserial_row)(SYNTHESIS_SCRATCH + row);
        }
    }
    return most;
}

static void trace_back(const struct search *s, const struct state *last, struct microprogram *program)
{
    size_t count = 0;
    for (const struct state *state = last;; state = &s->states[state->parent]) {
        microprogram_aap(program, state->command.first, state->command.second); /* the second may be none */
        count++;
        if (state->parent == 0)
            break;
    }
    for (size_t i = 0; !program->failed && i < count / 2; i++) {
        struct bitserial_command swap = program->commands[i];
        program->commands[i] = program->commands[count - 1 - i];
        program->commands[count - 1 - i] = swap;
    }
}

bool schedule_search(const struct mig *mig, size_t bound, struct microprogram *program, unsigned *scratch_rows)
{
    static const struct search nothing;
    struct search s = nothing;
    uint16_t numbers[MIG_NODES] = {0};
    struct state last;
    s.first = mig->inputs + 1;
    s.output = (uint16_t)(2 * renumber(&s, mig, mig->output / 2, numbers) + (mig->output & 1));
    if (s.count == 0 || s.count > SEARCH_MAJORITIES)
        return false;
    s.beam = BEAM_WORK / s.count < BEAM_WIDEST ? BEAM_WORK / s.count : BEAM_WIDEST;
    s.set_size = 2 * (size_t)CHILDREN * s.beam;
    s.states = malloc((bound * s.beam + 1) * sizeof *s.states);
    s.children = malloc((size_t)CHILDREN * s.beam * sizeof *s.children);
    s.set = calloc(s.set_size, sizeof *s.set);
    bool good = s.states && s.children && s.set && run(&s, bound, &last);
    if (good) {
        trace_back(&s, &last, program);
        good = !program->failed;
    }
    if (good) {
        drop_dead_stores(program);
        *scratch_rows = share_rows(program);
    }
    free(s.states);
    free(s.children);
    free(s.set);
    return good;
}
