#include "upmem_fixture.h"

#include <stdio.h>
#include <unistd.h>

enum { SECONDS = 240 };

void choose_machine(const char *settings)
{
    setenv("PIMENTO_HOST_SET", settings, 1);
}

void imitate(const char *release)
{
    setenv("PIMENTO_HOST_SDK", release, 1);
}

static void setup(void)
{
    static const char *const foreign[] = {"PIMENTO_HOST_TARGET", "PIMENTO_HOST_SDK", "PIMENTO_HOST_REPORT",
                                          "PIMENTO_HOST_MAX_CYCLES", "UPMEM_PROFILE", "UPMEM_PROFILE_BASE"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        unsetenv(foreign[i]);
    setenv("PIMENTO_HOST_THREADS", "2", 1);
    choose_machine("machine.ranks=4;machine.broken_dpus=0");
}

TCase *upmem_case(const char *name)
{
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_set_timeout(tests, SECONDS);
    return tests;
}

const char *kernel(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s.elf", UPMEM_TEST_KERNELS, name);
    return path;
}

struct dpu_set_t allocated(uint32_t dpus)
{
    struct dpu_set_t set;
    OK(dpu_alloc(dpus, NULL, &set));
    return set;
}

struct dpu_set_t loaded(uint32_t dpus, const char *kernel_name)
{
    struct dpu_set_t set = allocated(dpus);
    OK(dpu_load(set, kernel(kernel_name), NULL));
    return set;
}

struct dpu_set_t nth_dpu(struct dpu_set_t set, uint32_t number)
{
    struct dpu_set_t dpu;
    uint32_t index;
    DPU_FOREACH (set, dpu, index)
        if (index == number)
            return dpu;
    ck_abort_msg("no DPU %u", number);
}

struct dpu_set_t nth_rank(struct dpu_set_t set, uint32_t number)
{
    struct dpu_set_t rank;
    uint32_t index;
    DPU_RANK_FOREACH (set, rank, index)
        if (index == number)
            return rank;
    ck_abort_msg("no rank %u", number);
}

uint32_t count_dpus(struct dpu_set_t set)
{
    uint32_t count = UINT32_MAX;
    OK(dpu_get_nr_dpus(set, &count));
    return count;
}

uint32_t count_ranks(struct dpu_set_t set)
{
    uint32_t count = UINT32_MAX;
    OK(dpu_get_nr_ranks(set, &count));
    return count;
}

uint32_t get_word(struct dpu_set_t dpu, const char *symbol)
{
    uint32_t value;
    OK(dpu_copy_from(dpu, symbol, 0, &value, sizeof value));
    return value;
}

void set_word(struct dpu_set_t set, const char *symbol, uint32_t value)
{
    OK(dpu_copy_to(set, symbol, 0, &value, sizeof value));
}

static FILE *caught;
static int real_stderr;

void catch_stderr(void)
{
    caught = tmpfile();
    ck_assert_ptr_nonnull(caught);
    fflush(stderr);
    real_stderr = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(fileno(caught), STDERR_FILENO), 0);
}

char *caught_stderr(void)
{
    fflush(stderr);
    ck_assert_int_ge(dup2(real_stderr, STDERR_FILENO), 0);
    close(real_stderr);
    long size = lseek(fileno(caught), 0, SEEK_END);
    char *text = calloc(1, (size_t)size + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(pread(fileno(caught), text, (size_t)size, 0), size);
    fclose(caught);
    return text;
}
