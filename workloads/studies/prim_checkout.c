/* Each application runs under `pimento host` in its own folder; the time comes from the report that this writes, the published times from the
 * log for the same number of DPUs. Nothing of the checkout is changed.
 */
#include "config.h" /* GNU extensions of the C library */

#include "prim_checkout.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const double PS_PER_MS = 1e9;

static enum pim_status no_memory(struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "out of memory");
}

/* ---- logs ---- */

/* A field starts a line or follows a tab or several spaces; "Longest Diagonal CPU-DPU" is not the field "CPU-DPU". */
static bool begins_field(const char *text, const char *at)
{
    return at == text || at[-1] == '\n' || at[-1] == '\t' || (at[-1] == ' ' && at > text + 1 && at[-2] == ' ');
}

double prim_log_time(const char *log, const char *label)
{
    size_t length = strlen(label);
    for (const char *at = log; (at = strstr(at, label)) != NULL; at += length) {
        double value;
        if (!begins_field(log, at) || strncmp(at + length, " Time", 5) != 0)
            continue;
        if (sscanf(at + length + 5, " (ms): %lf", &value) == 1)
            return value;
    }
    return -1;
}

/* NULL: there is no such file. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (file == NULL)
        return NULL;
    if (getdelim(&text, &size, '\0', file) < 0 && text != NULL)
        text[0] = '\0';
    fclose(file);
    return text;
}

/* ---- one application ---- */

/* What a run showed. Launches that the report lists are by number from 1, the rest is 0. */
enum { LAUNCHES = 64 };
struct run {
    const struct prim_application *application;
    uint64_t dpus, launches, kernel_ps, launch_ps, to_ps, from_ps, transfer_ps, elapsed_ps;
    uint64_t each_kernel_ps[LAUNCHES + 1];
    double wall_ms;
    char *log; /* NULL: there is none for as many DPUs */
};

static uint64_t number_of(const json_t *report, const char *section, const char *name)
{
    return (uint64_t)json_integer_value(json_object_get(json_object_get(json_object_get(report, section), name), "value"));
}

static void take_report(struct run *run, const json_t *report)
{
    const json_t *launch;
    size_t i;
    run->dpus = number_of(report, "run", "dpus");
    run->launches = number_of(report, "run", "launches");
    run->kernel_ps = number_of(report, "time", "kernel");
    run->launch_ps = number_of(report, "time", "launch");
    run->transfer_ps = number_of(report, "time", "transfer");
    run->to_ps = number_of(report, "time", "to_unit_busy");
    run->from_ps = number_of(report, "time", "from_unit_busy");
    run->elapsed_ps = number_of(report, "time", "elapsed");
    json_array_foreach(json_object_get(report, "launches"), i, launch) {
        json_int_t number = json_integer_value(json_object_get(launch, "launch"));
        if (number > 0 && number <= LAUNCHES)
            run->each_kernel_ps[number] = (uint64_t)json_integer_value(json_object_get(launch, "kernel"));
    }
}

/* Words for exec: pimento host --quiet --json=FILE --target=NAME --set=... -- PROGRAM ... */
static char **make_words(const struct prim_checkout *checkout, const struct prim_application *application, const char *json)
{
    enum { FIXED = 6 }; /* words that are always there */
    size_t settings = 0, count = 0;
    while (checkout->settings != NULL && checkout->settings[settings] != NULL)
        settings++;
    char **words = calloc(FIXED + settings + PRIM_WORDS + 1, sizeof *words);
    if (words == NULL)
        return NULL;
    words[count++] = strdup("pimento");
    words[count++] = strdup("host");
    words[count++] = strdup("--quiet");
    if (asprintf(&words[count++], "--json=%s", json) < 0 || asprintf(&words[count++], "--target=%s", checkout->target) < 0)
        return NULL;
    for (size_t i = 0; i < settings; i++)
        if (asprintf(&words[count++], "--set=%s", checkout->settings[i]) < 0)
            return NULL;
    words[count++] = strdup("--");
    for (size_t i = 0; i < PRIM_WORDS && application->words[i] != NULL; i++)
        words[count++] = strdup(application->words[i]);
    return words;
}

static void free_words(char **words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        free(words[i]);
    free(words);
}

