/* What the instruction sets of this project share in ELF files: class 64, little endian, one machine number, provisional until one is assigned,
 * and a note (PT_NOTE, name "pimento", type 1) that tells them apart and says what a program requires of its machine:
 *
 *   set=bitserial
 *   version=1
 *   memory.d_rows=96
 *
 * Lines of key=value, each ended by a newline, no other bytes; the set and its version come first, then integer parameters of the machine that
 * must be at least so much, those of the set's table only, each at most once.
 *
 * A symbol whose elements stand upright, one bit a row, has OWN_VERTICAL in st_other; its size in rows is the width of an element.
 */
#ifndef OWN_SETS_H
#define OWN_SETS_H

#include "instruction_set.h"

enum {
    OWN_ELF_MACHINE = 0xf1a0,
    OWN_ELF_CLASS = 2, /* ELFCLASS64 */
    OWN_SPACE_SHIFT = 56, /* of the space's number in a virtual address */
    OWN_NOTE_TYPE = 1,
    OWN_NOTE_BYTES = 512, /* of the longest text */
    OWN_VERTICAL = 0x80,  /* of st_other, whose low two bits are the visibility */
    OWN_VISIBILITY = 0x03,
};

#define OWN_NOTE_NAME "pimento"

static inline bool set_has_note(const struct instruction_set *set)
{
    return set->version > 0;
}

/* Raise `least`, in the order of set->requirements, to what these instructions and that many addresses of a space need. */
void own_require_code(const struct instruction_set *set, const void *words, size_t bytes, uint64_t least[ISA_MOST_REQUIREMENTS]);
void own_require_space(const struct instruction_set *set, const struct isa_space *space, uint64_t addresses, uint64_t least[ISA_MOST_REQUIREMENTS]);

/* The row of a key; -1: the set has none of that name. */
int own_requirement(const struct instruction_set *set, const char *key, size_t length);

/* The note's text, at most OWN_NOTE_BYTES - 1 characters; what is 0 is not required. */
size_t own_note_print(const struct instruction_set *set, const uint64_t least[ISA_MOST_REQUIREMENTS], char text[OWN_NOTE_BYTES]);

/* The other way. False leaves in `why` what is wrong and what was expected. */
bool own_note_parse(const char *text, size_t length, const struct instruction_set **set, uint64_t least[ISA_MOST_REQUIREMENTS], char *why,
                    size_t why_size);

/* Give an image its version and the list of what it requires; false: out of memory. */
bool own_image_require(struct pim_image *image, const struct instruction_set *set, const uint64_t least[ISA_MOST_REQUIREMENTS]);

#endif
