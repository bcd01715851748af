/* Are programs found, checked, shared and replaced as the vendor's library does, and their symbols told? */
#include "upmem_fixture.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

DPU_INCBIN(state_inside, UPMEM_TEST_KERNELS "/state.elf");

static char folder[] = "/tmp/pimento-upmem-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void make_folder(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    static const char *const names[] = {"file", "socket"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(in_folder(names[i]));
    rmdir(folder);
}

/* A kernel's file; newly allocated. */
static uint8_t *file_of(const char *name, size_t *size)
{
    FILE *file = fopen(kernel(name), "rb");
    struct stat about;
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fstat(fileno(file), &about), 0);
    uint8_t *bytes = malloc((size_t)about.st_size);
    *size = (size_t)about.st_size;
    ck_assert_uint_eq(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static const char *write_file(const void *bytes, size_t size)
{
    FILE *file = fopen(in_folder("file"), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
    return in_folder("file");
}

START_TEST(files_that_are_no_programs_are_told)
{
    struct dpu_set_t set = allocated(1);
    size_t size;
    uint8_t *bytes = file_of("state", &size);
    REFUSED(DPU_ERR_SYSTEM, dpu_load(set, "no/such/file", NULL));
    REFUSED(DPU_ERR_SYSTEM, dpu_load(set, "", NULL));
    REFUSED(DPU_ERR_SYSTEM, dpu_load(set, NULL, NULL));
    REFUSED(DPU_ERR_ELF_INVALID_FILE, dpu_load(set, folder, NULL));
    REFUSED(DPU_ERR_ELF_INVALID_FILE, dpu_load(set, write_file("", 0), NULL));
    REFUSED(DPU_ERR_ELF_INVALID_FILE, dpu_load(set, write_file("some text", 9), NULL));
    REFUSED(DPU_ERR_ELF_INVALID_FILE, dpu_load(set, write_file(bytes, size / 2), NULL));
    memset(bytes + 18, 0, 2); /* another machine */
    REFUSED(DPU_ERR_ELF_INVALID_FILE, dpu_load(set, write_file(bytes, size), NULL));
    REFUSED(DPU_ERR_NO_PROGRAM_LOADED, dpu_launch(set, DPU_SYNCHRONOUS));
    free(bytes);
}
END_TEST

START_TEST(a_file_that_cannot_be_opened_does_not_exist)
{
    struct dpu_set_t set = allocated(1);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int socket_file = socket(AF_UNIX, SOCK_STREAM, 0);
    const char *path = in_folder("socket");
    ck_assert_uint_lt(strlen(path), sizeof address.sun_path);
    strcpy(address.sun_path, path);
    ck_assert_int_eq(bind(socket_file, (struct sockaddr *)&address, sizeof address), 0);
    REFUSED(DPU_ERR_ELF_NO_SUCH_FILE, dpu_load(set, in_folder("socket"), NULL));
    close(socket_file);
}
END_TEST

START_TEST(a_stripped_program_has_no_symbols)
{
    struct dpu_set_t set = allocated(1);
    size_t size;
    uint8_t *bytes = file_of("state", &size);
    memset(bytes + 32, 0, 4); /* section headers: place, */
    memset(bytes + 48, 0, 4); /* number, names */
    REFUSED(DPU_ERR_ELF_NO_SUCH_SECTION, dpu_load_from_memory(set, bytes, size, NULL));
    free(bytes);
}
END_TEST

START_TEST(the_file_is_looked_at_before_the_set)
{
    struct dpu_set_t set = allocated(1);
    OK(dpu_free(set));
    REFUSED(DPU_ERR_SYSTEM, dpu_load(set, "no/such/file", NULL));
    REFUSED(DPU_ERR_ELF_INVALID_FILE, dpu_load(set, folder, NULL));
    REFUSED(DPU_ERR_INVALID_DPU_SET, dpu_load(set, kernel("state"), NULL));
}
END_TEST

START_TEST(paths_are_relative_to_the_current_folder)
{
    struct dpu_set_t set = allocated(1);
    ck_assert_int_eq(chdir(UPMEM_TEST_KERNELS), 0);
    OK(dpu_load(set, "./state.elf", NULL));
    OK(dpu_load(set, "../upmem/state.elf", NULL));
    ck_assert_int_eq(chdir("/"), 0);
    REFUSED(DPU_ERR_SYSTEM, dpu_load(set, "./state.elf", NULL));
}
END_TEST

START_TEST(programs_come_from_memory_too)
{
    struct dpu_set_t set = allocated(2);
    struct dpu_program_t *program = NULL;
    size_t size;
    uint8_t *bytes = file_of("state", &size);
    OK(dpu_load_from_memory(set, bytes, size, &program));
    memset(bytes, 0, size); /* the library has its copy */
    free(bytes);
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    ck_assert_uint_eq(get_word(nth_dpu(set, 1), "runs"), 1);
    ck_assert_uint_eq(state_inside.size, size);
    ck_assert(!memcmp(state_inside.buffer, "\177ELF", 4));
    ck_assert_str_eq(state_inside.path, UPMEM_TEST_KERNELS "/state.elf");
    OK(dpu_load_from_incbin(set, &state_inside, NULL));
    ck_assert_uint_eq(get_word(nth_dpu(set, 1), "runs"), 0);
    REFUSED(DPU_ERR_ELF_INVALID_FILE, dpu_load_from_memory(set, NULL, 100, NULL));
    REFUSED(DPU_ERR_ELF_INVALID_FILE, dpu_load_from_memory(set, (uint8_t[]){1, 2, 3}, 3, NULL));
    REFUSED(DPU_ERR_ELF_INVALID_FILE, dpu_load_from_memory(set, (uint8_t[]){0}, 0, NULL));
    REFUSED(DPU_ERR_ELF_INVALID_FILE, dpu_load_from_incbin(set, NULL, NULL));
}
END_TEST

/* Before, there was no code for it; here such a file is no program then. */
START_TEST(more_tasklets_than_threads_are_told_since_2023)
{
    static const struct { const char *release; int error; } rows[] = {
        {"2020.3", 21}, {"2021.3", 22}, {"2023.1", 36}, {"2024.1", 36}, {"2025.1", DPU_ERR_TOO_MANY_TASKLETS}};
    imitate(rows[_i].release);
    struct dpu_set_t set = allocated(1);
    ck_assert_int_eq(dpu_load(set, kernel("crowd"), NULL), rows[_i].error);
}
END_TEST

/* --------------------------------------------------------------------------------- sharing --- */

START_TEST(dpus_loaded_one_by_one_are_one_set)
{
    struct dpu_set_t set = allocated(70), dpu;
    uint32_t each, operands[70];
    DPU_FOREACH (set, dpu, each) {
        OK(dpu_load(dpu, kernel("state"), NULL));
        operands[each] = 10 * each;
        OK(dpu_prepare_xfer(dpu, &operands[each]));
    }
    OK(dpu_push_xfer(set, DPU_XFER_TO_DPU, "operand", 0, 4, DPU_XFER_DEFAULT));
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    DPU_FOREACH (set, dpu, each)
        ck_assert_uint_eq(get_word(dpu, "result"), 10 * each + 1);
}
END_TEST

START_TEST(different_programs_are_told)
{
    struct dpu_set_t set = loaded(3, "state");
    uint32_t word = 0;
    OK(dpu_load(nth_dpu(set, 2), kernel("trouble"), NULL));
    REFUSED(DPU_ERR_DIFFERENT_DPU_PROGRAMS, dpu_copy_to(set, "runs", 0, &word, 4));
    REFUSED(DPU_ERR_DIFFERENT_DPU_PROGRAMS, dpu_copy_to(set, "no_such_symbol", 0, &word, 4));
    REFUSED(DPU_ERR_DIFFERENT_DPU_PROGRAMS, dpu_broadcast_to(set, "runs", 0, &word, 4, DPU_XFER_DEFAULT));
    REFUSED(DPU_ERR_DIFFERENT_DPU_PROGRAMS, dpu_push_xfer(set, DPU_XFER_TO_DPU, "runs", 0, 4, DPU_XFER_DEFAULT));
    OK(dpu_copy_to(nth_dpu(set, 0), "runs", 0, &word, 4));
    OK(dpu_launch(set, DPU_SYNCHRONOUS)); /* each runs its own */
    ck_assert_uint_eq(get_word(nth_dpu(set, 1), "runs"), 1);
    ck_assert_uint_eq(get_word(nth_dpu(set, 2), "survived"), 1);
    OK(dpu_load(set, kernel("state"), NULL));
    OK(dpu_copy_to(set, "runs", 0, &word, 4));
}
END_TEST

START_TEST(a_file_that_has_changed_is_another_program)
{
    struct dpu_set_t set = allocated(2);
    size_t size;
    uint32_t word = 0;
    uint8_t *bytes = file_of("state", &size);
    OK(dpu_load(nth_dpu(set, 0), write_file(bytes, size), NULL));
    OK(dpu_load(nth_dpu(set, 1), write_file(bytes, size), NULL));
    OK(dpu_copy_to(set, "runs", 0, &word, 4));
    uint8_t *text = memmem(bytes, size, "sixteen bytes...", 16);
    ck_assert_ptr_nonnull(text);
    memcpy(text, "SIXTEEN", 7); /* as long as before */
    OK(dpu_load(nth_dpu(set, 1), write_file(bytes, size), NULL));
    free(bytes);
    REFUSED(DPU_ERR_DIFFERENT_DPU_PROGRAMS, dpu_copy_to(set, "runs", 0, &word, 4));
    OK(dpu_copy_from(nth_dpu(set, 1), "mram_text", 0, &word, 4));
    ck_assert(!memcmp(&word, "SIXT", 4));
}
END_TEST

START_TEST(a_part_without_program_is_a_difference)
{
    struct dpu_set_t set = allocated(2);
    uint32_t word = 0;
    REFUSED(DPU_ERR_NO_PROGRAM_LOADED, dpu_copy_to(set, "runs", 0, &word, 4));
    OK(dpu_load(nth_dpu(set, 0), kernel("state"), NULL));
    REFUSED(DPU_ERR_DIFFERENT_DPU_PROGRAMS, dpu_copy_to(set, "runs", 0, &word, 4));
    REFUSED(DPU_ERR_NO_PROGRAM_LOADED, dpu_copy_to(nth_dpu(set, 1), "runs", 0, &word, 4));
    REFUSED(DPU_ERR_NO_PROGRAM_LOADED, dpu_copy_from(nth_dpu(set, 1), "no_such_symbol", 0, &word, 4));
}
END_TEST

/* --------------------------------------------------------------------------------- symbols --- */

static const struct { const char *name; uint32_t address, size; } symbols[] = {
    {"runs", 0x18, 4}, {"odd_arguments", 0x34, 28},     {"mram_runs", 0x08000000, 8},
    {"mram_text", 0x08000008, 16}, {"mram_buffer", 0x08000018, 65536}, {"spend", 0x80000010, 168},
    {HEAP, 0x08010018, 0x04000000 - 0x10018}, {"NR_TASKLETS", 1, 0}, {"STACK_SIZE_TASKLET_0", 256, 0}};

START_TEST(symbols_of_all_memories_are_known)
{
    struct dpu_set_t set = allocated(1);
    struct dpu_program_t *program;
    struct dpu_symbol_t symbol;
    OK(dpu_load(set, kernel("state"), &program));
    OK(dpu_get_symbol(program, symbols[_i].name, &symbol));
    ck_assert_uint_eq(symbol.address, symbols[_i].address);
    ck_assert_uint_eq(symbol.size, symbols[_i].size);
}
END_TEST

START_TEST(private_symbols_are_not)
{
    static const char *const names[] = {"hidden", "scratch", "profiling", "no_such_symbol", "", NULL};
    struct dpu_set_t set = allocated(1);
    struct dpu_program_t *program;
    struct dpu_symbol_t symbol;
    uint32_t word;
    OK(dpu_load(set, kernel("state"), &program));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        REFUSED(DPU_ERR_UNKNOWN_SYMBOL, dpu_get_symbol(program, names[i], &symbol));
        REFUSED(DPU_ERR_UNKNOWN_SYMBOL, dpu_copy_to(set, names[i], 0, &word, 4));
    }
}
END_TEST

START_TEST(a_program_that_nobody_holds_is_gone)
{
    struct dpu_set_t set = allocated(2);
    struct dpu_program_t *program, *again;
    struct dpu_symbol_t symbol;
    OK(dpu_load(set, kernel("state"), &program));
    OK(dpu_load(nth_dpu(set, 0), kernel("trouble"), NULL));
    OK(dpu_get_symbol(program, "runs", &symbol));
    OK(dpu_load(nth_dpu(set, 1), kernel("trouble"), &again));
    ck_assert_int_ne(dpu_get_symbol(program, "runs", &symbol), DPU_OK);
    OK(dpu_get_symbol(again, "trouble", &symbol));
}
END_TEST

START_TEST(loading_again_sets_data_back_and_keeps_the_rest)
{
    struct dpu_set_t set = loaded(1, "state"), dpu = nth_dpu(set, 0);
    char text[16];
    uint64_t count;
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    OK(dpu_copy_to(set, "mram_text", 0, "0123456789abcdef", 16));
    OK(dpu_copy_to(set, "mram_buffer", 1000, "kept", 4));
    OK(dpu_load(set, kernel("state"), NULL));
    ck_assert_uint_eq(get_word(dpu, "runs"), 0);
    OK(dpu_copy_from(dpu, "mram_text", 0, text, 16));
    ck_assert(!memcmp(text, "sixteen bytes...", 16));
    OK(dpu_copy_from(dpu, "mram_runs", 0, &count, 8));
    ck_assert_uint_eq(count, 0);
    OK(dpu_copy_from(dpu, "mram_buffer", 1000, text, 4));
    ck_assert(!memcmp(text, "kept", 4));
}
END_TEST

START_TEST(calls_of_mcount_are_taken_out)
{
    struct dpu_set_t set = loaded(2, "profiled"), dpu = nth_dpu(set, 1);
    uint16_t called[48];
    OK(dpu_launch(set, DPU_SYNCHRONOUS));
    ck_assert_uint_eq(get_word(dpu, "result"), 6);
    struct dpu_symbol_t first = {8, sizeof called}; /* thread_profiling, which the host does not see by name */
    OK(dpu_copy_from_symbol(dpu, first, 0, called, sizeof called));
    for (size_t i = 0; i < sizeof called / sizeof *called; i++)
        ck_assert_uint_eq(called[i], 0);
}
END_TEST

TCase *upmem_program_tests(void)
{
    TCase *tests = upmem_case("programs");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, files_that_are_no_programs_are_told);
    tcase_add_test(tests, a_file_that_cannot_be_opened_does_not_exist);
    tcase_add_test(tests, a_stripped_program_has_no_symbols);
    tcase_add_test(tests, the_file_is_looked_at_before_the_set);
    tcase_add_test(tests, paths_are_relative_to_the_current_folder);
    tcase_add_test(tests, programs_come_from_memory_too);
    tcase_add_loop_test(tests, more_tasklets_than_threads_are_told_since_2023, 0, 5);
    tcase_add_test(tests, dpus_loaded_one_by_one_are_one_set);
    tcase_add_test(tests, different_programs_are_told);
    tcase_add_test(tests, a_file_that_has_changed_is_another_program);
    tcase_add_test(tests, a_part_without_program_is_a_difference);
    tcase_add_loop_test(tests, symbols_of_all_memories_are_known, 0, sizeof symbols / sizeof *symbols);
    tcase_add_test(tests, private_symbols_are_not);
    tcase_add_test(tests, a_program_that_nobody_holds_is_gone);
    tcase_add_test(tests, calls_of_mcount_are_taken_out);
    tcase_add_test(tests, loading_again_sets_data_back_and_keeps_the_rest);
    return tests;
}
