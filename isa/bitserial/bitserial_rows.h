/* Row addresses of an Ambit or SIMDRAM subarray, and what each address opens.
 *
 * A subarray has D rows (data; one wordline each), the constant rows C0 and C1, and 16 addresses B0 to B15 of the compute rows: four
 * ordinary ones, T0 to T3, and two of dual-contact cells, DCC0 and DCC1. A dual-contact cell has two wordlines; through its n-wordline
 * (written ~D0, ~D1) its complement is read and written. Source: Ambit (Seshadri et al., MICRO 2017), Table 1; SIMDRAM (Hajinazar, Oliveira
 * et al., ASPLOS 2021).
 */
#ifndef BITSERIAL_ROWS_H
#define BITSERIAL_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row operand as a 12-bit code: a D row, an address of the B or C group, or a micro-register that holds a D row. */
typedef uint16_t bitserial_row;

enum {
    BITSERIAL_ROW_BITS = 12,
    BITSERIAL_D_ROWS = 0xfc0, /* most; a target says how many there are */
    BITSERIAL_B = 0xfc0,      /* + 0 to 15 */
    BITSERIAL_C0 = 0xfd0,
    BITSERIAL_C1 = 0xfd1,
    BITSERIAL_REGISTER = 0xff0, /* + 0 to 15 */
    BITSERIAL_REGISTERS = 16,
    BITSERIAL_B_ADDRESSES = 16,
    BITSERIAL_C_ADDRESSES = 2,
};

/* The cells that compute. ORDER CELL */
enum bitserial_cell { BITSERIAL_T0, BITSERIAL_T1, BITSERIAL_T2, BITSERIAL_T3, BITSERIAL_DCC0, BITSERIAL_DCC1, BITSERIAL_CELLS };

/* One wordline: a cell, seen as it is or as its complement. */
struct bitserial_wordline {
    uint8_t cell; /* enum bitserial_cell */
    bool complement;
};

struct bitserial_opening {
    uint8_t count; /* 1 to 3 wordlines */
    struct bitserial_wordline wordlines[3];
};

/* What B0 to B15 open. */
extern const struct bitserial_opening bitserial_openings[BITSERIAL_B_ADDRESSES];

static inline bool bitserial_is_d(bitserial_row row) { return row < BITSERIAL_D_ROWS; }
static inline bool bitserial_is_b(bitserial_row row) { return row >= BITSERIAL_B && row < BITSERIAL_B + BITSERIAL_B_ADDRESSES; }
static inline bool bitserial_is_c(bitserial_row row) { return row == BITSERIAL_C0 || row == BITSERIAL_C1; }
static inline bool bitserial_is_register(bitserial_row row) { return row >= BITSERIAL_REGISTER && row < BITSERIAL_REGISTER + BITSERIAL_REGISTERS; }

/* How many wordlines an address opens: 1 for D and C rows. */
static inline unsigned bitserial_wordlines(bitserial_row row)
{
    return bitserial_is_b(row) ? bitserial_openings[row - BITSERIAL_B].count : 1;
}

/* "12", "B15", "C0", "r3": text of a row operand, always ended; returns its length. */
size_t bitserial_row_text(bitserial_row row, char *text, size_t size);
/* The code of such a name (not of numbers); false: it is none. Letters of either case. */
bool bitserial_row_named(const char *name, size_t length, bitserial_row *row);

#endif
