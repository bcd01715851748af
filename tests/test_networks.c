/* Do the tables of layers say what the networks are, does the reader find slips, and does the machine compute layers as plain C does, one bit after
 * the other? */
#include "kernel_fixture.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "bitserial/binary_product.h"
#include "networks/network.h"
#include "operators/bit_runs.h"
#include "random.h"

/* ---- tables ---- */

/* Multiply-accumulates of convolutions and of fully connected layers: sums of the shapes, by hand. */
static const struct total { const char *name; size_t layers; uint64_t conv, fc; } totals[] = {
    {"lenet5", 7, 357600, 58920},
    {"vgg13-32", 16, 228261888, 5120},
    {"vgg16-32", 19, 313196544, 5120},
    {"vgg13-224", 18, 11184832512, 123633664},
    {"vgg16-224", 21, 15346630656, 123633664},
};
enum { TOTALS = sizeof totals / sizeof totals[0] };

START_TEST(networks_have_their_totals)
{
    const struct total *total = &totals[_i];
    struct network *network;
    struct pim_error error = {0};
    ck_assert_msg(network_open(total->name, &network, &error) == PIM_OK, "%s", error.text);
    ck_assert_str_eq(network->name, total->name);
    ck_assert_uint_eq(network->count, total->layers);
    ck_assert_uint_eq(network_macs(network, NETWORK_CONV), total->conv);
    ck_assert_uint_eq(network_macs(network, NETWORK_FC), total->fc);
    network_free(network);
}
END_TEST

#define HEADER "network,layer,type,src,H,W,C,R,S,K,stride,pad,groups,P,Q,M,N,Kd,times,w_density,a_density,macs,weights,bias,note\n"
#define CONV "n,c,conv,input,4,4,2,3,3,8,1,1,1,4,4,16,8,18,1,1,1,2304,144,8,\n"

static const struct slip { const char *text, *place, *what; } slips[] = {
    {"", ":1: ", "no layer"},
    {HEADER, ":2: ", "no layer"},
    {"network,layer\n", ":1:1: ", "2 columns, expected 25"},
    {"network,layer,type,src,H,W,C,R,S,K,stride,pad,groups,P,Q,N,M,Kd,times,w_density,a_density,macs,weights,bias,note\n", ":1:58: ",
     "column 'N', expected 'M'"},
    {HEADER "n,c,conv,input,4,4,2,3,3,8,1,1,1,4,4,16,8,18,1,1,1,2304,144\n", ":2:1: ", "23 columns"},
    {HEADER "# a comment\n\n" "n,c,dense,input,4,4,2,3,3,8,1,1,1,4,4,16,8,18,1,1,1,2304,144,8,\n", ":4:5: ", "type 'dense'"},
    {HEADER "n,c,conv,nothing,4,4,2,3,3,8,1,1,1,4,4,16,8,18,1,1,1,2304,144,8,\n", ":2:10: ", "src 'nothing'"},
    {HEADER "n,c,conv,input,4,4,x,3,3,8,1,1,1,4,4,16,8,18,1,1,1,2304,144,8,\n", ":2:20: ", "C is 'x', expected a number"},
    {HEADER "n,c,conv,input,4,4,2,3,3,8,0,1,1,4,4,16,8,18,1,1,1,2304,144,8,\n", ":2:28: ", "stride is 0"},
    {HEADER "n,c,conv,input,4,4,2,3,3,8,1,0,1,4,4,16,8,18,1,1,1,2304,144,8,\n", ":2:34: ", "output of 4 x 4"},
    {HEADER "n,c,conv,input,4,4,2,3,3,8,1,18446744073709551615,1,4,4,16,8,18,1,1,1,2304,144,8,\n", ":2:", "output of 4 x 4"},
    {HEADER "n,c,conv,input,4,4,2,3,3,8,1,1,3,4,4,16,8,18,1,1,1,2304,144,8,\n", ":2:16: ", "3 groups"},
    {HEADER "n,c,conv,input,4,4,2,3,3,8,1,1,1,4,4,16,8,17,1,1,1,2304,144,8,\n", ":2:38: ", "M, N, Kd"},
    {HEADER "n,c,conv,input,4,4,2,3,3,8,1,1,1,4,4,16,8,18,1,1,1,2303,144,8,\n", ":2:", "macs and weights are 2303 and 144, expected 2304 and 144"},
    {HEADER "n,c,conv,input,4,4,2,3,3,8,1,1,1,4,4,16,8,18,1,1.5,1,2304,144,8,\n", ":2:", "w_density is '1.5'"},
    {HEADER "n,f,fc,input,4,,,,,,,,1,,,1,8,18,1,1,1,144,144,8,\n", ":2:14: ", "H is '4', expected nothing"},
    {HEADER CONV CONV, ":3:3: ", "layer 'c'"},
    {HEADER CONV "m,f,fc,c,,,,,,,,,1,,,1,8,128,1,1,1,1024,1024,8,\n", ":3:1: ", "network 'm'"},
    {HEADER CONV "n,f,fc,c,,,,,,,,,1,,,1,8,127,1,1,1,1016,1016,8,\n", ":3:8: ", "does not read what c gives"},
    {HEADER "n,p,maxpool,input,4,4,2,2,2,3,2,0,1,2,2,,,,1,,,0,0,0,\n", ":2:", "do not fit"},
    {HEADER "n,f,fc,input,,,,,,,,,1,,,16777216,16777216,16777216,1,1,1,0,0,8,\n", ":2:", "expected 18446744073709551615"},
};
enum { SLIPS = sizeof slips / sizeof slips[0] };

