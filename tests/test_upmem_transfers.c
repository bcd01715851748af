/* Do copies, prepared transfers and broadcasts move the right bytes, and which check comes first? */
#include "upmem_fixture.h"

enum { WORDS = 16384 }; /* of a buffer that is large enough for all rows */
static uint32_t buffer[WORDS];

/* ----------------------------------------------------------------------------------- checks --- */

/* Several rules are broken at once in many rows: the error says which is looked at first. Sizes: runs 4, odd_arguments 28 (both WRAM),
 * mram_text 16, spend 168 (IRAM). */
static const struct { const char *symbol; uint32_t offset; size_t length; int error; } checks[] = {
    {"runs", 0, 4, DPU_OK},
    {"odd_arguments", 0, 28, DPU_OK},
    {"odd_arguments", 4, 12, DPU_OK},
    {"odd_arguments", 28, 0, DPU_OK},
    {"odd_arguments", 0, 32, DPU_ERR_INVALID_SYMBOL_ACCESS},
    {"odd_arguments", 32, 0, DPU_ERR_INVALID_SYMBOL_ACCESS},
    {"odd_arguments", 2, 4, DPU_ERR_INVALID_WRAM_ACCESS},
    {"odd_arguments", 0, 6, DPU_ERR_INVALID_WRAM_ACCESS},
    {"odd_arguments", 2, 30, DPU_ERR_INVALID_SYMBOL_ACCESS}, /* and not aligned */
    {"odd_arguments", 27, 2, DPU_ERR_INVALID_SYMBOL_ACCESS}, /* and not aligned */
    {"odd_arguments", UINT32_MAX, 4, DPU_ERR_INVALID_SYMBOL_ACCESS},
    {"odd_arguments", 4, SIZE_MAX, DPU_ERR_INVALID_SYMBOL_ACCESS},
    {"odd_arguments", 0, SIZE_MAX - 3, DPU_ERR_INVALID_SYMBOL_ACCESS},
    {"spend", 0, 8, DPU_OK},
    {"spend", 160, 8, DPU_OK},
    {"spend", 4, 8, DPU_ERR_INVALID_IRAM_ACCESS},
    {"spend", 0, 4, DPU_ERR_INVALID_IRAM_ACCESS},
    {"spend", 164, 8, DPU_ERR_INVALID_SYMBOL_ACCESS}, /* and not aligned */
    {"mram_text", 1, 15, DPU_OK},
    {"mram_text", 3, 1, DPU_OK},
    {"mram_text", 1, 16, DPU_ERR_INVALID_SYMBOL_ACCESS},
    {"NR_TASKLETS", 0, 4, DPU_ERR_INVALID_SYMBOL_ACCESS},
    {HEAP, 0, 4096, DPU_OK},
    {HEAP, 0x04000000 - 0x10018 - 8, 8, DPU_OK},
    {HEAP, 0x04000000 - 0x10018 - 8, 9, DPU_ERR_INVALID_SYMBOL_ACCESS},
    {"no_such_symbol", UINT32_MAX, 4, DPU_ERR_UNKNOWN_SYMBOL},
};

