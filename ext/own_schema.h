/* own_schema.h -- rows of the TEMP schema that the extension writes itself.
 *
 * What it writes there are tables and views of its own, so it does so whatever the connection allows the user; settings
 * are as before afterwards. An authorizer may still refuse it.
 */
#ifndef SVCQL_OWN_SCHEMA_H
#define SVCQL_OWN_SCHEMA_H

#include <stdbool.h>

#include "sqlite3ext.h"

struct own_schema {
    sqlite3 *db;
    int      defensive, writable;
    bool     query_only;
};

/* An SQLite code; where it is not SQLITE_OK there is nothing to end. */
int  own_schema_begin(sqlite3 *db, struct own_schema *ret);
void own_schema_end(const struct own_schema *own);

/* Between these: have SQLite forget what it has read of the schema, and read it again before the next statement that
 * needs it. Returns an SQLite code. */
int own_schema_read_again(sqlite3 *db);

/* PRAGMA query_only, as Datasette sets it. They return an SQLite code. */
int own_schema_is_query_only(sqlite3 *db, bool *ret);
int own_schema_query_only(sqlite3 *db, bool only);

#endif
