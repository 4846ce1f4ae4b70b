#include "own_schema.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

bool own_schema_is_query_only(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    bool          only = false;

    if (sqlite3_prepare_v2(db, "PRAGMA query_only", -1, &stmt, NULL) == SQLITE_OK)
        only = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    return only;
}

void own_schema_query_only(sqlite3 *db, bool only)
{
    sqlite3_exec(db, only ? "PRAGMA query_only = 1" : "PRAGMA query_only = 0", NULL, NULL, NULL);
}

struct own_schema own_schema_begin(sqlite3 *db)
{
    struct own_schema own = {.db = db, .query_only = own_schema_is_query_only(db)};

    if (own.query_only)
        own_schema_query_only(db, false);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, -1, &own.defensive);
    sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, -1, &own.writable);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    return own;
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
