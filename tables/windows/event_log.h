/* event_log.h -- the events of one .evtx file, in the order of its chunks, read 64 KiB at a time.
 *
 *     r = event_log_open(stream, &want, &log);
 *     while ((r = event_log_next(log, &entry)) > 0)
 *         ...
 *     event_log_close(log);
 *
 * Memory is a few chunks and what evtx.h needs for them, for files of any size. From the second MiB on of a log that is
 * read whole, its chunks are decoded by several threads (event_pool.h). A plain file is read
 * with pread(2), so that one that shrinks meanwhile is a short read and not a signal; a compressed
 * one, or a member of an archive, is read once from its beginning.
 *
 * A range of time leaves out chunks whose records are all outside it. A chunk's records are judged
 * by the times its first and last record were written, and the last of the chunk before, with a
 * minute to spare on both sides; chunks in which the clock went backwards, whose records were
 * forwarded or have no such time are read, and those with old records after the last one. An event
 * whose own time differs from when it was written by more than that, in a chunk whose clock seems
 * to run well, can be missed.
 *
 * Record numbers leave out chunks by the first and last number that their headers have, as long as the numbers
 * in the events read are those of their records, which they are not in a log that was exported or forwarded.
 */
#ifndef SVCQL_EVENT_LOG_H
#define SVCQL_EVENT_LOG_H

#include "event_batch.h"

struct event_log;
struct event_selection;
struct stream;

/* What is wanted of a log. */
struct event_range {
    double         min, max; /* seconds since the epoch, infinite where open */
    const int64_t *ids;      /* record numbers, ascending; the caller's */
    size_t         n_ids;    /* 0: of any number */
    double         hole_min; /* chunks wholly between these times are not; no hole where they are */
    double         hole_max; /* equal */
};

/* Whether it leaves out anything. */
bool event_log_ranged(const struct event_range *range);

/* What a chunk can have, by its header and a few bytes of its records: of a doubtful one anything. */
struct event_span {
    double   first, last;       /* when they were written, widened by what may be out of order */
    double   written;           /* when the last one was; NAN: not known */
    uint64_t first_id, last_id; /* record numbers */
};

/* Those of a log's first chunks, as far as they are known; there is memory for `max`. */
struct event_spans {
    struct event_span *spans;
    size_t             n, room, max;
};

struct event_want {
    struct event_range        range;
    const struct evtx_filter *filter;  /* NULL: all events; the caller's */
    unsigned                  threads; /* that may decode a long log; 0 and 1: the caller's alone */
    struct event_selection   *selection; /* NULL: all; else these, of any range; the caller's */
    struct event_spans *spans; /* used and completed by who reads a range; NULL; the caller's */
};

struct event_log_stats {
    uint64_t records, skipped; /* decoded; found but not decodable */
    uint64_t carved, stale;  /* of records; carved ones without their template, not in `skipped` */
    uint64_t copies;         /* carved ones of which the live record was given: left out */
    uint64_t chunks, unread; /* chunks read; left out by the range */
    uint64_t damaged;        /* pieces of 64 KiB that are neither a chunk nor empty */
    uint64_t bad_checksums;  /* chunks whose checksums are wrong */
    uint64_t lost;           /* bytes of chunks that should be records and are not */
    uint64_t cut;            /* bytes of a last chunk that is not whole */
    uint64_t counted; /* chunks that the file's header counts: wrong only in a log not closed */
    bool     headerless, dirty;
    bool     ended; /* the whole file has been read */
};

/* Takes the stream, on failure too. -EBADMSG where there is neither a file header nor any chunk; -ENOMEM; what read
 * says. */
int event_log_open(struct stream *stream, const struct event_want *want, struct event_log **ret);

/* Where a log is in time, seconds since the epoch: widened by when the records of its first and its
 * last chunk were written. False where that is not known, or where it cannot be read by time. */
struct event_log_ends {
    double first, first_chunk_ends, last_chunk_begins, last;
};
bool event_log_ends(struct stream *stream, struct event_log_ends *ret);

/* The next event that can be decoded and is wanted: 1, 0 at the end, or a negative errno. Valid until the next call. */
int event_log_next(struct event_log *log, const struct event_entry **ret);

/* A text of the event at hand, made ahead or now: NULL where there is none, or, with *ret_failed, no memory. */
const char *event_log_text(struct event_log *log, enum event_render which, struct buffer *room,
                           bool *ret_failed);

/* Where in the file the current record begins; whether the checksums of its chunk hold. */
uint64_t event_log_offset(const struct event_log *log, const struct evtx_record *record);
bool     event_log_intact(const struct event_log *log);

struct event_log_stats event_log_stats(const struct event_log *log);
void                   event_log_close(struct event_log *log); /* accepts NULL */

#endif