static enum pim_status read_text(const char *text, struct network **network, struct pim_error *error)
{
    char path[] = "network-XXXXXX";
    int file = mkstemp(path);
    ck_assert(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text) && close(file) == 0);
    enum pim_status status = network_read(path, network, error);
    unlink(path);
    return status;
}

START_TEST(slips_are_named_with_their_place)
{
    const struct slip *slip = &slips[_i];
    struct network *network;
    struct pim_error error = {0};
    ck_assert_int_eq(read_text(slip->text, &network, &error), PIM_BAD_INPUT);
    ck_assert_msg(strstr(error.text, slip->place) != NULL && strstr(error.text, slip->what) != NULL, "%s", error.text);
}
END_TEST

START_TEST(a_good_table_is_read)
{
    struct network *network;
    struct pim_error error = {0};
    ck_assert_msg(read_text(HEADER CONV "n,f,fc,c,,,,,,,,,1,,,1,8,128,1,0.5,1,1024,1024,8,why\n", &network, &error) == PIM_OK, "%s", error.text);
    ck_assert_uint_eq(network->count, 2);
    ck_assert_int_eq(network->layers[1].source, 0);
    ck_assert(network->layers[1].weight_density == 0.5 && network->layers[1].depth == 128);
    network_free(network);
}
END_TEST

/* ---- layers on the machine ---- */

