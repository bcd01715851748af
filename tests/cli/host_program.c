/* A host program for the tests of `pimento host`: adds vectors on a few DPUs, then ends in the way that its first argument names. It uses
 * the interface as programs written for the vendor's SDK do.
 */
#include <dpu.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_DPUS = 8, ELEMENTS = 256, BYTES = 4 * ELEMENTS };

struct work {
    int32_t left[MOST_DPUS][ELEMENTS], right[ELEMENTS], sum[MOST_DPUS][ELEMENTS];
};

static int32_t check(const struct work *work, uint32_t dpus)
{
    int32_t total = 0;
    for (uint32_t d = 0; d < dpus; d++)
        for (int i = 0; i < ELEMENTS; i++) {
            if (work->sum[d][i] != work->left[d][i] + work->right[i])
                abort();
            total += work->sum[d][i];
        }
    return total;
}

static int32_t add_vectors(uint32_t dpus, const char *profile)
{
    const uint32_t arguments[4] = {ELEMENTS, 0, BYTES, 2 * BYTES};
    struct work *work = calloc(1, sizeof *work);
    struct dpu_set_t set, dpu;
    uint32_t each;
    for (int i = 0; i < ELEMENTS; i++) {
        work->right[i] = -3 * i;
        for (int d = 0; d < MOST_DPUS; d++)
            work->left[d][i] = i * 7 + d;
    }
    DPU_ASSERT(dpu_alloc(dpus, profile, &set));
    DPU_ASSERT(dpu_load(set, getenv("KERNEL"), NULL));
    DPU_ASSERT(dpu_broadcast_to(set, "arguments", 0, arguments, sizeof arguments, DPU_XFER_DEFAULT));
    DPU_FOREACH (set, dpu, each)
        DPU_ASSERT(dpu_prepare_xfer(dpu, work->left[each]));
    DPU_ASSERT(dpu_push_xfer(set, DPU_XFER_TO_DPU, DPU_MRAM_HEAP_POINTER_NAME, 0, BYTES, DPU_XFER_DEFAULT));
    DPU_ASSERT(dpu_copy_to(set, DPU_MRAM_HEAP_POINTER_NAME, BYTES, work->right, BYTES));
    DPU_ASSERT(dpu_launch(set, DPU_SYNCHRONOUS));
    DPU_FOREACH (set, dpu, each)
        DPU_ASSERT(dpu_copy_from(dpu, DPU_MRAM_HEAP_POINTER_NAME, 2 * BYTES, work->sum[each], BYTES));
    DPU_ASSERT(dpu_free(set));
    int32_t total = check(work, dpus);
    free(work);
    return total;
}

static void print_sum(uint32_t dpus)
{
    printf("%u DPUs: %d\n", (unsigned)dpus, (int)add_vectors(dpus, NULL));
    fflush(stdout);
}

/* ---- ways to end ---- */

static void leave_with_9(int number)
{
    (void)number;
    exit(9);
}

static int return_7(void)
{
    return 7;
}

static int leave_at_once(void)
{
    _exit(3);
}

static int die(void)
{
    raise(SIGSEGV);
    return 1;
}

static int be_killed(void)
{
    raise(SIGKILL);
    return 1;
}

/* Until somebody sends SIGTERM. */
static int wait_for_signal(void)
{
    signal(SIGTERM, leave_with_9);
    puts("waiting");
    fflush(stdout);
    for (;;)
        usleep(10000); /* a signal that comes before pause(), and that the thread sanitizer has put off, would never be seen there */
}

/* exit() while this thread is in the middle of a call: SPIN is a program that does not end. */
static int exit_inside(void)
{
    struct dpu_set_t set;
    signal(SIGALRM, leave_with_9);
    DPU_ASSERT(dpu_alloc(1, NULL, &set));
    DPU_ASSERT(dpu_load(set, getenv("SPIN"), NULL));
    alarm(1);
    return dpu_launch(set, DPU_SYNCHRONOUS);
}

/* ---- other things to do ---- */

static int show_errors(void)
{
    struct dpu_set_t set;
    DPU_ASSERT(dpu_alloc(1, NULL, &set));
    printf("no program: %d\n", dpu_launch(set, DPU_SYNCHRONOUS));
    DPU_ASSERT(dpu_load(set, getenv("KERNEL"), NULL));
    printf("unknown symbol: %d\n", dpu_copy_to(set, "nothing", 0, &set, 8));
    return 0;
}

static int launch_spin(void)
{
    struct dpu_set_t set;
    DPU_ASSERT(dpu_alloc(1, NULL, &set));
    DPU_ASSERT(dpu_load(set, getenv("SPIN"), NULL));
    char *text = (char *)(uintptr_t)dpu_error_to_string(dpu_launch(set, DPU_SYNCHRONOUS));
    puts(text);
    free(text);
    return 0;
}

static int two_machines(void)
{
    add_vectors(2, "mramSize=1048576");
    return 0;
}

static int fork_child(void)
{
    int status = 1;
    pid_t child = fork();
    if (!child) {
        print_sum(2);
        exit(0);
    }
    waitpid(child, &status, 0);
    return status;
}

static void *add_in_thread(void *unused)
{
    for (int i = 0; i < 3; i++)
        add_vectors(1, NULL);
    return unused;
}

static int use_threads(void)
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, add_in_thread, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    return 0;
}

int main(int count, char **words)
{
    static const struct { const char *name; int (*function)(void); } modes[] = {
        {"return-7", return_7},       {"_exit", leave_at_once},    {"crash", die},
        {"killed", be_killed},        {"wait", wait_for_signal},   {"exit-inside", exit_inside},
        {"errors", show_errors},      {"spin", launch_spin},       {"two-machines", two_machines},
        {"fork", fork_child},         {"threads", use_threads},
    };
    print_sum(3);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (count > 1 && !strcmp(words[1], modes[i].name))
            return modes[i].function();
    return 0;
}
