#include "kernels.h"
#include "hash.h"
#include "number_text.h"
#include "program_writer.h"
#include "spelling.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ORDER KERNEL: as they are listed. */
#define KERNEL_MAP(X)                                                                                                      \
    X(vector_add) X(reduction) X(scan_ssa) X(scan_rss) X(select) X(unique)                                                 \
    X(binary_search) X(time_series) X(transpose) X(needleman_wunsch)                                                       \
    X(histogram) X(histogram_image)                                                                                        \
    X(gemv_int8) X(gemv_int32) X(gemv_float) X(mlp) X(spmv) X(bfs)                                                         \
    X(arithmetic_loops) X(wram_stream) X(mram_stream)                                                                      \
    X(simdram_operation) X(simdram_gemv) X(simdram_bnn) X(simdram_network) X(simdram_hdc) X(simdram_nonmac)

#define KERNEL_DECLARATION(name) extern const struct pim_kernel kernel_##name;
KERNEL_MAP(KERNEL_DECLARATION)
#undef KERNEL_DECLARATION

#define KERNEL_ADDRESS(name) &kernel_##name,
const struct pim_kernel *const pim_kernels[] = {KERNEL_MAP(KERNEL_ADDRESS) NULL};
#undef KERNEL_ADDRESS

const struct pim_kernel *pim_kernel_named(const char *name)
{
    for (size_t i = 0; pim_kernels[i] != NULL; i++)
        if (strcmp(pim_kernels[i]->name, name) == 0)
            return pim_kernels[i];
    return NULL;
}

static bool readable_in(const char *folder, size_t folder_length, const char *file, char *path, size_t size)
{
    int length = snprintf(path, size, "%.*s/%s", (int)folder_length, folder, file);
    return length > 0 && (size_t)length < size && access(path, R_OK) == 0;
}

static enum pim_status find_file(const struct pim_kernel *kernel, char *path, size_t size, struct pim_error *error)
{
    const char *folders[] = {getenv("PIMENTO_KERNELS"), PIM_KERNEL_FOLDER, PIM_KERNEL_BUILD_FOLDER};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        for (const char *folder = folders[i]; folder != NULL && *folder != '\0';) {
            size_t length = strcspn(folder, ":");
            if (length > 0 && readable_in(folder, length, kernel->file, path, size))
                return PIM_OK;
            folder += length + (folder[length] == ':');
        }
    }
    return pim_fail(error, PIM_BAD_INPUT, "kernel file %s not found in PIMENTO_KERNELS (%s), %s or %s", kernel->file,
                    folders[0] != NULL ? folders[0] : "not set", folders[1], folders[2]);
}

enum pim_status pim_kernel_open(const struct pim_kernel *kernel, struct pim_image **image, struct pim_error *error)
{
    char path[4096];
    if (kernel->file == NULL)
        return bitserial_image(&(struct program_writer){0}, image, error); /* the one back-end whose drivers do that */
    enum pim_status status = find_file(kernel, path, sizeof path, error);
    return status == PIM_OK ? pim_image_read(path, image, error) : status;
}

void pim_kernel_job_init(struct pim_kernel_job *job, const struct pim_kernel *kernel, struct pim_device *device,
                         const struct pim_image *image)
{
    *job = (struct pim_kernel_job){.kernel = kernel, .device = device, .image = image, .seed = 1};
    for (size_t i = 0; kernel->parameters[i].name != NULL; i++)
        job->values[i] = kernel->parameters[i].standard;
}

enum pim_status pim_kernel_set(struct pim_kernel_job *job, const char *name, uint64_t value, struct pim_error *error)
{
    const struct pim_kernel_parameter *parameters = job->kernel->parameters;
    for (size_t i = 0; parameters[i].name != NULL; i++) {
        if (strcmp(parameters[i].name, name) != 0)
            continue;
        if (value < parameters[i].minimum || value > parameters[i].maximum)
            return pim_fail(error, PIM_USAGE, "%s: %s is %" PRIu64 ", expected %" PRIu64 " to %" PRIu64, job->kernel->name,
                            name, value, parameters[i].minimum, parameters[i].maximum);
        job->values[i] = value;
        return PIM_OK;
    }
    return pim_fail(error, PIM_USAGE, "kernel %s has no parameter '%s'", job->kernel->name, name);
}

