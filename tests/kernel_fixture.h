/* What the kernel suites share: one kernel run on a fresh device. */
#ifndef KERNEL_FIXTURE_H
#define KERNEL_FIXTURE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

enum { TEST_SETTINGS = 6 };

struct test_setting { const char *name; uint64_t value; };
struct test_parameter { const char *key, *value; };

struct test_run {
    const char *kernel;
    uint32_t units, threads;
    const char *engine;                           /* NULL: the default one */
    struct test_setting settings[TEST_SETTINGS];  /* ended by name NULL; a name with a dot is a parameter of the target */
};

struct test_outcome {
    enum pim_status status;
    struct pim_error error;
    uint64_t operations, result_hash, kernel_cycles, elapsed_ps, instructions;
    struct pim_kernel_figure figures[PIM_KERNEL_FIGURES];
};

static inline uint64_t test_counter(struct pim_device *device, const char *name)
{
    const struct pim_counter *rows = pim_device_backend(device)->counters;
    const struct pim_ledger *ledger = pim_device_ledger(device);
    for (size_t i = 0; rows[i].name != NULL; i++)
        if (strcmp(rows[i].name, name) == 0)
            return ledger->counters[i];
    ck_abort_msg("no counter '%s'", name);
    return 0;
}

static inline bool test_is_on(const struct test_run *run, const char *backend)
{
    return !strcmp(run->kernel != NULL ? pim_kernel_named(run->kernel)->backend : "dpu", backend);
}

static inline bool test_is_of_target(const struct test_setting *setting)
{
    return strchr(setting->name, '.') != NULL;
}

/* `parameters`: of the target, ended by key NULL. */
static inline struct pim_device *test_device_with(const struct test_run *run, const struct test_parameter *parameters,
                                                  struct pim_registry **registry, struct pim_target **target)
{
    struct pim_error error = {0};
    struct pim_device *device = NULL;
    struct pim_device_options options = {.units = run->units, .threads = run->threads, .mode = PIM_TIMING};
    ck_assert_msg(pim_registry_open(registry, &error) == PIM_OK, "%s", error.text);
    ck_assert_msg(pim_target_open(*registry, test_is_on(run, "dpu") ? "upmem-2556" : "simdram-ddr4-16bank", target, &error) == PIM_OK, "%s", error.text);
    if (test_is_on(run, "bitserial")) /* few columns, so that small shapes fill several banks */
        ck_assert_msg(pim_target_set(*target, "memory.row_bytes", "64", &error) == PIM_OK, "%s", error.text);
    for (size_t i = 0; i < TEST_SETTINGS && run->settings[i].name != NULL; i++) {
        char value[24];
        snprintf(value, sizeof value, "%llu", (unsigned long long)run->settings[i].value);
        if (test_is_of_target(&run->settings[i]))
            ck_assert_msg(pim_target_set(*target, run->settings[i].name, value, &error) == PIM_OK, "%s", error.text);
    }
    if (run->engine != NULL)
        ck_assert_msg(pim_target_set(*target, "execution.engine", run->engine, &error) == PIM_OK, "%s", error.text);
    for (; parameters->key != NULL; parameters++)
        ck_assert_msg(pim_target_set(*target, parameters->key, parameters->value, &error) == PIM_OK, "%s", error.text);
    ck_assert_msg(pim_device_open(*target, &options, &device, &error) == PIM_OK, "%s", error.text);
    return device;
}

static inline struct pim_device *test_device(const struct test_run *run, struct pim_registry **registry, struct pim_target **target)
{
    return test_device_with(run, (const struct test_parameter[]){{NULL, NULL}}, registry, target);
}

static inline struct test_outcome test_kernel_with(const struct test_run *run, const struct test_parameter *parameters)
{
    struct test_outcome outcome = {0};
    struct pim_registry *registry;
    struct pim_target *target;
    struct pim_image *image = NULL;
    struct pim_kernel_job job;
    const struct pim_kernel *kernel = pim_kernel_named(run->kernel);
    ck_assert_msg(kernel != NULL, "no kernel '%s'", run->kernel);
    struct pim_device *device = test_device_with(run, parameters, &registry, &target);
    ck_assert_msg(pim_kernel_open(kernel, &image, &outcome.error) == PIM_OK, "%s", outcome.error.text);
    pim_kernel_job_init(&job, kernel, device, image);
    for (size_t i = 0; outcome.status == PIM_OK && i < TEST_SETTINGS && run->settings[i].name != NULL; i++)
        if (!test_is_of_target(&run->settings[i]))
            outcome.status = pim_kernel_set(&job, run->settings[i].name, run->settings[i].value, &outcome.error);
    if (outcome.status == PIM_OK)
        outcome.status = pim_kernel_run(&job, &outcome.error);
    const struct pim_ledger *ledger = pim_device_ledger(device);
    outcome.operations = job.operations;
    outcome.result_hash = job.result_hash;
    memcpy(outcome.figures, job.figures, sizeof job.figures);
    outcome.kernel_cycles = ledger->kernel_cycles;
    outcome.elapsed_ps = ledger->elapsed_ps;
    outcome.instructions = test_counter(device, test_is_on(run, "dpu") ? "instructions" : "commands");
    pim_device_close(device);
    pim_image_free(image);
    pim_target_close(target);
    pim_registry_close(registry);
    return outcome;
}

static inline struct test_outcome test_kernel(const struct test_run *run)
{
    return test_kernel_with(run, (const struct test_parameter[]){{NULL, NULL}});
}

static inline struct test_outcome test_kernel_passes(const struct test_run *run)
{
    struct test_outcome outcome = test_kernel(run);
    ck_assert_msg(outcome.status == PIM_OK, "%s on %u units: %s", run->kernel, run->units, outcome.error.text);
    return outcome;
}

/* PIMENTO_TEST_SEED and PIMENTO_TEST_SCALE (percent). */
static inline uint64_t test_seed(void)
{
    const char *text = getenv("PIMENTO_TEST_SEED");
    return text != NULL ? strtoull(text, NULL, 0) : 20250807;
}

static inline int test_scaled(int count)
{
    const char *text = getenv("PIMENTO_TEST_SCALE");
    int scaled = text != NULL ? (int)((long)count * atol(text) / 100) : count;
    return scaled > 0 ? scaled : 1;
}

#endif
