/* What the instruction sets of this project share in ELF files: class 64, little endian, and one machine number, provisional until one is
 * assigned. A program header PT_NOTE "pimento" of type 1 will tell the sets apart once there is more than one of them.
 */
#ifndef OWN_SETS_H
#define OWN_SETS_H

enum {
    OWN_ELF_MACHINE = 0xf1a0,
    OWN_ELF_CLASS = 2, /* ELFCLASS64 */
    OWN_SPACE_SHIFT = 56, /* of the space's number in a virtual address */
};

#endif