START_TEST(transfers_are_checked_in_order)
{
    struct dpu_set_t set = loaded(2, "state"), dpu = nth_dpu(set, 1);
    const char *symbol = checks[_i].symbol;
    uint32_t offset = checks[_i].offset;
    size_t length = checks[_i].length;
    int error = checks[_i].error;
    OK(dpu_prepare_xfer(set, buffer));
    ck_assert_int_eq(dpu_copy_from(dpu, symbol, offset, buffer, length), error); /* first: IRAM gets back what it held */
    ck_assert_int_eq(dpu_copy_to(set, symbol, offset, buffer, length), error);
    ck_assert_int_eq(dpu_copy_to(dpu, symbol, offset, buffer, length), error);
    ck_assert_int_eq(dpu_broadcast_to(set, symbol, offset, buffer, length, DPU_XFER_DEFAULT), error);
    ck_assert_int_eq(dpu_broadcast_to(set, symbol, offset, buffer, length, DPU_XFER_ASYNC), error);
    ck_assert_int_eq(dpu_push_xfer(set, DPU_XFER_FROM_DPU, symbol, offset, length, DPU_XFER_NO_RESET), error);
    ck_assert_int_eq(dpu_push_xfer(dpu, DPU_XFER_TO_DPU, symbol, offset, length, DPU_XFER_NO_RESET), error);
    ck_assert_int_eq(dpu_push_xfer(set, DPU_XFER_TO_DPU, symbol, offset, length, DPU_XFER_ASYNC), error);
    OK(dpu_sync(set));
    /* One DPU is asked for before anything else. */
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_copy_from(set, symbol, offset, buffer, length));
}
END_TEST

/* Symbols of the program's own making are held against the memories. */
static const struct { struct dpu_symbol_t symbol; uint32_t offset; size_t length; int error; } made_up[] = {
    {{0x34, 28}, 0, 28, DPU_OK},
    {{0x34, 28}, 4, 28, DPU_ERR_INVALID_SYMBOL_ACCESS},
    {{0xfffc, 4}, 0, 4, DPU_OK},
    {{0xfffc, 8}, 0, 8, DPU_ERR_INVALID_WRAM_ACCESS},
    {{0x35, 28}, 3, 4, DPU_OK},
    {{0x35, 28}, 0, 4, DPU_ERR_INVALID_WRAM_ACCESS},
    {{0x80007ff8, 8}, 0, 8, DPU_OK},
    {{0x80007ff8, 16}, 8, 8, DPU_ERR_INVALID_IRAM_ACCESS},
    {{0x80000004, 16}, 0, 8, DPU_ERR_INVALID_IRAM_ACCESS},
    {{0x0bfffff8, 8}, 0, 8, DPU_OK},
    {{0x0bfffff8, 16}, 0, 9, DPU_ERR_INVALID_MRAM_ACCESS},
    {{0x08000000, UINT32_MAX}, UINT32_MAX - 8, 8, DPU_ERR_INVALID_MRAM_ACCESS},
};

START_TEST(made_up_symbols_are_checked)
{
    struct dpu_set_t set = loaded(2, "state"), dpu = nth_dpu(set, 1);
    struct dpu_symbol_t symbol = made_up[_i].symbol;
    uint32_t offset = made_up[_i].offset;
    size_t length = made_up[_i].length;
    int error = made_up[_i].error;
    OK(dpu_prepare_xfer(set, buffer));
    ck_assert_int_eq(dpu_copy_from_symbol(dpu, symbol, offset, buffer, length), error);
    ck_assert_int_eq(dpu_copy_to_symbol(set, symbol, offset, buffer, length), error);
    ck_assert_int_eq(dpu_broadcast_to_symbol(set, symbol, offset, buffer, length, DPU_XFER_DEFAULT), error);
    ck_assert_int_eq(dpu_push_xfer_symbol(set, DPU_XFER_TO_DPU, symbol, offset, length, DPU_XFER_DEFAULT), error);
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_copy_from_symbol(set, symbol, offset, buffer, length));
}
END_TEST

START_TEST(mram_was_reached_by_eight_bytes_in_2020)
{
    static const int invalid_mram_access = 10;
    imitate("2020.3");
    struct dpu_set_t set = loaded(1, "state");
    OK(dpu_copy_to(set, "mram_text", 8, buffer, 8));
    ck_assert_int_eq(dpu_copy_to(set, "mram_text", 4, buffer, 8), invalid_mram_access);
    ck_assert_int_eq(dpu_copy_to(set, "mram_text", 0, buffer, 4), invalid_mram_access);
}
END_TEST

