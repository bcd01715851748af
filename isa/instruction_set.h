/* An instruction set as the assembler, the disassembler and the ELF container see it. One const descriptor per set,
 * listed in a NULL-ended array (isa/instruction_sets.c). The engine rooms know nothing of any one set.
 */
#ifndef INSTRUCTION_SET_H
#define INSTRUCTION_SET_H

#include "pim_error.h"
#include "pim_image.h"

/* An address space as the linker and the assembler see it. A section is placed in a space by its name's first
 * component: `.text` goes to the space that lists ".text" in `sections`. */
struct isa_space {
    const char *name;            /* "IRAM" */
    uint64_t link_base;          /* ELF address of byte 0 */
    uint64_t bytes;              /* size of the space */
    uint32_t alignment;          /* of segments, in bytes */
    bool code;
    bool loadable;               /* false: addresses only (atomic bits) */
    const char *const *sections; /* NULL-ended first components of section names that live here; the first one is the space's own */
    uint64_t reserved_bytes;     /* zero bytes in front of everything the assembler places here (dpu: the null object) */
    const char *used_end_symbol; /* marks the end of linked data; its size is the rest of the space. NULL: none */
    const char *host_section;    /* the host reaches by name only what is in this section. NULL: it reaches everything */
    const char *requirement;     /* an own set: which of its requirements the number of addresses in use raises. NULL: none */
    bool vertical;               /* an own set: an address is a row, so that elements can stand upright (`.vertical`) */
};

/* What a program of an own set may require: an integer parameter of the machine, and no less of it than the program says. */
struct isa_requirement {
    const char *key;  /* "memory.d_rows": the parameter of every back-end that executes the set */
    const char *help;
};

enum { ISA_MOST_REQUIREMENTS = 8, ISA_WIDEST_ELEMENT = 64 };

enum isa_operand_kind { ISA_REGISTER_LIKE_NAME, ISA_EXPRESSION, ISA_SWITCH };

/* One operand as the lexer saw it. A bare identifier that is no symbol stays a name (register, condition); `!big` is a switch;
 * everything else is an expression. */
struct isa_operand {
    enum isa_operand_kind kind;
    const char *name;      /* identifier or switch without '!', lower-case kept as written */
    size_t name_length;
    int64_t value;         /* link address for labels: the set strips its region bits */
    bool is_address;       /* the value comes from a label, so that `0x80000000` and a label there are told apart */
    bool value_known;
    unsigned column;
};

struct instruction_set {
    const char *name;                 /* "dpu" */
    const char *comment;              /* of the tool-chain, written to .comment */
    uint16_t elf_machine;
    uint8_t elf_class;                /* ELFCLASS32 or ELFCLASS64 */
    uint32_t elf_flags;
    uint64_t elf_entry;
    unsigned word_bytes;              /* of one instruction in the file */
    const struct isa_space *spaces;   /* ended by name == NULL */
    unsigned version;                 /* an own set: of its encodings, in the note of its files (own_sets.h); 0: files have no note */
    const struct isa_requirement *requirements; /* an own set: ended by key == NULL */

    /* Is this identifier reserved (a register, a condition)? Reserved names cannot be labels. */
    bool (*reserved)(const char *name, size_t length);
    /* A label or data word that names link address `address`: the value the program sees (region bits removed). */
    int64_t (*strip)(int64_t address);
    /* Is there such a mnemonic at all? */
    bool (*mnemonic)(const char *name, size_t length);
    /* Encode one statement; the assembler asks in pass 2 only, when all values are known. On failure fills `why` and the operand index at
     * fault (or -1). */
    bool (*assemble)(const char *mnemonic, size_t length, const struct isa_operand *operands,
                     size_t count, uint64_t *word, char *why, size_t why_size, int *at_operand);
    /* Text of one word; as dpu_disassemble. */
    size_t (*disassemble)(uint64_t word, bool loose,
                          const char *(*label)(void *context, uint32_t index), void *context,
                          char *text, size_t size);
    /* Does the word decode strictly / loosely? */
    bool (*decodes)(uint64_t word, bool loose);
    /* An own set: raise `least`, one per requirement, to what the word needs. NULL: words need nothing. */
    void (*require)(uint64_t word, uint64_t *least);
};

extern const struct instruction_set dpu_instruction_set;
extern const struct instruction_set bitserial_instruction_set;

extern const struct instruction_set *const instruction_sets[]; /* NULL-ended */
const struct instruction_set *instruction_set_named(const char *name);
const struct instruction_set *instruction_set_for_machine(uint16_t elf_machine, uint8_t elf_class);

#endif
