/* Is every allocation checked? The way of the data of a small run is taken again and again, and each time another allocation fails, from the first to
 * the last. It must end with a failure and a sentence, or with exactly the result of the undisturbed run; never in a crash.
 *
 * The allocator is interposed, which sanitizers do themselves: under them the test says that it was skipped.
 */
#include "toy_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZER 1
#endif
#endif
#if defined __GLIBC__ && !defined SANITIZER && !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
#define INJECTION 1
#else
#define INJECTION 0
#endif

static size_t allocations, fail_at; /* fail_at == 0: never */

#if INJECTION
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);

void *malloc(size_t bytes)
{
    return ++allocations == fail_at ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    return ++allocations == fail_at ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    return ++allocations == fail_at ? NULL : __libc_realloc(memory, bytes);
}
#endif

static char folder[] = "test_core_memory.XXXXXX", base_path[64], target_path[64], trace_path[64];

static void set_up(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(base_path, sizeof base_path, "%s/base.ini", folder);
    snprintf(target_path, sizeof target_path, "%s/x.ini", folder);
    snprintf(trace_path, sizeof trace_path, "%s/trace", folder);
    FILE *base = fopen(base_path, "w"), *target = fopen(target_path, "w");
    fputs("[target]\nbackend = toy-counter\n[machine]\nboards = 3 ; source: test\n", base);
    fputs("[target]\nbase = base\nname = x\nsummary = y\n[machine]\ncells = 2\n", target);
    fclose(base);
    fclose(target);
}

static void tear_down(void)
{
    unlink(base_path);
    unlink(target_path);
    unlink(trace_path);
    ck_assert_int_eq(rmdir(folder), 0); /* no temporary file is left */
}

static enum pim_status run_device(struct pim_device *device, char *reports[3], struct pim_error *error)
{
    static uint8_t program[] = "++*=.", data[8] = {3, 4};
    struct pim_segment segment = {.data_bytes = 5, .memory_bytes = 5, .data = program};
    struct pim_image image = {.path = "<memory>", .instruction_set = "toy-counter", .segment_count = 1, .segments = &segment};
    struct pim_transfer pieces[2] = {{0, TOY_DATA, 0, 8, data}, {5, TOY_DATA, 0, 8, data}};
    struct pim_sink *sink = NULL;
    const struct pim_units all = {0, 0};
    enum pim_status status = pim_trace_file(trace_path, &sink, error);
    if (status == PIM_OK)
        status = pim_device_attach(device, sink, error);
    if (status == PIM_OK)
        status = pim_device_load(device, all, &image, error);
    if (status == PIM_OK)
        status = pim_device_transfer(device, PIM_TO_UNIT, pieces, 2, error);
    if (status == PIM_OK)
        status = pim_device_run(device, all, error);
    for (int format = 0; status == PIM_OK && format < 3; format++) {
        size_t bytes;
        status = pim_report(device, &(struct pim_report_options){.format = (enum pim_report_format)format}, &reports[format],
                            &bytes, error);
    }
    return status == PIM_OK ? pim_device_finish(device, error) : status;
}

static enum pim_status run_all(char *reports[3], struct pim_error *error)
{
    struct pim_registry *registry = NULL;
    struct pim_target *target = NULL;
    struct pim_device *device = NULL;
    struct pim_device_options options = {.threads = 1};
    enum pim_status status = pim_registry_open(&registry, error);
    if (status == PIM_OK)
        status = pim_registry_add(registry, &toy_counter_backend, error);
    if (status == PIM_OK)
        status = pim_target_open(registry, target_path, &target, error);
    if (status == PIM_OK)
        status = pim_target_set(target, "text.chatty", "yes", error);
    if (status == PIM_OK)
        status = pim_device_open(target, &options, &device, error);
    if (status == PIM_OK)
        status = run_device(device, reports, error);
    pim_device_close(device);
    pim_target_close(target);
    pim_registry_close(registry);
    return status;
}

static void free_reports(char *reports[3])
{
    for (int i = 0; i < 3; i++)
        free(reports[i]);
}

/* Is the outcome of a disturbed run one of the two that are allowed? */
static bool allowed(enum pim_status status, const struct pim_error *error, char *const reports[3], char *const expected[3])
{
    if (status != PIM_OK)
        return error->status == status && *error->text;
    for (int i = 0; i < 3; i++)
        if (strcmp(reports[i], expected[i]))
            return false;
    return true;
}

START_TEST(any_allocation_may_fail)
{
    char *expected[3] = {NULL};
    struct pim_error error = {0};
    ck_assert_status(run_all(expected, &error), PIM_OK, &error);
    if (!INJECTION) {
        puts("skipped: the sanitizer has its own allocator");
        free_reports(expected);
        return;
    }
    size_t disturbed = 0, failures = 0;
    bool reached;
    do {
        char *reports[3] = {NULL};
        error = (struct pim_error){0};
        allocations = 0;
        fail_at = ++disturbed;
        enum pim_status status = run_all(reports, &error);
        reached = allocations >= fail_at;
        fail_at = 0;
        failures += status != PIM_OK;
        ck_assert_msg(allowed(status, &error, reports, expected), "allocation %zu: %s %s", disturbed, pim_status_name(status),
                      error.text);
        free_reports(reports);
    } while (reached);
    printf("%zu allocations, %zu of their failures ended the run\n", disturbed - 1, failures);
    ck_assert_uint_gt(failures, 50); /* the injection works */
    free_reports(expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core memory");
    TCase *injection = tcase_create("is every allocation checked");
    tcase_add_checked_fixture(injection, set_up, tear_down);
    tcase_add_test(injection, any_allocation_may_fail);
    tcase_set_timeout(injection, 60);
    suite_add_tcase(suite, injection);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
