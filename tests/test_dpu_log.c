/* The device printf log: every conversion, and anything a program may have left in the buffer. */
#include "dpu_fixture.h"
#include "dpu_log.h"

#include <stdio.h>
#include <time.h>

/* The text of a log buffer: newly allocated. */
static char *decode(const void *bytes, size_t size)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    dpu_log_print(bytes, size, out);
    fclose(out);
    return text;
}

struct log_row { const char *record; size_t size; const char *text; };
#define ROW(record, text) {record, sizeof(record) - 1, text}
#define PI "\x18\x2d\x44\x54\xfb\x21\x09\x40"

static const struct log_row log_rows[] = {
    ROW("", ""),
    ROW("\0\0\0\0\0\0\0\0", ""),
    ROW("%s\0Hello\n\0", "Hello\n"),
    ROW("%s%d%s\0x=\0\xff\xff\xff\xff\n\0", "x=-1\n"),
    ROW("%5d|\0", "\n[the log is not readable from byte 0 on]\n"), /* literals are %s */
    ROW("%5d\0\x07\0\0\0", "    7"),
    ROW("%-5d%s\0\x07\0\0\0|\0", "7    |"),
    ROW("%+d\0\x07\0\0\0", "+7"),
    ROW("% d\0\x07\0\0\0", " 7"),
    ROW("%05d\0\x07\0\0\0", "00007"),
    ROW("%.3d\0\x07\0\0\0", "007"),
    ROW("%u\0\xff\xff\xff\xff", "4294967295"),
    ROW("%x\0\xef\xbe\xad\xde", "deadbeef"),
    ROW("%#X\0\xef\xbe\xad\xde", "0XDEADBEEF"),
    ROW("%o\0\x08\0\0\0", "10"),
    ROW("%p\0\x10\0\0\0", "0x10"),
    ROW("%ld\0\xfe\xff\xff\xff\xff\xff\xff\xff", "-2"),
    ROW("%lx\0\xef\xcd\xab\x89\x67\x45\x23\x01", "123456789abcdef"),
    ROW("%lld\0\x01\0\0\0\0\0\0\0", "1"),
    ROW("%c%c\0ab", "ab"),
    ROW("%3c\0a", "  a"),
    ROW("%f\0" PI, "3.141593"),
    ROW("%8.2f\0" PI, "    3.14"),
    ROW("%e\0" PI, "3.141593e+00"),
    ROW("%g\0" PI, "3.14159"),
    ROW("%b\0\x05\0\0\x80", "10100000000000000000000000000001"),
    ROW("%10s\0abc\0", "       abc"),
    ROW("%.2s\0abc\0", "ab"),
    /* Two records: the second begins at the next multiple of 8. */
    ROW("%c\0a\0\0\0\0%c\0b", "ab"),
    ROW("%c\0%\0\0\0\0%c\0b", "%b"),
    /* Damaged: no NUL, missing arguments, no conversion, host-only conversions. */
    ROW("%d", "\n[the log is not readable from byte 0 on]\n"),
    ROW("%d\0\x01\x02", "\n[the log is not readable from byte 0 on]\n"),
    ROW("%s\0abc", "\n[the log is not readable from byte 0 on]\n"),
    ROW("%n\0\x01\0\0\0", "\n[the log is not readable from byte 0 on]\n"),
    ROW("%*d\0\x01\0\0\0\x01\0\0\0", "\n[the log is not readable from byte 0 on]\n"),
    ROW("%2$d\0\x01\0\0\0", "\n[the log is not readable from byte 0 on]\n"),
    ROW("%c\0a\0\0\0\0junk", "a\n[the log is not readable from byte 8 on]\n"),
};

START_TEST(records_print_as_the_program_meant_them)
{
    const struct log_row *row = &log_rows[_i];
    char *copy = malloc(row->size + 1); /* exact size, so that a sanitizer sees reads past the end */
    memcpy(copy, row->record, row->size);
    char *text = decode(copy, row->size);
    ck_assert_str_eq(text, row->text);
    free(text);
    free(copy);
}
END_TEST

START_TEST(huge_widths_are_cut)
{
    static const char record[] = "%999999999999d\0\x01\0\0\0";
    char *text = decode(record, sizeof record - 1);
    ck_assert_uint_eq(strlen(text), DPU_LOG_WIDTH);
    free(text);
}
END_TEST

START_TEST(the_text_is_bounded)
{
    static const char record[16] = "%4095d\0\x01\0\0\0";
    size_t records = 40000;
    char *log = malloc(records * sizeof record);
    for (size_t i = 0; i < records; i++)
        memcpy(log + i * sizeof record, record, sizeof record);
    char *text = decode(log, records * sizeof record);
    ck_assert_uint_lt(strlen(text), (size_t)DPU_LOG_TEXT_BYTES + 8192);
    ck_assert_ptr_nonnull(strstr(text, "[the log is cut after "));
    free(text);
    free(log);
}
END_TEST

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

