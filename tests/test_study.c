/* Do the studies meet what they promise, and are their tables complete? Are a checkout's programs held against the right figures? */
#include "kernel_fixture.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "studies/prim_checkout.h"
#include "studies/study.h"

static struct pim_study_report *run_rows(const char *name, const char *rows)
{
    const struct pim_study_options options = {.rows = rows};
    struct pim_registry *registry;
    struct pim_study_report *report;
    struct pim_error error = {0};
    ck_assert_msg(pim_registry_open(&registry, &error) == PIM_OK, "%s", error.text);
    ck_assert_msg(pim_study_run(pim_study_named(name), registry, &options, &report, &error) == PIM_OK, "%s", error.text);
    pim_registry_close(registry);
    return report;
}

START_TEST(upmem_micro_is_within_its_bounds)
{
    struct pim_study_report *report = run_rows("upmem-micro", NULL);
    size_t tests, vector_additions = 0;
    double mean = pim_study_mean_error(report, NULL, &tests);
    ck_assert_uint_ge(tests, 15);
    ck_assert_msg(mean <= 5, "mean absolute error %.2f %%", mean);
    for (size_t i = 0; i < report->count; i++) {
        const struct pim_study_row *row = &report->rows[i];
        if (strncmp(row->group, "VA,", 3) != 0)
            continue;
        vector_additions++;
        ck_assert_msg(fabs(pim_study_error(row)) <= 2, "VA, %s: error %.2f %%", row->conditions, pim_study_error(row));
    }
    ck_assert_uint_eq(vector_additions, 5);
    pim_study_report_free(report);
}
END_TEST

/* Every row checks its own results; counts are the published ones, or (division) lower. The networks but one are left out: seconds each. */
static const struct simdram_part { const char *rows; size_t count, tests; } simdram_parts[] = {
    {"Latency", 6, 5}, {"Throughput", 48, 0}, {"Energy", 0, 0}, {"Transposition", 0, 0}, {"imply", 0, 0}, {"LeNet-5, 1 image", 0, 0},
};
enum { SIMDRAM_PARTS = sizeof simdram_parts / sizeof simdram_parts[0] };

START_TEST(simdram_rows_are_within_their_bounds)
{
    const struct simdram_part *part = &simdram_parts[_i];
    struct pim_study_report *report = run_rows("simdram", part->rows);
    size_t tests, rows = 0;
    ck_assert(pim_study_mean_error(report, NULL, &tests) < 2.1);
    ck_assert_uint_eq(tests, part->tests);
    for (size_t i = 0; i < report->count; i++) {
        const struct pim_study_row *row = &report->rows[i];
        ck_assert(row->measured > 0);
        if (row->basis == PIM_STUDY_MODEL || !strncmp(row->group, "Throughput", 10)) {
            bool better = !strcmp(row->conditions, "division") || isnan(row->published);
            ck_assert_msg(better || fabs(pim_study_error(row)) < 0.001, "%s, %s", row->group, row->conditions);
            rows++;
        }
    }
    ck_assert_uint_ge(rows, part->count);
    pim_study_report_free(report);
}
END_TEST

/* Errors of the exponential are those of the construction, within what the fixed point may add; shifts and additions are better than all networks. */
START_TEST(simdram_nonmac_errors_are_near_the_construction)
{
    struct pim_study_report *report = run_rows("simdram-nonmac", "e^x on [-8, 0], 16 bits: greatest error");
    ck_assert_uint_eq(report->count, 7);
    double shifts = report->rows[6].measured;
    for (size_t i = 0; i < report->count; i++) {
        const struct pim_study_row *row = &report->rows[i];
        ck_assert(row->measured >= shifts && (row->basis == PIM_STUDY_TRIAL) == !isnan(row->published));
        /* 15 percent of that and of half a unit, 2^-15, and the half unit itself; in thousandths */
        ck_assert_msg(isnan(row->published) || row->measured < 1.2 * (row->published + 1000 * ldexp(1, -15)), "%s: %g", row->conditions, row->measured);
    }
    pim_study_report_free(report);
}
END_TEST

