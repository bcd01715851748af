/* Do the accounts of several processes add up, and does an account that a dying or hostile process has left do no harm? */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/host_account.h"
#include "cli/host_report.h"

static struct pim_registry *registry;
static struct pim_target *target;
static struct host_file file;

static void set_up(void)
{
    ck_assert_int_eq(pim_registry_open(&registry, NULL), PIM_OK);
    ck_assert_int_eq(pim_target_open(registry, "upmem-1rank", &target, NULL), PIM_OK);
    ck_assert_int_eq(host_file_open(&file, NULL), PIM_OK);
}

static void tear_down(void)
{
    host_file_close(&file);
    pim_target_close(target);
    pim_registry_close(registry);
}

/* As the library does, at the end of the file. */
static void add(const struct host_account *account)
{
    struct stat status;
    ck_assert_int_eq(fstat(file.descriptor, &status), 0);
    ck_assert_int_eq(ftruncate(file.descriptor, status.st_size + (off_t)HOST_ACCOUNT_STRIDE), 0);
    ck_assert_int_eq(pwrite(file.descriptor, account, sizeof *account, status.st_size), sizeof *account);
}

static void read_all(struct host_totals *totals, int process, uint64_t ended_ns)
{
    struct pim_error error = {0};
    ck_assert_msg(host_totals_read(&file, pim_target_backend(target), process, ended_ns, totals, &error) == PIM_OK, "%s", error.text);
}

static struct host_account example(uint64_t process)
{
    struct host_account account = {
        .magic = HOST_ACCOUNT_MAGIC,
        .process = process,
        .program = "adder",
        .target = "upmem-1rank",
        .sdk = "2021.3",
        .opened_ns = 1000,
        .last_ns = 5000,
        .library_ns = 3000,
        .calls = 10,
        .dpus_allocated = process,
        .launches = 2,
        .symbol_count = 1,
        .symbols = {{.name = "data", .bytes = {64, 32}, .calls = {2, 1}}},
        .launch_count = 2,
        .launch_rows = {{.number = 1, .kernel_ps = 100 * process, .dpus = 4}, {.number = 2, .kernel_ps = 300, .dpus = 4}},
        .sums = {{.elapsed_ps = 1}, {.elapsed_ps = 1000, .kernel_ps = 1000, .energies = {{5, 1}}}},
        .current = 1,
    };
    return account;
}

START_TEST(processes_add_up)
{
    struct host_account first = example(7), second = example(1);
    struct host_totals totals;
    strcpy(second.symbols[0].name, "result");
    second.symbol_count = 2;
    second.symbols[1] = first.symbols[0];
    add(&first);
    add(&second);
    read_all(&totals, 0, 0);
    ck_assert_uint_eq(totals.process_count, 2);
    ck_assert_uint_eq(totals.calls, 20);
    ck_assert_uint_eq(totals.launch_total, 4);
    ck_assert_uint_eq(totals.dpus, 7);
    ck_assert_uint_eq(totals.ledger.elapsed_ps, 2000);
    ck_assert(totals.ledger.total_energy == ((pim_u128)2 << 64 | 10));
    ck_assert_uint_eq(totals.symbol_count, 2);
    ck_assert_str_eq(totals.symbols[0].name, "data");
    ck_assert_uint_eq(totals.symbols[0].bytes[PIM_TO_UNIT], 128);
    ck_assert_uint_eq(totals.symbols[1].calls[PIM_FROM_UNIT], 1);
    ck_assert_uint_eq(totals.launch_count, 4);
    ck_assert_uint_eq(totals.launches[0].row.kernel_ps, 700);
    ck_assert_uint_eq(totals.launches[1].process, 0); /* of equal ones the earlier process */
    ck_assert_uint_eq(totals.launches[2].process, 1);
    ck_assert_uint_eq(totals.launches[3].row.kernel_ps, 100);
    host_totals_free(&totals);
}
END_TEST

/* The program's share is what the library's leaves, up to the end when that is known; a process that died inside a call was there. */
START_TEST(wall_time_is_shared)
{
    struct host_account ended = example(7), died = example(8);
    struct host_totals totals;
    died.inside_since_ns = 4500;
    add(&ended);
    add(&died);
    read_all(&totals, 8, 9000);
    ck_assert_uint_eq(totals.processes[0].library_ns, 3000);
    ck_assert_uint_eq(totals.processes[0].program_ns, 1000);
    ck_assert_uint_eq(totals.processes[1].library_ns, 7500);
    ck_assert_uint_eq(totals.processes[1].program_ns, 500);
    host_totals_free(&totals);
}
END_TEST

START_TEST(damage_does_no_harm)
{
    static struct host_account account;
    struct host_totals totals;
    const struct host_ending ending = {.signalled = true, .number = 11};
    memset(&account, 0xff, sizeof account);
    account.magic = 0;
    add(&account); /* died before it was ready */
    account.magic = HOST_ACCOUNT_MAGIC;
    add(&account);
    read_all(&totals, 0, 0);
    ck_assert_uint_eq(totals.process_count, 1);
    ck_assert_uint_eq(totals.symbol_count, 1); /* all have the same name */
    ck_assert_uint_eq(strlen(totals.symbols[0].name), HOST_ACCOUNT_NAME - 1);
    ck_assert_uint_eq(totals.launch_count, HOST_ACCOUNT_LAUNCHES);
    const struct host_report report = {.program = "x", .target = target, .ending = &ending, .totals = &totals,
                                       .csv = "/dev/null", .json = "/dev/null", .quiet = true, .host_time = true};
    ck_assert_int_eq(host_report_write(&report, NULL), PIM_OK);
    host_totals_free(&totals);
}
END_TEST

START_TEST(json_can_be_read)
{
    char path[] = "host-report-XXXXXX";
    struct host_account account = example(3);
    struct host_totals totals;
    const struct host_ending ending = {.number = 7, .wall_ns = 12345};
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    strcpy(account.symbols[0].name, "a \"quoted\"\tname");
    add(&account);
    read_all(&totals, 3, 6000);
    struct host_report report = {.program = "./adder", .target = target, .ending = &ending, .totals = &totals, .json = path, .quiet = true};
    for (int host_time = 0; host_time < 2; host_time++) {
        report.host_time = host_time;
        ck_assert_int_eq(host_report_write(&report, NULL), PIM_OK);
        json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
        ck_assert_ptr_nonnull(root);
        ck_assert_str_eq(json_string_value(json_object_get(root, "schema")), HOST_REPORT_SCHEMA);
        ck_assert_int_eq(json_integer_value(json_object_get(root, "schema_version")), HOST_REPORT_SCHEMA_VERSION);
        json_t *symbol = json_array_get(json_object_get(root, "symbols"), 0);
        ck_assert_str_eq(json_string_value(json_object_get(symbol, "symbol")), account.symbols[0].name);
        ck_assert_int_eq(json_object_get(root, "host") != NULL, host_time);
        json_decref(root);
    }
    unlink(path);
    host_totals_free(&totals);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("accounts of host programs");
    TCase *tcase = tcase_create("accounts");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, processes_add_up);
    tcase_add_test(tcase, wall_time_is_shared);
    tcase_add_test(tcase, damage_does_no_harm);
    tcase_add_test(tcase, json_can_be_read);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
