/* Are target files read strictly, and does every message name its place? */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pimento.h"
#include "target_file.h"
#include "toy_counter.h"

static struct pim_registry *registry;
static struct pim_error error;
static char folder[] = "test_core_target.XXXXXX";

static void set_up(void)
{
    error = (struct pim_error){0};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(pim_registry_open(&registry, &error), PIM_OK);
    ck_assert_int_eq(pim_registry_add(registry, &toy_counter_backend, &error), PIM_OK);
}

static const char *const scratch_files[] = {"x.ini", "base.ini", "middle.ini", "sub/x.ini"};

static void tear_down(void)
{
    pim_registry_close(registry);
    for (size_t i = 0; i < sizeof scratch_files / sizeof *scratch_files; i++)
        unlink(scratch_files[i]);
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static const struct pim_parameter *row_of(const char *key)
{
    const struct pim_parameter *row = toy_counter_backend.parameters;
    while (strcmp(row->key, key))
        row++;
    return row;
}

static void ck_assert_value(const struct pim_target *target, const char *key, const char *value, const char *origin,
                            const char *source)
{
    char text[64];
    pim_target_value(target, row_of(key), text, sizeof text);
    ck_assert_str_eq(text, value);
    ck_assert_str_eq(pim_target_origin(target, row_of(key)), origin);
    ck_assert_str_eq(pim_target_source(target, row_of(key)), source);
}

/* ------------------------------------------------------------------------- what is accepted --- */

START_TEST(a_back_end_is_a_target)
{
    struct pim_target *target;
    ck_assert_int_eq(pim_target_open(registry, "toy-counter", &target, &error), PIM_OK);
    ck_assert_str_eq(pim_target_name(target), "toy-counter");
    ck_assert_ptr_eq(pim_target_backend(target), &toy_counter_backend);
    ck_assert_value(target, "machine.cells", "3", "default", "toy");
    ck_assert_value(target, "text.greeting", "hello", "default", "toy");
    ck_assert_value(target, "text.chatty", "no", "default", "toy");
    pim_target_close(target);
}
END_TEST

START_TEST(values_know_where_they_come_from)
{
    struct pim_target *target;
    write_file("x.ini", "\xef\xbb\xbf# a comment\r\n"
                        "[target] ; header\r\n"
                        "name = mine\r\n"
                        "backend = toy-counter\r\n"
                        "\r\n"
                        "[text]\r\n"
                        "   greeting = good day   ; source: a dictionary; page 3\r\n"
                        "\tchatty=yes\r\n"
                        "[pipeline]\n"
                        "clock_mhz = 2.5e2 ; a comment, no source");
    ck_assert_int_eq(pim_target_open(registry, "x.ini", &target, &error), PIM_OK);
    ck_assert_str_eq(pim_target_name(target), "mine");
    ck_assert_value(target, "text.greeting", "good day", "x.ini:7", "a dictionary; page 3");
    ck_assert_value(target, "text.chatty", "yes", "x.ini:8", "assumption: the target file gives no source");
    ck_assert_value(target, "pipeline.clock_mhz", "250", "x.ini:10", "assumption: the target file gives no source");
    ck_assert_int_eq(pim_target_set(target, "pipeline.clock_mhz", "0x10", &error), PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "--set: pipeline.clock_mhz: '0x10', expected a number from 1 to 1000 MHz");
    ck_assert_int_eq(pim_target_set(target, "pipeline.square_cycles", "0x10", NULL), PIM_OK);
    ck_assert_value(target, "pipeline.square_cycles", "16", "--set", "set on the command line");
    error = (struct pim_error){0};
    ck_assert_int_eq(pim_target_set(target, "pipeline.square_cycle", "1", &error), PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "--set: unknown key 'pipeline.square_cycle', expected one of pipeline.clock_mhz "
                                 "pipeline.square_cycles (closest: pipeline.square_cycles)");
    pim_target_close(target);
}
END_TEST

START_TEST(a_base_is_applied_first)
{
    struct pim_target *target;
    write_file("base.ini", "[target]\nbackend = toy-counter\nsummary = the base\n[machine]\nboards = 3\ncells = 4\n");
    write_file("middle.ini", "[target]\nbase = base\n[machine]\ncells = 5 ; source: middle\n");
    write_file("x.ini", "[target]\nbase = middle.ini\nbackend = toy-counter\n[machine]\nboards = 1\n");
    ck_assert_int_eq(pim_target_open(registry, "./x.ini", &target, &error), PIM_OK);
    ck_assert_value(target, "machine.cells", "5", "./middle.ini:4", "middle");
    ck_assert_value(target, "machine.boards", "1", "./x.ini:5", "assumption: the target file gives no source");
    ck_assert_str_eq(pim_target_name(target), "x");
    pim_target_close(target);
}
END_TEST

struct listed {
    char text[1024];
};

static void list_one(void *context, const char *name, const char *path, const char *summary)
{
    struct listed *listed = context;
    size_t used = strlen(listed->text);
    snprintf(listed->text + used, sizeof listed->text - used, "%s|%s|%s\n", name, path, summary);
}

START_TEST(targets_are_found_and_listed_in_the_order_of_the_search)
{
    struct pim_target *target;
    struct listed listed = {""};
    write_file("x.ini", "[target]\nbackend = toy-counter\nsummary = here\n");
    write_file("base.ini", "[target\n");
    setenv("PIMENTO_TARGETS", "x.ini:.", 1);
    ck_assert_int_eq(pim_target_list(registry, list_one, &listed, &error), PIM_OK);
    ck_assert_msg(!strncmp(listed.text, "x|x.ini|here\nbase|./base.ini|./base.ini:1:1: a section header without ']'", 60), "%s",
                  listed.text);
    ck_assert_int_eq(pim_target_open(registry, "x", &target, &error), PIM_OK);
    pim_target_close(target);
    /* What is named and not there is told. */
    setenv("PIMENTO_TARGETS", "x.ini:no-such-folder", 1);
    ck_assert_int_eq(pim_target_open(registry, "base", &target, &error), PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "PIMENTO_TARGETS: no-such-folder: cannot be searched for targets: No such file or directory");
}
END_TEST

/* -------------------------------------------------------------------------- what is refused --- */

#define HEADER "[target]\nbackend = toy-counter\n"
#define LONG_80 "12345678901234567890123456789012345678901234567890123456789012345678901234567890"

static const struct {
    const char *text, *message; /* message without the file's name */
} wrong_rows[] = {
    {"", ": expected 'backend = NAME' or 'base = TARGET' in section [target]"},
    {"[target]\nbackend = toy\n", ":2:11: unknown back-end 'toy', expected one of dpu bitserial toy-counter\n    backend = toy\n              ^"},
    {"[target]\nbackend = toy-countr\n", ":2:11: unknown back-end 'toy-countr', expected one of dpu bitserial toy-counter (closest: "
                                         "toy-counter)\n    backend = toy-countr\n              ^"},
    {"[target]\nbase = nowhere\n", ":2:8: no target 'nowhere'\n    base = nowhere\n           ^"},
    {"[target]\nbase = x.ini\n", ":2:8: more than 8 bases, expected a chain that ends\n    base = x.ini\n           ^"},
    {HEADER "nam = x\n", ":3:1: unknown key 'target.nam', expected one of name summary backend base\n    nam = x\n    ^"},
    {HEADER "[machine]\ncell = 2\n",
     ":4:1: unknown key 'machine.cell', expected one of machine.boards machine.cells (closest: machine.cells)\n    cell = 2\n    ^"},
    {HEADER "cells = 2\n[machine]\n", ":3:1: unknown key 'target.cells', expected one of name summary backend base\n    cells = 2\n    ^"},
    {HEADER "[machin]\n", ":3:1: unknown section 'machin', expected one of machine.* pipeline.* link.* energy.* text.*\n    [machin]\n    ^"},
    {HEADER "[machine]\n  cells = 65\n", ":4:11: machine.cells: '65', expected an integer from 1 to 64\n      cells = 65\n              ^"},
    {HEADER "[machine]\ncells = -1\n", ":4:9: machine.cells: '-1', expected an integer from 1 to 64\n    cells = -1\n            ^"},
    {HEADER "[machine]\ncells =\n", ":4:8: machine.cells: '', expected an integer from 1 to 64\n    cells =\n           ^"},
    {HEADER "[machine]\ncells = 2 3\n", ":4:9: machine.cells: '2 3', expected an integer from 1 to 64\n    cells = 2 3\n            ^"},
    {HEADER "[pipeline]\nclock_mhz = fast\n",
     ":4:13: pipeline.clock_mhz: 'fast', expected a number from 1 to 1000 MHz\n    clock_mhz = fast\n                ^"},
    {HEADER "[text]\nchatty = maybe\n", ":4:10: text.chatty: 'maybe', expected yes or no\n    chatty = maybe\n             ^"},
    {HEADER "[text]\ngreeting = good\n",
     ":4:12: text.greeting: 'good', expected one of hello|good day\n    greeting = good\n               ^"},
    {HEADER "[machine]\ncells = 2\n[text]\n[machine]\ncells = 3\n",
     ":7:1: the key 'cells' occurs twice, first in line 4\n    cells = 3\n    ^"},
    {HEADER "[machine\n", ":3:1: a section header without ']'\n    [machine\n    ^"},
    {HEADER "[machine] cells = 2\n", ":3:11: text after a section header, expected the end of the line\n    [machine] cells = 2\n              ^"},
    {HEADER "[]\n", ":3:2: a section name has 1 to 49 letters\n    []\n     ^"},
    {HEADER "[machine]\ncells\n", ":4:1: expected 'key = value' or '[section]'\n    cells\n    ^"},
    {HEADER "[machine]\ncells ; = 2\n", ":4:1: expected 'key = value' or '[section]'\n    cells ; = 2\n    ^"},
    {HEADER "[machine]\ncells: 2 = 3\n", ":4:1: expected '=' after the key, not ':'\n    cells: 2 = 3\n    ^"},
    {HEADER "[machine]\n = 2\n", ":4:2: expected a key before '='\n     = 2\n     ^"},
    {HEADER "; " LONG_80 LONG_80 LONG_80 "\n", ":3:199: the line has 242 bytes, at most 198 are allowed\n    ; " LONG_80 LONG_80
                                              "12345678901234567890123456789012345678\n"},
};

START_TEST(every_message_has_its_place)
{
    struct pim_target *target;
    char expected[1024];
    write_file("x.ini", wrong_rows[_i].text);
    ck_assert_int_eq(pim_target_open(registry, "./x.ini", &target, &error), PIM_BAD_INPUT);
    ck_assert_ptr_null(target);
    const char *file = "./x.ini";
    snprintf(expected, sizeof expected, "%s%s", file, wrong_rows[_i].message);
    ck_assert_msg(!strncmp(error.text, expected, strlen(expected)), "%s\nexpected\n%s", error.text, expected);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
    static const char text[] = "[target]\nback\0end = x\n";
    struct target_file *file;
    ck_assert_int_eq(target_file_parse("x", text, sizeof text - 1, &file, &error), PIM_BAD_INPUT);
    ck_assert_str_eq(error.text, "x:2:5: a NUL byte, expected text\n    back\n        ^");
}
END_TEST

START_TEST(a_target_that_is_not_there_is_refused)
{
    struct pim_target *target;
    ck_assert_int_eq(pim_target_open(registry, "toy-conter", &target, &error), PIM_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "no target 'toy-conter'"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("core target");
    TCase *accepted = tcase_create("are targets read");
    tcase_add_checked_fixture(accepted, set_up, tear_down);
    tcase_add_test(accepted, a_back_end_is_a_target);
    tcase_add_test(accepted, values_know_where_they_come_from);
    tcase_add_test(accepted, a_base_is_applied_first);
    tcase_add_test(accepted, targets_are_found_and_listed_in_the_order_of_the_search);
    suite_add_tcase(suite, accepted);
    TCase *refused = tcase_create("does every message name its place");
    tcase_add_checked_fixture(refused, set_up, tear_down);
    tcase_add_loop_test(refused, every_message_has_its_place, 0, sizeof wrong_rows / sizeof *wrong_rows);
    tcase_add_test(refused, a_nul_byte_is_refused);
    tcase_add_test(refused, a_target_that_is_not_there_is_refused);
    suite_add_tcase(suite, refused);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
