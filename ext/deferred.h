/* deferred.h -- views that SQLite parses when a statement names them.
 *
 * Parsing the shipped views takes longer than most questions, and their parsed form more memory than the rest of
 * a connection. So the TEMP schema holds each as a row whose text is two statements:
 *
 *     CREATE VIRTUAL TABLE "findings" USING svcql_view;
 *     CREATE VIEW findings AS SELECT ...
 *
 * SQLite reads the first of them. When a statement names the view, the xConnect of that table leaves the second alone
 * in its row and in those of the views that it reads, and has SQLite read the schema again, in which they are views then;
 * the others stay as they are.
 *
 * A schema cannot be read again under a statement that runs. A statement that is prepared meanwhile uses the
 * virtual tables themselves: they give the same rows (late_views.h). Nor can it be twice for one statement that is
 * prepared, as SQLite takes a second try for an error: the second view is read as a table until the statement starts,
 * when SQLite prepares it once more by itself. The one case in which that cannot be known is an INSERT of rows of one such
 * view whose RETURNING or DO UPDATE names another, as the first to name both: it fails with SQLITE_SCHEMA,
 * and runs when it is tried again.
 *
 * CREATE TRIGGER ... INSTEAD OF on a view that no statement has named yet is refused, as "cannot create triggers on virtual
 * tables": SQLite finds the table in the schema and connects nothing. It works after SELECT 1 FROM view LIMIT 0.
 */
#ifndef SVCQL_DEFERRED_H
#define SVCQL_DEFERRED_H

#include "table/connection.h"
#include "views.h"

/* For the xConnect of the table of a view, in database DATABASE. SQLITE_OK: connect. SQLITE_SCHEMA: return that, and
 * SQLite prepares the statement again, with the view. */
int deferred_view(struct svcql *svcql, const struct embedded_view *view, const char *database);

/* For its xBestIndex: it was connected nevertheless. */
void deferred_view_later(struct svcql *svcql, const struct embedded_view *view);

#endif
