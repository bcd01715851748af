#include "instruction_set.h"

#include <string.h>

const struct instruction_set *const instruction_sets[] = {
    &dpu_instruction_set,
    &bitserial_instruction_set,
    NULL,
};

const struct instruction_set *instruction_set_named(const char *name)
{
    for (const struct instruction_set *const *set = instruction_sets; *set; set++)
        if (strcmp((*set)->name, name) == 0)
            return *set;
    return NULL;
}

const struct instruction_set *instruction_set_for_machine(uint16_t elf_machine, uint8_t elf_class)
{
    for (const struct instruction_set *const *set = instruction_sets; *set; set++)
        if ((*set)->elf_machine == elf_machine && (*set)->elf_class == elf_class)
            return *set;
    return NULL;
}
