/* `pimento study`: published experiments, reproduced: paper, pimento, error. */
#include <string.h>

#include "command.h"
#include "output_file.h"
#include "progress.h"
#include "settings.h"
#include "studies/prim_checkout.h"
#include "studies/study.h"

enum { STUDY_ALL, STUDY_ROWS, STUDY_PRIM, STUDY_TARGET, STUDY_SET, STUDY_JSON, STUDY_CSV, STUDY_MARKDOWN, STUDY_QUIET };

static const struct { size_t option; enum pim_study_format format; } formats[] = {
    {STUDY_JSON, PIM_STUDY_JSON}, {STUDY_CSV, PIM_STUDY_CSV}, {STUDY_MARKDOWN, PIM_STUDY_MARKDOWN},
};
enum { FORMATS = sizeof formats / sizeof *formats };

static void print_names(FILE *file)
{
    for (const struct pim_study *const *study = pim_studies; *study; study++)
        fprintf(file, " %s", (*study)->name);
}

static void list(void)
{
    for (const struct pim_study *const *study = pim_studies; *study; study++)
        printf("%-20s %s\n", (*study)->name, (*study)->title);
}

struct study_context {
    const struct command_line *line;
    const struct pim_registry *registry;
    struct progress progress;
};

static void show_progress(void *context, size_t done, size_t rows)
{
    struct study_context *study = context;
    progress_show_count(&study->progress, done, rows, "rows");
}

/* --set changes every machine that the study uses. */
static enum pim_status open_target(void *context, const char *name, struct pim_target **target, struct pim_error *error)
{
    const struct study_context *study = context;
    return settings_target(study->registry, name, study->line->values[STUDY_SET].texts, target, error);
}

/* A study runs on its own machines unless another one is named. */
static enum pim_status run_on_targets(const struct pim_study *study, const struct command_line *line,
                                      const struct pim_registry *registry, struct pim_study_report **report,
                                      struct pim_error *error)
{
    struct study_context context = {.line = line, .registry = registry};
    bool shown = line->values[STUDY_QUIET].count == 0 && progress_begin(&context.progress);
    const struct pim_study_options options = {
        .rows = option_text(line, STUDY_ROWS, NULL),
        .target = option_text(line, STUDY_TARGET, NULL),
        .open = open_target,
        .progress = shown ? show_progress : NULL,
        .context = &context,
    };
    enum pim_status status = pim_study_run(study, registry, &options, report, error);
    if (shown)
        progress_end(&context.progress);
    return status;
}

static void say_notice(const char *text)
{
    fprintf(stderr, "pimento study: %s\n", text);
}

/* The programs of a checkout in the place of the study's own kernels. */
static enum pim_status run_checkout(const struct command_line *line, struct pim_study_report **report, struct pim_error *error)
{
    struct study_context context = {.line = line};
    bool shown = line->values[STUDY_QUIET].count == 0 && progress_begin(&context.progress);
    const struct prim_checkout checkout = {
        .folder = option_text(line, STUDY_PRIM, NULL),
        .pimento = "/proc/self/exe",
        .target = option_text(line, STUDY_TARGET, PRIM_LOG_TARGET),
        .settings = line->values[STUDY_SET].texts,
        .rows = option_text(line, STUDY_ROWS, NULL),
        .progress = shown ? show_progress : NULL,
        .context = &context,
        .notice = say_notice,
    };
    enum pim_status status = prim_checkout_run(&checkout, report, error);
    if (shown)
        progress_end(&context.progress);
    return status;
}

/* The studies of one command line and where their reports go. */
struct run {
    const struct command_line *line;
    struct pim_registry *registry;
    struct output_file outputs[FORMATS]; /* file == NULL: not wanted */
    bool text;
};

static enum pim_status run_one(const struct pim_study *study, struct run *run, struct pim_error *error)
{
    struct pim_study_report *report = NULL;
    bool checkout = run->line->values[STUDY_PRIM].count > 0;
    enum pim_status status = checkout ? run_checkout(run->line, &report, error)
                                      : run_on_targets(study, run->line, run->registry, &report, error);
    if (report == NULL)
        return status;
    for (size_t i = 0; i < FORMATS; i++)
        if (run->outputs[i].file)
            pim_study_print(report, formats[i].format, run->outputs[i].file);
    if (run->text)
        pim_study_print(report, PIM_STUDY_TEXT, stdout);
    pim_study_report_free(report);
    return status;
}

static enum pim_status find(const char *name, const struct pim_study **study, struct pim_error *error)
{
    *study = pim_study_named(name);
    if (*study)
        return PIM_OK;
    return pim_fail(error, PIM_USAGE, "there is no study '%s'; 'pimento study' lists them", name);
}

