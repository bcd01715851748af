/* Benchmark of the DPU engines: how many DPU instructions a second one host core emulates, against real time (a
 * DPU issues at most one instruction a cycle, 350 million a second) and against the same job in plain C on the
 * host. Results and cycles of the engines are compared; times are printed, never asserted. `make bench`.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels.h"
#include "operators/operators.h"

static const double REAL_TIME = 350e6; /* instructions per second of a DPU whose pipeline is full */

struct setting { const char *name; uint64_t value; };

struct workload {
    const char *name, *kernel;
    struct setting settings[4];
    double (*native_seconds)(void); /* the whole job of one unit */
};

struct row { const char *engine; uint32_t units, threads; };

static const struct row rows[] = {
    {"fast", 1, 1}, {"reference", 1, 1}, {"fast", 64, 1}, {"fast", 64, 2},
};
enum { ROWS = sizeof rows / sizeof rows[0], TASKLETS = 16 };

/* ---- the same jobs on the host ---- */

enum { LOOP_ELEMENTS = TASKLETS * 256, LOOP_REPEATS = 1000, GEMV_ROWS = 128, GEMV_COLUMNS = 4096 };

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double native_loop(void)
{
    static uint32_t source[LOOP_ELEMENTS], destination[LOOP_ELEMENTS];
    double start = seconds_now();
    for (int repeat = 0; repeat < LOOP_REPEATS; repeat++) {
        for (int i = 0; i < LOOP_ELEMENTS; i++)
            destination[i] = source[i] + 1048576;
        __asm__ volatile("" : : "r"(destination) : "memory"); /* every pass is really done */
    }
    return seconds_now() - start;
}

static double native_gemv(void)
{
    uint32_t *a = calloc((size_t)GEMV_ROWS * GEMV_COLUMNS, sizeof *a), *x = calloc(GEMV_COLUMNS, sizeof *x), y[GEMV_ROWS];
    if (a == NULL || x == NULL)
        abort();
    memset(a, 1, (size_t)GEMV_ROWS * GEMV_COLUMNS * sizeof *a);
    double start = seconds_now();
    operator_gemv_int32(a, x, y, GEMV_ROWS, GEMV_COLUMNS, GEMV_COLUMNS);
    __asm__ volatile("" : : "r"(y) : "memory");
    double seconds = seconds_now() - start;
    free(a);
    free(x);
    return seconds;
}

static const struct workload workloads[] = {
    {"int32 add loop", "arithmetic_loops", {{"tasklets", TASKLETS}, {"operation", 0}, {"repeats", LOOP_REPEATS}}, native_loop},
    {"GEMV int32", "gemv_int32", {{"tasklets", TASKLETS}, {"rows", GEMV_ROWS}, {"columns", GEMV_COLUMNS}, {"range", 50}},
     native_gemv},
};
enum { WORKLOADS = sizeof workloads / sizeof workloads[0] };

/* ---- one run ---- */

struct result { uint64_t instructions, cycles, hash; double seconds; };

static uint64_t instructions_of(struct pim_device *device)
{
    const struct pim_counter *counters = pim_device_backend(device)->counters;
    for (size_t i = 0; counters[i].name != NULL; i++)
        if (strcmp(counters[i].name, "instructions") == 0)
            return pim_device_ledger(device)->counters[i];
    return 0;
}

/* GEMV rows are for one unit: more units get as many each. */
static enum pim_status run_kernel(struct pim_device *device, const struct workload *workload, const struct pim_image *image,
                                  struct result *result, struct pim_error *error)
{
    struct pim_kernel_job job;
    enum pim_status status = PIM_OK;
    pim_kernel_job_init(&job, pim_kernel_named(workload->kernel), device, image);
    for (size_t i = 0; status == PIM_OK && i < 4 && workload->settings[i].name != NULL; i++) {
        bool scaled = strcmp(workload->settings[i].name, "rows") == 0;
        uint64_t value = workload->settings[i].value * (scaled ? pim_device_units(device) : 1);
        status = pim_kernel_set(&job, workload->settings[i].name, value, error);
    }
    if (status == PIM_OK)
        status = pim_kernel_run(&job, error);
    *result = (struct result){instructions_of(device), pim_device_ledger(device)->kernel_cycles, job.result_hash,
                              (double)job.host_launch_ns * 1e-9};
    return status;
}

static enum pim_status run_row(const struct pim_registry *registry, const struct workload *workload, const struct row *row,
                               struct result *result, struct pim_error *error)
{
    struct pim_target *target = NULL;
    struct pim_device *device = NULL;
    struct pim_image *image = NULL;
    struct pim_device_options options = {.units = row->units, .threads = row->threads, .mode = PIM_TIMING};
    enum pim_status status = pim_kernel_open(pim_kernel_named(workload->kernel), &image, error);
    if (status == PIM_OK)
        status = pim_target_open(registry, "upmem-1rank", &target, error);
    if (status == PIM_OK)
        status = pim_target_set(target, "execution.engine", row->engine, error);
    if (status == PIM_OK)
        status = pim_device_open(target, &options, &device, error);
    if (status == PIM_OK)
        status = run_kernel(device, workload, image, result, error);
    pim_device_close(device);
    pim_image_free(image);
    pim_target_close(target);
    return status;
}

static enum pim_status run_workload(const struct pim_registry *registry, const struct workload *workload,
                                    struct pim_error *error)
{
    struct result results[ROWS];
    double native = workload->native_seconds();
    for (size_t i = 0; i < ROWS; i++) {
        enum pim_status status = run_row(registry, workload, &rows[i], &results[i], error);
        if (status != PIM_OK)
            return status;
        double rate = (double)results[i].instructions / results[i].seconds;
        printf("%-16s %-10s %5u %7u %14" PRIu64 " %9.3f %12.1f %10.2f %12.0f\n", workload->name, rows[i].engine, rows[i].units,
               rows[i].threads, results[i].instructions, results[i].seconds, rate / 1e6, rate / REAL_TIME,
               results[i].seconds / (native * rows[i].units));
    }
    if (results[0].hash != results[1].hash || results[0].cycles != results[1].cycles)
        return pim_fail(error, PIM_MISMATCH, "%s: the engines differ", workload->name);
    if (results[2].hash != results[3].hash || results[2].cycles != results[3].cycles)
        return pim_fail(error, PIM_MISMATCH, "%s: host threads change the result", workload->name);
    return PIM_OK;
}

int main(void)
{
    struct pim_registry *registry = NULL;
    struct pim_error error = {0};
    enum pim_status status = pim_registry_open(&registry, &error);
    printf("%-16s %-10s %5s %7s %14s %9s %12s %10s %12s\n", "16 tasklets", "engine", "units", "threads", "instructions",
           "seconds", "Minstr/s", "real time", "x native");
    for (size_t i = 0; status == PIM_OK && i < WORKLOADS; i++)
        status = run_workload(registry, &workloads[i], &error);
    if (status == PIM_OK)
        printf("Results and cycles are equal for both engines and for any number of threads. real time: 1.00 is one DPU at 350 MHz;\n"
               "x native: time of the emulation over that of plain C on one host core.\n");
    else
        fprintf(stderr, "%s\n", error.text);
    pim_registry_close(registry);
    return pim_status_exit(status);
}
