/* Operations that are no multiply-accumulates: are the constructed networks as good as they should be, do the integers do what the real
 * functions do, and does the machine compute these integers, at the ends of the range and beyond, for any width and number of lanes?
 */
#include "kernel_fixture.h"

#include <math.h>
#include <stdio.h>

#include "bitserial/nonmac.h"
#include "random.h"
#include "studies/measure.h"

/* ---- real numbers ---- */

/* Greatest errors of the construction for 8, 16, 32 and 64 hidden ReLUs: an earlier trial of ours, by another program, two digits. */
static const double published[SCALAR_FUNCTION_COUNT][4] = {
    [SCALAR_EXP] = {5.5e-3, 1.3e-3, 3.2e-4, 8.0e-5},      [SCALAR_SIGMOID] = {9.9e-3, 2.1e-3, 4.7e-4, 1.1e-4},
    [SCALAR_TANH] = {2.0e-2, 4.1e-3, 9.4e-4, 2.3e-4},     [SCALAR_GELU] = {1.6e-2, 3.4e-3, 7.0e-4, 1.8e-4},
    [SCALAR_SILU] = {1.8e-2, 5.3e-3, 1.1e-3, 2.6e-4},     [SCALAR_ERF] = {1.9e-2, 3.8e-3, 8.5e-4, 2.0e-4},
    [SCALAR_SOFTPLUS] = {1.5e-2, 3.3e-3, 7.9e-4, 1.9e-4}, [SCALAR_SQRT] = {4.5e-4, 1.1e-4, 2.8e-5, 7.0e-6},
    [SCALAR_RSQRT] = {2.7e-3, 6.7e-4, 1.7e-4, 4.2e-5},    [SCALAR_RECIPROCAL] = {1.8e-3, 4.5e-4, 1.1e-4, 2.8e-5},
    [SCALAR_LOG2] = {9.0e-4, 2.3e-4, 5.6e-5, 1.4e-5},     [SCALAR_SQUARE] = {1.0e-2, 2.6e-3, 6.5e-4, 1.6e-4},
    [SCALAR_SIN] = {4.1e-2, 8.8e-3, 2.0e-3, 4.9e-4},
};

START_TEST(networks_are_as_good_as_published)
{
    const struct scalar_function *f = &scalar_functions[_i];
    for (unsigned i = 0; i < 4; i++) {
        struct relu_network network;
        relu_network_fit(f, 8u << i, &network);
        double error = relu_network_error(f, &network), ratio = error / published[_i][i];
        ck_assert_msg(ratio > 0.9 && ratio < 1.05, "%s, %u: error %.3g, expected about %.3g", f->name, 8u << i, error, published[_i][i]);
        for (unsigned k = 1; k < network.hidden; k++)
            ck_assert_msg(network.knots[k] > network.knots[k - 1], "%s, %u: knots %u", f->name, 8u << i, k);
        ck_assert(network.knots[0] == f->low);
    }
}
END_TEST

START_TEST(straight_functions_and_one_piece_are_fitted)
{
    struct relu_network network;
    relu_network_fit(&scalar_functions[SCALAR_SQUARE], 1, &network); /* least squares on [-1, 1]: the constant 1/3 */
    ck_assert(fabs(network.constant - 1.0 / 3) < 1e-3 && fabs(network.weights[0]) < 1e-9);
}
END_TEST

/* ---- integers ---- */

