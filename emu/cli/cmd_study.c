/* `pimento study`: published experiments, reproduced: paper, pimento, error. */
#include <string.h>

#include "command.h"
#include "output_file.h"
#include "progress.h"
#include "settings.h"
#include "studies/study.h"

enum { STUDY_ALL, STUDY_TARGET, STUDY_SET, STUDY_FORMAT, STUDY_OUTPUT, STUDY_QUIET };

static void list(void)
{
    for (const struct pim_study *const *study = pim_studies; *study; study++)
        printf("%-20s %s\n", (*study)->name, (*study)->title);
}

static void show_progress(void *context, size_t done, size_t rows)
{
    progress_show_count(context, done, rows, "rows");
}

/* A study runs on its own target unless another one is named; --set changes either. */
static enum pim_status run_on_target(const struct pim_study *study, const struct command_line *line,
                                     const struct pim_registry *registry, struct pim_study_report **report,
                                     struct pim_error *error)
{
    struct pim_target *target = NULL;
    enum pim_status status = settings_target(registry, option_text(line, STUDY_TARGET, study->target),
                                             line->values[STUDY_SET].texts, &target, error);
    if (status != PIM_OK)
        return status;
    struct progress progress;
    bool shown = line->values[STUDY_QUIET].count == 0 && progress_begin(&progress);
    status = pim_study_run(study, registry, target, shown ? show_progress : NULL, &progress, report, error);
    if (shown)
        progress_end(&progress);
    pim_target_close(target);
    return status;
}

static enum pim_status run_one(const struct pim_study *study, const struct command_line *line,
                               const struct pim_registry *registry, FILE *file, struct pim_error *error)
{
    struct pim_study_report *report = NULL;
    enum pim_status status = run_on_target(study, line, registry, &report, error);
    if (status != PIM_OK)
        return status;
    pim_study_print(report, (enum pim_study_format)option_number(line, STUDY_FORMAT, PIM_STUDY_TEXT), file);
    pim_study_report_free(report);
    return PIM_OK;
}

static enum pim_status find(const char *name, const struct pim_study **study, struct pim_error *error)
{
    *study = pim_study_named(name);
    if (*study)
        return PIM_OK;
    return pim_fail(error, PIM_USAGE, "there is no study '%s'; 'pimento study' lists them", name);
}

static enum pim_status run_studies(const struct command_line *line, const struct pim_registry *registry,
                                   FILE *file, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    if (line->values[STUDY_ALL].count > 0) {
        for (const struct pim_study *const *study = pim_studies; status == PIM_OK && *study; study++)
            status = run_one(*study, line, registry, file, error);
        return status;
    }
    const struct pim_study *study;
    status = find(line->operands[0], &study, error);
    return status == PIM_OK ? run_one(study, line, registry, file, error) : status;
}

static enum pim_status run(const struct command_line *line, struct pim_error *error)
{
    bool all = line->values[STUDY_ALL].count > 0;
    if (all && line->operand_count > 0)
        return pim_fail(error, PIM_USAGE, "--all and the name of a study exclude each other");
    if (!all && (line->operand_count == 0 || strcmp(line->operands[0], "list") == 0)) {
        list();
        return PIM_OK;
    }
    struct pim_registry *registry = NULL;
    struct output_file output;
    enum pim_status status = pim_registry_open(&registry, error);
    if (status != PIM_OK)
        return status;
    status = output_open(option_text(line, STUDY_OUTPUT, "-"), &output, error);
    if (status == PIM_OK)
        status = output_end(&output, run_studies(line, registry, output.file, error), error);
    pim_registry_close(registry);
    return status;
}

const struct command command_study = {
    .name = "study",
    .operands = "[list | NAME]",
    .operand_kind = OPERAND_WORD,
    .operand_words = "list",
    .most_operands = 1,
    .summary = "reproduce a published experiment: paper, pimento, error",
    .description = "Runs the programs of a published experiment and prints the published figure, ours and the error of each row. "
                   "Rows that are no test of the model say so and are left out of the mean.",
    .options = (const struct option_row[]){
        [STUDY_ALL] = {.name = "all", .letter = 'a', .help = "all studies"},
        [STUDY_TARGET] = {.name = "target", .letter = 't', .kind = OPTION_TARGET, .argument = "NAME",
                          .help = "another machine than the study's own"},
        [STUDY_SET] = {.name = "set", .letter = 's', .kind = OPTION_TEXT, .argument = "KEY=VALUE", .repeatable = true,
                       .help = "change a parameter of the target"},
        [STUDY_FORMAT] = {.name = "format", .letter = 'f', .kind = OPTION_CHOICE, .argument = "FORMAT",
                          .choices = "text|json|csv|markdown", /* ORDER STUDY FORMAT: enum pim_study_format */
                          .help = "text (default), json, csv or markdown"},
        [STUDY_OUTPUT] = {.name = "output", .letter = 'o', .kind = OPTION_FILE, .argument = "FILE",
                          .help = "write there instead of standard output"},
        [STUDY_QUIET] = {.name = "quiet", .letter = 'q', .help = "no progress"},
        {0}
    },
    .run = run,
};
