/* Functions that the generators have a schedule for, made by hand, to compare with. */
#include "operations.h"
#include "synthesis.h"

#include <stdio.h>
#include <string.h>

/* Commands come from the generators; `width` is the inputs of a reduction. */
struct hand { const char *name, *function; enum bitserial_operation operation; };

static const struct hand hands[] = {
    {"copy", "a", BITSERIAL_COPY},       {"not", "!a", BITSERIAL_NOT},       {"and", "a & b", BITSERIAL_AND},
    {"or", "a | b", BITSERIAL_OR},       {"xor", "a ^ b", BITSERIAL_XOR},    {"nand", "!(a & b)", BITSERIAL_NAND},
    {"nor", "!(a | b)", BITSERIAL_NOR},  {"xnor", "!(a ^ b)", BITSERIAL_XNOR}, {"if_else", "a ? b : c", BITSERIAL_IF_ELSE},
};

struct reduction { const char *name, *joint; enum bitserial_operation operation; };

static const struct reduction reductions[] = {
    {"and_red", " & ", BITSERIAL_AND_RED}, {"or_red", " | ", BITSERIAL_OR_RED}, {"xor_red", " ^ ", BITSERIAL_XOR_RED}};

static bool means(const struct bitserial_function *function, const char *text)
{
    struct bitserial_function other;
    return bitserial_function_parse(text, &other, NULL) == PIM_OK && memcmp(function->table, other.table, sizeof other.table) == 0;
}

static size_t commands_of(enum bitserial_operation operation, unsigned width)
{
    const bitserial_row a[FUNCTION_INPUTS] = {0, 1, 2, 3, 4, 5, 6, 7}, b = 8, select = 9, destination = 10;
    const struct bitserial_operands operands = {.width = width, .destination = &destination, .a = a, .b = &b, .select = &select};
    struct microprogram program = {0};
    bitserial_generate(operation, &operands, &program);
    size_t count = program.count;
    microprogram_free(&program);
    return count;
}

/* "a & b & c" */
static void chain(const char *joint, unsigned inputs, char *text, size_t size)
{
    size_t length = 0;
    for (unsigned i = 0; i < inputs; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%c", i ? joint : "", 'a' + (int)i);
}

size_t bitserial_hand_schedule(const struct bitserial_function *function, const char **name)
{
    char text[64];
    for (size_t i = 0; i < sizeof hands / sizeof *hands; i++)
        if (means(function, hands[i].function)) {
            *name = hands[i].name;
            return commands_of(hands[i].operation, 1);
        }
    for (size_t i = 0; i < sizeof reductions / sizeof *reductions; i++)
        for (unsigned inputs = 3; inputs <= FUNCTION_INPUTS; inputs++) {
            chain(reductions[i].joint, inputs, text, sizeof text);
            if (!means(function, text))
                continue;
            *name = reductions[i].name;
            return commands_of(reductions[i].operation, inputs);
        }
    if (!means(function, "maj(a, b, c)"))
        return 0;
    *name = "Ambit's majority"; /* three copies, and a majority that is copied on */
    return 4;
}
