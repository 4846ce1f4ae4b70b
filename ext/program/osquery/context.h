/* context.h -- what osquery says of the query that it asks a table for, as a statement over that table.
 *
 *     {"constraints": [{"name": "pid", "list": [{"op": 2, "expr": "1"}], "affinity": "BIGINT"}],
 *      "colsUsed": ["pid", "command"]}
 *
 * becomes SELECT "command", "pid" FROM "processes" WHERE "pid" = ?1. osquery checks each row again, so the
 * statement may give rows that do not fit and must never leave one out: several = of a column are the values
 * of an IN; bounds of a DOUBLE are widened by what is lost of a number in 15 digits; MATCH and REGEXP, which
 * osquery means differently, are left to it; so are terms on columns that take none (plugins.h).
 */
#ifndef SVCQL_CONTEXT_H
#define SVCQL_CONTEXT_H

#include "program/osquery/plugins.h"

#define CONTEXT_TERMS_MAX 30000 /* bound values; SQLite has 32,766 by default */

struct context_statement {
    sqlite3_stmt                *stmt;
    const struct plugin_column **columns; /* of the statement, in its order; owned */
    size_t                       n_columns;
};

/* Prepare it; `context` NULL: all columns, no terms. SQLITE_OK; SQLITE_MISMATCH where the context is not
 * such an object; SQLITE_TOOBIG for too many terms; else the code of sqlite3_prepare_v2(). context_end() after all. */
int  context_prepare(sqlite3 *db, const struct plugin *plugin, const char *context,
                     struct context_statement *ret);
void context_end(struct context_statement *statement);

#endif