START_TEST(garbage_is_survived)
{
    static const char alphabet[] = "%%%%%%-+ #0123456789.lhdiuxXocsfeEgGpbn$*q";
    const char *given = getenv("PIMENTO_TEST_SEED"), *scale = getenv("PIMENTO_TEST_SCALE");
    uint64_t seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    uint64_t rounds = 20000 * (scale ? strtoull(scale, NULL, 10) : 100) / 100;
    printf("log garbage: seed %llu\n", (unsigned long long)seed);
    for (uint64_t round = 0; round < rounds; round++) {
        size_t size = next_random(&seed) % 96;
        unsigned char *bytes = malloc(size + 1);
        for (size_t i = 0; i < size; i++) {
            uint64_t kind = next_random(&seed) % 8;
            if (kind < 5)
                bytes[i] = (unsigned char)alphabet[next_random(&seed) % (sizeof alphabet - 1)];
            else
                bytes[i] = kind < 7 ? 0 : (unsigned char)next_random(&seed);
        }
        char *text = decode(bytes, size);
        ck_assert_uint_lt(strlen(text), 96 * (DPU_LOG_WIDTH + 400));
        free(text);
        free(bytes);
    }
}
END_TEST

/* --------------------------------------------------------------------------------- of a DPU --- */

enum { BUFFER_AT = 4096, BUFFER_BYTES = 64, STATE_AT = 40 };

static struct pim_symbol log_symbols[] = {
    {.name = "__stdout_buffer_state", .space = DPU_SPACE_WRAM, .value = STATE_AT, .size = 8, .section = ".data"},
    {.name = "__stdout_buffer", .space = DPU_SPACE_MRAM, .value = BUFFER_AT, .size = BUFFER_BYTES, .section = ".mram"},
};

static char *output_after(uint32_t written, uint32_t wrapped, size_t symbols)
{
    static const char record[] = "%s\0hi there\n\0";
    struct pim_image image = test_image(NULL, 0, log_symbols, symbols, 1);
    struct dpu_machine *machine = test_machine(1);
    test_load(machine, 0, 1, &image);
    uint8_t state[8] = {(uint8_t)written, (uint8_t)(written >> 8), 0, 0, (uint8_t)wrapped};
    ck_assert(test_move(machine, PIM_TO_UNIT, 0, DPU_SPACE_WRAM, STATE_AT, state, 8) == PIM_OK);
    ck_assert(test_move(machine, PIM_TO_UNIT, 0, DPU_SPACE_MRAM, BUFFER_AT, (void *)(uintptr_t)record,
                        sizeof record) == PIM_OK);
    struct pim_error error = {0};
    char *text = pim_dpu_backend.output(machine, 0, &error);
    ck_assert(error.status == PIM_OK);
    pim_dpu_backend.close(machine);
    return text;
}

START_TEST(a_dpu_prints_its_log)
{
    char *text = output_after(16, 0, 2);
    ck_assert_str_eq(text, "hi there\n");
    free(text);
    ck_assert_ptr_null(output_after(0, 0, 2));
    ck_assert_ptr_null(output_after(16, 0, 1)); /* a program without printf */
}
END_TEST

START_TEST(a_wrapped_or_impossible_log_says_so)
{
    char *text = output_after(8, 1, 2);
    ck_assert_ptr_nonnull(strstr(text, "more than its log buffer of 64 bytes holds"));
    free(text);
    text = output_after(72, 0, 2);
    ck_assert_ptr_nonnull(strstr(text, "write offset 72 in a buffer of 64 bytes"));
    free(text);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("dpu log");
    TCase *records = tcase_create("do records print right");
    tcase_add_loop_test(records, records_print_as_the_program_meant_them, 0,
                        sizeof log_rows / sizeof *log_rows);
    suite_add_tcase(suite, records);
    TCase *garbage = tcase_create("what about garbage");
    tcase_set_timeout(garbage, 120);
    tcase_add_test(garbage, huge_widths_are_cut);
    tcase_add_test(garbage, the_text_is_bounded);
    tcase_add_test(garbage, garbage_is_survived);
    suite_add_tcase(suite, garbage);
    TCase *dpu = tcase_create("is the log of a DPU found");
    tcase_add_test(dpu, a_dpu_prints_its_log);
    tcase_add_test(dpu, a_wrapped_or_impossible_log_says_so);
    suite_add_tcase(suite, dpu);
    return suite;
}

TEST_MAIN(make_suite)