START_TEST(integers_keep_the_error)
{
    static const unsigned widths[] = {6, 8, 12, 16, 20, 24};
    const struct scalar_function *f = &scalar_functions[_i];
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct fixed_range range = fixed_range_of(f, widths[i]);
        struct relu_network real;
        struct fixed_network network;
        relu_network_fit(f, 16, &real);
        fixed_network_make(&range, 16, &network);
        double worst = 0, half = ldexp(0.5, -(int)range.y_fraction), base = relu_network_error(f, &real) + half;
        uint64_t most = (uint64_t)(range.high - range.low), step = most / 3000 + 1;
        for (uint64_t u = 0; u <= most; u += step)
            worst = fmax(worst, fixed_error(&range, u, fixed_network_value(&network, u)));
        ck_assert_msg(worst <= 1.2 * base, /* 15 percent, as far as the places show that are looked at */ "%s, %u bits: error %.3g, of real numbers %.3g", f->name, widths[i], worst, base);
        double coarse = 0;
        for (uint64_t u = 0; u <= most; u += step)
            coarse = fmax(coarse, fixed_error(&range, u, fixed_table_entry(&range, range.u_width, u)));
        ck_assert_msg(coarse <= 1.001 * half, "%s, %u bits: a table of all numbers is off by %.3g", f->name, widths[i], coarse);
    }
}
END_TEST

START_TEST(shifts_and_additions_are_off_by_little_more_than_a_unit)
{
    for (unsigned width = FIXED_NARROWEST; width <= FIXED_WIDEST; width++) {
        struct fixed_range range = fixed_range_of(&scalar_functions[SCALAR_EXP], width);
        struct fixed_exponential e;
        fixed_exponential_make(&range, &e);
        uint64_t most = (uint64_t)(range.high - range.low), step = most / 3000 + 1;
        double worst = 0;
        for (uint64_t u = 0; u <= most; u += step)
            worst = fmax(worst, fixed_error(&range, u, fixed_exponential_value(&e, u)));
        ck_assert_msg(worst <= ldexp(1.2, -(int)range.y_fraction), "%u bits: error %.3g units", width, ldexp(worst, (int)range.y_fraction));
    }
}
END_TEST

START_TEST(numbers_out_of_range_are_those_at_its_ends)
{
    for (unsigned i = 0; i < SCALAR_FUNCTION_COUNT; i++) {
        struct fixed_range range = fixed_range_of(&scalar_functions[i], 12);
        ck_assert_uint_eq(fixed_offset(&range, -2048), 0);
        ck_assert_uint_eq(fixed_offset(&range, range.low), 0);
        ck_assert_uint_eq(fixed_offset(&range, range.low + 1), 1);
        ck_assert_uint_eq(fixed_offset(&range, range.high), (uint64_t)(range.high - range.low));
        ck_assert_uint_eq(fixed_offset(&range, 2047), (uint64_t)(range.high - range.low));
        ck_assert(ldexp((double)range.low, -(int)range.x_fraction) >= scalar_functions[i].low);
        ck_assert(ldexp((double)range.high, -(int)range.x_fraction) <= scalar_functions[i].high);
    }
}
END_TEST

/* Probabilities of integers: none is negative, they sum to 1 but for what is cut off and what the exponentials are off by, the greatest stays. */
START_TEST(probabilities_sum_to_one)
{
    enum { WIDTH = 16, OPERANDS = 10, ROWS = 300 };
    uint64_t seed = test_seed();
    static struct nonmac n;
    struct pim_error error = {0};
    struct fixed_range range = fixed_range_at(&scalar_functions[SCALAR_EXP], WIDTH, WIDTH - 5);
    n = (struct nonmac){.width = WIDTH, .operands = OPERANDS, .results = OPERANDS};
    ck_assert_int_eq(nonmac_unit_make(&n.unit, &range, (enum nonmac_method)_i, 32, 8, &error), PIM_OK);
    for (uint64_t row = 0; row < ROWS; row++) {
        int64_t x[OPERANDS], y[OPERANDS], sum = 0;
        unsigned greatest = 0;
        for (unsigned i = 0; i < OPERANDS; i++) {
            x[i] = (int64_t)(pim_random(seed, row, i) % (14 << range.x_fraction)) - (7 << range.x_fraction);
            greatest = x[i] > x[greatest] ? i : greatest;
        }
        nonmac_softmax.reference(&n, x, y);
        for (unsigned i = 0; i < OPERANDS; i++) {
            sum += y[i];
            ck_assert_msg(y[i] >= 0 && y[i] <= y[greatest], "row %d, %u (PIMENTO_TEST_SEED=%llu)", (int)row, i, (unsigned long long)seed);
        }
        double missing = 1 - ldexp((double)sum, 2 - WIDTH);
        /* a unit for each product, and the reciprocal's unit once for each exponential of up to 1 */
        ck_assert_msg(missing >= 0 && missing < ldexp(2.5 * OPERANDS, 2 - WIDTH), "row %d: sum is off by %g (PIMENTO_TEST_SEED=%llu)", (int)row, missing,
                      (unsigned long long)seed);
    }
}
END_TEST

