/* Does the study meet what it promises: the mean error, and vector addition at every tasklet count? */
#include "kernel_fixture.h"

#include <math.h>
#include <stdio.h>

#include "studies/study.h"

static struct pim_study_report *run_study(const char *name)
{
    struct pim_registry *registry;
    struct pim_study_report *report;
    struct pim_error error = {0};
    ck_assert_msg(pim_registry_open(&registry, &error) == PIM_OK, "%s", error.text);
    ck_assert_msg(pim_study_run(pim_study_named(name), registry, NULL, NULL, &report, &error) == PIM_OK, "%s", error.text);
    pim_registry_close(registry);
    return report;
}

START_TEST(upmem_micro_is_within_its_bounds)
{
    struct pim_study_report *report = run_study("upmem-micro");
    size_t tests, vector_additions = 0;
    double mean = pim_study_mean_error(report, NULL, &tests);
    ck_assert_uint_ge(tests, 15);
    ck_assert_msg(mean <= 5, "mean absolute error %.2f %%", mean);
    for (size_t i = 0; i < report->count; i++) {
        const struct pim_study_row *row = &report->rows[i];
        if (strncmp(row->group, "VA,", 3) != 0)
            continue;
        vector_additions++;
        /* Transfers of two or four tasklets that meet go on meeting: a known error, doc/dpu.md. */
        bool meeting = !strncmp(row->conditions, "2 ", 2) || !strncmp(row->conditions, "4 ", 2);
        ck_assert_msg(fabs(pim_study_error(row)) <= (meeting ? 3 : 2), "VA, %s: error %.2f %%", row->conditions, pim_study_error(row));
    }
    ck_assert_uint_eq(vector_additions, 5);
    pim_study_report_free(report);
}
END_TEST

static const struct pim_study example_study = {.name = "example", .title = "Example", .target = "upmem-2556", .notes = "Notes."};

START_TEST(reports_have_every_row_in_every_format)
{
    struct pim_study_row rows[] = {
        {"Group one", "with \"quotes\", commas", "MB/s", "a source", PIM_STUDY_TEST, 100, 103},
        {"Group one", "second", "MB/s", "a source", PIM_STUDY_MODEL, 100, 150},
        {"Group two", "third", "cycles", "a source", PIM_STUDY_ROUTINE, 10, 9},
    };
    char target[] = "upmem-2556";
    struct pim_study_report report = {&example_study, target, 3, rows};
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
    tcase_add_test(tcase, reports_have_every_row_in_every_format);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed > 0 || run == 0;
}
