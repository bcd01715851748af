/* Is the memory of a large machine in proportion to the bytes that are touched? */
#include "upmem_fixture.h"

#include <stdio.h>
#include <unistd.h>

enum {
    LARGE_RANKS = 32,
    HEAP_BYTES = 1 << 20,          /* at most used in these tests */
    MACHINE_BYTES = 4 << 20,       /* 2,048 DPUs that nobody uses, what the library itself holds */
    OVERHEAD_BYTES = 16 * 1024,    /* of a DPU that has run, beside pages of the system: state of 24 tasklets, a table of MRAM */
    OVERHEAD_PAGES = 4             /* pages that the program, its variables and its stacks touch */
};

static uint64_t resident_pages(void)
{
    unsigned long long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%llu %llu", &size, &resident), 2);
    fclose(file);
    return resident;
}

/* Each DPU gets `bytes` at each of `places` places of its MRAM, launches, and gives them back. */
struct use { uint32_t dpus, places, bytes; };
static const struct use uses[] = {
    {2048, 0, 0},
    {2048, 1, 8},
    {2048, 1, 65536},
    {256, 1, HEAP_BYTES},
    {512, 16, 8},
};

static uint8_t sent[HEAP_BYTES], received[HEAP_BYTES];

static void use_memory(struct dpu_set_t set, const struct use *use)
{
    for (uint32_t i = 0; i < use->places; i++) {
        OK(dpu_prepare_xfer(set, sent));
        OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, HEAP, i * (HEAP_BYTES / use->places), use->bytes, DPU_XFER_DEFAULT));
    }
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    for (uint32_t i = 0; i < use->places; i++) {
        OK(dpu_copy_from(nth_dpu(set, use->dpus - 1), HEAP, i * (HEAP_BYTES / use->places), received, use->bytes));
        ck_assert_mem_eq(sent, received, use->bytes);
    }
    OK(dpu_prepare_xfer(set, received)); /* reading what was never written touches nothing */
    OK(dpu_push_xfer(set, DPU_XFER_FROM_DPU, HEAP, 2 * HEAP_BYTES, HEAP_BYTES, DPU_XFER_DEFAULT));
}

START_TEST(memory_follows_the_bytes_touched)
{
    const struct use *use = &uses[_i];
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    char settings[64];
    snprintf(settings, sizeof settings, "machine.ranks=%d;machine.broken_dpus=0", LARGE_RANKS);
    choose_machine(settings);
    memset(sent, 0x5a, sizeof sent);
    memset(received, 0xff, sizeof received);
    uint64_t before = resident_pages();
    struct dpu_set_t set = loaded(use->dpus, "state");
    use_memory(set, use);
    uint64_t grown = (resident_pages() - before) * page;
    /* The places do not begin where pages do. */
    uint64_t touched = (uint64_t)use->dpus * use->places * ((use->bytes + page - 1) / page + 1) * page;
    uint64_t overhead = MACHINE_BYTES + (uint64_t)use->dpus * (OVERHEAD_BYTES + OVERHEAD_PAGES * page);
    printf("%u DPUs, %u x %u bytes of MRAM each: %.1f MiB resident, at most %.1f expected\n", use->dpus, use->places, use->bytes,
           (double)grown / (1 << 20), (double)(touched + overhead) / (1 << 20));
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ /* which need memory of their own */
    ck_assert_uint_le(grown, touched + overhead);
#endif
    OK(dpu_free(set));
}
END_TEST

TCase *upmem_memory_tests(void)
{
    TCase *tests = upmem_case("memory");
    tcase_add_loop_test(tests, memory_follows_the_bytes_touched, 0, sizeof uses / sizeof *uses);
    return tests;
}
