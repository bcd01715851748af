/* `pimento kernel`: the kernels that pimento brings, with data of their own, checked against a plain C reference. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "kernels.h"
#include "output_file.h"
#include "run_report.h"
#include "session.h"

enum { KERNEL_TARGET, KERNEL_SET, KERNEL_UNITS, KERNEL_SEED, KERNEL_THREADS, KERNEL_TRACE, KERNEL_JSON, KERNEL_CSV, KERNEL_QUIET };

/* With the names of its numbers, where they have some. */
static void list_parameter(const struct pim_kernel_parameter *row, const char *const *names)
{
    if (!names) {
        printf("  %-16s %s; %" PRIu64 " to %" PRIu64 ", default %" PRIu64 "\n", row->name, row->help, row->minimum, row->maximum, row->standard);
        return;
    }
    printf("  %-16s %s:", row->name, row->help);
    for (size_t i = 0; names[i]; i++)
        printf(" %s", names[i]);
    printf("; default %s\n", names[row->standard - row->minimum]);
}

static void list(void)
{
    for (const struct pim_kernel *const *kernel = pim_kernels; *kernel; kernel++) {
        printf("%-18s %s\n", (*kernel)->name, (*kernel)->summary);
        for (const struct pim_kernel_parameter *row = (*kernel)->parameters; row->name; row++)
            list_parameter(row, pim_kernel_names(*kernel, row->name));
    }
}

/* "rows=4096" */
static enum pim_status set_parameter(struct pim_kernel_job *job, const char *text, struct pim_error *error)
{
    const char *equals = strchr(text, '=');
    if (!equals)
        return pim_fail(error, PIM_USAGE, "'%s' is not PARAMETER=VALUE", text);
    char *name = strndup(text, (size_t)(equals - text));
    if (!name)
        return pim_fail(error, PIM_NO_MEMORY, "out of memory");
    enum pim_status status = pim_kernel_set_text(job, name, equals + 1, error);
    free(name);
    return status;
}

static enum pim_status run_job(const struct command_line *line, const struct pim_kernel *kernel,
                               const struct pim_image *image, const struct session *session, struct pim_error *error)
{
    struct pim_kernel_job job;
    pim_kernel_job_init(&job, kernel, session->device, image);
    job.seed = option_number(line, KERNEL_SEED, job.seed);
    enum pim_status status = PIM_OK;
    for (size_t i = 1; status == PIM_OK && i < line->operand_count; i++)
        status = set_parameter(&job, line->operands[i], error);
    if (status == PIM_OK)
        status = pim_kernel_run(&job, error);
    if (status != PIM_OK)
        return status;
    const char *json = option_text(line, KERNEL_JSON, NULL), *csv = option_text(line, KERNEL_CSV, NULL);
    FILE *stream = run_report_on_standard_output(json, csv) ? stderr : stdout;
    fprintf(stream, "%s: %" PRIu64 " %s on %" PRIu32 " units, result equals the reference (FNV-1a %016" PRIx64 ")\n", kernel->name,
            job.operations, kernel->operation, pim_device_units(session->device), job.result_hash);
    for (size_t i = 0; i < PIM_KERNEL_FIGURES && job.figures[i].name != NULL; i++)
        fprintf(stream, "  %-26s %.4g%s%s\n", job.figures[i].name, job.figures[i].value, *job.figures[i].unit ? " " : "", job.figures[i].unit);
    fprintf(stream, "%s%s\n", job.remark, job.remark[0] ? "\n" : "");
    return PIM_OK;
}

static enum pim_status execute(const struct command_line *line, const struct pim_kernel *kernel,
                               const struct pim_image *image, struct session *session, struct pim_error *error)
{
    enum pim_status status = run_job(line, kernel, image, session, error);
    progress_end(&session->progress);
    if (status == PIM_GUEST_FAULT)
        run_report_print_faults(session->device, error);
    if (status == PIM_OK)
        status = pim_device_finish(session->device, error);
    struct run_report report = {
        .device = session->device,
        .image = image,
        .json = option_text(line, KERNEL_JSON, NULL),
        .csv = option_text(line, KERNEL_CSV, NULL),
        .quiet = line->values[KERNEL_QUIET].count > 0,
    };
    return status == PIM_OK ? run_report_write(&report, error) : status;
}

