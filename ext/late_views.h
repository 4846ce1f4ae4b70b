/* late_views.h -- views that SQLite plans when they are read, and only where they can have rows.
 *
 * SQLite writes a view out wherever another names it, and plans all of it again: of the analytics, which
 * are views of views of views, that took longer than most hosts take to be read. So a view SHAPE_signals is
 * a virtual table instead, which is planned as one; when it is read, it runs the view's SELECT as a
 * statement of its own. What the query says of the host and of ranges (time) goes along; columns that the
 * query does not use are NULL there, so that nothing is worked out for them.
 *
 * SHAPE_facts has the columns and their types in its header, and names the tables that give it rows:
 *
 *     -- rows:    launch_daemons, launchd_overrides
 *
 * Where no evidence has a source of any of these, there are no rows, and nothing is planned.
 */
#ifndef SVCQL_LATE_VIEWS_H
#define SVCQL_LATE_VIEWS_H

#include "table/connection.h"

#define LATE_VIEW_MODULE "svcql_view"

/* Register the module: CREATE VIRTUAL TABLE unit_signals USING svcql_view. Returns an SQLite code. */
int late_views_register(struct svcql *svcql);

#endif
