/* temp_schema.h -- the TEMP schema of a connection: the tables, lists and views that the extension brings. */
#ifndef SVCQL_TEMP_SCHEMA_H
#define SVCQL_TEMP_SCHEMA_H

#include "table/connection.h"

/* Create them; the lists too, unless `lists`: they are there. On failure sets *ret_error, which the caller frees with sqlite3_free(). Returns an SQLite code. */
int temp_schema_create(struct svcql *svcql, bool lists, char **ret_error);

#endif
