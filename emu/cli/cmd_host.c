/* `pimento host`: a host program of the UPMEM interface, run with the drop-in library in place. The library is told what to do through the
 * environment and keeps its account in a file that this process holds; so what is reported does not depend on how the program ends.
 */
#include "config.h" /* GNU extensions of the C library */

#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host_account.h"
#include "host_environment.h"
#include "host_imports.h"
#include "host_program.h"
#include "host_report.h"
#include "output_file.h"
#include "path_text.h"
#include "settings.h"

enum {
    HOST_TARGET, HOST_SET, HOST_SDK, HOST_TRACE, HOST_JSON, HOST_CSV, HOST_PROFILE, HOST_ENGINE, HOST_MAX_CYCLES, HOST_THREADS, HOST_STRICT,
    HOST_HOST_TIME, HOST_ENV, HOST_QUIET
};

struct host {
    const struct command_line *line;
    struct pim_registry *registry;
    struct pim_target *target;
    char *folder, *program;
    char *target_name, *parameters, *trace; /* texts of settings that are not the option's own */
    struct host_settings settings;
    struct host_file file;
    struct host_ending ending;
};

/* ---- settings ---- */

static enum pim_status no_memory(struct pim_error *error)
{
    return pim_fail(error, PIM_NO_MEMORY, "out of memory");
}

static void append(char **text, const char *key, const char *value)
{
    char *longer = NULL;
    if (*text && asprintf(&longer, "%s%s%s%s%s", *text, **text ? ";" : "", key, *value ? "=" : "", value) < 0)
        longer = NULL;
    free(*text);
    *text = longer;
}

/* --set as given, then the options that are parameters by another name. */
static enum pim_status join_parameters(struct host *host, struct pim_error *error)
{
    static const struct { size_t option; const char *key, *value; } rows[] = {
        {HOST_PROFILE, "execution.profile", "on"},
        {HOST_STRICT, "execution.strict", "on"},
        {HOST_ENGINE, "execution.engine", NULL}, /* the option's own text */
    };
    const char *const *given = host->line->values[HOST_SET].texts;
    host->parameters = strdup("");
    for (; given && *given; given++) {
        if (strchr(*given, ';'))
            return pim_fail(error, PIM_USAGE, "--set: '%s': a value without ';' was expected", *given);
        append(&host->parameters, *given, "");
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *text = option_text(host->line, rows[i].option, NULL);
        if (text)
            append(&host->parameters, rows[i].key, rows[i].value ? rows[i].value : text);
    }
    if (!host->parameters)
        return no_memory(error);
    if (*host->parameters)
        host->settings.texts[HOST_SETTING_SET] = host->parameters;
    return PIM_OK;
}

/* The program may run in another folder. */
static enum pim_status absolute(const char *path, char **result, struct pim_error *error)
{
    char *here = *path == '/' ? NULL : getcwd(NULL, 0);
    *result = *path == '/' ? strdup(path) : here ? pim_path_join(here, path) : NULL;
    free(here);
    return *result ? PIM_OK : no_memory(error);
}

static enum pim_status choose_settings(struct host *host, struct pim_error *error)
{
    const char *target = option_text(host->line, HOST_TARGET, NULL), *trace = option_text(host->line, HOST_TRACE, NULL);
    host->settings.texts[HOST_SETTING_SDK] = option_text(host->line, HOST_SDK, NULL);
    host->settings.texts[HOST_SETTING_THREADS] = option_text(host->line, HOST_THREADS, NULL);
    host->settings.texts[HOST_SETTING_MAX_CYCLES] = option_text(host->line, HOST_MAX_CYCLES, NULL);
    enum pim_status status = join_parameters(host, error);
    if (status == PIM_OK && target && (strchr(target, '/') || pim_ends_with(target, ".ini"))) {
        status = absolute(target, &host->target_name, error);
        target = host->target_name;
    }
    if (status == PIM_OK && trace)
        status = absolute(trace, &host->trace, error);
    host->settings.texts[HOST_SETTING_TARGET] = target;
    host->settings.texts[HOST_SETTING_TRACE] = host->trace;
    return status;
}

/* Opened here too, so that what is wrong with it is told before the program starts, and so that the report can name its parameters. */
static enum pim_status open_target(struct host *host, struct pim_error *error)
{
    const char *name = getenv("PIMENTO_HOST_TARGET"), *parameters = getenv("PIMENTO_HOST_SET");
    char *copy = strdup(parameters ? parameters : ""), *rest = copy;
    const char *settings[2] = {NULL, NULL};
    enum pim_status status = copy ? pim_registry_open(&host->registry, error) : no_memory(error);
    if (status == PIM_OK)
        status = settings_target(host->registry, name && *name ? name : HOST_DEFAULT_TARGET, settings, &host->target, error);
    while (status == PIM_OK && (settings[0] = strsep(&rest, ";")) != NULL)
        if (*settings[0])
            status = settings_apply(host->target, settings[0], error);
    free(copy);
    if (status == PIM_OK && strcmp(pim_target_backend(host->target)->instruction_set, "dpu") != 0)
        status = pim_fail(error, PIM_BAD_INPUT, "target '%s': back-end '%s', expected one that runs DPU programs",
                          pim_target_name(host->target), pim_target_backend(host->target)->name);
    return status;
}

