#include "own_schema.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

int own_schema_is_query_only(sqlite3 *db, bool *ret)
{
    sqlite3_stmt *stmt = NULL;
    int           rc = sqlite3_prepare_v2(db, "PRAGMA query_only", -1, &stmt, NULL);

    if (rc == SQLITE_OK) /* an authorizer may refuse to say */
        *ret = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0);
    else if (rc != SQLITE_NOMEM)
        *ret = false;
    int end = sqlite3_finalize(stmt);
    return rc == SQLITE_NOMEM || end == SQLITE_NOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

int own_schema_query_only(sqlite3 *db, bool only)
{
    return sqlite3_exec(db, only ? "PRAGMA query_only = 1" : "PRAGMA query_only = 0", NULL, NULL,
                        NULL);
}

int own_schema_begin(sqlite3 *db, struct own_schema *ret)
{
    struct own_schema own = {.db = db};

    int rc = own_schema_is_query_only(db, &own.query_only);
    if (rc == SQLITE_OK && own.query_only)
        rc = own_schema_query_only(db, false);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, -1, &own.defensive);
    sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, -1, &own.writable);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    *ret = own;
    return SQLITE_OK;
}

void own_schema_end(const struct own_schema *own)
{
    sqlite3_db_config(own->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, own->writable, NULL);
    sqlite3_db_config(own->db, SQLITE_DBCONFIG_DEFENSIVE, own->defensive, NULL);
    if (own->query_only)
        own_schema_query_only(own->db, true);
}

int own_schema_read_again(sqlite3 *db)
{
    return sqlite3_exec(db, "PRAGMA writable_schema = RESET", NULL, NULL, NULL);
}
