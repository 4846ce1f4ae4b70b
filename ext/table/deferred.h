/* deferred.h -- views that SQLite parses when the first of them is named.
 *
 * Parsing the shipped views takes longer than most questions, and their parsed form more memory than the rest of
 * a connection; a question about tables needs none of them. So the TEMP schema holds the views' text, but what
 * SQLite has read of it is a virtual table in place of each view (temp_schema.c). When a statement names one,
 * its xConnect has SQLite read the schema again, in which they are views.
 *
 * A schema cannot be read again under a statement that runs. A statement that is prepared meanwhile, such
 * as the test by which ALTER TABLE resolves all views, uses the virtual tables themselves: they give the same
 * rows (late_views.h). The next one that is prepared while none runs has the schema read again when it starts.
 */
#ifndef SVCQL_DEFERRED_H
#define SVCQL_DEFERRED_H

#include "connection.h"

/* For the xConnect of the table NAME of database DATABASE that is such a view, or reads one. SQLITE_OK: connect.
 * SQLITE_SCHEMA: return that, and SQLite prepares the statement again, with the views. */
int deferred_views(struct svcql *svcql, const char *database);

/* For their xBestIndex: they were connected while a statement ran. */
void deferred_views_later(struct svcql *svcql);

#endif