const char *const *pim_kernel_names(const struct pim_kernel *kernel, const char *parameter)
{
    for (const struct pim_kernel_choice *row = kernel->choices; row != NULL && row->parameter != NULL; row++)
        if (strcmp(row->parameter, parameter) == 0)
            return row->names;
    return NULL;
}

static uint64_t minimum_of(const struct pim_kernel *kernel, const char *parameter)
{
    const struct pim_kernel_parameter *row = kernel->parameters;
    while (row->name != NULL && strcmp(row->name, parameter) != 0)
        row++;
    return row->minimum;
}

enum pim_status pim_kernel_set_text(struct pim_kernel_job *job, const char *name, const char *text, struct pim_error *error)
{
    const struct pim_kernel *kernel = job->kernel;
    const char *const *names = pim_kernel_names(kernel, name);
    struct pim_spelling spelling = {.word = text};
    uint64_t value;
    if (pim_parse_integer(text, &value) == PIM_NUMBER_OK)
        return pim_kernel_set(job, name, value, error);
    for (uint64_t i = 0; names != NULL && names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0)
            return pim_kernel_set(job, name, minimum_of(kernel, name) + i, error);
        pim_spelling_offer(&spelling, names[i]);
    }
    return pim_fail(error, PIM_USAGE, "%s: %s is '%s', expected a number%s%s%s%s", kernel->name, name, text,
                    names != NULL ? " or a name that 'pimento kernel' lists" : "", spelling.closest != NULL ? " (closest: " : "",
                    spelling.closest != NULL ? spelling.closest : "", spelling.closest != NULL ? ")" : "");
}

enum pim_status pim_kernel_run(struct pim_kernel_job *job, struct pim_error *error)
{
    const char *backend = pim_device_backend(job->device)->name;
    if (strcmp(backend, job->kernel->backend) != 0)
        return pim_fail(error, PIM_USAGE, "kernel %s is for the back-end %s, the target's is %s", job->kernel->name,
                        job->kernel->backend, backend);
    enum pim_status status = pim_device_load(job->device, (struct pim_units){0, 0}, job->image, error);
    return status != PIM_OK ? status : job->kernel->run(job, error);
}

void pim_kernel_figure(struct pim_kernel_job *job, const char *name, const char *unit, double value)
{
    unsigned i = 0;
    while (i < PIM_KERNEL_FIGURES && job->figures[i].name != NULL)
        i++;
    if (i < PIM_KERNEL_FIGURES)
        job->figures[i] = (struct pim_kernel_figure){name, unit, value};
}

double pim_kernel_figure_named(const struct pim_kernel_figure figures[PIM_KERNEL_FIGURES], const char *name)
{
    for (size_t i = 0; i < PIM_KERNEL_FIGURES && figures[i].name != NULL; i++)
        if (strcmp(figures[i].name, name) == 0)
            return figures[i].value;
    return NAN;
}

static uint64_t element_at(const void *elements, size_t index, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)((const uint8_t *)elements)[index * bytes + i] << 8 * i;
    return value;
}

enum pim_status pim_kernel_check(struct pim_kernel_job *job, const char *what, const void *result, const void *reference,
                                 size_t count, size_t element_bytes, struct pim_error *error)
{
    job->result_hash = hash_bytes(HASH_START, result, count * element_bytes);
    if (memcmp(result, reference, count * element_bytes) == 0)
        return PIM_OK;
    size_t index = 0;
    uint64_t is, should_be;
    do {
        is = element_at(result, index, element_bytes);
        should_be = element_at(reference, index, element_bytes);
    } while (is == should_be && ++index < count);
    return pim_fail(error, PIM_MISMATCH, "%s: %s %zu of %zu is 0x%0*" PRIx64 ", expected 0x%0*" PRIx64, job->kernel->name,
                    what, index, count, (int)(2 * element_bytes), is, (int)(2 * element_bytes), should_be);
}