/* Ambit gate by gate: sums and products take what others quote; SIMDRAM is never slower, and the means are those of doc/bitserial.md. */
START_TEST(ambit_is_the_slower_one)
{
    struct pim_study_report *report = run_rows("simdram", "Ambit");
    for (size_t i = 0; i < report->count; i++) {
        const struct pim_study_row *row = &report->rows[i];
        bool quoted = !strncmp(row->conditions, "addition, ", 10) || !strncmp(row->conditions, "multiplication, ", 16);
        ck_assert_msg(!quoted || fabs(pim_study_error(row)) < 1.6, "%s", row->conditions);
        ck_assert_msg(strcmp(row->unit, "x") != 0 || row->measured > 1, "%s", row->conditions);
        if (strstr(row->conditions, "throughput"))
            ck_assert_double_eq_tol(row->measured, 2.880, 0.001);
        if (strstr(row->conditions, "efficiency"))
            ck_assert_double_eq_tol(row->measured, 2.923, 0.001);
    }
    ck_assert_uint_eq(report->count, 22);
    pim_study_report_free(report);
}
END_TEST

/* ---- upmem-prim ---- */

/* Vector addition, and GEMV of at least 10 ms, within 2 %; the other programs within 10 %. */
static const struct kernel_bound { const char *group; size_t tests; double percent; } kernel_bounds[] = {
    {"Kernel: VA", 8, 2},
    {"Kernel: GEMV", 15, 2},
    {"Kernel: NW", 5, 10},
    {"Kernel: 60 DPUs", 12, 10},
    {"Kernel: 64 DPUs", 2, 10},
};
enum { KERNEL_BOUNDS = sizeof kernel_bounds / sizeof *kernel_bounds };

START_TEST(upmem_prim_kernels_are_within_their_bounds)
{
    const struct kernel_bound *bound = &kernel_bounds[_i];
    struct pim_study_report *report = run_rows("upmem-prim", bound->group);
    size_t seen = 0;
    for (size_t i = 0; i < report->count; i++) {
        const struct pim_study_row *row = &report->rows[i];
        ck_assert_msg(row->measured > 0 && isfinite(row->measured), "%s", row->conditions);
        if (row->basis != PIM_STUDY_TEST)
            continue;
        seen++;
        ck_assert_msg(fabs(pim_study_error(row)) <= bound->percent, "%s, %s: error %.2f %%", row->group, row->conditions,
                      pim_study_error(row));
    }
    ck_assert_uint_eq(seen, bound->tests);
    pim_study_report_free(report);
}
END_TEST

/* The published bandwidths are what the parameters of the link come from. */
START_TEST(upmem_prim_transfers_have_times)
{
    struct pim_study_report *report = run_rows("upmem-prim", "Transfers: parallel, one");
    ck_assert_uint_ge(report->count, 6);
    for (size_t i = 0; i < report->count; i++)
        ck_assert_msg(report->rows[i].measured > 0 && isfinite(report->rows[i].measured), "%s", report->rows[i].conditions);
    pim_study_report_free(report);

    report = run_rows("upmem-prim", "Transfers: bandwidth");
    ck_assert_uint_eq(report->count, 5);
    for (size_t i = 0; i < report->count; i++)
        ck_assert_msg(fabs(pim_study_error(&report->rows[i])) <= 20, "%s: error %.2f %%", report->rows[i].conditions,
                      pim_study_error(&report->rows[i]));
    pim_study_report_free(report);
}
END_TEST

START_TEST(launches_cost_more_on_more_dpus)
{
    struct pim_study_report *report = run_rows("upmem-prim", "Launch cost");
    ck_assert_uint_eq(report->count, 8);
    for (size_t i = 1; i < report->count; i++)
        ck_assert_msg(report->rows[i].measured >= report->rows[i - 1].measured, "%s", report->rows[i].conditions);
    pim_study_report_free(report);
}
END_TEST