/* The wait status, or -1. Output and errors go to `output`. */
static int execute(const char *pimento, const char *folder, char *const *words, const char *output, double *wall_ms)
{
    struct timespec start, end;
    int status = -1;
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t process = fork();
    if (process == 0) {
        int file = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (file >= 0 && dup2(file, STDOUT_FILENO) >= 0 && dup2(file, STDERR_FILENO) >= 0 && chdir(folder) == 0)
            execv(pimento, words);
        _exit(127);
    }
    if (process < 0)
        return -1;
    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    clock_gettime(CLOCK_MONOTONIC, &end);
    *wall_ms = (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6;
    return status;
}

/* The paths of one run, below the checkout and in a folder of our own. */
enum { PLACE_BYTES = 4096 };
struct places { char folder[PLACE_BYTES], json[PLACE_BYTES], output[PLACE_BYTES]; };

static void say(const struct prim_checkout *checkout, const struct prim_application *application, const char *what, const char *detail)
{
    char *text = NULL;
    if (checkout->notice != NULL && asprintf(&text, "%s: %s%s", application->name, what, detail) >= 0) {
        checkout->notice(text);
        free(text);
    }
}

static bool can_run(const struct prim_checkout *checkout, const struct prim_application *application, const struct places *places)
{
    char path[2 * PLACE_BYTES];
    snprintf(path, sizeof path, "%s/%s", places->folder, application->words[0]);
    if (access(path, X_OK) != 0) {
        say(checkout, application, "skipped: no program ", path);
        return false;
    }
    for (size_t i = 0; i < PRIM_INPUTS && application->inputs[i] != NULL; i++) {
        snprintf(path, sizeof path, "%s/%s", places->folder, application->inputs[i]);
        if (access(path, R_OK) != 0) {
            say(checkout, application, "skipped: no input file ", path);
            return false;
        }
    }
    return true;
}

static void last_line(const char *text, char *line, size_t size)
{
    size_t end = strlen(text);
    while (end > 0 && text[end - 1] == '\n')
        end--;
    size_t start = end;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    snprintf(line, size, "%.*s", (int)(end - start), text + start);
}

/* Did the program find its own results right? */
static bool is_right(const struct prim_checkout *checkout, const struct prim_application *application, int status, const char *output)
{
    char line[512];
    last_line(output, line, sizeof line);
    if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        say(checkout, application, "failed; its last line: ", line);
        return false;
    }
    if ((application->equal != NULL && strstr(output, application->equal) == NULL) ||
        (application->differs != NULL && strstr(output, application->differs) != NULL)) {
        say(checkout, application, "its results differ; its last line: ", line);
        return false;
    }
    return true;
}

/* A log without times is none. */
static void find_log(const struct prim_checkout *checkout, struct run *run, const struct places *places)
{
    char path[2 * PLACE_BYTES];
    snprintf(path, sizeof path, "%s/profile/outs_tl16_bl10_dpus%" PRIu64, places->folder, run->dpus);
    run->log = read_text(path);
    if (run->log != NULL && prim_log_time(run->log, run->application->columns[0].label) >= 0)
        return;
    say(checkout, run->application, run->log != NULL ? "no times in the log " : "no log for as many DPUs as it uses: ", path);
    free(run->log);
    run->log = NULL;
}

static enum pim_status run_application(const struct prim_checkout *checkout, struct places *places, struct run *run,
                                       struct pim_error *error)
{
    char **words = make_words(checkout, run->application, places->json);
    if (words == NULL)
        return no_memory(error);
    unlink(places->json); /* of the application before */
    int status = execute(checkout->pimento, places->folder, words, places->output, &run->wall_ms);
    free_words(words);
    char *output = read_text(places->output);
    bool right = is_right(checkout, run->application, status, output != NULL ? output : "");
    free(output);
    if (!right)
        return pim_fail(error, PIM_MISMATCH, "%s failed or found a difference", run->application->name);
    json_t *report = json_load_file(places->json, 0, NULL);
    if (report == NULL)
        return pim_fail(error, PIM_IO, "%s: no report of its run", run->application->name);
    take_report(run, report);
    json_decref(report);
    find_log(checkout, run, places);
    return PIM_OK;
}

/* ---- rows ---- */

/* Time of the launches of a column, with the launch cost; the warm-up is as long as the others. */
static double kernel_ms(const struct run *run, const struct prim_column *column)
{
    double each_launch = run->launches > 0 ? (double)run->launch_ps / (double)run->launches : 0, sum = 0;
    if (column->period == 1)
        return (double)(run->kernel_ps + run->launch_ps) / PS_PER_MS / run->application->repetitions;
    for (uint64_t number = column->phase; number <= run->launches && number <= LAUNCHES; number += column->period)
        sum += (double)run->each_kernel_ps[number] + each_launch;
    return sum / PS_PER_MS / run->application->repetitions;
}

