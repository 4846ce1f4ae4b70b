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

struct log_sources {
    struct svcql  *svcql;
    struct sources sources;
    const char    *path, *root; /* borrowed */
    bool           journals;    /* whether the logs are through */
    char         **logged;      /* paths of roots, owned */
    size_t         n_logged;
};

/* A path that the query gives (NULL: all evidence) is a journal where its name says "journal". Of
 * sources_want; 0 or a negative errno. */
int  log_sources_begin(struct log_sources *sources, struct svcql *svcql, enum artefact log,
                       const char *path, const char *root);
int  log_sources_next(struct log_sources *sources, struct source *ret); /* 1, 0, or -errno */
void log_sources_end(struct log_sources *sources);                      /* accepts a zeroed one */

/* Say that the source's root has a log; ask whether it has. -ENOMEM. */
int  log_sources_found(struct log_sources *sources, const struct source *log);
bool log_sources_has_log(const struct log_sources *sources, const struct source *journal);

#endif
