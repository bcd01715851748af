/* From a Boolean function of up to eight inputs to a micro-program, so that users can have operations of their own.
 *
 * A function is a truth table: bit i is its value where input k is bit k of i. It becomes a graph of majorities and complements (a MIG): functions
 * of three inputs exactly, others by the cheapest expansion around an input, found by dynamic programming; equal nodes are
 * shared. The graph is then scheduled on the compute rows. SIMDRAM (Hajinazar, Oliveira et al., ASPLOS 2021) has the same two steps, by
 * rewriting with the axioms of MIGs and by linear scan.
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

/* False: it needs more nodes than there is room for, or there is no memory. */
bool bitserial_synthesise(const struct synthesiser *synthesiser, const struct bitserial_function *function, struct mig *mig);

/* Majorities that the output needs. */
unsigned mig_size(const struct mig *mig);

/* Append the program: a row for each input, which it leaves alone, one for the result, which is none of them, and mig_scratch rows. */
unsigned mig_scratch(const struct mig *mig);
void mig_schedule(const struct mig *mig, const bitserial_row *inputs, bitserial_row destination, const bitserial_row *scratch,
                  struct microprogram *program);

#endif