/* The rows of one run: time with transfers over baseline and share; the same again. */
START_TEST(rows_of_one_run_fit_together)
{
    static const char group[] = "LeNet-5, 40 images a bank, 4 banks";
    struct pim_study_report *report = run_rows("simdram", group), *again = run_rows("simdram", group);
    ck_assert_uint_eq(report->count, 5);
    double convolutions = report->rows[0].measured, all = report->rows[1].measured, share = report->rows[2].measured;
    ck_assert(0 < convolutions && convolutions < all * (1 - share / 100));
    ck_assert_double_eq_tol(report->rows[3].measured * all, 0.249, 1e-9);
    ck_assert_double_eq_tol(report->rows[4].measured * all, 0.056, 1e-9);
    for (size_t i = 0; i < report->count; i++)
        ck_assert(report->rows[i].measured == again->rows[i].measured);
    pim_study_report_free(report);
    pim_study_report_free(again);
}
END_TEST

START_TEST(rows_of_every_study_are_complete)
{
    size_t rows = 0;
    for (const struct pim_study *const *study = pim_studies; *study != NULL; study++) {
        struct pim_study_row row, before = {.group = "", .conditions = ""};
        for (size_t i = 0; i < (*study)->row_count; i++, before = row, rows++) {
            (*study)->describe(i, &row);
            bool alone = isnan(row.published) && row.basis == PIM_STUDY_FORMULA;
            ck_assert_msg(row.group[0] && row.conditions[0] && row.unit[0] && row.source[0] && (row.published > 0 || alone), "%s: row %zu",
                          (*study)->name, i);
            ck_assert_msg(strcmp(row.group, before.group) != 0 || strcmp(row.conditions, before.conditions) != 0, "%s twice",
                          row.conditions);
            if (strstr(row.group, "Kernel: GEMV") != NULL)
                ck_assert_msg((row.basis == PIM_STUDY_LAUNCH) == (row.published < 10), "%s: what is a short row", row.conditions);
        }
    }
    ck_assert_uint_ge(rows, 100);
}
END_TEST

START_TEST(a_text_that_no_row_has_is_wrong_use)
{
    const struct pim_study_options options = {.rows = "no such row"};
    struct pim_registry *registry;
    struct pim_study_report *report;
    struct pim_error error = {0};
    ck_assert_int_eq(pim_registry_open(&registry, &error), PIM_OK);
    ck_assert_int_eq(pim_study_run(pim_study_named("upmem-prim"), registry, &options, &report, &error), PIM_USAGE);
    ck_assert_ptr_null(report);
    pim_registry_close(registry);
}
END_TEST

/* ---- the programs of a checkout ---- */

static const char sample_log[] = "CPU-DPU parallel: 12,174784,174784\n"
                                 "CPU Time (ms): 6.5\tCPU-DPU Time (ms): 5.25\tDPU Kernel Time (ms): 1.5\tDPU-CPU Time (ms): 6.25\t[OK]\n"
                                 "Longest Diagonal Inter-DPU Time (ms): 9.0\n";

START_TEST(times_are_found_in_a_log)
{
    ck_assert_double_eq(prim_log_time(sample_log, "CPU-DPU"), 5.25);
    ck_assert_double_eq(prim_log_time(sample_log, "DPU Kernel"), 1.5);
    ck_assert_double_eq(prim_log_time(sample_log, "DPU-CPU"), 6.25);
    ck_assert_double_lt(prim_log_time(sample_log, "Inter-DPU"), 0);
    ck_assert_double_lt(prim_log_time(sample_log, "Kernel"), 0);
    ck_assert_double_lt(prim_log_time("", "DPU Kernel"), 0);
    ck_assert_double_lt(prim_log_time("DPU Kernel Time (ms): ?", "DPU Kernel"), 0);
    ck_assert_double_eq(prim_log_time("a    Step 2 Time(ms): 3", "Step 2"), 3); /* as one program prints it */
}
END_TEST

