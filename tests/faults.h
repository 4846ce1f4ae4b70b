/* faults.h -- calls of the C library that fail once, at the n-th: the check program is linked with
 * --wrap for each of them (Makefile: FAULTS). */
#ifndef SVCQL_FAULTS_H
#define SVCQL_FAULTS_H

#include <stdbool.h>

enum fault {
    FAULT_NONE,
    FAULT_MEMORY, /* malloc, calloc, realloc, strdup, strndup: no memory */
    FAULT_INPUT,  /* read, pread, fstat: EIO */
    FAULT_SHORT,  /* read, pread: half of the requested bytes; not a failure */
    FAULT_FILES,  /* open, openat, openat2: EMFILE */
    FAULT_SIGNAL, /* read, pread, openat2: EINTR; not a failure either */
};

/* Have the n-th call from now on fail, from 0; in this thread alone. */
void faults_arm(enum fault fault, long n);

/* Whether calls are the test's own for now, which do not fail and do not count. */
void faults_pause(bool pause);

/* No more; whether it has failed. */
bool faults_disarm(void);

#endif