static enum pim_status run_kernel(const struct command_line *line, const struct pim_kernel *kernel, struct pim_error *error)
{
    struct pim_image *image = NULL;
    struct session session = {0};
    enum pim_status status = pim_kernel_open(kernel, &image, error);
    struct session_options options = {
        .image = image,
        .target = option_text(line, KERNEL_TARGET, NULL),
        .settings = line->values[KERNEL_SET].texts,
        .device = {.units = (uint32_t)option_number(line, KERNEL_UNITS, 1),
                   .threads = (uint32_t)option_number(line, KERNEL_THREADS, 0),
                   .mode = PIM_TIMING},
        .trace = option_text(line, KERNEL_TRACE, NULL),
        .quiet = line->values[KERNEL_QUIET].count > 0,
    };
    if (status == PIM_OK)
        status = session_open(&options, &session, error);
    if (status == PIM_OK)
        status = execute(line, kernel, image, &session, error);
    session_close(&session);
    if (image)
        pim_image_free(image);
    return status;
}

static void print_names(FILE *file)
{
    for (const struct pim_kernel *const *kernel = pim_kernels; *kernel; kernel++)
        fprintf(file, " %s", (*kernel)->name);
}

/* After a kernel's name its parameters, after "parameter=" the names of its numbers. Parameters of one name have the same names everywhere they have any. */
static void print_value_cases(FILE *file)
{
    for (const struct pim_kernel *const *kernel = pim_kernels; *kernel; kernel++) {
        fprintf(file, "        kernel:%s) values='", (*kernel)->name);
        for (const struct pim_kernel_parameter *row = (*kernel)->parameters; row->name; row++)
            fprintf(file, "%s%s", row == (*kernel)->parameters ? "" : " ", row->name);
        fputs("'; equals=yes ;;\n", file);
        for (const struct pim_kernel_choice *choice = (*kernel)->choices; choice && choice->parameter; choice++) {
            fprintf(file, "        kernel:%s) values='", choice->parameter);
            for (size_t i = 0; choice->names[i]; i++)
                fprintf(file, "%s%s", i ? " " : "", choice->names[i]);
            fputs("' ;;\n", file);
        }
    }
}

static enum pim_status run(const struct command_line *line, struct pim_error *error)
{
    enum pim_status status = run_report_check(option_text(line, KERNEL_JSON, NULL), option_text(line, KERNEL_CSV, NULL), error);
    if (status != PIM_OK)
        return status;
    if (line->operand_count == 0 || strcmp(line->operands[0], "list") == 0) {
        list();
        return PIM_OK;
    }
    const struct pim_kernel *kernel = pim_kernel_named(line->operands[0]);
    if (kernel)
        return run_kernel(line, kernel, error);
    return pim_fail(error, PIM_USAGE, "there is no kernel '%s'; 'pimento kernel' lists them", line->operands[0]);
}

const struct command command_kernel = {
    .name = "kernel",
    .operands = "[list | NAME [PARAMETER=VALUE]...]",
    .operand_kind = OPERAND_WORD,
    .operand_words = "list",
    .operand_names = print_names,
    .operand_values = print_value_cases,
    .most_operands = 16,
    .summary = "run one of the kernels that pimento brings and check its result",
    .description = "Without a name, lists the kernels with their parameters. With one, makes data from a seed, spreads them over "
                   "the units, runs the kernel, compares the result with a plain C reference (exit status 5 when they differ) and "
                   "reports as `pimento run` does.",
    .options = (const struct option_row[]){
        [KERNEL_TARGET] = {.name = "target", .letter = 't', .kind = OPTION_TARGET, .argument = "NAME",
                           .help = "the machine; default: the back-end's own"},
        [KERNEL_SET] = {.name = "set", .letter = 's', .kind = OPTION_TEXT, .argument = "KEY=VALUE", .repeatable = true,
                        .help = "change a parameter of the target"},
        [KERNEL_UNITS] = {.name = "units", .letter = 'n', .kind = OPTION_NUMBER, .argument = "N", .maximum = UINT32_MAX,
                          .help = "how many units share the work; default 1, 0: all of the target"},
        [KERNEL_SEED] = {.name = "seed", .kind = OPTION_NUMBER, .argument = "N", .maximum = UINT64_MAX,
                         .help = "seed of the data; default 1"},
        [KERNEL_THREADS] = {.name = "threads", .letter = 'j', .kind = OPTION_NUMBER, .argument = "N", .minimum = 1,
                            .maximum = 4096, .help = "host threads; default: one a core"},
        [KERNEL_TRACE] = {.name = "trace", .kind = OPTION_FILE, .argument = "FILE", .help = "write a trace; `pimento trace` reads it"},
        [KERNEL_JSON] = {.name = "json", .kind = OPTION_OUTPUT, .argument = "FILE", .choices = ".json",
                         .help = "report as JSON; without FILE on standard output instead of the text"},
        [KERNEL_CSV] = {.name = "csv", .kind = OPTION_OUTPUT, .argument = "FILE", .choices = ".csv",
                        .help = "report as CSV; without FILE on standard output instead of the text"},
        [KERNEL_QUIET] = {.name = "quiet", .letter = 'q', .help = "no text report, no progress"},
        {0}
    },
    .run = run,
};
