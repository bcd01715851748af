/* Does the drop-in UPMEM library do what host programs rely on? One file per subject; see upmem_fixture.h. */
#include "upmem_fixture.h"

static TCase *(*const cases[])(void) = {
    upmem_abi_tests,      upmem_allocation_tests, upmem_iterator_tests, upmem_program_tests,
    upmem_transfer_tests, upmem_mirror_tests,     upmem_launch_tests,   upmem_log_tests,
    upmem_queue_tests,    upmem_callback_tests,   upmem_scatter_tests,  upmem_thread_tests,
    upmem_running_tests,  upmem_memory_tests,
    upmem_release_tests,  upmem_profile_tests,    upmem_misuse_tests,   upmem_probe_tests,
    upmem_random_tests,
};

int main(void)
{
    Suite *suite = suite_create("UPMEM host library");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        suite_add_tcase(suite, cases[i]());
    SRunner *runner = srunner_create(suite); /* which forks: the library has one context per process */
    srunner_run_all(runner, CK_ENV);
    int run = srunner_ntests_run(runner), failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return !run || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
