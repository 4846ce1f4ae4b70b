/* inlined.h -- the SELECT of a view, in which the views that it reads stand as their SELECTs.
 *
 *     SELECT time FROM process_rows  ->  SELECT time FROM (SELECT ... FROM audit_events ...) AS process_rows
 *
 * SQLite plans both alike. A statement that the extension prepares while another runs is written like this, as
 * SQLite has not parsed the views that it names (deferred.h). A view that the user has replaced keeps its name, and so
 * does one that is planned when it is read (late_views.h).
 */
#ifndef SVCQL_INLINED_H
#define SVCQL_INLINED_H

#include "formats/text/buffer.h"
#include "table/connection.h"
#include "views.h"

/* Append a text with shipped views after FROM and JOIN written out; with `facts`, also SHAPE_facts, which nothing but
 * SHAPE_signals reads. */
void inlined_put(struct svcql *svcql, const char *text, size_t size, bool facts,
                 struct buffer *sql);

/* Append what stands after FROM for a table or view of that name. */
void inlined_put_view(struct svcql *svcql, const char *name, struct buffer *sql);

/* Whether no evidence has what a table of that name reads. */
bool inlined_without_sources(struct svcql *svcql, const char *name, size_t size);

#endif
