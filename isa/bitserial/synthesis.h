/* From a Boolean function of up to eight inputs to a micro-program, so that users can have operations of their own.
 *
 * A function is a truth table: bit i is its value where input k is bit k of i. It becomes graphs of majorities and complements (MIGs): functions
 * of three inputs by every smallest graph, others by the cheapest expansion around an input, found by dynamic programming; equal nodes are
 * shared. Graphs are scheduled on the compute rows, small ones by a search over what the cells hold; the shortest program is taken. SIMDRAM
 * (Hajinazar, Oliveira et al., ASPLOS 2021) has the same two steps, by rewriting with the axioms of MIGs and by linear scan.
 */
#ifndef SYNTHESIS_H
#define SYNTHESIS_H

#include "microprogram.h"
#include "pim_error.h"

enum { FUNCTION_INPUTS = 8, FUNCTION_WORDS = (1 << FUNCTION_INPUTS) / 64 };

struct bitserial_function {
    unsigned inputs;
    uint64_t table[FUNCTION_WORDS]; /* repeated beyond 2^inputs bits */
};

/* "a & b | !c": inputs a to h, ! & ^ | and ?:, maj(x, y, z), 0, 1, parentheses; or a truth table, "0xe8/3": digits and inputs. Errors name the
 * column. */
enum pim_status bitserial_function_parse(const char *text, struct bitserial_function *function, struct pim_error *error);
/* The value for an assignment of the inputs. */
bool bitserial_function_value(const struct bitserial_function *function, unsigned assignment);

/* Literals: 2 x node, + 1 when complemented. Node 0 is the constant 0, nodes 1 to inputs the inputs, the rest majorities of earlier literals, of
 * which at most the first is complemented. */
enum { MIG_NODES = 1024 };
struct mig {
    unsigned inputs, count;
    uint16_t operands[MIG_NODES][3];
    uint16_t output;
};

/* Knows all functions of three inputs, which takes some milliseconds to find out. NULL: out of memory. */
struct synthesiser *synthesiser_open(void);
void synthesiser_close(struct synthesiser *synthesiser);

/* Rows of a synthesised program: the inputs from 0 on, which it leaves alone, the result, scratch rows. */
enum { SYNTHESIS_RESULT = FUNCTION_INPUTS, SYNTHESIS_SCRATCH };

struct synthesis {
    struct microprogram program;
    unsigned inputs, majorities, scratch_rows;
};

/* False: the function needs more majorities than there is room for, or there is no memory. Release with synthesis_free. */
bool bitserial_synthesise(const struct synthesiser *synthesiser, const struct bitserial_function *function, struct synthesis *result);
void synthesis_free(struct synthesis *result);

/* Append the program with rows of the caller's: none twice, scratch_rows rows of scratch. */
void synthesis_place(const struct synthesis *synthesis, const bitserial_row *inputs, bitserial_row destination, const bitserial_row *scratch,
                     struct microprogram *program);

/* Commands of the schedule that was made by hand for this very function, and what it is called; 0: there is none. */
size_t bitserial_hand_schedule(const struct bitserial_function *function, const char **name);

/* ---- its parts ---- */

/* Ways to expand: `alternative` chooses among smallest graphs of three inputs, `pairs` takes two inputs of an exclusive OR at once. */
struct mig_style { unsigned alternative; bool pairs; };

/* False: too many majorities, or no memory. */
bool mig_build(const struct synthesiser *synthesiser, const struct bitserial_function *function, struct mig_style style, struct mig *mig);
/* Smallest graphs that are known of a function of up to three inputs; 1 for others. */
unsigned mig_alternatives(const struct synthesiser *synthesiser, const struct bitserial_function *function);

/* Majorities that the output needs. */
unsigned mig_size(const struct mig *mig);

/* One pass, for a graph of any size; rows as above. Returns the scratch rows it needs. */
unsigned mig_schedule(const struct mig *mig, struct microprogram *program);

#endif
