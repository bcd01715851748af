/* `pimento run`: one kernel binary from file to report, the way of the data of every other command in small:
 * image -> target -> device -> load -> write -> launch -> what the program printed -> read -> report. */
#include "command.h"
#include "output_file.h"
#include "run_report.h"
#include "session.h"
#include "symbol_file.h"

enum {
    RUN_TARGET, RUN_SET, RUN_UNITS, RUN_WRITE, RUN_READ, RUN_TRACE, RUN_JSON, RUN_CSV, RUN_PROFILE,
    RUN_RACE_REPORT, RUN_ENGINE, RUN_MAX_CYCLES, RUN_THREADS, RUN_STRICT, RUN_HOST_TIME,
    RUN_QUIET
};

struct run {
    const struct command_line *line;
    struct pim_image *image;
    struct session session;
    uint64_t host_ns; /* wall time of the launch */
};

enum { MOST_FORCED = 4 };

/* Options that are parameters of the back-end by another name. */
static void force_parameters(const struct command_line *line, struct session_setting forced[MOST_FORCED + 1])
{
    static const struct { size_t option; const char *key, *value; } rows[MOST_FORCED] = {
        {RUN_PROFILE, "execution.profile", "on"},
        {RUN_RACE_REPORT, "execution.race_report", "on"},
        {RUN_STRICT, "execution.strict", "on"},
        {RUN_ENGINE, "execution.engine", NULL}, /* the option's own text */
    };
    size_t count = 0;
    for (size_t i = 0; i < MOST_FORCED; i++) {
        const char *text = option_text(line, rows[i].option, NULL);
        if (text)
            forced[count++] = (struct session_setting){rows[i].key, rows[i].value ? rows[i].value : text};
    }
    forced[count] = (struct session_setting){NULL, NULL};
}

static enum pim_status open_all(struct run *run, struct pim_error *error)
{
    const struct command_line *line = run->line;
    struct session_setting forced[MOST_FORCED + 1];
    enum pim_status status = pim_image_read(line->operands[0], &run->image, error);
    if (status != PIM_OK)
        return status;
    force_parameters(line, forced);
    struct session_options options = {
        .image = run->image,
        .target = option_text(line, RUN_TARGET, NULL),
        .settings = line->values[RUN_SET].texts,
        .forced = forced,
        .device = {.units = (uint32_t)option_number(line, RUN_UNITS, 1),
                   .threads = (uint32_t)option_number(line, RUN_THREADS, 0),
                   .mode = PIM_TIMING,
                   .max_cycles = option_number(line, RUN_MAX_CYCLES, 0)},
        .trace = option_text(line, RUN_TRACE, NULL),
        .quiet = line->values[RUN_QUIET].count > 0,
    };
    return session_open(&options, &run->session, error);
}

static enum pim_status fill(struct run *run, struct pim_error *error)
{
    const struct pim_units all = {0, 0};
    enum pim_status status = pim_device_load(run->session.device, all, run->image, error);
    const char *const *text = run->line->values[RUN_WRITE].texts;
    for (; status == PIM_OK && text && *text; text++)
        status = symbol_file_write(run->session.device, run->image, *text, error);
    for (text = run->line->values[RUN_READ].texts; status == PIM_OK && text && *text; text++)
        status = symbol_file_check_read(run->session.device, run->image, *text, error);
    return status;
}

static enum pim_status empty(struct run *run, struct pim_error *error)
{
    enum pim_status status = PIM_OK;
    const char *const *text = run->line->values[RUN_READ].texts;
    for (; status == PIM_OK && text && *text; text++)
        status = symbol_file_read(run->session.device, run->image, *text, error);
    return status;
}

static enum pim_status report(const struct run *run, struct pim_error *error)
{
    struct run_report report = {
        .device = run->session.device,
        .image = run->image,
        .json = option_text(run->line, RUN_JSON, NULL),
        .csv = option_text(run->line, RUN_CSV, NULL),
        .profile = run->line->values[RUN_PROFILE].count > 0,
        .quiet = run->line->values[RUN_QUIET].count > 0,
        .host_ns = run->line->values[RUN_HOST_TIME].count > 0 ? run->host_ns : 0,
    };
    return run_report_write(&report, error);
}

/* What the launch left behind. The results of a program that did not end are left where they are. */
static enum pim_status collect(struct run *run, bool ended, struct pim_error *error)
{
    enum pim_status status = ended ? empty(run, error) : PIM_OK;
    if (status == PIM_OK)
        status = pim_device_finish(run->session.device, error);
    return status == PIM_OK ? report(run, error) : status;
}

/* A guest fault or a limit does not hide what the program printed nor the account up to there, and stays the status whatever follows. */
static enum pim_status execute(struct run *run, struct pim_error *error)
{
    enum pim_status status = fill(run, error);
    if (status != PIM_OK)
        return status;
    uint64_t start_ns = host_time_ns();
    status = pim_device_run(run->session.device, (struct pim_units){0, 0}, error);
    run->host_ns = host_time_ns() - start_ns;
    progress_end(&run->session.progress);
    if (status != PIM_OK && status != PIM_GUEST_FAULT && status != PIM_LIMIT)
        return status;
    bool machine_readable = run_report_on_standard_output(option_text(run->line, RUN_JSON, NULL),
                                                          option_text(run->line, RUN_CSV, NULL));
    run_report_print_output(run->session.device, machine_readable ? stderr : stdout);
    run_report_print_faults(run->session.device, error);
    if (status == PIM_OK)
        return collect(run, true, error);
    struct pim_error later = {0};
    if (collect(run, false, &later) != PIM_OK)
        fprintf(stderr, "pimento run: %s\n", later.text);
    return status;
}

