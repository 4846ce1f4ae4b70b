/* audit_window.h -- audit records joined into events while a log is read.
 *
 *     struct audit_window *window;
 *     audit_window_new(&window);
 *     while (... more bytes ...) {
 *         audit_window_feed(window, data, size);
 *         while ((r = audit_window_next(window, &event)) > 0)
 *             ...
 *     }
 *     audit_window_end(window);
 *     while ((r = audit_window_next(window, &event)) > 0)
 *         ...
 *     audit_window_free(window);
 *
 * Records of one stamp and node are one event however they interleave with others', as long as it
 * is in the window: an event leaves it two seconds of its own node's time after its last record
 * began (which is what ausearch waits too), or when AUDIT_WINDOW_EVENTS others have begun after it,
 * or AUDIT_WINDOW_BYTES have been read. A record that comes later still is an event of its own with
 * the same serial. Events come out in the order of their first records.
 *
 * Memory is bounded by the constants below, for every input.
 */
#ifndef SVCQL_AUDIT_WINDOW_H
#define SVCQL_AUDIT_WINDOW_H

#include "audit_text.h"

#define AUDIT_WINDOW_EVENTS  1024
#define AUDIT_WINDOW_BYTES   (4u << 20)
#define AUDIT_WINDOW_SECONDS 2

struct audit_event {
    struct audit_stamp         stamp;
    uint64_t                   offset;  /* of the first record's line in the input, in bytes */
    uint64_t                   end;     /* of the last record's end */
    const struct audit_record *records; /* in the order of the log; at least one */
    size_t                     n;
};

struct audit_window; /* owned by the caller */

int  audit_window_new(struct audit_window **ret);
void audit_window_free(struct audit_window *window); /* accepts NULL */

/* Forget everything; what is fed next is at this offset of its input. */
void audit_window_restart(struct audit_window *window, uint64_t offset);

/* Take more of the input, cut anywhere. Invalidates the last event. -ENOMEM. */
int audit_window_feed(struct audit_window *window, const char *data, size_t size);

/* The input is at its end: what is still open comes out too. */
void audit_window_end(struct audit_window *window);

/* The same where the input goes on but is not wanted: a line begun is dropped, and not counted. */
void audit_window_cut(struct audit_window *window);
bool audit_window_ended(const struct audit_window *window);

/* The next event: 1, valid until the next call of next(), feed() or restart(); 0: feed more, or
 * after end() no more; -ENOMEM. */
int audit_window_next(struct audit_window *window, struct audit_event *ret);

/* An event once more, from the bytes between its offset and its end alone, in which records of others may
 * be too: 1, valid while the bytes are and until the next call; 0 where they do not begin with a record;
 * -ENOMEM. Not together with feed() and next(), between two calls of restart(). */
int audit_window_again(struct audit_window *window, const char *data, size_t size, uint64_t offset,
                       struct audit_event *ret);

/* The stamp of the record read last; where the reading of a stretch of time may stop. */
const struct audit_stamp *audit_window_stamp(const struct audit_window *window);

/* Lines so far that are audit records; that are none, or longer than AUDIT_LINE_MAX. */
uint64_t audit_window_records(const struct audit_window *window);
uint64_t audit_window_unreadable(const struct audit_window *window);

#endif
