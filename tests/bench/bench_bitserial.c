/* Benchmark of the bit-serial engines: how many row commands a second one host core emulates on banks of 65,536 columns, against real time (one
 * in 49 ns, 20.4 million a second) and against the same additions in plain C on the host. Results of the engines are compared; times are
 * printed, never asserted. `make bench`.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hash.h"
#include "pimento.h"
#include "program_writer.h"
#include "random.h"

static const double REAL_TIME = 1e9 / 49; /* commands a second of a bank */

enum { COLUMNS = 65536, ROW_BYTES = COLUMNS / 8, WIDTH = 32, SPACE_ROWS = 1 };

struct row { const char *engine; uint32_t units, threads, repeats; };
static const struct row rows[] = {{"fast", 1, 1, 4000}, {"reference", 1, 1, 100}, {"fast", 16, 1, 1000}, {"fast", 16, 2, 1000}};

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void check(enum pim_status status, const struct pim_error *error)
{
    if (status != PIM_OK) {
        fprintf(stderr, "%s\n", error->text);
        exit(1);
    }
}

/* sum += b, again and again: every addition needs the one before it. */
static struct pim_image *program(uint32_t repeats, struct pim_error *error)
{
    static const bitserial_row places[] = {0, 0, 64, 0};
    struct program_writer writer = {0};
    struct pim_image *image;
    for (uint32_t i = 0; i < repeats; i++)
        write_bulk(&writer, BITSERIAL_ADD, false, WIDTH, places);
    check(bitserial_image(&writer, &image, error), error);
    return image;
}

/* Runs `repeats` additions; the hash of all banks' sums. */
static uint64_t run(const struct pim_registry *registry, const struct row *row, uint32_t repeats, double *seconds)
{
    static uint8_t data[128 * ROW_BYTES];
    struct pim_error error = {0};
    struct pim_target *target;
    struct pim_device *device;
    struct pim_device_options options = {.units = row->units, .threads = row->threads, .mode = PIM_TIMING};
    struct pim_image *image = program(repeats, &error);
    uint64_t hash = 0;
    check(pim_target_open(registry, "simdram-ddr4-16bank", &target, &error), &error);
    check(pim_target_set(target, "execution.engine", row->engine, &error), &error);
    check(pim_device_open(target, &options, &device, &error), &error);
    check(pim_device_load(device, (struct pim_units){0, 0}, image, &error), &error);
    pim_random_fill(data, sizeof data, 1, 1);
    for (uint32_t unit = 0; unit < row->units; unit++)
        check(pim_device_transfer(device, PIM_TO_UNIT, &(struct pim_transfer){unit, SPACE_ROWS, 0, sizeof data, data}, 1, &error), &error);
    double start = seconds_now();
    check(pim_device_run(device, (struct pim_units){0, 0}, &error), &error);
    *seconds = seconds_now() - start;
    for (uint32_t unit = 0; unit < row->units; unit++) {
        check(pim_device_transfer(device, PIM_FROM_UNIT, &(struct pim_transfer){unit, SPACE_ROWS, 0, WIDTH * ROW_BYTES, data}, 1, &error), &error);
        hash ^= hash_bytes(HASH_START, data, WIDTH * ROW_BYTES);
    }
    pim_device_close(device);
    pim_image_free(image);
    pim_target_close(target);
    return hash;
}

static double native(uint32_t repeats)
{
    static uint32_t sum[COLUMNS], b[COLUMNS];
    pim_random_fill(b, sizeof b, 1, 2);
    double start = seconds_now();
    for (uint32_t repeat = 0; repeat < repeats; repeat++) {
        for (int i = 0; i < COLUMNS; i++)
            sum[i] += b[i];
        __asm__ volatile("" : : "r"(sum) : "memory"); /* every pass is really done */
    }
    return seconds_now() - start;
}

int main(void)
{
    struct pim_registry *registry;
    struct pim_error error = {0};
    check(pim_registry_open(&registry, &error), &error);
    double plain = native(4000) / 4000;
    printf("32-bit addition on 65,536 columns a bank, 257 commands; plain C: %.1f us\n", plain * 1e6);
    printf("%-10s %6s %8s %18s %10s %18s\n", "engine", "banks", "threads", "million commands/s", "real time", "x plain C, 1 bank");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double seconds;
        run(registry, &rows[i], rows[i].repeats, &seconds);
        double commands = 257.0 * rows[i].repeats * rows[i].units;
        printf("%-10s %6" PRIu32 " %8" PRIu32 " %18.2f %10.2f %18.1f\n", rows[i].engine, rows[i].units, rows[i].threads, commands / seconds / 1e6,
               commands / seconds / rows[i].threads / REAL_TIME, seconds / rows[i].repeats / rows[i].units / plain);
    }
    double unused;
    struct row fast = {"fast", 2, 2, 0}, reference = {"reference", 2, 1, 0};
    bool same = run(registry, &fast, 20, &unused) == run(registry, &reference, 20, &unused);
    printf("results of the engines: %s\n", same ? "equal" : "DIFFERENT");
    pim_registry_close(registry);
    return !same;
}
