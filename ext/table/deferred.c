#include "deferred.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

static bool is_busy(sqlite3 *db)
{
    for (sqlite3_stmt *stmt = sqlite3_next_stmt(db, NULL); stmt; stmt = sqlite3_next_stmt(db, stmt))
        if (sqlite3_stmt_busy(stmt))
            return true;
    return false;
}

int deferred_views(struct svcql *svcql, const char *database)
{
    int writable = 0;

    /* That xConnect wants another try is understood only of a table that a schema has. */
    if (!svcql->deferred || strcmp(database, "temp") != 0 || is_busy(svcql->db))
        return SQLITE_OK;
    svcql->deferred = false;
    sqlite3_db_config(svcql->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, -1, &writable);
    int rc = sqlite3_exec(svcql->db, "PRAGMA writable_schema = RESET", NULL, NULL, NULL);
    sqlite3_db_config(svcql->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, writable, NULL);
    svcql->deferred = rc == SQLITE_NOMEM;
    return rc == SQLITE_OK      ? SQLITE_SCHEMA
           : rc == SQLITE_NOMEM ? rc
                                : SQLITE_OK; /* not allowed by an authorizer, say */
}

/* SQLite reads a schema again when a statement starts that was prepared under another version of it. */
void deferred_views_later(struct svcql *svcql)
{
    char sql[64];

    if (!svcql->deferred || is_busy(svcql->db))
        return;
    svcql->deferred = false;
    int version = svcql_temp_version(svcql);
    snprintf(sql, sizeof sql, "PRAGMA temp.schema_version = %d",
             version == INT_MAX ? 1 : version + 1);
    if (version != -1) /* refused, as PRAGMA query_only does: then they stay what they are */
        svcql->deferred = sqlite3_exec(svcql->db, sql, NULL, NULL, NULL) == SQLITE_NOMEM;
}
