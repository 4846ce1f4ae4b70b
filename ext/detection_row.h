/* detection_row.h -- the row that is judged, as a table of a private connection.
 *
 * Its columns have the shape's types and collations, so that an expression compares as it would in the
 * shape's view.
 */
#ifndef SVCQL_DETECTION_ROW_H
#define SVCQL_DETECTION_ROW_H

#include "shapes.h"
#include "sqlite3ext.h"

struct detection_row {
    const struct shape *shape;
    sqlite3_value     **values; /* of the shape's columns, in order; NULL: the table is empty */
};

/* Add the table, which has the shape's name, to the connection; `row` must outlive it. Returns an SQLite
 * code. */
int detection_row_register(sqlite3 *db, const struct detection_row *row);

#endif
