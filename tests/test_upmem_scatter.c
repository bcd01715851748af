/* Do scatter-gather transfers take the blocks in order, and what do they refuse? */
#include "upmem_fixture.h"

enum { DPUS = 130, LENGTH = 96, BLOCKS = 8 };

static uint8_t data[DPUS][2 * LENGTH];

/* The blocks of every DPU: lengths up to a 0, cut out of its row of `data` from the end to the front. */
struct plan {
    uint32_t lengths[BLOCKS + 1];
    uint32_t calls[DPUS], next[DPUS];
    bool disorder;
};

static struct plan plan;

static bool block(struct sg_block_info *out, uint32_t dpu, uint32_t number, void *arguments)
{
    struct plan *p = arguments;
    uint32_t end = LENGTH;
    if (dpu >= DPUS || number != p->next[dpu]++)
        p->disorder = true;
    p->calls[dpu % DPUS]++;
    if (number > BLOCKS || !p->lengths[number])
        return false;
    for (uint32_t i = 0; i <= number; i++)
        end -= p->lengths[i] < end ? p->lengths[i] : end;
    *out = (struct sg_block_info){data[dpu % DPUS] + end, p->lengths[number]};
    return true;
}

static get_block_t blocks = {block, &plan, sizeof plan};

/* The bytes that the DPU should hold: its row with the blocks in the order of their numbers. */
static void in_order(uint32_t dpu, uint8_t *bytes)
{
    uint32_t end = LENGTH, at = 0;
    for (uint32_t i = 0; plan.lengths[i]; i++) {
        end -= plan.lengths[i];
        memcpy(bytes + at, data[dpu] + end, plan.lengths[i]);
        at += plan.lengths[i];
    }
}

static void use(const uint32_t *lengths)
{
    plan = (struct plan){0};
    for (uint32_t i = 0; i < BLOCKS && lengths[i]; i++)
        plan.lengths[i] = lengths[i];
    for (uint32_t dpu = 0; dpu < DPUS; dpu++)
        for (uint32_t i = 0; i < 2 * LENGTH; i++)
            data[dpu][i] = (uint8_t)(dpu + 3 * i + 1);
}

static struct dpu_set_t scattering(const char *profile)
{
    struct dpu_set_t set;
    OK(dpu_alloc(DPUS, profile, &set));
    OK(dpu_load(set, kernel("state"), NULL));
    return set;
}

static const dpu_sg_xfer_flags_t both[] = {DPU_SG_XFER_DEFAULT, DPU_SG_XFER_ASYNC};

START_TEST(blocks_go_to_the_dpus_in_order)
{
    struct dpu_set_t set = scattering("sgXferEnable=true,sgXferMaxBlocksPerDpu=4"), dpu;
    uint8_t found[LENGTH], expected[LENGTH];
    uint32_t each;
    use((const uint32_t[]){40, 1, 23, 32, 0});
    OK(dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 8, LENGTH, &blocks, both[_i]));
    OK(dpu_sync(set));
    ck_assert(!plan.disorder);
    DPU_FOREACH (set, dpu, each) {
        ck_assert_uint_eq(plan.calls[each], 5);
        in_order(each, expected);
        OK(dpu_copy_from(dpu, "mram_buffer", 8, found, LENGTH));
        ck_assert_mem_eq(found, expected, LENGTH);
    }
}
END_TEST

START_TEST(and_come_back_in_order)
{
    struct dpu_set_t set = scattering("sgXferEnable=true"), dpu;
    static uint8_t sent[DPUS][LENGTH];
    uint8_t expected[LENGTH];
    uint32_t each;
    use((const uint32_t[]){10, 20, 66, 0});
    DPU_FOREACH (set, dpu, each) {
        memset(sent[each], (int)each + 100, LENGTH / 2);
        memset(sent[each] + LENGTH / 2, (int)each, LENGTH / 2);
        OK(dpu_prepare_xfer(dpu, sent[each]));
    }
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, DPU_XFER_DEFAULT));
    OK(dpu_push_sg_xfer_symbol(set, DPU_XFER_FROM_DPU, (struct dpu_symbol_t){0x08000018, 65536}, 0, LENGTH, &blocks, both[_i]));
    OK(dpu_sync(set));
    DPU_FOREACH (set, dpu, each) {
        in_order(each, expected);
        ck_assert_mem_eq(expected, sent[each], LENGTH);
    }
}
END_TEST

START_TEST(dpus_are_numbered_in_their_allocation)
{
    struct dpu_set_t set = scattering("sgXferEnable=true");
    use((const uint32_t[]){LENGTH, 0});
    OK(dpu_push_sg_xfer(nth_rank(set, 1), DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DEFAULT));
    uint32_t first = count_dpus(nth_rank(set, 0)), count = count_dpus(nth_rank(set, 1));
    for (uint32_t each = 0; each < DPUS; each++)
        ck_assert_uint_eq(plan.calls[each], each >= first && each < first + count ? 2 : 0);
}
END_TEST

