/* The DPU's address spaces until the full descriptor of isa/dpu lands; weak, so that one wins. */
#include "instruction_set.h"

static const char *const wram_sections[] = {".data", ".rodata", ".bss", NULL};
static const char *const mram_sections[] = {".mram", NULL};
static const char *const iram_sections[] = {".text", NULL};
static const char *const atomic_sections[] = {".atomic", NULL};

static const struct isa_space spaces[] = {
    {.name = "WRAM", .link_base = 0, .bytes = 65536, .alignment = 4, .loadable = true,
     .sections = wram_sections, .reserved_bytes = 8, .host_section = ".data.__sys_host"},
    {.name = "MRAM", .link_base = 0x08000000, .bytes = 64 << 20, .alignment = 1, .loadable = true,
     .sections = mram_sections, .used_end_symbol = "__sys_used_mram_end"},
    {.name = "IRAM", .link_base = 0x80000000, .bytes = 4096 * 8, .alignment = 8, .code = true,
     .loadable = true, .sections = iram_sections},
    {.name = "ATOMIC", .link_base = 0xf0000000, .bytes = 256, .alignment = 1,
     .sections = atomic_sections, .reserved_bytes = 200},
    {0},
};

const struct instruction_set dpu_instruction_set __attribute__((weak)) = {
    .name = "dpu", .elf_machine = 245, .elf_class = 1, .elf_flags = 0x2800000, .elf_entry = 0x80000000,
    .word_bytes = 8, .spaces = spaces,
};
