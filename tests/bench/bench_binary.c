/* Benchmark of the packed reference: binary convolutions of VGG-16 on 32 x 32 images on one host core, XNOR and population count on words, as a
 * processor would compute them, without and with the processor's own instruction. Times are printed, never asserted. `make bench`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "networks/network.h"
#include "operators/bit_runs.h"
#include "operators/operators.h"
#include "random.h"

typedef void (*count_function)(const uint64_t *packed, const uint64_t *weights, uint64_t inputs, uint64_t positions, uint32_t *counts);

#ifdef __x86_64__
__attribute__((target("popcnt"))) static void count_with_instruction(const uint64_t *packed, const uint64_t *weights, uint64_t inputs,
                                                                     uint64_t positions, uint32_t *counts)
{
    for (uint64_t p = 0; p < positions; p++)
        counts[p] = 0;
    for (uint64_t word = 0; word * 64 < inputs; word++, packed += positions) /* all depths are whole words */
        for (uint64_t p = 0; p < positions; p++)
            counts[p] += (uint32_t)__builtin_popcountll(~(packed[p] ^ weights[word]));
}
#endif

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void *new_random(uint64_t bytes)
{
    void *data = malloc(bytes);
    if (data == NULL)
        exit(1);
    pim_random_fill(data, bytes, 1, 1);
    return data;
}

/* Seconds of one layer; the checksum keeps the work from being left out. */
static double layer_seconds(const struct network_layer *l, count_function count, uint64_t *checksum)
{
    uint64_t words = bits_words(l->depth);
    uint64_t *packed = new_random(words * l->m * sizeof *packed), *weights = new_random(words * l->n * sizeof *weights);
    uint32_t *counts = new_random(l->m * sizeof *counts);
    double start = seconds_now();
    for (uint64_t output = 0; output < l->n; output++) {
        count(packed, weights + output * words, l->depth, l->m, counts);
        *checksum += counts[output % l->m];
    }
    double seconds = seconds_now() - start;
    free(packed);
    free(weights);
    free(counts);
    return seconds;
}

static uint64_t network_time(const struct network *network, const char *name, count_function count)
{
    double seconds = 0, macs = 0;
    uint64_t checksum = 0;
    for (size_t i = 1; i < network->count; i++)
        if (network->layers[i].type == NETWORK_CONV) {
            seconds += layer_seconds(&network->layers[i], count, &checksum);
            macs += (double)network->layers[i].macs;
        }
    printf("%-28s %10.2f ms/image %10.1f billion binary MAC/s\n", name, seconds * 1e3, macs / seconds / 1e9);
    return checksum;
}

int main(void)
{
    struct network *network;
    struct pim_error error = {0};
    if (network_open("vgg16-32", &network, &error) != PIM_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    printf("binary convolutions of VGG-16, 32 x 32, packed words, one core\n");
    uint64_t plain = network_time(network, "plain C", operator_binary_counts), with = plain;
#ifdef __x86_64__
    if (__builtin_cpu_supports("popcnt"))
        with = network_time(network, "population count instruction", count_with_instruction);
#endif
    printf("results: %s\n", plain == with ? "equal" : "DIFFERENT");
    network_free(network);
    return plain != with;
}
