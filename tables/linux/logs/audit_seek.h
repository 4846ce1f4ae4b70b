/* audit_seek.h -- finds the place of a time range in an audit log without reading the whole log. */
#ifndef SVCQL_AUDIT_SEEK_H
#define SVCQL_AUDIT_SEEK_H

#include <stdbool.h>
#include <stdint.h>

#include "table.h"

/* Records are written a little out of order, and clocks are stepped a little: records less than
 * this many seconds outside of the range are read as well. */
#define AUDIT_SEEK_SLACK 60

struct audit_stretch {
    uint64_t start;   /* the offset of a line; no record of the range is before it */
    bool     ordered; /* whether reading may stop once a record is AUDIT_SEEK_SLACK past its end */
};

/* Find the records of `min` and later (seconds since the epoch). The file is sampled at 64 places:
 * where time does not rise from each to the next, as after a clock was set back or in a compressed
 * file, all of it must be read. The cost is bounded for any size of file. */
struct audit_stretch audit_seek(int fd, double min);

/* Widen *ends by those of a log: false where it cannot be sought, as one that is compressed, has an
 * object a line, or whose time goes back. An empty one changes nothing. */
bool audit_ends(int fd, struct tbl_ends *ends);

#endif
