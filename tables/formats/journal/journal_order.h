/* journal_order.h -- whether the entries of a journal file are in the order of their times.
 *
 * A list is searched by bisection, and a file passed over, only where its times rise. journald up
 * to 253 goes on in the same file when the clock is set back, and a machine without a clock of its
 * own begins each boot in the past. So the first and the last entry of every boot are read:
 * within a boot the time must not have been set back against the clock that counts from its
 * beginning, and a boot must not begin before the one before it ends. What this cannot see is a
 * clock that was set back and, within the same boot and file, by as much or more forward again.
 */
#ifndef SVCQL_JOURNAL_ORDER_H
#define SVCQL_JOURNAL_ORDER_H

#include "journal_file.h"

/* Microseconds that the clock may be set back by without the file being out of order: readers of a
 * stretch of time read so much more on both sides. */
#define JOURNAL_SLACK 10000000

struct journal_span {
    uint64_t first, last; /* microseconds; of the entries of a file in order */
    bool     ordered;
};

/* A few reads for each boot. A file whose lists do not hold together is not in order. */
struct journal_span journal_span(const struct journal_file *file);

/* The offsets of the first and the last entry of each boot, ascending, for free(): how many they are; 0 where the file
 * is not in order; -ENOMEM. */
long journal_boot_ends(const struct journal_file *file, uint64_t **ret);

#endif
