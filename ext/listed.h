/* listed.h -- the SQL function listed(list, text[, platform]). */
#ifndef SVCQL_LISTED_H
#define SVCQL_LISTED_H

#include "table/connection.h"

/* Register it with the connection, which outlives it. Returns an SQLite code. */
int listed_register(struct svcql *svcql);

#endif
