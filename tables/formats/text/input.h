/* input.h -- how bytes of evidence come in: the reads that an interrupt of the query ends, and that
 * pass over holes.
 *
 * A file may be a terabyte of nothing, or a disk that hardly answers. Whoever runs a scan says, for
 * the thread, how to learn whether the query was interrupted; each read asks, at most once in
 * INPUT_ASK_MS. After that every read fails, until the next input_scan_begin().
 */
#ifndef SVCQL_INPUT_H
#define SVCQL_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define INPUT_ASK_MS 20
#define INPUT_BLOCK  ((size_t)256 << 10) /* bytes that one read takes at most */

/* As read(2) and pread(2), but again after a signal: bytes, 0 at the end, or a negative errno;
 * -ECANCELED where the query was interrupted. */
ssize_t input_read(int fd, void *data, size_t size);
ssize_t input_pread(int fd, void *data, size_t size, off_t at);

/* Bytes of the hole that begins at an offset: 0 where there is data, or where that is not known. A
 * hole at the end reaches to the end. */
off_t input_hole(int fd, off_t at);

/* Whether the query was interrupted; for loops that do not read. */
bool input_interrupted(void);

/* Whether a read has failed for that already. */
bool input_ended(void);

/* What one source may cost a scan, so that a large or slow one does not cost the others their turn.
 * The time is that of the scan's own steps. Nothing counts before the first input_source(). */
struct input_budget {
    uint64_t bytes, rows; /* limits; 0: none */
    int64_t  ms;
    bool     begun;
    int64_t  owner;       /* of the source; 0: the system's */
    uint64_t read, given; /* of the source until now: bytes, rows (the scan counts those) */
    int64_t  spent;       /* ms, until this step */
    uint64_t faults;      /* see input_fault() */
};

/* The next source of the scan begins. Those of one user, in a row, have one budget together, which is
 * 1 / INPUT_USER_SHARE of a source's: a user may make as many as he likes. */
#define INPUT_USER_SHARE 4
#define INPUT_UNLIMITED  (-1) /* an owner without a budget: what only root can make longer */
void input_source(int64_t owner);

/* Whether the source is beyond its budget: who reads it leaves it with -EDQUOT. */
bool input_over_budget(void);

/* Count a call of the system for the scan where it failed for want of memory or descriptors, or by the
 * disk, rather than by what is there; returns its argument. input_faults() is how many since it was last
 * asked: a report that says nothing of them is corrected by that, so that a file that is read beside a
 * source, as a time zone, is not lost in silence. */
int      input_fault(int negative_errno);
uint64_t input_faults(void);

/* Whether one of them failed for want of memory since the scan began its step: the step then fails, whatever
 * came of it, so that what was not read for it passes for nothing else. */
bool input_no_memory(void);

/* Scans nest: what begin returns goes to the end of the same scan. `data` and `budget`, which may be
 * NULL, must last until then. */
struct input_scan {
    bool (*interrupted)(void *data);
    void                *data;
    struct input_budget *budget;
    int64_t              began; /* set by begin */
    bool                 runs, no_memory;
};
struct input_scan input_scan_begin(struct input_scan scan);
void              input_scan_end(struct input_scan outer);

#endif
