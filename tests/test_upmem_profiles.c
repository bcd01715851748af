/* Do profile strings, of the program and of the environment, have the effect that their keys name? */
#include "upmem_fixture.h"

static const char *const tolerated[] = {
    NULL, "", ",", ",,", "nrThreadPerPool=8", "nrThreadsPerRank=2,nrJobsPerRank=64", "backend=hw", "backend=hw,",
    "regionMode=perf,rankPath=/dev/dpu_rank0,ignoreVersion=true", "chipId=1,mramAccessByDpuOnly=true,cmdsBufferSize=64000",
    "enableProfiling=mcount,disableSafeChecks=1,disableMuxSwitch=1,disableResetOnAlloc=true", " backend = hw , sgXferEnable = false",
    "=", "a=b=c", "sgXferEnable", "no_such_key", "doProfiling=true,profileInstruction=1,profileDma=1,profileMemory=1",
};

START_TEST(strings_are_tolerated)
{
    struct dpu_set_t set;
    OK(dpu_alloc(1, tolerated[_i], &set));
    ck_assert_uint_eq(count_dpus(set), 1);
    OK(dpu_free(set));
    OK(dpu_alloc_ranks(1, tolerated[_i], &set));
    ck_assert_uint_eq(count_dpus(set), RANK_DPUS);
}
END_TEST

static const char *const refused[] = {"fckFrequency=fast", "mramSize=", "disabledMask=0xzz", "clockDivision=-1",
                                      "backend=hw,sgXferMaxBlocksPerDpu=many"};

START_TEST(numbers_have_to_be_numbers)
{
    struct dpu_set_t set;
    REFUSED(DPU_ERR_INVALID_PROFILE, dpu_alloc(1, refused[_i], &set));
    REFUSED(DPU_ERR_INVALID_PROFILE, dpu_alloc_ranks(1, refused[_i], &set));
    setenv("UPMEM_PROFILE", refused[_i], 1);
    REFUSED(DPU_ERR_INVALID_PROFILE, dpu_alloc(1, NULL, &set));
}
END_TEST

static dpu_error_t push_scattered(struct dpu_set_t set)
{
    get_block_t none = {0};
    return dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, 8, &none, DPU_SG_XFER_DEFAULT);
}

/* Anything but "false" and "0" is true; later texts win: base, program, environment. */
static const struct { const char *base, *program, *environment; bool enabled; } layers[] = {
    {NULL, NULL, NULL, false},
    {NULL, "sgXferEnable=true", NULL, true},
    {NULL, "sgXferEnable=yes", NULL, true},
    {NULL, "sgXferEnable=FALSE", NULL, true},
    {NULL, "sgXferEnable=false", NULL, false},
    {NULL, "sgXferEnable=0", NULL, false},
    {NULL, "sgXferEnable=1,sgXferEnable=0", NULL, false},
    {"sgXferEnable=1", NULL, NULL, true},
    {"sgXferEnable=1", "sgXferEnable=0", NULL, false},
    {"sgXferEnable=0", "sgXferEnable=1", NULL, true},
    {"sgXferEnable=0", NULL, "sgXferEnable=1", true},
    {NULL, "sgXferEnable=1", "sgXferEnable=0", false},
};

START_TEST(the_environment_adds_to_the_program)
{
    struct dpu_set_t set;
    if (layers[_i].base)
        setenv("UPMEM_PROFILE_BASE", layers[_i].base, 1);
    if (layers[_i].environment)
        setenv("UPMEM_PROFILE", layers[_i].environment, 1);
    OK(dpu_alloc(1, layers[_i].program, &set));
    OK(dpu_load(set, kernel("state"), NULL));
    ck_assert_int_eq(push_scattered(set), layers[_i].enabled ? DPU_ERR_INVALID_MEMORY_TRANSFER : DPU_ERR_SG_NOT_ACTIVATED);
}
END_TEST

