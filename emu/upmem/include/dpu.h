/* The UPMEM host interface, served by the emulator: programs written for the vendor's library compile and run unchanged.
 *
 * MISSING: queues in WRAM (dpu_fifo_*), checkpoints, debugging, the functions for one rank or DPU below this interface.
 *
 * A set holds ranks, or one DPU. Every function returns DPU_OK or says what is wrong; nothing is done then. Calls may come from any
 * thread. doc/upmem-host.md says what is covered and what differs from hardware.
 */
#ifndef DPU_H
#define DPU_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "dpu_error.h"
#include "dpu_management.h"
#include "dpu_types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DPU_ALLOCATE_ALL UINT_MAX
/* The first MRAM byte that the program does not use, up to the end of MRAM. */
#define DPU_MRAM_HEAP_POINTER_NAME "__sys_used_mram_end"

typedef enum _dpu_launch_policy_t { DPU_ASYNCHRONOUS, DPU_SYNCHRONOUS } dpu_launch_policy_t;

typedef enum _dpu_xfer_t { DPU_XFER_TO_DPU, DPU_XFER_FROM_DPU } dpu_xfer_t;

typedef enum _dpu_xfer_flags_t {
    DPU_XFER_DEFAULT = 0,
    DPU_XFER_NO_RESET = 1 << 0, /* alone: keep the prepared buffers */
    DPU_XFER_ASYNC = 1 << 1,
    DPU_XFER_PARALLEL = 1 << 2,
} dpu_xfer_flags_t;

typedef enum _dpu_sg_xfer_flags_t {
    DPU_SG_XFER_DEFAULT = 0,
    DPU_SG_XFER_ASYNC = 1 << 1,
    DPU_SG_XFER_DISABLE_LENGTH_CHECK = 1 << 2,
} dpu_sg_xfer_flags_t;

typedef enum _dpu_callback_flags_t {
    DPU_CALLBACK_DEFAULT = 0,
    DPU_CALLBACK_ASYNC = 1 << 0,
    DPU_CALLBACK_NONBLOCKING = 1 << 1,
    DPU_CALLBACK_SINGLE_CALL = 1 << 2, /* once for the set instead of once per rank */
    DPU_CALLBACK_PARALLEL = 1 << 3,
} dpu_callback_flags_t;

/* ------------------------------------------------------------------------------ allocation --- */

dpu_error_t dpu_alloc(uint32_t nr_dpus, const char *profile, struct dpu_set_t *dpu_set);
dpu_error_t dpu_alloc_ranks(uint32_t nr_ranks, const char *profile, struct dpu_set_t *dpu_set);
dpu_error_t dpu_free(struct dpu_set_t dpu_set);
dpu_error_t dpu_get_nr_ranks(struct dpu_set_t dpu_set, uint32_t *nr_ranks);
dpu_error_t dpu_get_nr_dpus(struct dpu_set_t dpu_set, uint32_t *nr_dpus);

/* ------------------------------------------------------------------------------- iteration --- */

struct dpu_set_rank_iterator_t dpu_set_rank_iterator_from(struct dpu_set_t *set);
void dpu_set_rank_iterator_next(struct dpu_set_rank_iterator_t *iterator);
struct dpu_set_dpu_iterator_t dpu_set_dpu_iterator_from(struct dpu_set_t *set);
void dpu_set_dpu_iterator_next(struct dpu_set_dpu_iterator_t *iterator);