static enum pim_status run_studies(struct run *run, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    if (run->line->values[STUDY_ALL].count > 0) {
        for (const struct pim_study *const *study = pim_studies; status == PIM_OK && *study; study++)
            status = run_one(*study, run, error);
        return status;
    }
    const struct pim_study *study;
    status = find(run->line->operands[0], &study, error);
    if (status == PIM_OK && run->line->values[STUDY_PRIM].count > 0 && strcmp(study->name, "upmem-prim") != 0)
        return pim_fail(error, PIM_USAGE, "--prim belongs to study upmem-prim, not to %s", study->name);
    return status == PIM_OK ? run_one(study, run, error) : status;
}

static enum pim_status open_outputs(struct run *run, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    run->text = true;
    for (size_t i = 0; status == PIM_OK && i < FORMATS; i++) {
        const char *path = option_text(run->line, formats[i].option, NULL);
        if (!path)
            continue;
        if (output_is_standard(path) && !run->text)
            return pim_fail(error, PIM_USAGE, "only one of --json, --csv and --markdown can go to standard output");
        if (output_is_standard(path))
            run->text = false;
        status = output_open(path, &run->outputs[i], error);
    }
    return status;
}

static enum pim_status run_to_outputs(struct run *run, struct pim_error *error)
{
    enum pim_status status = open_outputs(run, error);
    if (status == PIM_OK)
        status = pim_registry_open(&run->registry, error);
    if (status == PIM_OK)
        status = run_studies(run, error);
    for (size_t i = 0; i < FORMATS; i++)
        if (run->outputs[i].file)
            status = output_end(&run->outputs[i], status, error);
    if (run->registry)
        pim_registry_close(run->registry);
    return status;
}

static enum pim_status run_study(const struct command_line *line, struct pim_error *error)
{
    bool all = line->values[STUDY_ALL].count > 0;
    if (line->values[STUDY_PRIM].count > 0 && line->operand_count == 0)
        return pim_fail(error, PIM_USAGE, "--prim belongs to study upmem-prim: expected its name");
    if (all && line->operand_count > 0)
        return pim_fail(error, PIM_USAGE, "--all and the name of a study exclude each other");
    if (!all && (line->operand_count == 0 || strcmp(line->operands[0], "list") == 0)) {
        list();
        return PIM_OK;
    }
    struct run run = {.line = line};
    return run_to_outputs(&run, error);
}

const struct command command_study = {
    .name = "study",
    .operands = "[list | NAME]",
    .operand_kind = OPERAND_WORD,
    .operand_words = "list",
    .operand_names = print_names,
    .most_operands = 1,
    .summary = "reproduce a published experiment: paper, pimento, error",
    .description = "Runs the programs of a published experiment and prints the published figure, ours and the error of each row. "
                   "Rows that are no test of the model say so and are left out of the mean.",
    .options = (const struct option_row[]){
        [STUDY_ALL] = {.name = "all", .letter = 'a', .help = "all studies"},
        [STUDY_ROWS] = {.name = "rows", .letter = 'r', .kind = OPTION_TEXT, .argument = "TEXT",
                        .help = "only the rows with TEXT in their group or conditions"},
        [STUDY_PRIM] = {.name = "prim", .kind = OPTION_DIRECTORY, .argument = "DIR",
                        .help = "upmem-prim: run the programs in DIR/VA, DIR/GEMV, ... instead of our kernels; --rows chooses by their names"},
        [STUDY_TARGET] = {.name = "target", .letter = 't', .kind = OPTION_TARGET, .argument = "NAME",
                          .help = "another machine than the study's own"},
        [STUDY_SET] = {.name = "set", .letter = 's', .kind = OPTION_TEXT, .argument = "KEY=VALUE", .repeatable = true,
                       .help = "change a parameter of the target"},
        [STUDY_JSON] = {.name = "json", .kind = OPTION_OUTPUT, .argument = "FILE", .choices = ".json",
                        .help = "as JSON; without FILE on standard output instead of the text"},
        [STUDY_CSV] = {.name = "csv", .kind = OPTION_OUTPUT, .argument = "FILE", .choices = ".csv",
                       .help = "as CSV; without FILE on standard output instead of the text"},
        [STUDY_MARKDOWN] = {.name = "markdown", .kind = OPTION_OUTPUT, .argument = "FILE", .choices = ".md",
                            .help = "as a page of markdown; without FILE on standard output instead of the text"},
        [STUDY_QUIET] = {.name = "quiet", .letter = 'q', .help = "no progress"},
        {0}
    },
    .run = run_study,
};
