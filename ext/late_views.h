/* late_views.h -- views that SQLite plans when they are read, and only where they can have rows.
 *
 * SQLite copies a view into each query that names it, and plans the whole of it again: for the analytics, which
 * are views of views of views, that took longer than reading most hosts. So a view SHAPE_signals is
 * a virtual table instead, which is planned as one; when it is read, it runs the view's SELECT as a
 * statement of its own. Terms of the query on the host and on ranges (time) are passed on, and the range is the scope
 * (scope.h) that the statement runs in; columns that the query does not use are NULL there, so that nothing is computed
 * for them.
 *
 * SHAPE_facts, which such a view contains, is one too, for who reads it by itself; so is each other view until SQLite
 * has parsed it (deferred.h). All terms of comparisons, LIKE and GLOB are passed on to these.
 *
 * SHAPE_facts has the columns and their types in its header, and names the tables that give it rows:
 *
 *     -- rows:    launch_daemons, launchd_overrides
 *
 * Where no evidence has a source of any of these, there are no rows, and nothing is planned.
 *
 * A query that is cheaper than the view, and has a row where the view may have any in the time asked for (scope.h), is
 * asked first where a range of time is, so that most of an hour's context is not read for minutes in which nothing
 * happened:
 *
 *     -- first:   SELECT 1 FROM service_rows WHERE time >= scope_since(0) AND time <= scope_until(0) AND ...
 */
#ifndef SVCQL_LATE_VIEWS_H
#define SVCQL_LATE_VIEWS_H

#include "table/connection.h"

#define LATE_VIEW_MODULE "svcql_view"

/* Register the module: CREATE VIRTUAL TABLE unit_signals USING svcql_view. Returns an SQLite code. */
int late_views_register(struct svcql *svcql);

#endif