/* A convolution: images x channels x height x width, a window, outputs. Padding, strides, sizes that fill no word, several rounds and pieces. */
struct shape { uint64_t images, channels, height, width, rows, columns, stride, pad, outputs; };
static const struct shape shapes[] = {
    {1, 1, 1, 1, 1, 1, 1, 0, 1},
    {1, 6, 14, 14, 5, 5, 1, 0, 16},  /* LeNet-5, conv2 */
    {2, 3, 7, 9, 3, 3, 1, 1, 5},
    {3, 5, 13, 11, 3, 5, 2, 2, 7},
    {1, 2, 6, 70, 1, 3, 3, 4, 3},    /* more padding than window */
    {2, 40, 5, 5, 5, 5, 1, 0, 9},    /* fully connected: 1,000 inputs, in pieces */
    {1, 30, 9, 9, 3, 3, 1, 1, 33},
    {1, 1, 40, 40, 3, 3, 1, 1, 10},  /* more positions than lanes of a bank */
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static bool plane_bit(const struct binary_planes *planes, uint64_t image, uint64_t channel, uint64_t y, uint64_t x)
{
    uint64_t at = (image * planes->height + y) * planes->width + x;
    return planes->bits[channel * planes->words + at / 64] >> at % 64 & 1;
}

/* One sum of +1 and -1, the padding -1. */
static int64_t plain_sum(const struct binary_planes *in, const struct shape *s, const uint64_t *weights, uint64_t image, uint64_t y, uint64_t x)
{
    int64_t sum = 0;
    uint64_t k = 0;
    for (uint64_t channel = 0; channel < s->channels; channel++)
        for (uint64_t r = 0; r < s->rows; r++)
            for (uint64_t c = 0; c < s->columns; c++, k++) {
                int64_t row = (int64_t)(y * s->stride + r) - (int64_t)s->pad, column = (int64_t)(x * s->stride + c) - (int64_t)s->pad;
                bool inside = row >= 0 && column >= 0 && row < (int64_t)s->height && column < (int64_t)s->width;
                int value = inside && plane_bit(in, image, channel, (uint64_t)row, (uint64_t)column) ? 1 : -1;
                sum += weights[k / 64] >> k % 64 & 1 ? value : -value;
            }
    return sum;
}

struct machine { struct pim_registry *registry; struct pim_target *target; struct pim_device *device; struct pim_image *image; struct pim_kernel_job job;
                 struct lanes lanes; };

static void open_machine(struct machine *m, uint32_t units)
{
    const struct test_run run = {"simdram_bnn", units, 1, NULL, {{NULL, 0}}};
    struct pim_error error = {0};
    m->device = test_device(&run, &m->registry, &m->target);
    ck_assert_msg(pim_kernel_open(pim_kernel_named(run.kernel), &m->image, &error) == PIM_OK, "%s", error.text);
    pim_kernel_job_init(&m->job, pim_kernel_named(run.kernel), m->device, m->image);
    ck_assert_msg(lanes_begin(&m->job, &m->lanes, &error) == PIM_OK, "%s", error.text);
}

static void close_machine(struct machine *m)
{
    pim_device_close(m->device);
    pim_image_free(m->image);
    pim_target_close(m->target);
    pim_registry_close(m->registry);
}

static struct binary_planes random_planes(const struct shape *s, uint64_t seed)
{
    struct binary_planes planes = {s->images, s->channels, s->height, s->width, bits_words(s->images * s->height * s->width), NULL};
    planes.bits = calloc(s->channels * planes.words, sizeof *planes.bits);
    ck_assert_ptr_nonnull(planes.bits);
    pim_random_fill(planes.bits, s->channels * planes.words * sizeof *planes.bits, seed, 1);
    return planes;
}

static struct binary_window window_of(const struct shape *s)
{
    return (struct binary_window){s->rows, s->columns, s->stride, s->pad, (s->height + 2 * s->pad - s->rows) / s->stride + 1,
                                  (s->width + 2 * s->pad - s->columns) / s->stride + 1};
}

/* How many outputs of the machine differ from the plain sums. */
static uint64_t differences(const struct binary_product *product, const struct binary_planes *in, const struct shape *s, const struct binary_window *w)
{
    uint64_t wrong = 0;
    for (uint64_t output = 0; output < s->outputs; output++)
        for (uint64_t position = 0; position < product->positions; position++) {
            uint64_t x = position % w->out_width, y = position / w->out_width % w->out_height, image = position / w->out_width / w->out_height;
            int64_t sum = plain_sum(in, s, product->weights + output * product->weight_words, image, y, x);
            bool want = sum >= 2 * (int64_t)product->thresholds[output] - (int64_t)product->inputs; /* dot = 2 popcount - K */
            wrong += want != (product->out[output * product->row_words + position / 64] >> position % 64 & 1);
        }
    return wrong;
}

START_TEST(layers_equal_plain_sums)
{
    const struct shape *s = &shapes[_i];
    const struct binary_window window = window_of(s);
    struct binary_planes in = random_planes(s, test_seed());
    struct pim_error error = {0};
    for (int mapping = BINARY_OPERANDS; mapping <= BINARY_COMMANDS; mapping++) {
        struct machine m;
        struct binary_product p;
        uint64_t row = 0;
        open_machine(&m, 2);
        ck_assert_int_eq(binary_product_make(&p, s->channels * s->rows * s->columns, s->outputs, s->images * window.out_height * window.out_width, &error),
                         PIM_OK);
        for (uint64_t channel = 0; channel < s->channels; channel++)
            for (uint64_t i = 0; i < s->rows * s->columns; i++, row++)
                operator_binary_gather(&in, &window, channel, i / s->columns, i % s->columns, p.rows + row * p.row_words);
        pim_random_fill(p.weights, p.outputs * p.weight_words * sizeof *p.weights, test_seed(), 2);
        binary_product_center(&p);
        ck_assert_msg(binary_product_run(&p, &m.lanes, (enum binary_mapping)mapping, "layer", &error) == PIM_OK, "%s", error.text);
        uint64_t wrong = differences(&p, &in, s, &window);
        ck_assert_msg(wrong == 0, "mapping %d: %llu outputs differ, seed %llu", mapping, (unsigned long long)wrong, (unsigned long long)test_seed());
        binary_product_free(&p);
        close_machine(&m);
    }
    free(in.bits);
}
END_TEST

static const struct shape pools[] = {
    {1, 1, 2, 2, 2, 2, 2, 0, 1}, {2, 7, 14, 10, 2, 2, 2, 0, 7}, {3, 6, 9, 11, 3, 3, 2, 1, 6}, {1, 9, 28, 28, 2, 2, 2, 0, 9},
};
enum { POOLS = sizeof pools / sizeof pools[0] };

START_TEST(pools_are_maxima)
{
    const struct shape *s = &pools[_i];
    const struct binary_window w = window_of(s);
    struct binary_planes in = random_planes(s, test_seed());
    struct binary_planes out = {s->images, s->channels, w.out_height, w.out_width, bits_words(s->images * w.out_height * w.out_width), NULL};
    struct machine m;
    struct pim_error error = {0};
    uint64_t wrong = 0;
    open_machine(&m, 3);
    for (uint64_t i = 0; i < s->channels * in.words; i++) /* few ones, so that not all maxima are 1 */
        in.bits[i] &= pim_random(test_seed(), 3, i) & pim_random(test_seed(), 4, i);
    out.bits = calloc(s->channels * out.words, sizeof *out.bits);
    ck_assert_msg(binary_pool_run(&m.lanes, &in, &w, &out, &error) == PIM_OK, "%s", error.text);
    for (uint64_t i = 0; i < s->images * s->channels * w.out_height * w.out_width; i++) {
        uint64_t x = i % w.out_width, y = i / w.out_width % w.out_height, channel = i / w.out_width / w.out_height % s->channels;
        uint64_t image = i / w.out_width / w.out_height / s->channels;
        bool most = false;
        for (uint64_t k = 0; k < s->rows * s->columns; k++) {
            uint64_t row = y * s->stride + k / s->columns - s->pad, column = x * s->stride + k % s->columns - s->pad;
            most |= row < s->height && column < s->width && plane_bit(&in, image, channel, row, column);
        }
        wrong += most != plane_bit(&out, image, channel, y, x);
    }
    ck_assert_uint_eq(wrong, 0);
    free(in.bits);
    free(out.bits);
    close_machine(&m);
}
END_TEST

/* ---- whole networks ---- */

/* Estimates for binary convolutions with both operands in rows, in milliseconds: rounds over the lanes x commands of a dot product x 49 ns. */
static const struct estimate { const char *name; uint64_t banks; double ms; } estimates[] = {
    {"vgg13-32", 1, 16.1}, {"vgg13-224", 1, 134}, {"vgg13-224", 16, 18.6}, {"vgg16-32", 1, 24.5}, {"vgg16-224", 1, 187}, {"vgg16-224", 16, 27.1},
};
enum { ESTIMATES = sizeof estimates / sizeof estimates[0] };

START_TEST(shapes_give_the_estimated_times)
{
    const struct estimate *estimate = &estimates[_i];
    struct network *network;
    struct pim_error error = {0};
    double ms = 0;
    ck_assert_msg(network_open(estimate->name, &network, &error) == PIM_OK, "%s", error.text);
    for (size_t i = 1; i < network->count; i++) {
        const struct network_layer *l = &network->layers[i];
        uint64_t lanes = l->m * l->n, rounds = (lanes + 65536 * estimate->banks - 1) / (65536 * estimate->banks);
        double inputs = (double)l->depth, commands = 15 * inputs - 8 * log2(inputs + 1) + 3 * (floor(log2(inputs)) + 1) + 2;
        if (l->type == NETWORK_CONV)
            ms += (double)rounds * commands * 49e-6;
    }
    ck_assert_msg(fabs(ms / estimate->ms - 1) < 0.005, "%s on %llu banks: %.3f ms", estimate->name, (unsigned long long)estimate->banks, ms);
    network_free(network);
}
END_TEST

static struct test_outcome network_run(uint32_t units, uint32_t threads, uint64_t images, uint64_t layer, uint64_t mapping)
{
    return test_kernel_passes(
        &(struct test_run){"simdram_network", units, threads, NULL, {{"images", images}, {"layer", layer}, {"mapping", mapping}}});
}

START_TEST(both_mappings_give_the_same_network)
{
    uint64_t operands = network_run(1, 1, 1, 0, BINARY_OPERANDS).result_hash;
    ck_assert_uint_eq(network_run(1, 1, 1, 0, BINARY_COMMANDS).result_hash, operands);
    ck_assert_uint_eq(network_run(5, 1, 1, 0, BINARY_OPERANDS).result_hash, operands);
    ck_assert_uint_ne(network_run(5, 1, 2, 0, BINARY_OPERANDS).result_hash, operands);
}
END_TEST

START_TEST(threads_do_not_change_a_network)
{
    struct test_outcome one = network_run(7, 1, 3, 0, BINARY_OPERANDS), three = network_run(7, 3, 3, 0, BINARY_OPERANDS);
    ck_assert_uint_eq(one.result_hash, three.result_hash);
    ck_assert_uint_eq(one.elapsed_ps, three.elapsed_ps);
    ck_assert_uint_eq(one.instructions, three.instructions);
}
END_TEST

/* 127 inputs are one piece: XNOR 7K, count 8K - 8 log2(K + 1), threshold 3m + 2 with m = 7; weights in the commands: complements 2K, then count and
 * threshold for each output. 49 ns a command, bits and bursts at 19.2 GB/s. */
START_TEST(time_is_commands_times_49_ns)
{
    enum { INPUTS = 127, OUTPUTS = 3, COUNT = 8 * INPUTS - 8 * 7, THRESHOLD = 3 * 7 + 2, COMMAND_PS = 49000 };
    static const uint64_t commands[] = {7 * INPUTS + COUNT + THRESHOLD, 2 * INPUTS + OUTPUTS * (COUNT + THRESHOLD)};
    static const uint64_t bursts[] = {2 * INPUTS + 7 + 1, INPUTS + OUTPUTS}; /* 150 lanes are one burst */
    for (uint64_t mapping = 0; mapping < 2; mapping++) {
        struct test_outcome outcome = test_kernel_passes(
            &(struct test_run){"simdram_bnn", 2, 1, NULL, {{"inputs", INPUTS}, {"outputs", OUTPUTS}, {"positions", 50}, {"mapping", mapping}}});
        ck_assert_uint_eq(outcome.instructions, commands[mapping]);
        uint64_t transfer_ps = outcome.elapsed_ps - commands[mapping] * COMMAND_PS, expected = bursts[mapping] * 64 * 10000 / 192;
        ck_assert_msg(transfer_ps + bursts[mapping] >= expected && transfer_ps <= expected + bursts[mapping], "transfers take %llu ps, expected %llu",
                      (unsigned long long)transfer_ps, (unsigned long long)expected);
    }
}
END_TEST

START_TEST(layers_of_higher_precision_are_not_run_alone)
{
    static const uint64_t layers[] = {1, 7, 8, 1024};
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        struct test_outcome outcome = test_kernel(&(struct test_run){"simdram_network", 1, 1, NULL, {{"layer", layers[i]}}});
        ck_assert_int_eq(outcome.status, PIM_USAGE);
        ck_assert_ptr_nonnull(strstr(outcome.error.text, "2 to 6"));
    }
}
END_TEST

