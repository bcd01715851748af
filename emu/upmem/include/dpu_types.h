/* Types of the UPMEM host interface, laid out as programs built for SDK 2020.1 to 2025.1 expect them (x86-64 System V):
 *
 *   struct dpu_set_t                 24 bytes   kind @0 | nr_ranks @8, ranks @16  or  dpu @8
 *   struct dpu_set_rank_iterator_t   48 bytes   set @0 | count @8 | next_idx @12 | has_next @16 | next @24
 *   struct dpu_set_dpu_iterator_t    88 bytes   rank iterator @0 | count @48 | next_idx @52 | has_next @56 | next @64
 *   struct dpu_symbol_t               8 bytes   address @0 | size @4
 *   struct dpu_incbin_t              24 bytes   buffer @0 | size @8 | path @16
 */
#ifndef DPU_TYPES_H
#define DPU_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dpu_t;
struct dpu_rank_t;
struct dpu_program_t;

#define DPU_MAX_NR_CIS 8
#define DPU_MAX_NR_DPUS_PER_CI 8

typedef uint16_t dpu_rank_id_t;
typedef uint32_t dpu_id_t;
typedef uint8_t dpu_slice_id_t;
typedef uint8_t dpu_member_id_t;
typedef uint8_t dpu_thread_t;
typedef uint16_t iram_addr_t;
typedef uint32_t wram_addr_t;
typedef uint32_t mram_addr_t;
typedef uint16_t iram_size_t;
typedef uint32_t wram_size_t;
typedef uint32_t mram_size_t;
typedef mram_addr_t dpu_mem_max_addr_t;
typedef mram_size_t dpu_mem_max_size_t;

typedef enum _dpu_set_kind_t {
    DPU_SET_RANKS,
    DPU_SET_DPU,
} dpu_set_kind_t;

struct dpu_set_list_ {
    uint32_t nr_ranks;
    struct dpu_rank_t **ranks;
};

struct dpu_set_t {
    dpu_set_kind_t kind;
    __extension__ union {
        struct dpu_set_list_ list;
        struct dpu_t *dpu;
    };
};

struct dpu_set_rank_iterator_t {
    struct dpu_set_t *set;
    uint32_t count;
    uint32_t next_idx;
    bool has_next;
    struct dpu_set_t next;
};

struct dpu_set_dpu_iterator_t {
    struct dpu_set_rank_iterator_t rank_iterator;
    uint32_t count;
    uint32_t next_idx;
    bool has_next;
    struct dpu_set_t next;
};

/* `address` carries the memory: bit 31 IRAM, bit 27 MRAM, otherwise WRAM. */
struct dpu_symbol_t {
    dpu_mem_max_addr_t address;
    dpu_mem_max_size_t size;
};

struct dpu_incbin_t {
    uint8_t *buffer;
    size_t size;
    const char *path;
};

#endif
