/* scope.h -- the time and the host that a question is about, for views that cannot be given it by SQL alone.
 *
 * A term on time is pushed down through views to the logs, but not into a MATERIALIZED common table
 * expression. A view that joins one event with earlier ones writes the term itself, with its margin:
 *
 *     SELECT pid, cmdline FROM process_events WHERE time >= scope_since(3600) AND time <= scope_until(0);
 *
 * The table found sets the scope while an analytic runs, and a view SHAPE_signals that is asked for a time by itself; the
 * two functions give its ends. Without a scope they give infinity, which keeps every row that has a time.
 */
#ifndef SVCQL_SCOPE_H
#define SVCQL_SCOPE_H

#include <stdbool.h>

#include "evidence.h"

struct scope {
    double      since, until; /* seconds since the epoch; infinite where the side is open */
    bool        inside;       /* an analytic runs */
    const char *host; /* NULL: any. Evidence of other hosts alone is not read: see sources_want */
    const char *const *actions; /* of services, that are asked for; NULL: any */
    size_t             n_actions;
};

int scope_register(struct svcql *svcql);

/* The connection's, which the caller changes and puts back. Never NULL once registered. */
struct scope *scope_of(const struct svcql *svcql);

#endif
