/* Do the three notations say the same, and do the numbers in them add up? */
#include "toy_fixture.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static struct toy toy;

static void set_up(void)
{
    static const char *const settings[] = {"energy.busy_uw", "1e9", "text.greeting", "good day", NULL};
    uint8_t data[8] = {200, 100};
    toy_open(&toy, "toy-counter", settings, NULL);
    toy_load(&toy, (struct pim_units){0, 0}, "++*=.", 5);
    toy_load(&toy, (struct pim_units){1, 1}, "+\"", 2);
    toy_move(&toy, PIM_TO_UNIT, 0, TOY_DATA, 0, data, 8);
    ck_assert_int_eq(pim_device_run(toy.device, (struct pim_units){0, 0}, NULL), PIM_GUEST_FAULT);
}

static void tear_down(void)
{
    toy_close(&toy);
}

static json_t *member(const json_t *root, const char *section, const char *key)
{
    json_t *row = json_object_get(json_object_get(root, section), key);
    ck_assert_msg(row != NULL, "%s.%s is missing", section, key);
    return row;
}

static uint64_t number(const json_t *root, const char *section, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(member(root, section, key), "value"));
}

static const char *text(const json_t *root, const char *section, const char *key, const char *name)
{
    return json_string_value(json_object_get(member(root, section, key), name));
}

START_TEST(json_says_what_the_ledger_says)
{
    const struct pim_ledger *ledger = pim_device_ledger(toy.device);
    char *report = toy_report(&toy, PIM_REPORT_JSON);
    json_t *root = json_loads(report, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(root != NULL, "%s", report);
    ck_assert_str_eq(json_string_value(json_object_get(root, "schema")), "pimento.report");
    ck_assert_int_eq(json_integer_value(json_object_get(root, "schema_version")), PIM_REPORT_SCHEMA_VERSION);
    ck_assert_uint_eq(number(root, "time", "elapsed"), ledger->elapsed_ps);
    ck_assert_uint_eq(number(root, "time", "kernel") + number(root, "time", "transfer") + number(root, "time", "launch") +
                          number(root, "time", "idle"),
                      ledger->elapsed_ps);
    ck_assert_uint_eq(number(root, "counters", "additions"), ledger->counters[0]);
    ck_assert_str_eq(text(root, "run", "ending", "value"), "fault");
    ck_assert_str_eq(text(root, "parameters", "text.greeting", "value"), "good day");
    ck_assert_str_eq(text(root, "parameters", "text.greeting", "origin"), "--set");
    ck_assert_str_eq(text(root, "parameters", "machine.cells", "origin"), "default");
    ck_assert_str_eq(text(root, "energy", "adder", "source"), "energy.add_aj x additions");
    ck_assert_str_eq(text(root, "derived", "addition_rate", "source"), "additions / kernel_s");
    ck_assert_str_eq(text(root, "assumptions", "energy.idle_uw", "value"), "assumption: a toy idles");
    json_t *fault = json_array_get(json_object_get(root, "faults"), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(fault, "unit")), 1);
    ck_assert_str_eq(json_string_value(json_object_get(fault, "kind")), "no instruction");
    ck_assert_ptr_null(json_object_get(root, "host"));
    json_decref(root);
    free(report);
}
END_TEST

/* 1 W x 5 units x 26.7 us is above 2^53 aJ, which a double cannot hold exactly. */
START_TEST(integers_that_a_double_cannot_hold_are_strings)
{
    char *report = toy_report(&toy, PIM_REPORT_JSON);
    json_t *root = json_loads(report, 0, NULL);
    const struct pim_ledger *ledger = pim_device_ledger(toy.device);
    ck_assert(json_is_integer(json_object_get(member(root, "energy", "adder"), "value")));
    const char *busy = text(root, "energy", "leakage, busy", "value");
    ck_assert(ledger->energies[2] > (pim_u128)1 << 53 ? busy != NULL : busy == NULL);
    if (busy)
        ck_assert_uint_eq(strtoull(busy, NULL, 10), (uint64_t)ledger->energies[2]);
    json_decref(root);
    free(report);
}
END_TEST