START_TEST(masked_dpus_are_left_out)
{
    struct dpu_set_t set, dpu;
    OK(dpu_alloc(DPU_ALLOCATE_ALL, "disabledMask=0x8000000000000301", &set)); /* ci 0 member 0; ci 1 members 0, 1; ci 7 member 7 */
    ck_assert_uint_eq(count_dpus(set), RANKS * (RANK_DPUS - 4));
    DPU_FOREACH (set, dpu) {
        dpu_id_t id = dpu_get_id(dpu.dpu) & 0xffff;
        ck_assert(id != 0x0000 && id != 0x0100 && id != 0x0101 && id != 0x0707);
    }
    ck_assert_uint_eq(dpu_get_id(nth_dpu(set, 0).dpu), 0x0001);
}
END_TEST

START_TEST(the_simulator_has_ranks_of_one)
{
    struct dpu_set_t set;
    OK(dpu_alloc(5, "backend=simulator", &set));
    ck_assert_uint_eq(count_ranks(set), 5);
    ck_assert_uint_eq(dpu_get_id(nth_dpu(set, 3).dpu), 0x30000);
    OK(dpu_load(set, kernel("state"), NULL));
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    ck_assert_uint_eq(get_word(nth_dpu(set, 4), "runs"), 1);
    OK(dpu_free(set));
    REFUSED(DPU_ERR_ALLOCATION, dpu_alloc(65, "backend=simulator", &set));
    OK(dpu_alloc(DPU_ALLOCATE_ALL, "backend=simulator", &set));
    ck_assert_uint_eq(count_dpus(set), 64);
    OK(dpu_free(set));
    OK(dpu_alloc(5, "backend=simulator,nrDpusPerCi=2", &set));
    ck_assert_uint_eq(count_ranks(set), 3);
}
END_TEST

START_TEST(sizes_are_those_asked_for)
{
    struct dpu_set_t set;
    struct dpu_program_t *program;
    struct dpu_symbol_t everything = {0x08000000, 0x04000000};
    uint64_t word = 1;
    OK(dpu_alloc(1, "mramSize=1048576", &set));
    OK(dpu_load(set, kernel("state"), &program));
    OK(dpu_copy_to_symbol(set, everything, 1048568, &word, 8));
    REFUSED(DPU_ERR_INVALID_MRAM_ACCESS, dpu_copy_to_symbol(set, everything, 1048569, &word, 8));
}
END_TEST

START_TEST(dpus_may_be_spread_over_all_ranks)
{
    struct dpu_set_t set, rank;
    OK(dpu_alloc(100, "dispatchOnAllRanks=true", &set));
    ck_assert_uint_eq(count_dpus(set), 100);
    ck_assert_uint_eq(count_ranks(set), RANKS);
    DPU_RANK_FOREACH (set, rank)
        ck_assert_uint_le(count_dpus(rank), 32);
    OK(dpu_free(set));
    OK(dpu_alloc(3, "dispatchOnAllRanks=true", &set)); /* no more ranks than DPUs */
    ck_assert_uint_eq(count_ranks(set), 3);
    OK(dpu_free(set));
    OK(dpu_alloc(DPU_ALLOCATE_ALL, "dispatchOnAllRanks=true", &set));
    ck_assert_uint_eq(count_dpus(set), MACHINE_DPUS);
}
END_TEST

TCase *upmem_profile_tests(void)
{
    TCase *tests = upmem_case("profiles");
    tcase_add_loop_test(tests, strings_are_tolerated, 0, sizeof tolerated / sizeof *tolerated);
    tcase_add_loop_test(tests, numbers_have_to_be_numbers, 0, sizeof refused / sizeof *refused);
    tcase_add_loop_test(tests, the_environment_adds_to_the_program, 0, sizeof layers / sizeof *layers);
    tcase_add_test(tests, masked_dpus_are_left_out);
    tcase_add_test(tests, the_simulator_has_ranks_of_one);
    tcase_add_test(tests, sizes_are_those_asked_for);
    tcase_add_test(tests, dpus_may_be_spread_over_all_ranks);
    return tests;
}
