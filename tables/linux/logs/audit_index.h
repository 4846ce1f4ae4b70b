/* audit_index.h -- where the events of an audit log are, for a statement that reads the log many times.
 *
 * The analytics of one statement ask a log for a dozen kinds of event. The first of their scans reads it as
 * ever and notes of each event where it is and what a filter can ask of it; each scan after it reads those
 * events alone that its filter may want. So a log is read once, and then as far as the answers go, and no view
 * needs to know.
 *
 * An index ends with its statement. It takes AUDIT_INDEX_BYTES of memory an event, and there is none of a log
 * with more than AUDIT_INDEX_EVENTS: that is read by each scan.
 */
#ifndef SVCQL_AUDIT_INDEX_H
#define SVCQL_AUDIT_INDEX_H

#include <sys/stat.h>

#include "audit_filter.h"
#include "evidence.h"

#define AUDIT_INDEX_BYTES  20
#define AUDIT_INDEX_EVENTS (4u << 20)

/* How far most analytics read before and after the time of their question, in seconds, see scope.h. What reads
 * farther reads the log itself. */
#define AUDIT_INDEX_BEFORE 3600
#define AUDIT_INDEX_AFTER  3600

/* And how far those that read little, for which an index of more would cost more than they do. */
#define AUDIT_INDEX_NEAR 120

struct audit_index;

/* The times that an index has all events of, in seconds since the epoch. */
struct audit_index_range {
    double min, max;
};

/* The index that the statement keeps of a file with all events of a range; NULL where there is none. */
const struct audit_index *audit_index_find(const struct svcql *svcql, const struct stat *file,
                                           struct audit_index_range range);

/* Begin one of a file that is read now; NULL where out of memory. The caller owns it until it is kept. */
struct audit_index *audit_index_new(const struct stat *file, struct audit_index_range range);
void                audit_index_free(struct audit_index *index); /* accepts NULL */

/* Note the next event. */
void audit_index_add(struct audit_index *index, const struct audit_event *event);

/* The file was read to the end of the range: keep the index for the statement, or free it where it is
 * incomplete. The numbers are those of the reader's report: records read, and lines that are none. */
void audit_index_keep(struct svcql *svcql, struct audit_index *index, uint64_t records,
                      uint64_t lost);

uint64_t audit_index_records(const struct audit_index *index);
uint64_t audit_index_lost(const struct audit_index *index);

/* The events that a filter may want, in the order in which the reader gave them. */
struct audit_selection;

struct audit_place {
    uint64_t offset; /* of the first record's line in the file */
    size_t   size;   /* bytes to the end of its last record */
};

/* NULL where out of memory. The index and the filter must outlive it. */
struct audit_selection *audit_selection_new(const struct audit_index  *index,
                                            const struct audit_filter *filter);
void                    audit_selection_free(struct audit_selection *selection); /* accepts NULL */
bool audit_selection_next(struct audit_selection *selection, struct audit_place *ret);
const struct audit_index *audit_selection_index(const struct audit_selection *selection);

#endif
