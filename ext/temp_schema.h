/* temp_schema.h -- the TEMP schema of a connection: the tables, lists and views that the extension brings. */
#ifndef SVCQL_TEMP_SCHEMA_H
#define SVCQL_TEMP_SCHEMA_H

#include "table/connection.h"

/* Create them. On failure sets *ret_error, which the caller frees with sqlite3_free(). Returns an SQLite code. */
int temp_schema_create(struct svcql *svcql, char **ret_error);

#endif