/* ---- files ---- */

/* A long run is not to end in a report that cannot be written. */
static enum pim_status check_outputs(const struct host *host, struct pim_error *error)
{
    static const size_t options[] = {HOST_JSON, HOST_CSV, HOST_TRACE};
    enum pim_status status = PIM_OK;
    for (size_t i = 0; status == PIM_OK && i < sizeof options / sizeof *options; i++) {
        struct output_file output;
        const char *path = option_text(host->line, options[i], NULL);
        if (!path)
            continue;
        if (output_is_standard(path))
            return pim_fail(error, PIM_USAGE, "--%s: standard output belongs to the program, expected the name of a file",
                            host->line->command->options[options[i]].name);
        status = output_open(path, &output, error);
        output_abandon(&output);
    }
    return status;
}

/* "FILE", or "FILE.2" of the second machine. free() */
static char *trace_name(const char *file, unsigned long long number)
{
    char *name = NULL;
    int length = number > 1 ? asprintf(&name, "%s.%llu", file, number) : asprintf(&name, "%s", file);
    return length < 0 ? NULL : name;
}

static void mourn_trace(const struct host *host, const struct host_account *account, unsigned long long number)
{
    char *name = trace_name(option_text(host->line, HOST_TRACE, ""), number), *path = trace_name(host->trace, number);
    if (path)
        output_remove_left(path, (long)account->process);
    if (name)
        fprintf(stderr, "pimento host: %s: there is no trace: '%s' did not end through exit(), or in the middle of a call\n", name,
                account->program);
    free(name);
    free(path);
}

/* Traces that were begun and not finished. */
static void mourn_traces(const struct host *host, const struct host_totals *totals)
{
    for (size_t i = 0; host->trace && i < totals->process_count; i++)
        for (size_t slot = 0; slot < HOST_ACCOUNT_TRACES; slot++)
            if (totals->processes[i].account.traces[slot])
                mourn_trace(host, &totals->processes[i].account, totals->processes[i].account.traces[slot]);
}

/* ---- the run ---- */

static void say_unused(const struct host *host)
{
    fprintf(stderr, "pimento host: %s: nothing called the drop-in library: the program is not linked to libdpu, or finds another one first "
                    "(a path in the executable, a changed LD_LIBRARY_PATH)\n", host->line->operands[0]);
}

static enum pim_status report(const struct host *host, struct pim_error *error)
{
    struct host_totals totals;
    enum pim_status status = host_totals_read(&host->file, pim_target_backend(host->target), host->ending.process,
                                              host->ending.ended_ns, &totals, error);
    const struct host_report report = {
        .program = host->line->operands[0],
        .target = host->target,
        .ending = &host->ending,
        .totals = &totals,
        .json = option_text(host->line, HOST_JSON, NULL),
        .csv = option_text(host->line, HOST_CSV, NULL),
        .quiet = host->line->values[HOST_QUIET].count > 0 || totals.process_count == 0,
        .host_time = host->line->values[HOST_HOST_TIME].count > 0,
    };
    bool not_loaded = !host->ending.signalled && host->ending.number == HOST_EXIT_NOT_FOUND;
    if (status == PIM_OK && !(not_loaded && host_imports_say(host->line->operands[0], host->program, host->folder)) && totals.process_count == 0)
        say_unused(host);
    if (status == PIM_OK) {
        mourn_traces(host, &totals);
        status = host_report_write(&report, error);
    }
    host_totals_free(&totals);
    return status;
}

/* The program's own status stays whatever follows, unless it is 0. */
static enum pim_status execute(struct host *host, struct pim_error *error)
{
    int *exit_status = host->line->exit_status;
    enum pim_status status = host_program_find(host->line->operands[0], &host->program, exit_status, error);
    if (status == PIM_OK)
        status = check_outputs(host, error);
    if (status == PIM_OK)
        status = host_program_run(host->program, host->line->operands, &host->ending, exit_status, error);
    if (status != PIM_OK)
        return status;
    int own = host_exit_status(&host->ending);
    status = report(host, error);
    if (own || status == PIM_OK)
        *exit_status = own;
    return status;
}

static enum pim_status run_with_account(struct host *host, struct pim_error *error)
{
    enum pim_status status = host_file_open(&host->file, error);
    host->settings.texts[HOST_SETTING_REPORT] = host->file.path;
    if (status == PIM_OK)
        status = host_environment_set(host->folder, &host->settings, error);
    if (status == PIM_OK)
        status = open_target(host, error);
    if (status == PIM_OK)
        status = execute(host, error);
    host_file_close(&host->file);
    return status;
}