/* Unknown, or more than the host may hold. */
START_TEST(wrong_sizes_are_refused)
{
    static const struct test_run wrong[] = {
        {"simdram_network", 1, 1, NULL, {{"network", 5}}},
        {"simdram_network", 1, 1, NULL, {{"network", 4}, {"layer", 2}, {"images", 4096}}},
        {"simdram_network", 1, 1, NULL, {{"network", 4}, {"layer", 2}, {"images", 400}}},
        {"simdram_bnn", 1, 1, NULL, {{"inputs", 1 << 16}, {"positions", 1 << 20}}},
        {"simdram_bnn", 1, 1, NULL, {{"inputs", 1}, {"outputs", 1 << 16}, {"positions", 1 << 20}}},
        {"simdram_bnn", 1, 1, NULL, {{"mapping", 2}}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_int_eq(test_kernel(&wrong[i]).status, PIM_USAGE);
}
END_TEST

/* A maximum and a fully connected layer alone. */
START_TEST(layers_run_alone)
{
    network_run(2, 1, 3, 2, BINARY_OPERANDS);
    network_run(2, 1, 70, 6, BINARY_COMMANDS);
    test_kernel_passes(&(struct test_run){"simdram_network", 1, 1, NULL, {{"network", 1}, {"layer", 15}}});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("networks");
    TCase *tcase = tcase_create("networks");
    tcase_set_timeout(tcase, 300);
    tcase_add_loop_test(tcase, networks_have_their_totals, 0, TOTALS);
    tcase_add_loop_test(tcase, slips_are_named_with_their_place, 0, SLIPS);
    tcase_add_test(tcase, a_good_table_is_read);
    tcase_add_loop_test(tcase, layers_equal_plain_sums, 0, SHAPES);
    tcase_add_loop_test(tcase, pools_are_maxima, 0, POOLS);
    tcase_add_loop_test(tcase, shapes_give_the_estimated_times, 0, ESTIMATES);
    tcase_add_test(tcase, both_mappings_give_the_same_network);
    tcase_add_test(tcase, threads_do_not_change_a_network);
    tcase_add_test(tcase, time_is_commands_times_49_ns);
    tcase_add_test(tcase, layers_of_higher_precision_are_not_run_alone);
    tcase_add_test(tcase, wrong_sizes_are_refused);
    tcase_add_test(tcase, layers_run_alone);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed > 0 || run == 0;
}