START_TEST(directions_are_checked_last)
{
    const dpu_xfer_t aside = (dpu_xfer_t)2;
    struct dpu_set_t set = loaded(1, "state");
    OK(dpu_prepare_xfer(set, buffer));
    REFUSED(DPU_ERR_INVALID_MEMORY_TRANSFER, dpu_push_xfer(set, aside, "runs", 0, 4, DPU_XFER_DEFAULT));
    REFUSED(DPU_ERR_INVALID_WRAM_ACCESS, dpu_push_xfer(set, aside, "runs", 0, 2, DPU_XFER_DEFAULT));
    REFUSED(DPU_ERR_INVALID_SYMBOL_ACCESS, dpu_push_xfer(set, aside, "runs", 0, 8, DPU_XFER_DEFAULT));
}
END_TEST

/* ------------------------------------------------------------------------ prepared transfers --- */

START_TEST(each_dpu_has_its_buffer)
{
    struct dpu_set_t set = loaded(200, "state"), dpu;
    static uint32_t out[200][7], in[200][7];
    uint32_t each;
    DPU_FOREACH (set, dpu, each) {
        for (uint32_t i = 0; i < 7; i++)
            out[each][i] = 1000 * each + i;
        OK(dpu_prepare_xfer(dpu, out[each]));
    }
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "odd_arguments", 0, 28, DPU_XFER_DEFAULT));
    DPU_FOREACH (set, dpu, each)
        OK(dpu_prepare_xfer(dpu, each % 3 ? in[each] : NULL));
    OK(dpu_push_xfer(set, DPU_XFER_FROM_DPU, "odd_arguments", 0, 28, DPU_XFER_DEFAULT));
    for (each = 0; each < 200; each++)
        for (uint32_t i = 0; i < 7; i++)
            ck_assert_uint_eq(in[each][i], each % 3 ? out[each][i] : 0);
}
END_TEST

START_TEST(buffers_are_forgotten_unless_asked_for_exactly)
{
    static const struct { int flags; bool kept; } rows[] = {
        {DPU_XFER_DEFAULT, false}, {DPU_XFER_NO_RESET, true}, {DPU_XFER_ASYNC, false}, {DPU_XFER_NO_RESET | DPU_XFER_ASYNC, false}};
    struct dpu_set_t set = loaded(65, "state"), dpu = nth_dpu(set, 64);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t word = 1;
        OK(dpu_prepare_xfer(set, &word));
        OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "operand", 0, 4, (dpu_xfer_flags_t)rows[i].flags));
        OK(dpu_sync(set));
        word = 2;
        OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "operand", 0, 4, DPU_XFER_DEFAULT));
        ck_assert_uint_eq(get_word(dpu, "operand"), rows[i].kept ? 2 : 1);
    }
}
END_TEST

START_TEST(buffers_outlive_a_refused_push)
{
    struct dpu_set_t set = loaded(2, "state");
    uint32_t word = 5;
    OK(dpu_prepare_xfer(set, &word));
    REFUSED(DPU_ERR_INVALID_SYMBOL_ACCESS, dpu_push_xfer(set, DPU_XFER_TO_DPU, "operand", 4, 4, DPU_XFER_DEFAULT));
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "operand", 0, 4, DPU_XFER_DEFAULT));
    ck_assert_uint_eq(get_word(nth_dpu(set, 1), "operand"), 5);
}
END_TEST

START_TEST(preparing_again_replaces)
{
    struct dpu_set_t set = loaded(2, "state"), dpu = nth_dpu(set, 1);
    uint32_t first = 1, second = 2;
    OK(dpu_prepare_xfer(set, &first));
    OK(dpu_prepare_xfer(dpu, &second));
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "operand", 0, 4, DPU_XFER_DEFAULT));
    ck_assert_uint_eq(get_word(nth_dpu(set, 0), "operand"), 1);
    ck_assert_uint_eq(get_word(dpu, "operand"), 2);
}
END_TEST