static void write_file(const char *folder, const char *name, const char *text, mode_t mode)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_msg(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "%s", path);
    ck_assert_int_eq(chmod(path, mode), 0);
}

/* In the place of `pimento`: says what the program would, writes a report of one launch. */
static const char stand_in[] =
    "#!/bin/sh\n"
    "for word; do case $word in --json=*) file=${word#--json=};; esac; done\n"
    "cat >\"$file\" <<'END'\n"
    "{\"run\": {\"dpus\": {\"value\": 60}, \"launches\": {\"value\": 1}},\n"
    " \"time\": {\"kernel\": {\"value\": 1400000000}, \"launch\": {\"value\": 100000000}, \"transfer\": {\"value\": 11000000000},\n"
    "  \"to_unit_busy\": {\"value\": 5250000000}, \"from_unit_busy\": {\"value\": 5750000000},\n"
    "  \"elapsed\": {\"value\": 12500000000}},\n"
    " \"launches\": [{\"launch\": 1, \"kernel\": 1400000000}]}\n"
    "END\n"
    "[ -f bin/host_code ] && cat answer\n";

static unsigned notices;
static void count_notice(const char *text)
{
    (void)text;
    notices++;
}

static enum pim_status run_stand_in(const char *answer, const char *rows, struct pim_study_report **report, struct pim_error *error)
{
    static const char *const folders[] = {"", "/VA", "/VA/bin", "/VA/profile", "/SpMV", "/SpMV/bin"};
    static const char *const files[] = {"/pimento", "/VA/answer", "/VA/bin/host_code", "/VA/profile/outs_tl16_bl10_dpus60",
                                        "/SpMV/bin/host_code"};
    char root[] = "study-XXXXXX", path[600], pimento[4200], here[4096];
    ck_assert_ptr_nonnull(mkdtemp(root));
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    for (size_t i = 1; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s%s", root, folders[i]);
        ck_assert_int_eq(mkdir(path, 0700), 0);
    }
    const char *const texts[] = {stand_in, answer, "#!/bin/sh\n", sample_log, "#!/bin/sh\n"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_file(root, files[i], texts[i], 0700);
    snprintf(pimento, sizeof pimento, "%s/%s/pimento", here, root);
    const struct prim_checkout checkout = {
        .folder = root, .pimento = pimento, .target = "upmem-2556", .rows = rows, .notice = count_notice};
    notices = 0;
    enum pim_status status = prim_checkout_run(&checkout, report, error);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s%s", root, files[i]);
        unlink(path);
    }
    for (size_t i = sizeof folders / sizeof *folders; i-- > 0;) {
        snprintf(path, sizeof path, "%s%s", root, folders[i]);
        rmdir(path);
    }
    return status;
}

static const struct pim_study_row *row_of(const struct pim_study_report *report, const char *group)
{
    for (size_t i = 0; i < report->count; i++)
        if (strcmp(report->rows[i].group, group) == 0 && strcmp(report->rows[i].conditions, "VA") == 0)
            return &report->rows[i];
    ck_abort_msg("no row VA in %s", group);
    return NULL;
}

START_TEST(programs_of_a_checkout_meet_their_logs)
{
    struct pim_study_report *report;
    struct pim_error error = {0};
    ck_assert_msg(run_stand_in("[OK] Outputs are equal\n", NULL, &report, &error) == PIM_OK, "%s", error.text);
    ck_assert_uint_eq(notices, 15); /* fourteen without a program, one without its input */
    ck_assert_double_eq_tol(pim_study_error(row_of(report, "Kernel, with launch")), 0, 1e-9);
    ck_assert_double_eq_tol(pim_study_error(row_of(report, "Host to DPUs")), 0, 1e-9);
    ck_assert_double_eq_tol(pim_study_error(row_of(report, "DPUs to host")), -8, 1e-9);
    ck_assert_double_eq_tol(row_of(report, "All transfers")->published, 11.5, 1e-9);
    ck_assert_double_eq_tol(row_of(report, "Simulated time")->measured, 12.5, 1e-9);
    ck_assert(isnan(row_of(report, "Wall time on this machine")->published));
    pim_study_report_free(report);
}
END_TEST

