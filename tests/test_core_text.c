/* Are numbers, names, JSON strings and paths written and read as they should be, and are result files whole or not there at all? */
#include <check.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json_text.h"
#include "number_text.h"
#include "output_file.h"
#include "path_text.h"
#include "spelling.h"

/* --------------------------------------------------------------------------------- numbers --- */

static const struct {
    const char *text;
    enum pim_number result;
    uint64_t value;
} integer_rows[] = {
    {"0", PIM_NUMBER_OK, 0},
    {"010", PIM_NUMBER_OK, 10}, /* not octal */
    {"0x10", PIM_NUMBER_OK, 16},
    {"18446744073709551615", PIM_NUMBER_OK, UINT64_MAX},
    {"18446744073709551616", PIM_NUMBER_TOO_LARGE, 0},
    {"", PIM_NUMBER_MALFORMED, 0},
    {"0x", PIM_NUMBER_MALFORMED, 0},
    {"-1", PIM_NUMBER_MALFORMED, 0},
    {" 1", PIM_NUMBER_MALFORMED, 0},
    {"1k", PIM_NUMBER_MALFORMED, 0},
};

START_TEST(integers_are_whole_texts)
{
    uint64_t value;
    ck_assert_int_eq(pim_parse_integer(integer_rows[_i].text, &value), integer_rows[_i].result);
    if (integer_rows[_i].result == PIM_NUMBER_OK)
        ck_assert_uint_eq(value, integer_rows[_i].value);
}
END_TEST

static const struct {
    const char *text;
    enum pim_number result;
    const char *printed;
} real_rows[] = {
    {"0.1", PIM_NUMBER_OK, "0.1"},
    {"350", PIM_NUMBER_OK, "350"},
    {"20000", PIM_NUMBER_OK, "20000"},
    {"1e15", PIM_NUMBER_OK, "1e+15"},
    {"123456789012345", PIM_NUMBER_OK, "123456789012345"},
    {"-2.5e-7", PIM_NUMBER_OK, "-2.5e-07"},
    {"0.30000000000000004", PIM_NUMBER_OK, "0.30000000000000004"},
    {"1e999", PIM_NUMBER_TOO_LARGE, NULL},
    {"nan", PIM_NUMBER_MALFORMED, NULL},
    {"inf", PIM_NUMBER_MALFORMED, NULL},
    {"0x1p3", PIM_NUMBER_MALFORMED, NULL},
    {"1,5", PIM_NUMBER_MALFORMED, NULL},
    {"", PIM_NUMBER_MALFORMED, NULL},
    {"e", PIM_NUMBER_MALFORMED, NULL},
    {"1 ", PIM_NUMBER_MALFORMED, NULL},
};

/* Also under a locale with a decimal comma, when the machine has one. */
START_TEST(reals_read_back_what_was_printed)
{
    double value;
    char text[PIM_NUMBER_TEXT_SIZE];
    setlocale(LC_ALL, "de_DE.UTF-8");
    ck_assert_int_eq(pim_parse_real(real_rows[_i].text, &value), real_rows[_i].result);
    if (real_rows[_i].result != PIM_NUMBER_OK)
        return;
    pim_print_real(value, text);
    ck_assert_str_eq(text, real_rows[_i].printed);
}
END_TEST

START_TEST(wide_integers_print_all_digits)
{
    char text[PIM_NUMBER_TEXT_SIZE];
    pim_print_u128(0, text);
    ck_assert_str_eq(text, "0");
    pim_print_u128(~(pim_u128)0, text);
    ck_assert_str_eq(text, "340282366920938463463374607431768211455");
    pim_print_u128((pim_u128)UINT64_MAX + 1, text);
    ck_assert_str_eq(text, "18446744073709551616");
}
END_TEST

/* -------------------------------------------------------------------------------- spelling --- */

