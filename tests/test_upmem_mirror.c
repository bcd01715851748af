/* Do many transfers of every kind, with random places and lengths, leave what a copy of all memories in the host holds? */
#include "upmem_fixture.h"

#include <time.h>

enum { DPUS = 70, MRAM_BYTES = 65536, WRAM_BYTES = 28, BLOCKS = 5, STEPS = 3000 };

struct memories { uint8_t wram[WRAM_BYTES], mram[MRAM_BYTES]; };

static struct memories mirror[DPUS];
static uint8_t data[DPUS][MRAM_BYTES];
static uint64_t state;

static uint32_t below(uint32_t end)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % end;
}

/* Where a step works: any bytes of mram_buffer, or words of odd_arguments. */
struct place { bool mram; uint32_t offset, length; };

static struct place random_place(void)
{
    struct place place = {.mram = below(3) > 0};
    uint32_t size = place.mram ? MRAM_BYTES : WRAM_BYTES, unit = place.mram ? 1 : 4;
    place.offset = below(size / unit + 1) * unit;
    uint32_t longest = size - place.offset, limit = below(4) ? 300 : MRAM_BYTES;
    place.length = below((longest < limit ? longest : limit) / unit + 1) * unit;
    return place;
}

static uint8_t *mirrored(uint32_t dpu, struct place place)
{
    return (place.mram ? mirror[dpu].mram : mirror[dpu].wram) + place.offset;
}

static const char *symbol_of(struct place place)
{
    return place.mram ? "mram_buffer" : "odd_arguments";
}

static void make_data(uint32_t dpu, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        data[dpu][i] = (uint8_t)below(256);
}

static void push(struct dpu_set_t set, struct place place, dpu_xfer_t direction, dpu_xfer_flags_t flags)
{
    struct dpu_set_t dpu;
    uint32_t each, one_in = 1 + below(3);
    static bool taken[DPUS];
    DPU_FOREACH (set, dpu, each) {
        taken[each] = !below(one_in);
        make_data(each, place.length);
        OK(dpu_prepare_xfer(dpu, taken[each] ? data[each] : NULL));
    }
    OK(dpu_push_xfer(set, direction, symbol_of(place), place.offset, place.length, flags));
    OK(dpu_sync(set));
    for (each = 0; each < DPUS; each++) {
        if (taken[each] && direction == DPU_XFER_TO_DPU)
            memcpy(mirrored(each, place), data[each], place.length);
        else if (taken[each])
            ck_assert_mem_eq(data[each], mirrored(each, place), place.length);
    }
}

static void broadcast(struct dpu_set_t set, struct place place, dpu_xfer_flags_t flags)
{
    make_data(0, place.length);
    OK(dpu_broadcast_to(set, symbol_of(place), place.offset, data[0], place.length, flags));
    OK(dpu_sync(set));
    for (uint32_t each = 0; each < DPUS; each++)
        memcpy(mirrored(each, place), data[0], place.length);
}

static void copy_one(struct dpu_set_t set, struct place place, bool to_dpu)
{
    uint32_t number = below(DPUS);
    struct dpu_set_t dpu = nth_dpu(set, number);
    make_data(0, place.length);
    if (to_dpu) {
        OK(dpu_copy_to(dpu, symbol_of(place), place.offset, data[0], place.length));
        memcpy(mirrored(number, place), data[0], place.length);
    } else {
        OK(dpu_copy_from(dpu, symbol_of(place), place.offset, data[0], place.length));
        ck_assert_mem_eq(data[0], mirrored(number, place), place.length);
    }
}

/* ------------------------------------------------------------------------- scatter-gather --- */

struct cuts { uint32_t ends[DPUS][BLOCKS]; };

static bool nth_block(struct sg_block_info *block, uint32_t dpu, uint32_t number, void *arguments)
{
    const struct cuts *cuts = arguments;
    if (number >= BLOCKS)
        return false;
    uint32_t start = number ? cuts->ends[dpu][number - 1] : 0;
    block->addr = data[dpu] + start;
    block->length = cuts->ends[dpu][number] - start;
    return true;
}

static void scatter(struct dpu_set_t set, struct place place, dpu_xfer_t direction)
{
    static struct cuts cuts;
    get_block_t blocks = {nth_block, &cuts, sizeof cuts};
    place.mram = true;
    for (uint32_t each = 0; each < DPUS; each++) {
        uint32_t at = 0;
        make_data(each, place.length);
        for (uint32_t i = 0; i < BLOCKS; i++)
            cuts.ends[each][i] = at = i == BLOCKS - 1 ? place.length : at + below(place.length - at + 1);
    }
    OK(dpu_push_sg_xfer(set, direction, symbol_of(place), place.offset, place.length, &blocks,
                        below(2) ? DPU_SG_XFER_DEFAULT : DPU_SG_XFER_ASYNC));
    OK(dpu_sync(set));
    for (uint32_t each = 0; each < DPUS; each++) {
        if (direction == DPU_XFER_TO_DPU)
            memcpy(mirrored(each, place), data[each], place.length);
        else
            ck_assert_mem_eq(data[each], mirrored(each, place), place.length);
    }
}

START_TEST(random_transfers_agree_with_a_mirror)
{
    const char *given = getenv("PIMENTO_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    printf("mirror: PIMENTO_TEST_SEED=%llu\n", (unsigned long long)seed);
    fflush(stdout);
    state = seed;
    struct dpu_set_t set;
    OK(dpu_alloc(DPUS, "sgXferEnable=true", &set));
    OK(dpu_load(set, kernel("state"), NULL));
    broadcast(set, (struct place){true, 0, MRAM_BYTES}, DPU_XFER_DEFAULT);
    for (uint32_t step = 0; step < STEPS; step++) {
        struct place place = random_place();
        dpu_xfer_t direction = below(2) ? DPU_XFER_TO_DPU : DPU_XFER_FROM_DPU;
        dpu_xfer_flags_t flags = below(2) ? DPU_XFER_DEFAULT : DPU_XFER_ASYNC;
        switch (below(16)) {
        case 0: push(set, place, direction, flags); break;
        case 1: broadcast(set, place, flags); break;
        case 2: place.length = place.length < 4096 ? place.length : 4096;
                if (place.mram)
                    scatter(set, place, direction);
                break;
        default: copy_one(set, place, direction == DPU_XFER_TO_DPU); break;
        }
    }
    for (uint32_t each = 0; each < DPUS; each++) {
        OK(dpu_copy_from(nth_dpu(set, each), "mram_buffer", 0, data[0], MRAM_BYTES));
        ck_assert_mem_eq(data[0], mirror[each].mram, MRAM_BYTES);
    }
}
END_TEST

TCase *upmem_mirror_tests(void)
{
    TCase *tests = upmem_case("random transfers");
    tcase_add_test(tests, random_transfers_agree_with_a_mirror);
    return tests;
}
