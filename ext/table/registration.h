/* registration.h -- the tables of a connection. */
#ifndef SVCQL_REGISTRATION_H
#define SVCQL_REGISTRATION_H

#include "connection.h"
#include "table.h"

/* The i-th table, or NULL after the last; how often it was scanned. */
const struct tbl_table *tbl_at(const struct svcql *svcql, size_t i);
int64_t                 tbl_scans(const struct svcql *svcql, size_t i);

/* The table of that name, or NULL. */
const struct tbl_table *tbl_find(const struct svcql *svcql, const char *name);

#endif
