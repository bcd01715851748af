#include "measure.h"

#include <string.h>

static enum pim_status run_on(struct pim_device *device, const struct study_kernel *kernel, uint64_t tasklets,
                              const struct pim_image *image, struct study_outcome *outcome, struct pim_error *error)
{
    struct pim_kernel_job job;
    enum pim_status status = PIM_OK;
    pim_kernel_job_init(&job, pim_kernel_named(kernel->name), device, image);
    for (size_t i = 0; status == PIM_OK && i < STUDY_SETTINGS && kernel->settings[i].name != NULL; i++)
        status = pim_kernel_set(&job, kernel->settings[i].name, i == 0 && tasklets > 0 ? tasklets : kernel->settings[i].value,
                                error);
    if (status == PIM_OK)
        status = pim_kernel_run(&job, error);
    if (status != PIM_OK)
        return status;
    const struct pim_ledger *ledger = pim_device_ledger(device);
    *outcome = (struct study_outcome){job.operations, ledger->kernel_cycles, ledger->kernel_ps, ledger->launch_ps,
                                      ledger->launches, {0}, job.launch_nj, ledger->transfer_ps, {{0}}};
    memcpy(outcome->figures, job.figures, sizeof job.figures);
    memcpy(outcome->step_ps, job.step_ps, sizeof job.step_ps);
    return PIM_OK;
}

enum pim_status study_open_kernel(const char *name, struct pim_image **image, struct pim_error *error)
{
    return pim_kernel_open(pim_kernel_named(name), image, error);
}

enum pim_status study_run_kernel(const struct pim_target *target, const struct study_kernel *kernel, uint64_t tasklets,
                                 struct study_outcome *outcome, struct pim_error *error)
{
    struct pim_image *image = NULL;
    struct pim_device *device = NULL;
    struct pim_device_options options = {.units = kernel->units, .mode = PIM_TIMING};
    enum pim_status status = study_open_kernel(kernel->name, &image, error);
    if (status == PIM_OK)
        status = pim_device_open(target, &options, &device, error);
    if (status == PIM_OK)
        status = run_on(device, kernel, tasklets, image, outcome, error);
    pim_device_close(device);
    pim_image_free(image);
    return status;
}