/* ---- the machine: every run compares all results with the integers ---- */

enum { RELU, MAX, ARGMAX, SOFTMAX, FUNCTION };

/* Every function by network and table: one lane, a bank that is not full, several banks and rounds. */
START_TEST(functions_equal_the_integers)
{
    static const struct { uint64_t width, hidden, table_bits, elements; uint32_t units; } shapes[] = {
        {6, 8, 3, 1, 1}, {9, 5, 10, 63, 1}, {16, 16, 6, 1500, 2}, {24, 3, 5, 512, 1}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (uint64_t method = NONMAC_NETWORK; method <= NONMAC_TABLE; method++)
            test_kernel_passes(&(struct test_run){"simdram_nonmac", shapes[i].units, 1, NULL,
                                                  {{"operation", FUNCTION + (uint64_t)_i}, {"method", method}, {"hidden", shapes[i].hidden},
                                                   {"width", shapes[i].width}, {"table_bits", shapes[i].table_bits}, {"elements", shapes[i].elements}}});
}
END_TEST

START_TEST(exponentials_by_shifts_equal_the_integers)
{
    for (uint64_t width = FIXED_NARROWEST; width <= FIXED_WIDEST; width += 3)
        test_kernel_passes(&(struct test_run){"simdram_nonmac", 1, 1, NULL,
                                              {{"operation", FUNCTION}, {"method", NONMAC_SHIFT_ADD}, {"width", width}, {"elements", 1 + 63 * (width % 2)}}});
}
END_TEST

static const struct test_run runs[] = {
    /* 65,537 numbers of 8,192 lanes: nine rounds, one lane in the last */
    {"simdram_nonmac", 16, 2, NULL, {{"operation", RELU}, {"width", 5}, {"elements", 65537}}},
    {"simdram_nonmac", 16, 2, NULL, {{"operation", FUNCTION}, {"hidden", 8}, {"width", 8}, {"elements", 65537}}},
    {"simdram_nonmac", 16, 2, NULL, {{"operation", FUNCTION}, {"method", NONMAC_TABLE}, {"width", 8}, {"elements", 65537}}},
    {"simdram_nonmac", 16, 2, NULL, {{"operation", FUNCTION}, {"method", NONMAC_SHIFT_ADD}, {"width", 8}, {"elements", 65537}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", FUNCTION}, {"hidden", 64}, {"width", 16}, {"elements", 63}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", FUNCTION + SCALAR_GELU}, {"hidden", 1}, {"width", 16}, {"elements", 63}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", FUNCTION}, {"method", NONMAC_TABLE}, {"width", 16}, {"table_bits", 10}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", RELU}, {"width", 2}, {"elements", 1}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", RELU}, {"width", 63}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", MAX}, {"width", 63}, {"operands", 1}, {"elements", 1}}},
    {"simdram_nonmac", 3, 2, NULL, {{"operation", MAX}, {"width", 15}, {"operands", 64}, {"elements", 1600}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", ARGMAX}, {"width", 2}, {"operands", 3}}},
    {"simdram_nonmac", 2, 1, NULL, {{"operation", ARGMAX}, {"width", 15}, {"operands", 64}, {"elements", 1025}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", SOFTMAX}, {"width", 8}, {"operands", 1}, {"elements", 1}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", SOFTMAX}, {"width", 24}, {"operands", 3}, {"elements", 63}}},
    {"simdram_nonmac", 2, 2, NULL, {{"operation", SOFTMAX}, {"width", 12}, {"operands", 10}, {"deviation", 8}, {"elements", 1025}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", SOFTMAX}, {"method", NONMAC_TABLE}, {"width", 13}, {"operands", 7}, {"table_bits", 6}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", SOFTMAX}, {"method", NONMAC_SHIFT_ADD}, {"width", 16}, {"operands", 9}, {"deviation", 8}}},
    {"simdram_nonmac", 1, 1, NULL, {{"operation", SOFTMAX}, {"width", 10}, {"operands", 64}, {"hidden", 2}, {"elements", 100}}},
};
enum { RUNS = sizeof runs / sizeof *runs };