START_TEST(the_closest_word_is_offered)
{
    static const char *const words[] = {"dma.alpha", "dma.beta", "launch.base"};
    struct pim_spelling spelling = {.word = "dma.bta"}, far = {.word = "energy"};
    for (int i = 0; i < 3; i++) {
        pim_spelling_offer(&spelling, words[i]);
        pim_spelling_offer(&far, words[i]);
    }
    ck_assert_str_eq(spelling.closest, "dma.beta");
    ck_assert_ptr_null(far.closest);
    ck_assert_uint_eq(pim_edit_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(pim_edit_distance("", "abc"), 3);
}
END_TEST

/* ------------------------------------------------------------------------------------ JSON --- */

static const char *const json_rows[][2] = {
    {"plain", "plain"},
    {"\"quoted\\\"\n\t\x01", "\"quoted\\\"\n\t\x01"},
    {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"lone \xff byte", "lone \xef\xbf\xbd byte"},
    {"cut \xe2\x82", "cut \xef\xbf\xbd\xef\xbf\xbd"},
    {"overlong \xc0\xaf", "overlong \xef\xbf\xbd\xef\xbf\xbd"},
    {"surrogate \xed\xa0\x80", "surrogate \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
};

START_TEST(any_bytes_become_a_json_string)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    putc('[', file);
    json_put_string(file, json_rows[_i][0]);
    putc(']', file);
    fclose(file);
    json_t *array = json_loads(text, 0, NULL);
    ck_assert_msg(array != NULL, "%s", text);
    ck_assert_str_eq(json_string_value(json_array_get(array, 0)), json_rows[_i][1]);
    json_decref(array);
    free(text);
}
END_TEST

/* ----------------------------------------------------------------------------------- paths --- */

static enum pim_status append(void *context, const char *element, struct pim_error *error)
{
    (void)error;
    strcat(strcat(context, element), "|");
    return PIM_OK;
}

START_TEST(paths_are_taken_apart)
{
    char elements[64] = "";
    ck_assert_int_eq(pim_path_each("a::/b/c:", append, elements, NULL), PIM_OK);
    ck_assert_str_eq(elements, "a|/b/c|");
    const struct {
        char *made;
        const char *expected;
    } rows[] = {
        {pim_path_beside("x/y.ini", "z"), "x/z"}, {pim_path_beside("y.ini", "z"), "z"}, {pim_path_beside("x/y", "/z"), "/z"},
        {pim_path_stem("x/y.ini", ".ini"), "y"},  {pim_path_stem("y", ".ini"), "y"},    {pim_path_join("x", "y"), "x/y"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_str_eq(rows[i].made, rows[i].expected);
        free(rows[i].made);
    }
}
END_TEST

/* ---------------------------------------------------------------------------- result files --- */

static char folder[] = "test_core_text.XXXXXX";

static void read_back(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

START_TEST(a_failed_result_leaves_the_old_file)
{
    struct output_file output;
    struct pim_error error = {0};
    char path[64], text[64];
    snprintf(path, sizeof path, "%s/result", folder);
    ck_assert_int_eq(output_write(path, "old", 3, &error), PIM_OK);
    ck_assert_int_eq(output_open(path, &output, &error), PIM_OK);
    fputs("new", output.file);
    ck_assert_int_eq(output_end(&output, PIM_LIMIT, &error), PIM_LIMIT);
    read_back(path, text, sizeof text);
    ck_assert_str_eq(text, "old");
    ck_assert_int_eq(output_write(path, "newer", 5, &error), PIM_OK);
    read_back(path, text, sizeof text);
    ck_assert_str_eq(text, "newer");
    struct stat about;
    mode_t mask = umask(0);
    umask(mask);
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0666 & ~mask);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0); /* no temporary file is left */
}
END_TEST

START_TEST(a_full_device_is_reported)
{
    struct pim_error error = {0};
    if (access("/dev/full", W_OK))
        return;
    ck_assert_int_eq(output_write("/dev/full", "text", 4, &error), PIM_IO);
    ck_assert_int_eq(output_write("no/such/folder/x", "text", 4, &error), PIM_IO);
}
END_TEST

static void make_folder(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

int main(void)
{
    Suite *suite = suite_create("core text");
    TCase *numbers = tcase_create("are numbers read and written");
    tcase_add_loop_test(numbers, integers_are_whole_texts, 0, sizeof integer_rows / sizeof *integer_rows);
    tcase_add_loop_test(numbers, reals_read_back_what_was_printed, 0, sizeof real_rows / sizeof *real_rows);
    tcase_add_test(numbers, wide_integers_print_all_digits);
    suite_add_tcase(suite, numbers);
    TCase *names = tcase_create("are names and paths taken apart");
    tcase_add_test(names, the_closest_word_is_offered);
    tcase_add_loop_test(names, any_bytes_become_a_json_string, 0, sizeof json_rows / sizeof *json_rows);
    tcase_add_test(names, paths_are_taken_apart);
    suite_add_tcase(suite, names);
    TCase *files = tcase_create("are result files whole");
    tcase_add_checked_fixture(files, make_folder, NULL);
    tcase_add_test(files, a_failed_result_leaves_the_old_file);
    suite_add_tcase(suite, files);
    TCase *devices = tcase_create("are failures to write seen");
    tcase_add_test(devices, a_full_device_is_reported);
    suite_add_tcase(suite, devices);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
