/* audit_input.h -- the events of all sources of a scan of audit_events, one after another.
 *
 * Sources are audit logs, and the journals of a root that keeps no audit log: where auditd runs,
 * journald receives the same events, and each must be reported once. A journal that the query names
 * is read in any case. The status of each source is reported for evidence_sources.
 */
#ifndef SVCQL_AUDIT_INPUT_H
#define SVCQL_AUDIT_INPUT_H

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
    const struct tbl_terms *time;
    struct log_sources      sources; /* .shown and .source are the source of an event */
    struct audit_window    *window;

    struct stream        *stream; /* of a log */
    bool                  json;   /* that has one object on each line */
    uint64_t              at;     /* offset of its next line */
    int64_t               bad;    /* its lines that are not events */
    struct buffer         text;
    struct log_stretch    stretch;
    struct audit_journal *journal; /* of a journal */

    int error; /* that ended the reading of the file; 0: none */
};

/* What to read; `time` and `source` are the query's terms on these columns. Returns an SQLite code.
 */
struct audit_want {
    const struct tbl_terms *time, *source;
    struct sources_want     sources; /* without artefacts */
};
int audit_input_begin(struct tbl_scan *scan, struct audit_input *input,
                      const struct audit_want *want);

/* The next event of the time range, and some before and after it: SQLITE_ROW, SQLITE_DONE or an
 * error. The event is valid until the next call. */
int audit_input_next(struct tbl_scan *scan, struct audit_input *input, struct audit_event *ret);

/* As tbl_table.ends, of the same sources. */
int audit_input_ends(struct tbl_scan *scan, const struct audit_want *want, struct tbl_ends *ret);

void audit_input_end(struct audit_input *input); /* accepts a half-begun one */

#endif