START_TEST(shapes_equal_the_integers)
{
    test_kernel_passes(&runs[_i]);
}
END_TEST

/* On real sizes: 65,536 columns and one more number. The error is that of the construction, and half a unit. */
START_TEST(a_real_bank)
{
    const struct study_kernel kernel = {"simdram_nonmac", 1, {{"operation", FUNCTION}, {"hidden", 8}, {"elements", 65537}}};
    struct pim_registry *registry;
    struct pim_target *target;
    struct study_outcome outcome;
    struct pim_error failure = {0};
    ck_assert_int_eq(pim_registry_open(&registry, &failure), PIM_OK);
    ck_assert_int_eq(pim_target_open(registry, "simdram-ddr4-1bank", &target, &failure), PIM_OK);
    ck_assert_msg(study_run_kernel(target, &kernel, 0, &outcome, &failure) == PIM_OK, "%s", failure.text);
    double error = pim_kernel_figure_named(outcome.figures, "greatest error"), commands = pim_kernel_figure_named(outcome.figures, "commands for a full bank");
    ck_assert_uint_eq(outcome.operations, 65537);
    ck_assert_msg(error > 0.9 * 5.5e-3 && error < 1.15 * 5.5e-3, "greatest error %g", error);
    ck_assert(pim_kernel_figure_named(outcome.figures, "mean error") < error / 2);
    ck_assert_msg(2 * commands * 49000 == (double)outcome.kernel_ps, "%g commands, %g ps", commands, (double)outcome.kernel_ps); /* two rounds of 49 ns each */
    ck_assert(fabs(pim_kernel_figure_named(outcome.figures, "commands for an element") * 65537 - 2 * commands) < 1e-6);
    pim_target_close(target);
    pim_registry_close(registry);
}
END_TEST

