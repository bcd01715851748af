/* A kernel binary in memory: what the ELF reader, the assembler and the in-memory encoders produce and what a
 * back-end loads. The structure is plain data; it is freed by pim_image_free only.
 */
#ifndef PIM_IMAGE_H
#define PIM_IMAGE_H

#include "pim_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One loadable piece. `address` is in bytes inside the space; bytes from data_bytes to memory_bytes are zero. */
struct pim_segment {
    uint32_t space;        /* index into the instruction set's spaces */
    uint64_t address;      /* byte offset in that space */
    uint64_t link_address; /* as the ELF file has it (p_vaddr) */
    uint64_t data_bytes;
    uint64_t memory_bytes;
    uint8_t *data;         /* data_bytes long, owned by the image */
};

#define PIM_NO_SPACE UINT32_MAX

/* One named symbol of the file. */
struct pim_symbol {
    const char *name;      /* owned by the image */
    uint32_t space;        /* PIM_NO_SPACE for absolute symbols */
    uint64_t value;        /* byte offset in the space, or the absolute value */
    uint64_t link_value;   /* st_value as in the file */
    uint64_t size;         /* bytes; for __sys_used_mram_end the rest of MRAM, see upmem host rules */
    const char *section;   /* name of its section, "" when absolute */
    bool function;
    bool global;
    bool host_visible;     /* reachable by name from the host (dpu: not in .data*, except .data.__sys_host) */
    bool vertical;         /* elements stand upright, bit i of all of them at address value + i; `size` bits each */
};

/* What a program requires of its machine: a parameter, and at least so much of it. */
struct pim_requirement {
    const char *key;       /* "memory.d_rows"; static */
    uint64_t least;
};

struct pim_debug; /* source lines, opaque */

struct pim_image {
    const char *path;             /* where it came from, for messages; "<memory>" otherwise */
    const char *instruction_set;  /* "dpu", ... : points to static text */
    uint64_t entry;
    uint32_t elf_flags;
    size_t segment_count;
    struct pim_segment *segments;
    size_t symbol_count;
    struct pim_symbol *symbols;   /* sorted by (space, value, name) */
    const char *tool_version;     /* as .comment has it, "" when unknown; owned */
    const char *tool_release;     /* the vendor SDK that tool_version belongs to ("2021.3"), "" when unknown; static */
    uint64_t hash;                /* of all segments: equal images have equal hashes */
    struct pim_debug *debug;      /* NULL without debug information */
    unsigned set_version;         /* of the instruction set, where files say it; 0: they do not */
    size_t requirement_count;
    struct pim_requirement *requirements; /* NULL: none */
    char *storage;                /* owner of the names */
};

/* Read an ELF executable. Every malformed file gives PIM_BAD_INPUT and a message that names what was expected. */
enum pim_status pim_image_read(const char *path, struct pim_image **image, struct pim_error *error);
enum pim_status pim_image_read_memory(const char *name, const void *bytes, size_t size,
                                      struct pim_image **image, struct pim_error *error);
void pim_image_free(struct pim_image *image);

/* First symbol of that name, or NULL. */
const struct pim_symbol *pim_image_symbol(const struct pim_image *image, const char *name);

/* The function (or else the label) that covers byte offset `address` of `space`, or NULL. */
const struct pim_symbol *pim_image_function(const struct pim_image *image, uint32_t space,
                                            uint64_t address);

/* Source line of the instruction at byte offset `address` of the code space. False when not known. `*file` lives as
 * long as the image. */
bool pim_image_line(const struct pim_image *image, uint64_t address, const char **file,
                    unsigned *line);

#ifdef __cplusplus
}
#endif
#endif
