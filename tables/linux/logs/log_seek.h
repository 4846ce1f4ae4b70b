/* log_seek.h -- finds the place of a time range in a log of lines without reading the whole log. */
#ifndef SVCQL_LOG_SEEK_H
#define SVCQL_LOG_SEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table.h"

/* Records are written a little out of order, and clocks are stepped a little: records less than
 * this many seconds outside of the range are read as well. */
#define LOG_SEEK_SLACK 60

struct log_stretch {
    uint64_t start;   /* the offset of a line; no record of the range is before it */
    bool     ordered; /* whether reading may stop once a record is LOG_SEEK_SLACK past its end */
};

/* Whether a line begins a record, and when that was, in seconds since the epoch. */
typedef bool log_stamp(void *arg, const char *line, size_t size, double *ret);

/* Find the records from `min` to `max` (seconds since the epoch). The file is sampled at 64 places and at its end, and
 * from the range on in both directions at growing distances: where time does not rise from each to the next, as after
 * a clock was set back or in a compressed file, all of it must be read. So a clock that was set back is seen if it wrote
 * times of the range twice, in a log that grew about as fast after it as before. The cost is bounded for any size. */
struct log_stretch log_seek(int fd, double min, double max, log_stamp *stamp, void *arg);

/* Widen *ends by those of a log: false where it cannot be sought, as one that is compressed, has a
 * record that goes over more than 16 KiB, or whose time goes back. An empty one changes nothing. */
bool log_ends(int fd, log_stamp *stamp, void *arg, struct tbl_ends *ends);

/* Parts of a file, in its order, each of which begins with a line. */
struct log_part {
    uint64_t start, end;
};

struct log_outline {
    struct log_part *parts; /* owned by the caller, for free() */
    size_t           n;
};

/* Find parts of a log so that each record outside of them has others in them at most `apart` seconds before it and
 * after it: its first and last 64 KiB, a record now and then, and what is around each longer silence. 1; 0 where that
 * is not known without reading all, as of a log of log_ends(), or of a small one; -ENOMEM. Where a log counts as
 * ordered and a few records between two places that were read are not, they are taken for ordered. Every record of
 * the places that are read is stamped. */
int log_outline(int fd, double apart, log_stamp *stamp, void *arg, struct log_outline *ret);

#endif
