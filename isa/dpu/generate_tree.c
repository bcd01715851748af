/* The decision tree of the decoder: each node looks at a few neighbouring bits of the word, each
 * leaf is one form or none.
 *
 * A form survives at a node while the bits seen so far agree with its fixed bits and leave at
 * least one allowed value for each of its register and condition fields. Equal subtrees are
 * stored once. The bits of a node are chosen greedily: those that leave the fewest forms per
 * child, with a small price for each bit.
 */
#include "generate.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_NODES = 16384,
    MAX_CHILDREN = 1 << 20,
    MAX_NODE_BITS = 6,
    MAX_DEPTH = 8,
    FIRST_NODE =
        1024 /* child values: 0 undefined, 1 + form, FIRST_NODE + node. ORDER DPU CHILD: dpu_isa.c */
};

/* A field that does not take all of its values: `allowed` is indexed by the bits at `positions`. */
struct restriction {
    int positions[6], bits;
    uint64_t word_mask, allowed;
};

struct candidate {
    uint64_t match, mask;
    struct restriction restrictions[MAX_OPERANDS];
    int restriction_count;
};

struct node {
    int shift, bits, first;
};

struct tree {
    struct candidate candidates[MAX_FORMS];
    struct node nodes[MAX_NODES];
    int node_count;
    uint16_t children[MAX_CHILDREN];
    int child_count;
    int depth;
    const struct table *table;
};

/* What is known about a word: the bits in mask have the value of bits. */
struct known {
    uint64_t mask, bits;
};

static uint64_t allowed_values(const struct form *form, const struct operand_row *operand)
{
    if (operand->kind->registers)
        return operand->kind->registers;
    return strcmp(operand->kind->name, "condition") == 0 ? form->condition_class->accepted : 0;
}

static void add_restriction(struct candidate *candidate, const struct operand_row *operand,
                            uint64_t allowed)
{
    struct restriction *restriction = &candidate->restrictions[candidate->restriction_count];
    int value_bits[6];
    memset(restriction, 0, sizeof *restriction);
    for (int i = 0; i < operand->piece_count; i++)
        for (int bit = 0; bit < operand->pieces[i].bits; bit++) {
            value_bits[restriction->bits] = operand->pieces[i].value_bit + bit;
            restriction->positions[restriction->bits++] = operand->pieces[i].word_bit + bit;
        }
    int excluded = 0;
    for (unsigned packed = 0; packed < 1u << restriction->bits; packed++) {
        unsigned value = 0;
        for (int i = 0; i < restriction->bits; i++)
            value |= (packed >> i & 1) << value_bits[i];
        if (allowed >> value & 1)
            restriction->allowed |= UINT64_C(1) << packed;
        else
            excluded++;
    }
    restriction->word_mask = operand->word_mask;
    if (excluded)
        candidate->restriction_count++;
}

static void fill_candidate(struct candidate *candidate, const struct form *form, bool loose)
{
    candidate->mask = loose ? form->loose_mask : form->mask;
    candidate->match = form->match & candidate->mask;
    for (int i = 0; i < form->operand_count; i++) {
        uint64_t allowed = allowed_values(form, form->operands[i]);
        if (allowed && form->operands[i]->bits)
            add_restriction(candidate, form->operands[i], allowed);
    }
}

static bool leaves_a_value(const struct restriction *restriction, struct known known)
{
    unsigned mask = 0, bits = 0;
    for (int i = 0; i < restriction->bits; i++) {
        mask |= (unsigned)(known.mask >> restriction->positions[i] & 1) << i;
        bits |= (unsigned)(known.bits >> restriction->positions[i] & 1) << i;
    }
    for (unsigned value = 0; value < 1u << restriction->bits; value++)
        if (restriction->allowed >> value & 1 && !((value ^ bits) & mask))
            return true;
    return false;
}

/* Does the form survive `known`, when only the bits in `fresh` are new? */
static bool survives(const struct candidate *candidate, struct known known, uint64_t fresh)
{
    if ((candidate->match ^ known.bits) & candidate->mask & known.mask)
        return false;
    for (int i = 0; i < candidate->restriction_count; i++)
        if (candidate->restrictions[i].word_mask & fresh &&
            !leaves_a_value(&candidate->restrictions[i], known))
            return false;
    return true;
}

static struct known child_of(struct known known, int shift, int bits, unsigned value)
{
    known.mask |= ((UINT64_C(1) << bits) - 1) << shift;
    known.bits |= (uint64_t)value << shift;
    return known;
}

/* Mean of the squared number of survivors, with 15 % on top for each bit; below 0 when the bits
 * tell nothing. */