/* What the log has for a column, for all that a repetition does; negative: nothing. */
static double column_ms(const struct run *run, const struct prim_column *column)
{
    double value = run->log != NULL ? prim_log_time(run->log, column->label) : -1;
    return column->counted > 0 ? value * column->made / column->counted : value;
}

/* The log's times of one kind, added up; none: NAN. */
static double logged_ms(const struct run *run, unsigned kinds)
{
    double sum = 0;
    bool any = false;
    for (const struct prim_column *column = run->application->columns; column->label != NULL; column++) {
        double value = kinds >> column->time & 1 ? column_ms(run, column) : -1;
        any |= value >= 0;
        sum += value >= 0 ? value : 0;
    }
    return any ? sum : NAN;
}

static bool has_middle(const struct run *run)
{
    for (const struct prim_column *column = run->application->columns; column->label != NULL; column++)
        if (column->time == PRIM_BOTH_WAYS)
            return true;
    return false;
}

/* ORDER GROUP. */
enum group { KERNELS, TO_DPUS, FROM_DPUS, ALL_TRANSFERS, SIMULATED, WALL, SLOWDOWN, GROUPS };
static const char *const group_names[GROUPS] = {
    "Kernel, with launch", "Host to DPUs", "DPUs to host", "All transfers", "Simulated time", "Wall time on this machine",
    "Slowdown: wall / simulated time",
};

static void add_row(struct pim_study_report *report, enum group group, const char *what, const char *unit, double published,
                    double measured)
{
    report->rows[report->count++] = (struct pim_study_row){
        .group = group_names[group], .conditions = what, .unit = unit, .source = isnan(published) ? "" : "log in the checkout",
        .basis = PIM_STUDY_TEST, .published = published, .measured = measured};
}

static void add_kernels(struct pim_study_report *report, const struct run *run)
{
    for (const struct prim_column *column = run->application->columns; column->label != NULL; column++) {
        if (column->time != PRIM_KERNEL)
            continue;
        double value = column_ms(run, column);
        add_row(report, KERNELS, run->application->name, "ms", value >= 0 ? value : NAN, kernel_ms(run, column));
    }
}

/* The links of several ranks are busy at the same time, and the report adds them up: the time of the transfers is shared out by that. */
static double direction_ps(const struct run *run, uint64_t busy_ps)
{
    uint64_t both_ps = run->to_ps + run->from_ps;
    return both_ps > 0 ? (double)run->transfer_ps * (double)busy_ps / (double)both_ps : 0;
}

/* A column that counts both directions leaves only the sum to compare. */
static void add_run(struct pim_study_report *report, enum group group, const struct run *run)
{
    const char *name = run->application->name;
    double repetitions = PS_PER_MS * run->application->repetitions;
    switch (group) {
    case KERNELS:
        add_kernels(report, run);
        break;
    case TO_DPUS:
        if (!has_middle(run))
            add_row(report, group, name, "ms", logged_ms(run, 1u << PRIM_TO_DPUS), direction_ps(run, run->to_ps) / repetitions);
        break;
    case FROM_DPUS:
        if (!has_middle(run))
            add_row(report, group, name, "ms", logged_ms(run, 1u << PRIM_FROM_DPUS), direction_ps(run, run->from_ps) / repetitions);
        break;
    case ALL_TRANSFERS:
        add_row(report, group, name, "ms", logged_ms(run, 1u << PRIM_TO_DPUS | 1u << PRIM_FROM_DPUS | 1u << PRIM_BOTH_WAYS),
                (double)run->transfer_ps / repetitions);
        break;
    case SIMULATED:
        add_row(report, group, name, "ms", NAN, (double)run->elapsed_ps / PS_PER_MS);
        break;
    case WALL:
        add_row(report, group, name, "ms", NAN, run->wall_ms);
        break;
    default:
        add_row(report, group, name, "x", NAN, run->wall_ms / ((double)run->elapsed_ps / PS_PER_MS));
    }
}

static const struct pim_study study_checkout = {
    .name = "upmem-prim",
    .title = "UPMEM: the PrIM programs of a checkout",
    .notes = "The programs themselves, run by `pimento host` with the command lines of their repository's script for one rank; each found its own "
             "results right. Programs that repeat their work are divided by the repetitions, as in the logs.",
};

