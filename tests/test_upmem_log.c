/* Is what a program prints read as it was meant? The records are those that compiled programs write (doc/upmem-host.md); the kernel only says
 * how many bytes are valid.
 */
#include "upmem_fixture.h"

#include <stdarg.h>

enum { LOG_BYTES = 4096 };

struct record_writer { uint8_t bytes[LOG_BYTES]; uint32_t size; };

static void put(struct record_writer *w, const void *bytes, size_t size)
{
    ck_assert_uint_le(w->size + size, LOG_BYTES);
    memcpy(w->bytes + w->size, bytes, size);
    w->size += (uint32_t)size;
}

static void put_text(struct record_writer *w, const char *text)
{
    put(w, text, strlen(text) + 1);
}

static void put_word(struct record_writer *w, uint32_t word)
{
    put(w, &word, sizeof word);
}

static void put_long(struct record_writer *w, uint64_t number)
{
    put(w, &number, sizeof number);
}

static void put_double(struct record_writer *w, double number)
{
    put(w, &number, sizeof number);
}

static void end_record(struct record_writer *w)
{
    w->size = (w->size + 7) / 8 * 8;
}

/* The launch that printed. */
static void print(struct dpu_set_t set, const struct record_writer *w)
{
    OK(dpu_copy_to(set, "__stdout_buffer", 0, w->bytes, w->size ? w->size : 8));
    set_word(set, "written", w->size);
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
}

static char *log_of(struct dpu_set_t dpu, bool by_dpu, dpu_error_t *error)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(out);
    *error = by_dpu ? dpulog_read_for_dpu(dpu.dpu, out) : dpu_log_read(dpu, out);
    fclose(out);
    return text;
}

static void log_is(struct dpu_set_t dpu, const char *expected)
{
    dpu_error_t error;
    char *text = log_of(dpu, false, &error);
    ck_assert_int_eq(error, DPU_OK);
    ck_assert_str_eq(text, expected);
    free(text);
}

static void hello(struct record_writer *w)
{
    put_text(w, "%s");
    put_text(w, "hello\n");
    end_record(w);
}

START_TEST(every_conversion_is_printed)
{
    struct dpu_set_t set = loaded(1, "printed");
    struct record_writer w = {0};
    hello(&w);
    put_text(&w, "%s%d%s%u%s%x%s%c%s"); /* printf("int %i, unsigned %u, hex %x, %c and 100%%\n", ...) */
    put_text(&w, "int "), put_word(&w, (uint32_t)-5);
    put_text(&w, ", unsigned "), put_word(&w, 4000000000u);
    put_text(&w, ", hex "), put_word(&w, 0xbeef);
    put_text(&w, ", "), put(&w, "Q", 1);
    put_text(&w, " and 100%\n");
    end_record(&w);
    put_text(&w, "%ld%s%lu%s%lx%s"); /* long long */
    put_long(&w, (uint64_t)-5000000000), put_text(&w, " "), put_long(&w, UINT64_MAX), put_text(&w, " ");
    put_long(&w, 0x123456789abcdef0), put_text(&w, "\n");
    end_record(&w);
    put_text(&w, "%f%s%.3f%s%e%s%g%s");
    put_double(&w, 1.5), put_text(&w, " "), put_double(&w, -2.0 / 3), put_text(&w, " ");
    put_double(&w, 12345.678), put_text(&w, " "), put_double(&w, 0.0001), put_text(&w, "\n");
    end_record(&w);
    put_text(&w, "%5d%-5d%s%05d%+d%s%#x%X%o");
    put_word(&w, 42), put_word(&w, 42), put_text(&w, "|"), put_word(&w, 42), put_word(&w, 7);
    put_text(&w, "|"), put_word(&w, 255), put_word(&w, 255), put_word(&w, 8);
    end_record(&w);
    put_text(&w, "%b");
    put_word(&w, 5);
    end_record(&w);
    put_text(&w, "%c"); /* putchar('\n') */
    put(&w, "\n", 1);
    end_record(&w);
    print(set, &w);
    log_is(nth_dpu(set, 0), "=== DPU#0x0 ===\n"
                            "hello\n"
                            "int -5, unsigned 4000000000, hex beef, Q and 100%\n"
                            "-5000000000 18446744073709551615 123456789abcdef0\n"
                            "1.500000 -0.667 1.234568e+04 0.0001\n"
                            "   4242   |00042+7|0xffFF10"
                            "10100000000000000000000000000000\n");
}
END_TEST

START_TEST(the_header_names_the_dpu_since_2021)
{
    static const struct { const char *release, *text; } rows[] = {
        {"2020.3", "hello\n"}, {"2021.3", "=== DPU#0x10203 ===\nhello\n"}, {"2023.2", "=== DPU#0x10203 ===\nhello\n"},
        {"2025.1", "=== DPU#0x10203 ===\nhello\n"}};
    imitate(rows[_i].release);
    struct dpu_set_t set = loaded(128, "printed"), dpu = nth_dpu(set, 64 + 2 * 8 + 3);
    struct record_writer w = {0};
    dpu_error_t error;
    hello(&w);
    print(set, &w);
    log_is(dpu, rows[_i].text);
    char *text = log_of(dpu, true, &error);
    OK(error);
    ck_assert_str_eq(text, "hello\n"); /* never with a header */
    free(text);
}
END_TEST