START_TEST(preparing_again_was_told_in_2020)
{
    static const int transfer_already_set = 13;
    imitate("2020.3");
    struct dpu_set_t set = loaded(2, "state"), dpu = nth_dpu(set, 1);
    uint32_t first = 1, second = 2;
    OK(dpu_prepare_xfer(nth_dpu(set, 0), &first));
    ck_assert_int_eq(dpu_prepare_xfer(set, &second), transfer_already_set);
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "operand", 0, 4, DPU_XFER_DEFAULT));
    ck_assert_uint_eq(get_word(nth_dpu(set, 0), "operand"), 2); /* and done */
    ck_assert_uint_eq(get_word(dpu, "operand"), 2);
    OK(dpu_prepare_xfer(set, &first));
    OK(dpu_prepare_xfer(set, NULL)); /* clearing is no second time */
    OK(dpu_prepare_xfer(set, &first));
}
END_TEST

START_TEST(parts_of_a_set_are_pushed_alone)
{
    struct dpu_set_t set = loaded(128, "state"), rank = nth_rank(set, 1);
    uint32_t word = 3;
    OK(dpu_prepare_xfer(set, &word));
    OK(dpu_push_xfer(rank, DPU_XFER_TO_DPU, "operand", 0, 4, DPU_XFER_DEFAULT));
    ck_assert_uint_eq(get_word(nth_dpu(set, 63), "operand"), 0);
    ck_assert_uint_eq(get_word(nth_dpu(set, 64), "operand"), 3);
    word = 4; /* the other rank still has its buffers */
    OK(dpu_push_xfer(nth_dpu(set, 5), DPU_XFER_TO_DPU, "operand", 0, 4, DPU_XFER_DEFAULT));
    word = 5;
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "operand", 0, 4, DPU_XFER_DEFAULT));
    ck_assert_uint_eq(get_word(nth_dpu(set, 5), "operand"), 4);
    ck_assert_uint_eq(get_word(nth_dpu(set, 6), "operand"), 5);
    ck_assert_uint_eq(get_word(nth_dpu(set, 64), "operand"), 3);
}
END_TEST

START_TEST(instructions_are_data)
{
    struct dpu_set_t set = loaded(1, "state"), dpu = nth_dpu(set, 0);
    uint64_t code[21], again[21];
    OK(dpu_copy_from(dpu, "spend", 0, code, sizeof code));
    ck_assert_uint_ne(code[20], 0);
    OK(dpu_copy_to(dpu, "spend", 8, &code[20], 8)); /* stop where the counting began */
    OK(dpu_copy_from(dpu, "spend", 0, again, sizeof again));
    ck_assert_uint_eq(again[1], code[20]);
    OK(dpu_copy_to(dpu, "spend", 0, code, sizeof code));
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    ck_assert_uint_eq(get_word(dpu, "runs"), 1);
}
END_TEST

TCase *upmem_transfer_tests(void)
{
    TCase *tests = upmem_case("transfers");
    tcase_add_loop_test(tests, transfers_are_checked_in_order, 0, sizeof checks / sizeof *checks);
    tcase_add_loop_test(tests, made_up_symbols_are_checked, 0, sizeof made_up / sizeof *made_up);
    tcase_add_test(tests, mram_was_reached_by_eight_bytes_in_2020);
    tcase_add_test(tests, directions_are_checked_last);
    tcase_add_test(tests, each_dpu_has_its_buffer);
    tcase_add_test(tests, buffers_are_forgotten_unless_asked_for_exactly);
    tcase_add_test(tests, buffers_outlive_a_refused_push);
    tcase_add_test(tests, preparing_again_replaces);
    tcase_add_test(tests, preparing_again_was_told_in_2020);
    tcase_add_test(tests, parts_of_a_set_are_pushed_alone);
    tcase_add_test(tests, instructions_are_data);
    return tests;
}