static enum pim_status make_report(const struct prim_checkout *checkout, const struct run *runs, size_t count,
                                   struct pim_study_report **result, struct pim_error *error)
{
    struct pim_study_report *report = calloc(1, sizeof *report);
    if (report != NULL) {
        report->study = &study_checkout;
        report->target = strdup(checkout->target);
        report->rows = calloc(count * (GROUPS + PRIM_COLUMNS), sizeof *report->rows);
    }
    if (report == NULL || report->target == NULL || report->rows == NULL) {
        pim_study_report_free(report);
        return no_memory(error);
    }
    for (int group = 0; group < GROUPS; group++)
        for (size_t i = 0; i < count; i++)
            add_run(report, (enum group)group, &runs[i]);
    *result = report;
    return PIM_OK;
}

/* ---- all ---- */

static bool is_chosen(const struct prim_checkout *checkout, const struct prim_application *application)
{
    return checkout->rows == NULL || strstr(application->name, checkout->rows) != NULL;
}

/* `mismatch` remembers the first application that ended badly; the others still run. */
static enum pim_status run_all(const struct prim_checkout *checkout, struct places *places, struct run *runs, size_t *count,
                               struct pim_error *mismatch, struct pim_error *error)
{
    enum pim_status result = PIM_OK;
    size_t all = 0, done = 0;
    for (const struct prim_application *application = prim_applications; application->name != NULL; application++)
        all += is_chosen(checkout, application);
    for (const struct prim_application *application = prim_applications; application->name != NULL; application++) {
        if (!is_chosen(checkout, application))
            continue;
        snprintf(places->folder, sizeof places->folder, "%s/%s", checkout->folder, application->name);
        runs[*count] = (struct run){.application = application};
        if (can_run(checkout, application, places)) {
            enum pim_status status = run_application(checkout, places, &runs[*count], error);
            if (status != PIM_OK && status != PIM_MISMATCH)
                return status;
            if (status == PIM_MISMATCH && result == PIM_OK)
                *mismatch = *error;
            result = status == PIM_OK ? result : status;
            *count += status == PIM_OK;
        }
        if (checkout->progress != NULL)
            checkout->progress(checkout->context, ++done, all);
    }
    return result;
}

static size_t application_count(void)
{
    size_t count = 0;
    while (prim_applications[count].name != NULL)
        count++;
    return count;
}

static enum pim_status run_in(const struct prim_checkout *checkout, struct places *places, struct pim_study_report **report,
                              struct pim_error *error)
{
    struct run *runs = calloc(application_count(), sizeof *runs);
    struct pim_error mismatch;
    size_t count = 0;
    if (runs == NULL)
        return no_memory(error);
    enum pim_status status = run_all(checkout, places, runs, &count, &mismatch, error), made = PIM_OK;
    if (status == PIM_OK && count == 0)
        status = pim_fail(error, PIM_BAD_INPUT, "%s: no PrIM program could be run, expected folders as VA with bin/host_code in them",
                          checkout->folder);
    if (count > 0 && (status == PIM_OK || status == PIM_MISMATCH))
        made = make_report(checkout, runs, count, report, error);
    for (size_t i = 0; i < count; i++)
        free(runs[i].log);
    free(runs);
    if (status == PIM_MISMATCH && made == PIM_OK)
        *error = mismatch;
    return made != PIM_OK ? made : status;
}

enum pim_status prim_checkout_run(const struct prim_checkout *checkout, struct pim_study_report **report, struct pim_error *error)
{
    const char *temporary = getenv("TMPDIR");
    char own[PLACE_BYTES - 16];
    struct places places;
    *report = NULL;
    /* The programs run in folders of their own, so a relative TMPDIR would be another one for them. */
    snprintf(own, sizeof own, "%s/pimento-study-XXXXXX", temporary != NULL && *temporary == '/' ? temporary : "/tmp");
    if (mkdtemp(own) == NULL)
        return pim_fail(error, PIM_IO, "%s: %s", own, strerror(errno));
    snprintf(places.json, sizeof places.json, "%s/report.json", own);
    snprintf(places.output, sizeof places.output, "%s/output", own);
    enum pim_status status = run_in(checkout, &places, report, error);
    unlink(places.json);
    unlink(places.output);
    rmdir(own);
    return status;
}
