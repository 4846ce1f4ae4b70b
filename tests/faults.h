/* faults.h -- calls of the C library that fail once, at the n-th: the check program is linked with --wrap for
 * those for files (Makefile: FAULTS), and has its own malloc(), calloc() and realloc(), which all libraries call.
 * SVCQL_FAULTS_TRACE=1 prints the callers of each that fails. */
#ifndef SVCQL_FAULTS_H
#define SVCQL_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault {
    FAULT_NONE,
    FAULT_MEMORY, /* malloc, calloc, realloc: of all libraries; with sanitizers, which have their own, ours
                      and SQLite's */
    FAULT_LIBRARY, /* those of libraries other than SQLite, as cJSON, libarchive, the C library; none with
                      sanitizers */
    FAULT_INPUT,  /* read, pread, fstat: EIO */
    FAULT_SHORT,  /* read, pread: half of the requested bytes; not a failure */
    FAULT_FILES,  /* open, openat, openat2: EMFILE */
    FAULT_SIGNAL, /* read, pread, openat2: EINTR; not a failure either */
    FAULT_FOLDER, /* readdir: EIO; by way of harness_readdir_fails */
    FAULT_GONE, /* open, openat, openat2 of a file: it is moved away before, until faults_disarm() */
};

/* Have the n-th call from now on fail, from 0; in this thread alone. */
void faults_arm(enum fault fault, long n);

/* Have SQLite ask for all its memory, so that its calls fail and count too. No connection may be open. */
void faults_use_sqlite(void);

/* Have none fail, and note from where each is called. Then the numbers of the calls that are the first
 * or the last from a chain of callers: n of them, in ascending order, the caller's to free(). */
void  faults_watch(enum fault fault);
long *faults_watched(size_t *ret_n);

/* Whether this program has the code of one object in the section "suspect": then only calls that come from there are
 * noted. */
bool faults_are_of_one_object(void);

/* Whether calls are the test's own for now, which do not fail and do not count. */
void faults_pause(bool pause);

/* Whether a call that is not wrapped fails now, with errno set. */
bool faults_hit(enum fault fault);

/* The folder below which FAULT_GONE moves files away; beside it they wait. */
void faults_gone_from(const char *dir);

/* A folder was read, and has an entry of this inode. */
void faults_saw(uint64_t inode);

/* Whether the file of FAULT_GONE was in a folder that was read. */
bool        faults_gone_known(void);
const char *faults_gone(void); /* its path */

/* No more; whether it has failed. */
bool faults_disarm(void);

/* How many calls there were since faults_arm(), of those that could fail. */
long faults_seen(void);

#endif
