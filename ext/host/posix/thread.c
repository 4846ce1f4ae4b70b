#include <signal.h>

#include "host.h"

int host_thread(pthread_t *ret, void *(*run)(void *), void *data)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(ret, NULL, run, data);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -error;
}
