/* log_sources.h -- the sources of a table of events that hosts keep in text logs, in the journal or
 * in both: all logs first, then the journals.
 *
 * Where auditd or rsyslog runs, the journal holds the same events as its log, and each should come
 * once. So a table says of each log that it found, and asks of each journal whether its root has
 * one.
 */
#ifndef SVCQL_LOG_SOURCES_H
#define SVCQL_LOG_SOURCES_H

#include "evidence.h"
#include "table.h"

struct log_sources {
    struct tbl_scan    *scan;
    struct sources      sources;
    struct sources_want want;     /* its strings are borrowed */
    bool                named;    /* the query names a path */
    bool                journals; /* whether the logs are through */
    char              **logged;   /* paths of roots, owned */
    size_t              n_logged;
};

/* What a path that the query names holds, a log or a journal, its first bytes say; artefacts of
 * `want` are not used. Both return as tbl_sources_begin() and tbl_sources_next() do. */
int  log_sources_begin(struct tbl_scan *scan, struct log_sources *sources, enum artefact log,
                       const struct sources_want *want);
int  log_sources_next(struct log_sources *sources, struct source *ret);
void log_sources_end(struct log_sources *sources); /* accepts a zeroed one */

/* Say that the source's root has a log; ask whether it has. -ENOMEM. */
int  log_sources_found(struct log_sources *sources, const struct source *log);
bool log_sources_has_log(const struct log_sources *sources, const struct source *journal);

#endif
