/* event_index.h -- where the events of an .evtx file are, by their numbers, for a statement that reads the file many
 * times.
 *
 * The views of one statement ask a log for a dozen kinds of event. The first scan that asks for some event_id reads
 * the file whole, as it must, and notes of each event where it is and its number; each scan after it decodes those
 * alone that it asks for, of the chunks that have any. So a log is decoded once, and then as far as the answers go, and
 * no view needs to know.
 *
 * Scans of a range of time decode few chunks, but look at each: what they saw of it is kept as well, so that the file
 * is gone through once.
 *
 * An index ends with its statement. It takes four bytes an event, and there is none of what is beyond
 * EVENT_INDEX_EVENTS of all logs of the statement: that is read by each scan. A file that has changed since is read
 * again.
 */
#ifndef SVCQL_EVENT_INDEX_H
#define SVCQL_EVENT_INDEX_H

#include <sys/stat.h>

#include "event_batch.h"
#include "evidence.h"
#include "table.h"

#define EVENT_INDEX_EVENTS (4u << 20)
#define EVENT_INDEX_CHUNKS (1u << 18) /* of which spans are kept, of all logs */

struct event_index;
struct event_log_stats;
struct event_spans;

/* What scans of a range of time need of a file's chunks, which is kept for the statement; NULL where out of memory. */
struct event_spans *event_index_spans(struct svcql *svcql, const struct stat *file);

/* The index that the statement keeps of a file; NULL where there is none. */
const struct event_index *event_index_find(struct svcql *svcql, const struct stat *file);

/* Begin one of a file that is read now; NULL where out of memory. The caller owns it until it is kept. */
struct event_index *event_index_new(void);
void                event_index_free(struct event_index *index); /* accepts NULL */

/* Note the next event: the chunk that it is in begins at `chunk`. */
void event_index_add(struct event_index *index, uint64_t chunk, bool intact,
                     const struct evtx_record *record, int64_t id);

/* The file was read to its end: keep the index for the statement; false where it was incomplete or too much, and freed. */
bool event_index_keep(struct svcql *svcql, const struct stat *file, struct event_index *index,
                      const struct event_log_stats *stats);

/* The events of some numbers, chunk by chunk, in the order in which they were noted. */
struct event_selection;

/* NULL where out of memory. The index must outlive it; the terms need not. */
struct event_selection *event_selection_new(const struct event_index *index,
                                            const struct tbl_terms   *ids);
void                    event_selection_free(struct event_selection *selection); /* accepts NULL */

/* What became of the log when the index was made. */
const struct event_log_stats *event_selection_stats(const struct event_selection *selection);

/* Choose the events of the next chunk that has any: 1 with their places, the chunk's and whether it is intact in the
 * batch; 0 after the last; -ENOMEM. */
int event_selection_next(struct event_selection *selection, struct event_batch *batch);

#endif