/* The variables are written before the end is tested, also in the round that ends the loop: compiled programs do so. */
#define DPU_ITERATE_2_(kind, set, one, iterator)                                                                  \
    for (struct dpu_set_##kind##_iterator_t iterator = dpu_set_##kind##_iterator_from(&(set));                    \
         (one) = iterator.next, iterator.has_next; dpu_set_##kind##_iterator_next(&iterator))
#define DPU_ITERATE_3_(kind, set, one, index, iterator)                                                           \
    for (struct dpu_set_##kind##_iterator_t iterator = dpu_set_##kind##_iterator_from(&(set));                    \
         (one) = iterator.next, (index) = iterator.count, iterator.has_next;                                      \
         dpu_set_##kind##_iterator_next(&iterator))
#define DPU_CHOOSE_(set, one, index, macro, ...) macro

#define DPU_RANK_FOREACH_2_(set, one) DPU_ITERATE_2_(rank, set, one, DPU_UNIQUE_(dpu_iterator_))
#define DPU_RANK_FOREACH_3_(set, one, index) DPU_ITERATE_3_(rank, set, one, index, DPU_UNIQUE_(dpu_iterator_))
#define DPU_FOREACH_2_(set, one) DPU_ITERATE_2_(dpu, set, one, DPU_UNIQUE_(dpu_iterator_))
#define DPU_FOREACH_3_(set, one, index) DPU_ITERATE_3_(dpu, set, one, index, DPU_UNIQUE_(dpu_iterator_))

/* DPU_FOREACH(set, dpu) or DPU_FOREACH(set, dpu, index): the working DPUs, rank by rank. DPU_RANK_FOREACH likewise: the ranks. */
#define DPU_FOREACH(...) DPU_CHOOSE_(__VA_ARGS__, DPU_FOREACH_3_, DPU_FOREACH_2_, )(__VA_ARGS__)
#define DPU_RANK_FOREACH(...) DPU_CHOOSE_(__VA_ARGS__, DPU_RANK_FOREACH_3_, DPU_RANK_FOREACH_2_, )(__VA_ARGS__)

/* -------------------------------------------------------------------------------- programs --- */

/* `program` may be NULL. It lives as long as a DPU of the set runs it. */
dpu_error_t dpu_load(struct dpu_set_t dpu_set, const char *binary_path, struct dpu_program_t **program);
dpu_error_t dpu_load_from_memory(struct dpu_set_t dpu_set, uint8_t *buffer, size_t size,
                                 struct dpu_program_t **program);
dpu_error_t dpu_load_from_incbin(struct dpu_set_t dpu_set, struct dpu_incbin_t *incbin,
                                 struct dpu_program_t **program);
dpu_error_t dpu_get_symbol(struct dpu_program_t *program, const char *symbol_name, struct dpu_symbol_t *symbol);

#define DPU_QUOTE_(text) #text

/* Put the file at `file_path` into the host program as `struct dpu_incbin_t name`. */
#define DPU_INCBIN(name, file_path)                                                                               \
    __asm__(".pushsection .rodata\n"                                                                              \
            ".balign 16\n"                                                                                        \
            "dpu_incbin_bytes_" DPU_QUOTE_(name) ": .incbin \"" file_path "\"\n"                                   \
            "dpu_incbin_end_" DPU_QUOTE_(name) ": .byte 0\n"                                                      \
            "dpu_incbin_path_" DPU_QUOTE_(name) ": .asciz \"" file_path "\"\n"                                    \
            ".popsection\n"                                                                                       \
            ".pushsection .data.rel.local,\"aw\"\n"                                                               \
            ".balign 8\n" DPU_QUOTE_(name) ":\n"                                                                  \
            ".quad dpu_incbin_bytes_" DPU_QUOTE_(name) "\n"                                                       \
            ".quad dpu_incbin_end_" DPU_QUOTE_(name) " - dpu_incbin_bytes_" DPU_QUOTE_(name) "\n"                 \
            ".quad dpu_incbin_path_" DPU_QUOTE_(name) "\n"                                                        \
            ".popsection\n");                                                                                     \
    extern struct dpu_incbin_t name

/* -------------------------------------------------------------------------------- launches --- */

dpu_error_t dpu_launch(struct dpu_set_t dpu_set, dpu_launch_policy_t policy);
dpu_error_t dpu_status(struct dpu_set_t dpu_set, bool *done, bool *fault);
dpu_error_t dpu_sync(struct dpu_set_t dpu_set);
/* `callback` gets the set of its rank and the number of the rank in the set. */
dpu_error_t dpu_callback(struct dpu_set_t dpu_set,
                         dpu_error_t (*callback)(struct dpu_set_t set, uint32_t rank_id, void *args), void *args,
                         dpu_callback_flags_t flags);

/* ------------------------------------------------------------------------------- transfers --- */

dpu_error_t dpu_copy_to(struct dpu_set_t dpu_set, const char *symbol_name, uint32_t symbol_offset, const void *src,
                        size_t length);
dpu_error_t dpu_copy_from(struct dpu_set_t dpu_set, const char *symbol_name, uint32_t symbol_offset, void *dst,
                          size_t length);
dpu_error_t dpu_copy_to_symbol(struct dpu_set_t dpu_set, struct dpu_symbol_t symbol, uint32_t symbol_offset,
                               const void *src, size_t length);
dpu_error_t dpu_copy_from_symbol(struct dpu_set_t dpu_set, struct dpu_symbol_t symbol, uint32_t symbol_offset,
                                 void *dst, size_t length);

dpu_error_t dpu_prepare_xfer(struct dpu_set_t dpu_set, void *buffer);
dpu_error_t dpu_push_xfer(struct dpu_set_t dpu_set, dpu_xfer_t xfer, const char *symbol_name,
                          uint32_t symbol_offset, size_t length, dpu_xfer_flags_t flags);
dpu_error_t dpu_push_xfer_symbol(struct dpu_set_t dpu_set, dpu_xfer_t xfer, struct dpu_symbol_t symbol,
                                 uint32_t symbol_offset, size_t length, dpu_xfer_flags_t flags);
dpu_error_t dpu_broadcast_to(struct dpu_set_t dpu_set, const char *symbol_name, uint32_t symbol_offset,
                             const void *src, size_t length, dpu_xfer_flags_t flags);
dpu_error_t dpu_broadcast_to_symbol(struct dpu_set_t dpu_set, struct dpu_symbol_t symbol, uint32_t symbol_offset,
                                    const void *src, size_t length, dpu_xfer_flags_t flags);

/* Scatter-gather: `f` names the host blocks of DPU `dpu_index`, one per call, and returns false past the last. */
struct sg_block_info {
    uint8_t *addr;
    uint32_t length;
};
typedef bool (*get_block_func_t)(struct sg_block_info *out, uint32_t dpu_index, uint32_t block_index, void *args);
typedef struct get_block_t {
    get_block_func_t f;
    void *args;
    size_t args_size;
} get_block_t;

dpu_error_t dpu_push_sg_xfer(struct dpu_set_t dpu_set, dpu_xfer_t xfer, const char *symbol_name,
                             uint32_t symbol_offset, size_t length, get_block_t *get_block,
                             dpu_sg_xfer_flags_t flags);
dpu_error_t dpu_push_sg_xfer_symbol(struct dpu_set_t dpu_set, dpu_xfer_t xfer, struct dpu_symbol_t symbol,
                                    uint32_t symbol_offset, size_t length, get_block_t *get_block,
                                    dpu_sg_xfer_flags_t flags);

/* ----------------------------------------------------------------------------------- queues --- */

/* Queues in WRAM between the host and running DPUs. MISSING: they are declared so that programs compile; all of these but dpu_fifo_link_free
 * do nothing and return DPU_ERR_INTERNAL. */
enum dpu_fifo_direction_t { DPU_INPUT_FIFO, DPU_OUTPUT_FIFO };

struct dpu_fifo_rank_t;

struct dpu_fifo_link_t {
    enum dpu_fifo_direction_t direction;
    struct dpu_symbol_t fifo_symbol;
    struct dpu_fifo_rank_t *rank_fifos;
};

dpu_error_t dpu_link_input_fifo(struct dpu_set_t dpu_set, struct dpu_fifo_link_t *link, char *fifo_name);
dpu_error_t dpu_link_output_fifo(struct dpu_set_t dpu_set, struct dpu_fifo_link_t *link, char *fifo_name);
dpu_error_t dpu_fifo_link_free(struct dpu_fifo_link_t *link);
dpu_error_t dpu_fifo_prepare_xfer(struct dpu_set_t dpu_set, struct dpu_fifo_link_t *link, void *buffer);
dpu_error_t dpu_fifo_push_xfer(struct dpu_set_t dpu_set, struct dpu_fifo_link_t *link, dpu_xfer_flags_t flags);

/* ------------------------------------------------------------------------------------- log --- */

/* Print what the last launch of the DPU printed, from SDK 2021 on with a header line in front; one DPU only. */
dpu_error_t dpu_log_read(struct dpu_set_t dpu_set, FILE *stream);

#ifdef __cplusplus
}
#endif
#endif