static double cost_of(const struct tree *tree, const uint16_t *forms, int count, struct known known,
                      int shift, int bits)
{
    double squares = 0;
    int most = 0;
    for (unsigned value = 0; value < 1u << bits; value++) {
        struct known child = child_of(known, shift, bits, value);
        int survivors = 0;
        for (int i = 0; i < count; i++)
            survivors += survives(&tree->candidates[forms[i]], child, child.mask & ~known.mask);
        squares += (double)survivors * survivors;
        most = survivors > most ? survivors : most;
    }
    return most == count ? -1 : squares / (1 << bits) * (1 + 0.15 * bits);
}

static bool choose_bits(const struct tree *tree, const uint16_t *forms, int count,
                        struct known known, struct node *node)
{
    double best = -1;
    for (int bits = 1; bits <= MAX_NODE_BITS; bits++)
        for (int shift = 0; shift + bits <= WORD_BITS; shift++) {
            if (child_of(known, shift, bits, 0).mask == known.mask ||
                known.mask & ((UINT64_C(1) << bits) - 1) << shift)
                continue;
            double cost = cost_of(tree, forms, count, known, shift, bits);
            if (cost < 0 || (best >= 0 && cost >= best))
                continue;
            best = cost;
            node->shift = shift;
            node->bits = bits;
        }
    return best >= 0;
}

/* The number of an equal node, or of a new one. */
static int intern(struct tree *tree, struct node node, const uint16_t *children)
{
    size_t bytes = sizeof *children << node.bits;
    for (int i = 0; i < tree->node_count; i++)
        if (tree->nodes[i].shift == node.shift && tree->nodes[i].bits == node.bits &&
            memcmp(&tree->children[tree->nodes[i].first], children, bytes) == 0)
            return i;
    if (tree->node_count == MAX_NODES || tree->child_count + (1 << node.bits) > MAX_CHILDREN)
        fail(tree->table, 0, "the decision tree is too large");
    node.first = tree->child_count;
    memcpy(&tree->children[node.first], children, bytes);
    tree->child_count += 1 << node.bits;
    tree->nodes[tree->node_count] = node;
    return tree->node_count++;
}

static uint16_t build(struct tree *tree, const uint16_t *forms, int count, struct known known,
                      int depth)
{
    if (count == 0)
        return 0;
    if (count == 1)
        return (uint16_t)(forms[0] + 1);
    struct node node = {0};
    const struct form *first = &tree->table->forms[forms[0]];
    if (depth == MAX_DEPTH || !choose_bits(tree, forms, count, known, &node))
        fail(tree->table, first->line, "%s and %s share words", first->name,
             tree->table->forms[forms[1]].name);
    tree->depth = depth + 1 > tree->depth ? depth + 1 : tree->depth;
    uint16_t children[1 << MAX_NODE_BITS], survivors[MAX_FORMS];
    for (unsigned value = 0; value < 1u << node.bits; value++) {
        struct known child = child_of(known, node.shift, node.bits, value);
        int survivor_count = 0;
        for (int i = 0; i < count; i++)
            if (survives(&tree->candidates[forms[i]], child, child.mask & ~known.mask))
                survivors[survivor_count++] = forms[i];
        children[value] = build(tree, survivors, survivor_count, child, depth + 1);
    }
    return (uint16_t)(FIRST_NODE + intern(tree, node, children));
}

void write_tree(FILE *out, const struct table *table, bool loose, const char *name)
{
    struct tree *tree = calloc(1, sizeof *tree);
    if (!tree)
        fail(table, 0, "out of memory");
    if (table->base_count >= FIRST_NODE)
        fail(table, 0, "more than %d base forms", FIRST_NODE - 1);
    tree->table = table;
    uint16_t forms[MAX_FORMS];
    for (int i = 0; i < table->base_count; i++) {
        fill_candidate(&tree->candidates[i], &table->forms[i], loose);
        forms[i] = (uint16_t)i;
    }
    uint16_t root = build(tree, forms, table->base_count, (struct known){0, 0}, 0);
    fprintf(out, "enum { %s_root = %d, %s_depth = %d };\n", name, root, name, tree->depth);
    fprintf(out, "static const struct dpu_node %s_nodes[] = {\n", name);
    for (int i = 0; i < tree->node_count; i++)
        fprintf(out, "{%d, %d, %d},\n", tree->nodes[i].shift, tree->nodes[i].bits,
                tree->nodes[i].first);
    fprintf(out, "};\nstatic const uint16_t %s_children[] = {", name);
    for (int i = 0; i < tree->child_count; i++)
        fprintf(out, "%s%d,", i % 16 ? "" : "\n", tree->children[i]);
    fprintf(out, "\n};\n");
    free(tree);
}
