/* registry.h -- the tables of a connection. */
#ifndef SVCQL_REGISTRY_H
#define SVCQL_REGISTRY_H

#include "connection.h"
#include "table.h"

/* Keep the tables with the connection. The scans of each are counted in *ret_scans. SQLITE_OK or
 * SQLITE_NOMEM. */
int registry_keep(struct svcql *svcql, const struct tbl_table *const *tables, size_t n,
                  int64_t **ret_scans);

/* The i-th table, or NULL after the last; how often it was scanned. */
const struct tbl_table *tbl_at(const struct svcql *svcql, size_t i);
int64_t                 tbl_scans(const struct svcql *svcql, size_t i);

/* The table of that name, or NULL. */
const struct tbl_table *tbl_find(const struct svcql *svcql, const char *name);

/* What a table reads, as a set of enum artefact; 0: it is made of other tables, or of none. */
unsigned tbl_artefacts(const struct tbl_table *table);

#endif
