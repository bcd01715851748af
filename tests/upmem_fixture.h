/* What the suites of the drop-in UPMEM library share. They see the library as its users do: its headers, its environment, and kernels of
 * tests/upmem, which make check assembles.
 *
 * Every test runs in a process of its own, so that each begins with a fresh library, on a machine of four ranks of 64 working DPUs.
 */
#ifndef UPMEM_FIXTURE_H
#define UPMEM_FIXTURE_H

#include <check.h>
#include <dpu.h>
#include <dpu_log.h>
#include <dpu_management.h>
#include <stdlib.h>
#include <string.h>

enum { RANKS = 4, RANK_DPUS = 64, MACHINE_DPUS = RANKS * RANK_DPUS };

#define OK(call) ck_assert_int_eq(call, DPU_OK)
#define REFUSED(error, call) ck_assert_int_eq(call, error)
#define HEAP DPU_MRAM_HEAP_POINTER_NAME

/* Before the first call of a test. The machine's parameters, "key=value;key=value"; the release to imitate. */
void choose_machine(const char *settings);
void imitate(const char *release);

/* "<build folder>/tests/upmem/<name>.elf", in a buffer of the process. */
const char *kernel(const char *name);

struct dpu_set_t allocated(uint32_t dpus);
struct dpu_set_t loaded(uint32_t dpus, const char *kernel_name);

/* The DPU, or rank, of that number in the set. */
struct dpu_set_t nth_dpu(struct dpu_set_t set, uint32_t number);
struct dpu_set_t nth_rank(struct dpu_set_t set, uint32_t number);
uint32_t count_dpus(struct dpu_set_t set);
uint32_t count_ranks(struct dpu_set_t set);

/* A 4-byte host variable: of one DPU, and of all of a set. */
uint32_t get_word(struct dpu_set_t dpu, const char *symbol);
void set_word(struct dpu_set_t set, const char *symbol, uint32_t value);

/* What the process writes to stderr from here on; then all of it, newly allocated, and stderr is as before. */
void catch_stderr(void);
char *caught_stderr(void);

/* A test case with this fixture; `setup` has run before each test. */
TCase *upmem_case(const char *name);

/* One per file. */
TCase *upmem_abi_tests(void);
TCase *upmem_allocation_tests(void);
TCase *upmem_iterator_tests(void);
TCase *upmem_program_tests(void);
TCase *upmem_transfer_tests(void);
TCase *upmem_mirror_tests(void);
TCase *upmem_launch_tests(void);
TCase *upmem_running_tests(void);
TCase *upmem_log_tests(void);
TCase *upmem_queue_tests(void);
TCase *upmem_callback_tests(void);
TCase *upmem_scatter_tests(void);
TCase *upmem_thread_tests(void);
TCase *upmem_release_tests(void);
TCase *upmem_profile_tests(void);
TCase *upmem_misuse_tests(void);
TCase *upmem_probe_tests(void);
TCase *upmem_memory_tests(void);
TCase *upmem_random_tests(void);

#endif