START_TEST(lengths_have_to_add_up)
{
    struct dpu_set_t set = scattering("sgXferEnable=true"), dpu = nth_dpu(set, 129);
    uint8_t found[LENGTH], expected[LENGTH] = {0};
    use((const uint32_t[]){40, 40, 0}); /* too short */
    REFUSED(DPU_ERR_SG_LENGTH_MISMATCH,
            dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DEFAULT));
    OK(dpu_copy_to(set, "mram_buffer", 0, data[5], LENGTH));
    use((const uint32_t[]){40, 40, 0});
    OK(dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DISABLE_LENGTH_CHECK));
    in_order(129, expected); /* and zeros behind */
    OK(dpu_copy_from(dpu, "mram_buffer", 0, found, LENGTH));
    ck_assert_mem_eq(found, expected, LENGTH);
    use((const uint32_t[]){40, 40, 40, 0}); /* too long */
    REFUSED(DPU_ERR_SG_LENGTH_MISMATCH,
            dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DEFAULT));
    use((const uint32_t[]){40, 40, 0});
    memset(data[129], 0x77, LENGTH);
    OK(dpu_push_sg_xfer(set, DPU_XFER_FROM_DPU, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DISABLE_LENGTH_CHECK));
    ck_assert_uint_eq(data[129][0], 0x77); /* no block reaches it */
    ck_assert_mem_eq(data[129] + 56, expected, 40);
}
END_TEST

START_TEST(blocks_are_limited)
{
    struct dpu_set_t set = scattering("sgXferEnable=true,sgXferMaxBlocksPerDpu=3");
    use((const uint32_t[]){32, 32, 32, 0});
    OK(dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DEFAULT));
    use((const uint32_t[]){24, 24, 24, 24, 0});
    REFUSED(DPU_ERR_SG_TOO_MANY_BLOCKS,
            dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DEFAULT));
    use((const uint32_t[]){60, 60, 60, 60, 0}); /* also too long: the length is checked when the block before has been taken */
    REFUSED(DPU_ERR_SG_LENGTH_MISMATCH,
            dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DEFAULT));
}
END_TEST

START_TEST(checks_have_an_order)
{
    struct dpu_set_t set = scattering(NULL), plain = set;
    get_block_t none = {0};
    use((const uint32_t[]){LENGTH, 0});
    REFUSED(DPU_ERR_UNKNOWN_SYMBOL, dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "hidden", 0, 8, &blocks, DPU_SG_XFER_DEFAULT));
    REFUSED(DPU_ERR_SG_NOT_MRAM_SYMBOL, dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "runs", 0, 4, &blocks, DPU_SG_XFER_DEFAULT));
    REFUSED(DPU_ERR_SG_NOT_MRAM_SYMBOL, dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "runs", 0, 2, &blocks, DPU_SG_XFER_DEFAULT));
    REFUSED(DPU_ERR_SG_NOT_MRAM_SYMBOL, dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "spend", 0, 4, &blocks, DPU_SG_XFER_DEFAULT));
    REFUSED(DPU_ERR_INVALID_SYMBOL_ACCESS,
            dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 65536, 4, &blocks, DPU_SG_XFER_DEFAULT));
    REFUSED(DPU_ERR_SG_NOT_ACTIVATED,
            dpu_push_sg_xfer(set, (dpu_xfer_t)2, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DEFAULT));
    OK(dpu_free(plain));
    set = scattering("sgXferEnable=1");
    REFUSED(DPU_ERR_INVALID_MEMORY_TRANSFER,
            dpu_push_sg_xfer(set, (dpu_xfer_t)2, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DEFAULT));
    REFUSED(DPU_ERR_INVALID_MEMORY_TRANSFER,
            dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, NULL, DPU_SG_XFER_DEFAULT));
    REFUSED(DPU_ERR_INVALID_MEMORY_TRANSFER,
            dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, &none, DPU_SG_XFER_DEFAULT));
    OK(dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DEFAULT));
    OK(dpu_free(set));
    OK(dpu_alloc(1, "sgXferEnable=true", &set));
    REFUSED(DPU_ERR_NO_PROGRAM_LOADED,
            dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_DEFAULT));
}
END_TEST

/* The blocks are asked for when the callback before the transfer has made them. */
static dpu_error_t make_plan(struct dpu_set_t set, uint32_t rank, void *arguments)
{
    (void)set, (void)arguments;
    if (!rank)
        use((const uint32_t[]){LENGTH, 0});
    return DPU_OK;
}

START_TEST(blocks_may_be_made_by_a_callback)
{
    struct dpu_set_t set = scattering("sgXferEnable=true");
    OK(dpu_callback(set, make_plan, NULL, DPU_CALLBACK_ASYNC));
    OK(dpu_push_sg_xfer(set, DPU_XFER_TO_DPU, "mram_buffer", 0, LENGTH, &blocks, DPU_SG_XFER_ASYNC));
    OK(dpu_sync(set));
    ck_assert_uint_eq(plan.calls[0], 2);
}
END_TEST

TCase *upmem_scatter_tests(void)
{
    TCase *tests = upmem_case("scatter-gather");
    tcase_add_loop_test(tests, blocks_go_to_the_dpus_in_order, 0, 2);
    tcase_add_loop_test(tests, and_come_back_in_order, 0, 2);
    tcase_add_test(tests, dpus_are_numbered_in_their_allocation);
    tcase_add_test(tests, lengths_have_to_add_up);
    tcase_add_test(tests, blocks_are_limited);
    tcase_add_test(tests, checks_have_an_order);
    tcase_add_test(tests, blocks_may_be_made_by_a_callback);
    return tests;
}