/* Every value of the JSON is a line of the CSV, and the other way round. */
START_TEST(csv_has_the_same_values)
{
    char *json = toy_report(&toy, PIM_REPORT_JSON), *csv = toy_report(&toy, PIM_REPORT_CSV);
    json_t *root = json_loads(json, 0, NULL), *section, *row;
    const char *section_key, *key;
    size_t rows = 0, lines = 0;
    json_object_foreach(root, section_key, section) {
        if (!json_is_object(section))
            continue;
        json_object_foreach(section, key, row) {
            json_t *value = json_object_get(row, "value");
            char line[512];
            if (json_is_integer(value)) {
                snprintf(line, sizeof line, "\n%s,%s,%" JSON_INTEGER_FORMAT ",", section_key, key, json_integer_value(value));
                ck_assert_msg(strchr(key, ',') || strstr(csv, line), "no line %s", line);
            }
            rows++;
        }
    }
    for (const char *at = csv; *at; at++)
        lines += *at == '\n';
    ck_assert_uint_eq(lines, rows + 2 + 7); /* the headers; the fault */
    ck_assert_ptr_nonnull(strstr(csv, "section,key,value,unit,origin,source\nschema,pimento.report,1,,,\n"));
    ck_assert_ptr_nonnull(strstr(csv, "\nenergy,\"leakage, idle\","));
    ck_assert_ptr_nonnull(strstr(csv, "\nfaults,0.reason,byte 0x22 is no instruction,,,\n"));
    json_decref(root);
    free(json);
    free(csv);
}
END_TEST

START_TEST(text_tells_people_what_matters)
{
    static const char *const expected[] = {
        "  target                         toy-counter\n",
        "\nparameters set by the target or the command line (the others have their defaults)\n  energy.busy_uw",
        "  additions                         11 operations  instructions +\n",
        "\nassumptions: values without a public source, results rest on them\n  energy.idle_uw                 assumption: a toy idles\n",
        "\nfaults of the last launch\n  unit 1, pc 1, kind no instruction, reason byte 0x22 is no instruction\n",
    };
    char *report = toy_report(&toy, PIM_REPORT_TEXT);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        ck_assert_msg(strstr(report, expected[i]) != NULL, "%s\nis not in\n%s", expected[i], report);
    ck_assert_ptr_null(strstr(report, "machine.cells")); /* a default */
    free(report);
}
END_TEST

START_TEST(host_time_is_reported_only_when_asked_for)
{
    char *report;
    size_t bytes;
    struct pim_report_options options = {.format = PIM_REPORT_CSV, .host_ns = 1234567};
    ck_assert_int_eq(pim_report(toy.device, &options, &report, &bytes, NULL), PIM_OK);
    ck_assert_ptr_nonnull(strstr(report, "\nhost,wall_time,1234567,ns,,\n"));
    free(report);
}
END_TEST

START_TEST(a_profile_is_a_list)
{
    static const struct pim_profile_row rows[] = {{"main", 300}, {"static \"helper\"", 100}, {"static \"helper\"", 1}};
    struct pim_report_options options = {.format = PIM_REPORT_JSON, .profile = rows, .profile_count = 3};
    char *report;
    size_t bytes;
    ck_assert_int_eq(pim_report(toy.device, &options, &report, &bytes, NULL), PIM_OK);
    json_t *root = json_loads(report, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(root);
    json_t *profile = json_object_get(root, "profile");
    ck_assert_uint_eq(json_array_size(profile), 3);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(profile, 1), "function")), "static \"helper\"");
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(profile, 0), "instructions")), 300);
    json_decref(root);
    free(report);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core report");
    TCase *notations = tcase_create("do the notations agree");
    tcase_add_checked_fixture(notations, set_up, tear_down);
    tcase_add_test(notations, json_says_what_the_ledger_says);
    tcase_add_test(notations, integers_that_a_double_cannot_hold_are_strings);
    tcase_add_test(notations, csv_has_the_same_values);
    tcase_add_test(notations, text_tells_people_what_matters);
    tcase_add_test(notations, host_time_is_reported_only_when_asked_for);
    tcase_add_test(notations, a_profile_is_a_list);
    suite_add_tcase(suite, notations);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