static enum pim_status run_or_print(struct host *host, struct pim_error *error)
{
    bool print = host->line->values[HOST_ENV].count > 0;
    if (print != (host->line->operand_count == 0))
        return print ? pim_fail(error, PIM_USAGE, "--env runs no program: unexpected operand '%s'", host->line->operands[0])
                     : pim_fail(error, PIM_USAGE, "an operand is missing: PROGRAM");
    enum pim_status status = choose_settings(host, error);
    if (status == PIM_OK)
        status = host_folder_find(&host->folder, error);
    if (status == PIM_OK && print)
        host_environment_print(stdout, host->folder, &host->settings);
    return status == PIM_OK && !print ? run_with_account(host, error) : status;
}

static enum pim_status run(const struct command_line *line, struct pim_error *error)
{
    struct host host = {.line = line, .file = {.descriptor = -1}};
    enum pim_status status = run_or_print(&host, error);
    pim_target_close(host.target);
    pim_registry_close(host.registry);
    free(host.folder);
    free(host.program);
    free(host.target_name);
    free(host.parameters);
    free(host.trace);
    return status;
}

const struct command command_host = {
    .name = "host",
    .operands = "PROGRAM [ARGUMENT]...",
    .operand_kind = OPERAND_FILE,
    .most_operands = SIZE_MAX,
    .operands_end_options = true,
    .summary = "run a UPMEM host program on simulated DPUs",
    .description =
        "Runs PROGRAM, which may be a script or `make`, with the drop-in UPMEM host library in place: programs that it starts, compiled "
        "for the vendor's library or against the headers that pimento brings, find simulated DPUs. Options stand before PROGRAM; what "
        "follows belongs to it.\n\n"
        "When PROGRAM has ended, however it did, the report goes to standard error: simulated time, transfers, launches, energy, and apart "
        "from them the wall time. The exit status is that of PROGRAM; 128 + N when signal N has killed it; 127 when it is not found, 126 "
        "when it cannot be executed.\n\n"
        "The SDK release that the library imitates is the one in the library name that the executable asks for (libdpu.so.2021.3); 2025.1 "
        "for programs built with `dpu-pkg-config`.",
    .options = (const struct option_row[]){
        [HOST_TARGET] = {.name = "target", .letter = 't', .kind = OPTION_TARGET, .argument = "NAME",
                         .help = "the machine; default: " HOST_DEFAULT_TARGET},
        [HOST_SET] = {.name = "set", .letter = 's', .kind = OPTION_TEXT, .argument = "KEY=VALUE", .repeatable = true,
                      .help = "change a parameter of the target"},
        [HOST_SDK] = {.name = "sdk", .kind = OPTION_CHOICE, .argument = "RELEASE", .choices = PIM_UPMEM_RELEASES,
                      .help = "SDK release to imitate, whatever the executable asks for"},
        [HOST_TRACE] = {.name = "trace", .kind = OPTION_FILE, .argument = "FILE",
                        .help = "write a trace; `pimento trace` reads it. The second machine that the run opens writes FILE.2, and so on"},
        [HOST_JSON] = {.name = "json", .kind = OPTION_FILE, .argument = "FILE", .help = "report as JSON"},
        [HOST_CSV] = {.name = "csv", .kind = OPTION_FILE, .argument = "FILE", .help = "report as CSV"},
        [HOST_PROFILE] = {.name = "profile", .letter = 'p', .help = "instructions by function of the DPU programs"},
        [HOST_ENGINE] = {.name = "engine", .kind = OPTION_CHOICE, .argument = "NAME", .choices = "fast|reference",
                         .help = "fast (default), or reference: cycle by cycle; the results are the same"},
        [HOST_MAX_CYCLES] = {.name = "max-cycles", .kind = OPTION_NUMBER, .argument = "N", .minimum = 1, .maximum = UINT64_MAX,
                             .help = "stop a DPU after N of its cycles in a launch; the program sees a time-out"},
        [HOST_THREADS] = {.name = "threads", .letter = 'j', .kind = OPTION_NUMBER, .argument = "N", .minimum = 1, .maximum = 4096,
                          .help = "host threads of the emulation; default: one a core; the results are the same"},
        [HOST_STRICT] = {.name = "strict", .help = "a tasklet that stops away from the program's end is a fault"},
        [HOST_HOST_TIME] = {.name = "host-time", .help = "wall time in the JSON and CSV reports too"},
        [HOST_ENV] = {.name = "env", .help = "run nothing; print the environment as lines for a shell: eval \"$(pimento host --env)\""},
        [HOST_QUIET] = {.name = "quiet", .letter = 'q', .help = "no text report"},
        {0}
    },
    .run = run,
};