static enum pim_status run_kernel(const struct command_line *line, struct pim_error *error)
{
    struct run run = {.line = line};
    enum pim_status status = run_report_check(option_text(line, RUN_JSON, NULL), option_text(line, RUN_CSV, NULL), error);
    if (status == PIM_OK)
        status = open_all(&run, error);
    if (status == PIM_OK)
        status = execute(&run, error);
    session_close(&run.session);
    if (run.image)
        pim_image_free(run.image);
    return status;
}

const struct command command_run = {
    .name = "run",
    .operands = "FILE",
    .operand_kind = OPERAND_FILE,
    .least_operands = 1,
    .most_operands = 1,
    .summary = "run a kernel binary and report results, time and energy",
    .description =
        "Loads the kernel FILE into the units of a target, writes data to its symbols, launches it once, prints what it "
        "printed, reads results and reports time, counts and energy on standard output. A guest fault is described on "
        "standard error.\n\n"
        "PLACE in --write and --read is SYMBOL[+OFFSET][:LENGTH][@UNITS], lengths in bytes. UNITS is a unit's number or all; when writing also "
        "split, which cuts the file into equal parts, one a unit. Without UNITS, --write writes the whole file to every unit and "
        "--read reads unit 0. @all reads all units, one after the other.\n\n"
        "A symbol whose elements stand upright, one bit a row (`.vertical` in its source), is written from and read into ordinary "
        "little-endian elements of 1, 2, 4 or 8 bytes; LENGTH then counts elements.\n\n"
        "A report that goes to standard output as JSON or CSV has it for itself: the program's output then goes to standard error.",
    .options = (const struct option_row[]){
        [RUN_TARGET] = {.name = "target", .letter = 't', .kind = OPTION_TARGET, .argument = "NAME",
                        .help = "the machine; default: the back-end's own, for DPU programs upmem-1rank"},
        [RUN_SET] = {.name = "set", .letter = 's', .kind = OPTION_TEXT, .argument = "KEY=VALUE", .repeatable = true,
                     .help = "change a parameter of the target"},
        [RUN_UNITS] = {.name = "units", .letter = 'n', .kind = OPTION_NUMBER, .argument = "N", .minimum = 0,
                       .maximum = UINT32_MAX, .help = "how many units run the kernel; default 1, 0: all of the target"},
        [RUN_WRITE] = {.name = "write", .letter = 'w', .kind = OPTION_TEXT, .argument = "PLACE=FILE", .repeatable = true,
                       .help = "before the launch, write FILE to a symbol"},
        [RUN_READ] = {.name = "read", .letter = 'r', .kind = OPTION_TEXT, .argument = "PLACE=FILE", .repeatable = true,
                      .help = "after the launch, read a symbol into FILE"},
        [RUN_TRACE] = {.name = "trace", .kind = OPTION_FILE, .argument = "FILE", .help = "write a trace; `pimento trace` reads it"},
        [RUN_JSON] = {.name = "json", .kind = OPTION_OUTPUT, .argument = "FILE", .choices = ".json",
                      .help = "report as JSON; without FILE on standard output instead of the text"},
        [RUN_CSV] = {.name = "csv", .kind = OPTION_OUTPUT, .argument = "FILE", .choices = ".csv",
                     .help = "report as CSV; without FILE on standard output instead of the text"},
        [RUN_PROFILE] = {.name = "profile", .letter = 'p', .help = "instructions by function"},
        [RUN_RACE_REPORT] = {.name = "race-report",
                             .help = "look for accesses of two tasklets that nothing orders (slow)"},
        [RUN_ENGINE] = {.name = "engine", .kind = OPTION_CHOICE, .argument = "NAME", .choices = "fast|reference",
                        .help = "fast (default), or reference: cycle by cycle; the results are the same"},
        [RUN_MAX_CYCLES] = {.name = "max-cycles", .kind = OPTION_NUMBER, .argument = "N", .minimum = 1,
                            .maximum = UINT64_MAX, .help = "stop a unit after N of its cycles; exit status 4"},
        [RUN_THREADS] = {.name = "threads", .letter = 'j', .kind = OPTION_NUMBER, .argument = "N", .minimum = 1,
                         .maximum = 4096, .help = "host threads; default: one a core; the results are the same"},
        [RUN_STRICT] = {.name = "strict", .help = "a tasklet that stops away from the program's end is a fault"},
        [RUN_HOST_TIME] = {.name = "host-time", .help = "add the wall time of the emulation to the report"},
        [RUN_QUIET] = {.name = "quiet", .letter = 'q', .help = "no text report, no progress"},
        {0}
    },
    .run = run_kernel,
};
