/* Threads that the libraries make in a process that is not theirs: signals that are sent to the process are its own threads' business. A handler of
 * the program's that ran on one of ours and called exit() would wait for that very thread to end. Faults stay open (a blocked one kills the
 * process without its handler), and so do the timers of profilers.
 */
#ifndef HOST_THREAD_H
#define HOST_THREAD_H

#include <pthread.h>
#include <signal.h>

/* As pthread_create with default attributes. */
static inline int host_thread_create(pthread_t *thread, void *(*start)(void *), void *argument)
{
    static const int open[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF};
    sigset_t blocked, before;
    sigfillset(&blocked);
    for (unsigned i = 0; i < sizeof open / sizeof *open; i++)
        sigdelset(&blocked, open[i]);
    pthread_sigmask(SIG_BLOCK, &blocked, &before); /* the new thread inherits it */
    int failure = pthread_create(thread, NULL, start, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

#endif
