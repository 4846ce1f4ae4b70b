/* sigma_events.h -- every log of the evidence, an event at a time, tried against Sigma rules.
 *
 * Each table of logs is read once, however many rules there are, and only where a rule asks for it.
 * A record of Windows is an event, and so is an entry of the journal and a line of auth.log; of an
 * audit event each record is one, which has what SYSCALL, CWD and PROCTITLE say beside it too.
 */
#ifndef SVCQL_SIGMA_EVENTS_H
#define SVCQL_SIGMA_EVENTS_H

#include "formats/sigma/sigma.h"
#include "sqlite3ext.h"

struct sigma_events; /* owned by the caller */

/* Make the list of rules ready with the lists of the connection: sigma_logsources, sigma_fields,
 * sigma_placeholders. Before sigma_read(). SQLITE_OK, or an error with sigma_error() or of `db`. */
int sigma_load_lists(struct sigma *sigma, sqlite3 *db);

/* What is read: of one product (windows, linux, macos; NULL: of all), at or after a time (seconds
 * since the epoch; -INFINITY: all times) and not after another. */
struct sigma_span {
    const char *product;
    double      from, to;
};

/* NULL: out of memory. */
struct sigma_events *sigma_events_new(struct sigma *sigma, sqlite3 *db,
                                      const struct sigma_span *span);
void                 sigma_events_free(struct sigma_events *events); /* accepts NULL */

/* An event that some rule fits. */
struct sigma_found {
    double          time;                   /* NAN: unknown */
    const char     *host, *source, *record; /* until the next call; NULL: unknown */
    const char     *log;
    const uint32_t *rules; /* that it fits */
    size_t          n;
};

/* SQLITE_ROW, SQLITE_DONE, or an error of `db`. The event itself is sigma_event(). With `all`, of
 * every call or none, also events that no rule fits. */
int sigma_events_next(struct sigma_events *events, bool all, struct sigma_found *ret);

#endif