/* That trial's mean of the worst probability error with products and reciprocals by networks; ours are exact, which they say is three times better. */
START_TEST(softmax_is_as_good_as_published)
{
    static const struct { uint64_t hidden; double published; } cases[] = {{16, 2.1e-3}, {32, 5.7e-4}, {64, 2.0e-4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct test_outcome outcome = test_kernel_passes(&(struct test_run){
            "simdram_nonmac", 1, 1, NULL,
            {{"operation", SOFTMAX}, {"hidden", cases[i].hidden}, {"operands", 10}, {"deviation", 3}, {"elements", 500}, {"width", 16}}});
        double error = pim_kernel_figure_named(outcome.figures, "mean of the worst error");
        ck_assert_msg(error < cases[i].published, "%d: %g, published %g", (int)cases[i].hidden, error, cases[i].published);
        ck_assert(pim_kernel_figure_named(outcome.figures, "greatest stays greatest") == 1);
    }
}
END_TEST

START_TEST(threads_and_engines_change_nothing)
{
    static const uint64_t operations[] = {MAX, SOFTMAX, FUNCTION + SCALAR_SIGMOID};
    struct test_run run = {"simdram_nonmac", 5, 1, NULL, {{"operation", operations[_i]}, {"operands", 3}, {"width", 10}, {"elements", 2100}}};
    struct test_outcome one = test_kernel_passes(&run);
    run.threads = 4;
    struct test_outcome four = test_kernel_passes(&run);
    run.engine = "reference";
    struct test_outcome reference = test_kernel_passes(&run);
    ck_assert(one.result_hash == four.result_hash && one.elapsed_ps == four.elapsed_ps);
    ck_assert(one.result_hash == reference.result_hash && one.elapsed_ps == reference.elapsed_ps && one.instructions == reference.instructions);
}
END_TEST

static const struct { struct test_run run; const char *message; } refused[] = {
    {{"simdram_nonmac", 1, 1, NULL, {{"operation", FUNCTION}, {"width", 5}}}, "simdram_nonmac: width is 5, expected 6 to 24 for exp"},
    {{"simdram_nonmac", 1, 1, NULL, {{"operation", SOFTMAX}, {"width", 25}}}, "simdram_nonmac: width is 25, expected 8 to 24 for softmax"},
    {{"simdram_nonmac", 1, 1, NULL, {{"operation", FUNCTION + SCALAR_SIN}, {"method", NONMAC_SHIFT_ADD}}},
     "simdram_nonmac: method shift-add is for exp and softmax, not for sin"},
    {{"simdram_nonmac", 1, 1, NULL, {{"operation", FUNCTION + SCALAR_FUNCTION_COUNT}}}, "simdram_nonmac: operation is 17, expected 0 to 16"},
    {{"simdram_nonmac", 1, 1, NULL, {{"operation", MAX}, {"width", 16}, {"operands", 64}}},
     "simdram_nonmac: the operands need 1024 rows, 1006 of 1006 are left"},
    {{"simdram_nonmac", 1, 1, NULL, {{"operation", FUNCTION}, {"method", NONMAC_TABLE}, {"width", 24}, {"table_bits", 10}}}, "rows"},
    {{"simdram_nonmac", 1, 1, NULL, {{"operation", FUNCTION}, {"hidden", 65}}}, "simdram_nonmac: hidden is 65, expected 1 to 64"},
};
enum { REFUSED = sizeof refused / sizeof *refused };

START_TEST(wrong_parameters_are_refused)
{
    struct test_outcome outcome = test_kernel(&refused[_i].run);
    ck_assert_int_eq(outcome.status, PIM_USAGE);
    ck_assert_msg(strstr(outcome.error.text, refused[_i].message) != NULL, "%s, expected %s", outcome.error.text, refused[_i].message);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nonmac");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 300);
    suite_add_tcase(suite, tcase);
    tcase_add_loop_test(tcase, networks_are_as_good_as_published, 0, SCALAR_FUNCTION_COUNT);
    tcase_add_test(tcase, straight_functions_and_one_piece_are_fitted);
    tcase_add_loop_test(tcase, integers_keep_the_error, 0, SCALAR_FUNCTION_COUNT);
    tcase_add_test(tcase, shifts_and_additions_are_off_by_little_more_than_a_unit);
    tcase_add_test(tcase, numbers_out_of_range_are_those_at_its_ends);
    tcase_add_loop_test(tcase, probabilities_sum_to_one, 0, NONMAC_METHOD_COUNT);
    tcase_add_loop_test(tcase, functions_equal_the_integers, 0, SCALAR_FUNCTION_COUNT);
    tcase_add_test(tcase, exponentials_by_shifts_equal_the_integers);
    tcase_add_loop_test(tcase, shapes_equal_the_integers, 0, RUNS);
    tcase_add_test(tcase, a_real_bank);
    tcase_add_test(tcase, softmax_is_as_good_as_published);
    tcase_add_loop_test(tcase, threads_and_engines_change_nothing, 0, 3);
    tcase_add_loop_test(tcase, wrong_parameters_are_refused, 0, REFUSED);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed > 0 || run == 0;
}
