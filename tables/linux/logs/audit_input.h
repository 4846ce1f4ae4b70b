/* audit_input.h -- the events of all sources of a scan of audit_events, one after another.
 *
 * Sources are audit logs, and the journals of a root that keeps no audit log: where auditd runs,
 * journald receives the same events, and each must be reported once. A journal that the query names
 * is read in any case. The status of each source is reported for evidence_sources.
 */
#ifndef SVCQL_AUDIT_INPUT_H
#define SVCQL_AUDIT_INPUT_H

#include "audit_index.h"
#include "audit_journal.h"
#include "evidence.h"
#include "formats/audit/audit_window.h"
#include "formats/log/stream.h"
#include "journal_pick.h"
#include "log_seek.h"
#include "log_sources.h"
#include "table.h"

/* Must be the first member of the table's state. */
struct audit_input {
    const struct audit_filter *filter;
    struct audit_index_range   range;   /* of time that is read: at least that of the filter */
    struct log_sources         sources; /* .shown and .source are the source of an event */
    struct audit_window       *window;

    struct stream        *stream; /* of a log */
    bool                  json;   /* that has one object on each line */
    uint64_t              at;     /* offset of its next line */
    int64_t               bad;    /* its lines that are not events */
    struct buffer         text;
    struct log_stretch    stretch;
    double                apart;   /* seconds, as log_outline(); NAN: all is read */
    struct log_outline    outline; /* of the log, where it is read by one */
    size_t                part;    /* of it, that is read */
    uint64_t              records; /* of the parts before */
    struct audit_journal *journal; /* of a journal */

    struct audit_index     *index;     /* being made of the log; or NULL */
    struct audit_selection *selection; /* the log's events are read by an index; or NULL */
    char                   *bytes; /* owned: of the event that is read by it, or of an outline */
    size_t                  bytes_room;

    int error; /* that ended the reading of the file; 0: none */
};

/* What to read; `source` is the query's terms on that column. The filter must outlive the input: all that
 * it leaves is read, and more. Returns an SQLite code. */
struct audit_want {
    const struct audit_filter *filter;
    const struct tbl_terms    *source;
    struct sources_want        sources; /* without artefacts */
    double
        apart; /* NAN; or seconds: events that have others of their log at most so long before and after them
                     may be left out */
};
int audit_input_begin(struct tbl_scan *scan, struct audit_input *input,
                      const struct audit_want *want);

/* The next event that the filter may want, and others: SQLITE_ROW, SQLITE_DONE or an
 * error. The event is valid until the next call. */
int audit_input_next(struct tbl_scan *scan, struct audit_input *input, struct audit_event *ret);

/* As tbl_table.ends, of the same sources. */
int audit_input_ends(struct tbl_scan *scan, const struct audit_want *want, struct tbl_ends *ret);

void audit_input_end(struct audit_input *input); /* accepts a half-begun one */

#endif