static dpu_error_t collect(void *argument, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(argument, format, arguments);
    va_end(arguments);
    return dpu_get_id(NULL) ? DPU_ERR_INTERNAL : DPU_OK; /* the interface may be used meanwhile */
}

START_TEST(a_function_of_the_program_may_print)
{
    struct dpu_set_t set = loaded(1, "printed");
    struct record_writer w = {0};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    hello(&w);
    print(set, &w);
    OK(dpulog_read_for_dpu_(nth_dpu(set, 0).dpu, collect, out));
    fclose(out);
    ck_assert_str_eq(text, "hello\n");
    free(text);
}
END_TEST

START_TEST(the_log_is_that_of_the_last_launch)
{
    struct dpu_set_t set = loaded(1, "printed");
    struct record_writer w = {0}, nothing = {0};
    hello(&w);
    print(set, &w);
    log_is(nth_dpu(set, 0), "=== DPU#0x0 ===\nhello\n");
    log_is(nth_dpu(set, 0), "=== DPU#0x0 ===\nhello\n"); /* reading takes nothing away */
    print(set, &nothing);
    log_is(nth_dpu(set, 0), "=== DPU#0x0 ===\n");
}
END_TEST

START_TEST(what_was_printed_before_a_fault_is_there)
{
    struct dpu_set_t set = loaded(1, "printed");
    struct record_writer w = {0};
    hello(&w);
    OK(dpu_copy_to(set, "__stdout_buffer", 0, w.bytes, w.size));
    set_word(set, "written", w.size);
    set_word(set, "trouble", 1);
    REFUSED(DPU_ERR_DPU_FAULT, dpu_launch(set, DPU_SYNCHRONOUS));
    log_is(nth_dpu(set, 0), "=== DPU#0x0 ===\nhello\n");
}
END_TEST

START_TEST(logs_that_cannot_be_read_are_told)
{
    struct dpu_set_t set = loaded(1, "printed"), dpu = nth_dpu(set, 0), other;
    struct record_writer w = {0};
    dpu_error_t error;
    hello(&w);
    set_word(set, "wrapped", 1);
    print(set, &w);
    free(log_of(dpu, false, &error));
    ck_assert_int_eq(error, DPU_ERR_LOG_BUFFER_TOO_SMALL);
    OK(dpu_load(set, kernel("state"), NULL));
    free(log_of(dpu, false, &error));
    ck_assert_int_eq(error, DPU_ERR_LOG_CONTEXT_MISSING);
    free(log_of(dpu, true, &error));
    ck_assert_int_eq(error, DPU_ERR_LOG_CONTEXT_MISSING);
    OK(dpu_alloc(1, NULL, &other));
    free(log_of(nth_dpu(other, 0), false, &error));
    ck_assert_int_eq(error, DPU_ERR_LOG_CONTEXT_MISSING); /* no program */
    char *text = log_of(set, false, &error);
    ck_assert_int_eq(error, DPU_ERR_INVALID_DPU_SET); /* ranks */
    ck_assert_str_eq(text, "");
    free(text);
    REFUSED(DPU_ERR_INTERNAL, dpu_log_read(dpu, NULL));
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpulog_read_for_dpu(NULL, stdout));
}
END_TEST

/* Records of garbage: whatever they say, the process lives. */
START_TEST(garbage_is_survived)
{
    struct dpu_set_t set = loaded(1, "printed"), dpu = nth_dpu(set, 0);
    uint64_t state = (uint64_t)_i + 1;
    for (uint32_t round = 0; round < 200; round++) {
        struct record_writer w = {.size = 512};
        dpu_error_t error;
        for (uint32_t i = 0; i < w.size; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            w.bytes[i] = "%sdlfex*.0123456789n\0"[(state >> 40) % 22];
        }
        w.bytes[0] = '%';
        OK(dpu_copy_to(set, "__stdout_buffer", 0, w.bytes, w.size));
        set_word(set, "written", round % 7 ? w.size : UINT32_MAX - round);
        OK(dpu_launch(set, DPU_SYNCHRONOUS));
        free(log_of(dpu, false, &error));
    }
}
END_TEST

TCase *upmem_log_tests(void)
{
    TCase *tests = upmem_case("log");
    tcase_add_test(tests, every_conversion_is_printed);
    tcase_add_loop_test(tests, the_header_names_the_dpu_since_2021, 0, 4);
    tcase_add_test(tests, a_function_of_the_program_may_print);
    tcase_add_test(tests, the_log_is_that_of_the_last_launch);
    tcase_add_test(tests, what_was_printed_before_a_fault_is_there);
    tcase_add_test(tests, logs_that_cannot_be_read_are_told);
    tcase_add_loop_test(tests, garbage_is_survived, 0, 4);
    return tests;
}