START_TEST(a_program_that_finds_a_difference_is_told)
{
    struct pim_study_report *report;
    struct pim_error error = {0};
    ck_assert_int_eq(run_stand_in("[ERROR] Outputs differ!\n", NULL, &report, &error), PIM_MISMATCH);
    ck_assert_ptr_null(report);
    ck_assert_uint_eq(notices, 16);
    ck_assert_int_eq(run_stand_in("", "SpMV", &report, &error), PIM_BAD_INPUT);
}
END_TEST

static const struct pim_study example_study = {.name = "example", .title = "Example", .target = "upmem-2556", .notes = "Notes."};

START_TEST(reports_have_every_row_in_every_format)
{
    struct pim_study_row rows[] = {
        {"Group one", "with \"quotes\", commas", "MB/s", "a source", NULL, PIM_STUDY_TEST, 100, 103},
        {"Group one", "second", "MB/s", "a source", NULL, PIM_STUDY_MODEL, 100, 150},
        {"Group two", "third", "cycles", "a source", NULL, PIM_STUDY_ROUTINE, 10, 9},
        {"Group two", "fourth", "x", "", "upmem-1rank", PIM_STUDY_TEST, NAN, 2}, /* no published value: no error, not in the mean */
    };
    char target[] = "upmem-2556";
    struct pim_study_report report = {&example_study, target, 4, rows};
    static const char *const expected[] = {
        [PIM_STUDY_TEXT] = "rows that are a test: 3.00 %",
        [PIM_STUDY_JSON] = "\"mean_absolute_error_percent\": 3.0",
        [PIM_STUDY_CSV] = "\"with \"\"quotes\"\", commas\",100,103,MB/s,3.0000,test,\"a source\"\n",
        [PIM_STUDY_MARKDOWN] = "| third | 10.000 | 9.000 | cycles | -10.00 % | routine | a source |",
    };
    for (int format = PIM_STUDY_TEXT; format <= PIM_STUDY_MARKDOWN; format++) {
        char *text = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&text, &size);
        ck_assert_ptr_nonnull(stream);
        pim_study_print(&report, (enum pim_study_format)format, stream);
        fclose(stream);
        ck_assert_msg(strstr(text, expected[format]) != NULL, "format %d:\n%s", format, text);
        free(text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study");
    TCase *tcase = tcase_create("study");
    tcase_set_timeout(tcase, 600);
    tcase_add_test(tcase, upmem_micro_is_within_its_bounds);
    tcase_add_loop_test(tcase, simdram_rows_are_within_their_bounds, 0, SIMDRAM_PARTS);
    tcase_add_test(tcase, simdram_nonmac_errors_are_near_the_construction);
    tcase_add_test(tcase, ambit_is_the_slower_one);
    tcase_add_loop_test(tcase, upmem_prim_kernels_are_within_their_bounds, 0, KERNEL_BOUNDS);
    tcase_add_test(tcase, upmem_prim_transfers_have_times);
    tcase_add_test(tcase, launches_cost_more_on_more_dpus);
    tcase_add_test(tcase, rows_of_one_run_fit_together);
    tcase_add_test(tcase, rows_of_every_study_are_complete);
    tcase_add_test(tcase, a_text_that_no_row_has_is_wrong_use);
    tcase_add_test(tcase, times_are_found_in_a_log);
    tcase_add_test(tcase, programs_of_a_checkout_meet_their_logs);
    tcase_add_test(tcase, a_program_that_finds_a_difference_is_told);
    tcase_add_test(tcase, reports_have_every_row_in_every_format);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed > 0 || run == 0;
}
